//! The planner against the rules it promises, on examples and on random requests.

use std::num::NonZeroUsize;

use proptest::prelude::*;
use rubie_memory::{ArrayRequest, DataType, Placement, PlanError, RequestError, plan};

fn runs(count: usize) -> NonZeroUsize {
    NonZeroUsize::new(count).expect("a test says how many runs")
}

/// An array of `words` f32 numbers per run.
fn array(words: usize, count: usize) -> ArrayRequest {
    ArrayRequest::with_runs("samples", DataType::F32, vec![words, count], runs(count))
        .expect("the shape ends with the runs")
}

#[test]
fn chunks_are_even() {
    let plan = plan(&[array(1, 103)], 25 * 4).unwrap();
    let lengths: Vec<usize> = plan.chunks().map(|chunk| chunk.len()).collect();
    assert_eq!(lengths, [21, 21, 21, 21, 19]);
    assert_eq!(plan.chunk(4), Ok(84..103));
    assert_eq!(plan.chunk(5), Err(PlanError::NoSuchChunk { index: 5, num_chunks: 5 }));
}

#[test]
fn one_run_is_one_chunk() {
    let plan = plan(&[array(1, 1)], 4).unwrap();
    assert_eq!((plan.num_chunks(), plan.chunk_length()), (1, 1));
}

#[test]
fn someone_must_say_how_many_runs() {
    let table = ArrayRequest::without_runs("coefficients", DataType::F64, vec![4]).unwrap();
    for requests in [&[][..], &[table]] {
        let error = plan(requests, 1000).unwrap_err();
        assert_eq!(
            error.to_string(),
            "No total_runs found in allocation requests. At least one request must specify total_runs for chunking."
        );
    }
}

#[test]
fn all_must_agree_on_the_runs() {
    let error = plan(&[array(1, 100), array(1, 50), array(2, 100)], 1000).unwrap_err();
    assert_eq!(error.to_string(), "Inconsistent total_runs in requests: found {100, 50}");
}

#[test]
fn what_cannot_be_cut_is_set_aside_first() {
    let table = ArrayRequest::without_runs("coefficients", DataType::F64, vec![10]).unwrap();
    let whole = ArrayRequest::with_runs("whole", DataType::U32, vec![5], runs(5)).unwrap().unchunkable();
    let requests = [table, array(1, 5), whole];
    assert_eq!(plan(&requests, 80 + 20 + 8).unwrap().chunk_length(), 2);
    assert_eq!(plan(&requests, 80 + 20 + 8).unwrap().chunk_bytes(), 108);
    let too_small = plan(&requests, 80 + 20 + 3).unwrap_err();
    assert_eq!(
        too_small.to_string(),
        "one run needs 104 bytes, but only 103 bytes are available; most of a run is `samples`: 4 bytes"
    );
    let far_too_small = plan(&requests, 99).unwrap_err();
    assert_eq!(
        far_too_small.to_string(),
        "arrays that cannot be cut into chunks need 100 bytes, but only 99 bytes are available; the largest is \
         `coefficients`: 80 bytes"
    );
}

#[test]
fn arrays_that_are_all_whole_fit_or_not() {
    let whole = ArrayRequest::with_runs("whole", DataType::I64, vec![5], runs(5)).unwrap().unchunkable();
    assert_eq!(plan(std::slice::from_ref(&whole), 40).unwrap().num_chunks(), 1);
    assert!(matches!(plan(&[whole], 39), Err(PlanError::FixedDoNotFit { needed: 40, .. })));
}

#[test]
fn a_plan_explains_itself() {
    let inputs = ArrayRequest::with_runs("inputs", DataType::F64, vec![103], runs(103)).unwrap();
    let plan = plan(&[inputs, array(1024, 103)], 25 * 4104).unwrap();
    assert_eq!(
        plan.to_string(),
        "103 runs in 5 chunks of 21, the last of 19\n\
         a chunk takes 84.2 KiB of 100.2 KiB: 4.0 KiB per run, 0 bytes whatever the runs\n\
         most of a run is `samples`: 4.0 KiB"
    );
}

