//! Wells that others operate: our share of revenue as their checks have it, and of cost as they bill it.
//!
//! | document | 127.001 | 601-603 | 710 | 301 | cash |
//! |---|---|---|---|---|---|
//! | accrual, dated month end, and its reversal | Dr net | Cr gross | Dr tax, gathering | | |
//! | the operator's check, month + 1 | | Cr gross | Dr tax, gathering | | Dr net |
//! | its bill, month + 1 | | | Dr at our interest | Cr | |

use crate::document::Document;
use crate::draft::Draft;
use crate::ground::{Ground, Split, product};
use crate::masters::{GAS, LIQUIDS, NON_OPERATOR, OIL, unit};
use crate::month::Month;
use crate::random::{Draw, Stream};
use crate::revenue::account;
use crate::template::Template;
use crate::world::World;
use chrono::{Days, NaiveDate};
use ledger::chart::code;
use ledger::period::{on_or_after, on_or_before};
use ledger::split::largest_remainder;
use ledger::{Money, Quantity, Rate, UnitPrice};

/// What an operator's bill names, and its weight.
const BILLED: [(&str, i64); 8] = [
    (code::WELL_SERVICE, 22),
    (code::WATER_DISPOSAL, 18),
    (code::LABOUR, 16),
    (code::CHEMICALS, 12),
    (code::COMPRESSION, 11),
    (code::POWER, 9),
    (code::REPAIRS, 7),
    (code::SUPERVISION, 5),
];

impl Ground {
    /// A well's sale of a month, our share being its first part; as accrued from our own forecast, or as the operator has it.
    fn others_sale(&self, month: Month, well: u32, place: u8, is_final: bool) -> Option<Split> {
        let forecast = self.others_volume(month, well, place);
        let price = self.price(&self.masters.wells[well as usize], place, month);
        let (mut volume, mut unit_price) = (forecast.units(), price.units());
        if is_final {
            let mut draw =
                Draw::new(self.seed, Stream::Final, u64::from(well) * 4 + u64::from(place), month.number());
            volume += volume * draw.between(-400, 400) / 10_000;
            unit_price += unit_price * draw.between(-80, 80) / 10_000;
        }
        let (volume, price) = (Quantity::from_units(volume), UnitPrice::from_units(unit_price));
        let gross = Money::product(volume, price).expect("a month's value fits").units();
        let split = self.split(month, well, place, volume, price, gross);
        (net(&split) != 0 && split.parts[0] != 0).then_some(split)
    }

    /// What a lease's operator bills for a month at 8/8, by account and well.
    fn others_costs(&self, month: Month, lease: u32) -> Vec<(&'static str, u32, i64)> {
        let mut costs = Vec::new();
        for well in self
            .masters
            .wells_of(lease)
            .iter()
            .filter(|at| self.masters.wells[**at as usize].produces_in(month))
        {
            let master = &self.masters.wells[*well as usize];
            let mut draw =
                Draw::new(self.seed, Stream::Invoice, u64::from(*well) + (1 << 40), month.number());
            let cents = master.expense(month.day(15), 30) * draw.between(70, 140) / 100;
            let weights: Vec<i64> = BILLED.iter().map(|(_, weight)| weight * draw.between(30, 170)).collect();
            let parts = largest_remainder(cents.max(80_000), &weights);
            costs.extend(BILLED.iter().zip(parts).map(|((account, _), part)| (*account, *well, part)));
        }
        costs
    }

    /// Our share of it, a line each.
    fn our_costs(&self, month: Month, lease: u32) -> Vec<(&'static str, u32, i64, i64)> {
        let share = self.masters.leases[lease as usize].own_share;
        let of = |cents: i64| Money::product(Money::from_units(cents), share).expect("a share fits").units();
        self.others_costs(month, lease)
            .into_iter()
            .map(|(account, well, cents)| (account, well, cents, of(cents)))
            .collect()
    }
}

/// What reaches us of our share.
fn net(split: &Split) -> i64 {
    split.parts[0] - split.tax_parts[0] - split.deduct_parts[0]
}

/// Every document of others' wells whose business is of `month`.
pub(crate) fn documents(world: &World, month: Month, found: &mut Vec<Document>) {
    let ground = &world.ground;
    for (well, master) in (0..).zip(&ground.masters.wells) {
        if master.company != NON_OPERATOR || !master.produces_in(month) {
            continue;
        }
        for place in [OIL, GAS, LIQUIDS] {
            let document = |template| Document::new(template, month, well, u16::from(place)).of(NON_OPERATOR);
            if ground.others_sale(month, well, place, false).is_some() {
                found.extend(
                    [Template::NonOperatedAccrual, Template::NonOperatedAccrualReversal].map(document),
                );
            }
            if ground.others_sale(month, well, place, true).is_some() {
                found.push(document(Template::NonOperatedRevenue));
            }
        }
    }
    for (lease, master) in (0..).zip(&ground.masters.leases) {
        if master.company == NON_OPERATOR && !ground.our_costs(month, lease).is_empty() {
            let bill = Document::new(Template::NonOperatedBill, month, lease, 0).of(NON_OPERATOR);
            found.extend([bill, bill.as_template(Template::NonOperatedPayment)]);
        }
    }
}

