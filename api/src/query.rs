//! Query parameters, read strictly: what is unknown, given twice, malformed or out of range is refused by name.

use crate::problem::Problem;
use axum::extract::rejection::QueryRejection;
use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use chrono::NaiveDate;
use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer};
use std::str::FromStr;

/// The longest text of a filter: longer than any code, shorter than an abuse.
const TEXT_MAX: usize = 64;

/// The query of a request; its type must deny unknown fields.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parameters<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Parameters<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Query::<T>::try_from_uri(&parts.uri).map(|Query(value)| Self(value)).map_err(|error| refused(&error))
    }
}

/// The parser's text without what it says about itself. It names the parameter.
fn refused(error: &QueryRejection) -> Problem {
    let text = error.body_text();
    let text = text.strip_prefix("Failed to deserialize query string: ").unwrap_or(&text);
    let text =
        text.replace("unknown field", "unknown parameter").replace("duplicate field", "twice the parameter");
    Problem::parameter(text.replace("missing field", "missing parameter"))
}

fn shortened(text: &str) -> String {
    text.chars().take(TEXT_MAX).collect()
}

/// A value that is read from its text; an empty text is no value.
fn parsed<'de, D, T>(deserializer: D, expected: &str) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr,
{
    let text = String::deserialize(deserializer)?;
    text.parse().map(Some).map_err(|_| D::Error::custom(format!("`{}` is no {expected}", shortened(&text))))
}

pub(crate) fn date<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<NaiveDate>, D::Error> {
    parsed(deserializer, "date; one such as 2025-10-31 is expected")
}

pub(crate) fn source<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<ledger::Source>, D::Error> {
    let codes: Vec<&str> = ledger::Source::ALL.iter().map(|source| source.code()).collect();
    parsed(deserializer, &format!("source; one of {} is expected", codes.join(", ")))
}

pub(crate) fn limit<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u32>, D::Error> {
    let limit = parsed::<D, u32>(deserializer, "limit; a whole number from 1 on is expected")?;
    if limit == Some(0) {
        return Err(D::Error::custom("`0` is no limit; a whole number from 1 on is expected"));
    }
    Ok(limit)
}

/// A code as the ledger writes them: companies, accounts, wells.
pub(crate) fn code_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let text = String::deserialize(deserializer)?;
    if is_code(&text) {
        return Ok(Some(text));
    }
    Err(D::Error::custom(format!(
        "`{}` is no code; 1 to {TEXT_MAX} letters, digits, `.`, `_` and `-` are expected",
        shortened(&text)
    )))
}

/// Whether a text can be a code of the ledger.
pub(crate) fn is_code(text: &str) -> bool {
    let takes = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    (1..=TEXT_MAX).contains(&text.len()) && text.chars().all(takes)
}

/// A fiscal year, or one period of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Period {
    pub(crate) year: i32,
    pub(crate) period: Option<i32>,
}

impl FromStr for Period {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (year, period) = match text.split_once('-') {
            Some((year, period)) => (year, Some(period)),
            None => (text, None),
        };
        let digits = |text: &str, length: std::ops::RangeInclusive<usize>| {
            let is_number = length.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
            if is_number { text.parse::<i32>().map_err(drop) } else { Err(()) }
        };
        let year = digits(year, 4..=4)?;
        let period = period.map(|period| digits(period, 1..=2)).transpose()?;
        if period.is_some_and(|period| !(0..=13).contains(&period)) {
            return Err(());
        }
        Ok(Self { year, period })
    }
}

pub(crate) fn period<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Period>, D::Error> {
    parsed(
        deserializer,
        "period; a fiscal year such as 2025, or with a period from 00 to 13 such as 2025-10, is expected",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Asked {
        #[serde(default, deserialize_with = "date")]
        from: Option<NaiveDate>,
        #[serde(default, deserialize_with = "period")]
        period: Option<Period>,
        #[serde(default, deserialize_with = "limit")]
        limit: Option<u32>,
    }

    fn read(query: &str) -> Result<Asked, String> {
        let uri = format!("/x?{query}").parse().unwrap();
        Query::try_from_uri(&uri).map(|Query(asked)| asked).map_err(|error| refused(&error).detail)
    }

    #[test]
    fn what_is_wrong_with_a_query_is_said_by_the_name_of_the_parameter() {
        for (query, expected) in [
            ("form=2025-10-31", "unknown parameter `form`, expected one of `from`, `period`, `limit`"),
            ("from=31.10.2025", "from: `31.10.2025` is no date; one such as 2025-10-31 is expected"),
            ("from=2025-02-30", "from: `2025-02-30` is no date"),
            ("period=2025-14", "period: `2025-14` is no period"),
            ("limit=0", "limit: `0` is no limit"),
            ("limit=-5", "limit: `-5` is no limit"),
            ("limit=1&limit=2", "twice the parameter `limit`"),
        ] {
            let text = read(query).unwrap_err();
            assert!(text.contains(expected), "{query}: {text}");
        }
        let asked = read("from=2025-10-31&period=2025-0&limit=7").unwrap();
        assert_eq!(asked.from, "2025-10-31".parse().ok());
        assert_eq!(asked.period, Some(Period { year: 2025, period: Some(0) }));
        assert_eq!(asked.limit, Some(7));
        assert_eq!(read("period=2025").unwrap().period, Some(Period { year: 2025, period: None }));
    }
}
