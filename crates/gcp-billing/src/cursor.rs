//! Cursor of the billing import: months asked for, and the state of the ledger that they left.

use model::{Instant, Month};
use serde::{Deserialize, Serialize};
use source::Window;

/// Full months before the running one that the first import asks for.
const FIRST_IMPORT_MONTHS: i32 = 24;

/// What an import leaves for the next one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Cursor {
    /// Full name of the table that was read.
    pub(crate) table: String,
    /// The oldest month that was not settled when it was read. All earlier ones are as final as they get.
    pub(crate) open_from: Month,
}

/// What one import asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Plan {
    /// This month and all later ones.
    pub(crate) first: Month,
    /// Whether everything is read, rather than what may have changed.
    pub(crate) full: bool,
    /// Whether the cursor may move: not when months are left out that still had to be read.
    pub(crate) moves_cursor: bool,
}

impl Cursor {
    /// Reads a cursor; an unreadable one counts as none, so that everything is read again.
    pub(crate) fn read(text: Option<&str>) -> Option<Self> {
        serde_json::from_str(text?).ok()
    }

    /// The cursor after an import from this table at this time.
    pub(crate) fn after(table: &str, at: Instant) -> Self {
        let mut open_from = Month::of(at);
        while !open_from.plus(-1).is_settled_at(at) {
            open_from = open_from.plus(-1);
        }
        Self { table: table.to_owned(), open_from }
    }

    /// As text.
    pub(crate) fn write(&self) -> String {
        serde_json::json!(self).to_string()
    }
}

/// What to ask for. `at` is the provider's time; a cursor of another table is of no use.
pub(crate) fn plan(cursor: Option<&Cursor>, table: &str, window: Window, at: Instant) -> Plan {
    let running = Month::of(at);
    let everything = running.plus(-FIRST_IMPORT_MONTHS);
    let known = cursor.filter(|cursor| cursor.table == table);
    // A clock that went back must not leave the running month out.
    let due = known.map_or(everything, |cursor| cursor.open_from.min(running));
    let since = window.since.map(|since| Month::of(since).min(running));
    let first = match (window.full, since) {
        (true, since) => since.map_or(everything, |since| since.min(everything)),
        (false, Some(since)) => since,
        (false, None) => due,
    };
    Plan { first, full: first <= everything, moves_cursor: first <= due }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Instant {
        Instant::parse_date_or_rfc3339(text).expect("a valid time")
    }

    fn month(text: &str) -> Month {
        Month::parse(text).expect("a month")
    }

    fn first(cursor: Option<&Cursor>, since: Option<&str>, full: bool) -> (String, bool, bool) {
        let window = Window { since: since.map(at), full };
        let plan = plan(cursor, "t", window, at("2026-11-20"));
        (plan.first.to_string(), plan.full, plan.moves_cursor)
    }

    fn told(first: &str, full: bool, moves_cursor: bool) -> (String, bool, bool) {
        (first.to_owned(), full, moves_cursor)
    }

    #[test]
    fn first_import_reads_24_full_months_and_the_running_one() {
        assert_eq!(first(None, None, false), told("2024-11", true, true));
    }

    #[test]
    fn later_imports_begin_with_the_oldest_month_that_was_not_settled() {
        let cursor = Cursor::after("t", at("2026-11-03"));
        assert_eq!(cursor.open_from, month("2026-10"));
        assert_eq!(first(Some(&cursor), None, false), told("2026-10", false, true));
        assert_eq!(Cursor::after("t", at("2026-11-06")).open_from, month("2026-11"));
        let old = Cursor::after("t", at("2026-02-20"));
        assert_eq!(first(Some(&old), None, false), told("2026-02", false, true), "whatever was missed is made up for");
    }

    #[test]
    fn everything_is_read_again_on_demand_and_from_another_table() {
        let cursor = Cursor::after("t", at("2026-11-20"));
        assert_eq!(first(Some(&cursor), None, true), told("2024-11", true, true));
        let other = Cursor::after("other", at("2026-11-20"));
        assert_eq!(first(Some(&other), None, false), told("2024-11", true, true));
    }

    #[test]
    fn since_bounds_the_months_and_leaves_the_cursor_where_months_were_left_out() {
        let cursor = Cursor::after("t", at("2026-10-20"));
        assert_eq!(first(Some(&cursor), Some("2026-11-15"), false), told("2026-11", false, false));
        assert_eq!(first(Some(&cursor), Some("2026-01-15"), false), told("2026-01", false, true));
        assert_eq!(first(None, Some("2026-01-15"), false), told("2026-01", false, false));
        assert_eq!(first(None, Some("2020-01-15"), false), told("2020-01", true, true));
        assert_eq!(first(None, Some("2020-01-15"), true), told("2020-01", true, true));
        assert_eq!(first(None, Some("2026-01-15"), true), told("2024-11", true, true));
        assert_eq!(first(None, Some("2030-01-15"), false), told("2026-11", false, false));
    }

    #[test]
    fn cursor_that_cannot_be_read_is_none() {
        let cursor = Cursor::after("p.d.t", at("2026-11-20"));
        assert_eq!(cursor.write(), r#"{"open_from":"2026-11","table":"p.d.t"}"#);
        assert_eq!(Cursor::read(Some(&cursor.write())), Some(cursor));
        assert_eq!((Cursor::read(None), Cursor::read(Some("{\"table\":7}"))), (None, None));
    }
}
