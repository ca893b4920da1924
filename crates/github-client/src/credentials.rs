//! Credentials: a token, or the key of a GitHub App.

use std::fmt;

use secrecy::SecretString;

/// A token, or the key of a GitHub App. `Debug` hides both.
#[derive(Clone)]
pub enum Credentials {
    /// A personal access token (classic or fine-grained) or any other token that GitHub takes as `Bearer`.
    Token(SecretString),
    /// A GitHub App, which gets itself short-lived tokens for one installation.
    App {
        /// App id or client id.
        app_id: String,
        /// Its RSA private key in PEM form.
        private_key_pem: SecretString,
        /// Which installation; looked up by the organisation when not given.
        installation: Option<u64>,
    },
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Token(_) => f.write_str("Token(hidden)"),
            Self::App { app_id, installation, .. } => f
                .debug_struct("App")
                .field("app_id", app_id)
                .field("private_key_pem", &format_args!("hidden"))
                .field("installation", installation)
                .finish(),
        }
    }
}
