//! Which entries a subscription wants.

use super::reading::FeedEntry;
use crate::query::is_code;
use ledger::Source;
use serde::{Deserialize, Deserializer};
use utoipa::ToSchema;

/// What is absent does not filter; what is present must hold, all of it. Account and well must be on one line.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Filter {
    /// Company.
    #[schema(example = "1000")]
    pub company: Option<String>,
    /// Entries with a line on this account.
    #[schema(example = "302.000")]
    pub account: Option<String>,
    /// Entries with a line for this well.
    #[schema(example = "42389000010000")]
    pub well: Option<String>,
    /// Subledger.
    #[serde(default, deserialize_with = "source")]
    #[schema(value_type = Option<String>, example = "PRD")]
    pub source: Option<Source>,
}

fn source<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Source>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    text.map(|text| text.parse().map_err(serde::de::Error::custom)).transpose()
}

impl Filter {
    /// Whether every entry passes.
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// What is wrong with it, if anything is.
    pub(crate) fn problem(&self) -> Option<String> {
        let texts = [("company", &self.company), ("account", &self.account), ("well", &self.well)];
        let bad = texts.into_iter().find(|(_, text)| text.as_deref().is_some_and(|text| !is_code(text)));
        bad.map(|(name, _)| format!("filter.{name} is no code of letters, digits, `.`, `_` and `-`"))
    }

    /// Whether an entry passes.
    pub(crate) fn takes(&self, entry: &FeedEntry) -> bool {
        let wants =
            |wanted: &Option<String>, found: &str| wanted.as_deref().is_none_or(|wanted| wanted == found);
        if !wants(&self.company, &entry.company_code)
            || self.source.is_some_and(|source| source != entry.source)
        {
            return false;
        }
        if self.account.is_none() && self.well.is_none() {
            return true;
        }
        entry.lines.iter().any(|line| {
            wants(&self.account, &line.account_code)
                && (self.well.is_none() || line.well_id.as_deref() == self.well.as_deref())
        })
    }
}
