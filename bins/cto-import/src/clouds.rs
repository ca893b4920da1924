//! The part of a run that asks for bills: Azure, Google Cloud, FOCUS files.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use azure_cost::{AzureClient, AzureCostSource, CostScope, CostType};
use command_line::{report, say};
use config_model::{Azure, Config, FocusCost, FocusFiles, Gcp, Import};
use focus_csv::{CostColumn, FocusSource};
use gcp_billing::{GcpBillingSource, GcpClient};
use provider::Policy;
use secrecy::SecretString;
use source::{Clock, Source, SystemClock, Window};
use store::Store;

use crate::Arguments;
use crate::connection::{policy, user_agent};
use crate::failure::Failure;
use crate::plan::{Task, task};
use crate::run::{Run, title};

const AZURE: &str = "Azure";
const GOOGLE: &str = "Google Cloud";
const FOCUS: &str = "FOCUS";

/// Everywhere that bills come from, and what is not configured.
pub(crate) struct Clouds {
    providers: Vec<Provider>,
    /// One line for each provider that is left out: what to set to have it.
    pub(crate) left_out: Vec<String>,
}

/// The sources of one provider, which share credentials and limits.
struct Provider {
    name: &'static str,
    sources: Vec<Arc<dyn Source>>,
    /// What the provider calls the points of its limits; empty where it has none.
    unit: &'static str,
}

impl Clouds {
    /// From the configuration. Configured but unusable is an error; not configured is left out.
    pub(crate) fn new(config: &Config) -> Result<Self, Failure> {
        let mut clouds = Self { providers: Vec::new(), left_out: Vec::new() };
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::default());
        // What is quick comes first: Azure may have to wait for its limits.
        let files = config.cloudspending.iter().chain(&config.cloud_spending).flat_map(|clouds| &clouds.focus);
        clouds.add(FOCUS, "", focus(files, &clock)?, "cloudspending.focus lists no files");
        match google(&config.gcp, &config.import, &clock)? {
            Ok(source) => clouds.add(GOOGLE, "", vec![source], ""),
            Err(missing) => clouds.left_out.push(format!("{GOOGLE}: {missing}")),
        }
        let subscriptions = azure(&config.azure, &config.import, &clock)?;
        clouds.add(AZURE, "query units", subscriptions, "AZURE_SUBSCRIPTION_ID (azure.subscriptions) is not set");
        Ok(clouds)
    }

    fn add(&mut self, name: &'static str, unit: &'static str, sources: Vec<Arc<dyn Source>>, missing: &str) {
        if sources.is_empty() {
            self.left_out.push(format!("{name}: {missing}"));
        } else {
            self.providers.push(Provider { name, sources, unit });
        }
    }

    /// Whether there is nothing to ask.
    pub(crate) fn is_empty(&self) -> bool {
        self.providers.is_empty()
    }

    /// Why nothing can be asked, and what to do.
    pub(crate) fn nothing_configured(&self) -> Failure {
        Failure::usage("no bills to import:").listing(self.left_out.clone())
    }

    /// Prints what a run would ask. Makes no call and stores nothing.
    pub(crate) fn dry_run(&self, arguments: &Arguments, store: Option<&Store>) -> Result<(), Failure> {
        let window = Window { since: arguments.since, full: arguments.full };
        say!("{:<62} {:>7} {:>12}", "would ask", "calls", "query units");
        for provider in &self.providers {
            for source in &provider.sources {
                let task = task(Arc::clone(source), window, store)?;
                say!("{:<62} {:>7} {:>12}", title(&*task.source), task.expected.calls, task.expected.points);
            }
        }
        self.say_what_is_left_out();
        Ok(())
    }

    fn say_what_is_left_out(&self) {
        for line in &self.left_out {
            report!("note: skipped {line}");
        }
    }

    /// Imports the bills, one provider after the other.
    pub(crate) async fn import(self, run: &mut Run) -> Result<(), Failure> {
        self.say_what_is_left_out();
        for provider in self.providers {
            let store = Arc::clone(&run.store);
            let tasks: Vec<Task> = provider
                .sources
                .into_iter()
                .map(|source| task(source, run.window, Some(&*store)))
                .collect::<Result<_, _>>()?;
            let units: u64 = tasks.iter().map(|task| task.expected.points).sum();
            let bills = if tasks.len() == 1 { "one bill".to_owned() } else { format!("{} bills", tasks.len()) };
            run.reporter.line(&format!("asking {} for {bills}{}", provider.name, waiting(units)));
            let (calls, points) = run.all(tasks, 1).await?;
            run.used(provider.name, calls, points, provider.unit);
        }
        Ok(())
    }
}

/// How long the provider's limits make an import of so many units take, when that is worth saying.
fn waiting(units: u64) -> String {
    let wait = azure_cost::expected_wait(units, azure_cost::Quota::default());
    if wait < Duration::from_secs(30) {
        return if units > 0 { format!(", {units} query units") } else { String::new() };
    }
    let minutes = wait.as_secs().div_ceil(60);
    format!(", {units} query units: at Azure's usual limits that takes about {minutes} min")
}

