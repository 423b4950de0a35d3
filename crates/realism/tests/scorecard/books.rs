//! A small ledger by hand: two companies, one well, five and a half months, every kind of document once a month.

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, TimeDelta, Utc};
use ledger::period::{business_day_of, midnight, month_end, monthly_period, months_later, on_or_after};
use ledger::reference::{
    Afe, Company, CompanyRole, Counterparty, CounterpartyType, JibDeck, JibShare, MarketPrice, Owner,
    OwnerDeck, OwnerInterest, Production, ReferenceRecord, TaxRate, Well,
};
use ledger::{
    DecimalInterest, DocumentType, InterestType, JournalEntry, JournalLine, Money, Product, Quantity, Rate,
    Side, Source, UnitPrice, chart,
};
use realism::{Report, Scorecard, Thresholds};
use uuid::Uuid;

pub(crate) const WELL: &str = "42389300010000";
pub(crate) const OPERATOR: &str = "1000";
pub(crate) const AFFILIATE: &str = "2000";
const MONTHS: u32 = 5;
/// The company's decimal and the owner's.
const SHARES: [i64; 2] = [75_000_000, 25_000_000];

pub(crate) type Entry = JournalEntry<'static>;
pub(crate) type Line = JournalLine<'static>;

/// What is fed to the scorecard; a test breaks a copy of it.
#[derive(Clone)]
pub(crate) struct Books {
    pub(crate) reference: Vec<ReferenceRecord>,
    pub(crate) entries: Vec<Entry>,
}

pub(crate) fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn start() -> NaiveDate {
    date("2025-01-01")
}

/// A line of dollars, debits positive.
pub(crate) fn line(account: &'static str, dollars: i64) -> Line {
    cents(account, dollars * 100)
}

pub(crate) fn cents(account: &'static str, cents: i64) -> Line {
    let side = if cents < 0 { Side::Credit } else { Side::Debit };
    JournalLine::new(0, account, side, Money::from_units(cents.abs()))
}

pub(crate) trait With: Sized {
    fn with(self, set: impl FnOnce(&mut Self)) -> Self;
}

impl With for Line {
    fn with(mut self, set: impl FnOnce(&mut Self)) -> Self {
        set(&mut self);
        self
    }
}

impl With for Entry {
    fn with(mut self, set: impl FnOnce(&mut Self)) -> Self {
        set(&mut self);
        self
    }
}

/// An id of version 7's shape.
pub(crate) fn id(entered_at: DateTime<Utc>, counter: u128) -> Uuid {
    let millis = u128::from(entered_at.timestamp_millis().unsigned_abs());
    Uuid::from_u128(millis << 80 | 7 << 76 | 2 << 62 | counter)
}

/// An entry on a day, by what makes its id unique.
pub(crate) fn entry(
    company: &'static str,
    (day, counter): (NaiveDate, u128),
    source: Source,
    transaction_type: &'static str,
    lines: Vec<Line>,
) -> Entry {
    let entered_at = midnight(day) + TimeDelta::hours(15) + TimeDelta::milliseconds(counter as i64);
    let entry_id = id(entered_at, counter);
    JournalEntry {
        entry_id,
        chain_id: entry_id,
        company_code: company.into(),
        ledger: "PRIMARY".into(),
        document_type: DocumentType::Standard,
        entry_number: 0,
        posting_date: day,
        document_date: day,
        due_date: None,
        entered_at,
        fiscal_year: day.year(),
        fiscal_period: day.month() as i32,
        production_month: None,
        source,
        transaction_type: transaction_type.into(),
        description: transaction_type.into(),
        currency: "USD".into(),
        functional_currency: "USD".into(),
        fx_rate: None,
        created_by: "hand".into(),
        approved_by: None,
        source_document: None,
        reverses_entry_id: None,
        auto_reverse_on: None,
        adjusts_entry_id: None,
        intercompany_group_id: None,
        total_debit: Money::ZERO,
        total_credit: Money::ZERO,
        lines,
    }
}

fn post_to(entry: &mut Entry, day: NaiveDate) {
    (entry.posting_date, entry.document_date) = (day, day);
    (entry.fiscal_year, entry.fiscal_period) = (day.year(), day.month() as i32);
}

