//! How a managed array is cut: its slices cover the run axis once and in order, whatever the plan and the axis.

#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use rubie_memory::{ChunkError, ChunkSlice, DataType, ManagedArray, Placement, RequestError};

/// An array of this shape, cut along one of its axes.
fn cut(shape: &[usize], axis: usize) -> ManagedArray {
    let names = ["time", "variable", "run"];
    let axes: Vec<_> = names.into_iter().zip(shape.iter().copied()).collect();
    ManagedArray::new("samples", DataType::F64, &axes).chunked_along(names[axis]).unwrap()
}

/// The chunk of a whole array, copied piece by piece.
fn copied(whole: &[usize], slice: &ChunkSlice) -> Vec<usize> {
    slice.pieces().flat_map(|piece| whole[piece].to_vec()).collect()
}

/// The chunk of a whole array, element by element.
fn picked(shape: &[usize], slice: &ChunkSlice) -> Vec<usize> {
    let [a, b, c] = slice.ranges() else { panic!("an array of three axes") };
    let mut picked = Vec::new();
    for i in a.clone() {
        for j in b.clone() {
            picked.extend(c.clone().map(|k| (i * shape[1] + j) * shape[2] + k));
        }
    }
    picked
}

#[test]
fn before_a_plan_there_is_one_chunk() {
    let array = cut(&[10, 3, 103], 2);
    assert_eq!((array.num_chunks(), array.chunk_length()), (1, None));
    assert_eq!(array.chunk_slice(0).unwrap().shape(), [10, 3, 103]);
}

#[test]
fn any_plan_will_do() {
    let mut array = cut(&[10, 3, 103], 2);
    array.set_chunks(25, 5).unwrap();
    let lengths: Vec<usize> = array.chunk_slices().map(|slice| slice.shape()[2]).collect();
    assert_eq!(lengths, [25, 25, 25, 25, 3]);
    array.set_chunks(21, 5).unwrap();
    let lengths: Vec<usize> = array.chunk_slices().map(|slice| slice.shape()[2]).collect();
    assert_eq!(lengths, [21, 21, 21, 21, 19]);
}

#[test]
fn one_run_is_one_slice() {
    let mut array = cut(&[10, 3, 1], 2);
    array.set_chunks(1, 1).unwrap();
    assert_eq!(array.chunk_slice(0).unwrap().ranges(), [0..10, 0..3, 0..1]);
}

#[test]
fn the_last_axis_is_cut() {
    let mut array = cut(&[10, 5, 100], 2);
    array.set_chunks(25, 4).unwrap();
    for (index, slice) in array.chunk_slices().enumerate() {
        assert_eq!(slice.shape(), [10, 5, 25]);
        assert_eq!(slice.ranges()[2], 25 * index..25 * (index + 1));
    }
}

#[test]
fn the_middle_axis_is_cut() {
    let mut array = cut(&[10, 100, 5], 1);
    array.set_chunks(25, 4).unwrap();
    assert_eq!(array.chunk_slice(3).unwrap().ranges(), [0..10, 75..100, 0..5]);
    assert_eq!(
        array.chunk_slice(1).unwrap().pieces().next(),
        Some(125..250),
        "100 rows of 5, from the 25th on"
    );
}

#[test]
fn the_first_axis_is_cut() {
    let mut array = cut(&[100, 10, 5], 0);
    array.set_chunks(25, 4).unwrap();
    let slice = array.chunk_slice(2).unwrap();
    assert_eq!(slice.ranges(), [50..75, 0..10, 0..5]);
    assert!(slice.pieces().eq(std::iter::once(2500..3750)), "one piece");
}

#[test]
fn an_array_without_runs_is_whole_in_every_chunk() {
    let mut array = ManagedArray::new("coefficients", DataType::F64, &[("segment", 6), ("power", 4)]);
    array.set_chunks(25, 5).unwrap();
    assert!(array.chunk_slices().all(|slice| slice.shape() == [6, 4]));
    assert_eq!(array.chunk_slices().count(), 5);
}

#[test]
fn there_is_no_chunk_after_the_last() {
    let mut array = cut(&[10, 3, 103], 2);
    array.set_chunks(25, 5).unwrap();
    let error = array.chunk_slice(5).unwrap_err();
    assert_eq!(error.to_string(), "array `samples` has no chunk 5: it has 5, counted from 0");
    assert!(matches!(cut(&[1, 1, 1], 2).chunk_slice(usize::MAX), Err(ChunkError::NoSuchChunk { .. })));
}

#[test]
fn chunks_that_do_not_cover_the_runs_are_refused() {
    let mut array = cut(&[10, 3, 103], 2);
    array.set_chunks(25, 5).unwrap();
    for (length, chunks) in
        [(20, 5), (25, 4), (25, 6), (103, 2), (0, 5), (103, 0), (usize::MAX, 2), (2, usize::MAX)]
    {
        let error = array.set_chunks(length, chunks).unwrap_err();
        assert!(matches!(error, ChunkError::DoesNotCover { runs: 103, .. }), "{length} x {chunks}");
    }
    assert_eq!((array.chunk_length(), array.num_chunks()), (Some(25), 5), "what it was told before");
}

#[test]
fn an_axis_is_named() {
    let array = ManagedArray::new("samples", DataType::F64, &[("time", 2), ("run", 3)]);
    let error = array.chunked_along("runs").unwrap_err();
    assert_eq!(error.to_string(), "array `samples` has no axis `runs`; its axes are time, run");
}

#[test]
fn it_writes_its_own_request() {
    let request = cut(&[100, 10, 5], 0).request(Placement::Pinned).unwrap();
    assert_eq!((request.label(), request.dtype()), ("samples", DataType::F64));
    assert_eq!((request.chunked_axis(), request.total_runs().map(usize::from)), (Some(0), Some(100)));
    assert_eq!((request.placement(), request.chunked_shape(7)), (Placement::Pinned, vec![7, 10, 5]));
    let whole =
        ManagedArray::new("table", DataType::F32, &[("segment", 6)]).request(Placement::Host).unwrap();
    assert_eq!((whole.total_runs(), whole.chunked_axis()), (None, None));
    let none = cut(&[10, 3, 0], 2).request(Placement::Host);
    assert!(matches!(none, Err(RequestError::EmptyAxis { axis: 2, .. })), "no runs are refused");
}

proptest! {
    #[test]
    fn slices_cover_the_run_axis_once_and_in_order(
        shape in prop::collection::vec(1usize..12, 3),
        axis in 0usize..3,
        length in 1usize..12,
    ) {
        let length = length.min(shape[axis]);
        let mut array = cut(&shape, axis);
        array.set_chunks(length, shape[axis].div_ceil(length)).unwrap();
        let whole: Vec<usize> = (0..shape.iter().product()).collect();
        let mut covered = Vec::new();
        for slice in array.chunk_slices() {
            let chunk = copied(&whole, &slice);
            prop_assert_eq!(chunk.len(), slice.elements());
            prop_assert_eq!(chunk, picked(&shape, &slice), "the chunk's own order");
            covered.extend(slice.ranges()[axis].clone());
        }
        prop_assert!(covered.into_iter().eq(0..shape[axis]));
    }
}
