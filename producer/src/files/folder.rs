//! The folder that files go to: they are written beside it, in `DIR.partial`, and take its place when all are whole.

use super::manifest::{MANIFEST, Manifest};
use anyhow::{Context, bail};
use service::exit::WrongSettings;
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs::{self, File, TryLockError};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Component, Path, PathBuf};

/// The file that makes a partial folder ours; whoever writes there holds its lock.
const MARK: &str = ".wellbook-generate";
/// Strange files that are named in a refusal.
const NAMED_MAX: usize = 3;

/// A folder in the making. Dropped before it is published, it goes.
pub(crate) struct Partial {
    target: PathBuf,
    path: PathBuf,
    replaces: bool,
    /// Held as long as we write.
    mark: Option<File>,
}

impl Partial {
    /// Begins what will be `target`: that must not exist or be empty, or, where it `replaces`, hold nothing but what its
    /// manifest names.
    ///
    /// # Errors
    /// [`WrongSettings`] where it does; else what the file system says.
    pub(crate) fn begin(target: &Path, replaces: bool) -> anyhow::Result<Self> {
        let target = std::path::absolute(target).with_context(|| target.display().to_string())?;
        let Some(name) = target.file_name() else {
            bail!(WrongSettings(format!("{} can be no folder of files: name another", target.display())));
        };
        occupants(&target, replaces)?;
        let mut partial = OsString::from(name);
        partial.push(".partial");
        let path = target.with_file_name(partial);
        if let Some(parent) = target.parent() {
            fs::create_dir_all(parent).with_context(|| format!("cannot make {}", parent.display()))?;
            refuse_mount_point(&target, parent)?;
        }
        let mark = begin_partial(&path)?;
        Ok(Self { target, path, replaces, mark: Some(mark) })
    }

    /// The place of a file in the making; its folders are made.
    ///
    /// # Errors
    /// What the file system says.
    pub(crate) fn place(&self, relative: &str) -> anyhow::Result<PathBuf> {
        let path = self.path.join(relative);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).with_context(|| format!("cannot make {}", parent.display()))?;
        }
        Ok(path)
    }

    /// Puts the folder, whole, where it belongs.
    ///
    /// # Errors
    /// Where the place has been taken meanwhile, or what the file system says.
    pub(crate) fn publish(mut self) -> anyhow::Result<()> {
        let target = self.target.clone();
        for old in occupants(&target, self.replaces)? {
            remove(&target, &old).with_context(|| format!("cannot replace {}", target.display()))?;
        }
        let mark = self.path.join(MARK);
        fs::remove_file(&mark).with_context(|| format!("cannot remove {}", mark.display()))?;
        fs::rename(&self.path, &target)
            .with_context(|| format!("cannot rename {} to {}", self.path.display(), target.display()))?;
        self.mark = None;
        Ok(())
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        if self.mark.is_some() {
            // What cannot be removed now is removed by the next run: it bears the mark.
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}

/// Nothing can take the place of a mount point: better to say so before everything is written.
fn refuse_mount_point(target: &Path, parent: &Path) -> anyhow::Result<()> {
    let device = |path: &Path| fs::metadata(path).map(|it| it.dev()).ok();
    match (device(target), device(parent)) {
        (Some(own), Some(above)) if own != above => {
            bail!(WrongSettings(format!("{} is a mount point: choose a folder below it", target.display())))
        }
        _ => Ok(()),
    }
}

/// Makes the partial folder and its mark, and takes its lock. What an interrupted run left is removed.
fn begin_partial(path: &Path) -> anyhow::Result<File> {
    let cannot = || format!("cannot write {}", path.display());
    let mark = path.join(MARK);
    match fs::create_dir(path) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            let Ok(left) = File::open(&mark) else {
                bail!(WrongSettings(format!(
                    "{} is in the way, and no earlier run made it: move it, or choose another folder",
                    path.display()
                )));
            };
            lock(&left, path)?;
            fs::remove_dir_all(path).with_context(cannot)?;
            fs::create_dir(path).with_context(cannot)?;
        }
        Err(error) => return Err(error).with_context(cannot),
    }
    let mark = File::create_new(&mark).with_context(cannot)?;
    lock(&mark, path)?;
    Ok(mark)
}

fn lock(mark: &File, path: &Path) -> anyhow::Result<()> {
    match mark.try_lock() {
        Ok(()) => Ok(()),
        Err(TryLockError::WouldBlock) => bail!("another run is writing {}", path.display()),
        Err(TryLockError::Error(error)) => {
            Err(error).with_context(|| format!("cannot lock {}", path.display()))
        }
    }
}

