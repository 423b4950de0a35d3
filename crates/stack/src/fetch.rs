//! What the backbone is made of, fetched once by Maven and kept: Kafka's jars, the registry, Postgres.

use crate::error::StackError;
use crate::java::{Java, Places};
use crate::preflight;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Names and versions of everything that is fetched.
const POM: &str = include_str!("../../../deploy/embedded/pom.xml");
/// The folder of the unpacked things, 300 MB, what Maven keeps itself, and room to unpack.
const BYTES_NEEDED: u64 = 1_200_000_000;
/// Lines that are shown of a Maven that cannot run: its start script takes two or three to say why.
const LAST_LINES: usize = 3;
const MANIFEST: &str = "manifest.json";

/// The fetched things.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Install {
    root: PathBuf,
}

/// Size and BLAKE3 of each file, by its path.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Manifest {
    files: BTreeMap<String, (u64, String)>,
}

/// Where things are kept: `$WELLBOOK_CACHE`, `$XDG_CACHE_HOME` or `~/.cache`, and there `wellbook`. For root, whose home
/// the account that runs Postgres may not enter, `/var/cache` takes the place of `~/.cache`.
///
/// # Errors
/// Where the environment names none of them.
pub fn cache_folder() -> Result<PathBuf, StackError> {
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    if let Some(folder) = variable("WELLBOOK_CACHE").or_else(|| variable("XDG_CACHE_HOME")) {
        return Ok(folder.join("wellbook"));
    }
    if rustix::process::geteuid().is_root() {
        return Ok(PathBuf::from("/var/cache/wellbook"));
    }
    let home = variable("HOME")
        .ok_or_else(|| StackError::settings("no folder to keep downloads in: set WELLBOOK_CACHE to one"))?;
    Ok(home.join(".cache/wellbook"))
}

impl Install {
    /// The folder of this version's things within `cache`.
    #[must_use]
    pub fn within(cache: &Path) -> Self {
        let digest = blake3::hash(POM.as_bytes()).to_hex();
        Self { root: cache.join(format!("embedded-{}", &digest[..16])) }
    }

    /// Where it is.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Kafka's class path; its tools are there, too.
    #[must_use]
    pub fn kafka_class_path(&self) -> PathBuf {
        self.root.join("libs/*")
    }

    /// The registry's program.
    pub(crate) fn registry_jar(&self) -> PathBuf {
        self.root.join("registry/quarkus-run.jar")
    }

    /// A program of Postgres.
    pub(crate) fn postgres_program(&self, name: &str) -> PathBuf {
        self.root.join("postgres/bin").join(name)
    }

    /// What `java` leaves behind for its next start of `name`.
    pub(crate) fn start_archive(&self, java: &crate::java::Java, name: &str) -> PathBuf {
        let digest = blake3::hash(format!("{} {}", java.version, self.root.display()).as_bytes()).to_hex();
        self.root.with_extension("starts").join(format!("{name}-{}.cache", &digest[..16]))
    }

    /// Whether this Java has started everything once, so that later starts are quick.
    #[must_use]
    pub fn is_trained(&self, java: &crate::java::Java) -> bool {
        ["kafka", crate::registry::NAME].into_iter().all(|name| self.start_archive(java, name).exists())
    }

    /// Whether everything is there in its size.
    ///
    /// # Errors
    /// The first file that is not.
    pub fn check(&self) -> Result<(), StackError> {
        self.check_by(|path, size, _| {
            let found = std::fs::metadata(path).map_err(|error| error.to_string())?.len();
            if found == *size { Ok(()) } else { Err(format!("has {found} bytes instead of {size}")) }
        })
    }

    /// Whether everything is there, byte for byte.
    ///
    /// # Errors
    /// The first file that is not.
    pub fn check_fully(&self) -> Result<(), StackError> {
        self.check_by(|path, _, digest| {
            let found = digest_of(path).map_err(|error| error.to_string())?;
            if found == *digest {
                Ok(())
            } else {
                Err("does not have the bytes that were fetched".to_owned())
            }
        })
    }

    fn check_by(&self, holds: impl Fn(&Path, &u64, &String) -> Result<(), String>) -> Result<(), StackError> {
        let damaged = |path: &Path, what: &str| {
            StackError::failed(format!("{}: {what}; `wellbook fetch` fetches it again", path.display()))
        };
        let path = self.root.join(MANIFEST);
        let text = std::fs::read_to_string(&path).map_err(|error| damaged(&path, &error.to_string()))?;
        let manifest: Manifest = serde_json::from_str(&text)
            .map_err(|error| damaged(&path, &format!("is not readable: {error}")))?;
        for (name, (size, digest)) in &manifest.files {
            let path = self.root.join(name);
            holds(&path, size, digest).map_err(|what| damaged(&path, &what))?;
        }
        Ok(())
    }
}

