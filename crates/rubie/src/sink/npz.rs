//! All results as named arrays in a `.npz` file, which is a ZIP archive of `.npy` files.
//!
//! Chunks belong into the middle of arrays, because runs are the last axis. So the archive gets its final size at once
//! and each piece is written to its place. A member's checksum is put together from those of its rows, each of which
//! grows run by run.

use crc32fast::Hasher;
use rubie_kernel::Status;
use serde_json::Value;

use super::error::SinkError;
use super::npy::too_large;
use super::numpy::{element, header, numbers, texts};
use super::part::{PartFile, Start};
use super::table::Kind;
use super::zip::{Member, directory};
use super::{Chunk, Column, EventPart, Layout, Store, Written};

struct NpzSink {
    file: PartFile,
    /// Members that were complete from the start.
    fixed: Vec<Member>,
    growing: Vec<Growing>,
    /// Where the directory will begin.
    end: u64,
}

/// What a growing member holds.
#[derive(Clone, Copy)]
enum Content {
    Swept,
    Status,
    Numbers(Kind),
}

/// A member whose last axis is the run axis.
struct Growing {
    content: Content,
    member: Member,
    /// Where its elements begin, and the checksum of what comes before.
    start: u64,
    header: Hasher,
    /// Bytes of all runs in one row (all axes but the last), and each row's checksum so far.
    row_bytes: u64,
    rows: Vec<Hasher>,
}

/// Opens an archive in its final size and writes what does not depend on the runs.
///
/// What an earlier attempt wrote is where it belongs; its checksums are computed from it.
pub(super) fn open(mut file: PartFile, layout: &Layout, start: &Start) -> Result<Box<dyn Store>, SinkError> {
    let (swept, variables) = (layout.swept.len() as u64, layout.variables.len() as u64);
    let shape = [layout.times.len() as u64, variables, layout.runs];
    let (number, width) = element(layout.precision);
    let names = |columns: &[Column]| texts(columns.iter().map(|column| column.name.as_str()));
    let units =
        |columns: &[Column]| texts(columns.iter().map(|column| column.unit.as_deref().unwrap_or_default()));
    let mut fixed = vec![
        ("time", numbers(&layout.times)),
        ("variables", names(&layout.variables)),
        ("units", units(&layout.variables)),
        ("swept_names", names(&layout.swept)),
        ("swept_units", units(&layout.swept)),
    ];
    if let Some(part) = &layout.summaries {
        let end = |k: usize| numbers(&part.windows.iter().map(|window| window[k]).collect::<Vec<_>>());
        fixed.extend([
            ("window_start", end(0)),
            ("window_end", end(1)),
            ("summary_names", names(&part.columns)),
            ("summary_units", units(&part.columns)),
        ]);
    }
    let flags = Status::FLAGS;
    fixed.extend([
        ("status_bits", numbers(&flags.iter().map(|flag| f64::from(flag.bit)).collect::<Vec<_>>())),
        ("status_names", texts(flags.iter().map(|flag| flag.name))),
    ]);
    if let Some(part) = &layout.events {
        fixed.push(("event_names", texts(part.names.iter().map(String::as_str))));
    }
    let mut archive = Archive { file: &mut file, end: 0 };
    let fixed = fixed.iter().map(|(name, bytes)| archive.store(name, bytes)).collect::<Result<_, _>>()?;
    let mut growing = vec![
        archive.reserve("swept", Content::Swept, "f8", 8, &[swept, layout.runs])?,
        archive.reserve("status", Content::Status, "u4", 4, &[layout.runs])?,
        archive.reserve("samples", Content::Numbers(Kind::Samples), number, width, &shape)?,
    ];
    if let Some(part) = &layout.summaries {
        let shape = [part.windows.len() as u64, part.columns.len() as u64, layout.runs];
        growing.push(archive.reserve(
            "summaries",
            Content::Numbers(Kind::Summaries),
            number,
            width,
            &shape,
        )?);
    }
    if let Some(part) = &layout.events {
        let shape = [part.slots as u64, EventPart::COLUMNS.len() as u64, layout.runs];
        growing.push(archive.reserve("events", Content::Numbers(Kind::Events), "f8", 8, &shape)?);
    }
    let end = archive.end;
    let prepared = file.set_len(end).and_then(|()| {
        growing.iter_mut().try_for_each(|array| array.check_again(&mut file, start.runs(), layout.runs))
    });
    prepared.map_err(|source| file.failure(source))?;
    Ok(Box::new(NpzSink { file, fixed, growing, end }))
}

/// An archive that members are added to.
struct Archive<'a> {
    file: &'a mut PartFile,
    end: u64,
}

