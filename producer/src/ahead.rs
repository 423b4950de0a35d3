//! Makes what comes next ahead of whoever writes it, on several threads, and hands it over in order.

use crate::batch::Window;
use crate::submission::Encoded;
use chrono::TimeDelta;
use contract::{Encoder, SchemaId, Topic};
use simulator::World;
use std::sync::mpsc::sync_channel;

/// A thread makes so much simulated time at once: enough that handing over costs nothing beside it.
const CHUNK: TimeDelta = TimeDelta::hours(6);
/// Windows in a chunk at the most.
const CHUNK_WINDOWS_MAX: usize = 64;
/// Finished chunks that may wait at each thread: with the one that is made, the bound on memory.
const CHUNKS_WAITING: usize = 2;
/// More threads would only wait for the one that writes.
const THREADS_MAX: usize = 4;

/// The submissions of a window.
pub type Made = (Window, Vec<Encoded>);

/// As many threads as this machine gives, within reason.
#[must_use]
pub fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from).min(THREADS_MAX)
}

/// Makes the submissions of `windows` and gives them to `take`, in order, chunk by chunk. What is made depends neither on
/// the number of threads nor on the chunks.
///
/// # Errors
/// The first error of `take`; nothing is made any more then.
pub fn make<E>(
    world: &World,
    schema: SchemaId,
    windows: &[Window],
    threads: usize,
    take: impl FnMut(Vec<Made>) -> Result<(), E>,
) -> Result<(), E> {
    let encoder = || Encoder::new(Topic::JournalEntryRaw, schema);
    in_order(&chunks(windows), threads, encoder, |encoder, chunk| made(world, chunk, encoder), take)
}

/// Makes something of each of `pieces` and gives it to `take`, in order. Each thread has a state of its own.
///
/// # Errors
/// The first error of `take`; nothing is made any more then.
pub(crate) fn in_order<P: Sync, S, T: Send, E>(
    pieces: &[P],
    threads: usize,
    state: impl Fn() -> S + Sync,
    make: impl Fn(&mut S, &P) -> T + Sync,
    mut take: impl FnMut(T) -> Result<(), E>,
) -> Result<(), E> {
    let threads = threads.clamp(1, pieces.len().max(1));
    if threads == 1 {
        let mut state = state();
        return pieces.iter().try_for_each(|piece| take(make(&mut state, piece)));
    }
    let (state, make) = (&state, &make);
    std::thread::scope(|scope| {
        let mut receivers = Vec::with_capacity(threads);
        for thread in 0..threads {
            let (hand_over, receiver) = sync_channel(CHUNKS_WAITING);
            receivers.push(receiver);
            let mut own = pieces.iter().skip(thread).step_by(threads);
            scope.spawn(move || {
                let mut state = state();
                // Nobody receives any more where `take` failed.
                let _ = own.try_for_each(|piece| hand_over.send(make(&mut state, piece)));
            });
        }
        for receiver in receivers.iter().cycle().take(pieces.len()) {
            // A thread that panicked closes its channel; the scope passes the panic on.
            let Ok(made) = receiver.recv() else { break };
            take(made)?;
        }
        Ok(())
    })
}

fn made(world: &World, chunk: &[Window], encoder: &mut Encoder) -> Vec<Made> {
    let encoded = |window: &Window, encoder: &mut Encoder| {
        let submissions = world.submissions(window.start, window.end);
        submissions.iter().map(|submission| Encoded::new(submission, encoder)).collect()
    };
    chunk.iter().map(|window| (*window, encoded(window, encoder))).collect()
}

fn chunks(windows: &[Window]) -> Vec<&[Window]> {
    let mut chunks = Vec::new();
    let mut rest = windows;
    while let Some(first) = rest.first() {
        let fits = |window: &Window| window.end - first.start <= CHUNK;
        let length = rest.iter().take(CHUNK_WINDOWS_MAX).take_while(|window| fits(window)).count().max(1);
        let (chunk, others) = rest.split_at(length);
        chunks.push(chunk);
        rest = others;
    }
    chunks
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::hours;
    use simulator::{FaultRates, PriceTable, Settings};

    #[test]
    fn any_number_of_threads_makes_the_same_in_the_same_order() {
        let world = World::new(Settings {
            seed: 42,
            start_date: "2025-01-01".parse().unwrap(),
            historical_days: 3,
            scale: 1,
            fault_rates: FaultRates::uniform("0.01".parse().unwrap()),
            prices: PriceTable::built_in(),
        })
        .unwrap();
        let windows: Vec<Window> = hours(world.begins_at(), world.history_ends_at()).collect();
        let made = |threads| {
            let mut ids = Vec::new();
            let taken: Result<(), ()> = make(&world, SchemaId(1), &windows, threads, |chunk| {
                ids.extend(chunk.into_iter().flat_map(|(window, encoded)| {
                    encoded.into_iter().map(move |encoded| (window, encoded.ce_id, encoded.value))
                }));
                Ok(())
            });
            taken.unwrap();
            ids
        };
        let alone = made(1);
        assert!(alone.len() > 1_000);
        assert!(made(3) == alone && made(7) == alone);
    }

    #[test]
    fn nothing_more_is_taken_after_a_failure() {
        let world = World::new(Settings {
            seed: 1,
            start_date: "2025-01-01".parse().unwrap(),
            historical_days: 3,
            scale: 1,
            fault_rates: FaultRates::default(),
            prices: PriceTable::built_in(),
        })
        .unwrap();
        let windows: Vec<Window> = hours(world.begins_at(), world.history_ends_at()).collect();
        let mut taken = 0;
        let outcome = make(&world, SchemaId(1), &windows, 2, |_| {
            taken += 1;
            if taken == 2 { Err("the broker is gone") } else { Ok(()) }
        });
        assert_eq!((outcome, taken), (Err("the broker is gone"), 2));
    }
}
