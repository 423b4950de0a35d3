//! Taxes on production: severance to the states each month, property tax to the counties and impact fees each year.

use crate::document::Document;
use crate::draft::Draft;
use crate::ground::{Facts, Ground, Spent, Split};
use crate::masters::{MIDSTREAM, NON_OPERATOR, OPERATOR};
use crate::month::Month;
use crate::standing::Standing;
use crate::template::Template;
use crate::world::World;
use chrono::NaiveDate;
use ledger::chart::code;
use ledger::period::{on_or_after, on_or_before};
use ledger::{InterestType, Money, Quantity, Rate};
use std::collections::BTreeMap;

/// Property tax of a month's revenue of the working interest by state, in parts per ten thousand: what counties come to. The
/// production taxes of North Dakota, Oklahoma, Montana and Louisiana stand in its place, and Pennsylvania levies none.
const AD_VALOREM: [(&str, i64); 7] =
    [("TX", 210), ("NM", 110), ("CO", 420), ("WY", 620), ("UT", 100), ("WV", 180), ("OH", 80)];

fn ad_valorem(state: &str) -> Rate {
    let of_state = AD_VALOREM.iter().find(|(of, _)| *of == state);
    Rate::from_units(of_state.map_or(0, |(_, parts)| parts * 10_000))
}

impl Ground {
    /// Severance tax of a month's finals by place of the tax code's first record, with what the month's corrections of
    /// earlier ones moved.
    pub(crate) fn taxed(&self, facts: &Facts) -> BTreeMap<u32, i64> {
        let masters = &self.masters;
        let code = |record: u32| masters.places.taxes[masters.taxes[record as usize].tax_code.as_str()];
        let finals = facts.sales.values().map(|sale| &sale.last);
        let corrections = facts.corrections.values().map(|correction| &correction.delta);
        let mut taxed = BTreeMap::new();
        for split in finals.chain(corrections) {
            if let Some(record) = split.tax_record {
                *taxed.entry(code(record)).or_default() += split.tax;
            }
        }
        taxed
    }
}

/// Every document of taxes whose business is of `month`.
pub(crate) fn documents(world: &World, month: Month, facts: &Facts, found: &mut Vec<Document>) {
    let owed = facts.taxed.iter().filter(|(_, cents)| **cents > 0);
    found.extend(owed.map(|(tax, _)| Document::new(Template::SeveranceRemittance, month, *tax, 0)));
    for (lease, master) in (0..).zip(&world.ground.masters.leases) {
        if master.company == OPERATOR && !world.ground.impact_fees(month, lease).is_empty() {
            found.push(Document::new(Template::ImpactFeeAccrual, month, lease, 0));
        }
        if !world.ground.property_tax(month, lease, facts).is_empty() {
            found.push(Document::new(Template::AdValoremAccrual, month, lease, 0));
        }
    }
}

/// What follows from what stands when a month begins: last month's use tax, in January a year's property tax, and in March a
/// year's impact fee, which is due on 1 April.
pub(crate) fn due(world: &World, month: Month, standing: &Standing, found: &mut Vec<Document>) {
    let fee_office = world.ground.masters.counterparties.fee_office;
    if month.of_year() == 3 && standing.books.of(OPERATOR, code::AD_VALOREM_PAYABLE, [fee_office, 0, 0]) < 0 {
        found.push(Document::new(Template::ImpactFeePayment, month, fee_office, 0));
    }
    for company in [OPERATOR, NON_OPERATOR, MIDSTREAM] {
        if standing.books.of(company, code::USE_TAX_PAYABLE, [0; 3]) < 0 {
            found.push(Document::new(Template::UseTaxRemittance, month, 0, 0).of(company));
        }
    }
    if month.of_year() == 1 {
        let owed = standing.books.by_master(OPERATOR, code::AD_VALOREM_PAYABLE, None);
        let owed = owed.into_iter().filter(|([office, ..], cents)| *cents < 0 && *office != fee_office);
        found.extend(
            owed.map(|([office, ..], _)| Document::new(Template::AdValoremPayment, month, office, 0)),
        );
    }
}

