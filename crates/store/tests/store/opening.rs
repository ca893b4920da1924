use std::fs;
use std::time::Duration;

use model::Instant;
use model::columns::Scopes;
use store::{Store, StoreError};

use crate::ledger::{bill, bills_page, line};
use crate::records::{Fixture, issue, issue_record, moved, page, url};

#[test]
fn a_missing_folder_is_made_and_a_plain_path_is_an_address() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("a/b/cto.db");
    let store = Store::open(path.to_str().expect("text")).expect("opened");
    assert_eq!(store.path(), path);
    assert!(store.is_empty().expect("asked"));
    assert!(path.is_file());
}

#[test]
fn another_kind_of_store_is_refused_without_repeating_its_password() {
    let error = Store::open("postgres://me:secret@db/cto").expect_err("unsupported");
    assert_eq!(
        error.to_string(),
        "store postgres://…@db/cto: this kind of store is not supported: use sqlite:PATH or a plain path"
    );
}

#[test]
fn a_reader_needs_a_store_that_is_there() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("cto.db");
    assert!(matches!(Store::open_existing(&url(&path)), Err(StoreError::Missing { .. })));
    assert!(!path.exists());
    fs::write(&path, "").expect("written");
    assert!(matches!(Store::open_existing(&url(&path)), Err(StoreError::Missing { .. })));
}

#[test]
fn a_file_of_another_kind_is_not_touched() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("cto.db");
    let text = "this is a text file and no database at all, however long it may be\n".repeat(40);
    fs::write(&path, &text).expect("written");
    let error = Store::open(&url(&path)).expect_err("no database");
    assert!(matches!(error, StoreError::NotADatabase { .. }), "{error}");
    assert!(error.to_string().contains("cto.db is not a database of cto-metrics"), "{error}");
    assert_eq!(fs::read_to_string(&path).expect("read"), text);
}

#[test]
fn a_database_of_another_program_is_not_touched() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("cto.db");
    let other = rusqlite::Connection::open(&path).expect("opened");
    other.execute_batch("CREATE TABLE theirs (a)").expect("made");
    drop(other);
    assert!(matches!(Store::open(&url(&path)), Err(StoreError::NotADatabase { .. })));
    assert!(matches!(Store::open_existing(&url(&path)), Err(StoreError::NotADatabase { .. })));
}

#[test]
fn a_newer_store_is_refused_with_both_versions() {
    let fixture = Fixture::new();
    let path = fixture.path("cto.db");
    drop(fixture.store);
    let newer = rusqlite::Connection::open(&path).expect("opened");
    newer.pragma_update(None, "user_version", 99).expect("set");
    drop(newer);
    for error in [Store::open(&url(&path)), Store::open_existing(&url(&path))].map(|opened| opened.expect_err("newer"))
    {
        assert_eq!(
            error.to_string(),
            format!(
                "store {} was written by a newer version (schema 99, this program knows 19): upgrade cto-metrics",
                path.display()
            )
        );
    }
}

/// A store as the first version left it, with one issue.
fn of_version_1(path: &std::path::Path) {
    let old = rusqlite::Connection::open(path).expect("opened");
    old.pragma_update(None, "journal_mode", "WAL").expect("set");
    old.execute_batch(include_str!("../../src/schema.sql")).expect("made");
    old.execute_batch(
        "INSERT INTO repository VALUES (1, 'R_1', 'acme', 'api', 'acme', 0, 0, 1000000, 0);
         INSERT INTO issue VALUES (1, 1, '7', 'Old', '', 0, 0, 0, 0, 0, 1000000, NULL, 0, 0, 0, 0, NULL, 0, NULL, 'I_7',
            1000000, 0);
         PRAGMA user_version = 1",
    )
    .expect("filled");
}

#[test]
fn a_store_of_the_first_version_is_brought_up_to_date_with_all_that_it_holds() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("cto.db");
    for open in [Store::open, Store::open_existing] {
        let _ = fs::remove_file(&path);
        of_version_1(&path);
        let store = open(&url(&path)).expect("upgraded");
        assert_eq!(store.load(Scopes::ALL).expect("read").issues.title.text(0), "Old");
        let bills = [bill("azure", "one", "2026-01", "2026-02-10T00:00:00Z", vec![line("VM", "EUR", "1.5")])];
        store.commit(&bills_page("azure/one", &bills)).expect("stored");
        assert_eq!(store.load(Scopes::CLOUD_SPENDING).expect("read").cloud_costs.net.len(), 1);
        drop(store);
        let version: i64 = rusqlite::Connection::open(&path)
            .and_then(|file| file.query_row("PRAGMA user_version", [], |row| row.get(0)))
            .expect("asked");
        assert_eq!(version, 19);
    }
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let folder = tempfile::tempdir().expect("folder");
    fs::write(folder.path().join("file"), "").expect("written");
    let error = Store::open(&url(&folder.path().join("file/cto.db"))).expect_err("not a folder");
    assert!(error.to_string().contains("file"), "{error}");
}

