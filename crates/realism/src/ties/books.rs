//! Accounts, periods and statements.

use crate::account::Account;
use crate::closing::Closing;
use crate::masters::Masters;
use crate::month::Month;
use crate::names::Names;
use crate::question::{Question, Tally, dollars};
use crate::report::{Group, Row, Test};
use crate::seen::{Seen, signed};
use crate::thresholds::Thresholds;
use chrono::NaiveDate;
use ledger::reference::AccountType;
use ledger::{DocumentType, Product, Side};
use std::collections::{BTreeMap, BTreeSet, HashMap};

const PERIODS: Question = Question {
    id: "period_balance",
    group: Group::Tie,
    name: "Debits equal credits in every period",
    asks: "Do the debits of each company, fiscal period and currency equal its credits, in the currency of the entries and in the company's?",
    source: "Double entry; exact",
};
const BALANCE_SHEET: Question = Question {
    id: "balance_sheet",
    group: Group::Tie,
    name: "Assets = liabilities + equity + net income",
    asks: "Does each company's balance sheet tie at each month end, by the account types of the chart?",
    source: "The accounting equation; exact",
};
const ROLL_FORWARD: Question = Question {
    id: "roll_forward",
    group: Group::Tie,
    name: "Opening + activity = closing",
    asks: "For each company, account and month: is the balance by posting date what it was a month before, plus the activity of the fiscal period?",
    source: "Roll-forward of a trial balance; exact",
};
const CLEARING: Question = Question {
    id: "clearing_accounts",
    group: Group::Tie,
    name: "Clearing accounts end at zero",
    asks: "Are 350 to 353, 360 and 361 zero at the end of each month that has closed?",
    source: "Upstream charts of accounts: control accounts must be zero after allocation; exact",
};
const ACCRUED: Question = Question {
    id: "accrued_sales",
    group: Group::Tie,
    name: "Accrued sales are settled",
    asks: "Is 127.001 zero for each well, product and production month whose final statement is due?",
    source: "Oil is settled in month + 1, gas and liquids in month + 2; exact",
};
const CASH: Question = Question {
    id: "cash",
    group: Group::Tie,
    name: "No company overdraws its cash",
    asks: "Is each company's cash (100 to 109) above or at zero at the end of each day, by posting date?",
    source: "A bank would refuse; exact",
};

/// Natural accounts that must be zero after allocation.
const CLEARING_ACCOUNTS: [u32; 6] = [350, 351, 352, 353, 360, 361];
const ACCRUED_SALES: u32 = 127;

/// What a sum is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Key {
    company: u32,
    account: Account,
    posted: Month,
    /// The month of the fiscal period; of opening balances that of the posting date.
    fiscal: Month,
    is_late: bool,
}

/// Bounded by companies × accounts × months, by wells × products × production months, and by companies × days.
#[derive(Debug, Default)]
pub(crate) struct Books {
    sums: HashMap<Key, i128>,
    turnover: BTreeMap<(u32, i32, i32, u32), [i128; 4]>,
    accrued: HashMap<(u32, u32, Option<Product>, Option<Month>), i128>,
    cash: BTreeMap<(u32, NaiveDate), i128>,
}

impl Books {
    pub(crate) fn observe(&mut self, seen: &Seen<'_>, names: &mut Names) {
        let entry = seen.entry;
        let is_opening = entry.document_type == DocumentType::Opening;
        let fiscal = Month::of_period(entry.fiscal_year, entry.fiscal_period).filter(|_| !is_opening);
        let mut turnover = [0_i128; 4];
        for (account, line) in seen.lines() {
            let key = Key {
                company: seen.company,
                account,
                posted: seen.posted,
                fiscal: fiscal.unwrap_or(seen.posted),
                is_late: seen.is_late && !is_opening,
            };
            let cents = signed(line);
            *self.sums.entry(key).or_default() += cents;
            let side = usize::from(line.side == Side::Credit);
            turnover[side] += line.amount.units_wide();
            turnover[2 + side] += line.functional_amount.units_wide();
            if account.natural() == ACCRUED_SALES && account.sub() == 1 {
                let well = names.number(line.well_id.as_deref().unwrap_or_default());
                let of = (seen.company, well, line.product, seen.production(line));
                *self.accrued.entry(of).or_default() += cents;
            }
            if (100..=109).contains(&account.natural()) {
                *self.cash.entry((seen.company, entry.posting_date)).or_default() += cents;
            }
        }
        let currency = names.number(&entry.currency);
        let of_period = (seen.company, entry.fiscal_year, entry.fiscal_period, currency);
        let sums = self.turnover.entry(of_period).or_default();
        for (sum, part) in sums.iter_mut().zip(turnover) {
            *sum += part;
        }
    }