fn focus<'a>(
    files: impl Iterator<Item = &'a FocusFiles>,
    clock: &Arc<dyn Clock>,
) -> Result<Vec<Arc<dyn Source>>, Failure> {
    let mut sources: Vec<Arc<dyn Source>> = Vec::new();
    for files in files {
        let settings = focus_csv::Settings {
            pattern: files.path.clone(),
            base: ".".into(),
            cost: match files.cost {
                FocusCost::Billed => CostColumn::Billed,
                FocusCost::Effective => CostColumn::Effective,
            },
            provider: files.provider.clone(),
            parts: files.parts,
        };
        sources.push(Arc::new(FocusSource::new(settings, Arc::clone(clock)).map_err(Failure::usage)?));
    }
    Ok(sources)
}

/// The source of the billing account, or what to set to have it.
fn google(
    gcp: &Gcp,
    import: &Import,
    clock: &Arc<dyn Clock>,
) -> Result<Result<Arc<dyn Source>, &'static str>, Failure> {
    let (project, billing_account) = match (&gcp.project_id, &gcp.billing_account) {
        (Some(project), Some(account)) => (project.clone(), account.clone()),
        (_, None) => return Ok(Err("GCP_BILLING_ACCOUNT (gcp.billing_account) is not set")),
        (None, Some(_)) => {
            return Err(Failure::usage(
                "gcp.billing_account is set but gcp.project_id is not: set GCP_PROJECT_ID to the project in which BigQuery is asked",
            ));
        }
    };
    let policy = policy(import, gcp_billing::DEFAULT_POLICY);
    let settings = gcp_billing::Settings {
        endpoint: gcp.bigquery_endpoint.clone().unwrap_or_else(|| gcp_billing::DEFAULT_ENDPOINT.to_owned()),
        project,
        billing_account,
        dataset: gcp.billing_dataset.clone().unwrap_or_else(|| gcp_billing::DEFAULT_DATASET.to_owned()),
        table: gcp.billing_table.clone(),
        location: gcp.bigquery_location.clone(),
        maximum_bytes_billed: gcp.maximum_bytes_billed,
        credentials: google_credentials(gcp)?,
        querying: querying(&policy),
        policy,
        user_agent: user_agent(),
    };
    let client = GcpClient::new(settings, Arc::clone(clock)).map_err(Failure::usage)?;
    Ok(Ok(Arc::new(GcpBillingSource::new(client))))
}

/// JSON as text begins with a brace; everything else is a path.
fn google_credentials(gcp: &Gcp) -> Result<gcp_billing::Credentials, Failure> {
    let Some(given) = gcp.service_account_json.as_ref().map(config_model::Secret::expose) else {
        return Ok(gcp_billing::Credentials::Default);
    };
    let text = if given.trim_start().starts_with('{') {
        given.to_owned()
    } else {
        config_model::read_text(given.as_ref()).map_err(|error| {
            Failure::usage(format!(
                "GCP_SERVICE_ACCOUNT_JSON (gcp.service_account_json) is neither JSON text nor a file that can be read: {error}"
            ))
        })?
    };
    Ok(gcp_billing::Credentials::Json(SecretString::from(text)))
}

/// The sources of all scopes; none when none is configured.
fn azure(azure: &Azure, import: &Import, clock: &Arc<dyn Clock>) -> Result<Vec<Arc<dyn Source>>, Failure> {
    let configured: Vec<&String> = azure.subscriptions.iter().chain(&azure.scopes).collect();
    if configured.is_empty() {
        return Ok(Vec::new());
    }
    let scopes: Vec<CostScope> = configured
        .into_iter()
        .map(|scope| CostScope::parse(scope).map_err(Failure::usage))
        .collect::<Result<_, _>>()?;
    let usual = azure_cost::Settings::public_cloud(azure_credential(azure)?);
    let settings = azure_cost::Settings {
        authority_host: azure.authority_host.clone().unwrap_or(usual.authority_host),
        endpoint: azure.endpoint.clone().unwrap_or(usual.endpoint),
        api_version: azure.api_version.clone().unwrap_or(usual.api_version),
        cost_type: match azure.cost_type {
            config_model::CostType::Actual => CostType::Actual,
            config_model::CostType::Amortized => CostType::Amortized,
        },
        policy: policy(import, azure_cost::DEFAULT_POLICY),
        ..usual
    };
    let client = AzureClient::new(settings, Arc::clone(clock)).map_err(Failure::usage)?;
    Ok(scopes
        .into_iter()
        .map(|scope| Arc::new(AzureCostSource::new(client.clone(), scope)) as Arc<dyn Source>)
        .collect())
}

/// A client secret where one is set, else what the platform offers.
fn azure_credential(azure: &Azure) -> Result<azure_cost::Credential, Failure> {
    let Some(secret) = &azure.client_secret else {
        return Ok(azure_cost::Credential::Chain {
            tenant: azure.tenant_id.clone(),
            client: azure.client_id.clone(),
            federated_token_file: std::env::var_os("AZURE_FEDERATED_TOKEN_FILE").map(PathBuf::from),
        });
    };
    let (Some(tenant), Some(client)) = (azure.tenant_id.clone(), azure.client_id.clone()) else {
        return Err(Failure::usage(
            "AZURE_CLIENT_SECRET is set but AZURE_TENANT_ID or AZURE_CLIENT_ID is not: set all three, or none to use workload identity, managed identity or the Azure CLI",
        ));
    };
    Ok(azure_cost::Credential::ClientSecret { tenant, client, secret: SecretString::from(secret.expose().to_owned()) })
}

fn querying(policy: &Policy) -> gcp_billing::Querying {
    let usual = gcp_billing::Querying::default();
    gcp_billing::Querying { poll_delay: usual.poll_delay.min(policy.retry_delay), ..usual }
}