/// The day on which a document of this family is entered.
pub(crate) fn entered_on(world: &World, document: Document) -> NaiveDate {
    let month = document.month;
    match document.template {
        Template::SeveranceRemittance => {
            let tax = &world.ground.masters.taxes[document.subject as usize];
            let due = on_or_before(month.plus(tax.due_months).day(u64::from(tax.due_day.unsigned_abs())));
            // What is final only then cannot be paid before.
            due.max(on_or_after(month.plus(tax.due_months).day(19)))
        }
        Template::AdValoremAccrual | Template::ImpactFeeAccrual => month.plus(1).working_day(5),
        Template::UseTaxRemittance => on_or_before(month.day(20)),
        _ => on_or_before(month.last()),
    }
}

/// Builds a document of this family.
pub(crate) fn draft(world: &World, document: Document, entered_on: NaiveDate) -> Draft<'_> {
    let ground = &world.ground;
    let month = document.month;
    match document.template {
        Template::SeveranceRemittance => {
            let tax = &ground.masters.taxes[document.subject as usize];
            let cents = world.facts(month).taxed[&document.subject];
            let what = format!("Severance tax {} of {}", tax.tax_code, month.label());
            let mut draft = Draft::new(document, entered_on, what);
            draft.production_month = Some(month.first());
            draft.debit(code::SEVERANCE_PAYABLE, cents, |line| {
                line.tax_code = Some(tax.tax_code.as_str().into());
                line.product = Some(tax.product);
            });
            draft.credit(code::CASH, cents, |_| {});
            draft
        }
        Template::AdValoremAccrual => ground.property_tax_draft(document, entered_on, &world.facts(month)),
        Template::ImpactFeeAccrual => ground.impact_fee_draft(document, entered_on),
        Template::UseTaxRemittance => {
            let owed = -world.standing(month).books.of(document.company, code::USE_TAX_PAYABLE, [0; 3]);
            let what = format!("Use tax of {}", month.plus(-1).label());
            let mut draft = Draft::new(document, entered_on, what);
            draft.debit(code::USE_TAX_PAYABLE, owed, |_| {});
            draft.credit(code::CASH, owed, |_| {});
            draft
        }
        _ => {
            let office = document.subject;
            let standing = world.standing(month);
            let owed = -standing.books.of(OPERATOR, code::AD_VALOREM_PAYABLE, [office, 0, 0]);
            let tax = match document.template {
                Template::ImpactFeePayment => "Impact fee",
                _ => "Property tax",
            };
            let what = format!("{tax} of {}, {}", month.year() - 1, ground.name(office));
            let mut draft = Draft::new(document, entered_on, what);
            for (_, accrual, open) in standing.items.by_master(OPERATOR, code::AD_VALOREM_PAYABLE, office) {
                draft.debit(code::AD_VALOREM_PAYABLE, -open.cents, |line| {
                    ground.with(line, office);
                    line.clears_entry_id = Some(accrual);
                });
            }
            draft.credit(code::CASH, owed, |line| ground.with(line, office));
            draft
        }
    }
}

/// What the accrual of a lease's property tax is called.
pub(crate) fn property_tax_title(ground: &Ground, document: Document) -> String {
    let lease = &ground.masters.leases[document.subject as usize].record;
    format!("Property tax {}, {}", document.month.label(), lease.name)
}

impl Ground {
    /// Property tax of an operated lease's wells: well, revenue of the working interest, tax.
    fn property_tax(&self, month: Month, lease: u32, facts: &Facts) -> Vec<(u32, i64, i64)> {
        let mut taxed = Vec::new();
        for well in self.masters.wells_of(lease) {
            let sales = facts.sales.range((*well, 0)..=(*well, u8::MAX));
            let worked = sales.map(|(_, sale)| self.worked(month, lease, &sale.accrued)).sum();
            let tax = self.property_tax_on(lease, worked);
            if tax > 0 {
                taxed.push((*well, worked, tax));
            }
        }
        taxed
    }

