//! The manual pool, the automatic pool, and what shares allow.

#![allow(clippy::unwrap_used)]

mod common;

use common::{Unruly, array, client};
use rubie_memory::{Available, Limits, MemoryError, MemoryInfo, Placement, Share, ShareError};

const TOTAL: u64 = 1000;

#[test]
fn the_automatic_pool_is_divided_equally() {
    let manager = Unruly::new(TOTAL).manager(Limits::Shares);
    let one = client(&manager, "one", "a");
    assert_eq!((one.proportion(), one.cap().unwrap()), (1.0, 1000));
    let two = client(&manager, "two", "b");
    assert_eq!((one.cap().unwrap(), two.cap().unwrap()), (500, 500));
    let manual = manager.register("manual", "c", Share::Proportion(0.4)).unwrap();
    assert_eq!((one.cap().unwrap(), two.cap().unwrap(), manual.cap().unwrap()), (300, 300, 400));
    drop(two);
    assert_eq!((one.cap().unwrap(), manual.cap().unwrap()), (600, 400), "who leaves leaves a larger part");
    drop(manual);
    assert_eq!(one.cap().unwrap(), 1000);
}

#[test]
fn a_proportion_is_above_0_and_at_most_1() {
    let manager = Unruly::new(TOTAL).manager(Limits::Shares);
    for proportion in [0.0, -0.1, 1.1, f64::NAN, f64::INFINITY] {
        let error = manager.register("c", "g", Share::Proportion(proportion)).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("client `c`: a proportion of the memory must be above 0 and at most 1, not {proportion}")
        );
    }
    assert_eq!(manager.clients(), 0);
}

#[test]
fn proportions_do_not_exceed_the_memory() {
    let manager = Unruly::new(TOTAL).manager(Limits::Shares);
    let first = manager.register("first", "g", Share::Proportion(0.7)).unwrap();
    let error = manager.register("second", "g", Share::Proportion(0.4)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "client `second`: a proportion of 0.4 does not fit: other clients have 0.7 of the memory already"
    );
    let exactly = manager.register("second", "g", Share::Proportion(0.3)).unwrap();
    assert_eq!((first.cap().unwrap(), exactly.cap().unwrap()), (700, 300));
    let tenths: Vec<_> = {
        drop((first, exactly));
        (0..10).map(|_| manager.register("tenth", "g", Share::Proportion(0.1)).unwrap()).collect()
    };
    assert!(tenths.iter().all(|tenth| tenth.cap().unwrap() == 100), "ten tenths are a whole");
}

#[test]
fn decimals_add_up_as_they_are_written() {
    // In binary the four are more than 1, and the two leave less than 0.05.
    let manager = Unruly::new(TOTAL).manager(Limits::Shares);
    let register = |share| manager.register("c", "g", share).unwrap();
    let whole = [0.01, 0.2, 0.68, 0.11].map(|proportion| register(Share::Proportion(proportion)));
    drop(whole);
    let _two = [0.05, 0.9].map(|proportion| register(Share::Proportion(proportion)));
    assert_eq!(register(Share::Automatic).cap().unwrap(), 50);
    let automatic = register(Share::Automatic);
    automatic.set_share(Share::Proportion(0.05)).unwrap();
}

#[test]
fn the_automatic_pool_is_not_starved() {
    let manager = Unruly::new(TOTAL).manager(Limits::Shares);
    let automatic = client(&manager, "automatic", "g");
    let error = manager.register("greedy", "g", Share::Proportion(0.96)).unwrap_err();
    let MemoryError::Share { source, .. } = &error else { panic!("{error}") };
    assert!(matches!(source, ShareError::StarvesAutomatic { automatic: 1, .. }));
    let just = manager.register("modest", "g", Share::Proportion(0.95)).unwrap();
    assert_eq!((just.cap().unwrap(), automatic.cap().unwrap()), (950, 50));
    drop((automatic, just));
    let _all = manager.register("greedy", "g", Share::Proportion(0.96)).unwrap();
    let error = manager.register("late", "g", Share::Automatic).unwrap_err();
    assert_eq!(
        error.to_string(),
        "client `late`: other clients have 0.96 of the memory, which leaves less than 0.05 to a client without a \
         proportion of its own; lower theirs"
    );
}

