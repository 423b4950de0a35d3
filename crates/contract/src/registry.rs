//! The schema registry, by its Confluent API.

use crate::topic::{Topic, TopicNames};
use schema_registry_converter::async_impl::schema_registry::{SrSettings, get_schema_by_id, post_schema};
use schema_registry_converter::error::SRCError;
use schema_registry_converter::schema_registry_common::{SchemaType, SuppliedSchema};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;

/// One request, its connection included. The registry answers in milliseconds; five seconds is a registry in trouble.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(5);

/// The compatibility of every subject.
pub const COMPATIBILITY: &str = "FULL_TRANSITIVE";

/// Where the schema registry is.
#[derive(clap::Args, Clone, Debug)]
#[group(skip)]
#[allow(clippy::doc_markdown, reason = "the comments are the help of every program")]
pub struct Args {
    /// Address of the schema registry's Confluent API [env: SCHEMA_REGISTRY_URL]
    #[arg(
        long = "schema-registry-url",
        env = "SCHEMA_REGISTRY_URL",
        value_name = "URL",
        default_value = "http://127.0.0.1:8081/apis/ccompat/v7",
        value_parser = address,
        hide_env = true,
        help_heading = "Schema registry"
    )]
    pub url: String,
    /// User for basic authentication [env: SCHEMA_REGISTRY_USERNAME]
    #[arg(
        long = "schema-registry-username",
        env = "SCHEMA_REGISTRY_USERNAME",
        value_name = "NAME",
        hide_env = true,
        help_heading = "Schema registry"
    )]
    pub username: Option<String>,
    /// Password for basic authentication [env: SCHEMA_REGISTRY_PASSWORD or SCHEMA_REGISTRY_PASSWORD_FILE]
    #[arg(
        long = "schema-registry-password",
        env = "SCHEMA_REGISTRY_PASSWORD",
        value_name = "SECRET",
        hide_env = true,
        hide_env_values = true,
        help_heading = "Schema registry"
    )]
    pub password: Option<SecretString>,
}

fn address(text: &str) -> Result<String, String> {
    let url = reqwest::Url::parse(text)
        .map_err(|error| format!("no address such as http://host:8081/apis/ccompat/v7: {error}"))?;
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        return Err("no address such as http://host:8081/apis/ccompat/v7".to_owned());
    }
    Ok(text.to_owned())
}

/// The id that a registry gave to a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SchemaId(pub u32);

/// What can go wrong with a registry.
#[derive(Clone, Debug, thiserror::Error)]
pub enum RegistryError {
    /// It does not answer, or answers that it cannot now. Worth trying again.
    #[error("schema registry {url}: {detail}; is it up, and is SCHEMA_REGISTRY_URL right?")]
    Unavailable {
        /// Its address.
        url: String,
        /// What happened.
        detail: String,
    },
    /// It knows no such schema.
    #[error("schema registry {url} has no {what}")]
    Unknown {
        /// Its address.
        url: String,
        /// What was asked for.
        what: String,
    },
    /// Our schema is not registered under its subject.
    #[error(
        "schema registry {url}: subject `{subject}` does not hold this program's schema; run `wellbook init`"
    )]
    NotRegistered {
        /// Its address.
        url: String,
        /// The subject.
        subject: String,
    },
    /// The schema breaks the subject's compatibility.
    #[error(
        "schema registry {url}: the schema for `{subject}` is not {COMPATIBILITY} with its versions: {detail}"
    )]
    Incompatible {
        /// Its address.
        url: String,
        /// The subject.
        subject: String,
        /// What the registry said.
        detail: String,
    },
    /// It refuses: credentials, rights, or a request that it does not take.
    #[error("schema registry {url} refused {what}: {detail}")]
    Refused {
        /// Its address.
        url: String,
        /// What was asked.
        what: String,
        /// What it said.
        detail: String,
    },
}

/// A client of the registry. Cheap to clone.
#[derive(Clone)]
pub struct Registry {
    url: String,
    credentials: Option<(String, SecretString)>,
    settings: Arc<SrSettings>,
    http: reqwest::Client,
}

impl Registry {
    /// A client for the registry at the given address; nothing is asked yet.
    ///
    /// # Errors
    /// Where the address or the TLS set-up cannot work.
    pub fn new(args: &Args) -> Result<Self, RegistryError> {
        let url = args.url.trim_end_matches('/').to_owned();
        let refuse =
            |detail: String| RegistryError::Refused { url: url.clone(), what: "to be used".into(), detail };
        if let Err(error) = reqwest::Url::parse(&url) {
            return Err(refuse(format!("SCHEMA_REGISTRY_URL is no address: {error}")));
        }
        let client = || {
            // The client needs a provider of TLS even for plain addresses; a second installation is no error.
            let _ = rustls::crypto::ring::default_provider().install_default();
            reqwest::Client::builder().timeout(REQUEST_TIMEOUT).connect_timeout(REQUEST_TIMEOUT)
        };
        let mut settings = SrSettings::new_builder(url.clone());
        let credentials = args.username.clone().map(|name| (name, args.password.clone().unwrap_or_default()));
        if let Some((name, password)) = &credentials {
            settings.set_basic_authorization(name, Some(password.expose_secret()));
        }
        let settings = settings.build_with(client()).map_err(|error| refuse(error.to_string()))?;
        let http = client().build().map_err(|error| refuse(error.to_string()))?;
        Ok(Self { url, credentials, settings: Arc::new(settings), http })
    }

