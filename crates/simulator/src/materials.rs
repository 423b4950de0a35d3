//! Materials: bought into inventory ahead of their need, moved to wells at the condition that COPAS prices them by.

use crate::document::{Document, some_business_day};
use crate::draft::Draft;
use crate::ground::{Ground, Spent, scattered};
use crate::masters::projects::INVOICED;
use crate::month::Month;
use crate::random::{Draw, Stream};
use crate::template::Template;
use crate::world::World;
use chrono::NaiveDate;
use ledger::chart::code;
use ledger::period::on_or_after;
use ledger::split::largest_remainder;
use ledger::{Money, Rate};
use std::collections::BTreeMap;

/// Transfers of a month at scale 1.
const TRANSFERS: u32 = 60;
/// Purchases of a month by kind of material.
const PURCHASES: u16 = 6;
/// Months that material is bought ahead of its need, at least and at most: the yard is never empty, since it begins with more
/// than the need of as many months.
const AHEAD: (i32, i32) = (1, 3);
/// Conditions of material and what of the new price it is moved at (COPAS accounting procedure).
const CONDITIONS: [(&str, i64); 3] = [("Condition A", 100), ("Condition B", 75), ("Condition C", 50)];

/// Material that goes to a well.
struct Moved {
    /// Whether it is tubulars, or else equipment.
    is_tubular: bool,
    account: &'static str,
    project: Option<u32>,
    well: u32,
    condition: &'static str,
    /// The price of it when new.
    new: Money,
    rate: Rate,
}

impl Moved {
    fn cents(&self) -> i64 {
        Money::product(self.new, self.rate).expect("a transfer fits").units()
    }
}

impl Ground {
    fn moved(&self, month: Month, nth: u32) -> Moved {
        let mut draw = Draw::new(self.seed, Stream::Material, u64::from(nth), month.number());
        let drilling: Vec<u32> = self
            .masters
            .operated_projects(month)
            .filter(|(_, project)| (0..INVOICED).contains(&project.phase(month)))
            .map(|(at, _)| at)
            .collect();
        let is_tubular = !drilling.is_empty() && draw.below(3) == 0;
        let (condition, percent) =
            if is_tubular { CONDITIONS[0] } else { CONDITIONS[draw.below(3) as usize] };
        let new =
            Money::from_units(scattered(&mut draw, if is_tubular { 4_200_000 } else { 800_000 }).max(90_00));
        let (account, project, well) = if is_tubular {
            let project = *draw.pick(&drilling);
            ("243.030", Some(project), self.masters.projects[project as usize].well)
        } else {
            let transfer = Document::new(Template::MaterialTransfer, month, nth, 0);
            (code::REPAIRS, None, self.masters.any_on_production(self.moved_on(transfer), &mut draw))
        };
        Moved {
            is_tubular,
            account,
            project,
            well,
            condition,
            new,
            rate: Rate::from_units(percent * 1_000_000),
        }
    }

    fn moved_on(&self, transfer: Document) -> NaiveDate {
        some_business_day(transfer.month, &mut transfer.draw(self.seed, Stream::Material))
    }

    fn transfers(&self, month: Month) -> impl Iterator<Item = Moved> + '_ {
        (0..TRANSFERS * self.scale).map(move |nth| self.moved(month, nth))
    }

    /// Adds what materials cost the wells they went to.
    pub(crate) fn materials_moved(&self, month: Month, costs: &mut BTreeMap<Spent, i64>) {
        for moved in self.transfers(month) {
            let lease = self.masters.wells[moved.well as usize].lease;
            let spent = Spent { lease, project: moved.project, account: moved.account, well: moved.well };
            *costs.entry(spent).or_default() += moved.cents();
        }
    }

    /// What a month takes out of inventory.
    fn needed(&self, month: Month, is_tubular: bool) -> i64 {
        let taken = self.transfers(month).filter(|moved| moved.is_tubular == is_tubular);
        taken.map(|moved| moved.cents()).sum()
    }

    /// How many months ahead it is bought.
    fn bought_ahead(&self, month: Month, is_tubular: bool) -> i32 {
        let kind = (1 << 42) + u64::from(is_tubular);
        let mut draw = Draw::new(self.seed, Stream::Material, kind, month.number());
        draw.between(i64::from(AHEAD.0), i64::from(AHEAD.1)) as i32
    }

    /// A purchase: a month's purchases are what later months need, of those that are bought for now.
    fn purchase(&self, document: Document) -> i64 {
        let is_tubular = document.subject == 0;
        let ahead = AHEAD.0..=AHEAD.1;
        let bought_now = ahead.map(|ahead| (ahead, document.month.plus(ahead)));
        let bought_now = bought_now.filter(|(ahead, need)| self.bought_ahead(*need, is_tubular) == *ahead);
        let taken: i64 = bought_now.map(|(_, need)| self.needed(need, is_tubular)).sum();
        let mut draw = Draw::new(self.seed, Stream::Material, 1 << 40, document.month.number());
        let weights: Vec<i64> = (0..PURCHASES).map(|_| draw.between(20, 100)).collect();
        largest_remainder(taken, &weights)[usize::from(document.part)]
    }

    fn supplier(&self, document: Document) -> u32 {
        let suppliers = &self.masters.counterparties.materials;
        let mut draw = Draw::new(
            self.seed,
            Stream::Material,
            (1 << 41) + u64::from(document.part),
            document.month.number(),
        );
        loop {
            let (at, trade) = suppliers.pick(&mut draw);
            if (trade.accounts[0] == code::TUBULARS) == (document.subject == 0) {
                return at;
            }
        }
    }

    fn bought_on(&self, purchase: Document) -> NaiveDate {
        let mut draw = purchase.as_template(Template::MaterialPurchase).draw(self.seed, Stream::Material);
        some_business_day(purchase.month, &mut draw)
    }
}

