//! A file being written: counted and digested as its bytes pass.

use super::Format;
use super::columnar::RowGroupFile;
use super::encode::Body;
use super::folder::Partial;
use super::manifest::{Content, EntryTotals, FileRecord};
use super::text::Rows;
use anyhow::Context;
use contract::Container;
use std::fs::File;
use std::io::{self, BufWriter, Write};

/// Bytes gathered for one write: pieces come whole, Parquet in pages.
const BUFFER_BYTES: usize = 1024 * 1024;

/// A file, the length and the digest of what was written to it.
pub(crate) struct Output {
    path: String,
    shown: String,
    file: BufWriter<File>,
    bytes: u64,
    hasher: blake3::Hasher,
}

impl Output {
    /// Begins a file at this path in the folder.
    ///
    /// # Errors
    /// What the file system says.
    pub(crate) fn new(folder: &Partial, path: &str) -> anyhow::Result<Self> {
        let place = folder.place(path)?;
        let shown = place.display().to_string();
        let file = File::create_new(&place).with_context(|| format!("cannot write {shown}"))?;
        Ok(Self {
            path: path.to_owned(),
            shown,
            file: BufWriter::with_capacity(BUFFER_BYTES, file),
            bytes: 0,
            hasher: blake3::Hasher::new(),
        })
    }

    /// Appends.
    ///
    /// # Errors
    /// What the file system says.
    pub(crate) fn append(&mut self, bytes: &[u8]) -> anyhow::Result<()> {
        self.write_all(bytes).with_context(|| format!("cannot write {}", self.shown))
    }

    /// Ends the file; only when it is safe on the disk it counts as written.
    ///
    /// # Errors
    /// What the file system says.
    pub(crate) fn finish(
        self,
        content: Content,
        rows: u64,
        entries: Option<EntryTotals>,
    ) -> anyhow::Result<FileRecord> {
        let cannot = || format!("cannot write {}", self.shown);
        let file = self.file.into_inner().map_err(io::IntoInnerError::into_error).with_context(cannot)?;
        file.sync_all().with_context(cannot)?;
        let blake3 = self.hasher.finalize().to_hex().to_string();
        Ok(FileRecord { path: self.path, content, rows, bytes: self.bytes, blake3, entries })
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hasher.update(&bytes[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// A file of entries in their form.
pub(crate) enum EntryFile {
    Plain(Box<Output>),
    Parquet { shown: String, file: Box<RowGroupFile<Output>> },
}

impl EntryFile {
    /// Begins it.
    ///
    /// # Errors
    /// What the file system says.
    pub(crate) fn new(
        folder: &Partial,
        path: &str,
        format: Format,
        container: &Container,
    ) -> anyhow::Result<Self> {
        let mut output = Output::new(folder, path)?;
        match format {
            Format::Avro => output.append(&container.header())?,
            Format::Csv => output.append(&Rows::header())?,
            Format::Ndjson => {}
            Format::Parquet => {
                let shown = output.shown.clone();
                let file = RowGroupFile::new(output).with_context(|| format!("cannot write {shown}"))?;
                return Ok(Self::Parquet { shown, file: Box::new(file) });
            }
        }
        Ok(Self::Plain(Box::new(output)))
    }

    /// Appends a piece.
    ///
    /// # Errors
    /// What the file system says.
    pub(crate) fn append(&mut self, body: Body) -> anyhow::Result<()> {
        match (self, body) {
            (Self::Plain(output), Body::Bytes(bytes)) => output.append(&bytes),
            (Self::Parquet { shown, file }, Body::RowGroups(groups)) => groups
                .into_iter()
                .try_for_each(|group| file.append(group))
                .with_context(|| format!("cannot write {shown}")),
            _ => unreachable!("pieces and files are made for the same form"),
        }
    }

    /// Ends it.
    ///
    /// # Errors
    /// What the file system says.
    pub(crate) fn finish(self, totals: EntryTotals) -> anyhow::Result<FileRecord> {
        let (output, rows) = match self {
            Self::Plain(output) => (*output, None),
            Self::Parquet { shown, file } => {
                (file.finish().with_context(|| format!("cannot write {shown}"))?, Some(totals.lines))
            }
        };
        let is_flat = output.path.ends_with(Format::Csv.extension());
        let rows = rows.unwrap_or(if is_flat { totals.lines } else { totals.entries });
        output.finish(Content::Entries, rows, Some(totals))
    }
}
