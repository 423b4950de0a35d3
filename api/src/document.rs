//! An entry as JSON: the same document in pages, by id and on the live feed.
//!
//! Names are those of the Avro schema. Amounts, quantities, prices, interests and rates are decimal *strings*, so that no
//! reader passes them through a float. What is absent is left out.

use chrono::{DateTime, NaiveDate, Utc};
use ledger::{Fixed, JournalEntry, JournalLine};
use serde::{Serialize, Serializer};
use store::{Origin, StagedEntry};
use utoipa::ToSchema;
use uuid::Uuid;

/// A journal entry, whole, with the record it came from.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Entry)]
pub struct Entry<'a> {
    /// One per document.
    pub entry_id: Uuid,
    /// Root of the reversal chain or the intercompany group, else the entry's own id.
    pub chain_id: Uuid,
    /// The company whose books these are.
    #[schema(example = "1000")]
    pub company_code: &'a str,
    /// The book within the company.
    pub ledger: &'a str,
    /// STD, ACR, RVS, ADJ, CLS or OPN.
    #[schema(example = "STD")]
    pub document_type: &'static str,
    /// Gapless per company and fiscal year, from 1.
    pub entry_number: i64,
    /// The day it counts.
    pub posting_date: NaiveDate,
    /// The day on the document behind it.
    pub document_date: NaiveDate,
    /// When it falls due.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_date: Option<NaiveDate>,
    /// When it was entered: simulated time, UTC.
    pub entered_at: DateTime<Utc>,
    /// The calendar year of the posting date.
    pub fiscal_year: i32,
    /// 0 opening, 1 to 12, 13 adjusting.
    pub fiscal_period: i32,
    /// First day of the month of production.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub production_month: Option<NaiveDate>,
    /// The subledger: PRD, REV, AP, AR, JIB, PAY, DDA, ARO, CAP, HDG, TAX, IC, INV, TRE or MAN.
    #[schema(example = "PRD")]
    pub source: &'static str,
    /// The template that made it.
    pub transaction_type: &'a str,
    /// What it is, for people.
    pub description: &'a str,
    /// ISO 4217 currency of the amounts.
    #[schema(example = "USD")]
    pub currency: &'a str,
    /// ISO 4217 currency of the company's books.
    #[schema(example = "USD")]
    pub functional_currency: &'a str,
    /// Functional units for one unit of `currency`, where the two differ.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "option_exact")]
    #[schema(value_type = Option<String>, example = "1.08500000")]
    pub fx_rate: Option<ledger::Rate>,
    /// Who or what entered it.
    pub created_by: &'a str,
    /// Who approved it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approved_by: Option<&'a str>,
    /// Number of the invoice, ticket, statement or check behind it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_document: Option<&'a str>,
    /// The entry that this one mirrors.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reverses_entry_id: Option<Uuid>,
    /// The day on which this accrual will be reversed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auto_reverse_on: Option<NaiveDate>,
    /// The entry that this one corrects.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub adjusts_entry_id: Option<Uuid>,
    /// The group that ties entries of several companies together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub intercompany_group_id: Option<Uuid>,
    /// Sum of the debit amounts, in `currency`.
    #[serde(serialize_with = "exact")]
    #[schema(value_type = String, example = "812.34")]
    pub total_debit: ledger::Money,
    /// Sum of the credit amounts, in `currency`.
    #[serde(serialize_with = "exact")]
    #[schema(value_type = String, example = "812.34")]
    pub total_credit: ledger::Money,
    /// The record of the validated topic that it came from.
    pub record: RecordPlace,
    /// The lines, numbered from 1.
    pub lines: Vec<Line<'a>>,
}

/// The record of the validated topic that an entry came from.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct RecordPlace {
    /// Partition.
    pub partition: i32,
    /// Offset.
    pub offset: i64,
    /// Id of the submission.
    pub ce_id: Uuid,
    /// Sequence of the batch.
    pub batch: i64,
    /// Place in the batch, from 0.
    pub index: i32,
    /// When it was validated: wall clock, UTC.
    pub validated_at: DateTime<Utc>,
}

