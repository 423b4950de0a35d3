//! Owners, partners, projects and wells against their control accounts.

use crate::account::Account;
use crate::closing::Closing;
use crate::masters::Masters;
use crate::month::Month;
use crate::names::Names;
use crate::question::{Question, Tally, dollars};
use crate::report::{Group, Test};
use crate::seen::{Seen, signed};
use crate::ties::books::Books;
use chrono::NaiveDate;
use ledger::JournalLine;
use std::collections::BTreeMap;

const OWNERS: Question = Question {
    id: "owner_subledger",
    group: Group::Tie,
    name: "Owners: payable and suspense",
    asks: "Do the balances of the owners sum to 302.000 and 304, and is no owner overdrawn at the end of any day?",
    source: "Subledger = control; exact",
};
const PARTNERS: Question = Question {
    id: "partner_subledger",
    group: Group::Tie,
    name: "Partners: joint interest receivable",
    asks: "Do the balances of partner and JIB deck sum to 123, and is none ever a credit at the end of a day?",
    source: "Subledger = control; a partner never pays more than was billed; exact",
};
const PROJECTS: Question = Question {
    id: "project_subledger",
    group: Group::Tie,
    name: "AFEs: work in progress",
    asks: "Do the balances of the AFEs sum to 241 to 244, is none ever negative, and is each zero at the end of the month in which it closed?",
    source: "Subledger = control; a closed AFE is capitalised or expensed whole; exact",
};
const ASSETS: Question = Question {
    id: "asset_subledger",
    group: Group::Tie,
    name: "Wells: cost and accumulated depletion",
    asks: "Do the wells sum to 231 to 234, and is each well's cost at least what has been depleted of it, and that at least zero?",
    source: "Subledger = control; no asset is depleted beyond its cost; exact",
};
const RETIREMENT: Question = Question {
    id: "retirement_subledger",
    group: Group::Tie,
    name: "Wells: retirement obligations",
    asks: "Do the wells sum to 410, and is none ever a debit?",
    source: "Subledger = control; exact",
};

/// Balances of one subledger by company and two dimensions, with what the lines that name none sum to.
#[derive(Debug, Default)]
struct Subledger {
    balances: BTreeMap<(u32, u32, u32), i128>,
    signs: Tally,
}

impl Subledger {
    fn add(&mut self, key: (u32, u32, u32), cents: i128) {
        *self.balances.entry(key).or_default() += cents;
    }

    fn sum(&self) -> i128 {
        self.balances.values().sum()
    }

    /// Looks at the sign of every balance at the end of a day.
    fn end_day(&mut self, day: NaiveDate, names: &Names, holds: impl Fn(i128) -> bool) {
        for ((company, first, second), cents) in &self.balances {
            self.signs.check(holds(*cents), || {
                (subject(names, *company, *first, *second), format!("{} on {day}", dollars(*cents)))
            });
        }
    }
}

fn subject(names: &Names, company: u32, first: u32, second: u32) -> String {
    format!("{} {} {}", names.name(company), names.name(first), names.name(second))
}

/// Bounded by owners, partners × decks, AFEs and wells.
#[derive(Debug, Default)]
pub(crate) struct Subledgers {
    owners: Subledger,
    partners: Subledger,
    projects: Subledger,
    costs: Subledger,
    depleted: Subledger,
    retirement: Subledger,
    /// What moved on each AFE in each month.
    project_months: BTreeMap<(u32, Month), i128>,
    assets: Tally,
}

/// The dimension, where the line names one that is in the masters.
fn known<'l>(dimension: &'l Option<ledger::Text<'_>>, is_known: impl Fn(&str) -> bool) -> Option<&'l str> {
    dimension.as_deref().filter(|id| is_known(id))
}

impl Subledgers {
    pub(crate) fn observe(&mut self, seen: &Seen<'_>, masters: &Masters, names: &mut Names) {
        for (account, line) in seen.lines() {
            let natural = account.natural();
            let Some((subledger, first, second)) = self.place(account, line, masters) else { continue };
            let first = names.number(first);
            let second = names.number(second);
            subledger.add((seen.company, first, second), signed(line));
            if (241..=244).contains(&natural) {
                *self.project_months.entry((first, seen.posted)).or_default() += signed(line);
            }
        }
    }

