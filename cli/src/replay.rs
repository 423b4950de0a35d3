//! `wellbook replay`: submits dead letters again, on the parts of a running stack.

use crate::arguments::{PlaceArgs, ReplayArgs};
use crate::{access, place};
use consumers::replay;
use service::shutdown;

/// Submits, and prints what was done.
///
/// # Errors
/// Where the stack does not run, or its topics cannot be read or written.
pub async fn run(place: &PlaceArgs, args: ReplayArgs) -> anyhow::Result<()> {
    let (_, remembered, state) = place::running(place)?;
    let (kafka, registry, _) = access::to(&remembered, &state.endpoints)?;
    let mut tasks = shutdown::Tasks::new();
    let token = shutdown::on_signal(&mut tasks)?;
    let args = replay::Args { kafka, registry, choice: args.choice };
    let outcome = replay::run(args, token.clone()).await;
    token.cancel();
    outcome
}
