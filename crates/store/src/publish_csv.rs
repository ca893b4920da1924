//! The raw tables as CSV files, row by row, in an order that depends on nothing but the data.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use model::cells::RawRow as _;
use model::columns::Dictionary;
use model::csv::push_field;
use model::spec::{RawColumn, RawTable, Storage};
use model::table::push_instant;
use model::tables::{CiJob, RAW_TABLES, is_rolled_up};
use model::{Instant, Month};
use rusqlite::{Connection, Row};

use crate::dictionary::Codes;
use crate::publish::write_atomically;
use crate::read::order::{Parent, Parents, cards};
use crate::read::pushed::IS_REPOSITORY;
use crate::rollup::settling::open_rows;
use crate::sqlite::cells::Cells;
use crate::sqlite::damage::{cannot_be, in_table};
use crate::sqlite::plans::{Prepare as _, Scan};
use crate::sqlite::statements::{Keys, insert};
use crate::{StoreError, read};

/// Whether the jobs of CI are published, each with a row of its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum JobsOfCi {
    /// Only what they are rolled up into.
    #[default]
    LeftOut,
    /// Those that are kept, too.
    Published,
}

/// Writes every raw table into a folder.
pub(crate) fn publish(
    store: &Path,
    connection: &Connection,
    folder: &Path,
    jobs: JobsOfCi,
) -> Result<Vec<PathBuf>, StoreError> {
    let sql = |error| StoreError::database(store, error);
    connection.execute_batch("BEGIN").map_err(sql)?;
    roll_up_what_is_open(connection).map_err(sql)?;
    connection.set_prepared_statement_cache_capacity(32);
    let publisher = Publisher {
        connection,
        dictionary: read::dictionary(connection).map_err(sql)?,
        issues: Parents::of_issues(connection).map_err(sql)?,
        pull_requests: Parents::of_pull_requests(connection).map_err(sql)?,
    };
    let mut files = Vec::with_capacity(RAW_TABLES.len());
    for table in RAW_TABLES {
        let path = folder.join(format!("{}.csv", table.name));
        if table.name == CiJob::TABLE.name && jobs == JobsOfCi::LeftOut {
            remove_if_there(&path)?;
            continue;
        }
        let mut failure = None;
        let written = write_atomically(&path, |out| {
            publisher.write(table, out).map_err(|problem| match problem {
                Problem::Io(error) => error,
                Problem::Sql(error) => {
                    failure = Some(error);
                    io::Error::other("the store could not be read")
                }
            })
        });
        match (failure, written) {
            (Some(error), _) => return Err(sql(error)),
            (None, written) => written?,
        }
        files.push(path);
    }
    connection.execute_batch("COMMIT").map_err(sql)?;
    Ok(files)
}

/// What is left of an earlier publication would be taken for what is there.
fn remove_if_there(path: &Path) -> Result<(), StoreError> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(StoreError::io("remove", path, error)),
        _ => Ok(()),
    }
}

/// What the jobs say that are not rolled up, in tables of this connection alone, beside those of the store.
fn roll_up_what_is_open(connection: &Connection) -> rusqlite::Result<()> {
    let open = open_rows(connection)?;
    // A table of the connection goes before one of the store under the same name.
    for table in RAW_TABLES.into_iter().filter(|table| is_rolled_up(table)) {
        let name = table.name;
        connection.execute_batch(&format!("CREATE TEMP TABLE {name} AS SELECT * FROM main.{name} WHERE 0"))?;
    }
    let mut codes = Codes::default();
    let run: Keys<'_> = &[("observed_run", &0)];
    open.run_jobs.iter().try_for_each(|row| insert(connection, &mut codes, row, run).map(drop))?;
    open.sums.iter().try_for_each(|row| insert(connection, &mut codes, row, run).map(drop))?;
    open.flakes.iter().try_for_each(|row| insert(connection, &mut codes, row, run).map(drop))
}

struct Publisher<'a> {
    connection: &'a Connection,
    dictionary: Dictionary,
    issues: Parents,
    pull_requests: Parents,
}

enum Problem {
    Io(io::Error),
    Sql(rusqlite::Error),
}

impl From<io::Error> for Problem {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<rusqlite::Error> for Problem {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sql(error)
    }
}

/// A file being written, in pieces.
struct Lines<'a> {
    out: &'a mut dyn Write,
    buffer: Vec<u8>,
}

const PIECE: usize = 1 << 16;

