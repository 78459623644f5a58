//! Idle clients give up what they have parked, the longest idle first, and only where that helps.

#![allow(clippy::unwrap_used)]

mod common;

use std::sync::Arc;
use std::sync::atomic::Ordering;

use common::{Unruly, array, client, unshared};
use rubie_memory::{ArrayResponse, Available, Client, Limits, MemoryInfo, MemoryManager, Placement, Share};

/// A client of a group of its own with arrays of `bytes` bytes.
fn holder(manager: &Arc<MemoryManager>, name: &str, bytes: usize) -> (Client, ArrayResponse) {
    let client = client(manager, name, name);
    client.queue(vec![array("samples", bytes / 4, 1)]).unwrap();
    client.allocate_queue().unwrap();
    let response = client.take_response().unwrap();
    (client, response)
}

/// Chunks of a batch of `runs` runs of 4 bytes.
fn chunks(client: &Client, runs: usize) -> usize {
    client.queue(vec![array("samples", 1, runs)]).unwrap();
    client.allocate_queue().unwrap().unwrap().num_chunks()
}

#[test]
fn what_is_parked_stays_while_there_is_room() {
    let (host, manager) = unshared(1000);
    let (idle, response) = holder(&manager, "idle", 400);
    idle.park(response).unwrap();
    let busy = client(&manager, "busy", "busy");
    assert_eq!(chunks(&busy, 150), 1);
    assert_eq!(host.used(), 1000);
    assert_eq!(idle.resume().expect("nobody needed it").bytes(), 400);
    assert!(idle.resume().is_none(), "it is taken back once");
}

#[test]
fn the_longest_idle_goes_first() {
    let (host, manager) = unshared(1200);
    let holders = ["first", "second", "third"].map(|name| holder(&manager, name, 400));
    let [(first, one), (second, two), (third, three)] = holders;
    second.park(two).unwrap();
    third.park(three).unwrap();
    first.park(one).unwrap();
    let busy = client(&manager, "busy", "busy");
    assert_eq!(busy.preview().unwrap(), None);
    assert_eq!(chunks(&busy, 200), 1);
    assert_eq!(host.used(), 400 + 800);
    assert!(second.resume().is_none() && third.resume().is_none());
    assert!(first.resume().is_some(), "the last that was parked");
}

#[test]
fn nobody_gives_up_what_makes_the_chunks_no_fewer() {
    let (host, manager) = unshared(1000);
    let (idle, response) = holder(&manager, "idle", 100);
    let (_taken, _large) = holder(&manager, "taken", 500);
    idle.park(response).unwrap();
    // 400 bytes are free, 500 with those of the idle client: 200 bytes per run leave 2 runs at a time either way.
    let busy = client(&manager, "busy", "busy");
    busy.queue(vec![array("samples", 50, 10)]).unwrap();
    assert_eq!(busy.allocate_queue().unwrap().unwrap().num_chunks(), 5);
    assert_eq!(host.used(), 1000);
    // 80 bytes per run: 5 runs at a time, or 6, which makes 2 chunks of 10 runs both times.
    busy.queue(vec![array("samples", 20, 10)]).unwrap();
    assert_eq!(busy.allocate_queue().unwrap().unwrap().num_chunks(), 2);
    assert!(idle.resume().is_some());
}

#[test]
fn only_the_memory_that_is_short_is_given_up() {
    let device = Unruly::new(10_000);
    let manager = device.manager(Limits::FreeMemory);
    let parked =
        [("of the host", Placement::Host), ("of the device", Placement::Device)].map(|(name, placement)| {
            let client = client(&manager, name, name);
            client.queue(vec![array("samples", 100, 1).placed(placement)]).unwrap();
            client.allocate_queue().unwrap();
            client.park(client.take_response().unwrap()).unwrap();
            client
        });
    let info = Available::Apart { device: 400, host: 1000 };
    device.claim(MemoryInfo { total: info, free: info });
    let busy = client(&manager, "busy", "busy");
    busy.queue(vec![array("samples", 1, 200).placed(Placement::Device)]).unwrap();
    assert_eq!(busy.allocate_queue().unwrap().unwrap().num_chunks(), 1);
    assert!(parked[0].resume().is_some(), "the longest idle, but of the host");
    assert!(parked[1].resume().is_none());
}

