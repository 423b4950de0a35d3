//! `wellbook fetch`: everything that is needed offline, and what makes later starts quick.

use crate::failure;
use crate::screen::Screen;
use crate::up::fetched;
use anyhow::Context;
use stack::{Backbone, BackboneOptions, Folder, Places, Report};

/// Fetches what is not there, and starts it once.
///
/// # Errors
/// Where it cannot be fetched or does not run.
pub async fn run() -> anyhow::Result<()> {
    let screen = Screen::new();
    let install = fetched(&screen).await?;
    let java = Places::of_this_machine().find().map_err(failure)?;
    if !install.is_trained(&java) {
        screen.busy("starting it once, so that later starts are quick");
        let began = std::time::Instant::now();
        let parent = tempfile::tempdir().context("no temporary folder")?;
        let folder = Folder::at(&parent.path().join("stack")).map_err(failure)?;
        let mut options =
            BackboneOptions::throw_away(folder.clone(), install.clone(), java, 1).map_err(failure)?;
        options.is_training = true;
        stack::make_enterable(parent.path()).map_err(failure)?;
        let backbone = Backbone::start(options, &Report::default()).await.map_err(failure)?;
        backbone.stop().await;
        folder.remove().map_err(failure)?;
        screen.done("started once", "later starts are quick", began.elapsed());
    }
    screen.line(&format!("Everything is in {}: `wellbook up` needs no network.", install.root().display()));
    Ok(())
}
