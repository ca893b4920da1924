//! Parts of a section as HTML: sentences, tables, pictures with the figures behind them.

use crate::content::{Align, Block, Cell, Colour, ControlChart, Grid, Section, Sentence, StackedMonths, VerdictKind};
use crate::links::address;
use crate::markup::{element, escaped};
use crate::{figures, marks};

/// Tables of more rows are set smaller on paper.
const DENSE_FROM: usize = 60;

/// All parts; pictures that follow each other stand side by side.
pub(super) fn blocks(section: &Section, link_base: Option<&str>) -> String {
    let drawn = section.blocks.iter().enumerate().map(|(index, block)| {
        let place = Place { section, number: index + 1, link_base };
        (is_picture(block), place.block(block))
    });
    let drawn: Vec<_> = drawn.collect();
    let side_by_side = |group: &[(bool, String)]| {
        let inside: String = group.iter().map(|(_, drawn)| drawn.as_str()).collect();
        if group.len() > 1 && group[0].0 { element("div", &[("class", "pair")], &inside) } else { inside }
    };
    drawn.chunk_by(|one, next| one.0 && next.0).map(side_by_side).collect()
}

fn is_picture(block: &Block) -> bool {
    matches!(block, Block::Chart(_) | Block::Months(_))
}

/// Where a part stands.
struct Place<'a> {
    section: &'a Section,
    /// Within its section, from 1.
    number: usize,
    link_base: Option<&'a str>,
}

impl Place<'_> {
    fn block(&self, block: &Block) -> String {
        match block {
            Block::Sentences { list, sentences } => self.sentences(*list, sentences),
            Block::Table(grid) => self.table(grid, true),
            Block::Chart(chart) => self.chart(chart),
            Block::Months(stack) => self.months(stack),
        }
    }

    fn sentences(&self, list: bool, sentences: &[Sentence]) -> String {
        let each = |name: &str| sentences.iter().map(|sentence| element(name, &[], &self.sentence(sentence))).collect();
        let all: String = each(if list { "li" } else { "p" });
        // Findings are ranked: their order says something.
        let kind = if self.section.number == 1 { "ol" } else { "ul" };
        if list { element(kind, &[], &all) } else { all }
    }

    fn sentence(&self, sentence: &Sentence) -> String {
        let text = escaped(&sentence.text);
        match address(self.link_base, sentence.evidence.as_ref()) {
            Some(address) => {
                let name = format!("evidence of: {}", sentence.text);
                let link = element("a", &[("href", &*address), ("aria-label", &name)], "evidence");
                format!("{text} <span class=\"evidence\">({link})</span>")
            }
            None => text,
        }
    }

    /// A table that can be scrolled sideways; where its title stands above it already, its caption is for readers alone.
    fn table(&self, grid: &Grid, shows_title: bool) -> String {
        let head = |column: &crate::content::GridColumn| {
            let attributes = [("scope", "col"), ("class", class(column.align))];
            let name = if column.title.is_empty() { "td" } else { "th" };
            let kept = if column.title.is_empty() { &attributes[1..] } else { &attributes };
            element(name, kept, &escaped(&column.title))
        };
        let head: String = grid.columns.iter().map(head).collect();
        let rows: String = grid.rows.iter().map(|row| self.row(grid, row)).collect();
        let none = format!("<tr><td colspan=\"{}\">none</td></tr>", grid.columns.len());
        let caption = if shows_title {
            element("caption", &[], &escaped(&grid.title))
        } else {
            element("caption", &[("class", "unseen")], &escaped(&format!("{}: the figures", grid.title)))
        };
        let inside = caption
            + &element("thead", &[], &element("tr", &[], &head))
            + &element("tbody", &[], if rows.is_empty() { &none } else { &rows });
        let name = format!("Table {}.{}: {}", self.section.number, self.number, grid.title);
        let attributes = [("class", "table"), ("role", "region"), ("tabindex", "0"), ("aria-label", &name)];
        let dense = [("class", "dense")];
        let kind: &[(&str, &str)] = if grid.rows.len() > DENSE_FROM { &dense } else { &[] };
        element("div", &attributes, &element("table", kind, &inside))
    }

    fn row(&self, grid: &Grid, row: &[Cell]) -> String {
        let named = row.first().map_or("", |cell| &cell.text);
        let cells = grid.columns.iter().zip(row).enumerate().map(|(index, (column, cell))| {
            let inside = self.cell(cell, named);
            if index == 0 && !cell.text.is_empty() {
                return element("th", &[("scope", "row")], &element("bdi", &[], &inside));
            }
            let kind = match cell.verdict {
                Some(VerdictKind::Better) => "better",
                Some(VerdictKind::Worse) => "worse",
                _ => class(column.align),
            };
            element("td", &[("class", kind)], &inside)
        });
        element("tr", &[], &cells.collect::<String>())
    }

    fn cell(&self, cell: &Cell, row: &str) -> String {
        if !cell.spark.is_empty() {
            return marks::sparkline(&cell.spark, &name_of_spark(cell, row));
        }
        let text = escaped(&cell.text);
        let text = match address(self.link_base, cell.evidence.as_ref()).filter(|_| !text.is_empty()) {
            Some(address) => element("a", &[("href", &*address)], &text),
            None => text,
        };
        match cell.colour {
            Some(colour) => {
                let (class, name) = colour_words(colour);
                element("span", &[("class", class), ("title", name)], colour.letter()) + " " + &text
            }
            None => text,
        }
    }

    fn chart(&self, chart: &ControlChart) -> String {
        let says = element("p", &[], &escaped(&chart.says));
        self.figure(&chart.title, &says, &marks::control_chart(chart), &figures::weeks(chart))
    }

    fn months(&self, stack: &StackedMonths) -> String {
        self.figure(&stack.title, "", &marks::stacked_months(stack), &figures::months(stack))
    }

    fn figure(&self, title: &str, says: &str, picture: &str, behind: &Grid) -> String {
        let summary = element("summary", &[], &format!("The figures of {}", escaped(title)));
        let details = element("details", &[], &(summary + &self.table(behind, false)));
        element("figure", &[], &(element("h3", &[], &escaped(title)) + says + picture + &details))
    }
}

/// What a small line says: its text, else its values.
fn name_of_spark(cell: &Cell, row: &str) -> String {
    if !cell.text.is_empty() {
        return cell.text.clone();
    }
    let value = |value: &Option<f64>| value.map_or_else(|| "no value".to_owned(), figures::figure);
    let values: Vec<_> = cell.spark.iter().map(value).collect();
    format!("{row}, oldest month first: {}", values.join(", "))
}

fn class(align: Align) -> &'static str {
    match align {
        Align::Left => "left",
        Align::Right => "right",
        Align::Center => "center",
    }
}

fn colour_words(colour: Colour) -> (&'static str, &'static str) {
    match colour {
        Colour::Red => ("letter red", "red: worse, and the target missed"),
        Colour::Amber => ("letter amber", "amber: worse, or the target missed"),
        Colour::Green => ("letter green", "green: neither worse nor the target missed"),
        Colour::Grey => ("letter grey", "grey: nothing can be said"),
    }
}
