//! Open items: what is paid must have been owed.

use crate::account::Account;
use crate::closing::Closing;
use crate::masters::Masters;
use crate::names::Names;
use crate::question::{Question, Tally, dollars, grouped};
use crate::report::{Group, Row, Test};
use crate::seen::{Seen, signed};
use crate::ties::entries::named;
use chrono::{Days, NaiveDate, NaiveTime};
use ledger::{DocumentType, JournalLine};
use std::borrow::Cow;
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap};

const PAYMENTS: Question = Question {
    id: "payments",
    group: Group::Tie,
    name: "Nothing is paid that was not owed",
    asks: "Does each clears_entry_id point at an earlier entry whose item on that account, of that counterparty, is still open for the amount, each adjusts_entry_id at an earlier entry of the company, and is no vendor's payable (301.000) ever overpaid, or more of its work (303.000) invoiced than was received, at the end of a day?",
    source: "Open-item accounting; exact",
};

/// Days that an entry can be adjusted: a purchaser corrects what is up to two years old, and settles a month late.
const ADJUSTABLE_DAYS: u64 = 800;

/// An item: the entry that opened it, its account, and with whom or of what it is. An opening entry carries many: each is also
/// told by its text, which names its document.
type Item = (u128, Account, u32);

/// Open items. An item leaves when it is cleared. What nobody clears by its number (owners are paid by balance) stays: a few
/// entries a well and month. Field tickets have no items. A year at scale 1 ends with some 160 000, 64 bytes each.
#[derive(Debug, Default)]
pub(crate) struct OpenItems {
    items: HashMap<Item, i128>,
    vendors: BTreeMap<(u32, Account, u32), i128>,
    tally: Tally,
    cleared: u64,
    adjusted: u64,
    known: Known,
    /// Opening entries: a few dozen.
    openings: BTreeSet<u128>,
}

/// Bounded by the business entries of [`ADJUSTABLE_DAYS`]: some 220 000 a year at scale 1, 24 bytes each.
#[derive(Debug, Default)]
struct Known(BTreeSet<(u128, u32)>);

impl Known {
    /// Entry ids are UUIDs of version 7's shape: they begin with the milliseconds since 1970.
    fn end_month(&mut self, day: NaiveDate) {
        let oldest = (day - Days::new(ADJUSTABLE_DAYS)).and_time(NaiveTime::MIN).and_utc().timestamp_millis();
        self.0 = self.0.split_off(&(u128::from(oldest.unsigned_abs()) << 80, 0));
    }
}

impl OpenItems {
    pub(crate) fn observe(&mut self, seen: &Seen<'_>, masters: &Masters, names: &mut Names) {
        self.observe_adjustment(seen);
        let entry = seen.entry;
        if entry.document_type == DocumentType::Opening {
            self.openings.insert(entry.entry_id.as_u128());
        }
        let own = match entry.document_type {
            // An accrual is settled by its mirror.
            DocumentType::Accrual => None,
            DocumentType::Reversal => entry.reverses_entry_id,
            _ => Some(entry.entry_id),
        };
        for (account, line) in seen.lines().filter(|(account, _)| is_open_item(*account)) {
            let cents = signed(line);
            if account == Account::of("301.000") || account == Account::of("303.000") {
                let vendor =
                    line.counterparty_id.as_deref().filter(|id| masters.counterparties.contains(*id));
                let key = (seen.company, account, names.number(vendor.unwrap_or_default()));
                *self.vendors.entry(key).or_default() += cents;
            }
            if seen.is_ticket() {
                continue;
            }
            let is_carried =
                self.openings.contains(&line.clears_entry_id.unwrap_or(entry.entry_id).as_u128());
            let with = names.number(&with(seen, account, line, is_carried));
            match (line.clears_entry_id, own) {
                // What a voided payment had cleared is open again.
                (Some(cleared), _) if entry.document_type == DocumentType::Reversal => {
                    self.add((cleared.as_u128(), account, with), cents);
                }
                (Some(cleared), _) => {
                    self.cleared += 1;
                    let outcome = self.clear((cleared.as_u128(), account, with), cents);
                    let figure = || outcome.err().unwrap_or_default();
                    self.tally.check(outcome.is_ok(), || {
                        named(entry, format!("line {} on {account}: {}", line.line_number, figure()))
                    });
                }
                (None, Some(own)) => self.add((own.as_u128(), account, with), cents),
                (None, None) => {}
            }
        }
    }

    fn observe_adjustment(&mut self, seen: &Seen<'_>) {
        if seen.is_ticket() {
            return;
        }
        let entry = seen.entry;
        if let Some(adjusted) = entry.adjusts_entry_id {
            self.adjusted += 1;
            let is_known = self.known.0.contains(&(adjusted.as_u128(), seen.company));
            self.tally.check(is_known, || named(entry, format!("adjusts {adjusted}, which is not known")));
        }
        self.known.0.insert((entry.entry_id.as_u128(), seen.company));
    }

    fn add(&mut self, key: Item, cents: i128) {
        *self.items.entry(key).or_default() += cents;
    }

    /// Takes `cents` from an item; it must be open on the other side, for as much.
    fn clear(&mut self, key: Item, cents: i128) -> Result<(), &'static str> {
        let Entry::Occupied(mut item) = self.items.entry(key) else {
            return Err("clears an entry that has nothing open here");
        };
        let left = *item.get() + cents;
        if left == 0 {
            item.remove();
            return Ok(());
        }
        let is_overpaid = left.signum() != item.get().signum();
        item.insert(left);
        if is_overpaid { Err("pays more than was open") } else { Ok(()) }
    }

    pub(crate) fn end_day(&mut self, day: NaiveDate, names: &Names) {
        for ((company, account, vendor), cents) in &self.vendors {
            self.tally.check(*cents <= 0, || {
                let of = format!("{} vendor {}", names.name(*company), names.name(*vendor));
                (of, format!("{account} overpaid by {} on {day}", dollars(*cents)))
            });
        }
    }

    pub(crate) fn end_month(&mut self, day: NaiveDate) {
        self.known.end_month(day);
    }

    pub(crate) fn judge(self, closing: &Closing) -> Test {
        let rows = vec![
            Row::new("items cleared", grouped(self.cleared)),
            Row::new("entries adjusted", grouped(self.adjusted)),
            Row::new("items open at the end", grouped(self.items.len() as u64)),
        ];
        PAYMENTS
            .exact(closing, self.tally, "clearings and balances do not hold", "nothing was paid")
            .with_rows(rows)
    }
}

/// With whom or of what an item is. What tickets accrue is settled by production month.
fn with<'l>(seen: &Seen<'_>, account: Account, line: &'l JournalLine<'_>, is_carried: bool) -> Cow<'l, str> {
    let of = [&line.counterparty_id, &line.partner_company, &line.owner_id, &line.well_id];
    let with = of.into_iter().find_map(|id| id.as_deref()).unwrap_or_default();
    let product = line.product.map_or("", ledger::Product::code);
    match (account.natural(), seen.production(line), line.text.as_deref()) {
        // Owners are paid by balance: one item of an entry is enough.
        (302 | 304, ..) => "".into(),
        (127 | 303, Some(month), _) => format!("{with} {product} {month}").into(),
        (_, _, Some(text)) if is_carried => format!("{with} {text}").into(),
        _ => with.into(),
    }
}

/// Receivables and payables, accruals and affiliates included.
fn is_open_item(account: Account) -> bool {
    matches!(account.natural(), 120..=127 | 301..=342)
}