impl Books {
    pub(crate) fn sound() -> Self {
        let mut books = Self { reference: reference(), entries: opening() };
        for month in (0..MONTHS).map(|i| start() + Months::new(i)) {
            for (place, product) in
                [Product::Oil, Product::Gas, Product::NaturalGasLiquids].into_iter().enumerate()
            {
                books.sale(month, product, place as u128 * 100);
            }
            books.costs(month);
            books.affiliates(month);
        }
        books.project();
        books.correction();
        // The month after: so that the last one closes within the range.
        let last = date("2025-06-27");
        books.entries.push(entry(OPERATOR, (last, 999), Source::Manual, "RECLASS", office("900.000", 100)));
        books.entries.retain(|entry| entry.entered_at <= midnight(last + Days::new(1)));
        books.settle();
        books
    }

    /// Orders, numbers and totals the entries and their lines.
    pub(crate) fn settle(&mut self) {
        self.entries.sort_by_key(|entry| entry.entered_at);
        let mut numbers = std::collections::BTreeMap::new();
        for entry in &mut self.entries {
            let number = numbers.entry((entry.company_code.clone(), entry.fiscal_year)).or_insert(0);
            *number += 1;
            entry.entry_number = *number;
            total(entry);
        }
    }

    pub(crate) fn judge(&self) -> Report {
        self.judge_by(Thresholds::default())
    }

    pub(crate) fn judge_by(&self, thresholds: Thresholds) -> Report {
        let mut scorecard = Scorecard::new(thresholds);
        for record in &self.reference {
            scorecard.reference(record);
        }
        for entry in &self.entries {
            scorecard.observe(entry);
        }
        scorecard.finish()
    }

    /// The first entry of a template.
    pub(crate) fn first(&mut self, transaction_type: &str) -> &mut Entry {
        let found = self.entries.iter_mut().find(|entry| entry.transaction_type == transaction_type);
        found.unwrap_or_else(|| panic!("no {transaction_type}"))
    }

    pub(crate) fn drop_first(&mut self, transaction_type: &str) {
        let at = self.entries.iter().position(|entry| entry.transaction_type == transaction_type);
        self.entries.remove(at.unwrap());
        self.settle();
    }

    /// Ticket, accrual, its mirror, final, receipt, check, remittance.
    fn sale(&mut self, month: NaiveDate, product: Product, counter: u128) {
        let age = i64::from(month.month());
        let (volume, gross) = match product {
            Product::Oil => (10_000_000 - 200_000 * age, (10_000 - 200 * age) * 72_00),
            Product::Gas => (30_000_000 - 600_000 * age, (30_000 - 600 * age) * 2_40),
            // Gallons.
            _ => (84_000_000, 2_000 * 22_00),
        };
        let made = |account, cents_of: i64| {
            cents(account, cents_of).with(|line| {
                line.well_id = Some(WELL.into());
                line.product = Some(product);
            })
        };
        let next = months_later(month, 1);
        let push = |books: &mut Self, mut entry: Entry| {
            entry.production_month = Some(month);
            books.entries.push(entry);
        };
        let ticket = vec![made("127.001", gross), made("360.000", -gross)];
        let ticketed = month + Days::new(9);
        push(self, entry(OPERATOR, (ticketed, counter), Source::Production, "TICKET", ticket));
        // What is settled in the month after next is accrued twice.
        for later in 0..=i32::from(product != Product::Oil) {
            let mut lines = vec![made("360.000", gross)];
            lines.extend(split(product, volume, gross));
            for entry in accrual_and_mirror(months_later(month, later), counter + 10 * later as u128, lines) {
                push(self, entry);
            }
        }
        let settled = if product == Product::Oil {
            next + Days::new(19)
        } else {
            months_later(month, 2) + Days::new(2)
        };
        let last_day = on_or_after(settled);
        let mut lines = vec![made("120.000", gross).with(|line| line.counterparty_id = Some("P-1".into()))];
        lines.extend(split(product, volume, gross));
        lines.extend([made("360.000", gross), made("127.001", -gross)]);
        let last = entry(OPERATOR, (last_day, counter + 3), Source::Revenue, "FINAL", lines);
        let (final_id, tax) = (last.entry_id, tax_of(product, gross));
        push(self, last);
        let receipt = vec![
            cents("100.000", gross),
            cents("120.000", -gross).with(|line| {
                line.counterparty_id = Some("P-1".into());
                line.clears_entry_id = Some(final_id);
            }),
        ];
        let paid_on = on_or_after(last_day + Days::new(5));
        push(self, entry(OPERATOR, (paid_on, counter + 4), Source::Receivables, "RECEIPT", receipt));
        let net = parts(gross)[1] - parts(tax)[1];
        let check = vec![owner_line("302.000", net), cents("100.000", -net)];
        push(self, entry(OPERATOR, (paid_on, counter + 5), Source::Revenue, "CHECK", check));
        if tax > 0 {
            let code = tax_code(product);
            let lines = vec![
                cents("320.000", tax).with(|line| line.tax_code = Some(code.into())),
                cents("100.000", -tax),
            ];
            push(self, entry(OPERATOR, (paid_on, counter + 6), Source::Tax, "REMITTANCE", lines));
        }
    }

