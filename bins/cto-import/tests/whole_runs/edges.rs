//! What is around the program: readers that go away, signals, names that would steer a terminal.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::time::Duration;

use sandbox::server::Config;
use sandbox::{Options, Size};

use crate::simulated::{Simulated, assert_same_tables, importer};

fn small(seed: u64) -> Options {
    Options { issues: Some(60), pull_requests: Some(40), ..Options::new(seed, Size::Small) }
}

/// Both standard streams go to a reader that is not there any more.
fn unheard(command: &mut Command) -> &mut Command {
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    command.stdout(writer.try_clone().expect("another end")).stderr(writer)
}

#[test]
fn a_reader_that_has_gone_away_does_not_end_an_import() {
    let simulated = Simulated::serve(&small(71));
    let (heard, silent) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    simulated.import(heard.path(), &[]).with_code(0);
    let mut command = simulated.importer(silent.path());
    command.args(["--org", "acme"]).env("RUST_LOG", "debug");
    assert_eq!(unheard(&mut command).status().expect("the program runs").code(), Some(0));
    assert_same_tables(heard.path(), silent.path(), "nobody reads");
}

#[test]
fn a_reader_that_has_gone_away_does_not_change_the_code_of_a_failure() {
    let simulated = Simulated::serve(&small(71));
    let data = tempfile::tempdir().expect("a folder");
    let mut command = simulated.importer(data.path());
    command.args(["--org", "nobody"]);
    assert_eq!(unheard(&mut command).status().expect("the program runs").code(), Some(1));
    for (flags, code) in [(["--no-such-flag"], 2), (["--help"], 0), (["--dry-run"], 2)] {
        let status = unheard(importer().current_dir(data.path()).args(flags)).status().expect("the program runs");
        assert_eq!(status.code(), Some(code), "{flags:?}");
    }
}

#[cfg(unix)]
#[test]
fn a_signal_ends_an_import_after_the_page_under_way_and_what_was_stored_is_published() {
    for signal in ["-TERM", "-INT"] {
        let faults = vec!["slow=always,5".parse().expect("a known fault")];
        let simulated = Simulated::serve_with(&Options::new(11, Size::Small), Config { faults, ..Config::default() });
        let data = tempfile::tempdir().expect("a folder");
        let mut command = simulated.importer(data.path());
        let mut child = command.args(["--org", "acme"]).stdout(Stdio::null()).stderr(Stdio::piped()).spawn();
        let child = child.as_mut().expect("the program starts");
        while simulated.counters().calls < 12 && child.try_wait().expect("the child can be asked").is_none() {
            std::thread::sleep(Duration::from_millis(1));
        }
        let sent = Command::new("kill").args([signal, &child.id().to_string()]).status().expect("kill runs");
        assert!(sent.success());
        let said = std::io::read_to_string(child.stderr.take().expect("piped")).expect("text");
        assert_eq!(child.wait().expect("ended").code(), Some(3), "{signal}: {said}");
        assert!(said.contains("interrupted: finishing the page under way"), "{signal}: {said}");
        let runs = std::fs::read_to_string(data.path().join("import_run.csv")).expect("published");
        assert!(runs.contains(",interrupted,"), "{signal}: {runs}");
        simulated.import(data.path(), &[]).with_code(0);
    }
}

#[test]
fn names_do_not_steer_the_terminal_and_are_data_as_they_are() {
    const NAME: &str = "Board \u{1b}[2J\u{1b}]0;owned\u{7}\r\n::error::forged \u{202e}drawkcab";
    let simulated = Simulated::serve(&small(72));
    let data = tempfile::tempdir().expect("a folder");
    simulated.changes(|view| view.projects[0].title = NAME.to_owned());
    let dry = simulated.import(data.path(), &["--dry-run"]).with_code(0);
    let ended = simulated.import(data.path(), &[]).with_code(0);
    for text in [&dry.stdout, &dry.stderr, &ended.stdout, &ended.stderr] {
        let unfit = |letter: char| (letter.is_control() && letter != '\n') || letter == '\u{202e}';
        assert!(!text.contains(unfit) && !text.contains("\n::error"), "{text:?}");
    }
    assert!(ended.stderr.contains("Board \\u{1b}[2J"), "{}", ended.stderr);
    let stored = std::fs::read_to_string(data.path().join("project.csv")).expect("published");
    assert!(stored.contains(NAME), "{stored}");
}

/// Reads a request with its body.
fn request(connection: &mut TcpStream) -> String {
    let (mut text, mut part) = (Vec::new(), vec![0; 65536]);
    loop {
        let read = connection.read(&mut part).unwrap_or(0);
        text.extend_from_slice(&part[..read]);
        let shown = String::from_utf8_lossy(&text);
        let Some((head, body)) = shown.split_once("\r\n\r\n") else {
            assert!(read > 0, "a whole request comes");
            continue;
        };
        let length =
            head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ").map(str::to_owned));
        if body.len() >= length.map_or(0, |length| length.parse().expect("a number")) {
            return shown.into_owned();
        }
    }
}

/// A server before the simulated one that hands on what is asked of the organisation, and answers everything else with
/// an error that echoes the credentials in its header and its words.
fn echoing(behind: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = format!("http://{}", listener.local_addr().expect("bound"));
    let behind = behind.trim_start_matches("http://").to_owned();
    std::thread::spawn(move || {
        for connection in listener.incoming() {
            let mut connection = connection.expect("a connection");
            let request = request(&mut connection);
            let surveys = ["\"Repositories\"", "\"Boards\"", "Schema"];
            if surveys.iter().any(|name| request.contains(name)) {
                let mut server = TcpStream::connect(&behind).expect("it listens");
                let closing = request.replacen("\r\n", "\r\nconnection: close\r\n", 1);
                server.write_all(closing.as_bytes()).expect("sent");
                std::io::copy(&mut server, &mut connection).expect("handed on");
                continue;
            }
            let credentials = request.lines().find(|line| line.to_lowercase().starts_with("authorization"));
            let credentials = credentials.expect("a token was sent");
            let body = format!("{{\"message\": \"refused {credentials}\"}}");
            let head = format!(
                "HTTP/1.1 403 Forbidden\r\nx-github-request-id: {credentials}\r\ncontent-length: {}\r\nconnection: close",
                body.len()
            );
            // The program may have gone away.
            let _ = connection.write_all(format!("{head}\r\n\r\n{body}").as_bytes());
        }
    });
    address
}

#[test]
fn a_server_that_echoes_the_token_gets_it_into_no_output_no_store_and_no_table() {
    const TOKEN: &str = "ghp_echoed0secret1token2";
    let simulated = Simulated::serve(&small(73));
    let data = tempfile::tempdir().expect("a folder");
    let address = echoing(&simulated.url());
    let mut command = simulated.importer(data.path());
    command.env("GITHUB_API_URL", &address).env("GITHUB_GRAPHQL_URL", format!("{address}/graphql"));
    let output = command.env("GITHUB_TOKEN", TOKEN).env("RUST_LOG", "debug").args(["--org", "acme"]).output();
    let output = output.expect("the program runs");
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("(hidden)") && !said.contains(TOKEN), "{said}");
    let runs = std::fs::read_to_string(data.path().join("import_run.csv")).expect("published");
    assert!(runs.contains("(hidden)"), "{runs}");
    for entry in std::fs::read_dir(data.path()).expect("the data folder is there") {
        let path = entry.expect("an entry").path();
        let bytes = std::fs::read(&path).expect("a file");
        assert!(!bytes.windows(TOKEN.len()).any(|part| part == TOKEN.as_bytes()), "{}", path.display());
    }
}
