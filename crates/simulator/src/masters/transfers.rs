//! Interests that pass to other owners: sold, or left to heirs.
//!
//! A transfer holds from the first day of a production month. What was produced before is the former owner's, whenever it
//! is paid or corrected; so is its balance. Working interests never move.

use super::land::{Deck, LeaseMaster};
use super::{DRILLED, FOLDED, Masters, OPERATOR};
use crate::month::Month;
use crate::random::{Draw, Stream};
use chrono::NaiveDate;
use ledger::InterestType;
use ledger::reference::ReferenceRecord;
use ledger::split::largest_remainder;

/// Of so many lease months one brings a transfer, which moves the decks of all the lease's wells: a tenth of the wells in
/// a year.
const LEASE_MONTHS_A_TRANSFER: u64 = 120;
/// Transfers of a hundred in which the owner dies and its heirs share the interest.
const BEQUEATHED: u64 = 40;
/// Transfers of a hundred that are bought by a mineral company that owns elsewhere already.
const BOUGHT: u64 = 30;
/// Heirs and buyers of a hundred whose money is held until they have signed a division order.
const UNSIGNED: u64 = 35;

impl Masters {
    /// Decides every transfer of the run. It ends with the drilling programme, so that no ledger grows for ever.
    pub(super) fn transfer_interests(&mut self, seed: u64) {
        let companies = self.mineral_companies();
        let leases = (0..).zip(&self.leases).filter(|(_, lease)| lease.company == OPERATOR);
        let operated: Vec<u32> = leases.map(|(at, _)| at).collect();
        for lease in operated {
            for at in 1..=FOLDED + DRILLED {
                let since = self.base.plus(at);
                let mut draw = Draw::new(seed, Stream::Transfer, u64::from(lease), since.number());
                if draw.below(LEASE_MONTHS_A_TRANSFER) == 0
                    && let Some(deck) = self.transferred(&mut draw, lease, since, &companies)
                {
                    self.leases[lease as usize].decks.push(deck);
                }
            }
        }
    }

    /// Mineral companies that are paid when the run begins.
    fn mineral_companies(&self) -> Vec<u32> {
        let buys = |at: &u32| {
            let owner = &self.owners[*at as usize].record;
            owner.owner_type == "COMPANY" && owner.suspense_code.is_none()
        };
        let first = self.counterparties.partners.len() + self.counterparties.operators.len() + 2;
        (first as u32..self.owners.len() as u32).filter(buys).collect()
    }

    /// The lease's next deck: one royalty or override changes hands. None where nobody can sell.
    fn transferred(&mut self, draw: &mut Draw, lease: u32, since: Month, companies: &[u32]) -> Option<Deck> {
        let mut shares = self.leases[lease as usize].deck(since).shares();
        let sells = |(_, (owner, interest_type, _)): &(usize, &(u32, InterestType, i64))| {
            let record = &self.owners[*owner as usize].record;
            // Who cannot sell has no title, or is the state.
            *interest_type != InterestType::Working && record.suspense_code.is_none() && !record.is_tax_exempt
        };
        let sellers: Vec<usize> = shares.iter().enumerate().filter(sells).map(|(at, _)| at).collect();
        if sellers.is_empty() {
            return None;
        }
        let at = *draw.pick(&sellers);
        let (_, interest_type, part) = shares.remove(at);
        let buyer = (!companies.is_empty()).then(|| *draw.pick(companies));
        let buyer = buyer.filter(|buyer| shares.iter().all(|(owner, ..)| owner != buyer));
        let kind = draw.below(100);
        let heirs = if kind < BEQUEATHED { draw.between(1, 3).min(part) } else { 1 };
        let weights: Vec<i64> = (0..heirs).map(|_| draw.between(1, 3)).collect();
        for (nth, part) in (0..).zip(largest_remainder(part, &weights)).filter(|(_, part)| *part > 0) {
            let successor = match buyer.filter(|_| (BEQUEATHED..BEQUEATHED + BOUGHT).contains(&kind)) {
                Some(company) => company,
                None => self.successor(draw, lease, since, nth),
            };
            shares.push((successor, interest_type, part));
        }
        Some(self.deck_of(since, &shares))
    }

