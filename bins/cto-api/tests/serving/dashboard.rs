use std::fs;

use tempfile::TempDir;

use crate::process::{Server, fixture, program, text};

const PAGE: &str =
    "<!doctype html><meta name=\"cto-base\" content=\"\"><script src=\"./assets/index-1a2b.js\"></script>";
const SCRIPT: &str = "console.log('figures')";

fn dist() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("assets")).expect("made");
    fs::write(folder.path().join("index.html"), PAGE).expect("written");
    fs::write(folder.path().join("assets/index-1a2b.js"), SCRIPT).expect("written");
    folder
}

fn served(dist: &TempDir, flags: &[&str]) -> Server {
    let (data, dist) = (text(&fixture("tables/raw")), text(dist.path()));
    Server::start(&[&["--data", data.as_str(), "--ui", dist.as_str()], flags].concat())
}

#[test]
fn without_a_folder_a_page_is_there_that_was_built_in() {
    let server = Server::start(&["--data", &text(&fixture("tables/raw"))]);
    let page = server.get("/");
    assert_eq!((page.status, page.header("content-type")), (200, Some("text/html; charset=utf-8")));
    assert!(page.body.contains("<meta name=\"cto-base\" content=\"\""), "{}", page.body);
}

#[test]
fn a_folder_is_served_as_it_was_at_the_start() {
    let dist = dist();
    let server = served(&dist, &[]);
    fs::remove_file(dist.path().join("assets/index-1a2b.js")).expect("removed");
    assert_eq!(server.get("/assets/index-1a2b.js").body, SCRIPT);
    assert_eq!(server.get("/flow").body, PAGE.replace("./assets", "/assets"));
    assert_eq!(server.get("/assets/index-0000.js").status, 404);
}

#[test]
fn the_folder_may_come_from_the_environment() {
    let dist = dist();
    let mut command = program(&["--data", &text(&fixture("tables/raw"))]);
    command.env("CTO_API_UI", dist.path());
    assert_eq!(Server::run(command).get("/assets/index-1a2b.js").body, SCRIPT);
}

#[test]
fn a_deep_link_below_a_base_path_finds_its_script() {
    let server = served(&dist(), &["--base-path", "/cto"]);
    let page = server.get("/cto/a/b").body;
    assert!(page.contains("content=\"/cto\"") && page.contains("src=\"/cto/assets/index-1a2b.js\""), "{page}");
    assert_eq!(server.get("/cto/assets/index-1a2b.js").body, SCRIPT);
    let redirected = server.get("/cto");
    assert_eq!((redirected.status, redirected.header("location")), (308, Some("/cto/")));
}

#[test]
fn addresses_that_climb_find_no_file() {
    let dist = dist();
    fs::write(dist.path().join(".env"), "SECRET").expect("written");
    let server = served(&dist, &[]);
    for path in [
        "/../../../../etc/passwd",
        "/assets/../../../../etc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/..%2f..%2fetc%2fpasswd",
        "/..\\..\\etc\\passwd",
        "//etc/passwd",
        "/assets/%00",
        "/.env",
        "/assets/",
    ] {
        let answer = server.get(path);
        assert!((400..500).contains(&answer.status), "{path}: {}", answer.status);
        assert!(!answer.body.contains("root:") && !answer.body.contains("SECRET"), "{path}");
    }
}

#[test]
fn with_tokens_the_pages_are_open_and_the_figures_are_not() {
    let dist = dist();
    let mut command = program(&["--data", &text(&fixture("tables/raw")), "--ui", &text(dist.path())]);
    command.env("CTO_API_TOKENS", "token-of-the-test");
    let server = Server::run(command);
    assert_eq!(server.get("/").status, 200);
    assert_eq!(server.get("/assets/index-1a2b.js").body, SCRIPT);
    for path in ["/api/v1/meta", "/api/stocks", "/metrics", "/api/nothing"] {
        let answer = server.get(path);
        assert_eq!(answer.status, 401, "{path}");
        assert!(answer.header("www-authenticate").is_some_and(|asked| asked.starts_with("Bearer")), "{path}");
    }
}
