//! One answer for a range of days.

use super::{row, turn};
use crate::app::App;
use crate::problem::{Code, Problem};
use axum::body::{Body, Bytes};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use chrono::NaiveDate;
use futures_util::stream;
use std::convert::Infallible;
use store::{EntryFilter, Order};

/// Rows of one answer: some 80 MB of JSON, which is held until it is sent.
const ROWS_MAX: u64 = 100_000;

/// The rows posted on these days, counted.
pub(super) async fn answer(app: &App, start: NaiveDate, end: NaiveDate) -> Result<Response, Problem> {
    let turn = turn(&app.flat().ranges, "ranges")?;
    let lines = app.store().line_count(start, end).await?;
    if lines > ROWS_MAX {
        return Err(too_large(lines));
    }
    let filter =
        EntryFilter { posting_date_from: Some(start), posting_date_to: Some(end), ..EntryFilter::default() };
    let names = app.flat().names(app.store()).await?;
    let mut reader = app.store().read_entries(filter, Order::OldestFirst).await?;
    let (mut pieces, mut count) = (Vec::new(), 0);
    while let Some(page) = reader.next_page().await? {
        let mut piece = Vec::new();
        for staged in &page {
            count += row::append(&names, staged, b',', &mut piece);
        }
        // Some may have been loaded since the lines were counted.
        if count > ROWS_MAX {
            return Err(too_large(count));
        }
        pieces.push(Bytes::from(piece));
    }
    if let Some(last) = pieces.last_mut() {
        last.truncate(last.len().saturating_sub(1));
    }
    let begin = Bytes::from(format!(r#"{{"count":{count},"data":["#));
    let pieces = std::iter::once(begin).chain(pieces).chain([Bytes::from_static(b"]}")]);
    // The turn is held until the last piece is taken.
    let pieces = pieces.map(move |piece| {
        let _turn = &turn;
        Ok::<_, Infallible>(piece)
    });
    let body = Body::from_stream(stream::iter(pieces));
    Ok(([(header::CONTENT_TYPE, "application/json")], body).into_response())
}

fn too_large(rows: u64) -> Problem {
    Problem::new(
        Code::RangeTooLarge,
        format!(
            "the range holds {rows} rows, one answer at most {ROWS_MAX}; ask for fewer days, or read the stream at \
             /get-gl without a range"
        ),
    )
}
