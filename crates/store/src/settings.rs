//! The settings of the database, and what they turn into: a connection with or without TLS.

use crate::error::StoreError;
use clap::Args as ClapArgs;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use secrecy::{ExposeSecret, SecretString};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres_rustls::MakeRustlsConnect;

/// Long enough for a server that is starting on a busy machine; a caller that wants longer tries again.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// A peer that vanished without a word is noticed within some 30 s: idle time and three probes.
const KEEPALIVE_IDLE: Duration = Duration::from_secs(15);
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(5);
const KEEPALIVE_RETRIES: u32 = 3;

/// The database.
#[derive(ClapArgs, Clone, Debug)]
#[group(skip)]
#[allow(clippy::doc_markdown, reason = "the comments are the help of every program")]
pub struct Args {
    /// Postgres, as a URL. sslmode is disable, prefer (default), require, verify-ca or verify-full, with the meanings of
    /// libpq; sslrootcert is a PEM file, without it the public roots count [env: DATABASE_URL or DATABASE_URL_FILE]
    #[arg(
        long,
        env = "DATABASE_URL",
        hide_env = true,
        hide_env_values = true,
        hide_default_value = true,
        help_heading = "Postgres",
        value_name = "URL",
        value_parser = url,
        default_value = "postgres://wellbook@127.0.0.1:5432/wellbook"
    )]
    pub database_url: SecretString,
    /// Connections that the pool may hold [env: DATABASE_POOL_SIZE]
    #[arg(
        long,
        env = "DATABASE_POOL_SIZE",
        value_name = "COUNT",
        default_value_t = 8,
        value_parser = clap::value_parser!(u16).range(1..=200),
        hide_env = true,
        help_heading = "Postgres"
    )]
    pub database_pool_size: u16,
}

/// Checked when it is read. The reason never quotes the text, which may hold a password.
fn url(text: &str) -> Result<SecretString, String> {
    Target::parse(text).map_err(|error| match error {
        StoreError::Setting { detail } => detail,
        error => error.to_string(),
    })?;
    Ok(text.into())
}

impl Args {
    /// The settings for this URL, with a pool of the default size.
    #[must_use]
    pub fn of(database_url: &str) -> Self {
        Self { database_url: database_url.into(), database_pool_size: 8 }
    }

    /// Reads the URL and prepares TLS for it.
    pub(crate) fn target(&self) -> Result<Target, StoreError> {
        Target::parse(self.database_url.expose_secret())
    }
}

/// Where to connect, and how.
#[derive(Clone)]
pub(crate) struct Target {
    pub(crate) config: tokio_postgres::Config,
    pub(crate) tls: MakeRustlsConnect,
    /// `host:port/database`, for messages: never the password.
    pub(crate) address: String,
}

/// What is asked of the server's certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Trust {
    /// Nothing: encrypted, but to whoever answers (libpq's `prefer` and `require`).
    Anyone,
    /// That these roots vouch for it; `any_name` for `verify-ca`.
    Roots { file: Option<PathBuf>, any_name: bool },
}

impl Target {
    fn parse(url: &str) -> Result<Self, StoreError> {
        let (url, ssl_mode, trust) = split_tls(url)?;
        // The parser's own message may quote the text, and with it the password.
        let mut config: tokio_postgres::Config =
            url.parse().map_err(|_| setting("it is no URL such as postgres://user@host:5432/database"))?;
        if config.get_hosts().is_empty() {
            return Err(setting("it names no host"));
        }
        config
            .ssl_mode(ssl_mode)
            .connect_timeout(CONNECT_TIMEOUT)
            .keepalives_idle(KEEPALIVE_IDLE)
            .keepalives_interval(KEEPALIVE_INTERVAL)
            .keepalives_retries(KEEPALIVE_RETRIES);
        if config.get_application_name().is_none() {
            config.application_name("wellbook");
        }
        let address = address(&config);
        Ok(Self { config, tls: MakeRustlsConnect::new(client_config(&trust)?), address })
    }
}

fn setting(detail: impl Into<String>) -> StoreError {
    StoreError::Setting { detail: detail.into() }
}

fn address(config: &tokio_postgres::Config) -> String {
    let host = match config.get_hosts().first() {
        Some(Host::Tcp(host)) => host.clone(),
        #[cfg(unix)]
        Some(Host::Unix(path)) => path.display().to_string(),
        None => String::new(),
    };
    let port = config.get_ports().first().copied().unwrap_or(5432);
    format!("{host}:{port}/{}", config.get_dbname().or(config.get_user()).unwrap_or_default())
}

