//! Selection of the tables that are asked for: figures that nobody reads are not computed.

use crate::catalogue::table;

/// All tables, or some.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Wanted<'a> {
    All,
    Only(&'a [&'a str]),
}

impl Wanted<'_> {
    /// Whether a table is among them, or one of them rests on it.
    pub(crate) fn has(self, table: &str) -> bool {
        match self {
            Self::All => true,
            Self::Only(tables) => tables.iter().any(|wanted| *wanted == table || rests_on(wanted).contains(&table)),
        }
    }

    /// Whether a table is asked for by its name: one that is not written otherwise.
    pub(crate) fn names(self, table: &str) -> bool {
        matches!(self, Self::Only(tables) if tables.contains(&table))
    }
}

/// The tables that the findings of one rest on, or that a summary takes its charts from.
fn rests_on(name: &str) -> &'static [&'static str] {
    table(name).map_or(&[], |table| table.rests_on)
}
