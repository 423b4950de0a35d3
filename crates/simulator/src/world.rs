//! The world: settings, masters, and the sequence of submissions.

use crate::draft::Draft;
use crate::facts::{Facts, Ground};
use crate::faults::{self, Planted};
use crate::kind::Kind;
use crate::masters::Masters;
use crate::month::Month;
use crate::opening::{Balances, Item};
use crate::plan::{Counters, Plan, Planned};
use crate::prices::Series;
use crate::revenue::Sale;
use crate::settings::{Settings, SettingsError};
use chrono::{DateTime, Datelike, Days, NaiveDate, TimeDelta, Utc};
use ledger::period::{business_day_of, midnight, opening_period, periods_of_year};
use ledger::reference::{MarketPrice, Production, ReferenceRecord, Reserve};
use ledger::{DocumentType, JournalEntry, Money, Quantity, Side};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock};
use uuid::Uuid;

/// Months whose facts are kept: the three that a month's documents look back on, for a few readers at once. Each is some
/// hundred kilobytes.
const FACTS_MAX: usize = 8;
/// Months whose plans are kept; each is about ten megabytes at scale 1.
const PLANS_MAX: usize = 3;
/// Months that a document can be entered after the month whose business it is.
const LOOK_BACK: i32 = 3;
/// Months before the first that are booked to find its open items: after that every item has been cleared.
const FOLDED: i32 = 2;
/// Approves what is above a limit, and never creates an entry.
const APPROVER: &str = "cfo";

/// One submission: a good entry, or a fault planted beside one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submission<'w> {
    /// Gapless from 0 over the good submissions; a planted one carries its sibling's.
    pub ordinal: u64,
    /// Unique per submission. Depends on what shapes the ledger, never on fault rates or batches.
    pub ce_id: Uuid,
    /// The entry; of a planted one, its faulty form.
    pub entry: JournalEntry<'w>,
    /// How it is broken, where it was planted.
    pub planted: Option<Planted>,
}

/// The ledger's world. Immutable but for a bounded cache, so any number of threads can ask it at once.
#[derive(Debug)]
pub struct World {
    settings: Settings,
    ground: Ground,
    identity: [u8; 32],
    opening: OnceLock<Vec<Vec<(Item, i64)>>>,
    months: Mutex<Months>,
}

#[derive(Debug, Default)]
struct Months {
    facts: BTreeMap<Month, Arc<Facts>>,
    plans: BTreeMap<Month, Arc<Plan>>,
    /// What was counted before each month; a few bytes a month.
    counters: BTreeMap<Month, Counters>,
}

impl World {
    /// The world of these settings.
    ///
    /// # Errors
    /// All settings that are out of range.
    pub fn new(settings: Settings) -> Result<Self, SettingsError> {
        settings.check()?;
        let masters = Masters::new(settings.seed, settings.scale, settings.start_date);
        let ground =
            Ground { seed: settings.seed, scale: settings.scale, prices: settings.prices.clone(), masters };
        let identity = identity(&settings);
        Ok(Self { settings, ground, identity, opening: OnceLock::new(), months: Mutex::default() })
    }

    /// The settings.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// When the first entry, an opening balance, is entered: nothing is earlier.
    #[must_use]
    pub fn begins_at(&self) -> DateTime<Utc> {
        midnight(self.settings.start_date) - TimeDelta::hours(1)
    }

    /// The end of history: everything before it belongs to the run's fingerprint.
    #[must_use]
    pub fn history_ends_at(&self) -> DateTime<Utc> {
        midnight(self.settings.start_date + Days::new(u64::from(self.settings.historical_days)))
    }

    /// The masters known when the run begins, what is pointed at before what points.
    #[must_use]
    pub fn opening_reference(&self) -> Vec<ReferenceRecord> {
        let start = self.settings.start_date;
        let mut records = self.ground.masters.records(start - Days::new(730));
        let first_year = Month::of(start).plus(-1).first().year();
        for company in &self.ground.masters.companies {
            let code = &company.company_code;
            records.push(ReferenceRecord::Period(opening_period(code, start)));
            for year in first_year..=start.year() + 1 {
                records.extend(periods_of_year(code, year).into_iter().map(ReferenceRecord::Period));
            }
        }
        let known = self.ground.prices.rows().filter(|(_, month, _)| *month < start);
        records.extend(
            known.map(|(series, month, price)| {
                market_price(series, month, price, self.settings.prices.source())
            }),
        );
        records
    }

