//! `AzureCostSource`: the connector, for one scope.

use std::sync::OnceLock;

use async_trait::async_trait;
use source::{Context, Expected, Scope, Source, SourceError, Usage, Window};

use crate::PROVIDER;
use crate::client::AzureClient;
use crate::months::{self, Cursor};
use crate::run::Run;
use crate::scope::CostScope;

/// The monthly costs of one scope.
#[derive(Debug)]
pub struct AzureCostSource {
    pub(crate) client: AzureClient,
    pub(crate) scope: CostScope,
    subject: String,
    /// As people say it.
    pub(crate) place: String,
    /// What Azure calls it, once it has said so.
    pub(crate) name: OnceLock<String>,
}

impl AzureCostSource {
    /// Makes no request. Sources of one client share its query units.
    pub fn new(client: AzureClient, scope: CostScope) -> Self {
        let subject = format!("{PROVIDER}/{}", scope.account());
        Self { place: scope.to_string(), client, scope, subject, name: OnceLock::new() }
    }

    pub(crate) fn cursor(&self, stored: Option<&str>) -> Cursor {
        Cursor::stored(stored, self.scope.path(), self.client.session.settings.cost_type.name())
    }
}

#[async_trait]
impl Source for AzureCostSource {
    fn scope(&self) -> Scope {
        Scope::CloudCosts
    }

    /// `azure/` and the account: a subscription's id, or the scope's path.
    fn subject(&self) -> &str {
        &self.subject
    }

    /// The name that Azure knows, after a run has asked for it; before that the account.
    fn label(&self) -> &str {
        self.name.get().map_or_else(|| self.scope.account(), String::as_str)
    }

    /// Points are query units: one for each month. Lines are not known beforehand: 0.
    ///
    /// Reckoned by this computer's clock, corrected by the provider's once it has answered.
    fn expected(&self, window: Window, cursor: Option<&str>) -> Expected {
        let now = self.client.session.connection.provider_now();
        let months = months::asked(window, &self.cursor(cursor), now);
        Expected { records: 0, calls: 1 + months::queries(&months), points: months.len() as u64 }
    }

    async fn run(&self, context: &Context<'_>) -> Result<Usage, SourceError> {
        Run::new(self, context).import().await
    }
}
