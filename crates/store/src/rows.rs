//! The rows of the journal tables in `COPY` form. Column lists and values stand side by side, in one order.

use crate::copy::Tuples;
use crate::staged::{Header, RejectedEntry, StagedEntry};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde_json::{Value, json};
use std::borrow::Cow;

/// Bytes that a header row takes, about.
const ENTRY_BYTES: usize = 420;
/// Bytes that a line takes, about.
const LINE_BYTES: usize = 280;

pub(crate) const COPY_ENTRIES: &str = "COPY staging.journal_entry (\
    entry_id, chain_id, ce_id, reverses_entry_id, adjusts_entry_id, intercompany_group_id, entry_number, entered_at, \
    validated_at, source_offset, batch, batch_index, source_partition, posting_date, document_date, due_date, \
    production_month, auto_reverse_on, fiscal_year, fiscal_period, total_debit, total_credit, fx_rate, company_code, \
    ledger, document_type, source, transaction_type, description, currency, functional_currency, created_by, \
    approved_by, source_document) FROM STDIN (FORMAT binary)";
const ENTRY_COLUMNS: usize = 34;

pub(crate) const COPY_LINES: &str = "COPY staging.journal_line (\
    entry_id, clears_entry_id, posting_date, line_number, production_month, amount, functional_amount, quantity, \
    unit_price, heat_factor, base_amount, rate, decimal_interest, account_code, side, unit_of_measure, product, \
    cost_center, well_id, lease_id, afe_number, jib_code, billed_account_code, owner_id, interest_type, \
    suspense_code, tax_code, counterparty_id, partner_company, text) FROM STDIN (FORMAT binary)";
const LINE_COLUMNS: usize = 30;

pub(crate) const COPY_REJECTED: &str = "COPY staging.rejected_entry (\
    stage, source_partition, source_offset, reason, detail, dl_topic, dl_partition, dl_offset, dl_timestamp, \
    dl_attempt, ce_id, batch, batch_index, key, value, headers, rejected_at) FROM STDIN (FORMAT binary)";
const REJECTED_COLUMNS: usize = 17;

