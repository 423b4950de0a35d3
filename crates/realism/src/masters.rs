//! What the reference records say.

use crate::account::Account;
use crate::month::Month;
use crate::question::Tally;
use chrono::{DateTime, NaiveDate, Utc};
use ledger::reference::{AccountType, CompanyRole, OwnerDeck, Period, ReferenceRecord, TaxRate, Well};
use ledger::{DecimalInterest, InterestType, Product, UnitPrice};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

/// The records that tests ask, by id. They grow with the masters, with a row a well, product and month for what was
/// produced, and with a row a day and series for prices.
#[derive(Debug, Default)]
pub(crate) struct Masters {
    pub(crate) roles: HashMap<String, CompanyRole>,
    pub(crate) account_types: HashMap<Account, AccountType>,
    closes: HashMap<String, BTreeMap<(i32, i32), DateTime<Utc>>>,
    pub(crate) wells: BTreeMap<String, Well>,
    pub(crate) owners: HashSet<String>,
    pub(crate) counterparties: HashSet<String>,
    pub(crate) jib_codes: HashSet<String>,
    /// Every AFE, with the day on which it was closed.
    pub(crate) afes: BTreeMap<String, Option<NaiveDate>>,
    /// By well: what each product's deck says, by the day from which it holds.
    owner_decks: HashMap<String, BTreeMap<(Product, NaiveDate), u64>>,
    taxes: HashMap<String, BTreeMap<NaiveDate, TaxRate>>,
    /// Newest revision and volume in thousandths.
    production: BTreeMap<(String, Product, Month), (i32, i64)>,
    /// By series and month: newest revision and price of each day.
    prices: HashMap<(String, Month), BTreeMap<NaiveDate, (i32, UnitPrice)>>,
    pub(crate) decks: Tally,
}

impl Masters {
    pub(crate) fn take(&mut self, record: &ReferenceRecord) {
        match record {
            ReferenceRecord::Company(company) => {
                self.roles.insert(company.company_code.clone(), company.role);
            }
            ReferenceRecord::Account(account) => {
                self.account_types.insert(Account::of(&account.account_code), account.account_type);
            }
            ReferenceRecord::Period(period) => self.take_period(period),
            ReferenceRecord::Well(well) => self.take_well(well),
            ReferenceRecord::Owner(owner) => {
                self.owners.insert(owner.owner_id.clone());
            }
            ReferenceRecord::Counterparty(counterparty) => {
                self.counterparties.insert(counterparty.counterparty_id.clone());
            }
            ReferenceRecord::OwnerDeck(deck) => self.take_deck(deck),
            ReferenceRecord::JibDeck(deck) => {
                self.jib_codes.insert(deck.jib_code.clone());
                let shares = deck.shares.iter().map(|share| share.working_interest);
                let of = || format!("JIB {} from {}", deck.jib_code, deck.effective_date);
                check_deck(&mut self.decks, shares, of);
            }
            ReferenceRecord::Afe(afe) => {
                let closed = (afe.status == "CLOSED").then_some(afe.effective_date);
                let known = self.afes.entry(afe.afe_number.clone()).or_default();
                *known = closed.or(*known);
            }
            ReferenceRecord::TaxRate(tax) => {
                let rates = self.taxes.entry(tax.tax_code.clone()).or_default();
                rates.insert(tax.effective_date, tax.clone());
            }
            ReferenceRecord::Production(made) => {
                let key = (made.well_id.clone(), made.product, Month::of(made.production_month));
                keep_newest(self.production.entry(key), (made.revision, made.volume.units()));
            }
            ReferenceRecord::MarketPrice(price) => {
                let key = (price.series.clone(), Month::of(price.price_date));
                let of_month = self.prices.entry(key).or_default();
                keep_newest(of_month.entry(price.price_date), (price.revision, price.price));
            }
            ReferenceRecord::Lease(_) | ReferenceRecord::CostCenter(_) | ReferenceRecord::Reserve(_) => {}
        }
    }

    fn take_period(&mut self, period: &Period) {
        let of_company = self.closes.entry(period.company_code.clone()).or_default();
        of_company.insert((period.fiscal_year, period.fiscal_period), period.closes_at);
    }

