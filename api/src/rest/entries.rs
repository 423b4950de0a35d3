//! Entries in pages, and by id.

use super::cursor::Cursor;
use super::position_header;
use crate::app::App;
use crate::document::Entry;
use crate::health::Nothing;
use crate::problem::{Code, Problem, ProblemDocument};
use crate::query::{self, Parameters, Period};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{AppendHeaders, IntoResponse, Response};
use chrono::NaiveDate;
use contract::Position;
use ledger::Source;
use serde::{Deserialize, Serialize};
use store::{EntryFilter, Order, PageRequest};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// Entries of a page where none are asked for.
const LIMIT_DEFAULT: u32 = 50;
/// Entries of a page at most; a larger limit is taken for this one.
const LIMIT_MAX: u32 = 500;

/// What a list of entries can be asked for.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Asked {
    /// Company.
    #[serde(default, deserialize_with = "query::code_text")]
    #[param(example = "1000")]
    company: Option<String>,
    /// Entries with a line on this account.
    #[serde(default, deserialize_with = "query::code_text")]
    #[param(example = "302.000")]
    account: Option<String>,
    /// Entries with a line for this well; together with an account, one line must have both.
    #[serde(default, deserialize_with = "query::code_text")]
    well: Option<String>,
    /// Fiscal year, or year and period from 00 (opening) to 13 (adjusting).
    #[serde(default, deserialize_with = "query::period")]
    #[param(value_type = Option<String>, example = "2025-10")]
    period: Option<Period>,
    /// Subledger: PRD, REV, AP, AR, JIB, PAY, DDA, ARO, CAP, HDG, TAX, IC, INV, TRE or MAN.
    #[serde(default, deserialize_with = "query::source")]
    #[param(value_type = Option<String>, example = "PRD")]
    source: Option<Source>,
    /// Posted on this day or later.
    #[serde(default, deserialize_with = "query::date")]
    date_from: Option<NaiveDate>,
    /// Posted on this day or earlier.
    #[serde(default, deserialize_with = "query::date")]
    date_to: Option<NaiveDate>,
    /// `newest` first (the default) or `oldest` first, by time of entry.
    #[serde(default)]
    order: Sequence,
    /// Entries of a page, 50 by default; more than 500 are taken for 500.
    #[serde(default, deserialize_with = "query::limit")]
    limit: Option<u32>,
    /// `next_cursor` of the page before, with the same filters.
    cursor: Option<String>,
}

/// Which way a list runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Sequence {
    /// Entered last first.
    #[default]
    Newest,
    /// Entered first first.
    Oldest,
}

impl Asked {
    fn filter(&self) -> Result<EntryFilter, Problem> {
        if let (Some(from), Some(to)) = (self.date_from, self.date_to)
            && from > to
        {
            return Err(Problem::parameter(format!("date_from {from} is after date_to {to}")));
        }
        Ok(EntryFilter {
            company_code: self.company.clone(),
            account_code: self.account.clone(),
            well_id: self.well.clone(),
            fiscal_year: self.period.map(|period| period.year),
            fiscal_period: self.period.and_then(|period| period.period),
            source: self.source,
            posting_date_from: self.date_from,
            posting_date_to: self.date_to,
            ..EntryFilter::default()
        })
    }

    const fn order(&self) -> Order {
        match self.order {
            Sequence::Newest => Order::NewestFirst,
            Sequence::Oldest => Order::OldestFirst,
        }
    }
}

/// A page of entries.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Page<'a> {
    /// The entries, in order.
    entries: Vec<Entry<'a>>,
    /// Whether more follow.
    has_more: bool,
    /// The cursor of the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

