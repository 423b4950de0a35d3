use crate::books::{RUN, advance, batch, day, entry, instant, rejected};
use crate::database::Database;
use contract::seal::{ControlTotal, EntryNumberRange};
use contract::{Anchor, Digest, Genesis, Position, Seal, Topic, Totals};
use ledger::reference::{JibDeck, JibShare, Lease, OwnerDeck, OwnerInterest, ReferenceRecord, Well};
use ledger::{DecimalInterest, InterestType, JournalEntry, Product, Rate};
use std::collections::HashSet;
use store::{
    Batch, EntryFilter, Loader, Order, PageRequest, ReferenceRow, RejectedRow, RunRow, SealRow, Stage,
    StagedEntry, StagingVisitor, Store, TrialBalanceRequest,
};
use uuid::Uuid;

const ENTRIES: u32 = 230;

async fn loader(database: &Database) -> Loader {
    let topics = [Topic::Account, Topic::BatchSeal, Topic::Run, Topic::JournalEntryDlq];
    let partitions: Vec<_> = (0..6)
        .map(|partition| (Topic::JournalEntryValidated, partition))
        .chain(topics.map(|topic| (topic, 0)))
        .collect();
    Loader::open(&database.args(), RUN, &partitions).await.unwrap()
}

async fn books() -> (Database, Loader, Store) {
    let database = Database::migrated().await;
    let mut loader = loader(&database).await;
    loader.load(&batch(0, 0, ENTRIES)).await.unwrap();
    let store = database.store();
    (database, loader, store)
}

fn request(filter: EntryFilter, order: Order, limit: u16) -> PageRequest {
    PageRequest { filter, order, after: None, limit, as_of: None }
}

async fn numbers(store: &Store, mut request: PageRequest) -> Vec<i64> {
    let mut numbers = Vec::new();
    loop {
        let page = store.entries(&request).await.unwrap();
        numbers.extend(page.entries.iter().map(|staged| staged.entry.entry_number));
        request.after = page.entries.last().map(|staged| staged.entry.entry_id);
        if !page.has_more {
            return numbers;
        }
        assert_eq!(page.entries.len(), usize::from(request.limit), "only the last page is short");
    }
}

#[tokio::test]
async fn pages_neither_skip_nor_repeat_in_either_order() {
    let (database, _loader, store) = books().await;
    let ascending: Vec<i64> = (1..=i64::from(ENTRIES)).collect();
    let descending: Vec<i64> = ascending.iter().rev().copied().collect();
    for limit in [1, 7, 23, 230, 1000] {
        let all = EntryFilter::default();
        assert_eq!(
            numbers(&store, request(all.clone(), Order::OldestFirst, limit)).await,
            ascending,
            "{limit}"
        );
        assert_eq!(numbers(&store, request(all, Order::NewestFirst, limit)).await, descending, "{limit}");
    }
    database.drop_it().await;
}

#[tokio::test]
async fn pages_as_of_a_position_do_not_see_what_is_loaded_while_they_are_read() {
    let (database, mut loader, store) = books().await;
    let position = store.position().await.unwrap().unwrap();
    assert_eq!((position.incarnation, position.next[0]), (RUN, u64::from(ENTRIES)));
    loader.load(&batch(0, ENTRIES, ENTRIES + 50)).await.unwrap();
    let mut paged = request(EntryFilter::default(), Order::NewestFirst, 40);
    paged.as_of = Some(position);
    assert_eq!(numbers(&store, paged.clone()).await.len(), ENTRIES as usize);
    paged.as_of = Some(Position::start(RUN));
    assert_eq!(numbers(&store, paged).await, Vec::<i64>::new());
    database.drop_it().await;
}

