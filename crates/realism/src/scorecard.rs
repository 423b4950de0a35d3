//! The observer: reference records and entries in, a report out.

use crate::account::Account;
use crate::closing::Closing;
use crate::domain::{cost::Costs, lag::Lags, price::Prices, tax::Severance, wells};
use crate::masters::Masters;
use crate::month::Month;
use crate::names::Names;
use crate::report::{Observed, Report};
use crate::seen::Seen;
use crate::shape::{calendar::Calendar, digits::Digits, lines::Lines};
use crate::thresholds::Thresholds;
use crate::ties::{
    books::Books, entries::Entries, intercompany::Intercompany, open_items::OpenItems, reversals::Reversals,
    subledgers::Subledgers,
};
use chrono::{DateTime, NaiveDate, Utc};
use ledger::JournalEntry;
use ledger::reference::ReferenceRecord;

/// Observes a ledger and judges it.
///
/// A reference record comes before the first entry that points at it, and entries come in the order in which they were
/// entered, good ones only. Memory is bounded by dimensions (accounts × months, wells × products × months, owners,
/// partners, days), by open items, and by the entries of the last 130 days; nothing keeps the entries themselves. A year
/// at scale 1 takes some 60 MB.
#[derive(Debug)]
pub struct Scorecard {
    thresholds: Thresholds,
    masters: Masters,
    names: Names,
    range: Option<(DateTime<Utc>, DateTime<Utc>)>,
    observed: Observed,
    /// Scratch: the accounts of the entry that is looked at.
    accounts: Vec<Account>,
    entries: Entries,
    books: Books,
    subledgers: Subledgers,
    open_items: OpenItems,
    reversals: Reversals,
    intercompany: Intercompany,
    digits: Digits,
    lines: Lines,
    calendar: Calendar,
    severance: Severance,
    prices: Prices,
    costs: Costs,
    lags: Lags,
}

impl Scorecard {
    /// Has observed nothing yet.
    #[must_use]
    pub fn new(thresholds: Thresholds) -> Self {
        Self {
            thresholds,
            masters: Masters::default(),
            names: Names::default(),
            range: None,
            observed: Observed::default(),
            accounts: Vec::new(),
            entries: Entries::default(),
            books: Books::default(),
            subledgers: Subledgers::default(),
            open_items: OpenItems::default(),
            reversals: Reversals::default(),
            intercompany: Intercompany::default(),
            digits: Digits::default(),
            lines: Lines::default(),
            calendar: Calendar::default(),
            severance: Severance::default(),
            prices: Prices::default(),
            costs: Costs::default(),
            lags: Lags::default(),
        }
    }

    /// Takes in a reference record.
    pub fn reference(&mut self, record: &ReferenceRecord) {
        self.masters.take(record);
    }

    /// Takes in an entry.
    pub fn observe(&mut self, entry: &JournalEntry<'_>) {
        let entered_on = entry.entered_at.date_naive();
        let (first, last) = self.range.unwrap_or((entry.entered_at, entry.entered_at));
        self.turn_day(last.date_naive(), entered_on);
        self.range = Some((first, last.max(entry.entered_at)));
        self.observed.entries += 1;
        self.observed.lines += entry.lines.len() as u64;
        let mut accounts = std::mem::take(&mut self.accounts);
        accounts.clear();
        accounts.extend(entry.lines.iter().map(|line| Account::of(&line.account_code)));
        let closes_at = self.masters.closes_at(&entry.company_code, entry.fiscal_year, entry.fiscal_period);
        let seen = Seen {
            entry,
            accounts: &accounts,
            company: self.names.number(&entry.company_code),
            entered_on,
            posted: Month::of(entry.posting_date),
            is_late: closes_at.is_some_and(|closes_at| entry.entered_at >= closes_at),
        };
        self.observed.field_tickets += u64::from(seen.is_ticket());
        self.observe_ties(&seen);
        self.observe_rest(&seen);
        self.accounts = accounts;
    }

    fn observe_ties(&mut self, seen: &Seen<'_>) {
        self.entries.observe(seen, &self.masters);
        self.books.observe(seen, &mut self.names);
        self.subledgers.observe(seen, &self.masters, &mut self.names);
        self.open_items.observe(seen, &self.masters, &mut self.names);
        self.reversals.observe(seen);
        self.intercompany.observe(seen, &mut self.names);
    }

    fn observe_rest(&mut self, seen: &Seen<'_>) {
        self.digits.observe(seen);
        self.lines.observe(seen);
        self.calendar.observe(seen);
        self.severance.observe(seen, &self.masters);
        self.prices.observe(seen, &self.masters, &mut self.names);
        self.costs.observe(seen, &self.masters, &mut self.names);
        self.lags.observe(seen, &self.masters);
    }

    /// At the end of a day balances are looked at, at the end of a month old memories are dropped.
    fn turn_day(&mut self, last: NaiveDate, today: NaiveDate) {
        if today <= last {
            return;
        }
        self.subledgers.end_day(last, &self.names);
        self.open_items.end_day(last, &self.names);
        if Month::of(today) > Month::of(last) {
            self.open_items.end_month(last);
            self.reversals.end_month(last);
            self.intercompany.end_month(last);
        }
    }

    /// Judges what was observed.
    #[must_use]
    pub fn finish(mut self) -> Report {
        let (first, last) = self.range.unwrap_or_default();
        if self.range.is_some() {
            self.subledgers.end_day(last.date_naive(), &self.names);
            self.open_items.end_day(last.date_naive(), &self.names);
        }
        let thresholds = &self.thresholds;
        let (masters, names) = (&self.masters, &self.names);
        let closing = Closing::new(masters, first, last, thresholds.long_days);
        let mut tests = self.entries.judge(&closing);
        tests.extend(self.books.judge(&closing, masters, names, thresholds));
        tests.extend(self.subledgers.judge(&closing, masters, &self.books, names));
        tests.push(self.open_items.judge(&closing));
        tests.extend(self.reversals.judge(&closing, thresholds));
        tests.push(self.intercompany.judge(&closing, names));
        tests.extend(self.digits.judge(&closing, thresholds));
        tests.extend(self.lines.judge(&closing, thresholds));
        tests.extend(self.calendar.judge(&closing, thresholds));
        tests.extend(self.severance.judge(&closing));
        tests.extend(self.prices.judge(&closing, masters, names, thresholds));
        tests.extend(self.costs.judge(&closing, masters, names, thresholds));
        tests.push(self.lags.judge(&closing, thresholds));
        tests.extend(wells::judge(masters, &closing, thresholds));
        // The sort is stable: within a group the order stays.
        tests.sort_by_key(|test| test.group as u8);
        let observed = Observed {
            first_entered_at: first.to_rfc3339(),
            last_entered_at: last.to_rfc3339(),
            days: closing.days,
            closed_months: closing.closed_months().map(|month| month.to_string()).collect(),
            ..self.observed
        };
        Report { observed, tests }
    }
}
