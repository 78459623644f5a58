//! For any requests and any memory: chunks cover the runs once and in order, fit, and are as few as can be.

#![allow(clippy::unwrap_used)]

use std::num::NonZeroUsize;

use proptest::prelude::*;
use rubie_memory::{ArrayRequest, Available, ChunkPlan, DataType, ManagedArray, Placement, PlanError, plan};

/// What an array is, apart from the number of runs.
#[derive(Clone, Debug)]
struct Sketch {
    dtype: DataType,
    other: [usize; 2],
    /// The run axis; none for an array without runs.
    axis: Option<usize>,
    unchunkable: bool,
    placement: Placement,
}

impl Sketch {
    /// The shape with this many runs.
    fn shape(&self, runs: usize) -> Vec<usize> {
        let mut shape = self.other.to_vec();
        if let Some(axis) = self.axis {
            shape.insert(axis, runs);
        }
        shape
    }

    fn request(&self, label: String, runs: NonZeroUsize) -> ArrayRequest {
        let request = ArrayRequest::without_runs(label, self.dtype, self.shape(runs.get())).unwrap();
        let request = match self.axis {
            Some(axis) => request.cut_along(axis, runs).unwrap(),
            None => request,
        };
        let request = if self.unchunkable { request.unchunkable() } else { request };
        request.placed(self.placement)
    }

    /// Bytes of a chunk of `runs` runs of a batch of `total`, counted from the shape.
    fn bytes(&self, runs: usize, total: usize) -> u64 {
        let runs = if self.unchunkable { total } else { runs };
        (self.shape(runs).iter().product::<usize>() * self.dtype.bytes()) as u64
    }
}

fn sketch() -> impl Strategy<Value = Sketch> {
    use DataType::{F32, F64, I32, I64, U32, U64};
    let dtype = prop::sample::select(vec![F32, F64, I32, I64, U32, U64]);
    let axis = prop::option::weighted(0.8, 0usize..3);
    let placement = prop::sample::select(vec![Placement::Host, Placement::Pinned, Placement::Device]);
    (dtype, prop::array::uniform2(1usize..20), axis, prop::bool::weighted(0.1), placement).prop_map(
        |(dtype, other, axis, unchunkable, placement)| Sketch { dtype, other, axis, unchunkable, placement },
    )
}

/// One memory or two, from hopeless to ample.
fn available() -> impl Strategy<Value = Available> {
    let bytes = || prop_oneof![0u64..5_000, 0u64..500_000, 0u64..50_000_000];
    let apart = (bytes(), bytes()).prop_map(|(device, host)| Available::Apart { device, host });
    prop_oneof![bytes().prop_map(Available::Shared), apart]
}

/// Whether chunks of `runs` runs fit, counted array by array.
fn fit(sketches: &[Sketch], available: Available, runs: usize, total: usize) -> bool {
    available.memories().all(|(memory, bytes)| {
        let here = sketches.iter().filter(|sketch| available.memory_of(sketch.placement) == memory);
        here.map(|sketch| sketch.bytes(runs, total)).sum::<u64>() <= bytes
    })
}

fn planned(sketches: &[Sketch], available: Available, runs: usize) -> Result<ChunkPlan, PlanError> {
    let runs = NonZeroUsize::new(runs).unwrap();
    let requests = sketches.iter().enumerate();
    let requests: Vec<_> = requests.map(|(i, sketch)| sketch.request(format!("array {i}"), runs)).collect();
    plan(&requests, available)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn chunks_cover_the_runs_once_in_order_fit_and_are_fewest(
        total in 1usize..3000,
        sketches in prop::collection::vec(sketch(), 0..6),
        available in available(),
    ) {
        let plan = match planned(&sketches, available, total) {
            Ok(plan) => plan,
            Err(PlanError::NoTotalRuns) => {
                prop_assert!(sketches.iter().all(|sketch| sketch.axis.is_none()));
                return Ok(());
            }
            Err(error) => {
                prop_assert!(!fit(&sketches, available, 1, total), "one run would have fitted: {error}");
                return Ok(());
            }
        };
        prop_assert_eq!(plan.total_runs(), total);
        prop_assert!(plan.chunks().flatten().eq(0..total), "each run once, in order");
        for chunk in plan.chunks() {
            prop_assert!(!chunk.is_empty() && fit(&sketches, available, chunk.len(), total));
        }
        if let Some(fewer) = NonZeroUsize::new(plan.num_chunks() - 1) {
            let longer = total.div_ceil(fewer.get());
            prop_assert!(!fit(&sketches, available, longer, total), "fewer chunks would have fitted");
        }
        let shortest = plan.chunks().map(|chunk| chunk.len()).min().unwrap();
        prop_assert!(plan.chunk_length() - shortest < plan.num_chunks(), "as even as one length for all allows");
        let bytes: u64 = sketches.iter().map(|sketch| sketch.bytes(plan.chunk_length(), total)).sum();
        prop_assert_eq!(plan.chunk_bytes(), bytes);
    }

    #[test]
    fn a_managed_array_is_cut_as_planned(
        total in 1usize..500,
        axis in 0usize..3,
        other in prop::array::uniform2(1usize..6),
        room in 1u64..500,
    ) {
        let mut axes = vec![("time", other[0]), ("variable", other[1])];
        axes.insert(axis, ("run", total));
        let mut array = ManagedArray::new("samples", DataType::F64, &axes).chunked_along("run").unwrap();
        let request = array.request(Placement::Host).unwrap();
        let per_run = 8 * (other[0] * other[1]) as u64;
        let plan = plan(std::slice::from_ref(&request), room * per_run).unwrap();
        array.set_chunks(plan.chunk_length(), plan.num_chunks()).unwrap();
        for (slice, chunk) in array.chunk_slices().zip(plan.chunks()) {
            prop_assert_eq!(&slice.ranges()[axis], &chunk);
            prop_assert_eq!(slice.shape(), request.chunked_shape(chunk.len()));
            prop_assert!(slice.elements() as u64 * 8 <= room * per_run);
        }
        prop_assert_eq!(array.chunk_slices().count(), plan.num_chunks());
    }
}