#[tokio::test]
async fn each_filter_gives_exactly_the_entries_that_pass_it() {
    let (database, _loader, store) = books().await;
    type Passes = fn(&JournalEntry<'_>) -> bool;
    let any = EntryFilter::default;
    let cases: Vec<(EntryFilter, Passes)> = vec![
        (EntryFilter { company_code: Some("WB02".into()), ..any() }, |e| e.company_code == "WB02"),
        (EntryFilter { account_code: Some("127.001".into()), ..any() }, |e| {
            e.lines.iter().any(|l| l.account_code == "127.001")
        }),
        (EntryFilter { well_id: Some("42317310000003".into()), ..any() }, |e| {
            e.lines.iter().any(|l| l.well_id.as_deref() == Some("42317310000003"))
        }),
        // One line must have both: the credit line on 360.000 has no well.
        (
            EntryFilter {
                account_code: Some("360.000".into()),
                well_id: Some("42317310000003".into()),
                ..any()
            },
            |_| false,
        ),
        (EntryFilter { fiscal_year: Some(2025), fiscal_period: Some(7), ..any() }, |e| e.fiscal_period == 7),
        (EntryFilter { fiscal_year: Some(2024), ..any() }, |_| false),
        (EntryFilter { source: Some(ledger::Source::Payables), ..any() }, |e| {
            e.source == ledger::Source::Payables
        }),
        (
            EntryFilter {
                posting_date_from: Some(day(2025, 6, 10)),
                posting_date_to: Some(day(2025, 7, 2)),
                ..any()
            },
            |e| e.posting_date >= day(2025, 6, 10) && e.posting_date <= day(2025, 7, 2),
        ),
        (
            EntryFilter {
                account_code: Some("303.000".into()),
                posting_date_from: Some(day(2025, 8, 1)),
                company_code: Some("WB01".into()),
                ..any()
            },
            |e| {
                e.lines[0].account_code == "303.000"
                    && e.posting_date >= day(2025, 8, 1)
                    && e.company_code == "WB01"
            },
        ),
        (EntryFilter { transaction_type: Some("RUN_TICKET".into()), ..any() }, |_| true),
        (EntryFilter { document_type: Some(ledger::DocumentType::Accrual), ..any() }, |_| false),
    ];
    for (filter, passes) in cases {
        let expected: Vec<i64> =
            (0..ENTRIES).map(entry).filter(passes).map(|entry| entry.entry_number).collect();
        for limit in [11, 1000] {
            let found = numbers(&store, request(filter.clone(), Order::OldestFirst, limit)).await;
            assert_eq!(found, expected, "{filter:?}");
        }
    }
    database.drop_it().await;
}

#[tokio::test]
async fn a_reader_gives_every_entry_whole_and_none_that_comes_later() {
    let (database, mut loader, store) = books().await;
    let mut reader = store.read_entries(EntryFilter::default(), Order::OldestFirst).await.unwrap();
    loader.load(&batch(0, ENTRIES, ENTRIES + 700)).await.unwrap();
    let mut read = Vec::new();
    while let Some(page) = reader.next_page().await.unwrap() {
        read.extend(page.into_iter().map(|staged| staged.entry));
    }
    assert_eq!(read, (0..ENTRIES).map(entry).collect::<Vec<_>>());
    let lines = store.line_count(day(2025, 6, 1), day(2025, 6, 30)).await.unwrap();
    let all =
        (0..ENTRIES + 700).map(entry).filter(|entry| entry.posting_date <= day(2025, 6, 30)).count() * 2;
    assert_eq!(lines, all as u64);
    database.drop_it().await;
}

#[tokio::test]
async fn a_trial_balance_ties_and_carries_balances_forward() {
    let (database, _loader, store) = books().await;
    let request =
        |fiscal_period| TrialBalanceRequest { company_code: "WB01".into(), fiscal_year: 2025, fiscal_period };
    let july = store.trial_balance(&request(Some(7))).await.unwrap();
    let august = store.trial_balance(&request(Some(8))).await.unwrap();
    let year = store.trial_balance(&request(None)).await.unwrap();
    for balance in [&july, &august, &year] {
        let sum = |of: fn(&store::TrialBalanceRow) -> i128| balance.rows.iter().map(of).sum::<i128>();
        assert_eq!(sum(|row| row.debit), sum(|row| row.credit));
        assert_eq!((sum(|row| row.opening), sum(store::TrialBalanceRow::closing)), (0, 0));
        assert!(sum(|row| row.debit) > 0);
    }
    for row in &august.rows {
        let before = july.rows.iter().find(|other| other.account_code == row.account_code).unwrap();
        assert_eq!(row.opening, before.closing(), "{}", row.account_code);
        let of_year = year.rows.iter().find(|other| other.account_code == row.account_code).unwrap();
        assert_eq!(of_year.closing(), row.closing(), "{}", row.account_code);
    }
    let cents: i64 =
        (0..ENTRIES).map(entry).filter(|e| e.company_code == "WB01").map(|e| e.total_debit.units()).sum();
    assert_eq!(year.rows.iter().map(|row| row.debit).sum::<i128>(), i128::from(cents));
    assert_eq!(year.position.unwrap().next[0], u64::from(ENTRIES));
    database.drop_it().await;
}

fn lease_and_well() -> [ReferenceRecord; 2] {
    let place = || ("TX".to_owned(), "Midland".to_owned(), "Permian".to_owned());
    let (state, county, basin) = place();
    let lease = Lease {
        lease_id: "L-1".into(),
        effective_date: day(2020, 1, 1),
        name: "Sand Hills".into(),
        company_code: "WB01".into(),
        state,
        county,
        basin,
        royalty_rate: DecimalInterest::from_units(25_000_000),
    };
    let (state, county, basin) = place();
    let well = Well {
        well_id: "42317310000003".into(),
        effective_date: day(2020, 1, 1),
        name: "Sand Hills 3H".into(),
        lease_id: "L-1".into(),
        company_code: "WB01".into(),
        state,
        county,
        basin,
        primary_product: Product::Oil,
        first_production_date: day(2020, 1, 1),
        working_interest: DecimalInterest::ONE,
        net_revenue_interest: DecimalInterest::from_units(75_000_000),
        status: "PRODUCING".into(),
    };
    [ReferenceRecord::Lease(lease), ReferenceRecord::Well(well)]
}

fn decks() -> [ReferenceRecord; 2] {
    let interest = |owner_id: &str, interest_type, units| OwnerInterest {
        owner_id: owner_id.into(),
        interest_type,
        decimal_interest: DecimalInterest::from_units(units),
    };
    let owner_deck = OwnerDeck {
        well_id: "42317310000003".into(),
        product: Product::Oil,
        effective_date: day(2020, 1, 1),
        interests: vec![
            interest("O1", InterestType::Royalty, 12_345_678),
            interest("O1", InterestType::Working, 87_654_322),
        ],
    };
    let share = |counterparty_id: Option<&str>, company_code: Option<&str>, units| JibShare {
        counterparty_id: counterparty_id.map(str::to_owned),
        company_code: company_code.map(str::to_owned),
        working_interest: DecimalInterest::from_units(units),
    };
    let jib_deck = JibDeck {
        jib_code: "J1".into(),
        effective_date: day(2020, 1, 1),
        company_code: "WB01".into(),
        lease_id: "L-1".into(),
        shares: vec![share(None, Some("WB01"), 60_000_000), share(Some("P1"), None, 40_000_000)],
    };
    [ReferenceRecord::OwnerDeck(owner_deck), ReferenceRecord::JibDeck(jib_deck)]
}

fn every_kind_of_master() -> Vec<ReferenceRecord> {
    use ledger::reference::{
        Afe, Company, CompanyRole, CostCenter, Counterparty, CounterpartyType, MarketPrice, Owner,
        Production, Reserve, TaxRate,
    };
    let from = day(2020, 1, 1);
    let mut records = vec![
        ReferenceRecord::Company(Company {
            company_code: "WB01".into(),
            effective_date: from,
            name: "Wellbook Operating".into(),
            role: CompanyRole::Operator,
            functional_currency: "USD".into(),
            approval_limit: ledger::Money::MAX,
        }),
        ReferenceRecord::Owner(Owner {
            owner_id: "O1".into(),
            effective_date: from,
            name: "An owner".into(),
            owner_type: "TRUST".into(),
            state: "TX".into(),
            minimum_payment: ledger::Money::from_units(10_000),
            suspense_code: None,
            is_tax_exempt: false,
        }),
        ReferenceRecord::Counterparty(Counterparty {
            counterparty_id: "P1".into(),
            effective_date: from,
            name: "A partner".into(),
            counterparty_type: CounterpartyType::Partner,
            payment_terms_days: 30,
            currency: "USD".into(),
            owner_id: Some("O1".into()),
        }),
        ReferenceRecord::Afe(Afe {
            afe_number: "A1".into(),
            effective_date: from,
            company_code: "WB01".into(),
            well_id: None,
            description: "Workover".into(),
            budget: ledger::Money::from_units(1),
            supplement: 0,
            status: "OPEN".into(),
        }),
        ReferenceRecord::CostCenter(CostCenter {
            cost_center: "CC".into(),
            effective_date: from,
            company_code: "WB01".into(),
            name: "Midland".into(),
        }),
        ReferenceRecord::TaxRate(TaxRate {
            tax_code: "TX-OIL-SEV".into(),
            effective_date: from,
            state: "TX".into(),
            product: Product::Oil,
            rate: Rate::from_units(4_600_000),
            rate_per_unit: ledger::UnitPrice::from_units(-1),
            due_months: 2,
            due_day: 25,
            statute: "Texas Tax Code 202.052".into(),
        }),
        ReferenceRecord::Production(Production {
            well_id: "42317310000003".into(),
            product: Product::Gas,
            production_month: from,
            revision: 0,
            volume: ledger::Quantity::MAX,
            unit_of_measure: "MCF".into(),
        }),
        ReferenceRecord::Reserve(Reserve {
            well_id: "42317310000003".into(),
            product: Product::Gas,
            effective_date: from,
            proved_developed: ledger::Quantity::from_units(1),
            proved: ledger::Quantity::from_units(2),
            unit_of_measure: "MCF".into(),
        }),
        ReferenceRecord::MarketPrice(MarketPrice {
            series: "WTI".into(),
            price_date: day(2020, 4, 20),
            price_source: "table".into(),
            revision: 0,
            price: ledger::UnitPrice::from_units(-37_630_000),
            unit_of_measure: "BBL".into(),
            currency: "USD".into(),
        }),
        ReferenceRecord::Period(ledger::period::opening_period("WB01", from)),
    ];
    records.extend(
        ledger::chart::accounts().iter().map(|account| ReferenceRecord::Account(account.record(from))),
    );
    records.extend(lease_and_well());
    records.extend(decks());
    records
}

#[tokio::test]
async fn a_master_of_every_kind_is_loaded_once_and_never_altered() {
    let (database, mut loader, store) = books().await;
    let load = |records: Vec<ReferenceRecord>, from: i64| Batch {
        reference: records.into_iter().map(|record| ReferenceRow { record, source_offset: from }).collect(),
        advances: vec![advance(Topic::Account, 0, from, from + 1)],
        ..Batch::default()
    };
    loader.load(&load(every_kind_of_master(), 0)).await.unwrap();
    // Published again, and a deck with other shares under the same key: nothing changes.
    let mut again = every_kind_of_master();
    for record in &mut again {
        match record {
            ReferenceRecord::OwnerDeck(deck) => deck.interests.push(deck.interests[0].clone()),
            ReferenceRecord::JibDeck(deck) => deck.shares.truncate(1),
            ReferenceRecord::Lease(lease) => lease.name = "Altered".into(),
            _ => {}
        }
    }
    loader.load(&load(again, 1)).await.unwrap();
    for topic in Topic::REFERENCE {
        let table = topic.base_name().trim_start_matches("gl.").trim_end_matches(".v1").replace('-', "_");
        let rows =
            database.number(&format!("SELECT count(*) FROM staging.{table} WHERE source_offset = 0")).await;
        let later =
            database.number(&format!("SELECT count(*) FROM staging.{table} WHERE source_offset > 0")).await;
        assert!(rows > 0 && later == 0, "{table}: {rows} and {later}");
    }
    for (table, share) in [("owner_deck", "decimal_interest"), ("jib_deck", "working_interest")] {
        assert_eq!(
            database.number(&format!("SELECT sum({share})::int8 FROM staging.{table}")).await,
            1,
            "{table}"
        );
        assert_eq!(database.number(&format!("SELECT count(*) FROM staging.{table}")).await, 2, "{table}");
    }
    let chart: Vec<_> =
        ledger::chart::accounts().iter().map(|account| account.record(day(2020, 1, 1))).collect();
    assert_eq!(store.accounts().await.unwrap(), chart);

    let names = store.names().await.unwrap();
    let staged = store.entry(entry(3).entry_id).await.unwrap().unwrap();
    let rows: Vec<_> = names.rows(&staged).collect();
    assert_eq!(rows[0].account_name, Some("Accrued oil and gas sales"));
    assert_eq!((rows[0].property_id, rows[0].lease_name), (Some("L-1"), Some("Sand Hills")));
    assert_eq!(
        (rows[0].state, rows[0].county, rows[0].basin),
        (Some("TX"), Some("Midland"), Some("Permian"))
    );
    assert_eq!((rows[1].well_id, rows[1].county), (None, None));
    assert_eq!(rows[0].debit_amount, rows[1].credit_amount);
    assert_eq!(rows[0].net_amount, -rows[1].net_amount);
    assert_eq!(rows[0].journal_entry, "WB02-2025-4");
    database.drop_it().await;
}

fn seal(sequence: i64) -> Seal {
    let totals = Totals {
        entries: 3,
        lines: 6,
        digest: Digest::from_bytes([7; 32]),
        amounts: vec![ControlTotal {
            company_code: "WB01".into(),
            currency: "USD".into(),
            debit: i128::from(i64::MAX) * 4,
            credit: i128::from(i64::MAX) * 4,
        }],
    };
    let mut seal = Seal {
        sequence,
        window_start: instant(sequence),
        window_end: instant(sequence + 1),
        is_history: true,
        good: totals,
        planted: Totals::default(),
        entry_numbers: vec![EntryNumberRange {
            company_code: "WB01".into(),
            fiscal_year: 2025,
            first: 1,
            last: 3,
            count: 3,
        }],
        running_digest: Digest::default(),
        previous: Digest::default(),
        chain: Digest::default(),
    };
    seal.chain = seal.expected_chain();
    seal
}

#[derive(Default)]
struct Seen {
    entries: Vec<Uuid>,
    rejected: Vec<RejectedRow>,
    seals: Vec<(i64, Digest)>,
}

impl StagingVisitor for Seen {
    fn entry(&mut self, staged: StagedEntry<'static>) {
        self.entries.push(staged.entry.entry_id);
    }
    fn rejected(&mut self, row: RejectedRow) {
        self.rejected.push(row);
    }
    fn seal(&mut self, sequence: i64, chain: Digest) {
        self.seals.push((sequence, chain));
    }
}

#[tokio::test]
async fn verify_sees_entries_rejected_rows_seals_and_offsets_of_one_moment() {
    let (database, mut loader, store) = books().await;
    let genesis = Genesis {
        random_seed: 42,
        start_date: day(2025, 1, 1),
        historical_days: 30,
        scale: 1,
        fault_rates: vec![contract::run::FaultRate {
            reason: "unbalanced".into(),
            rate: Rate::from_units(100_000),
        }],
        price_source: "table".into(),
        price_digest: "00".into(),
        prices: Vec::new(),
        simulator_version: "1".into(),
        incarnation: RUN,
        created_at: instant(0),
        late_master: None,
    };
    let anchor = Anchor { simulated: instant(0), wall: instant(1), speed: Rate::ONE, interval_seconds: 30 };
    let run = |record, source_offset| RunRow { record, source_offset };
    let load = Batch {
        rejected: (0..1100).map(|offset| rejected(Stage::Validator, offset)).collect(),
        seals: (0..3).map(|n| SealRow { seal: seal(n), sealed_at: instant(n), source_offset: n }).collect(),
        runs: vec![run(genesis.into(), 0), run(anchor.into(), 1)],
        advances: vec![
            advance(Topic::JournalEntryDlq, 0, 0, 1100),
            advance(Topic::BatchSeal, 0, 0, 3),
            advance(Topic::Run, 0, 0, 2),
        ],
        ..Batch::default()
    };
    loader.load(&load).await.unwrap();
    let mut seen = Seen::default();
    let position = store.visit_staging(1, &mut seen).await.unwrap().unwrap();
    assert_eq!(position.next[0], u64::from(ENTRIES));
    assert_eq!(seen.seals, [(0, seal(0).chain), (1, seal(1).chain)]);
    assert_eq!(seen.entries, (0..ENTRIES).map(|number| entry(number).entry_id).collect::<Vec<_>>());
    let distinct: HashSet<_> = seen.rejected.iter().map(|row| row.source_offset).collect();
    assert_eq!((seen.rejected.len(), distinct.len()), (1100, 1100));
    assert_eq!(seen.rejected[0].value.as_deref(), Some(b"\0\0\0\0\x01\xFF".as_slice()));
    let offsets = store.ingest_offsets().await.unwrap();
    assert_eq!(offsets[&(Topic::BatchSeal, 0)], 3);
    assert_eq!(offsets[&(Topic::JournalEntryValidated, 5)], 0);
    let total =
        database.number("SELECT (sum(debit) * 100 / 12)::int8 FROM staging.batch_control_total").await;
    assert_eq!(total, i64::MAX, "control totals are wider than any one amount");
    assert_eq!(database.number("SELECT count(*) FROM staging.run_anchor").await, 1);
    database.drop_it().await;
}
