//! `wellbook verify`: the proof, on the parts of a running stack.

use crate::arguments::{PlaceArgs, VerifyArgs};
use crate::{access, place};
use consumers::verify;
use service::shutdown;

/// Proves, and prints the report.
///
/// # Errors
/// Where something differs, or the proof could not be made.
pub async fn run(place: &PlaceArgs, args: VerifyArgs) -> anyhow::Result<()> {
    let (_, remembered, state) = place::running(place)?;
    let (kafka, registry, store) = access::to(&remembered, &state.endpoints)?;
    let VerifyArgs { json, wait, dbt_schema_prefix } = args;
    let args = verify::Args { kafka, registry, store, json, wait, dbt_schema_prefix };
    shutdown::until_signal(|token| verify::run(args, token)).await
}
