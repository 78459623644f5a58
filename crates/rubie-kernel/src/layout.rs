//! Where everything stands: rows (one value per lane) and uniforms (one value for the batch).

use std::ops::Range;

/// A value of a run that may come from outside: the sweep, the user, or the model's default.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Input {
    /// The initial value of the state with this index.
    State(usize),
    /// The parameter with this index.
    Parameter(usize),
}

/// Which inputs differ from run to run, and which initial values are given as one number.
///
/// These names are compiled in (they decide what is computed once per run and what once per solve);
/// the values never are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Inputs {
    /// One value per run each; the order is that of [`crate::ChunkInputs`].
    pub varying: Vec<Input>,
    /// States whose initial value is one number for all runs instead of the model's expression.
    pub fixed_initials: Vec<usize>,
}

/// Rows and uniforms by number. Every program of a kernel works on the same rows.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Layout {
    /// Number of rows, scratch rows of the programs included.
    pub rows: u32,
    /// Number of uniforms.
    pub uniforms: u32,
    /// The clock: in the block of the programs themselves if their precision is f64 ([`crate::KernelSpec::clock`] is
    /// then `None`), else in a block of its own.
    pub clock: ClockLayout,
    /// Time as the programs see it; at the start of the attempt, after it at its end. A clock of its own writes it.
    pub time: u32,
    /// Size of the attempted step as the programs see it. A clock of its own writes it.
    pub dt: u32,
    /// The states at the start of the attempt; after it, the states of the next.
    pub states: Range<u32>,
    /// What a run remembers between attempts.
    pub memory: Range<u32>,
    /// Which of these counts the iterations of all attempts, where stages are solved by iteration.
    pub iterations: Option<u32>,
    /// The varying inputs, in the order of [`Inputs::varying`].
    pub inputs: Range<u32>,
    /// What one part of the attempt leaves for the next.
    pub between: Range<u32>,
    /// The step size to try next, an output of the attempt.
    pub next_dt: u32,
    /// Whether the attempt was accepted (a truth value), an output of the attempt where the clock stands apart.
    pub accepted: u32,
    /// What was wrong with the attempt, an output of it: the sum of the bits of [`crate::Status`] flags, 0 if nothing was.
    pub trouble: u32,
    /// Place of a sample within the step, in [0, 1]. A clock of its own writes it.
    pub theta: u32,
    /// Time of a sample as the programs see it. A clock of its own writes it.
    pub sample_time: u32,
    /// What the attempt leaves for the interpolant.
    pub exports: Range<u32>,
    /// The saved variables after the sample program.
    pub sampled: Range<u32>,
    /// The row of each saved variable after the record program: a state's own row or one of
    /// [`Layout::sampled`].
    pub recorded: Vec<u32>,
    /// Values that depend on the run's inputs only, computed once per run.
    pub hoisted: Range<u32>,
    /// The summaries, where there are any.
    pub summaries: Option<SummaryLayout>,
    /// Through what events pass, where the clock stands apart.
    pub exchange: Option<EventExchange>,
    /// Of each event at given times: how often it has happened. A clock apart has rows of its own for that.
    pub event_counts: Range<u32>,
    /// Of each event at given times: when it happens next; infinite after the last time.
    pub event_times: Range<u32>,
    /// Of each event on a condition: the function that is above 0 where it holds, now.
    pub levels: Range<u32>,
    /// Of each of these: whether it became true within the last step (1 or 0).
    pub crossed: Range<u32>,
    /// Of each event of the model: whether it happened (1 or 0) when events were last carried out.
    pub happened: Range<u32>,
    /// The places within the step between which the first of them became true.
    pub bracket: Range<u32>,
    /// Uniforms of the method's controls.
    pub controls: Range<u32>,
    /// Uniforms of all parameters, in the model's order (those of varying ones are not used).
    pub parameters: Range<u32>,
    /// Uniforms of the initial values that are one number for all runs, in the order of
    /// [`Inputs::fixed_initials`].
    pub initials: Range<u32>,
}

/// Rows by which the step and a clock apart carry out events together. [`crate::EventClockPrograms`] has their likes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct EventExchange {
    /// Where the attempted step ends. The clock writes it.
    pub target: u32,
    /// Where it began: an output of the attempt.
    pub start: u32,
    /// Whether a condition became true within the step (1 or 0): an output of the attempt; whether the run is put there, of `cut`.
    pub crossed: u32,
    /// Of each event at given times: whether it happens now (1 or 0). The clock writes it.
    pub due: Range<u32>,
    /// The time from which the run goes on after events. The clock writes it.
    pub beyond: u32,
    /// What came of the events, an output of `events`: 0 where none happened, else 1, plus 2 where another follows at once, plus 4
    /// where the run ends, plus 8 (an output of `restart`) where no consistent states were found.
    pub outcome: u32,
}

impl EventExchange {
    pub(crate) fn new(timed: usize, rows: &mut Numbers) -> Self {
        EventExchange {
            target: rows.one(),
            start: rows.one(),
            crossed: rows.one(),
            due: rows.many(timed),
            beyond: rows.one(),
            outcome: rows.one(),
        }
    }
}

/// Rows and uniforms of the summaries.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SummaryLayout {
    /// What a run keeps between summary samples.
    pub accumulators: Range<u32>,
    /// The results of a window after the finish program, by column.
    pub results: Range<u32>,
    /// Uniforms of the metrics' controls.
    pub controls: Range<u32>,
    /// Whether the next program concerns the lane, and how (see [`SummaryClockLayout::due`]). A clock of its own writes it.
    pub due: u32,
}

