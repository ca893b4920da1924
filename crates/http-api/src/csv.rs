//! A table as CSV that a spreadsheet opens without running anything.

use std::borrow::Cow;

use model::columns::TextColumn;
use model::table::{Cells, Column, Table};

/// The table with an apostrophe in front of text cells that a spreadsheet would take for a formula; `None` where there
/// are none.
pub(crate) fn guarded(table: &Table) -> Option<Table> {
    let has_formula = |texts: &TextColumn| (0..texts.len()).any(|row| is_formula(texts.bytes(row)));
    let is_guarded = |column: &Column| match &column.cells {
        Cells::Text(texts) | Cells::Code(_, texts) => has_formula(texts),
        _ => false,
    };
    table.columns.iter().any(is_guarded).then(|| {
        let columns = table.columns.iter();
        let columns = columns.map(|column| Column { name: column.name, cells: guarded_cells(&column.cells) });
        Table { name: table.name, columns: columns.collect() }
    })
}

fn guarded_cells(cells: &Cells) -> Cells {
    match cells {
        Cells::Text(texts) => Cells::Text(guarded_texts(texts)),
        Cells::Code(codes, texts) => Cells::Code(codes.clone(), guarded_texts(texts)),
        other => other.clone(),
    }
}

fn guarded_texts(texts: &TextColumn) -> TextColumn {
    let mut guarded = TextColumn::default();
    for row in 0..texts.len() {
        guarded.push(&guarded_text(texts.bytes(row)));
    }
    guarded
}

fn guarded_text(text: &[u8]) -> Cow<'_, [u8]> {
    if is_formula(text) { Cow::Owned([b"'", text].concat()) } else { Cow::Borrowed(text) }
}

fn is_formula(text: &[u8]) -> bool {
    matches!(text.first(), Some(b'=' | b'+' | b'-' | b'@' | b'\t' | b'\r')) && !is_number(text)
}

/// A sign, digits, and at most one decimal point.
fn is_number(text: &[u8]) -> bool {
    let digits = text.strip_prefix(b"-").or_else(|| text.strip_prefix(b"+")).unwrap_or(text);
    let mut parts = digits.split(|byte| *byte == b'.');
    let are_digits = |part: &[u8]| part.iter().all(u8::is_ascii_digit);
    let (whole, decimals) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    parts.next().is_none() && whole.len() + decimals.len() > 0 && are_digits(whole) && are_digits(decimals)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_get_an_apostrophe_and_numbers_do_not() {
        for (text, expected) in [
            ("=1+1", "'=1+1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("-cmd", "'-cmd"),
            ("+1-2", "'+1-2"),
            ("\tx", "'\tx"),
            ("-12.50", "-12.50"),
            ("+7", "+7"),
            ("-", "'-"),
            ("a=b", "a=b"),
            ("", ""),
        ] {
            assert_eq!(guarded_text(text.as_bytes()), expected.as_bytes(), "{text:?}");
        }
    }

    #[test]
    fn texts_by_code_are_guarded_too() {
        let mut texts = TextColumn::default();
        texts.push(b"=x");
        let columns = vec![Column { name: "name", cells: Cells::Code(vec![0, 0], texts) }];
        let table = Table { name: "example", columns };
        assert_eq!(guarded(&table).expect("a formula").to_csv(), "name\n'=x\n'=x\n");
    }
}
