//! The body of a mail: the two pages as tables with their style beside each element, for programs that drop pictures and
//! style sheets. The whole report goes along as a file.

use crate::content::{Align, Block, Cell, Colour, Grid, Report, Section, Sentence, VerdictKind};
use crate::figures;
use crate::markup::{element, escaped};
use crate::tokens::{BETTER, EDGE, GRID, INK, INK_2, OLD, SURFACE, WORSE};

/// Fonts that programs for mail know.
const FONT: &str = "Arial, Helvetica, sans-serif";

/// The body of a mail: what is before the appendix, pictures as what they say and the figures of the month.
pub fn mail_html(report: &Report) -> String {
    let mut rows = row("h1", "22px", &escaped(&report.title));
    for sentence in [&report.scope, &report.provisional].into_iter().flatten() {
        rows += &paragraph(&escaped(sentence));
    }
    for section in report.sections.iter().take_while(|section| !section.appendix) {
        rows += &row("h2", "16px", &format!("{}. {}", section.number, escaped(&section.title)));
        rows.extend(section.blocks.iter().map(|block| written(section, block)));
    }
    rows += &paragraph(&format!("Data as of {}. The whole report is attached.", escaped(&report.as_of)));
    let style = format!("max-width:800px;background:{SURFACE};color:{INK};font-family:{FONT};font-size:14px");
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>{}</title>\n</head>\n<body>\n{}\n</body>\n</html>\n",
        escaped(&report.title),
        element("div", &[("role", "main")], &layout(&style, &rows))
    )
}

/// A table that only puts things below each other.
fn layout(style: &str, rows: &str) -> String {
    let attributes = [
        ("role", "presentation"),
        ("width", "100%"),
        ("cellpadding", "0"),
        ("cellspacing", "0"),
        ("border", "0"),
        ("style", style),
    ];
    element("table", &attributes, rows)
}

fn below(inside: &str) -> String {
    element("tr", &[], &element("td", &[("style", "padding:4px 8px")], inside))
}

fn row(heading: &str, size: &str, inside: &str) -> String {
    let style = format!("margin:12px 0 4px;font-size:{size}");
    below(&element(heading, &[("style", &*style)], inside))
}

fn paragraph(inside: &str) -> String {
    below(&element("p", &[("style", "margin:0")], inside))
}

fn written(section: &Section, block: &Block) -> String {
    match block {
        Block::Sentences { list, sentences } => {
            let line = |(index, sentence): (usize, &Sentence)| {
                let mark = match (list, section.number) {
                    (false, _) => String::new(),
                    (true, 1) => format!("{}. ", index + 1),
                    (true, _) => "• ".to_owned(),
                };
                paragraph(&(mark + &escaped(&sentence.text)))
            };
            sentences.iter().enumerate().map(line).collect()
        }
        Block::Table(grid) => below(&table(grid)),
        Block::Chart(chart) => paragraph(&escaped(&chart.says)) + &below(&table(&figures::weeks_of_interest(chart))),
        Block::Months(stack) => below(&table(&figures::months(stack))),
    }
}

fn table(grid: &Grid) -> String {
    let head = grid.columns.iter().map(|column| {
        let style = format!("{};color:{INK_2};border-bottom:1px solid {EDGE}", set(column.align));
        element("th", &[("scope", "col"), ("style", &*style)], &escaped(&column.title))
    });
    let head: String = head.collect();
    let caption =
        element("caption", &[("style", "text-align:left;font-weight:bold;padding:4px 0")], &escaped(&grid.title));
    let rows: String = grid.rows.iter().map(|row| cells(grid, row)).collect();
    let attributes =
        [("width", "100%"), ("cellspacing", "0"), ("style", "border-collapse:collapse;font-size:12px;text-align:left")];
    let inside = caption + &element("thead", &[], &element("tr", &[], &head)) + &element("tbody", &[], &rows);
    element("table", &attributes, &inside)
}

fn cells(grid: &Grid, row: &[Cell]) -> String {
    let cells = grid.columns.iter().zip(row).enumerate().map(|(index, (column, cell))| {
        let mut style = format!("{};border-bottom:1px solid {GRID}", set(column.align));
        match cell.verdict {
            Some(VerdictKind::Better) => style.extend([";font-weight:bold;color:", BETTER]),
            Some(VerdictKind::Worse) => style.extend([";font-weight:bold;color:", WORSE]),
            _ => {}
        }
        let inside = inside(cell);
        if index == 0 {
            style += ";font-weight:normal";
            return element("th", &[("scope", "row"), ("style", &*style)], &inside);
        }
        element("td", &[("style", &*style)], &inside)
    });
    element("tr", &[], &cells.collect::<String>())
}

fn inside(cell: &Cell) -> String {
    if !cell.spark.is_empty() {
        return figures::blocks(&cell.spark);
    }
    let text = escaped(&cell.text);
    let Some(colour) = cell.colour else { return text };
    let ground = match colour {
        Colour::Red => WORSE,
        Colour::Amber => OLD,
        Colour::Green => BETTER,
        Colour::Grey => INK_2,
    };
    let style = format!("background:{ground};color:{SURFACE};font-weight:bold;padding:0 4px");
    element("span", &[("style", &*style)], colour.letter()) + " " + &text
}

fn set(align: Align) -> &'static str {
    match align {
        Align::Left => "padding:3px 6px;word-break:break-word;text-align:left",
        Align::Right => "padding:3px 6px;word-break:break-word;text-align:right",
        Align::Center => "padding:3px 6px;word-break:break-word;text-align:center",
    }
}
