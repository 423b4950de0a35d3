//! Leases, who owns their revenue, and who bears their cost.

use super::wells::WellMaster;
use super::{Masters, NON_OPERATOR, OPERATOR, PRODUCTS};
use crate::geography::{BASINS, COUNTIES, County};
use crate::month::Month;
use crate::random::{Draw, Stream};
use chrono::NaiveDate;
use ledger::reference::{JibDeck, JibShare, Lease, OwnerDeck, OwnerInterest, ReferenceRecord};
use ledger::split::largest_remainder;
use ledger::{DecimalInterest, InterestType};

/// One whole, in units of a decimal interest.
const WHOLE: i64 = DecimalInterest::ONE.units();

/// Who is paid for what a lease's wells make from a month on, until the next deck.
#[derive(Clone, Debug)]
pub(crate) struct Deck {
    /// The first production month.
    pub(crate) since: Month,
    /// Everybody's share of revenue, the company's own first; they sum to 1.
    pub(crate) interests: Vec<OwnerInterest>,
    /// The same owners by place.
    pub(crate) owners: Vec<u32>,
    /// The same shares as weights, and the weights of those who bear severance tax.
    pub(crate) weights: Vec<i64>,
    pub(crate) taxed_weights: Vec<i64>,
}

impl Deck {
    /// Owner by place, kind and size of each share.
    pub(super) fn shares(&self) -> Vec<(u32, InterestType, i64)> {
        let of = |(owner, share): (&u32, &OwnerInterest)| {
            (*owner, share.interest_type, share.decimal_interest.units())
        };
        self.owners.iter().zip(&self.interests).map(of).collect()
    }
}

/// A lease with its owners and partners.
#[derive(Debug)]
pub(crate) struct LeaseMaster {
    pub(crate) record: Lease,
    pub(crate) company: u8,
    pub(crate) jib_code: String,
    pub(crate) county: &'static County,
    /// Its owner decks in order: one from the beginning, and one for each transfer of interest.
    pub(crate) decks: Vec<Deck>,
    /// Partners of an operated lease: counterparty by place and share of cost; with the company's own they sum to 1.
    pub(crate) partners: Vec<(u32, DecimalInterest)>,
    pub(crate) own_share: DecimalInterest,
    /// Who buys its oil and gas; on leases of others, who operates it.
    pub(crate) purchaser: u32,
    /// Cost of the leasehold, own share, in cents.
    pub(crate) leasehold_cents: i64,
}

impl LeaseMaster {
    /// The deck of a production month.
    pub(crate) fn deck(&self, month: Month) -> &Deck {
        let later = self.decks.partition_point(|deck| deck.since <= month);
        &self.decks[later.saturating_sub(1)]
    }

    /// The company's own share of revenue, which no transfer changes.
    pub(crate) fn net_share(&self) -> DecimalInterest {
        self.decks[0].interests[0].decimal_interest
    }

    /// Weights of cost: the company's own, then its partners'.
    pub(crate) fn cost_weights(&self) -> Vec<i64> {
        std::iter::once(self.own_share.units())
            .chain(self.partners.iter().map(|(_, share)| share.units()))
            .collect()
    }
}

impl Masters {
    pub(super) fn place_leases(&mut self, seed: u64, operated: u32, others: u32, since: NaiveDate) {
        for i in 0..operated + others {
            let mut draw = Draw::new(seed, Stream::Master, u64::from(i), 1);
            let lease = if i < operated {
                let county = county_of(&mut draw, i, operated);
                self.operated_lease(&mut draw, i, county, since)
            } else {
                let county = county_of(&mut draw, i - operated, others);
                self.others_lease(&mut draw, i, county, since)
            };
            self.leases.push(lease);
        }
    }