    /// The newest record of a well counts.
    fn take_well(&mut self, well: &Well) {
        let is_newer =
            self.wells.get(&well.well_id).is_none_or(|known| known.effective_date <= well.effective_date);
        if is_newer {
            self.wells.insert(well.well_id.clone(), well.clone());
        }
    }

    fn take_deck(&mut self, deck: &OwnerDeck) {
        let shares = deck.interests.iter().map(|share| share.decimal_interest);
        let of = || format!("{} {} from {}", deck.well_id, deck.product, deck.effective_date);
        check_deck(&mut self.decks, shares, of);
        let interests = deck.interests.iter();
        let digest = interests
            .map(|it| of_interest(&it.owner_id, it.interest_type, it.decimal_interest))
            .fold(0, u64::wrapping_add);
        let of_well = self.owner_decks.entry(deck.well_id.clone()).or_default();
        of_well.insert((deck.product, deck.effective_date), digest);
    }

    /// The sum of [`of_interest`] over the deck that pays a well's product of a day.
    pub(crate) fn owner_deck(&self, well_id: &str, product: Product, on: NaiveDate) -> Option<u64> {
        let of_well = self.owner_decks.get(well_id)?;
        of_well.range((product, NaiveDate::MIN)..=(product, on)).next_back().map(|(_, digest)| *digest)
    }

    pub(crate) fn closes_at(
        &self,
        company: &str,
        fiscal_year: i32,
        fiscal_period: i32,
    ) -> Option<DateTime<Utc>> {
        self.closes.get(company)?.get(&(fiscal_year, fiscal_period)).copied()
    }

    /// The last month that every company had closed by then.
    pub(crate) fn last_closed(&self, by: DateTime<Utc>) -> Option<Month> {
        let last = |periods: &BTreeMap<(i32, i32), DateTime<Utc>>| {
            let closed =
                periods.iter().filter(|((_, period), closes)| (1..=12).contains(period) && **closes <= by);
            closed.filter_map(|((year, period), _)| Month::of_period(*year, *period)).max()
        };
        self.closes.values().map(last).min().flatten()
    }

    /// The rate in force for a production day.
    pub(crate) fn tax(&self, tax_code: &str, on: NaiveDate) -> Option<&TaxRate> {
        self.taxes.get(tax_code)?.range(..=on).next_back().map(|(_, tax)| tax)
    }

    /// What a well produced, in thousandths of its unit.
    pub(crate) fn produced(&self, well_id: &str, product: Product, month: Month) -> i64 {
        self.production.get(&(well_id.to_owned(), product, month)).map_or(0, |(_, volume)| *volume)
    }

    /// Gross oil and gas of a well and month in thousandths of a BOE, six MCF each. Liquids are part of the gas stream
    /// and are not counted twice.
    pub(crate) fn boe(&self, well_id: &str, month: Month) -> i64 {
        self.produced(well_id, Product::Oil, month) + self.produced(well_id, Product::Gas, month) / 6
    }

    /// The mean price of a series in a month, in dollars.
    pub(crate) fn price(&self, series: &str, month: Month) -> Option<f64> {
        let days = self.prices.get(&(series.to_owned(), month))?;
        let sum: i128 = days.values().map(|(_, price)| price.units_wide()).sum();
        Some(sum as f64 / days.len() as f64 / UnitPrice::ONE.units() as f64)
    }
}

/// A number for one owner's share; the sum over a deck does not depend on the order of its owners.
pub(crate) fn of_interest(owner_id: &str, interest_type: InterestType, share: DecimalInterest) -> u64 {
    let mut hasher = DefaultHasher::new();
    (owner_id, interest_type, share.units()).hash(&mut hasher);
    hasher.finish()
}

fn check_deck(tally: &mut Tally, shares: impl Iterator<Item = DecimalInterest>, of: impl FnOnce() -> String) {
    let sum: i64 = shares.map(DecimalInterest::units).sum();
    let holds = sum == DecimalInterest::ONE.units();
    tally.check(holds, || (of(), format!("sums to {}", ledger::Fixed::<18, 8>::from_units(sum))));
}

fn keep_newest<K: Ord, T: Copy>(
    entry: std::collections::btree_map::Entry<'_, K, (i32, T)>,
    (revision, value): (i32, T),
) {
    let newest = entry.or_insert((revision, value));
    if newest.0 <= revision {
        *newest = (revision, value);
    }
}
