use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};

use model::columns::Scopes;
use store::{Store, StoreError};

use crate::records::{Fixture, issue, issue_record, moved, url};

#[test]
fn a_backup_is_one_state_while_pages_are_stored() {
    let fixture = Fixture::new();
    let stop = AtomicBool::new(false);
    let file = fixture.path("backup/of/today/cto.db");
    std::thread::scope(|threads| {
        threads.spawn(|| {
            for number in 1.. {
                let mut seen = issue(&format!("I_{number}"), &number.to_string());
                seen.project_events = vec![moved("", "Ready", 1), moved("Ready", "Done", 2)];
                fixture.see(number, &[issue_record(seen)]);
                if stop.load(Ordering::Relaxed) {
                    break;
                }
            }
        });
        let reader = Store::open_existing(&url(&fixture.path("cto.db"))).expect("opened");
        let mut before = 0;
        for _ in 0..10 {
            let bytes = reader.backup(&file).expect("copied");
            assert_eq!(bytes, fs::metadata(&file).expect("there").len());
            let raw = Store::open_existing(&url(&file)).expect("opened").load(Scopes::ALL).expect("read");
            let issues = raw.issues.id.len();
            assert!(issues >= before, "a later copy is of a later state");
            assert_eq!((raw.status_events.issue.len(), raw.project_events.issue.len()), (issues, 2 * issues));
            before = issues;
        }
        stop.store(true, Ordering::Relaxed);
    });
    let left: Vec<_> = fs::read_dir(file.parent().expect("a folder")).expect("listed").collect();
    assert_eq!(left.len(), 1, "nothing but the backup: {left:?}");
}

#[test]
fn a_backup_in_the_place_of_the_store_is_a_store() {
    let fixture = Fixture::new();
    fixture.see(1, &[issue_record(issue("I_1", "1"))]);
    let (file, place) = (fixture.path("backup.db"), fixture.path("restored.db"));
    fixture.store.backup(&file).expect("copied");
    fs::copy(&file, &place).expect("put in its place");
    let restored = Store::open(&url(&place)).expect("opened");
    assert_eq!(restored.load(Scopes::ALL).expect("read").issues.id.text(0), "acme/api#1");
    let mode: String = rusqlite::Connection::open(&place)
        .and_then(|file| file.query_row("PRAGMA journal_mode", [], |row| row.get(0)))
        .expect("asked");
    assert_eq!(mode, "wal", "readers and writers keep out of each other's way as before");
}

#[test]
fn a_backup_takes_the_place_of_nothing_but_a_backup() {
    let fixture = Fixture::new();
    fixture.see(1, &[issue_record(issue("I_1", "1"))]);
    let refused = |name: &str, reason: &str| {
        let file = fixture.path(name);
        let before = fs::read(&file).expect("there");
        let error = fixture.store.backup(&file).expect_err("refused");
        assert!(matches!(error, StoreError::NoPlaceForBackup { .. }), "{error:?}");
        let said = error.to_string();
        assert!(said.contains(reason) && said.contains(name) && said.contains("name another file"), "{said}");
        assert_eq!(fs::read(&file).expect("there"), before, "it stays as it is");
    };
    fs::write(fixture.path("notes.txt"), "keep me").expect("written");
    refused("notes.txt", "it is no backup of a store");
    refused("cto.db", "it is the store itself");
    let other = Store::open(&url(&fixture.path("other.db"))).expect("opened");
    refused("other.db", "it is a store in use");
    drop(other);
    fixture.store.backup(&fixture.path("backup.db")).expect("copied");
    fixture.see(2, &[issue_record(issue("I_2", "2"))]);
    fixture.store.backup(&fixture.path("backup.db")).expect("copied again");
    let raw = Store::open_existing(&url(&fixture.path("backup.db"))).expect("opened").load(Scopes::ALL).expect("read");
    assert_eq!(raw.issues.id.len(), 2);
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let fixture = Fixture::new();
    fs::write(fixture.path("file"), "").expect("written");
    let error = fixture.store.backup(&fixture.path("file/backup.db")).expect_err("no folder");
    assert!(error.to_string().contains("file"), "{error}");
}
