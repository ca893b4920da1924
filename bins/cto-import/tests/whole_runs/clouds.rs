//! Bills: the ledger equals the invoices, whatever the clouds answer, or what is missing is named.

use std::path::Path;

use model::{Amount, Instant, Month};
use sandbox::clouds::{BillOptions, cloud_fault_names};

use crate::billed::{Billed, ledger, ledger_rows};
use crate::simulated::{Ended, assert_same_tables, importer};

fn at(text: &str) -> Instant {
    Instant::parse_rfc3339(text).expect("an instant")
}

fn data() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

#[track_caller]
fn assert_equals_invoices(billed: &Billed, data: &Path, now: Instant) {
    let (ledger, invoices) = (ledger(data), billed.invoices(now));
    assert!(!invoices.is_empty());
    for (key, net) in &invoices {
        assert_eq!(ledger.get(key), Some(net), "{key:?} at {now}");
    }
    let rest: Vec<_> = ledger.iter().filter(|(key, _)| !invoices.contains_key(*key)).collect();
    assert!(rest.iter().all(|(_, net)| net.is_zero()), "not on any invoice: {rest:?}");
}

#[test]
fn bills_equal_the_invoices_to_the_last_digit() {
    let billed = Billed::usual();
    let data = data();
    billed.import(data.path(), &[]).with_code(0);
    assert_equals_invoices(&billed, data.path(), billed.bills.end());
    let rows = ledger_rows(data.path());
    let has = |column: &str, value: &str| rows.iter().any(|row| row[column] == value);
    assert!(
        has("charge_category", "Tax") && has("charge_category", "Purchase") && has("charge_category", "Adjustment")
    );
    assert!(has("currency", "EUR") && has("currency", "USD"));
    let credits = rows.iter().map(|row| row["credits"].parse::<Amount>().expect("an amount"));
    assert!(credits.filter(Amount::is_negative).count() > 20, "credits stay apart from gross");
}

#[test]
fn late_rows_come_with_the_imports_of_the_days_after() {
    let billed = Billed::usual();
    let data = data();
    // The end of a month, its settling, and the days after: each import finds what is known by then.
    for now in [
        "2026-08-31T23:00:00Z",
        "2026-09-01T06:00:00Z",
        "2026-09-03T06:00:00Z",
        "2026-09-05T23:59:00Z",
        "2026-09-06T00:01:00Z",
        "2026-09-20T06:00:00Z",
        "2026-10-30T18:00:00Z",
    ] {
        billed.moves_to(at(now));
        billed.import(data.path(), &[]).with_code(0);
        assert_equals_invoices_since(&billed, data.path(), at(now));
    }
}

/// Months before the window of the present import stay as the earlier imports left them: settled.
#[track_caller]
fn assert_equals_invoices_since(billed: &Billed, data: &Path, now: Instant) {
    let first = Month::of(now).plus(-24);
    let ledger = ledger(data);
    for (key, net) in billed.invoices(now) {
        assert_eq!(ledger.get(&key), Some(&net), "{key:?} at {now}");
    }
    let settled = |row: &std::collections::BTreeMap<String, String>| {
        let month = Month::parse(&row["month"][..7]).expect("a month");
        month < first || (row["settled"] == "true") == month.is_settled_at(now)
    };
    assert!(ledger_rows(data).iter().all(settled), "settled follows from the date at {now}");
}

#[test]
fn the_next_day_asks_for_two_months_of_a_subscription_at_most() {
    let billed = Billed::usual();
    let data = data();
    billed.moves_to(at("2026-10-02T06:00:00Z"));
    billed.import(data.path(), &[]).with_code(0);
    let first = billed.counters();
    assert_eq!(first.units, 2 * 25, "24 full months and the running one");
    billed.moves_to(at("2026-10-03T06:00:00Z"));
    billed.import(data.path(), &[]).with_code(0);
    assert_eq!(billed.counters().units - first.units, 2 * 2, "September is settling, October is open");
    billed.moves_to(at("2026-10-20T06:00:00Z"));
    billed.import(data.path(), &[]).with_code(0);
    let settled = billed.counters().units;
    billed.moves_to(at("2026-10-21T06:00:00Z"));
    billed.import(data.path(), &[]).with_code(0);
    assert_eq!(billed.counters().units - settled, 2, "October only");
    assert_eq!(billed.counters().throttled, 0);
    billed.import(data.path(), &["--full"]).with_code(0);
    assert_eq!(billed.counters().units - settled, 2 + 2 * 25);
}

