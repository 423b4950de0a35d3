//! What can run beside the ledger, where it is asked for.

use serde::{Deserialize, Serialize};

/// A part that a stack runs only when it is asked to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// Dagster, which builds, proves and reports.
    Analytics,
}

impl Part {
    /// All there are.
    pub const ALL: [Self; 1] = [Self::Analytics];

    /// Its name, as it is asked for.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Analytics => "analytics",
        }
    }
}
