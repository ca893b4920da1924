//! What is SQLite's: opening of files, statements for any declared table, and the cells of their rows.

pub(crate) mod cells;
pub(crate) mod opening;
pub(crate) mod statements;

#[cfg(test)]
mod tests;
