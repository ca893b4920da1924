//! Whether a store holds only what can have been stored.

use std::fmt;
use std::path::Path;

use ahash::AHashSet;
use model::instant::Plausible;
use model::spec::{RawColumn, RawTable, Storage};
use model::tables::RAW_TABLES;
use model::{Amount, Instant, Month};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row};

use crate::import_csv::NEVER_OBSERVED;
use crate::sqlite::opening::open_for_reading;
use crate::sqlite::plans::{Prepare as _, Scan};
use crate::{Store, StoreError, clock, read, runs};

/// Something that is wrong with a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The table; empty where the file as a whole is meant.
    pub table: &'static str,
    /// The row by its key, `row_id 17` or `issue 17, seq 2`; empty where the table as a whole is meant.
    pub row: String,
    /// What is wrong.
    pub what: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.table, self.row.as_str()) {
            ("", _) => {}
            (table, "") => write!(f, "{table}: ")?,
            (table, row) => write!(f, "{table}, {row}: ")?,
        }
        f.write_str(&self.what)
    }
}

/// Most faults that are named of one table.
const MOST_FAULTS: usize = 100;

impl Store {
    /// Asks the database whether its pages fit together. Reads the whole file once, but no cell of it.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] names the first thing that does not.
    pub fn check_pages(&self) -> Result<(), StoreError> {
        let connection = open_for_reading(self.path()).map_err(|error| StoreError::database(self.path(), error))?;
        quick(self.path(), &connection)
    }

    /// Looks at every page, index, key and cell, and returns what cannot have been stored: rows whose owner is missing,
    /// codes without a text, texts that are no kind of their column, cells of another type, instants that
    /// [cannot be](Plausible) by the machine's clock. Of one table at most 100 faults are listed, and a last one counts the
    /// others. What it cannot see is a value that became another possible one.
    ///
    /// # Errors
    /// The file cannot be read at all.
    pub fn check(&self) -> Result<Vec<Fault>, StoreError> {
        let sql = |error| StoreError::database(self.path(), error);
        let connection = open_for_reading(self.path()).map_err(sql)?;
        connection.execute_batch("BEGIN").map_err(sql)?;
        let mut faults = Vec::new();
        let says: Result<Vec<String>, _> = says(&connection, "PRAGMA integrity_check");
        match says {
            Ok(says) => faults.extend(says.into_iter().map(|what| Fault { table: "", row: String::new(), what })),
            Err(error) => faults.push(Fault { table: "", row: String::new(), what: error.to_string() }),
        }
        let imports = read::tables::rows(&connection, runs::ORDER).unwrap_or_default();
        let plausible = read::plausible(&imports, clock::now());
        let mut look = |table: &'static str, look: &dyn Fn(&mut TableFaults) -> rusqlite::Result<()>| {
            let mut found = TableFaults { table, listed: Vec::new(), unlisted: 0 };
            if let Err(error) = look(&mut found) {
                found.add(String::new(), error.to_string());
            }
            faults.append(&mut found.listed);
            if found.unlisted > 0 {
                let what = format!("{} more faults are not listed", found.unlisted);
                faults.push(Fault { table, row: String::new(), what });
            }
        };
        let texts = dictionary(&connection);
        look("dictionary", &|found| {
            texts.as_ref().map_or(Ok(()), |texts| {
                texts.faults.iter().for_each(|(row, what)| found.add(row.clone(), what.clone()));
                Ok(())
            })
        });
        for table in RAW_TABLES {
            look(table.name, &|found| owners(&connection, table.name, found));
            if let Ok(texts) = &texts {
                look(table.name, &|found| cells(&connection, table, texts, plausible, found));
            }
        }
        if let Err(error) = texts {
            faults.push(Fault { table: "dictionary", row: String::new(), what: error.to_string() });
        }
        Ok(faults)
    }
}

/// Asks for the structure of pages alone.
pub(crate) fn quick(path: &Path, connection: &Connection) -> Result<(), StoreError> {
    let says = says(connection, "PRAGMA quick_check(1)").map_err(|error| StoreError::database(path, error))?;
    match says.into_iter().next() {
        None => Ok(()),
        Some(what) => Err(StoreError::Damaged { path: path.to_path_buf(), what }),
    }
}

/// What a check of the database has to say but that all is well.
fn says(connection: &Connection, check: &str) -> rusqlite::Result<Vec<String>> {
    let mut statement = connection.scan(check, Scan::Everything)?;
    let lines: Vec<String> = statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    Ok(lines.into_iter().filter(|line| line != "ok").map(|line| line.replace('\n', "; ")).collect())
}

/// The faults of one table.
struct TableFaults {
    table: &'static str,
    listed: Vec<Fault>,
    unlisted: u64,
}

impl TableFaults {
    fn add(&mut self, row: String, what: String) {
        if self.listed.len() < MOST_FAULTS {
            self.listed.push(Fault { table: self.table, row, what });
        } else {
            self.unlisted += 1;
        }
    }
}

/// The texts behind codes.
struct Dictionary {
    /// By code.
    texts: Vec<Vec<u8>>,
    faults: Vec<(String, String)>,
}

