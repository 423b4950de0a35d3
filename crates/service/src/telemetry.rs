//! Logs to standard error, and panics among them.

use std::str::FromStr;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Form of the log lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people.
    Compact,
    /// One JSON object a line.
    Json,
}

/// What is logged, checked when it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter(String);

impl FromStr for Filter {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match EnvFilter::try_new(text) {
            Ok(_) => Ok(Self(text.to_owned())),
            Err(error) => {
                Err(format!("{error}; a level (error, warn, info, debug, trace) or directives are expected"))
            }
        }
    }
}

/// Starts logging.
///
/// # Errors
/// Where something else logs already.
pub fn init(args: &crate::Args) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(&args.log_level.0)?;
    let registry = tracing_subscriber::registry().with(filter);
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    match args.log_format {
        Format::Compact => {
            let is_terminal = std::io::IsTerminal::is_terminal(&std::io::stderr());
            registry.with(lines.compact().with_ansi(is_terminal)).try_init()?;
        }
        Format::Json => registry.with(lines.json().flatten_event(true)).try_init()?,
    }
    std::panic::set_hook(Box::new(|panic| tracing::error!("panic: {panic}")));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_that_means_nothing_is_refused_with_what_is_expected() {
        assert!("info,kafka=debug".parse::<Filter>().is_ok());
        let error = "info,kafka=loud".parse::<Filter>().unwrap_err();
        assert!(error.contains("debug"), "{error}");
    }
}
