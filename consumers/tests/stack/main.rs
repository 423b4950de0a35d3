//! Validator and sink against real brokers, a registry and Postgres.

#![allow(clippy::unwrap_used)]

mod books;
mod journal;
mod loading;
mod proxy;
mod replaying;
mod validating;
