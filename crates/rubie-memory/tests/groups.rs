//! Queue, plan, allocate, take: the clients of a group together, two groups apart.

#![allow(clippy::unwrap_used)]

mod common;

use std::sync::{Arc, Barrier};

use common::{array, client, table, unshared};
use rubie_memory::{ArrayError, DataType, ManagedArray, MemoryError, PlanError};

#[test]
fn a_batch_is_cut_and_allocated() {
    let (host, manager) = unshared(25 * 8);
    let client = client(&manager, "output", "solve");
    client.queue(vec![array("samples", 2, 103)]).unwrap();
    let plan = client.allocate_queue().unwrap().expect("something is queued");
    assert_eq!((plan.num_chunks(), plan.chunk_length()), (5, 21));

    let mut response = client.take_response().unwrap();
    assert_eq!((response.chunks, response.chunk_length), (5, 21));
    assert_eq!(response.chunked_shapes["samples"], [2, 21]);
    let samples = response.arrays.get_mut("samples").unwrap();
    assert_eq!((samples.shape(), samples.bytes(), samples.dtype()), (&[2, 21][..], 168, DataType::F32));
    assert!(samples.elements::<f32>().unwrap().iter().all(|value| *value == 0.0));
    samples.elements_mut::<f32>().unwrap()[41] = 1.5;
    assert_eq!(samples.elements::<f32>().unwrap()[41], 1.5);
    let error = samples.elements::<f64>().unwrap_err();
    assert_eq!(error.to_string(), "array `samples` holds F32, not F64");
    assert!(matches!(error, ArrayError::Type { .. }));

    let mut managed = ManagedArray::new("samples", DataType::F32, &[("variable", 2), ("run", 103)])
        .chunked_along("run")
        .unwrap();
    managed.set_chunks(response.chunk_length, response.chunks).unwrap();
    assert_eq!(managed.chunk_slice(4).unwrap().shape(), [2, 19]);

    assert_eq!((host.used(), client.allocated_bytes()), (168, 168));
    drop(response);
    assert_eq!((host.used(), client.allocated_bytes()), (0, 0), "dropping a response frees it");
}

#[test]
fn one_run_is_one_chunk() {
    let (_, manager) = unshared(8);
    let client = client(&manager, "output", "solve");
    client.queue(vec![array("samples", 2, 1)]).unwrap();
    let plan = client.allocate_queue().unwrap().unwrap();
    assert_eq!((plan.num_chunks(), plan.chunk_length()), (1, 1));
}

#[test]
fn an_empty_queue_returns_early() {
    let (_, manager) = unshared(8);
    let client = client(&manager, "output", "solve");
    assert!(client.allocate_queue().unwrap().is_none());
    assert!(client.preview().unwrap().is_none());
    let error = client.take_response().unwrap_err();
    assert_eq!(
        error.to_string(),
        "client `output` has no response to take: it has queued no requests since the last"
    );
    client.queue(vec![array("samples", 2, 1)]).unwrap();
    let error = client.take_response().unwrap_err();
    assert_eq!(
        error.to_string(),
        "client `output` has no response to take: its requests are queued but not allocated; call allocate_queue first"
    );
    client.queue(Vec::new()).unwrap();
    assert!(client.allocate_queue().unwrap().is_none(), "an empty list takes the wish back");
}

#[test]
fn the_runs_of_all_clients_must_agree() {
    let (host, manager) = unshared(10_000);
    let (input, output) = (client(&manager, "input", "solve"), client(&manager, "output", "solve"));
    input.queue(vec![table("coefficients", 4)]).unwrap();
    let error = input.allocate_queue().unwrap_err();
    assert!(matches!(&error, MemoryError::Plan { source: PlanError::NoTotalRuns, .. }));
    assert_eq!(
        error.to_string(),
        "group `solve`: No total_runs found in allocation requests. At least one request must specify total_runs \
         for chunking."
    );
    input.queue(vec![table("coefficients", 4), array("inputs", 1, 100)]).unwrap();
    output.queue(vec![array("samples", 1, 50)]).unwrap();
    let error = output.allocate_queue().unwrap_err();
    assert_eq!(error.to_string(), "group `solve`: Inconsistent total_runs in requests: found {100, 50}");
    assert_eq!(host.used(), 0);
    output.queue(vec![array("samples", 1, 100)]).unwrap();
    let plan = output.allocate_queue().unwrap().expect("the input's requests are still queued");
    assert_eq!(plan.total_runs(), 100);
    assert_eq!(input.take_response().unwrap().arrays.len(), 2);
}