/// Entries in pages.
///
/// Pages that follow each other by `cursor` are read as of the first: nothing is skipped or repeated, whatever is loaded
/// meanwhile. `Link` names the next page, `GL-Position` how far the tables were loaded: the live feed goes on from there.
#[utoipa::path(
    get,
    path = "/v1/entries",
    tag = "Ledger",
    params(Asked),
    responses(
        (status = 200, description = "A page", body = Page<'static>, headers(("Link" = String, description = "`<…>; rel=\"next\"`"), ("GL-Position" = String, description = "How far the tables were loaded"))),
        (status = 400, description = "A parameter or the cursor is not accepted", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 503, description = "The database does not answer", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 504, description = "The query took too long", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn list(
    State(app): State<App>,
    Parameters(asked): Parameters<Asked>,
) -> Result<Response, Problem> {
    let (filter, order) = (asked.filter()?, asked.order());
    let cursor = asked.cursor.as_deref().map(|text| Cursor::decode(text, &filter, order)).transpose()?;
    let as_of = match cursor {
        Some(cursor) => Some(cursor.as_of),
        None => app.store().position().await?,
    };
    let limit = u16::try_from(asked.limit.unwrap_or(LIMIT_DEFAULT).min(LIMIT_MAX)).unwrap_or(u16::MAX);
    let request = PageRequest { filter, order, after: cursor.map(|cursor| cursor.after), limit, as_of };
    let page = app.store().entries(&request).await?;
    if let (Some(as_of), Some(position)) = (cursor.map(|cursor| cursor.as_of), page.position) {
        of_this_run(as_of, position)?;
    }
    let next = |after: Uuid, as_of: Position| Cursor { after, as_of }.encode(&request.filter, order);
    let last = page.entries.last().map(|staged| staged.entry.entry_id);
    let next_cursor = match (last, as_of) {
        (Some(after), Some(as_of)) if page.has_more => Some(next(after, as_of)),
        _ => None,
    };
    let link = next_cursor.as_deref().and_then(|cursor| link(&asked, cursor));
    let headers = AppendHeaders(position_header(as_of).into_iter().chain(link).collect::<Vec<_>>());
    let entries = page.entries.iter().map(Entry::from).collect();
    Ok((headers, Json(Page { entries, has_more: next_cursor.is_some(), next_cursor })).into_response())
}

fn of_this_run(as_of: Position, position: Position) -> Result<(), Problem> {
    if as_of.incarnation == position.incarnation {
        return Ok(());
    }
    let text = format!(
        "cursor: it is of run {}, the tables hold run {}; begin again without a cursor",
        as_of.incarnation, position.incarnation
    );
    Err(Problem::new(Code::OtherRun, text))
}

/// The address of the next page. Parameters are codes, numbers and dates, which need no escapes.
fn link(asked: &Asked, cursor: &str) -> Option<(header::HeaderName, HeaderValue)> {
    let text = |name: &str, value: Option<String>| value.map(|value| format!("{name}={value}&"));
    let period = asked.period.map(|Period { year, period }| match period {
        Some(period) => format!("{year:04}-{period:02}"),
        None => format!("{year:04}"),
    });
    let parts = [
        text("company", asked.company.clone()),
        text("account", asked.account.clone()),
        text("well", asked.well.clone()),
        text("period", period),
        text("source", asked.source.map(|source| source.code().to_owned())),
        text("date_from", asked.date_from.map(|date| date.to_string())),
        text("date_to", asked.date_to.map(|date| date.to_string())),
        text("order", (asked.order == Sequence::Oldest).then(|| "oldest".to_owned())),
        text("limit", asked.limit.map(|limit| limit.to_string())),
    ];
    let query: String = parts.into_iter().flatten().collect();
    let link = format!("</v1/entries?{query}cursor={cursor}>; rel=\"next\"");
    Some((header::LINK, HeaderValue::from_str(&link).ok()?))
}

/// One entry with its lines.
#[utoipa::path(
    get,
    path = "/v1/entries/{id}",
    tag = "Ledger",
    params(("id" = Uuid, Path, description = "`entry_id`")),
    responses(
        (status = 200, description = "The entry", body = Entry<'static>),
        (status = 400, description = "The id is no UUID", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 404, description = "It is not loaded", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 503, description = "The database does not answer", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn get(
    State(app): State<App>,
    Path(id): Path<String>,
    Parameters(Nothing {}): Parameters<Nothing>,
) -> Result<Response, Problem> {
    let entry_id: Uuid = id.parse().map_err(|_| {
        let shown: String = id.chars().take(64).collect();
        Problem::parameter(format!("id: `{shown}` is no UUID such as 01997f7a-5c00-7000-8000-0000000000aa"))
    })?;
    match app.store().entry(entry_id).await? {
        Some(staged) => Ok(Json(Entry::from(&staged)).into_response()),
        None => Err(Problem::new(
            Code::UnknownEntry,
            format!("no entry {entry_id} is loaded; one that was just validated is loaded within seconds"),
        )),
    }
}