impl Archive<'_> {
    fn member(&mut self, name: &str, bytes: u64, crc: u32) -> Member {
        Member { name: format!("{name}.npy"), bytes, crc, offset: self.end }
    }

    /// Adds a member that is known as a whole.
    fn store(&mut self, name: &str, bytes: &[u8]) -> Result<Member, SinkError> {
        let member = self.member(name, bytes.len() as u64, crc32fast::hash(bytes));
        let mut all = member.local_header();
        all.extend_from_slice(bytes);
        self.file.write_at(self.end, &all).map_err(|source| self.file.failure(source))?;
        self.end += all.len() as u64;
        Ok(member)
    }

    /// Adds a member that grows run by run, and writes its array's header.
    fn reserve(
        &mut self,
        name: &str,
        content: Content,
        kind: &str,
        width: u64,
        shape: &[u64],
    ) -> Result<Growing, SinkError> {
        let header = header(kind, shape);
        let (runs, axes) = shape.split_last().unwrap_or((&1, &[]));
        let rows = axes.iter().try_fold(1, |rows: u64, length| rows.checked_mul(*length));
        let row_bytes = runs.checked_mul(width);
        let bytes = rows
            .zip(row_bytes)
            .and_then(|(rows, row)| rows.checked_mul(row)?.checked_add(header.len() as u64));
        let end = bytes
            .and_then(|bytes| bytes.checked_add(self.end + 1024))
            .filter(|end| i64::try_from(*end).is_ok());
        let (Some(rows), Some(row_bytes), Some(bytes), Some(_)) = (rows, row_bytes, bytes, end) else {
            return Err(too_large(self.file, shape));
        };
        let member = self.member(name, bytes, 0);
        let place = self.end + member.local_header().len() as u64;
        self.file.write_at(place, &header).map_err(|source| self.file.failure(source))?;
        self.end = place + bytes;
        let mut checksum = Hasher::new();
        checksum.update(&header);
        let rows = vec![Hasher::new(); rows as usize];
        Ok(Growing { content, member, start: place + header.len() as u64, header: checksum, row_bytes, rows })
    }
}

impl Growing {
    /// Writes the elements of consecutive runs, shape (row, run).
    fn write(
        &mut self,
        file: &mut PartFile,
        first_run: u64,
        runs: usize,
        bytes: &[u8],
    ) -> Result<(), SinkError> {
        let part = bytes.len() / self.rows.len().max(1);
        if part == 0 {
            return Ok(());
        }
        let first = self.start + first_run * (part / runs) as u64;
        for ((row, checksum), bytes) in self.rows.iter_mut().enumerate().zip(bytes.chunks(part)) {
            checksum.update(bytes);
            let place = first + row as u64 * self.row_bytes;
            file.write_at(place, bytes).map_err(|source| file.failure(source))?;
        }
        Ok(())
    }

    /// Computes the checksums of what an earlier attempt wrote: the first `runs` of `total` runs.
    fn check_again(&mut self, file: &mut PartFile, runs: u64, total: u64) -> std::io::Result<()> {
        let mut buffer = vec![0; 1 << 16];
        for (row, checksum) in self.rows.iter_mut().enumerate() {
            let mut place = self.start + row as u64 * self.row_bytes;
            let end = place + self.row_bytes / total.max(1) * runs;
            while place < end {
                let piece = &mut buffer[..(end - place).min(1 << 16) as usize];
                file.read_at(place, piece)?;
                checksum.update(piece);
                place += piece.len() as u64;
            }
        }
        Ok(())
    }

    /// The member with its checksum.
    fn finish(&self) -> Member {
        let mut checksum = self.header.clone();
        self.rows.iter().for_each(|row| checksum.combine(row));
        Member { crc: checksum.finalize(), ..self.member.clone() }
    }
}

impl Store for NpzSink {
    fn write(&mut self, chunk: &Chunk<'_>) -> Result<(), SinkError> {
        for array in &mut self.growing {
            let numbers;
            let bytes = match array.content {
                Content::Swept => bytemuck::cast_slice(chunk.swept),
                Content::Status => bytemuck::cast_slice(chunk.status),
                Content::Numbers(kind) => {
                    numbers = kind.numbers(chunk);
                    numbers.bytes()
                }
            };
            array.write(&mut self.file, chunk.first_run, chunk.runs, bytes)?;
        }
        Ok(())
    }

    fn settle(&mut self) -> Result<Value, SinkError> {
        self.file.settle().map(|()| Value::Null)
    }

    fn finish(mut self: Box<Self>) -> Result<Written, SinkError> {
        let mut members = std::mem::take(&mut self.fixed);
        for member in self.growing.iter().map(Growing::finish) {
            let header = member.local_header();
            self.file.write_at(member.offset, &header).map_err(|source| self.file.failure(source))?;
            members.push(member);
        }
        let directory = directory(&members, self.end);
        self.file.write_at(self.end, &directory).map_err(|source| self.file.failure(source))?;
        self.file.finish()
    }
}
