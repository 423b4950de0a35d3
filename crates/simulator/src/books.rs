//! Balances by what an account requires: the ledger's own subledgers.

use crate::draft::Draft;
use crate::masters::{Masters, PRODUCTS};
use crate::month::Month;
use chrono::{Datelike, NaiveDate};
use ledger::JournalLine;
use ledger::chart::{ChartAccount, accounts, code, place};
use ledger::reference::{AccountType, Dimension};
use std::collections::BTreeMap;

/// What a balance is of: an account of a company, by up to three masters that it requires, in the order of the chart, with
/// the production month behind them where it is kept by that. An account of results also by fiscal year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Item {
    pub(crate) company: u8,
    /// Place in the chart.
    account: u8,
    /// 0 for what is carried on for ever.
    year: i16,
    /// Places of masters, and the production month; 0 where the account is kept by fewer.
    pub(crate) masters: [u32; 3],
}

impl Item {
    /// The account.
    pub(crate) fn account(self) -> &'static ChartAccount {
        &accounts()[usize::from(self.account)]
    }

    pub(crate) fn new(company: u8, code: &str, masters: [u32; 3]) -> Self {
        let account = place(code).expect("templates post to the chart") as u8;
        Self { company, account, year: 0, masters }
    }

    /// What a line that counts on a day, of a production month, is of.
    pub(crate) fn of_line(
        masters: &Masters,
        company: u8,
        (counts, production): (NaiveDate, Option<NaiveDate>),
        line: &JournalLine<'_>,
    ) -> Self {
        let account = place(&line.account_code).expect("templates post to the chart");
        let chart = &accounts()[account];
        let year = if is_result(chart) { counts.year() as i16 } else { 0 };
        let mut item = Self { company, account: account as u8, year, masters: [0; 3] };
        let mut slots = item.masters.iter_mut();
        for (dimension, slot) in chart.required_dimensions.iter().zip(slots.by_ref()) {
            *slot = place_of(masters, line, *dimension);
        }
        if is_by_production(chart.account_code)
            && let (Some(slot), Some(day)) = (slots.next(), line.production_month.or(production))
        {
            *slot = Month::of(day).number() as u32;
        }
        item
    }
}

/// Whether an account is kept by production month: what tickets accrue until a statement or an invoice settles their month,
/// and what is held for owners until it is claimed or unclaimed for too long.
pub(crate) fn is_by_production(code: &str) -> bool {
    matches!(code, code::ACCRUED_SALES | code::REVENUE_CONTROL | code::RECEIVED_NOT_INVOICED | code::SUSPENSE)
}

/// Whether a year's balance of an account goes to retained earnings at its end.
fn is_result(account: &ChartAccount) -> bool {
    matches!(account.account_type, AccountType::Revenue | AccountType::Expense)
        || account.account_code == code::DIVIDENDS
}

/// Signed balances in cents, debits positive.
#[derive(Clone, Debug, Default)]
pub(crate) struct Books(BTreeMap<Item, i64>);

impl Books {
    /// Adds to a balance.
    pub(crate) fn add(&mut self, company: u8, code: &str, masters: [u32; 3], cents: i64) {
        *self.0.entry(Item::new(company, code, masters)).or_default() += cents;
    }

    /// Adds to a balance that counts in a year.
    pub(crate) fn add_counted(&mut self, company: u8, year: i32, code: &str, masters: [u32; 3], cents: i64) {
        let mut item = Item::new(company, code, masters);
        item.year = if is_result(item.account()) { year as i16 } else { 0 };
        *self.0.entry(item).or_default() += cents;
    }

    /// Takes in a line of a draft.
    pub(crate) fn book(&mut self, masters: &Masters, company: u8, draft: &Draft<'_>, line: &JournalLine<'_>) {
        let item = Item::of_line(masters, company, (draft.posting_date, draft.production_month), line);
        *self.0.entry(item).or_default() += line.signed_functional().units();
    }

    /// A balance.
    pub(crate) fn of(&self, company: u8, code: &str, masters: [u32; 3]) -> i64 {
        self.0.get(&Item::new(company, code, masters)).copied().unwrap_or_default()
    }

    /// Balances of an account by its first master and, where `first` is given, of that one alone.
    pub(crate) fn by_master(&self, company: u8, code: &str, first: Option<u32>) -> Vec<([u32; 3], i64)> {
        let from = Item::new(company, code, [first.unwrap_or(0), 0, 0]);
        let until = Item { masters: [first.unwrap_or(u32::MAX), u32::MAX, u32::MAX], ..from };
        self.0
            .range(from..=until)
            .filter(|(_, cents)| **cents != 0)
            .map(|(item, cents)| (item.masters, *cents))
            .collect()
    }

