use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Instant;

use sandbox::{Options, Organisation, Size, write_store};

use crate::client::PATIENCE;
use crate::process::{Server, fixture, text};

fn write(folder: &Path, name: &str, seed: u64) -> String {
    let url = format!("sqlite:{}", folder.join(name).display());
    write_store(&Organisation::generate(&Options::new(seed, Size::Tiny)), &url).expect("written");
    url
}

const TABLE: &str = "/api/v1/pull-requests/open";

/// Asks over kept connections until the answer of `path` passes; every answer on the way must be whole.
fn ask_until(server: &Server, path: &str, passes: impl Fn(&str) -> bool + Sync) -> usize {
    let (done, asked) = (AtomicBool::new(false), AtomicUsize::new(0));
    let begun = Instant::now();
    std::thread::scope(|threads| {
        for _ in 0..4 {
            threads.spawn(|| {
                let mut connection = server.connect();
                while !done.load(Ordering::Relaxed) {
                    let answer = connection.get(path);
                    assert_eq!(answer.status, 200, "{}", answer.body);
                    asked.fetch_add(1, Ordering::Relaxed);
                    assert!(begun.elapsed() < PATIENCE, "it does not come");
                    if passes(&answer.body) {
                        done.store(true, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    asked.into_inner()
}

#[test]
fn an_import_is_picked_up_and_no_request_is_dropped_meanwhile() {
    let folder = tempfile::tempdir().expect("a folder");
    let url = write(folder.path(), "cto.db", 1);
    let server = Server::ready(&["--store", &url, "--reload-seconds", "1"]);
    let before = server.get(TABLE).json();
    // The same store after an import of more: another organisation's records beside the first one's.
    write(folder.path(), "cto.db", 2);
    let version = before["meta"]["snapshot"].clone();
    assert!(!version.is_null(), "{before}");
    let newer = |body: &str| {
        let answer: serde_json::Value = serde_json::from_str(body).expect("whole");
        answer["meta"]["snapshot"] != version
    };
    assert!(ask_until(&server, TABLE, newer) > 0);
}

#[test]
fn a_store_that_takes_the_place_of_another_is_picked_up() {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "cto.db", 1);
    write(folder.path(), "next.db", 2);
    let data = text(folder.path());
    let other = Server::ready(&["--store", &text(&folder.path().join("next.db"))]);
    let expected = other.get("/api/pr/change_requests").json();
    let server = Server::ready(&["--data", &data, "--reload-seconds", "1"]);
    assert_ne!(server.get("/api/pr/change_requests").json(), expected);
    fs::rename(folder.path().join("next.db"), folder.path().join("cto.db")).expect("renamed");
    let arrived = |body: &str| serde_json::from_str::<serde_json::Value>(body).expect("whole") == expected;
    ask_until(&server, "/api/pr/change_requests", arrived);
}

#[test]
fn a_folder_that_was_damaged_goes_on_being_served_as_it_was_and_recovers() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("pr.csv");
    let good = fs::read_to_string(fixture("tables/raw/pr.csv")).expect("read");
    fs::write(&file, &good).expect("written");
    let server = Server::ready(&["--data", &text(folder.path()), "--reload-seconds", "1"]);
    let before = server.get("/api/pr/change_requests").body;
    fs::write(&file, "org;repo\n").expect("damaged");
    let failed = |body: &str| body.contains("cto_snapshot_reload_failed 1.0");
    ask_until(&server, "/metrics", failed);
    assert_eq!(server.get("/api/pr/change_requests").body, before);
    assert_eq!(server.get("/readyz").status, 200);
    // Without its last pull request.
    let shorter = good.trim_end().rsplit_once('\n').expect("rows").0.to_owned() + "\n";
    fs::write(&file, shorter).expect("mended");
    ask_until(&server, "/api/v1/pull-requests/activity", |_| server.get("/api/pr/change_requests").body != before);
    let said = server.stop();
    let told = said.matches("pr.csv line 1 looks separated by semicolons").count();
    assert_eq!(told, 1, "one failure is logged once: {said}");
}
