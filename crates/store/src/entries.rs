//! Entries, whole, by id and in pages.

use crate::error::StoreError;
use crate::numeric::Numeric;
use crate::pool::Store;
use crate::staged::{Origin, StagedEntry};
use chrono::NaiveDate;
use contract::{ENTRY_PARTITIONS, Position};
use deadpool_postgres::Transaction;
use ledger::{DocumentType, JournalEntry, JournalLine, Source, Text};
use std::collections::HashMap;
use std::str::FromStr;
use tokio_postgres::Row;
use tokio_postgres::types::FromSql;
use uuid::Uuid;

/// The most entries of one page: with 999 lines each they still fit the memory of a request.
pub const PAGE_MAX: u16 = 1000;

/// Which entries. What is absent does not filter; what is present must hold, all of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EntryFilter {
    /// Company.
    pub company_code: Option<String>,
    /// Entries with a line on this account.
    pub account_code: Option<String>,
    /// Entries with a line for this well; together with an account, one line must have both.
    pub well_id: Option<String>,
    /// Fiscal year.
    pub fiscal_year: Option<i32>,
    /// Fiscal period: 0 to 13.
    pub fiscal_period: Option<i32>,
    /// Subledger.
    pub source: Option<Source>,
    /// Posted on this day or later.
    pub posting_date_from: Option<NaiveDate>,
    /// Posted on this day or earlier.
    pub posting_date_to: Option<NaiveDate>,
    /// Template.
    pub transaction_type: Option<String>,
    /// Kind of document.
    pub document_type: Option<DocumentType>,
}

/// Which way a list runs. Entry ids rise with the time of entry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// Entered last first.
    #[default]
    NewestFirst,
    /// Entered first first.
    OldestFirst,
}

/// A request for one page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageRequest {
    /// Which entries.
    pub filter: EntryFilter,
    /// In which order.
    pub order: Order,
    /// The last entry of the page before.
    pub after: Option<Uuid>,
    /// Entries at most; cut to [`PAGE_MAX`].
    pub limit: u16,
    /// Only what had been loaded at this position, so that pages of one list do not shift. It must be of the run in
    /// the tables.
    pub as_of: Option<Position>,
}

/// One page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryPage {
    /// The entries, in order.
    pub entries: Vec<StagedEntry<'static>>,
    /// Whether more follow after the last of them.
    pub has_more: bool,
    /// How far the tables were loaded when the page was read.
    pub position: Option<Position>,
}

/// Entries that a reader fetches at once: a few hundred kilobytes.
const READER_PAGE: u16 = 500;

/// Reads entries page after page; see [`Store::read_entries`].
pub struct EntryReader {
    store: Store,
    request: PageRequest,
    has_more: bool,
}

impl EntryReader {
    /// How far the tables were loaded when the reader began; none before a sink has begun.
    #[must_use]
    pub fn position(&self) -> Option<Position> {
        self.request.as_of
    }

    /// The next entries; none at the end.
    ///
    /// # Errors
    /// Where the database cannot be asked, or takes too long.
    pub async fn next_page(&mut self) -> Result<Option<Vec<StagedEntry<'static>>>, StoreError> {
        if !self.has_more {
            return Ok(None);
        }
        let page = self.store.entries(&self.request).await?;
        self.has_more = page.has_more;
        self.request.after = page.entries.last().map(|staged| staged.entry.entry_id);
        Ok((!page.entries.is_empty()).then_some(page.entries))
    }
}

macro_rules! header_columns {
    () => {
        "e.entry_id, e.chain_id, e.ce_id, e.reverses_entry_id, e.adjusts_entry_id, e.intercompany_group_id, \
         e.entry_number, e.entered_at, e.validated_at, e.source_offset, e.batch, e.batch_index, e.source_partition, \
         e.posting_date, e.document_date, e.due_date, e.production_month, e.auto_reverse_on, e.fiscal_year, \
         e.fiscal_period, e.total_debit, e.total_credit, e.fx_rate, e.company_code, e.ledger, e.document_type, \
         e.source, e.transaction_type, e.description, e.currency, e.functional_currency, e.created_by, \
         e.approved_by, e.source_document"
    };
}

