//! The polynomial pieces of a driver, and how the piece of a time is found.
//!
//! Places are times in mean intervals after the first sample. Every piece is a polynomial in the distance from a place of its
//! own, its *origin*, which is a sample: for odd orders that at its start, for even ones, whose knots are midway between samples,
//! that in its middle. So on a regular axis the piece of place u is floor(u) or floor(u + 1/2), and its origin is its number.

use crate::axis::TimeAxis;

/// Where pieces are.
#[derive(Clone, Debug)]
pub(crate) struct Pieces {
    pub(crate) axis: TimeAxis,
    pub(crate) order: usize,
}

impl Pieces {
    /// Whether knots are midway between samples.
    pub(crate) fn centred(&self) -> bool {
        self.order > 0 && self.order.is_multiple_of(2)
    }

    /// Their number: the last sample begins no piece of an odd order.
    pub(crate) fn count(&self) -> usize {
        self.axis.len() - self.order % 2
    }

    pub(crate) fn origin(&self, piece: usize) -> f64 {
        self.axis.place(piece)
    }

    /// Where a piece begins.
    pub(crate) fn begin(&self, piece: usize) -> f64 {
        match piece {
            0 => 0.0,
            _ if self.centred() => 0.5 * (self.axis.place(piece - 1) + self.axis.place(piece)),
            _ => self.axis.place(piece),
        }
    }

    /// The piece of a place; before the first the first, after the last the last.
    pub(crate) fn at(&self, place: f64) -> usize {
        let (mut low, mut high) = (0, self.count());
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            if self.begin(middle) <= place {
                low = middle;
            } else {
                high = middle;
            }
        }
        low
    }
}

/// How the piece of a place is found among uneven times, without branches: the span is cut into equal buckets, a table says which
/// piece a bucket begins with, and a fixed number of bisections finds the piece from there.
#[derive(Clone, Debug)]
pub(crate) struct Search {
    /// First piece of each bucket; then where pieces begin, followed by infinities; then origins.
    pub(crate) table: Vec<f64>,
    pub(crate) buckets: usize,
    /// Where origins begin in the table.
    pub(crate) origins: usize,
    pub(crate) bisections: u32,
}

impl Search {
    /// The tables for pieces at uneven times.
    pub(crate) fn new(pieces: &Pieces) -> Search {
        let (count, span) = (pieces.count(), pieces.axis.span());
        let buckets = 2 * count;
        // Which bucket a place is in is found by rounding operations: a bucket reaches a little further than its ends.
        let slack = 8.0 * f64::EPSILON * span;
        let edge = |bucket: usize| bucket as f64 * (span / buckets as f64);
        let first: Vec<usize> = (0..buckets).map(|bucket| pieces.at(edge(bucket) - slack)).collect();
        let more = (0..buckets).map(|bucket| pieces.at(edge(bucket + 1) + slack) - first[bucket]);
        let bisections = usize::BITS - more.max().unwrap_or(0).leading_zeros();
        let mut table: Vec<f64> = first.into_iter().map(|piece| piece as f64).collect();
        table.extend((0..count).map(|piece| pieces.begin(piece)));
        table.extend(std::iter::repeat_n(f64::INFINITY, 1 << bisections));
        let origins = table.len();
        table.extend((0..count).map(|piece| pieces.origin(piece)));
        Search { table, buckets, origins, bisections }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn places(pieces: &Pieces) -> impl Iterator<Item = f64> {
        let span = pieces.axis.span();
        let knots: Vec<f64> = (0..pieces.count()).map(|piece| pieces.begin(piece)).collect();
        (0..=1000).map(move |i| f64::from(i) * 1e-3 * span).chain(knots)
    }

    proptest! {
        #[test]
        fn the_search_finds_the_piece_of_every_place(
            gaps in prop::collection::vec(prop_oneof![1e-6..1.0, 0.5..1.0, 10.0..100.0f64], 5..40),
            order in 0..=5usize,
        ) {
            let times: Vec<f64> = gaps.iter().scan(0.0, |time, gap| { *time += gap; Some(*time) }).collect();
            let pieces = Pieces { axis: TimeAxis::listed(&times).unwrap(), order };
            let search = Search::new(&pieces);
            let span = pieces.axis.span();
            for place in places(&pieces) {
                let bucket = (place * (search.buckets as f64 / span)).floor().min(search.buckets as f64 - 1.0);
                let mut piece = search.table[bucket as usize] as usize;
                for step in (0..search.bisections).rev() {
                    let further = piece + (1 << step);
                    if place >= search.table[search.buckets + further] {
                        piece = further;
                    }
                }
                prop_assert_eq!(piece, pieces.at(place), "place {}", place);
            }
        }
    }
}
