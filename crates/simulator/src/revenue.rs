//! Revenue of operated wells: accrued once, reversed, booked finally, corrected, received.
//!
//! | document | 127.001 accrued | 360.000 control | 120.000 receivable | 601-603 own revenue | 302 owners | 320 tax |
//! |---|---|---|---|---|---|---|
//! | run tickets of the month | Dr P | Cr P | | | | |
//! | accrual, dated month end | Dr G − P | Dr P | | Cr own | Cr net (302.001) | Cr T |
//! | its reversal, dated the 1st | Cr G − P | Cr P | | Dr own | Dr net (302.001) | Dr T |
//! | final, month + 1 (oil) or + 2 | Cr P | Dr P | Dr F | Cr own | Cr gross, Dr tax and deducts | Cr T' |
//! | receipt | | | Cr F | | | |
//!
//! Gas and liquids settle in the second month, so they are accrued again at the end of the first. Liquids have no ticket:
//! the plant's statement is accrued straight to 127.001. So 360.000 is zero at each close, 127.001 once a production month
//! is settled, and revenue counts once. P is the sum of the tickets at a provisional price, the mean of the month before,
//! which is all that is known on their days; G is their volume at the month's own price, F the final volume at the final
//! price. The accrual knows the company's share and everybody else's; the final knows each owner: its gross is a credit, its tax and deducts
//! debits on lines of their own, so that a check stub can be printed. One line of each entry, the company's own revenue,
//! carries the volume that a lease operating statement counts; the others carry their owner's.

use crate::document::Document;
use crate::draft::Draft;
use crate::ground::{Facts, Ground, Split, product};
use crate::masters::{GAS, LIQUIDS, OIL, unit};
use crate::month::Month;
use crate::random::{Draw, Stream};
use crate::template::Template;
use crate::world::World;
use chrono::NaiveDate;
use ledger::chart::code;
use ledger::period::{on_or_after, on_or_before};
use ledger::reference::Production;
use ledger::{InterestType, JournalLine, Money, Quantity, UnitPrice};

/// Sales of a thousand that are corrected later.
const CORRECTED: u64 = 30;
/// Months between a production month and its correction.
const CORRECTED_AFTER: std::ops::RangeInclusive<i64> = 3..=24;

/// The revenue account of a product.
pub(crate) fn account(place: u8) -> &'static str {
    match place {
        OIL => code::OIL_REVENUE,
        GAS => code::GAS_REVENUE,
        _ => code::LIQUIDS_REVENUE,
    }
}

/// Months after its production month in which a product is settled.
pub(crate) fn settles_after(place: u8) -> i32 {
    if place == OIL { 1 } else { 2 }
}

/// Every revenue document whose business is of `month`.
pub(crate) fn documents(world: &World, month: Month, facts: &Facts, found: &mut Vec<Document>) {
    let mut purchasers = std::collections::BTreeSet::new();
    for ((well, place), sale) in &facts.sales {
        let document = |template| Document::new(template, month, *well, u16::from(*place));
        if sale.accrued.gross != 0 || sale.ticketed.1 != 0 {
            found.extend([Template::RevenueAccrual, Template::RevenueAccrualReversal].map(document));
            if *place != OIL {
                found.extend([Template::RevenueReaccrual, Template::RevenueReaccrualReversal].map(document));
            }
        }
        found.push(document(Template::RevenueFinal));
        let lease = world.ground.masters.wells[*well as usize].lease;
        purchasers.insert((world.ground.masters.leases[lease as usize].purchaser, settles_after(*place)));
    }
    let receipt =
        |(purchaser, after)| Document::new(Template::PurchaserReceipt, month, purchaser, after as u16);
    found.extend(purchasers.into_iter().map(receipt));
    let correction = |(well, place): &(u32, u8)| {
        Document::new(Template::PriorPeriodAdjustment, month, *well, u16::from(*place))
    };
    found.extend(facts.corrections.keys().map(correction));
}

/// The corrections that are entered in a month, whatever month they correct, by well and product.
pub(crate) type Corrections = std::collections::BTreeMap<(u32, u8), Correction>;