/// Faults after which something must be missing: what is said, and which provider keeps nothing.
const UNREADABLE: [(&str, &str, &str); 9] = [
    ("azure-bad-secret", "AZURE_CLIENT_SECRET", "azure"),
    ("azure-expired-secret", "expired", "azure"),
    ("azure-unknown-tenant", "AZURE_TENANT_ID", "azure"),
    ("azure-no-role", "Cost Management Reader", "azure"),
    ("google-bad-key", "GCP_SERVICE_ACCOUNT_JSON", "gcp"),
    ("google-no-job-user", "BigQuery Job User", "gcp"),
    ("google-no-data-viewer", "BigQuery Data Viewer", "gcp"),
    ("google-no-table", "export", "gcp"),
    ("google-bytes-limit", "maximum_bytes_billed", "gcp"),
];

#[test]
fn every_fault_of_the_clouds_ends_with_the_same_ledger_or_names_what_is_missing() {
    let billed = Billed::usual();
    let undisturbed = data();
    billed.import(undisturbed.path(), &[]).with_code(0);
    for (name, _) in cloud_fault_names() {
        billed.breaks(&[name]);
        let data = data();
        let ended = billed.import(data.path(), &[]);
        match UNREADABLE.iter().find(|(known, ..)| *known == name) {
            Some((_, said, provider)) => {
                let ended = ended.with_code(3);
                assert!(ended.stderr.contains(said), "{name}: `{said}` is not said:\n{}", without_log(&ended));
                let rows = ledger_rows(data.path());
                assert!(rows.iter().all(|row| row["provider"] != *provider), "{name}");
                assert!(!rows.is_empty(), "{name}: the other provider is imported");
            }
            None if ended.code == 3 => {
                assert!(without_log(&ended).contains("are missing"), "{name}:\n{}", without_log(&ended));
            }
            None => assert_same_tables(undisturbed.path(), data.path(), &format!("{name}\n{}", without_log(&ended))),
        }
    }
}

