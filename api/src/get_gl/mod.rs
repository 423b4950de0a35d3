//! `/get-gl`: flat rows, in the contract of the service that this project replaces. The mapping stands in
//! `docs/get-gl.md`.
//!
//! | module | does |
//! |---|---|
//! | `row` | a flat row as JSON |
//! | `stream` | history, then live, joined by position |
//! | `range` | one answer for a range of days |

mod range;
mod row;
mod stream;

use crate::app::App;
use crate::problem::{Code, Problem, ProblemDocument};
use crate::query::{self, Parameters};
use crate::server::Connection;
use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use chrono::NaiveDate;
use contract::Decoder;
use serde::{Deserialize, Serialize};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use store::{Names, Store};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use utoipa::{IntoParams, ToSchema};

/// Streams at once: each reads all history.
const STREAMS_MAX: usize = 16;
/// Ranges at once: each holds its rows in memory.
const RANGES_MAX: usize = 2;
/// How long names of accounts, leases and wells are used before they are read again: new ones are rare.
const NAMES_FOR: Duration = Duration::from_secs(10);

/// What flat rows are made with.
pub(crate) struct Flat {
    decoder: Decoder,
    names: Mutex<Option<(Instant, Arc<Names>)>>,
    streams: Arc<Semaphore>,
    ranges: Arc<Semaphore>,
}

impl Flat {
    pub(crate) fn new(decoder: Decoder) -> Self {
        let (streams, ranges) = (Semaphore::new(STREAMS_MAX), Semaphore::new(RANGES_MAX));
        Self { decoder, names: Mutex::new(None), streams: Arc::new(streams), ranges: Arc::new(ranges) }
    }

    /// The names, at most [`NAMES_FOR`] old.
    async fn names(&self, store: &Store) -> Result<Arc<Names>, Problem> {
        let held = self.names.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((read, names)) = held
            && read.elapsed() < NAMES_FOR
        {
            return Ok(names);
        }
        let names = Arc::new(store.names().await?);
        *self.names.lock().unwrap_or_else(PoisonError::into_inner) =
            Some((Instant::now(), Arc::clone(&names)));
        Ok(names)
    }
}

fn turn(turns: &Arc<Semaphore>, what: &str) -> Result<OwnedSemaphorePermit, Problem> {
    Arc::clone(turns).try_acquire_owned().map_err(|_| {
        Problem::new(Code::Busy, format!("too many {what} are under way; try again in a moment"))
    })
}

/// What flat rows can be asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Asked {
    /// First posting date; together with `end_date`.
    #[serde(default, deserialize_with = "query::date")]
    start_date: Option<NaiveDate>,
    /// Last posting date, included; together with `start_date`.
    #[serde(default, deserialize_with = "query::date")]
    end_date: Option<NaiveDate>,
}

/// Flat rows of a range of days.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Range<'a> {
    /// How many rows.
    count: u64,
    /// The rows, by time of entry.
    data: Vec<row::Row<'a>>,
}

/// Flat rows: one for each line of each entry.
///
/// Without parameters a stream of lines of JSON that does not end: all history by time of entry, then live entries as
/// they are validated, without gap or repeat between the two. With `start_date` and `end_date` one JSON document with
/// the rows posted on these days, at most 100 000.
///
/// gl_entry_id is the entry's id and the line number, journal_batch the batch, journal_entry company, fiscal year and
/// entry number, property_id the lease (of the line, else of its well), jib_number the JIB deck, last_modified the time
/// of validation. Amounts are in the company's functional currency, JSON numbers with two decimals: read them as decimals.
#[utoipa::path(
    get,
    path = "/get-gl",
    tag = "Flat rows",
    params(Asked),
    responses(
        (status = 200, description = "The rows: a stream of lines, or with a range one document", content(
            (row::Row<'static> = "application/x-ndjson"),
            (Range<'static> = "application/json"),
        )),
        (status = 400, description = "A parameter is not accepted, or the range holds too many rows", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 503, description = "The database does not answer, or too many such requests are under way", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[allow(clippy::doc_markdown, reason = "the comment is the description in the OpenAPI document")]
pub(crate) async fn get(
    State(app): State<App>,
    Extension(connection): Extension<Connection>,
    Parameters(Asked { start_date, end_date }): Parameters<Asked>,
) -> Result<Response, Problem> {
    match (start_date, end_date) {
        (None, None) => stream::answer(&app, connection).await,
        (Some(start), Some(end)) if start > end => {
            Err(Problem::parameter(format!("start_date {start} is after end_date {end}")))
        }
        (Some(start), Some(end)) => range::answer(&app, start, end).await,
        (Some(_), None) => {
            Err(Problem::parameter("end_date is missing: start_date and end_date go together"))
        }
        (None, Some(_)) => {
            Err(Problem::parameter("start_date is missing: start_date and end_date go together"))
        }
    }
}
