//! Three stages that work at the same time on items that circulate.
//!
//! There are only as many items as are given: the memory they take is bounded, and a stage that is slower than the
//! others makes these wait. Items keep their order.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{Scope, ScopedJoinHandle};

/// Runs `fill` and `drain` on threads of their own and `compute` on this one until `fill` says `false`.
///
/// After an error, what has been computed before is still drained, and nothing new is begun.
///
/// # Errors
/// That of `drain`, else of `compute`, else of `fill`.
pub(crate) fn run<T: Send, E: Send>(
    items: Vec<T>,
    fill: impl FnMut(&mut T) -> Result<bool, E> + Send,
    mut compute: impl FnMut(&mut T) -> Result<(), E>,
    drain: impl FnMut(&T) -> Result<(), E> + Send,
) -> Result<(), E> {
    std::thread::scope(|scope| {
        let (free, to_fill) = channel();
        let (filled, to_compute) = channel();
        let (computed, to_drain) = channel();
        for item in items {
            // The other end is held below.
            let _ = free.send(item);
        }
        let reader = start_filling(scope, fill, to_fill, filled);
        let writer = start_draining(scope, drain, to_drain, free);
        let outcome = to_compute.iter().try_for_each(|mut item| {
            let result = compute(&mut item).map_err(Some);
            // A writer that is gone has an error of its own, which goes first.
            result.and_then(|()| computed.send(item).map_err(|_| None))
        });
        drop((to_compute, computed));
        let drained = joined(writer);
        let filled = joined(reader);
        drained.and(outcome.or_else(|error| error.map_or(Ok(()), Err))).and(filled)
    })
}

fn start_filling<'scope, T: Send + 'scope, E: Send + 'scope>(
    scope: &'scope Scope<'scope, '_>,
    mut fill: impl FnMut(&mut T) -> Result<bool, E> + Send + 'scope,
    items: Receiver<T>,
    next: Sender<T>,
) -> ScopedJoinHandle<'scope, Result<(), E>> {
    scope.spawn(move || {
        for mut item in items {
            if !fill(&mut item)? || next.send(item).is_err() {
                break;
            }
        }
        Ok(())
    })
}

fn start_draining<'scope, T: Send + 'scope, E: Send + 'scope>(
    scope: &'scope Scope<'scope, '_>,
    mut drain: impl FnMut(&T) -> Result<(), E> + Send + 'scope,
    items: Receiver<T>,
    free: Sender<T>,
) -> ScopedJoinHandle<'scope, Result<(), E>> {
    scope.spawn(move || {
        items.into_iter().try_for_each(|item| {
            drain(&item)?;
            // Once everything is filled, nobody takes items any more.
            let _ = free.send(item);
            Ok(())
        })
    })
}

fn joined<E>(handle: ScopedJoinHandle<'_, Result<(), E>>) -> Result<(), E> {
    handle.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;
    use std::sync::Mutex;

    /// Passes 0 to 9 through; each stage may fail at a number. The numbers that came out, and the outcome.
    fn pass(fail: [Option<u32>; 3]) -> (Vec<u32>, Result<(), &'static str>) {
        let (mut next, drained) = (0, Mutex::new(Vec::new()));
        let in_order = Cell::new(0);
        let outcome = run(
            vec![0; 3],
            |item| {
                if fail[0] == Some(next) {
                    return Err("fill");
                }
                (*item, next) = (next, next + 1);
                Ok(next <= 10)
            },
            |item| {
                assert_eq!(*item, in_order.replace(*item + 1));
                if fail[1] == Some(*item) { Err("compute") } else { Ok(()) }
            },
            |item| {
                if fail[2] == Some(*item) {
                    return Err("drain");
                }
                drained.lock().map(|mut drained| drained.push(*item)).map_err(|_| "poisoned")
            },
        );
        (drained.into_inner().unwrap_or_default(), outcome)
    }

    #[test]
    fn everything_passes_in_order() {
        assert_eq!(pass([None; 3]), ((0..10).collect(), Ok(())));
    }

    #[test]
    fn what_is_finished_before_an_error_is_drained() {
        assert_eq!(pass([Some(4), None, None]), (vec![0, 1, 2, 3], Err("fill")));
        assert_eq!(pass([None, Some(4), None]), (vec![0, 1, 2, 3], Err("compute")));
        assert_eq!(pass([None, None, Some(4)]), (vec![0, 1, 2, 3], Err("drain")));
        assert_eq!(pass([None, Some(9), Some(2)]).1, Err("drain"));
    }
}
