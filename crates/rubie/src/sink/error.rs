//! Everything that can go wrong with writing results.

use std::io;
use std::path::PathBuf;

/// Why results cannot be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SinkError {
    /// The name does not say what kind of file to write.
    #[error("cannot tell the kind of file from the name {}; it must end in {}", path.display(), listed(known))]
    UnknownExtension {
        /// The name given.
        path: PathBuf,
        /// The extensions there are.
        known: Vec<&'static str>,
    },
    /// More than one array for a file that holds one.
    #[error("samples, summaries and events are arrays of their own, and {} holds one; take .npz, or leave the others out", path.display())]
    OneArray {
        /// The name given.
        path: PathBuf,
    },
    /// The name is a directory's.
    #[error("{} is a directory; name a file in it, such as {}", path.display(), path.join("result.parquet").display())]
    IsDirectory {
        /// The directory.
        path: PathBuf,
    },
    /// The directory of the file does not exist.
    #[error("there is no directory {}; make it first", path.display())]
    NoDirectory {
        /// The directory.
        path: PathBuf,
    },
    /// No file can be made in the directory.
    #[error("cannot make a file in the directory {}: {source}", path.display())]
    Create {
        /// The directory.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Writing failed, for example because the disk is full.
    #[error(
        "cannot write {}: {source}; {} had been written, and the unfinished file is {}",
        path.display(), size(*written),
        if *kept { "kept: make room and go on with --resume" } else { "removed" }
    )]
    Write {
        /// The file that was to be.
        path: PathBuf,
        /// Bytes that had been written.
        written: u64,
        /// Whether the unfinished file stays, to go on with.
        kept: bool,
        /// What the system says.
        source: io::Error,
    },
    /// The file is complete but cannot get its name.
    #[error("cannot put the finished file into place as {}: {source}; it is removed", path.display())]
    Rename {
        /// The file that was to be.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A directory for results beyond the memory cannot be used.
    #[error("cannot keep results in files in {}: {source}", path.display())]
    Spill {
        /// The directory.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// An earlier attempt at this file is there, and nobody has said what to do with it.
    #[error(
        "{} has {finished} of {runs} runs of an earlier attempt; go on with --resume, or begin anew with \
         --restart, which throws them away",
        path.display()
    )]
    Unfinished {
        /// The unfinished file.
        path: PathBuf,
        /// Runs that are finished.
        finished: u64,
        /// Runs of the batch.
        runs: u64,
    },
    /// An earlier attempt at this file was made with something else.
    #[error(
        "cannot go on with {}: it was begun with {}; solve with what it was begun with, or begin anew with \
         --restart, which throws its {finished} finished runs away",
        path.display(), different.join(" and ")
    )]
    Different {
        /// The unfinished file.
        path: PathBuf,
        /// What differs, such as `another sweep`.
        different: Vec<&'static str>,
        /// Runs that are finished.
        finished: u64,
    },
    /// The file is being written at this moment.
    #[error("another solve is writing {} right now; wait for it or choose another name", path.display())]
    Busy {
        /// The file.
        path: PathBuf,
    },
    /// The journal beside an unfinished file cannot be used.
    #[error("cannot use the journal {}: {problem}", path.display())]
    Journal {
        /// The journal.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// The format cannot hold this.
    #[error("cannot write {}: {problem}", path.display())]
    Format {
        /// The file that was to be.
        path: PathBuf,
        /// What the format does not allow.
        problem: String,
    },
    /// Two columns with one name.
    #[error("two columns are called `{name}`; save it once")]
    Duplicate {
        /// The name.
        name: String,
    },
    /// A chunk that is not the next one, or does not fit the layout.
    #[error("a chunk does not fit: {problem}")]
    Chunk {
        /// What is wrong with it.
        problem: String,
    },
    /// The last chunks are missing, or one before could not be written.
    #[error("only {found} of {expected} runs were written, so no file is left behind")]
    Incomplete {
        /// Runs that were written.
        found: u64,
        /// Runs of the batch.
        expected: u64,
    },
}

fn listed(extensions: &[&str]) -> String {
    match extensions {
        [] => String::new(),
        [only] => format!(".{only}"),
        [first @ .., last] => {
            let first: Vec<String> = first.iter().map(|extension| format!(".{extension}")).collect();
            format!("{} or .{last}", first.join(", "))
        }
    }
}

fn size(bytes: u64) -> String {
    match bytes {
        0..1_000_000 => format!("{bytes} bytes"),
        1_000_000..1_000_000_000 => format!("{:.1} MB", bytes as f64 / 1e6),
        _ => format!("{:.2} GB", bytes as f64 / 1e9),
    }
}

impl SinkError {
    /// Whether what was asked for makes no sense, rather than that it could not be done.
    pub(crate) fn is_misuse(&self) -> bool {
        use SinkError::*;
        matches!(self, UnknownExtension { .. } | OneArray { .. } | IsDirectory { .. })
    }
}
