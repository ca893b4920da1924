//! The one door through which statements are prepared: each says whether it finds rows by a key, or why it reads a whole
//! table.
//!
//! Where debug assertions are on, SQLite is asked for the plan of every statement before its first use, and a statement
//! by key that would step through a table which grows ends the program. So every test of every program tests every
//! statement that it runs, new ones too; lints keep statements from being prepared elsewhere.

use rusqlite::{CachedStatement, Connection};

/// Why a statement may step through a table that grows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scan {
    /// It reads everything, to compute from it, to publish it or to check it.
    Everything,
    /// It ends at the first row that it finds.
    FirstRow,
    /// It is asked once per import.
    OncePerImport,
    /// It is asked once per page of a listing, which may be about any repository that is stored.
    Listing,
    /// A pull request is pushed for the first time, which may be of any repository that is stored.
    FirstPush,
    /// A board has got another id, which is told once.
    RenamedBoard,
}

/// Preparing of statements.
pub(crate) trait Prepare {
    /// A statement that finds rows by a key. It stays prepared.
    fn by_key(&self, sql: &str) -> rusqlite::Result<CachedStatement<'_>>;

    /// A statement that may step through whole tables.
    fn scan(&self, sql: &str, why: Scan) -> rusqlite::Result<CachedStatement<'_>>;
}

#[expect(clippy::disallowed_methods, reason = "this is the door")]
impl Prepare for Connection {
    fn by_key(&self, sql: &str) -> rusqlite::Result<CachedStatement<'_>> {
        #[cfg(debug_assertions)]
        plan::check(self, sql)?;
        self.prepare_cached(sql)
    }

    fn scan(&self, sql: &str, _why: Scan) -> rusqlite::Result<CachedStatement<'_>> {
        self.prepare_cached(sql)
    }
}

#[cfg(debug_assertions)]
mod plan {
    use std::cell::RefCell;

    use ahash::AHashSet;
    use rusqlite::Connection;

    /// Tables that stay small: a board, an import or a cursor more is nothing to step over.
    const SMALL: [&str; 5] = ["meta", "project", "import_cursor", "sqlite_master", "CONSTANT"];

    thread_local! {
        /// Statements whose plan was found good. It follows from the schema, which is the same for all stores.
        static GOOD: RefCell<AHashSet<Box<str>>> = RefCell::default();
    }

    pub(super) fn check(connection: &Connection, sql: &str) -> rusqlite::Result<()> {
        if GOOD.with_borrow(|good| good.contains(sql)) {
            return Ok(());
        }
        if let Some(step) = fault(sql, &steps(connection, sql)?) {
            panic!(
                "a statement by key does not find its rows by one ({step}); add an index or say why it scans: {sql}"
            );
        }
        GOOD.with_borrow_mut(|good| good.insert(sql.into()));
        Ok(())
    }

    /// The steps of a plan: `SEARCH issue USING INDEX issue_place (repository=? AND number=?)`.
    #[expect(clippy::disallowed_methods, reason = "a question about a statement, not one of the store's")]
    pub(super) fn steps(connection: &Connection, sql: &str) -> rusqlite::Result<Vec<String>> {
        let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
        let mut rows = statement.raw_query();
        let mut steps = Vec::new();
        while let Some(row) = rows.next()? {
            steps.push(row.get(3)?);
        }
        Ok(steps)
    }

