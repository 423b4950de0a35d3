//! The producer against real brokers and a registry.

#![allow(clippy::unwrap_used)]

mod beginning;
mod going_on;
mod topics;
