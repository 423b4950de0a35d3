//! What is looked at before anything starts.

use crate::error::StackError;
use std::path::{Path, PathBuf};

/// Room beside the ledger: logs, write-ahead logs, transaction topics.
const BYTES_BASE: u64 = 1_000_000_000;
/// Topics and tables of one simulated day at scale 1, with room to spare.
const BYTES_A_DAY: u64 = 12_000_000;

/// Bytes that a ledger of so many days takes, topics and tables together.
#[must_use]
pub fn bytes_for(days: u64, scale: u64) -> u64 {
    BYTES_BASE + days.saturating_mul(scale).saturating_mul(BYTES_A_DAY)
}

/// Looks whether the disk of `folder`, which need not exist yet, has room.
///
/// # Errors
/// Where it has not: what is needed, what is there, and what to do.
pub fn require_space(folder: &Path, bytes: u64, what: &str) -> Result<(), StackError> {
    let there = folder.ancestors().find(|path| path.exists()).unwrap_or(Path::new("/"));
    let there = if there.as_os_str().is_empty() { Path::new(".") } else { there };
    let disk = rustix::fs::statvfs(there).map_err(|error| StackError::file(there, error))?;
    let free = disk.f_bavail.saturating_mul(disk.f_frsize);
    if free >= bytes {
        return Ok(());
    }
    Err(StackError::failed(format!(
        "the disk of {} has {} free, and {what} needs {}; free some, or choose another folder",
        there.display(),
        size(free),
        size(bytes)
    )))
}

fn size(bytes: u64) -> String {
    let tenths = bytes / 100_000_000;
    format!("{}.{} GB", tenths / 10, tenths % 10)
}

/// Where the programs of the services are: `$WELLBOOK_BIN_DIR`, or beside this program.
///
/// # Errors
/// Where one is missing; names all that are.
pub fn service_programs() -> Result<PathBuf, StackError> {
    let own = std::env::current_exe().ok();
    let beside = own.as_deref().and_then(Path::parent).map(Path::to_owned);
    let given = std::env::var_os("WELLBOOK_BIN_DIR").filter(|folder| !folder.is_empty()).map(PathBuf::from);
    let folder = given.or(beside).unwrap_or_default();
    service_programs_in(&folder)?;
    Ok(folder)
}

fn service_programs_in(folder: &Path) -> Result<(), StackError> {
    let needed = crate::services::PROGRAMS.into_iter();
    let missing: Vec<&str> = needed.filter(|name| !folder.join(name).is_file()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(StackError::failed(format!(
        "{} not in {}: build with `cargo build --workspace`, or set WELLBOOK_BIN_DIR to the folder of the programs",
        match &missing[..] {
            [one] => format!("{one} is"),
            several => format!("{} are", several.join(", ")),
        },
        folder.display()
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_little_room_is_told_with_what_is_needed_and_what_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let error =
            require_space(&folder.path().join("not/yet"), u64::MAX, "a ledger").unwrap_err().to_string();
        assert!(error.contains("free, and a ledger needs"), "{error}");
        require_space(folder.path(), 1, "a ledger").unwrap();
    }

    #[test]
    fn missing_programs_are_all_named() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("wellbook-api"), "").unwrap();
        let error = service_programs_in(folder.path()).unwrap_err().to_string();
        assert!(error.contains("wellbook-producer, wellbook-consumer are not in"), "{error}");
    }
}
