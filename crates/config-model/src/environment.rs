//! Environment variables that override keys of the file.

use figment::Figment;
use figment::providers::{Env, Serialized};

use crate::{Config, ConfigError, Secret};

impl Config {
    /// Lays the environment over it: `CTO_SECTION__KEY`, and the variables that the original tool and the providers'
    /// own tools know.
    pub(crate) fn with_environment(self) -> Result<Self, ConfigError> {
        let known = Env::raw()
            .only(&["GITHUB_API_URL", "GITHUB_GRAPHQL_URL", "GITLAB_URL"])
            .map(|name| name.as_str().to_ascii_lowercase().replacen('_', ".", 1).into());
        let figment = Figment::from(Serialized::defaults(&self))
            .merge(known)
            .merge(Env::prefixed("CTO_").filter(|name| name.as_str().contains("__")).split("__"));
        let mut config: Self = figment.extract().map_err(|error| ConfigError::Invalid {
            file: "environment".to_owned(),
            place: format!(", variable {}", variable(&error.path)),
            message: error.kind.to_string(),
        })?;
        config.take_cloud_variables(|name| std::env::var(name).ok());
        Ok(config)
    }

    /// Variables of the clouds are texts, whatever they look like. A blank one counts as absent.
    pub(crate) fn take_cloud_variables(&mut self, read: impl Fn(&str) -> Option<String>) {
        let text = |name: &str| read(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
        if let Some(list) = text("AZURE_SUBSCRIPTION_ID") {
            let ids = list.split(',').map(str::trim).filter(|id| !id.is_empty());
            self.azure.subscriptions = ids.map(str::to_owned).collect();
        }
        for (name, setting) in [
            ("AZURE_TENANT_ID", &mut self.azure.tenant_id),
            ("AZURE_CLIENT_ID", &mut self.azure.client_id),
            ("AZURE_AUTHORITY_HOST", &mut self.azure.authority_host),
            ("AZURE_ENDPOINT", &mut self.azure.endpoint),
            ("GCP_PROJECT_ID", &mut self.gcp.project_id),
            ("GCP_BILLING_ACCOUNT", &mut self.gcp.billing_account),
            ("GCP_BIGQUERY_LOCATION", &mut self.gcp.bigquery_location),
            ("BIGQUERY_ENDPOINT", &mut self.gcp.bigquery_endpoint),
        ] {
            *setting = text(name).or(setting.take());
        }
        for (name, setting) in [
            ("AZURE_CLIENT_SECRET", &mut self.azure.client_secret),
            ("GCP_SERVICE_ACCOUNT_JSON", &mut self.gcp.service_account_json),
        ] {
            *setting = text(name).map(Secret::new).or(setting.take());
        }
    }
}

fn variable(path: &[String]) -> String {
    format!("CTO_{}", path.join("__").to_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_of_the_clouds_go_above_the_file_and_stay_texts() {
        let mut config =
            Config::from_yaml("azure: {tenant_id: from-file, client_id: kept}\ngcp: {project_id: old}", "config.yml")
                .expect("valid");
        config.take_cloud_variables(|name| {
            let value = match name {
                "AZURE_SUBSCRIPTION_ID" => "a, b,,c ",
                "AZURE_TENANT_ID" => "12345",
                "AZURE_CLIENT_ID" => "  ",
                "GCP_PROJECT_ID" => "true",
                "GCP_SERVICE_ACCOUNT_JSON" => "{\"type\": \"service_account\"}",
                _ => return None,
            };
            Some(value.to_owned())
        });
        assert_eq!(config.azure.subscriptions, ["a", "b", "c"]);
        assert_eq!(config.azure.tenant_id.as_deref(), Some("12345"));
        assert_eq!(config.azure.client_id.as_deref(), Some("kept"), "a blank variable is none");
        assert_eq!(config.gcp.project_id.as_deref(), Some("true"));
        let json = config.gcp.service_account_json.as_ref().map(Secret::expose);
        assert_eq!(json, Some("{\"type\": \"service_account\"}"));
        assert!(!format!("{config:?}").contains("service_account\\\""), "secrets are not shown");
    }
}
