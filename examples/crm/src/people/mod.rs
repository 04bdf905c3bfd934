//! People: who works in a company, and what they may do.

mod role;

pub use self::role::{Permission, Role};