    /// Invoice, payment, billing, receipt, depletion, accretion, by hand.
    fn costs(&mut self, month: NaiveDate) {
        let vendor =
            |dollars| line("301.000", dollars).with(|line| line.counterparty_id = Some("V-1".into()));
        let partner = |dollars| {
            line("123.000", dollars).with(|line| {
                line.counterparty_id = Some("J-1".into());
                line.jib_code = Some("D-1".into());
            })
        };
        let on_well = |account, dollars| line(account, dollars).with(|line| line.well_id = Some(WELL.into()));
        let day = on_or_after(month + Days::new(4));
        let invoice = entry(
            OPERATOR,
            (day, 500),
            Source::Payables,
            "INVOICE",
            vec![on_well("710.005", 90_000), vendor(-90_000)],
        );
        let paid = vendor(90_000).with(|line| line.clears_entry_id = Some(invoice.entry_id));
        let pay_day = on_or_after(day + Days::new(20));
        let payment = entry(
            OPERATOR,
            (pay_day, 501),
            Source::Payables,
            "PAYMENT",
            vec![paid, line("100.000", -90_000)],
        );
        let close = business_day_of(months_later(month, 1), 5);
        let bill = entry(
            OPERATOR,
            (close, 502),
            Source::JointInterest,
            "BILLING",
            vec![partner(22_500), on_well("710.005", -22_500)],
        )
        .with(|entry| post_to(entry, month_end(month)));
        let received = partner(-22_500).with(|line| line.clears_entry_id = Some(bill.entry_id));
        let receipt = entry(
            OPERATOR,
            (on_or_after(close + Days::new(9)), 503),
            Source::JointInterest,
            "JIB_RECEIPT",
            vec![line("100.000", 22_500), received],
        );
        let age = i64::from(month.month());
        // Twelve dollars a net BOE.
        let boe = (10_000 - 200 * age) + (30_000 - 600 * age) / 6;
        let depleted = boe * 9;
        let depletion = entry(
            OPERATOR,
            (close, 504),
            Source::Depletion,
            "DEPLETION",
            vec![on_well("732.000", depleted), on_well("232.000", -depleted)],
        )
        .with(|entry| post_to(entry, month_end(month)));
        let accretion = entry(
            OPERATOR,
            (close, 505),
            Source::AssetRetirement,
            "ACCRETION",
            vec![on_well("735.000", 400), on_well("410.000", -400)],
        )
        .with(|entry| post_to(entry, month_end(month)));
        let by_hand = entry(OPERATOR, (day, 506), Source::Manual, "RECLASS", office("900.000", 1_200));
        self.entries.extend([invoice, payment, bill, receipt, depletion, accretion, by_hand]);
    }

