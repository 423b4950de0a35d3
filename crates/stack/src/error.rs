//! What can go wrong with a stack, sorted by whether other settings would help.

use std::path::Path;

/// Why the stack did not do what it was asked. Every text says what, where and what to do.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StackError {
    /// A setting is wrong or does not fit what is there.
    #[error("{0}")]
    Settings(String),
    /// Anything else: a download, a process, a disk.
    #[error("{0}")]
    Failed(String),
}

impl StackError {
    pub(crate) fn settings(text: impl Into<String>) -> Self {
        Self::Settings(text.into())
    }

    pub(crate) fn failed(text: impl Into<String>) -> Self {
        Self::Failed(text.into())
    }

    /// A file or folder could not be used.
    pub(crate) fn file(path: &Path, error: impl std::fmt::Display) -> Self {
        Self::Failed(format!("{}: {error}", path.display()))
    }
}

impl From<kafka::Failure> for StackError {
    fn from(failure: kafka::Failure) -> Self {
        Self::Failed(failure.to_string())
    }
}

impl From<store::StoreError> for StackError {
    fn from(error: store::StoreError) -> Self {
        match error {
            store::StoreError::Setting { .. } => Self::Settings(error.to_string()),
            _ => Self::Failed(error.to_string()),
        }
    }
}

impl From<contract::registry::RegistryError> for StackError {
    fn from(error: contract::registry::RegistryError) -> Self {
        Self::Failed(error.to_string())
    }
}
