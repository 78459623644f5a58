//! What decides the results of a solve, as numbers that can be compared later.

/// Digests of what decides each bit of the results: equal where results are equal, different (but for one chance in
/// 2^64) where anything is. Threads, backend, vector instructions and memory change no bit, so they are not in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Model, method, precision, names that vary.
    pub model: u64,
    /// Times, tolerances, step sizes, values that are set.
    pub options: u64,
    /// The values of each run.
    pub sweep: u64,
}

/// The digest of a text.
pub(crate) fn digest(text: &str) -> u64 {
    let mut digest = Digest::default();
    digest.take(text.as_bytes());
    digest.0
}

/// FNV-1a with 64 bits, which never changes, unlike the hashes of the standard library.
///
/// # Source
/// G. Fowler, L. C. Noll, K.-P. Vo, D. Eastlake, The FNV Non-Cryptographic Hash Algorithm, IETF draft 17, section 2.
pub(crate) struct Digest(pub(crate) u64);

impl Default for Digest {
    fn default() -> Self {
        Digest(0xcbf2_9ce4_8422_2325)
    }
}

impl Digest {
    pub(crate) fn take(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn published_digests() {
        // Appendix of the draft: FNV-1a test vectors.
        assert_eq!(super::digest(""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(super::digest("a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(super::digest("foobar"), 0x8594_4171_f739_67e8);
    }
}
