//! Open items: what of a document is still open on an account that is cleared document by document.

use crate::books::Item;
use crate::document::Document;
use crate::draft::Draft;
use crate::world::World;
use chrono::NaiveDate;
use ledger::DocumentType;
use ledger::chart::code;
use std::collections::BTreeMap;
use uuid::Uuid;

/// What is open of a document, debits positive.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Open {
    pub(crate) document: Document,
    pub(crate) cents: i64,
}

/// Open items by what they are of and the entry that opened them. Ids begin with the time, so the oldest comes first.
#[derive(Clone, Debug, Default)]
pub(crate) struct OpenItems(BTreeMap<(Item, Uuid), Open>);

/// Accounts whose open items decide what is paid: partners' bills are netted the oldest first and written off bill by bill,
/// advances, from partners and to operators, are used up, the revolver is repaid draw by draw, and a year's property tax, a
/// well's gas imbalance and a month's backup withholding are paid with all that is open of them. Their items are folded with
/// the books.
pub(crate) fn is_settled_in_order(account: &str) -> bool {
    matches!(
        account,
        code::JIB_RECEIVABLE
            | code::ADVANCES
            | code::ADVANCES_TO_OPERATORS
            | code::REVOLVER
            | code::AD_VALOREM_PAYABLE
            | code::IMBALANCE_RECEIVABLE
            | code::IMBALANCE_PAYABLE
            | code::BACKUP_WITHHOLDING
    )
}

/// Accounts whose documents say by themselves what clears them, and when: their items are looked up only where the books
/// begin.
pub(crate) fn is_settled_as_planned(account: &str) -> bool {
    matches!(
        account,
        code::SALES_RECEIVABLE
            | code::MARKETING_RECEIVABLE
            | code::DUE_FROM_AFFILIATES
            | code::VOUCHERS_PAYABLE
            | code::WITHHOLDING_PAYABLE
            | code::ESCHEAT_PAYABLE
            | code::DUE_TO_AFFILIATES
            | code::INTEREST_PAYABLE
    )
}

impl OpenItems {
    /// Takes in what a document that is entered on a day posts to some accounts. A line that names what it clears takes from
    /// that; any other opens an item of its own. Accruals are settled by their mirrors, so neither opens anything.
    pub(crate) fn take(
        &mut self,
        world: &World,
        document: Document,
        entered_on: NaiveDate,
        draft: &Draft<'_>,
        is_kept: impl Fn(&str) -> bool,
    ) {
        if matches!(draft.document_type, DocumentType::Accrual | DocumentType::Reversal) {
            return;
        }
        for line in draft.lines.iter().filter(|line| is_kept(&line.account_code)) {
            let counts = (draft.posting_date, draft.production_month);
            let item = Item::of_line(&world.ground.masters, document.company, counts, line);
            let cents = line.signed_functional().units();
            match line.clears_entry_id {
                Some(cleared) => self.clear((item, cleared), cents),
                None => {
                    let own = (item, world.id_on(document, entered_on));
                    self.0.entry(own).or_insert(Open { document, cents: 0 }).cents += cents;
                }
            }
        }
    }

    /// Takes from an item. One that is not known was opened before anybody looked, and is not open any more.
    fn clear(&mut self, key: (Item, Uuid), cents: i64) {
        let Some(open) = self.0.get_mut(&key) else { return };
        open.cents += cents;
        if open.cents == 0 {
            self.0.remove(&key);
        }
    }

    /// Open items of an account whose first master is this one.
    pub(crate) fn by_master(
        &self,
        company: u8,
        code: &str,
        first: u32,
    ) -> impl Iterator<Item = (Item, Uuid, Open)> + '_ {
        let from = Item::new(company, code, [first, 0, 0]);
        let until = Item::new(company, code, [first, u32::MAX, u32::MAX]);
        self.range(from, until)
    }

    /// Open items of this.
    pub(crate) fn of(&self, item: Item) -> impl Iterator<Item = (Item, Uuid, Open)> + '_ {
        self.range(item, item)
    }

    fn range(&self, from: Item, until: Item) -> impl Iterator<Item = (Item, Uuid, Open)> + '_ {
        let range = self.0.range((from, Uuid::nil())..=(until, Uuid::max()));
        range.map(|((item, opened_by), open)| (*item, *opened_by, *open))
    }
}
