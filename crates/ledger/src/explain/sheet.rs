//! An entry's lines as they are explained one after the other.

use super::{Calculation, Explanation, Facts, Method, words};
use crate::chart::code;
use crate::entry::{JournalEntry, JournalLine, Side};
use crate::fixed::Money;

/// The lines of an entry, and what is known of each so far.
pub(super) struct Sheet<'s> {
    pub(super) entry: &'s JournalEntry<'s>,
    pub(super) facts: &'s Facts,
    done: Vec<Option<Calculation>>,
}

impl<'s> Sheet<'s> {
    pub(super) fn new(entry: &'s JournalEntry<'s>, facts: &'s Facts) -> Self {
        Self { entry, facts, done: vec![None; entry.lines.len()] }
    }

    pub(super) fn line(&self, at: usize) -> &'s JournalLine<'s> {
        &self.entry.lines[at]
    }

    /// Places of the lines that pass a test.
    pub(super) fn places(&self, test: impl Fn(&JournalLine<'_>) -> bool) -> Vec<usize> {
        (0..self.entry.lines.len()).filter(|at| test(self.line(*at))).collect()
    }

    /// The first line on an account.
    pub(super) fn on(&self, account: &str) -> Option<usize> {
        self.entry.lines.iter().position(|line| line.account_code == account)
    }

    /// Places of the lines that are not explained yet.
    pub(super) fn open(&self) -> Vec<usize> {
        (0..self.done.len()).filter(|at| self.done[*at].is_none()).collect()
    }

    pub(super) fn put(&mut self, at: usize, calculation: Calculation) {
        self.done[at] = Some(calculation);
    }

    /// Adds a note to a line that is explained.
    pub(super) fn note(&mut self, at: usize, note: String) {
        if let Some(calculation) = &mut self.done[at] {
            calculation.notes.push(note);
        }
    }

    /// Adds to a line that is explained what contradicts it.
    pub(super) fn contradict(&mut self, at: usize, contradiction: String) {
        if let Some(calculation) = &mut self.done[at] {
            calculation.contradictions.push(contradiction);
        }
    }

    /// A line that is the sum of others.
    pub(super) fn put_sum(&mut self, at: usize, of: &[usize]) {
        let cents: i64 = of.iter().map(|place| self.line(*place).amount.units()).sum();
        let calculation =
            Calculation::worked(self.line(at), Method::Sum, format!("sum of {}", words::lines(of)), cents);
        self.put(at, calculation);
    }

    /// A line that has the amount of another.
    pub(super) fn put_same(&mut self, at: usize, as_line: usize) {
        let cents = self.line(as_line).amount.units();
        let text = format!("the other side of {}", words::lines(&[as_line]));
        let calculation = Calculation::worked(self.line(at), Method::Same, text, cents);
        self.put(at, calculation);
    }

    /// A line that is what all the others leave.
    pub(super) fn put_balance(&mut self, at: usize) {
        let line = self.line(at);
        let others = self.places(|other| other.line_number != line.line_number);
        if let [only] = others[..] {
            return self.put_same(at, only);
        }
        if others.iter().all(|place| self.line(*place).side != line.side) {
            return self.put_sum(at, &others);
        }
        let sum = |side: Side| -> i64 {
            let of_side = others.iter().map(|place| self.line(*place)).filter(|other| other.side == side);
            of_side.map(|other| other.amount.units()).sum()
        };
        let (opposite, same) = (sum(line.side.opposite()), sum(line.side));
        let (minuend, subtrahend) =
            if line.side == Side::Credit { ("debits", "other credits") } else { ("credits", "other debits") };
        let text = format!("{minuend} {} less {subtrahend} {}", words::cents(opposite), words::cents(same));
        let calculation = Calculation::worked_on(line, Method::Balance, text, (line.side, opposite - same));
        self.put(at, calculation);
    }

    /// The line that balances the others where several begin outside the entry: what was gained or lost, else cash, else
    /// the last.
    pub(super) fn balancing(&self, open: &[usize]) -> Option<usize> {
        let on = |account: &str| open.iter().copied().find(|at| self.line(*at).account_code == account);
        on(code::RETIREMENT_RESULT)
            .or_else(|| on(code::FOREIGN_EXCHANGE))
            .or_else(|| on(code::CASH))
            .or_else(|| open.last().copied())
    }

    /// All lines are explained: what of them contradicts the books' currency is added.
    pub(super) fn finish(mut self) -> Explanation {
        for at in 0..self.done.len() {
            let contradiction = self.in_functional_currency(at).err();
            if let Some(calculation) = &mut self.done[at] {
                calculation.contradictions.extend(contradiction);
            }
        }
        let calculations = self.done.into_iter().flatten().collect();
        Explanation { entry_id: self.entry.entry_id, mirrors: None, calculations, notes: Vec::new() }
    }

    /// Whether a line's amount in the company's currency is its amount at the entry's rate, or for a sum the sum of them.
    fn in_functional_currency(&self, at: usize) -> Result<(), String> {
        let line = self.line(at);
        let Some(rate) = self.entry.fx_rate else {
            return expect("amount in the company's currency", line.functional_amount, line.amount);
        };
        // What is cleared was booked at the rate of the entry that it clears.
        if line.clears_entry_id.is_some() {
            return Ok(());
        }
        let is_sum = matches!(&self.done[at], Some(done) if matches!(done.method, Method::Sum | Method::Same | Method::Balance));
        let expected = if is_sum {
            let others = self.entry.lines.iter().filter(|other| other.line_number != line.line_number);
            let left: Money = others.map(JournalLine::signed_functional).sum();
            if line.side == Side::Credit { left } else { -left }
        } else {
            // What is worth less than a cent is a cent.
            Money::product(line.amount, rate).map_or(Money::MAX, |amount| amount.max(Money::from_units(1)))
        };
        expect("amount in the company's currency", line.functional_amount, expected)
    }
}

/// Nothing, or what contradicts.
pub(super) fn expect<T: PartialEq + std::fmt::Display>(
    what: &str,
    found: T,
    expected: T,
) -> Result<(), String> {
    if found == expected { Ok(()) } else { Err(format!("{what} is {found}, expected {expected}")) }
}
