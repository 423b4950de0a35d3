//! `wellbook down`: stops a stack, whatever state it is in.

use crate::arguments::{DownArgs, PlaceArgs};
use crate::screen::Screen;
use crate::{failure, place};
use anyhow::bail;
use service::exit::WrongSettings;
use stack::{Ended, Folder};
use std::io::{IsTerminal, Write};

/// Stops the stack; with `--wipe` also deletes it.
///
/// # Errors
/// Where it cannot be stopped or deleted.
pub async fn run(place: &PlaceArgs, args: DownArgs) -> anyhow::Result<()> {
    let folder = place::folder(place)?;
    if folder.remembered().map_err(failure)?.is_none() {
        Screen::new().line(&format!("There is no stack in {}.", folder.path().display()));
        return Ok(());
    }
    if args.wipe && !args.yes && !is_confirmed(&folder)? {
        return Ok(());
    }
    let screen = Screen::new();
    screen.busy("stopping");
    let began = std::time::Instant::now();
    let outcome = match stack::stop(&folder).await.map_err(failure)? {
        Ended::WasDown => "was not running",
        Ended::InOrder => "in order",
        Ended::ByForce => "what was left of it was ended",
    };
    screen.clear();
    screen.done("stopped", outcome, began.elapsed());
    if args.wipe {
        folder.remove().map_err(failure)?;
        screen.line(&format!("{} is deleted.", folder.path().display()));
    }
    Ok(())
}

fn is_confirmed(folder: &Folder) -> anyhow::Result<bool> {
    if !std::io::stdin().is_terminal() {
        bail!(WrongSettings("nobody can be asked here: give --yes with --wipe to delete the stack".into()));
    }
    let mut out = std::io::stdout();
    write!(out, "Delete {} and the ledger in it? [y/N] ", folder.path().display())?;
    out.flush()?;
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}
