//! The chassis of every program: settings, logs, metrics, health, shutdown.
//!
//! | module | holds |
//! |---|---|
//! | [`settings`] | command line and environment, all problems at once |
//! | [`telemetry`] | logs |
//! | [`metrics`] | the Prometheus recorder |
//! | [`admin`] | the port for probes and scrapes |
//! | [`shutdown`] | signals and supervised tasks |
//! | [`exit`] | exit codes |
//! | [`program`] | all of these around a program's work |

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod admin;
pub mod exit;
pub mod metrics;
pub mod program;
pub mod settings;
pub mod shutdown;
pub mod telemetry;

use std::net::SocketAddr;

/// Settings that every program has.
#[derive(clap::Args, Clone, Debug)]
#[group(skip)]
#[allow(clippy::doc_markdown, reason = "the comments are the help of every program")]
pub struct Args {
    /// Form of the log lines [env: LOG_FORMAT]
    #[arg(long, env = "LOG_FORMAT", value_enum, default_value_t = telemetry::Format::Compact, hide_env = true)]
    pub log_format: telemetry::Format,
    /// What is logged: a level, or directives such as `info,kafka=debug` [env: LOG_LEVEL]
    #[arg(long, env = "LOG_LEVEL", default_value = "info", value_name = "FILTER", hide_env = true)]
    pub log_level: telemetry::Filter,
    /// Address of the port for probes and metrics; port 0 takes any free one and logs it [env: ADMIN_ADDRESS]
    #[arg(
        long,
        env = "ADMIN_ADDRESS",
        default_value = "127.0.0.1:0",
        value_name = "ADDRESS",
        hide_env = true
    )]
    pub admin_address: SocketAddr,
}

/// Makes ring the provider of TLS. Call it once before anything speaks TLS; again is no error.
pub fn install_crypto() {
    let _ = rustls::crypto::ring::default_provider().install_default();
}
