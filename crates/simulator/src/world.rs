//! The world: settings, masters, and the sequence of submissions.

use crate::document::Document;
use crate::draft::{Draft, posting_date};
use crate::faults::{self, Planted};
use crate::field::Ticket;
use crate::ground::{Facts, Ground};
use crate::items::{OpenItems, is_settled_as_planned, is_settled_in_order};
use crate::masters::{FOLDED, Masters, PRODUCTS, unit};
use crate::month::Month;
use crate::opening::Carried;
use crate::plan::{Counters, Plan, Planned};
use crate::prices::Series;
use crate::settings::{Settings, SettingsError};
use crate::standing::{self, Settled, Standing, Tickets, check_document, post_ticket};
use crate::template::{Counts, Family, Template};
use crate::{
    capital, close, currency, depletion, hedging, imbalance, joint_interest, materials, midstream,
    non_operator, opening, owners, payables, payroll, retirement, revenue, taxes, treasury,
};
use chrono::{DateTime, Datelike, Days, NaiveDate, TimeDelta, Utc};
use ledger::period::{ADJUSTING_PERIOD, midnight, opening_period, periods_of_year};
use ledger::reference::{MarketPrice, Production, ReferenceRecord, Reserve};
use ledger::{DocumentType, JournalEntry, Money, Quantity, Side};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock};
use uuid::Uuid;

/// Months whose facts are kept: those that a month's documents look back on, for a few readers at once. Each is some two
/// megabytes at scale 1.
const FACTS_MAX: usize = 8;
/// Months whose books are kept: a few readers at once, and days that are asked for backwards, where so many months are booked
/// anew at once; each is some two megabytes at scale 1.
const BOOKED_MAX: usize = 6;
/// Months whose plans are kept; each is about five megabytes at scale 1.
const PLANS_MAX: usize = 3;
/// Months whose field tickets are kept: those that are planned and built, for a few readers at once. Each is some five megabytes
/// at scale 1.
const FIELDS_MAX: usize = 3;
/// Months that a document can be entered after the month whose business it is.
const LOOK_BACK: i32 = 3;
/// Approve what is made by hand up to the company's limit, and what is above it; neither creates an entry.
const APPROVERS: [&str; 2] = ["controller", "cfo"];

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

/// The ledger's world. Immutable but for bounded caches, so any number of threads can ask it at once.
#[derive(Debug)]
pub struct World {
    settings: Settings,
    pub(crate) ground: Ground,
    identity: [u8; 32],
    first_standing: OnceLock<Arc<Standing>>,
    opening: OnceLock<Carried>,
    months: Mutex<Months>,
}

/// A value that one thread makes while the others who want it wait.
type Cell<T> = Arc<OnceLock<T>>;

#[derive(Debug, Default)]
struct Months {
    facts: BTreeMap<Month, Cell<Arc<Facts>>>,
    fields: BTreeMap<Month, Cell<Arc<Vec<Ticket>>>>,
    booked: BTreeMap<Month, Cell<Arc<Booked>>>,
    plans: BTreeMap<Month, Cell<Arc<Plan>>>,
    /// What was counted before each month; a few bytes a month.
    counters: BTreeMap<Month, Counters>,
}

/// A month that has been booked.
#[derive(Debug)]
struct Booked {
    /// Its documents in order but for field tickets, also those entered before the books begin.
    documents: Vec<Planned>,
    settled: Arc<Settled>,
    /// What stands when the next month begins.
    next: Arc<Standing>,
}