    /// The masters that become known from `from` up to and without `until`, each with its instant: before the first entry
    /// that points at them.
    #[must_use]
    pub fn reference_between(
        &self,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Vec<(DateTime<Utc>, ReferenceRecord)> {
        let mut records = Vec::new();
        let mut month = Month::of(from.date_naive()).plus(-1);
        let end = Month::of(until.date_naive());
        while month <= end {
            let window = from.max(midnight(self.settings.start_date))..until;
            let of_year = month.first();
            if of_year.month() == 11
                && of_year.year() > self.settings.start_date.year()
                && window.contains(&month.begins_at())
            {
                for company in &self.ground.masters.companies {
                    let periods = periods_of_year(&company.company_code, of_year.year() + 1);
                    records.extend(
                        periods
                            .into_iter()
                            .map(|period| (month.begins_at(), ReferenceRecord::Period(period))),
                    );
                }
            }
            let reported = midnight(business_day_of(month.plus(1).first(), 3));
            if window.contains(&reported) {
                records.extend(self.month_reported(month).into_iter().map(|record| (reported, record)));
            }
            month = month.plus(1);
        }
        records.sort_by_key(|(known_at, _)| *known_at);
        records
    }

    /// Production, reserves and prices of a month.
    fn month_reported(&self, month: Month) -> Vec<ReferenceRecord> {
        let facts = self.facts(month);
        let mut records = Vec::new();
        for ((well, product), split) in &facts.accrued {
            let product = crate::masters::PRODUCTS[*product];
            let well_id = self.ground.masters.wells[*well].record.well_id.clone();
            let unit_of_measure = if product == ledger::Product::Gas { "MCF" } else { "BBL" }.to_owned();
            let proved = Quantity::from_units(split.volume.units() * 96);
            records.push(ReferenceRecord::Production(Production {
                well_id: well_id.clone(),
                product,
                production_month: month.first(),
                revision: 0,
                volume: split.volume,
                unit_of_measure: unit_of_measure.clone(),
            }));
            records.push(ReferenceRecord::Reserve(Reserve {
                well_id,
                product,
                effective_date: month.last(),
                proved_developed: proved,
                proved,
                unit_of_measure,
            }));
        }
        for series in Series::ALL {
            let price = self.ground.prices.month(self.settings.seed, series, month.first());
            records.push(market_price(series, month.first(), price, self.settings.prices.source()));
        }
        records
    }

    /// The submissions entered from `from` up to and without `until`, in their one order. A planted fault stands right
    /// before its sibling, or right behind it where it is one only there.
    #[must_use]
    pub fn submissions(&self, from: DateTime<Utc>, until: DateTime<Utc>) -> Vec<Submission<'_>> {
        let mut submissions = Vec::new();
        let mut month = Month::of(from.max(self.begins_at()).date_naive());
        while month.begins_at() < until {
            let plan = self.plan(month);
            let (first, documents) = plan.window(from.timestamp_micros(), until.timestamp_micros());
            submissions.reserve(documents.len());
            for (ordinal, planned) in (first..).zip(documents) {
                self.submit(ordinal, planned, &mut submissions);
            }
            month = month.plus(1);
        }
        submissions
    }

