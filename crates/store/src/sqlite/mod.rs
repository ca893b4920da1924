//! SQLite backend: opening of files, statements for any declared table, and the cells of their rows.

pub(crate) mod cells;
pub(crate) mod damage;
pub(crate) mod opening;
pub(crate) mod plans;
pub(crate) mod statements;

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "questions about a table that only the tests know")]
mod tests;
