//! Entries as accountants print a journal: what they are, then debits, and credits indented, in columns.

use super::manifest::money;
use super::names::Names;
use ledger::explain::{Calculation, Explanation};
use ledger::reference::ReferenceRecord;
use ledger::{Fixed, JournalEntry, JournalLine, Side};
use simulator::World;
use std::fmt::Write;

/// The narrowest page: below it columns would not hold their words.
pub const WIDTH_MIN: usize = 80;
/// The widest: beyond it an amount stands too far from its account to be read along.
pub const WIDTH_MAX: usize = 132;

/// Where an account's name begins.
const NAME_AT: usize = 9;
/// How far a credit is indented.
const CREDIT_INDENT: usize = 4;
/// Lines of an entry that are printed; what the others come to stands in one row, so that the columns still add up.
const LINES_MAX: usize = 40;
/// An amount column holds at least millions.
const AMOUNT_MIN: usize = 14;

/// Prints entries, with the names of what they point at.
#[derive(Clone, Debug)]
pub struct Journal {
    names: Names,
    width: usize,
    has_colours: bool,
}

impl Journal {
    /// A page of so many characters, within [`WIDTH_MIN`] and [`WIDTH_MAX`]; in colours for a terminal.
    #[must_use]
    pub fn new(world: &World, width: usize, has_colours: bool) -> Self {
        Self { names: Names::of(world), width: width.clamp(WIDTH_MIN, WIDTH_MAX), has_colours }
    }

    /// The same with the names of these records.
    #[must_use]
    pub fn with_names(
        records: impl IntoIterator<Item = ReferenceRecord>,
        width: usize,
        has_colours: bool,
    ) -> Self {
        let mut names = Names::default();
        names.extend(records);
        Self { names, width: width.clamp(WIDTH_MIN, WIDTH_MAX), has_colours }
    }

    /// The entry, printed.
    #[must_use]
    pub fn entry(&self, entry: &JournalEntry<'_>) -> String {
        let mut page = String::new();
        let (shown, others) = entry.lines.split_at(entry.lines.len().min(LINES_MAX));
        let amount = self.begin(entry, &mut page);
        for line in shown {
            self.line(line, amount, &mut page);
            self.wrapped(&self.about(line, true), about_at(line), "2", &mut page);
        }
        if !others.is_empty() {
            self.row((&format!("… {} more lines", others.len()), 0), &sums(others), amount, &mut page);
        }
        self.end(entry, amount, &mut page);
        page
    }

    /// The entry, printed whole, and beneath each amount how it came about.
    #[must_use]
    pub fn explained(&self, entry: &JournalEntry<'_>, explanation: &Explanation) -> String {
        let mut page = String::new();
        let amount = self.begin(entry, &mut page);
        for (line, calculation) in entry.lines.iter().zip(&explanation.calculations) {
            self.line(line, amount, &mut page);
            self.wrapped(&self.about(line, false), about_at(line), "2", &mut page);
            self.calculation(line, calculation, &mut page);
        }
        self.end(entry, amount, &mut page);
        page
    }

    /// The header and the heads of the columns; gives the width of an amount.
    fn begin(&self, entry: &JournalEntry<'_>, page: &mut String) -> usize {
        self.header(entry, page);
        let amount = sums(&entry.lines).iter().map(String::len).max().unwrap_or(0).max(AMOUNT_MIN);
        self.rule(page);
        let heads = [format!("{:>amount$}", "Debit"), format!("{:>amount$}", "Credit")];
        self.row(("Account", 0), &heads, amount, page);
        amount
    }

    /// The totals.
    fn end(&self, entry: &JournalEntry<'_>, amount: usize, page: &mut String) {
        let ruled = "─".repeat(amount);
        self.row(("", 0), &[ruled.clone(), ruled], amount, page);
        self.row((&format!("Total {}", entry.currency), 0), &sums(&entry.lines), amount, page);
        page.push('\n');
    }

    /// How the amount of a line came about: `=` for what is worked out anew, `·` for what begins outside the entry, `✗` for
    /// what does not agree.
    fn calculation(&self, line: &JournalLine<'_>, calculation: &Calculation, page: &mut String) {
        let (mark, colour) = match (calculation.agrees(), calculation.recomputed) {
            (false, _) => ("✗", "31"),
            (true, Some(_)) => ("=", "32"),
            (true, None) => ("·", "33"),
        };
        let at = about_at(line);
        self.wrapped(&[format!("{mark} {}", calculation.text)], at, colour, page);
        for note in &calculation.notes {
            self.wrapped(std::slice::from_ref(note), at + 2, "2", page);
        }
        if let Some(recomputed) = calculation.recomputed.filter(|recomputed| *recomputed != line.amount) {
            let stands = grouped(&line.amount.to_string());
            let told = format!("stands as {stands}, comes out at {}", grouped(&recomputed.to_string()));
            self.wrapped(&[told], at + 2, colour, page);
        }
        for contradiction in &calculation.contradictions {
            self.wrapped(std::slice::from_ref(contradiction), at + 2, colour, page);
        }
    }