    fn submit<'w>(&'w self, ordinal: u64, planned: &Planned, submissions: &mut Vec<Submission<'w>>) {
        let entry = self.entry(planned);
        let beside = faults::beside(&self.settings, ordinal, &entry);
        let planted = |(entry, planted): faults::Fault<'w>| {
            let ce_id = self.ce_id(ordinal, planted.reason().code());
            Submission { ordinal, ce_id, entry, planted: Some(planted) }
        };
        submissions.extend(beside.before.into_iter().map(planted));
        submissions.push(Submission { ordinal, ce_id: self.ce_id(ordinal, ""), entry, planted: None });
        submissions.extend(beside.after.into_iter().map(planted));
    }

    fn ce_id(&self, ordinal: u64, fault: &str) -> Uuid {
        let mut hasher = blake3::Hasher::new_keyed(&self.identity);
        hasher.update(&ordinal.to_le_bytes()).update(fault.as_bytes());
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
        uuid::Builder::from_custom_bytes(bytes).into_uuid()
    }

    // --- planning --------------------------------------------------------------------------------------------------

    fn facts(&self, month: Month) -> Arc<Facts> {
        if let Some(facts) = self.months.lock().expect("no holder of this lock panics").facts.get(&month) {
            return Arc::clone(facts);
        }
        // Made outside the lock: two threads may make the same facts, and they are the same.
        let facts = Arc::new(self.ground.facts(month));
        let mut months = self.months.lock().expect("no holder of this lock panics");
        bounded_insert(&mut months.facts, month, Arc::clone(&facts), FACTS_MAX);
        facts
    }

    fn plan(&self, month: Month) -> Arc<Plan> {
        if let Some(plan) = self.months.lock().expect("no holder of this lock panics").plans.get(&month) {
            return Arc::clone(plan);
        }
        let plan = Arc::new(Plan::new(self.documents_entered_in(month), &self.counted_before(month)));
        let mut months = self.months.lock().expect("no holder of this lock panics");
        months.counters.insert(month.plus(1), plan.after.clone());
        bounded_insert(&mut months.plans, month, Arc::clone(&plan), PLANS_MAX);
        plan
    }

    /// Counts the months before, from the nearest that is known.
    fn counted_before(&self, month: Month) -> Counters {
        let first = Month::of(self.begins_at().date_naive());
        let known = {
            let months = self.months.lock().expect("no holder of this lock panics");
            months.counters.range(..=month).next_back().map(|(known, counters)| (*known, counters.clone()))
        };
        let (mut at, mut counters) = known.unwrap_or((first, Counters::default()));
        while at < month {
            counters = Plan::new(self.documents_entered_in(at), &counters).after;
            at = at.plus(1);
            self.months.lock().expect("no holder of this lock panics").counters.insert(at, counters.clone());
        }
        counters
    }

    fn documents_entered_in(&self, month: Month) -> Vec<Planned> {
        let from = month.begins_at().max(self.begins_at());
        let until = month.plus(1).begins_at();
        let mut kinds = Vec::new();
        if from == self.begins_at() {
            kinds.extend((0..self.opening().len() as u32 + 3).map(|part| Kind::Opening { part }));
        }
        for back in 0..=LOOK_BACK {
            let base = month.plus(-back);
            if base >= self.first_folded() {
                self.ground.documents(base, &self.facts(base), &mut kinds);
            }
        }
        let from = from.max(midnight(self.settings.start_date));
        let mut planned: Vec<Planned> = kinds
            .into_iter()
            .map(|kind| self.planned(kind))
            .filter(|planned| {
                let in_month = planned.entered_at >= from.timestamp_micros()
                    && planned.entered_at < until.timestamp_micros();
                in_month || matches!(planned.kind, Kind::Opening { .. })
            })
            .collect();
        let tickets = self.ground.slots(month).map(|slot| self.planned(Kind::Ticket { slot }));
        planned.extend(tickets.filter(|planned| planned.entered_at >= from.timestamp_micros()));
        planned
    }

    fn planned(&self, kind: Kind) -> Planned {
        let entered_at = self.ground.entered_at(kind, self.begins_at());
        Planned {
            entered_at: entered_at.timestamp_micros(),
            kind,
            posting_date: posting_date(kind, entered_at.date_naive()),
            number: 0,
        }
    }

    fn first_folded(&self) -> Month {
        Month::of(self.settings.start_date).plus(-FOLDED)
    }

    /// The open items, folded from what was entered before the start.
    fn opening(&self) -> &Vec<Vec<(Item, i64)>> {
        self.opening.get_or_init(|| {
            let start = midnight(self.settings.start_date);
            let mut balances = Balances::default();
            balances.capitalise(&self.ground.masters, self.settings.start_date);
            let mut month = self.first_folded();
            while month <= Month::of(self.settings.start_date) {
                let mut kinds = Vec::new();
                self.ground.documents(month, &self.facts(month), &mut kinds);
                kinds.extend(self.ground.slots(month).map(|slot| Kind::Ticket { slot }));
                for kind in kinds {
                    let planned = self.planned(kind);
                    if planned.entered_at < start.timestamp_micros() {
                        balances.book(&self.draft(&planned).lines);
                    }
                }
                month = month.plus(1);
            }
            balances.parts()
        })
    }

    // --- building --------------------------------------------------------------------------------------------------

    fn draft(&self, planned: &Planned) -> Draft<'_> {
        let ground = &self.ground;
        let day = planned.posting_date;
        let facts = || self.facts(planned.kind.base_month(ground));
        let id = |kind| ground.entry_id(kind, self.begins_at());
        let sale = |month, well: u32, product: u8| Sale {
            month,
            well: well as usize,
            product: usize::from(product),
        };
        match planned.kind {
            Kind::Opening { part } if part < 3 => ground.opening_cash_entry(part as u8, day),
            Kind::Opening { part } => ground.opening_entry(&self.opening()[part as usize - 3], part, day),
            Kind::Ticket { slot } => ground.ticket_entry(slot, day),
            Kind::Invoice { day, index } => ground.invoice_entry(day, index),
            Kind::Payment { day: of, index } => {
                ground.payment_entry(of, index, day, id(Kind::Invoice { day: of, index }))
            }
            Kind::ServiceInvoice { month, vendor } => {
                ground.service_invoice_entry(month, vendor, day, &facts())
            }
            Kind::ServicePayment { month, vendor } => ground.service_payment_entry(
                vendor,
                day,
                &facts(),
                id(Kind::ServiceInvoice { month, vendor }),
            ),
            Kind::Payroll { month, half, company } => ground.payroll_entry(month, half, company, day),
            Kind::Withholding { month, company } => ground.withholding_entry(month, company, day),
            Kind::Accrual { month, well, product } => {
                ground.accrual_entry(sale(month, well, product), &facts())
            }
            Kind::Reversal { month, well, product } => {
                let accrual = id(Kind::Accrual { month, well, product });
                ground.reversal_entry(sale(month, well, product), &facts(), accrual)
            }
            Kind::Final { month, well, product } => {
                ground.final_entry(sale(month, well, product), &facts(), day)
            }
            Kind::Receipt { month, purchaser } => ground.receipt_entry(month, purchaser, &facts(), day),
            Kind::Distribution { month, owner } => ground.distribution_entry(month, owner, &facts(), day),
            Kind::Severance { month, tax } => ground.severance_entry(month, tax, &facts(), day),
            Kind::Depletion { month, well } => ground.depletion_entry(month, well, &facts()),
            Kind::CutBack { month, lease } => ground.cut_back_entry(month, lease, &facts()),
            Kind::JointReceipt { month, lease, partner } => ground.joint_receipt_entry(
                (month, lease, partner),
                &facts(),
                day,
                id(Kind::CutBack { month, lease }),
            ),
        }
    }

    fn entry(&self, planned: &Planned) -> JournalEntry<'_> {
        let draft = self.draft(planned);
        let company = &self.ground.masters.companies[usize::from(planned.kind.company())];
        let entry_id = self.ground.entry_id(planned.kind, self.begins_at());
        let total =
            |side| draft.lines.iter().filter(|line| line.side == side).map(|line| line.amount).sum::<Money>();
        let (total_debit, total_credit) = (total(Side::Debit), total(Side::Credit));
        let needs_approval = total_debit > company.approval_limit || draft.source == ledger::Source::Manual;
        let fiscal_period = match draft.document_type {
            DocumentType::Opening => 0,
            _ => draft.posting_date.month() as i32,
        };
        JournalEntry {
            entry_id,
            chain_id: draft.chain.unwrap_or(entry_id),
            company_code: company.company_code.as_str().into(),
            ledger: "PRIMARY".into(),
            document_type: draft.document_type,
            entry_number: planned.number,
            posting_date: draft.posting_date,
            document_date: draft.document_date,
            due_date: draft.due_date,
            entered_at: DateTime::from_timestamp_micros(planned.entered_at)
                .expect("planned instants are in range"),
            fiscal_year: draft.posting_date.year(),
            fiscal_period,
            production_month: draft.production_month,
            source: draft.source,
            transaction_type: draft.transaction_type.into(),
            description: draft.description.into(),
            currency: "USD".into(),
            functional_currency: "USD".into(),
            fx_rate: None,
            created_by: draft.created_by.into(),
            approved_by: needs_approval.then(|| APPROVER.into()),
            source_document: draft.source_document.map(Into::into),
            reverses_entry_id: draft.reverses,
            auto_reverse_on: draft.auto_reverse_on,
            adjusts_entry_id: None,
            intercompany_group_id: None,
            total_debit,
            total_credit,
            lines: draft.lines,
        }
    }
}

