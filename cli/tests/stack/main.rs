//! The `wellbook` command with real stacks: each test has a folder and ports of its own and leaves nothing running.

#![allow(clippy::unwrap_used)]

mod bad_input;
mod command;
mod end_to_end;
mod explain;
mod external;
mod front_door;
mod killed;
mod late;
mod life;
mod metrics;
mod planted;
mod prices;
mod rig;
mod settings;
