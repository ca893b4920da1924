//! Loading behind the server's back: first, and again whenever the data changes.

use std::thread;
use std::time::{Duration, Instant as Clock, SystemTime, UNIX_EPOCH};

use anyhow::Context as _;
use http_api::{Api, Data};
use model::Instant;
use tokio::sync::oneshot;

use crate::changes::Changes;
use crate::source::{Loaded, Source};

/// Starts the thread that loads. It ends with the process, or after the first load where nothing is to be looked at
/// again; how that first load ended is sent. With `wait_every` there is nothing to load yet: it first looks this often
/// whether there is.
///
/// # Errors
/// The system gives no thread.
pub(crate) fn start(
    api: Api,
    source: Source,
    wait_every: Option<Duration>,
    look_every: Option<Duration>,
) -> anyhow::Result<oneshot::Receiver<anyhow::Result<()>>> {
    let (first, receiver) = oneshot::channel();
    let work = move || {
        let mut loader = Loader { api, source, serves_flow: false, serves_cto_stats: false, told: String::new() };
        let outcome = loader.first(wait_every);
        let version = outcome.as_ref().ok().cloned();
        // Nobody waits any more when the program is about to end.
        let _ = first.send(outcome.map(drop));
        if let (Some(version), Some(look_every)) = (version, look_every) {
            loader.watch(Changes::since(version), look_every);
        }
    };
    thread::Builder::new().name("loader".to_owned()).spawn(work).context("cannot start a thread")?;
    Ok(receiver)
}

struct Loader {
    api: Api,
    source: Source,
    serves_flow: bool,
    serves_cto_stats: bool,
    /// The failure that was logged last.
    told: String,
}

impl Loader {
    /// Loads and publishes; gives the version. Data that was waited for may be looked at while it is being written, so
    /// what fails then is tried again.
    fn first(&mut self, wait_every: Option<Duration>) -> anyhow::Result<String> {
        let Some(wait_every) = wait_every else { return self.loaded() };
        tracing::warn!("nothing has been imported yet: waiting for cto-import");
        loop {
            thread::sleep(wait_every);
            if self.source.is_missing() {
                continue;
            }
            match self.loaded() {
                Ok(version) => return Ok(version),
                Err(error) => self.tell(&error),
            }
        }
    }

    fn loaded(&mut self) -> anyhow::Result<String> {
        let version = self.source.version()?;
        self.load(&version)?;
        Ok(version)
    }

    fn watch(&mut self, mut changes: Changes, look_every: Duration) {
        loop {
            thread::sleep(look_every);
            match self.source.version() {
                Err(error) => {
                    self.fail(&error);
                    changes.failed(None);
                }
                Ok(version) if changes.seen(&version) => match self.load(&version) {
                    Ok(()) => changes.served(version),
                    Err(error) => {
                        self.fail(&error);
                        changes.failed(Some(version));
                    }
                },
                Ok(_) => {}
            }
        }
    }

    /// What was served before goes on being served.
    fn fail(&mut self, error: &anyhow::Error) {
        self.tell(error);
        self.api.reload_failed(self.told.clone());
    }

    /// Each failure once.
    fn tell(&mut self, error: &anyhow::Error) {
        let message = command_line::with_causes(error.as_ref());
        if message != self.told {
            tracing::error!(error = %message, "the data changed and cannot be loaded; what was loaded before is served");
            self.told = message;
        }
    }

    fn load(&mut self, version: &str) -> anyhow::Result<()> {
        let begun = Clock::now();
        self.api.make_room();
        let loaded = self.source.load()?;
        self.keeps_serving(&loaded)?;
        for note in &loaded.notes {
            tracing::warn!("{note}");
        }
        tell_refusals(&loaded);
        (self.serves_flow, self.serves_cto_stats) = (loaded.flow.is_ok(), loaded.cto_stats.is_ok());
        self.told.clear();
        let Loaded { flow, cto_stats, .. } = loaded;
        self.api.publish(Data { flow, cto_stats, version: version.to_owned(), loaded_at: now() });
        tracing::info!(version, ms = begun.elapsed().as_millis() as u64, "loaded");
        Ok(())
    }

    /// A rule set that was served must not vanish by a reload.
    fn keeps_serving(&self, loaded: &Loaded) -> anyhow::Result<()> {
        for (served, set) in [(self.serves_flow, &loaded.flow), (self.serves_cto_stats, &loaded.cto_stats)] {
            if let (true, Err(reason)) = (served, set) {
                anyhow::bail!("{reason}");
            }
        }
        Ok(())
    }
}

fn tell_refusals(loaded: &Loaded) {
    for (name, set) in [("flow", &loaded.flow), ("cto-stats", &loaded.cto_stats)] {
        if let Err(reason) = set {
            tracing::warn!("rule set {name} cannot be served: {reason}");
        }
    }
}

fn now() -> Instant {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Instant::from_micros(since_epoch.as_micros() as i64)
}
