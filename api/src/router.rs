//! The routes with their layers.

use crate::app::App;
use crate::layers;
use crate::openapi;
use crate::page;
use crate::problem::{self, Code, Problem};
use crate::rest::GL_POSITION;
use crate::settings::Origins;
use axum::extract::Request;
use axum::http::{HeaderValue, Method, header};
use axum::middleware::from_fn;
use axum::routing::get;
use axum::{Json, Router};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::cors::{AllowOrigin, CorsLayer};
use tower_http::limit::RequestBodyLimitLayer;

/// Bytes of a request's body: no address takes any.
const BODY_BYTES_MAX: usize = 16 * 1024;

/// All routes.
pub(crate) fn router(app: App) -> Router {
    let cors = cors(app.origins());
    let (answers, mut document) = openapi::answers().split_for_parts();
    let (streams, more) = openapi::streams().split_for_parts();
    document.merge(more);
    let answers = answers
        .route("/", get(page::index))
        .route("/assets/{name}", get(page::asset))
        .route("/openapi.json", get(move || async move { Json(document) }))
        .merge(page::docs())
        .layer(CompressionLayer::new())
        .layer(from_fn(layers::limit));
    answers
        .merge(streams)
        .fallback(unknown_path)
        .method_not_allowed_fallback(unknown_method)
        .layer(RequestBodyLimitLayer::new(BODY_BYTES_MAX))
        .layer(CatchPanicLayer::custom(|_| {
            // The panic itself is logged by the hook that every program has.
            axum::response::IntoResponse::into_response(Problem::new(
                Code::Internal,
                "the log names the reason",
            ))
        }))
        .layer(cors)
        .layer(from_fn(layers::measure))
        .layer(from_fn(problem::render))
        .layer(from_fn(layers::protect))
        .layer(from_fn(layers::identify))
        .with_state(app)
}

/// Pages of the origins that the settings name may read the answers.
fn cors(origins: &Origins) -> CorsLayer {
    let origins = origins.named.iter().filter_map(|origin| HeaderValue::from_str(origin).ok());
    CorsLayer::new().allow_origin(AllowOrigin::list(origins)).allow_methods([Method::GET]).expose_headers([
        GL_POSITION,
        header::LINK,
        header::RETRY_AFTER,
        layers::REQUEST_ID,
    ])
}

async fn unknown_path(request: Request) -> Problem {
    let path: String = request.uri().path().chars().take(100).collect();
    Problem::new(Code::UnknownPath, format!("there is nothing at {path}; /docs lists the addresses"))
}

async fn unknown_method(request: Request) -> Problem {
    Problem::new(Code::MethodNotAllowed, format!("{} is not taken here; use GET", request.method()))
}
