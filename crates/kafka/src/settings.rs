//! Where the brokers are and how to speak to them; and the client settings that every use here shares.

use crate::failure::Failure;
use rdkafka::ClientConfig;
use secrecy::{ExposeSecret, SecretString};
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// Where the brokers are.
#[derive(clap::Args, Clone, Debug)]
#[group(skip)]
#[allow(clippy::doc_markdown, reason = "the comments are the help of every program")]
pub struct Args {
    /// Brokers to start from, host:port, separated by commas [env: KAFKA_BOOTSTRAP_SERVERS]
    #[arg(
        long = "kafka-bootstrap-servers",
        env = "KAFKA_BOOTSTRAP_SERVERS",
        value_name = "HOST:PORT,…",
        default_value = "127.0.0.1:9092",
        value_parser = servers,
        hide_env = true,
        help_heading = "Kafka"
    )]
    pub bootstrap_servers: String,
    /// plaintext, ssl, sasl_plaintext or sasl_ssl [env: KAFKA_SECURITY_PROTOCOL]
    #[arg(
        long = "kafka-security-protocol",
        env = "KAFKA_SECURITY_PROTOCOL",
        value_name = "PROTOCOL",
        default_value = "plaintext",
        hide_env = true,
        help_heading = "Kafka"
    )]
    pub security_protocol: SecurityProtocol,
    /// PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 or another that librdkafka knows [env: KAFKA_SASL_MECHANISM]
    #[arg(
        long = "kafka-sasl-mechanism",
        env = "KAFKA_SASL_MECHANISM",
        value_name = "MECHANISM",
        hide_env = true,
        help_heading = "Kafka"
    )]
    pub sasl_mechanism: Option<String>,
    /// User for SASL [env: KAFKA_SASL_USERNAME]
    #[arg(
        long = "kafka-sasl-username",
        env = "KAFKA_SASL_USERNAME",
        value_name = "NAME",
        hide_env = true,
        help_heading = "Kafka"
    )]
    pub sasl_username: Option<String>,
    /// Password for SASL [env: KAFKA_SASL_PASSWORD or KAFKA_SASL_PASSWORD_FILE]
    #[arg(
        long = "kafka-sasl-password",
        env = "KAFKA_SASL_PASSWORD",
        value_name = "SECRET",
        hide_env = true,
        hide_env_values = true,
        help_heading = "Kafka"
    )]
    pub sasl_password: Option<SecretString>,
    /// PEM file of the authorities that vouch for the brokers; default: the system's [env: KAFKA_SSL_CA_LOCATION]
    #[arg(
        long = "kafka-ssl-ca-location",
        env = "KAFKA_SSL_CA_LOCATION",
        value_name = "FILE",
        hide_env = true,
        help_heading = "Kafka"
    )]
    pub ssl_ca_location: Option<PathBuf>,
    /// File of further librdkafka properties, one name=value a line [env: KAFKA_PROPERTIES_FILE]
    #[arg(
        long = "kafka-properties-file",
        env = "KAFKA_PROPERTIES_FILE",
        value_name = "FILE",
        hide_env = true,
        help_heading = "Kafka"
    )]
    pub properties_file: Option<PathBuf>,
    /// What every name of a topic, subject, group and transactional id begins with [env: TOPIC_PREFIX]
    #[arg(
        long = "topic-prefix",
        env = "TOPIC_PREFIX",
        value_name = "PREFIX",
        default_value = "",
        value_parser = topic_prefix,
        hide_env = true,
        help_heading = "Kafka"
    )]
    pub topic_prefix: String,
}

fn servers(text: &str) -> Result<String, String> {
    let is_address = |server: &str| {
        let (_, address) = server.split_once("://").unwrap_or(("", server));
        address.rsplit_once(':').is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok())
    };
    match text.split(',').map(str::trim).find(|server| !is_address(server)) {
        None => Ok(text.to_owned()),
        Some(server) => Err(format!("`{server}` is not of the form host:port")),
    }
}

/// How the connection to a broker is secured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SecurityProtocol {
    /// Not at all.
    #[default]
    Plaintext,
    /// TLS.
    Ssl,
    /// SASL without encryption.
    SaslPlaintext,
    /// SASL over TLS.
    SaslSsl,
}

impl SecurityProtocol {
    const fn uses_sasl(self) -> bool {
        matches!(self, Self::SaslPlaintext | Self::SaslSsl)
    }
}

impl fmt::Display for SecurityProtocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Plaintext => "plaintext",
            Self::Ssl => "ssl",
            Self::SaslPlaintext => "sasl_plaintext",
            Self::SaslSsl => "sasl_ssl",
        })
    }
}

