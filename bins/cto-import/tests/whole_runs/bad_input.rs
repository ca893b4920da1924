//! Bad input: one clear message, the right exit code, nothing lost, no secret.

use std::process::{Command, Stdio};

use sandbox::server::Config;
use sandbox::{Options, Size};

use crate::simulated::{Ended, HURRIED, Simulated, importer};

const SECRET: &str = "ghp_0123456789abcdefSECRET";

fn run(command: &mut Command) -> Ended {
    let ended = Ended::of(&command.output().expect("the program runs"));
    assert!(!ended.stdout.contains(SECRET) && !ended.stderr.contains(SECRET), "a secret was printed");
    ended
}

fn refused(flags: &[&str], variables: &[(&str, &str)], config: &str) -> Ended {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("config.yml");
    std::fs::write(&file, config).expect("a file can be written");
    let mut command = importer();
    command.current_dir(folder.path()).args(flags).args(["--config", "config.yml", "--data", "data"]);
    for (name, value) in variables {
        command.env(name, value);
    }
    run(&mut command)
}

fn small() -> Simulated {
    Simulated::serve(&Options { issues: Some(20), pull_requests: Some(20), ..Options::new(1, Size::Small) })
}

#[test]
fn no_organisation() {
    let ended = refused(&[], &[("GITHUB_TOKEN", SECRET)], "").with_code(2);
    insta::assert_snapshot!(ended.stderr, @"cto-import: no organisation: name it with --org, or as github.org in config.yml");
}

#[test]
fn no_token() {
    let ended = refused(&["--org", "acme"], &[], "").with_code(2);
    insta::assert_snapshot!(ended.stderr, @"cto-import: no credentials: set GITHUB_TOKEN to a token with the scopes repo, read:org and read:project, or configure a GitHub App as github.app in config.yml");
}

#[test]
fn plain_http_to_another_host_would_leak_the_token() {
    let variables = [("GITHUB_TOKEN", SECRET), ("GITHUB_API_URL", "http://github.example.com/api/v3")];
    let ended = refused(&["--org", "acme"], &variables, "").with_code(2);
    insta::assert_snapshot!(ended.stderr, @"cto-import: GITHUB_API_URL is plain http to github.example.com: that would leak the token to everyone on the way; use https");
}

#[test]
fn a_wrong_token_ends_the_run_at_once() {
    let config = Config { token: Some("another".to_owned()), ..Config::default() };
    let simulated = Simulated::serve_with(&Options { issues: Some(5), ..Options::new(1, Size::Small) }, config);
    let data = tempfile::tempdir().expect("a folder");
    let ended = run(simulated.importer(data.path()).args(["--org", "acme"]).env("GITHUB_TOKEN", SECRET)).with_code(1);
    assert!(ended.stderr.contains("cto-import: ") && ended.stderr.contains("token"), "{}", ended.stderr);
    assert!(simulated.counters().calls <= 1, "one refusal is enough: {:?}", simulated.counters());
}

#[test]
fn an_unknown_organisation_is_named() {
    let simulated = small();
    let data = tempfile::tempdir().expect("a folder");
    let ended = run(simulated.importer(data.path()).args(["--org", "acmee"])).with_code(1);
    assert!(ended.stderr.contains("acmee"), "{}", ended.stderr);
}

#[test]
fn an_unknown_repository_is_named_and_the_others_go_on() {
    let simulated = small();
    let data = tempfile::tempdir().expect("a folder");
    let known = simulated.organisation.view(simulated.organisation.end()).repositories[0].name.clone();
    let ended = simulated.import(data.path(), &["--repo", &format!("{known},nonesuch")]).with_code(3);
    assert!(ended.stderr.contains("acme/nonesuch"), "{}", ended.stderr);
}