fn dictionary(connection: &Connection) -> rusqlite::Result<Dictionary> {
    let mut dictionary = Dictionary { texts: Vec::new(), faults: Vec::new() };
    let mut statement = connection.scan("SELECT code, value FROM dictionary ORDER BY code", Scan::Everything)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (code, value) = (row.get_ref(0)?, row.get_ref(1)?);
        let place = || format!("code {}", shown(code));
        if code != ValueRef::Integer(dictionary.texts.len() as i64) {
            dictionary.faults.push((place(), format!("the code before it is {}", dictionary.texts.len() as i64 - 1)));
        }
        let text = match value {
            ValueRef::Text(text) => text.to_vec(),
            _ => Vec::new(),
        };
        if !matches!(value, ValueRef::Text(_)) || std::str::from_utf8(&text).is_err() {
            dictionary.faults.push((place(), format!("value: {} is no text", shown(value))));
        }
        if dictionary.texts.is_empty() != text.is_empty() {
            dictionary.faults.push((place(), "code 0 alone is the empty text".to_owned()));
        }
        dictionary.texts.push(text);
    }
    Ok(dictionary)
}

/// Rows whose owner is missing.
fn owners(connection: &Connection, table: &str, found: &mut TableFaults) -> rusqlite::Result<()> {
    let mut statement = connection.scan(&format!("PRAGMA foreign_key_check({table})"), Scan::Everything)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let number: Option<i64> = row.get(1)?;
        let owner: String = row.get(2)?;
        let place = number.map_or_else(String::new, |number| format!("row_id {number}"));
        found.add(place, format!("a row belongs to one of {owner} that is not there"));
    }
    Ok(())
}

/// Cells that no program has written.
fn cells(
    connection: &Connection,
    table: &'static RawTable,
    texts: &Dictionary,
    plausible: Plausible,
    found: &mut TableFaults,
) -> rusqlite::Result<()> {
    let keys = keys(connection, table.name)?;
    let columns: Vec<&RawColumn> = table.stored().collect();
    let kinds: Vec<AHashSet<&[u8]>> = columns
        .iter()
        .map(
            |column| {
                if column.told { AHashSet::new() } else { column.kinds.iter().map(|kind| kind.as_bytes()).collect() }
            },
        )
        .collect();
    let names = keys.iter().map(String::as_str).chain(columns.iter().map(|column| column.name));
    let names: Vec<_> = names.map(|name| format!("\"{name}\"")).collect();
    let sql = format!("SELECT {} FROM {}", names.join(", "), table.name);
    let mut statement = connection.scan(&sql, Scan::Everything)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        for (index, column) in columns.iter().enumerate() {
            let value = row.get_ref(keys.len() + index)?;
            if let Some(what) = fault(column, &kinds[index], value, texts, plausible) {
                found.add(place(row, &keys)?, format!("{}: {what}", column.name));
            }
        }
    }
    Ok(())
}

/// The columns of a table's key, in order.
fn keys(connection: &Connection, table: &str) -> rusqlite::Result<Vec<String>> {
    let sql = format!("SELECT name FROM pragma_table_info('{table}') WHERE pk > 0 ORDER BY pk");
    connection.scan(&sql, Scan::Everything)?.query_map([], |row| row.get(0))?.collect()
}

fn place(row: &Row<'_>, keys: &[String]) -> rusqlite::Result<String> {
    let parts = keys.iter().enumerate().map(|(index, key)| Ok(format!("{key} {}", shown(row.get_ref(index)?))));
    Ok(parts.collect::<rusqlite::Result<Vec<_>>>()?.join(", "))
}

fn shown(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Null => "null".to_owned(),
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) => number.to_string(),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => {
            String::from_utf8_lossy(bytes).escape_debug().take(80).collect()
        }
    }
}

/// What is wrong with a cell.
fn fault(
    column: &RawColumn,
    kinds: &AHashSet<&[u8]>,
    value: ValueRef<'_>,
    texts: &Dictionary,
    plausible: Plausible,
) -> Option<String> {
    let wrong = |is: &str| Some(format!("{} is {is}", shown(value)));
    match (column.storage, value) {
        (Storage::OfOwner, _)
        | (Storage::Text | Storage::Int | Storage::Instant, ValueRef::Null)
        | (Storage::Int, ValueRef::Integer(_))
        | (Storage::Bool, ValueRef::Integer(0 | 1)) => None,
        (Storage::Text, ValueRef::Text(text)) => match std::str::from_utf8(text) {
            Err(_) => wrong("not UTF-8"),
            Ok(_) if !kinds.is_empty() && !kinds.contains(text) => wrong("no kind of this column"),
            Ok(_) => None,
        },
        (Storage::Code, ValueRef::Integer(code)) => {
            match usize::try_from(code).ok().and_then(|code| texts.texts.get(code)) {
                None => wrong("a code without a text"),
                Some(text) if !kinds.is_empty() && !kinds.contains(text.as_slice()) => {
                    Some(format!("`{}` is no kind of this column", String::from_utf8_lossy(text)))
                }
                Some(_) => None,
            }
        }
        (Storage::List, ValueRef::Text(text)) => match serde_json::from_slice::<Vec<String>>(text) {
            Ok(_) => None,
            Err(_) if text.is_empty() => None,
            Err(_) => wrong("no list of texts"),
        },
        (Storage::Instant, ValueRef::Integer(micros)) => {
            let is_of_file = micros == NEVER_OBSERVED && column.name == "observed_at";
            if plausible.holds(micros) || is_of_file {
                return None;
            }
            Some(format!("`{}` {}", Instant::from_micros(micros).to_rfc3339_seconds(), plausible.complaint()))
        }
        (Storage::Month, ValueRef::Integer(number)) => {
            let month = i32::try_from(number).ok().and_then(Month::from_number);
            if month.is_some() { None } else { wrong("no month") }
        }
        (Storage::Amount, ValueRef::Text(text)) => {
            let amount = std::str::from_utf8(text).ok().and_then(|text| text.parse::<Amount>().ok());
            if amount.is_some() { None } else { wrong("no amount") }
        }
        _ => wrong("of another type than its column"),
    }
}
