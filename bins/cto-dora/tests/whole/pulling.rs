//! Whole runs against a simulated GitHub: what it tells by REST in a case is told by GraphQL, and comes to the same.

use std::path::Path;
use std::process::Output;

use clap::Parser as _;
use command_line::Outcome;
use dora_compat::{Gathering, Pulls, Rows};
use model::records::Scope;
use sandbox::server::{Config, Server};
use sandbox::view::{Repository, View};
use store::Store;

use crate::cases::{cases, comparable};
use crate::program::stderr;
use crate::{program, told};

/// Runs the program against a server.
fn run(server: &Server, folder: &Path, arguments: &[&str]) -> Output {
    program::run(folder, arguments, &[("GITHUB_API_URL", &server.url()), ("GITHUB_TOKEN", "token-of-the-tests")])
}

/// The rows that a store's report rests on.
fn rows_of(store: &Path) -> Rows {
    let store = Store::open_existing(store.to_str().unwrap()).unwrap();
    let pulls = Pulls::read(store.cursor(Scope::Repositories, Pulls::SUBJECT).unwrap().as_deref());
    let mut gathering = Gathering::new(&pulls, None, None);
    store.merged_pull_requests(&gathering.branches(), &mut |record| gathering.pull_request(&record)).unwrap();
    for record in store.deployments_to(&gathering.environments()).unwrap() {
        gathering.deployment(&record);
    }
    for record in store.published_releases().unwrap() {
        gathering.release(&record);
    }
    gathering.into_rows()
}

