//! Planted faults: extra submissions beside untouched good ones.
//!
//! | module | breaks |
//! |---|---|
//! | `shape` | the record key, texts, the number of lines |
//! | `amounts` | amounts, sides, balance, currencies, totals |
//! | `masters` | companies, accounts, dimensions, owner splits, approval |
//! | `dates` | dates, periods, lateness |
//! | `repeats` | what only the memory of earlier entries shows: repeats and reversals |
//! | `wire` | the encoded record |
//!
//! Each alteration fails its own check and none before it; checks behind it may fail, too, where they must: an entry
//! without lines has no sides either.

mod amounts;
mod dates;
mod masters;
mod repeats;
mod shape;
mod wire;

use crate::random::{Draw, Stream};
use crate::settings::Settings;
use crate::world::Submission;
use ledger::{JournalEntry, JournalLine, Money, Rate, ReasonCode, Side};
use std::borrow::Cow;
use uuid::Uuid;
pub use wire::Damage;

/// The ground truth of a planted submission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planted {
    reason: ReasonCode,
    entry_id: Uuid,
    company_code: String,
    broken: Broken,
}

/// Where it is broken, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Broken {
    /// In the entry; the text says what was changed.
    Entry(String),
    /// In its record key.
    Key(String),
    /// In its bytes.
    Bytes(Damage),
}

impl Planted {
    /// The reason that the validator must give.
    #[must_use]
    pub const fn reason(&self) -> ReasonCode {
        self.reason
    }

    /// The entry id of the good sibling.
    #[must_use]
    pub const fn entry_id(&self) -> Uuid {
        self.entry_id
    }

    /// The company of the good sibling.
    #[must_use]
    pub fn company_code(&self) -> &str {
        &self.company_code
    }

    /// What is to be done to the encoded record.
    #[must_use]
    pub const fn damage(&self) -> Option<Damage> {
        match self.broken {
            Broken::Bytes(damage) => Some(damage),
            Broken::Entry(_) | Broken::Key(_) => None,
        }
    }

    /// What exactly was changed.
    #[must_use]
    pub fn description(&self) -> String {
        match &self.broken {
            Broken::Entry(description) => description.clone(),
            Broken::Key(key) => format!("record key: chain id → {key}"),
            Broken::Bytes(damage) => damage.to_string(),
        }
    }
}

impl Submission<'_> {
    /// The record key: the chain id, unless that is the fault.
    #[must_use]
    pub fn key(&self) -> String {
        match &self.planted {
            Some(Planted { broken: Broken::Key(key), .. }) => key.clone(),
            _ => self.entry.chain_id.to_string(),
        }
    }
}

/// A faulty entry and its ground truth.
pub(crate) type Fault<'w> = (JournalEntry<'w>, Planted);

/// The faults planted beside one good submission, each drawn on its own.
#[derive(Default)]
pub(crate) struct Beside<'w> {
    pub(crate) before: Vec<Fault<'w>>,
    pub(crate) after: Vec<Fault<'w>>,
}

/// What is planted beside the good submission `ordinal`. Each reason has a number of its own in the one draw, so no rate
/// disturbs where another fault is planted.
pub(crate) fn beside<'w>(settings: &Settings, ordinal: u64, entry: &JournalEntry<'w>) -> Beside<'w> {
    let mut beside = Beside::default();
    let mut rates = settings.fault_rates.iter().filter(|(_, rate)| !rate.is_zero()).peekable();
    if rates.peek().is_none() {
        return beside;
    }
    let mut draw = Draw::new(settings.seed, Stream::Fault, ordinal, 0);
    for reason in ReasonCode::ALL.iter().copied() {
        let number = draw.between(0, Rate::ONE.units() - 1);
        let Some((_, rate)) = rates.next_if(|(known, _)| *known == reason) else { continue };
        if number >= rate.units() {
            continue;
        }
        let Some(fault) = plant(settings, ordinal, entry, reason) else { continue };
        if follows(reason) { beside.after.push(fault) } else { beside.before.push(fault) }
    }
    beside
}

/// Whether a fault is one only behind its good sibling.
const fn follows(reason: ReasonCode) -> bool {
    matches!(reason, ReasonCode::DuplicateEntry | ReasonCode::ConflictingEntry | ReasonCode::AlreadyReversed)
}

/// Breaks a copy of a good entry; none where the entry does not offer what the fault needs.
fn plant<'w>(
    settings: &Settings,
    ordinal: u64,
    entry: &JournalEntry<'w>,
    reason: ReasonCode,
) -> Option<Fault<'w>> {
    let mut draw = Draw::new(settings.seed, Stream::Fault, ordinal, 1 + reason as u64);
    let mut altered = entry.clone();
    let broken = match reason {
        ReasonCode::UnknownSchema => Broken::Bytes(Damage::schema(&mut draw)),
        ReasonCode::UnreadablePayload => Broken::Bytes(Damage::bytes(&mut draw)),
        ReasonCode::KeyMismatch => Broken::Key(shape::other_key(entry, &mut draw)),
        _ => Broken::Entry(alter(settings, &mut altered, reason, &mut draw)?),
    };
    let company_code = entry.company_code.to_string();
    Some((altered, Planted { reason, entry_id: entry.entry_id, company_code, broken }))
}

