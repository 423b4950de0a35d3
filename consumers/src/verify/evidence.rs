//! The evidence: what each stage holds, taken in as it is read, in the order seals, faults, raw, then the rest.
//!
//! Pure. Memory is bounded by the submissions: some 200 bytes each.

use super::facts::{DeadLetter, EntryFacts, Held, Place, Stage};
use super::report::{Difference, cents};
use super::seal_chain::SealChain;
use contract::{Digest, InjectedFault, Seal, Topic};
use ledger::ReasonCode;
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// Records that differ from raw, or that raw does not hold: so many are kept that the first is surely among them.
const ODDITIES_MAX: usize = 100_000;

/// A submission on the raw topic, and what became of it.
#[derive(Debug)]
pub(super) struct Submission {
    pub(super) ce_id: Uuid,
    /// Of the first submission: its own, unless a dead letter was submitted again.
    pub(super) first: Uuid,
    pub(super) digest: Digest,
    pub(super) batch: i64,
    pub(super) raw_offset: i64,
    /// Offset on the validated or the dead-letter topic.
    pub(super) out_offset: i64,
    pub(super) index: i32,
    /// Place of company, currency and year among [`Evidence::books`]; none where it cannot be decoded.
    pub(super) book: Option<u16>,
    pub(super) raw_partition: u8,
    pub(super) out_partition: u8,
    pub(super) raw: u8,
    pub(super) validated: u8,
    pub(super) dead: u8,
    pub(super) staged: u8,
    pub(super) staged_dead: u8,
    pub(super) refused: u8,
    pub(super) reason: Option<ReasonCode>,
    pub(super) lines: i32,
    pub(super) entry_number: i64,
    pub(super) debit: i64,
    pub(super) credit: i64,
}

/// Something that a later stage holds and that differs from raw, or is not there.
#[derive(Debug)]
pub(super) struct Oddity {
    pub(super) ce_id: Uuid,
    pub(super) batch: i64,
    pub(super) stage: Stage,
    pub(super) difference: Difference,
    /// What it says there, where it is only altered.
    pub(super) altered: Option<Altered>,
}

/// A submission as a later stage has it.
#[derive(Debug)]
pub(super) struct Altered {
    pub(super) ce_id: Uuid,
    pub(super) digest: Digest,
    pub(super) facts: Option<EntryFacts>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Book {
    pub(super) company_code: String,
    pub(super) currency: String,
    pub(super) fiscal_year: i32,
}

#[derive(Clone, Debug)]
pub(super) struct Planted {
    pub(super) reason: ReasonCode,
    pub(super) batch: i64,
    pub(super) index: i32,
}

/// What all stages hold.
#[derive(Debug, Default)]
pub struct Evidence {
    pub(super) seals: SealChain,
    pub(super) faults: HashMap<Uuid, Planted>,
    pub(super) submissions: Vec<Submission>,
    pub(super) by_id: HashMap<Uuid, u32>,
    pub(super) books: Vec<Book>,
    pub(super) book_places: HashMap<Book, u16>,
    pub(super) oddities: Vec<Oddity>,
    pub(super) unbalanced: Vec<(i64, Difference)>,
    /// By partition, the raw offset up to which the validator has decided.
    pub(super) decided: HashMap<i32, i64>,
    /// Whether records still move `decided`; see [`Evidence::hold`].
    pub(super) is_held: bool,
    /// As `decided`, from records that were read while it was held.
    pub(super) decided_since: HashMap<i32, i64>,
    /// Seals of staging, by sequence.
    pub(super) staged_seals: Vec<(i64, Digest)>,
    pub(super) unsealed: u64,
    /// By partition, the first raw offset of a batch beyond the newest seal.
    pub(super) beyond: HashMap<i32, i64>,
}

/// How far the tables are loaded.
pub type Loaded = BTreeMap<(Topic, i32), i64>;

impl Evidence {
    /// Takes in the next seal.
    pub fn seal(&mut self, offset: i64, seal: &Seal) {
        self.seals.push(offset, seal);
    }

    /// The newest seal so far.
    #[must_use]
    pub fn newest_seal(&self) -> Option<i64> {
        self.seals.newest()
    }