/// A page in one direction. Every filter is a parameter; a null one does not filter, and the planner, which sees the
/// values, drops it. `$11` and `$12` are apart because only entries that pass the rest are looked up in the lines.
macro_rules! page {
    ($compare:literal, $direction:literal, $lines:literal) => {
        concat!(
            "SELECT ",
            header_columns!(),
            " FROM staging.journal_entry AS e WHERE ($1::uuid IS NULL OR e.entry_id ",
            $compare,
            " $1) AND ($2::text IS NULL OR e.company_code = $2) AND ($3::int4 IS NULL OR e.fiscal_year = $3) \
             AND ($4::int4 IS NULL OR e.fiscal_period = $4) AND ($5::text IS NULL OR e.source = $5) \
             AND ($6::date IS NULL OR e.posting_date >= $6) AND ($7::date IS NULL OR e.posting_date <= $7) \
             AND ($8::text IS NULL OR e.transaction_type = $8) AND ($9::text IS NULL OR e.document_type = $9) \
             AND ($10::int8[] IS NULL OR e.source_offset < ($10::int8[])[e.source_partition + 1]) ",
            $lines,
            " ORDER BY e.entry_id ",
            $direction,
            " LIMIT $11"
        )
    };
}

/// The filter on lines.
macro_rules! page_by_line {
    ($compare:literal, $direction:literal) => {
        page!(
            $compare,
            $direction,
            "AND EXISTS (SELECT FROM staging.journal_line AS l \
             WHERE l.posting_date = e.posting_date AND l.entry_id = e.entry_id \
             AND ($12::text IS NULL OR l.account_code = $12) AND ($13::text IS NULL OR l.well_id = $13) \
             AND ($6::date IS NULL OR l.posting_date >= $6) AND ($7::date IS NULL OR l.posting_date <= $7))"
        )
    };
}

/// Lines of the entries that pass a filter: what [`Store::line_count`] counts.
const LINE_COUNT: &str =
    "SELECT count(*) FROM staging.journal_line AS l WHERE l.posting_date BETWEEN $1 AND $2";

const BY_ID: &str =
    concat!("SELECT ", header_columns!(), " FROM staging.journal_entry AS e WHERE e.entry_id = $1");

const LINES: &str = "SELECT l.entry_id, l.clears_entry_id, l.line_number, l.production_month, l.amount, \
    l.functional_amount, l.quantity, l.unit_price, l.heat_factor, l.base_amount, l.rate, l.decimal_interest, \
    l.account_code, l.side, l.unit_of_measure, l.product, l.cost_center, l.well_id, l.lease_id, l.afe_number, \
    l.jib_code, l.billed_account_code, l.owner_id, l.interest_type, l.suspense_code, l.tax_code, l.counterparty_id, \
    l.partner_company, l.text FROM unnest($1::date[], $2::uuid[]) AS wanted (posting_date, entry_id) \
    JOIN staging.journal_line AS l ON l.posting_date = wanted.posting_date AND l.entry_id = wanted.entry_id \
    WHERE l.posting_date BETWEEN $3 AND $4 ORDER BY l.entry_id, l.line_number";

