//! What the companies of the group owe each other.

use crate::closing::Closing;
use crate::month::Month;
use crate::names::Names;
use crate::question::{Question, Tally, dollars, grouped};
use crate::report::{Group, Row, Test};
use crate::seen::{Seen, signed};
use chrono::{Days, NaiveDate};
use std::collections::{BTreeMap, BTreeSet};

const PAIRS: Question = Question {
    id: "intercompany",
    group: Group::Tie,
    name: "Intercompany groups net to zero",
    asks: "Do the 125 and 310 lines of each intercompany group sum to zero, with at least two companies and a line of each side, and do 125 and 310 agree for each pair of companies, at the end of every closed month too?",
    source: "Consolidation: due from = due to; exact",
};

const DUE_FROM: u32 = 125;
const DUE_TO: u32 = 310;
/// Days within which all entries of a group are entered: what one company books in a month, the other books in its close.
const SETTLED_DAYS: u64 = 45;

#[derive(Debug)]
struct Pair {
    cents: i128,
    companies: BTreeSet<u32>,
    has_due_from: bool,
    has_due_to: bool,
    last_seen: NaiveDate,
}

impl Pair {
    fn holds(&self) -> bool {
        self.cents == 0 && self.companies.len() > 1 && self.has_due_from && self.has_due_to
    }
}

/// Bounded by the groups of [`SETTLED_DAYS`], and by pairs of companies and months.
#[derive(Debug, Default)]
pub(crate) struct Intercompany {
    open: BTreeMap<u128, Pair>,
    /// By the two companies, the smaller number first, and the month of posting.
    balances: BTreeMap<(u32, u32), BTreeMap<Month, i128>>,
    tally: Tally,
}

impl Intercompany {
    pub(crate) fn observe(&mut self, seen: &Seen<'_>, names: &mut Names) {
        let affiliate = |natural: u32| natural == DUE_FROM || natural == DUE_TO;
        for (account, line) in seen.lines().filter(|(account, _)| affiliate(account.natural())) {
            let partner = names.number(line.partner_company.as_deref().unwrap_or_default());
            let pair = (seen.company.min(partner), seen.company.max(partner));
            let months = self.balances.entry(pair).or_default();
            *months.entry(seen.posted).or_default() += signed(line);
            let Some(group) = seen.entry.intercompany_group_id else { continue };
            let pair = self.open.entry(group.as_u128()).or_insert_with(|| Pair {
                cents: 0,
                companies: BTreeSet::new(),
                has_due_from: false,
                has_due_to: false,
                last_seen: seen.entered_on,
            });
            pair.cents += signed(line);
            pair.companies.insert(seen.company);
            pair.has_due_from |= account.natural() == DUE_FROM;
            pair.has_due_to |= account.natural() == DUE_TO;
            pair.last_seen = seen.entered_on;
        }
    }

    /// Judges the groups to which nothing has been added for long.
    pub(crate) fn end_month(&mut self, day: NaiveDate) {
        let settled = day - Days::new(SETTLED_DAYS);
        let tally = &mut self.tally;
        self.open.retain(|group, pair| {
            let is_settled = pair.last_seen < settled;
            if is_settled {
                check(tally, *group, pair);
            }
            !is_settled
        });
    }

    pub(crate) fn judge(mut self, closing: &Closing, names: &Names) -> Test {
        // The other half of what was booked in the last days may lie behind the range.
        let recent = closing.last_day() - Days::new(2);
        let mut is_complete = true;
        for (group, pair) in &self.open {
            if pair.holds() || pair.last_seen < recent {
                check(&mut self.tally, *group, pair);
            } else {
                is_complete = false;
            }
        }
        let groups = self.tally.checked;
        if is_complete && groups > 0 {
            for ((one, other), months) in &self.balances {
                let of = || format!("{} and {}", names.name(*one), names.name(*other));
                let cents: i128 = months.values().sum();
                self.tally.check(cents == 0, || (of(), format!("{} apart", dollars(cents))));
            }
        }
        for ((one, other), months) in &self.balances {
            for month in closing.closed_months() {
                let cents: i128 = months.range(..=month).map(|(_, cents)| cents).sum();
                self.tally.check(cents == 0, || {
                    let of = format!("{} and {} at the end of {month}", names.name(*one), names.name(*other));
                    (of, format!("{} apart", dollars(cents)))
                });
            }
        }
        let rows = vec![Row::new("groups", grouped(groups))];
        PAIRS
            .exact(closing, self.tally, "groups and pairs do not", "no intercompany group was seen")
            .with_rows(rows)
    }
}

fn check(tally: &mut Tally, group: u128, pair: &Pair) {
    tally.check(pair.holds(), || {
        let sides = match (pair.has_due_from, pair.has_due_to) {
            (true, true) => "both sides",
            (true, false) => "no 310",
            _ => "no 125",
        };
        let companies = pair.companies.len();
        (
            format!("group {group:032x}"),
            format!("{} left, {companies} companies, {sides}", dollars(pair.cents)),
        )
    });
}