/// Their rows as ours can be: GraphQL counts the files of every pull request, knows deployments by another id, and
/// releases by the commit of their tag.
fn as_told_by_graphql(mut rows: Rows, is_of_releases: bool) -> Rows {
    for row in &mut rows.pull_requests {
        row.changed_files = row.changed_files.or(Some(0));
    }
    for row in &mut rows.deployments {
        row.deployment_id = None;
        if is_of_releases {
            row.sha = String::new();
        }
    }
    rows.pull_requests.sort_by(|a, b| (&a.repo, a.number).cmp(&(&b.repo, b.number)));
    rows.deployments.sort_by(|a, b| (&a.repo, &a.created_at).cmp(&(&b.repo, &b.created_at)));
    rows
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_told_by_graphql_gives_the_rows_and_the_report_that_rest_gives() {
    for case in cases().into_iter().filter(|case| case.folder.join("exchanges.json").is_file()) {
        let server = Server::start(told::view(&case), Config::default()).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let pull = case.pull.as_ref().unwrap();
        let arguments = [
            "pull",
            "--repo",
            &pull.repo,
            "--since",
            &pull.since,
            "--base",
            &pull.base,
            "--environment",
            &pull.environment,
            "--source",
            &pull.source,
        ];
        let first = run(&server, folder.path(), &arguments);
        assert_eq!(first.status.code(), Some(0), "{}", stderr(&first));
        let calls_first = server.counters().calls;

        let theirs = store::dora_database::read(&case.folder.join("dora.db")).unwrap().unwrap();
        let theirs = as_told_by_graphql(theirs, pull.source == "releases");
        let ours = as_told_by_graphql(rows_of(&folder.path().join("dora.db")), pull.source == "releases");
        assert_eq!(ours, theirs, "{}", case.folder.display());

        for (format, ending) in [("json", "json"), ("csv", "csv"), ("table", "txt")] {
            let weeks = case.weeks.to_string();
            let report = ["report", "--now", &case.now, "--weeks", &weeks, "--format", format];
            let reported = run(&server, folder.path(), &report);
            assert_eq!(reported.status.code(), Some(0), "{}", stderr(&reported));
            let expected = std::fs::read_to_string(case.folder.join(format!("report-default.{ending}"))).unwrap();
            assert_eq!(comparable(&String::from_utf8(reported.stdout).unwrap()), comparable(&expected), "{ending}");
        }

        let second = run(&server, folder.path(), &arguments);
        assert_eq!(second.status.code(), Some(0), "{}", stderr(&second));
        let calls_second = server.counters().calls - calls_first;
        eprintln!("{}: {calls_first} calls, then {calls_second}", case.folder.display());
        assert!(calls_second <= 2, "{calls_second} calls: {:?}", server.counters().by_operation);
        assert!(calls_first <= 6, "{calls_first} calls: {:?}", server.counters().by_operation);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_api_shows_takes_the_place_of_what_was_loaded_from_a_database() {
    for case in cases().into_iter().filter(|case| case.folder.join("exchanges.json").is_file()) {
        let server = Server::start(told::view(&case), Config::default()).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let (data, theirs) = (folder.path().join("data"), case.folder.join("dora.db"));
        let load = || {
            let flags = ["cto-import", "--from-dora", theirs.to_str().unwrap(), "--data", data.to_str().unwrap()];
            assert_eq!(cto_import::run(&cto_import::Arguments::try_parse_from(flags).unwrap()), Outcome::Done);
        };
        load();
        let loaded = rows_of(&data.join("cto.db"));
        let pull = case.pull.as_ref().unwrap();
        let arguments =
            ["pull", "--db", "data/cto.db", "--repo", &pull.repo, "--since", &pull.since, "--source", &pull.source];
        let pulled = run(&server, folder.path(), &arguments);
        assert_eq!(pulled.status.code(), Some(0), "{}", stderr(&pulled));
        let is_of_releases = pull.source == "releases";
        let ours = as_told_by_graphql(rows_of(&data.join("cto.db")), is_of_releases);
        assert_eq!(ours, as_told_by_graphql(loaded, is_of_releases), "{}", case.folder.display());
        // And the other way round: what the API has shown stays.
        load();
        assert_eq!(
            as_told_by_graphql(rows_of(&data.join("cto.db")), is_of_releases),
            ours,
            "{}",
            case.folder.display()
        );
    }
}

/// An organisation with a repository in which nothing ever happened.
fn quiet() -> View {
    let repository =
        Repository { id: "R_1".into(), name: "api".into(), default_branch: "main".into(), ..Repository::default() };
    View {
        now: model::Instant::parse_rfc3339("2026-07-25T00:00:00Z").unwrap(),
        org: "acme".into(),
        repositories: vec![repository],
        ..View::default()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_repository_that_is_not_there_is_named_and_the_others_are_pulled() {
    let server = Server::start(quiet(), Config::default()).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    for (repositories, code) in [(&["acme/api"][..], 0), (&["acme/web", "acme/api"], 3), (&["acme/web"], 1)] {
        let mut arguments = vec!["pull", "--since", "2026-06-10"];
        arguments.extend(repositories.iter().flat_map(|name| ["--repo", name]));
        let pulled = run(&server, folder.path(), &arguments);
        let told = stderr(&pulled);
        assert_eq!(pulled.status.code(), Some(code), "{told}");
        let is_named = told.contains("there is no repository acme/web, or the token may not see it");
        assert_eq!(is_named, code != 0, "{told}");
    }
    let store = Store::open_existing(folder.path().join("dora.db").to_str().unwrap()).unwrap();
    let pulls = Pulls::read(store.cursor(Scope::Repositories, Pulls::SUBJECT).unwrap().as_deref());
    assert_eq!(pulls.0.keys().collect::<Vec<_>>(), ["acme/api"]);
    let reported = run(&server, folder.path(), &["report", "--format", "json", "--extended"]);
    let report: serde_json::Value = serde_json::from_slice(&reported.stdout).unwrap();
    let members: std::collections::BTreeSet<&str> = report.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(members.into_iter().collect::<Vec<_>>(), ["bot_policy", "cto", "metrics", "since"]);
    assert_eq!(report["cto"]["version"], env!("CARGO_PKG_VERSION"));
    let coverage = report["cto"]["coverage"].as_array().unwrap();
    let scopes: Vec<&str> = coverage.iter().map(|it| it["scope"].as_str().unwrap()).collect();
    assert_eq!(scopes, ["deployments", "pull_requests"]);
    assert!(coverage.iter().all(|it| it["repo"] == "acme/api" && it["to"].is_string()), "{coverage:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_left_out_is_not_asked_for() {
    let server = Server::start(quiet(), Config::default()).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let pull = |flags: &[&str]| {
        let mut arguments = vec!["pull", "--repo", "acme/api", "--since", "2026-06-10T00:00:00"];
        arguments.extend(flags);
        let pulled = run(&server, folder.path(), &arguments);
        (pulled.status.code(), stderr(&pulled))
    };
    let (code, told) = pull(&["--skip-prs", "--skip-deployments"]);
    assert_eq!(code, Some(2), "{told}");
    assert!(told.contains("nothing is left to pull"), "{told}");
    let (code, told) = pull(&["--skip-prs", "--environment", "staging"]);
    assert_eq!(code, Some(0), "{told}");
    let (code, told) = pull(&["--skip-deployments", "--base", "develop"]);
    assert_eq!(code, Some(0), "{told}");
    let store = Store::open_existing(folder.path().join("dora.db").to_str().unwrap()).unwrap();
    let pulls = Pulls::read(store.cursor(Scope::Repositories, Pulls::SUBJECT).unwrap().as_deref());
    let pulled = &pulls.0["acme/api"];
    assert_eq!(pulled.branches.iter().collect::<Vec<_>>(), ["develop"]);
    assert_eq!(pulled.environments.iter().collect::<Vec<_>>(), ["staging"]);
    assert!(!pulled.releases);
}
