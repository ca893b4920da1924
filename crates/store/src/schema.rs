//! Versions of the schema and the way from one to the next.

use rusqlite::{Connection, TransactionBehavior};

use crate::sqlite::plans::{Prepare as _, Scan};

/// Steps from one version to the next: step `n` makes version `n + 1`. Never edit one that was released.
const MIGRATIONS: &[&str] = &[
    include_str!("schema.sql"),
    include_str!("schema_2_cloud_costs.sql"),
    include_str!("schema_3_deliveries.sql"),
    include_str!("schema_4_observed_run.sql"),
    include_str!("schema_5_host.sql"),
    include_str!("schema_6_what_was_known.sql"),
    include_str!("schema_7_commit_trailers.sql"),
    include_str!("schema_8_found_by_key.sql"),
    include_str!("schema_9_delivery.sql"),
    include_str!("schema_10_ci_run.sql"),
    include_str!("schema_11_ci_jobs.sql"),
    include_str!("schema_12_iterations.sql"),
    include_str!("schema_13_pushed.sql"),
    include_str!("schema_14_ci_rollup.sql"),
    include_str!("schema_15_told_series.sql"),
    include_str!("schema_16_pushed_pull_requests.sql"),
    include_str!("schema_17_tickets.sql"),
    include_str!("schema_18_first_listed_commit.sql"),
    include_str!("schema_19_days_last.sql"),
];

/// The newest version that this program knows.
pub(crate) const VERSION: i64 = MIGRATIONS.len() as i64;

/// Version of the schema in a file; 0 for a new one.
pub(crate) fn version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.by_key("PRAGMA user_version")?.query_row([], |row| row.get(0))
}

/// Whether a file of version 0 holds tables that are not ours.
pub(crate) fn holds_other_tables(connection: &Connection) -> rusqlite::Result<bool> {
    connection.scan("SELECT count(*) > 0 FROM sqlite_master", Scan::Everything)?.query_row([], |row| row.get(0))
}

/// Brings a file to the newest version, in one transaction; another process may be doing the same.
pub(crate) fn migrate(connection: &mut Connection) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for (step, sql) in MIGRATIONS.iter().enumerate().skip(version(&transaction)?.max(0) as usize) {
        transaction.execute_batch(sql)?;
        transaction.pragma_update(None, "user_version", step as i64 + 1)?;
    }
    transaction.commit()
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "questions about the schema")]
mod tests {
    use std::collections::BTreeMap;

    use model::spec::Storage;
    use model::tables::RAW_TABLES;

    use super::*;
    use crate::sqlite::statements::storage_type;

    /// Columns that are never published: keys between the tables, and what an import needs to know.
    const INTERNAL: [&str; 14] = [
        "row_id",
        "repository",
        "issue",
        "pr",
        "item",
        "seq",
        "number",
        "observed_at",
        "observed_run",
        "first_run",
        "seen_generation",
        "fields_at",
        "told_at",
        "jobs_gone",
    ];

    fn columns(connection: &Connection, table: &str) -> BTreeMap<String, String> {
        connection
            .prepare(&format!("PRAGMA table_info({table})"))
            .expect("prepared")
            .query_map([], |row| Ok((row.get(1)?, row.get(2)?)))
            .expect("asked")
            .collect::<rusqlite::Result<_>>()
            .expect("read")
    }

    #[test]
    fn every_raw_column_is_stored_in_its_type_and_nothing_else_is() {
        let mut connection = Connection::open_in_memory().expect("opened");
        migrate(&mut connection).expect("migrated");
        for table in RAW_TABLES {
            let mut stored = columns(&connection, table.name);
            for column in table.columns.iter().filter(|column| column.storage != Storage::OfOwner) {
                let found = stored.remove(column.name);
                assert_eq!(found.as_deref(), Some(storage_type(column.storage)), "{}.{}", table.name, column.name);
            }
            let rest: Vec<_> = stored.keys().filter(|name| !INTERNAL.contains(&name.as_str())).collect();
            assert!(rest.is_empty(), "{}: {rest:?} are stored and not published", table.name);
        }
    }

    #[test]
    fn migrating_twice_changes_nothing() {
        let mut connection = Connection::open_in_memory().expect("opened");
        migrate(&mut connection).expect("migrated");
        migrate(&mut connection).expect("migrated again");
        assert_eq!(version(&connection).expect("asked"), VERSION);
    }

    #[test]
    fn sums_of_jobs_are_kept_where_their_days_get_another_place() {
        let mut connection = Connection::open_in_memory().expect("opened");
        for sql in &MIGRATIONS[..17] {
            connection.execute_batch(sql).expect("made");
        }
        let sums = "INSERT INTO ci_job_sum VALUES
            (2, 'acme', 'api', 'CI', 'ci.yml', 0, 'ubuntu', 'hosted', 'useful', 3, 1, 700, 2, 1, 'github.com', 5),
            (1, 'acme', 'api', 'CI', 'ci.yml', 0, 'ubuntu', 'hosted', 'useful', 4, 0, 800, 4, 1, 'github.com', 6),
            (1, 'acme', 'api', 'CI', 'ci.yml', 0, 'ubuntu', 'hosted', 'failed', 5, 0, 900, 5, 0, 'github.com', 7)";
        connection.execute_batch(sums).expect("filled");
        connection.pragma_update(None, "user_version", 17).expect("set");
        let rows = |connection: &Connection| -> Vec<String> {
            let all = columns(connection, "ci_job_sum").into_keys().collect::<Vec<_>>().join(" || ',' || ");
            let mut statement =
                connection.prepare(&format!("SELECT {all} FROM ci_job_sum ORDER BY part, day")).expect("prepared");
            statement.query_map([], |row| row.get(0)).expect("asked").map(|row| row.expect("read")).collect()
        };
        let before = rows(&connection);
        assert_eq!(before.len(), 3);
        migrate(&mut connection).expect("migrated");
        assert_eq!(rows(&connection), before);
    }
}
