//! Sets of lanes, one bit each.

use std::ops::Range;

use crate::clock::event::{ACT, CROSS, DONE, EXHAUSTED, LAND, SAMPLE, STUCK, SUMMARY};

/// Lanes of a block at most: eight vectors of f32.
pub(super) const MOST_LANES: usize = 128;

const WORD: usize = u64::BITS as usize;

/// Some of a block's lanes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct LaneSet([u64; MOST_LANES / WORD]);

impl LaneSet {
    /// The lanes for which `which` holds of the numbers of two rows, whose lanes are a multiple of 8.
    #[inline(always)]
    fn of(a: &[f64], b: &[f64], which: impl Fn(f64, f64) -> bool) -> Self {
        let mut set = LaneSet::default();
        for (word, (a, b)) in set.0.iter_mut().zip(a.chunks(WORD).zip(b.chunks(WORD))) {
            // Eight lanes at a time, the last first: each of the eight sums gets the bits of every eighth lane.
            let mut sums = [0_u64; 8];
            for (a, b) in a.chunks_exact(8).zip(b.chunks_exact(8)).rev() {
                for (sum, (a, b)) in sums.iter_mut().zip(a.iter().zip(b)) {
                    *sum = *sum << 8 | u64::from(which(*a, *b));
                }
            }
            *word = (0..8).fold(0, |word, bit| word | sums[bit] << bit);
        }
        set
    }

    /// The lanes whose number is not 0.
    #[inline(always)]
    pub(super) fn nonzero(numbers: &[f64]) -> Self {
        LaneSet::of(numbers, numbers, |number, _| number != 0.0)
    }

    /// The first so many lanes.
    pub(super) fn first(count: usize) -> Self {
        let mut set = LaneSet::default();
        (0..count).for_each(|lane| set.insert(lane));
        set
    }

    /// The lanes that are not in the other.
    #[inline]
    pub(super) fn without(mut self, other: LaneSet) -> LaneSet {
        self.0.iter_mut().zip(other.0).for_each(|(word, other)| *word &= !other);
        self
    }

    /// The lanes that are in either.
    #[inline]
    pub(super) fn or(mut self, other: LaneSet) -> LaneSet {
        self.0.iter_mut().zip(other.0).for_each(|(word, other)| *word |= other);
        self
    }

    /// The lanes that are in both.
    #[inline]
    pub(super) fn and(mut self, other: LaneSet) -> LaneSet {
        self.0.iter_mut().zip(other.0).for_each(|(word, other)| *word &= other);
        self
    }

    /// Calls `visit` with each lane, in ascending order.
    #[inline(always)]
    pub(super) fn each(self, mut visit: impl FnMut(usize)) {
        for (i, mut word) in self.0.into_iter().enumerate() {
            while word != 0 {
                visit(i * WORD + word.trailing_zeros() as usize);
                word &= word - 1;
            }
        }
    }

    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.0.iter().fold(0, |any, word| any | word) == 0
    }

    #[inline]
    pub(super) fn insert(&mut self, lane: usize) {
        self.0[lane / WORD] |= 1 << (lane % WORD);
    }

    /// Ranges of whole groups of `width` lanes that hold all of these, neighbouring groups joined.
    pub(super) fn ranges(self, width: usize) -> impl Iterator<Item = Range<usize>> {
        let [low, high] = self.0.map(u128::from);
        let mut rest = low | high << WORD;
        let group = (1_u128 << width) - 1;
        std::iter::from_fn(move || {
            let start = match rest {
                0 => return None,
                rest => rest.trailing_zeros() as usize / width * width,
            };
            let mut end = start;
            while end < MOST_LANES && rest >> end & group != 0 {
                end += width;
            }
            rest = if end < MOST_LANES { rest >> end << end } else { 0 };
            Some(start..end)
        })
    }

    /// The lanes in ascending order.
    #[inline]
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
    /// Samples to be saved.
    pub(super) samples: Due,
    /// Samples for the summaries, inside the step or at its end, or complete windows.
    pub(super) summaries: LaneSet,
    /// Events of the model happen now.
    pub(super) acting: LaneSet,
    /// A condition of the model became true within the step.
    pub(super) crossed: LaneSet,
    /// The last step, shorter than the others, is to be taken.
    pub(super) landing: LaneSet,
}