/// The day on which a document counts: the month that it closes, or the day on which it is entered.
fn posting_date(kind: Kind, entered_on: NaiveDate) -> NaiveDate {
    match kind {
        Kind::Accrual { month, .. } | Kind::Depletion { month, .. } | Kind::CutBack { month, .. } => {
            month.last()
        }
        Kind::Reversal { month, .. } => month.plus(1).first(),
        _ => entered_on,
    }
}

/// Keeps the newest months.
fn bounded_insert<T>(months: &mut BTreeMap<Month, T>, month: Month, value: T, max: usize) {
    months.insert(month, value);
    if months.len() > max {
        let farthest = months.keys().copied().max_by_key(|known| (known.0 - month.0).abs());
        months.remove(&farthest.expect("there are more than the most"));
    }
}

/// BLAKE3 over what shapes the ledger: not fault rates, days of history or batches.
fn identity(settings: &Settings) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(b"wellbook ledger ").update(crate::VERSION.as_bytes());
    hasher.update(&settings.seed.to_le_bytes());
    hasher.update(&settings.start_date.to_epoch_days().to_le_bytes());
    hasher.update(&settings.scale.to_le_bytes());
    hasher.update(settings.prices.digest().as_bytes());
    *hasher.finalize().as_bytes()
}

fn market_price(series: Series, month: NaiveDate, price: ledger::UnitPrice, source: &str) -> ReferenceRecord {
    ReferenceRecord::MarketPrice(MarketPrice {
        series: series.code().to_owned(),
        price_date: month,
        price_source: source.to_owned(),
        revision: 0,
        price,
        unit_of_measure: series.unit_of_measure().to_owned(),
        currency: "USD".to_owned(),
    })
}