#[test]
fn a_share_can_be_changed() {
    let manager = Unruly::new(TOTAL).manager(Limits::Shares);
    let (one, two) = (client(&manager, "one", "a"), client(&manager, "two", "b"));
    one.set_share(Share::Proportion(0.8)).unwrap();
    assert_eq!((one.cap().unwrap(), two.cap().unwrap()), (800, 200));
    assert!(one.set_share(Share::Proportion(0.99)).is_err());
    assert_eq!((one.share(), one.cap().unwrap()), (Share::Proportion(0.8), 800), "it keeps the one it had");
    two.set_share(Share::Proportion(0.2)).unwrap();
    assert!(one.set_share(Share::Proportion(0.9)).is_err());
    one.set_share(Share::Proportion(0.5)).unwrap();
    two.set_share(Share::Automatic).unwrap();
    assert_eq!((one.cap().unwrap(), two.cap().unwrap()), (500, 500));
}

#[test]
fn the_shares_of_a_group_together_limit_it() {
    let device = Unruly::new(TOTAL);
    let manager = device.manager(Limits::Shares);
    let input = manager.register("input", "solve", Share::Proportion(0.1)).unwrap();
    let output = manager.register("output", "solve", Share::Proportion(0.3)).unwrap();
    let _other = client(&manager, "other", "elsewhere");
    output.queue(vec![array("samples", 1, 250)]).unwrap();
    let plan = output.allocate_queue().unwrap().unwrap();
    assert_eq!((plan.num_chunks(), plan.chunk_length()), (3, 84), "400 bytes of 1000");
    let taken = output.take_response().unwrap();
    input.take_response().unwrap();
    input.queue(vec![array("inputs", 20, 250)]).unwrap();
    let error = input.allocate_queue().unwrap_err();
    assert_eq!(
        error.to_string(),
        "group `solve`: one run needs 80 bytes, but only 64 bytes are available; most of a run is `inputs`: \
         80 bytes (664 bytes are free, but the shares of the group's clients allow no more than 64 bytes of them)"
    );
    drop(taken);
    assert_eq!(input.allocate_queue().unwrap().unwrap().chunk_length(), 5, "what was freed is theirs again");
}

#[test]
fn what_is_given_back_counts_for_the_share() {
    let manager = Unruly::new(TOTAL).manager(Limits::Shares);
    let half = manager.register("half", "g", Share::Proportion(0.5)).unwrap();
    for _ in 0..2 {
        half.queue(vec![array("samples", 1, 125)]).unwrap();
        assert_eq!(half.allocate_queue().unwrap().unwrap().num_chunks(), 1, "all of its half");
        half.park(half.take_response().unwrap()).unwrap();
    }
    assert_eq!(half.allocated_bytes(), 500);
}

#[test]
fn shares_can_count_for_nothing() {
    let manager = Unruly::new(TOTAL).manager(Limits::FreeMemory);
    let small = manager.register("small", "g", Share::Proportion(0.1)).unwrap();
    small.queue(vec![array("samples", 1, 250)]).unwrap();
    assert_eq!(small.allocate_queue().unwrap().unwrap().num_chunks(), 1);
}

#[test]
fn shares_divide_the_memory_of_a_device_and_not_the_hosts() {
    let device = Unruly::new(10_000);
    let info = Available::Apart { device: 1000, host: 800 };
    device.claim(MemoryInfo { total: info, free: info });
    let manager = device.manager(Limits::Shares);
    let half = manager.register("half", "g", Share::Proportion(0.5)).unwrap();
    assert_eq!(half.cap().unwrap(), 500);
    half.queue(vec![
        array("samples", 1, 200).placed(Placement::Device),
        array("staging", 1, 200).placed(Placement::Pinned),
    ])
    .unwrap();
    let plan = half.allocate_queue().unwrap().unwrap();
    assert_eq!(
        (plan.num_chunks(), plan.chunk_length()),
        (2, 100),
        "800 bytes of the device, half of it allowed"
    );
    assert_eq!(half.allocated_bytes(), 400, "the host's are not counted");
}
