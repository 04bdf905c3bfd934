//! What the requests and responses of all resources are made of.

mod json;
mod params;
mod resource;

pub use self::resource::Resource;
pub(crate) use self::{
    json::{JsonField, absent},
    params::{Pairs, Param, params},
    resource::{FromObject, resource},
};
#[cfg(test)]
pub(crate) use self::{params::ParamInfo, resource::Field};
