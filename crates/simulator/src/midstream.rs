//! Gathering, by the affiliate and by others; what affiliates charge each other, always in both books.
//!
//! | gathering by the affiliate | operator | gatherer |
//! |---|---|---|
//! | accrual, dated the ends of month and month + 1, and its reversals | Dr 307 / Cr 310 | Dr 125 / Cr 605 |
//! | the statement, month + 2 | Dr 307 / Cr 310 | Dr 125 / Cr 605 |
//! | its settlement, month + 3 | Dr 310 / Cr cash | Dr cash / Cr 125 |
//!
//! So the gatherer earns in the month in which the gas flows, as the operator bears it, and the two owe each other the same
//! at every month end.

use crate::document::Document;
use crate::draft::Draft;
use crate::geography::BASINS;
use crate::ground::{Facts, Ground, Split, scattered};
use crate::masters::{MIDSTREAM, NON_OPERATOR, OPERATOR};
use crate::month::Month;
use crate::random::{Draw, Stream};
use crate::template::Template;
use crate::world::{World, reversed};
use chrono::NaiveDate;
use ledger::chart::code;
use ledger::period::{on_or_after, on_or_before};
use ledger::{Money, Quantity, UnitPrice};

/// Basins whose gas the affiliate gathers, by place.
const GATHERED: [usize; 3] = [0, 1, 4];
/// What is accrued of it until the statement comes, and taken back.
const ACCRUALS: [Template; 4] = [
    Template::GatheringAccrual,
    Template::GatheringAccrualReversal,
    Template::GatheringReaccrual,
    Template::GatheringReaccrualReversal,
];
/// Shippers that are no affiliates.
const SHIPPERS: u32 = 8;
/// Management fees of a month: who pays, and how much in cents.
const FEES: [(u8, i64); 2] = [(NON_OPERATOR, 85_000_00), (MIDSTREAM, 140_000_00)];

/// Gathering of a month's finals by basin.
fn gathered(ground: &Ground, facts: &Facts) -> [i64; BASINS.len()] {
    let finals = facts.sales.iter().map(|((well, _), sale)| (*well, &sale.last));
    let corrections = facts.corrections.iter().map(|((well, _), correction)| (*well, &correction.delta));
    by_basin(ground, finals.chain(corrections))
}

/// The same as accrued.
fn gathering_accrued(ground: &Ground, facts: &Facts) -> [i64; BASINS.len()] {
    by_basin(ground, facts.sales.iter().map(|((well, _), sale)| (*well, &sale.accrued)))
}

fn by_basin<'f>(ground: &Ground, splits: impl Iterator<Item = (u32, &'f Split)>) -> [i64; BASINS.len()] {
    let mut sums = [0; BASINS.len()];
    for (well, split) in splits {
        let basin = ground.masters.wells[well as usize].basin.name;
        let at = BASINS.iter().position(|known| known.name == basin).expect("wells lie in basins");
        sums[at] += split.deduct;
    }
    sums
}

impl Ground {
    /// Who gathers a well's gas; none where the affiliate does.
    pub(crate) fn gatherer(&self, well: u32) -> Option<u32> {
        let name = self.masters.wells[well as usize].basin.name;
        let at = BASINS.iter().position(|known| known.name == name).expect("wells lie in basins");
        (!GATHERED.contains(&at)).then(|| self.masters.counterparties.gatherer(at))
    }

    /// What a shipper of others' gas is charged for a month.
    fn shipped(&self, month: Month, shipper: u32) -> (Quantity, UnitPrice, i64) {
        let mut draw = Draw::new(self.seed, Stream::Corporate, 100 + u64::from(shipper), month.number());
        let volume = Quantity::from_units(scattered(&mut draw, 260_000_000).max(1_000_000));
        // Its contract fixes the rate.
        let mut contract = Draw::new(self.seed, Stream::Corporate, 100 + u64::from(shipper), 0);
        let price = UnitPrice::from_units(contract.between(310, 480) * 1_000);
        (volume, price, Money::product(volume, price).expect("a fee fits").units())
    }
}

