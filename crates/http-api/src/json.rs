//! Cells as JSON, straight into a buffer.

use std::io::Write as _;

use model::table::{Cells, Table};

/// Appends text in quotes.
pub(crate) fn push_text(out: &mut Vec<u8>, text: &str) {
    serde_json::to_writer(&mut *out, text).expect("text is always JSON, and memory takes it");
}

/// Appends a cell: numbers with the digits of the CSV, instants and days as text, money as decimal text, null where
/// the CSV is empty.
pub(crate) fn push_cell(out: &mut Vec<u8>, cells: &Cells, row: usize) {
    match cells {
        Cells::Text(texts) => push_text(out, &texts.text(row)),
        Cells::Code(codes, texts) => push_text(out, &texts.text(codes[row] as usize)),
        Cells::Address(addresses) => push_text(out, &addresses.text(row)),
        Cells::Int(cells) => push_or_null(out, cells.get(row)),
        Cells::Week(cells) => push_or_null(out, Some(cells[row])),
        Cells::Float(cells) => {
            let number = cells.get(row).filter(|number| number.is_finite());
            push_or_null(out, number.map(|number| format!("{number:.6}")));
        }
        Cells::Bool(cells) => push_or_null(out, Some(cells[row])),
        Cells::Judged(cells) => push_or_null(out, cells[row]),
        Cells::Instant(cells) => push_or_null(out, cells.get(row).map(|at| format!("\"{}\"", at.to_rfc3339_seconds()))),
        Cells::Date(cells) => push_or_null(out, cells[row].map(|day| format!("\"{day}\""))),
        Cells::Money(cells) => {
            push_or_null(out, cells[row].as_ref().map(|amount| format!("\"{}\"", amount.to_cents())));
        }
        Cells::Exact(cells) => push_or_null(out, cells[row].as_ref().map(|amount| format!("\"{amount}\""))),
        Cells::Cents(cells) => {
            let amount = Some(cells[row]).filter(|amount| amount.is_finite());
            push_or_null(out, amount.map(|amount| format!("\"{amount:.2}\"")));
        }
    }
}

/// Whether a cell is null.
pub(crate) fn is_null(cells: &Cells, row: usize) -> bool {
    match cells {
        Cells::Int(cells) => cells.get(row).is_none(),
        Cells::Judged(cells) => cells[row].is_none(),
        Cells::Float(cells) => !cells.get(row).is_some_and(f64::is_finite),
        Cells::Instant(cells) => cells.get(row).is_none(),
        Cells::Date(cells) => cells[row].is_none(),
        Cells::Money(cells) | Cells::Exact(cells) => cells[row].is_none(),
        Cells::Cents(cells) => !cells[row].is_finite(),
        Cells::Text(_) | Cells::Code(..) | Cells::Address(_) | Cells::Week(_) | Cells::Bool(_) => false,
    }
}

fn push_or_null(out: &mut Vec<u8>, value: Option<impl std::fmt::Display>) {
    match value {
        Some(value) => write!(out, "{value}").expect("writing to memory does not fail"),
        None => out.extend_from_slice(b"null"),
    }
}

/// A table as the original tool's server writes it: objects of text, keys in alphabetical order.
pub(crate) fn texts_by_key(table: &Table) -> Vec<u8> {
    let mut names: Vec<&str> = table.columns.iter().map(|column| column.name).collect();
    names.sort_unstable();
    let mut out = vec![b'['];
    for row in 0..table.height() {
        out.extend_from_slice(if row == 0 { b"{" } else { b",{" });
        for (index, name) in names.iter().enumerate() {
            if index > 0 {
                out.push(b',');
            }
            push_text(&mut out, name);
            out.push(b':');
            push_text(&mut out, &table.cell(row, name));
        }
        out.push(b'}');
    }
    out.push(b']');
    out
}

#[cfg(test)]
mod tests {
    use model::columns::TextColumn;
    use model::table::Column;

    use super::*;

    fn table() -> Table {
        let mut names = TextColumn::default();
        names.push("a \"quote\"".as_bytes());
        names.push(b"b\xff");
        Table {
            name: "example",
            columns: vec![
                Column { name: "week", cells: Cells::Week(vec![1, 53]) },
                Column { name: "name", cells: Cells::Text(names) },
                Column { name: "mean", cells: Cells::Float(vec![Some(1.0 / 3.0), None].into()) },
                Column { name: "cost", cells: Cells::Cents(vec![1.5, f64::NAN]) },
            ],
        }
    }

    #[test]
    fn typed_cells_have_the_digits_of_the_csv_and_null_where_it_is_empty() {
        let table = table();
        let cells: Vec<String> = (0..2)
            .map(|row| {
                let mut out = Vec::new();
                for column in &table.columns {
                    push_cell(&mut out, &column.cells, row);
                    out.push(b' ');
                }
                String::from_utf8(out).expect("UTF-8")
            })
            .collect();
        assert_eq!(cells, ["1 \"a \\\"quote\\\"\" 0.333333 \"1.50\" ", "53 \"b\u{fffd}\" null null "]);
    }

    #[test]
    fn the_original_has_text_alone_and_keys_in_order() {
        assert_eq!(
            String::from_utf8(texts_by_key(&table())).expect("UTF-8"),
            "[{\"cost\":\"1.50\",\"mean\":\"0.333333\",\"name\":\"a \\\"quote\\\"\",\"week\":\"01\"},\
             {\"cost\":\"NaN\",\"mean\":\"\",\"name\":\"b\u{fffd}\",\"week\":\"53\"}]"
        );
    }
}
