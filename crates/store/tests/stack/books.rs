//! Entries to load.

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use contract::Topic;
use ledger::{DocumentType, InterestType, JournalEntry, JournalLine, Money, Product, Side, Source};
use std::borrow::Cow;
use store::{Advance, Batch, Origin, RejectedEntry, Stage, StagedEntry};
use uuid::Uuid;

pub const RUN: Uuid = Uuid::from_u128(0xB00C);

pub fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

pub fn instant(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(1_750_000_000_123_456).unwrap() + TimeDelta::seconds(second)
}

/// The `number`th entry: two lines, one day later each.
pub fn entry(number: u32) -> JournalEntry<'static> {
    let amount = Money::from_units(100 + i64::from(number));
    let posting_date = day(2025, 6, 1) + Days::new(u64::from(number) % 90);
    let mut debit = JournalLine::new(
        1,
        if number.is_multiple_of(3) { "127.001" } else { "303.000" },
        Side::Debit,
        amount,
    );
    debit.well_id = (!number.is_multiple_of(4)).then(|| format!("4231731{:07}", number % 5).into());
    let mut lines = vec![debit, JournalLine::new(2, "360.000", Side::Credit, amount)];
    lines[1].product = Some(Product::Oil);
    JournalEntry {
        entry_id: Uuid::from_u128((u128::from(number) + 1) << 64),
        chain_id: Uuid::from_u128((u128::from(number) + 1) << 64),
        company_code: if number.is_multiple_of(2) { "WB01" } else { "WB02" }.into(),
        ledger: "0L".into(),
        document_type: DocumentType::Standard,
        entry_number: i64::from(number) + 1,
        posting_date,
        document_date: posting_date,
        due_date: None,
        entered_at: instant(i64::from(number)),
        fiscal_year: 2025,
        fiscal_period: chrono::Datelike::month(&posting_date) as i32,
        production_month: None,
        source: if number.is_multiple_of(5) { Source::Payables } else { Source::Production },
        transaction_type: "RUN_TICKET".into(),
        description: "Run ticket".into(),
        currency: "USD".into(),
        functional_currency: "USD".into(),
        fx_rate: None,
        created_by: "system".into(),
        approved_by: None,
        source_document: None,
        reverses_entry_id: None,
        auto_reverse_on: None,
        adjusts_entry_id: None,
        intercompany_group_id: None,
        total_debit: amount,
        total_credit: amount,
        lines,
    }
}

/// An entry with every field filled, each number at its extreme.
pub fn full_entry() -> JournalEntry<'static> {
    let mut full = entry(7);
    full.due_date = Some(day(2025, 12, 31));
    full.production_month = Some(day(2025, 5, 1));
    full.fx_rate = Some(ledger::Rate::MAX);
    full.approved_by = Some("Zoë 🛢".into());
    full.source_document = Some("INV-1".into());
    full.reverses_entry_id = Some(Uuid::from_u128(1));
    full.auto_reverse_on = Some(day(2025, 7, 1));
    full.adjusts_entry_id = Some(Uuid::from_u128(2));
    full.intercompany_group_id = Some(Uuid::from_u128(3));
    (full.total_debit, full.total_credit) = (Money::MAX, Money::MAX);
    let mut line = JournalLine::new(1, "127.001", Side::Debit, Money::MAX);
    line.functional_amount = Money::ZERO;
    line.quantity = Some(-ledger::Quantity::MAX);
    line.unit_of_measure = Some("BBL".into());
    line.unit_price = Some(-ledger::UnitPrice::MAX);
    line.heat_factor = Some(ledger::Rate::from_units(1));
    line.base_amount = Some(Money::from_units(-1));
    line.rate = Some(-ledger::Rate::MAX);
    line.product = Some(Product::NaturalGasLiquids);
    line.cost_center = Some("CC".into());
    line.well_id = Some("42317310000000".into());
    line.lease_id = Some("L1".into());
    line.afe_number = Some("A1".into());
    line.jib_code = Some("J1".into());
    line.billed_account_code = Some("710.001".into());
    line.owner_id = Some("O1".into());
    line.interest_type = Some(InterestType::Overriding);
    line.decimal_interest = Some(ledger::DecimalInterest::MAX);
    line.suspense_code = Some("S".into());
    line.tax_code = Some("T".into());
    line.counterparty_id = Some("C".into());
    line.partner_company = Some("WB02".into());
    line.clears_entry_id = Some(Uuid::from_u128(4));
    line.production_month = Some(day(2025, 4, 1));
    line.text = Some("a \"text\" with\ttabs, \\ and ünïcode".into());
    let credit = JournalLine { line_number: 2, side: Side::Credit, ..line.clone() };
    full.lines = vec![line, credit];
    full
}

pub fn staged(entry: JournalEntry<'static>, partition: i32, offset: i64) -> StagedEntry<'static> {
    let origin = Origin {
        source_partition: partition,
        source_offset: offset,
        ce_id: Uuid::from_u128(entry.entry_id.as_u128() + 1),
        batch: offset / 10,
        batch_index: (offset % 10) as i32,
        validated_at: instant(offset),
    };
    StagedEntry { entry, origin }
}

pub fn advance(topic: Topic, partition: i32, from: i64, to: i64) -> Advance {
    Advance { topic, partition, from, to }
}

/// Entries `from..to` as a batch of one partition, entry n at offset n.
pub fn batch(partition: i32, from: u32, to: u32) -> Batch<'static> {
    Batch {
        entries: (from..to).map(|number| staged(entry(number), partition, i64::from(number))).collect(),
        advances: vec![advance(Topic::JournalEntryValidated, partition, i64::from(from), i64::from(to))],
        ..Batch::default()
    }
}

/// A rejected record as a sink would describe it.
pub fn rejected(stage: Stage, offset: i64) -> RejectedEntry<'static> {
    RejectedEntry {
        stage,
        source_partition: 0,
        source_offset: offset,
        reason: "unbalanced".into(),
        detail: "debits\0 and credits differ".into(),
        dl_topic: "gl.journal-entry.raw.v1".into(),
        dl_partition: 0,
        dl_offset: offset + 100,
        dl_timestamp: instant(0),
        dl_attempt: 1,
        ce_id: Some(Uuid::from_u128(77)),
        batch: Some(3),
        batch_index: Some(1),
        key: Some(Cow::Borrowed(b"key")),
        value: Some(Cow::Borrowed(b"\0\0\0\0\x01\xFF")),
        headers: vec![
            ("ce_id".into(), Some(Cow::Borrowed(b"x"))),
            ("raw".into(), Some(Cow::Borrowed(b"\xFF"))),
        ],
        rejected_at: instant(1),
    }
}
