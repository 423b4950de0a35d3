//! The API against real brokers, a registry and Postgres.

#![allow(clippy::unwrap_used)]

mod books;
mod client;
mod dependencies;
mod feeding;
mod flat;
mod journal;
mod page;
mod proxy;
mod rest;
