//! The folder of a stack: what is in it, whose it is, and what is remembered there.

use crate::account::{Account, postgres_folder};
use crate::error::StackError;
use crate::part::Part;
use crate::ports::Ports;
use crate::state::State;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// The file by which a folder is known as ours.
const REMEMBERED: &str = "wellbook.json";
const LOCK: &str = "supervisor.lock";
const STATE: &str = "state.json";
const PASSWORD: &str = "postgres.password";

/// A stack's folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Folder {
    path: PathBuf,
}

/// What a stack keeps from one `up` to the next.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remembered {
    /// The run's settings by the names of their variables, as they were given.
    pub run: BTreeMap<String, String>,
    /// What every topic's name begins with.
    pub topic_prefix: String,
    /// How many brokers.
    pub brokers: u16,
    /// The cluster's id.
    pub cluster_id: String,
    /// The user's own brokers, where these are not embedded.
    pub kafka: Option<String>,
    /// The user's own registry, where it is not embedded.
    pub registry: Option<String>,
    /// Host, port and database of the user's own Postgres, where it is not embedded.
    pub postgres: Option<String>,
    /// The ports.
    pub ports: Ports,
    /// What runs beside the ledger.
    #[serde(default)]
    pub with: BTreeSet<Part>,
    /// Whether the producer was ever ready: from then on the topics hold a run, and its settings are what they are.
    #[serde(default)]
    pub has_begun: bool,
}

impl Folder {
    /// The folder at `path`, which may not exist yet.
    ///
    /// # Errors
    /// Where something else is there: it is left alone.
    pub fn at(path: &Path) -> Result<Self, StackError> {
        let path = std::path::absolute(path).map_err(|error| StackError::file(path, error))?;
        let folder = Self { path };
        if folder.path.join(REMEMBERED).exists() {
            return Ok(folder);
        }
        match std::fs::read_dir(&folder.path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(folder),
            Err(error) => Err(StackError::settings(format!("{}: {error}", folder.path.display()))),
            Ok(mut entries) => match entries.next() {
                None => Ok(folder),
                Some(_) => Err(StackError::settings(format!(
                    "{} is not empty and not a Wellbook folder (it has no {REMEMBERED}): choose another --data-dir, or empty it yourself",
                    folder.path.display()
                ))),
            },
        }
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What is remembered; none where no stack was ever started here.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn remembered(&self) -> Result<Option<Remembered>, StackError> {
        read_json(&self.path.join(REMEMBERED))
    }

    /// Makes the folder where needed, and remembers.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn remember(&self, remembered: &Remembered) -> Result<(), StackError> {
        make(&self.path)?;
        make(&self.logs())?;
        self.write(
            REMEMBERED,
            &serde_json::to_vec_pretty(remembered).map_err(|e| StackError::file(&self.path, e))?,
        )
    }

    /// Remembers that the run has begun.
    pub(crate) fn remember_begun(&self) -> Result<(), StackError> {
        match self.remembered()? {
            Some(remembered) if !remembered.has_begun => {
                self.remember(&Remembered { has_begun: true, ..remembered })
            }
            _ => Ok(()),
        }
    }