    fn operated_lease(
        &mut self,
        draw: &mut Draw,
        i: u32,
        county: &'static County,
        since: NaiveDate,
    ) -> LeaseMaster {
        let royalty = *draw.pick(&[12_500_000, 16_666_667, 18_750_000, 20_000_000, 22_500_000, 25_000_000]);
        let overriding = *draw.pick(&[0, 0, 1_000_000, 2_000_000, 3_125_000]);
        let own_share = *draw.pick(&[45_000_000, 60_000_000, 75_000_000, 87_500_000, 100_000_000]);
        let partners = self.partners_of(draw, WHOLE - own_share);
        let bearers: Vec<(u32, i64)> = std::iter::once((Self::owner_of_company(OPERATOR), own_share))
            .chain(partners.iter().map(|(nth, share)| (Self::owner_of_partner(*nth), *share)))
            .collect();
        let mut shares = self.working(WHOLE - royalty - overriding, &bearers);
        self.royalties(draw, i, royalty, county, since, &mut shares);
        if overriding > 0 {
            let owner = self.add_mineral_owner(draw, &format!("O-{i:04}X"), county.state, since);
            shares.push((owner, InterestType::Overriding, overriding));
        }
        let first = self.counterparties.partners.start;
        let partners = partners
            .into_iter()
            .map(|(nth, share)| (first + nth, DecimalInterest::from_units(share)))
            .collect();
        let purchaser = draw.below(self.counterparties.purchasers.len() as u64) as u32;
        self.lease(
            draw,
            (i, OPERATOR, county),
            (royalty, own_share),
            shares,
            partners,
            self.counterparties.purchasers.start + purchaser,
        )
    }

    fn others_lease(
        &mut self,
        draw: &mut Draw,
        i: u32,
        county: &'static County,
        since: NaiveDate,
    ) -> LeaseMaster {
        let royalty = *draw.pick(&[16_666_667, 18_750_000, 20_000_000, 25_000_000]);
        let own_share = draw.between(4, 30) * 1_000_000 + draw.between(0, 999_999);
        let operator = draw.below(self.counterparties.operators.len() as u64) as u32;
        let bearers = [
            (Self::owner_of_company(NON_OPERATOR), own_share),
            (self.owner_of_operator(operator), WHOLE - own_share),
        ];
        let mut shares = self.working(WHOLE - royalty, &bearers);
        self.royalties(draw, i, royalty, county, since, &mut shares);
        let at = self.counterparties.operators.start + operator;
        self.lease(draw, (i, NON_OPERATOR, county), (royalty, own_share), shares, Vec::new(), at)
    }

    /// Up to three partners who bear what the company does not, by number.
    fn partners_of(&self, draw: &mut Draw, share: i64) -> Vec<(u32, i64)> {
        if share == 0 {
            return Vec::new();
        }
        let all = self.counterparties.partners.len() as u64;
        let count = draw.between(1, 3);
        let first = draw.below(all);
        let weights: Vec<i64> = (0..count).map(|_| draw.between(1, 4)).collect();
        let parts = largest_remainder(share, &weights);
        (0..).zip(parts).map(|(k, part)| (((first + 7 * k) % all) as u32, part)).collect()
    }

    /// What is left after royalties, split among those who bear the cost.
    fn working(&self, net: i64, bearers: &[(u32, i64)]) -> Vec<(u32, InterestType, i64)> {
        let weights: Vec<i64> = bearers.iter().map(|(_, share)| *share).collect();
        let parts = largest_remainder(net, &weights);
        bearers.iter().zip(parts).map(|((owner, _), part)| (*owner, InterestType::Working, part)).collect()
    }

    fn royalties(
        &mut self,
        draw: &mut Draw,
        lease: u32,
        royalty: i64,
        county: &County,
        since: NaiveDate,
        shares: &mut Vec<(u32, InterestType, i64)>,
    ) {
        let count = draw.between(2, 14);
        let weights: Vec<i64> = (0..count).map(|_| draw.between(1, 64)).collect();
        for (k, part) in largest_remainder(royalty, &weights).into_iter().enumerate() {
            let id = format!("O-{lease:04}{k:02}");
            let owner = self.add_royalty_owner(draw, (&id, county.state), since, shares);
            shares.push((owner, InterestType::Royalty, part));
        }
    }

