//! Time of every lane, in f64 whatever the precision of the states: proposes the next step, settles it
//! after the attempt, and says which lanes need attention.
//!
//! The two loops over lanes run once per attempt and have no branches, so that compilers vectorise them.

use rubie_program::Element;

/// A remaining span that exceeds the step by less than this fraction is taken as the last step:
/// rounding of t0 + k dt must not leave a step of nearly no length.
const LANDING: f64 = 1.0 + 1e-7;

/// The run has reached its end.
pub(super) const DONE: u8 = 1;
/// The step cannot shrink any further, or a fixed step failed.
pub(super) const STUCK: u8 = 2;
/// The run has tried too many steps.
pub(super) const EXHAUSTED: u8 = 4;
/// At least one sample lies in the step just accepted.
pub(super) const DUE: u8 = 8;

/// Limits that all lanes share.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub(super) t0: f64,
    pub(super) end: f64,
    pub(super) dt_min: f64,
    pub(super) max_attempts: u64,
    /// Steps all have the same size: time is t0 + k dt, and a rejected step ends the run.
    pub(super) fixed: bool,
}

/// Times, step sizes and counters of the lanes of a block.
pub(super) struct Clock {
    pub(super) limits: Limits,
    /// Time before the attempt that was settled last.
    pub(super) previous: Vec<f64>,
    /// Time now.
    pub(super) now: Vec<f64>,
    /// Time after the attempt, if it is accepted.
    target: Vec<f64>,
    /// Step size to try next.
    step: Vec<f64>,
    /// Step size tried: `step`, or less to land on the end.
    tried: Vec<f64>,
    /// Time of the next sample.
    pub(super) next_sample: Vec<f64>,
    pub(super) attempts: Vec<u64>,
    pub(super) accepted: Vec<u64>,
    /// All ones where the lane holds a run.
    active: Vec<u8>,
    /// Bits that say what a lane needs.
    pub(super) events: Vec<u8>,
}

impl Clock {
    pub(super) fn new(lanes: usize, limits: Limits) -> Self {
        Clock {
            limits,
            previous: vec![limits.end; lanes],
            now: vec![limits.end; lanes],
            target: vec![limits.end; lanes],
            step: vec![0.0; lanes],
            tried: vec![0.0; lanes],
            next_sample: vec![f64::INFINITY; lanes],
            attempts: vec![0; lanes],
            accepted: vec![0; lanes],
            active: vec![0; lanes],
            events: vec![0; lanes],
        }
    }

    /// Puts a new run into a lane.
    pub(super) fn begin(&mut self, lane: usize, first_step: f64, next_sample: f64) {
        self.now[lane] = self.limits.t0;
        self.step[lane] = first_step;
        self.next_sample[lane] = next_sample;
        self.attempts[lane] = 0;
        self.accepted[lane] = 0;
        self.active[lane] = u8::MAX;
    }

    /// Leaves a lane without a run.
    pub(super) fn idle(&mut self, lane: usize) {
        self.now[lane] = self.limits.end;
        self.step[lane] = 0.0;
        self.active[lane] = 0;
    }

    /// Whether a lane holds no run.
    pub(super) fn is_idle(&self, lane: usize) -> bool {
        self.active[lane] == 0
    }

    /// Chooses the step of every lane and writes time and step for the attempt.
    pub(super) fn propose<T: Element>(&mut self, time: &mut [T], dt: &mut [T]) {
        match self.limits.fixed {
            true => self.propose_steps::<T, true>(time, dt),
            false => self.propose_steps::<T, false>(time, dt),
        }
    }

    fn propose_steps<T: Element, const FIXED: bool>(&mut self, time: &mut [T], dt: &mut [T]) {
        let lanes = time.len();
        let Limits { t0, end, .. } = self.limits;
        let (now, step, accepted) = (&self.now[..lanes], &self.step[..lanes], &self.accepted[..lanes]);
        let (target, tried) = (&mut self.target[..lanes], &mut self.tried[..lanes]);
        let dt = &mut dt[..lanes];
        for lane in 0..lanes {
            let remaining = end - now[lane];
            let landing = remaining <= step[lane] * LANDING;
            let after = match FIXED {
                true => t0 + (accepted[lane] + 1) as f64 * step[lane],
                false => now[lane] + step[lane],
            };
            tried[lane] = if landing { remaining } else { step[lane] };
            target[lane] = if landing { end } else { after };
            time[lane] = T::from_f64(now[lane]);
            dt[lane] = T::from_f64(tried[lane]);
        }
    }

    /// Takes the outcome of the attempt; returns whether any lane needs attention.
    pub(super) fn settle<T: Element>(&mut self, accepted: &[T], next_dt: &[T]) -> bool {
        match self.limits.fixed {
            true => self.settle_steps::<T, true>(accepted, next_dt),
            false => self.settle_steps::<T, false>(accepted, next_dt),
        }
    }

