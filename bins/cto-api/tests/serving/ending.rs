use crate::process::{Server, fixture, signal, text};

fn served() -> Server {
    Server::ready(&["--data", &text(&fixture("tables/raw"))])
}

#[test]
fn a_signal_ends_it_with_code_zero_although_connections_are_kept() {
    for name in ["-TERM", "-INT"] {
        let server = served();
        let mut kept = server.connect();
        assert_eq!(kept.get("/api/stocks").status, 200);
        signal(&server, name);
        assert!(kept.answer().is_none(), "a connection without a request is closed");
        let (code, said) = server.ended();
        assert_eq!(code, Some(0), "{said}");
    }
}

#[test]
fn a_request_under_way_is_answered_before_the_end_and_nothing_new_is_accepted() {
    let server = served();
    let mut under_way = server.connect();
    under_way.send(format!("GET /api/stocks HTTP/1.1\r\nHost: {}\r\n", server.address)).expect("sent");
    // Connections are accepted in order: once this one is answered, the first one is accepted.
    let mut idle = server.connect();
    assert_eq!(idle.get("/healthz").status, 200);
    signal(&server, "-TERM");
    assert!(idle.answer().is_none(), "it has heard the signal");
    assert!(std::net::TcpStream::connect(&server.address).is_err(), "it does not listen any more");
    under_way.send("\r\n").expect("sent");
    assert_eq!(under_way.answer().expect("an answer").status, 200);
    assert!(under_way.answer().is_none(), "and then closed");
    assert_eq!(server.ended().0, Some(0));
}

#[test]
fn a_request_that_does_not_come_to_its_end_is_cut_after_a_while() {
    let server = served();
    let mut under_way = server.connect();
    under_way.send("GET /api/stocks HTTP/1.1\r\n").expect("sent");
    assert_eq!(server.get("/healthz").status, 200);
    signal(&server, "-TERM");
    let (code, said) = server.ended();
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("1 connections were cut"), "{said}");
    assert!(under_way.answer().is_none());
}

#[test]
fn a_log_that_nobody_reads_any_more_ends_neither_requests_nor_the_program() {
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let mut command = crate::process::program(&["--data", &text(&fixture("tables/raw"))]);
    command.env("RUST_LOG", "info");
    let server = Server::unheard(command, writer);
    server.wait_until_ready("/readyz", "");
    assert_eq!(server.get("/api/stocks").status, 200);
    signal(&server, "-TERM");
    assert_eq!(server.ended().0, Some(0));
}

#[test]
fn a_refusal_that_nobody_reads_keeps_its_code() {
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let mut command = crate::process::program(&["--data", "nowhere"]);
    command.stdout(writer.try_clone().expect("another end")).stderr(writer);
    assert_eq!(command.status().expect("the program runs").code(), Some(1));
}
