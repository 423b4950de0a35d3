//! The history of a run as files, without a broker.
//!
//! | module | holds |
//! |---|---|
//! | [`manifest`] | what a folder holds, and what it follows from |
//! | `folder`, `output` | a folder that appears when it is whole; a file that is digested as it is written |
//! | `pieces`, `encode` | how a history is cut, and what the threads make of each part |
//! | `masters` | the files of the reference topics |
//! | `fields`, `text`, `columnar` | the fields, listed once; JSON and CSV; Parquet |
//! | [`sample`], [`journal`] | a few entries to look at, and how accountants print them |

mod columnar;
mod encode;
mod fields;
mod folder;
pub mod journal;
pub mod manifest;
mod masters;
mod names;
mod output;
mod pieces;
pub mod sample;
mod text;

use crate::ahead;
use crate::genesis;
use crate::prices;
use crate::settings::RunArgs;
use anyhow::Context;
use chrono::{NaiveDate, Utc};
use contract::{Container, Digest, Genesis, Topic};
use encode::{Made, Maker, Tally};
use folder::Partial;
use ledger::Rate;
use ledger::period::{midnight, next_month};
use manifest::{Content, FileRecord, MANIFEST, Manifest, PlantedFault, RunSettings};
use masters::Masters;
use output::{EntryFile, Output};
use parquet::errors::ParquetError;
use serde::{Deserialize, Serialize};
use service::exit::WrongSettings;
use simulator::World;
use std::path::Path;
use uuid::Uuid;

/// The form of files of entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// An object container file of whole entries, whose datums are those of the topic.
    Avro,
    /// A row for each line, with the header of its entry.
    Parquet,
    /// A JSON document for each entry.
    Ndjson,
    /// A row for each line, with the header of its entry.
    Csv,
}

impl Format {
    /// The ending of its files.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Avro => "avro",
            Self::Parquet => "parquet",
            Self::Ndjson => "ndjson",
            Self::Csv => "csv",
        }
    }

    /// The folder of its files: what one record or row is.
    const fn folder(self) -> &'static str {
        match self {
            Self::Avro | Self::Ndjson => "entries",
            Self::Parquet | Self::Csv => "lines",
        }
    }
}

/// How far it is.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// Of the simulated time, 0 to 1.
    pub part: f64,
    /// Entries written.
    pub entries: u64,
    /// Their lines.
    pub lines: u64,
}

/// The run of these settings and its world. Nothing is planted where no rate is given.
///
/// # Errors
/// [`WrongSettings`] where they are out of range, or a price file is not sound or does not reach.
pub fn world(args: &RunArgs) -> Result<(Genesis, World), WrongSettings> {
    let args = RunArgs { fault_rate: args.fault_rate.or(Some(Rate::ZERO)), ..args.clone() };
    let now = Utc::now();
    let prices = prices::without_eia(&args.prices_files, genesis::start_date(&args, now))?;
    let (genesis, _) = genesis::begin_with(&args, &prices, Uuid::nil(), now);
    let world = genesis::settings(&genesis).and_then(|it| World::new(it).map_err(|error| error.to_string()));
    Ok((genesis, world.map_err(WrongSettings)?))
}

/// Writes the history that these settings give into the folder `out`, on so many threads, and tells `progress` of it. The
/// bytes depend on the settings and the form alone. The folder appears when all of it is written; where it holds
/// something, this refuses, or, where it `replaces`, replaces what the manifest there names.
///
/// # Errors
/// [`WrongSettings`] where settings are out of range or the folder is taken; else what the file system says.
pub fn write(
    args: &RunArgs,
    format: Format,
    out: &Path,
    replaces: bool,
    threads: usize,
    progress: impl FnMut(Progress),
) -> anyhow::Result<Manifest> {
    let (genesis, world) = world(args)?;
    let folder = Partial::begin(out, replaces)?;
    let mut writing = Writing::new(&folder, format, &genesis);
    writing.entries(&world, threads, progress)?;
    writing.finish_faults()?;
    writing.reference(&world)?;
    let manifest = writing.manifest(&genesis, &world);
    let mut text = serde_json::to_vec_pretty(&manifest).context("a manifest is JSON")?;
    text.push(b'\n');
    let mut output = Output::new(&folder, MANIFEST)?;
    output.append(&text)?;
    output.finish(Content::Entries, 0, None)?;
    folder.publish()?;
    Ok(manifest)
}

/// A folder being filled.
struct Writing<'f> {
    folder: &'f Partial,
    format: Format,
    identity: String,
    files: Vec<FileRecord>,
    /// The file of what was planted, and how many stand in it; begun by the first.
    faults: Option<(Output, u64)>,
    digest: Digest,
    tally: Tally,
}

/// The file of a month.
struct Month {
    first: NaiveDate,
    path: String,
    file: EntryFile,
    tally: Tally,
}

impl<'f> Writing<'f> {
    fn new(folder: &'f Partial, format: Format, genesis: &Genesis) -> Self {
        Self {
            folder,
            format,
            identity: identity(genesis),
            files: Vec::new(),
            faults: None,
            digest: Digest::default(),
            tally: Tally::default(),
        }
    }

