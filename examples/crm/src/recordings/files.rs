//! [`Files`]: copies of recordings in a directory of ours.

use std::{
    io::{self, SeekFrom},
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use futures_util::stream;
use sha2::{Digest as _, Sha256};
use tokio::{
    fs::{self, File},
    io::{AsyncReadExt as _, AsyncSeekExt as _, AsyncWriteExt as _},
};
use twilio_hooks::{CompanyId, RecordingId, client::Download};
use uuid::Uuid;

/// How much is read from a file at once.
const PIECE: usize = 64 * 1024;

/// The directory below ours for what is not complete. A server that dies leaves it there.
const UNFINISHED: &str = "unfinished";

/// How long nothing is added to a file before it counts as left over. Whoever still downloads it gets
/// more of it, or gives up, much earlier.
const LEFT_OVER: Duration = Duration::from_secs(3600);

/// The directory with the copies of recordings: `recordings/<company>/<recording>`. Several servers on
/// one database share it. Clones are cheap.
#[derive(Debug, Clone)]
pub struct Files {
    root: Arc<Path>,
}

/// A copy that was written and read again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// How long it is.
    pub bytes: u64,
    /// What is in it.
    pub sha256: Vec<u8>,
}

impl Files {
    /// Below this directory, which is made when the first file comes.
    #[must_use]
    pub fn new(data_dir: &Path) -> Self {
        Self {
            root: data_dir.join("recordings").into(),
        }
    }

    fn path(&self, company: CompanyId, id: RecordingId) -> PathBuf {
        self.root.join(company.to_string()).join(id.to_string())
    }

    /// Writes a download to its place: to a temporary file first, which takes its name only when it is
    /// complete, on the disk, and reads as it was written.
    ///
    /// # Errors
    /// If the download breaks off or is shorter than announced, or the file can't be written.
    pub async fn write(
        &self,
        company: CompanyId,
        id: RecordingId,
        download: Download,
    ) -> io::Result<Copied> {
        let path = self.path(company, id);
        let directory = path.parent().unwrap_or(&self.root);
        make_directory(directory).await?;
        let unfinished = self.root.join(UNFINISHED);
        make_directory(&unfinished).await?;
        let temporary = unfinished.join(format!("{id}.{}", Uuid::new_v4().simple()));
        let written = match write_checked(&temporary, download).await {
            Ok(copied) => fs::rename(&temporary, &path).await.map(|()| copied),
            Err(error) => Err(error),
        };
        if written.is_err() {
            let _ = fs::remove_file(&temporary).await;
        }
        let copied = written?;
        // The name is on the disk only then.
        #[cfg(unix)]
        File::open(directory).await?.sync_all().await?;
        Ok(copied)
    }

    /// A part of a copy, from the first byte to the last; `None` if there is no such file, or it has
    /// another length than it had.
    ///
    /// # Errors
    /// If it can't be read.
    pub async fn open(
        &self,
        company: CompanyId,
        id: RecordingId,
        length: u64,
    ) -> io::Result<Option<File>> {
        let Some(file) = or_missing(File::open(self.path(company, id)).await)? else {
            return Ok(None);
        };
        let same = file.metadata().await?.len() == length;
        Ok(same.then_some(file))
    }

    /// Removes a copy, if there is one.
    ///
    /// # Errors
    /// If it is there and can't be removed.
    pub async fn remove(&self, company: CompanyId, id: RecordingId) -> io::Result<()> {
        let name = format!("{id}.");
        self.remove_unfinished(|part, _| part.starts_with(&name))
            .await?;
        or_missing(fs::remove_file(self.path(company, id)).await).map(drop)
    }

    /// Removes what servers have left over that died while they were copying.
    ///
    /// # Errors
    /// If it is there and can't be removed.
    pub async fn sweep(&self) -> io::Result<()> {
        let is_old = |at: SystemTime| at.elapsed().is_ok_and(|age| age > LEFT_OVER);
        self.remove_unfinished(|_, changed| is_old(changed)).await
    }

    async fn remove_unfinished(
        &self,
        is_meant: impl Fn(&str, SystemTime) -> bool,
    ) -> io::Result<()> {
        let Some(mut parts) = or_missing(fs::read_dir(self.root.join(UNFINISHED)).await)? else {
            return Ok(());
        };
        while let Some(part) = parts.next_entry().await? {
            let Some(known) = or_missing(part.metadata().await)? else {
                continue;
            };
            if is_meant(&part.file_name().to_string_lossy(), known.modified()?) {
                or_missing(fs::remove_file(part.path()).await)?;
            }
        }
        Ok(())
    }
}

/// What is not there is no error.
fn or_missing<T>(done: io::Result<T>) -> io::Result<Option<T>> {
    match done {
        Ok(done) => Ok(Some(done)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// The bytes of a file, piece by piece, from `first` on and `count` of them.
///
/// # Errors
/// If there is no going to `first`.
pub(super) async fn pieces(
    mut file: File,
    first: u64,
    count: u64,
) -> io::Result<impl futures_util::Stream<Item = io::Result<Bytes>> + Send + 'static> {
    file.seek(SeekFrom::Start(first)).await?;
    Ok(stream::try_unfold(
        (file, count),
        |(mut file, left)| async move {
            if left == 0 {
                return Ok(None);
            }
            let most = usize::try_from(left).unwrap_or(PIECE).min(PIECE);
            let mut piece = vec![0; most];
            let read = file.read(&mut piece).await?;
            if read == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            piece.truncate(read);
            let left = left - read as u64;
            Ok(Some((Bytes::from(piece), (file, left))))
        },
    ))
}

/// Only for this server: nobody else has to read what was said.
async fn make_directory(directory: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    builder.mode(0o700);
    builder.create(directory).await
}

async fn write_checked(path: &Path, mut download: Download) -> io::Result<Copied> {
    let announced = download.content_length();
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    options.mode(0o600);
    let mut file = options.open(path).await?;
    let mut hash = Sha256::new();
    let mut bytes = 0;
    while let Some(piece) = download.chunk().await.map_err(io::Error::other)? {
        hash.update(&piece);
        bytes += piece.len() as u64;
        file.write_all(&piece).await?;
    }
    if announced.is_some_and(|announced| announced != bytes) {
        return Err(io::Error::other("it has another length than announced"));
    }
    file.flush().await?;
    file.sync_all().await?;
    drop(file);
    let sha256 = hash.finalize().to_vec();
    if hash_of(path).await? != sha256 {
        return Err(io::Error::other("it reads otherwise than it was written"));
    }
    Ok(Copied { bytes, sha256 })
}

async fn hash_of(path: &Path) -> io::Result<Vec<u8>> {
    let mut file = File::open(path).await?;
    let mut hash = Sha256::new();
    let mut piece = vec![0; PIECE];
    loop {
        match file.read(&mut piece).await? {
            0 => return Ok(hash.finalize().to_vec()),
            read => hash.update(&piece[..read]),
        }
    }
}
