//! The settings of the API.

use std::net::SocketAddr;
use std::str::FromStr;

/// What the API needs.
#[derive(clap::Args, Clone, Debug)]
#[group(skip)]
#[allow(clippy::doc_markdown, reason = "the comments are the help of the program")]
pub struct Args {
    #[command(flatten)]
    /// The brokers.
    pub kafka: kafka::Args,
    #[command(flatten)]
    /// The schema registry.
    pub registry: contract::registry::Args,
    #[command(flatten)]
    /// The database.
    pub store: store::Args,
    /// Address of the page and the API; port 0 takes any free one and logs it [env: API_ADDRESS]
    #[arg(
        long = "api-address",
        env = "API_ADDRESS",
        value_name = "ADDRESS",
        default_value = "127.0.0.1:8080",
        hide_env = true
    )]
    pub address: SocketAddr,
    /// Further origins whose pages may read the API and its WebSocket: scheme and host, as browsers write them, separated by
    /// commas; `none` admits WebSocket clients that name no origin from other machines, too [env: API_ALLOWED_ORIGINS]
    #[arg(
        long = "api-allowed-origins",
        env = "API_ALLOWED_ORIGINS",
        value_name = "ORIGIN,…",
        default_value = "",
        hide_env = true
    )]
    pub allowed_origins: Origins,
    /// Connections at once; further ones wait to be taken [env: API_CONNECTIONS_MAX]
    #[arg(
        long = "api-connections-max",
        env = "API_CONNECTIONS_MAX",
        value_name = "COUNT",
        default_value_t = 12_000,
        value_parser = clap::value_parser!(u32).range(1..=100_000),
        hide_env = true
    )]
    pub connections_max: u32,
    /// Mebibytes of recent batches that the live feed keeps at hand; what is older is read from Kafka
    /// [env: API_FEED_MEMORY]
    #[arg(
        long = "api-feed-memory",
        env = "API_FEED_MEMORY",
        value_name = "MEBIBYTES",
        default_value_t = 64,
        value_parser = clap::value_parser!(u32).range(1..=16_384),
        hide_env = true
    )]
    pub feed_memory: u32,
}

/// Origins that may use the API beside its own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origins {
    /// As a browser writes them: scheme, host and, where it is not the scheme's own, port.
    pub named: Vec<String>,
    /// Whether a client that names none is admitted from any machine.
    pub admits_none: bool,
}

impl FromStr for Origins {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut origins = Self::default();
        for item in text.split(',').map(str::trim).filter(|item| !item.is_empty()) {
            if item == "none" {
                origins.admits_none = true;
                continue;
            }
            origins.named.push(origin(item)?);
        }
        Ok(origins)
    }
}

fn origin(text: &str) -> Result<String, String> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let is_host = |rest: &str| {
        !rest.is_empty() && rest.chars().all(|c| c.is_ascii_alphanumeric() || ".-:[]".contains(c))
    };
    match rest {
        Some(rest) if is_host(rest) => Ok(text.to_ascii_lowercase()),
        _ => Err(format!(
            "`{}` is no origin: scheme and host are expected, such as https://books.example, without a path",
            text.chars().take(64).collect::<String>()
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_scheme_and_host_and_anything_else_is_refused() {
        let origins: Origins = "https://Books.example, http://127.0.0.1:5173,none".parse().unwrap();
        assert_eq!(origins.named, ["https://books.example", "http://127.0.0.1:5173"]);
        assert!(origins.admits_none);
        assert_eq!("".parse(), Ok(Origins::default()));
        for text in ["books.example", "https://books.example/path", "*", "ftp://x", "https://"] {
            assert!(text.parse::<Origins>().unwrap_err().contains("is no origin"), "{text}");
        }
    }

    #[test]
    fn the_settings_have_working_defaults_and_bounds() {
        #[derive(clap::Parser)]
        struct Program {
            #[command(flatten)]
            args: Args,
        }
        <Program as clap::CommandFactory>::command().debug_assert();
        let parse = <Program as clap::Parser>::try_parse_from::<[&str; 3], &str>;
        let args = parse(["program", "--api-feed-memory", "1"]).map(|program| program.args).unwrap();
        assert_eq!((args.address.to_string().as_str(), args.connections_max), ("127.0.0.1:8080", 12_000));
        assert!(parse(["program", "--api-feed-memory", "0"]).is_err());
        assert!(parse(["program", "--api-allowed-origins", "*"]).is_err());
    }
}