#[test]
fn labels_are_one_clients_own() {
    let (_, manager) = unshared(10_000);
    let (input, output) = (client(&manager, "input", "solve"), client(&manager, "output", "solve"));
    input.queue(vec![array("values", 1, 10)]).unwrap();
    let error = input.queue(vec![array("twice", 1, 10), array("twice", 2, 10)]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "client `input` asks for two arrays `twice`; every array of a client needs a label of its own"
    );
    output.queue(vec![array("values", 2, 10)]).unwrap();
    output.allocate_queue().unwrap();
    assert_eq!(
        input.take_response().unwrap().chunked_shapes["values"],
        [1, 10],
        "what was queued before stays"
    );
    assert_eq!(output.take_response().unwrap().chunked_shapes["values"], [2, 10]);
}

#[test]
fn clients_of_one_group_are_planned_together() {
    // 12 bytes per run for both: 25 runs of 103 fit.
    let (host, manager) = unshared(25 * 12);
    let (input, output) = (client(&manager, "input", "solve"), client(&manager, "output", "solve"));
    let third = client(&manager, "third", "solve");
    input.queue(vec![array("inputs", 1, 103)]).unwrap();
    output.queue(vec![array("samples", 2, 103)]).unwrap();
    let preview = input.preview().unwrap().expect("both have queued");
    assert_eq!(host.used(), 0, "a preview allocates nothing");
    let plan = input.allocate_queue().unwrap().unwrap();
    assert_eq!(*plan, preview);
    assert!(output.allocate_queue().unwrap().is_none(), "the first call was for all of the group");
    for client in [&input, &output, &third] {
        let response = client.take_response().unwrap();
        assert_eq!((response.chunks, response.chunk_length), (5, 21));
        assert!(Arc::ptr_eq(&response.plan, &plan));
    }
    let again = third.take_response();
    assert!(matches!(again, Err(MemoryError::NoResponse { .. })), "a response is taken once");
}

#[test]
fn clients_of_two_groups_are_planned_apart() {
    let (host, manager) = unshared(1000);
    let (first, second) = (client(&manager, "output", "first"), client(&manager, "output", "second"));
    first.queue(vec![array("samples", 1, 100)]).unwrap();
    second.queue(vec![array("samples", 1, 300)]).unwrap();
    assert_eq!(first.allocate_queue().unwrap().unwrap().num_chunks(), 1);
    assert!(matches!(second.take_response(), Err(MemoryError::NoResponse { queued: 1, .. })));
    assert_eq!(host.used(), 400);
    let plan = second.allocate_queue().unwrap().unwrap();
    assert_eq!((plan.num_chunks(), plan.chunk_length()), (2, 150), "600 bytes are free");
    let streams = [first, second].map(|client| client.take_response().unwrap().stream);
    assert!(!Arc::ptr_eq(&streams[0], &streams[1]), "each group has a stream of its own");
}

#[test]
fn a_group_keeps_its_stream_until_its_last_client_leaves() {
    let (_, manager) = unshared(1000);
    let stream = |client: &rubie_memory::Client| {
        client.queue(vec![array("samples", 1, 100)]).unwrap();
        client.allocate_queue().unwrap();
        client.take_response().unwrap().stream
    };
    let (one, two) = (client(&manager, "one", "solve"), client(&manager, "two", "solve"));
    let first = stream(&one);
    assert!(Arc::ptr_eq(&first, &stream(&two)));
    drop((one, two));
    assert_eq!(Arc::strong_count(&first), 1, "the manager has let it go");
}

#[test]
fn who_joins_before_the_allocation_is_planned_too() {
    let (_, manager) = unshared(25 * 12);
    let early = client(&manager, "early", "solve");
    early.queue(vec![array("inputs", 1, 103)]).unwrap();
    let late = client(&manager, "late", "solve");
    late.queue(vec![array("samples", 2, 103)]).unwrap();
    assert_eq!(early.allocate_queue().unwrap().unwrap().chunk_length(), 21);
    assert_eq!(late.take_response().unwrap().arrays.len(), 1);
}

