//! Versions of the schema and the way from one to the next.

use rusqlite::{Connection, TransactionBehavior};

/// Steps from one version to the next: step `n` makes version `n + 1`. Never edit one that was released.
const MIGRATIONS: &[&str] = &[
    include_str!("schema.sql"),
    include_str!("schema_2_cloud_costs.sql"),
    include_str!("schema_3_deliveries.sql"),
    include_str!("schema_4_observed_run.sql"),
];

/// The newest version that this program knows.
pub(crate) const VERSION: i64 = MIGRATIONS.len() as i64;

/// Version of the schema in a file; 0 for a new one.
pub(crate) fn version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.query_row("PRAGMA user_version", [], |row| row.get(0))
}

/// Whether a file of version 0 holds tables that are not ours.
pub(crate) fn holds_other_tables(connection: &Connection) -> rusqlite::Result<bool> {
    connection.query_row("SELECT count(*) > 0 FROM sqlite_master", [], |row| row.get(0))
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
mod tests {
    use std::collections::BTreeMap;

    use model::spec::{self, RAW_TABLES};

    use super::*;
    use crate::publish_csv::{Storage, storage};

    /// Columns of the cards' rows that the tables of their children are published with.
    const THROUGH_CARD: [&str; 3] = ["item_id", "project_id", "project_name"];
    /// Columns that are never published: keys between the tables, and what an import needs to know.
    const INTERNAL: [&str; 10] = [
        "row_id",
        "repository",
        "issue",
        "pr",
        "item",
        "seq",
        "observed_at",
        "observed_run",
        "first_run",
        "seen_generation",
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
            let through_card =
                [spec::ISSUE_PROJECT_CUSTOM_FIELD.name, spec::PROJECT_ITEM_SIGHTING.name].contains(&table.name);
            for column in table.columns {
                let storage = storage(table, column);
                if through_card && THROUGH_CARD.contains(&column.name) {
                    continue;
                }
                let (name, expected) = match storage {
                    Storage::OfParent if column.name != "number" => ("repository", None),
                    Storage::OfParent => ("number", Some("TEXT")),
                    Storage::Text | Storage::List => (column.name, Some("TEXT")),
                    _ => (column.name, Some("INTEGER")),
                };
                let of_child = ["issue", "pr", "item"].iter().any(|parent| stored.contains_key(*parent));
                if storage == Storage::OfParent && of_child {
                    continue;
                }
                let found = stored.get(name).unwrap_or_else(|| panic!("{}.{name} is not stored", table.name));
                assert_eq!(Some(found.as_str()), expected.or(Some(found)), "{}.{name}", table.name);
                if name == column.name {
                    stored.remove(name);
                }
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
}