impl World {
    /// The world of these settings.
    ///
    /// # Errors
    /// All settings that are out of range.
    pub fn new(settings: Settings) -> Result<Self, SettingsError> {
        settings.check()?;
        let mut masters = Masters::new(settings.seed, settings.scale, settings.start_date);
        masters.tax_by_prices(settings.seed, &settings.prices);
        let ground =
            Ground { seed: settings.seed, scale: settings.scale, prices: settings.prices.clone(), masters };
        let identity = identity(&settings);
        Ok(Self {
            settings,
            ground,
            identity,
            first_standing: OnceLock::new(),
            opening: OnceLock::new(),
            months: Mutex::default(),
        })
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

    fn first_month(&self) -> Month {
        Month::of(self.settings.start_date)
    }

    // --- reference records -----------------------------------------------------------------------------------------

    /// The masters known when the run begins, what is pointed at before what points.
    #[must_use]
    pub fn opening_reference(&self) -> Vec<ReferenceRecord> {
        let start = self.settings.start_date;
        let mut records = self.ground.masters.records(start);
        let first_year = opening::days(start).map(|day| day.year()).min();
        let first_year = first_year.unwrap_or_default().min(self.first_month().plus(-1).year());
        for company in &self.ground.masters.companies {
            let code = &company.company_code;
            let openings = opening::days(start).map(|day| opening_period(code, day + Days::new(1)));
            records.extend(openings.map(ReferenceRecord::Period));
            for year in first_year..=start.year() + 1 {
                records.extend(periods_of_year(code, year).into_iter().map(ReferenceRecord::Period));
            }
        }
        records.extend(self.prices_before(start));
        records
    }

    /// The prices of the months that have ended when the run begins: the table's, and those of all that is booked before.
    fn prices_before(&self, start: NaiveDate) -> Vec<ReferenceRecord> {
        let mut known: BTreeMap<(Series, Month), ledger::UnitPrice> = self
            .ground
            .prices
            .rows()
            .map(|(series, month, price)| ((series, Month::of(month)), price))
            .collect();
        let first = Month::of(start);
        for series in Series::ALL {
            // From the table's end on, prices follow their path.
            let of_table = known.keys().filter(|(of, _)| *of == series).map(|(_, month)| *month);
            let path = of_table.max().map_or(first, |last| last.plus(1)).min(first.plus(-FOLDED));
            for month in (path.0..first.0).map(Month) {
                let price = || self.ground.prices.month(self.settings.seed, series, month.first());
                known.entry((series, month)).or_insert_with(price);
            }
        }
        let ended = known.into_iter().filter(|((_, month), _)| *month < first);
        ended.map(|((series, month), price)| self.market_price(series, month, price)).collect()
    }

    /// The prices of a month, which are known once it has ended.
    fn prices_of(&self, month: Month) -> Vec<ReferenceRecord> {
        let price = |series| self.ground.prices.month(self.settings.seed, series, month.first());
        Series::ALL.map(|series| self.market_price(series, month, price(series))).into()
    }

    fn market_price(&self, series: Series, month: Month, price: ledger::UnitPrice) -> ReferenceRecord {
        ReferenceRecord::MarketPrice(MarketPrice {
            series: series.code().to_owned(),
            price_date: month.first(),
            price_source: self.settings.prices.source().to_owned(),
            revision: 0,
            price,
            unit_of_measure: series.unit_of_measure().to_owned(),
            currency: "USD".to_owned(),
        })
    }

    /// The masters that become known from `from` up to and without `until`, each with its instant: before the first entry
    /// that points at them.
    #[must_use]
    pub fn reference_between(
        &self,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Vec<(DateTime<Utc>, ReferenceRecord)> {
        let window = from.max(midnight(self.settings.start_date))..until;
        let mut records = Vec::new();
        let mut month = Month::of(from.date_naive()).plus(-1);
        while month.begins_at() < until {
            let known = self.ground.masters.became_known(month).into_iter();
            let known = known.map(|(day, record)| (midnight(day), record));
            let reported_at = reported_at(month);
            let reported =
                if window.contains(&reported_at) { self.month_reported(month) } else { Vec::new() };
            let reported = reported.into_iter().map(|record| (reported_at, record));
            let periods = self.periods_opened(month).into_iter().map(|record| (month.begins_at(), record));
            let priced_at = month.plus(1).begins_at();
            let prices = if window.contains(&priced_at) { self.prices_of(month) } else { Vec::new() };
            let prices = prices.into_iter().map(|record| (priced_at, record));
            records.extend(self.revised_within(month, &window));
            records.extend(
                known.chain(periods).chain(prices).chain(reported).filter(|(at, _)| window.contains(at)),
            );
            month = month.plus(1);
        }
        records.sort_by_key(|(known_at, _)| *known_at);
        records
    }

    /// Next year's periods, in November.
    fn periods_opened(&self, month: Month) -> Vec<ReferenceRecord> {
        if month.of_year() != 11 || month.year() <= self.settings.start_date.year() {
            return Vec::new();
        }
        let companies = self.ground.masters.companies.iter();
        companies
            .flat_map(|company| periods_of_year(&company.company_code, month.year() + 1))
            .map(ReferenceRecord::Period)
            .collect()
    }

    /// Production and reserves of a month.
    fn month_reported(&self, month: Month) -> Vec<ReferenceRecord> {
        let facts = self.facts(month);
        let standing = self.standing(month.plus(1));
        let mut records = Vec::new();
        for ((well, place), sale) in &facts.sales {
            let product = PRODUCTS[usize::from(*place)];
            let well_id = &self.ground.masters.wells[*well as usize].record.well_id;
            records.push(ReferenceRecord::Production(Production {
                well_id: well_id.clone(),
                product,
                production_month: month.first(),
                revision: 0,
                volume: sale.accrued.volume,
                unit_of_measure: unit(product).to_owned(),
            }));
            let made = Ground::equivalents(&facts, *well);
            let left = (standing.reserves[*well as usize] - made).max(0);
            records.push(ReferenceRecord::Reserve(reserve(
                well_id,
                month,
                product,
                sale.accrued.volume,
                (made, left),
            )));
        }
        records.extend(self.others_reported(month));
        records
    }

    /// Whether the production of a month is reported after the books begin.
    pub(crate) fn is_reported(&self, month: Month) -> bool {
        reported_at(month) >= midnight(self.settings.start_date)
    }

    /// Production of earlier months that is put right within a window of a month; each on the first instant of its day.
    fn revised_within(
        &self,
        month: Month,
        window: &std::ops::Range<DateTime<Utc>>,
    ) -> Vec<(DateTime<Utc>, ReferenceRecord)> {
        let mut dawns = month.days().map(midnight);
        if !dawns.any(|dawn| window.contains(&dawn)) {
            return Vec::new();
        }
        let revised = self.revised(month).into_iter();
        let revised = revised.map(|(day, record)| (midnight(day), ReferenceRecord::Production(record)));
        revised.filter(|(at, _)| window.contains(at)).collect()
    }

    /// The production that a month's finals, corrections and checks of other operators put right, each with its day.
    fn revised(&self, month: Month) -> Vec<(NaiveDate, Production)> {
        let mut revised = revenue::revised(self, month);
        let produced = month.plus(-1);
        if !self.is_reported(produced) {
            return revised;
        }
        for (at, well) in (0..).zip(&self.ground.masters.wells).filter(|(_, well)| !well.is_operated()) {
            for (place, product) in (0..).zip(PRODUCTS) {
                let Some(volume) = self.ground.others_revised(produced, at, place) else { continue };
                let check = Document::new(Template::NonOperatedRevenue, produced, at, u16::from(place));
                let record = Production {
                    well_id: well.record.well_id.clone(),
                    product,
                    production_month: produced.first(),
                    revision: 1,
                    volume,
                    unit_of_measure: unit(product).to_owned(),
                };
                revised.push((self.entered_on(check), record));
            }
        }
        revised
    }

    /// Production of wells that others operate.
    fn others_reported(&self, month: Month) -> Vec<ReferenceRecord> {
        let mut records = Vec::new();
        for (at, well) in (0..).zip(&self.ground.masters.wells).filter(|(_, well)| !well.is_operated()) {
            for (place, product) in (0..).zip(PRODUCTS) {
                let volume = self.ground.others_volume(month, at, place);
                if !volume.is_zero() {
                    records.push(ReferenceRecord::Production(Production {
                        well_id: well.record.well_id.clone(),
                        product,
                        production_month: month.first(),
                        revision: 0,
                        volume,
                        unit_of_measure: unit(product).to_owned(),
                    }));
                }
            }
        }
        records
    }

    // --- submissions -----------------------------------------------------------------------------------------------

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

    // --- months ----------------------------------------------------------------------------------------------------

    fn months(&self) -> std::sync::MutexGuard<'_, Months> {
        self.months.lock().expect("no holder of this lock panics")
    }

    pub(crate) fn facts(&self, month: Month) -> Arc<Facts> {
        let cell = kept(&mut self.months().facts, month, FACTS_MAX);
        Arc::clone(cell.get_or_init(|| Arc::new(self.ground.facts(month))))
    }

    /// The field tickets of a month, in order.
    fn field(&self, month: Month) -> Arc<Vec<Ticket>> {
        let cell = kept(&mut self.months().fields, month, FIELDS_MAX);
        Arc::clone(cell.get_or_init(|| Arc::new(self.ground.field(month))))
    }

    fn booked(&self, month: Month) -> Arc<Booked> {
        let cell = kept(&mut self.months().booked, month, BOOKED_MAX);
        // Booking a month asks for earlier ones only, so no two threads wait for each other.
        Arc::clone(cell.get_or_init(|| Arc::new(self.book(month))))
    }

    /// What stands when a month begins, folded on from the nearest month that is known.
    pub(crate) fn standing(&self, month: Month) -> Arc<Standing> {
        let base = self.ground.masters.base;
        if month <= base {
            return Arc::clone(self.first_standing.get_or_init(|| Arc::new(Standing::first(self))));
        }
        let known = {
            let months = self.months();
            let made = months.booked.range(..month).rev().find(|(_, cell)| cell.get().is_some());
            made.map_or(base, |(known, _)| *known)
        };
        let mut at = known;
        loop {
            let booked = self.booked_ahead(at, month);
            at = at.plus(1);
            if at == month {
                return Arc::clone(&booked.next);
            }
        }
    }

    /// Books a month of a fold that goes on to `until`, while another thread looks at what happened in the next.
    fn booked_ahead(&self, month: Month, until: Month) -> Arc<Booked> {
        if month.plus(1) >= until {
            return self.booked(month);
        }
        std::thread::scope(|scope| {
            scope.spawn(|| self.facts(month.plus(1)));
            self.booked(month)
        })
    }

    /// What a month's balances decided.
    pub(crate) fn settled(&self, month: Month) -> Arc<Settled> {
        Arc::clone(&self.booked(month).settled)
    }

    fn book(&self, month: Month) -> Booked {
        let standing = self.standing(month);
        let mut documents = self.documents_of(month, &standing);
        documents.sort_unstable_by_key(|planned| (planned.entered_at, planned.document));
        let (settled, next) = standing::book(self, &standing, &documents);
        let decided = self.decided(month, &settled);
        documents.extend(decided);
        documents.sort_unstable_by_key(|planned| (planned.entered_at, planned.document));
        // Kept for long, and found among many more.
        documents.shrink_to_fit();
        if month == self.first_month() {
            // Here the books begin. Where the month is booked once more, because it was not kept, the opening is there
            // already, and the same.
            let _ = self.opening.set(self.begun(&standing, &documents, &settled));
        }
        Booked { documents, settled: Arc::new(settled), next: Arc::new(next) }
    }

    /// The documents entered in a month that do not follow from its own balances, tickets aside.
    fn documents_of(&self, month: Month, standing: &Standing) -> Vec<Planned> {
        let mut found = Vec::new();
        for back in 0..=LOOK_BACK {
            let base = month.plus(-back);
            if base >= self.ground.masters.base {
                self.business_of(base, &mut found);
            }
        }
        self.due(month, standing, &mut found);
        let entered = found.into_iter().map(|document| (document, self.entered_on(document)));
        let of_month = entered.filter(|(_, entered_on)| Month::of(*entered_on) == month);
        of_month.map(|(document, entered_on)| self.planned(document, entered_on)).collect()
    }

    /// Every document whose business is of a month, and that follows from its facts.
    fn business_of(&self, month: Month, found: &mut Vec<Document>) {
        let facts = self.facts(month);
        revenue::documents(self, month, &facts, found);
        taxes::documents(self, month, &facts, found);
        payables::documents(month, &facts, found);
        currency::documents(self, month, found);
        joint_interest::documents(self, month, &facts, found);
        non_operator::documents(self, month, found);
        capital::documents(self, month, found);
        retirement::documents(self, month, found);
        payroll::documents(self, month, found);
        hedging::documents(self, month, found);
        midstream::documents(self, month, &facts, found);
        materials::documents(self, month, found);
        treasury::documents(self, month, found);
        close::documents(month, found);
    }

    /// Every document that follows from what stands when a month begins.
    fn due(&self, month: Month, standing: &Standing, found: &mut Vec<Document>) {
        owners::documents(self, month, standing, found);
        taxes::due(self, month, standing, found);
        joint_interest::due(self, month, standing, found);
        capital::due(self, month, standing, found);
        depletion::due(self, month, standing, found);
        retirement::due(self, month, standing, found);
        imbalance::due(self, month, standing, found);
        treasury::due(self, month, standing, found);
        close::due(self, month, standing, found);
    }

    /// The documents that a month's balances decide.
    fn decided(&self, month: Month, settled: &Settled) -> Vec<Planned> {
        let run = owners::run_day(month);
        let checks =
            settled.checks.iter().enumerate().map(|(part, check)| (check_document(month, check, part), run));
        let movements = (0..).zip(&settled.movements).flat_map(|(nth, movement)| {
            let documents = treasury::movement_documents(month, nth, movement).into_iter();
            documents.map(|document| (document, movement.day))
        });
        checks.chain(movements).map(|(document, day)| self.planned(document, day)).collect()
    }

    fn planned(&self, document: Document, entered_on: NaiveDate) -> Planned {
        let entered_at = midnight(entered_on) + self.within_day(document);
        Planned {
            entered_at: entered_at.timestamp_micros(),
            document,
            fiscal_year: posting_date(document, entered_on).year(),
            number: 0,
        }
    }

    /// When in its day a document is entered; a reversal right after what it reverses.
    fn within_day(&self, document: Document) -> TimeDelta {
        let seed = self.settings.seed;
        match reversed(document) {
            Some(target) => target.time_of_day(seed) + TimeDelta::milliseconds(1),
            None => document.time_of_day(seed),
        }
    }

    // --- the beginning ---------------------------------------------------------------------------------------------

    /// What the companies carry in.
    pub(crate) fn opening(&self) -> &Carried {
        if self.opening.get().is_none() {
            self.booked(self.first_month());
        }
        self.opening.get().expect("booking the first month sets it")
    }

    /// Documents that open items or clear them, of the months in which what is open at the first day was opened.
    fn items_before(&self, month: Month) -> OpenItems {
        let mut items = OpenItems::default();
        for earlier in (1..=opening::OPENED_WITHIN).rev().map(|back| month.plus(-back)) {
            if earlier >= self.ground.masters.base {
                let booked = self.booked(earlier);
                for planned in &booked.documents {
                    self.take_items(planned, &booked.settled, &mut items);
                }
            }
        }
        items
    }

    fn take_items(&self, planned: &Planned, settled: &Settled, items: &mut OpenItems) {
        if opening::opens_items(planned.document.template.shape().family) {
            let draft = self.draft_settled(planned.document, planned.entered_on(), settled);
            items.take(self, planned.document, planned.entered_on(), &draft, is_settled_as_planned);
        }
    }

    /// The books at the first day: the month's documents that were entered before it, on what stood when the month began.
    fn begun(&self, standing: &Standing, documents: &[Planned], settled: &Settled) -> Carried {
        let start = midnight(self.settings.start_date).timestamp_micros();
        let month = standing.month;
        let (mut books, mut in_order) = (standing.books.clone(), standing.items.clone());
        let mut as_planned = self.items_before(month);
        books.book_tickets(month, &self.tickets_before(month, start));
        for planned in documents.iter().take_while(|planned| planned.entered_at < start) {
            let (document, entered_on) = (planned.document, planned.entered_on());
            let draft = self.draft_settled(document, entered_on, settled);
            for line in &draft.lines {
                books.book(&self.ground.masters, document.company, &draft, line);
            }
            in_order.take(self, document, entered_on, &draft, is_settled_in_order);
            as_planned.take(self, document, entered_on, &draft, is_settled_as_planned);
        }
        let companies = 0..self.ground.masters.companies.len() as u8;
        Carried::new(&books, &[in_order, as_planned], companies, self.begins_at().date_naive())
    }

    /// What the tickets of a month post that are entered before an instant.
    fn tickets_before(&self, month: Month, instant: i64) -> Tickets {
        let mut tickets = Tickets::new();
        let is_before = |ticket: &&Ticket| ticket.entered_at(month).timestamp_micros() < instant;
        for ticket in self.field(month).iter().take_while(is_before) {
            post_ticket(&mut tickets, month, ticket);
        }
        tickets
    }

    // --- planning --------------------------------------------------------------------------------------------------

    fn plan(&self, month: Month) -> Arc<Plan> {
        let cell = kept(&mut self.months().plans, month, PLANS_MAX);
        Arc::clone(cell.get_or_init(|| {
            let before = self.counted_before(month);
            let plan = Plan::new(self.documents_entered_in(month), &before);
            self.months().counters.insert(month.plus(1), plan.after.clone());
            Arc::new(plan)
        }))
    }

    /// Counts the months before, from the nearest that is known.
    fn counted_before(&self, month: Month) -> Counters {
        let first = Month::of(self.begins_at().date_naive());
        let known = self
            .months()
            .counters
            .range(..=month)
            .next_back()
            .map(|(known, counters)| (*known, counters.clone()));
        let (mut at, mut counters) = known.unwrap_or((first, Counters::default()));
        while at < month {
            counters = Plan::new(self.documents_entered_in(at), &counters).after;
            at = at.plus(1);
            self.months().counters.insert(at, counters.clone());
        }
        counters
    }

    /// The same for tests.
    #[cfg(test)]
    pub(crate) fn entered_in(&self, month: Month) -> Vec<Planned> {
        self.documents_entered_in(month)
    }

    /// All documents of a month that are entered after the books begin, and the opening's where it is that month.
    fn documents_entered_in(&self, month: Month) -> Vec<Planned> {
        let start = midnight(self.settings.start_date).timestamp_micros();
        let mut planned = Vec::new();
        if month == Month::of(self.begins_at().date_naive()) {
            planned.extend(self.opening_documents());
        }
        if month < self.first_month() {
            return planned;
        }
        let booked = self.booked(month);
        planned.extend(booked.documents.iter().filter(|planned| planned.entered_at >= start));
        let field = self.field(month);
        planned.reserve(field.len());
        let ticket = |(nth, ticket): (u32, &Ticket)| {
            let entered_at = ticket.entered_at(month);
            // Its place among the month's tickets, and its day.
            let document = Document::new(Template::Ticket, month, nth, entered_at.day() as u16);
            Planned {
                entered_at: entered_at.timestamp_micros(),
                document,
                fiscal_year: month.year(),
                number: 0,
            }
        };
        let tickets = (0..).zip(field.iter()).map(ticket);
        planned.extend(tickets.filter(|planned| planned.entered_at >= start));
        planned
    }

    fn opening_documents(&self) -> Vec<Planned> {
        let planned = |(nth, document): (i64, Document)| {
            let at = self.opened_at(nth);
            let fiscal_year = opening::counts_on(self, document).year();
            Planned { entered_at: at.timestamp_micros(), document, fiscal_year, number: 0 }
        };
        (0..).zip(opening::documents(self)).map(planned).collect()
    }

    /// When the `nth` opening entry is entered.
    fn opened_at(&self, nth: i64) -> DateTime<Utc> {
        self.begins_at() + TimeDelta::seconds(nth)
    }

    /// The id of the `nth` opening entry.
    pub(crate) fn opening_id(&self, nth: i64, document: Document) -> Uuid {
        document.entry_id(self.settings.seed, self.opened_at(nth))
    }

    /// Whether an entry of this id was entered before the first day: what it left open is carried in, it is not published.
    pub(crate) fn is_before_books(&self, entry_id: Uuid) -> bool {
        entered_at(entry_id).is_some_and(|at| at < midnight(self.settings.start_date))
    }

    /// The day on which a document is entered.
    pub(crate) fn entered_on(&self, document: Document) -> NaiveDate {
        match document.template.shape().family {
            Family::Opening => self.begins_at().date_naive(),
            Family::Tickets => document.month.day(u64::from(document.part)),
            Family::Revenue => revenue::entered_on(self, document),
            Family::Owners => owners::entered_on(document),
            Family::Taxes => taxes::entered_on(self, document),
            Family::Payables => payables::entered_on(self, document),
            Family::Currency => currency::entered_on(document),
            Family::JointInterest => joint_interest::entered_on(self, document),
            Family::NonOperator => non_operator::entered_on(self, document),
            Family::Capital => capital::entered_on(self, document),
            Family::Depletion => depletion::entered_on(document),
            Family::Retirement => retirement::entered_on(self, document),
            Family::Payroll => payroll::entered_on(document),
            Family::Hedging => hedging::entered_on(document),
            Family::Imbalance => imbalance::entered_on(document),
            Family::Midstream => midstream::entered_on(document),
            Family::Materials => materials::entered_on(self, document),
            Family::Treasury => treasury::entered_on(self, document),
            Family::Close => close::entered_on(self, document),
        }
    }

    /// Whether a document is entered after the books begin, so that its entry is in the ledger.
    pub(crate) fn is_published(&self, document: Document) -> bool {
        self.entered_on(document) >= self.settings.start_date
    }

    /// The id of a document's entry.
    pub(crate) fn id(&self, document: Document) -> Uuid {
        self.id_on(document, self.entered_on(document))
    }

    /// The id of the entry of a document that is entered on a day.
    pub(crate) fn id_on(&self, document: Document, entered_on: NaiveDate) -> Uuid {
        document.entry_id(self.settings.seed, midnight(entered_on) + self.within_day(document))
    }

    // --- building --------------------------------------------------------------------------------------------------

    /// The draft of a document that is entered on a day.
    pub(crate) fn draft(&self, document: Document, entered_on: NaiveDate) -> Draft<'_> {
        match document.template.shape().family {
            Family::Opening => opening::draft(self, document),
            Family::Tickets => {
                let ticket = self.field(document.month)[document.subject as usize];
                self.ground.ticket_draft(document, entered_on, &ticket)
            }
            Family::Revenue => revenue::draft(self, document, entered_on),
            Family::Owners => owners::draft(self, document, entered_on),
            Family::Taxes => taxes::draft(self, document, entered_on),
            Family::Payables => payables::draft(self, document, entered_on),
            Family::Currency => currency::draft(self, document, entered_on),
            Family::JointInterest => joint_interest::draft(self, document, entered_on),
            Family::NonOperator => non_operator::draft(self, document, entered_on),
            Family::Capital => capital::draft(self, document, entered_on),
            Family::Depletion => depletion::draft(self, document, entered_on),
            Family::Retirement => retirement::draft(self, document, entered_on),
            Family::Payroll => payroll::draft(self, document, entered_on),
            Family::Hedging => hedging::draft(self, document, entered_on),
            Family::Imbalance => imbalance::draft(self, document, entered_on),
            Family::Midstream => midstream::draft(self, document, entered_on),
            Family::Materials => materials::draft(self, document, entered_on),
            Family::Treasury => treasury::draft(self, document, entered_on),
            Family::Close => close::draft(self, document, entered_on),
        }
    }

