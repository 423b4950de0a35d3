//! A database's address as the variables that libpq, and what is built on it, reads: psql, dbt, Python.

use anyhow::Context;

/// `PGHOST`, `PGPORT`, `PGUSER`, `PGPASSWORD`, `PGDATABASE` and, where the address says so, `PGSSLMODE` and
/// `PGSSLROOTCERT`, decoded.
///
/// # Errors
/// Where `url` is none.
pub fn variables(url: &str) -> anyhow::Result<Vec<(&'static str, String)>> {
    let url = reqwest::Url::parse(url).context("DATABASE_URL is no URL")?;
    let mut variables = vec![
        ("PGHOST", url.host_str().unwrap_or_default().to_owned()),
        ("PGPORT", url.port().unwrap_or(5432).to_string()),
        ("PGUSER", percent_decoded(url.username())),
        ("PGPASSWORD", url.password().map(percent_decoded).unwrap_or_default()),
        ("PGDATABASE", percent_decoded(url.path().trim_start_matches('/'))),
    ];
    for (name, value) in url.query_pairs() {
        match &*name {
            "sslmode" => variables.push(("PGSSLMODE", value.into_owned())),
            "sslrootcert" => variables.push(("PGSSLROOTCERT", value.into_owned())),
            _ => {}
        }
    }
    variables.retain(|(_, value)| !value.is_empty());
    Ok(variables)
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, others)) = rest.split_first() {
        let pair = others.get(..2).and_then(|pair| std::str::from_utf8(pair).ok());
        match pair.and_then(|pair| u8::from_str_radix(pair, 16).ok()).filter(|_| *first == b'%') {
            Some(byte) => {
                bytes.push(byte);
                rest = &others[2..];
            }
            None => {
                bytes.push(*first);
                rest = others;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
