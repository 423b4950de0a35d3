//! The log of a child process: bounded on disk, and read from its end.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// A log of this size becomes the older one, and the one before that goes: some 100 000 lines stay readable.
const BYTES_MAX: u64 = 8 * 1024 * 1024;
/// A longer line is written in pieces.
const LINE_BYTES_MAX: u64 = 64 * 1024;
/// The most that is read to find the last lines.
const TAIL_BYTES_MAX: u64 = 1024 * 1024;

/// Writes a log and keeps it bounded.
#[derive(Debug)]
pub(crate) struct Log {
    path: PathBuf,
    file: File,
    bytes: u64,
    bytes_max: u64,
}

impl Log {
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let file = File::options().create(true).append(true).open(path)?;
        let bytes = file.metadata()?.len();
        Ok(Self { path: path.to_owned(), file, bytes, bytes_max: BYTES_MAX })
    }

    /// Copies line by line until the other end closes.
    pub(crate) fn drain(mut self, source: impl Read) {
        let mut source = BufReader::with_capacity(64 * 1024, source);
        let mut line = Vec::new();
        while matches!(source.by_ref().take(LINE_BYTES_MAX).read_until(b'\n', &mut line), Ok(1..)) {
            // A full disk must not stop the child: its lines are lost, and it goes on.
            let _ = self.write(&line);
            line.clear();
        }
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.bytes + bytes.len() as u64 > self.bytes_max && self.bytes > 0 {
            std::fs::rename(&self.path, older(&self.path))?;
            self.file = File::options().create(true).append(true).open(&self.path)?;
            self.bytes = 0;
        }
        self.file.write_all(bytes)?;
        self.bytes += bytes.len() as u64;
        Ok(())
    }
}

/// Where the lines before those of `path` are.
fn older(path: &Path) -> PathBuf {
    path.with_extension("log.1")
}

/// The last `count` lines of a log; none where there is no log.
#[must_use]
pub fn tail(path: &Path, count: usize) -> Vec<String> {
    let read = || -> io::Result<Vec<u8>> {
        let mut file = File::open(path)?;
        let length = file.metadata()?.len();
        file.seek(SeekFrom::Start(length.saturating_sub(TAIL_BYTES_MAX)))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    let text = read().unwrap_or_default();
    let mut last = VecDeque::with_capacity(count + 1);
    for line in String::from_utf8_lossy(&text).lines() {
        last.push_back(line.to_owned());
        if last.len() > count {
            last.pop_front();
        }
    }
    last.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_keeps_its_last_lines_and_never_outgrows_its_bound() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sink.log");
        let mut log = Log::open(&path).unwrap();
        log.bytes_max = 1_000;
        let text: String = (0..600).map(|line| format!("line {line}\n")).collect();
        log.drain(io::Cursor::new(text));
        assert_eq!(tail(&path, 2), ["line 598", "line 599"]);
        assert!(std::fs::metadata(&path).unwrap().len() <= 1_000);
        assert!(std::fs::metadata(older(&path)).unwrap().len() <= 1_000);
    }

    #[test]
    fn a_log_that_is_not_there_has_no_lines() {
        assert!(tail(Path::new("no/such.log"), 5).is_empty());
    }
}
