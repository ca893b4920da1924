//! A page of rows, and the way to the next one.

use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use model::table::Table;

use crate::json::{push_cell, push_text};
use crate::problem::Problem;
use crate::query::Query;

/// Most rows of a page.
pub(crate) const LARGEST_PAGE: usize = 200;
const USUAL_PAGE: usize = 50;

/// Where a page begins, and how many rows it may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Page {
    first: usize,
    limit: usize,
}

impl Page {
    pub(crate) fn read(query: &Query) -> Result<Self, Problem> {
        let wrong = |parameter: &str, detail: &str| {
            Problem::new(StatusCode::BAD_REQUEST, detail.to_owned()).with("parameter", parameter)
        };
        let limit = query.own("limit").map_or(Some(USUAL_PAGE), |text| text.parse().ok());
        let limit = limit.filter(|limit| (1..=LARGEST_PAGE).contains(limit));
        let limit = limit.ok_or_else(|| wrong("limit", "limit must be a number from 1 to 200"))?;
        let first = query.own("cursor").map_or(Some(0), decoded);
        let first = first.ok_or_else(|| wrong("cursor", "cursor is none that this server gave: leave it out"))?;
        Ok(Self { first, limit })
    }

    /// The rows of this page, and the cursor of the next one.
    pub(crate) fn cut<'a>(&self, rows: &'a [usize]) -> (&'a [usize], Option<String>) {
        let first = self.first.min(rows.len());
        let after = (first + self.limit).min(rows.len());
        (&rows[first..after], (after < rows.len()).then(|| encoded(after)))
    }
}

fn encoded(first: usize) -> String {
    URL_SAFE_NO_PAD.encode(format!("row:{first}"))
}

fn decoded(cursor: &str) -> Option<usize> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
    std::str::from_utf8(&bytes).ok()?.strip_prefix("row:")?.parse().ok()
}

/// Appends rows as objects; columns that the table does not have are left out.
pub(crate) fn push_rows(out: &mut Vec<u8>, table: &Table, columns: &[(&str, &str)], rows: &[usize]) {
    for (index, row) in rows.iter().enumerate() {
        out.extend_from_slice(if index == 0 { b"{" } else { b",{" });
        let known = columns.iter().filter_map(|(column, name)| table.column(column).map(|cells| (cells, name)));
        for (place, (cells, name)) in known.enumerate() {
            if place > 0 {
                out.push(b',');
            }
            push_text(out, name);
            out.push(b':');
            push_cell(out, cells, *row);
        }
        out.push(b'}');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_follow_each_other_to_the_end() {
        let rows: Vec<usize> = (0..5).collect();
        let (mut page, mut seen) = (Page { first: 0, limit: 2 }, Vec::new());
        loop {
            let (shown, next) = page.cut(&rows);
            seen.push(shown.to_vec());
            let Some(next) = next else { break };
            page.first = decoded(&next).expect("our own cursor");
        }
        assert_eq!(seen, [vec![0, 1], vec![2, 3], vec![4]]);
    }

    #[test]
    fn a_foreign_cursor_is_none_and_one_past_the_end_gives_nothing() {
        assert_eq!((decoded("%%%"), decoded("cm93Oi0x")), (None, None));
        assert_eq!(Page { first: 99, limit: 2 }.cut(&[1]), (&[][..], None));
    }
}