    fn affiliates(&mut self, month: NaiveDate) {
        let day = on_or_after(month + Days::new(14));
        let of = |account, dollars, partner: &'static str| {
            line(account, dollars).with(|line| line.partner_company = Some(partner.into()))
        };
        let group = id(midnight(day), 600);
        let due_from = vec![of("125.000", 7_000, AFFILIATE), line("605.000", -7_000)];
        let due_to = vec![
            line("905.000", 7_000).with(|line| line.cost_center = Some("2000-100".into())),
            of("310.000", -7_000, OPERATOR),
        ];
        for (company, counter, name, lines) in
            [(OPERATOR, 600, "DUE_FROM", due_from), (AFFILIATE, 601, "DUE_TO", due_to)]
        {
            let made = entry(company, (day, counter), Source::Intercompany, name, lines);
            self.entries.push(made.with(|entry| entry.intercompany_group_id = Some(group)));
        }
    }

    fn project(&mut self) {
        let project = |dollars| line("241.001", dollars).with(|line| line.afe_number = Some("A-1".into()));
        let vendor =
            |dollars| line("301.000", dollars).with(|line| line.counterparty_id = Some("V-1".into()));
        for (day, counter) in [("2025-01-20", 700), ("2025-02-20", 701)] {
            let lines = vec![project(80_000), vendor(-80_000)];
            self.entries.push(entry(OPERATOR, (date(day), counter), Source::Capital, "DRILLING", lines));
        }
        let lines =
            vec![line("231.000", 160_000).with(|line| line.well_id = Some(WELL.into())), project(-160_000)];
        self.entries.push(entry(OPERATOR, (date("2025-03-14"), 702), Source::Capital, "CAPITALISED", lines));
    }

    /// More oil than was measured, found four months later.
    fn correction(&mut self) {
        let gross = 7_200_00;
        let mut lines = vec![cents("120.000", gross).with(|line| line.counterparty_id = Some("P-1".into()))];
        lines.extend(split(Product::Oil, 100_000, gross));
        let made = entry(OPERATOR, (date("2025-05-21"), 800), Source::Revenue, "CORRECTION", lines);
        self.entries.push(made.with(|entry| entry.production_month = Some(start())));
    }
}

/// An accrual dated to the end of a month, and its mirror dated to the day after; both entered in the close.
fn accrual_and_mirror(month: NaiveDate, counter: u128, lines: Vec<Line>) -> [Entry; 2] {
    let next = months_later(month, 1);
    let close = business_day_of(next, 3);
    let accrual = entry(OPERATOR, (close, counter + 1), Source::Revenue, "ACCRUAL", lines).with(|entry| {
        post_to(entry, month_end(month));
        entry.document_type = DocumentType::Accrual;
        entry.auto_reverse_on = Some(next);
    });
    let mut mirror =
        entry(OPERATOR, (close, counter + 2), Source::Revenue, "REVERSAL", accrual.lines.clone());
    post_to(&mut mirror, next);
    mirror.document_type = DocumentType::Reversal;
    mirror.reverses_entry_id = Some(accrual.entry_id);
    for line in &mut mirror.lines {
        line.side = line.side.opposite();
        line.quantity = line.quantity.map(|quantity| -quantity);
    }
    [accrual, mirror]
}

pub(crate) fn total(entry: &mut Entry) {
    for (at, line) in entry.lines.iter_mut().enumerate() {
        line.line_number = at as i32 + 1;
    }
    let sum = |side| entry.lines.iter().filter(|line| line.side == side).map(|line| line.amount).sum();
    (entry.total_debit, entry.total_credit) = (sum(Side::Debit), sum(Side::Credit));
}

fn office(account: &'static str, dollars: i64) -> Vec<Line> {
    let at =
        |account, dollars| line(account, dollars).with(|line| line.cost_center = Some("1000-100".into()));
    vec![at(account, dollars), at("905.000", -dollars)]
}

fn owner_line(account: &'static str, of: i64) -> Line {
    cents(account, of).with(|line| line.owner_id = Some("O-2".into()))
}

/// Cents by [`SHARES`]; every gross here is a multiple of four cents but for tax, where the owner's part is the rest.
fn parts(whole: i64) -> [i64; 2] {
    let own = whole * 3 / 4;
    [own, whole - own]
}

fn tax_code(product: Product) -> &'static str {
    if product == Product::Oil { "TX-OIL-SEV" } else { "TX-GAS-SEV" }
}

fn tax_rate(product: Product) -> Rate {
    if product == Product::Oil { "0.046" } else { "0.075" }.parse().unwrap()
}

/// Texas' clean-up fee.
fn fee_per_barrel(product: Product) -> UnitPrice {
    if product == Product::Oil { "0.00625".parse().unwrap() } else { UnitPrice::ZERO }
}

/// Oil sells at 72 dollars.
fn tax_of(product: Product, gross: i64) -> i64 {
    let barrels = Quantity::from_units(gross * 10 / 72);
    let fee: Money = Money::product(barrels, fee_per_barrel(product)).unwrap();
    (Money::product(Money::from_units(gross), tax_rate(product)).unwrap() + fee).units()
}

