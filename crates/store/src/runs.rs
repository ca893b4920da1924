//! What imports covered.

use model::Instant;
use model::records::ImportRun;
use rusqlite::{Connection, Row};

/// One more than every recorded run, every run of which anything is stored and every stored generation.
pub(crate) fn next(connection: &Connection) -> rusqlite::Result<i64> {
    connection.query_row(
        "SELECT coalesce((SELECT max(run) FROM import_run), 0),
            (SELECT max(value) FROM meta WHERE key IN ('generation', 'run'))",
        [],
        |row| Ok(row.get::<_, i64>(0)?.max(row.get(1)?) + 1),
    )
}

/// Stores or replaces the row of a run, scope and subject.
pub(crate) fn record(connection: &Connection, run: &ImportRun) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO import_run (run, scope, subject, outcome, \"full\", covered_from, covered_to, records, calls,
                points, message, label)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
             ON CONFLICT (run, scope, subject) DO UPDATE SET outcome = excluded.outcome, \"full\" = excluded.\"full\",
                covered_from = excluded.covered_from, covered_to = excluded.covered_to, records = excluded.records,
                calls = excluded.calls, points = excluded.points, message = excluded.message, label = excluded.label",
        )?
        .execute((
            run.run,
            &run.scope,
            &run.subject,
            &run.outcome,
            run.full,
            run.covered_from.map(Instant::micros),
            run.covered_to.map(Instant::micros),
            run.records,
            run.calls,
            run.points,
            &run.message,
            &run.label,
        ))
        .map(drop)
}

/// All rows by run, scope and subject.
pub(crate) fn all(connection: &Connection) -> rusqlite::Result<Vec<ImportRun>> {
    connection
        .prepare(
            "SELECT run, scope, subject, outcome, \"full\", covered_from, covered_to, records, calls, points, message,
                label
             FROM import_run ORDER BY run, scope, subject",
        )?
        .query_map([], from_row)?
        .collect()
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<ImportRun> {
    let instant = |index| row.get::<_, Option<i64>>(index).map(|micros| micros.map(Instant::from_micros));
    Ok(ImportRun {
        run: row.get(0)?,
        scope: row.get(1)?,
        subject: row.get(2)?,
        outcome: row.get(3)?,
        full: row.get(4)?,
        covered_from: instant(5)?,
        covered_to: instant(6)?,
        records: row.get(7)?,
        calls: row.get(8)?,
        points: row.get(9)?,
        message: row.get(10)?,
        label: row.get(11)?,
    })
}