impl FromStr for SecurityProtocol {
    type Err = String;

    /// Takes the names in either case, as other clients write them.
    fn from_str(text: &str) -> Result<Self, String> {
        [Self::Plaintext, Self::Ssl, Self::SaslPlaintext, Self::SaslSsl]
            .into_iter()
            .find(|protocol| protocol.to_string().eq_ignore_ascii_case(text))
            .ok_or_else(|| "one of plaintext, ssl, sasl_plaintext, sasl_ssl is expected".to_owned())
    }
}

/// The longest prefix: names of topics have at most 249 characters, and ours take some 30.
const PREFIX_MAX: usize = 200;

fn topic_prefix(text: &str) -> Result<String, String> {
    let takes = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    if text.len() > PREFIX_MAX || !text.chars().all(takes) {
        return Err(format!("at most {PREFIX_MAX} letters, digits, `.`, `_` and `-` are expected"));
    }
    Ok(text.to_owned())
}

/// Properties on which correctness rests: a properties file may not change them.
const RESERVED: &[&str] = &[
    "acks",
    "auto.offset.reset",
    "enable.auto.commit",
    "enable.auto.offset.store",
    "enable.gapless.guarantee",
    "enable.idempotence",
    "enable.partition.eof",
    "group.id",
    "group.instance.id",
    "group.protocol",
    "isolation.level",
    "message.timeout.ms",
    "partition.assignment.strategy",
    "partitioner",
    "request.required.acks",
    "transaction.timeout.ms",
    "transactional.id",
];

impl Args {
    /// The settings for these brokers, without security and without a prefix.
    #[must_use]
    pub fn of(bootstrap_servers: &str) -> Self {
        Self {
            bootstrap_servers: bootstrap_servers.to_owned(),
            security_protocol: SecurityProtocol::Plaintext,
            sasl_mechanism: None,
            sasl_username: None,
            sasl_password: None,
            ssl_ca_location: None,
            properties_file: None,
            topic_prefix: String::new(),
        }
    }

    /// The same brokers, with names that begin with `topic_prefix`.
    #[must_use]
    pub fn with_prefix(mut self, topic_prefix: &str) -> Self {
        topic_prefix.clone_into(&mut self.topic_prefix);
        self
    }

    /// Looks for what cannot work before anything connects.
    ///
    /// # Errors
    /// [`Failure::Fatal`] that names every variable that is missing or wrong.
    pub fn check(&self) -> Result<(), Failure> {
        self.client().map(drop)
    }

    /// What every client here shares: address and security, then the properties file.
    pub(crate) fn client(&self) -> Result<ClientConfig, Failure> {
        let mut wrong = self.missing_for_sasl();
        let mut config = ClientConfig::new();
        config
            .set("bootstrap.servers", &self.bootstrap_servers)
            .set("client.id", "wellbook")
            .set("security.protocol", self.security_protocol.to_string())
            .set("socket.keepalive.enable", "true")
            // A broker that comes back is found within a second, and asked no more often than that.
            .set("reconnect.backoff.max.ms", "1000")
            // A stalled connection is given up while the caller still waits, not a minute later.
            .set("socket.timeout.ms", "15000");
        let optional = [
            ("sasl.mechanism", self.sasl_mechanism.clone()),
            ("sasl.username", self.sasl_username.clone()),
            ("sasl.password", self.sasl_password.as_ref().map(|secret| secret.expose_secret().to_owned())),
        ];
        if self.security_protocol.uses_sasl() {
            for (name, value) in optional {
                if let Some(value) = value {
                    config.set(name, value);
                }
            }
        }
        if let Some(file) = &self.ssl_ca_location {
            match std::fs::metadata(file) {
                Ok(_) => {
                    config.set("ssl.ca.location", file.to_string_lossy());
                }
                Err(error) => wrong.push(format!("KAFKA_SSL_CA_LOCATION: {}: {error}", file.display())),
            }
        }
        if let Some(file) = &self.properties_file {
            match read_properties(file) {
                Ok(properties) => {
                    for (name, value) in properties {
                        config.set(name, value);
                    }
                }
                Err(problems) => wrong.extend(problems),
            }
        }
        if wrong.is_empty() { Ok(config) } else { Err(Failure::fatal(wrong.join("; "))) }
    }

    fn missing_for_sasl(&self) -> Vec<String> {
        if !self.security_protocol.uses_sasl() || self.properties_file.is_some() {
            return Vec::new(); // a properties file may hold what is missing here
        }
        let needed = [
            ("KAFKA_SASL_MECHANISM", self.sasl_mechanism.is_some()),
            ("KAFKA_SASL_USERNAME", self.sasl_username.is_some()),
            ("KAFKA_SASL_PASSWORD", self.sasl_password.is_some()),
        ];
        let missing = needed.into_iter().filter(|(_, is_there)| !is_there);
        let say = |name| {
            format!("{name} is not set, and KAFKA_SECURITY_PROTOCOL={} needs it", self.security_protocol)
        };
        missing.map(|(name, _)| say(name)).collect()
    }
}

