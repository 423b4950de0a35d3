//! Opening balances, so that nothing is paid, reversed or cleared that never existed.
//!
//! The two months before the first and what had been entered of the first itself are booked like any others, and what is
//! left open on the balance sheet is carried in by item: vendor, owner, partner, well and product, tax. Wells come with
//! their cost and what has been depleted; cash and equity complete the picture.

use crate::draft::Draft;
use crate::facts::Ground;
use crate::masters::Masters;
use chrono::NaiveDate;
use ledger::chart::{account, code};
use ledger::reference::AccountType;
use ledger::{DocumentType, JournalLine, Product, Source};
use std::collections::BTreeMap;

/// Lines of one opening entry beside its balancing line: below the most that an entry may have.
const LINES: usize = 900;

/// An open item: an account and what it is owed to, by or for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Item {
    account: &'static str,
    well_id: Option<String>,
    lease_id: Option<String>,
    product: Option<Product>,
    owner_id: Option<String>,
    counterparty_id: Option<String>,
    jib_code: Option<String>,
    tax_code: Option<String>,
}

/// Signed balances of open items, debits positive.
#[derive(Debug, Default)]
pub(crate) struct Balances(BTreeMap<Item, i64>);

impl Balances {
    /// Takes in the balance sheet lines of an entry; cash and results are carried by the opening's own lines.
    pub(crate) fn book(&mut self, lines: &[JournalLine<'_>]) {
        for line in lines {
            let known = account(&line.account_code).expect("templates post to the chart");
            let is_open = matches!(known.account_type, AccountType::Asset | AccountType::Liability);
            if !is_open || known.account_code == code::CASH {
                continue;
            }
            let text = |value: &Option<ledger::Text<'_>>| value.as_deref().map(str::to_owned);
            let by_well = known.required_dimensions.contains(&ledger::reference::Dimension::Well);
            let item = Item {
                account: known.account_code,
                well_id: if by_well { text(&line.well_id) } else { None },
                lease_id: if by_well { text(&line.lease_id) } else { None },
                product: if by_well { line.product } else { None },
                owner_id: if known.account_code == code::OWNERS_PAYABLE {
                    text(&line.owner_id)
                } else {
                    None
                },
                counterparty_id: text(&line.counterparty_id),
                jib_code: text(&line.jib_code),
                tax_code: text(&line.tax_code),
            };
            *self.0.entry(item).or_default() += line.signed_functional().units();
        }
    }

    /// The wells' cost and depletion so far, and cash.
    pub(crate) fn capitalise(&mut self, masters: &Masters, start: NaiveDate) {
        for (at, well) in masters.wells.iter().enumerate() {
            let share = well.record.working_interest.units() / 1_000_000;
            let cost = 680_000_000 * share / 100 + at as i64 * 1_000_00;
            let age = (start - well.record.first_production_date).num_days().clamp(0, 3_650);
            let depleted = cost / 3_650 * age * 6 / 10;
            for (account, cents) in [
                (code::INTANGIBLE, cost * 7 / 10),
                (code::TANGIBLE, cost - cost * 7 / 10),
                (code::INTANGIBLE_AMORTISATION, -(depleted * 7 / 10)),
                (code::TANGIBLE_DEPRECIATION, -(depleted - depleted * 7 / 10)),
            ] {
                *self.0.entry(Item::of_well(account, &well.record.well_id)).or_default() += cents;
            }
        }
    }

    /// The open items in parts that fit an entry, zeros left out.
    pub(crate) fn parts(self) -> Vec<Vec<(Item, i64)>> {
        let items: Vec<(Item, i64)> = self.0.into_iter().filter(|(_, cents)| *cents != 0).collect();
        items.chunks(LINES).map(<[_]>::to_vec).collect()
    }
}

impl Item {
    fn of_well(account: &'static str, well_id: &str) -> Self {
        Self {
            account,
            well_id: Some(well_id.to_owned()),
            lease_id: None,
            product: None,
            owner_id: None,
            counterparty_id: None,
            jib_code: None,
            tax_code: None,
        }
    }
}

impl Ground {
    /// A part of the opening balances, balanced by retained earnings.
    pub(crate) fn opening_entry<'w>(
        &'w self,
        items: &'w [(Item, i64)],
        part: u32,
        day: NaiveDate,
    ) -> Draft<'w> {
        let description = format!("Opening balances, part {}", part + 1);
        let mut draft = Draft::new(Source::Manual, "OPENING_BALANCE", "controller", day, description);
        draft.document_type = DocumentType::Opening;
        for (item, cents) in items {
            let text = |value: &'w Option<String>| value.as_deref().map(Into::into);
            draft.debit(item.account, *cents, |line| {
                line.well_id = text(&item.well_id);
                line.lease_id = text(&item.lease_id);
                line.product = item.product;
                line.owner_id = text(&item.owner_id);
                line.counterparty_id = text(&item.counterparty_id);
                line.jib_code = text(&item.jib_code);
                line.tax_code = text(&item.tax_code);
            });
        }
        let sum: i64 = items.iter().map(|(_, cents)| cents).sum();
        draft.credit(code::RETAINED_EARNINGS, sum, |_| {});
        draft
    }

    /// Cash against capital, for a company.
    pub(crate) fn opening_cash_entry(&self, company: u8, day: NaiveDate) -> Draft<'_> {
        let cents = if company == 0 { 120_000_000_00 } else { 25_000_000_00 };
        let description = "Opening cash and capital".to_owned();
        let mut draft = Draft::new(Source::Manual, "OPENING_BALANCE", "controller", day, description);
        draft.document_type = DocumentType::Opening;
        draft.debit(code::CASH, cents, |_| {});
        draft.credit(code::CONTRIBUTED_CAPITAL, cents, |_| {});
        draft
    }
}
