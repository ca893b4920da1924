//! Bytes that changed on the disk.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use model::columns::Scopes;
use model::records::Record;
use store::{Store, StoreError};

use crate::records::{Fixture, at, card, field, issue, issue_record, moved, pull_record, pull_request, url};

/// A store of some hundred rows, closed, as the bytes of its file.
fn file() -> Vec<u8> {
    let fixture = Fixture::new();
    let records: Vec<Record> = (1..=60)
        .flat_map(|number| {
            let mut seen = issue(&format!("I_{number}"), &number.to_string());
            seen.title = format!("Something that somebody wished for, number {number}");
            seen.project_events = vec![moved("", "Ready", number), moved("Ready", "Done", number + 1)];
            let mut item = card(&format!("C_{number}"), &format!("I_{number}"), "Done");
            item.fields = Some(vec![field("Size", "3")]);
            seen.items = vec![item];
            let pull = pull_request(&format!("P_{number}"), &(1000 + number).to_string());
            [issue_record(seen), pull_record(pull)]
        })
        .collect();
    fixture.see(100, &records);
    let path = fixture.path("cto.db");
    let Fixture { folder, store } = fixture;
    drop(store);
    let bytes = fs::read(&path).expect("read");
    drop(folder);
    bytes
}

/// What reading and publishing a store gives.
fn tables(path: &Path) -> Result<Vec<String>, StoreError> {
    let store = Store::open_existing(&url(path))?;
    let raw = store.load_at(Scopes::ALL, at(200))?;
    let folder = tempfile::tempdir().expect("a folder");
    let mut texts = vec![format!("{raw:?}")];
    for file in store.publish_csv(folder.path(), store::JobsOfCi::Published)? {
        texts.push(String::from_utf8_lossy(&fs::read(file).expect("read")).into_owned());
    }
    Ok(texts)
}

/// Numbers without rhyme, the same each time.
fn numbers() -> impl Iterator<Item = usize> {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    std::iter::from_fn(move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        Some((state >> 16) as usize)
    })
}

#[test]
fn a_changed_byte_changes_no_figure_or_is_named() {
    let sound = file();
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("cto.db");
    fs::write(&path, &sound).expect("written");
    let expected = tables(&path).expect("sound");
    assert_eq!(Store::open_existing(&url(&path)).and_then(|store| store.check()).expect("sound"), []);

    let (mut same, mut refused, mut checked, mut unseen) = (0, 0, 0, Vec::new());
    let mut numbers = numbers();
    let mut next = || numbers.next().expect("without end");
    // Most of a small store is room for more, in which a change changes nothing.
    let used: Vec<usize> = (0..sound.len()).filter(|place| sound[*place] != 0).collect();
    let copies = std::env::var("STORE_DAMAGED_COPIES").ok().and_then(|text| text.parse().ok()).unwrap_or(60);
    for _ in 0..copies {
        let (place, bits) = (used[next() % used.len()], next() % 255 + 1);
        let mut bytes = sound.clone();
        bytes[place] ^= bits as u8;
        for name in ["cto.db-wal", "cto.db-shm"] {
            drop(fs::remove_file(folder.path().join(name)));
        }
        fs::write(&path, &bytes).expect("written");
        let read = catch_unwind(AssertUnwindSafe(|| tables(&path)));
        match read.unwrap_or_else(|_| panic!("byte {place} ^ {bits} ended the program")) {
            Ok(tables) if tables == expected => same += 1,
            Ok(other) => {
                let faults = Store::open_existing(&url(&path)).and_then(|store| store.check());
                if faults.is_ok_and(|faults| faults.is_empty()) {
                    let lines =
                        expected.iter().zip(&other).skip(1).map(|(one, other)| {
                            one.lines().zip(other.lines()).filter(|(one, other)| one != other).count()
                        });
                    unseen.push(lines.sum::<usize>());
                } else {
                    checked += 1;
                }
            }
            Err(error) => {
                refused += 1;
                let said = error.to_string();
                assert!(said.contains("cto.db"), "{said}");
                if let StoreError::Damaged { .. } = error {
                    assert!(said.contains("restore a backup"), "{said}");
                }
            }
        }
    }
    // What is left is a text or a number that became another possible one: without a checksum nobody can tell.
    assert!(unseen.len() * 4 < copies, "{} of {copies} are seen by nobody", unseen.len());
    println!(
        "{same} same, {refused} refused, {checked} found by the check, {} unseen, by published lines that differ: {unseen:?}",
        unseen.len()
    );
}

#[test]
fn a_check_names_what_no_page_tells() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("cto.db");
    fs::write(&path, file()).expect("written");
    let connection = rusqlite::Connection::open(&path).expect("opened");
    connection
        .execute_batch(
            "PRAGMA foreign_keys = OFF;
             UPDATE project_item SET issue = 999999 WHERE row_id = 1;
             UPDATE issue SET creator = 999999 WHERE row_id = 1;
             UPDATE project_item SET presence = (SELECT creator FROM issue WHERE row_id = 2) WHERE row_id = 2;
             UPDATE issue SET created_at = 253370764800000000 WHERE row_id = 3;
             UPDATE issue SET title = CAST(x'636166e9' AS TEXT) WHERE row_id = 4;
             UPDATE issue SET is_bug = 7 WHERE row_id = 5;
             UPDATE issue SET closed_at = 'soon' WHERE row_id = 6;
             UPDATE issue_status_event SET issue = 999998 WHERE issue = 7;
             UPDATE dictionary SET code = 999997 WHERE code = (SELECT max(code) FROM dictionary);",
        )
        .expect("changed");
    let store = Store::open_existing(&url(&path)).expect("opened");
    let faults: Vec<String> = store.check().expect("checked").iter().map(ToString::to_string).collect();
    for fault in [
        "dictionary, code 999997: the code before it is ",
        "project_item, row_id 1: a row belongs to one of issue that is not there",
        "issue, row_id 1: creator: 999999 is a code without a text",
        "project_item, row_id 2: presence: `ada` is no kind of this column",
        "issue, row_id 3: created_at: `9999-01-01T00:00:00Z` lies outside 1970-01-01 to ",
        "issue, row_id 4: title: caf\u{fffd} is not UTF-8",
        "issue, row_id 5: is_bug: 7 is of another type than its column",
        "issue, row_id 6: closed_at: soon is of another type than its column",
        "issue_status_event: a row belongs to one of issue that is not there",
    ] {
        assert!(faults.iter().any(|found| found.starts_with(fault)), "{fault}: {faults:#?}");
    }
    let error = store.load_at(Scopes::ALL, at(200)).expect_err("a code without a text");
    let said = error.to_string();
    assert!(said.contains("cto.db is damaged: table dictionary, code 999997: "), "{said}");
    connection.execute_batch("UPDATE dictionary SET code = (SELECT max(code) + 1 FROM dictionary WHERE code < 999997) WHERE code = 999997").expect("changed");
    let said = store.load_at(Scopes::ALL, at(200)).expect_err("a code without a text").to_string();
    assert!(said.contains("table issue, row 1: column creator: the dictionary has no code 999999"), "{said}");
}
