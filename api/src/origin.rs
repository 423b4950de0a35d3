//! Which pages may open a WebSocket: browsers send where a page is from, and enforce nothing else.

use crate::problem::{Code, Problem};
use crate::settings::Origins;
use axum::http::{HeaderMap, header};

/// Admits the page's own origin, those that are named in the settings, and clients that name none from this machine.
pub(crate) fn check(allowed: &Origins, headers: &HeaderMap, is_loopback: bool) -> Result<(), Problem> {
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or("?").to_ascii_lowercase());
    let Some(origin) = text(header::ORIGIN) else {
        if is_loopback || allowed.admits_none {
            return Ok(());
        }
        return Err(Problem::new(
            Code::OriginRefused,
            "a client on another machine must send an Origin; put `none` into API_ALLOWED_ORIGINS to admit it without",
        ));
    };
    let own = origin.split_once("://").map(|(_, host)| host.to_owned());
    if own.is_some() && own == text(header::HOST) || allowed.named.contains(&origin) {
        return Ok(());
    }
    Err(Problem::new(
        Code::OriginRefused,
        "pages of this origin may not connect; put it into API_ALLOWED_ORIGINS to admit it",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_own_pages_named_origins_and_local_programs_may_connect() {
        let allowed: Origins = "https://books.example".parse().unwrap();
        let check = |origin: Option<&'static str>, is_loopback| {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, "localhost:8080".parse().unwrap());
            if let Some(origin) = origin {
                headers.insert(header::ORIGIN, origin.parse().unwrap());
            }
            super::check(&allowed, &headers, is_loopback).is_ok()
        };
        for (origin, is_loopback, expected) in [
            (Some("http://localhost:8080"), false, true),
            (Some("https://BOOKS.example"), false, true),
            (Some("http://localhost:8081"), true, false),
            (Some("https://evil.example"), true, false),
            (Some("null"), true, false),
            (None, true, true),
            (None, false, false),
        ] {
            assert_eq!(check(origin, is_loopback), expected, "{origin:?} {is_loopback}");
        }
    }
}
