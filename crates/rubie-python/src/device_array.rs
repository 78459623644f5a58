//! `DeviceArray`: results in the memory of the device that computed them, for other libraries by DLPack and CUDA's array interface.

use numpy::PyUntypedArray;
use pyo3::exceptions::{PyAttributeError, PyBufferError};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};
use rubie::{Precision, ResidentArray};

use crate::dlpack::{self, DeviceType, Tensor};
use crate::failure::exception;

/// An array that stays where it was computed. Its memory is given back when nobody has it or a view of it.
#[pyclass(frozen, module = "rubie._engine")]
pub(crate) struct DeviceArray(ResidentArray);

impl DeviceArray {
    pub(crate) fn new(array: ResidentArray) -> Self {
        DeviceArray(array)
    }

    fn item_size(&self) -> usize {
        match self.0.precision() {
            Precision::F32 => size_of::<f32>(),
            Precision::F64 => size_of::<f64>(),
        }
    }

    fn place(&self) -> (DeviceType, i32) {
        match self.0.location().device {
            None => (DeviceType::Cpu, 0),
            Some(number) => (DeviceType::Cuda, number as i32), // the driver counts devices by i32
        }
    }

    /// NumPy's name of the type.
    fn type_string(&self) -> &'static str {
        match self.0.precision() {
            Precision::F32 => "<f4",
            Precision::F64 => "<f8",
        }
    }
}

#[pymethods]
impl DeviceArray {
    /// Numbers along each axis.
    #[getter]
    fn shape<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, self.0.shape())
    }

    /// Bytes from one element to the next along each axis.
    #[getter]
    fn strides<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let [_, rows, runs] = self.0.shape();
        let size = self.item_size();
        PyTuple::new(py, [rows * runs * size, runs * size, size])
    }

    /// Number of axes.
    #[getter]
    fn ndim(&self) -> usize {
        self.0.shape().len()
    }

    /// Number of elements.
    #[getter]
    fn size(&self) -> usize {
        self.0.shape().iter().product()
    }

    /// Number of bytes.
    #[getter]
    fn nbytes(&self) -> usize {
        self.size() * self.item_size()
    }

    /// The type of the elements.
    #[getter]
    fn dtype<'py>(&self, py: Python<'py>) -> Bound<'py, numpy::PyArrayDescr> {
        match self.0.precision() {
            Precision::F32 => numpy::dtype::<f32>(py),
            Precision::F64 => numpy::dtype::<f64>(py),
        }
    }

    /// Where it is: `cpu`, `cuda:0`, ...
    #[getter]
    fn device(&self) -> String {
        self.0.location().device.map_or("cpu".to_owned(), |number| format!("cuda:{number}"))
    }

    /// A copy in the computer's memory, as an array of NumPy.
    fn to_numpy<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyUntypedArray>> {
        let values = py.detach(|| self.0.to_values()).map_err(|error| exception(&error))?;
        crate::values::array(py, values, self.0.shape())
    }

    /// Type and number of the device, by DLPack's numbers.
    fn __dlpack_device__(&self) -> (i32, i32) {
        let (kind, number) = self.place();
        (kind as i32, number)
    }

    /// A capsule of DLPack with the array itself. All work on it is done, so that any stream may read it at once.
    #[pyo3(signature = (*, stream = None, max_version = None, dl_device = None, copy = None))]
    fn __dlpack__<'py>(
        &self,
        py: Python<'py>,
        stream: Option<Bound<'py, PyAny>>,
        max_version: Option<(u32, u32)>,
        dl_device: Option<(i32, i32)>,
        copy: Option<bool>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let _ = stream;
        if copy == Some(true) {
            return Err(PyBufferError::new_err(
                "the array itself is exchanged, without a copy: ask without copy=True, and copy what you get",
            ));
        }
        if let Some(other) = dl_device.filter(|device| *device != self.__dlpack_device__()) {
            return Err(PyBufferError::new_err(format!(
                "the array is on {}, not on DLPack's device {other:?}: to_numpy() brings it into the computer's memory",
                self.device()
            )));
        }
        let [_, rows, runs] = self.0.shape();
        let tensor = Tensor {
            address: self.0.location().address,
            device: self.place(),
            bits: 8 * self.item_size() as u8, // 32 or 64
            shape: self.0.shape().map(|length| length as i64),
            strides: [rows * runs, runs, 1].map(|step| step as i64),
        };
        dlpack::capsule(py, tensor, max_version, self.0.clone())
    }

    /// The array by version 3 of CUDA's array interface; absent where it is in the computer's memory.
    #[getter]
    fn __cuda_array_interface__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        if self.0.location().device.is_none() {
            let message = "the array is in the computer's memory: numpy.from_dlpack(array) is a view of it";
            return Err(PyAttributeError::new_err(message));
        }
        let interface = PyDict::new(py);
        interface.set_item("shape", self.shape(py)?)?;
        interface.set_item("typestr", self.type_string())?;
        // Arrays without elements have no address there.
        let address = if self.size() == 0 { 0 } else { self.0.location().address };
        interface.set_item("data", (address, false))?;
        interface.set_item("strides", py.None())?;
        interface.set_item("version", 3)?;
        Ok(interface)
    }

    fn __len__(&self) -> usize {
        self.0.shape()[0]
    }

    fn __repr__(&self) -> String {
        let [a, b, c] = self.0.shape();
        format!("<DeviceArray ({a}, {b}, {c}) of {} on {}>", self.type_string(), self.device())
    }
}