/// A correction of an earlier month's sale.
#[derive(Debug)]
pub(crate) struct Correction {
    /// The production month.
    pub(crate) corrected: Month,
    /// Volume and price as booked.
    pub(crate) booked: (Quantity, UnitPrice),
    /// What is right less what was booked.
    pub(crate) delta: Split,
    /// Whether the final had put the volume right before.
    pub(crate) is_remeasured: bool,
}

impl Ground {
    /// The corrections that are entered in a month.
    pub(crate) fn corrections(&self, entered: Month) -> Corrections {
        let mut corrections = Corrections::new();
        for well in self.masters.on_production(entered) {
            for place in [OIL, GAS, LIQUIDS] {
                if let Some(correction) = self.correction(entered, *well, place) {
                    corrections.insert((*well, place), correction);
                }
            }
        }
        corrections
    }

    /// The production month of a well and product that is looked at again in a month, and the numbers that what is found is
    /// drawn from. Once the books have begun that is a month whose final they hold, which the correction names.
    fn corrected(&self, entered: Month, well: u32, place: u8) -> Option<(Month, Draw)> {
        let document = Document::new(Template::PriorPeriodAdjustment, entered, well, u16::from(place));
        let mut draw = document.draw(self.seed, Stream::Final);
        if draw.below(1_000) >= CORRECTED {
            return None;
        }
        let start = Month::of(self.masters.start);
        let oldest = match entered < start {
            true => self.masters.base,
            false => (start.0 - settles_after(place)..)
                .map(Month)
                .find(|month| final_on(*month, well, place) >= self.masters.start)?,
        };
        let oldest = i64::from(entered.0 - oldest.0).min(*CORRECTED_AFTER.end());
        let ago = CORRECTED_AFTER.start()..=&oldest;
        (!ago.is_empty()).then(|| (entered.plus(-(draw.between(**ago.start(), **ago.end()) as i32)), draw))
    }

    /// A meter was recalibrated, or a price redetermined, and an earlier month's sale is put right.
    fn correction(&self, entered: Month, well: u32, place: u8) -> Option<Correction> {
        let (corrected, mut draw) = self.corrected(entered, well, place)?;
        let since = corrected.plus(*CORRECTED_AFTER.start() as i32);
        let mut earlier = (since.0..entered.0).filter_map(|month| self.corrected(Month(month), well, place));
        if earlier.any(|(of, _)| of == corrected) {
            // What was put right once is right.
            return None;
        }
        let sale = self.sales(corrected, well).into_iter().find(|(of, _)| *of == place)?.1;
        let (is_remeasured, booked) = (sale.is_remeasured(), sale.last);
        let parts = draw.between(8, 300) * if draw.below(2) == 0 { 1 } else { -1 };
        let (volume, price) = if draw.below(3) > 0 {
            (booked.volume.units() + booked.volume.units() * parts / 10_000, booked.price)
        } else {
            let redetermined = booked.price.units() + booked.price.units() * parts / 10_000;
            (booked.volume.units(), UnitPrice::from_units(redetermined))
        };
        let volume = Quantity::from_units(volume);
        let gross = Money::product(volume, price).expect("a month's value fits").units();
        let delta = difference(&self.split(corrected, well, place, volume, price, gross), &booked);
        let booked = (booked.volume, booked.price);
        let is_booked = delta.gross != 0 && !self.claims_from_former((corrected, entered), well, &delta);
        is_booked.then_some(Correction { corrected, booked, delta, is_remeasured })
    }

    /// Whether a correction would take money back from somebody who has passed on the interest since: no later revenue of
    /// theirs could be charged with it, so it is let go.
    fn claims_from_former(&self, (corrected, entered): (Month, Month), well: u32, delta: &Split) -> bool {
        let lease = &self.masters.leases[self.masters.wells[well as usize].lease as usize];
        let now = &lease.deck(entered.plus(-1)).owners;
        let net = |at: usize| delta.parts[at] - delta.tax_parts[at] - delta.deduct_parts[at];
        let mut owners = lease.deck(corrected).owners.iter().enumerate();
        owners.any(|(at, owner)| !now.contains(owner) && net(at) < 0)
    }
}

