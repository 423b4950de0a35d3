//! An entry in the making: what a template decides, before numbers and totals are set.

use crate::document::Document;
use crate::template::Counts;
use chrono::NaiveDate;
use ledger::{DocumentType, JournalLine, Money, Rate, Side};
use uuid::Uuid;

/// What a template decides of an entry.
#[derive(Debug)]
pub(crate) struct Draft<'w> {
    pub(crate) document_type: DocumentType,
    pub(crate) transaction_type: &'static str,
    pub(crate) description: String,
    pub(crate) posting_date: NaiveDate,
    pub(crate) document_date: NaiveDate,
    pub(crate) due_date: Option<NaiveDate>,
    pub(crate) production_month: Option<NaiveDate>,
    pub(crate) source_document: Option<String>,
    pub(crate) reverses: Option<Uuid>,
    pub(crate) auto_reverse_on: Option<NaiveDate>,
    pub(crate) adjusts: Option<Uuid>,
    pub(crate) intercompany_group: Option<Uuid>,
    /// The root of its chain, where that is not itself.
    pub(crate) chain: Option<Uuid>,
    /// The currency and its rate, where it is not the company's own.
    pub(crate) foreign: Option<(&'static str, Rate)>,
    pub(crate) lines: Vec<JournalLine<'w>>,
}

impl<'w> Draft<'w> {
    /// The entry of a document that is entered on a day.
    pub(crate) fn new(document: Document, entered_on: NaiveDate, description: String) -> Self {
        let shape = document.template.shape();
        let posting_date = posting_date(document, entered_on);
        Self {
            document_type: shape.document_type,
            transaction_type: shape.code,
            description,
            posting_date,
            document_date: posting_date.min(entered_on),
            due_date: None,
            production_month: None,
            source_document: None,
            reverses: None,
            auto_reverse_on: None,
            adjusts: None,
            intercompany_group: None,
            chain: None,
            foreign: None,
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
        self.post_foreign(account, side, (cents, cents), dimensions);
    }

    /// Adds a line whose amount in the company's currency is another.
    pub(crate) fn post_foreign(
        &mut self,
        account: &'static str,
        side: Side,
        (cents, functional_cents): (i64, i64),
        dimensions: impl FnOnce(&mut JournalLine<'w>),
    ) {
        if cents == 0 {
            return;
        }
        let side = if cents > 0 { side } else { side.opposite() };
        let number = self.lines.len() as i32 + 1;
        let mut line = JournalLine::new(number, account, side, Money::from_units(cents.abs()));
        line.functional_amount = Money::from_units(functional_cents.abs());
        dimensions(&mut line);
        omit_nothing(&mut line);
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

    /// Makes it the mirror of `target`, dated as its own template counts: sides swapped, quantities negated.
    pub(crate) fn mirror(mut self, reversal: Document, entered_on: NaiveDate, target: Uuid) -> Self {
        let shape = reversal.template.shape();
        self.document_type = shape.document_type;
        self.transaction_type = shape.code;
        self.description = format!("Reversal: {}", self.description);
        self.posting_date = posting_date(reversal, entered_on);
        self.document_date = self.posting_date.min(entered_on);
        self.auto_reverse_on = None;
        self.reverses = Some(target);
        self.chain = Some(target);
        for line in &mut self.lines {
            line.side = line.side.opposite();
            line.quantity = line.quantity.map(|quantity| -quantity);
        }
        self
    }
}

/// Leaves out what is zero and so says nothing: the volume of a correction of the price alone, the value before of what had
/// none. A unit stays as long as a price is of it.
fn omit_nothing(line: &mut JournalLine<'_>) {
    line.quantity = line.quantity.filter(|quantity| !quantity.is_zero());
    line.unit_price = line.unit_price.filter(|price| !price.is_zero());
    line.base_amount = line.base_amount.filter(|base| !base.is_zero());
    line.rate = line.rate.filter(|rate| !rate.is_zero());
    if line.quantity.is_none() && line.unit_price.is_none() {
        line.unit_of_measure = None;
    }
}

/// The day on which a document counts.
pub(crate) fn posting_date(document: Document, entered_on: NaiveDate) -> NaiveDate {
    match document.template.shape().counts {
        Counts::AsEntered => entered_on,
        Counts::MonthEnd => document.month.last(),
        Counts::NextMonth => document.month.plus(1).first(),
        Counts::NextMonthEnd => document.month.plus(1).last(),
        Counts::SecondMonth => document.month.plus(2).first(),
        Counts::YearEnd => {
            NaiveDate::from_ymd_opt(document.month.year(), 12, 31).expect("a year has a last day")
        }
    }
}
