use crate::client::Connection;
use crate::process::{Server, fixture, program, text};

const TABLE: &str = "/api/v1/flow/stocks";

fn served(variables: &[(&str, &str)], flags: &[&str]) -> Server {
    let mut command = program(&["--data", &text(&fixture("tables/raw"))]);
    command.args(flags).envs(variables.iter().copied());
    Server::run(command)
}

fn status(server: &Server, path: &str, headers: &str) -> u16 {
    server.connect().get_with(path, headers).status
}

/// With its secret the server answers; asks until the snapshot is there.
fn answers_to(server: &Server, headers: &str) {
    server.wait_until_ready("/readyz", headers);
    assert_eq!(status(server, TABLE, headers), 200);
}

#[test]
fn bearer_tokens_are_asked_for_everywhere_but_for_the_state_of_the_process() {
    let server = served(&[("CTO_API_TOKENS", "first-token-of-two,second-token-of-two")], &[]);
    answers_to(&server, "Authorization: Bearer second-token-of-two\r\n");
    for wrong in [
        "",
        "Authorization: Bearer second-token-of-tw\r\n",
        "Authorization: Basic YTpi\r\n",
        "Authorization: Bearer \r\n",
    ] {
        for path in [TABLE, "/api/stocks", "/metrics"] {
            assert_eq!(status(&server, path, wrong), 401, "{path} {wrong}");
        }
    }
    assert_eq!(status(&server, "/healthz", ""), 200);
    let said = server.stop();
    assert!(!said.contains("token-of"), "{said}");
}

#[test]
fn basic_authentication_takes_one_user_and_password_from_a_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("password");
    std::fs::write(&file, "open sesame\n").expect("written");
    let server = served(&[], &["--auth", "basic", "--user", "ada", "--password-file", &text(&file)]);
    // ada:open sesame
    answers_to(&server, "Authorization: Basic YWRhOm9wZW4gc2VzYW1l\r\n");
    // ada:open
    assert_eq!(status(&server, TABLE, "Authorization: Basic YWRhOm9wZW4=\r\n"), 401);
    let refused = server.get(TABLE);
    assert_eq!(refused.status, 401);
    assert!(refused.header("www-authenticate").is_some_and(|asked| asked.starts_with("Basic")));
}

#[test]
fn without_authentication_only_this_computer_and_named_hosts_are_answered() {
    let server = served(&[], &["--host", "cto.acme.example"]);
    answers_to(&server, "");
    let asked_as = |host: &str| {
        let mut connection = Connection::open(&server.address);
        connection.send(format!("GET {TABLE} HTTP/1.1\r\nHost: {host}\r\n\r\n")).expect("sent");
        connection.answer().expect("an answer").status
    };
    assert_eq!(asked_as("cto.acme.example"), 200);
    assert_eq!(asked_as("localhost:8080"), 200);
    for foreign in ["evil.example", "cto.acme.example.evil.example", "10.0.0.1", "localhost.evil.example:80"] {
        let status = asked_as(foreign);
        assert!((400..500).contains(&status), "{foreign}: {status}");
    }
}