    /// The same while the month that decided it is still being booked.
    fn draft_settled(&self, document: Document, entered_on: NaiveDate, settled: &Settled) -> Draft<'_> {
        match document.template {
            Template::OwnerDistribution => owners::check_draft(
                &self.ground,
                document,
                entered_on,
                &settled.checks[usize::from(document.part)],
            ),
            Template::RevolverDraw
            | Template::RevolverRepayment
            | Template::Dividend
            | Template::AffiliateDividend => {
                treasury::movement_draft(self, document, &settled.movements[document.subject as usize])
            }
            _ => self.draft(document, entered_on),
        }
    }

    fn entry(&self, planned: &Planned) -> JournalEntry<'_> {
        let document = planned.document;
        let mut draft = self.draft(document, planned.entered_on());
        opening::refer(self, document, &mut draft);
        let shape = document.template.shape();
        let company = &self.ground.masters.companies[usize::from(document.company)];
        let entered_at =
            DateTime::from_timestamp_micros(planned.entered_at).expect("planned instants are in range");
        let entry_id = document.entry_id(self.settings.seed, entered_at);
        let total =
            |side| draft.lines.iter().filter(|line| line.side == side).map(|line| line.amount).sum::<Money>();
        let functional: Money = draft
            .lines
            .iter()
            .filter(|line| line.side == Side::Debit)
            .map(|line| line.functional_amount)
            .sum();
        let (total_debit, total_credit) = (total(Side::Debit), total(Side::Credit));
        let is_above = functional > company.approval_limit;
        let needs_approval = is_above || shape.source == ledger::Source::Manual;
        let fiscal_period = match (draft.document_type, shape.counts) {
            (DocumentType::Opening, _) => 0,
            (_, Counts::YearEnd) => ADJUSTING_PERIOD,
            _ => draft.posting_date.month() as i32,
        };
        let (currency, fx_rate) =
            draft.foreign.map_or(("USD", None), |(currency, rate)| (currency, Some(rate)));
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
            entered_at,
            fiscal_year: draft.posting_date.year(),
            fiscal_period,
            production_month: draft.production_month,
            source: shape.source,
            transaction_type: draft.transaction_type.into(),
            description: draft.description.into(),
            currency: currency.into(),
            functional_currency: "USD".into(),
            fx_rate,
            created_by: document.created_by(self.settings.seed).into(),
            approved_by: needs_approval.then(|| APPROVERS[usize::from(is_above)].into()),
            source_document: draft.source_document.map(Into::into),
            reverses_entry_id: draft.reverses,
            auto_reverse_on: draft.auto_reverse_on,
            adjusts_entry_id: draft.adjusts,
            intercompany_group_id: draft.intercompany_group,
            total_debit,
            total_credit,
            lines: draft.lines,
        }
    }
}

