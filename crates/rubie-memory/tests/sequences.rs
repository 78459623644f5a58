//! Any sequence of calls: no byte is lost, none counted twice, none beyond the limit.

#![allow(clippy::unwrap_used)]

mod common;

use std::collections::BTreeMap;

use common::{array, table, unshared};
use proptest::prelude::*;
use rubie_memory::{ArrayResponse, Client, Share};

const LIMIT: u64 = 4000;

#[derive(Clone, Debug)]
enum Call {
    Register { group: u8 },
    Leave,
    Queue { words: usize, runs: usize },
    Allocate,
    Take,
    Drop,
    Park,
    Resume,
    Free,
    Move { group: u8 },
}

fn call() -> impl Strategy<Value = Call> {
    prop_oneof![
        (0u8..3).prop_map(|group| Call::Register { group }),
        Just(Call::Leave),
        (1usize..8, prop::sample::select(vec![10usize, 100, 103]))
            .prop_map(|(words, runs)| Call::Queue { words, runs }),
        Just(Call::Allocate),
        Just(Call::Allocate),
        Just(Call::Take),
        Just(Call::Drop),
        Just(Call::Park),
        Just(Call::Resume),
        Just(Call::Free),
        (0u8..3).prop_map(|group| Call::Move { group }),
    ]
}

proptest! {
    #[test]
    fn every_byte_is_accounted_for(calls in prop::collection::vec((0usize..4, call()), 0..60)) {
        let (host, manager) = unshared(LIMIT);
        let mut clients: BTreeMap<usize, Client> = BTreeMap::new();
        let mut taken: BTreeMap<usize, ArrayResponse> = BTreeMap::new();
        for (who, call) in calls {
            if let Call::Register { group } = call {
                let client = manager.register(format!("client {who}"), format!("group {group}"), Share::Automatic);
                // What the former client of this number has taken goes with it.
                taken.remove(&who);
                clients.insert(who, client.unwrap());
            }
            let Some(client) = clients.get(&who) else { continue };
            match call {
                Call::Register { .. } => {}
                Call::Leave => {
                    clients.remove(&who);
                    taken.remove(&who);
                }
                Call::Queue { words, runs } => {
                    client.queue(vec![array("samples", words, runs), table("table", 3)]).unwrap();
                }
                Call::Allocate => {
                    // Groups may disagree on runs, and what is taken may leave too little; nothing is then lost.
                    if let Ok(Some(plan)) = client.allocate_queue() {
                        prop_assert!(plan.chunk_bytes() <= LIMIT);
                        prop_assert!(client.preview().unwrap().is_none(), "the queue is empty");
                    }
                }
                Call::Take => {
                    if let Ok(response) = client.take_response() {
                        prop_assert_eq!(response.chunk_length, response.plan.chunk_length());
                        for (label, array) in &response.arrays {
                            prop_assert_eq!(array.shape(), &response.chunked_shapes[label][..]);
                        }
                        taken.insert(who, response);
                    }
                }
                Call::Drop => {
                    taken.remove(&who);
                }
                Call::Park => {
                    if let Some(response) = taken.remove(&who) {
                        client.park(response).unwrap();
                    }
                }
                Call::Resume => {
                    if let Some(response) = client.resume() {
                        taken.insert(who, response);
                    }
                }
                Call::Free => {
                    client.free();
                }
                Call::Move { group } => client.move_to(format!("group {group}")),
            }
            let counted: u64 = clients.values().map(Client::allocated_bytes).sum();
            prop_assert_eq!(host.used(), counted);
            prop_assert!(host.used() <= LIMIT);
            for (who, response) in &taken {
                prop_assert!(clients[who].allocated_bytes() >= response.bytes());
            }
        }
        clients.clear();
        let bytes: u64 = taken.values().map(ArrayResponse::bytes).sum();
        prop_assert_eq!(host.used(), bytes, "only what was taken is left");
        taken.clear();
        prop_assert_eq!((host.used(), manager.clients()), (0, 0));
    }
}