impl Lines<'_> {
    fn end_line(&mut self) -> io::Result<()> {
        self.buffer.push(b'\n');
        if self.buffer.len() >= PIECE { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.write_all(&self.buffer)?;
        self.buffer.clear();
        Ok(())
    }
}

impl Publisher<'_> {
    fn write(&self, table: &'static RawTable, out: &mut dyn Write) -> Result<(), Problem> {
        self.write_rows(table, out).map_err(|problem| match problem {
            Problem::Sql(error) => Problem::Sql(in_table(table.name, String::new)(error)),
            Problem::Io(error) => Problem::Io(error),
        })
    }

    fn write_rows(&self, table: &RawTable, out: &mut dyn Write) -> Result<(), Problem> {
        let mut lines = Lines { out, buffer: Vec::with_capacity(2 * PIECE) };
        for (index, name) in table.header().enumerate() {
            if index > 0 {
                lines.buffer.push(b',');
            }
            push_field(&mut lines.buffer, name.as_bytes());
        }
        lines.end_line()?;
        match table.name {
            "repository" => self.whole(table, "t.org, t.repo, t.host, t.id, t.row_id", &mut lines)?,
            "project" => self.whole(table, "t.project_id, t.host", &mut lines)?,
            "cloud_costs" => {
                let order = "t.month, t.provider, t.account, t.service, t.charge_category, t.currency";
                self.whole(table, order, &mut lines)?;
            }
            "deployment" | "deployment_status" | "release" | "git_commit" | "ci_run" | "ci_job" | "ci_run_jobs"
            | "ci_job_sum" | "ci_flake" | "ci_bill" | "incident" | "incident_event" | "ticket" | "ticket_event" => {
                let key = table.key.iter().map(|column| format!("t.{column}"));
                self.whole(table, &key.collect::<Vec<_>>().join(", "), &mut lines)?;
            }
            "import_run" => self.whole(table, "t.run, t.scope, t.subject", &mut lines)?,
            "issue" => self.by_parent(table, &self.issues, "t.row_id = ?1", &mut lines)?,
            "pr" => self.by_parent(table, &self.pull_requests, "t.row_id = ?1", &mut lines)?,
            "pr_review" | "pr_event" => {
                self.by_parent(table, &self.pull_requests, "t.pr = ?1 ORDER BY t.seq", &mut lines)?;
            }
            "issue_project_custom_field" => self.custom_fields(table, &mut lines)?,
            "project_item" => {
                self.cards(table, "project_item t WHERE t.item_id IS NOT NULL ORDER BY t.item_id", &mut lines)?;
            }
            "project_item_sighting" => {
                let from = "project_item i JOIN project_item_sighting t ON t.item = i.row_id
                    WHERE i.item_id IS NOT NULL ORDER BY i.item_id, t.seq";
                self.cards(table, from, &mut lines)?;
            }
            _ => self.by_parent(table, &self.issues, "t.issue = ?1 ORDER BY t.seq", &mut lines)?,
        }
        lines.flush()?;
        Ok(())
    }

    fn whole(&self, table: &RawTable, order: &str, lines: &mut Lines<'_>) -> Result<(), Problem> {
        let name = table.name;
        let from = if is_rolled_up(table) {
            format!("(SELECT * FROM main.{name} UNION ALL SELECT * FROM temp.{name})")
        } else if name == "repository" {
            format!("(SELECT * FROM {name} WHERE {IS_REPOSITORY})")
        } else {
            name.to_owned()
        };
        let sql = format!("SELECT {} FROM {from} t ORDER BY {order}", selection(table));
        let mut statement = self.connection.scan(&sql, Scan::Everything)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            self.line(table, row, None, lines)?;
        }
        Ok(())
    }

    fn by_parent(
        &self,
        table: &RawTable,
        parents: &Parents,
        condition: &str,
        lines: &mut Lines<'_>,
    ) -> Result<(), Problem> {
        let sql = format!("SELECT {} FROM {} t WHERE {condition}", selection(table), table.name);
        let mut statement = self.connection.by_key(&sql)?;
        for parent in parents.all() {
            let mut rows = statement.query([parent.row])?;
            while let Some(row) = rows.next()? {
                self.line(table, row, Some((parents, parent)), lines)?;
            }
        }
        Ok(())
    }

    fn custom_fields(&self, table: &RawTable, lines: &mut Lines<'_>) -> Result<(), Problem> {
        let sql = format!(
            "SELECT {} FROM project_item i JOIN {} t ON t.item = i.row_id WHERE i.row_id = ?1 ORDER BY t.seq",
            selection(table),
            table.name
        );
        let mut statement = self.connection.by_key(&sql)?;
        for card in cards(self.connection, &self.issues, &self.dictionary)? {
            let issue = &self.issues.all()[card.issue as usize];
            let mut rows = statement.query([card.row])?;
            while let Some(row) = rows.next()? {
                self.line(table, row, Some((&self.issues, issue)), lines)?;
            }
        }
        Ok(())
    }

    /// Rows of cards; the last column selected is the row of the issue.
    fn cards(&self, table: &RawTable, from: &str, lines: &mut Lines<'_>) -> Result<(), Problem> {
        let card = if table.name == "project_item" { "t" } else { "i" };
        let sql = format!("SELECT {}, {card}.issue FROM {from}", selection(table));
        let mut statement = self.connection.scan(&sql, Scan::Everything)?;
        let last = statement.column_count() - 1;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let issue = Cells(row).int_or_null(last)?.and_then(|issue| self.issues.find(issue));
            self.line(table, row, issue.map(|issue| (&self.issues, issue)), lines)?;
        }
        Ok(())
    }

    fn line(
        &self,
        table: &RawTable,
        row: &Row<'_>,
        parent: Option<(&Parents, &Parent)>,
        lines: &mut Lines<'_>,
    ) -> Result<(), Problem> {
        let cells = Cells(row);
        let line = &mut lines.buffer;
        let mut next = 0;
        for (index, column) in table.columns.iter().enumerate() {
            if index > 0 {
                line.push(b',');
            }
            match storage_of(column) {
                Storage::OfOwner => {
                    push_field(line, parent.map_or(b"", |(parents, parent)| of_parent(parents, parent, column.name)));
                    continue;
                }
                Storage::Text | Storage::Amount => push_field(line, cells.text(next)?),
                Storage::Code => match cells.code(next)? {
                    code if (code as usize) < self.dictionary.len() => push_field(line, self.dictionary.bytes(code)),
                    code => {
                        let what = format!("column {}: the dictionary has no code {code}", column.name);
                        return Err(cannot_be(what).into());
                    }
                },
                Storage::List => {
                    let texts: Vec<String> = serde_json::from_slice(cells.text(next)?).unwrap_or_default();
                    push_field(line, texts.join(";").as_bytes());
                }
                Storage::Int => {
                    if let Some(value) = cells.int_or_null(next)? {
                        write!(line, "{value}")?;
                    }
                }
                Storage::Month => {
                    let number = i32::try_from(cells.int(next)?).ok();
                    if let Some(month) = number.and_then(Month::from_number) {
                        write!(line, "{month}-01")?;
                    }
                }
                Storage::Bool => line.extend_from_slice(if cells.bool(next)? { b"true" } else { b"false" }),
                Storage::Instant => {
                    if let Some(at) = cells.int_or_null(next)? {
                        push_instant(line, Instant::from_micros(at));
                    }
                }
            }
            next += 1;
        }
        lines.end_line()?;
        Ok(())
    }
}

fn of_parent<'a>(parents: &'a Parents, parent: &'a Parent, column: &str) -> &'a [u8] {
    let [org, repo, host] = parents.names(parent);
    match column {
        "org" => org,
        "repo" => repo,
        "host" => host,
        _ => &parent.number,
    }
}

/// What a row of a card has in the row of the card, and how.
const OF_CARDS: [(&str, Storage); 3] =
    [("item_id", Storage::Text), ("project_id", Storage::Code), ("project_name", Storage::Code)];

/// How a selected cell is stored: what belongs to a card is selected with its row.
fn storage_of(column: &RawColumn) -> Storage {
    let of_card = OF_CARDS.iter().find(|(name, _)| column.storage == Storage::OfOwner && *name == column.name);
    of_card.map_or(column.storage, |(_, storage)| *storage)
}

/// The stored columns of a table in published order, from `t` or, for what a card's row holds, from `i`.
fn selection(table: &RawTable) -> String {
    let columns = table.columns.iter().filter(|column| storage_of(column) != Storage::OfOwner).map(|column| {
        let from = if column.storage == Storage::OfOwner { 'i' } else { 't' };
        format!("{from}.\"{}\"", column.name)
    });
    columns.collect::<Vec<_>>().join(", ")
}
