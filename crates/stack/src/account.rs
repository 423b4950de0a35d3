//! Which account runs Postgres, and which folders it can enter: Postgres refuses to be root.

use crate::error::StackError;
use rustix::process::geteuid;
use std::os::unix::fs::{MetadataExt, chown};
use std::path::{Path, PathBuf};

/// An account other than ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Account {
    pub(crate) user: u32,
    pub(crate) group: u32,
}

impl Account {
    /// Who runs Postgres where we are root: the owner of the data folder, or else `nobody`. None where we are not root.
    pub(crate) fn for_postgres(folder: &Path) -> Result<Option<Self>, StackError> {
        if !geteuid().is_root() {
            return Ok(None);
        }
        let owner = std::fs::metadata(folder).map_err(|error| StackError::file(folder, error))?;
        if owner.uid() != 0 {
            return Ok(Some(Self { user: owner.uid(), group: owner.gid() }));
        }
        nobody().map(Some)
    }

    /// Whether the account can get to `path` through all the folders above it.
    pub(crate) fn can_enter(self, path: &Path) -> bool {
        path.ancestors().skip(1).filter(|folder| !folder.as_os_str().is_empty()).all(|folder| {
            // What does not exist yet we make ourselves.
            std::fs::metadata(folder).is_ok_and(|about| self.may_pass(&about)) || !folder.exists()
        })
    }

    fn may_pass(self, about: &std::fs::Metadata) -> bool {
        let bit = match () {
            () if about.uid() == self.user => 0o100,
            () if about.gid() == self.group => 0o010,
            () => 0o001,
        };
        about.mode() & bit != 0
    }

    /// Gives a file or folder, but not what is in it, to the account.
    pub(crate) fn own(self, path: &Path) -> Result<(), StackError> {
        chown(path, Some(self.user), Some(self.group)).map_err(|error| StackError::file(path, error))
    }
}

fn nobody() -> Result<Account, StackError> {
    let passwd = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let line = passwd.lines().find(|line| line.starts_with("nobody:"));
    let account = line.and_then(|line| {
        let mut fields = line.split(':').skip(2).map(|number| number.parse().ok());
        Some(Account { user: fields.next()??, group: fields.next()?? })
    });
    account.ok_or_else(|| {
        StackError::failed("Postgres refuses to run as root, and there is no account `nobody` to run it: use an ordinary account")
    })
}

/// Where Postgres keeps its data: within `folder`, or, where its account cannot get there, in a folder of the system.
pub(crate) fn postgres_folder(folder: &Path, account: Option<Account>) -> PathBuf {
    let within = folder.join("postgres");
    match account {
        Some(account) if !account.can_enter(&within) => {
            let digest = blake3::hash(folder.as_os_str().as_encoded_bytes()).to_hex();
            PathBuf::from("/var/lib/wellbook").join(&digest[..16]).join("postgres")
        }
        _ => within,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn an_account_cannot_get_through_a_closed_folder() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o700)).unwrap();
        let stranger = Account { user: 54_321, group: 54_321 };
        let path = folder.path().join("data/postgres");
        assert!(!stranger.can_enter(&path));
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o711)).unwrap();
        assert!(stranger.can_enter(&path));
    }
}
