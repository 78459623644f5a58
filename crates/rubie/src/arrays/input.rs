//! The arrays that runs start from.

use super::base::BatchArrays;
use super::sizes::InputSizes;
use crate::error::Error;

/// The arrays that runs start from: values of the swept names, coefficients of driving functions.
pub type InputArrays = BatchArrays<InputSizes>;

impl InputArrays {
    /// Values of the swept names for chunk `index`, of shape (swept, run).
    ///
    /// # Errors
    /// As for [`BatchArrays::chunk`].
    pub fn swept(&self, index: usize) -> Result<&[f64], Error> {
        self.chunk(InputSizes::SWEPT, index)
    }

    /// [`BatchArrays::swept`], to be written.
    ///
    /// # Errors
    /// As for [`BatchArrays::chunk`].
    pub fn swept_mut(&mut self, index: usize) -> Result<&mut [f64], Error> {
        self.chunk_mut(InputSizes::SWEPT, index)
    }

    /// Coefficients of driving functions, of shape (segment, driver, power): the same for every chunk.
    ///
    /// # Errors
    /// As for [`BatchArrays::chunk`].
    pub fn coefficients_mut(&mut self) -> Result<&mut [f64], Error> {
        self.chunk_mut(InputSizes::COEFFICIENTS, 0)
    }
}