/// Every document of this family whose business is of `month`.
pub(crate) fn documents(world: &World, month: Month, facts: &Facts, found: &mut Vec<Document>) {
    let ground = &world.ground;
    for (basin, cents) in (0..).zip(gathered(ground, facts)) {
        let document = |template| Document::new(template, month, basin, 0);
        if cents <= 0 {
            continue;
        }
        if GATHERED.contains(&(basin as usize)) {
            for template in [Template::GatheringFee, Template::IntercompanySettlement] {
                found.extend([document(template), document(template).of(MIDSTREAM)]);
            }
        } else {
            found.push(document(Template::GatheringPayment));
        }
    }
    for (basin, cents) in (0..).zip(gathering_accrued(ground, facts)) {
        if cents > 0 && GATHERED.contains(&(basin as usize)) {
            let accruals = ACCRUALS.map(|template| Document::new(template, month, basin, 0));
            found.extend(accruals.into_iter().flat_map(|accrual| [accrual, accrual.of(MIDSTREAM)]));
        }
    }
    for (payer, _) in FEES {
        let fee = Document::new(Template::ManagementFee, month, u32::from(payer), 0);
        let settlement = Document::new(Template::IntercompanySettlement, month, u32::from(payer), 1);
        found.extend([fee, fee.of(payer), settlement, settlement.of(payer)]);
    }
    for shipper in 0..SHIPPERS {
        let fee = Document::new(Template::ThirdPartyFee, month, shipper, 0).of(MIDSTREAM);
        found.extend([fee, fee.as_template(Template::FeeReceipt)]);
    }
}

/// The day on which a document of this family is entered.
pub(crate) fn entered_on(document: Document) -> NaiveDate {
    let month = document.month;
    match document.template {
        Template::GatheringAccrual | Template::GatheringAccrualReversal => month.plus(1).working_day(7),
        Template::GatheringReaccrual | Template::GatheringReaccrualReversal => month.plus(2).working_day(7),
        Template::GatheringFee => on_or_after(month.plus(2).day(20)),
        Template::GatheringPayment => on_or_before(month.plus(2).day(27)),
        Template::ManagementFee => month.working_day(15),
        Template::IntercompanySettlement if document.part == 1 => month.plus(1).working_day(7),
        Template::IntercompanySettlement => on_or_after(month.plus(3).day(3)),
        Template::ThirdPartyFee => on_or_before(month.last()),
        _ => on_or_after(month.plus(1).day(18 + u64::from(document.subject))),
    }
}

/// Builds a document of this family.
pub(crate) fn draft(world: &World, document: Document, entered_on: NaiveDate) -> Draft<'_> {
    match document.template {
        Template::GatheringPayment => {
            let basin = document.subject as usize;
            let cents = gathered(&world.ground, &world.facts(document.month))[basin];
            let what = format!("Gathering of {}, {}", document.month.label(), BASINS[basin].name);
            let mut draft = Draft::new(document, entered_on, what);
            draft.production_month = Some(document.month.first());
            let gatherer = world.ground.masters.counterparties.gatherer(basin);
            draft.debit(code::GATHERING_PAYABLE, cents, |line| world.ground.with(line, gatherer));
            draft.credit(code::CASH, cents, |line| world.ground.with(line, gatherer));
            draft
        }
        Template::ThirdPartyFee | Template::FeeReceipt => {
            let fee_id = world.id(document.as_template(Template::ThirdPartyFee));
            world.ground.fee_draft(document, entered_on, fee_id)
        }
        _ => match reversed(document) {
            Some(accrual) => taken_back(world, document, accrual, entered_on),
            None => between_affiliates(world, document, entered_on),
        },
    }
}

/// The mirror of what affiliates accrued, in the same group and chain, where both sides of both are.
fn taken_back(world: &World, document: Document, accrual: Document, entered_on: NaiveDate) -> Draft<'_> {
    let accrued = between_affiliates(world, accrual, entered_on);
    let group = accrued.chain;
    let mut draft = accrued.mirror(document, entered_on, world.id(accrual));
    draft.chain = group;
    draft
}

impl Ground {
    /// Dr marketing receivable / Cr gathering fees; and its receipt.
    fn fee_draft(&self, document: Document, entered_on: NaiveDate, fee_id: uuid::Uuid) -> Draft<'_> {
        let shipper = self.masters.counterparties.purchasers.start + document.subject;
        let (volume, price, cents) = self.shipped(document.month, document.subject);
        let is_fee = document.template == Template::ThirdPartyFee;
        let what = if is_fee { "Gathering for" } else { "Receipt for gathering," };
        let mut draft = Draft::new(
            document,
            entered_on,
            format!("{what} {}, {}", self.name(shipper), document.month.label()),
        );
        draft.production_month = Some(document.month.first());
        if is_fee {
            draft.debit(code::MARKETING_RECEIVABLE, cents, |line| self.with(line, shipper));
            draft.credit(code::MIDSTREAM_REVENUE, cents, |line| {
                self.with(line, shipper);
                line.quantity = Some(volume);
                line.unit_of_measure = Some("MCF".into());
                line.unit_price = Some(price);
            });
        } else {
            draft.debit(code::CASH, cents, |_| {});
            draft.credit(code::MARKETING_RECEIVABLE, cents, |line| {
                self.with(line, shipper);
                line.clears_entry_id = Some(fee_id);
            });
        }
        draft
    }
}

