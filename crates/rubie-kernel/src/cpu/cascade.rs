//! Events that follow one another faster and faster, until time does not go on: a ball that comes to rest bounces infinitely often
//! in a finite time (Zeno's paradox), and events that make one another happen never end.

use rubie_program::Precision;

use crate::backend::Controls;
use crate::clock::event::{MOST_AT_ONCE, instant};

/// What the lanes of a block remember of their events.
pub(super) struct Cascades {
    /// The length of time within which events count as simultaneous.
    instant: f64,
    lanes: Vec<Events>,
}

/// Events of a lane that lie together.
#[derive(Clone, Copy)]
struct Events {
    now: f64,
    first: f64,
    count: u32,
}

const NONE: Events = Events { now: f64::NAN, first: f64::NEG_INFINITY, count: 0 };

impl Cascades {
    pub(super) fn new(lanes: usize, controls: &Controls, precision: Precision) -> Self {
        Cascades { instant: (controls.end - controls.t0) * instant(precision), lanes: vec![NONE; lanes] }
    }

    /// A new run is in the lane.
    pub(super) fn begin(&mut self, lane: usize) {
        self.lanes[lane] = NONE;
    }

    /// Events happen in the lane at this time.
    pub(super) fn note(&mut self, lane: usize, now: f64) {
        let events = &mut self.lanes[lane];
        events.now = now;
        if now - events.first > self.instant {
            (events.first, events.count) = (now, 0);
        }
        events.count += 1;
    }

    /// The time of the last events of the lane.
    pub(super) fn now(&self, lane: usize) -> f64 {
        self.lanes[lane].now
    }

    /// Whether the events of the lane are too many at one time.
    pub(super) fn is_endless(&self, lane: usize) -> bool {
        self.lanes[lane].count > MOST_AT_ONCE
    }
}
