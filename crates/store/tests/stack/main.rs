//! The schema, the loader and the queries against a real Postgres.

#![allow(missing_docs, unreachable_pub, clippy::unwrap_used, reason = "a test")]

mod books;
mod database;
mod loading;
mod marts;
mod queries;
mod schema;
