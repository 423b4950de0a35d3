//! Dates, periods, lateness.

use crate::random::Draw;
use chrono::{DateTime, Datelike, Days, NaiveDate, TimeDelta, Utc};
use ledger::period::{ADJUSTING_PERIOD, midnight, periods_of_year};
use ledger::{DocumentType, JournalEntry};

/// Days of entering that a validator remembers at the most.
const REMEMBERED_DAYS: i64 = 45;
/// Minutes of thirty days.
const MINUTES: i64 = 43_200;

/// A document of the future, one that fell due before it was written, or one entered before it was written.
pub(super) fn incoherent(entry: &mut JournalEntry<'_>, draw: &mut Draw) -> String {
    let days = Days::new(draw.between(1, 30).unsigned_abs());
    let document = entry.document_date;
    match draw.below(3) {
        0 => {
            entry.document_date = entry.posting_date + days;
            format!("document_date {document} → {}", entry.document_date)
        }
        1 => {
            let before = entry.due_date.replace(document - days);
            let before = before.map_or_else(|| "none".to_owned(), |date| date.to_string());
            format!("due_date {before} → {}", document - days)
        }
        _ => enter_at(entry, midnight(document) - TimeDelta::minutes(draw.between(1, MINUTES))),
    }
}

/// Another period or another year.
pub(super) fn period_mismatch(entry: &mut JournalEntry<'_>, draw: &mut Draw) -> String {
    if entry.document_type == DocumentType::Opening {
        // Exempt; as any other document it is in no period of its day.
        entry.document_type = DocumentType::Standard;
        return format!("document_type OPN → STD, in period {}", entry.fiscal_period);
    }
    let (year, period) = (entry.fiscal_year, entry.fiscal_period);
    match draw.below(4) {
        0 => entry.fiscal_year += if draw.below(2) == 0 { 1 } else { -1 },
        1 => entry.fiscal_period = 0,
        // From the month of the posting date to one of the eleven others.
        _ => {
            let month0 = i64::from(entry.posting_date.month0());
            entry.fiscal_period = ((month0 + draw.between(1, 11)) % 12 + 1) as i32;
        }
    }
    format!("period {year}-{period:02} → {}-{:02}", entry.fiscal_year, entry.fiscal_period)
}

/// Entered before the period opened, after it took only adjustments, or after it closed.
pub(super) fn period_closed(entry: &mut JournalEntry<'_>, draw: &mut Draw) -> Option<String> {
    if entry.document_type == DocumentType::Opening {
        entry.document_type = DocumentType::Standard;
        entry.fiscal_period = entry.posting_date.month() as i32;
    }
    let periods = periods_of_year(&entry.company_code, entry.fiscal_year);
    let period = periods.into_iter().find(|period| period.fiscal_period == entry.fiscal_period)?;
    let may_adjust = matches!(entry.document_type, DocumentType::Adjusting | DocumentType::Closing);
    let is_adjusting = entry.fiscal_period == ADJUSTING_PERIOD;
    Some(match draw.below(3) {
        0 => {
            let entered = period.opens_at - TimeDelta::minutes(draw.between(1, MINUTES));
            entry.document_date = entry.document_date.min(entered.date_naive());
            enter_at(entry, entered)
        }
        1 if !may_adjust && !is_adjusting => {
            let minutes = (period.closes_at - period.soft_closes_at).num_minutes();
            enter_at(entry, period.soft_closes_at + TimeDelta::minutes(draw.between(0, minutes - 1)))
        }
        _ => enter_at(entry, period.closes_at + TimeDelta::minutes(draw.between(0, MINUTES))),
    })
}

/// The whole document moved back beyond what is remembered; none where the ledger has not run so long.
pub(super) fn too_late(
    entry: &mut JournalEntry<'_>,
    draw: &mut Draw,
    start_date: NaiveDate,
) -> Option<String> {
    let entered = entry.entered_at - TimeDelta::days(REMEMBERED_DAYS + draw.between(1, 15));
    let day = entered.date_naive();
    if day < start_date || entry.document_type == DocumentType::Opening {
        return None;
    }
    (entry.posting_date, entry.document_date, entry.due_date) = (day, day, None);
    (entry.fiscal_year, entry.fiscal_period) = (day.year(), day.month() as i32);
    Some(format!("{}, and posted on that day", enter_at(entry, entered)))
}

fn enter_at(entry: &mut JournalEntry<'_>, entered: DateTime<Utc>) -> String {
    let before = std::mem::replace(&mut entry.entered_at, entered);
    format!("entered_at {} → {}", text(before), text(entered))
}

fn text(instant: DateTime<Utc>) -> String {
    instant.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true)
}