/// Breaks an entry, and says how.
fn alter(
    settings: &Settings,
    entry: &mut JournalEntry<'_>,
    reason: ReasonCode,
    draw: &mut Draw,
) -> Option<String> {
    match reason {
        ReasonCode::UnknownSchema | ReasonCode::UnreadablePayload | ReasonCode::KeyMismatch => None,
        ReasonCode::TextInvalid => Some(shape::spoil_text(entry, draw)),
        ReasonCode::MissingLines => Some(shape::drop_lines(entry, draw)),
        ReasonCode::TooManyLines => Some(shape::add_lines(entry)),
        ReasonCode::AmountNotPositive => amounts::not_positive(entry, draw),
        ReasonCode::AmountOutOfRange => amounts::out_of_range(entry, draw),
        ReasonCode::OneSided => Some(amounts::one_sided(entry, draw)),
        ReasonCode::Unbalanced => Some(amounts::unbalanced(entry, draw)),
        ReasonCode::FxMissing => Some(amounts::fx_missing(entry, draw)),
        ReasonCode::FunctionalUnbalanced => amounts::functional_unbalanced(entry, draw),
        ReasonCode::TotalsMismatch => Some(amounts::totals_mismatch(entry, draw)),
        ReasonCode::UnknownCompany => Some(masters::unknown_company(entry, draw)),
        ReasonCode::UnknownAccount => masters::unknown_account(entry, draw),
        ReasonCode::AccountNotPostable => Some(masters::account_not_postable(entry, draw)),
        ReasonCode::DimensionMissing => masters::dimension_missing(entry, draw),
        ReasonCode::UnknownWell => Some(masters::unknown_well(entry, draw)),
        ReasonCode::UnknownOwner => Some(masters::unknown_owner(entry, draw)),
        ReasonCode::UnknownCounterparty => Some(masters::unknown_counterparty(entry, draw)),
        ReasonCode::UnknownAfe => Some(masters::unknown_afe(entry, draw)),
        ReasonCode::DecimalsNotOne => Some(masters::decimals_not_one(entry, draw)),
        ReasonCode::ApprovalMissing => Some(masters::approval_missing(entry, draw)),
        ReasonCode::DatesIncoherent => Some(dates::incoherent(entry, draw)),
        ReasonCode::PeriodMismatch => Some(dates::period_mismatch(entry, draw)),
        ReasonCode::PeriodClosed => dates::period_closed(entry, draw),
        ReasonCode::TooLate => dates::too_late(entry, draw, settings.start_date),
        ReasonCode::DuplicateEntry => Some("the same again".to_owned()),
        ReasonCode::ConflictingEntry => Some(repeats::conflicting(entry)),
        ReasonCode::ReversalTargetMissing => repeats::target_missing(entry, draw),
        ReasonCode::ReversalMismatch => repeats::mismatch(entry, draw),
        ReasonCode::AlreadyReversed => repeats::again(entry, draw),
    }
}

// --- what the alterations share ------------------------------------------------------------------------------------

/// The place of one of the lines.
fn any_line(entry: &JournalEntry<'_>, draw: &mut Draw) -> usize {
    draw.below(entry.lines.len() as u64) as usize
}

/// The place of one of the lines for which `fits` holds.
fn line_that(
    entry: &JournalEntry<'_>,
    draw: &mut Draw,
    fits: impl Fn(&JournalLine<'_>) -> bool,
) -> Option<usize> {
    let places: Vec<usize> = (0..entry.lines.len()).filter(|place| fits(&entry.lines[*place])).collect();
    (!places.is_empty()).then(|| *draw.pick(&places))
}

/// Adds to the amount of a line, and to the functional one where the currency is the same; says so.
fn raise(entry: &mut JournalEntry<'_>, at: usize, by: Money) -> String {
    let is_foreign = entry.currency != entry.functional_currency;
    let line = &mut entry.lines[at];
    let before = line.amount;
    line.amount += by;
    if !is_foreign {
        line.functional_amount = line.amount;
    }
    format!("line {}: amount {before} → {}", line.line_number, line.amount)
}

/// Sets the header's totals to the sums of the lines.
fn restate_totals(entry: &mut JournalEntry<'_>) {
    let total = |entry: &JournalEntry<'_>, side| {
        entry.lines.iter().filter(|line| line.side == side).map(|line| line.amount).sum::<Money>()
    };
    (entry.total_debit, entry.total_credit) = (total(entry, Side::Debit), total(entry, Side::Credit));
}

/// Appends a line with the account and dimensions of another, without its share of a split; gives its number.
fn append(entry: &mut JournalEntry<'_>, like: usize, side: Side, amount: Money) -> i32 {
    let mut line = entry.lines[like].clone();
    line.line_number = entry.lines.len() as i32 + 1;
    line.side = side;
    (line.amount, line.functional_amount) = (amount, amount);
    (line.interest_type, line.decimal_interest, line.text) = (None, None, None);
    let number = line.line_number;
    entry.lines.push(line);
    number
}

