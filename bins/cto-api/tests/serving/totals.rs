//! Totals for monitoring systems, scraped and sent, over restarts and corrections.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};

use flate2::read::GzDecoder;
use model::Instant;
use model::records::{Deployment, ImportRun, Record};
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::metrics::v1::{metric, number_data_point};
use prost::Message as _;
use store::{Page, Store};

use crate::client::PATIENCE;
use crate::process::{Server, program, text};

fn at(day: u32) -> Instant {
    Instant::parse_rfc3339(&format!("2026-10-{day:02}T12:00:00Z")).expect("a time")
}

const PREFERENCE: &str = "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE";

/// Imports a deployment a day of these days, as they are known at the last one.
fn import(folder: &Path, run: i64, days: &[u32], environment: &str) {
    let store = Store::open(&text(&folder.join("cto.db"))).expect("opened");
    let deployment = |day: &u32| {
        Record::Deployment(Box::new(Deployment {
            id: format!("DE_{day}"),
            org: "acme".into(),
            repo: "shop".into(),
            environment: environment.into(),
            sha: format!("{day:040x}"),
            created_at: at(*day),
            started_at: Some(at(*day)),
            succeeded_at: Some(at(*day)),
            finished_at: Some(at(*day)),
            outcome: "success".into(),
            ..Deployment::default()
        }))
    };
    let records: Vec<Record> = days.iter().map(deployment).collect();
    let observed_at = at(20 + run as u32);
    let page = Page {
        scope: model::kinds::Scope::Deployments,
        subject: "R_1",
        records: &records,
        cursor: None,
        observed_at,
        run,
        generation: None,
        complete: false,
    };
    store.commit(&page).expect("stored");
    let run = ImportRun {
        run,
        scope: "deployments".into(),
        subject: "R_1".into(),
        label: "acme/shop".into(),
        outcome: "ok".into(),
        covered_to: Some(observed_at),
        ..ImportRun::default()
    };
    store.record_import(&run).expect("recorded");
}

/// A collector that takes everything, decoded: totals by name.
fn collector() -> (String, Receiver<BTreeMap<String, i64>>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.expect("a connection");
            let mut reader = BufReader::new(stream.try_clone().expect("the other half"));
            let mut length = 0;
            loop {
                let mut line = String::new();
                if reader.read_line(&mut line).expect("a line") == 0 || line == "\r\n" {
                    break;
                }
                if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
                    length = value.trim().parse().expect("a number");
                }
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).expect("a body");
            let mut bytes = Vec::new();
            GzDecoder::new(&*body).read_to_end(&mut bytes).expect("gzip");
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").expect("answered");
            if sender.send(totals(&bytes)).is_err() {
                return;
            }
        }
    });
    (format!("http://{address}/v1/metrics"), receiver)
}

fn totals(bytes: &[u8]) -> BTreeMap<String, i64> {
    let request = ExportMetricsServiceRequest::decode(bytes).expect("a message");
    let metrics = request.resource_metrics.into_iter().flat_map(|it| it.scope_metrics).flat_map(|it| it.metrics);
    let total = |metric: opentelemetry_proto::tonic::metrics::v1::Metric| {
        let Some(metric::Data::Sum(sum)) = metric.data else { return None };
        let value = |point: &number_data_point::Value| match point {
            number_data_point::Value::AsInt(value) => *value,
            number_data_point::Value::AsDouble(_) => panic!("totals are whole"),
        };
        Some((metric.name, sum.data_points.iter().filter_map(|it| it.value.as_ref()).map(value).sum()))
    };
    metrics.filter_map(total).collect()
}

/// What a server over the folder scrapes as, and sends to a collector, once.
fn told(folder: &Path, settings: &[(&str, &str)]) -> (String, BTreeMap<String, i64>) {
    let (address, received) = collector();
    let data = text(folder);
    let mut command = program(&["--data", &data]);
    command.env("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", address).envs(settings.iter().copied());
    let server = Server::run(command);
    server.wait_until_ready("/readyz", "");
    let sent = received.recv_timeout(PATIENCE).expect("something is sent");
    (server.get("/metrics").body, sent)
}

/// What a server sends of what came since, once it is taken down that it was sent: a server that is killed before that
/// sends it again.
fn told_since(folder: &Path) -> BTreeMap<String, i64> {
    let url = text(&folder.join("cto.db"));
    let noted = || Store::open_existing(&url).and_then(|store| store.told_series("collector")).expect("read").1;
    let before = noted();
    let (address, received) = collector();
    let data = text(folder);
    let mut command = program(&["--data", &data]);
    command.env("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", address).env(PREFERENCE, "delta");
    let _server = Server::run(command);
    let sent = received.recv_timeout(PATIENCE).expect("something is sent");
    let clock = std::time::Instant::now();
    while noted() <= before {
        assert!(clock.elapsed() < PATIENCE, "it is not taken down");
    }
    sent
}

fn deployments(scraped: &str) -> Vec<&str> {
    scraped.lines().filter(|line| line.starts_with("cto_deployments_total")).collect()
}