    /// Takes in a planted fault.
    pub fn fault(&mut self, fault: &InjectedFault) {
        let planted = Planted { reason: fault.reason, batch: fault.batch, index: fault.index };
        self.faults.insert(fault.ce_id, planted);
    }

    /// Counts a record of the raw topic that is of no batch.
    pub fn unsealed(&mut self) {
        self.unsealed += 1;
    }

    /// Takes in a submission of the raw topic. What is beyond the newest seal is passed over.
    pub fn raw(&mut self, at: Place, mut held: Held) {
        if !self.is_sealed(held.batch) {
            let beyond = self.beyond.entry(at.partition).or_insert(at.offset);
            *beyond = at.offset.min(*beyond);
            return;
        }
        if let Some(place) = self.by_id.get(&held.ce_id) {
            let first = &mut self.submissions[*place as usize];
            first.raw = first.raw.saturating_add(1);
            return;
        }
        if held.first != held.ce_id {
            // The key has not changed, so the first stands before it in the same partition.
            let Some(first) = self.find_first(&held) else { return };
            self.compare(Stage::Raw, first, &held);
            let first = &self.submissions[first as usize];
            (held.batch, held.index) = (first.batch, first.index);
        }
        if self.submissions.is_empty() {
            let sealed = usize::try_from(self.seals.submissions()).unwrap_or(0);
            self.submissions.reserve_exact(sealed);
            self.by_id.reserve(sealed);
        }
        if self.submissions.len() == self.submissions.capacity() {
            // What was submitted again comes on top of what is sealed; doubling all of it would be out of proportion.
            self.submissions.reserve_exact(self.submissions.len() / 16 + 64);
        }
        let book = held.facts.as_ref().map(|facts| self.book(facts));
        let facts = held.facts.as_ref();
        let place =
            u32::try_from(self.submissions.len()).expect("memory ends before four milliards of entries");
        self.by_id.insert(held.ce_id, place);
        self.submissions.push(Submission {
            ce_id: held.ce_id,
            first: held.first,
            digest: held.digest,
            batch: held.batch,
            raw_offset: at.offset,
            out_offset: -1,
            index: held.index,
            book,
            raw_partition: at.partition as u8,
            out_partition: 0,
            raw: 1,
            validated: 0,
            dead: 0,
            staged: 0,
            staged_dead: 0,
            refused: 0,
            reason: None,
            lines: facts.map_or(0, |facts| facts.lines as i32),
            entry_number: facts.map_or(0, |facts| facts.entry_number),
            debit: facts.map_or(0, |facts| facts.debit as i64),
            credit: facts.map_or(0, |facts| facts.credit as i64),
        });
    }

    /// Takes in a record of the validated topic.
    pub fn validated(&mut self, at: Place, held: &Held) {
        match self.find(Stage::Validated, held) {
            Some(place) => {
                let submission = &mut self.submissions[place as usize];
                submission.validated = submission.validated.saturating_add(1);
                (submission.out_partition, submission.out_offset) = (at.partition as u8, at.offset);
                let decided = (i32::from(submission.raw_partition), submission.raw_offset + 1);
                self.decide(decided.0, decided.1);
                self.compare(Stage::Validated, place, held);
            }
            // Of a later batch: the validator writes in the order in which it reads, so all of ours are behind it that stand
            // before the first of a later batch. What was submitted again may stand after that.
            None if !self.is_sealed(held.batch) => {
                let next = self.beyond.get(&at.partition).map_or(i64::MAX, |offset| offset + 1);
                self.decide(at.partition, next);
            }
            None => {}
        }
    }

    /// Takes in a record of the dead-letter topic.
    pub fn dead_letter(&mut self, at: Place, dead: &DeadLetter) {
        self.decide(dead.raw.partition, dead.raw.offset + 1);
        if let Some(place) = self.find(Stage::DeadLetters, &dead.held) {
            let submission = &mut self.submissions[place as usize];
            submission.dead = submission.dead.saturating_add(1);
            submission.reason = Some(dead.reason);
            (submission.out_partition, submission.out_offset) = (at.partition as u8, at.offset);
            self.compare(Stage::DeadLetters, place, &dead.held);
        }
    }