#[test]
fn who_is_at_work_keeps_its_arrays() {
    let device = Unruly::new(800);
    let manager = device.manager(Limits::FreeMemory);
    let (taken, _response) = holder(&manager, "taken", 200);
    let (parked, response) = holder(&manager, "parked", 200);
    device.busy.store(true, Ordering::Relaxed);
    parked.park(response).unwrap();
    let busy = client(&manager, "busy", "busy");
    assert_eq!(chunks(&busy, 150), 2, "its stream still works");
    device.busy.store(false, Ordering::Relaxed);
    assert_eq!(chunks(&busy, 150), 1, "the arrays of its former response, and those of the idle client");
    assert!(parked.resume().is_none());
    assert_eq!(taken.allocated_bytes(), 200, "what was taken is never given up");
}

#[test]
fn a_preview_counts_on_idle_clients_and_leaves_them_be() {
    let (host, manager) = unshared(400);
    let (idle, response) = holder(&manager, "idle", 400);
    idle.park(response).unwrap();
    let busy = client(&manager, "busy", "busy");
    busy.queue(vec![array("samples", 1, 100)]).unwrap();
    assert_eq!(busy.preview().unwrap().unwrap().num_chunks(), 1);
    assert_eq!((host.used(), idle.allocated_bytes()), (400, 400));
}

#[test]
fn a_share_is_no_reason_to_evict() {
    let device = Unruly::new(1000);
    let manager = device.manager(Limits::Shares);
    let (idle, response) = holder(&manager, "idle", 400);
    idle.park(response).unwrap();
    let small = manager.register("small", "small", Share::Proportion(0.5)).unwrap();
    assert_eq!(chunks(&small, 1000), 8, "500 bytes are its own, and 600 free");
    assert!(idle.resume().is_some());
}

#[test]
fn nobody_is_evicted_for_a_batch_that_does_not_fit_anyway() {
    let (host, manager) = unshared(1000);
    let (idle, response) = holder(&manager, "idle", 400);
    idle.park(response).unwrap();
    let greedy = client(&manager, "greedy", "greedy");
    greedy.queue(vec![array("samples", 300, 10)]).unwrap();
    let error = greedy.allocate_queue().unwrap_err();
    assert_eq!(
        error.to_string(),
        "group `greedy`: one run needs 1.2 KiB, but only 1000 bytes are available; most of a run is `samples`: 1.2 KiB"
    );
    assert_eq!(host.used(), 400);
}

#[test]
fn parked_arrays_make_room_for_their_owners_new_ones() {
    let (host, manager) = unshared(1000);
    let (client, response) = holder(&manager, "output", 1000);
    client.park(response).unwrap();
    assert_eq!(chunks(&client, 200), 1);
    assert!(client.resume().is_none());
    assert_eq!(host.used(), 800);
}

#[test]
fn who_asks_for_nothing_new_keeps_what_is_parked() {
    let (_, manager) = unshared(1000);
    let (quiet, response) = holder(&manager, "solve", 400);
    quiet.park(response).unwrap();
    let peer = client(&manager, "peer", "solve");
    assert_eq!(chunks(&peer, 100), 1);
    // The peer's response was not taken: both are planned again.
    let third = client(&manager, "third", "solve");
    assert_eq!(chunks(&third, 100), 2);
    assert!(quiet.resume().is_some());
    assert_eq!(quiet.take_response().unwrap().chunks, 2, "and it is told the chunks");
}

#[test]
fn parked_arrays_are_freed_by_request_and_by_leaving() {
    let (host, manager) = unshared(1200);
    let holders = ["one", "two", "three"].map(|name| holder(&manager, name, 400));
    let [(one, first), (two, second), (three, third)] = holders;
    one.park(first).unwrap();
    two.park(second).unwrap();
    three.park(third).unwrap();
    assert_eq!(one.free(), 400);
    drop(two);
    assert_eq!(host.used(), 400);
    assert_eq!(manager.free_parked(), 400);
    assert_eq!((host.used(), three.allocated_bytes()), (0, 0));
}
