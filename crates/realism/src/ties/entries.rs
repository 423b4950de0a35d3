//! Each entry by itself: balance, positive amounts, numbers, periods, owner splits.

use crate::closing::Closing;
use crate::masters::{Masters, of_interest};
use crate::question::{Question, Tally};
use crate::report::{Group, Test};
use crate::seen::Seen;
use chrono::NaiveDate;
use ledger::{DecimalInterest, DocumentType, Fixed, JournalEntry, Product, Side};
use std::collections::HashMap;

const BALANCE: Question = Question {
    id: "entry_balance",
    group: Group::Tie,
    name: "Every entry balances",
    asks: "Do debits equal credits in the entry's currency and in the company's, and do the header's totals equal the lines?",
    source: "Double entry; exact",
};
const AMOUNTS: Question = Question {
    id: "positive_amounts",
    group: Group::Tie,
    name: "Every amount is above zero",
    asks: "Is there any line of nothing, or of less?",
    source: "Exact. A rival's file had 4.4 % of lines with a zero amount",
};
const NUMBERS: Question = Question {
    id: "entry_numbers",
    group: Group::Tie,
    name: "Entry numbers have no gap",
    asks: "Does each company number its entries of a fiscal year 1, 2, 3 … in the order in which they are entered?",
    source: "Gapless numbering of books; exact",
};
const PERIODS: Question = Question {
    id: "closed_periods",
    group: Group::Tie,
    name: "Nothing enters a closed period",
    asks: "Is every entry entered before its fiscal period closed, opening balances aside?",
    source: "The published close instants of gl.period; exact",
};
const SPLITS: Question = Question {
    id: "owner_splits",
    group: Group::Tie,
    name: "Owner splits are whole",
    asks: "Do the decimal interests of each owner split (an entry's lines of one well, product and production month) sum to 1.00000000?",
    source: "Division orders; exact to eight digits",
};

const DECKS: Question = Question {
    id: "owner_decks",
    group: Group::Tie,
    name: "Each production month pays its own owners",
    asks: "Are the owners, kinds and decimals of each owner split those of the deck that held on the first day of its production month, whenever it is booked?",
    source: "A transfer of interest holds from a production month on, also for later corrections of earlier ones; exact",
};

/// Bounded by companies and fiscal years.
#[derive(Debug, Default)]
pub(crate) struct Entries {
    balance: Tally,
    amounts: Tally,
    numbers: Tally,
    periods: Tally,
    splits: Tally,
    decks: Tally,
    last_numbers: HashMap<(u32, i32), i64>,
}

impl Entries {
    pub(crate) fn observe(&mut self, seen: &Seen<'_>, masters: &Masters) {
        let entry = seen.entry;
        self.balance.check(is_balanced(entry), || named(entry, "does not balance".to_owned()));
        for line in &entry.lines {
            let holds = line.amount.units() > 0 && line.functional_amount.units() > 0;
            let figure = || format!("line {}: {}", line.line_number, line.amount);
            self.amounts.check(holds, || named(entry, figure()));
        }
        let last = self.last_numbers.entry((seen.company, entry.fiscal_year)).or_default();
        let expected = *last + 1;
        *last = entry.entry_number;
        let figure = || format!("number {} instead of {expected}", entry.entry_number);
        self.numbers.check(entry.entry_number == expected, || named(entry, figure()));
        if entry.document_type != DocumentType::Opening {
            let figure = || format!("entered {} for {}", entry.entered_at, entry.posting_date);
            self.periods.check(!seen.is_late, || named(entry, figure()));
        }
        self.observe_splits(seen, masters);
    }

    fn observe_splits(&mut self, seen: &Seen<'_>, masters: &Masters) {
        type Split<'e> = (Option<&'e str>, Option<Product>, Option<NaiveDate>);
        let entry = seen.entry;
        // By split: the sum of its decimals, and of what tells its owners.
        let mut splits: Vec<(Split<'_>, i64, u64)> = Vec::new();
        for line in &entry.lines {
            let (Some(interest_type), Some(share)) = (line.interest_type, line.decimal_interest) else {
                continue;
            };
            let production = line.production_month.or(entry.production_month);
            let split = (line.well_id.as_deref(), line.product, production);
            let owner = of_interest(line.owner_id.as_deref().unwrap_or_default(), interest_type, share);
            match splits.iter_mut().find(|(known, ..)| *known == split) {
                Some((_, sum, owners)) => {
                    *sum += share.units();
                    *owners = owners.wrapping_add(owner);
                }
                None => splits.push((split, share.units(), owner)),
            }
        }
        for ((well, product, production), sum, owners) in splits {
            let deck = match (well, product, production) {
                (Some(well), Some(product), Some(day)) => masters.owner_deck(well, product, day),
                _ => None,
            };
            // Of a well without a deck nothing is claimed here.
            if let Some(deck) = deck {
                self.decks.check(deck == owners, || named(entry, "is not by its deck".to_owned()));
            }
            let figure = || format!("decimals sum to {}", Fixed::<18, 8>::from_units(sum));
            self.splits.check(sum == DecimalInterest::ONE.units(), || named(entry, figure()));
        }
    }

    pub(crate) fn judge(self, closing: &Closing) -> Vec<Test> {
        vec![
            BALANCE.exact(closing, self.balance, "entries do not", "no entry was seen"),
            AMOUNTS.exact(closing, self.amounts, "lines are not", "no line was seen"),
            NUMBERS.exact(closing, self.numbers, "entries are out of turn", "no entry was seen"),
            PERIODS.exact(closing, self.periods, "entries came too late", "no entry was seen"),
            SPLITS.exact(closing, self.splits, "splits are not", "no owner split was seen"),
            DECKS.exact(
                closing,
                self.decks,
                "splits are not",
                "no owner split of a well with a deck was seen",
            ),
        ]
    }
}

/// An entry's name for a row.
pub(crate) fn named(entry: &JournalEntry<'_>, figure: String) -> (String, String) {
    let of =
        format!("{} {}-{} {}", entry.company_code, entry.fiscal_year, entry.entry_number, entry.description);
    (of, figure)
}

fn is_balanced(entry: &JournalEntry<'_>) -> bool {
    let (mut amounts, mut functional) = ([0_i128; 2], [0_i128; 2]);
    for line in &entry.lines {
        let side = usize::from(line.side == Side::Credit);
        amounts[side] += line.amount.units_wide();
        functional[side] += line.functional_amount.units_wide();
    }
    let totals = [entry.total_debit.units_wide(), entry.total_credit.units_wide()];
    amounts[0] == amounts[1] && functional[0] == functional[1] && amounts == totals
}