    /// Results of a company's year that are not yet closed.
    pub(crate) fn results(&self, company: u8, year: i32) -> Vec<(Item, i64)> {
        let of = |item: &Item| item.company == company && i32::from(item.year) == year;
        self.0
            .iter()
            .filter(|(item, cents)| of(item) && **cents != 0)
            .map(|(item, cents)| (*item, *cents))
            .collect()
    }

    /// What a company carries on for ever.
    pub(crate) fn carried(&self, company: u8) -> Vec<(Item, i64)> {
        let of = |item: &Item| item.company == company && item.year == 0;
        self.0
            .iter()
            .filter(|(item, cents)| of(item) && **cents != 0)
            .map(|(item, cents)| (*item, *cents))
            .collect()
    }

    /// Forgets what is closed.
    pub(crate) fn tidy(&mut self) {
        self.0.retain(|_, cents| *cents != 0);
    }
}

fn place_of(masters: &Masters, line: &JournalLine<'_>, dimension: Dimension) -> u32 {
    let places = &masters.places;
    let of = |places: &std::collections::HashMap<String, u32>, name: Option<&str>| {
        name.and_then(|name| places.get(name)).copied().expect("templates name masters that exist")
    };
    match dimension {
        Dimension::Well => of(&places.wells, line.well_id.as_deref()),
        Dimension::Lease => of(&places.leases, line.lease_id.as_deref()),
        Dimension::Owner => of(&places.owners, line.owner_id.as_deref()),
        Dimension::Counterparty => of(&places.counterparties, line.counterparty_id.as_deref()),
        Dimension::Afe => of(&places.afes, line.afe_number.as_deref()),
        Dimension::CostCenter => of(&places.cost_centers, line.cost_center.as_deref()),
        Dimension::Jib => of(&places.jibs, line.jib_code.as_deref()),
        Dimension::Tax => of(&places.taxes, line.tax_code.as_deref()),
        Dimension::Product => {
            let product = line.product.expect("templates name the product");
            PRODUCTS.iter().position(|known| *known == product).expect("templates sell these products") as u32
        }
        Dimension::PartnerCompany => {
            let code = line.partner_company.as_deref();
            let at = masters.companies.iter().position(|company| Some(company.company_code.as_str()) == code);
            at.expect("templates name companies of the group") as u32
        }
        Dimension::Quantity => 0,
    }
}

impl Masters {
    /// Names on a line what an item is of.
    pub(crate) fn name_item<'w>(&'w self, item: Item, line: &mut JournalLine<'w>) {
        let mut places = item.masters.into_iter();
        for dimension in item.account().required_dimensions {
            let at = places.next().expect("no account requires more than three masters") as usize;
            let text = match dimension {
                Dimension::Well => {
                    let record = &self.wells[at].record;
                    line.lease_id = Some(record.lease_id.as_str().into());
                    line.well_id = Some(record.well_id.as_str().into());
                    continue;
                }
                Dimension::Product => {
                    line.product = Some(PRODUCTS[at]);
                    continue;
                }
                Dimension::Lease => (&mut line.lease_id, &self.leases[at].record.lease_id),
                Dimension::Jib => (&mut line.jib_code, &self.leases[at].jib_code),
                Dimension::Owner => (&mut line.owner_id, &self.owners[at].record.owner_id),
                Dimension::Counterparty => {
                    (&mut line.counterparty_id, &self.counterparties.all[at].counterparty_id)
                }
                Dimension::Afe => (&mut line.afe_number, &self.projects[at].afe_number),
                Dimension::CostCenter => (&mut line.cost_center, &self.cost_centers[at].cost_center),
                Dimension::Tax => (&mut line.tax_code, &self.taxes[at].tax_code),
                Dimension::PartnerCompany => (&mut line.partner_company, &self.companies[at].company_code),
                Dimension::Quantity => continue,
            };
            *text.0 = Some(text.1.as_str().into());
        }
        if item.account().account_code == code::SUSPENSE {
            let owner = &self.owners[item.masters[0] as usize].record;
            line.suspense_code = owner.suspense_code.as_deref().map(Into::into);
        }
        if is_by_production(item.account().account_code) {
            let month = places.next().filter(|month| *month > 0);
            line.production_month = month.map(|month| Month(month as i32).first());
        }
    }
}
