//! Accruals and their mirrors.

use crate::closing::Closing;
use crate::question::{Question, Tally, grouped, percent, share};
use crate::report::{Group, Row, Test};
use crate::seen::Seen;
use crate::thresholds::Thresholds;
use crate::ties::entries::named;
use chrono::{Days, NaiveDate};
use ledger::{JournalEntry, JournalLine, Side};
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

const MIRRORS: Question = Question {
    id: "reversals",
    group: Group::Tie,
    name: "Each accrual ends in its mirror",
    asks: "Does each reversal mirror an entry line for line (account, amount and dimensions the same, the other side), on the day that was announced, and is each accrual that announces a reversal reversed once?",
    source: "Auto-reversing accruals; exact",
};
const SHARE: Question = Question {
    id: "reversal_share",
    group: Group::Shape,
    name: "As many reversals as accruals",
    asks: "Is the share of reversals that of the accruals that announce one and have come due?",
    source: "Reversal share = accrual share (ledger analytics)",
};

/// Days that an entry is remembered, so that a reversal of any recent one can be compared: an accrual is reversed within
/// two months, a mistake within a quarter.
const MEMORY_DAYS: u64 = 130;
/// Days after its date by which a reversal must have been entered: the close of a month takes twelve working days.
const GRACE_DAYS: u64 = 20;

/// What is remembered of an entry.
#[derive(Clone, Copy, Debug)]
struct Remembered {
    mirror: u64,
    entered_on: NaiveDate,
    reverses_on: Option<NaiveDate>,
}

/// Bounded by the business entries of [`MEMORY_DAYS`] (some 100 000 at scale 1, 48 bytes each) and accruals never
/// reversed.
#[derive(Debug, Default)]
pub(crate) struct Reversals {
    recent: HashMap<u128, Remembered>,
    tally: Tally,
    accruals: u64,
    reversals: u64,
    business: u64,
}

impl Reversals {
    pub(crate) fn observe(&mut self, seen: &Seen<'_>) {
        if !seen.is_business() {
            return;
        }
        let entry = seen.entry;
        self.business += 1;
        self.accruals += u64::from(entry.auto_reverse_on.is_some());
        if let Some(target) = entry.reverses_entry_id {
            self.reversals += 1;
            let verdict = self.compare(entry, target.as_u128());
            self.tally.check(verdict.is_ok(), || named(entry, verdict.err().unwrap_or_default().to_owned()));
        }
        let remembered = Remembered {
            mirror: digest(entry, Side::opposite),
            entered_on: seen.entered_on,
            reverses_on: entry.auto_reverse_on,
        };
        self.recent.insert(entry.entry_id.as_u128(), remembered);
    }

    fn compare(&mut self, entry: &JournalEntry<'_>, target: u128) -> Result<(), &'static str> {
        let target = self.recent.remove(&target);
        let target = target.ok_or("reverses an entry that is unknown or was reversed before")?;
        if target.mirror != digest(entry, |side| side) {
            return Err("is not the mirror of what it reverses");
        }
        match target.reverses_on {
            Some(day) if day != entry.posting_date => Err("is not dated as its accrual announced"),
            _ => Ok(()),
        }
    }

    /// Forgets what is too old, once a month; what announced a reversal is kept until it comes.
    pub(crate) fn end_month(&mut self, day: NaiveDate) {
        let oldest = day - Days::new(MEMORY_DAYS);
        self.recent.retain(|_, known| known.entered_on >= oldest || known.reverses_on.is_some());
    }

    pub(crate) fn judge(mut self, closing: &Closing, thresholds: &Thresholds) -> Vec<Test> {
        let due = closing.last_day() - Days::new(GRACE_DAYS);
        let awaited = |known: &Remembered| known.reverses_on;
        let pending = self.recent.values().filter_map(awaited).filter(|day| *day > due).count() as u64;
        let of =
            |known: &Remembered| awaited(known).filter(|day| *day <= due).map(|day| (known.entered_on, day));
        let mut missing: Vec<(NaiveDate, NaiveDate)> = self.recent.values().filter_map(of).collect();
        missing.sort_unstable();
        for (entered_on, day) in missing {
            let figure = format!("was not reversed on {day}");
            self.tally.check(false, || (format!("accrual entered on {entered_on}"), figure));
        }
        vec![self.judge_share(closing, thresholds, pending), self.judge_mirrors(closing, pending)]
    }

    fn judge_mirrors(self, closing: &Closing, pending: u64) -> Test {
        let rows = vec![
            Row::new("accruals that announce a reversal", grouped(self.accruals)),
            Row::new("reversals", grouped(self.reversals)),
            Row::new("accruals whose reversal is still to come", grouped(pending)),
        ];
        MIRRORS.exact(closing, self.tally, "reversals do not hold", "no reversal was seen").with_rows(rows)
    }

    fn judge_share(&self, closing: &Closing, thresholds: &Thresholds, pending: u64) -> Test {
        let threshold = format!("at most {} apart", percent(thresholds.reversals));
        if self.accruals == 0 {
            return SHARE.unseen(closing, threshold, "no accrual announced a reversal");
        }
        let due = self.accruals - pending.min(self.accruals);
        let (accrued, reversed) = (share(due, self.business), share(self.reversals, self.business));
        let figure = format!("{} reversals, {} accruals", percent(reversed), percent(accrued));
        SHARE.judged((accrued - reversed).abs() <= thresholds.reversals, figure, threshold)
    }
}

/// A number for the lines that does not depend on their order, with each side as `turned`.
fn digest(entry: &JournalEntry<'_>, turned: impl Fn(Side) -> Side) -> u64 {
    entry.lines.iter().map(|line| of_line(line, turned(line.side))).fold(0, u64::wrapping_add)
}

fn of_line(line: &JournalLine<'_>, side: Side) -> u64 {
    let mut hasher = DefaultHasher::new();
    (side, &line.account_code, line.amount, line.functional_amount).hash(&mut hasher);
    (&line.well_id, &line.lease_id, &line.product, &line.owner_id, line.interest_type).hash(&mut hasher);
    (&line.counterparty_id, &line.partner_company, &line.jib_code, &line.afe_number).hash(&mut hasher);
    (&line.cost_center, &line.tax_code, line.decimal_interest, line.production_month).hash(&mut hasher);
    // A mirror may take its volume back with a minus or by its side alone.
    line.quantity.map(ledger::Quantity::abs).hash(&mut hasher);
    hasher.finish()
}