    /// What of a sale belongs to those who bear the lease's cost. Counties tax the owners of royalties themselves.
    pub(crate) fn worked(&self, month: Month, lease: u32, split: &Split) -> i64 {
        let interests = &self.masters.leases[lease as usize].deck(month).interests;
        let of_working = interests.iter().zip(&split.parts);
        of_working.filter(|(it, _)| it.interest_type == InterestType::Working).map(|(_, part)| part).sum()
    }

    /// Property tax on a month's revenue of the working interest of a lease's well.
    pub(crate) fn property_tax_on(&self, lease: u32, worked: i64) -> i64 {
        let rate = ad_valorem(&self.masters.leases[lease as usize].record.state);
        Money::product(Money::from_units(worked.max(0)), rate).expect("a tax fits").units()
    }

    /// Adds what a month's property tax costs: the operator owes it at 8/8 of the working interest, and bills partners theirs.
    pub(crate) fn property_taxed(&self, month: Month, facts: &mut Facts) {
        for lease in 0..self.masters.leases.len() as u32 {
            for (well, _, cents) in self.property_tax(month, lease, facts) {
                let spent = Spent { lease, project: None, account: code::AD_VALOREM_EXPENSE, well };
                *facts.costs.entry(spent).or_default() += cents;
            }
            for (well, _, fee) in self.impact_fees(month, lease) {
                if self.masters.leases[lease as usize].company != OPERATOR {
                    continue;
                }
                let spent = Spent { lease, project: None, account: code::AD_VALOREM_EXPENSE, well };
                *facts.costs.entry(spent).or_default() += self.fee_cents(fee);
            }
        }
    }

