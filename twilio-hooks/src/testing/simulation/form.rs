//! The parameters of a request, in the order in which they are sent.

use std::borrow::Cow;

/// Names and values.
#[derive(Clone, Default)]
pub(in crate::testing) struct Form(Vec<(Cow<'static, str>, String)>);

impl Form {
    /// Adds a parameter.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "literals and numbers are given as they are"
    )]
    pub(in crate::testing) fn and(
        mut self,
        name: impl Into<Cow<'static, str>>,
        value: impl ToString,
    ) -> Self {
        self.0.push((name.into(), value.to_string()));
        self
    }

    /// Adds a parameter if there is a value.
    pub(in crate::testing) fn and_if(
        self,
        name: impl Into<Cow<'static, str>>,
        value: Option<impl ToString>,
    ) -> Self {
        match value {
            Some(value) => self.and(name, value),
            None => self,
        }
    }

    /// Adds the parameters of another form.
    pub(in crate::testing) fn and_all(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    pub(in crate::testing) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (&**name, &**value))
    }
}