/// An id in the likeness of another.
fn another_id(id: Uuid, draw: &mut Draw) -> Uuid {
    // The last 62 bits are random in an id of ours, so time and version stay.
    Uuid::from_u128(id.as_u128() ^ u128::from((draw.bits() >> 2) | 1))
}

/// Gives a field another text, and what it was.
fn replace<'w>(field: &mut Option<Cow<'w, str>>, text: &str) -> String {
    field.replace(text.to_owned().into()).map_or_else(|| "none".to_owned(), Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{FaultRates, NEED_MEMORY};
    use crate::{PriceTable, World};
    use chrono::{Days, NaiveDate};
    use ledger::check::{Reference, Submission as Checked, check};
    use ledger::period::midnight;
    use std::collections::BTreeMap;

    fn world() -> World {
        World::new(Settings {
            seed: 42,
            start_date: "2025-01-29".parse().unwrap(),
            historical_days: 70,
            scale: 1,
            fault_rates: FaultRates::default(),
            prices: PriceTable::built_in(),
        })
        .unwrap()
    }

    /// The settings of a world whose validator has a memory.
    fn with_all(world: &World, rate: Rate) -> Settings {
        let each = NEED_MEMORY.into_iter().map(|reason| (reason, rate));
        Settings { fault_rates: FaultRates::from_rates(each.collect()), ..world.settings().clone() }
    }

    /// Good entries beside which each fault that needs memory can be planted: days on which accruals are reversed, long
    /// after the first.
    fn days_of_reversals(world: &World) -> Vec<Submission<'_>> {
        let first: NaiveDate = "2025-04-01".parse().unwrap();
        world.submissions(midnight(first), midnight(first + Days::new(9)))
    }

    #[test]
    fn what_only_memory_finds_passes_every_other_check_and_stands_where_it_is_a_fault() {
        let world = world();
        let settings = with_all(&world, Rate::ONE);
        let mut reference = Reference::default();
        reference.extend(world.opening_reference());
        let known = world.reference_between(world.begins_at(), world.history_ends_at());
        reference.extend(known.into_iter().map(|(_, record)| record));
        let mut counts: BTreeMap<ReasonCode, usize> = BTreeMap::new();
        for submission in days_of_reversals(&world) {
            let beside = beside(&settings, submission.ordinal, &submission.entry);
            let before = beside.before.iter().map(|fault| (fault, false));
            for ((entry, planted), is_behind) in before.chain(beside.after.iter().map(|fault| (fault, true)))
            {
                let key = entry.chain_id.to_string();
                let checked = Checked { key: key.as_bytes(), entry };
                assert_eq!(check(&checked, &reference), Ok(()), "{}: {entry:?}", planted.description());
                assert_eq!(is_behind, follows(planted.reason()), "{}", planted.reason());
                is_its_fault(planted, entry, &submission.entry);
                *counts.entry(planted.reason()).or_default() += 1;
            }
        }
        assert!(NEED_MEMORY.into_iter().all(|reason| counts[&reason] > 20), "{counts:?}");
    }

    /// What the validator's memory will see.
    fn is_its_fault(planted: &Planted, entry: &JournalEntry<'_>, good: &JournalEntry<'_>) {
        assert_eq!((planted.entry_id(), entry.chain_id), (good.entry_id, good.chain_id));
        let is_same_id = entry.entry_id == good.entry_id;
        match planted.reason() {
            ReasonCode::TooLate => assert!((good.entered_at - entry.entered_at).num_days() > 45),
            ReasonCode::DuplicateEntry => assert_eq!(entry, good),
            ReasonCode::ConflictingEntry => assert!(is_same_id && entry != good),
            ReasonCode::ReversalTargetMissing => {
                assert!(
                    entry.reverses_entry_id.is_some() && entry.reverses_entry_id != good.reverses_entry_id
                );
            }
            ReasonCode::ReversalMismatch => {
                assert_eq!(entry.reverses_entry_id, good.reverses_entry_id);
                assert!(entry.total_debit < good.total_debit && entry.total_debit == entry.total_credit);
            }
            ReasonCode::AlreadyReversed => {
                assert!(!is_same_id && entry.reverses_entry_id == good.reverses_entry_id);
                assert!(entry.reverses_entry_id.is_some());
            }
            reason => panic!("{reason} needs no memory"),
        }
    }

    #[test]
    fn an_entry_that_does_not_offer_what_a_fault_needs_gets_none() {
        let world = world();
        let settings = with_all(&world, Rate::ONE);
        let first = world.submissions(world.begins_at(), midnight(world.settings().start_date));
        for submission in first {
            for reason in [ReasonCode::TooLate, ReasonCode::ReversalMismatch, ReasonCode::AlreadyReversed] {
                assert_eq!(plant(&settings, submission.ordinal, &submission.entry, reason), None, "{reason}");
            }
        }
    }
}
