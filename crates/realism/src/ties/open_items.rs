//! Open items: what is paid must have been owed.

use crate::account::Account;
use crate::closing::Closing;
use crate::masters::Masters;
use crate::names::Names;
use crate::question::{Question, Tally, dollars, grouped};
use crate::report::{Group, Row, Test};
use crate::seen::{Seen, signed};
use crate::ties::entries::named;
use chrono::{DateTime, NaiveDate, Utc};
use ledger::DocumentType;
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};

const PAYMENTS: Question = Question {
    id: "payments",
    group: Group::Tie,
    name: "Nothing is paid that was not owed",
    asks: "Does each clears_entry_id point at an entry whose item on that account is still open for the amount, and is no vendor's payable (301.000) ever overpaid at the end of a day?",
    source: "Open-item accounting; exact",
};

/// Open items, by entry and account. An item leaves when it is cleared. What nobody clears by its number (owners are
/// paid by balance) stays: a few entries a well and month. Field tickets have no items. A year at scale 1 holds some
/// 75 000 at once, 48 bytes each.
#[derive(Debug, Default)]
pub(crate) struct OpenItems {
    items: HashMap<(u128, Account), i128>,
    vendors: BTreeMap<(u32, u32), i128>,
    tally: Tally,
    /// Clearings of entries from before the range, which opening balances carry in.
    carried: u64,
    cleared: u64,
}

impl OpenItems {
    pub(crate) fn observe(
        &mut self,
        seen: &Seen<'_>,
        carried_before: DateTime<Utc>,
        masters: &Masters,
        names: &mut Names,
    ) {
        let entry = seen.entry;
        let own = match entry.document_type {
            // An accrual is settled by its mirror.
            DocumentType::Accrual => None,
            DocumentType::Reversal => entry.reverses_entry_id,
            _ => Some(entry.entry_id),
        };
        for (account, line) in seen.lines().filter(|(account, _)| is_open_item(*account)) {
            let cents = signed(line);
            if account == Account::of("301.000") {
                let vendor =
                    line.counterparty_id.as_deref().filter(|id| masters.counterparties.contains(*id));
                let key = (seen.company, names.number(vendor.unwrap_or_default()));
                *self.vendors.entry(key).or_default() += cents;
            }
            if seen.is_ticket() {
                continue;
            }
            match (line.clears_entry_id, own) {
                (Some(cleared), _) if was_entered_before(cleared.as_u128(), carried_before) => {
                    self.carried += 1;
                }
                // What a voided payment had cleared is open again.
                (Some(cleared), _) if entry.document_type == DocumentType::Reversal => {
                    self.add((cleared.as_u128(), account), cents);
                }
                (Some(cleared), _) => {
                    self.cleared += 1;
                    let outcome = self.clear((cleared.as_u128(), account), cents);
                    let figure = || outcome.err().unwrap_or_default();
                    self.tally.check(outcome.is_ok(), || {
                        named(entry, format!("line {} on {account}: {}", line.line_number, figure()))
                    });
                }
                (None, Some(own)) => self.add((own.as_u128(), account), cents),
                (None, None) => {}
            }
        }
    }

    fn add(&mut self, key: (u128, Account), cents: i128) {
        *self.items.entry(key).or_default() += cents;
    }

    /// Takes `cents` from an item; it must be open on the other side, for as much.
    fn clear(&mut self, key: (u128, Account), cents: i128) -> Result<(), &'static str> {
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
        for ((company, vendor), cents) in &self.vendors {
            self.tally.check(*cents <= 0, || {
                let of = format!("{} vendor {}", names.name(*company), names.name(*vendor));
                (of, format!("overpaid by {} on {day}", dollars(*cents)))
            });
        }
    }

    pub(crate) fn judge(self, closing: &Closing) -> Test {
        let rows = vec![
            Row::new("items cleared", grouped(self.cleared)),
            Row::new("clearings of entries before the range", grouped(self.carried)),
            Row::new("items open at the end", grouped(self.items.len() as u64)),
        ];
        PAYMENTS
            .exact(closing, self.tally, "clearings and balances do not hold", "nothing was paid")
            .with_rows(rows)
    }
}

/// Receivables and payables, affiliates included.
fn is_open_item(account: Account) -> bool {
    matches!(account.natural(), 120..=126 | 301..=342)
}

/// Entry ids are UUIDs of version 7's shape: their first 48 bits are milliseconds since 1970.
pub(crate) fn was_entered_before(entry_id: u128, carried_before: DateTime<Utc>) -> bool {
    ((entry_id >> 80) as i64) < carried_before.timestamp_millis()
}
