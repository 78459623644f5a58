//! The planner against the rules it promises, on examples.

use std::num::NonZeroUsize;

use rubie_memory::{ArrayRequest, Available, DataType, Memory, Placement, PlanError, RequestError, plan};

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
fn arrays_are_cut_along_any_axis() {
    for (axis, shape, cut) in [
        (0, vec![100, 10, 5], vec![25, 10, 5]),
        (1, vec![10, 100, 5], vec![10, 25, 5]),
        (2, vec![10, 5, 100], vec![10, 5, 25]),
    ] {
        let request = ArrayRequest::without_runs("samples", DataType::F32, shape).unwrap();
        let request = request.cut_along(axis, runs(100)).unwrap();
        let plan = plan(std::slice::from_ref(&request), 25 * 200).unwrap();
        assert_eq!((plan.num_chunks(), plan.chunk_length()), (4, 25));
        assert_eq!(request.chunked_shape(plan.chunk_length()), cut);
        assert_eq!(request.chunked_bytes(plan.chunk_length()), 5000);
    }
}

#[test]
fn the_memory_that_fits_the_fewest_runs_decides() {
    let requests = [
        array(1, 100).placed(Placement::Device),
        array(2, 100).placed(Placement::Pinned),
        array(3, 100).placed(Placement::Host),
    ];
    let cut = |device, host| plan(&requests, Available::Apart { device, host });
    assert_eq!(cut(400, 2000).unwrap().num_chunks(), 1);
    assert_eq!(cut(200, 2000).unwrap().num_chunks(), 2);
    assert_eq!(cut(400, 500).unwrap().num_chunks(), 4, "pinned and ordinary memory are one");
    assert_eq!(cut(200, 500).unwrap().bytes_of_chunk(Memory::Device), 100);
    assert_eq!(cut(200, 500).unwrap().bytes_of_chunk(Memory::Host), 500);
    assert_eq!(
        cut(3, 2000).unwrap_err().to_string(),
        "one run needs 4 bytes, but only 3 bytes of device memory are available; most of a run is `samples`: 4 bytes"
    );
    assert_eq!(
        cut(4, 19).unwrap_err().to_string(),
        "one run needs 20 bytes, but only 19 bytes of host memory are available; most of a run is `samples`: 12 bytes"
    );
}

#[test]
fn a_table_lists_every_array() {
    let table = ArrayRequest::without_runs("coefficients", DataType::F64, vec![16]).unwrap();
    let plan = plan(&[table, array(25, 10)], 128 + 500).unwrap();
    assert_eq!(
        format!("{plan:#}"),
        "10 runs in 2 chunks of 5\n\
         a chunk takes 628 bytes of 628 bytes: 100 bytes per run, 128 bytes whatever the runs\n\
         most of a run is `samples`: 100 bytes\n\
         array         memory    per run  whatever the runs    a chunk   the batch\n\
         samples       host    100 bytes                  -  500 bytes  1000 bytes\n\
         coefficients  host            -          128 bytes  128 bytes   128 bytes\n\
         all                   100 bytes          128 bytes  628 bytes     1.1 KiB"
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
