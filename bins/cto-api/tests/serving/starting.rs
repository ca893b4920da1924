use std::fs;
use std::net::TcpListener;

use insta::assert_snapshot;

use crate::process::{Server, complaint, fixture, program, text};

const FREE: [&str; 2] = ["--addr", "127.0.0.1:0"];

fn complained(arguments: &[&str]) -> String {
    complaint(program(&[&FREE, arguments].concat()))
}

#[test]
fn a_folder_without_data_and_a_missing_store_say_where_data_comes_from() {
    assert_snapshot!(complained(&[]), @r"
    exit 1
    cto-api: data holds neither a store (cto.db) nor raw CSV files (issue.csv, pr.csv, cloud_costs.csv): run cto-import first, or name the folder with --data or the store with --store
    ");
    assert_snapshot!(complained(&["--store", "sqlite:nowhere.db"]), @r"
    exit 1
    cto-api: store nowhere.db does not exist: run cto-import first, or name another store with --store
    ");
    assert_snapshot!(complained(&["--store", "mysql://ada:hush@host/name"]), @r"
    exit 1
    cto-api: store mysql://…@host/name: this kind of store is not supported: use sqlite:PATH or a plain path
    ");
}

#[test]
fn with_wait_a_folder_without_data_is_served_from_its_first_import_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let server = Server::start(&["--data", &text(&data), "--wait", "--reload-seconds", "1"]);
    assert_eq!(server.get("/healthz").status, 200);
    for path in ["/readyz", "/api/v1/meta", "/api/v1/flow/summary"] {
        let answer = server.get(path);
        assert_eq!(answer.status, 503, "{path}: {}", answer.body);
        assert!(answer.body.contains("run cto-import") && answer.body.contains(r#""waits_for":"import""#), "{path}");
    }
    fs::create_dir(&data).expect("made");
    drop(store::Store::open(&text(&data.join("cto.db"))).expect("made"));
    server.wait_until_ready("/readyz", "");
    assert_eq!(server.get("/api/v1/meta").status, 200);
}

#[test]
fn with_wait_what_is_there_and_cannot_be_served_still_ends_the_program() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("cto.db"), "no database, but long enough to be looked at as one").expect("written");
    let complaint = complained(&["--wait", "--data", &text(folder.path())]);
    assert!(complaint.starts_with("exit 1\n") && complaint.contains("is not a database of cto-metrics"), "{complaint}");
}

#[test]
fn a_file_that_is_no_store_and_a_store_of_a_newer_version_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("cto.db");
    fs::write(&file, "no database, but long enough to be looked at as one").expect("written");
    let complaint = complained(&["--data", &text(folder.path())]).replace(&text(folder.path()), "DIR");
    assert!(
        complaint.starts_with(
            "exit 1\ncto-api: store DIR/cto.db is not a database of cto-metrics: name another file with --store"
        ),
        "{complaint}"
    );
    fs::remove_file(&file).expect("removed");
    drop(store::Store::open(&text(&file)).expect("made"));
    let mut bytes = fs::read(&file).expect("read");
    // The version of the schema: 4 bytes at 60 in the head of a database.
    bytes[60..64].copy_from_slice(&99_u32.to_be_bytes());
    fs::write(&file, bytes).expect("written");
    let complaint = complained(&["--data", &text(folder.path())]);
    assert!(
        complaint.starts_with("exit 1\n") && complaint.contains("written by a newer version (schema 99"),
        "{complaint}"
    );
}

#[test]
fn a_folder_that_neither_rule_set_reads_ends_the_program_with_the_reason() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("pr.csv"), "org;repo\n").expect("written");
    assert_snapshot!(complained(&["--data", &text(folder.path())]), @r"
    exit 1
    cto-api: pr.csv line 1 looks separated by semicolons: save it again with commas
    ");
}

