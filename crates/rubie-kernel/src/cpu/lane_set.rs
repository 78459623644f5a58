//! Sets of lanes, one bit each.

/// Lanes of a block at most: eight vectors of f32.
pub(super) const MOST_LANES: usize = 128;

const WORD: usize = u64::BITS as usize;

/// Some of a block's lanes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct LaneSet([u64; MOST_LANES / WORD]);

impl LaneSet {
    pub(super) fn is_empty(&self) -> bool {
        self.0.iter().fold(0, |any, word| any | word) == 0
    }

    pub(super) fn insert(&mut self, lane: usize) {
        self.0[lane / WORD] |= 1 << (lane % WORD);
    }

    /// The lanes in ascending order.
    pub(super) fn iter(self) -> impl Iterator<Item = usize> {
        self.0.into_iter().enumerate().flat_map(|(i, word)| Bits(word).map(move |bit| i * WORD + bit))
    }

    /// Calls `visit` with each lane, and keeps those for which it answers true.
    #[inline]
    pub(super) fn retain(&mut self, mut visit: impl FnMut(usize) -> bool) {
        for (i, word) in self.0.iter_mut().enumerate() {
            *word = Bits(*word).fold(0, |kept, bit| kept | u64::from(visit(i * WORD + bit)) << bit);
        }
    }
}

/// The positions of the bits of a word.
struct Bits(u64);

impl Iterator for Bits {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        let bit = self.0.trailing_zeros() as usize;
        self.0 &= self.0.wrapping_sub(1);
        (bit < WORD).then_some(bit)
    }
}

/// What the lanes of a block need after an attempt.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Attention {
    /// Their runs have ended, for good or bad.
    pub(super) ended: LaneSet,
    /// Their next sample lies inside the step just accepted.
    pub(super) inside: LaneSet,
    /// Their next sample lies at its end.
    pub(super) at_end: LaneSet,
}

impl Attention {
    /// What the lanes need, given a row of [`crate::event`]s, and of the times of their next samples and of their clocks.
    /// Inlined, so that it becomes vector code inside [`rubie_program::Isa::vectorise`].
    #[inline(always)]
    pub(super) fn new(events: &[f64], next_sample: &[f64], now: &[f64]) -> Self {
        let mut attention = Attention::default();
        for (i, ((events, next), now)) in
            events.chunks(WORD).zip(next_sample.chunks(WORD)).zip(now.chunks(WORD)).enumerate()
        {
            attention.ended.0[i] = word(events.iter().map(|events| *events != 0.0));
            attention.inside.0[i] = word(next.iter().zip(now).map(|(next, now)| next < now));
            attention.at_end.0[i] = word(next.iter().zip(now).map(|(next, now)| next == now));
        }
        attention
    }
}

/// One bit for each truth value, from the lowest.
#[inline(always)]
fn word(truths: impl Iterator<Item = bool>) -> u64 {
    truths.enumerate().fold(0, |word, (bit, truth)| word | u64::from(truth) << bit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lanes_are_visited_in_order_and_kept_or_not() {
        let mut set = LaneSet::default();
        assert!(set.is_empty());
        for lane in [127, 0, 63, 64, 5] {
            set.insert(lane);
        }
        assert_eq!(set.iter().collect::<Vec<_>>(), [0, 5, 63, 64, 127]);
        let mut seen = Vec::new();
        set.retain(|lane| {
            seen.push(lane);
            lane % 2 == 1
        });
        assert_eq!(seen, [0, 5, 63, 64, 127]);
        assert_eq!(set.iter().collect::<Vec<_>>(), [5, 63, 127]);
    }

    #[test]
    fn attention_tells_ends_and_samples_apart() {
        for lanes in [8, 64, 128] {
            let events: Vec<f64> = (0..lanes).map(|i| if i % 5 == 0 { 2.0 } else { 0.0 }).collect();
            let next: Vec<f64> = (0..lanes).map(|i| (i % 3) as f64).collect();
            let attention = Attention::new(&events, &next, &vec![1.0; lanes]);
            let lanes_with = |which: &dyn Fn(&usize) -> bool| (0..lanes).filter(which).collect::<Vec<_>>();
            assert_eq!(attention.ended.iter().collect::<Vec<_>>(), lanes_with(&|i| i % 5 == 0));
            assert_eq!(attention.inside.iter().collect::<Vec<_>>(), lanes_with(&|i| i % 3 == 0));
            assert_eq!(attention.at_end.iter().collect::<Vec<_>>(), lanes_with(&|i| i % 3 == 1));
        }
    }
}
