//! The array managers without a solver: shapes, requests, chunks, and what happens when memory is short.

#![allow(clippy::unwrap_used)]

use std::num::NonZeroUsize;
use std::sync::Arc;

use rubie::arrays::{
    Arrays, HostDevice, InputArrays, InputSizes, Limits, MemoryManager, OutputArrays, OutputSizes, Place,
    Placement, Share, Sizes, plan,
};
use rubie::prelude::*;
use rubie::sink::Samples;
use rubie::{ErrorKind, Precision, SummaryOptions};
use rubie_kernel::SamplesMut;

fn count(number: usize) -> NonZeroUsize {
    NonZeroUsize::new(number).unwrap()
}

/// Two swept names and a polynomial of 4 segments: 16 bytes per run, 96 for all.
fn inputs(runs: usize) -> InputSizes {
    InputSizes { runs: count(runs), swept: 2, coefficients: Some([count(4), count(1), count(3)]) }
}

/// Ten samples of 3 variables and 2 windows of one summary: 4 + 240 + 16 bytes per run.
fn outputs(runs: usize) -> OutputSizes {
    let (runs, precision) = (count(runs), Precision::F64);
    OutputSizes { runs, precision, times: 10, variables: 3, windows: 2, columns: 1, slots: 0 }
}

fn manager(bytes: u64) -> (HostDevice, Arc<MemoryManager>) {
    let host = HostDevice::new(bytes);
    (host.clone(), MemoryManager::new(Arc::new(host), Limits::Shares))
}

/// Room for the coefficients and 25 runs.
const ROOM: u64 = 96 + 25 * 276;

#[test]
fn what_has_a_run_axis_says_how_many_runs() {
    let requests = inputs(103).requests(Placement::Pinned).unwrap();
    let facts: Vec<_> = requests
        .iter()
        .map(|request| {
            (request.label(), request.shape().to_vec(), request.total_runs(), request.chunked_axis())
        })
        .collect();
    assert_eq!(
        facts,
        [("swept", vec![2, 103], Some(count(103)), Some(1)), ("coefficients", vec![4, 1, 3], None, None)]
    );
    assert!(requests.iter().all(|request| request.placement() == Placement::Pinned));
    for request in outputs(103).requests(Placement::Host).unwrap() {
        assert_eq!(request.total_runs(), Some(count(103)), "{}", request.label());
        assert_eq!(request.chunked_axis(), Some(request.shape().len() - 1), "{}", request.label());
    }
}

#[test]
fn arrays_that_hold_nothing_are_not_asked_for() {
    let none = InputSizes { runs: count(5), swept: 0, coefficients: None };
    assert!(none.requests(Placement::Host).unwrap().is_empty());
    let no_samples = OutputSizes { times: 0, columns: 0, ..outputs(5) };
    let requests = no_samples.requests(Placement::Host).unwrap();
    assert_eq!(requests.iter().map(|request| request.label()).collect::<Vec<_>>(), ["status"]);

    let (_, manager) = manager(1000);
    let mut arrays = Arrays::allocate(&manager, &Place::host("solve"), none, no_samples).unwrap();
    assert!(
        arrays.inputs.swept(0).unwrap().is_empty() && arrays.inputs.coefficients_mut().unwrap().is_empty()
    );
    let chunk = arrays.outputs.chunk_outputs(0).unwrap();
    assert!(matches!(chunk.samples, SamplesMut::F64([])) && matches!(chunk.summaries, SamplesMut::F64([])));
    assert_eq!(chunk.status.len(), 5);
    assert!(matches!(arrays.outputs.samples(0).unwrap(), Samples::F64([])));
}

#[test]
fn sizes_are_those_of_a_solvers_layout() {
    let model = Model::parse("decay", "state x = 1, y = 2\nparam k = 1\nx' = -k*x\ny' = -y").unwrap();
    let options = SolveOptions {
        until: 10.0,
        save: Schedule::Every(1.0),
        summaries: Some(SummaryOptions::new(&["mean", "max"], 0.5)),
        precision: Precision::F32,
        ..SolveOptions::default()
    };
    let solver = Solver::new(&model, &options).unwrap();
    let sweep = Sweep::product(vec![Axis::parse("k", "1:2:7", 0).unwrap()]).unwrap();
    let layout = solver.layout(&sweep);
    assert_eq!(InputSizes::of(&layout).unwrap(), InputSizes { runs: count(7), swept: 1, coefficients: None });
    let sizes = OutputSizes::of(&layout).unwrap();
    assert_eq!(
        sizes,
        OutputSizes {
            runs: count(7),
            precision: Precision::F32,
            times: 11,
            variables: 2,
            windows: 1,
            columns: 4,
            slots: 0
        }
    );
    let bytes: usize = sizes.requests(Placement::Host).unwrap().iter().map(|request| request.bytes()).sum();
    assert_eq!(bytes, 7 * (4 + 4 * 11 * 2 + 4 * 4));
    let mut none = layout;
    none.runs = 0;
    assert_eq!(InputSizes::of(&none).unwrap_err().to_string(), "a batch needs at least one run");
}

