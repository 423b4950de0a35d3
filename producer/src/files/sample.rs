//! A few entries of a history to look at, spread over its transaction types.

use super::Format;
use super::pieces::{self, Piece};
use super::text::{Rows, push_document};
use crate::ahead;
use chrono::NaiveDate;
use ledger::period::midnight;
use service::exit::WrongSettings;
use simulator::{Submission, World};
use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use uuid::Uuid;

/// Which entries are looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// How many at the most.
    pub count: usize,
    /// Only this transaction type.
    pub transaction_type: Option<String>,
    /// Only this posting date.
    pub posting_date: Option<NaiveDate>,
}

/// Good entries by transaction type, and in each by the id of their submission: a digest, so that the first of them are
/// spread over the whole history, and are the same on any number of threads.
type Found<'w> = BTreeMap<String, BTreeMap<Uuid, Submission<'w>>>;

/// Takes from each transaction type in turn until there are enough, and gives them in the order of entry.
///
/// # Errors
/// [`WrongSettings`] where the history holds none of what is wanted.
pub fn of<'w>(
    world: &'w World,
    wanted: &Wanted,
    threads: usize,
) -> Result<Vec<Submission<'w>>, WrongSettings> {
    let mut found = Found::new();
    let mut types = BTreeSet::new();
    let pieces = pieces::of_history(world, Format::Ndjson);
    let searched: Result<(), Infallible> = ahead::in_order(
        &pieces,
        threads,
        || (),
        |(), piece| search(world, wanted, *piece),
        |part| {
            types.extend(part.1);
            for (kind, entries) in part.0 {
                let of_kind = found.entry(kind).or_default();
                of_kind.extend(entries);
                shorten(of_kind, wanted.count);
            }
            Ok(())
        },
    );
    let Ok(()) = searched;
    if found.is_empty() {
        return Err(WrongSettings(nothing(world, wanted, &types)));
    }
    let mut samples = taken_in_turn(found, wanted.count);
    samples.sort_by_key(|submission| submission.ordinal);
    Ok(samples)
}

/// What a piece holds of what is wanted, and every transaction type that it has.
fn search<'w>(world: &'w World, wanted: &Wanted, piece: Piece) -> (Found<'w>, BTreeSet<String>) {
    let (mut found, mut types) = (Found::new(), BTreeSet::new());
    for (from, until) in piece.bits(world.settings().scale) {
        for submission in world.submissions(from, until) {
            let entry = &submission.entry;
            if !types.contains(&*entry.transaction_type) {
                types.insert(entry.transaction_type.to_string());
            }
            let is_type = wanted.transaction_type.as_ref().is_none_or(|it| *it == entry.transaction_type);
            let is_date = wanted.posting_date.is_none_or(|it| it == entry.posting_date);
            if is_type && is_date && submission.planted.is_none() {
                let of_kind = found.entry(entry.transaction_type.to_string()).or_default();
                of_kind.insert(submission.ce_id, submission);
                shorten(of_kind, wanted.count);
            }
        }
    }
    (found, types)
}

fn shorten(entries: &mut BTreeMap<Uuid, Submission<'_>>, count: usize) {
    while entries.len() > count {
        entries.pop_last();
    }
}

/// One of each type in turn. Where there are fewer than types, the types are taken at even distances from their list, whose
/// neighbours belong to one family.
fn taken_in_turn(mut found: Found<'_>, count: usize) -> Vec<Submission<'_>> {
    let types: Vec<&str> =
        simulator::transaction_types().into_iter().filter(|it| found.contains_key(*it)).collect();
    let wanted = count.clamp(1, types.len().max(1));
    let spread = (0..wanted).filter_map(|at| types.get(at * types.len() / wanted));
    let mut kinds: Vec<_> =
        spread.filter_map(|kind| found.remove(*kind)).map(BTreeMap::into_values).collect();
    let mut samples = Vec::new();
    while samples.len() < count {
        let before = samples.len();
        let turn = kinds.iter_mut().filter_map(Iterator::next);
        samples.extend(turn.take(count - before));
        if samples.len() == before {
            break;
        }
    }
    samples
}

/// Why nothing was found, and what there is.
fn nothing(world: &World, wanted: &Wanted, types: &BTreeSet<String>) -> String {
    let listed = || types.iter().map(|kind| format!("\n  {kind}")).collect::<String>();
    match (&wanted.transaction_type, wanted.posting_date) {
        (Some(kind), _) if !types.contains(kind) => match nearest(kind, types) {
            Some(near) => format!("no entry is of the type {kind}; is {near} meant?"),
            None => format!("no entry is of the type {kind}; this history has:{}", listed()),
        },
        (kind, Some(date)) => {
            let (start, end) = (world.settings().start_date, world.history_ends_at());
            let kind = kind.as_ref().map(|kind| format!(" of the type {kind}")).unwrap_or_default();
            let place = if midnight(date) >= end || date < start { ", which is outside it" } else { "" };
            format!(
                "no entry{kind} is posted on {date}{place}; the history is from {start} to {}",
                (end - chrono::TimeDelta::days(1)).date_naive()
            )
        }
        _ => "the history holds no entry".to_owned(),
    }
}

/// The type that may have been meant: its name in other letters, or with a few amiss.
fn nearest<'t>(given: &str, types: &'t BTreeSet<String>) -> Option<&'t str> {
    /// Jaro and Winkler's measure of two texts, above which one is taken for the other misspelt.
    const ALIKE: f64 = 0.88;
    let given = given.to_uppercase().replace(['-', ' '], "_");
    let likeness = |kind: &&String| strsim::jaro_winkler(&given, kind);
    let near = types.iter().max_by(|one, other| likeness(one).total_cmp(&likeness(other)))?;
    (likeness(&near) > ALIKE).then_some(near.as_str())
}

/// The samples as JSON, a document a line.
#[must_use]
pub fn ndjson(samples: &[Submission<'_>]) -> Vec<u8> {
    let mut out = Vec::new();
    samples.iter().for_each(|submission| push_document(submission.ce_id, &submission.entry, &mut out));
    out
}

/// The samples as CSV, a row for each line, the names of the columns first.
#[must_use]
pub fn csv(samples: &[Submission<'_>]) -> Vec<u8> {
    let mut rows = Rows::default();
    samples.iter().for_each(|submission| rows.add(submission.ce_id, &submission.entry));
    let mut out = Rows::header();
    out.extend(rows.take());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_in_other_letters_or_misspelt_is_recognised_and_a_strange_one_is_not() {
        let types: BTreeSet<String> = simulator::transaction_types().into_iter().map(str::to_owned).collect();
        assert_eq!(nearest("revenue-final", &types), Some("REVENUE_FINAL"));
        assert_eq!(nearest("DEPRECATION", &types), Some("DEPRECIATION"));
        assert_eq!(nearest("coffee", &types), None);
    }
}