/// Credits the gross by interest, and charges the tax to each.
fn split(product: Product, volume: i64, gross: i64) -> Vec<Line> {
    let account = match product {
        Product::Oil => "601.000",
        Product::Gas => "602.000",
        _ => "603.000",
    };
    let unit = match product {
        Product::Oil => "BBL",
        Product::Gas => "MCF",
        _ => "GAL",
    };
    let tax = tax_of(product, gross);
    let at_well = |line: &mut Line| {
        line.well_id = Some(WELL.into());
        line.product = Some(product);
    };
    let taxed = |line: &mut Line, base: i64| {
        at_well(line);
        line.tax_code = Some(tax_code(product).into());
        line.base_amount = Some(Money::from_units(base));
        line.rate = Some(tax_rate(product));
    };
    let mut lines = Vec::new();
    for (place, (account, owner)) in [(account, "O-1"), ("302.000", "O-2")].into_iter().enumerate() {
        lines.push(cents(account, -parts(gross)[place]).with(|line| {
            at_well(line);
            line.owner_id = Some(owner.into());
            line.interest_type = Some(InterestType::Working);
            line.decimal_interest = Some(DecimalInterest::from_units(SHARES[place]));
            line.quantity = Some(Quantity::from_units(parts(volume)[place]));
            line.unit_of_measure = Some(unit.into());
        }));
    }
    for (place, (account, owner)) in [("710.011", "O-1"), ("302.000", "O-2")].into_iter().enumerate() {
        lines.push(cents(account, parts(tax)[place]).with(|line| {
            taxed(line, parts(gross)[place]);
            line.owner_id = Some(owner.into());
        }));
    }
    lines.push(cents("320.000", -tax).with(|line| taxed(line, gross)));
    lines
}

fn opening() -> Vec<Entry> {
    let on_well = |account, dollars| line(account, dollars).with(|line| line.well_id = Some(WELL.into()));
    let operator = vec![
        line("100.000", 5_000_000),
        on_well("231.000", 4_000_000),
        on_well("232.000", -1_000_000),
        on_well("410.000", -50_000),
        line("500.000", -7_950_000),
    ];
    let affiliate = vec![line("100.000", 1_000_000), line("500.000", -1_000_000)];
    [(OPERATOR, 900, operator), (AFFILIATE, 901, affiliate)]
        .into_iter()
        .map(|(company, counter, lines)| {
            entry(company, (date("2024-12-31"), counter), Source::Manual, "OPENING", lines).with(|entry| {
                entry.document_type = DocumentType::Opening;
                entry.fiscal_period = 0;
            })
        })
        .collect()
}

fn reference() -> Vec<ReferenceRecord> {
    let since = date("2023-01-01");
    let mut records: Vec<ReferenceRecord> =
        [(OPERATOR, CompanyRole::Operator), (AFFILIATE, CompanyRole::NonOperator)]
            .into_iter()
            .map(|(code, role)| {
                ReferenceRecord::Company(Company {
                    company_code: code.to_owned(),
                    effective_date: since,
                    name: code.to_owned(),
                    role,
                    functional_currency: "USD".to_owned(),
                    approval_limit: Money::from_units(100_000_000),
                })
            })
            .collect();
    records.extend(chart::accounts().iter().map(|account| ReferenceRecord::Account(account.record(since))));
    for company in [OPERATOR, AFFILIATE] {
        let months = (0..12).map(|i| start() + Months::new(i));
        records.extend(months.map(|month| ReferenceRecord::Period(monthly_period(company, month))));
    }
    records.push(ReferenceRecord::Well(well(since)));
    records.extend(["O-1", "O-2"].map(|id| ReferenceRecord::Owner(owner(id, since))));
    let parties = [
        ("V-1", CounterpartyType::Vendor),
        ("P-1", CounterpartyType::Purchaser),
        ("J-1", CounterpartyType::Partner),
    ];
    records.extend(parties.map(|(id, kind)| ReferenceRecord::Counterparty(counterparty(id, kind, since))));
    records.extend(decks(since));
    records.extend(
        [("OPEN", start()), ("CLOSED", date("2025-03-14"))]
            .map(|(status, day)| ReferenceRecord::Afe(afe(status, day))),
    );
    records.extend([Product::Oil, Product::Gas].map(|product| ReferenceRecord::TaxRate(tax(product, since))));
    records.extend((0..MONTHS).flat_map(|i| month_reported(start() + Months::new(i))));
    records
}

