//! [`Password`] and [`Passwords`]: hashing by Argon2id, in threads that may block.

use std::{fmt, sync::Arc, thread::available_parallelism, time::Duration};

use argon2::{
    Argon2,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash},
};
use serde::{Deserialize, Deserializer, de::Error as _};
use tokio::{sync::Semaphore, task::spawn_blocking, time::timeout};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{KnownFormat, ObjectBuilder, RefOr, Schema, SchemaFormat, Type},
};

use super::PeopleError;

/// How many characters a password has at least.
const MIN_CHARACTERS: usize = 10;

/// How many bytes a password has at most.
const MAX_BYTES: usize = 1024;

/// How long a password waits for its turn.
const PATIENCE: Duration = Duration::from_secs(5);

/// What the password of nobody is compared with: as much work as any other, and it fits nothing.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5IGhhcyB0aGlzIQ$\
                      AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// A password as somebody has typed it. `Debug` hides it.
#[derive(Clone)]
pub struct Password(String);

impl Password {
    /// Takes a password as it is.
    pub fn new(password: impl Into<String>) -> Self {
        Self(password.into())
    }

    /// Whether it may be chosen.
    ///
    /// # Errors
    /// If it is too short or too long.
    pub fn check(&self) -> Result<(), PeopleError> {
        if self.0.chars().count() < MIN_CHARACTERS {
            return Err(PeopleError::Invalid(
                "a password has 10 characters at least",
            ));
        }
        if self.0.len() > MAX_BYTES {
            return Err(PeopleError::Invalid("a password has 1024 bytes at most"));
        }
        Ok(())
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

/// Written by hand because serde's own message for a wrong type shows the value.
impl<'de> Deserialize<'de> for Password {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match serde_json::Value::deserialize(deserializer)? {
            serde_json::Value::String(text) => Ok(Self(text)),
            _ => Err(D::Error::custom("a password must be a text")),
        }
    }
}

impl PartialSchema for Password {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Password)))
            .description(Some("What somebody signs in with."))
            .min_length(Some(MIN_CHARACTERS))
            .max_length(Some(MAX_BYTES))
            .into()
    }
}

impl ToSchema for Password {}

/// Hashes and compares passwords, as many at once as the machine has processors: each takes 19 MiB.
#[derive(Debug, Clone)]
pub(super) struct Passwords {
    slots: Arc<Semaphore>,
}

impl Default for Passwords {
    fn default() -> Self {
        let slots = available_parallelism().map_or(1, usize::from);
        Self {
            slots: Arc::new(Semaphore::new(slots)),
        }
    }
}

impl Passwords {
    /// What is kept of a password.
    ///
    /// # Errors
    /// If the password may not be chosen, or too many are being hashed.
    pub(super) async fn hash(&self, password: Password) -> Result<String, PeopleError> {
        password.check()?;
        self.run(move || {
            let hash: Result<PasswordHash, _> =
                Argon2::default().hash_password(password.0.as_bytes());
            hash.map(|hash| hash.to_string()).ok()
        })
        .await?
        .ok_or(PeopleError::Busy)
    }

    /// Whether this is the password. Without a hash it is not, and finding that out takes as long.
    ///
    /// # Errors
    /// If too many are being compared.
    pub(super) async fn verify(
        &self,
        password: Password,
        hash: Option<String>,
    ) -> Result<bool, PeopleError> {
        self.run(move || {
            // Nobody has chosen one that is too long, and its length is no reason to work more.
            let is_possible = password.0.len() <= MAX_BYTES;
            let text = if is_possible {
                password.0.as_bytes()
            } else {
                b""
            };
            let known = hash.as_deref().unwrap_or(NOBODY);
            let fits = PasswordHash::new(known)
                .is_ok_and(|known| Argon2::default().verify_password(text, &known).is_ok());
            fits && is_possible && hash.is_some()
        })
        .await
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, PeopleError> {
        let slot = timeout(PATIENCE, self.slots.clone().acquire_owned()).await;
        let Ok(Ok(slot)) = slot else {
            return Err(PeopleError::Busy);
        };
        // The slot goes along: whoever asked may hang up, and the work goes on.
        let done = spawn_blocking(move || {
            let done = work();
            drop(slot);
            done
        });
        done.await.map_err(|_| PeopleError::Busy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_password_fits_its_hash() {
        let passwords = Passwords::default();
        let hash = passwords
            .hash(Password::new("correct horse"))
            .await
            .unwrap();
        assert!(!hash.contains("correct"));
        let verify = async |password: &str, hash: Option<&str>| {
            let hash = hash.map(str::to_owned);
            let password = Password::new(password);
            passwords.verify(password, hash).await.unwrap()
        };
        assert!(verify("correct horse", Some(&hash)).await);
        assert!(!verify("correct horses", Some(&hash)).await);
        assert!(!verify("correct horse", Some("garbage")).await);
        assert!(!verify("", None).await);
        assert!(!verify(&"x".repeat(100_000), Some(&hash)).await);
    }

    #[tokio::test]
    async fn nobody_takes_as_much_work_as_anybody() {
        let hash = Passwords::default()
            .hash(Password::new("correct horse"))
            .await
            .unwrap();
        let params = |hash: &str| {
            let hash = PasswordHash::new(hash).unwrap();
            let output = hash.hash.unwrap().len();
            let salt = hash.salt.unwrap().len();
            (hash.algorithm, hash.version, hash.params, salt, output)
        };
        assert_eq!(params(NOBODY), params(&hash));
        assert!(hash.starts_with("$argon2id$v=19$"));
    }

    #[test]
    fn short_and_endless_passwords_are_not_taken() {
        assert!(Password::new("x".repeat(9)).check().is_err());
        assert!(Password::new("ä".repeat(10)).check().is_ok());
        assert!(Password::new("x".repeat(1024)).check().is_ok());
        assert!(Password::new("x".repeat(1025)).check().is_err());
    }

    #[test]
    fn debug_and_errors_do_not_show_it() {
        assert_eq!(format!("{:?}", Password::new("hunter2")), "Password(…)");
        let error = serde_json::from_str::<Password>("987654321").unwrap_err();
        assert!(!error.to_string().contains("987654321"), "{error}");
    }
}
