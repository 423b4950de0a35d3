//! `wellbook open`: the live ledger in a browser.

use crate::arguments::PlaceArgs;
use crate::place;
use std::io::Write;
use std::process::{Command, Stdio};

/// Says where the page is, and opens it where there is a browser.
///
/// # Errors
/// Where the stack does not run.
pub async fn run(place: &PlaceArgs) -> anyhow::Result<()> {
    let (_, _, state) = place::running(place)?;
    writeln!(std::io::stdout(), "{}", state.endpoints.api)?;
    let opener = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    let opened = Command::new(opener)
        .arg(&state.endpoints.api)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    // Where there is none, the address above is the answer.
    drop(opened);
    Ok(())
}