/// The day on which a document of this family is entered.
pub(crate) fn entered_on(document: Document) -> NaiveDate {
    let month = document.month.plus(1);
    match document.template {
        Template::NonOperatedRevenue => on_or_before(month.day(26)),
        Template::NonOperatedBill => on_or_after(month.day(12 + u64::from(document.subject % 5))),
        Template::NonOperatedPayment => on_or_after(month.plus(1).day(5 + u64::from(document.subject % 5))),
        _ => month.working_day(4),
    }
}

/// Builds a document of this family.
pub(crate) fn draft(world: &World, document: Document, entered_on: NaiveDate) -> Draft<'_> {
    let ground = &world.ground;
    let accrual = || ground.others_draft(document.as_template(Template::NonOperatedAccrual), entered_on);
    match document.template {
        Template::NonOperatedAccrual => accrual(),
        Template::NonOperatedAccrualReversal => {
            let target = world.id(document.as_template(Template::NonOperatedAccrual));
            accrual().mirror(document, entered_on, target)
        }
        Template::NonOperatedRevenue => ground.others_draft(document, entered_on),
        Template::NonOperatedBill => ground.others_bill(document, entered_on),
        _ => {
            let lease = &ground.masters.leases[document.subject as usize];
            let cents =
                ground.our_costs(document.month, document.subject).iter().map(|(.., cents)| cents).sum();
            let mut draft =
                Draft::new(document, entered_on, format!("Payment, {}", ground.name(lease.purchaser)));
            draft.debit(code::VOUCHERS_PAYABLE, cents, |line| {
                ground.with(line, lease.purchaser);
                line.clears_entry_id = Some(world.id(document.as_template(Template::NonOperatedBill)));
            });
            draft.credit(code::CASH, cents, |_| {});
            draft
        }
    }
}

impl Ground {
    /// Dr accrued sales or cash / Cr own revenue; Dr own tax and gathering.
    fn others_draft(&self, document: Document, entered_on: NaiveDate) -> Draft<'_> {
        let (well, place) = (document.subject, document.part as u8);
        let is_final = document.template == Template::NonOperatedRevenue;
        let split =
            self.others_sale(document.month, well, place, is_final).expect("it is listed because it sold");
        let lease = &self.masters.leases[self.masters.wells[well as usize].lease as usize];
        let what = if is_final { "Operator's check" } else { "Revenue accrual" };
        let name = format!("{what}, {} {}, {}", product(place), document.month.label(), self.well_name(well));
        let mut draft = Draft::new(document, entered_on, name);
        draft.production_month = Some(document.month.first());
        draft.auto_reverse_on = (!is_final).then(|| document.month.plus(1).first());
        if is_final {
            draft.debit(code::CASH, net(&split), |line| self.with(line, lease.purchaser));
        } else {
            draft.debit(code::ACCRUED_SALES, net(&split), |line| self.at_well(line, well, place));
        }
        draft.credit(account(place), split.parts[0], |line| {
            self.at_well(line, well, place);
            line.decimal_interest = Some(lease.interests[0].decimal_interest);
            line.quantity = Some(Quantity::from_units(split.volumes[0]));
            line.unit_of_measure = Some(unit(product(place)).into());
            line.unit_price = Some(split.price);
            line.heat_factor = self.heat(well, place);
            line.base_amount = Some(Money::from_units(split.gross));
        });
        draft.debit(code::SEVERANCE_EXPENSE, split.tax_parts[0], |line| {
            self.at_well(line, well, place);
            line.base_amount = Some(Money::from_units(split.tax));
            if let Some(tax) = split.tax_record {
                line.tax_code = Some(self.masters.taxes[tax as usize].tax_code.as_str().into());
            }
        });
        draft.debit(code::GATHERING_EXPENSE, split.deduct_parts[0], |line| {
            self.at_well(line, well, place);
            line.base_amount = Some(Money::from_units(split.deduct));
        });
        draft
    }

    /// Dr expense at our interest / Cr vouchers payable.
    fn others_bill(&self, document: Document, entered_on: NaiveDate) -> Draft<'_> {
        let lease = &self.masters.leases[document.subject as usize];
        let what = format!("Joint interest bill {}, {}", document.month.label(), self.name(lease.purchaser));
        let mut draft = Draft::new(document, entered_on, what);
        draft.document_date = entered_on - Days::new(3);
        draft.due_date = Some(entered_on + Days::new(15));
        draft.source_document = Some(format!("OP-{}-{}", document.month.label(), lease.jib_code));
        let mut total = 0;
        for (account, well, gross, cents) in self.our_costs(document.month, document.subject) {
            total += cents;
            draft.debit(account, cents, |line| {
                self.on_well(line, well);
                self.on_joint_account(line, document.subject);
                line.base_amount = Some(Money::from_units(gross));
                line.rate = Some(Rate::from_units(lease.own_share.units()));
                line.decimal_interest = Some(lease.own_share);
            });
        }
        draft.credit(code::VOUCHERS_PAYABLE, total, |line| self.with(line, lease.purchaser));
        draft
    }
}

#[cfg(test)]
mod tests {
    use crate::sound::any_is_sound;

    any_is_sound!(NonOperator);
}
