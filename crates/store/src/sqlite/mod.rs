//! What is SQLite's: statements for any declared table, and the cells of their rows.

pub(crate) mod cells;
pub(crate) mod statements;

#[cfg(test)]
mod tests;