    /// What stands above the lines.
    fn header(&self, entry: &JournalEntry<'_>, page: &mut String) {
        let number = format!("{}-{:06}", entry.fiscal_year, entry.entry_number);
        let left = format!("{}  entry {number}", self.names.company(&entry.company_code));
        let right = format!("{}  {}  {}", entry.source, entry.document_type, entry.transaction_type);
        let gap = self.width.saturating_sub(length(&left) + length(&right)).max(2);
        self.put("1", &format!("{left}{:gap$}{right}", ""), page);
        self.wrapped(&[entry.description.to_string()], 0, "", page);
        let mut facts = vec![
            format!("posted {}", entry.posting_date),
            format!("document {}", entry.document_date),
            format!("period {}-{:02}", entry.fiscal_year, entry.fiscal_period),
        ];
        let mut fact = |what: &str, value: Option<String>| {
            facts.extend(value.map(|value| format!("{what} {value}")));
        };
        fact("due", entry.due_date.map(|date| date.to_string()));
        fact("production", entry.production_month.map(|month| month.format("%Y-%m").to_string()));
        fact("document number", entry.source_document.as_ref().map(ToString::to_string));
        fact("entered", Some(entry.entered_at.format("%Y-%m-%d %H:%M:%S UTC").to_string()));
        fact("by", Some(entry.created_by.to_string()));
        fact("approved by", entry.approved_by.as_ref().map(ToString::to_string));
        fact("rate", entry.fx_rate.map(|rate| rate.to_string()));
        fact("reverses", entry.reverses_entry_id.map(|id| id.to_string()));
        fact("reversed on", entry.auto_reverse_on.map(|date| date.to_string()));
        fact("adjusts", entry.adjusts_entry_id.map(|id| id.to_string()));
        fact("group", entry.intercompany_group_id.map(|id| id.to_string()));
        fact("id", Some(entry.entry_id.to_string()));
        self.wrapped(&facts, 0, "2", page);
    }

    /// A line: its account and amount.
    fn line(&self, line: &JournalLine<'_>, amount: usize, page: &mut String) {
        let account = ledger::chart::account(&line.account_code);
        let name = account.map_or("not in the chart", |account| account.name);
        let printed = grouped(&line.amount.to_string());
        let (indent, amounts) = match line.side {
            Side::Debit => (0, [printed, String::new()]),
            Side::Credit => (CREDIT_INDENT, [String::new(), printed]),
        };
        let text = format!("{:<NAME_AT$}{name}", line.account_code);
        self.row((&text, indent), &amounts, amount, page);
    }

    /// What a line is about, part by part; the figures that its amount is calculated from only where they are asked for.
    fn about(&self, line: &JournalLine<'_>, has_figures: bool) -> Vec<String> {
        let mut parts = Vec::new();
        let mut part = |value: Option<String>| parts.extend(value);
        let unit = line.unit_of_measure.as_deref().unwrap_or_default();
        let quantity = line.quantity.filter(|_| has_figures);
        part(quantity.map(|quantity| match line.unit_price {
            Some(price) => format!("{} {unit} × {}", grouped(&quantity.to_string()), short(price)),
            None => format!("{} {unit}", grouped(&quantity.to_string())),
        }));
        part(line.product.map(|product| product.to_string()));
        part(line.production_month.map(|month| month.format("%Y-%m").to_string()));
        part(line.heat_factor.filter(|_| has_figures).map(|factor| format!("heat factor {}", short(factor))));
        let is_taxed_by_volume = line.tax_code.is_some() && line.rate.is_none() && quantity.is_some();
        part(match (line.base_amount, line.rate) {
            // What a volume was worth does not make its tax.
            _ if !has_figures || is_taxed_by_volume => None,
            (Some(base), Some(rate)) => Some(format!("{} × {}", grouped(&base.to_string()), short(rate))),
            (None, Some(rate)) => Some(format!("rate {}", short(rate))),
            (Some(base), None) => Some(format!("of {}", grouped(&base.to_string()))),
            (None, None) => None,
        });
        part(line.well_id.as_deref().map(|id| self.names.well(id)));
        part(line.lease_id.as_deref().map(|id| self.names.lease(id)));
        part(line.owner_id.as_deref().map(|id| self.names.owner(id)));
        part(match (line.interest_type, line.decimal_interest) {
            (Some(kind), Some(share)) => Some(format!("{kind} {share}")),
            (None, Some(share)) => Some(share.to_string()),
            (kind, None) => kind.map(|kind| kind.to_string()),
        });
        part(line.counterparty_id.as_deref().map(|id| self.names.counterparty(id)));
        part(line.afe_number.as_deref().map(|number| self.names.afe(number)));
        part(line.jib_code.as_deref().map(|code| format!("JIB {code}")));
        part(line.billed_account_code.as_deref().map(|code| format!("bills {code}")));
        part(line.cost_center.as_deref().map(|code| self.names.cost_center(code)));
        part(line.tax_code.as_deref().map(|code| format!("tax {code}")));
        part(line.suspense_code.as_deref().map(|code| format!("suspense {code}")));
        part(line.partner_company.as_deref().map(|code| format!("with {}", self.names.company(code))));
        part(line.clears_entry_id.filter(|_| has_figures).map(|id| format!("clears {id}")));
        part(line.text.as_deref().map(str::to_owned));
        parts
    }