    /// The subledger of an account, and what the line names in it.
    fn place<'l>(
        &mut self,
        account: Account,
        line: &'l JournalLine<'_>,
        masters: &Masters,
    ) -> Option<(&mut Subledger, &'l str, &'l str)> {
        let well = || known(&line.well_id, |id| masters.wells.contains_key(id));
        let natural = account.natural();
        match natural {
            302 | 304 if is_controlled(account) => {
                let owner = known(&line.owner_id, |id| masters.owners.contains(id))?;
                let of = if natural == 302 { "payable" } else { "suspense" };
                Some((&mut self.owners, owner, of))
            }
            123 => {
                let partner = known(&line.counterparty_id, |id| masters.counterparties.contains(id))?;
                let deck = known(&line.jib_code, |id| masters.jib_codes.contains(id))?;
                Some((&mut self.partners, partner, deck))
            }
            241..=244 => {
                let afe = known(&line.afe_number, |id| masters.afes.contains_key(id))?;
                Some((&mut self.projects, afe, ""))
            }
            231 | 233 => Some((&mut self.costs, well()?, "")),
            232 | 234 => Some((&mut self.depleted, well()?, "")),
            410 => Some((&mut self.retirement, well()?, "")),
            _ => None,
        }
    }

    /// Looks at every balance: a few thousand, once a day.
    pub(crate) fn end_day(&mut self, day: NaiveDate, names: &Names) {
        self.owners.end_day(day, names, |cents| cents <= 0);
        self.partners.end_day(day, names, |cents| cents >= 0);
        self.projects.end_day(day, names, |cents| cents >= 0);
        self.retirement.end_day(day, names, |cents| cents <= 0);
        self.depleted.end_day(day, names, |cents| cents <= 0);
        for ((company, well, none), cents) in &self.costs.balances {
            let depleted = self.depleted.balances.get(&(*company, *well, *none)).copied().unwrap_or(0);
            self.assets.check(cents + depleted >= 0, || {
                let of = subject(names, *company, *well, *none);
                (of, format!("cost {}, depleted {} on {day}", dollars(*cents), dollars(-depleted)))
            });
        }
    }

    pub(crate) fn judge(
        mut self,
        closing: &Closing,
        masters: &Masters,
        books: &Books,
        names: &Names,
    ) -> Vec<Test> {
        self.close_projects(closing, masters, names);
        let controlled = |question: &Question, mut tally: Tally, sum: i128, accounts: &[u32], what: &str| {
            let control =
                books.control(|account| is_controlled(account) && accounts.contains(&account.natural()));
            // A control account that nobody used agrees with a subledger that nobody kept: that proves nothing.
            if tally.checked > 0 || control != 0 {
                let figure = || format!("{}, subledger {}", dollars(control), dollars(sum));
                tally.check(sum == control, || (format!("control {accounts:?}"), figure()));
            }
            let unseen = format!("no {what} was seen");
            question.exact(closing, tally, "balances at the ends of days do not hold", &unseen)
        };
        let sums = [&self.owners, &self.partners, &self.projects, &self.retirement].map(Subledger::sum);
        let assets = self.costs.sum() + self.depleted.sum();
        let mut asset_signs = self.assets;
        absorb(&mut asset_signs, self.depleted.signs);
        vec![
            controlled(&OWNERS, self.owners.signs, sums[0], &[302, 304], "owner"),
            controlled(&PARTNERS, self.partners.signs, sums[1], &[123], "joint interest billing"),
            controlled(&PROJECTS, self.projects.signs, sums[2], &[241, 242, 243, 244], "AFE"),
            controlled(&ASSETS, asset_signs, assets, &[231, 232, 233, 234], "well with a cost"),
            controlled(&RETIREMENT, self.retirement.signs, sums[3], &[410], "retirement obligation"),
        ]
    }

    /// A closed AFE must be empty at the end of the month in which it closed, once that month has.
    fn close_projects(&mut self, closing: &Closing, masters: &Masters, names: &Names) {
        for (afe, closed) in &masters.afes {
            let Some(month) = closed.map(Month::of) else { continue };
            if closing.last_closed.is_none_or(|last| month > last) {
                continue;
            }
            let of_afe = self.project_months.iter().filter(|((number, _), _)| names.name(*number) == afe);
            let mut moved = of_afe.filter(|((_, posted), _)| *posted <= month).peekable();
            if moved.peek().is_none() {
                continue;
            }
            let balance: i128 = moved.map(|(_, cents)| cents).sum();
            self.projects.signs.check(balance == 0, || {
                (format!("{afe}, closed in {month}"), format!("{} are left", dollars(balance)))
            });
        }
    }
}

/// Whether a subledger stands behind the account. 302 with a sub is what is accrued to owners as a whole until the final
/// statement knows each: its mirror empties it.
fn is_controlled(account: Account) -> bool {
    account.natural() != 302 || account.sub() == 0
}

fn absorb(tally: &mut Tally, other: Tally) {
    tally.checked += other.checked;
    tally.broken += other.broken;
    tally.rows.extend(other.rows);
}