    fn successor(&mut self, draw: &mut Draw, lease: u32, since: Month, nth: u32) -> u32 {
        let id = format!("O-{lease:04}T{:02}{:02}{nth}", since.year() % 100, since.of_year());
        let state = self.leases[lease as usize].record.state.clone();
        let held_until = (draw.below(100) < UNSIGNED).then(|| since.plus(draw.between(3, 7) as i32));
        self.add_successor(draw, (&id, &state), since, held_until)
    }

    /// Owners and decks that hold from a month on, known on its first day: a well that becomes known itself then brings
    /// its own deck.
    pub(super) fn transfers_known(&self, month: Month) -> Vec<(NaiveDate, ReferenceRecord)> {
        let day = month.first();
        let of_month =
            |lease: &&LeaseMaster| lease.decks[1..].binary_search_by_key(&month, |deck| deck.since).is_ok();
        let moved: Vec<_> = self.leases.iter().filter(of_month).collect();
        if moved.is_empty() {
            return Vec::new();
        }
        let joined = self.owners.iter().filter(|owner| owner.record.effective_date == day);
        let mut records: Vec<ReferenceRecord> =
            joined.map(|owner| ReferenceRecord::Owner(owner.record.clone())).collect();
        for lease in moved {
            let at = self.places.leases[lease.record.lease_id.as_str()];
            let wells = self.wells_of(at).iter().map(|well| &self.wells[*well as usize]);
            let known = wells.filter(|well| {
                let of_project = well.project.map(|project| &self.projects[project as usize]);
                of_project.is_none_or(|project| project.phase(month) >= 0)
                    && well.last_month.is_none_or(|last| month <= last)
            });
            records.extend(known.flat_map(|well| self.owner_decks(well, day)));
        }
        records.into_iter().map(|record| (day, record)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    fn masters() -> Masters {
        Masters::new(42, 1, "2025-01-01".parse().unwrap())
    }

    #[test]
    fn about_a_tenth_of_the_wells_changes_owners_in_a_year_and_working_interests_never() {
        let masters = masters();
        let years = f64::from(FOLDED + DRILLED) / 12.0;
        let operated: Vec<_> = masters.leases.iter().filter(|lease| lease.company == OPERATOR).collect();
        let transfers: usize = operated.iter().map(|lease| lease.decks.len() - 1).sum();
        let a_year = transfers as f64 / years / operated.len() as f64;
        assert!((0.06..0.15).contains(&a_year), "{a_year}");
        let working = |deck: &Deck| -> Vec<(u32, InterestType, i64)> {
            deck.shares().into_iter().filter(|(_, of, _)| *of == InterestType::Working).collect()
        };
        for lease in &masters.leases {
            assert!(lease.decks.is_sorted_by(|one, next| one.since < next.since));
            assert!(lease.decks.iter().all(|deck| working(deck) == working(&lease.decks[0])));
        }
    }

    #[test]
    fn whoever_takes_over_is_known_before_the_deck_that_names_it_and_is_named_once() {
        let masters = masters();
        let mut known: HashSet<String> = HashSet::new();
        let mut decks = HashSet::new();
        let mut records = masters.records("2025-01-01".parse().unwrap());
        for at in FOLDED..FOLDED + DRILLED {
            let became = masters.became_known(masters.base.plus(at)).into_iter();
            records.extend(became.map(|(_, record)| record));
        }
        for record in records {
            match record {
                ReferenceRecord::Owner(owner) => drop(known.insert(owner.owner_id)),
                ReferenceRecord::OwnerDeck(deck) => {
                    let owners: HashSet<_> =
                        deck.interests.iter().map(|it| (&it.owner_id, it.interest_type)).collect();
                    assert_eq!(owners.len(), deck.interests.len(), "{} names an owner twice", deck.well_id);
                    assert!(deck.interests.iter().all(|it| known.contains(&it.owner_id)), "{}", deck.well_id);
                    assert!(decks.insert((deck.well_id, deck.product.code(), deck.effective_date)));
                }
                _ => {}
            }
        }
    }
}