/// The day on which a document of this family is entered.
pub(crate) fn entered_on(world: &World, document: Document) -> NaiveDate {
    let month = document.month;
    match document.template {
        Template::RevenueAccrual | Template::RevenueAccrualReversal => month.plus(1).working_day(4),
        Template::RevenueReaccrual | Template::RevenueReaccrualReversal => month.plus(2).working_day(4),
        // After the month's finals and before its checks, so that a check takes in what is put right.
        Template::PriorPeriodAdjustment => {
            let mut draw = document.draw(world.ground.seed, Stream::Clerk);
            on_or_before(month.day(19 + draw.below(7)))
        }
        Template::PurchaserReceipt => {
            let after = i32::from(document.part);
            on_or_after(month.plus(after).day(if after == 1 { 20 } else { 25 }))
        }
        _ => final_on(month, document.subject, document.part as u8),
    }
}

/// The day on which a month's final of a well and product is entered.
fn final_on(month: Month, well: u32, place: u8) -> NaiveDate {
    on_or_after(month.plus(settles_after(place)).day(15 + u64::from(well % 3)))
}

/// Builds a document of this family.
pub(crate) fn draft(world: &World, document: Document, entered_on: NaiveDate) -> Draft<'_> {
    let ground = &world.ground;
    let (well, place) = (document.subject, document.part as u8);
    let accrual = |of: Document| {
        let facts = world.facts(of.month);
        let sale = &facts.sales[&(well, place)];
        ground.accrual_draft(of, entered_on, &sale.accrued, sale.ticketed)
    };
    let reversal = |template| {
        let target = document.as_template(template);
        accrual(target).mirror(document, entered_on, world.id(target))
    };
    match document.template {
        Template::RevenueAccrual | Template::RevenueReaccrual => accrual(document),
        Template::RevenueAccrualReversal => reversal(Template::RevenueAccrual),
        Template::RevenueReaccrualReversal => reversal(Template::RevenueReaccrual),
        Template::RevenueFinal => {
            let facts = world.facts(document.month);
            let sale = &facts.sales[&(well, place)];
            let on_tickets = (sale.accrued.volume, sale.ticketed);
            ground.final_draft(document, entered_on, on_tickets, &sale.last)
        }
        Template::PriorPeriodAdjustment => {
            let facts = world.facts(document.month);
            let correction = &facts.corrections[&(well, place)];
            let target = Document::new(Template::RevenueFinal, correction.corrected, well, document.part);
            ground.correction_of(document, entered_on, correction, world.id(target))
        }
        _ => receipt(world, document, entered_on),
    }
}

/// What a month puts right of production that was reported before: by finals and corrections of the company's own sales, each
/// with its day, so that all that is sold is reported.
pub(crate) fn revised(world: &World, month: Month) -> Vec<(NaiveDate, Production)> {
    let masters = &world.ground.masters;
    let production = |(well, place): (u32, u8), produced: Month, (revision, volume): (i32, Quantity)| {
        let product = product(place);
        Production {
            well_id: masters.wells[well as usize].record.well_id.clone(),
            product,
            production_month: produced.first(),
            revision,
            volume,
            unit_of_measure: unit(product).to_owned(),
        }
    };
    let mut revised = Vec::new();
    for after in [1, 2] {
        let produced = month.plus(-after);
        if !world.is_reported(produced) {
            continue;
        }
        let facts = world.facts(produced);
        let finals = facts.sales.iter().filter(|((_, place), _)| settles_after(*place) == after);
        for ((well, place), sale) in finals.filter(|(_, sale)| sale.is_remeasured()) {
            let document = Document::new(Template::RevenueFinal, produced, *well, u16::from(*place));
            let record = production((*well, *place), produced, (1, sale.last.volume));
            revised.push((entered_on(world, document), record));
        }
    }
    for ((well, place), it) in &world.facts(month).corrections {
        if it.delta.volume.is_zero() || !world.is_reported(it.corrected) {
            continue;
        }
        let document = Document::new(Template::PriorPeriodAdjustment, month, *well, u16::from(*place));
        let (booked, _) = it.booked;
        let revision = (1 + i32::from(it.is_remeasured), booked + it.delta.volume);
        revised.push((entered_on(world, document), production((*well, *place), it.corrected, revision)));
    }
    revised
}