/// Reads `name=value` lines; never says a value, which may be a password.
fn read_properties(file: &Path) -> Result<Vec<(String, String)>, Vec<String>> {
    let place =
        |line: usize, what: &str| format!("KAFKA_PROPERTIES_FILE: {} line {line}: {what}", file.display());
    let text = std::fs::read_to_string(file)
        .map_err(|error| vec![format!("KAFKA_PROPERTIES_FILE: {}: {error}", file.display())])?;
    let (mut properties, mut wrong) = (Vec::new(), Vec::new());
    for (line, text) in text.lines().enumerate().map(|(at, text)| (at + 1, text.trim())) {
        if text.is_empty() || text.starts_with(['#', '!']) {
            continue;
        }
        match text.split_once('=').map(|(name, value)| (name.trim(), value.trim())) {
            None | Some(("", _)) => wrong.push(place(line, "is not of the form name=value")),
            Some((name, _)) if RESERVED.contains(&name) => {
                wrong.push(place(
                    line,
                    &format!("`{name}` is set by Wellbook; exactly-once delivery rests on it"),
                ));
            }
            Some((name, value)) => match ClientConfig::new().set(name, value).create_native_config() {
                Ok(_) => properties.push((name.to_owned(), value.to_owned())),
                Err(_) => {
                    wrong.push(place(line, &format!("librdkafka knows no `{name}`, or not with this value")));
                }
            },
        }
    }
    if wrong.is_empty() { Ok(properties) } else { Err(wrong) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;
    use std::io::Write;

    #[derive(Parser)]
    struct Command {
        #[command(flatten)]
        kafka: Args,
    }

    fn parsed(arguments: &[&str]) -> Args {
        Command::try_parse_from([&["test"], arguments].concat()).unwrap().kafka
    }

    fn file(text: &str) -> tempfile::NamedTempFile {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        file
    }

    #[test]
    fn sasl_over_tls_reaches_the_client() {
        let args = parsed(&[
            "--kafka-security-protocol=SASL_SSL",
            "--kafka-sasl-mechanism=SCRAM-SHA-512",
            "--kafka-sasl-username=wellbook",
            "--kafka-sasl-password=hunter2",
        ]);
        let config = args.client().unwrap();
        assert_eq!(config.get("security.protocol"), Some("sasl_ssl"));
        assert_eq!(config.get("sasl.mechanism"), Some("SCRAM-SHA-512"));
        assert_eq!(config.get("sasl.password"), Some("hunter2"));
        assert!(!format!("{args:?}").contains("hunter2"));
    }

    #[test]
    fn everything_that_sasl_misses_is_named_at_once() {
        let error = parsed(&["--kafka-security-protocol=sasl_ssl"]).check().unwrap_err().to_string();
        for name in ["KAFKA_SASL_MECHANISM", "KAFKA_SASL_USERNAME", "KAFKA_SASL_PASSWORD"] {
            assert!(error.contains(name), "{error}");
        }
    }

    #[test]
    fn a_properties_file_adds_what_it_says() {
        let file =
            file("# comment\n\n fetch.wait.max.ms = 50 \nssl.endpoint.identification.algorithm=none\n");
        let mut args = Args::of("a:1");
        args.properties_file = Some(file.path().to_owned());
        let config = args.client().unwrap();
        assert_eq!(config.get("fetch.wait.max.ms"), Some("50"));
        assert_eq!(config.get("bootstrap.servers"), Some("a:1"));
    }

    #[test]
    fn a_bad_properties_file_is_refused_line_by_line_without_showing_a_value() {
        let file =
            file("isolation.level=read_uncommitted\nsasl.pasword=hunter2\nhunter2\nbatch.size=hunter2\n");
        let mut args = Args::of("a:1");
        args.properties_file = Some(file.path().to_owned());
        let error = args.check().unwrap_err().to_string();
        for line in ["line 1: `isolation.level`", "line 2:", "line 3:", "line 4:"] {
            assert!(error.contains(line), "{error}");
        }
        assert!(!error.contains("hunter2"), "{error}");
    }

    #[test]
    fn a_prefix_that_no_topic_can_bear_is_refused() {
        assert!(Command::try_parse_from(["test", "--topic-prefix=blue/green"]).is_err());
        assert_eq!(parsed(&["--topic-prefix=blue."]).topic_prefix, "blue.");
    }
}