impl Store {
    /// The entry with this id.
    ///
    /// # Errors
    /// Where the database cannot be asked.
    pub async fn entry(&self, entry_id: Uuid) -> Result<Option<StagedEntry<'static>>, StoreError> {
        let mut client = self.client().await?;
        let transaction = self.snapshot(&mut client).await?;
        let statement = transaction.prepare_cached(BY_ID).await.map_err(|error| self.failed(&error))?;
        let row = transaction.query_opt(&statement, &[&entry_id]).await;
        let headers: Vec<Row> = row.map_err(|error| self.failed(&error))?.into_iter().collect();
        Ok(self.with_lines(&transaction, &headers).await?.pop())
    }

    /// A page of entries. Pages that follow each other by [`PageRequest::after`] neither skip nor repeat.
    ///
    /// # Errors
    /// Where the database cannot be asked, or takes too long.
    pub async fn entries(&self, request: &PageRequest) -> Result<EntryPage, StoreError> {
        let mut client = self.client().await?;
        let transaction = self.snapshot(&mut client).await?;
        let position = self.position_in(&transaction).await?;
        let (entries, has_more) = self.page_in(&transaction, request).await?;
        Ok(EntryPage { entries, has_more, position })
    }

    /// How many lines are posted from one day to another, both included.
    ///
    /// # Errors
    /// Where the database cannot be asked, or takes too long.
    pub async fn line_count(&self, from: NaiveDate, to: NaiveDate) -> Result<u64, StoreError> {
        let client = self.client().await?;
        let failed = |error| self.failed(&error);
        let statement = client.prepare_cached(LINE_COUNT).await.map_err(failed)?;
        let row = client.query_one(&statement, &[&from, &to]).await.map_err(failed)?;
        Ok(row.get::<_, i64>(0).unsigned_abs())
    }

    /// Reads all entries that pass a filter, page after page, as they stand now: what is loaded later is left out.
    /// Holds no connection between pages, so a slow reader holds up nobody.
    ///
    /// # Errors
    /// Where the database cannot be asked.
    pub async fn read_entries(&self, filter: EntryFilter, order: Order) -> Result<EntryReader, StoreError> {
        let as_of = self.position().await?;
        let request = PageRequest { filter, order, after: None, limit: READER_PAGE, as_of };
        Ok(EntryReader { store: self.clone(), request, has_more: true })
    }

    pub(crate) async fn page_in(
        &self,
        transaction: &Transaction<'_>,
        request: &PageRequest,
    ) -> Result<(Vec<StagedEntry<'static>>, bool), StoreError> {
        let filter = &request.filter;
        let by_line = filter.account_code.is_some() || filter.well_id.is_some();
        let sql = match (request.order, by_line) {
            (Order::NewestFirst, false) => page!("<", "DESC", ""),
            (Order::OldestFirst, false) => page!(">", "ASC", ""),
            (Order::NewestFirst, true) => page_by_line!("<", "DESC"),
            (Order::OldestFirst, true) => page_by_line!(">", "ASC"),
        };
        let limit = usize::from(request.limit.clamp(1, PAGE_MAX));
        // One more than asked for says whether more follow.
        let fetched = limit as i64 + 1;
        let source = filter.source.map(Source::code);
        let document_type = filter.document_type.map(DocumentType::code);
        let as_of = request.as_of.map(offsets);
        let mut values: Vec<&(dyn tokio_postgres::types::ToSql + Sync)> = vec![
            &request.after,
            &filter.company_code,
            &filter.fiscal_year,
            &filter.fiscal_period,
            &source,
            &filter.posting_date_from,
            &filter.posting_date_to,
            &filter.transaction_type,
            &document_type,
            &as_of,
            &fetched,
        ];
        if by_line {
            values.extend([
                &filter.account_code as &(dyn tokio_postgres::types::ToSql + Sync),
                &filter.well_id,
            ]);
        }
        let failed = |error| self.failed(&error);
        let statement = transaction.prepare_cached(sql).await.map_err(failed)?;
        let mut headers = transaction.query(&statement, &values).await.map_err(failed)?;
        let has_more = headers.len() > limit;
        headers.truncate(limit);
        Ok((self.with_lines(transaction, &headers).await?, has_more))
    }

    /// A row that does not read as what this program writes.
    pub(crate) fn malformed(&self, error: &RowError) -> StoreError {
        StoreError::Failed {
            address: self.address.clone(),
            detail: format!("a row of staging is not what this program wrote: {}", error.0),
        }
    }

    /// The entries of these header rows, in their order.
    async fn with_lines(
        &self,
        transaction: &Transaction<'_>,
        headers: &[Row],
    ) -> Result<Vec<StagedEntry<'static>>, StoreError> {
        let malformed = |error| self.malformed(&error);
        let mut entries = Vec::with_capacity(headers.len());
        for row in headers {
            entries.push(header(row).map_err(malformed)?);
        }
        let dates: Vec<NaiveDate> = entries.iter().map(|staged| staged.entry.posting_date).collect();
        let (Some(first), Some(last)) = (dates.iter().min(), dates.iter().max()) else { return Ok(entries) };
        let places: HashMap<Uuid, usize> =
            entries.iter().enumerate().map(|(at, staged)| (staged.entry.entry_id, at)).collect();
        let ids: Vec<Uuid> = entries.iter().map(|staged| staged.entry.entry_id).collect();
        let failed = |error| self.failed(&error);
        let statement = transaction.prepare_cached(LINES).await.map_err(failed)?;
        let rows = transaction.query(&statement, &[&dates, &ids, first, last]).await.map_err(failed)?;
        for row in rows {
            let entry_id: Uuid = row.get(0);
            entries[places[&entry_id]].entry.lines.push(line(&row).map_err(malformed)?);
        }
        Ok(entries)
    }
}

/// The offsets of a position as an array that SQL indexes from 1.
fn offsets(position: Position) -> Vec<i64> {
    let next: [u64; ENTRY_PARTITIONS] = position.next;
    next.iter().map(|next| i64::try_from(*next).unwrap_or(i64::MAX)).collect()
}

/// What is wrong with a row.
pub(crate) struct RowError(String);

impl From<tokio_postgres::Error> for RowError {
    fn from(error: tokio_postgres::Error) -> Self {
        Self(crate::error::describe(&error))
    }
}

pub(crate) fn code<T: FromStr<Err = ledger::entry::UnknownCode>>(text: &str) -> Result<T, RowError> {
    text.parse().map_err(|error: ledger::entry::UnknownCode| RowError(error.to_string()))
}

/// Reads the values of a row one after the other, in the order of its columns.
pub(crate) struct Columns<'r> {
    pub(crate) row: &'r Row,
    pub(crate) at: usize,
}