#[test]
fn who_joins_after_the_allocation_is_planned_with_responses_that_wait() {
    let (host, manager) = unshared(25 * 12);
    let early = client(&manager, "early", "solve");
    early.queue(vec![array("inputs", 1, 103)]).unwrap();
    assert_eq!(early.allocate_queue().unwrap().unwrap().num_chunks(), 2, "75 runs fit");
    let late = client(&manager, "late", "solve");
    late.queue(vec![array("samples", 2, 103)]).unwrap();
    assert_eq!(late.preview().unwrap().unwrap().chunk_length(), 21);
    assert_eq!(late.allocate_queue().unwrap().unwrap().chunk_length(), 21);
    assert_eq!(early.take_response().unwrap().chunk_length, 21, "nobody is left with the old chunks");
    assert_eq!(host.used(), 21 * 8, "the old arrays are freed");
}

#[test]
fn who_leaves_before_the_allocation_is_forgotten() {
    let (_, manager) = unshared(25 * 12);
    let (stays, leaves) = (client(&manager, "stays", "solve"), client(&manager, "leaves", "solve"));
    stays.queue(vec![array("inputs", 1, 75)]).unwrap();
    leaves.queue(vec![array("samples", 2, 999)]).unwrap();
    drop(leaves);
    assert_eq!(manager.clients(), 1);
    assert_eq!(stays.allocate_queue().unwrap().unwrap().num_chunks(), 1);
}

#[test]
fn who_leaves_with_an_untaken_response_frees_it() {
    let (host, manager) = unshared(1000);
    let (stays, leaves) = (client(&manager, "stays", "solve"), client(&manager, "leaves", "solve"));
    stays.queue(vec![array("inputs", 1, 50)]).unwrap();
    leaves.queue(vec![array("samples", 2, 50)]).unwrap();
    stays.allocate_queue().unwrap();
    assert_eq!(host.used(), 600);
    drop(leaves);
    assert_eq!(host.used(), 200);
    let response = stays.take_response().unwrap();
    drop((stays, manager));
    assert_eq!(host.used(), 200, "arrays that were taken stay whose they are");
    drop(response);
    assert_eq!(host.used(), 0);
}

#[test]
fn who_moves_takes_the_queue_along() {
    let (_, manager) = unshared(1000);
    let (one, two) = (client(&manager, "one", "first"), client(&manager, "two", "second"));
    one.queue(vec![array("inputs", 1, 50)]).unwrap();
    one.move_to("second");
    assert_eq!(one.group(), "second");
    assert!(two.allocate_queue().unwrap().is_some());
    assert_eq!(one.take_response().unwrap().arrays.len(), 1);
}

#[test]
fn the_newest_wish_counts() {
    let (host, manager) = unshared(1000);
    let client = client(&manager, "output", "solve");
    client.queue(vec![array("samples", 2, 100)]).unwrap();
    client.queue(vec![array("samples", 1, 100)]).unwrap();
    client.allocate_queue().unwrap();
    assert_eq!(host.used(), 400);
    client.queue(vec![array("samples", 2, 100)]).unwrap();
    assert_eq!(host.used(), 0, "a response that nobody took is not wanted any more");
    client.allocate_queue().unwrap();
    assert_eq!(client.free(), 800);
    assert_eq!(host.used(), 0);
}

#[test]
fn many_threads_may_use_one_manager() {
    let (host, manager) = unshared(1000);
    let start = Barrier::new(4);
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let (manager, start) = (&manager, &start);
            scope.spawn(move || {
                start.wait();
                for round in 0..50 {
                    let client = client(manager, "output", &format!("group {}", (thread + round) % 3));
                    client.queue(vec![array("samples", 1, 8)]).unwrap();
                    match client.allocate_queue() {
                        // Another thread's call of the same group may have been first.
                        Ok(_) => drop(client.take_response()),
                        Err(error) => panic!("{error}"),
                    }
                }
            });
        }
    });
    assert_eq!((host.used(), manager.clients()), (0, 0));
    assert_eq!(manager.device().memory().unwrap(), manager.memory().unwrap());
}