/// Standard error without the lines of the log.
fn without_log(ended: &Ended) -> String {
    let lines = ended.stderr.lines().filter(|line| !line.contains("TRACE") && !line.contains("DEBUG"));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_provider_that_fails_keeps_its_earlier_rows_and_the_others_go_on() {
    let billed = Billed::usual();
    let data = data();
    billed.moves_to(at("2026-09-20T06:00:00Z"));
    billed.import(data.path(), &[]).with_code(0);
    let before = ledger(data.path());
    let now = at("2026-10-20T06:00:00Z");
    billed.moves_to(now);
    let [production, development] = billed.bills.subscriptions() else { panic!("two subscriptions") };
    billed.breaks(&[&format!("azure-no-role={development}")]);
    let ended = billed.import(data.path(), &[]).with_code(3);
    assert!(ended.stderr.contains(development), "{}", without_log(&ended));
    let after = ledger(data.path());
    let of = |ledger: &std::collections::BTreeMap<_, _>, account: &str| -> Vec<(crate::billed::Key, Amount)> {
        let rows = ledger.iter().filter(|(key, _): &(&crate::billed::Key, &Amount)| key.1 == account);
        rows.map(|(key, net)| (key.clone(), net.clone())).collect()
    };
    assert_eq!(of(&before, development), of(&after, development), "earlier rows stay");
    for account in [production.as_str(), billed.bills.google_account()] {
        let invoices = billed.invoices(now);
        let running = of(&invoices, account).into_iter().find(|(key, _)| key.2 == Month::of(now)).expect("billed");
        assert_eq!(after.get(&running.0), Some(&running.1), "{account} is imported");
    }
    billed.breaks(&[]);
    billed.import(data.path(), &[]).with_code(0);
    assert_equals_invoices_since(&billed, data.path(), now);
}

#[test]
fn a_first_import_takes_over_the_rows_of_the_original_for_its_months() {
    let billed = Billed::usual();
    let data = data();
    let bills = "provider,service,month,cost,currency\n\
                 azure,Storage,2019-03-01,7.00,EUR\n\
                 azure,Storage,2026-09-01,999999.00,EUR\n\
                 gcp,Cloud SQL,2026-09-01,999999.00,USD\n\
                 aws,EC2,2026-09-01,5.00,USD\n";
    std::fs::write(data.path().join("cloud_costs.csv"), bills).expect("written");
    let ended = billed.import(data.path(), &[]).with_code(0);
    assert!(ended.stderr.contains("loading them first"), "{}", without_log(&ended));
    let mut ledger = ledger(data.path());
    for (provider, month, net) in [("azure", "2019-03", "7"), ("aws", "2026-09", "5")] {
        let currency = if provider == "azure" { "EUR" } else { "USD" };
        let key = (provider.to_owned(), String::new(), Month::parse(month).expect("a month"), currency.to_owned());
        assert_eq!(ledger.remove(&key), Some(net.parse().expect("an amount")), "what no cloud bills now stays");
    }
    for (key, net) in billed.invoices(billed.bills.end()) {
        assert_eq!(ledger.get(&key), Some(&net), "{key:?}");
    }
    assert!(ledger.values().all(|net| *net < Amount::from(900_000)), "no month is counted twice");
}

#[test]
fn focus_files_join_the_same_ledger() {
    let billed = Billed::usual();
    let data = data();
    let focus = "BilledCost,BillingAccountId,BillingCurrency,BillingPeriodStart,BillingPeriodEnd,ChargePeriodStart,ChargePeriodEnd,ChargeCategory,ProviderName,ServiceName,SubAccountId\n\
        1.5,1,USD,2026-09-01T00:00:00Z,2026-10-01T00:00:00Z,2026-09-03T00:00:00Z,2026-09-04T00:00:00Z,Usage,AWS,Amazon EC2,11\n\
        -0.25,1,USD,2026-09-01T00:00:00Z,2026-10-01T00:00:00Z,2026-09-03T00:00:00Z,2026-09-04T00:00:00Z,Credit,AWS,Amazon EC2,11\n";
    std::fs::write(data.path().join("aws.csv"), focus).expect("written");
    let pattern = data.path().join("aws*.csv").display().to_string();
    let config = format!("{}cloudspending: {{focus: [{{path: {pattern:?}}}]}}\n", crate::simulated::HURRIED);
    std::fs::write(data.path().join("config.yml"), config).expect("written");
    billed.import(data.path(), &[]).with_code(0);
    let rows: Vec<_> = ledger_rows(data.path()).into_iter().filter(|row| row["provider"] == "AWS").collect();
    assert_eq!(rows.len(), 2);
    let sum: Amount =
        rows.iter().map(|row| row["cost"].parse::<Amount>().expect("an amount")).collect::<Vec<_>>().iter().sum();
    assert_eq!(sum.to_string(), "1.25");
    std::fs::write(data.path().join("aws.csv"), focus.replace("1.5,", "\"1,500.00\",")).expect("written");
    let ended = billed.import(data.path(), &[]).with_code(3);
    assert!(ended.stderr.contains("line 2") && ended.stderr.contains("1,500.00"), "{}", without_log(&ended));
    let kept: Vec<_> = ledger_rows(data.path()).into_iter().filter(|row| row["provider"] == "AWS").collect();
    assert_eq!(kept, rows, "earlier rows stay");
}

#[test]
fn a_usual_quota_is_told_and_kept() {
    let options = BillOptions { subscriptions: 1, ..BillOptions::default() };
    let billed = Billed::serve(&options, |config| {
        (config.quota.per_10_seconds, config.quota.per_minute) = (12, 60);
    });
    let data = data();
    let mut command = billed.importer(data.path());
    let ended = billed.run(command.env_remove("GCP_BILLING_ACCOUNT").arg("--dry-run")).with_code(0);
    assert!(ended.stdout.contains("25"), "{}", ended.stdout);
    assert!(ended.stderr.contains("skipped Google Cloud: GCP_BILLING_ACCOUNT"), "{}", without_log(&ended));
    assert!(!data.path().join("cto.db").exists() && billed.counters().calls == 0, "a dry run asks and stores nothing");
}

fn refused(flags: &[&str], variables: &[(&str, &str)], config: &str) -> Ended {
    let folder = data();
    std::fs::write(folder.path().join("config.yml"), config).expect("written");
    let mut command = importer();
    command.current_dir(folder.path()).args(flags).envs(variables.iter().copied());
    Ended::of(&command.output().expect("the program runs"))
}

#[test]
fn without_any_cloud_the_run_says_what_to_set() {
    let ended = refused(&["--cloudspending"], &[], "").with_code(2);
    insta::assert_snapshot!(ended.stderr, @r"
    cto-import: no bills to import:
      FOCUS: cloudspending.focus lists no files
      Google Cloud: GCP_BILLING_ACCOUNT (gcp.billing_account) is not set
      Azure: AZURE_SUBSCRIPTION_ID (azure.subscriptions) is not set
    ");
    let ended = refused(&["--all"], &[], "").with_code(2);
    assert!(ended.stderr.contains("skipped GitHub"), "{}", ended.stderr);
}

#[test]
fn clouds_that_are_configured_by_half_are_refused_with_what_is_missing() {
    for (variables, said) in [
        (&[("AZURE_SUBSCRIPTION_ID", "a"), ("AZURE_CLIENT_SECRET", "hush")][..], "AZURE_TENANT_ID or AZURE_CLIENT_ID"),
        (&[("GCP_BILLING_ACCOUNT", "01AB23-CD45EF-678901")], "GCP_PROJECT_ID"),
        (
            &[
                ("GCP_BILLING_ACCOUNT", "01AB23-CD45EF-678901"),
                ("GCP_PROJECT_ID", "acme"),
                ("GCP_SERVICE_ACCOUNT_JSON", "no/such/file.json"),
            ],
            "neither JSON text nor a file",
        ),
        (&[("AZURE_SUBSCRIPTION_ID", "a b")], "a b"),
    ] {
        let ended = refused(&["--cloudspending"], variables, "").with_code(2);
        assert!(ended.stderr.contains(said) && !ended.stderr.contains("hush"), "{}", ended.stderr);
    }
}

#[test]
fn plain_http_to_another_host_would_leak_the_credentials_of_a_cloud() {
    let azure = [
        ("AZURE_SUBSCRIPTION_ID", "a"),
        ("AZURE_TENANT_ID", "t"),
        ("AZURE_CLIENT_ID", "c"),
        ("AZURE_CLIENT_SECRET", "hush"),
    ];
    for (name, said) in [("AZURE_ENDPOINT", "AZURE_ENDPOINT"), ("AZURE_AUTHORITY_HOST", "AZURE_AUTHORITY_HOST")] {
        let mut variables = azure.to_vec();
        variables.push((name, "http://azure.example.com"));
        let ended = refused(&["--cloudspending"], &variables, "").with_code(2);
        assert!(ended.stderr.contains(said) && ended.stderr.contains("https"), "{}", ended.stderr);
    }
    let google = [
        ("GCP_PROJECT_ID", "acme"),
        ("GCP_BILLING_ACCOUNT", "01AB23-CD45EF-678901"),
        ("BIGQUERY_ENDPOINT", "http://bigquery.example.com"),
    ];
    let ended = refused(&["--cloudspending"], &google, "").with_code(2);
    assert!(ended.stderr.contains("BIGQUERY_ENDPOINT") && ended.stderr.contains("https"), "{}", ended.stderr);
}

/// An organisation with its clouds on one address, and the program's variables for all of it.
struct Everything {
    runtime: tokio::runtime::Runtime,
    server: Option<sandbox::server::Server>,
    variables: Vec<(&'static str, String)>,
    config: String,
}

impl Everything {
    fn serve() -> Self {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime starts");
        let organisation = sandbox::Organisation::generate(&sandbox::Options::new(3, sandbox::Size::Tiny));
        let bills = std::sync::Arc::new(organisation.bills());
        let key = std::sync::Arc::new(sandbox::clouds::GoogleKey::generate());
        let mut clouds = sandbox::clouds::CloudConfig::new(std::sync::Arc::clone(&bills));
        clouds.google_key = Some(std::sync::Arc::clone(&key));
        (clouds.quota.per_10_seconds, clouds.quota.per_minute, clouds.quota.per_hour) = (1_000, 6_000, 60_000);
        let config = sandbox::server::Config { clouds: Some(clouds), ..sandbox::server::Config::default() };
        let view = organisation.view(organisation.end());
        let server = runtime.block_on(sandbox::server::Server::start(view, config)).expect("a free port is found");
        let url = server.url();
        let variables = vec![
            ("GITHUB_TOKEN", "simulated-token".to_owned()),
            ("GITHUB_API_URL", url.clone()),
            ("GITHUB_GRAPHQL_URL", format!("{url}/graphql")),
            ("AZURE_CLIENT_SECRET", "simulated-secret".to_owned()),
            ("AZURE_AUTHORITY_HOST", url.clone()),
            ("AZURE_ENDPOINT", url.clone()),
            ("GCP_SERVICE_ACCOUNT_JSON", key.service_account_json(&url)),
            ("BIGQUERY_ENDPOINT", url),
        ];
        let config = format!("{}{}{}", organisation.config_yaml(), bills.config_yaml(), crate::simulated::HURRIED);
        Self { runtime, server: Some(server), variables, config }
    }

    fn import(&self, data: &Path, flags: &[&str]) -> Ended {
        std::fs::write(data.join("config.yml"), &self.config).expect("written");
        let mut command = importer();
        command.envs(self.variables.iter().map(|(name, value)| (*name, value)));
        command.arg("--data").arg(data).arg("--config").arg(data.join("config.yml")).args(flags);
        Ended::of(&command.output().expect("the program runs"))
    }
}

impl Drop for Everything {
    fn drop(&mut self) {
        if let Some(server) = self.server.take() {
            self.runtime.block_on(server.stop());
        }
    }
}

#[test]
fn everything_that_is_configured_is_imported_with_all() {
    let everything = Everything::serve();
    let data = data();
    let ended = everything.import(data.path(), &["--all"]).with_code(0);
    assert!(ended.stdout.contains("GitHub: ") && ended.stdout.contains("Azure: "), "{}", ended.stdout);
    let rows = |name: &str| std::fs::read_to_string(data.path().join(name)).expect("published").lines().count();
    assert!(rows("issue.csv") > 1 && rows("pr.csv") > 1 && rows("cloud_costs.csv") > 100);
}

#[test]
fn a_scope_of_clouds_adds_to_the_others_and_alone_leaves_them_out() {
    let everything = Everything::serve();
    let data = data();
    let rows = |name: &str| std::fs::read_to_string(data.path().join(name)).expect("published").lines().count();
    everything.import(data.path(), &["-cloudspending"]).with_code(0);
    assert!(rows("cloud_costs.csv") > 100 && rows("issue.csv") == 1 && rows("repository.csv") == 1);
    everything.import(data.path(), &["--cloudspending", "--pr"]).with_code(0);
    assert!(rows("pr.csv") > 1 && rows("issue.csv") == 1);
}

#[test]
fn clouds_are_imported_where_github_refuses_its_token() {
    let everything = Everything::serve();
    let data = data();
    let faults: Vec<sandbox::server::Fault> = vec!["bad-token=always".parse().expect("a known fault")];
    everything.server.as_ref().expect("running").set_faults(faults);
    let ended = everything.import(data.path(), &["--all"]).with_code(3);
    assert!(ended.stderr.contains("failed: GitHub: ") && ended.stderr.contains("token"), "{}", ended.stderr);
    assert!(ledger_rows(data.path()).len() > 100);
}
