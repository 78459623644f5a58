//! Capsules of DLPack (<https://dmlc.github.io/dlpack/latest/>): an array of some device, handed to another library without a copy.
#![allow(unsafe_code)]

use std::ffi::{CStr, c_void};
use std::ptr::{self, NonNull};

use pyo3::ffi;
use pyo3::prelude::*;

/// Kinds of devices, by DLPack's numbers.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DeviceType {
    /// `kDLCPU`.
    Cpu = 1,
    /// `kDLCUDA`.
    Cuda = 2,
}

/// An array of floating-point numbers with three axes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tensor {
    /// Address of the first element.
    pub(crate) address: usize,
    /// Kind and number of the device.
    pub(crate) device: (DeviceType, i32),
    /// Bits of an element.
    pub(crate) bits: u8,
    /// Elements along each axis.
    pub(crate) shape: [i64; 3],
    /// Elements from one to the next along each axis.
    pub(crate) strides: [i64; 3],
}

/// `DLTensor`.
#[repr(C)]
struct DlTensor {
    data: *mut c_void,
    device_type: i32,
    device_id: i32,
    ndim: i32,
    type_code: u8,
    type_bits: u8,
    type_lanes: u16,
    shape: *mut i64,
    strides: *mut i64,
    byte_offset: u64,
}

/// `DLManagedTensor`, of DLPack before 1.0.
#[repr(C)]
struct Managed {
    tensor: DlTensor,
    context: *mut c_void,
    deleter: Option<unsafe extern "C" fn(*mut Managed)>,
}

/// `DLManagedTensorVersioned`, of DLPack from 1.0 on.
#[repr(C)]
struct Versioned {
    major: u32,
    minor: u32,
    context: *mut c_void,
    deleter: Option<unsafe extern "C" fn(*mut Versioned)>,
    flags: u64,
    tensor: DlTensor,
}

/// `kDLFloat`.
const FLOAT: u8 = 2;

/// The version that the structures here are of.
const VERSION: (u32, u32) = (1, 0);

/// What a capsule keeps alive: the axes that the structure points to, and the owner of the memory.
struct Kept<O> {
    axes: [[i64; 3]; 2],
    _owner: O,
}

/// One of the two structures in a capsule.
trait Structure: Sized {
    /// The name of its capsule until somebody takes what is in it.
    const NAME: &'static CStr;

    /// Puts it together; `deleter` is the one for owners of type `O`.
    fn new<O>(tensor: DlTensor, context: *mut c_void) -> Self;

    /// Frees it and what it keeps alive.
    ///
    /// # Safety
    /// `this` was made by [`capsule`] and is not used afterwards.
    unsafe fn delete(this: *mut Self);
}

/// Frees a structure and what its context keeps alive.
///
/// # Safety
/// Both pointers come from boxes, of a `Kept<O>` the second, and are freed once.
unsafe fn free<S, O>(this: *mut S, context: *mut c_void) {
    // SAFETY: as above.
    unsafe {
        drop(Box::from_raw(context.cast::<Kept<O>>()));
        drop(Box::from_raw(this));
    }
}

unsafe extern "C" fn delete_managed<O>(this: *mut Managed) {
    // SAFETY: the library that took the tensor calls this once, with the structure that it took.
    unsafe { free::<_, O>(this, (*this).context) }
}

unsafe extern "C" fn delete_versioned<O>(this: *mut Versioned) {
    // SAFETY: as above.
    unsafe { free::<_, O>(this, (*this).context) }
}

impl Structure for Managed {
    const NAME: &'static CStr = c"dltensor";

    fn new<O>(tensor: DlTensor, context: *mut c_void) -> Self {
        Managed { tensor, context, deleter: Some(delete_managed::<O>) }
    }

    unsafe fn delete(this: *mut Self) {
        // SAFETY: as the trait says.
        unsafe {
            if let Some(deleter) = (*this).deleter {
                deleter(this);
            }
        }
    }
}

impl Structure for Versioned {
    const NAME: &'static CStr = c"dltensor_versioned";

    fn new<O>(tensor: DlTensor, context: *mut c_void) -> Self {
        let (major, minor) = VERSION;
        Versioned { major, minor, context, deleter: Some(delete_versioned::<O>), flags: 0, tensor }
    }

    unsafe fn delete(this: *mut Self) {
        // SAFETY: as the trait says.
        unsafe {
            if let Some(deleter) = (*this).deleter {
                deleter(this);
            }
        }
    }
}

/// A capsule with the tensor, in the structure of version 1 if whoever asks knows it. `owner` lives until the tensor is given back.
pub(crate) fn capsule<O: Send + 'static>(
    py: Python<'_>,
    tensor: Tensor,
    max_version: Option<(u32, u32)>,
    owner: O,
) -> PyResult<Bound<'_, PyAny>> {
    match max_version {
        Some((major, _)) if major >= VERSION.0 => of::<Versioned, O>(py, tensor, owner),
        _ => of::<Managed, O>(py, tensor, owner),
    }
}

fn of<S: Structure, O: Send + 'static>(
    py: Python<'_>,
    tensor: Tensor,
    owner: O,
) -> PyResult<Bound<'_, PyAny>> {
    let kept = Box::into_raw(Box::new(Kept { axes: [tensor.shape, tensor.strides], _owner: owner }));
    // SAFETY: just made from a box, and nobody else has it yet.
    let axes = unsafe { &raw mut (*kept).axes }.cast::<i64>();
    let (device_type, device_id) = tensor.device;
    let tensor = DlTensor {
        data: ptr::with_exposed_provenance_mut(tensor.address),
        device_type: device_type as i32,
        device_id,
        ndim: 3,
        type_code: FLOAT,
        type_bits: tensor.bits,
        type_lanes: 1,
        shape: axes,
        // SAFETY: the second half of six numbers.
        strides: unsafe { axes.add(3) },
        byte_offset: 0,
    };
    let structure = Box::into_raw(Box::new(S::new::<O>(tensor, kept.cast())));
    // SAFETY: the structure stays until its deleter is called: by whoever takes it, or by the capsule if nobody does. The name is
    // static.
    let capsule = unsafe { ffi::PyCapsule_New(structure.cast(), S::NAME.as_ptr(), Some(drop_capsule::<S>)) };
    if NonNull::new(capsule).is_none() {
        // SAFETY: no capsule has it.
        unsafe { S::delete(structure) };
        return Err(PyErr::fetch(py));
    }
    // SAFETY: a new reference, just checked.
    Ok(unsafe { Bound::from_owned_ptr(py, capsule) })
}

/// Frees what is in a capsule that nobody has taken; a capsule whose contents were taken has another name.
unsafe extern "C" fn drop_capsule<S: Structure>(capsule: *mut ffi::PyObject) {
    // SAFETY: Python calls this once, with a capsule of `of::<S, _>`.
    unsafe {
        if ffi::PyCapsule_IsValid(capsule, S::NAME.as_ptr()) != 0 {
            S::delete(ffi::PyCapsule_GetPointer(capsule, S::NAME.as_ptr()).cast());
        }
    }
}