    /// Dr ad valorem tax by well / Cr ad valorem payable to the commission: a year's fee each, at 8/8.
    fn impact_fee_draft(&self, document: Document, entered_on: NaiveDate) -> Draft<'_> {
        let lease = &self.masters.leases[document.subject as usize].record;
        let what = format!("Impact fee of {}, {}", document.month.year(), lease.name);
        let mut draft = Draft::new(document, entered_on, what);
        draft.production_month = Some(document.month.first());
        let fees = self.impact_fees(document.month, document.subject);
        for (well, year, fee) in &fees {
            let record = &self.masters.taxes[*fee as usize];
            draft.debit(code::AD_VALOREM_EXPENSE, self.fee_cents(*fee), |line| {
                self.on_well(line, *well);
                self.on_joint_account(line, document.subject);
                line.quantity = Some(Quantity::ONE);
                line.unit_of_measure = Some("WELL".into());
                line.unit_price = Some(record.rate_per_unit);
                line.tax_code = Some(record.tax_code.as_str().into());
                line.text = Some(format!("Impact fee, year {year} from spud").into());
            });
        }
        let owed = fees.iter().map(|(.., fee)| self.fee_cents(*fee)).sum();
        let office = self.masters.counterparties.fee_office;
        draft.credit(code::AD_VALOREM_PAYABLE, owed, |line| self.with(line, office));
        draft
    }

    /// Dr ad valorem tax by well / Cr ad valorem payable, at 8/8 of the working interest.
    fn property_tax_draft(&self, document: Document, entered_on: NaiveDate, facts: &Facts) -> Draft<'_> {
        let master = &self.masters.leases[document.subject as usize];
        let lease = &master.record;
        let mut draft = Draft::new(document, entered_on, property_tax_title(self, document));
        draft.production_month = Some(document.month.first());
        let taxed = self.property_tax(document.month, document.subject, facts);
        for (well, worked, cents) in &taxed {
            draft.debit(code::AD_VALOREM_EXPENSE, *cents, |line| {
                self.on_well(line, *well);
                self.on_joint_account(line, document.subject);
                line.base_amount = Some(Money::from_units(*worked));
                line.rate = Some(ad_valorem(&lease.state));
            });
        }
        let office = self.masters.counterparties.tax_office(master.county);
        draft.credit(code::AD_VALOREM_PAYABLE, taxed.iter().map(|(.., cents)| cents).sum(), |line| {
            self.with(line, office);
        });
        draft
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sound::{any_is_sound, world};
    use ledger::reference::{ReferenceRecord, TaxRate};

    any_is_sound!(Taxes);

    #[test]
    fn each_rate_is_published_once_and_no_later_than_the_day_from_which_it_holds() {
        let world = world();
        let rate = |record: ReferenceRecord| match record {
            ReferenceRecord::TaxRate(tax) => Some(tax),
            _ => None,
        };
        let mut published: Vec<TaxRate> = world.opening_reference().into_iter().filter_map(rate).collect();
        assert!(published.iter().all(|tax| tax.effective_date < world.settings().start_date));
        let begins = world.begins_at();
        for (at, record) in world.reference_between(begins, begins + chrono::TimeDelta::days(240)) {
            let Some(tax) = rate(record) else { continue };
            assert_eq!(at, ledger::period::midnight(tax.effective_date), "{}", tax.tax_code);
            published.push(tax);
        }
        let until = Month::of("2025-08-01".parse().unwrap()).first();
        let known = world.ground.masters.taxes.iter().filter(|tax| tax.effective_date < until);
        let sorted = |mut taxes: Vec<TaxRate>| {
            taxes.sort_by(|a, b| (&a.tax_code, a.effective_date).cmp(&(&b.tax_code, b.effective_date)));
            taxes
        };
        assert_eq!(sorted(published), sorted(known.cloned().collect()));
    }

    #[test]
    fn partners_are_billed_their_shares_of_the_property_tax_that_the_operator_owes() {
        let world = world();
        let month = Month::of("2024-11-01".parse().unwrap());
        let facts = world.facts(month);
        let mut billed_leases = 0;
        for (at, lease) in (0..).zip(&world.ground.masters.leases) {
            let taxed = world.ground.property_tax(month, at, &facts);
            if taxed.is_empty() || lease.partners.is_empty() {
                continue;
            }
            let bill = Document::new(Template::JibCutBack, month, at, 0);
            let bill = world.draft(bill, month.plus(1).working_day(5));
            let is_of_tax = |line: &&ledger::JournalLine<'_>| {
                line.billed_account_code.as_deref() == Some(code::AD_VALOREM_EXPENSE)
            };
            let billed: i64 = bill.lines.iter().filter(is_of_tax).map(|line| line.amount.units()).sum();
            let kept =
                |(well, ..): &(u32, i64, i64)| world.ground.kept(&facts, *well, code::AD_VALOREM_EXPENSE);
            let owed: i64 = taxed.iter().map(|(.., cents)| cents).sum();
            assert_eq!(billed + taxed.iter().map(kept).sum::<i64>(), owed, "{}", lease.record.name);
            assert_eq!(bill.lines.iter().filter(is_of_tax).count(), lease.partners.len(), "a line each");
            billed_leases += 1;
        }
        assert!(billed_leases > 10, "{billed_leases}");
    }

    #[test]
    fn each_county_is_paid_what_its_leases_owe() {
        let world = world();
        let month = Month::of("2025-01-01".parse().unwrap());
        let mut found = Vec::new();
        due(world, month, &world.standing(month), &mut found);
        found.retain(|document| document.template == Template::AdValoremPayment);
        assert!(found.len() > 10, "{}", found.len());
        for document in found {
            let draft = draft(world, document, entered_on(world, document));
            let office = world.ground.name(document.subject);
            assert!(office.ends_with("County Tax Office"), "{office}");
            assert!(draft.lines.iter().all(|line| line.counterparty_id.is_some()), "{office}");
        }
    }
}
