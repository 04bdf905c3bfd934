//! [`KeyFile`]: the encryption key of a server that was told none.
//!
//! A server that is set up in a browser needs a key before anybody has made one. It makes its own when it
//! starts for the first time, and keeps it in `data_dir`, readable for its user alone. A key of the
//! configuration comes before it, and the file still opens what was sealed with it.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use chacha20poly1305::aead::Generate as _;

use super::Config;
use crate::secret::Secret;

/// What it is called in `data_dir`.
const NAME: &str = "encryption.key";

/// The file with the key, whether or not it is there.
#[derive(Debug, Clone)]
pub struct KeyFile {
    path: PathBuf,
}

impl Config {
    /// The file with the key that the server has made, if it has.
    #[must_use]
    pub fn key_file(&self) -> KeyFile {
        KeyFile::new(&self.data_dir)
    }

    /// Whether the server needs a key of its own: without one, and without an account, nothing could ever
    /// come in.
    #[must_use]
    pub fn needs_key(&self) -> bool {
        self.keyring.is_empty() && self.accounts.is_empty()
    }
}

impl KeyFile {
    /// In this directory.
    #[must_use]
    pub fn new(data_dir: &Path) -> Self {
        Self {
            path: data_dir.join(NAME),
        }
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The key, as `encryption_keys` has it; none if there is no file.
    ///
    /// # Errors
    /// If it can't be read.
    pub fn read(&self) -> anyhow::Result<Option<Secret>> {
        match fs::read_to_string(&self.path) {
            Ok(key) => Ok(Some(Secret::new(&key))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error)
                .with_context(|| format!("the encryption key {} can't be read", self.shown())),
        }
    }

    /// Makes a key, unless another server was quicker, and gives what is there then.
    ///
    /// # Errors
    /// If it can't be written.
    pub fn make(&self) -> anyhow::Result<Secret> {
        let written = match self.write(&new_key()) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            written => written,
        };
        written.with_context(|| format!("the encryption key {} can't be made", self.shown()))?;
        let key = self.read()?;
        key.with_context(|| format!("the encryption key {} is gone again", self.shown()))
    }

    /// Whether others on this machine may read it; not on systems that do not say it this way.
    #[must_use]
    pub fn is_open_to_others(&self) -> bool {
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            fs::metadata(&self.path).is_ok_and(|it| it.permissions().mode() & 0o077 != 0)
        }
        #[cfg(not(unix))]
        false
    }

    fn write(&self, key: &Secret) -> io::Result<()> {
        let directory = self.path.parent().unwrap_or(Path::new("."));
        let mut builder = DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(directory)?;
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&self.path)?;
        let line = format!("{}\n", key.expose());
        let written = file
            .write_all(line.as_bytes())
            .and_then(|()| file.sync_all());
        if written.is_err() {
            // Half a key is none.
            let _ = fs::remove_file(&self.path);
        }
        written?;
        // The name is on the disk only then.
        if cfg!(unix) {
            File::open(directory)?.sync_all()?;
        }
        Ok(())
    }

    fn shown(&self) -> std::path::Display<'_> {
        self.path.display()
    }
}

/// 256 random bits. The id differs from that of any other key, so that a missing one can be named.
fn new_key() -> Secret {
    let (id, key) = (<[u8; 4]>::generate(), <[u8; 32]>::generate());
    let id = u32::from_be_bytes(id);
    Secret::new(&format!("file-{id:08x}:{}", STANDARD.encode(key)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sealed::Keyring;

    #[test]
    fn keys_that_are_made_differ_and_are_keys() {
        let (one, other) = (new_key(), new_key());
        assert_ne!(one.expose(), other.expose());
        Keyring::parse(&[one, other]).unwrap();
    }
}