    /// Takes in an entry of the tables.
    pub fn staged(&mut self, held: &Held) {
        if let Some(place) = self.find(Stage::Staging, held) {
            let submission = &mut self.submissions[place as usize];
            submission.staged = submission.staged.saturating_add(1);
            self.compare(Stage::Staging, place, held);
        }
        if let Some(facts) = held.facts.as_ref().filter(|facts| facts.debit != facts.credit) {
            let difference = Difference {
                what: "an entry that does not balance".to_owned(),
                place: place_of(Stage::Staging, held.batch, held.index, held.ce_id),
                expected: format!("credits of {}", cents(facts.debit)),
                found: cents(facts.credit),
            };
            if self.unbalanced.len() < ODDITIES_MAX {
                self.unbalanced.push((held.batch, difference));
            }
        }
    }

    /// Takes in a rejected row of the tables that the validator rejected.
    pub fn staged_dead_letter(&mut self, held: &Held) {
        if let Some(place) = self.find(Stage::Staging, held) {
            let submission = &mut self.submissions[place as usize];
            submission.staged_dead = submission.staged_dead.saturating_add(1);
            self.compare(Stage::Staging, place, held);
        }
    }

    /// Takes in a rejected row of the tables that they themselves refused.
    pub fn refused(&mut self, held: &Held) {
        if let Some(place) = self.find(Stage::Staging, held) {
            let submission = &mut self.submissions[place as usize];
            submission.refused = submission.refused.saturating_add(1);
            self.compare(Stage::Staging, place, held);
        }
    }

    /// Takes in a seal of the tables.
    pub fn staged_seal(&mut self, sequence: i64, chain: Digest) {
        self.staged_seals.push((sequence, chain));
    }

    /// The first submission of this one, as far as the raw topic tells.
    #[must_use]
    pub fn first_of(&self, ce_id: Uuid) -> Uuid {
        self.by_id.get(&ce_id).map_or(ce_id, |place| self.submissions[*place as usize].first)
    }

    /// Whether a stage holds what the raw topic, as it was read, does not.
    #[must_use]
    pub fn has_strays(&self) -> bool {
        self.oddities.iter().any(|oddity| oddity.altered.is_none())
    }

    /// A dead letter was submitted again under this id after the raw topic was read: what later stages hold of it is none
    /// of this look.
    pub fn made_later(&mut self, ce_id: Uuid) {
        self.oddities.retain(|oddity| oddity.altered.is_some() || oddity.ce_id != ce_id);
    }

    /// Whether the validator has decided about every sealed submission.
    #[must_use]
    pub fn validator_has_passed(&self) -> bool {
        self.submissions.iter().all(|submission| self.is_decided(submission))
    }

    /// Whether the tables have passed every sealed submission that the validator has decided about, and every seal.
    #[must_use]
    pub fn staging_has_passed(&self, loaded: &Loaded) -> bool {
        let seals = self
            .seals
            .up_to(i64::MAX - 1)
            .all(|(_, seal)| is_loaded(loaded, Topic::BatchSeal, 0, seal.offset));
        seals && self.submissions.iter().all(|submission| submission.is_loaded(loaded))
    }

    fn is_sealed(&self, batch: i64) -> bool {
        self.seals.newest().is_some_and(|newest| (0..=newest).contains(&batch))
    }

    pub(super) fn is_decided(&self, submission: &Submission) -> bool {
        let decided = self.decided.get(&i32::from(submission.raw_partition));
        decided.is_some_and(|next| submission.raw_offset < *next)
    }

    /// From now on records no longer say how far the validator is; with `false` they do again.
    ///
    /// The two topics that it writes cannot be read at one moment. Read the validated topic to its end, then the
    /// dead letters to theirs: of everything that precedes a validated record, the dead letters are there. Then hold,
    /// and read the validated topic on to its end: of everything that precedes a dead letter, the validated records
    /// are there, too, and what came in later is not taken for a verdict on the rest. It is at the next look, which reads
    /// the dead letters behind it.
    pub fn hold(&mut self, is_held: bool) {
        self.is_held = is_held;
        if !is_held {
            for (partition, next) in std::mem::take(&mut self.decided_since) {
                self.decide(partition, next);
            }
        }
    }

    fn decide(&mut self, partition: i32, next: i64) {
        let decided = if self.is_held { &mut self.decided_since } else { &mut self.decided };
        let decided = decided.entry(partition).or_insert(next);
        *decided = (*decided).max(next);
    }