#[test]
fn wrong_flags_and_settings_are_told_with_code_two_before_anything_is_opened() {
    assert_snapshot!(complaint(program(&["--addr", "0.0.0.0:0"])), @r"
    exit 2
    cto-api: other computers can reach 0.0.0.0:0, and there is no authentication: set CTO_API_TOKENS for bearer tokens, or CTO_API_USER and CTO_API_PASSWORD for basic, or say --auth none where a reverse proxy asks who it is, or listen at 127.0.0.1
    ");
    assert_snapshot!(complaint(program(&["--addr", "0.0.0.0:0", "--auth", "none"])), @r"
    exit 2
    cto-api: --auth none at 0.0.0.0:0 needs the host names that browsers ask for: --host cto.acme.example, CTO_API_HOST or server.hosts
    ");
    assert_snapshot!(complained(&["--auth", "bearer"]), @r"
    exit 2
    cto-api: bearer authentication has no tokens: put them into CTO_API_TOKENS, or into a file that --tokens-file or server.tokens_file names
    ");
    assert_snapshot!(complaint(program(&["--addr", ":8080"])), @r"
    exit 2
    cto-api: `:8080` is no address to listen at: write 127.0.0.1:8080 for this computer, 0.0.0.0:8080 for all networks (--addr, server.addr)
    ");
    let file = fixture("tables/raw/pr.csv");
    let complaint = complained(&["--config", &text(&file)]);
    assert!(complaint.starts_with("exit 2\n"), "{complaint}");
    assert!(complained(&["--config", "nowhere.yml"]).starts_with("exit 2\ncto-api: nowhere.yml: cannot be read"));
    for wrong in [["--auth", "ldap"], ["--rules", "scrum"], ["--reload-seconds", "soon"], ["--connections", "0"]] {
        let complaint = complained(&wrong);
        assert!(complaint.starts_with("exit 2\n") && complaint.contains(wrong[0]), "{complaint}");
    }
    assert_snapshot!(complained(&["--data", &text(&fixture("tables/raw")), "--ui", "nowhere"]), @r"
    exit 2
    cto-api: nowhere holds no index.html: build the dashboard with `just ui` and name ui/dist, or leave --ui away for the one that is built in
    ");
    let raw = text(&fixture("tables/raw"));
    for wrong in [["--base-path", "cto"], ["--frame-ancestors", "'self'; script-src *"], ["--host", "http://x"]] {
        let complaint = complained(&[&["--data", raw.as_str()], &wrong[..]].concat());
        assert!(complaint.starts_with("exit 2\n"), "{complaint}");
    }
}

#[test]
fn a_port_that_is_taken_is_named_with_code_one() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = taken.local_addr().expect("bound").to_string();
    let complaint = complaint(program(&["--data", &text(&fixture("tables/raw")), "--addr", &address]));
    let expected = format!("exit 1\ncto-api: cannot listen at {address}: another program listens there");
    assert!(complaint.starts_with(&expected), "{complaint}");
}

#[test]
fn settings_come_from_flags_above_the_environment_above_the_configuration() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = folder.path().join("config.yml");
    fs::write(&config, "server: {base_path: /from-file, addr: '127.0.0.1:0'}\n").expect("written");
    let start = |variables: &[(&str, &str)], flags: &[&str]| {
        let mut command = program(&["--config", &text(&config), "--data", &text(&fixture("tables/raw"))]);
        command.args(flags).envs(variables.iter().copied());
        let server = Server::run(command);
        ["/from-file", "/from-server-variable", "/from-variable", "/from-flag"]
            .into_iter()
            .filter(|base_path| server.get(&format!("{base_path}/healthz")).status == 200)
            .collect::<Vec<_>>()
    };
    let general = ("CTO_SERVER__BASE_PATH", "/from-server-variable");
    let own = ("CTO_API_BASE_PATH", "/from-variable");
    assert_eq!(start(&[], &[]), ["/from-file"]);
    assert_eq!(start(&[general], &[]), ["/from-server-variable"]);
    assert_eq!(start(&[general, own], &[]), ["/from-variable"]);
    assert_eq!(start(&[general, own], &["--base-path", "/from-flag"]), ["/from-flag"]);
}

#[test]
fn help_names_the_secrets_and_completions_are_printed() {
    let mut help = program(&["--help"]);
    help.env("CTO_API_STORE", "postgres://ada:hush@host/name");
    let output = help.output().expect("run");
    let text = String::from_utf8(output.stdout).expect("text");
    assert!(text.contains("CTO_API_TOKENS") && text.contains("--trusted-proxy"), "{text}");
    assert!(!text.contains("hush"), "values of the environment are not shown");
    let completions = program(&["--completions", "bash"]).output().expect("run");
    assert!(String::from_utf8_lossy(&completions.stdout).contains("--base-path"));
    assert!(completions.status.success());
}
