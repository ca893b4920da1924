//! Declarations of raw tables: names, storage and meaning of their columns, and their keys.
//!
//! The tables are declared in [`tables`](crate::tables), each by the struct of its row. The headers of the published
//! CSV files, most statements of the store and `docs/data-formats.md` follow from there; the steps of its schema do not.

/// A raw table, published as `<name>.csv`.
#[derive(Debug)]
pub struct RawTable {
    /// Name, without `.csv`.
    pub name: &'static str,
    /// Name of its file: `<name>.csv`.
    pub file: &'static str,
    /// What its rows are.
    pub doc: &'static str,
    /// Columns that tell rows apart and by which the file is ordered.
    pub key: &'static [&'static str],
    /// Columns in file order: the original's first, in its order and under its names.
    pub columns: &'static [RawColumn],
}

/// A column of a raw table.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a property of its own")]
pub struct RawColumn {
    /// As in the header.
    pub name: &'static str,
    /// How its cells are stored.
    pub storage: Storage,
    /// Whether the original tool writes it too.
    pub original: bool,
    /// Whether a CSV file must have it.
    pub required: bool,
    /// Whether a cell may be null.
    pub nullable: bool,
    /// Texts of the kinds that a cell may name; empty where it is not of a kind.
    pub kinds: &'static [&'static str],
    /// Whether a cell may name a kind in a provider's words, too.
    pub told: bool,
    /// Meaning, unit, when it is empty.
    pub doc: &'static str,
}

/// How the cells of a column are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Storage {
    /// Not here: with the repository, issue, pull request or card that the row belongs to.
    OfOwner,
    /// UTF-8 text, in the row itself.
    Text,
    /// UTF-8 text that repeats: once in the dictionary, a code in the row.
    Code,
    /// A list of texts, published joined by `;`.
    List,
    /// A whole number.
    Int,
    /// `true` or `false`.
    Bool,
    /// Microseconds; published as RFC 3339 in UTC, whole seconds: `2026-01-02T03:04:05Z`.
    Instant,
    /// A month by its number; published as its first day: `2026-01-01`.
    Month,
    /// An exact decimal number as text, all digits, without exponent: `12.50`, `0.0000008`.
    Amount,
}

impl Storage {
    /// The type of the published cells in words.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::OfOwner | Self::Text | Self::Code | Self::List => "text",
            Self::Int => "whole number",
            Self::Bool => "truth value",
            Self::Instant => "instant",
            Self::Month => "month",
            Self::Amount => "amount",
        }
    }
}

/// Meaning of the columns that a row has of its repository, issue, pull request or card.
const OF_OWNERS: [(&str, &str); 7] = [
    ("org", "organisation"),
    ("repo", "repository"),
    ("number", "number"),
    ("host", "host of the provider, `github.com`"),
    ("item_id", "node id of the card"),
    ("project_id", "board"),
    ("project_name", "name of the board"),
];

impl RawColumn {
    /// A column that the row has of its owner.
    pub const fn inherited(name: &'static str, original: bool) -> Self {
        let mut index = 0;
        let mut doc = "";
        while index < OF_OWNERS.len() {
            if equal(OF_OWNERS[index].0, name) {
                doc = OF_OWNERS[index].1;
            }
            index += 1;
        }
        assert!(!doc.is_empty(), "no owner has such a column");
        let required = !equal(name, "host");
        Self { name, storage: Storage::OfOwner, original, required, nullable: false, kinds: &[], told: false, doc }
    }
}

const fn equal(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    if one.len() != other.len() {
        return false;
    }
    let mut index = 0;
    while index < one.len() {
        if one[index] != other[index] {
            return false;
        }
        index += 1;
    }
    true
}

impl RawTable {
    /// Position of a column.
    pub fn position(&self, column: &str) -> Option<usize> {
        self.columns.iter().position(|candidate| candidate.name == column)
    }

    /// The column of a name.
    pub fn column(&self, name: &str) -> Option<&'static RawColumn> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The columns that are stored in the row itself.
    pub fn stored(&self) -> impl Iterator<Item = &'static RawColumn> {
        self.columns.iter().filter(|column| column.storage != Storage::OfOwner)
    }

    /// The header as it is published.
    pub fn header(&self) -> impl Iterator<Item = &'static str> {
        self.columns.iter().map(|column| column.name)
    }
}

#[cfg(test)]
mod tests {
    use crate::tables::RAW_TABLES;

    #[test]
    fn keys_name_columns_and_the_originals_columns_come_first() {
        for table in RAW_TABLES {
            for key in table.key {
                assert!(table.position(key).is_some(), "{}.{key}", table.name);
            }
            let ours = table.columns.iter().position(|column| !column.original).unwrap_or(table.columns.len());
            assert!(table.columns[ours..].iter().all(|column| !column.original), "{}", table.name);
        }
    }
}
