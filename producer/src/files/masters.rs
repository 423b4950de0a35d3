//! The files of the reference topics: as Avro beside Avro, and as JSON beside the other forms.

use super::Format;
use super::folder::Partial;
use super::manifest::{Content, FileRecord};
use super::output::Output;
use contract::container::Blocks;
use contract::json::Documents;
use contract::record::reference_topic;
use contract::{Container, Encoder, SchemaId, Topic};
use ledger::reference::ReferenceRecord;
use std::collections::BTreeMap;

/// One file for each topic that has a record; all are open together, fifteen at the most.
pub(crate) struct Masters<'f> {
    folder: &'f Partial,
    format: Format,
    identity: &'f str,
    files: BTreeMap<Topic, MasterFile>,
}

struct MasterFile {
    encoder: Encoder,
    form: Form,
    output: Output,
    rows: u64,
}

enum Form {
    Avro(Box<Blocks>),
    Ndjson(Box<Documents>),
}

impl<'f> Masters<'f> {
    pub(crate) fn new(folder: &'f Partial, format: Format, identity: &'f str) -> Self {
        Self { folder, format, identity, files: BTreeMap::new() }
    }

    /// Takes in a record.
    ///
    /// # Errors
    /// What the file system says.
    pub(crate) fn add(&mut self, record: &ReferenceRecord) -> anyhow::Result<()> {
        let topic = reference_topic(record);
        if let Some(file) = self.files.get_mut(&topic) {
            return file.add(record);
        }
        let mut file = self.begin(topic)?;
        file.add(record)?;
        self.files.insert(topic, file);
        Ok(())
    }

    fn begin(&self, topic: Topic) -> anyhow::Result<MasterFile> {
        let is_avro = self.format == Format::Avro;
        let extension = if is_avro { Format::Avro } else { Format::Ndjson }.extension();
        let mut output = Output::new(self.folder, &format!("reference/{topic}.{extension}"))?;
        let form = if is_avro {
            let container = Container::new(topic, self.identity);
            output.append(&container.header())?;
            Form::Avro(Box::new(container.blocks()))
        } else {
            Form::Ndjson(Box::new(Documents::new(topic)))
        };
        Ok(MasterFile { encoder: Encoder::new(topic, SchemaId(0)), form, output, rows: 0 })
    }

    /// Ends the files.
    ///
    /// # Errors
    /// What the file system says.
    pub(crate) fn finish(self) -> anyhow::Result<Vec<FileRecord>> {
        self.files.into_values().map(MasterFile::finish).collect()
    }
}

impl MasterFile {
    fn add(&mut self, record: &ReferenceRecord) -> anyhow::Result<()> {
        self.rows += 1;
        let framed = self.encoder.reference(record);
        match &mut self.form {
            Form::Avro(blocks) => {
                blocks.add(&framed);
                self.output.append(&blocks.full())
            }
            Form::Ndjson(documents) => {
                let mut line = documents.of(&framed)?;
                line.push('\n');
                self.output.append(line.as_bytes())
            }
        }
    }

    fn finish(mut self) -> anyhow::Result<FileRecord> {
        if let Form::Avro(blocks) = &mut self.form {
            self.output.append(&blocks.take())?;
        }
        self.output.finish(Content::Reference, self.rows, None)
    }
}
