//! Imports from the sandbox's Google: real queries over real exports, with everything that can go wrong.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use gcp_billing::{Credentials, Settings};
use model::{Amount, Instant};
use sandbox::clouds::{BillOptions, Bills, CloudConfig, CloudServer, GoogleKey};
use source::{ErrorKind, Window};
use tokio_util::sync::CancellationToken;

use crate::stage::{Stage, at};

static BILLS: LazyLock<Arc<Bills>> = LazyLock::new(|| Arc::new(Bills::generate(&BillOptions::default())));
static KEY: LazyLock<Arc<GoogleKey>> = LazyLock::new(|| Arc::new(GoogleKey::generate()));

struct Simulated {
    stage: Stage,
    server: CloudServer,
    bills: Arc<Bills>,
}

impl Simulated {
    async fn with(faults: &[&str]) -> Self {
        let (bills, key) = (Arc::clone(&BILLS), Arc::clone(&KEY));
        let faults = faults.iter().map(|fault| fault.parse().unwrap()).collect();
        let config = CloudConfig { google_key: Some(Arc::clone(&key)), faults, ..CloudConfig::new(Arc::clone(&bills)) };
        let server = CloudServer::start(config, "127.0.0.1:0".parse().unwrap()).await.unwrap();
        let mut stage = Stage::empty().await;
        stage.settings = Settings {
            endpoint: server.url(),
            project: bills.google_project().to_owned(),
            billing_account: bills.google_account().to_owned(),
            dataset: bills.google_dataset().to_owned(),
            credentials: Credentials::Json(key.service_account_json(&server.url()).into()),
            ..stage.settings
        };
        Self { stage, server, bills }
    }

    /// What the invoices say at an instant, from a month on.
    fn invoices(&self, at: Instant, from: &str) -> BTreeMap<(String, String), Amount> {
        let invoices = self.bills.invoices(at).into_iter().filter(|invoice| invoice.provider == "gcp");
        let totals = invoices.map(|invoice| ((invoice.month.to_string(), invoice.currency), invoice.net));
        totals.filter(|((month, _), _)| month.as_str() >= from).collect()
    }
}

/// As cents, for exports hold binary numbers.
fn cents(totals: &BTreeMap<(String, String), Amount>) -> Vec<String> {
    totals.iter().map(|((month, currency), amount)| format!("{month} {currency} {}", amount.to_cents())).collect()
}

#[tokio::test]
async fn monthly_totals_are_those_of_the_invoices() {
    let simulated = Simulated::with(&[]).await;
    let usage = simulated.stage.import().await.unwrap();
    let expected = simulated.invoices(simulated.bills.end(), "2024-10");
    assert!(expected.len() >= 24, "{expected:?}");
    assert_eq!(cents(&simulated.stage.totals()), cents(&expected));
    assert_eq!(usage.covered_to, Some(simulated.bills.end()), "the simulated date");
    assert_eq!(simulated.server.counters().unauthorized, 0);
}

#[tokio::test]
async fn nothing_is_lost_when_google_is_slow_limited_and_failing() {
    let faults =
        ["google-job-slow", "google-rate-limit=every:3", "google-503=every:4", "google-truncated-body=every:5"];
    let simulated = Simulated::with(&faults).await;
    simulated.stage.import().await.unwrap();
    let expected = simulated.invoices(simulated.bills.end(), "2024-10");
    assert_eq!(cents(&simulated.stage.totals()), cents(&expected));
    let met = simulated.server.counters().faults;
    assert!(met.len() >= 3 && !simulated.stage.clock.waits().is_empty(), "{met:?}");
}

#[tokio::test]
async fn daily_imports_catch_every_late_row() {
    let simulated = Simulated::with(&[]).await;
    let days = |days: i64| Instant::from_seconds(at("2026-07-27T01:00:00Z").seconds() + days * 86_400);
    // Over the end of a month, until that month is settled and beyond.
    for day in 0..14 {
        simulated.server.set_now(days(day));
        simulated.stage.import().await.unwrap();
    }
    let expected = simulated.invoices(days(13), "2024-07");
    assert_eq!(cents(&simulated.stage.totals()), cents(&expected));
    let july = |known: &BTreeMap<(String, String), Amount>| known[&("2026-07".to_owned(), "USD".to_owned())].clone();
    let early = simulated.invoices(days(5), "2026-07");
    assert_ne!(july(&early), july(&expected), "rows of July arrive after its end");
    let months = simulated.stage.memory.batches().iter().skip(1).map(|batch| batch.records.len()).max();
    assert_eq!(months, Some(2), "only what is open or was not settled is asked for again");
}

#[tokio::test]
async fn rows_that_have_just_arrived_are_read() {
    let simulated = Simulated::with(&[]).await;
    let newest = simulated.bills.google_charges().last().unwrap().export_time;
    let now = Instant::from_seconds(newest.seconds() + 60);
    simulated.server.set_now(now);
    simulated.stage.import().await.unwrap();
    let expected = simulated.invoices(now, "2024-10");
    assert_eq!(cents(&simulated.stage.totals()), cents(&expected));
    let before = simulated.invoices(Instant::from_seconds(newest.seconds() - 1), "2024-10");
    assert_ne!(cents(&before), cents(&expected), "they have no partition yet, and they count");
}

#[tokio::test]
async fn detailed_export_has_the_same_totals() {
    let mut simulated = Simulated::with(&["google-only-detailed"]).await;
    let error = simulated.stage.refused().await;
    let name = format!("gcp_billing_export_resource_v1_{}", simulated.bills.google_account().replace('-', "_"));
    assert!(
        error.message.contains(&format!("only the detailed export {name} is: set gcp.billing_table to it")),
        "{error}"
    );
    simulated.stage.settings.table = Some(name);
    let full = Window { full: true, since: None };
    simulated.stage.import_with(full, CancellationToken::new()).await.unwrap();
    let expected = simulated.invoices(simulated.bills.end(), "2024-10");
    assert_eq!(cents(&simulated.stage.totals()), cents(&expected));
}

#[tokio::test]
async fn what_is_missing_is_said_in_one_sentence() {
    for (fault, kind, said) in [
        ("google-bad-key", ErrorKind::Unauthorized, "create a new key and set GCP_SERVICE_ACCOUNT_JSON to it"),
        ("google-no-job-user", ErrorKind::NoAccess, "grant the role BigQuery Job User (roles/bigquery.jobUser)"),
        (
            "google-no-data-viewer",
            ErrorKind::NoAccess,
            "grant the role BigQuery Data Viewer (roles/bigquery.dataViewer)",
        ),
        ("google-no-table", ErrorKind::NotFound, "enable the standard usage cost export to BigQuery"),
        ("google-bytes-limit", ErrorKind::NoAccess, "raise gcp.maximum_bytes_billed"),
    ] {
        let simulated = Simulated::with(&[fault]).await;
        let error = simulated.stage.refused().await;
        assert_eq!(error.kind, kind, "{fault}: {error}");
        assert!(error.message.contains(said), "{fault}: {error}");
        assert!(simulated.stage.memory.batches().is_empty(), "{fault}");
    }
    let mut simulated = Simulated::with(&["google-wrong-location"]).await;
    simulated.stage.settings.location = Some("EU".to_owned());
    let error = simulated.stage.refused().await;
    assert!(error.message.contains("is in asia-south1: set it to asia-south1, or leave it out"), "{error}");
}
