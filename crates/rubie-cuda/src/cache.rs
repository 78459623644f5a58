//! Compiled kernels on disk: one file each, whole or not there, oldest first to go.
//!
//! An entry holds all that it was made of (architecture, compiler, options, source), and is taken only where all of that is
//! the same; the name of its file is no more than a way to find it. Files are written under another name and renamed, so
//! any number of processes may use one folder.

use std::collections::hash_map::DefaultHasher;
use std::env;
use std::fs::{self, File};
use std::hash::{Hash, Hasher};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::time::SystemTime;

/// The first bytes of an entry; another layout of entries has others.
const MAGIC: &[u8; 8] = b"rubie\x00\x00\x01";

/// Ending of entries' names.
const EXTENSION: &str = "kernel";

/// Bytes that a folder may hold.
const MOST_BYTES: u64 = 256 << 20;

/// The environment variable that names the folder.
pub const FOLDER_VARIABLE: &str = "RUBIE_CACHE_DIR";

/// A folder of compiled kernels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cache {
    folder: PathBuf,
    most_bytes: u64,
}

/// A compiled kernel in a cache.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its file.
    pub path: PathBuf,
    /// Bytes of the file.
    pub bytes: u64,
    /// When it was last used.
    pub used: SystemTime,
}

impl Cache {
    /// A cache in a folder, which need not exist yet.
    pub fn new(folder: impl Into<PathBuf>) -> Cache {
        Cache { folder: folder.into(), most_bytes: MOST_BYTES }
    }

    /// The same with another bound on the bytes it holds.
    #[must_use]
    pub fn bounded(self, most_bytes: u64) -> Cache {
        Cache { most_bytes, ..self }
    }

    /// The user's cache: the folder that RUBIE_CACHE_DIR names, or `rubie` in the system's place for caches. None where
    /// neither is known.
    pub fn of_user() -> Option<Cache> {
        let set = |name| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let system = || {
            if cfg!(windows) {
                set("LOCALAPPDATA")
            } else if cfg!(target_os = "macos") {
                env::home_dir().map(|home| home.join("Library/Caches"))
            } else {
                set("XDG_CACHE_HOME").or_else(|| env::home_dir().map(|home| home.join(".cache")))
            }
        };
        set(FOLDER_VARIABLE).or_else(|| system().map(|folder| folder.join("rubie"))).map(Cache::new)
    }

    /// Where it is.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// What was made of `key`, if it is there; it counts as used now.
    pub fn get(&self, key: &str) -> Option<Vec<u8>> {
        let path = self.path(key);
        let bytes = fs::read(&path).ok()?;
        let found = parse(&bytes, key);
        match found {
            Some(_) => {
                let now = File::options().append(true).open(&path);
                let _ = now.and_then(|file| file.set_modified(SystemTime::now()));
            }
            // Another key of the same name is as good as none, and what is broken is in the way.
            None => drop(fs::remove_file(&path)),
        }
        found
    }

    /// Keeps what was made of `key`, and drops the entries that were not used for longest where there are too many bytes.
    ///
    /// # Errors
    /// The folder cannot be written. Nothing depends on a cache: callers go on without.
    pub fn put(&self, key: &str, value: &[u8]) -> io::Result<()> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        fs::create_dir_all(&self.folder)?;
        let name = format!("{}-{}.part", std::process::id(), COUNT.fetch_add(1, Relaxed));
        let temporary = self.folder.join(name);
        let written = File::create(&temporary).and_then(|mut file| {
            file.write_all(&entry(key, value))?;
            file.sync_all()
        });
        let done = written.and_then(|()| fs::rename(&temporary, self.path(key)));
        if done.is_err() {
            let _ = fs::remove_file(&temporary);
        }
        done?;
        self.trim();
        Ok(())
    }

    /// All entries, the least recently used first.
    pub fn entries(&self) -> Vec<Entry> {
        let files = fs::read_dir(&self.folder).into_iter().flatten().flatten().map(|entry| entry.path());
        let kernels = files.filter(|path| path.extension().is_some_and(|ending| ending == EXTENSION));
        let entry = |path: PathBuf| {
            let data = fs::metadata(&path).ok()?;
            Some(Entry { bytes: data.len(), used: data.modified().ok()?, path })
        };
        let mut entries: Vec<Entry> = kernels.filter_map(entry).collect();
        entries.sort_by(|a, b| (a.used, &a.path).cmp(&(b.used, &b.path)));
        entries
    }

    /// Removes all entries; says how many there were.
    ///
    /// # Errors
    /// The first file that cannot be removed.
    pub fn clear(&self) -> io::Result<usize> {
        let entries = self.entries();
        for entry in &entries {
            fs::remove_file(&entry.path)?;
        }
        Ok(entries.len())
    }

    fn trim(&self) {
        let entries = self.entries();
        let mut bytes: u64 = entries.iter().map(|entry| entry.bytes).sum();
        // The newest stays, however large it is.
        for entry in entries.iter().take(entries.len().saturating_sub(1)) {
            if bytes <= self.most_bytes {
                break;
            }
            if fs::remove_file(&entry.path).is_ok() {
                bytes -= entry.bytes;
            }
        }
    }

    fn path(&self, key: &str) -> PathBuf {
        self.folder.join(format!("{:016x}.{EXTENSION}", hash(key.as_bytes())))
    }
}

