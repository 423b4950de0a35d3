//! Databases themselves: made for a stack that brings its own server, and for tests.

use crate::error::StoreError;
use crate::migrate::connect;
use crate::settings::Args;
use secrecy::ExposeSecret;

/// Creates an empty database on the server of `args`, where there is none of that name, and returns the settings that
/// lead to it. The user of `args` must be allowed to.
///
/// # Errors
/// Where the server cannot be reached or refuses, or the name is none that Postgres takes unquoted.
pub async fn create_database(args: &Args, name: &str) -> Result<Args, StoreError> {
    let name = plain(name)?;
    let target = args.target()?;
    let failed = |error| StoreError::of(&target.address, &error);
    let (client, _connection) = connect(&target, "").await?;
    let is_there =
        client.query_opt("SELECT FROM pg_database WHERE datname = $1", &[&name]).await.map_err(failed)?;
    if is_there.is_none() {
        client.batch_execute(&format!("CREATE DATABASE {name}")).await.map_err(failed)?;
    }
    Ok(Args { database_url: with_database(args.database_url.expose_secret(), name).into(), ..args.clone() })
}

/// Drops a database on the server of `args`, with whoever is connected to it; one that is not there is no error.
///
/// # Errors
/// As [`create_database`].
pub async fn drop_database(args: &Args, name: &str) -> Result<(), StoreError> {
    let name = plain(name)?;
    let target = args.target()?;
    let (client, _connection) = connect(&target, "").await?;
    let dropped = client.batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
    dropped.map_err(|error| StoreError::of(&target.address, &error))
}

/// A name that needs no quotes.
fn plain(name: &str) -> Result<&str, StoreError> {
    let takes = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if (1..=63).contains(&name.len())
        && name.chars().all(takes)
        && !name.starts_with(|c: char| c.is_ascii_digit())
    {
        return Ok(name);
    }
    let detail =
        "a database is named by 1 to 63 lower-case letters, digits and `_`, no digit first".to_owned();
    Err(StoreError::Setting { detail })
}

/// The URL with another database.
fn with_database(url: &str, name: &str) -> String {
    let (base, query) = match url.split_once('?') {
        Some((base, query)) => (base, format!("?{query}")),
        None => (url, String::new()),
    };
    let authority = base.find("://").map_or(0, |at| at + 3);
    let end = base[authority..].find('/').map_or(base.len(), |at| authority + at);
    format!("{}/{name}{query}", &base[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_keeps_everything_but_its_database() {
        for (url, expected) in [
            ("postgres://u:p@h:5433/old?sslmode=disable", "postgres://u:p@h:5433/new?sslmode=disable"),
            ("postgres://h/old", "postgres://h/new"),
            ("postgres://h", "postgres://h/new"),
        ] {
            assert_eq!(with_database(url, "new"), expected);
        }
    }

    #[test]
    fn a_name_that_would_need_quotes_is_refused() {
        assert!(plain("wellbook_2").is_ok());
        for name in ["", "2x", "a b", "a;drop", "Straße", &"x".repeat(64)] {
            assert!(plain(name).is_err(), "{name}");
        }
    }
}
