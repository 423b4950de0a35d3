//! The explanation of an amount: how each line of an entry came about, worked out anew from the entry and the reference
//! records alone.
//!
//! Nothing is searched for until it fits: what a line is decides how it is calculated, and then it comes out at its amount
//! or does not. What begins outside the books, such as a vendor's invoice, is said to be stated there.

mod calculation;
mod facts;
mod joint;
mod measured;
mod named;
mod revenue;
mod sheet;
mod sources;
#[cfg(test)]
mod tests;
mod words;

pub use calculation::{Calculation, Method};
pub use facts::Facts;
pub use named::{Named, named};

use crate::chart::code;
use crate::entry::{DocumentType, JournalEntry};
use sheet::Sheet;
use uuid::Uuid;

/// What the amounts of an entry come from: a calculation of each line, in their order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// The entry.
    pub entry_id: Uuid,
    /// The entry that it mirrors, where it does: its lines are explained as that entry's.
    pub mirrors: Option<Uuid>,
    /// A calculation for each line.
    pub calculations: Vec<Calculation>,
    /// What is told of the entries that its header names.
    pub notes: Vec<String>,
}

impl Explanation {
    /// Whether every line agrees with its calculation.
    #[must_use]
    pub fn agrees(&self) -> bool {
        self.calculations.iter().all(Calculation::agrees)
    }

    /// The lines that do not.
    pub fn disagreements(&self) -> impl Iterator<Item = &Calculation> {
        self.calculations.iter().filter(|calculation| !calculation.agrees())
    }
}

/// Explains every amount of an entry.
///
/// A reversal is explained as what it mirrors: its sides are turned round and its quantities negated first.
#[must_use]
pub fn explain(entry: &JournalEntry<'_>, references: &Facts) -> Explanation {
    if entry.document_type != DocumentType::Reversal {
        return explained(entry, references);
    }
    let mut explanation = explained(&unmirrored(entry), references);
    explanation.mirrors = entry.reverses_entry_id;
    explanation
}

/// The entry that a reversal mirrors, but for its header.
fn unmirrored<'a>(entry: &JournalEntry<'a>) -> JournalEntry<'a> {
    let mut entry = entry.clone();
    for line in &mut entry.lines {
        line.side = line.side.opposite();
        line.quantity = line.quantity.map(|quantity| -quantity);
    }
    entry
}

fn explained(entry: &JournalEntry<'_>, references: &Facts) -> Explanation {
    let mut sheet = Sheet::new(entry, references);
    match kind(entry) {
        "REVENUE_ACCRUAL" | "REVENUE_FINAL" | "PRIOR_PERIOD_ADJUSTMENT" => revenue::operated(&mut sheet),
        "NON_OPERATED_ACCRUAL" | "NON_OPERATED_REVENUE" => revenue::of_others(&mut sheet),
        "JIB_CUT_BACK" => joint::cut_back(&mut sheet),
        "COPAS_OVERHEAD" | "DRILLING_OVERHEAD" => joint::overhead(&mut sheet),
        "CAPITAL_ACCRUAL" => joint::accrued(&mut sheet),
        "CLOSE_TO_PROVED" => closed_to_proved(&mut sheet),
        "VENDOR_PAYMENT" if entry.fx_rate.is_some() => paid_abroad(&mut sheet),
        _ => {}
    }
    measured::explain(&mut sheet);
    pairs(&mut sheet);
    the_rest(&mut sheet);
    sheet.finish()
}

/// The transaction type without what says that it is a reversal.
fn kind<'e>(entry: &'e JournalEntry<'_>) -> &'e str {
    entry.transaction_type.strip_suffix("_REVERSAL").unwrap_or(&entry.transaction_type)
}

/// What a line says whose tax the buyer pays to the state itself.
const USE_TAX: &str = "Use tax";

/// Accounts that take over an amount from another account of the same entry.
const PAIRS: [(&str, &str); 6] = [
    (code::INTANGIBLE_AMORTISATION, code::INTANGIBLE_DEPLETION),
    (code::TANGIBLE_DEPRECIATION, code::TANGIBLE_DEPLETION),
    (code::LEASEHOLD_AMORTISATION, code::LEASEHOLD_DEPLETION),
    (code::EQUIPMENT_DEPRECIATION, code::DEPRECIATION),
    (code::RETIREMENT_OBLIGATION, code::ACCRETION),
    (code::ACCRUED_SALES, code::REVENUE_CONTROL),
];

fn pairs(sheet: &mut Sheet<'_>) {
    let use_tax = sheet.entry.lines.iter().position(|line| line.text.as_deref() == Some(USE_TAX));
    if let (Some(from), Some(at)) = (use_tax, sheet.on(code::USE_TAX_PAYABLE)) {
        sheet.put_same(at, from);
    }
    for at in sheet.open() {
        let account = &sheet.line(at).account_code;
        // What opening balances carry of it is cleared on a line of its own: neither is the whole.
        let is_whole = sheet.places(|line| line.account_code == *account).len() == 1;
        let pair = PAIRS.iter().find(|(taking, _)| is_whole && taking == account);
        let from = pair.and_then(|(_, giving)| sheet.on(giving));
        if let Some(from) = from.filter(|from| !sheet.open().contains(from)) {
            sheet.put_same(at, from);
        }
    }
}

/// Intangible wells take over work in progress on intangibles, tangible wells that on equipment.
fn closed_to_proved(sheet: &mut Sheet<'_>) {
    for (account, is_tangible) in [(code::INTANGIBLE, false), (code::TANGIBLE, true)] {
        let progress = sheet.places(|line| {
            line.account_code.starts_with("24") && line.account_code.starts_with("243.") == is_tangible
        });
        if let Some(at) = sheet.on(account).filter(|_| !progress.is_empty()) {
            sheet.put_sum(at, &progress);
        }
    }
}

/// An invoice in another currency is paid in it. What is cleared was booked at the invoice's rate, what is paid is at the
/// entry's; foreign exchange gives the one and takes the other, and what is between is realised.
fn paid_abroad(sheet: &mut Sheet<'_>) {
    let Some((cleared, rate)) = sheet.on(code::VOUCHERS_PAYABLE).zip(sheet.entry.fx_rate) else { return };
    let of = sheet.line(cleared);
    let at_rate = |line| {
        let text = format!("the other side of {}, at {}", words::lines(&[cleared]), words::number(rate));
        Calculation::worked(line, Method::Rate, text, of.amount.units())
    };
    for at in sheet.places(|line| line.account_code == code::FOREIGN_EXCHANGE) {
        let line = sheet.line(at);
        if line.side == of.side {
            let gained = of.functional_amount.units() - line.functional_amount.units();
            let note =
                format!("realised: {} in the company's currency, above zero a gain", words::cents(gained));
            sheet.put(at, at_rate(line).noting([note]));
        } else {
            sheet.put_same(at, cleared);
        }
    }
    sheet.put(cleared, sources::of(sheet.entry, of));
    if let Some(at) = sheet.on(code::CASH) {
        sheet.put(at, at_rate(sheet.line(at)));
    }
}

/// Of what is left one line balances the others; where there are more, they begin outside the entry.
fn the_rest(sheet: &mut Sheet<'_>) {
    let open = sheet.open();
    let balancing = sheet.balancing(&open);
    let is_balanced_already = kind(sheet.entry) == "CLOSE_TO_PROVED";
    for at in open {
        if Some(at) == balancing && !is_balanced_already {
            sheet.put_balance(at);
        } else {
            let calculation = sources::of(sheet.entry, sheet.line(at));
            sheet.put(at, calculation);
        }
    }
}