    /// The balance of these accounts, in every company.
    pub(crate) fn control(&self, holds: impl Fn(Account) -> bool) -> i128 {
        self.sums.iter().filter(|(key, _)| holds(key.account)).map(|(_, cents)| cents).sum()
    }

    pub(crate) fn judge(
        &self,
        closing: &Closing,
        masters: &Masters,
        names: &Names,
        thresholds: &Thresholds,
    ) -> Vec<Test> {
        vec![
            self.judge_periods(closing, names),
            self.judge_balance_sheet(closing, masters, names),
            self.judge_roll_forward(closing, names),
            self.judge_clearing(closing, names),
            self.judge_accrued(closing, names, thresholds.final_after_months),
            self.judge_cash(closing, names),
        ]
    }

    fn judge_periods(&self, closing: &Closing, names: &Names) -> Test {
        let mut tally = Tally::default();
        for ((company, year, period, currency), [debit, credit, own_debit, own_credit]) in &self.turnover {
            let of = || format!("{} {year}-{period:02} {}", names.name(*company), names.name(*currency));
            let figure =
                || format!("off by {} and {}", dollars(debit - credit), dollars(own_debit - own_credit));
            tally.check(debit == credit && own_debit == own_credit, || (of(), figure()));
        }
        PERIODS.exact(closing, tally, "sums differ", "no entry was seen")
    }

    /// Sums by company and month, after `classify` has chosen a place of four for the account.
    fn by_month(&self, place: impl Fn(Account) -> Option<usize>) -> BTreeMap<(u32, Month), [i128; 4]> {
        let mut months = BTreeMap::<(u32, Month), [i128; 4]>::new();
        for (key, cents) in &self.sums {
            let sums = months.entry((key.company, key.posted)).or_default();
            if let Some(place) = place(key.account) {
                sums[place] += cents;
            }
        }
        months
    }

    fn judge_balance_sheet(&self, closing: &Closing, masters: &Masters, names: &Names) -> Test {
        let place = |account| {
            masters.account_types.get(&account).map(|account_type| match account_type {
                AccountType::Asset => 0,
                AccountType::Liability => 1,
                AccountType::Equity => 2,
                AccountType::Revenue | AccountType::Expense => 3,
            })
        };
        let (mut tally, mut rows) = (Tally::default(), BTreeMap::new());
        let mut running: Option<(u32, [i128; 4])> = None;
        for ((company, month), sums) in self.by_month(place) {
            let mut balance = running.filter(|(of, _)| *of == company).map_or([0; 4], |(_, sums)| sums);
            for (total, part) in balance.iter_mut().zip(sums) {
                *total += part;
            }
            running = Some((company, balance));
            let [assets, liabilities, equity, income] = balance;
            let figure = format!(
                "assets {} = liabilities {} + equity {} + net income {}",
                dollars(assets),
                dollars(-liabilities),
                dollars(-equity),
                dollars(-income)
            );
            tally.check(balance.iter().sum::<i128>() == 0, || {
                (format!("{} {month}", names.name(company)), figure.clone())
            });
            rows.insert(company, Row::new(format!("{} at {month}", names.name(company)), figure));
        }
        let test = BALANCE_SHEET.exact(closing, tally, "month ends do not tie", "no entry was seen");
        test.with_rows(rows.into_values().collect())
    }

