//! Why samples make no driver.

/// What is wrong with samples, their times, or how they are to be joined.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum DriverError {
    /// No samples of anything.
    #[error("no driver is given: name at least one, with its samples")]
    NoDrivers,
    /// Two drivers of one name.
    #[error("the driver `{0}` is given twice")]
    Twice(String),
    /// A driver with more or fewer samples than times.
    #[error("the driver `{name}` has {samples} samples for {times} times: give one for each")]
    Length {
        /// The driver.
        name: String,
        /// Number of its samples.
        samples: usize,
        /// Number of times.
        times: usize,
    },
    /// A driver for each run, with more or fewer samples than runs times times.
    #[error("the driver `{name}` has {samples} samples for {runs} runs of {times} times each: give {}", .times * .runs)]
    LengthOfAll {
        /// The driver.
        name: String,
        /// Number of its samples.
        samples: usize,
        /// Number of times.
        times: usize,
        /// Number of runs.
        runs: usize,
    },
    /// A sample that is NaN or infinite.
    #[error("sample {place} of the driver `{name}` is {value}; samples must be finite numbers")]
    NotFinite {
        /// The driver.
        name: String,
        /// Which sample, from 0.
        place: usize,
        /// The sample.
        value: f64,
    },
    /// A time that is NaN or infinite.
    #[error("time {place} of the samples is {value}; times must be finite numbers")]
    Time {
        /// Which time, from 0.
        place: usize,
        /// The time.
        value: f64,
    },
    /// Times that go back or stand still.
    #[error("the times of samples must increase: time {place} is {next} after {previous}")]
    NotIncreasing {
        /// Which time, from 0.
        place: usize,
        /// The time before it.
        previous: f64,
        /// The time.
        next: f64,
    },
    /// A regular axis whose interval is not positive.
    #[error("the interval between samples must be a positive number: {0}")]
    Interval(f64),
    /// An order that is not offered.
    #[error("a driver has an order from 0 (steps) to 5: {0}; 3 gives cubic splines")]
    Order(usize),
    /// Too few samples for the order.
    #[error(
        "order {order} needs at least {needed} samples, there are {samples}: give more, or lower the order"
    )]
    TooFew {
        /// The order.
        order: usize,
        /// The least number of samples.
        needed: usize,
        /// Their number.
        samples: usize,
    },
    /// A periodic boundary without wrapping.
    #[error("a periodic boundary needs samples that wrap; take `wrap`, or a `clamped` boundary")]
    PeriodicWithoutWrap,
    /// Ends that differ where they should join.
    #[error(
        "the driver `{name}` is periodic, but begins with {first} and ends with {last}: repeat the first sample at the end, or \
         take a boundary of another kind"
    )]
    NotPeriodic {
        /// The driver.
        name: String,
        /// Its first sample.
        first: f64,
        /// Its last sample.
        last: f64,
    },
    /// A name that is no boundary condition.
    #[error("unknown boundary condition `{0}`: natural, clamped, periodic or not-a-knot")]
    Boundary(String),
    /// Times so uneven that the spline cannot be computed.
    #[error(
        "no spline of order {0} goes through samples at these times: they are too uneven, lower the order"
    )]
    Singular(usize),
    /// A driver for something that is no parameter.
    #[error(transparent)]
    Unknown(#[from] rubie_model::UnknownName),
    /// Times of an event that change with time.
    #[error(
        "the event in line {line} happens at a time that depends on `{driver}`, which is sampled over time; give it times of \
         parameters, or a condition (`when`)"
    )]
    EventTime {
        /// The line of the event.
        line: usize,
        /// The driver.
        driver: String,
    },
    /// A factor of a derivative that changes with time.
    #[error(
        "a factor of a derivative depends on `{driver}`, which is sampled over time; such factors must be constant: divide the \
         equation by it, if it is never 0"
    )]
    Mass {
        /// The driver.
        driver: String,
    },
    /// An initial value that changes with time.
    #[error(
        "the initial value of `{state}` depends on `{driver}`, which is sampled over time; give it a value of its own"
    )]
    Initial {
        /// The state.
        state: String,
        /// The driver.
        driver: String,
    },
}
