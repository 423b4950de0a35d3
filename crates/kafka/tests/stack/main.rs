//! Against real brokers.

#![allow(clippy::unwrap_used)]

mod brokers;
mod groups;
mod reading;
mod topics;
mod transactions;