#[test]
fn totals_are_those_of_the_store_over_restarts_and_fall_for_no_correction() {
    let folder = tempfile::tempdir().expect("a folder");
    import(folder.path(), 1, &[1, 2, 3], "production");
    let to = "deployment_environment_name=\"production\"";
    let three = format!("cto_deployments_total{{service=\"acme/shop\",{to}}} 3");
    let (first, sent) = told(folder.path(), &[]);
    assert_eq!(deployments(&first), [three.as_str()]);
    assert_eq!(sent["cto.deployments"], 3);
    let (again, sent) = told(folder.path(), &[]);
    assert_eq!(deployments(&again), [three.as_str()], "a restart changes no total");
    assert_eq!(sent["deployment_frequency"], 3);
    // One of them turns out to have gone elsewhere, and another one comes late.
    import(folder.path(), 2, &[3], "staging");
    assert_eq!(deployments(&told(folder.path(), &[]).0), [three.as_str()], "what was told stays counted");
    import(folder.path(), 3, &[4, 5], "production");
    let (late, sent) = told(folder.path(), &[]);
    assert_eq!(deployments(&late), [three.replace(" 3", " 4").as_str()]);
    assert_eq!(sent["cto.deployments"], 4);
    let config = folder.path().join("config.yml");
    std::fs::write(&config, "otlp: {epoch: 2026-10-20}").expect("written");
    let config = text(&config);
    import(folder.path(), 4, &[5], "staging");
    let (anew, _) = told(folder.path(), &[("CONFIG_PATH", &config)]);
    assert_eq!(deployments(&anew), [three.as_str()], "from a new epoch on only what is true counts");
}

#[test]
fn deltas_add_up_to_what_is_in_the_store() {
    let folder = tempfile::tempdir().expect("a folder");
    import(folder.path(), 1, &[1, 2, 3], "production");
    assert_eq!(told_since(folder.path())["cto.deployments"], 3);
    import(folder.path(), 2, &[4], "production");
    assert_eq!(told_since(folder.path())["cto.deployments"], 1, "after a restart, what came since");
    let (scraped, sent) = told(folder.path(), &[]);
    assert!(deployments(&scraped)[0].ends_with(" 4"));
    assert_eq!(sent["cto.deployments"], 4);
}

/// Names of series that a query reads.
fn series_of(query: &str) -> Vec<String> {
    let words = query.split(|letter: char| !(letter.is_ascii_alphanumeric() || "_:".contains(letter)));
    let is_series = |word: &&str| {
        word.contains('_') && !word.contains(':') && !["histogram_quantile", "label_values"].contains(word)
    };
    let is_label = |word: &&str| ["team_id", "project_id", "ticket_type", "service_name"].contains(word);
    words.filter(is_series).filter(|word| !is_label(word)).map(str::to_owned).collect()
}

/// The queries of rules and dashboards that are shipped, by their files.
fn queries() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../config/deploy");
    let mut queries = Vec::new();
    let rules = std::fs::read_to_string(folder.join("prometheus-rules.yml")).expect("read");
    for line in rules.lines().filter_map(|line| line.trim().strip_prefix("expr: ")) {
        queries.push(("prometheus-rules.yml".to_owned(), line.to_owned()));
    }
    for file in std::fs::read_dir(folder.join("grafana")).expect("a folder") {
        let path = file.expect("a file").path();
        let dashboard: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).expect("read")).expect("JSON");
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        for panel in dashboard["panels"].as_array().expect("panels") {
            for target in panel["targets"].as_array().into_iter().flatten() {
                queries.push((name.clone(), target["expr"].as_str().expect("a query").to_owned()));
            }
        }
    }
    assert!(queries.len() > 20, "they were found");
    queries
}

#[test]
fn every_query_that_is_shipped_names_series_that_a_simulated_organisation_has() {
    let folder = tempfile::tempdir().expect("a folder");
    let organisation = sandbox::Organisation::generate(&sandbox::Options::new(3, sandbox::Size::Small));
    let url = format!("sqlite:{}", folder.path().join("cto.db").display());
    sandbox::write_store(&organisation, &url).expect("written");
    let config = folder.path().join("config.yml");
    std::fs::write(&config, organisation.config_yaml()).expect("written");
    let server = Server::ready(&["--store", &url, "--config", &text(&config)]);
    let scraped = server.get("/metrics").body;
    let names: std::collections::BTreeSet<&str> = scraped
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split(['{', ' ']).next())
        .collect();
    let documented = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/monitoring.md");
    let documented = std::fs::read_to_string(documented).expect("read");
    let families = scraped.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split_once(' ')).map(|it| it.0);
    let of_data = families.skip_while(|name| *name != "cto_deployments");
    for name in of_data {
        let name = name.strip_suffix("_seconds").or_else(|| name.strip_suffix("_minutes")).unwrap_or(name);
        assert!(documented.contains(name), "docs/monitoring.md does not say what {name} is");
    }
    for (file, query) in queries() {
        for series in series_of(&query) {
            assert!(names.contains(series.as_str()), "{file}: {query}: no series {series} among {names:?}");
        }
    }
}
