//! The routes, and the OpenAPI document that is made of them: a route that is registered is documented.

use crate::app::App;
use crate::feed::frame::{ClientFrame, ServerFrame};
use crate::feed::{ndjson, sse, websocket};
use crate::rest::{accounts, entries, trial_balance};
use crate::{get_gl, health};
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Wellbook",
        description = "An oil and gas company's general ledger: history over REST, the live ledger over WebSocket, \
                       server-sent events and NDJSON.\n\nAmounts are decimal strings. One position, in `GL-Position` \
                       headers and in frames of the feed, says how far somebody has read, and is valid everywhere."
    ),
    tags(
        (name = "Ledger", description = "History: what has been loaded into the tables"),
        (name = "Live feed", description = "Entries as they are validated, from any position on"),
        (name = "Flat rows", description = "One row for each line"),
        (name = "Health", description = "How the service does"),
    ),
    components(schemas(ClientFrame, ServerFrame<'static>))
)]
struct Document;

/// Answers that end.
pub(crate) fn answers() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(entries::list))
        .routes(routes!(entries::get))
        .routes(routes!(accounts::list))
        .routes(routes!(trial_balance::get))
        .routes(routes!(health::health))
        .routes(routes!(health::livez))
        .routes(routes!(health::readyz))
}

/// Answers that stream.
pub(crate) fn streams() -> OpenApiRouter<App> {
    OpenApiRouter::default()
        .routes(routes!(websocket::get))
        .routes(routes!(sse::get))
        .routes(routes!(ndjson::get))
        .routes(routes!(get_gl::get))
}

/// The whole document.
#[must_use]
pub fn document() -> utoipa::openapi::OpenApi {
    let (_, document) = answers().merge(streams()).split_for_parts();
    document
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_lists_every_route_with_its_parameters_and_answers() {
        let document = serde_json::to_value(document()).unwrap();
        assert_eq!(document["openapi"], "3.1.0");
        let mut lines = Vec::new();
        for (path, methods) in document["paths"].as_object().unwrap() {
            for (method, operation) in methods.as_object().unwrap() {
                let names = |key: &str| -> Vec<String> {
                    let items = operation[key].as_array().cloned().unwrap_or_default();
                    items.iter().map(|item| item["name"].as_str().unwrap().to_owned()).collect()
                };
                let statuses: Vec<_> = operation["responses"].as_object().unwrap().keys().cloned().collect();
                lines.push(format!(
                    "{method} {path} ({}) -> {}",
                    names("parameters").join(" "),
                    statuses.join(" ")
                ));
                assert!(operation["summary"].as_str().is_some_and(|text| !text.is_empty()), "{path}");
            }
        }
        insta::assert_snapshot!(lines.join("\n"), @r"
        get /get-gl (start_date end_date) -> 200 400 503
        get /health () -> 200 503
        get /livez () -> 200
        get /readyz () -> 200 503
        get /v1/accounts () -> 200 503
        get /v1/entries (company account well period source date_from date_to order limit cursor) -> 200 400 503 504
        get /v1/entries/{id} (id) -> 200 400 404 503
        get /v1/feed () -> 101 400 403
        get /v1/feed/ndjson (from company account well source slow last_event_id) -> 200 400 410 503
        get /v1/feed/sse (from company account well source slow last_event_id Last-Event-ID) -> 200 400 410 503
        get /v1/trial-balance (company period) -> 200 400 503 504
        ");
    }

    #[test]
    fn money_is_documented_as_text_and_flat_amounts_as_numbers() {
        let document = serde_json::to_value(document()).unwrap();
        let schemas = &document["components"]["schemas"];
        assert_eq!(schemas["Entry"]["properties"]["total_debit"]["type"], "string");
        assert_eq!(schemas["Line"]["properties"]["amount"]["type"], "string");
        assert_eq!(schemas["FlatRow"]["properties"]["debit_amount"]["type"], "number");
    }
}
