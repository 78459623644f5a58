//! A file that is complete or absent.

use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::Written;
use super::error::SinkError;

/// A file under a temporary name beside its target; removed when dropped, renamed by [`PartFile::finish`].
pub(super) struct PartFile {
    file: NamedTempFile,
    target: PathBuf,
    written: u64,
}

impl PartFile {
    pub(super) fn create(target: &Path) -> Result<Self, SinkError> {
        // Through a link, the file that it leads to is replaced, not the link.
        let target =
            if target.is_symlink() { target.canonicalize().ok() } else { None }.unwrap_or(target.to_owned());
        let folder =
            target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        if !folder.is_dir() {
            return Err(SinkError::NoDirectory { path: folder.to_owned() });
        }
        let mut prefix = std::ffi::OsString::from(".");
        prefix.push(target.file_name().unwrap_or_default());
        prefix.push(".");
        let mut builder = tempfile::Builder::new();
        builder.prefix(&prefix).suffix(".part");
        #[cfg(unix)] // Like any new file: the user's mask decides who may read it.
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let file = builder.tempfile_in(folder);
        let file = file.map_err(|source| SinkError::Create { path: folder.to_owned(), source })?;
        Ok(PartFile { file, target, written: 0 })
    }

    /// The file that is to be.
    pub(super) fn target(&self) -> &Path {
        &self.target
    }

    /// Bytes written so far.
    pub(super) fn written(&self) -> u64 {
        self.written
    }

    /// The error of an operation that failed.
    pub(super) fn failure(&self, source: io::Error) -> SinkError {
        SinkError::Write { path: self.target.clone(), written: self.written, source }
    }

    /// Gives the file its final size, so that any place of it can be written.
    pub(super) fn set_len(&mut self, bytes: u64) -> io::Result<()> {
        self.file.as_file().set_len(bytes)
    }

    /// Writes `bytes` at a place.
    pub(super) fn write_at(&mut self, place: u64, bytes: &[u8]) -> io::Result<()> {
        self.file.as_file_mut().seek(SeekFrom::Start(place))?;
        self.write_all(bytes)
    }

    /// Puts the file into place. Waits until it is on the disk: some file systems report a full disk only then.
    pub(super) fn finish(self) -> Result<Written, SinkError> {
        let bytes = self.sync().map_err(|source| self.failure(source))?;
        let PartFile { file, target, .. } = self;
        match file.persist(&target) {
            Ok(_) => Ok(Written { summaries: None, path: target, bytes }),
            Err(error) => Err(SinkError::Rename { path: target, source: error.error }),
        }
    }

    fn sync(&self) -> io::Result<u64> {
        let file: &File = self.file.as_file();
        file.sync_all()?;
        Ok(file.metadata()?.len())
    }
}

impl Write for PartFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.as_file_mut().write(bytes)?;
        self.written += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.as_file_mut().flush()
    }
}
