//! From the simulator's sequence to sealed batches of records.
//!
//! | module | holds |
//! |---|---|
//! | [`submission`] | one submission, encoded: key, value, headers, and what its seal counts of it |
//! | [`batch`] | windows of simulated time, their batches, and the seals that chain them |
//!
//! Pure: bytes come out, and moving them is somebody else's business.

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod batch;
pub mod submission;
