//! Errors of a configuration, with key and line.

use std::path::PathBuf;

use crate::TextError;

/// A configuration that cannot be used. The text names the file, the key and, where YAML gives it, the line.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The file could not be read.
    #[error("{}: cannot be read; name another file with --config or CONFIG_PATH", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: TextError,
    },
    /// The text is no YAML, or a key or value is not what it must be.
    #[error("{file}{place}: {message}")]
    Invalid {
        /// The file, or `environment`.
        file: String,
        /// `, line 3, key github.projects[0].id`, as far as known.
        place: String,
        /// What is wrong and what to write instead.
        message: String,
    },
}

impl ConfigError {
    pub(crate) fn at_key(file: &str, key: &str, message: impl Into<String>) -> Self {
        Self::Invalid { file: file.to_owned(), place: format!(", key {key}"), message: message.into() }
    }
}