    fn book(&mut self, facts: &EntryFacts) -> u16 {
        let book = Book {
            company_code: facts.company_code.clone(),
            currency: facts.currency.clone(),
            fiscal_year: facts.fiscal_year,
        };
        if let Some(place) = self.book_places.get(&book) {
            return *place;
        }
        let place = u16::try_from(self.books.len()).unwrap_or(u16::MAX);
        self.books.push(book.clone());
        self.book_places.insert(book, place);
        place
    }

    /// The submission that a later stage holds; one that raw does not hold is noted.
    fn find(&mut self, stage: Stage, held: &Held) -> Option<u32> {
        let found = self.by_id.get(&held.ce_id).copied();
        if found.is_none() && self.is_sealed(held.batch) {
            let place = place_of(stage, held.batch, held.index, held.ce_id);
            self.oddity(
                held,
                stage,
                None,
                Difference {
                    what: "a submission that was never made".to_owned(),
                    place,
                    expected: "it on the raw topic".to_owned(),
                    found: "no such ce_id there".to_owned(),
                },
            );
        }
        found
    }

    /// The first submission of one that was made again; where raw does not hold it before, that is noted.
    fn find_first(&mut self, held: &Held) -> Option<u32> {
        let found = self.by_id.get(&held.first).copied();
        if found.is_none() {
            let difference = Difference {
                what: "a submission made again of one that never was".to_owned(),
                place: place_of(Stage::Raw, held.batch, held.index, held.ce_id),
                expected: format!("ce_id {} before it on the raw topic", held.first),
                found: "no such ce_id there".to_owned(),
            };
            self.oddity(held, Stage::Raw, None, difference);
        }
        found
    }

    fn compare(&mut self, stage: Stage, at: u32, held: &Held) {
        let submission = &self.submissions[at as usize];
        let (was, batch) = (submission.digest, submission.batch);
        if was != held.digest || batch != held.batch || submission.index != held.index {
            let found = match held.facts.as_ref() {
                Some(facts) if facts.debit != i128::from(submission.debit) => {
                    format!("debits of {} instead of {}", cents(facts.debit), cents(submission.debit.into()))
                }
                _ if was == held.digest => {
                    format!("the same under batch {} index {}", held.batch, held.index)
                }
                _ => format!("digest {:.16}…", held.digest),
            };
            let difference = Difference {
                what: "a submission that was altered".to_owned(),
                place: place_of(stage, batch, submission.index, held.ce_id),
                expected: format!("what the raw topic holds, digest {was:.16}…"),
                found,
            };
            let altered = Altered { ce_id: held.ce_id, digest: held.digest, facts: held.facts.clone() };
            let held = Held { batch, ..held.clone() };
            self.oddity(&held, stage, Some(altered), difference);
        }
    }

    fn oddity(&mut self, held: &Held, stage: Stage, altered: Option<Altered>, difference: Difference) {
        // The earliest are kept, for they are named first.
        if self.oddities.len() < ODDITIES_MAX {
            let (ce_id, batch) = (held.ce_id, held.batch);
            self.oddities.push(Oddity { ce_id, batch, stage, difference, altered });
        }
    }
}

impl Submission {
    /// Whether it was made of a dead letter.
    pub(super) fn is_again(&self) -> bool {
        self.first != self.ce_id
    }

    pub(super) fn place(&self, stage: Stage) -> String {
        place_of(stage, self.batch, self.index, self.ce_id)
    }

    /// Whether the tables have passed its record; one that has none yet is not theirs to load.
    pub(super) fn is_loaded(&self, loaded: &Loaded) -> bool {
        let topic = if self.dead > 0 { Topic::JournalEntryDlq } else { Topic::JournalEntryValidated };
        self.out_offset < 0 || is_loaded(loaded, topic, i32::from(self.out_partition), self.out_offset)
    }
}

pub(super) fn is_loaded(loaded: &Loaded, topic: Topic, partition: i32, offset: i64) -> bool {
    loaded.get(&(topic, partition)).is_some_and(|next| offset < *next)
}

pub(super) fn place_of(stage: Stage, batch: i64, index: i32, ce_id: Uuid) -> String {
    format!("{} batch {batch} index {index} ce_id {ce_id}", stage.name())
}