/// What two affiliates book of one thing. The operator's document roots the group.
fn between_affiliates(world: &World, document: Document, entered_on: NaiveDate) -> Draft<'_> {
    let ground = &world.ground;
    let is_fee = document.template == Template::ManagementFee || document.part == 1;
    let other = if is_fee { document.subject as u8 } else { MIDSTREAM };
    let is_accrual = ACCRUALS.contains(&document.template);
    let cents = match (is_fee, is_accrual) {
        (true, _) => FEES.iter().find(|(payer, _)| *payer == other).map_or(0, |(_, cents)| *cents),
        (_, true) => gathering_accrued(ground, &world.facts(document.month))[document.subject as usize],
        _ => gathered(ground, &world.facts(document.month))[document.subject as usize],
    };
    let what = match (is_fee, is_accrual) {
        (true, _) => "Management services",
        (_, true) => "Gathering accrued",
        _ => "Gathering",
    };
    let settled = if document.template == Template::IntercompanySettlement { " settled" } else { "" };
    let mut draft = Draft::new(document, entered_on, format!("{what}{settled}, {}", document.month.label()));
    if !is_fee {
        draft.production_month = Some(document.month.first());
    }
    if is_accrual {
        draft.auto_reverse_on = Some(Month::of(draft.posting_date).plus(1).first());
    }
    let group = world.id(document.of(OPERATOR));
    draft.intercompany_group = Some(group);
    draft.chain = Some(group);
    // The parent is paid for its services and pays for gathering.
    let is_payer = (document.company == OPERATOR) != is_fee;
    let partner = if document.company == OPERATOR { other } else { OPERATOR };
    let name = ground.masters.companies[usize::from(partner)].company_code.as_str();
    let (debit, credit) = match (settled.is_empty(), is_payer, is_fee) {
        (true, true, true) => (code::FEES_BORNE, code::DUE_TO_AFFILIATES),
        (true, true, false) => (code::GATHERING_PAYABLE, code::DUE_TO_AFFILIATES),
        (true, false, true) => (code::DUE_FROM_AFFILIATES, code::FEES_CHARGED),
        (true, false, false) => (code::DUE_FROM_AFFILIATES, code::MIDSTREAM_REVENUE),
        (false, true, _) => (code::DUE_TO_AFFILIATES, code::CASH),
        (false, false, _) => (code::CASH, code::DUE_FROM_AFFILIATES),
    };
    draft.debit(debit, cents, |line| line.partner_company = Some(name.into()));
    draft.credit(credit, cents, |line| line.partner_company = Some(name.into()));
    if !settled.is_empty() {
        let charge = if is_fee { Template::ManagementFee } else { Template::GatheringFee };
        let charge = world.id(Document { part: 0, ..document }.as_template(charge));
        let due = [code::DUE_TO_AFFILIATES, code::DUE_FROM_AFFILIATES];
        for line in draft.lines.iter_mut().filter(|line| due.contains(&&*line.account_code)) {
            line.clears_entry_id = Some(charge);
        }
    }
    draft
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::masters::GAS;
    use crate::sound::{any_is_sound, world};

    any_is_sound!(Midstream);

    #[test]
    fn a_gatherer_is_paid_by_name_what_was_booked_for_it() {
        let world = world();
        let month = Month::of("2024-11-01".parse().unwrap());
        let facts = world.facts(month);
        let (well, place) = *facts
            .sales
            .keys()
            .find(|(well, at)| *at == GAS && world.ground.gatherer(*well).is_some())
            .unwrap();
        let gatherer = world.ground.gatherer(well).unwrap();
        let sale = Document::new(Template::RevenueFinal, month, well, u16::from(place));
        let booked = world.draft(sale, month.plus(2).day(20));
        let basin = world.ground.masters.wells[well as usize].basin.name;
        let basin = BASINS.iter().position(|known| known.name == basin).unwrap() as u32;
        let payment = Document::new(Template::GatheringPayment, month, basin, 0);
        let paid = draft(world, payment, entered_on(payment));
        let name = world.ground.masters.counterparties.all[gatherer as usize].counterparty_id.as_str();
        let payee = |draft: &Draft<'_>| {
            let line = draft.lines.iter().find(|line| line.account_code == code::GATHERING_PAYABLE);
            line.and_then(|line| line.counterparty_id.as_deref().map(str::to_owned))
        };
        assert_eq!((payee(&booked).as_deref(), payee(&paid).as_deref()), (Some(name), Some(name)));
    }
}