#[test]
fn a_batch_goes_through_its_chunks() {
    let (host, manager) = manager(ROOM);
    let mut arrays = Arrays::allocate(&manager, &Place::host("solve"), inputs(103), outputs(103)).unwrap();
    assert_eq!((arrays.plan().num_chunks(), arrays.plan().chunk_length()), (5, 21));
    assert_eq!(host.used(), 96 + 21 * 276);
    arrays.inputs.coefficients_mut().unwrap()[11] = 7.0;

    // What a kernel would do: the sample of a run is its first input, the status its number.
    let mut whole = vec![f64::NAN; 30 * 103];
    let mut words = Vec::new();
    for index in 0..5 {
        let range = arrays.plan().chunk(index).unwrap();
        let runs = range.len();
        let swept = arrays.inputs.swept_mut(index).unwrap();
        assert_eq!(swept.len(), 2 * runs);
        for (value, run) in swept.iter_mut().zip(range.clone()) {
            *value = run as f64;
        }
        let first = arrays.inputs.swept(index).unwrap()[..runs].to_vec();
        let chunk = arrays.outputs.chunk_outputs(index).unwrap();
        let SamplesMut::F64(samples) = chunk.samples else { panic!("the precision is f64") };
        assert_eq!((samples.len(), chunk.status.len()), (30 * runs, runs));
        for (row, values) in samples.chunks_mut(runs).enumerate() {
            for (value, input) in values.iter_mut().zip(&first) {
                *value = 1000.0 * row as f64 + input;
            }
        }
        chunk.status.iter_mut().zip(range).for_each(|(word, run)| *word = run as u32);

        let Samples::F64(samples) = arrays.outputs.samples(index).unwrap() else { panic!("f64") };
        let slice = arrays.outputs.managed("samples").unwrap().chunk_slice(index).unwrap();
        let mut done = 0;
        for piece in slice.pieces() {
            let length = piece.len();
            whole[piece].copy_from_slice(&samples[done..done + length]);
            done += length;
        }
        assert_eq!(done, samples.len());
        words.extend_from_slice(arrays.outputs.status(index).unwrap());
        assert_eq!(arrays.inputs.coefficients_mut().unwrap()[11], 7.0, "the same for every chunk");
    }
    for (position, value) in whole.iter().enumerate() {
        assert_eq!(*value, 1000.0 * (position / 103) as f64 + (position % 103) as f64);
    }
    assert!(words.into_iter().eq(0..103));
    let error = arrays.outputs.chunk_outputs(5).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Memory);
    assert!(error.to_string().ends_with("has no chunk 5: it has 5, counted from 0"), "{error}");
    assert!(arrays.inputs.swept(5).is_err());
    drop(arrays);
    assert_eq!((host.used(), manager.clients()), (0, 0));
}

#[test]
fn the_plan_is_that_of_the_requests_alone() {
    let (_, manager) = manager(ROOM);
    let arrays = Arrays::allocate(&manager, &Place::host("solve"), inputs(103), outputs(103)).unwrap();
    let mut requests = inputs(103).requests(Placement::Host).unwrap();
    requests.extend(outputs(103).requests(Placement::Host).unwrap());
    assert_eq!(*arrays.plan(), plan(&requests, ROOM).unwrap());
}

#[test]
fn single_precision_is_half_as_large() {
    let (_, manager) = manager(10_000);
    let sizes = OutputSizes { precision: Precision::F32, ..outputs(9) };
    let mut arrays = Arrays::allocate(&manager, &Place::host("solve"), inputs(9), sizes).unwrap();
    let chunk = arrays.outputs.chunk_outputs(0).unwrap();
    assert!(matches!(chunk.samples, SamplesMut::F32(values) if values.len() == 270));
    assert!(matches!(chunk.summaries, SamplesMut::F32(values) if values.len() == 18));
    assert!(matches!(arrays.outputs.summaries(0).unwrap(), Samples::F32(values) if values.len() == 18));
}