/// Every document of materials whose business is of `month`.
pub(crate) fn documents(world: &World, month: Month, found: &mut Vec<Document>) {
    for subject in [0, 1] {
        for part in 0..PURCHASES {
            let purchase = Document::new(Template::MaterialPurchase, month, subject, part);
            if world.ground.purchase(purchase) > 0 {
                found.extend([purchase, purchase.as_template(Template::MaterialPayment)]);
            }
        }
    }
    let transfers = 0..TRANSFERS * world.ground.scale;
    found.extend(transfers.map(|nth| Document::new(Template::MaterialTransfer, month, nth, 0)));
}

/// The day on which a document of this family is entered.
pub(crate) fn entered_on(world: &World, document: Document) -> NaiveDate {
    match document.template {
        Template::MaterialPurchase => world.ground.bought_on(document),
        Template::MaterialPayment => {
            let ground = &world.ground;
            on_or_after(ground.due(ground.bought_on(document), ground.supplier(document)))
        }
        _ => world.ground.moved_on(document),
    }
}

/// Builds a document of this family.
pub(crate) fn draft(world: &World, document: Document, entered_on: NaiveDate) -> Draft<'_> {
    let ground = &world.ground;
    if document.template == Template::MaterialTransfer {
        return ground.transfer_draft(document, entered_on);
    }
    let (cents, supplier) = (ground.purchase(document), ground.supplier(document));
    let mut draft = Draft::new(document, entered_on, String::new());
    if document.template == Template::MaterialPurchase {
        draft.description = format!("Materials, {}", ground.name(supplier));
        draft.due_date = Some(ground.due(draft.document_date, supplier));
        draft.source_document =
            Some(format!("PO-{}-{}{:02}", document.month.label(), document.subject, document.part));
        draft.debit(
            if document.subject == 0 { code::TUBULARS } else { code::EQUIPMENT_INVENTORY },
            cents,
            |_| {},
        );
        draft.credit(code::VOUCHERS_PAYABLE, cents, |line| ground.with(line, supplier));
    } else {
        draft.description = format!("Payment, {}", ground.name(supplier));
        draft.debit(code::VOUCHERS_PAYABLE, cents, |line| {
            ground.with(line, supplier);
            line.clears_entry_id = Some(world.id(document.as_template(Template::MaterialPurchase)));
        });
        draft.credit(code::CASH, cents, |_| {});
    }
    draft
}

impl Ground {
    /// Dr work in progress or repairs / Cr inventory, at the condition's part of the new price.
    fn transfer_draft(&self, document: Document, entered_on: NaiveDate) -> Draft<'_> {
        let moved = self.moved(document.month, document.subject);
        let what = format!("Material transfer to {}", self.well_name(moved.well));
        let mut draft = Draft::new(document, entered_on, what);
        draft.source_document = Some(format!("MT-{}-{:03}", document.month.label(), document.subject + 1));
        let cents = moved.cents();
        draft.debit(moved.account, cents, |line| {
            match moved.project {
                Some(project) => self.on_project(line, project),
                None => self.on_well(line, moved.well),
            }
            line.base_amount = Some(moved.new);
            line.rate = Some(moved.rate);
            line.text = Some(moved.condition.into());
        });
        let inventory = if moved.is_tubular { code::TUBULARS } else { code::EQUIPMENT_INVENTORY };
        draft.credit(inventory, cents, |_| {});
        draft
    }
}

#[cfg(test)]
mod tests {
    use crate::sound::any_is_sound;

    any_is_sound!(Materials);
}
