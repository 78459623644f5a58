//! The arrays that become of runs.

use rubie_kernel::SamplesMut;
use rubie_program::Precision;

use super::base::{ArrayPart, BatchArrays};
use super::sizes::OutputSizes;
use crate::error::Error;
use crate::sink::Samples;

/// The arrays that become of runs: samples, summaries, and how each ended.
pub type OutputArrays = BatchArrays<OutputSizes>;

/// Room for what becomes of the runs of one chunk.
#[derive(Debug)]
pub struct OutputChunk<'a> {
    /// Samples, of shape (time, variable, run); empty where nothing is sampled.
    pub samples: SamplesMut<'a>,
    /// Summaries, of shape (window, column, run); empty where nothing is summarised.
    pub summaries: SamplesMut<'a>,
    /// Recorded events, of shape (slot, 2, run); empty where none are.
    pub events: &'a mut [f64],
    /// A word of status flags for each run.
    pub status: &'a mut [u32],
}

impl OutputArrays {
    /// Room for the results of chunk `index`.
    ///
    /// # Errors
    /// As for [`BatchArrays::chunk`].
    pub fn chunk_outputs(&mut self, index: usize) -> Result<OutputChunk<'_>, Error> {
        let precision = self.sizes().precision;
        let mut parts = self.parts_mut(index)?;
        let mut numbers = |label| samples_mut(parts.remove(label), precision);
        Ok(OutputChunk {
            samples: numbers(OutputSizes::SAMPLES)?,
            summaries: numbers(OutputSizes::SUMMARIES)?,
            events: parts.remove(OutputSizes::EVENTS).map_or(Ok(&mut [][..]), ArrayPart::elements_mut)?,
            status: parts.remove(OutputSizes::STATUS).map_or(Ok(&mut [][..]), ArrayPart::elements_mut)?,
        })
    }

    /// Samples of chunk `index`, of shape (time, variable, run).
    ///
    /// # Errors
    /// As for [`BatchArrays::chunk`].
    pub fn samples(&self, index: usize) -> Result<Samples<'_>, Error> {
        self.numbers(OutputSizes::SAMPLES, index)
    }

    /// Summaries of chunk `index`, of shape (window, column, run).
    ///
    /// # Errors
    /// As for [`BatchArrays::chunk`].
    pub fn summaries(&self, index: usize) -> Result<Samples<'_>, Error> {
        self.numbers(OutputSizes::SUMMARIES, index)
    }

    /// A word of status flags for each run of chunk `index`.
    ///
    /// # Errors
    /// As for [`BatchArrays::chunk`].
    pub fn status(&self, index: usize) -> Result<&[u32], Error> {
        self.chunk(OutputSizes::STATUS, index)
    }

    fn numbers(&self, label: &str, index: usize) -> Result<Samples<'_>, Error> {
        Ok(match self.sizes().precision {
            Precision::F32 => Samples::F32(self.chunk(label, index)?),
            Precision::F64 => Samples::F64(self.chunk(label, index)?),
        })
    }
}

fn samples_mut(part: Option<ArrayPart<'_>>, precision: Precision) -> Result<SamplesMut<'_>, Error> {
    Ok(match precision {
        Precision::F32 => SamplesMut::F32(part.map_or(Ok(&mut [][..]), ArrayPart::elements_mut)?),
        Precision::F64 => SamplesMut::F64(part.map_or(Ok(&mut [][..]), ArrayPart::elements_mut)?),
    })
}
