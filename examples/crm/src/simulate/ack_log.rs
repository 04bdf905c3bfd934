//! [`AckLog`]: a list of what a server has acknowledged.

use std::{
    fs::{File, OpenOptions},
    io::{self, Write},
    path::Path,
    sync::{Mutex, PoisonError},
};

/// A file with the SID of every webhook that was answered 2xx, one a line.
///
/// For crash tests: an acknowledged webhook must be in the server's database, whatever happened to
/// the server since. Each line is handed to the operating system before the next request is sent.
#[derive(Debug)]
pub struct AckLog {
    file: Mutex<File>,
}

impl AckLog {
    /// Opens the file, which is made if there is none and otherwise added to.
    ///
    /// # Errors
    /// If the file can't be opened for writing.
    pub fn open(path: impl AsRef<Path>) -> io::Result<Self> {
        let file = OpenOptions::new().append(true).create(true).open(path)?;
        Ok(Self {
            file: Mutex::new(file),
        })
    }

    /// Adds one line.
    ///
    /// # Errors
    /// If it can't be written.
    pub fn add(&self, sid: &str) -> io::Result<()> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.write_all(format!("{sid}\n").as_bytes())?;
        file.flush()
    }
}