/// Fetches what is not there or is damaged; `tell` hears what is going on. Nothing is asked of the network where all is
/// there. Blocking.
///
/// # Errors
/// Where Maven is missing or fails, what came is damaged, or there is no room.
pub fn fetch(cache: &Path, tell: &mut dyn FnMut(&str)) -> Result<Install, StackError> {
    fetch_with(Path::new("mvn"), cache, tell)
}

fn fetch_with(maven: &Path, cache: &Path, tell: &mut dyn FnMut(&str)) -> Result<Install, StackError> {
    let install = Install::within(cache);
    if install.check().is_ok() {
        return Ok(install);
    }
    std::fs::create_dir_all(cache).map_err(|error| StackError::file(cache, error))?;
    let _lock = lock(&install.root.with_extension("lock"), tell)?;
    match install.check() {
        Ok(()) => return Ok(install), // whoever held the lock has fetched it
        Err(damage) if install.root.exists() => tell(&format!("the cache is damaged: {damage}")),
        Err(_) => {}
    }
    preflight::require_space(cache, BYTES_NEEDED, "fetching Kafka, the registry and Postgres")?;
    let unfinished = install.root.with_extension("unfinished");
    // What an interrupted fetch left, or what is damaged.
    for folder in [&unfinished, &install.root] {
        remove(folder)?;
    }
    std::fs::create_dir_all(&unfinished).map_err(|error| StackError::file(&unfinished, error))?;
    run_maven(maven, &unfinished, &cache.join("fetch.log"), tell)?;
    tell("unpacking Postgres");
    unpack_postgres(&unfinished)?;
    expect_programs(&unfinished)?;
    write_manifest(&unfinished)?;
    std::fs::rename(&unfinished, &install.root).map_err(|error| StackError::file(&install.root, error))?;
    Ok(install)
}

/// One fetch at a time; the lock goes with the file handle.
fn lock(path: &Path, tell: &mut dyn FnMut(&str)) -> Result<File, StackError> {
    let file = File::options()
        .create(true)
        .append(true)
        .open(path)
        .map_err(|error| StackError::file(path, error))?;
    if file.try_lock().is_err() {
        tell("another fetch is under way: waiting for it");
        file.lock().map_err(|error| StackError::file(path, error))?;
    }
    Ok(file)
}

fn remove(folder: &Path) -> Result<(), StackError> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(StackError::file(folder, error)),
        _ => Ok(()),
    }
}

fn run_maven(maven: &Path, target: &Path, log: &Path, tell: &mut dyn FnMut(&str)) -> Result<(), StackError> {
    let project = target.join("pom");
    std::fs::create_dir_all(&project).map_err(|error| StackError::file(&project, error))?;
    let pom = project.join("pom.xml");
    std::fs::write(&pom, POM).map_err(|error| StackError::file(&pom, error))?;
    let mut command = Command::new(maven);
    command.arg("-B").arg("-C").arg("-f").arg(&pom).arg("generate-resources");
    command.arg(format!("-Dtarget={}", target.display()));
    // What cannot run at all says so on standard error: both go to one reader.
    let (reader, writer) = std::io::pipe().map_err(|error| StackError::file(maven, error))?;
    let other = writer.try_clone().map_err(|error| StackError::file(maven, error))?;
    command.stdin(Stdio::null()).stdout(writer).stderr(other);
    if let Some(home) = Places::of_this_machine().find().ok().as_ref().and_then(Java::home) {
        command.env("JAVA_HOME", home); // the one that is set may not be there, or too old
    }
    let mut child = command.spawn().map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => StackError::failed(
            "Maven (`mvn`) fetches Kafka, the registry and Postgres, and is on no folder of PATH: install it with your package manager, or run deploy/prerequisites.sh",
        ),
        _ => StackError::file(maven, error),
    })?;
    drop(command); // it holds an end of the pipe, which the reader waits for
    let mut said = Vec::new();
    let mut files = 0_u32;
    for line in BufReader::new(reader).lines().map_while(Result::ok) {
        if let Some(file) = line.strip_suffix(')').filter(|line| line.contains("Downloaded")) {
            files += 1;
            let name = file.rsplit('/').find_map(|part| part.split(" (").next()).unwrap_or_default();
            let name = file.split(" (").next().and_then(|path| path.rsplit('/').next()).unwrap_or(name);
            tell(&format!("{files} files: {name}"));
        }
        said.push(line);
    }
    let status = child.wait().map_err(|error| StackError::file(maven, error))?;
    let _ = std::fs::write(log, said.join("\n")); // for people; its loss hurts nothing
    let _ = std::fs::remove_dir_all(&project);
    if status.success() { Ok(()) } else { Err(maven_failure(&said, log)) }
}

