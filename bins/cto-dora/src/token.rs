//! The token for GitHub: that of the command line tool `gh`, else that of the environment.

use std::io::Read as _;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use secrecy::SecretString;

use crate::failure::Failure;

/// How long `gh` may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// The token for the server of an API.
pub(crate) fn find(api_url: &str) -> Result<SecretString, Failure> {
    let told = told_by_gh(host_of(api_url)).or_else(|| variable("GITHUB_TOKEN"));
    told.map(SecretString::from).ok_or_else(|| {
        Failure::failed(
            "no token: `gh auth token` gives none and GITHUB_TOKEN is not set; log in with `gh auth login`, or set \
             GITHUB_TOKEN to a token that may read pull requests, contents and deployments",
        )
    })
}

/// A variable of the environment that says something.
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
}

/// Whose tokens the server of an API takes: `github.com` for `https://api.github.com`.
fn host_of(api_url: &str) -> &str {
    let address = api_url.split_once("://").map_or(api_url, |(_, rest)| rest);
    let host = address.split(['/', ':']).next().unwrap_or(address);
    host.strip_prefix("api.").unwrap_or(host)
}

fn told_by_gh(host: &str) -> Option<String> {
    let mut gh = Command::new("gh");
    gh.args(["auth", "token", "--hostname", host]).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    first_line(gh.spawn().ok()?, PATIENCE)
}

/// What a process prints that ends well and in time. One that does not is ended.
fn first_line(mut process: Child, patience: Duration) -> Option<String> {
    let mut output = process.stdout.take()?;
    let (send, receive) = mpsc::channel();
    thread::spawn(move || {
        let mut text = String::new();
        let read = output.read_to_string(&mut text).is_ok();
        // Nobody waits any more where this took too long.
        let _ = send.send(read.then_some(text));
    });
    let text = receive.recv_timeout(patience).ok().flatten();
    if text.is_none() {
        // It may have ended by itself meanwhile.
        let _ = process.kill();
    }
    let has_succeeded = process.wait().is_ok_and(|status| status.success());
    text.filter(|_| has_succeeded).map(|text| text.trim().to_owned()).filter(|token| !token.is_empty())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn run(script: &str) -> Child {
        let mut shell = Command::new("/bin/sh");
        shell.args(["-c", script]).stdout(Stdio::piped()).spawn().expect("a shell")
    }

    #[test]
    fn a_token_is_what_is_printed_by_a_process_that_ends_well_and_in_time() {
        let patience = Duration::from_secs(20);
        assert_eq!(first_line(run("echo ' abc '"), patience).as_deref(), Some("abc"));
        assert_eq!(first_line(run("echo abc; exit 1"), patience), None);
        assert_eq!(first_line(run("echo"), patience), None);
        assert_eq!(first_line(run("exec sleep 60"), Duration::from_millis(10)), None);
    }

    #[test]
    fn tokens_are_those_of_the_server_that_is_asked() {
        for (api_url, host) in [
            ("https://api.github.com", "github.com"),
            ("https://github.example.com/api/v3", "github.example.com"),
            ("http://127.0.0.1:8080", "127.0.0.1"),
        ] {
            assert_eq!(host_of(api_url), host);
        }
    }
}