/// Rows and uniforms of the clock, all of them f64.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ClockLayout {
    /// Uniform: start of the integration.
    pub t0: u32,
    /// Uniform: its end.
    pub end: u32,
    /// Uniform: rejected steps of this size or below end a run.
    pub dt_min: u32,
    /// Uniform: runs that try so many steps in vain are given up.
    pub max_attempts: u32,
    /// Time of the run.
    pub now: u32,
    /// Step size to try next.
    pub step: u32,
    /// Step size tried: that, or less to land on the end.
    pub tried: u32,
    /// Time before the last attempt.
    pub previous: u32,
    /// Time after it, if it was accepted: that of the run, unless a condition of the model cut the step short.
    pub step_end: u32,
    /// Time of the next sample; infinite after the last, and where the lane holds no run.
    pub next_sample: u32,
    /// Attempts of the run.
    pub attempts: u32,
    /// Those that were accepted.
    pub accepted_steps: u32,
    /// Where all steps have the same size and attempts only count: from which count on they say that what the lane needs has to be
    /// found out; infinite where the lane holds no run.
    pub look: Option<u32>,
    /// What the lane needs after the last attempt: a sum of [`crate::event`]s. Says nothing where the lane holds no run.
    pub events: u32,
    /// Where the clock is part of an attempt that leaves something for an interpolant: whether a sample or summary sample lies within
    /// the step if it is accepted, or may lie there (a truth value).
    pub reaches: Option<u32>,
    /// In the same case: whether a sample inside the step just accepted is to be taken at once (a truth value).
    pub inside: Option<u32>,
    /// When summaries are sampled, where there are any.
    pub summaries: Option<SummaryClockLayout>,
}

/// Rows and uniforms of the schedule of summaries, all of them f64.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SummaryClockLayout {
    /// Uniform: start of the recording.
    pub start: u32,
    /// Uniform: time between samples.
    pub interval: u32,
    /// Uniform: no sample is later.
    pub last: u32,
    /// Uniform: number of samples of a run.
    pub samples: u32,
    /// Uniform: number of samples of a window.
    pub per_window: u32,
    /// Time of the next sample; infinite after the last, and where the lane holds no run.
    pub next: u32,
    /// Index of the next sample; -1 at the start of the recording, where accumulators begin.
    pub index: u32,
    /// Samples that the window still lacks.
    pub left: u32,
    /// 1 where the window is complete and its results are not yet taken, else 0.
    pub full: u32,
    /// As [`ClockLayout::inside`].
    pub inside: Option<u32>,
    /// In a clock of its own: 1 where the sample is due now, 2 where the recording starts now, else 0.
    pub due: u32,
}

impl SummaryClockLayout {
    fn new(inside: bool, rows: &mut Numbers, uniforms: &mut Numbers) -> Self {
        SummaryClockLayout {
            start: uniforms.one(),
            interval: uniforms.one(),
            last: uniforms.one(),
            samples: uniforms.one(),
            per_window: uniforms.one(),
            next: rows.one(),
            index: rows.one(),
            left: rows.one(),
            full: rows.one(),
            inside: inside.then(|| rows.one()),
            due: rows.one(),
        }
    }
}

/// What a clock has beside time.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ClockKind {
    /// A schedule of summaries.
    pub(crate) summaries: bool,
    /// Conditions that may cut steps short.
    pub(crate) conditions: bool,
    /// Steps of one size that are only counted.
    pub(crate) strides: bool,
    /// An interpolant that serves samples only, as part of the attempt.
    pub(crate) inside: bool,
}

impl ClockLayout {
    /// The rows of time and step sizes are given; the others, and the uniforms, are new.
    pub(crate) fn new(
        [now, step, tried]: [u32; 3],
        ClockKind { summaries, conditions, strides, inside }: ClockKind,
        rows: &mut Numbers,
        uniforms: &mut Numbers,
    ) -> Self {
        ClockLayout {
            t0: uniforms.one(),
            end: uniforms.one(),
            dt_min: uniforms.one(),
            max_attempts: uniforms.one(),
            now,
            step,
            tried,
            previous: rows.one(),
            step_end: if conditions { rows.one() } else { now },
            next_sample: rows.one(),
            attempts: rows.one(),
            accepted_steps: rows.one(),
            look: strides.then(|| rows.one()),
            events: rows.one(),
            reaches: inside.then(|| rows.one()),
            inside: inside.then(|| rows.one()),
            summaries: summaries.then(|| SummaryClockLayout::new(inside, rows, uniforms)),
        }
    }
}

impl Layout {
    /// The rows that belong to a run and move with it when it is put into a lane.
    pub fn carried(&self) -> impl Iterator<Item = u32> {
        let accumulators = self.summaries.iter().flat_map(|summaries| summaries.accumulators.clone());
        let events = self.event_counts.clone().chain(self.event_times.clone()).chain(self.levels.clone());
        (self.states.start..self.inputs.end).chain(accumulators).chain(events).chain(self.hoisted.clone())
    }
}

/// Hands out consecutive numbers.
pub(crate) struct Numbers(u32);

impl Numbers {
    pub(crate) fn new() -> Self {
        Numbers(0)
    }

    pub(crate) fn one(&mut self) -> u32 {
        self.many(1).start
    }

    pub(crate) fn many(&mut self, count: usize) -> Range<u32> {
        let start = self.0;
        self.0 += count as u32;
        start..self.0
    }
}
