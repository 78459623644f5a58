//! The frame of a ZIP archive whose members are stored, not compressed, and whose sizes are known beforehand.
//!
//! # Source
//! PKWARE, .ZIP file format specification (APPNOTE.TXT) 6.3.10: sections 4.3.7 (local header), 4.3.12 (central directory),
//! 4.3.14 to 4.3.16 (its end), 4.5.3 (sizes and offsets beyond 32 bits).

/// What the archive says about one member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Member {
    pub(super) name: String,
    pub(super) bytes: u64,
    pub(super) crc: u32,
    /// Where its local header begins.
    pub(super) offset: u64,
}

const VERSION: u16 = 45; // the first with sizes beyond 32 bits
const JANUARY_1980: u16 = 0x21; // no date, so that equal results give equal files
const BEYOND: u32 = u32::MAX; // "see the 64-bit field"

impl Member {
    /// The bytes before the member's own. Always with 64-bit sizes, so that all headers have the same form.
    pub(super) fn local_header(&self) -> Vec<u8> {
        let mut header = Vec::new();
        put32(&mut header, 0x0403_4b50);
        put16(&mut header, VERSION);
        self.common(&mut header, 20);
        header.extend_from_slice(self.name.as_bytes());
        self.sizes(&mut header, 16);
        header
    }

    fn directory_entry(&self) -> Vec<u8> {
        let mut entry = Vec::new();
        put32(&mut entry, 0x0201_4b50);
        put16(&mut entry, VERSION); // made by
        put16(&mut entry, VERSION); // needed
        self.common(&mut entry, 28);
        [0, 0, 0].into_iter().for_each(|field| put16(&mut entry, field)); // comment, disk, internal attributes
        put32(&mut entry, 0); // external attributes
        put32(&mut entry, BEYOND); // offset
        entry.extend_from_slice(self.name.as_bytes());
        self.sizes(&mut entry, 24);
        put64(&mut entry, self.offset);
        entry
    }

    /// Fields that local header and directory entry share, from the flags to the length of the extra field.
    fn common(&self, out: &mut Vec<u8>, extra: u16) {
        [0, 0, 0, JANUARY_1980].into_iter().for_each(|field| put16(out, field)); // flags, stored, time, date
        put32(out, self.crc);
        put32(out, BEYOND); // compressed size
        put32(out, BEYOND); // size
        put16(out, self.name.len() as u16);
        put16(out, extra);
    }

    /// The extra field of 64-bit sizes.
    fn sizes(&self, out: &mut Vec<u8>, length: u16) {
        put16(out, 1);
        put16(out, length);
        put64(out, self.bytes);
        put64(out, self.bytes);
    }
}

/// The end of an archive: the central directory, which begins at `offset`, and what points to it.
pub(super) fn directory(members: &[Member], offset: u64) -> Vec<u8> {
    let mut out: Vec<u8> = members.iter().flat_map(Member::directory_entry).collect();
    let (count, length) = (members.len() as u64, out.len() as u64);
    put32(&mut out, 0x0606_4b50); // 64-bit end of the directory
    put64(&mut out, 44); // bytes of it that follow
    put16(&mut out, VERSION);
    put16(&mut out, VERSION);
    put64(&mut out, 0); // two disk numbers
    [count, count, length, offset].into_iter().for_each(|field| put64(&mut out, field));
    put32(&mut out, 0x0706_4b50); // where that is
    put32(&mut out, 0);
    put64(&mut out, offset + length);
    put32(&mut out, 1);
    put32(&mut out, 0x0605_4b50); // 32-bit end of the directory
    [0, 0, count as u16, count as u16].into_iter().for_each(|field| put16(&mut out, field));
    put32(&mut out, u32::try_from(length).unwrap_or(BEYOND));
    put32(&mut out, u32::try_from(offset).unwrap_or(BEYOND));
    put16(&mut out, 0);
    out
}

fn put16(out: &mut Vec<u8>, value: u16) {
    out.extend_from_slice(&value.to_le_bytes());
}

fn put32(out: &mut Vec<u8>, value: u32) {
    out.extend_from_slice(&value.to_le_bytes());
}

fn put64(out: &mut Vec<u8>, value: u64) {
    out.extend_from_slice(&value.to_le_bytes());
}