/// When an entry was entered: ids are UUIDs of version 7's shape, whose first 48 bits are milliseconds since 1970.
pub(crate) fn entered_at(entry_id: Uuid) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_millis((entry_id.as_u128() >> 80) as i64)
}

/// What a reversal reverses.
pub(crate) fn reversed(document: Document) -> Option<Document> {
    let target = match document.template {
        Template::RevenueAccrualReversal => Template::RevenueAccrual,
        Template::RevenueReaccrualReversal => Template::RevenueReaccrual,
        Template::NonOperatedAccrualReversal => Template::NonOperatedAccrual,
        Template::CapitalAccrualReversal => Template::CapitalAccrual,
        Template::GatheringAccrualReversal => Template::GatheringAccrual,
        Template::GatheringReaccrualReversal => Template::GatheringReaccrual,
        Template::ExchangeRevaluationReversal => Template::ExchangeRevaluation,
        _ => return None,
    };
    Some(document.as_template(target))
}

/// The cell of a month, which is made where there is none; the farthest from it goes where there are too many.
fn kept<T>(months: &mut BTreeMap<Month, Cell<T>>, month: Month, max: usize) -> Cell<T> {
    let cell = Arc::clone(months.entry(month).or_default());
    if months.len() > max {
        let farthest = months.keys().copied().max_by_key(|known| (known.0 - month.0).abs());
        months.remove(&farthest.expect("there are more than the most"));
    }
    cell
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

/// When a month's production and reserves are reported.
fn reported_at(month: Month) -> DateTime<Utc> {
    midnight(month.plus(1).working_day(3))
}

/// What of a product a well still holds, at the ratio in which a month made it.
fn reserve(
    well_id: &str,
    month: Month,
    product: ledger::Product,
    volume: Quantity,
    (made, left): (i64, i64),
) -> Reserve {
    let of = |equivalents: i64| {
        let units = volume.units_wide() * i128::from(equivalents) / i128::from(made.max(1));
        Quantity::from_units(units as i64)
    };
    Reserve {
        well_id: well_id.to_owned(),
        product,
        effective_date: month.last(),
        proved_developed: of(left),
        proved: of(left / 10 * depletion::PROVED_OF_DEVELOPED),
        unit_of_measure: unit(product).to_owned(),
    }
}
