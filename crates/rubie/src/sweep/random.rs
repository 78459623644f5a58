//! Random numbers that can be asked for at any place.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// A sequence of random bits; the k-th word depends on seed, name and k only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stream {
    key: [u8; 32],
}

impl Stream {
    /// The stream of an axis: the ChaCha key is the seed, then a hash of the name, then zeros.
    pub(super) fn new(seed: u64, name: &str) -> Self {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        key[8..16].copy_from_slice(&fnv1a(name.as_bytes()).to_le_bytes());
        Stream { key }
    }

    /// The words from the `first`-th on.
    pub(super) fn words(&self, first: u64) -> impl Iterator<Item = u64> {
        let mut generator = ChaCha8Rng::from_seed(self.key);
        generator.set_word_pos(2 * u128::from(first)); // it counts words of 32 bits
        std::iter::repeat_with(move || generator.next_u64())
    }
}

/// The upper 53 bits of a word as a multiple of 2^-53 in [0, 1).
pub(super) fn unit(word: u64) -> f64 {
    const STEP: f64 = 1.0 / (1u64 << 53) as f64;
    (word >> 11) as f64 * STEP
}

/// The 64-bit hash FNV-1a (Fowler, Noll, Vo).
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_place_can_be_asked_for() {
        let stream = Stream::new(7, "beta");
        let all: Vec<u64> = stream.words(0).take(100).collect();
        for first in [1, 2, 7, 8, 63, 99] {
            assert_eq!(stream.words(first).next(), Some(all[first as usize]));
        }
    }

    #[test]
    fn seed_and_name_matter() {
        let first = |seed, name| Stream::new(seed, name).words(0).next();
        assert_ne!(first(0, "a"), first(0, "b"));
        assert_ne!(first(0, "a"), first(1, "a"));
    }

    /// Published values: FNV's own test suite, and the ChaCha8 key stream of the zero key (the first of the TC1
    /// vectors of draft-strombergson-chacha-test-vectors-01).
    #[test]
    fn the_primitives_are_the_published_ones() {
        assert_eq!(fnv1a(b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fnv1a(b"foobar"), 0x8594_4171_f739_67e8);
        let bytes: Vec<u8> = Stream { key: [0; 32] }.words(0).take(2).flat_map(u64::to_le_bytes).collect();
        let expected =
            [0x3e, 0x00, 0xef, 0x2f, 0x89, 0x5f, 0x40, 0xd6, 0x7f, 0x5b, 0xb8, 0xe8, 0x1f, 0x09, 0xa5, 0xa1];
        assert_eq!(bytes, expected);
    }

    #[test]
    fn units_stay_below_one() {
        assert_eq!(unit(0), 0.0);
        assert_eq!(unit(u64::MAX), 1.0 - f64::EPSILON / 2.0);
    }
}