impl<'r> Columns<'r> {
    pub(crate) fn next<T: FromSql<'r>>(&mut self) -> Result<T, RowError> {
        let value = self.row.try_get(self.at)?;
        self.at += 1;
        Ok(value)
    }

    pub(crate) fn fixed<const P: u32, const S: u32>(&mut self) -> Result<ledger::Fixed<P, S>, RowError> {
        Ok(self.next::<Numeric<P, S>>()?.0)
    }

    pub(crate) fn option_fixed<const P: u32, const S: u32>(
        &mut self,
    ) -> Result<Option<ledger::Fixed<P, S>>, RowError> {
        Ok(self.next::<Option<Numeric<P, S>>>()?.map(|numeric| numeric.0))
    }

    pub(crate) fn text(&mut self) -> Result<Text<'static>, RowError> {
        Ok(Text::Owned(self.next::<String>()?))
    }

    pub(crate) fn option_text(&mut self) -> Result<Option<Text<'static>>, RowError> {
        Ok(self.next::<Option<String>>()?.map(Text::Owned))
    }

    pub(crate) fn code<T: FromStr<Err = ledger::entry::UnknownCode>>(&mut self) -> Result<T, RowError> {
        code(self.next::<&str>()?)
    }

    pub(crate) fn option_code<T: FromStr<Err = ledger::entry::UnknownCode>>(
        &mut self,
    ) -> Result<Option<T>, RowError> {
        self.next::<Option<&str>>()?.map(code).transpose()
    }
}

/// A header row as an entry that still lacks its lines. Values are read in the order of the columns.
fn header(row: &Row) -> Result<StagedEntry<'static>, RowError> {
    let mut c = Columns { row, at: 0 };
    let (entry_id, chain_id, ce_id) = (c.next()?, c.next()?, c.next()?);
    let (reverses_entry_id, adjusts_entry_id, intercompany_group_id) = (c.next()?, c.next()?, c.next()?);
    let (entry_number, entered_at, validated_at) = (c.next()?, c.next()?, c.next()?);
    let (source_offset, batch, batch_index, source_partition) = (c.next()?, c.next()?, c.next()?, c.next()?);
    let origin = Origin { source_partition, source_offset, ce_id, batch, batch_index, validated_at };
    let entry = JournalEntry {
        entry_id,
        chain_id,
        reverses_entry_id,
        adjusts_entry_id,
        intercompany_group_id,
        entry_number,
        entered_at,
        posting_date: c.next()?,
        document_date: c.next()?,
        due_date: c.next()?,
        production_month: c.next()?,
        auto_reverse_on: c.next()?,
        fiscal_year: c.next()?,
        fiscal_period: c.next()?,
        total_debit: c.fixed()?,
        total_credit: c.fixed()?,
        fx_rate: c.option_fixed()?,
        company_code: c.text()?,
        ledger: c.text()?,
        document_type: c.code()?,
        source: c.code()?,
        transaction_type: c.text()?,
        description: c.text()?,
        currency: c.text()?,
        functional_currency: c.text()?,
        created_by: c.text()?,
        approved_by: c.option_text()?,
        source_document: c.option_text()?,
        lines: Vec::new(),
    };
    Ok(StagedEntry { entry, origin })
}

/// A line; its first column, the entry's id, is passed over.
fn line(row: &Row) -> Result<JournalLine<'static>, RowError> {
    let mut c = Columns { row, at: 1 };
    let clears_entry_id = c.next()?;
    let line_number = c.next()?;
    let production_month = c.next()?;
    Ok(JournalLine {
        clears_entry_id,
        line_number,
        production_month,
        amount: c.fixed()?,
        functional_amount: c.fixed()?,
        quantity: c.option_fixed()?,
        unit_price: c.option_fixed()?,
        heat_factor: c.option_fixed()?,
        base_amount: c.option_fixed()?,
        rate: c.option_fixed()?,
        decimal_interest: c.option_fixed()?,
        account_code: c.text()?,
        side: c.code()?,
        unit_of_measure: c.option_text()?,
        product: c.option_code()?,
        cost_center: c.option_text()?,
        well_id: c.option_text()?,
        lease_id: c.option_text()?,
        afe_number: c.option_text()?,
        jib_code: c.option_text()?,
        billed_account_code: c.option_text()?,
        owner_id: c.option_text()?,
        interest_type: c.option_code()?,
        suspense_code: c.option_text()?,
        tax_code: c.option_text()?,
        counterparty_id: c.option_text()?,
        partner_company: c.option_text()?,
        text: c.option_text()?,
    })
}
