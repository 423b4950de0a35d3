//! Dates and periods.

use super::{Reference, Verdict};
use crate::entry::{DocumentType, JournalEntry};
use crate::period::ADJUSTING_PERIOD;
use crate::reason::{ReasonCode, Rejection};
use chrono::Datelike;

pub(super) fn cohere(entry: &JournalEntry<'_>) -> Verdict {
    let detail = if entry.document_date > entry.posting_date {
        format!("document_date {} is after posting_date {}", entry.document_date, entry.posting_date)
    } else if let Some(due) = entry.due_date.filter(|due| *due < entry.document_date) {
        format!("due_date {due} is before document_date {}", entry.document_date)
    } else if entry.entered_at.date_naive() < entry.document_date {
        format!("entered_at {} is before document_date {}", entry.entered_at, entry.document_date)
    } else {
        return Ok(());
    };
    Err(Rejection::new(ReasonCode::DatesIncoherent, detail))
}

/// `period_mismatch`, then `period_closed`. Opening entries are exempt from both.
pub(super) fn period_fits_and_is_open(entry: &JournalEntry<'_>, reference: &Reference) -> Verdict {
    if entry.document_type == DocumentType::Opening {
        return Ok(());
    }
    let mismatch = |detail: String| Err(Rejection::new(ReasonCode::PeriodMismatch, detail));
    let (year, number) = (entry.fiscal_year, entry.fiscal_period);
    let month = entry.posting_date.month() as i32;
    let fits = year == entry.posting_date.year()
        && (number == month || number == ADJUSTING_PERIOD && month == 12 && entry.posting_date.day() == 31);
    if !fits {
        return mismatch(format!("period {year}-{number:02} for posting_date {}", entry.posting_date));
    }
    let Some(period) = reference.period(&entry.company_code, year, number) else {
        return mismatch(format!("company {} has no period {year}-{number:02}", entry.company_code));
    };
    let closed = |detail: String| Err(Rejection::new(ReasonCode::PeriodClosed, detail));
    let entered = entry.entered_at;
    if entered < period.opens_at {
        return closed(format!("entered {entered}, period {year}-{number:02} opens {}", period.opens_at));
    }
    if entered >= period.closes_at {
        return closed(format!("entered {entered}, period {year}-{number:02} closed {}", period.closes_at));
    }
    let may_adjust = matches!(entry.document_type, DocumentType::Adjusting | DocumentType::Closing);
    if entered >= period.soft_closes_at && !may_adjust {
        return closed(format!(
            "entered {entered}, since {} period {year}-{number:02} takes only ADJ and CLS",
            period.soft_closes_at
        ));
    }
    Ok(())
}