/// Line by line, so that what was booked plus the difference is what is right.
fn difference(right: &Split, booked: &Split) -> Split {
    let less = |a: &[i64], b: &[i64]| a.iter().zip(b).map(|(a, b)| a - b).collect();
    Split {
        volume: right.volume - booked.volume,
        price: right.price,
        gross: right.gross - booked.gross,
        parts: less(&right.parts, &booked.parts),
        volumes: less(&right.volumes, &booked.volumes),
        tax_record: right.tax_record,
        taxable: right.taxable - booked.taxable,
        tax: right.tax - booked.tax,
        tax_parts: less(&right.tax_parts, &booked.tax_parts),
        fee: right.fee,
        deduct: right.deduct - booked.deduct,
        deduct_parts: less(&right.deduct_parts, &booked.deduct_parts),
    }
}

impl Ground {
    fn sale_name(&self, month: Month, document: Document) -> String {
        let what = match document.part as u8 {
            OIL => "oil",
            GAS => "gas",
            _ => "liquids",
        };
        format!("{what} of {}, {}", month.label(), self.well_name(document.subject))
    }

    /// Dr revenue control for the tickets, accrued sales for what the month's price brings beyond theirs, or for all where
    /// there is no ticket / Cr own revenue, what everybody else will be owed, tax, gathering; auto-reversed.
    fn accrual_draft<'w>(
        &'w self,
        document: Document,
        entered_on: NaiveDate,
        split: &Split,
        (provisional, ticketed): (UnitPrice, i64),
    ) -> Draft<'w> {
        let (well, place) = (document.subject, document.part as u8);
        let what = format!("Revenue accrual, {}", self.sale_name(document.month, document));
        let mut draft = Draft::new(document, entered_on, what);
        draft.production_month = Some(document.month.first());
        draft.auto_reverse_on = Some(Month::of(draft.posting_date).plus(1).first());
        self.on_tickets(&mut draft, (well, place), (split.volume, provisional, ticketed));
        let difference = |draft: &mut Draft<'w>| {
            draft.debit(code::ACCRUED_SALES, split.gross - ticketed, |line| {
                self.priced(line, (well, place), (split.volume, split.price));
                line.base_amount = Some(Money::from_units(ticketed));
            });
        };
        if place == LIQUIDS {
            difference(&mut draft);
        }
        self.own_share(&mut draft, well, place, split);
        draft.credit(code::OWNERS_ACCRUED, split.others_net(), |line| self.at_well(line, well, place));
        self.charges(&mut draft, well, place, split);
        if place != LIQUIDS {
            difference(&mut draft);
        }
        draft
    }

    /// Dr revenue control for a month's tickets at their provisional price.
    fn on_tickets<'w>(
        &'w self,
        draft: &mut Draft<'w>,
        (well, place): (u32, u8),
        (volume, provisional, ticketed): (Quantity, UnitPrice, i64),
    ) {
        draft.debit(code::REVENUE_CONTROL, ticketed, |line| {
            self.priced(line, (well, place), (volume, provisional));
        });
    }

    /// Names the well and product, and says what was sold of it at which price.
    fn priced<'w>(
        &'w self,
        line: &mut JournalLine<'w>,
        (well, place): (u32, u8),
        (volume, price): (Quantity, UnitPrice),
    ) {
        self.at_well(line, well, place);
        line.quantity = Some(volume);
        line.unit_of_measure = Some(unit(product(place)).into());
        line.unit_price = Some(price);
        line.heat_factor = self.heat(well, place);
    }

    /// Cr own revenue, Dr own tax and gathering.
    fn own_share<'w>(&'w self, draft: &mut Draft<'w>, well: u32, place: u8, split: &Split) {
        let lease = &self.masters.leases[self.masters.wells[well as usize].lease as usize];
        draft.credit(account(place), split.parts[0], |line| {
            self.at_well(line, well, place);
            line.decimal_interest = Some(lease.net_share());
            line.quantity = Some(Quantity::from_units(split.volumes[0]));
            line.unit_of_measure = Some(unit(product(place)).into());
            line.unit_price = Some(split.price);
            line.heat_factor = self.heat(well, place);
        });
        draft.debit(code::SEVERANCE_EXPENSE, split.tax_parts[0], |line| {
            self.at_well(line, well, place);
            self.state_tax(line, split, split.parts[0]);
        });
        draft.debit(code::GATHERING_EXPENSE, split.deduct_parts[0], |line| self.at_well(line, well, place));
    }

    fn state_tax<'w>(&'w self, line: &mut JournalLine<'w>, split: &Split, base: i64) {
        let Some(tax) = split.tax_record else { return };
        let tax = &self.masters.taxes[tax as usize];
        line.tax_code = Some(tax.tax_code.as_str().into());
        line.base_amount = Some(Money::from_units(base));
        line.rate = Some(tax.rate);
    }

    /// Cr the state's tax and the gatherer's fee, at 8/8.
    fn charges<'w>(&'w self, draft: &mut Draft<'w>, well: u32, place: u8, split: &Split) {
        draft.credit(code::SEVERANCE_PAYABLE, split.tax, |line| {
            self.at_well(line, well, place);
            self.state_tax(line, split, split.taxable);
            line.quantity = Some(split.volume);
            line.unit_of_measure = Some(unit(product(place)).into());
        });
        draft.credit(code::GATHERING_PAYABLE, split.deduct, |line| {
            self.at_well(line, well, place);
            if let Some(gatherer) = self.gatherer(well) {
                self.with(line, gatherer);
            }
            line.quantity = Some(split.volume);
            line.unit_of_measure = Some(unit(product(place)).into());
            line.unit_price = Some(split.fee);
        });
    }

    /// Dr receivable at the final value / Cr own revenue, each owner, tax, gathering; and the tickets' accrued sales and
    /// control are cleared against each other.
    fn final_draft(
        &self,
        document: Document,
        entered_on: NaiveDate,
        (volume, (provisional, ticketed)): (Quantity, (UnitPrice, i64)),
        last: &Split,
    ) -> Draft<'_> {
        let (well, place) = (document.subject, document.part as u8);
        let what = format!("Final {}", self.sale_name(document.month, document));
        let mut draft = Draft::new(document, entered_on, what);
        draft.production_month = Some(document.month.first());
        self.receivable(&mut draft, well, place, last);
        self.owner_shares(&mut draft, document.month, (well, place), last);
        if place != LIQUIDS {
            self.on_tickets(&mut draft, (well, place), (volume, provisional, ticketed));
            draft.credit(code::ACCRUED_SALES, ticketed, |line| self.at_well(line, well, place));
        }
        draft
    }

    fn receivable<'w>(&'w self, draft: &mut Draft<'w>, well: u32, place: u8, split: &Split) {
        let lease = &self.masters.leases[self.masters.wells[well as usize].lease as usize];
        draft.debit(code::SALES_RECEIVABLE, split.gross, |line| {
            self.priced(line, (well, place), (split.volume, split.price));
            self.with(line, lease.purchaser);
        });
    }

    /// Cr each interest's gross, Dr its tax and deducts, by the deck of the production month; the company's own first. What
    /// is held goes to suspense.
    fn owner_shares<'w>(
        &'w self,
        draft: &mut Draft<'w>,
        produced: Month,
        (well, place): (u32, u8),
        split: &Split,
    ) {
        let lease = &self.masters.leases[self.masters.wells[well as usize].lease as usize];
        let deck = lease.deck(produced);
        let entered = Month::of(draft.posting_date);
        for (i, share) in deck.interests.iter().enumerate() {
            let owner = &self.masters.owners[deck.owners[i] as usize];
            let held = if i == 0 { None } else { owner.suspense(entered) };
            // What a month of low prices costs somebody who has passed on the interest is claimed: no later revenue pays it.
            let is_former = !lease.deck(entered.plus(-1)).owners.contains(&deck.owners[i]);
            let net = split.parts[i] - split.tax_parts[i] - split.deduct_parts[i];
            let payable = match held {
                Some(_) => code::SUSPENSE,
                None if is_former && net < 0 => code::OTHER_RECEIVABLES,
                None => code::OWNERS_PAYABLE,
            };
            let of_owner = |line: &mut JournalLine<'w>| {
                self.at_well(line, well, place);
                line.owner_id = Some(share.owner_id.as_str().into());
                line.suspense_code = held.map(Into::into);
            };
            let gross = if i == 0 { account(place) } else { payable };
            draft.credit(gross, split.parts[i], |line| {
                of_owner(line);
                line.interest_type = Some(share.interest_type);
                line.decimal_interest = Some(share.decimal_interest);
                line.quantity = Some(Quantity::from_units(split.volumes[i]));
                line.unit_of_measure = Some(unit(product(place)).into());
                line.unit_price = Some(split.price);
                line.heat_factor = self.heat(well, place);
            });
            draft.debit(if i == 0 { code::SEVERANCE_EXPENSE } else { payable }, split.tax_parts[i], |line| {
                of_owner(line);
                self.state_tax(line, split, split.parts[i]);
            });
            draft.debit(
                if i == 0 { code::GATHERING_EXPENSE } else { payable },
                split.deduct_parts[i],
                |line| {
                    of_owner(line);
                    line.text = Some("Gathering and processing".into());
                },
            );
        }
        self.charges(draft, well, place, split);
    }

    /// The final's lines once more, each with the difference alone, in an open period.
    fn correction_of(
        &self,
        document: Document,
        entered_on: NaiveDate,
        correction: &Correction,
        target: uuid::Uuid,
    ) -> Draft<'_> {
        let (well, place) = (document.subject, document.part as u8);
        let Correction { corrected, booked: (volume, price), delta, .. } = correction;
        let what = format!("Prior period adjustment, {}", self.sale_name(*corrected, document));
        let mut draft = Draft::new(document, entered_on, what);
        draft.production_month = Some(corrected.first());
        draft.adjusts = Some(target);
        self.receivable(&mut draft, well, place, delta);
        if let Some(receivable) = draft.lines.first_mut() {
            receivable.text = Some(format!("Booked {volume} {} at {price}", unit(product(place))).into());
        }
        self.owner_shares(&mut draft, *corrected, (well, place), delta);
        // A part that rounds to nothing leaves no line, so the shares that are left do not make a whole deck.
        let whole: i64 = draft
            .lines
            .iter()
            .filter_map(|line| line.interest_type.and(line.decimal_interest))
            .map(|share| share.units())
            .sum();
        if whole != ledger::DecimalInterest::ONE.units() {
            for line in &mut draft.lines {
                line.interest_type = None::<InterestType>;
            }
        }
        draft
    }
}

