//! `Debug` that is safe to log.

/// Implements `Debug` with the named fields only. What is left out (numbers, names, texts) is
/// personal data, and debug output ends up in logs.
macro_rules! redacted_debug {
    ($Name:ident { $($field:ident),+ $(,)? }) => {
        impl ::std::fmt::Debug for $Name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.debug_struct(stringify!($Name))
                    $(.field(stringify!($field), &self.$field))+
                    .finish_non_exhaustive()
            }
        }
    };
}
pub(crate) use redacted_debug;
