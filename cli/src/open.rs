//! `wellbook open`: the live ledger in a browser.

use crate::arguments::{OpenArgs, PlaceArgs};
use crate::place;
use anyhow::Context;
use std::io::Write;
use std::process::{Command, Stdio};

/// Says where the page of the ledger or of Dagster is, and opens it where there is a browser.
///
/// # Errors
/// Where the stack, or Dagster in it, does not run.
pub async fn run(place: &PlaceArgs, args: OpenArgs) -> anyhow::Result<()> {
    let (_, _, state) = place::running(place)?;
    let page = if args.dagster {
        let dagster = state.endpoints.dagster.as_ref();
        dagster.context(
            "this stack runs without Dagster: `wellbook down`, then `wellbook up --with analytics`",
        )?
    } else {
        &state.endpoints.api
    };
    writeln!(std::io::stdout(), "{page}")?;
    let opener = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    let opened = Command::new(opener)
        .arg(page)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    // Where there is none, the address above is the answer.
    drop(opened);
    Ok(())
}
