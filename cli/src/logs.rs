//! `wellbook logs`: what the processes of a stack say.

use crate::arguments::{LogsArgs, PlaceArgs};
use crate::place;
use anyhow::bail;
use service::exit::WrongSettings;
use stack::Folder;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::time::Duration;

/// How often new lines are looked for.
const LOOK: Duration = Duration::from_millis(200);
/// How much of a log is read at once.
const BYTES_AT_ONCE: u64 = 1024 * 1024;

/// Shows the ends of the logs, and with `--follow` what is added.
///
/// # Errors
/// Where there is no such log.
pub async fn run(place: &PlaceArgs, args: LogsArgs) -> anyhow::Result<()> {
    let (folder, _) = place::known(place)?;
    let names = names(&folder, args.service.as_deref())?;
    let width = if names.len() > 1 { names.iter().map(String::len).max().unwrap_or(0) } else { 0 };
    let mut out = std::io::stdout();
    let mut readers: Vec<Reader> = names.iter().map(|name| Reader::at_end(&folder, name)).collect();
    for name in &names {
        for line in stack::tail(&folder.log(name), usize::from(args.lines)) {
            print(&mut out, name, width, &line)?;
        }
    }
    if !args.follow {
        return Ok(());
    }
    let mut turn = tokio::time::interval(LOOK);
    loop {
        tokio::select! {
            _ = turn.tick() => {}
            _ = tokio::signal::ctrl_c() => return Ok(()),
        }
        for reader in &mut readers {
            for line in reader.new_lines() {
                print(&mut out, &reader.name, width, &line)?;
            }
        }
    }
}

fn print(out: &mut impl Write, name: &str, width: usize, line: &str) -> std::io::Result<()> {
    if width == 0 { writeln!(out, "{line}") } else { writeln!(out, "{name:<width$} | {line}") }
}

fn names(folder: &Folder, wanted: Option<&str>) -> anyhow::Result<Vec<String>> {
    let files = std::fs::read_dir(folder.logs())?.flatten();
    let mut names: Vec<String> =
        files.filter_map(|file| file.file_name().to_str()?.strip_suffix(".log").map(str::to_owned)).collect();
    names.sort();
    let Some(wanted) = wanted else { return Ok(names) };
    if names.iter().any(|name| name == wanted) {
        return Ok(vec![wanted.to_owned()]);
    }
    bail!(WrongSettings(format!("there is no log of `{wanted}`; there are: {}", names.join(", "))))
}

/// Reads what is added to a log, also after it was begun anew.
struct Reader {
    name: String,
    path: PathBuf,
    file: Option<File>,
    rest: Vec<u8>,
}

impl Reader {
    fn at_end(folder: &Folder, name: &str) -> Self {
        let path = folder.log(name);
        let mut file = File::open(&path).ok();
        if let Some(file) = &mut file {
            let _ = file.seek(SeekFrom::End(0)); // else from its beginning
        }
        Self { name: name.to_owned(), path, file, rest: Vec::new() }
    }

    fn new_lines(&mut self) -> Vec<String> {
        self.read();
        let is_replaced = match (&self.file, std::fs::metadata(&self.path)) {
            (Some(file), Ok(there)) => {
                let at = file.try_clone().and_then(|mut file| file.stream_position()).unwrap_or(0);
                file.metadata().is_ok_and(|held| held.ino() != there.ino()) || there.len() < at
            }
            (None, Ok(_)) => true,
            (_, Err(_)) => false,
        };
        if is_replaced {
            self.file = File::open(&self.path).ok();
            self.read();
        }
        let end = self.rest.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let whole: Vec<u8> = self.rest.drain(..end).collect();
        String::from_utf8_lossy(&whole).lines().map(str::to_owned).collect()
    }

    fn read(&mut self) {
        if let Some(file) = &self.file {
            // What cannot be read now is read in the next turn.
            let _ = file.take(BYTES_AT_ONCE).read_to_end(&mut self.rest);
        }
    }
}
