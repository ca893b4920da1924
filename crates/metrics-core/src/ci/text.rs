//! Columns of text.

use model::columns::TextColumn;
use model::table::Cells;

/// A column of texts.
pub(super) fn text(values: impl Iterator<Item = impl AsRef<[u8]>>) -> Cells {
    let mut cells = TextColumn::default();
    values.for_each(|value| cells.push(value.as_ref()));
    Cells::Text(cells)
}