#[test]
fn inputs_and_outputs_must_agree_on_the_runs() {
    let (host, manager) = manager(ROOM);
    let error = Arrays::allocate(&manager, &Place::host("solve"), inputs(100), outputs(50)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Memory);
    assert_eq!(error.to_string(), "group `solve`: Inconsistent total_runs in requests: found {100, 50}");
    assert_eq!((host.used(), manager.clients()), (0, 0));
}

#[test]
fn a_run_that_does_not_fit_names_the_largest_array() {
    let (_, manager) = manager(300);
    let error = Arrays::allocate(&manager, &Place::host("solve"), inputs(10), outputs(10)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "group `solve`: one run needs 372 bytes, but only 300 bytes are available; most of a run is `samples`: \
         240 bytes"
    );
}

#[test]
fn one_manager_alone_will_do() {
    let (_, manager) = manager(10_000);
    let place = Place { share: Share::Proportion(0.5), ..Place::host("inputs only") };
    let mut inputs = InputArrays::register(&manager, &place, inputs(10)).unwrap();
    let error = inputs.swept(0).unwrap_err();
    assert_eq!(error.to_string(), "the inputs have no arrays: queue, allocate and accept first");
    assert!(inputs.accept().is_err());
    inputs.queue().unwrap();
    assert!(inputs.accept().is_err());
    inputs.allocate().unwrap();
    assert_eq!(inputs.accept().unwrap().total_runs(), 10);
    assert_eq!(inputs.client().allocated_bytes(), 96 + 160);
    inputs.queue().unwrap();
    assert_eq!(inputs.client().allocated_bytes(), 0, "the newest wish counts");
}

#[test]
fn who_did_not_queue_gets_no_arrays() {
    let (_, manager) = manager(10_000);
    let mut inputs = InputArrays::register(&manager, &Place::host("solve"), inputs(10)).unwrap();
    let mut outputs = OutputArrays::register(&manager, &Place::host("solve"), outputs(10)).unwrap();
    outputs.queue().unwrap();
    outputs.allocate().unwrap();
    outputs.accept().unwrap();
    assert_eq!(
        inputs.accept().unwrap_err().to_string(),
        "the inputs were not queued when their group was planned: there is no array `coefficients`; queue them and \
         allocate again"
    );
}

#[test]
fn a_batch_of_another_size_takes_the_place_of_the_last() {
    let (host, manager) = manager(ROOM);
    let mut outputs = OutputArrays::register(&manager, &Place::host("solve"), outputs(20)).unwrap();
    outputs.queue().unwrap();
    outputs.allocate().unwrap();
    outputs.accept().unwrap();
    assert_eq!(host.used(), 20 * 260);
    let more = OutputSizes { runs: count(40), ..*outputs.sizes() };
    outputs.resize(more).unwrap();
    assert_eq!((host.used(), outputs.sizes().runs()), (0, count(40)));
    outputs.queue().unwrap();
    let plan = outputs.allocate().unwrap().unwrap();
    assert_eq!(outputs.accept().unwrap(), plan);
    assert_eq!(outputs.managed("samples").unwrap().num_chunks(), 2);
}

#[test]
fn parked_arrays_may_be_given_to_others() {
    let (_, manager) = manager(20 * 260);
    let hold = |group: &str| {
        let mut arrays = OutputArrays::register(&manager, &Place::host(group), outputs(10)).unwrap();
        arrays.queue().unwrap();
        arrays.allocate().unwrap();
        arrays.accept().unwrap();
        arrays
    };
    let (mut first, mut second) = (hold("first"), hold("second"));
    first.chunk_mut::<u32>("status", 0).unwrap()[3] = 5;
    first.park().unwrap();
    assert!(first.status(0).is_err() && first.resume());
    assert_eq!(first.status(0).unwrap()[3], 5);
    first.park().unwrap();
    second.park().unwrap();
    let _third = hold("third");
    assert!(!first.resume() && second.resume(), "the longest idle gave up its own");
}

#[test]
fn on_the_host_all_placements_are_one_memory() {
    let (_, manager) = manager(10_000);
    let place = Place { placement: Placement::Device, ..Place::host("solve") };
    let arrays = Arrays::allocate(&manager, &place, inputs(10), outputs(10)).unwrap();
    assert_eq!(arrays.outputs.status(0).unwrap().len(), 10);
}