/// The header rows of `entries`, in the order given.
pub(crate) fn entries(entries: &[&StagedEntry<'_>]) -> Vec<Bytes> {
    let mut tuples = Tuples::new(ENTRY_COLUMNS, entries.len() * ENTRY_BYTES);
    for StagedEntry { entry, origin } in entries {
        tuples
            .tuple()
            .uuid(entry.entry_id)
            .uuid(entry.chain_id)
            .uuid(origin.ce_id)
            .option(entry.reverses_entry_id, Tuples::uuid)
            .option(entry.adjusts_entry_id, Tuples::uuid)
            .option(entry.intercompany_group_id, Tuples::uuid)
            .bigint(entry.entry_number)
            .instant(entry.entered_at)
            .instant(origin.validated_at)
            .bigint(origin.source_offset)
            .bigint(origin.batch)
            .int(origin.batch_index)
            .int(origin.source_partition)
            .date(entry.posting_date)
            .date(entry.document_date)
            .option(entry.due_date, Tuples::date)
            .option(entry.production_month, Tuples::date)
            .option(entry.auto_reverse_on, Tuples::date)
            .int(entry.fiscal_year)
            .int(entry.fiscal_period)
            .numeric(entry.total_debit)
            .numeric(entry.total_credit)
            .option(entry.fx_rate, Tuples::numeric)
            .text(&entry.company_code)
            .text(&entry.ledger)
            .text(entry.document_type.code())
            .text(entry.source.code())
            .text(&entry.transaction_type)
            .text(&entry.description)
            .text(&entry.currency)
            .text(&entry.functional_currency)
            .text(&entry.created_by)
            .option_text(entry.approved_by.as_deref())
            .option_text(entry.source_document.as_deref());
    }
    tuples.finish()
}

/// The lines of `entries`, in the order given.
pub(crate) fn lines(entries: &[&StagedEntry<'_>]) -> Vec<Bytes> {
    let count: usize = entries.iter().map(|staged| staged.entry.lines.len()).sum();
    let mut tuples = Tuples::new(LINE_COLUMNS, count * LINE_BYTES);
    for StagedEntry { entry, .. } in entries {
        for line in &entry.lines {
            tuples
                .tuple()
                .uuid(entry.entry_id)
                .option(line.clears_entry_id, Tuples::uuid)
                .date(entry.posting_date)
                .int(line.line_number)
                .option(line.production_month, Tuples::date)
                .numeric(line.amount)
                .numeric(line.functional_amount)
                .option(line.quantity, Tuples::numeric)
                .option(line.unit_price, Tuples::numeric)
                .option(line.heat_factor, Tuples::numeric)
                .option(line.base_amount, Tuples::numeric)
                .option(line.rate, Tuples::numeric)
                .option(line.decimal_interest, Tuples::numeric)
                .text(&line.account_code)
                .text(line.side.code())
                .option_text(line.unit_of_measure.as_deref())
                .option_text(line.product.map(|product| product.code()))
                .option_text(line.cost_center.as_deref())
                .option_text(line.well_id.as_deref())
                .option_text(line.lease_id.as_deref())
                .option_text(line.afe_number.as_deref())
                .option_text(line.jib_code.as_deref())
                .option_text(line.billed_account_code.as_deref())
                .option_text(line.owner_id.as_deref())
                .option_text(line.interest_type.map(|kind| kind.code()))
                .option_text(line.suspense_code.as_deref())
                .option_text(line.tax_code.as_deref())
                .option_text(line.counterparty_id.as_deref())
                .option_text(line.partner_company.as_deref())
                .option_text(line.text.as_deref());
        }
    }
    tuples.finish()
}

/// The rejected rows.
pub(crate) fn rejected(rejected: &[&RejectedEntry<'_>]) -> Vec<Bytes> {
    let mut tuples = Tuples::new(REJECTED_COLUMNS, rejected.len() * 2048);
    for row in rejected {
        tuples
            .tuple()
            .text(row.stage.code())
            .int(row.source_partition)
            .bigint(row.source_offset)
            .text(&storable(&row.reason))
            .text(&storable(&row.detail))
            .text(&storable(&row.dl_topic))
            .int(row.dl_partition)
            .bigint(row.dl_offset)
            .instant(row.dl_timestamp)
            .int(row.dl_attempt)
            .option(row.ce_id, Tuples::uuid)
            .option(row.batch, Tuples::bigint)
            .option(row.batch_index, Tuples::int)
            .option(row.key.as_deref(), Tuples::bytes)
            .option(row.value.as_deref(), Tuples::bytes)
            .jsonb(&headers(&row.headers).to_string())
            .instant(row.rejected_at);
    }
    tuples.finish()
}

/// A text that Postgres takes: it has no place for U+0000, which a rejected record may well hold.
fn storable(text: &str) -> Cow<'_, str> {
    if text.contains('\0') { Cow::Owned(text.replace('\0', "\u{FFFD}")) } else { Cow::Borrowed(text) }
}

/// Headers keep their order and may repeat, so they are an array; what is no storable text goes as base64.
fn headers(headers: &[Header<'_>]) -> Value {
    let value = |value: &Option<Cow<'_, [u8]>>| match value {
        None => Value::Null,
        Some(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) if !text.contains('\0') => Value::from(text),
            _ => json!({ "base64": STANDARD.encode(bytes) }),
        },
    };
    headers.iter().map(|(name, bytes)| json!([storable(name), value(bytes)])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_list_is_as_long_as_its_rows() {
        for (copy, columns) in
            [(COPY_ENTRIES, ENTRY_COLUMNS), (COPY_LINES, LINE_COLUMNS), (COPY_REJECTED, REJECTED_COLUMNS)]
        {
            let list = copy.split_once('(').unwrap().1.split_once(')').unwrap().0;
            assert_eq!(list.split(',').count(), columns, "{copy}");
        }
    }

    #[test]
    fn headers_keep_order_repeats_and_bytes() {
        let given: Vec<Header<'_>> = vec![
            ("a".into(), Some(b"x".as_slice().into())),
            ("a".into(), None),
            ("b\0".into(), Some([0xFF, 0].as_slice().into())),
        ];
        assert_eq!(headers(&given).to_string(), r#"[["a","x"],["a",null],["b�",{"base64":"/wA="}]]"#);
    }
}
