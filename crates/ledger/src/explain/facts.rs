//! The reference records that explain an amount, by what they are asked for.

use crate::entry::Product;
use crate::forward::{Curve, TRAILING};
use crate::period::months_later;
use crate::reference::{
    Afe, JibDeck, MarketPrice, Owner, OwnerDeck, Production, ReferenceRecord, Reserve, TaxRate,
};
use chrono::{Datelike, NaiveDate};
use std::collections::{BTreeMap, HashMap, HashSet};

/// Records of one thing by the day from which each holds.
type Dated<T> = BTreeMap<NaiveDate, T>;

/// The reference records known so far, also those that no longer hold: an entry is explained by what held on its day.
/// Grows with the masters and with the months of production, never with the entries.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    owner_decks: HashMap<(String, Product), Dated<OwnerDeck>>,
    jib_decks: HashMap<String, Dated<JibDeck>>,
    taxes: HashMap<String, Dated<TaxRate>>,
    owners: HashMap<String, Owner>,
    afes: HashMap<String, Dated<Afe>>,
    wells_of_leases: HashMap<String, Vec<String>>,
    /// By revision.
    production: HashMap<(String, Product, NaiveDate), BTreeMap<i32, Production>>,
    reserves: HashMap<(String, Product), Dated<Reserve>>,
    /// By series and month, and in each by source.
    prices: HashMap<(String, NaiveDate), HashMap<String, MarketPrice>>,
    /// Sources of daily prices: the market's own, published beside the monthly ones that the ledger follows.
    daily: HashSet<String>,
}

impl Facts {
    /// Takes in a record; those that explain nothing are passed over.
    pub fn insert(&mut self, record: ReferenceRecord) {
        match record {
            ReferenceRecord::OwnerDeck(it) => {
                let decks = self.owner_decks.entry((it.well_id.clone(), it.product)).or_default();
                decks.insert(it.effective_date, it);
            }
            ReferenceRecord::JibDeck(it) => {
                self.jib_decks.entry(it.jib_code.clone()).or_default().insert(it.effective_date, it);
            }
            ReferenceRecord::TaxRate(it) => {
                self.taxes.entry(it.tax_code.clone()).or_default().insert(it.effective_date, it);
            }
            ReferenceRecord::Owner(it) => drop(self.owners.insert(it.owner_id.clone(), it)),
            ReferenceRecord::Afe(it) => {
                self.afes.entry(it.afe_number.clone()).or_default().insert(it.effective_date, it);
            }
            ReferenceRecord::Well(it) => {
                let wells = self.wells_of_leases.entry(it.lease_id).or_default();
                if !wells.contains(&it.well_id) {
                    wells.push(it.well_id);
                }
            }
            ReferenceRecord::Production(it) => {
                let key = (it.well_id.clone(), it.product, it.production_month);
                self.production.entry(key).or_default().insert(it.revision, it);
            }
            ReferenceRecord::Reserve(it) => {
                let reserves = self.reserves.entry((it.well_id.clone(), it.product)).or_default();
                reserves.insert(it.effective_date, it);
            }
            ReferenceRecord::MarketPrice(it) => {
                if it.price_date.day() > 1 {
                    self.daily.insert(it.price_source);
                    return;
                }
                let sources = self.prices.entry((it.series.clone(), it.price_date)).or_default();
                let (source, revision) = (it.price_source.clone(), it.revision);
                insert_latest(sources, source, it, revision, |known| known.revision);
            }
            ReferenceRecord::Company(_)
            | ReferenceRecord::Account(_)
            | ReferenceRecord::Period(_)
            | ReferenceRecord::Lease(_)
            | ReferenceRecord::Counterparty(_)
            | ReferenceRecord::CostCenter(_) => {}
        }
    }

    /// Who is paid for a well's product of a day.
    pub(super) fn owner_deck(&self, well_id: &str, product: Product, day: NaiveDate) -> Option<&OwnerDeck> {
        in_force(self.owner_decks.get(&(well_id.to_owned(), product))?, day)
    }

    /// Who bears the cost of a joint account on a day.
    pub(super) fn jib_deck(&self, jib_code: &str, day: NaiveDate) -> Option<&JibDeck> {
        in_force(self.jib_decks.get(jib_code)?, day)
    }

    /// A tax as it is on a production day.
    pub(super) fn tax(&self, tax_code: &str, day: NaiveDate) -> Option<&TaxRate> {
        in_force(self.taxes.get(tax_code)?, day)
    }

    /// An owner as known last.
    pub(super) fn owner(&self, owner_id: &str) -> Option<&Owner> {
        self.owners.get(owner_id)
    }

    /// An authorisation for expenditure on a day.
    pub(super) fn afe(&self, afe_number: &str, day: NaiveDate) -> Option<&Afe> {
        in_force(self.afes.get(afe_number)?, day)
    }

    /// The wells of a lease.
    pub(super) fn wells_of(&self, lease_id: &str) -> &[String] {
        self.wells_of_leases.get(lease_id).map_or(&[], Vec::as_slice)
    }

    /// What a well made of a product in a month, as reported first: what the month is accrued and depleted on.
    pub(super) fn production(
        &self,
        well_id: &str,
        product: Product,
        month: NaiveDate,
    ) -> Option<&Production> {
        self.reports(well_id, product, month).next()
    }

    /// The same as reported first and as put right since.
    pub(super) fn reports(
        &self,
        well_id: &str,
        product: Product,
        month: NaiveDate,
    ) -> impl Iterator<Item = &Production> {
        self.production.get(&(well_id.to_owned(), product, month)).into_iter().flat_map(BTreeMap::values)
    }

    /// The estimate of reserves of a day.
    pub(super) fn reserve(&self, well_id: &str, product: Product, day: NaiveDate) -> Option<&Reserve> {
        self.reserves.get(&(well_id.to_owned(), product))?.get(&day)
    }

    /// The market's price of a month that the ledger follows, as published last.
    pub(super) fn price(&self, series: &str, month: NaiveDate) -> Option<&MarketPrice> {
        let sources = self.prices.get(&(series.to_owned(), month))?;
        let monthly = sources.values().filter(|price| !self.daily.contains(&price.price_source));
        monthly.min_by(|a, b| a.price_source.cmp(&b.price_source))
    }

    /// The forward curve of a series as it stands at the end of a month; a month without a price has the next one's. None
    /// where the month's own is not known.
    pub(super) fn curve(&self, series: &str, month: NaiveDate) -> Option<Curve> {
        let mut means = [self.price(series, month)?.price; TRAILING];
        for (back, at) in (1..).zip(1..TRAILING) {
            let known = self.price(series, months_later(month, -back));
            means[at] = known.map_or(means[at - 1], |known| known.price);
        }
        Some(Curve::new(means))
    }
}

impl Extend<ReferenceRecord> for Facts {
    fn extend<I: IntoIterator<Item = ReferenceRecord>>(&mut self, records: I) {
        for record in records {
            self.insert(record);
        }
    }
}

/// The newest record that holds on a day; none where all begin later.
fn in_force<T>(records: &Dated<T>, day: NaiveDate) -> Option<&T> {
    records.range(..=day).next_back().map(|(_, record)| record)
}

fn insert_latest<K: std::hash::Hash + Eq, T>(
    records: &mut HashMap<K, T>,
    key: K,
    record: T,
    revision: i32,
    revision_of: impl Fn(&T) -> i32,
) {
    if records.get(&key).is_none_or(|known| revision_of(known) <= revision) {
        records.insert(key, record);
    }
}
