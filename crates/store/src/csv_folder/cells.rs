//! Cells of a row as values.

use model::Instant;
use model::columns::InstantColumn;
use model::instant::Plausible;

use super::Reading;
use super::blocks::Findings;
use super::header::ABSENT;
use super::records::Row;
use super::time;

const NO_TIME: &str = "is not a time (RFC 3339 like 2026-01-02T03:04:05Z)";

/// A column and where it is in the file at hand.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cell {
    pub(super) name: &'static str,
    pub(super) position: usize,
    /// Whether the column has to be there, and a cell of it to say something.
    pub(super) required: bool,
}

impl Cell {
    /// The text, as bytes.
    pub(super) fn value<'a>(&self, row: Row<'a>) -> &'a [u8] {
        row.get(self.position)
    }

    /// Whether an instant may be, as far as that is asked; one that may not is told.
    #[inline]
    fn may_be(&self, micros: i64, plausible: Option<Plausible>, row: Row<'_>, findings: &mut Findings) -> bool {
        let Some(plausible) = plausible.filter(|plausible| !plausible.holds(micros)) else { return true };
        findings.tell(row.line, self.name, self.value(row), &plausible.complaint());
        false
    }

    /// Reads a time that has to be there: what cannot be read is year 1 to the original. One that is not plausible is
    /// unknown.
    pub(super) fn push_time(
        &self,
        row: Row<'_>,
        column: &mut InstantColumn,
        plausible: Option<Plausible>,
        findings: &mut Findings,
    ) {
        let value = self.value(row);
        let strict = findings.reading() == Reading::Strict;
        match time::read(value) {
            Some(time)
                if time.plain
                    && strict
                    && time.micros != Instant::YEAR_ONE.micros()
                    && !self.may_be(time.micros, plausible, row, findings) =>
            {
                column.push(None);
            }
            Some(time) if time.plain && !strict => column.push_with_nanos(time.micros, time.nanos),
            Some(time) if time.plain && time.micros != Instant::YEAR_ONE.micros() => {
                column.push_with_nanos(time.micros, 0);
            }
            Some(_) if strict => {
                findings.odd(row.line, self.name, value, NO_TIME);
                column.push(None);
            }
            Some(time) => {
                let at = Instant::from_micros(time.micros);
                findings.odd(row.line, self.name, value, &format!("{NO_TIME}: read as {at}, as the original does"));
                column.push_with_nanos(time.micros, time.nanos);
            }
            None => {
                let message = if strict {
                    NO_TIME.to_owned()
                } else {
                    format!("{NO_TIME}: read as 0001-01-01T00:00:00Z, as the original does")
                };
                findings.odd(row.line, self.name, value, &message);
                column.push_with_nanos(Instant::YEAR_ONE.micros(), 0);
            }
        }
    }

    /// Reads a time that may be absent, and which the original does not read: year 1 stands for none. One that is not
    /// plausible is unknown.
    pub(super) fn optional_time(
        &self,
        row: Row<'_>,
        plausible: Option<Plausible>,
        findings: &mut Findings,
    ) -> Option<Instant> {
        let value = self.value(row);
        if value.is_empty() {
            return None;
        }
        match time::read(value) {
            Some(time) if time.plain || findings.reading() == Reading::Original => {
                let is_there =
                    time.micros != Instant::YEAR_ONE.micros() && self.may_be(time.micros, plausible, row, findings);
                is_there.then(|| Instant::from_micros(time.micros))
            }
            _ => {
                if findings.reading() == Reading::Strict {
                    findings.odd(row.line, self.name, value, NO_TIME);
                }
                None
            }
        }
    }

    /// Reads `true` or `false`; the original also takes `1` and `yes` for true and all else for false.
    pub(super) fn flag(&self, row: Row<'_>, findings: &mut Findings) -> bool {
        let value = self.value(row);
        if value == b"false" || self.position == ABSENT || value.is_empty() {
            return false;
        }
        let plain = value.trim_ascii();
        if plain.eq_ignore_ascii_case(b"true") {
            return true;
        }
        if plain.eq_ignore_ascii_case(b"false") {
            return false;
        }
        let text = String::from_utf8_lossy(value);
        let read = matches!(text.trim().to_lowercase().as_str(), "true" | "1" | "yes");
        let message = match findings.reading() {
            Reading::Strict => "is neither `true` nor `false`".to_owned(),
            Reading::Original => format!("is neither `true` nor `false`: read as {read}, as the original does"),
        };
        findings.odd(row.line, self.name, value, &message);
        read
    }

    /// Reads a whole number; `None` when empty.
    pub(super) fn number(&self, row: Row<'_>, findings: &mut Findings) -> Option<i64> {
        let value = self.value(row);
        if value.is_empty() {
            return None;
        }
        let number = std::str::from_utf8(value).ok().and_then(|text| text.parse().ok());
        if number.is_none() {
            findings.odd(row.line, self.name, value, "is not a whole number");
        }
        number
    }

    /// The text; invalid UTF-8 is replaced.
    pub(super) fn text(&self, row: Row<'_>) -> String {
        String::from_utf8_lossy(self.value(row)).into_owned()
    }
}
