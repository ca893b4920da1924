//! Azure: tokens, subscriptions and Cost Management's query.

mod columns;
mod error;
mod form;
mod number;
mod page;
mod query;
mod quota;
mod resource;
mod rows;
mod scope;
mod token;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::routing::any;

use self::quota::QuotaState;
use super::config::CloudConfig;
use super::state::CloudState;

/// What Azure remembers.
pub(crate) struct AzureState {
    quota: Mutex<QuotaState>,
    page_rows: usize,
    client_secret: Option<String>,
    /// Tokens that are good.
    tokens: Mutex<BTreeSet<String>>,
}

impl AzureState {
    /// The state of a fresh server.
    pub(crate) fn new(config: &CloudConfig) -> Self {
        Self {
            quota: Mutex::new(QuotaState::new(config.quota)),
            page_rows: config.page_rows.max(1),
            client_secret: config.client_secret.clone(),
            tokens: Mutex::default(),
        }
    }
}

/// Azure's routes: tokens as `login.microsoftonline.com` gives them, everything else as `management.azure.com`.
pub(crate) fn router() -> Router<Arc<CloudState>> {
    Router::new()
        .route("/{tenant}/oauth2/v2.0/token", any(token::answer))
        .route("/subscriptions/{*rest}", any(resource::answer))
        .route("/providers/{*rest}", any(resource::answer))
}
