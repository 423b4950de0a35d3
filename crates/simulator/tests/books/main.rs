//! What the books of a year hold, as who reads them looks for it.

#![allow(clippy::unwrap_used)] // a test that cannot go on says so by panicking

mod capital;
mod controller;
mod decks;
mod partners;
mod rig;
