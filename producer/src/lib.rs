//! From the simulator's sequence to sealed batches on the topics.
//!
//! | module | holds |
//! |---|---|
//! | [`settings`] | what the producer is told |
//! | [`genesis`] | the run that follows from it, and the world that follows from a run |
//! | [`late`] | which master is published late, in runs that test replay |
//! | [`clock`] | simulated time against the wall clock, and the windows that both cut |
//! | [`submission`] | one submission, encoded: key, value, headers, and what its seal counts of it |
//! | `damage` | what a planted fault does to those bytes |
//! | [`batch`] | batches, and the seals that chain them |
//! | [`ahead`] | makes windows on several threads, in order |
//! | [`fingerprint`] | the digest of a run's history, without its topics |
//! | [`files`] | the history as files |
//! | [`prices`] | prices from files and from EIA |
//! | `standing` | how far a run has come, as its topics tell |
//! | `writer` | transactions |
//! | [`run`] | the life of the producer |
//! | [`metrics`], `progress` | what is said of it |
//!
//! Down to [`fingerprint`] all is pure, but for the price files that a fingerprint may be told of: bytes come out.

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod ahead;
pub mod batch;
pub mod clock;
mod damage;
pub mod files;
pub mod fingerprint;
pub mod genesis;
pub mod late;
pub mod metrics;
pub mod prices;
mod progress;
pub mod run;
pub mod settings;
mod standing;
pub mod submission;
mod writer;