/// Takes `sslmode` and `sslrootcert`, which the driver reads only in part, out of the URL.
fn split_tls(url: &str) -> Result<(String, SslMode, Trust), StoreError> {
    let (base, query) = url.split_once('?').unwrap_or((url, ""));
    let (mut mode, mut file, mut kept) = ("prefer", None, Vec::new());
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        match pair.split_once('=') {
            Some(("sslmode", value)) => mode = value,
            Some(("sslrootcert", value)) if value != "system" => file = Some(PathBuf::from(value)),
            Some(("sslrootcert", _)) => {}
            _ => kept.push(pair),
        }
    }
    let (ssl_mode, trust) = match mode {
        "disable" => (SslMode::Disable, Trust::Anyone),
        "prefer" | "allow" => (SslMode::Prefer, Trust::Anyone),
        // As libpq: with a root file, `require` verifies against it.
        "require" if file.is_none() => (SslMode::Require, Trust::Anyone),
        "require" | "verify-ca" => (SslMode::Require, Trust::Roots { file, any_name: true }),
        "verify-full" => (SslMode::Require, Trust::Roots { file, any_name: false }),
        other => {
            return Err(setting(format!(
                "sslmode `{}` is none of disable, prefer, require, verify-ca, verify-full",
                other.chars().take(32).collect::<String>()
            )));
        }
    };
    let url = if kept.is_empty() { base.to_owned() } else { format!("{base}?{}", kept.join("&")) };
    Ok((url, ssl_mode, trust))
}

fn client_config(trust: &Trust) -> Result<ClientConfig, StoreError> {
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| setting(format!("TLS: {error}")))?;
    Ok(match trust {
        Trust::Anyone => builder
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(Unverified { provider }))
            .with_no_client_auth(),
        Trust::Roots { file, any_name: false } => {
            builder.with_root_certificates(roots(file.as_deref())?).with_no_client_auth()
        }
        Trust::Roots { file, any_name: true } => {
            let inner = rustls::client::WebPkiServerVerifier::builder_with_provider(
                Arc::new(roots(file.as_deref())?),
                provider,
            )
            .build()
            .map_err(|error| setting(format!("TLS: {error}")))?;
            builder
                .dangerous()
                .with_custom_certificate_verifier(Arc::new(AnyName { inner }))
                .with_no_client_auth()
        }
    })
}

fn roots(file: Option<&Path>) -> Result<RootCertStore, StoreError> {
    let Some(file) = file else {
        return Ok(RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() });
    };
    let unreadable = |error: &dyn std::fmt::Display| {
        setting(format!("sslrootcert {} is no readable PEM file of certificates: {error}", file.display()))
    };
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(file).map_err(|error| unreadable(&error))? {
        let certificate = certificate.map_err(|error| unreadable(&error))?;
        roots.add(certificate).map_err(|error| unreadable(&error))?;
    }
    if roots.is_empty() {
        return Err(unreadable(&"it holds none"));
    }
    Ok(roots)
}

/// Takes any certificate: encryption without authentication, which is what libpq's `require` means.
#[derive(Debug)]
struct Unverified {
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Unverified {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, cert, signed, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, cert, signed, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// Takes a certificate that the roots vouch for, whatever name it bears: `verify-ca`.
#[derive(Debug)]
struct AnyName {
    inner: Arc<rustls::client::WebPkiServerVerifier>,
}

impl ServerCertVerifier for AnyName {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        // The name is looked at last, so an error about it says that all else holds.
        match self.inner.verify_server_cert(end_entity, intermediates, server_name, ocsp, now) {
            Err(rustls::Error::InvalidCertificate(
                rustls::CertificateError::NotValidForName
                | rustls::CertificateError::NotValidForNameContext { .. },
            )) => Ok(ServerCertVerified::assertion()),
            verdict => verdict,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.inner.verify_tls12_signature(message, cert, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.inner.verify_tls13_signature(message, cert, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.inner.supported_verify_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ssl_modes_of_libpq_are_understood() {
        let (url, mode, trust) =
            split_tls("postgres://u:p@h/db?sslmode=verify-full&connect_timeout=3&sslrootcert=/ca.pem")
                .unwrap();
        assert_eq!((url.as_str(), mode), ("postgres://u:p@h/db?connect_timeout=3", SslMode::Require));
        assert_eq!(trust, Trust::Roots { file: Some("/ca.pem".into()), any_name: false });
        assert_eq!(split_tls("postgres://h/db").unwrap().1, SslMode::Prefer);
        assert_eq!(split_tls("postgres://h/db?sslmode=require").unwrap().2, Trust::Anyone);
    }

    #[test]
    fn no_message_shows_the_password() {
        for url in [
            "postgres://u:hunter2@[broken/db",
            "postgres://u:hunter2@/",
            "hunter2",
            "postgres://u:hunter2@h:99999/db",
            "postgres://u:hunter2@h/db?sslmode=maybe",
            "postgres://u:hunter2@h/db?sslmode=verify-full&sslrootcert=/nowhere.pem",
        ] {
            let message = match Args::of(url).target() {
                Err(error) => error.to_string(),
                Ok(target) => panic!("{url} was taken as {}", target.address),
            };
            assert!(message.contains("DATABASE_URL") && !message.contains("hunter2"), "{message}");
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
        let program = parse(["program", "--database-pool-size", "200"]).map(|program| program.args).unwrap();
        assert!(program.target().is_ok());
        assert!(parse(["program", "--database-pool-size", "0"]).is_err());
    }

    #[test]
    fn messages_name_host_port_and_database() {
        let target = Args::of("postgres://u:hunter2@db.example:5433/books?sslmode=disable").target().unwrap();
        assert_eq!(target.address, "db.example:5433/books");
    }
}