/// Dr cash / Cr receivable: a purchaser pays what a month's finals of one settlement date come to, sale by sale, and with the
/// later date the corrections of the month before; now and then a little less, which is written off.
fn receipt(world: &World, document: Document, entered_on: NaiveDate) -> Draft<'_> {
    let ground = &world.ground;
    let (purchaser, after) = (document.subject, i32::from(document.part));
    let what = format!("Receipt for {}, {}", document.month.label(), ground.name(purchaser));
    let mut draft = Draft::new(document, entered_on, what);
    draft.production_month = Some(document.month.first());
    let facts = world.facts(document.month);
    let of_purchaser = |well: u32| {
        let lease = ground.masters.wells[well as usize].lease;
        ground.masters.leases[lease as usize].purchaser == purchaser
    };
    let paid =
        facts.sales.iter().filter(|((well, place), _)| settles_after(*place) == after && of_purchaser(*well));
    let paid: Vec<(u32, u8, i64)> =
        paid.map(|((well, place), sale)| (*well, *place, sale.last.gross)).collect();
    let short = short_paid(ground, document, &paid);
    let corrected_in = document.month.plus(1);
    let corrected: Vec<(u32, u8, i64)> = match after {
        1 => Vec::new(),
        _ => world
            .facts(corrected_in)
            .corrections
            .iter()
            .filter(|((well, _), _)| of_purchaser(*well))
            .map(|((well, place), correction)| (*well, *place, correction.delta.gross))
            .collect(),
    };
    let total: i64 = paid.iter().chain(&corrected).map(|(.., cents)| cents).sum();
    draft.debit(code::CASH, total - short.map_or(0, |(.., cents)| cents), |_| {});
    if let Some((well, place, cents)) = short {
        draft.debit(account(place), cents, |line| {
            ground.at_well(line, well, place);
            line.text = Some("Short paid, written off".into());
        });
    }
    let settled = [
        (Template::RevenueFinal, document.month, paid),
        (Template::PriorPeriodAdjustment, corrected_in, corrected),
    ];
    for (template, month, sales) in settled {
        for (well, place, cents) in sales {
            draft.credit(code::SALES_RECEIVABLE, cents, |line| {
                ground.at_well(line, well, place);
                ground.with(line, purchaser);
                line.clears_entry_id = Some(world.id(Document::new(template, month, well, u16::from(place))));
            });
        }
    }
    draft
}