/// A line of an entry.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Line)]
pub struct Line<'a> {
    /// From 1, without gaps.
    pub line_number: i32,
    /// Account as `NNN.SSS`.
    #[schema(example = "302.000")]
    pub account_code: &'a str,
    /// DEBIT or CREDIT.
    #[schema(example = "DEBIT")]
    pub side: &'static str,
    /// Amount in the entry's currency, greater than zero.
    #[serde(serialize_with = "exact")]
    #[schema(value_type = String, example = "812.34")]
    pub amount: ledger::Money,
    /// Amount in the company's functional currency.
    #[serde(serialize_with = "exact")]
    #[schema(value_type = String, example = "812.34")]
    pub functional_amount: ledger::Money,
    /// Volume or count.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "option_exact")]
    #[schema(value_type = Option<String>, example = "310.250")]
    pub quantity: Option<ledger::Quantity>,
    /// Unit of `quantity`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit_of_measure: Option<&'a str>,
    /// Price of one unit, signed.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "option_exact")]
    #[schema(value_type = Option<String>)]
    pub unit_price: Option<ledger::UnitPrice>,
    /// MMBtu in one MCF.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "option_exact")]
    #[schema(value_type = Option<String>)]
    pub heat_factor: Option<ledger::Rate>,
    /// What a rate was applied to.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "option_exact")]
    #[schema(value_type = Option<String>)]
    pub base_amount: Option<ledger::Money>,
    /// The rate that was applied.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "option_exact")]
    #[schema(value_type = Option<String>)]
    pub rate: Option<ledger::Rate>,
    /// OIL, GAS, NGL or WTR.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product: Option<&'static str>,
    /// Cost centre.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost_center: Option<&'a str>,
    /// Well, as API-14.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "42389000010000")]
    pub well_id: Option<&'a str>,
    /// Lease.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lease_id: Option<&'a str>,
    /// Authorisation for expenditure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub afe_number: Option<&'a str>,
    /// Joint interest billing deck.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jib_code: Option<&'a str>,
    /// The account whose cost a JIB line bills.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub billed_account_code: Option<&'a str>,
    /// Owner paid or owed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner_id: Option<&'a str>,
    /// WI, RI or ORRI.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interest_type: Option<&'static str>,
    /// Size of that owner's or partner's share.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "option_exact")]
    #[schema(value_type = Option<String>)]
    pub decimal_interest: Option<ledger::DecimalInterest>,
    /// Why the money is held in suspense.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suspense_code: Option<&'a str>,
    /// Tax that the line accrues or remits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tax_code: Option<&'a str>,
    /// Vendor, purchaser or partner.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counterparty_id: Option<&'a str>,
    /// The other company of an intercompany pair.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub partner_company: Option<&'a str>,
    /// The entry whose open item this line clears.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clears_entry_id: Option<Uuid>,
    /// Production month, where it differs from the entry's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub production_month: Option<NaiveDate>,
    /// Free text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<&'a str>,
}

/// A decimal as a string with all its digits.
pub(crate) fn exact<S: Serializer, const P: u32, const D: u32>(
    value: &Fixed<P, D>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}

fn option_exact<S: Serializer, const P: u32, const D: u32>(
    value: &Option<Fixed<P, D>>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match value {
        Some(value) => serializer.collect_str(value),
        None => serializer.serialize_none(),
    }
}

impl<'a> Entry<'a> {
    /// The document of an entry.
    #[must_use]
    pub fn new(entry: &'a JournalEntry<'_>, origin: &Origin) -> Self {
        Self {
            entry_id: entry.entry_id,
            chain_id: entry.chain_id,
            company_code: &entry.company_code,
            ledger: &entry.ledger,
            document_type: entry.document_type.code(),
            entry_number: entry.entry_number,
            posting_date: entry.posting_date,
            document_date: entry.document_date,
            due_date: entry.due_date,
            entered_at: entry.entered_at,
            fiscal_year: entry.fiscal_year,
            fiscal_period: entry.fiscal_period,
            production_month: entry.production_month,
            source: entry.source.code(),
            transaction_type: &entry.transaction_type,
            description: &entry.description,
            currency: &entry.currency,
            functional_currency: &entry.functional_currency,
            fx_rate: entry.fx_rate,
            created_by: &entry.created_by,
            approved_by: entry.approved_by.as_deref(),
            source_document: entry.source_document.as_deref(),
            reverses_entry_id: entry.reverses_entry_id,
            auto_reverse_on: entry.auto_reverse_on,
            adjusts_entry_id: entry.adjusts_entry_id,
            intercompany_group_id: entry.intercompany_group_id,
            total_debit: entry.total_debit,
            total_credit: entry.total_credit,
            record: RecordPlace::from(origin),
            lines: entry.lines.iter().map(Line::from).collect(),
        }
    }
}

impl<'a> From<&'a StagedEntry<'_>> for Entry<'a> {
    fn from(staged: &'a StagedEntry<'_>) -> Self {
        Self::new(&staged.entry, &staged.origin)
    }
}

impl From<&Origin> for RecordPlace {
    fn from(origin: &Origin) -> Self {
        Self {
            partition: origin.source_partition,
            offset: origin.source_offset,
            ce_id: origin.ce_id,
            batch: origin.batch,
            index: origin.batch_index,
            validated_at: origin.validated_at,
        }
    }
}

impl<'a> From<&'a JournalLine<'_>> for Line<'a> {
    fn from(line: &'a JournalLine<'_>) -> Self {
        Self {
            line_number: line.line_number,
            account_code: &line.account_code,
            side: line.side.code(),
            amount: line.amount,
            functional_amount: line.functional_amount,
            quantity: line.quantity,
            unit_of_measure: line.unit_of_measure.as_deref(),
            unit_price: line.unit_price,
            heat_factor: line.heat_factor,
            base_amount: line.base_amount,
            rate: line.rate,
            product: line.product.map(ledger::Product::code),
            cost_center: line.cost_center.as_deref(),
            well_id: line.well_id.as_deref(),
            lease_id: line.lease_id.as_deref(),
            afe_number: line.afe_number.as_deref(),
            jib_code: line.jib_code.as_deref(),
            billed_account_code: line.billed_account_code.as_deref(),
            owner_id: line.owner_id.as_deref(),
            interest_type: line.interest_type.map(ledger::InterestType::code),
            decimal_interest: line.decimal_interest,
            suspense_code: line.suspense_code.as_deref(),
            tax_code: line.tax_code.as_deref(),
            counterparty_id: line.counterparty_id.as_deref(),
            partner_company: line.partner_company.as_deref(),
            clears_entry_id: line.clears_entry_id,
            production_month: line.production_month,
            text: line.text.as_deref(),
        }
    }
}