fn well(since: NaiveDate) -> Well {
    Well {
        well_id: WELL.to_owned(),
        effective_date: since,
        name: "Mesa 1H".to_owned(),
        lease_id: "L-1".to_owned(),
        company_code: OPERATOR.to_owned(),
        state: "TX".to_owned(),
        county: "Reeves".to_owned(),
        basin: "Delaware".to_owned(),
        primary_product: Product::Oil,
        first_production_date: since,
        working_interest: DecimalInterest::ONE,
        net_revenue_interest: DecimalInterest::from_units(SHARES[0]),
        status: "PRODUCING".to_owned(),
    }
}

fn owner(id: &str, since: NaiveDate) -> Owner {
    Owner {
        owner_id: id.to_owned(),
        effective_date: since,
        name: id.to_owned(),
        owner_type: "COMPANY".to_owned(),
        state: "TX".to_owned(),
        minimum_payment: Money::ZERO,
        suspense_code: None,
        is_tax_exempt: false,
    }
}

fn counterparty(id: &str, counterparty_type: CounterpartyType, since: NaiveDate) -> Counterparty {
    Counterparty {
        counterparty_id: id.to_owned(),
        effective_date: since,
        name: id.to_owned(),
        counterparty_type,
        payment_terms_days: 30,
        currency: "USD".to_owned(),
        owner_id: None,
    }
}

fn decks(since: NaiveDate) -> [ReferenceRecord; 2] {
    let interests = [("O-1", SHARES[0]), ("O-2", SHARES[1])].map(|(owner_id, units)| OwnerInterest {
        owner_id: owner_id.to_owned(),
        interest_type: InterestType::Working,
        decimal_interest: DecimalInterest::from_units(units),
    });
    let shares = [(None, Some(OPERATOR), SHARES[0]), (Some("J-1"), None, SHARES[1])].map(
        |(partner, company, units)| JibShare {
            counterparty_id: partner.map(str::to_owned),
            company_code: company.map(str::to_owned),
            working_interest: DecimalInterest::from_units(units),
        },
    );
    [
        ReferenceRecord::OwnerDeck(OwnerDeck {
            well_id: WELL.to_owned(),
            product: Product::Oil,
            effective_date: since,
            interests: interests.into(),
        }),
        ReferenceRecord::JibDeck(JibDeck {
            jib_code: "D-1".to_owned(),
            effective_date: since,
            company_code: OPERATOR.to_owned(),
            lease_id: "L-1".to_owned(),
            shares: shares.into(),
        }),
    ]
}

fn afe(status: &str, effective_date: NaiveDate) -> Afe {
    Afe {
        afe_number: "A-1".to_owned(),
        effective_date,
        company_code: OPERATOR.to_owned(),
        well_id: Some(WELL.to_owned()),
        description: "Drill and complete".to_owned(),
        budget: Money::from_units(20_000_000),
        supplement: 0,
        status: status.to_owned(),
    }
}

fn tax(product: Product, since: NaiveDate) -> TaxRate {
    TaxRate {
        tax_code: tax_code(product).to_owned(),
        effective_date: since,
        state: "TX".to_owned(),
        product,
        rate: tax_rate(product),
        rate_per_unit: fee_per_barrel(product),
        due_months: 1,
        due_day: 25,
        statute: "Tex. Tax Code".to_owned(),
    }
}

fn month_reported(month: NaiveDate) -> Vec<ReferenceRecord> {
    let age = i64::from(month.month());
    let produced = [
        (Product::Oil, 10_000_000 - 200_000 * age, "BBL"),
        (Product::Gas, 30_000_000 - 600_000 * age, "MCF"),
    ];
    let prices = [("WTI", 75_000_000, "BBL"), ("HENRY_HUB", 3_000_000, "MMBTU")];
    let produced = produced.map(|(product, volume, unit)| {
        ReferenceRecord::Production(Production {
            well_id: WELL.to_owned(),
            product,
            production_month: month,
            revision: 0,
            volume: Quantity::from_units(volume),
            unit_of_measure: unit.to_owned(),
        })
    });
    let prices = prices.map(|(series, price, unit)| {
        ReferenceRecord::MarketPrice(MarketPrice {
            series: series.to_owned(),
            price_date: month,
            price_source: "hand".to_owned(),
            revision: 0,
            price: UnitPrice::from_units(price),
            unit_of_measure: unit.to_owned(),
            currency: "USD".to_owned(),
        })
    });
    produced.into_iter().chain(prices).collect()
}