    fn lease(
        &mut self,
        draw: &mut Draw,
        (i, company, county): (u32, u8, &'static County),
        (royalty, own_share): (i64, i64),
        shares: Vec<(u32, InterestType, i64)>,
        partners: Vec<(u32, DecimalInterest)>,
        purchaser: u32,
    ) -> LeaseMaster {
        LeaseMaster {
            record: Lease {
                lease_id: format!("L-{i:05}"),
                effective_date: self.since(),
                name: self.lease_names.lease(draw),
                company_code: self.companies[usize::from(company)].company_code.clone(),
                state: county.state.to_owned(),
                county: county.name.to_owned(),
                basin: county.basin.to_owned(),
                royalty_rate: DecimalInterest::from_units(royalty),
            },
            company,
            jib_code: format!("J-{i:05}"),
            county,
            decks: vec![self.deck_of(self.base, &shares)],
            partners,
            own_share: DecimalInterest::from_units(own_share),
            purchaser,
            leasehold_cents: draw.between(1_500_000_00, 9_000_000_00) / 100 * (own_share / 1_000_000),
        }
    }

    /// The deck that these shares make from a month on.
    pub(super) fn deck_of(&self, since: Month, shares: &[(u32, InterestType, i64)]) -> Deck {
        let record = |owner: u32| &self.owners[owner as usize].record;
        let interest = |(owner, interest_type, part): &(u32, InterestType, i64)| OwnerInterest {
            owner_id: record(*owner).owner_id.clone(),
            interest_type: *interest_type,
            decimal_interest: DecimalInterest::from_units(*part),
        };
        let taxed = |(owner, _, part): &(u32, InterestType, i64)| {
            if record(*owner).is_tax_exempt { 0 } else { *part }
        };
        Deck {
            since,
            interests: shares.iter().map(interest).collect(),
            owners: shares.iter().map(|(owner, ..)| *owner).collect(),
            weights: shares.iter().map(|(.., part)| *part).collect(),
            taxed_weights: shares.iter().map(taxed).collect(),
        }
    }

    /// A well's owner decks as they are on a day from which they hold.
    pub(super) fn owner_decks(&self, well: &WellMaster, since: NaiveDate) -> Vec<ReferenceRecord> {
        let of_lease = self.leases[well.lease as usize].deck(Month::of(since));
        let deck = |product| {
            ReferenceRecord::OwnerDeck(OwnerDeck {
                well_id: well.record.well_id.clone(),
                product,
                effective_date: since,
                interests: of_lease.interests.clone(),
            })
        };
        PRODUCTS.into_iter().map(deck).collect()
    }

    pub(super) fn jib_deck(&self, lease: &LeaseMaster, since: NaiveDate) -> ReferenceRecord {
        let company_code = lease.record.company_code.clone();
        let own = JibShare {
            counterparty_id: None,
            company_code: Some(company_code.clone()),
            working_interest: lease.own_share,
        };
        let of = |counterparty: u32, share: DecimalInterest| JibShare {
            counterparty_id: Some(self.counterparties.all[counterparty as usize].counterparty_id.clone()),
            company_code: None,
            working_interest: share,
        };
        let mut shares = vec![own];
        shares.extend(lease.partners.iter().map(|(partner, share)| of(*partner, *share)));
        if lease.company == NON_OPERATOR {
            let rest = DecimalInterest::from_units(WHOLE - lease.own_share.units());
            shares.push(of(lease.purchaser, rest));
        }
        ReferenceRecord::JibDeck(JibDeck {
            jib_code: lease.jib_code.clone(),
            effective_date: since,
            company_code,
            lease_id: lease.record.lease_id.clone(),
            shares,
        })
    }
}

/// The county of the `i`-th of `count` leases: basins by their shares, one county of the basin.
fn county_of(draw: &mut Draw, i: u32, count: u32) -> &'static County {
    let percent = i * 100 / count;
    let mut sum = 0;
    let basin = BASINS
        .iter()
        .find(|basin| {
            sum += basin.share;
            percent < sum
        })
        .expect("shares sum to 100");
    let counties: Vec<&County> = COUNTIES.iter().filter(|county| county.basin == basin.name).collect();
    counties[draw.below(counties.len() as u64) as usize]
}
