//! The program that is measured, in a process of its own.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use model::records::ImportRun;
use store::Store;
use tokio::time::sleep;

use crate::client::Client;

/// A running server; killed with the value.
pub(crate) struct Server {
    child: Child,
    begun: Instant,
    pub(crate) address: String,
    pub(crate) listening_after: Duration,
}

impl Server {
    pub(crate) fn start(program: &Path, store: &str, config: &Path) -> anyhow::Result<Self> {
        let begun = Instant::now();
        let mut child = Command::new(program)
            .args(["--addr", "127.0.0.1:0", "--reload-seconds", "1", "--store", store, "--config"])
            .arg(config)
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("{} does not start", program.display()))?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().context("standard output is piped")?).read_line(&mut line)?;
        let listening_after = begun.elapsed();
        let address = line.trim().strip_prefix("listening on http://").context("it does not say where it listens")?;
        Ok(Self { address: address.to_owned(), child, begun, listening_after })
    }

    /// Time from the start until there is something to serve.
    pub(crate) async fn wait_until_ready(&self) -> anyhow::Result<Duration> {
        let mut client = Client::connect(&self.address).await?;
        while client.get("/readyz", "").await?.status != 200 {
            sleep(Duration::from_millis(2)).await;
        }
        Ok(self.begun.elapsed())
    }

    /// Memory that is resident now, in KiB.
    pub(crate) fn memory(&self) -> anyhow::Result<u64> {
        self.status("VmRSS:")
    }

    /// The most memory that was resident since [`Server::forget_peak`], in KiB.
    pub(crate) fn peak(&self) -> anyhow::Result<u64> {
        self.status("VmHWM:")
    }

    pub(crate) fn forget_peak(&self) -> anyhow::Result<()> {
        let file = format!("/proc/{}/clear_refs", self.child.id());
        std::fs::write(&file, "5").with_context(|| format!("{file} cannot be written"))
    }

    fn status(&self, key: &str) -> anyhow::Result<u64> {
        let file = format!("/proc/{}/status", self.child.id());
        let text = std::fs::read_to_string(&file).with_context(|| format!("{file} cannot be read"))?;
        let line = text.lines().find_map(|line| line.strip_prefix(key));
        let number = line.and_then(|line| line.split_whitespace().next()).and_then(|number| number.parse().ok());
        number.with_context(|| format!("{file} has no {key}"))
    }

    /// Asks it to end; its exit code.
    pub(crate) fn stop(&mut self) -> anyhow::Result<Option<i32>> {
        let sent = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().context("kill")?;
        anyhow::ensure!(sent.success(), "the server cannot be told to end");
        Ok(self.child.wait()?.code())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended before.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Changes the store as an import that found nothing new does.
pub(crate) fn change(url: &str) -> anyhow::Result<()> {
    let run = ImportRun { scope: "bench".into(), outcome: "ok".into(), ..ImportRun::default() };
    Store::open(url)?.record_import(&run).with_context(|| format!("writing to {url}"))
}