    /// The step that walks over more rows than it is asked for, if there is one.
    pub(super) fn fault<'a>(sql: &str, steps: &'a [String]) -> Option<&'a str> {
        steps.iter().map(String::as_str).find(|step| scans(sql, step) || is_by_null(sql, step))
    }

    fn scans(sql: &str, step: &str) -> bool {
        if step.contains("AUTOMATIC") {
            return true;
        }
        let Some(name) = step.strip_prefix("SCAN ").and_then(|rest| rest.split(' ').next()) else { return false };
        let is_small = |table: &str| SMALL.contains(&table);
        !is_small(name) && !is_small(&table_of(sql, name)) && !name.starts_with('(')
    }

    /// The table that a name stands for in a statement: `FROM issue AS gone`.
    fn table_of(sql: &str, alias: &str) -> String {
        let words: Vec<&str> = sql.split_whitespace().collect();
        let named = words.windows(3).find(|words| words[1].eq_ignore_ascii_case("AS") && words[2] == alias);
        named.map_or(alias, |words| words[0]).to_owned()
    }

    /// Whether the rows are found by nothing but that they have no value: those are as many as there are rows of files, or
    /// more. The plan writes `IS NULL` as `=?`, so the statement is asked.
    fn is_by_null(sql: &str, step: &str) -> bool {
        let Some((_, keys)) = step.strip_prefix("SEARCH ").and_then(|step| step.rsplit_once(" (")) else {
            return false;
        };
        let mut keys = keys.trim_end_matches(')').split(" AND ");
        keys.all(|key| {
            let column = key.split(['=', '<', '>']).next().unwrap_or(key);
            let words: Vec<&str> = sql.split(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | ',')).collect();
            let is_it = |word: &str| word.trim_matches('"').rsplit('.').next() == Some(column);
            let mut uses = words.windows(3).filter(|words| is_it(words[0])).map(|words| (words[1], words[2]));
            let has_null = uses.clone().any(|(verb, what)| (verb, what) == ("IS", "NULL"));
            has_null && !uses.any(|(verb, _)| matches!(verb, "=" | "IN" | "<" | "<=" | ">" | ">="))
        })
    }
}

#[cfg(all(test, debug_assertions))]
mod tests {
    use rusqlite::Connection;

    use super::plan::{fault, steps};
    use super::{Prepare as _, Scan};

    fn store() -> Connection {
        let mut connection = Connection::open_in_memory().expect("opened");
        crate::schema::migrate(&mut connection).expect("migrated");
        connection
    }

    #[test]
    fn a_statement_that_walks_over_rows_is_found_out() {
        let file = Connection::open_in_memory().expect("opened");
        let schema = "CREATE TABLE issue (row_id INTEGER PRIMARY KEY, id TEXT UNIQUE, repository INTEGER, number TEXT);
            CREATE TABLE card (item_id TEXT UNIQUE, issue INTEGER, board INTEGER);
            CREATE TABLE meta (key TEXT, value INTEGER);";
        file.execute_batch(schema).expect("made");
        for (sql, is_good) in [
            ("SELECT row_id FROM issue WHERE id = ?1", true),
            ("SELECT row_id FROM issue WHERE id IS NULL AND number = ?1", false),
            ("SELECT row_id FROM issue AS it WHERE it.id IS NULL AND it.repository = ?1", false),
            ("SELECT row_id FROM issue WHERE number = ?1", false),
            ("UPDATE issue SET number = ?1 WHERE repository = ?2", false),
            ("DELETE FROM card WHERE item_id IS NULL AND issue = ?1", false),
            ("DELETE FROM card WHERE item_id IN (SELECT id FROM issue WHERE row_id = ?1)", true),
            ("SELECT 1 FROM card JOIN issue ON issue.number = card.board", false),
            ("UPDATE meta SET value = ?1 WHERE value < ?1", true),
            ("SELECT value FROM meta AS it WHERE it.key = ?1", true),
            ("INSERT INTO card VALUES (?1, ?2, ?3)", true),
        ] {
            let steps = steps(&file, sql).expect("planned");
            assert_eq!(fault(sql, &steps).is_none(), is_good, "{sql}: {steps:?}");
        }
    }

    #[test]
    #[should_panic(expected = "SCAN issue")]
    fn a_scan_by_key_ends_the_program() {
        drop(store().by_key("SELECT row_id FROM issue WHERE title = ?1"));
    }

    #[test]
    fn a_scan_with_a_reason_may_be() {
        store().scan("SELECT row_id FROM issue WHERE title = ?1", Scan::Everything).expect("prepared");
    }

    #[test]
    fn cards_of_an_issue_are_found_by_what_they_show_or_by_the_issue() {
        let store = store();
        for (sql, index) in [
            (crate::write::LINK_CARDS, "INDEX project_item_content"),
            ("SELECT row_id FROM project_item WHERE issue = ?1 AND project_id = ?2", "INDEX project_item_issue"),
        ] {
            let steps = steps(&store, sql).expect("planned");
            assert!(steps[0].contains(index), "{steps:?}");
        }
    }
}