#[test]
fn a_second_import_waits_and_then_names_the_first() {
    let fixture = Fixture::new();
    let lock = fixture.store.lock_for_import(Duration::ZERO, &mut || panic!("nobody to wait for")).expect("free");
    let second = Store::open(&url(&fixture.path("cto.db"))).expect("opened");
    let error = second.lock_for_import(Duration::ZERO, &mut || {}).expect_err("held");
    let text = error.to_string();
    assert!(matches!(error, StoreError::Locked { .. }));
    assert!(text.contains(&format!("process {}, since 2", std::process::id())), "{text}");
    assert!(text.contains("cto.db"), "{text}");

    let mut waited = 0;
    let mut held = Some(lock);
    let taken = second.lock_for_import(Duration::from_mins(1), &mut || {
        waited += 1;
        held = None;
    });
    assert!(taken.is_ok());
    assert_eq!(waited, 1);
}

#[test]
fn a_lock_file_without_its_process_holds_nobody_up() {
    let fixture = Fixture::new();
    fs::write(fixture.path("cto.db.lock"), "process 1, since 2020-01-01T00:00:00Z, but much longer").expect("written");
    let lock = fixture.store.lock_for_import(Duration::ZERO, &mut || {}).expect("free");
    let text = fs::read_to_string(fixture.path("cto.db.lock")).expect("read");
    assert!(text.starts_with(&format!("process {}, since ", std::process::id())) && text.ends_with('Z'), "{text}");
    drop(lock);
}

#[test]
fn a_reader_works_while_an_import_is_in_the_middle_of_a_page() {
    let fixture = Fixture::new();
    fixture.see(1, &[issue_record(issue("I_1", "1"))]);
    let writer = rusqlite::Connection::open(fixture.path("cto.db")).expect("opened");
    writer.execute_batch("PRAGMA foreign_keys = OFF; BEGIN IMMEDIATE; DELETE FROM issue").expect("in a transaction");

    // A second import can open the store too: what holds it up is the lock, which names the first.
    Store::open(&url(&fixture.path("cto.db"))).expect("opened");
    let reader = Store::open_existing(&url(&fixture.path("cto.db"))).expect("opened");
    let raw = reader.load(Scopes::ALL).expect("read");
    assert_eq!(raw.issues.id.text(0), "acme/api#1");
    assert_eq!(raw.as_of, Some(Instant::from_seconds(1)));
    writer.execute_batch("COMMIT").expect("committed");
    assert_eq!(reader.load(Scopes::ALL).expect("read").issues.id.len(), 0);
}

#[test]
fn a_page_that_fails_leaves_nothing_behind_and_the_next_one_is_right() {
    let fixture = Fixture::new();
    let broken = rusqlite::Connection::open(fixture.path("cto.db")).expect("opened");
    broken.execute_batch("ALTER TABLE issue_status_event RENAME TO away").expect("renamed");
    let records = [issue_record(issue("I_1", "1"))];
    assert!(fixture.store.commit(&page(1, &records)).is_err());
    assert!(fixture.store.is_empty().expect("asked"));
    broken.execute_batch("ALTER TABLE away RENAME TO issue_status_event").expect("renamed");
    fixture.see(1, &records);
    assert_eq!(fixture.cells("issue", &["creator", "state", "type"]), ["ada,open,task"]);
}

#[test]
fn a_reader_sees_all_of_a_page_or_none_of_it() {
    let fixture = Fixture::new();
    let address = url(&fixture.path("cto.db"));
    std::thread::scope(|threads| {
        let writer = threads.spawn(|| {
            for number in 1..=150 {
                let mut seen = issue(&format!("I_{number}"), &number.to_string());
                seen.project_events = vec![moved("", "Ready", 1), moved("Ready", "Done", 2)];
                fixture.see(number, &[issue_record(seen)]);
            }
        });
        let reader = Store::open_existing(&address).expect("opened");
        while !writer.is_finished() {
            let raw = reader.load(Scopes::ALL).expect("read");
            let issues = raw.issues.id.len();
            assert_eq!((raw.status_events.issue.len(), raw.project_events.issue.len()), (issues, 2 * issues));
        }
    });
    assert_eq!(fixture.store.load(Scopes::ALL).expect("read").issues.id.len(), 150);
}