    fn entries(
        &mut self,
        world: &World,
        threads: usize,
        mut progress: impl FnMut(Progress),
    ) -> anyhow::Result<()> {
        let (begin, end) = (world.begins_at(), world.history_ends_at());
        let format = self.format;
        let container = Container::new(Topic::JournalEntryRaw, &self.identity);
        let mut month: Option<Month> = None;
        ahead::in_order(
            &pieces::of_history(world, format),
            threads,
            || Maker::new(world, format, &container),
            |maker, piece| match maker {
                Ok(maker) => maker.make(*piece),
                Err(error) => Err(ParquetError::General(error.to_string())),
            },
            |made| {
                let made = made?;
                let done = made.piece.end;
                if month.as_ref().is_none_or(|month| month.first != made.piece.month) {
                    self.finish(month.take())?;
                    month = Some(self.begin(made.piece.month, &container)?);
                }
                if let Some(month) = &mut month {
                    self.take(month, made)?;
                }
                progress(Progress {
                    part: (done - begin).as_seconds_f64() / (end - begin).as_seconds_f64(),
                    entries: self.tally.entries,
                    lines: self.tally.lines,
                });
                anyhow::Ok(())
            },
        )?;
        self.finish(month)
    }

    fn begin(&self, first: NaiveDate, container: &Container) -> anyhow::Result<Month> {
        let (folder, extension) = (self.format.folder(), self.format.extension());
        let path = format!("{folder}/entered_month={}/part-0.{extension}", first.format("%Y-%m"));
        let file = EntryFile::new(self.folder, &path, self.format, container)?;
        Ok(Month { first, path, file, tally: Tally::default() })
    }

    fn take(&mut self, month: &mut Month, made: Made) -> anyhow::Result<()> {
        for (fault, place) in made.faults {
            self.fault(&PlantedFault {
                ce_id: fault.ce_id,
                reason: fault.reason.code().to_owned(),
                entry_id: fault.entry_id,
                company_code: fault.company_code,
                description: fault.description,
                path: place.map(|_| month.path.clone()),
                entry: place.map(|place| month.tally.entries + place),
            })?;
        }
        self.digest.merge(&made.digest);
        self.tally.merge(made.tally.clone());
        month.tally.merge(made.tally);
        month.file.append(made.body)
    }

    fn finish(&mut self, month: Option<Month>) -> anyhow::Result<()> {
        if let Some(month) = month {
            self.files.push(month.file.finish(month.tally.totals())?);
        }
        Ok(())
    }

    fn fault(&mut self, fault: &PlantedFault) -> anyhow::Result<()> {
        let mut line = serde_json::to_vec(fault).context("a planted fault is JSON")?;
        line.push(b'\n');
        let begun = match self.faults.take() {
            Some(begun) => begun,
            None => (Output::new(self.folder, "faults.ndjson")?, 0),
        };
        let (output, count) = self.faults.insert(begun);
        *count += 1;
        output.append(&line)
    }

    fn finish_faults(&mut self) -> anyhow::Result<()> {
        if let Some((output, count)) = self.faults.take() {
            self.files.push(output.finish(Content::Faults, count, None)?);
        }
        Ok(())
    }

    /// The masters of the history, month by month.
    fn reference(&mut self, world: &World) -> anyhow::Result<()> {
        let mut masters = Masters::new(self.folder, self.format, &self.identity);
        world.opening_reference().iter().try_for_each(|record| masters.add(record))?;
        let (mut from, end) = (world.begins_at(), world.history_ends_at());
        while from < end {
            let until = midnight(next_month(from.date_naive())).min(end);
            let known = world.reference_between(from, until);
            known.iter().try_for_each(|(_, record)| masters.add(record))?;
            from = until;
        }
        self.files.extend(masters.finish()?);
        Ok(())
    }

    fn manifest(self, genesis: &Genesis, world: &World) -> Manifest {
        Manifest {
            made_by: concat!("wellbook ", env!("CARGO_PKG_VERSION")).to_owned(),
            format: self.format,
            settings: RunSettings::of(genesis),
            simulator_version: genesis.simulator_version.clone(),
            price_source: genesis.price_source.clone(),
            price_digest: genesis.price_digest.clone(),
            prices_seeded_from: prices::seeded_from(
                &world.settings().prices,
                world.history_ends_at().date_naive(),
            ),
            entered_from: world.begins_at(),
            entered_until: world.history_ends_at(),
            fingerprint: self.digest.to_string(),
            entries: self.tally.entries,
            planted: self.tally.planted,
            lines: self.tally.lines,
            bytes: self.files.iter().map(|file| file.bytes).sum(),
            files: self.files,
        }
    }
}

/// What the markers in containers follow from: a longer history of the same run begins with the same bytes.
fn identity(genesis: &Genesis) -> String {
    let Genesis { random_seed, start_date, scale, price_digest, simulator_version, .. } = genesis;
    format!("{random_seed} {start_date} {scale} {price_digest} {simulator_version}")
}