/// The files in the folder, from it. All are of an earlier run, or this refuses.
fn occupants(target: &Path, replaces: bool) -> anyhow::Result<Vec<String>> {
    let found = match files(target) {
        Ok(found) => found,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => {
            bail!(WrongSettings(format!("{} is no folder: name another", target.display())))
        }
        Err(error) => return Err(error).with_context(|| format!("cannot read {}", target.display())),
    };
    if found.is_empty() {
        return Ok(Vec::new());
    }
    if !replaces {
        bail!(WrongSettings(format!(
            "{} is not empty: choose another folder, or give --force to replace what an earlier run made there",
            target.display()
        )));
    }
    let Some(ours) = of_manifest(target) else {
        bail!(WrongSettings(format!(
            "{} has no {MANIFEST} that says what was made there, so nothing is replaced: choose another folder",
            target.display()
        )));
    };
    let strange: Vec<&str> = found.iter().filter(|it| !ours.contains(*it)).map(String::as_str).collect();
    if !strange.is_empty() {
        let more = strange.len().saturating_sub(NAMED_MAX);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        bail!(WrongSettings(format!(
            "{} holds what its {MANIFEST} does not name, so nothing is replaced: {}{more}",
            target.display(),
            strange[..strange.len().min(NAMED_MAX)].join(", ")
        )));
    }
    Ok(found)
}

/// What the manifest in a folder says was made there, itself included.
fn of_manifest(folder: &Path) -> Option<BTreeSet<String>> {
    let text = fs::read_to_string(folder.join(MANIFEST)).ok()?;
    let manifest: Manifest = serde_json::from_str(&text).ok()?;
    let names = manifest.files.into_iter().map(|file| file.path);
    Some(names.chain([MANIFEST.to_owned()]).collect())
}

/// Every file below a folder, by its path from there; a link counts as a file, and a name that is no text as a strange one.
fn files(folder: &Path) -> io::Result<Vec<String>> {
    let (mut found, mut folders) = (Vec::new(), vec![PathBuf::new()]);
    while let Some(relative) = folders.pop() {
        for entry in fs::read_dir(folder.join(&relative))? {
            let entry = entry?;
            let relative = relative.join(entry.file_name());
            if entry.file_type()?.is_dir() {
                folders.push(relative);
            } else {
                let parts =
                    relative.components().map(Component::as_os_str).map(|part| part.to_string_lossy());
                found.push(parts.collect::<Vec<_>>().join("/"));
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Removes a file of the folder, and each folder that this empties.
fn remove(folder: &Path, relative: &str) -> io::Result<()> {
    let path = folder.join(relative);
    fs::remove_file(&path)?;
    let mut emptied = path.parent();
    while let Some(parent) = emptied.filter(|parent| *parent != folder) {
        if fs::remove_dir(parent).is_err() {
            break; // Something else is still in it.
        }
        emptied = parent.parent();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_interrupted_run_left_is_replaced_and_what_is_not_ours_stays() {
        let home = tempfile::tempdir().unwrap();
        let (target, partial) = (home.path().join("out"), home.path().join("out.partial"));
        fs::create_dir(&partial).unwrap();
        fs::write(partial.join("letters"), "mine").unwrap();
        let error = Partial::begin(&target, false).err().unwrap();
        assert!(error.to_string().contains("in the way"), "{error}");
        assert!(partial.join("letters").exists());
        fs::write(partial.join(MARK), "").unwrap();
        let begun = Partial::begin(&target, false).unwrap();
        assert!(!partial.join("letters").exists());
        let error = Partial::begin(&target, false).err().unwrap();
        assert!(error.to_string().contains("another run is writing"), "{error}");
        drop(begun);
        assert!(!partial.exists() && !target.exists());
    }

    #[test]
    fn a_folder_with_a_file_that_no_manifest_names_is_never_replaced() {
        let home = tempfile::tempdir().unwrap();
        let target = home.path().join("out");
        fs::create_dir(&target).unwrap();
        fs::write(target.join("letters"), "mine").unwrap();
        for (replaces, reason) in [(false, "is not empty"), (true, "no manifest.json")] {
            let error = Partial::begin(&target, replaces).err().unwrap();
            assert!(error.to_string().contains(reason), "{error}");
            assert!(error.downcast_ref::<WrongSettings>().is_some());
        }
        let error = Partial::begin(&target.join("letters"), false).err().unwrap();
        assert!(error.to_string().contains("is no folder"), "{error}");
        assert_eq!(fs::read_to_string(target.join("letters")).unwrap(), "mine");
    }
}
