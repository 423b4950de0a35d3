//! What happens to every request: an id, a measurement, a time limit, headers that keep a browser safe.

use crate::metrics;
use crate::problem::{Code, Problem};
use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::time::{Duration, Instant};
use tower_http::request_id::RequestId;
use uuid::Uuid;

/// The header of a request's id.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// An answer that is no stream: longer than the database may take over a statement.
const ANSWER_WITHIN: Duration = Duration::from_secs(20);
/// The longest id that is taken over from a request.
const REQUEST_ID_MAX: usize = 64;

/// Scripts, styles, connections and images only from here; nobody may frame a page.
const CONTENT_SECURITY_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; \
     connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
);
/// The documentation page's library sets styles of its own; its scripts stand in files as well.
const CONTENT_SECURITY_POLICY_OF_DOCS: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; \
     connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
);

/// Gives each request an id, its own where that is sound, and returns it.
pub(crate) async fn identify(mut request: Request, next: Next) -> Response {
    let is_sound = |value: &&HeaderValue| {
        let takes = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        (1..=REQUEST_ID_MAX).contains(&value.len()) && value.as_bytes().iter().all(takes)
    };
    let id = request.headers().get(REQUEST_ID).filter(is_sound).cloned().unwrap_or_else(|| {
        HeaderValue::from_str(&Uuid::new_v4().to_string()).unwrap_or(HeaderValue::from_static("-"))
    });
    request.extensions_mut().insert(RequestId::new(id.clone()));
    let mut response = next.run(request).await;
    response.headers_mut().insert(REQUEST_ID, id);
    response
}

/// Counts and times each request by its route.
pub(crate) async fn measure(request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map_or("unmatched", MatchedPath::as_str).to_owned();
    let method = match request.method().as_str() {
        known @ ("GET" | "HEAD" | "OPTIONS" | "POST" | "PUT" | "DELETE" | "PATCH") => known.to_owned(),
        // Anybody can invent methods: each would be a series of its own.
        _ => "other".to_owned(),
    };
    let began = Instant::now();
    let response = next.run(request).await;
    metrics::request(&route, &method, response.status().as_u16(), began.elapsed());
    response
}

/// Ends what takes too long.
pub(crate) async fn limit(request: Request, next: Next) -> Response {
    match tokio::time::timeout(ANSWER_WITHIN, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            let text = format!("no answer within {} s; ask for less", ANSWER_WITHIN.as_secs());
            Problem::new(Code::TimedOut, text).into_response()
        }
    }
}

/// Headers that keep a browser from doing with an answer what it is not meant for.
pub(crate) async fn protect(request: Request, next: Next) -> Response {
    let is_docs = request.uri().path().starts_with("/docs");
    let mut response = next.run(request).await;
    let policy = if is_docs { CONTENT_SECURITY_POLICY_OF_DOCS } else { CONTENT_SECURITY_POLICY };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(
        HeaderName::from_static("cross-origin-opener-policy"),
        HeaderValue::from_static("same-origin"),
    );
    response
}
