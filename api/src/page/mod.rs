//! The page that shows the live ledger, and the page of the documentation. Everything is in the binary.

use crate::problem::{Code, Problem};
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use utoipa_swagger_ui::{Config, SwaggerUi};

/// A file of the page.
struct Asset {
    name: &'static str,
    content_type: &'static str,
    text: &'static str,
}

macro_rules! asset {
    ($name:literal, $content_type:literal) => {
        Asset {
            name: $name,
            content_type: $content_type,
            text: include_str!(concat!("../../assets/", $name)),
        }
    };
}

const INDEX: Asset = asset!("index.html", "text/html; charset=utf-8");
const ASSETS: &[Asset] = &[
    asset!("live.css", "text/css; charset=utf-8"),
    asset!("live.js", "text/javascript; charset=utf-8"),
    asset!("icon.svg", "image/svg+xml"),
];

/// The page.
pub(crate) async fn index(headers: HeaderMap) -> Response {
    answer(&INDEX, &headers)
}

/// What the page loads.
pub(crate) async fn asset(Path(name): Path<String>, headers: HeaderMap) -> Result<Response, Problem> {
    let asset = ASSETS.iter().find(|asset| asset.name == name);
    let asset = asset.ok_or_else(|| Problem::new(Code::UnknownPath, "the page has no such file"))?;
    Ok(answer(asset, &headers))
}

/// The file, or that the browser has it. Files change with the binary only, under the same names: a browser asks each time.
fn answer(asset: &Asset, headers: &HeaderMap) -> Response {
    let tag = format!("\"{}\"", &blake3::hash(asset.text.as_bytes()).to_hex()[..16]);
    let is_held = headers.get(header::IF_NONE_MATCH).is_some_and(|held| held.as_bytes() == tag.as_bytes());
    let Ok(tag) = HeaderValue::from_str(&tag) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let caching = [(header::ETAG, tag), (header::CACHE_CONTROL, HeaderValue::from_static("no-cache"))];
    if is_held {
        return (StatusCode::NOT_MODIFIED, caching).into_response();
    }
    (caching, [(header::CONTENT_TYPE, asset.content_type)], asset.text).into_response()
}

/// The documentation at `/docs`, from the library's own files.
pub(crate) fn docs() -> SwaggerUi {
    let config = Config::from("/openapi.json").try_it_out_enabled(true).display_request_duration(true);
    // No service of somebody else's is asked whether the document is valid.
    SwaggerUi::new("/docs").config(config.validator_url("none"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_has_no_script_or_style_of_its_own_and_asks_no_other_host() {
        for asset in ASSETS.iter().chain([&INDEX]) {
            let text = asset.text;
            for (at, _) in text.match_indices("<script") {
                let tag = &text[at..at + text[at..].find('>').unwrap()];
                assert!(tag.contains(" src=\"/assets/"), "{}: {tag}", asset.name);
                assert!(text[at + tag.len()..].starts_with("></script>"), "{}: {tag}", asset.name);
            }
            for inline in
                ["<style", " style=\"", " onclick=", " onload=", "javascript:", "innerHTML", "eval("]
            {
                assert!(!text.contains(inline), "{} has `{inline}`", asset.name);
            }
            let hosts = text.replace("http://www.w3.org/2000/svg", "");
            assert!(!hosts.contains("http://") && !hosts.contains("https://"), "{}", asset.name);
        }
    }
}