/// Of names and contents; nothing relies on it to be the same in another version.
fn hash(bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    hasher.finish()
}

/// An entry's bytes: magic, length and hash of the value, length of the key, key, value.
fn entry(key: &str, value: &[u8]) -> Vec<u8> {
    let numbers = [value.len() as u64, hash(value), key.len() as u64].map(u64::to_le_bytes);
    [&MAGIC[..], numbers.as_flattened(), key.as_bytes(), value].concat()
}

/// The value of an entry that is whole and of this key.
fn parse(bytes: &[u8], key: &str) -> Option<Vec<u8>> {
    let rest = bytes.strip_prefix(MAGIC)?;
    let (numbers, rest) = rest.split_at_checked(24)?;
    let rest = rest.strip_prefix(key.as_bytes())?;
    let expected = [rest.len() as u64, hash(rest), key.len() as u64].map(u64::to_le_bytes);
    (numbers == expected.as_flattened()).then(|| rest.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder of its own, gone at the end.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Folder {
            Folder(env::temp_dir().join(format!("rubie-cache-{name}-{}", std::process::id())))
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn what_was_put_is_found_until_cleared() {
        let folder = Folder::new("plain");
        let cache = Cache::new(&folder.0);
        assert_eq!(cache.get("a"), None);
        cache.put("a", b"value").unwrap();
        cache.put("b", b"").unwrap();
        assert_eq!(cache.get("a").as_deref(), Some(&b"value"[..]));
        assert_eq!(cache.get("b").as_deref(), Some(&b""[..]));
        assert_eq!((cache.entries().len(), cache.clear().unwrap(), cache.entries().len()), (2, 2, 0));
        assert_eq!(cache.get("a"), None);
    }

    #[test]
    fn broken_entries_are_none() {
        let folder = Folder::new("broken");
        let cache = Cache::new(&folder.0);
        for damage in 0..3 {
            cache.put("key", b"value").unwrap();
            let path = cache.path("key");
            let mut bytes = fs::read(&path).unwrap();
            match damage {
                0 => bytes.truncate(20),
                1 => *bytes.last_mut().unwrap() ^= 1,
                _ => bytes[33] ^= 1,
            }
            fs::write(&path, bytes).unwrap();
            assert_eq!(cache.get("key"), None);
            assert!(!path.exists());
        }
        // Another key under the same name.
        fs::write(cache.path("key"), entry("other", b"value")).unwrap();
        assert_eq!(cache.get("key"), None);
    }

    #[test]
    fn the_longest_unused_go_first() {
        let folder = Folder::new("bounded");
        let cache = Cache::new(&folder.0).bounded(3 * (33 + 1000));
        for (age, key) in ["a", "b", "c"].into_iter().enumerate() {
            cache.put(key, &[0; 1000]).unwrap();
            let file = File::options().append(true).open(cache.path(key)).unwrap();
            file.set_modified(SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(age as u64)).unwrap();
        }
        assert!(cache.get("a").is_some());
        cache.put("d", &[0; 1000]).unwrap();
        assert!(cache.get("b").is_none());
        assert!(["a", "c", "d"].iter().all(|key| cache.get(key).is_some()));
    }

    #[test]
    fn many_writers_leave_whole_entries() {
        let folder = Folder::new("writers");
        let cache = Cache::new(&folder.0);
        std::thread::scope(|scope| {
            for writer in 0..4u8 {
                let cache = &cache;
                scope.spawn(move || {
                    for _ in 0..20 {
                        cache.put("key", &[writer; 5000]).unwrap();
                        let found = cache.get("key").unwrap();
                        assert!(found.len() == 5000 && found.iter().all(|byte| *byte == found[0]));
                    }
                });
            }
        });
        assert_eq!(cache.entries().len(), 1);
    }
}
