//! How large the arrays of a batch are.

use std::num::NonZeroUsize;

use rubie_memory::{ArrayRequest, DataType, ManagedArray, Placement};
use rubie_program::Precision;

use crate::error::{Error, ErrorKind};
use crate::sink::{EventPart, Layout};

/// Sizes of the arrays of one manager, enough to write its requests.
pub trait Sizes {
    /// What messages call the manager.
    const CLIENT: &'static str;

    /// Number of runs of the batch.
    fn runs(&self) -> NonZeroUsize;

    /// The arrays, for the whole batch. Those that would hold nothing are left out.
    ///
    /// # Errors
    /// None for the sizes of this crate.
    fn arrays(&self) -> Result<Vec<ManagedArray>, Error>;

    /// The requests for them, all in one memory: with `total_runs` where there is a run axis, without on coefficients.
    ///
    /// # Errors
    /// More bytes than can be counted.
    fn requests(&self, placement: Placement) -> Result<Vec<ArrayRequest>, Error> {
        self.arrays()?.iter().map(|array| Ok(array.request(placement)?)).collect()
    }
}

/// Sizes of what runs start from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InputSizes {
    /// Number of runs.
    pub runs: NonZeroUsize,
    /// Names that differ from run to run.
    pub swept: usize,
    /// Segments, drivers and powers of the polynomials of driving functions, which all runs share; none without
    /// such functions.
    pub coefficients: Option<[NonZeroUsize; 3]>,
}

impl InputSizes {
    /// Values of the swept names, of shape (swept, run).
    pub const SWEPT: &'static str = "swept";
    /// Coefficients of driving functions, of shape (segment, driver, power).
    pub const COEFFICIENTS: &'static str = "coefficients";

    /// The sizes of a batch without driving functions.
    ///
    /// # Errors
    /// No runs, or more than this machine can count.
    pub fn of(layout: &Layout) -> Result<Self, Error> {
        Ok(InputSizes { runs: runs_of(layout)?, swept: layout.swept.len(), coefficients: None })
    }
}

impl Sizes for InputSizes {
    const CLIENT: &'static str = "inputs";

    fn runs(&self) -> NonZeroUsize {
        self.runs
    }

    fn arrays(&self) -> Result<Vec<ManagedArray>, Error> {
        let swept = cut(Self::SWEPT, DataType::F64, &[("swept", self.swept)], self.runs)?;
        let coefficients = self.coefficients.map(|[segments, drivers, powers]| {
            let axes = [("segment", segments.get()), ("driver", drivers.get()), ("power", powers.get())];
            ManagedArray::new(Self::COEFFICIENTS, DataType::F64, &axes)
        });
        Ok(swept.into_iter().chain(coefficients).collect())
    }
}

/// Sizes of what becomes of runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutputSizes {
    /// Number of runs.
    pub runs: NonZeroUsize,
    /// Type of samples and summaries.
    pub precision: Precision,
    /// Samples of a run.
    pub times: usize,
    /// Variables of a sample.
    pub variables: usize,
    /// Windows that are summarised.
    pub windows: usize,
    /// Summaries of a window.
    pub columns: usize,
    /// Events that are recorded, at most.
    pub slots: usize,
}

impl OutputSizes {
    /// Samples, of shape (time, variable, run).
    pub const SAMPLES: &'static str = "samples";
    /// Summaries, of shape (window, column, run).
    pub const SUMMARIES: &'static str = "summaries";
    /// Recorded events, of shape (slot, 2, run).
    pub const EVENTS: &'static str = "events";
    /// How each run ended, of shape (run).
    pub const STATUS: &'static str = "status";

    /// The sizes of a batch.
    ///
    /// # Errors
    /// No runs, or more than this machine can count.
    pub fn of(layout: &Layout) -> Result<Self, Error> {
        let summaries = layout.summaries.as_ref();
        Ok(OutputSizes {
            runs: runs_of(layout)?,
            precision: layout.precision,
            times: layout.times.len(),
            variables: layout.variables.len(),
            windows: summaries.map_or(0, |part| part.windows.len()),
            columns: summaries.map_or(0, |part| part.columns.len()),
            slots: layout.events.as_ref().map_or(0, |part| part.slots),
        })
    }
}

impl Sizes for OutputSizes {
    const CLIENT: &'static str = "outputs";

    fn runs(&self) -> NonZeroUsize {
        self.runs
    }

    fn arrays(&self) -> Result<Vec<ManagedArray>, Error> {
        let dtype = match self.precision {
            Precision::F32 => DataType::F32,
            Precision::F64 => DataType::F64,
        };
        let samples = [("time", self.times), ("variable", self.variables)];
        let summaries = [("window", self.windows), ("column", self.columns)];
        let events = [("slot", self.slots), ("column", EventPart::COLUMNS.len())];
        let arrays = [
            cut(Self::STATUS, DataType::U32, &[], self.runs)?,
            cut(Self::SAMPLES, dtype, &samples, self.runs)?,
            cut(Self::SUMMARIES, dtype, &summaries, self.runs)?,
            cut(Self::EVENTS, DataType::F64, &events, self.runs)?,
        ];
        Ok(arrays.into_iter().flatten().collect())
    }
}

/// An array with these axes and the runs as its last; none if it would hold nothing.
fn cut(
    label: &str,
    dtype: DataType,
    axes: &[(&str, usize)],
    runs: NonZeroUsize,
) -> Result<Option<ManagedArray>, Error> {
    const RUN: &str = "run";
    if axes.iter().any(|(_, length)| *length == 0) {
        return Ok(None);
    }
    let axes: Vec<_> = axes.iter().copied().chain([(RUN, runs.get())]).collect();
    Ok(Some(ManagedArray::new(label, dtype, &axes).chunked_along(RUN)?))
}

fn runs_of(layout: &Layout) -> Result<NonZeroUsize, Error> {
    let runs = usize::try_from(layout.runs).ok().and_then(NonZeroUsize::new);
    runs.ok_or_else(|| match layout.runs {
        0 => Error::new(ErrorKind::Sweep, "a batch needs at least one run"),
        _ => Error::new(ErrorKind::Sweep, "this machine cannot count that many runs"),
    })
}
