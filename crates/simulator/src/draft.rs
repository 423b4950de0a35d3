//! An entry in the making: what a template decides, before numbers and totals are set.

use chrono::NaiveDate;
use ledger::{DocumentType, JournalLine, Money, Side, Source};
use uuid::Uuid;

/// What a template decides of an entry.
pub(crate) struct Draft<'w> {
    pub(crate) document_type: DocumentType,
    pub(crate) source: Source,
    pub(crate) transaction_type: &'static str,
    pub(crate) description: String,
    pub(crate) posting_date: NaiveDate,
    pub(crate) document_date: NaiveDate,
    pub(crate) due_date: Option<NaiveDate>,
    pub(crate) production_month: Option<NaiveDate>,
    pub(crate) created_by: &'static str,
    pub(crate) source_document: Option<String>,
    pub(crate) reverses: Option<Uuid>,
    pub(crate) auto_reverse_on: Option<NaiveDate>,
    pub(crate) chain: Option<Uuid>,
    pub(crate) lines: Vec<JournalLine<'w>>,
}

impl<'w> Draft<'w> {
    /// A standard entry that counts on the day of its document.
    pub(crate) fn new(
        source: Source,
        transaction_type: &'static str,
        created_by: &'static str,
        posting_date: NaiveDate,
        description: String,
    ) -> Self {
        Self {
            document_type: DocumentType::Standard,
            source,
            transaction_type,
            description,
            posting_date,
            document_date: posting_date,
            due_date: None,
            production_month: None,
            created_by,
            source_document: None,
            reverses: None,
            auto_reverse_on: None,
            chain: None,
            lines: Vec::new(),
        }
    }

    /// Adds a line of `cents`: nothing for zero, and the other side for a negative amount. `dimensions` sets what the
    /// line carries.
    pub(crate) fn post(
        &mut self,
        account: &'static str,
        side: Side,
        cents: i64,
        dimensions: impl FnOnce(&mut JournalLine<'w>),
    ) {
        if cents == 0 {
            return;
        }
        let side = if cents > 0 { side } else { side.opposite() };
        let number = self.lines.len() as i32 + 1;
        let mut line = JournalLine::new(number, account, side, Money::from_units(cents.abs()));
        dimensions(&mut line);
        self.lines.push(line);
    }

    /// A debit.
    pub(crate) fn debit(
        &mut self,
        account: &'static str,
        cents: i64,
        dimensions: impl FnOnce(&mut JournalLine<'w>),
    ) {
        self.post(account, Side::Debit, cents, dimensions);
    }

    /// A credit.
    pub(crate) fn credit(
        &mut self,
        account: &'static str,
        cents: i64,
        dimensions: impl FnOnce(&mut JournalLine<'w>),
    ) {
        self.post(account, Side::Credit, cents, dimensions);
    }
}