    /// Text on the left, two amounts on the right; what is too long on the left is cut.
    fn row(&self, (text, indent): (&str, usize), amounts: &[String; 2], amount: usize, page: &mut String) {
        let left = self.width.saturating_sub(2 * (amount + 2));
        let room = left.saturating_sub(indent);
        let mut shown: String = text.chars().take(room).collect();
        if length(text) > room {
            shown.pop();
            shown.push('…');
        }
        let [debit, credit] = amounts;
        let row = format!("{:indent$}{shown:<room$}  {debit:>amount$}  {credit:>amount$}", "");
        page.push_str(row.trim_end());
        page.push('\n');
    }

    /// Parts one behind the other, broken between parts, and within one between words where it is wider than the page.
    fn wrapped(&self, parts: &[String], indent: usize, colour: &str, page: &mut String) {
        let room = self.width.saturating_sub(indent);
        let mut row = String::new();
        for (at, part) in parts.iter().enumerate() {
            let words: Vec<&str> =
                if length(part) > room { part.split(' ').collect() } else { vec![part.as_str()] };
            for (word_at, word) in words.into_iter().enumerate() {
                let joint = if word_at > 0 {
                    " "
                } else if at > 0 {
                    " · "
                } else {
                    ""
                };
                if !row.is_empty() && length(&row) + length(joint) + length(word) > room {
                    self.put(colour, &format!("{:indent$}{row}", ""), page);
                    row.clear();
                }
                if !row.is_empty() {
                    row.push_str(joint);
                }
                row.push_str(word);
            }
        }
        if !row.is_empty() {
            self.put(colour, &format!("{:indent$}{row}", ""), page);
        }
    }

    fn rule(&self, page: &mut String) {
        self.put("2", &"─".repeat(self.width), page);
    }

    fn put(&self, colour: &str, text: &str, page: &mut String) {
        // A String takes every text.
        let _ = match (self.has_colours, colour) {
            (true, colour) if !colour.is_empty() => writeln!(page, "\u{1b}[{colour}m{text}\u{1b}[0m"),
            _ => writeln!(page, "{text}"),
        };
    }
}

/// Where what is said about a line begins.
fn about_at(line: &JournalLine<'_>) -> usize {
    NAME_AT + if line.side == Side::Credit { CREDIT_INDENT } else { 0 }
}

/// Debits and credits of lines, printed.
fn sums(lines: &[JournalLine<'_>]) -> [String; 2] {
    [Side::Debit, Side::Credit].map(|side| {
        let of_side = lines.iter().filter(|line| line.side == side);
        grouped(&money(of_side.map(|line| line.amount.units_wide()).sum()))
    })
}

fn length(text: &str) -> usize {
    text.chars().count()
}

/// A decimal with its thousands set apart.
fn grouped(decimal: &str) -> String {
    let (sign, digits) = decimal.strip_prefix('-').map_or(("", decimal), |rest| ("-", rest));
    let (whole, fraction) =
        digits.split_once('.').map_or((digits, ""), |(whole, _)| (whole, &digits[whole.len()..]));
    let mut groups = String::from(sign);
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            groups.push(',');
        }
        groups.push(digit);
    }
    groups + fraction
}

/// A decimal without the zeros that say nothing, but with two digits after the point.
fn short<const P: u32, const S: u32>(decimal: Fixed<P, S>) -> String {
    let text = grouped(&decimal.to_string());
    let least = text.find('.').map_or(text.len(), |point| (point + 3).min(text.len()));
    let kept = text.trim_end_matches('0').len().max(least);
    text[..kept].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ledger::UnitPrice;

    #[test]
    fn thousands_are_set_apart_and_no_digit_that_counts_is_lost() {
        for (text, printed) in [
            ("0.07", "0.07"),
            ("999.99", "999.99"),
            ("1000.00", "1,000.00"),
            ("-1234567.50", "-1,234,567.50"),
        ] {
            assert_eq!(grouped(text), printed);
        }
        for (text, printed) in
            [("71.230000", "71.23"), ("3.105000", "3.105"), ("-0.5", "-0.50"), ("2000", "2,000.00")]
        {
            assert_eq!(short(text.parse::<UnitPrice>().unwrap()), printed);
        }
    }
}
