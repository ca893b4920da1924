//! The program as people run it.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};

use assert_cmd::cargo::cargo_bin_cmd;

fn binary() -> Command {
    Command::new(assert_cmd::cargo::cargo_bin!("cto-sandbox"))
}

#[test]
fn what_is_asked_for_is_written_and_the_program_ends() {
    let folder = tempfile::tempdir().expect("folder");
    let path = |name: &str| folder.path().join(name).display().to_string();
    let mut command = cargo_bin_cmd!("cto-sandbox");
    command.args(["-seed", "5", "--size", "small", "--write-truth", &path("truth"), "-write-csv", &path("csv")]);
    command.args(["--write-config", &path("config.yml"), "--write-store", &format!("sqlite:{}", path("cto.db"))]);
    command.assert().success().stdout("");
    assert!(fs::read_to_string(path("truth/truth_issue.csv")).expect("truth").lines().count() > 300);
    assert!(fs::read_to_string(path("csv/issue.csv")).expect("raw table").lines().count() > 300);
    let text = fs::read_to_string(path("config.yml")).expect("configuration");
    let config = config_model::Config::from_yaml(&text, "config.yml").expect("the configuration is accepted");
    assert_eq!((config.github.org.as_deref(), config.github.projects.len()), (Some("acme"), 2));
    assert_eq!((config.azure.subscriptions.len(), config.gcp.billing_dataset.as_deref()), (2, Some("billing_export")));
    assert!(config.azure.endpoint.is_none() && config.cloudspending.is_some());
    assert!(fs::metadata(path("cto.db")).expect("store").len() > 0);
    let lines = |name: &str| fs::read_to_string(path(name)).expect("file").lines().count();
    assert_eq!(lines("truth/invoices.csv"), 1 + 3 * 31);
    assert!(lines("csv/cloud_costs.csv") > 500);
}

/// Starts a tiny organisation with more arguments; gives the process and the address that it says.
fn serve(arguments: &[&str]) -> (Child, String) {
    let mut command = binary();
    command.args(["--listen", "127.0.0.1:0", "--size", "tiny"]).args(arguments).stdout(Stdio::piped());
    let mut child = command.spawn().expect("started");
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("piped")).read_line(&mut line).expect("a line");
    let address = line.trim().strip_prefix("listening on http://").expect("the line says where").to_owned();
    (child, address)
}

fn get(address: &str, path: &str) -> String {
    let mut connection = TcpStream::connect(address).expect("it listens");
    write!(connection, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").expect("sent");
    let mut reply = String::new();
    connection.read_to_string(&mut reply).expect("a reply");
    reply
}

#[test]
fn the_address_that_was_bound_is_printed_and_answers() {
    let (mut child, address) = serve(&[]);
    let reply = get(&address, "/rate_limit");
    child.kill().expect("ended");
    child.wait().expect("ended");
    assert!(reply.starts_with("HTTP/1.1 "), "{reply}");
}

#[test]
fn clouds_answer_at_the_same_address_and_the_key_names_it() {
    let folder = tempfile::tempdir().expect("folder");
    let key = folder.path().join("key.json");
    let (mut child, address) = serve(&["--write-google-key", &key.display().to_string(), "--fault", "azure-slow=1"]);
    let reply = get(&address, "/subscriptions/x?api-version=2022-12-01");
    child.kill().expect("ended");
    child.wait().expect("ended");
    assert!(reply.starts_with("HTTP/1.1 401 ") && reply.contains("AuthenticationFailed"), "{reply}");
    let text = fs::read_to_string(&key).expect("written before it says that it listens");
    assert!(text.contains(&format!("http://{address}/token")), "no token address");
    #[cfg(unix)]
    assert_eq!(std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&key).expect("key").permissions()) & 0o777, 0o600);
}

#[test]
fn gitlab_answers_at_the_same_address_and_its_configuration_names_it() {
    let folder = tempfile::tempdir().expect("folder");
    let file = folder.path().join("config.yml");
    let (mut child, address) = serve(&["--gitlab", "--write-config", &file.display().to_string()]);
    let gitlab = get(&address, "/api/v4/groups/acme");
    let github = get(&address, "/orgs/acme");
    child.kill().expect("ended");
    child.wait().expect("ended");
    assert!(gitlab.starts_with("HTTP/1.1 401 ") && gitlab.contains("401 Unauthorized"), "{gitlab}");
    assert!(github.contains("Bad credentials"), "{github}");
    let text = fs::read_to_string(&file).expect("written before it says that it listens");
    let config = config_model::Config::from_yaml(&text, "config.yml").expect("the configuration is accepted");
    assert_eq!((config.gitlab.address(), config.github.org.as_deref()), (format!("http://{address}").as_str(), None));
    assert_eq!((config.gitlab.groups, config.gitlab.boards.len()), (vec!["acme".to_owned()], 1));
}

#[cfg(unix)]
#[test]
fn an_interruption_ends_it_with_code_zero_and_the_recording_is_whole() {
    for signal in ["-INT", "-TERM"] {
        let folder = tempfile::tempdir().expect("folder");
        let record = folder.path().join("recorded");
        let (mut child, address) = serve(&["--record", &record.display().to_string()]);
        get(&address, "/orgs/acme");
        let sent = Command::new("kill").args([signal, &child.id().to_string()]).status().expect("run");
        assert!(sent.success());
        assert_eq!(child.wait().expect("ended").code(), Some(0), "{signal}");
        let text = fs::read_to_string(record.join("0001-GET-orgs-acme.json")).expect("recorded");
        assert!(text.contains("Bad credentials"), "{text}");
    }
}

