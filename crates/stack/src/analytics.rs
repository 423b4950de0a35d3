//! Dagster beside the stack, and the Python that runs it.

use crate::environment;
use crate::error::StackError;
use crate::folder::Folder;
use crate::unit::{Spec, Unit};
use rustix::process::Signal;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// The name of the process.
pub(crate) const NAME: &str = "dagster";
/// Its three processes get eight seconds; a little more for a busy machine.
const STOP_WITHIN: Duration = Duration::from_secs(12);
/// A page that is there answers at once.
const ANSWER_WITHIN: Duration = Duration::from_secs(2);

/// Dagster's project, within a checkout.
const PROJECT: &str = "orchestration/src";
/// What Python needs, by exact version, and what of it was installed last.
const LOCK: &str = "deploy/analytics/requirements.txt";
const INSTALLED: &str = ".venv-analytics/installed.txt";
const PYTHON: &str = ".venv-analytics/bin/python";

/// A checkout whose analytics can run: its Python holds what its lock names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Analytics {
    checkout: PathBuf,
}

impl Analytics {
    /// In the checkout that the working folder is in, or else the one that this program was built in.
    ///
    /// # Errors
    /// Where there is none, or its Python is not installed or of another version; with what to do.
    pub fn find() -> Result<Self, StackError> {
        let places = [std::env::current_dir(), std::env::current_exe()];
        Self::find_from(places.into_iter().flatten())
    }

    fn find_from(places: impl IntoIterator<Item = PathBuf>) -> Result<Self, StackError> {
        let places: Vec<PathBuf> = places.into_iter().collect();
        let mut folders = places.iter().flat_map(|place| place.ancestors());
        let Some(checkout) = folders.find(|folder| folder.join(PROJECT).is_dir()) else {
            return Err(StackError::settings(
                "analytics run from a checkout, and neither this folder nor this program is in one: start from the checkout's folder",
            ));
        };
        let read = |name: &str| std::fs::read(checkout.join(name)).ok();
        let is_whole =
            checkout.join(PYTHON).is_file() && read(LOCK).is_some_and(|lock| read(INSTALLED) == Some(lock));
        if is_whole {
            return Ok(Self { checkout: checkout.to_owned() });
        }
        Err(StackError::failed(format!(
            "analytics need their Python in {}, which is missing or of another version: run `{} analytics`, or start by `make up ARGS=\"--with analytics\"`",
            checkout.join(".venv-analytics").display(),
            checkout.join("deploy/prerequisites.sh").display(),
        )))
    }

    /// How Dagster is run: by the variables that services read, and what it is told of `services` and of this command.
    ///
    /// # Errors
    /// Where the path of this program is not known.
    pub(crate) fn spec(
        &self,
        folder: &Folder,
        port: u16,
        mut variables: BTreeMap<String, String>,
        services: &[Unit],
    ) -> Result<Spec, StackError> {
        let own =
            std::env::current_exe().map_err(|error| StackError::file(Path::new("this program"), error))?;
        let admin = services.iter().filter_map(|unit| Some(format!("{}={}", unit.name(), unit.admin()?)));
        let mut set = |name: &str, value: String| variables.insert(name.to_owned(), value);
        set("WELLBOOK_ADMIN", admin.collect::<Vec<_>>().join(","));
        set("WELLBOOK_COMMAND", own.display().to_string());
        set("WELLBOOK_DATA_DIR", folder.path().display().to_string());
        set("WELLBOOK_DAGSTER", url(port));
        set("DAGSTER_HOME", folder.path().join(NAME).display().to_string());
        set("PYTHONPATH", self.checkout.join(PROJECT).display().to_string());
        let python = self.checkout.join(PYTHON);
        Ok(Spec {
            name: NAME.to_owned(),
            command: Box::new(move || {
                let mut command = Command::new(&python);
                command.args(["-m", "wellbook_orchestration", "serve", "--port", &port.to_string()]);
                environment::without_libpq(&mut command);
                let variables = variables.iter().map(|(name, value)| (name.as_str(), value.as_str()));
                environment::set(&mut command, variables);
                command
            }),
            log: folder.log(NAME),
            admin: None,
            probe: Box::new(move || Box::pin(answers(port))),
            port,
            stop: (Signal::TERM, STOP_WITHIN),
            // Killed, it would leave behind the three processes that it started; asked, it ends them.
            on_orphan: Signal::TERM,
        })
    }
}

/// The address of its page.
pub(crate) fn url(port: u16) -> String {
    format!("http://127.0.0.1:{port}")
}

async fn answers(port: u16) -> bool {
    let asked = reqwest::Client::builder().no_proxy().timeout(ANSWER_WITHIN).build();
    let Ok(client) = asked else { return false };
    client
        .get(format!("{}/server_info", url(port)))
        .send()
        .await
        .is_ok_and(|answer| answer.status().is_success())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(folder: &Path, name: &str, text: &str) {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    #[test]
    fn a_checkout_is_found_from_below_and_its_python_must_be_the_one_of_its_lock() {
        let checkout = tempfile::tempdir().unwrap();
        let below = checkout.path().join("target/release/wellbook");
        let find = || Analytics::find_from([PathBuf::from("/no/such/folder"), below.clone()]);
        assert!(find().unwrap_err().to_string().contains("start from the checkout's folder"));
        write(checkout.path(), &format!("{PROJECT}/package/__init__.py"), "");
        write(checkout.path(), LOCK, "dagster==2");
        let error = find().unwrap_err().to_string();
        assert!(error.contains("deploy/prerequisites.sh analytics`"), "{error}");
        write(checkout.path(), PYTHON, "");
        write(checkout.path(), INSTALLED, "dagster==1");
        assert!(find().unwrap_err().to_string().contains("of another version"));
        write(checkout.path(), INSTALLED, "dagster==2");
        assert_eq!(find().unwrap().checkout, checkout.path());
    }
}