    fn judge_roll_forward(&self, closing: &Closing, names: &Names) -> Test {
        let mut activity = BTreeMap::<(u32, Account, Month), [i128; 2]>::new();
        for (key, cents) in &self.sums {
            activity.entry((key.company, key.account, key.fiscal)).or_default()[0] += cents;
            activity.entry((key.company, key.account, key.posted)).or_default()[1] += cents;
        }
        let mut tally = Tally::default();
        for ((company, account, month), [fiscal, posted]) in activity {
            tally.check(fiscal == posted, || {
                let of = format!("{} {account} {month}", names.name(company));
                let figure =
                    format!("activity {}, change of the balance {}", dollars(fiscal), dollars(posted));
                (of, figure)
            });
        }
        ROLL_FORWARD.exact(closing, tally, "roll-forwards differ", "no entry was seen")
    }

    fn judge_clearing(&self, closing: &Closing, names: &Names) -> Test {
        let mut activity = BTreeMap::<(u32, Account), BTreeMap<Month, i128>>::new();
        let of_clearing = |key: &&Key| CLEARING_ACCOUNTS.contains(&key.account.natural()) && !key.is_late;
        for key in self.sums.keys().filter(of_clearing) {
            let months = activity.entry((key.company, key.account)).or_default();
            *months.entry(key.posted).or_default() += self.sums[key];
        }
        let mut tally = Tally::default();
        for ((company, account), months) in &activity {
            for month in closing.closed_months() {
                let balance: i128 = months.range(..=month).map(|(_, cents)| cents).sum();
                let of = || format!("{} {account} at the end of {month}", names.name(*company));
                tally.check(balance == 0, || (of(), dollars(balance)));
            }
        }
        let used: BTreeSet<u32> = activity.keys().map(|(_, account)| account.natural()).collect();
        let rows = CLEARING_ACCOUNTS.iter().map(|natural| {
            Row::new(natural.to_string(), if used.contains(natural) { "used" } else { "never used" })
        });
        let unseen = "no month closed in which a clearing account was used";
        CLEARING.exact(closing, tally, "balances are not zero", unseen).with_rows(rows.collect())
    }

    fn judge_accrued(&self, closing: &Closing, names: &Names, after: i32) -> Test {
        let mut tally = Tally::default();
        // Opening balances name no production month: what was produced before the range counts as one.
        let mut before = BTreeMap::<(u32, u32, Option<Product>), i128>::new();
        let mut within = BTreeMap::new();
        for ((company, well, product, production), cents) in &self.accrued {
            match production.filter(|month| *month >= closing.first_month) {
                None => *before.entry((*company, *well, *product)).or_default() += cents,
                Some(month) => drop(within.insert((*company, *well, *product, month), *cents)),
            }
        }
        let name = |well: u32, product: Option<Product>, of: &str| {
            format!("{} {} {of}", names.name(well), product.map_or("", Product::code))
        };
        for ((_, well, product, month), cents) in within {
            if closing.is_final(month, after) {
                tally.check(cents == 0, || (name(well, product, &month.to_string()), dollars(cents)));
            }
        }
        if closing.is_final(closing.first_month, after - 1) {
            for ((_, well, product), cents) in before {
                tally.check(cents == 0, || (name(well, product, "before the range"), dollars(cents)));
            }
        }
        ACCRUED.exact(closing, tally, "balances are not zero", "no production month became final")
    }

    fn judge_cash(&self, closing: &Closing, names: &Names) -> Test {
        let mut tally = Tally::default();
        let mut lowest = BTreeMap::<u32, (i128, NaiveDate)>::new();
        let mut running = (u32::MAX, 0_i128);
        for ((company, day), cents) in &self.cash {
            running = if running.0 == *company { (*company, running.1 + cents) } else { (*company, *cents) };
            let balance = running.1;
            tally.check(balance >= 0, || (format!("{} on {day}", names.name(*company)), dollars(balance)));
            let low = lowest.entry(*company).or_insert((balance, *day));
            if balance < low.0 {
                *low = (balance, *day);
            }
        }
        let rows = lowest.into_iter().map(|(company, (cents, day))| {
            Row::new(format!("{}, lowest", names.name(company)), format!("{} on {day}", dollars(cents)))
        });
        let rows = rows.collect();
        CASH.exact(closing, tally, "days are overdrawn", "no cash moved").with_rows(rows)
    }
}
