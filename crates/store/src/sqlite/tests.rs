//! A table that only this test knows, declared by one struct: it can be stored, read as rows and as columns, written
//! as CSV and read from it. Whoever adds a table or a column writes no more than this.

use std::fs;

use model::cells::{RawColumns as _, RawRow as _};
use model::columns::{Interner, ProjectKind};
use model::csv::{push_header, push_row};
use model::instant::Plausible;
use model::kinds::{Presence, Told};
use model::spec::Storage;
use model::{Amount, Instant, Month};
use model_derive::RawTable;
use rusqlite::Connection;

use super::statements;
use crate::csv_folder::{CsvError, rows};
use crate::dictionary::Codes;
use crate::read::tables::{Source, free};

/// Things of every type that a column can have.
#[derive(Clone, Debug, PartialEq, RawTable)]
#[raw(table = "thing", key("title"), columns = ThingColumns)]
struct Thing {
    /// Its title.
    #[raw(original, engine, required)]
    title: String,
    /// Text that repeats.
    #[raw(code, engine)]
    place: String,
    /// Text that repeats and may be untold.
    #[raw(code)]
    status: Option<String>,
    /// Texts that repeat together.
    #[raw(engine)]
    labels: Vec<String>,
    /// A list.
    #[raw(json)]
    columns: Vec<String>,
    /// A truth value.
    #[raw(engine)]
    open: bool,
    /// A number.
    #[raw(engine)]
    count: i64,
    /// A number that may be unknown.
    #[raw(engine)]
    size: Option<i64>,
    /// When.
    #[raw(name = "at", engine, required)]
    begun: Instant,
    /// When it ended.
    #[raw(engine)]
    ended: Option<Instant>,
    /// A month.
    #[raw(engine)]
    month: Month,
    /// What it costs.
    #[raw(engine)]
    cost: Amount,
    /// Where it is.
    #[raw(engine)]
    presence: Presence,
    /// What happened.
    #[raw(engine)]
    kind: Told<ProjectKind>,
    /// What is no column.
    #[raw(skip)]
    children: Vec<u8>,
}

fn things() -> Vec<Thing> {
    let instant = |text| Instant::parse_rfc3339(text).expect("an instant");
    let full = Thing {
        title: "One, \"two\"\nthree".to_owned(),
        place: "Here".to_owned(),
        status: Some("Ready".to_owned()),
        labels: vec!["a".to_owned(), "b".to_owned()],
        columns: vec!["Ready".to_owned(), "Done".to_owned()],
        open: true,
        count: -7,
        size: Some(3),
        begun: instant("2026-01-02T03:04:05Z"),
        ended: Some(instant("2026-02-02T03:04:05Z")),
        month: Month::new(2026, 3).expect("a month"),
        cost: "12.5000001".parse().expect("an amount"),
        presence: Presence::Archived,
        kind: ProjectKind::Moved.into(),
        children: Vec::new(),
    };
    let empty = Thing {
        title: "Two".to_owned(),
        place: String::new(),
        status: Some(String::new()),
        labels: Vec::new(),
        columns: Vec::new(),
        open: false,
        count: 0,
        size: None,
        ended: None,
        cost: Amount::zero(),
        presence: Presence::OnBoard,
        kind: ProjectKind::Added.into(),
        ..full.clone()
    };
    vec![full, empty]
}

fn columns_say(columns: &ThingColumns, texts: &Interner) {
    let text = |code: u32| texts.dictionary().text(code).into_owned();
    let things = things();
    assert_eq!(columns.len(), things.len());
    for (row, thing) in things.iter().enumerate() {
        assert_eq!(columns.title.text(row), thing.title);
        assert_eq!(text(columns.place[row]), thing.place);
        assert_eq!(text(columns.labels[row]), thing.labels.join(";"));
        assert_eq!((columns.open[row], columns.count[row]), (thing.open, thing.count));
        assert_eq!(columns.size.get(row), thing.size);
        assert_eq!((columns.begun.get(row), columns.ended.get(row)), (Some(thing.begun), thing.ended));
        assert_eq!((columns.month[row], &columns.cost[row]), (thing.month, &thing.cost));
        assert_eq!((columns.presence[row], columns.kind[row]), (thing.presence, thing.kind.known()));
    }
}

fn database() -> (Connection, Codes) {
    let connection = Connection::open_in_memory().expect("opened");
    let dictionary = "CREATE TABLE dictionary (code INTEGER PRIMARY KEY, value TEXT NOT NULL UNIQUE);
        INSERT INTO dictionary VALUES (0, '');";
    connection.execute_batch(dictionary).expect("made");
    let ddl = statements::ddl(Thing::TABLE, "row_id INTEGER PRIMARY KEY, seen INTEGER, ");
    connection.execute_batch(&ddl).expect("made");
    (connection, Codes::default())
}

#[test]
fn a_declared_table_goes_into_the_store_and_comes_back_as_rows_and_as_columns() {
    let (connection, mut codes) = database();
    for thing in things() {
        let blank = Thing { title: "to be overwritten".to_owned(), ..thing.clone() };
        let row = statements::insert(&connection, &mut codes, &blank, &[("seen", &1)]).expect("stored");
        statements::update(&connection, &mut codes, row, &thing, &[("seen", &2)]).expect("stored again");
    }
    let mut texts = Interner::over(crate::read::dictionary(&connection).expect("read"));
    let plausible = Plausible::at(Instant::parse_rfc3339("2026-12-31T00:00:00Z").expect("an instant"));
    let source = Source::new(&connection, plausible);
    let columns: ThingColumns = free(&source, "row_id", &mut texts).expect("read");
    columns_say(&columns, &texts);
    let seen: i64 = connection.query_row("SELECT min(seen) FROM thing", [], |row| row.get(0)).expect("asked");
    assert_eq!(seen, 2);
}

#[test]
fn a_declared_table_is_written_as_csv_and_read_from_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut text = Vec::new();
    push_header::<Thing>(&mut text);
    for thing in things() {
        push_row(&mut text, &thing, &[]);
    }
    fs::write(folder.path().join(Thing::TABLE.file), &text).expect("written");
    let mut read = Vec::new();
    let is_there = rows::each_row(folder.path(), |line, file: rows::FileRow<Thing>| -> Result<(), CsvError> {
        read.push((line, file.row));
        Ok(())
    });
    assert!(is_there.expect("a file without faults"));
    assert_eq!(read.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [2, 4]);
    assert_eq!(read.into_iter().map(|(_, thing)| thing).collect::<Vec<_>>(), things());
}

#[test]
fn rows_become_columns_and_columns_can_be_put_in_another_order_and_joined() {
    let mut texts = Interner::default();
    let mut columns = ThingColumns::default();
    for thing in things().iter().rev() {
        columns.push_row(thing, &mut texts);
    }
    columns.gather(&[1, 0]);
    columns_say(&columns, &texts);
    let mut others = Interner::default();
    others.code(b"another text first");
    let codes = others.adopt(&texts);
    let mut joined = ThingColumns::default();
    joined.append(&columns, &codes);
    columns_say(&joined, &others);
}

#[test]
fn what_is_published_follows_from_the_declaration() {
    let names: Vec<_> = Thing::TABLE.header().collect();
    assert_eq!(names[..4], ["title", "place", "status", "labels"]);
    let at = Thing::TABLE.column("at").expect("declared");
    assert_eq!((at.storage, at.doc, at.required), (Storage::Instant, "when", true));
    let kind = Thing::TABLE.column("kind").expect("declared");
    assert_eq!(kind.kinds, ["added", "moved", "removed"]);
    assert!(Thing::TABLE.column("children").is_none());
}