    fn settle_steps<T: Element, const FIXED: bool>(&mut self, accepted: &[T], next_dt: &[T]) -> bool {
        let lanes = accepted.len();
        let Limits { end, dt_min, max_attempts, .. } = self.limits;
        let next_dt = &next_dt[..lanes];
        let (target, tried, active) = (&self.target[..lanes], &self.tried[..lanes], &self.active[..lanes]);
        let (now, previous, step) =
            (&mut self.now[..lanes], &mut self.previous[..lanes], &mut self.step[..lanes]);
        let (attempts, taken) = (&mut self.attempts[..lanes], &mut self.accepted[..lanes]);
        let (events, next_sample) = (&mut self.events[..lanes], &self.next_sample[..lanes]);
        let mut any = 0;
        for lane in 0..lanes {
            let accept = accepted[lane].is_true();
            let before = now[lane];
            let after = if accept { target[lane] } else { before };
            let next = next_dt[lane].to_f64();
            previous[lane] = before;
            now[lane] = after;
            step[lane] = if FIXED { step[lane] } else { next };
            attempts[lane] += 1;
            taken[lane] += u64::from(accept);
            // Written so that a step size that is NaN is stuck.
            let moves = before + next > before;
            let stuck = !accept & (FIXED | (tried[lane] <= dt_min) | !moves);
            let event = (u8::from(accept & (after >= end)) * DONE)
                | (u8::from(stuck) * STUCK)
                | (u8::from(attempts[lane] >= max_attempts) * EXHAUSTED)
                | (u8::from(accept & (next_sample[lane] <= after)) * DUE);
            events[lane] = event & active[lane];
            any |= events[lane];
        }
        any != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(fixed: bool) -> Limits {
        Limits { t0: 0.0, end: 1.0, dt_min: 1e-3, max_attempts: 10, fixed }
    }

    /// One attempt of a single lane: the step tried and the events after it.
    fn attempt(clock: &mut Clock, accept: bool, next_dt: f64) -> (f64, u8) {
        let (mut time, mut dt) = ([0.0f64], [0.0f64]);
        clock.propose(&mut time, &mut dt);
        clock.settle(&[f64::truth(accept)], &[next_dt]);
        (dt[0], clock.events[0])
    }

    #[test]
    fn the_last_step_lands_on_the_end() {
        let mut clock = Clock::new(1, limits(false));
        clock.begin(0, 0.75, f64::INFINITY);
        assert_eq!(attempt(&mut clock, true, 0.75), (0.75, 0));
        assert_eq!(attempt(&mut clock, true, 0.75), (0.25, DONE));
        assert_eq!((clock.now[0], clock.previous[0], clock.accepted[0]), (1.0, 0.75, 2));
    }

    #[test]
    fn fixed_steps_are_multiples_of_the_step() {
        let mut clock = Clock::new(1, Limits { max_attempts: 100, ..limits(true) });
        clock.begin(0, 0.1, f64::INFINITY);
        for k in 1..10 {
            assert_eq!(attempt(&mut clock, true, 0.1), (0.1, 0));
            assert_eq!(clock.now[0], f64::from(k) * 0.1);
        }
        // 1 - 9*0.1 is 0.1 but for rounding: no further step follows.
        assert_eq!(attempt(&mut clock, true, 0.1).1, DONE);
        assert_eq!(clock.now[0], 1.0);
    }

    #[test]
    fn rejected_steps_move_nothing_and_end_where_they_cannot_shrink() {
        let mut clock = Clock::new(1, limits(false));
        clock.begin(0, 0.5, f64::INFINITY);
        assert_eq!(attempt(&mut clock, false, 0.002), (0.5, 0));
        assert_eq!((clock.now[0], clock.accepted[0], clock.attempts[0]), (0.0, 0, 1));
        assert_eq!(attempt(&mut clock, false, 0.001), (0.002, 0));
        assert_eq!(attempt(&mut clock, false, 0.001), (0.001, STUCK), "at the smallest step");
        clock.begin(0, 0.5, f64::INFINITY);
        assert_eq!(attempt(&mut clock, false, f64::NAN), (0.5, STUCK), "a step that is not a number");
        let mut clock = Clock::new(1, limits(true));
        clock.begin(0, 0.5, f64::INFINITY);
        assert_eq!(attempt(&mut clock, false, 0.5), (0.5, STUCK), "a fixed step");
    }

    #[test]
    fn attempts_are_limited_and_samples_announced() {
        let mut clock = Clock::new(1, Limits { max_attempts: 2, ..limits(false) });
        clock.begin(0, 0.25, 0.3);
        assert_eq!(attempt(&mut clock, true, 0.25), (0.25, 0));
        assert_eq!(attempt(&mut clock, true, 0.25), (0.25, DUE | EXHAUSTED));
        clock.idle(0);
        assert_eq!(attempt(&mut clock, true, 0.25).1, 0, "an idle lane needs nothing");
    }
}
