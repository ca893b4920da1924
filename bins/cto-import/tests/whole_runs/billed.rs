//! Simulated clouds in this process, and the program run against them.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use model::{Amount, Instant, Month};
use sandbox::clouds::{BillOptions, Bills, CloudConfig, CloudCounters, CloudFault, CloudServer, GoogleKey};
use tokio::runtime::Runtime;

use crate::simulated::{Ended, HURRIED, importer};

/// The only good client secret; it must never be printed.
pub(crate) const SECRET: &str = "s3cr3t~of.the+application&";

/// A server with the bills that it shows.
pub(crate) struct Billed {
    runtime: Runtime,
    server: Option<CloudServer>,
    key: Arc<GoogleKey>,
    pub(crate) bills: Arc<Bills>,
}

/// Provider, account, month, currency.
pub(crate) type Key = (String, String, Month, String);

impl Billed {
    /// Serves bills, with a quota that nobody has to wait for unless told otherwise.
    pub(crate) fn serve(options: &BillOptions, change: impl FnOnce(&mut CloudConfig)) -> Self {
        let runtime = Runtime::new().expect("a runtime starts");
        let bills = Arc::new(Bills::generate(options));
        let key = Arc::new(GoogleKey::generate());
        let mut config = CloudConfig::new(Arc::clone(&bills));
        config.client_secret = Some(SECRET.to_owned());
        config.google_key = Some(Arc::clone(&key));
        (config.quota.per_10_seconds, config.quota.per_minute, config.quota.per_hour) = (10_000, 60_000, 600_000);
        change(&mut config);
        let address = SocketAddr::from(([127, 0, 0, 1], 0));
        let server = runtime.block_on(CloudServer::start(config, address)).expect("a free port is found");
        Self { runtime, server: Some(server), key, bills }
    }

    /// The usual bills.
    pub(crate) fn usual() -> Self {
        Self::serve(&BillOptions::default(), |_| {})
    }

    fn server(&self) -> &CloudServer {
        self.server.as_ref().expect("the server runs until it is dropped")
    }

    /// The providers' date moves to an instant.
    pub(crate) fn moves_to(&self, now: Instant) {
        self.server().set_now(now);
    }

    pub(crate) fn breaks(&self, faults: &[&str]) {
        let faults: Vec<CloudFault> = faults.iter().map(|fault| fault.parse().expect("a known fault")).collect();
        self.server().set_faults(&faults);
    }

    pub(crate) fn counters(&self) -> CloudCounters {
        self.server().counters()
    }

    /// The program, ready to import bills into a data folder. Flags and variables can be added.
    pub(crate) fn importer(&self, data: &Path) -> Command {
        std::fs::create_dir_all(data).expect("a folder can be made");
        let config = data.join("config.yml");
        if !config.exists() {
            std::fs::write(&config, HURRIED).expect("a file can be written");
        }
        let url = self.server().url();
        let mut command = importer();
        command
            .env("AZURE_TENANT_ID", self.bills.tenant())
            .env("AZURE_CLIENT_ID", self.bills.client())
            .env("AZURE_CLIENT_SECRET", SECRET)
            .env("AZURE_SUBSCRIPTION_ID", self.bills.subscriptions().join(","))
            .env("AZURE_AUTHORITY_HOST", &url)
            .env("AZURE_ENDPOINT", &url)
            .env("GCP_PROJECT_ID", self.bills.google_project())
            .env("GCP_BILLING_ACCOUNT", self.bills.google_account())
            .env("GCP_SERVICE_ACCOUNT_JSON", self.key.service_account_json(&url))
            .env("BIGQUERY_ENDPOINT", &url)
            .arg("--cloudspending")
            .arg("--data")
            .arg(data)
            .arg("--config")
            .arg(config);
        command
    }

    /// Runs it to its end; no secret may be printed.
    pub(crate) fn import(&self, data: &Path, flags: &[&str]) -> Ended {
        self.run(self.importer(data).args(flags))
    }

    pub(crate) fn run(&self, command: &mut Command) -> Ended {
        let ended = Ended::of(&command.env("RUST_LOG", "trace").output().expect("the program runs"));
        let json = self.key.service_account_json(&self.server().url());
        let begin = json.find("PRIVATE KEY-----").expect("a key") + 30;
        for secret in [SECRET, &json[begin..begin + 40]] {
            assert!(!ended.stdout.contains(secret) && !ended.stderr.contains(secret), "a secret was printed");
        }
        ended
    }

    /// What the invoices say of the 24 full months before an instant's, and of its month.
    pub(crate) fn invoices(&self, at: Instant) -> BTreeMap<Key, Amount> {
        let first = Month::of(at).plus(-24);
        let invoices = self.bills.invoices(at).into_iter().filter(|invoice| invoice.month >= first);
        invoices
            .map(|invoice| {
                ((invoice.provider.to_owned(), invoice.account, invoice.month, invoice.currency), invoice.net)
            })
            .collect()
    }
}

impl Drop for Billed {
    fn drop(&mut self) {
        if let Some(server) = self.server.take() {
            self.runtime.block_on(server.stop());
        }
    }
}

/// A line of the published ledger, by column.
pub(crate) fn ledger_rows(data: &Path) -> Vec<BTreeMap<String, String>> {
    let text = std::fs::read_to_string(data.join("cloud_costs.csv")).expect("the ledger was published");
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().expect("a header").split(',').collect();
    lines
        .map(|line| {
            assert!(!line.contains('"'), "names of the simulation need no quotes: {line}");
            header.iter().map(|name| (*name).to_owned()).zip(line.split(',').map(str::to_owned)).collect()
        })
        .collect()
}

/// The net of the published ledger.
pub(crate) fn ledger(data: &Path) -> BTreeMap<Key, Amount> {
    let mut sums = BTreeMap::new();
    for row in ledger_rows(data) {
        let month = Month::parse(&row["month"][..7]).expect("a month");
        let key = (row["provider"].clone(), row["account"].clone(), month, row["currency"].clone());
        *sums.entry(key).or_insert_with(Amount::zero) += &row["cost"].parse().expect("an amount");
    }
    sums
}
