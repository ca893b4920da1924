use std::time::{Duration, Instant};

use store::Store;
use tempfile::TempDir;

use crate::process::{Server, fixture, text};

fn served(flags: &[&str]) -> Server {
    let raw = text(&fixture("tables/raw"));
    Server::ready(&[&["--data", raw.as_str()], flags].concat())
}

/// The beginning of a request whose end does not come.
fn half(address: &str) -> String {
    format!("GET /api/stocks HTTP/1.1\r\nHost: {address}\r\nX-Slow: ")
}

#[test]
fn clients_that_send_their_request_slowly_hold_up_nobody() {
    let server = served(&[]);
    let mut slow: Vec<_> = (0..50).map(|_| server.connect()).collect();
    for connection in &mut slow {
        connection.send(half(&server.address)).expect("sent");
    }
    assert_eq!(server.get("/api/stocks").status, 200);
    let mut first = slow.swap_remove(0);
    first.send("but here\r\n\r\n").expect("sent");
    assert_eq!(first.answer().expect("slow is not wrong").status, 200);
}

#[test]
fn who_holds_all_connections_without_asking_has_to_make_room() {
    let server = served(&["--connections", "3"]);
    let mut slow: Vec<_> = (0..3).map(|_| server.connect()).collect();
    for connection in &mut slow {
        connection.send(half(&server.address)).expect("sent");
    }
    assert_eq!(server.get("/api/stocks").status, 200);
    assert!(slow[0].answer().is_none(), "the one that waited longest was closed");
}

#[test]
fn paths_that_climb_reach_nothing() {
    let server = served(&["--base-path", "/cto"]);
    for path in [
        "/../../../../etc/passwd",
        "/cto/../../../../etc/passwd",
        "/cto/api/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
        "/cto/..%2f..%2f..%2fetc%2fpasswd",
        "/cto/api/v1/..\\..\\etc\\passwd",
        "//etc/passwd",
        "/cto/%00",
    ] {
        let answer = server.get(path);
        assert!((400..500).contains(&answer.status), "{path}: {}", answer.status);
        assert!(!answer.body.contains("root:"), "{path}");
    }
    assert_eq!(server.get("/cto/api/stocks").status, 200);
}

#[test]
fn a_body_of_ten_megabytes_is_refused_before_it_is_read() {
    let server = served(&[]);
    let head = |length: usize| {
        format!("POST /api/stocks HTTP/1.1\r\nHost: {}\r\nContent-Length: {length}\r\n\r\n", server.address)
    };
    let mut connection = server.connect();
    connection.send(head(10 << 20)).expect("sent");
    let status = connection.answer().expect("an answer without the body").status;
    assert!((400..500).contains(&status), "{status}");
    // Whether all of it is taken does not matter, as long as the others are served.
    let mut insisting = server.connect();
    insisting.send(head(10 << 20)).expect("sent");
    let _ = insisting.send(vec![b'x'; 10 << 20]);
    assert_eq!(server.get("/api/stocks").status, 200);
}

#[test]
fn heads_that_are_too_long_and_requests_that_are_none_are_refused() {
    let server = served(&[]);
    for length in [20 << 10, 200 << 10] {
        let mut connection = server.connect();
        let line = format!("X-Long: {}\r\n", "x".repeat(length));
        // The refusal may come before the end of the head.
        let _ = connection.send(format!("GET /api/stocks HTTP/1.1\r\nHost: {}\r\n{line}\r\n", server.address));
        if let Some(answer) = connection.answer() {
            assert!((400..500).contains(&answer.status), "{length}: {}", answer.status);
        }
    }
    for nonsense in ["\u{0}\u{1}\u{2}\r\n\r\n", "GET\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"] {
        let mut connection = server.connect();
        connection.send(nonsense).expect("sent");
        let answer = connection.answer();
        assert!(answer.is_none_or(|answer| (400..500).contains(&answer.status)), "{nonsense:?}");
    }
    assert_eq!(server.get("/api/stocks").status, 200);
}

/// A folder with a store that holds nothing yet, and a file with the secret of webhooks.
fn store_and_secret() -> (TempDir, String) {
    let folder = tempfile::tempdir().expect("a folder");
    Store::open(&text(&folder.path().join("cto.db"))).expect("opened");
    let secret = folder.path().join("secret");
    std::fs::write(&secret, "hush-this-is-the-secret").expect("written");
    (folder, text(&secret))
}

/// The head of a delivery with the beginning of its body.
fn begun_delivery(address: &str) -> String {
    let headers = "X-Hub-Signature-256: sha256=00\r\nX-GitHub-Event: ping\r\nX-GitHub-Delivery: 1\r\n";
    format!("POST /webhooks/github HTTP/1.1\r\nHost: {address}\r\n{headers}Content-Length: 1000\r\n\r\n{{")
}

#[test]
fn six_hundred_bodies_of_unknown_senders_that_fall_silent_hold_up_nobody() {
    let (folder, secret) = store_and_secret();
    let data = text(folder.path());
    let server = Server::ready(&["--data", &data, "--webhook-secret-file", &secret]);
    let mut silent = Vec::new();
    for _ in 0..600 {
        let mut connection = server.connect();
        // Those that were turned away meanwhile take no more.
        let _ = connection.send(begun_delivery(&server.address));
        silent.push(connection);
    }
    let begun = Instant::now();
    for path in ["/healthz", "/", "/api/v1/meta"] {
        assert_eq!(server.get(path).status, 200, "{path}");
    }
    assert!(begun.elapsed() < Duration::from_secs(4), "{:?}: they wait for nobody's time to run out", begun.elapsed());
    let mut last = silent.pop().expect("many");
    assert_eq!(last.answer().expect("an answer").status, 408);
}

#[test]
fn a_server_whose_places_are_all_taken_still_says_that_it_lives() {
    let (folder, secret) = store_and_secret();
    let data = text(folder.path());
    let server = Server::ready(&["--data", &data, "--webhook-secret-file", &secret, "--connections", "1"]);
    let mut silent = server.connect();
    silent.send(begun_delivery(&server.address)).expect("sent");
    let mut waiting: Vec<_> = (0..100).map(|_| server.connect()).collect();
    for connection in &mut waiting {
        let _ = connection.send(format!("GET /api/v1/meta HTTP/1.1\r\nHost: {}\r\n\r\n", server.address));
    }
    assert_eq!(server.get("/healthz").status, 200);
    assert_eq!(waiting.pop().expect("many").answer().expect("its turn comes").status, 200);
}
