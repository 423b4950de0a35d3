//! Errors as RFC 9457 problems.
//!
//! A handler returns a [`Problem`]; the layer `render`, which knows the request's id, writes it out. What the database
//! or a broker said goes to the log and never to the client.

use axum::Json;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use store::StoreError;
use tower_http::request_id::RequestId;
use utoipa::ToSchema;

/// What every `type` begins with: a name, not a place to fetch.
const TYPE_PREFIX: &str = "urn:wellbook:problem:";
/// After how many seconds a refusal that passes is worth another try.
const RETRY_AFTER_SECONDS: u64 = 2;

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $code:literal, $status:ident, $title:literal;)+) => {
        /// What went wrong, by a code that stays.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Code { $($(#[$doc])* $variant),+ }

        impl Code {
            /// The code as it stands in answers.
            #[must_use]
            pub const fn text(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }

            /// The HTTP status.
            #[must_use]
            pub const fn status(self) -> StatusCode {
                match self { $(Self::$variant => StatusCode::$status),+ }
            }

            const fn title(self) -> &'static str {
                match self { $(Self::$variant => $title),+ }
            }
        }
    };
}

codes! {
    /// A query or path parameter is unknown, malformed or out of range.
    BadParameter = "bad_parameter", BAD_REQUEST, "A parameter is not accepted";
    /// A page cursor is damaged or belongs to another request.
    BadCursor = "bad_cursor", BAD_REQUEST, "The cursor is not accepted";
    /// A position is damaged or beyond the end.
    BadPosition = "bad_position", BAD_REQUEST, "The position is not accepted";
    /// A position or cursor is of another run.
    OtherRun = "other_run", BAD_REQUEST, "The position is of another run";
    /// Records after the position are no longer held.
    PositionExpired = "position_expired", GONE, "The position is no longer held";
    /// The answer would be too large.
    RangeTooLarge = "range_too_large", BAD_REQUEST, "The range is too large";
    /// There is no such entry.
    UnknownEntry = "unknown_entry", NOT_FOUND, "There is no such entry";
    /// There is no such address.
    UnknownPath = "unknown_path", NOT_FOUND, "There is nothing at this address";
    /// The address does not take this method.
    MethodNotAllowed = "method_not_allowed", METHOD_NOT_ALLOWED, "The address does not take this method";
    /// A page of another origin asks.
    OriginRefused = "origin_refused", FORBIDDEN, "This origin may not connect";
    /// A WebSocket address was asked for something else.
    NotAWebSocket = "not_a_websocket", BAD_REQUEST, "This address speaks WebSocket";
    /// Too much is going on.
    Busy = "busy", SERVICE_UNAVAILABLE, "Too many such requests at once";
    /// No run has begun.
    NoRun = "no_run", SERVICE_UNAVAILABLE, "No run has begun yet";
    /// Kafka, the registry or Postgres does not answer.
    Unavailable = "unavailable", SERVICE_UNAVAILABLE, "A service behind this one does not answer";
    /// A client of the feed took less than came.
    Slow = "slow", SERVICE_UNAVAILABLE, "The client is too slow";
    /// A frame that the feed does not understand.
    BadFrame = "bad_frame", BAD_REQUEST, "The frame is not understood";
    /// A WebSocket asks for more than one may have.
    TooMany = "too_many", TOO_MANY_REQUESTS, "Too many of them";
    /// The service is about to stop.
    ShuttingDown = "shutting_down", SERVICE_UNAVAILABLE, "The service is stopping";
    /// The answer took too long.
    TimedOut = "timed_out", GATEWAY_TIMEOUT, "The answer took too long";
    /// A bug, or something that a person must look at.
    Internal = "internal", INTERNAL_SERVER_ERROR, "Something went wrong here";
}

/// A refusal or failure.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {detail}", code.text())]
pub struct Problem {
    /// What, by a code that stays.
    pub code: Code,
    /// What, where and what to do, for people.
    pub detail: String,
}

/// A problem as it is written (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemDocument {
    /// A name for the kind of problem.
    #[serde(rename = "type")]
    #[schema(example = "urn:wellbook:problem:bad_parameter")]
    pub kind: String,
    /// The kind, for people.
    pub title: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// What, where and what to do, for people.
    pub detail: String,
    /// The kind, for programs: stable.
    #[schema(example = "bad_parameter")]
    pub code: &'static str,
    /// The id under which the log speaks of the request.
    pub request_id: String,
}

impl Problem {
    /// A problem of this kind.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into() }
    }

    /// Whether trying again later can help.
    #[must_use]
    pub fn is_temporary(&self) -> bool {
        matches!(self.code.status(), StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT)
    }

    /// A parameter that is not accepted.
    pub fn parameter(detail: impl Into<String>) -> Self {
        Self::new(Code::BadParameter, detail)
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::TimedOut { .. } => Self::new(
                Code::TimedOut,
                "the query took longer than it may; ask for a shorter range or fewer rows",
            ),
            StoreError::Unavailable { .. } | StoreError::Schema { .. } => {
                tracing::warn!("{error}");
                Self::new(Code::Unavailable, "the database does not answer now; try again in a moment")
            }
            StoreError::Setting { .. } | StoreError::OtherRun { .. } | StoreError::Failed { .. } => {
                tracing::error!("{error}");
                Self::new(
                    Code::Internal,
                    "the database refused; the log names the reason under this request_id",
                )
            }
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.code.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Writes the problem of an answer out, with the request's id.
pub(crate) async fn render(request: Request, next: Next) -> Response {
    let request_id = request.extensions().get::<RequestId>().map(text_of).unwrap_or_default();
    let mut response = next.run(request).await;
    let Some(problem) = response.extensions_mut().remove::<Problem>() else { return response };
    let (code, status) = (problem.code, problem.code.status());
    if status.is_server_error() {
        tracing::info!(%request_id, code = code.text(), detail = problem.detail, "a request failed");
    }
    let document = ProblemDocument {
        kind: format!("{TYPE_PREFIX}{}", code.text()),
        title: code.title(),
        status: status.as_u16(),
        detail: problem.detail,
        code: code.text(),
        request_id,
    };
    let headers = std::mem::take(response.headers_mut());
    let mut response = (status, Json(document)).into_response();
    response.headers_mut().extend(
        headers
            .into_iter()
            .filter_map(|(name, value)| Some((name?, value)))
            .filter(|(name, _)| *name != header::CONTENT_TYPE && *name != header::CONTENT_LENGTH),
    );
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(RETRY_AFTER_SECONDS));
    }
    response
}

fn text_of(id: &RequestId) -> String {
    id.header_value().to_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_database_said_does_not_reach_the_client() {
        let address = "db.internal:5432/books".to_owned();
        for error in [
            StoreError::Failed { address: address.clone(), detail: "relation staging.x (42P01)".into() },
            StoreError::Unavailable { address: address.clone(), detail: "connection refused".into() },
            StoreError::Schema { address, detail: "staging.journal_entry is missing".into() },
        ] {
            let text = Problem::from(error).to_string();
            assert!(!text.contains("db.internal") && !text.contains("staging"), "{text}");
        }
    }
}
