//! A file that is complete or absent.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempPath;

use super::Written;
use super::error::SinkError;

/// How a file begins.
#[derive(Clone, Debug)]
pub(super) enum Start {
    /// Empty, under a random name; it vanishes if it is not finished.
    Vanishing,
    /// Empty, under a known name; it stays if it is not finished.
    Kept,
    /// With what an earlier attempt left under that name: so many runs, and what the store said after each part of them.
    Again { runs: u64, states: Vec<Value> },
}

impl Start {
    /// What the store said of an earlier attempt.
    pub(super) fn states(&self) -> &[Value] {
        match self {
            Start::Again { states, .. } => states,
            _ => &[],
        }
    }

    /// Runs of an earlier attempt.
    pub(super) fn runs(&self) -> u64 {
        match self {
            Start::Again { runs, .. } => *runs,
            _ => 0,
        }
    }

    /// Bytes of an earlier attempt, for stores that say `bytes`.
    pub(super) fn bytes(&self) -> u64 {
        self.states().last().and_then(|state| state["bytes"].as_u64()).unwrap_or(0)
    }
}

/// The name of an unfinished file that stays.
pub(super) fn part_of(target: &Path) -> PathBuf {
    beside(target, ".part")
}

/// A name with something after it.
pub(super) fn beside(target: &Path, suffix: &str) -> PathBuf {
    let mut name = target.file_name().unwrap_or_default().to_owned();
    name.push(suffix);
    target.with_file_name(name)
}

/// Where a target is in truth, in a directory that exists.
pub(super) fn resolve(target: &Path) -> Result<PathBuf, SinkError> {
    // Through a link, the file that it leads to is replaced, not the link.
    let target =
        if target.is_symlink() { target.canonicalize().ok() } else { None }.unwrap_or(target.to_owned());
    if folder_of(&target).is_dir() {
        Ok(target)
    } else {
        Err(SinkError::NoDirectory { path: folder_of(&target) })
    }
}

pub(super) fn folder_of(target: &Path) -> PathBuf {
    target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_owned()
}

/// A file under a temporary name beside its target, renamed by [`PartFile::finish`].
pub(super) struct PartFile {
    file: File,
    place: Place,
    target: PathBuf,
    written: u64,
}

enum Place {
    Vanishing(TempPath),
    Kept(PathBuf),
}

impl PartFile {
    pub(super) fn open(target: &Path, start: &Start) -> Result<Self, SinkError> {
        let target = resolve(target)?;
        let folder = folder_of(&target);
        let failed = |source| SinkError::Create { path: folder.clone(), source };
        let (file, place) = match start {
            Start::Vanishing => {
                let mut prefix = std::ffi::OsString::from(".");
                prefix.push(target.file_name().unwrap_or_default());
                prefix.push(".");
                let mut builder = tempfile::Builder::new();
                builder.prefix(&prefix).suffix(".part");
                #[cfg(unix)] // Like any new file: the user's mask decides who may read it.
                builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
                let (file, path) = builder.tempfile_in(&folder).map_err(failed)?.into_parts();
                (file, Place::Vanishing(path))
            }
            Start::Kept | Start::Again { .. } => {
                let path = part_of(&target);
                let again = matches!(start, Start::Again { .. });
                let mut options = File::options();
                let file = options.read(true).write(true).create(!again).truncate(!again).open(&path);
                (file.map_err(failed)?, Place::Kept(path))
            }
        };
        Ok(PartFile { file, place, target, written: 0 })
    }

    /// Goes on after the first `bytes` bytes; what is behind them is cut off.
    pub(super) fn go_on(&mut self, bytes: u64) -> io::Result<()> {
        if self.file.metadata()?.len() < bytes {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the unfinished file has been cut"));
        }
        self.file.set_len(bytes)?;
        self.file.seek(SeekFrom::Start(bytes))?;
        self.written = bytes;
        Ok(())
    }

    /// Waits until everything written is on the disk.
    pub(super) fn settle(&self) -> Result<(), SinkError> {
        self.file.sync_data().map_err(|source| self.failure(source))
    }

    /// Reads what is at a place.
    pub(super) fn read_at(&mut self, place: u64, bytes: &mut [u8]) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(place))?;
        self.file.read_exact(bytes)
    }

    /// The file that is to be.
    pub(super) fn target(&self) -> &Path {
        &self.target
    }

    /// The error of an operation that failed.
    pub(super) fn failure(&self, source: io::Error) -> SinkError {
        let kept = matches!(self.place, Place::Kept(_));
        SinkError::Write { path: self.target.clone(), written: self.written, kept, source }
    }

    /// Gives the file its final size, so that any place of it can be written.
    pub(super) fn set_len(&mut self, bytes: u64) -> io::Result<()> {
        self.file.set_len(bytes)
    }

    /// Writes `bytes` at a place.
    pub(super) fn write_at(&mut self, place: u64, bytes: &[u8]) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(place))?;
        self.write_all(bytes)
    }

    /// Puts the file into place. Waits until it is on the disk: some file systems report a full disk only then.
    pub(super) fn finish(self) -> Result<Written, SinkError> {
        let bytes = self.sync().map_err(|source| self.failure(source))?;
        let PartFile { place, target, .. } = self;
        let renamed = match place {
            Place::Vanishing(path) => path.persist(&target).map_err(|error| error.error),
            Place::Kept(path) => std::fs::rename(path, &target),
        };
        match renamed {
            Ok(()) => Ok(Written::file(target, bytes)),
            Err(source) => Err(SinkError::Rename { path: target, source }),
        }
    }

    fn sync(&self) -> io::Result<u64> {
        self.file.sync_all()?;
        Ok(self.file.metadata()?.len())
    }
}

impl Write for PartFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.written += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}