#[test]
fn requests_are_checked_when_built() {
    let request = |shape: Vec<usize>| ArrayRequest::with_runs("a", DataType::F64, shape, runs(10));
    assert!(matches!(request(vec![3, 0, 10]), Err(RequestError::EmptyAxis { axis: 1, .. })));
    assert!(matches!(request(vec![3, 9]), Err(RequestError::RunAxis { axis: 1, .. })));
    assert!(matches!(request(vec![]), Err(RequestError::RunAxis { axis: 0, .. })));
    assert!(matches!(request(vec![usize::MAX, 10]), Err(RequestError::TooLarge { .. })));
    assert!(matches!(
        request(vec![3, 10]).unwrap().chunk_axis(0),
        Err(RequestError::RunAxis { axis: 0, .. })
    ));
    let table = ArrayRequest::without_runs("b", DataType::F64, vec![10]).unwrap();
    assert!(matches!(table.chunk_axis(0), Err(RequestError::NoRuns { .. })));
    let middle = request(vec![10, 10]).unwrap().chunk_axis(0).unwrap().placed(Placement::Device);
    assert_eq!(
        (middle.chunked_axis(), middle.placement(), middle.bytes()),
        (Some(0), Placement::Device, 800)
    );
}

#[test]
fn huge_batches_do_not_overflow() {
    let count = usize::MAX / 4;
    let requests = [array(1, count), array(1, count), array(1, count)];
    let plan = plan(&requests, u64::MAX).unwrap();
    assert_eq!(plan.num_chunks(), 3, "12 bytes per run, and all bytes are enough for a third of that");
    let all: usize = plan.chunks().map(|chunk| chunk.len()).sum();
    assert_eq!(all, count);
}

#[test]
fn bytes_that_overflow_are_not_taken_for_fewer() {
    let huge = || ArrayRequest::without_runs("huge", DataType::F64, vec![usize::MAX / 8]).unwrap();
    let error = plan(&[huge(), huge(), array(1, 1)], u64::MAX).unwrap_err();
    assert!(matches!(error, PlanError::FixedDoNotFit { needed: u64::MAX, .. }));
    let per_run = || array(usize::MAX / 4, 1);
    let error = plan(&[per_run(), per_run()], u64::MAX).unwrap_err();
    assert!(matches!(error, PlanError::OneRunDoesNotFit { needed: u64::MAX, .. }));
}

proptest! {
    #[test]
    fn chunks_cover_the_runs_once_in_order_fit_and_are_fewest(
        count in 1usize..5000,
        words in prop::collection::vec(1usize..50, 1..5),
        fixed in 0usize..1000,
        available in 0u64..2_000_000,
    ) {
        let mut requests: Vec<_> = words.iter().map(|words| array(*words, count)).collect();
        if fixed > 0 {
            requests.push(ArrayRequest::without_runs("fixed", DataType::F64, vec![fixed]).unwrap());
        }
        let run_bytes = 4 * words.iter().sum::<usize>() as u64;
        let bytes = |runs: usize| 8 * fixed as u64 + run_bytes * runs as u64;
        let Ok(plan) = plan(&requests, available) else {
            prop_assert!(bytes(1) > available, "one run would have fitted");
            return Ok(());
        };
        let covered: Vec<usize> = plan.chunks().flatten().collect();
        prop_assert!(covered.iter().copied().eq(0..count), "each run once, in order");
        prop_assert!(plan.chunks().all(|chunk| !chunk.is_empty() && bytes(chunk.len()) <= available));
        prop_assert_eq!(plan.chunks().next().unwrap().len(), plan.chunk_length());
        prop_assert_eq!(plan.chunk_bytes(), bytes(plan.chunk_length()));
        if plan.num_chunks() > 1 {
            prop_assert!(bytes(count.div_ceil(plan.num_chunks() - 1)) > available, "fewer chunks would have fitted");
        }
        let shortest = plan.chunks().map(|chunk| chunk.len()).min().unwrap();
        prop_assert!(plan.chunk_length() - shortest < plan.num_chunks().max(2), "as even as the length allows");
    }
}
