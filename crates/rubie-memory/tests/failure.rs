//! A device that gives less than it promised: all or nothing.

#![allow(clippy::unwrap_used)]

mod common;

use common::{Unruly, array, client, table, unshared};
use rubie_memory::{
    Available, Buffer, Device, DeviceError, HostDevice, Limits, MemoryError, MemoryInfo, Placement,
};

fn claims(bytes: u64) -> MemoryInfo {
    MemoryInfo { total: Available::Shared(bytes), free: Available::Shared(bytes) }
}

#[test]
fn an_allocation_that_fails_half_way_is_rolled_back() {
    let device = Unruly::new(1000);
    device.claim(claims(2000));
    let manager = device.manager(Limits::FreeMemory);
    let (input, output) = (client(&manager, "input", "solve"), client(&manager, "output", "solve"));
    input.queue(vec![array("inputs", 1, 100), table("coefficients", 10)]).unwrap();
    output.queue(vec![array("status", 1, 100), array("samples", 2, 100)]).unwrap();
    let error = output.allocate_queue().unwrap_err();
    assert_eq!(
        error.to_string(),
        "client `output`: array `samples` asked for 800 bytes of host memory, of which 2.0 KiB were free after 840 bytes \
         for other arrays of group `solve`; these were given back (800 bytes of host memory were asked for, 160 bytes \
         are free)",
        "what the device claimed, and what it had"
    );
    assert!(matches!(&error, MemoryError::Allocation(refusal) if refusal.before == 840));
    assert_eq!(device.host.used(), 0, "nothing is left of it");
    assert!(matches!(output.take_response(), Err(MemoryError::NoResponse { queued: 2, .. })));
    assert!(matches!(input.take_response(), Err(MemoryError::NoResponse { queued: 2, .. })));

    device.claim(claims(1000));
    let plan = input.allocate_queue().unwrap().expect("all requests are queued again");
    assert_eq!((plan.num_chunks(), plan.chunk_length()), (2, 50));
    assert_eq!((input.take_response().unwrap().bytes(), output.take_response().unwrap().bytes()), (240, 600));
}

#[test]
fn a_plan_that_fails_changes_nothing() {
    let (host, manager) = unshared(1000);
    let (input, output) = (client(&manager, "input", "solve"), client(&manager, "output", "solve"));
    input.queue(vec![array("inputs", 1, 100)]).unwrap();
    input.allocate_queue().unwrap();
    output.queue(vec![array("samples", 500, 100)]).unwrap();
    assert!(matches!(output.allocate_queue(), Err(MemoryError::Plan { .. })));
    assert_eq!(host.used(), 400);
    assert_eq!(input.take_response().unwrap().chunks, 1, "its response is still there");
    drop(output);
}

#[test]
fn whole_arrays_that_exceed_the_memory_are_named() {
    let (_, manager) = unshared(100);
    let client = client(&manager, "input", "solve");
    client.queue(vec![array("inputs", 1, 10), table("coefficients", 30), table("small", 1)]).unwrap();
    let error = client.allocate_queue().unwrap_err();
    assert_eq!(
        error.to_string(),
        "group `solve`: arrays that cannot be cut into chunks need 124 bytes, but only 100 bytes are available; the \
         largest is `coefficients`: 120 bytes"
    );
}

#[test]
fn the_host_keeps_to_its_limit() {
    let host = HostDevice::new(100);
    let stream = host.stream().unwrap();
    let held = stream.allocate(Placement::Host, 60).unwrap();
    let error = stream.allocate(Placement::Pinned, 41).unwrap_err();
    assert_eq!(error, DeviceError::OutOfMemory { placement: Placement::Pinned, asked: 41, free: 40 });
    host.set_limit(50);
    assert_eq!(
        host.memory().unwrap(),
        MemoryInfo { total: Available::Shared(50), free: Available::Shared(0) }
    );
    drop(held);
    assert_eq!(host.used(), 0);
    host.set_limit(u64::MAX);
    let error = stream.allocate(Placement::Host, isize::MAX as usize).unwrap_err();
    assert!(matches!(error, DeviceError::OutOfMemory { .. }), "no abort: {error}");
    assert_eq!(host.used(), 0);
}

#[test]
fn copies_stay_within_their_buffers() {
    let stream = HostDevice::new(100).stream().unwrap();
    let buffer = |bytes: usize| -> Box<dyn Buffer> { stream.allocate(Placement::Host, bytes).unwrap() };
    let (mut from, mut to) = (buffer(7), buffer(5));
    stream.upload(&[1, 2, 3], &mut *from, 4).unwrap();
    stream.copy(&*from, 0, &mut *to, 0, 5).unwrap();
    let mut end = [0; 2];
    stream.download(&*to, 3, &mut end).unwrap();
    assert_eq!(end, [0, 1]);
    assert_eq!(from.host().unwrap(), [0, 0, 0, 0, 1, 2, 3]);
    let outside = |result: Result<(), DeviceError>| matches!(result, Err(DeviceError::OutOfBounds { .. }));
    assert!(
        outside(stream.copy(&*from, 0, &mut *to, 0, 6)) && outside(stream.copy(&*to, 0, &mut *from, 0, 6))
    );
    assert!(
        outside(stream.copy(&*from, 5, &mut *to, 0, 3)) && outside(stream.copy(&*from, 0, &mut *to, 3, 3))
    );
    stream.copy(&*from, 4, &mut *to, 2, 3).unwrap();
    assert_eq!(to.host().unwrap(), [0, 0, 1, 2, 3]);
    assert!(
        outside(stream.upload(&[1, 2], &mut *to, 4)) && outside(stream.upload(&[1], &mut *to, usize::MAX))
    );
    assert!(outside(stream.download(&*to, 5, &mut end)));
    assert!(stream.mark().unwrap().is_done() && stream.synchronize().is_ok());
}