fn maven_failure(said: &[String], log: &Path) -> StackError {
    let error = said.iter().find_map(|line| line.strip_prefix("[ERROR] "));
    let reason: String = error.map_or_else(|| last_words(said), str::to_owned).chars().take(600).collect();
    let is_corrupt = ["hecksum", "Error unpacking", "corrupt", "invalid LOC", "zip END"];
    let advice = if is_corrupt.iter().any(|word| reason.contains(word)) {
        "A download is damaged: try again; if it stays so, a proxy or mirror hands out wrong bytes (settings.xml of Maven)."
    } else if error.is_none() {
        // Its start script, or Java, speaks otherwise.
        "It does not run at all: does `mvn --version`?"
    } else {
        "Is this machine online, and are proxy and mirrors right (settings.xml of Maven)?"
    };
    StackError::failed(format!(
        "Maven could not fetch the stack: {}. {advice} Its log: {}",
        reason.trim_end_matches(['.', ' ']),
        log.display()
    ))
}

fn last_words(said: &[String]) -> String {
    let lines: Vec<&str> = said.iter().map(|line| line.trim()).filter(|line| !line.is_empty()).collect();
    match &lines[lines.len().saturating_sub(LAST_LINES)..] {
        [] => "it does not say why".to_owned(),
        lines => lines.join(" "),
    }
}

/// The jar that Maven unpacked holds one `.txz`.
fn unpack_postgres(target: &Path) -> Result<(), StackError> {
    let archive = target.join("archive");
    let files = std::fs::read_dir(&archive).into_iter().flatten().flatten();
    let mut packed =
        files.map(|file| file.path()).filter(|path| path.extension().is_some_and(|ending| ending == "txz"));
    let packed = packed.next().ok_or_else(|| StackError::file(&archive, "no Postgres was fetched"))?;
    let damaged = |error: std::io::Error| {
        StackError::failed(format!(
            "{}: the archive of Postgres is damaged ({error}); try again",
            packed.display()
        ))
    };
    let file = File::open(&packed).map_err(damaged)?;
    let mut tar = tar::Archive::new(liblzma::read::XzDecoder::new(BufReader::new(file)));
    tar.set_preserve_permissions(true);
    tar.unpack(target.join("postgres")).map_err(damaged)?;
    remove(&archive)
}

fn expect_programs(target: &Path) -> Result<(), StackError> {
    for path in ["registry/quarkus-run.jar", "postgres/bin/initdb", "postgres/bin/postgres", "libs"] {
        if !target.join(path).exists() {
            return Err(StackError::file(&target.join(path), "is missing from what was fetched; try again"));
        }
    }
    Ok(())
}

fn write_manifest(target: &Path) -> Result<(), StackError> {
    let mut manifest = Manifest::default();
    let mut folders = vec![target.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).map_err(|error| StackError::file(&folder, error))? {
            let entry = entry.map_err(|error| StackError::file(&folder, error))?;
            let (path, kind) =
                (entry.path(), entry.file_type().map_err(|error| StackError::file(&folder, error))?);
            if kind.is_dir() {
                folders.push(path);
            } else if kind.is_file() {
                let digest = digest_of(&path).map_err(|error| StackError::file(&path, error))?;
                let size = entry.metadata().map_err(|error| StackError::file(&path, error))?.len();
                let name = path.strip_prefix(target).unwrap_or(&path).to_string_lossy().into_owned();
                manifest.files.insert(name, (size, digest));
            }
        }
    }
    let path = target.join(MANIFEST);
    let text = serde_json::to_string_pretty(&manifest).map_err(|error| StackError::file(&path, error))?;
    std::fs::write(&path, text).map_err(|error| StackError::file(&path, error))
}