#[test]
fn a_port_that_is_taken_and_a_folder_that_is_not_empty_are_named_with_code_one() {
    let failure = |arguments: &[&str]| {
        let output = binary().args(["--size", "tiny"]).args(arguments).output().expect("run");
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        String::from_utf8(output.stderr).expect("text")
    };
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = taken.local_addr().expect("bound").to_string();
    let stderr = failure(&["--listen", &address]);
    assert!(stderr.contains(&format!("cannot listen at {address}: another program listens there")), "{stderr}");

    let folder = tempfile::tempdir().expect("folder");
    let place = folder.path().display().to_string();
    fs::write(folder.path().join("0001-Old.json"), "{}").expect("written");
    let stderr = failure(&["--record", &place]);
    assert!(stderr.contains(&format!("{place} is not empty")), "{stderr}");
}

#[test]
fn wrong_usage_is_told_with_code_two() {
    let stderr = |arguments: &[&str]| {
        let output = binary().args(arguments).output().expect("run");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        String::from_utf8(output.stderr).expect("text")
    };
    assert!(stderr(&["--fault", "gitlab-429"]).contains("need --gitlab"));
    assert!(stderr(&["--gitlab", "--fault", "lost-status-events"]).contains("GitLab loses no events"));
    assert!(stderr(&["--iterations"]).contains("--gitlab"));
    assert!(stderr(&["--size", "huge"]).contains("use demo, tiny, small, medium or large"));
    assert!(stderr(&["--fault", "no-such-thing"]).contains("there is no fault `no-such-thing`"));
    assert!(stderr(&["--fault", "no-such-thing"]).contains("azure-bad-secret"));
    assert!(stderr(&["--fault", "lost-status-events=2"]).contains("a share from 0 to 1"));
    assert!(stderr(&["--fault", "azure-429=soon"]).contains("a number of seconds"));
    for quota in ["12", "12,60", "12,60,0", "12,60,600,1", "a,b,c"] {
        assert!(stderr(&["--azure-quota", quota]).contains("three whole numbers"), "{quota}");
    }
}

#[test]
fn a_folder_that_cannot_be_written_is_named_with_code_one() {
    let file = tempfile::NamedTempFile::new().expect("file");
    let below = file.path().join("below");
    let output = binary().args(["--size", "small", "--write-csv"]).arg(&below).output().expect("run");
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains(&below.display().to_string()));
}

#[test]
fn help_names_every_fault_and_completions_are_printed() {
    let help = binary().arg("--help").output().expect("run");
    let text = String::from_utf8(help.stdout).expect("text");
    assert!(
        ["bad-gateway-above", "lost-status-events", "azure-no-role", "google-job-slow", "gitlab-moving-items"]
            .iter()
            .all(|name| text.contains(name)),
        "{text}"
    );
    let completions = binary().args(["--completions", "bash"]).output().expect("run");
    assert!(String::from_utf8_lossy(&completions.stdout).contains("--write-truth"));
    assert!(completions.status.success());
}

#[test]
fn a_history_is_as_long_as_asked_for_and_ends_when_asked_for() {
    let folder = tempfile::tempdir().expect("folder");
    let created = |end: &str, months: &str| {
        let path = folder.path().join(end.replace(':', "-")).display().to_string();
        let mut command = cargo_bin_cmd!("cto-sandbox");
        command.args(["--size", "small", "--end", end, "--months", months, "--write-csv", &path]);
        command.assert().success();
        let mut reader = csv::Reader::from_path(format!("{path}/issue.csv")).expect("issues");
        let column = reader.headers().expect("a header").iter().position(|name| name == "created_at");
        let mut all: Vec<String> =
            reader.records().map(|row| row.expect("a row")[column.expect("created")].to_owned()).collect();
        all.sort();
        (all[0].clone(), all[all.len() - 1].clone())
    };
    let (first, last) = created("2025-03-02T12:00:00Z", "5");
    assert!(("2024-09-30".."2024-11").contains(&first.as_str()), "{first}");
    assert!(("2025-02".."2025-03-02T12:00:01Z").contains(&last.as_str()), "{last}");
    let (_, last) = created("yesterday", "3");
    assert!(last.as_str() > "2026-11", "{last}");
    cargo_bin_cmd!("cto-sandbox").args(["--end", "tomorrow"]).assert().failure();
}

#[test]
fn there_are_as_many_issues_as_asked_for() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().display().to_string();
    cargo_bin_cmd!("cto-sandbox").args(["--size", "tiny", "--issues", "7", "--write-csv", &path]).assert().success();
    let mut reader = csv::Reader::from_path(folder.path().join("issue.csv")).expect("issues");
    assert_eq!(reader.records().count(), 7);
    cargo_bin_cmd!("cto-sandbox").args(["--issues", "0"]).assert().failure();
}

#[test]
fn a_reader_that_has_gone_away_changes_neither_the_files_nor_the_code() {
    let folder = tempfile::tempdir().expect("folder");
    let code = |arguments: &[&str]| {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let mut command = binary();
        command.args(["--size", "tiny"]).args(arguments);
        command.stdout(writer.try_clone().expect("another end")).stderr(writer);
        command.status().expect("run").code()
    };
    assert_eq!(code(&["--write-csv", &folder.path().join("csv").display().to_string()]), Some(0));
    assert!(folder.path().join("csv/issue.csv").exists());
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    assert_eq!(code(&["--listen", &taken.local_addr().expect("bound").to_string()]), Some(1));
    assert_eq!(code(&["--size", "huge"]), Some(2));
}
