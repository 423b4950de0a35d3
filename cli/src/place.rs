//! Which stack is meant, and what is known of it.

use crate::arguments::PlaceArgs;
use crate::failure;
use anyhow::bail;
use service::exit::WrongSettings;
use stack::{Folder, Phase, Remembered, State};
use std::path::{Path, PathBuf};

/// The folder that the arguments mean.
///
/// # Errors
/// Where something that is not ours is there.
pub fn folder(place: &PlaceArgs) -> anyhow::Result<Folder> {
    Folder::at(&path(place)).map_err(failure)
}

fn path(place: &PlaceArgs) -> PathBuf {
    place.data_dir.clone().unwrap_or_else(|| Path::new(".wellbook").join(&place.name))
}

/// The folder of a stack that was started once, with what it remembers.
///
/// # Errors
/// Where there is none.
pub fn known(place: &PlaceArgs) -> anyhow::Result<(Folder, Remembered)> {
    let folder = folder(place)?;
    let Some(remembered) = folder.remembered().map_err(failure)? else {
        bail!(WrongSettings(format!(
            "there is no stack in {}: `wellbook up` starts one",
            folder.path().display()
        )));
    };
    Ok((folder, remembered))
}

/// The state of a stack as it is now, also where its supervisor was killed.
///
/// # Errors
/// Where it cannot be read.
pub fn state(folder: &Folder) -> anyhow::Result<State> {
    // In this order: a supervisor writes its last word before it lets go.
    let is_supervised = folder.is_supervised().map_err(failure)?;
    let state = folder.state().map_err(failure)?.unwrap_or_default();
    Ok(if is_supervised { state } else { state.ended() })
}

/// A stack that runs.
///
/// # Errors
/// Where it does not.
pub fn running(place: &PlaceArgs) -> anyhow::Result<(Folder, Remembered, State)> {
    let (folder, remembered) = known(place)?;
    let state = state(&folder)?;
    if state.phase != Phase::Running {
        bail!("the stack in {} is {}: `wellbook up` starts it", folder.path().display(), state.phase);
    }
    Ok((folder, remembered, state))
}