    /// The address.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The schema with this id, as JSON text.
    ///
    /// # Errors
    /// [`RegistryError::Unknown`] where there is none; otherwise the registry could not be asked.
    pub async fn schema(&self, id: SchemaId) -> Result<String, RegistryError> {
        match get_schema_by_id(id.0, &self.settings).await {
            Ok(registered) => Ok(registered.schema),
            // The library does not tell a missing id from a registry in trouble, so ask for the status alone.
            Err(error) => {
                let response = self.get(&format!("schemas/ids/{}", id.0)).await?;
                if response.status().as_u16() == 404 {
                    return Err(RegistryError::Unknown {
                        url: self.url.clone(),
                        what: format!("schema {}", id.0),
                    });
                }
                Err(self.unavailable(error))
            }
        }
    }

    /// The id of our schema of `topic` under its subject. Never registers.
    ///
    /// # Errors
    /// [`RegistryError::NotRegistered`] where the subject does not hold it.
    ///
    /// # Panics
    /// For a topic without a schema.
    pub async fn id_of(&self, names: &TopicNames, topic: Topic) -> Result<SchemaId, RegistryError> {
        let subject = names.subject(topic);
        let schema = topic.schema().expect("only topics with a schema are looked up");
        let request = self.http.post(format!("{}/subjects/{subject}?normalize=false", self.url));
        let response = self.send(request.json(&json!({ "schema": schema }))).await?;
        match response.status().as_u16() {
            200 => {
                let body: serde_json::Value = response.json().await.map_err(|error| self.lost(&error))?;
                let id =
                    body.get("id").and_then(serde_json::Value::as_u64).and_then(|id| u32::try_from(id).ok());
                id.map(SchemaId)
                    .ok_or_else(|| self.refused(&subject, format!("answer without an id: {body}")))
            }
            404 => Err(RegistryError::NotRegistered { url: self.url.clone(), subject }),
            _ => Err(self.failure(&subject, response).await),
        }
    }

    /// Registers the schemas of all topics, each subject fully compatible with its past. Repeating it changes nothing.
    ///
    /// # Errors
    /// The first subject that the registry does not take, by name.
    pub async fn register_all(&self, names: &TopicNames) -> Result<Vec<(Topic, SchemaId)>, RegistryError> {
        let mut registered = Vec::new();
        for topic in Topic::ALL.iter().copied() {
            if let Some(schema) = topic.schema() {
                let subject = names.subject(topic);
                registered.push((topic, self.register(&subject, schema).await?));
                self.set_compatibility(&subject).await?;
            }
        }
        Ok(registered)
    }

    /// Registers one schema under a subject.
    ///
    /// # Errors
    /// [`RegistryError::Incompatible`] where the registry says so.
    pub async fn register(&self, subject: &str, schema: &str) -> Result<SchemaId, RegistryError> {
        let supplied = SuppliedSchema::new(None, SchemaType::Avro, schema.to_owned());
        match post_schema(&self.settings, subject.to_owned(), supplied).await {
            Ok(registered) => Ok(SchemaId(registered.id)),
            Err(_) => {
                // The same request again, for the status and the words that the library drops.
                let request = self.http.post(format!("{}/subjects/{subject}/versions", self.url));
                let response = self.send(request.json(&json!({ "schema": schema }))).await?;
                if response.status().as_u16() == 409 {
                    let detail = response.text().await.unwrap_or_default();
                    let (url, subject) = (self.url.clone(), subject.to_owned());
                    return Err(RegistryError::Incompatible { url, subject, detail: shortened(&detail) });
                }
                Err(self.failure(subject, response).await)
            }
        }
    }

    async fn set_compatibility(&self, subject: &str) -> Result<(), RegistryError> {
        let request = self.http.put(format!("{}/config/{subject}", self.url));
        let response = self.send(request.json(&json!({ "compatibility": COMPATIBILITY }))).await?;
        if response.status().is_success() { Ok(()) } else { Err(self.failure(subject, response).await) }
    }

    /// Whether the registry answers.
    ///
    /// # Errors
    /// Where it does not.
    pub async fn ping(&self) -> Result<(), RegistryError> {
        let response = self.get("subjects").await?;
        if response.status().is_success() {
            Ok(())
        } else {
            Err(self.failure("its subjects", response).await)
        }
    }

    async fn get(&self, path: &str) -> Result<reqwest::Response, RegistryError> {
        self.send(self.http.get(format!("{}/{path}", self.url))).await
    }

    async fn send(&self, mut request: reqwest::RequestBuilder) -> Result<reqwest::Response, RegistryError> {
        if let Some((name, password)) = &self.credentials {
            request = request.basic_auth(name, Some(password.expose_secret()));
        }
        request.send().await.map_err(|error| self.lost(&error))
    }

    fn lost(&self, error: &reqwest::Error) -> RegistryError {
        let mut detail = error.to_string();
        let mut source = std::error::Error::source(error);
        while let Some(cause) = source {
            detail = cause.to_string();
            source = cause.source();
        }
        RegistryError::Unavailable { url: self.url.clone(), detail }
    }

    fn unavailable(&self, error: SRCError) -> RegistryError {
        RegistryError::Unavailable { url: self.url.clone(), detail: error.error }
    }

    fn refused(&self, what: &str, detail: String) -> RegistryError {
        RegistryError::Refused { url: self.url.clone(), what: what.to_owned(), detail }
    }

    async fn failure(&self, what: &str, response: reqwest::Response) -> RegistryError {
        let status = response.status();
        let detail = format!("{status} {}", shortened(&response.text().await.unwrap_or_default()));
        if status.is_server_error() || status.as_u16() == 429 {
            RegistryError::Unavailable { url: self.url.clone(), detail }
        } else {
            self.refused(what, detail)
        }
    }
}

/// Enough of a registry's answer to act on.
fn shortened(text: &str) -> String {
    text.chars().take(400).collect()
}