fn digest_of(path: &Path) -> std::io::Result<String> {
    let mut hasher = blake3::Hasher::new();
    let mut file = File::open(path)?;
    let mut block = vec![0; 256 * 1024];
    loop {
        match file.read(&mut block)? {
            0 => return Ok(hasher.finalize().to_hex().to_string()),
            length => hasher.update(&block[..length]),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    /// A Maven that says and does what a test needs; `$TARGET` is where things are wanted.
    fn maven(folder: &Path, script: &str) -> PathBuf {
        let path = folder.join("mvn");
        let script = format!(
            "#!/bin/sh\nfor a in \"$@\"; do case $a in -Dtarget=*) TARGET=${{a#-Dtarget=}};; esac; done\n{script}\n"
        );
        std::fs::write(&path, script).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    /// Something small in the shape of the real thing.
    const FETCH: &str = "mkdir -p $TARGET/libs $TARGET/registry $TARGET/archive $TARGET/x/bin && echo k > $TARGET/libs/kafka.jar \
        && echo r > $TARGET/registry/quarkus-run.jar && echo p > $TARGET/x/bin/initdb && echo p > $TARGET/x/bin/postgres \
        && tar -C $TARGET/x -cJf $TARGET/archive/postgres.txz bin && rm -r $TARGET/x && echo $$ >> $(dirname $0)/runs";

    fn runs(folder: &Path) -> usize {
        std::fs::read_to_string(folder.join("runs")).unwrap_or_default().lines().count()
    }

    #[test]
    fn what_was_fetched_is_used_again_and_what_is_damaged_is_fetched_again() {
        let folder = tempfile::tempdir().unwrap();
        let (maven, cache) = (maven(folder.path(), FETCH), folder.path().join("cache"));
        let install = fetch_with(&maven, &cache, &mut |_| {}).unwrap();
        assert!(install.postgres_program("initdb").exists());
        fetch_with(&maven, &cache, &mut |_| {}).unwrap();
        assert_eq!(runs(folder.path()), 1);
        std::fs::write(install.root().join("libs/kafka.jar"), "kk\n").unwrap();
        let mut told = Vec::new();
        fetch_with(&maven, &cache, &mut |what| told.push(what.to_owned())).unwrap();
        assert!(told[0].contains("damaged") && told[0].contains("kafka.jar"), "{told:?}");
        assert_eq!(runs(folder.path()), 2);
    }

    #[test]
    fn a_changed_byte_is_found_by_the_full_check_alone() {
        let folder = tempfile::tempdir().unwrap();
        let install =
            fetch_with(&maven(folder.path(), FETCH), &folder.path().join("cache"), &mut |_| {}).unwrap();
        std::fs::write(install.root().join("libs/kafka.jar"), "x\n").unwrap();
        install.check().unwrap();
        let error = install.check_fully().unwrap_err().to_string();
        assert!(error.contains("kafka.jar") && error.contains("wellbook fetch"), "{error}");
    }

    #[test]
    fn a_damaged_download_is_one_clear_error_and_never_taken_for_whole() {
        let folder = tempfile::tempdir().unwrap();
        let cache = folder.path().join("cache");
        let script = format!("{FETCH}; echo rubbish > $TARGET/archive/postgres.txz");
        let error = fetch_with(&maven(folder.path(), &script), &cache, &mut |_| {}).unwrap_err().to_string();
        assert!(error.contains("Postgres is damaged") && error.contains("try again"), "{error}");
        assert!(Install::within(&cache).check().is_err());
        let script = "echo '[ERROR] Checksum validation failed, expected a but is b'; exit 1";
        let error = fetch_with(&maven(folder.path(), script), &cache, &mut |_| {}).unwrap_err().to_string();
        assert!(error.contains("A download is damaged") && error.contains("fetch.log"), "{error}");
    }

    #[test]
    fn a_maven_that_cannot_run_is_heard_and_its_words_are_in_the_log() {
        let folder = tempfile::tempdir().unwrap();
        let cache = folder.path().join("cache");
        let script = "echo 'no such java.' >&2; echo >&2; exit 1";
        let error = fetch_with(&maven(folder.path(), script), &cache, &mut |_| {}).unwrap_err().to_string();
        assert!(error.contains("no such java. It does not run at all") && !error.contains("?."), "{error}");
        assert!(std::fs::read_to_string(cache.join("fetch.log")).unwrap().contains("no such java"));
    }

    #[test]
    fn a_missing_maven_is_named_with_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let error =
            fetch_with(&folder.path().join("mvn"), folder.path(), &mut |_| {}).unwrap_err().to_string();
        assert!(error.contains("Maven") && error.contains("prerequisites.sh"), "{error}");
    }
}