#[test]
fn wrong_configurations_are_refused_with_their_place() {
    let token = [("GITHUB_TOKEN", SECRET)];
    for (config, said) in [
        ("github:\n  orgs: acme\n", "line 2, key github.orgs: unknown key `orgs`; did you mean `org`?"),
        ("github:\n  projects: 5\n", "line 2, key github.projects"),
        ("github: {projects: [{id: 1}, {id: 1}]}", "listed twice"),
        ("github: {projects: [{name: Platform}]}", "a project needs its id"),
        ("import: {concurrency: 0}", "between 1 and 100"),
    ] {
        let ended = refused(&["--org", "acme"], &token, config).with_code(2);
        assert!(ended.stderr.contains(said), "{config}: {}", ended.stderr);
    }
}

#[test]
fn wrong_flags_are_usage_errors() {
    for flags in
        [&["--since", "yesterday"][..], &["--concurrency", "0"], &["--ful"], &["--full", "--since", "2026-01-01"]]
    {
        assert_eq!(refused(flags, &[], "").code, 2, "{flags:?}");
    }
    let ended = refused(&["--help"], &[], "").with_code(0);
    assert!(ended.stdout.contains("GITHUB_TOKEN") && ended.stdout.contains("Exit codes"), "{}", ended.stdout);
}

#[test]
fn a_file_that_is_no_store_and_a_store_of_a_newer_version_are_refused() {
    let simulated = small();
    let data = tempfile::tempdir().expect("a folder");
    let file = data.path().join("cto.db");
    std::fs::write(&file, "this is no database, however long it may be; and it is longer than a header".repeat(20))
        .expect("written");
    let ended = simulated.import(data.path(), &[]).with_code(1);
    assert!(ended.stderr.contains("cto.db"), "{}", ended.stderr);
    assert!(std::fs::read_to_string(&file).expect("still there").starts_with("this is no database"));
}

#[test]
fn a_data_folder_that_cannot_be_made_is_named() {
    let simulated = small();
    let folder = tempfile::tempdir().expect("a folder");
    let occupied = folder.path().join("occupied");
    std::fs::write(&occupied, "a file").expect("written");
    let config = folder.path().join("config.yml");
    std::fs::write(&config, HURRIED).expect("written");
    let mut command = importer();
    command.env("GITHUB_TOKEN", SECRET).env("GITHUB_API_URL", simulated.url()).args(["--org", "acme", "--config"]);
    let ended = run(command.arg(config).arg("--data").arg(occupied.join("data"))).with_code(1);
    assert!(ended.stderr.contains("occupied"), "{}", ended.stderr);
}

#[test]
fn an_interrupted_import_is_tidy_and_goes_on() {
    let faults = vec!["slow=always,150".parse().expect("a known fault")];
    let config = Config { faults, ..Config::default() };
    let simulated = Simulated::serve_with(&Options::new(1, Size::Small), config);
    let data = tempfile::tempdir().expect("a folder");
    let mut command = simulated.importer(data.path());
    let child = command.args(["--org", "acme", "--concurrency", "1"]).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = child.spawn().expect("the program starts");
    // What the server has, its repositories, boards and deliveries were asked for.
    while simulated.counters().calls < 5 {
        std::thread::yield_now();
    }
    let interrupt = Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill runs");
    assert!(interrupt.success());
    let ended = Ended::of(&child.wait_with_output().expect("the program ends")).with_code(3);
    assert!(ended.stderr.contains("the next import goes on from here"), "{}", ended.stderr);
    simulated.breaks(&[]);
    simulated.import(data.path(), &[]).with_code(0);
}

#[test]
fn no_secret_is_logged_at_any_level() {
    let simulated = small();
    let data = tempfile::tempdir().expect("a folder");
    let mut command = simulated.importer(data.path());
    run(command.args(["--org", "acme"]).env("GITHUB_TOKEN", SECRET).env("RUST_LOG", "trace")).with_code(0);
    for entry in std::fs::read_dir(data.path()).expect("readable") {
        let bytes = std::fs::read(entry.expect("an entry").path()).expect("readable");
        assert!(!bytes.windows(SECRET.len()).any(|window| window == SECRET.as_bytes()), "a secret was stored");
    }
}
