//! The fingerprint of a run without its topics.

use crate::ahead;
use crate::batch::{Window, hours};
use crate::genesis;
use crate::prices;
use crate::settings::RunArgs;
use chrono::Utc;
use contract::{Digest, SchemaId};
use service::exit::WrongSettings;
use simulator::World;
use std::convert::Infallible;
use uuid::Uuid;

/// A fingerprint, and what it is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fingerprint {
    /// The digest of all good submissions of the history.
    pub digest: Digest,
    /// The settings that it follows from, for people.
    pub run: String,
}

/// Makes the history that these settings give, on so many threads, and digests it. The digest depends neither on them nor
/// on fault rates or batches. EIA is never asked: without price files it is the run with the built-in prices.
///
/// # Errors
/// [`WrongSettings`] where they are out of range, or a price file is not sound.
pub fn of(args: &RunArgs, threads: usize) -> Result<Fingerprint, WrongSettings> {
    let now = Utc::now();
    let prices = prices::without_eia(&args.prices_files, genesis::start_date(args, now))?;
    let (genesis, _) = genesis::begin_with(args, &prices, Uuid::nil(), now);
    let world = genesis::settings(&genesis).and_then(|it| World::new(it).map_err(|error| error.to_string()));
    let world = world.map_err(WrongSettings)?;
    let windows: Vec<Window> = hours(world.begins_at(), world.history_ends_at()).collect();
    let mut digest = Digest::default();
    let made: Result<(), Infallible> = ahead::make(&world, SchemaId(0), &windows, threads, |chunk| {
        let submissions = chunk.iter().flat_map(|(_, submissions)| submissions);
        submissions.filter(|it| it.fault.is_none()).for_each(|it| digest.merge(&it.digest));
        Ok(())
    });
    let Ok(()) = made;
    let run = format!(
        "seed {}, {} days from {}, scale {}, prices {}, simulator {}",
        genesis.random_seed,
        genesis.historical_days,
        genesis.start_date,
        genesis.scale,
        genesis.price_source,
        genesis.simulator_version
    );
    Ok(Fingerprint { digest, run })
}
