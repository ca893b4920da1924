#![doc = include_str!("../README.md")]

mod arguments;
mod changes;
mod clock;
mod deliveries;
mod dora_report;
mod events;
mod exporting;
mod jobs;
mod listening;
mod loading;
mod plan;
mod secrets;
mod source;
#[cfg(test)]
mod tests;
mod totals;
mod usage;
mod writing;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context as _;
use command_line::Outcome;
use http_api::{Api, SettingsError};
use tokio::net::TcpListener;

use deliveries::{Intake, Ways};
use dora_report::StoredReports;
use events::Pushes;
use jobs::StoredJobs;
use plan::Plan;
use secrets::WebhookSecrets;
use source::Source;
use totals::Memory;
use usage::UsageError;
use writing::Writing;

pub use arguments::Arguments;

/// Serves until it is told to end, and says how it ended.
pub fn run(arguments: &Arguments) -> Outcome {
    if let Some(shell) = arguments.completions {
        command_line::print_completions::<Arguments>(shell);
        return Outcome::Done;
    }
    match serve(arguments) {
        Ok(()) => Outcome::Done,
        Err(error) => {
            command_line::report!("cto-api: {}", command_line::with_causes(error.as_ref()));
            let is_usage = error.is::<UsageError>()
                || error.is::<SettingsError>()
                || error.is::<dashboard_files::FolderError>()
                || error.is::<config_model::ConfigError>();
            if is_usage { Outcome::Usage } else { Outcome::Failed }
        }
    }
}

fn serve(arguments: &Arguments) -> anyhow::Result<()> {
    let (config, file) = config_model::load(arguments.config.as_deref())?;
    let variables = |name: &str| std::env::var(name).ok().filter(|value| !value.trim().is_empty());
    let mut plan = Plan::new(arguments, &config, &variables)?;
    if file.is_none() {
        command_line::report!("note: no config.yml: every board is read with GitHub's own column names");
    }
    let pushed = plan.http.pushing.as_ref().map(|_| plan.source.made_store()).transpose()?;
    let waits = plan.wait_every.is_some() && plan.source.is_missing();
    if !waits {
        // A store that is not there or not ours is told before anyone is promised anything.
        plan.source.version()?;
    }
    let dashboard = match &plan.ui {
        Some(folder) => dashboard_files::folder(folder)?,
        None => dashboard_files::embedded(),
    };
    let secrets = std::mem::take(&mut plan.webhooks);
    let ways = std::mem::take(&mut plan.ways);
    let webhooks = (!secrets.is_empty()).then(|| Webhooks { secrets, ways, source: plan.source.clone() });
    if let Some(webhooks) = webhooks.as_ref().filter(|_| !waits) {
        webhooks.source.url_of_store()?;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("cannot start threads")?;
    let outcome = runtime.block_on(listen_and_serve(plan, dashboard, webhooks, pushed, waits));
    // Computations that nobody waits for any more end with the process.
    runtime.shutdown_background();
    outcome
}

/// What webhooks need: their secrets, how deliveries are read, and the store that they are for.
struct Webhooks {
    secrets: WebhookSecrets,
    ways: Ways,
    source: Source,
}

impl Webhooks {
    /// Begins to take deliveries in; starts the thread that stores them where there is none.
    fn start(self, api: &Api, writing: &mut Option<Writing>) -> anyhow::Result<()> {
        let writing = match writing {
            Some(writing) => writing,
            none => none.insert(Writing::start(&self.source.url_of_store()?)?),
        };
        api.receive(Arc::new(Intake::new(api.clone(), self.secrets, self.ways, writing.queue())));
        Ok(())
    }
}

/// `pushed`: the store that is pushed to. `waits`: there is no store yet, neither for figures nor for webhooks.
async fn listen_and_serve(
    plan: Plan,
    dashboard: dashboard_files::Files,
    mut webhooks: Option<Webhooks>,
    pushed: Option<String>,
    waits: bool,
) -> anyhow::Result<()> {
    let mut interruption = command_line::interruption().context("cannot wait for an interruption")?;
    let interrupted = async move { interruption.next().await };
    let store = plan.source.store_if_any();
    let base_path = plan.http.base_path.trim_end_matches('/').to_owned();
    let api = Api::new(plan.http, plan.rules)?;
    api.keep_totals(Arc::new(Memory::new(store.clone(), "prometheus", plan.epoch)));
    if let Some(url) = store.clone() {
        api.report_dora(Arc::new(StoredReports::new(url.clone())));
        api.find_jobs(Arc::new(StoredJobs::new(url)));
    }
    let mut writing = pushed.as_deref().map(Writing::start).transpose()?;
    if let Some((url, writing)) = pushed.zip(writing.as_ref()) {
        api.take_events(Arc::new(Pushes::new(url, writing.queue())));
    }
    if let Some(webhooks) = webhooks.take_if(|_| !waits) {
        webhooks.start(&api, &mut writing)?;
    }
    let router = api.router_with_dashboard(dashboard)?;
    // Before anyone can ask: what is waited for is an answer of the first request already.
    api.wait_for_import(waits);
    let (listener, address) = listen(plan.address).await?;
    command_line::say!("listening on http://{address}{base_path}");
    let first_load = loading::start(api.clone(), plan.source, plan.wait_every.filter(|_| waits), plan.look_every)?;
    let failure = async {
        // Loaded; or the loader is gone, which it only is when the process is.
        let loaded = first_load.await.unwrap_or(Ok(()));
        let late = loaded.and_then(|()| webhooks.map_or(Ok(()), |late| late.start(&api, &mut writing)));
        match late {
            Err(error) => error,
            Ok(()) => std::future::pending().await,
        }
    };
    let exporting = async {
        match plan.collector {
            Some(collector) => exporting::export(api.clone(), collector, store).await,
            None => std::future::pending().await,
        }
    };
    let outcome = tokio::select! {
        never = exporting => match never {},
        () = listening::serve(listener, router, plan.connections, interrupted) => Ok(()),
        error = failure => Err(error),
    };
    if let Some(writing) = writing {
        writing.end().await;
    }
    outcome
}

async fn listen(address: SocketAddr) -> anyhow::Result<(TcpListener, SocketAddr)> {
    let advice = |error: &io::Error| match error.kind() {
        io::ErrorKind::AddrInUse => {
            ": another program listens there; take another port with --addr, or port 0 for a free one"
        }
        io::ErrorKind::AddrNotAvailable => {
            ": no network of this computer has the address; take another one with --addr"
        }
        io::ErrorKind::PermissionDenied => ": ports below 1024 need a privilege; take another port with --addr",
        _ => "",
    };
    let named = |error: io::Error| {
        let advice = advice(&error);
        anyhow::Error::new(error).context(format!("cannot listen at {address}{advice}"))
    };
    let listener = TcpListener::bind(address).await.map_err(named)?;
    let address = listener.local_addr().map_err(named)?;
    Ok((listener, address))
}