    /// What the supervisor last said of the stack.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn state(&self) -> Result<Option<State>, StackError> {
        read_json(&self.path.join(STATE))
    }

    pub(crate) fn write_state(&self, state: &State) -> Result<(), StackError> {
        self.write(STATE, &serde_json::to_vec_pretty(state).map_err(|e| StackError::file(&self.path, e))?)
    }

    /// Replaces a file at once: a reader sees the old or the new. Only we may read it: it may hold secrets.
    fn write(&self, name: &str, bytes: &[u8]) -> Result<(), StackError> {
        let (path, fresh) = (self.path.join(name), self.path.join(format!("{name}.new")));
        let written = || -> std::io::Result<()> {
            let mut file =
                File::options().write(true).create(true).truncate(true).mode(0o600).open(&fresh)?;
            file.write_all(bytes)?;
            file.sync_data()?;
            std::fs::rename(&fresh, &path)
        };
        written().map_err(|error| StackError::file(&path, error))
    }

    /// The logs.
    #[must_use]
    pub fn logs(&self) -> PathBuf {
        self.path.join("logs")
    }

    /// The log of a process.
    #[must_use]
    pub fn log(&self, name: &str) -> PathBuf {
        self.logs().join(format!("{name}.log"))
    }

    /// Data and settings of a broker.
    pub(crate) fn broker(&self, number: u16) -> PathBuf {
        self.path.join(format!("kafka-{number}"))
    }

    /// The data of Postgres, and the account that runs it.
    pub(crate) fn postgres(&self) -> Result<(PathBuf, Option<Account>), StackError> {
        let account = Account::for_postgres(&self.path)?;
        Ok((postgres_folder(&self.path, account), account))
    }

    /// The file with the password of the database, made where there is none.
    pub(crate) fn password_file(&self, account: Option<Account>) -> Result<PathBuf, StackError> {
        let path = self.path.join(PASSWORD);
        if !path.exists() {
            self.write(PASSWORD, uuid::Uuid::new_v4().simple().to_string().as_bytes())?;
        }
        if let Some(account) = account {
            account.own(&path)?;
        }
        Ok(path)
    }

    pub(crate) fn password(&self) -> Result<String, StackError> {
        let path = self.path.join(PASSWORD);
        std::fs::read_to_string(&path).map_err(|error| StackError::file(&path, error))
    }

    /// Whether a supervisor holds the folder. Asking never stands in the way of one that starts.
    ///
    /// # Errors
    /// Where the lock cannot be asked for.
    pub fn is_supervised(&self) -> Result<bool, StackError> {
        let path = self.path.join(LOCK);
        match File::open(&path) {
            Ok(file) => Ok(matches!(file.try_lock_shared(), Err(std::fs::TryLockError::WouldBlock))),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(StackError::file(&path, error)),
        }
    }

    /// Takes the folder for as long as the file is held; none where another supervisor has it.
    pub(crate) fn take(&self) -> Result<Option<File>, StackError> {
        let path = self.path.join(LOCK);
        let opened = File::options().create(true).append(true).mode(0o600).open(&path);
        let file = opened.map_err(|error| StackError::file(&path, error))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(std::fs::TryLockError::WouldBlock) => Ok(None),
            Err(std::fs::TryLockError::Error(error)) => Err(StackError::file(&path, error)),
        }
    }

    /// Removes the folder and everything in it, and the data of Postgres where that is elsewhere.
    ///
    /// # Errors
    /// Where something cannot be removed.
    pub fn remove(&self) -> Result<(), StackError> {
        let mut folders = vec![self.path.clone()];
        if self.path.exists() {
            let (postgres, _) = self.postgres()?;
            folders.extend(postgres.parent().filter(|parent| *parent != self.path).map(Path::to_owned));
        }
        for folder in folders {
            match std::fs::remove_dir_all(&folder) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(StackError::file(&folder, error));
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// Makes a folder that the account of Postgres can pass through, whatever the umask.
///
/// # Errors
/// Where it cannot be made.
pub fn make(path: &Path) -> Result<(), StackError> {
    let made = std::fs::create_dir_all(path).and_then(|()| {
        let mode = std::fs::metadata(path)?.permissions().mode();
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode | 0o711))
    });
    made.map_err(|error| {
        StackError::settings(format!(
            "{}: {error}; choose a folder that you may write, with --data-dir",
            path.display()
        ))
    })
}

fn read_json<T: serde::de::DeserializeOwned>(path: &Path) -> Result<Option<T>, StackError> {
    match std::fs::read(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(StackError::file(path, error)),
        Ok(bytes) => serde_json::from_slice(&bytes).map(Some).map_err(|error| {
            StackError::failed(format!("{}: {error}; is it of another version of wellbook?", path.display()))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_of_somebody_else_is_left_alone() {
        let foreign = tempfile::tempdir().unwrap();
        std::fs::write(foreign.path().join("thesis.txt"), "").unwrap();
        let error = Folder::at(foreign.path()).unwrap_err();
        assert!(matches!(error, StackError::Settings(_)));
        assert!(error.to_string().contains("--data-dir"), "{error}");
    }

    #[test]
    fn what_is_remembered_comes_back_and_only_we_may_read_it() {
        let parent = tempfile::tempdir().unwrap();
        let folder = Folder::at(&parent.path().join("new")).unwrap();
        assert_eq!(folder.remembered().unwrap(), None);
        let remembered = Remembered { brokers: 3, cluster_id: "c".into(), ..Remembered::default() };
        folder.remember(&remembered).unwrap();
        assert_eq!(Folder::at(folder.path()).unwrap().remembered().unwrap(), Some(remembered));
        let mode = std::fs::metadata(folder.path().join(REMEMBERED)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_folder_has_one_supervisor_at_a_time() {
        let parent = tempfile::tempdir().unwrap();
        let folder = Folder::at(parent.path()).unwrap();
        assert!(!folder.is_supervised().unwrap());
        let held = folder.take().unwrap().unwrap();
        assert!(folder.is_supervised().unwrap() && folder.take().unwrap().is_none());
        drop(held);
        assert!(!folder.is_supervised().unwrap());
    }
}
