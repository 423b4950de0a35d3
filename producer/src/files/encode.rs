//! Pieces of a history in their form: what the threads make.

use super::Format;
use super::columnar::{RowGroup, RowGroups};
use super::manifest::{Amounts, EntryTotals, money};
use super::pieces::Piece;
use super::text::{Rows, push_document};
use crate::submission::Encoded;
use contract::container::Blocks;
use contract::{Container, Digest, Encoder, InjectedFault, SchemaId, Topic};
use parquet::errors::ParquetError;
use simulator::{Submission, World};
use std::collections::BTreeMap;

/// A piece as it goes into its file.
pub(crate) struct Made {
    pub(crate) piece: Piece,
    pub(crate) body: Body,
    pub(crate) tally: Tally,
    /// What was planted, with the place of each among the entries of the piece, where it is one of them.
    pub(crate) faults: Vec<(InjectedFault, Option<u64>)>,
    /// Of the good submissions.
    pub(crate) digest: Digest,
}

/// What is appended to a file.
pub(crate) enum Body {
    Bytes(Vec<u8>),
    RowGroups(Vec<RowGroup>),
}

/// Counts and sums.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) entries: u64,
    pub(crate) planted: u64,
    pub(crate) lines: u64,
    /// Debits and credits in cents, by company and currency.
    amounts: BTreeMap<(String, String), (i128, i128)>,
}

impl Tally {
    fn count(&mut self, encoded: &Encoded) {
        self.entries += 1;
        self.planted += u64::from(encoded.fault.is_some());
        self.lines += encoded.lines.unsigned_abs();
        let of = (encoded.company_code.clone(), encoded.currency.clone());
        self.add(of, (encoded.debit, encoded.credit));
    }

    fn add(&mut self, of: (String, String), (debit, credit): (i128, i128)) {
        let sums = self.amounts.entry(of).or_default();
        *sums = (sums.0 + debit, sums.1 + credit);
    }

    /// Adds another's.
    pub(crate) fn merge(&mut self, other: Self) {
        self.entries += other.entries;
        self.planted += other.planted;
        self.lines += other.lines;
        other.amounts.into_iter().for_each(|(of, sums)| self.add(of, sums));
    }

    /// As the manifest has it.
    pub(crate) fn totals(&self) -> EntryTotals {
        let amounts = self.amounts.iter().map(|((company_code, currency), (debit, credit))| Amounts {
            company_code: company_code.clone(),
            currency: currency.clone(),
            debit: money(*debit),
            credit: money(*credit),
        });
        EntryTotals {
            entries: self.entries,
            planted: self.planted,
            lines: self.lines,
            amounts: amounts.collect(),
        }
    }
}

/// Makes pieces; keeps its buffers, so one per thread.
pub(crate) struct Maker<'w> {
    world: &'w World,
    /// Every form needs the datum: the fingerprint is over it.
    encoder: Encoder,
    form: Form,
}

enum Form {
    Avro(Box<Blocks>),
    Ndjson(Vec<u8>),
    Csv(Box<Rows>),
    Parquet(RowGroups),
}

impl<'w> Maker<'w> {
    pub(crate) fn new(world: &'w World, format: Format, container: &Container) -> Result<Self, ParquetError> {
        let form = match format {
            Format::Avro => Form::Avro(Box::new(container.blocks())),
            Format::Ndjson => Form::Ndjson(Vec::new()),
            Format::Csv => Form::Csv(Box::default()),
            Format::Parquet => Form::Parquet(RowGroups::new()?),
        };
        Ok(Self { world, encoder: Encoder::new(Topic::JournalEntryRaw, SchemaId(0)), form })
    }

    /// Makes a piece.
    pub(crate) fn make(&mut self, piece: Piece) -> Result<Made, ParquetError> {
        let (mut tally, mut faults, mut digest) = (Tally::default(), Vec::new(), Digest::default());
        for (from, until) in piece.bits(self.world.settings().scale) {
            for submission in &self.world.submissions(from, until) {
                let encoded = Encoded::new(submission, &mut self.encoder);
                if encoded.fault.is_none() {
                    digest.merge(&encoded.digest);
                }
                // What is damaged as bytes is no entry any more: only a topic can hold it.
                let is_entry = submission.planted.as_ref().is_none_or(|planted| planted.damage().is_none());
                if let Some(fault) = &encoded.fault {
                    faults.push((fault.clone(), is_entry.then_some(tally.entries)));
                }
                if is_entry {
                    tally.count(&encoded);
                    self.form.add(submission, &encoded)?;
                }
            }
        }
        Ok(Made { piece, body: self.form.take()?, tally, faults, digest })
    }
}

impl Form {
    fn add(&mut self, submission: &Submission<'_>, encoded: &Encoded) -> Result<(), ParquetError> {
        match self {
            Self::Avro(blocks) => blocks.add(&encoded.value),
            Self::Ndjson(documents) => push_document(submission.ce_id, &submission.entry, documents),
            Self::Csv(rows) => rows.add(submission.ce_id, &submission.entry),
            Self::Parquet(groups) => groups.add(submission.ce_id, &submission.entry)?,
        }
        Ok(())
    }

    fn take(&mut self) -> Result<Body, ParquetError> {
        Ok(match self {
            Self::Avro(blocks) => Body::Bytes(blocks.take()),
            Self::Ndjson(documents) => Body::Bytes(std::mem::take(documents)),
            Self::Csv(rows) => Body::Bytes(rows.take()),
            Self::Parquet(groups) => Body::RowGroups(groups.take()?),
        })
    }
}