/// Lanes with a sample to be taken.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Due {
    /// It lies inside the step just accepted.
    pub(super) inside: LaneSet,
    /// It lies at its end.
    pub(super) at_end: LaneSet,
}

impl Attention {
    /// What lanes need, given a row of [events](crate::clock::event), the times of the clocks and those of the next samples. Inlined, as
    /// [`Due::new`].
    #[inline(always)]
    pub(super) fn new(events: &[f64], now: &[f64], samples: &[f64]) -> Self {
        if events.iter().fold(0, |any, code| any | code.to_bits()) == 0 {
            return Attention::default();
        }
        let any = events.iter().fold(0, |any, code| any | *code as i32) as u64;
        let with = |bits: u64| match any & bits {
            0 => LaneSet::default(),
            _ => LaneSet::of(events, events, |code, _| code as i32 & bits as i32 != 0),
        };
        let sampled = with(SAMPLE);
        Attention {
            ended: with(DONE | STUCK | EXHAUSTED),
            samples: if sampled.is_empty() { Due::default() } else { Due::new(samples, now).within(sampled) },
            summaries: with(SUMMARY),
            acting: with(ACT),
            crossed: with(CROSS),
            landing: with(LAND),
        }
    }
}

impl Due {
    /// Notes what is due in a lane with its next sample and its clock at these times.
    #[inline]
    pub(super) fn note(&mut self, lane: usize, next: f64, now: f64) {
        if next < now {
            self.inside.insert(lane);
        } else if next == now {
            self.at_end.insert(lane);
        }
    }

    /// Given the times of the next samples and of the clocks. Inlined, so that it becomes vector code inside
    /// [`rubie_program::Isa::vectorise`], as the functions below.
    #[inline(always)]
    pub(super) fn new(next: &[f64], now: &[f64]) -> Self {
        Due {
            inside: LaneSet::of(next, now, |next, now| next < now),
            at_end: LaneSet::of(next, now, |next, now| next == now),
        }
    }

    /// Those of these lanes only.
    #[inline]
    pub(super) fn within(self, lanes: LaneSet) -> Due {
        Due { inside: self.inside.and(lanes), at_end: self.at_end.and(lanes) }
    }

    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.inside.is_empty() && self.at_end.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_whole_groups() {
        let mut set = LaneSet::default();
        [3, 8, 15, 40, 127].into_iter().for_each(|lane| set.insert(lane));
        assert_eq!(set.ranges(8).collect::<Vec<_>>(), [0..16, 40..48, 120..128]);
        assert_eq!(set.ranges(16).collect::<Vec<_>>(), [0..16, 32..48, 112..128]);
        assert_eq!(LaneSet::default().ranges(8).count(), 0);
    }

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
    fn attention_reads_events() {
        let mut events = vec![0.0; 64];
        (events[3], events[17], events[18], events[63]) = (1.0 + 8.0, 2.0, 8.0 + 16.0, 4.0 + 16.0);
        (events[5], events[6]) = (8.0, 8.0 + 32.0);
        let (samples, now) = (vec![1.0; 64], (0..64).map(f64::from).collect::<Vec<_>>());
        let attention = Attention::new(&events, &now, &samples);
        let lanes = |set: LaneSet| set.iter().collect::<Vec<_>>();
        assert_eq!(lanes(attention.ended), [3, 17, 63]);
        assert_eq!(lanes(attention.samples.inside), [3, 5, 6, 18]);
        assert_eq!(lanes(attention.acting), [6]);
        assert!(attention.samples.at_end.is_empty());
        assert_eq!(lanes(attention.summaries), [18, 63]);
    }

    #[test]
    fn samples_inside_and_at_the_end_are_told_apart() {
        for lanes in [8, 64, 128] {
            let next: Vec<f64> = (0..lanes).map(|i| (i % 3) as f64).collect();
            let due = Due::new(&next, &vec![1.0; lanes]);
            let lanes_with = |rest: usize| (0..lanes).filter(|i| i % 3 == rest).collect::<Vec<_>>();
            assert_eq!(due.inside.iter().collect::<Vec<_>>(), lanes_with(0));
            assert_eq!(due.at_end.iter().collect::<Vec<_>>(), lanes_with(1));
            assert_eq!(LaneSet::nonzero(&next).iter().count(), lanes - lanes_with(0).len());
        }
    }
}