/// One receipt in six falls short by some dollars on one sale.
fn short_paid(ground: &Ground, document: Document, paid: &[(u32, u8, i64)]) -> Option<(u32, u8, i64)> {
    let mut draw = document.draw(ground.seed, Stream::Final);
    if draw.below(6) > 0 || paid.is_empty() {
        return None;
    }
    let (well, place, cents) = *draw.pick(paid);
    (cents > 2_000_00).then(|| (well, place, draw.between(1_00, 900_00)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sound::{any_is_sound, sound, world};
    use proptest::prelude::*;

    any_is_sound!(Revenue);

    proptest! {
        /// Any volume at any price, also below zero, splits among any well's owners without a cent lost.
        #[test]
        fn any_volume_at_any_price_is_shared_without_losing_a_cent(
            nth in any::<prop::sample::Index>(),
            place in 0_u8..3,
            volume in 1_i64..2_000_000_000,
            price in -40_000_000_i64..150_000_000,
            provisional in -40_000_000_i64..150_000_000,
        ) {
            let ground = &world().ground;
            let month = Month::of("2025-01-01".parse().unwrap());
            let well = *nth.get(ground.masters.on_production(month));
            let (volume, price) = (Quantity::from_units(volume), UnitPrice::from_units(price));
            let gross = Money::product(volume, price).unwrap().units();
            let split = ground.split(month, well, place, volume, price, gross);
            prop_assert_eq!(split.parts.iter().sum::<i64>(), split.gross);
            prop_assert_eq!(split.tax_parts.iter().sum::<i64>(), split.tax);
            prop_assert_eq!(split.deduct_parts.iter().sum::<i64>(), split.deduct);
            prop_assert!(split.tax >= 0);
            if gross != 0 {
                let document = Document::new(Template::RevenueFinal, month, well, u16::from(place));
                let day = month.plus(2).first();
                let accrual = Document::new(Template::RevenueAccrual, month, well, u16::from(place));
                let target = world().id(accrual);
                let provisional = UnitPrice::from_units(provisional);
                let ticketed = Money::product(volume, provisional).unwrap().units();
                let tickets = (provisional, if place == LIQUIDS { 0 } else { ticketed });
                let accrued = ground.accrual_draft(accrual, day, &split, tickets);
                sound(&ground.final_draft(document, day, (volume, tickets), &split))?;
                sound(&accrued)?;
                sound(&accrued.mirror(accrual.as_template(Template::RevenueAccrualReversal), day, target))?;
            }
        }
    }
}
