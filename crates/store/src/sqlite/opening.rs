//! Opening of database files.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use crate::publish::folder_of;
use crate::sqlite::plans::{Prepare as _, Scan};
use crate::{StoreError, schema};

/// How long one statement waits for another process that is committing.
const BUSY_TIMEOUT: Duration = Duration::from_secs(30);
/// Between two looks whether it has. The database's own pauses grow to a tenth of a second, and whoever commits one page after
/// the other has begun the next one by then.
const BUSY_PAUSE: Duration = Duration::from_millis(2);

/// Waits for others who are committing.
fn wait_for_others(connection: &mut Connection) -> rusqlite::Result<()> {
    connection.busy_handler(Some(|looks: i32| {
        std::thread::sleep(BUSY_PAUSE);
        BUSY_PAUSE.saturating_mul(looks.unsigned_abs()) < BUSY_TIMEOUT
    }))
}

/// The path in the address of a store.
pub(crate) fn path_of(url: &str) -> Result<PathBuf, StoreError> {
    let path = match url.split_once(':') {
        Some(("sqlite", path)) => path.strip_prefix("//").unwrap_or(path),
        Some((_, rest)) if rest.starts_with("//") => {
            return Err(StoreError::UnsupportedUrl { url: without_secret(url) });
        }
        _ => url,
    };
    if path.is_empty() {
        return Err(StoreError::UnsupportedUrl { url: url.to_owned() });
    }
    Ok(PathBuf::from(path))
}

/// `postgres://user:password@host/name` without what stands before the host.
fn without_secret(url: &str) -> String {
    match (url.split_once("://"), url.rsplit_once('@')) {
        (Some((kind, _)), Some((_, host))) => format!("{kind}://…@{host}"),
        _ => url.to_owned(),
    }
}

/// The version of the schema of a file; 0 where it is empty. A file that is not ours, or is newer, is an error.
pub(crate) fn checked_version(path: &Path, connection: &Connection) -> Result<i64, StoreError> {
    let sql = |error| StoreError::database(path, error);
    let found = schema::version(connection).map_err(sql)?;
    if found > schema::VERSION {
        return Err(StoreError::Newer { path: path.to_path_buf(), found, known: schema::VERSION });
    }
    if found == 0 && schema::holds_other_tables(connection).map_err(sql)? {
        // Another process may have finished making the store between the two questions.
        let again = schema::version(connection).map_err(sql)?;
        if again == 0 {
            return Err(StoreError::NotADatabase { path: path.to_path_buf(), source: None });
        }
        return Ok(again);
    }
    Ok(found)
}

/// A connection that writes: makes the file and its folder where they are missing, and brings an older schema up to date.
pub(crate) fn open_for_writing(path: &Path) -> Result<Connection, StoreError> {
    let folder = folder_of(path);
    fs::create_dir_all(folder).map_err(|error| StoreError::io("create", folder, error))?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let sql = |error| StoreError::database(path, error);
    let mut connection = Connection::open_with_flags(path, flags).map_err(sql)?;
    wait_for_others(&mut connection).map_err(sql)?;
    match checked_version(path, &connection)? {
        // A backup is no write-ahead log's file until it is put in the place of the store.
        schema::VERSION => use_log(&connection).map_err(sql)?,
        found => {
            if found == 0 {
                connection.pragma_update(None, "page_size", 8192).map_err(sql)?;
            }
            use_log(&connection).map_err(sql)?;
            schema::migrate(&mut connection).map_err(sql)?;
        }
    }
    tune_for_writing(&connection).map_err(sql)?;
    check_writable(&mut connection).map_err(sql)?;
    Ok(connection)
}

/// Keeps readers and the writer out of each other's way.
fn use_log(connection: &Connection) -> rusqlite::Result<()> {
    let mode: String = connection.pragma_query_value(None, "journal_mode", |row| row.get(0))?;
    if mode == "wal" { Ok(()) } else { connection.pragma_update(None, "journal_mode", "WAL") }
}

/// Finds out now, and not after the first page was fetched, that a file may not be written. Where another
/// process is writing it plainly can be.
fn check_writable(connection: &mut Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(Duration::ZERO)?;
    let tried = connection.execute_batch("BEGIN IMMEDIATE; ROLLBACK");
    wait_for_others(connection)?;
    match tried {
        Err(error) if error.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseBusy) => Ok(()),
        tried => tried,
    }
}

fn tune_for_writing(connection: &Connection) -> rusqlite::Result<()> {
    // The plan of a statement never depends on its parameters: else each use of it would plan it anew, as the value may
    // decide whether a partial index holds the row.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    connection.pragma_update(None, "foreign_keys", "OFF")?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.pragma_update(None, "cache_size", -65_536)?;
    connection.pragma_update(None, "wal_autocheckpoint", 4_000)
}

/// A connection that only reads. Works beside a writer, and in a folder that may not be written.
pub(crate) fn open_for_reading(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let opened = Connection::open_with_flags(path, flags).and_then(usable);
    match opened {
        Err(error) if may_not_write(&error) && !has_log(path) => {
            Connection::open_with_flags(immutable_uri(path), flags | OpenFlags::SQLITE_OPEN_URI).and_then(usable)
        }
        opened => opened,
    }
}

fn usable(mut connection: Connection) -> rusqlite::Result<Connection> {
    wait_for_others(&mut connection)?;
    connection.scan("SELECT count(*) FROM sqlite_master", Scan::Everything)?.query_row([], |_| Ok(()))?;
    Ok(connection)
}

fn may_not_write(error: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode;
    matches!(error.sqlite_error_code(), Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly))
}

fn has_log(path: &Path) -> bool {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    fs::metadata(log).is_ok_and(|metadata| metadata.len() > 0)
}

fn immutable_uri(path: &Path) -> String {
    let mut uri = String::from("file:");
    for character in path.to_string_lossy().chars() {
        match character {
            '%' => uri.push_str("%25"),
            '?' => uri.push_str("%3f"),
            '#' => uri.push_str("%23"),
            other => uri.push(other),
        }
    }
    uri.push_str("?immutable=1");
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_found_in_every_form_of_address() {
        for (url, path) in
            [("sqlite:a.db", "a.db"), ("sqlite:///a/b.db", "/a/b.db"), ("C:/a.db", "C:/a.db"), ("a:b", "a:b")]
        {
            assert_eq!(path_of(url).expect("supported"), Path::new(path));
        }
        assert!(path_of("sqlite:").is_err());
        assert!(path_of("mysql://host/name").is_err());
    }

    #[test]
    fn a_folder_with_odd_characters_can_be_named_in_a_uri() {
        assert_eq!(immutable_uri(Path::new("/a?b/100%#.db")), "file:/a%3fb/100%25%23.db?immutable=1");
    }
}
