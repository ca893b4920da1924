//! Sums of jobs: what the days of one have in common is read once for all of them.

use model::cells::{RawColumns as _, RawRow as _, ReadColumns};
use model::columns::{CiJobSumColumns, Interner};
use model::kinds::{JobPart, Runner};
use model::records::CiJobSum;
use rusqlite::types::{Value, ValueRef};
use rusqlite::{OptionalExtension as _, Row, params_from_iter};

use super::tables::{Source, too_much};
use crate::sqlite::cells::Selection;
use crate::sqlite::damage::{cannot_be, in_table};
use crate::sqlite::plans::Prepare as _;

/// The key of a sum but for its day, in the order of storage.
const COMMON: [&str; 10] =
    ["org", "repo", "host", "workflow_path", "workflow", "pipeline", "labels", "runner", "part", "settled"];
/// What differs between the days.
const OF_A_DAY: [&str; 5] = ["day", "jobs", "skipped", "run_ms", "whole_minutes"];

/// All sums of jobs, in the order of their key.
pub(super) fn of_jobs(source: &Source<'_>, texts: &mut Interner) -> rusqlite::Result<CiJobSumColumns> {
    let name = CiJobSum::TABLE.name;
    let mut columns = CiJobSumColumns::default();
    read(source, texts, &mut columns).map_err(in_table(name, String::new))?;
    if let Some(column) = columns.overfull() {
        return Err(in_table(name, String::new)(too_much(column)));
    }
    columns.settle();
    Ok(columns)
}

fn read(source: &Source<'_>, texts: &mut Interner, columns: &mut CiJobSumColumns) -> rusqlite::Result<()> {
    let table = CiJobSum::TABLE;
    let common = Selection::new(source.connection, table, &COMMON, 0)?;
    let of_a_day = Selection::new(source.connection, table, &OF_A_DAY, 0)?.only(source.plausible);
    let (name, key) = (table.name, common.sql());
    // Behind the last day that there can be, so that the days of a key are not stepped through twice.
    let next = format!("SELECT {key} FROM {name} WHERE ({key}, day) > ({}) ORDER BY {key} LIMIT 1", marks());
    let days = format!("SELECT {} FROM {name} WHERE {} ORDER BY day", of_a_day.sql(), equal());
    let (mut next, mut days) = (source.connection.by_key(&next)?, source.connection.by_key(&days)?);
    let mut at = before_all();
    loop {
        let found = next.query_row(params_from_iter(at.iter().chain([&Value::Integer(i64::MAX)])), |row| {
            Ok((key_of(row)?, Common::of(&common, row, texts)?))
        });
        let Some((key, common)) = found.optional()? else { return Ok(()) };
        let mut rows = days.query(params_from_iter(&key))?;
        while let Some(row) = rows.next()? {
            common.push_day(columns, &of_a_day, row)?;
            if of_a_day.has_implausible() {
                source.hear(name, 0, &of_a_day);
            }
        }
        at = key;
    }
}

/// `?1, ?2, …`, for a key with its day.
fn marks() -> String {
    let marks = (1..=COMMON.len() + 1).map(|number| format!("?{number}"));
    marks.collect::<Vec<_>>().join(", ")
}

/// `"org" = ?1 AND "repo" = ?2 AND …`
fn equal() -> String {
    let terms = COMMON.iter().zip(1..).map(|(column, number)| format!("\"{column}\" = ?{number}"));
    terms.collect::<Vec<_>>().join(" AND ")
}

/// What stands before every key that there can be.
fn before_all() -> Vec<Value> {
    let is_flag = |column: &str| matches!(column, "pipeline" | "settled");
    let least = |column: &&str| if is_flag(column) { Value::Integer(i64::MIN) } else { Value::Text(String::new()) };
    COMMON.iter().map(least).collect()
}

fn key_of(row: &Row<'_>) -> rusqlite::Result<Vec<Value>> {
    let value = |index: usize| match row.get_ref(index)? {
        ValueRef::Integer(value) => Ok(Value::Integer(value)),
        // As it is stored, or else the next key would not be found.
        ValueRef::Text(_) => row.get(index).map(Value::Text),
        other => Err(cannot_be(format!("column {} holds {}", COMMON[index], other.data_type()))),
    };
    (0..COMMON.len()).map(value).collect()
}

/// What the days of a sum have in common: codes where it is text.
struct Common {
    org: u32,
    repo: u32,
    host: u32,
    workflow_path: u32,
    workflow: u32,
    pipeline: bool,
    labels: u32,
    runner: Option<Runner>,
    part: JobPart,
    settled: bool,
}

impl Common {
    /// Of a row with the columns of [`COMMON`].
    fn of(selection: &Selection, row: &Row<'_>, texts: &mut Interner) -> rusqlite::Result<Self> {
        let cells = &mut selection.cells(row, Some(texts));
        Ok(Self {
            org: cells.code()?,
            repo: cells.code()?,
            host: cells.code()?,
            workflow_path: cells.code()?,
            workflow: cells.code()?,
            pipeline: ReadColumns::flag(cells)?,
            labels: cells.code()?,
            runner: ReadColumns::told(cells)?,
            part: ReadColumns::kind(cells)?,
            settled: ReadColumns::flag(cells)?,
        })
    }

    /// Appends a day of it, from a row with the columns of [`OF_A_DAY`].
    fn push_day(&self, columns: &mut CiJobSumColumns, selection: &Selection, row: &Row<'_>) -> rusqlite::Result<()> {
        let cells = &mut selection.cells(row, None);
        // All of them: a column that is added has to be read here too.
        let CiJobSumColumns {
            day,
            org,
            repo,
            workflow,
            workflow_path,
            pipeline,
            labels,
            runner,
            part,
            jobs,
            skipped,
            run_ms,
            whole_minutes,
            settled,
            host,
        } = columns;
        ReadColumns::optional_instant(cells, day)?;
        for count in [jobs, skipped, run_ms, whole_minutes] {
            count.push(ReadColumns::int(cells)?.unwrap_or_default());
        }
        org.push(self.org);
        repo.push(self.repo);
        workflow.push(self.workflow);
        workflow_path.push(self.workflow_path);
        pipeline.push(self.pipeline);
        labels.push(self.labels);
        runner.push(self.runner);
        part.push(self.part);
        settled.push(self.settled);
        host.push(self.host);
        Ok(())
    }
}
