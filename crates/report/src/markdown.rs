//! The report as Markdown, for issues and wikis of GitHub and GitLab: no HTML, pictures as lines of blocks.

use crate::content::{Align, Block, Cell, Grid, Report, Section, Sentence, VerdictKind};
use crate::figures;
use crate::links::address;
use crate::markup::shown;

/// Takes no room; keeps a sign from the letters after it, so that they are no mention and no reference.
const JOINER: char = '\u{2060}';

/// The report as Markdown. With the address of a server, `https://metrics.example.org`, numbers and sentences are linked
/// with their evidence.
pub fn markdown(report: &Report, link_base: Option<&str>) -> String {
    let mut parts = vec![format!("# {}", escaped(&report.title))];
    parts.extend([&report.scope, &report.provisional].into_iter().flatten().map(|sentence| begun(sentence)));
    for section in &report.sections {
        parts.push(format!("## {}. {}", section.number, escaped(&section.title)));
        parts.extend(section.blocks.iter().map(|block| written(section, block, link_base)));
    }
    parts.push(format!("Data as of {}.", escaped(&report.as_of)));
    parts.join("\n\n") + "\n"
}

fn written(section: &Section, block: &Block, link_base: Option<&str>) -> String {
    match block {
        Block::Sentences { list, sentences } => {
            // Findings are ranked: their order says something.
            let mark = |index: usize| match (list, section.number) {
                (false, _) => String::new(),
                (true, 1) => format!("{}. ", index + 1),
                (true, _) => "- ".to_owned(),
            };
            let lines = sentences.iter().enumerate();
            let lines = lines.map(|(index, sentence)| mark(index) + &self::sentence(sentence, link_base));
            lines.collect::<Vec<_>>().join(if *list { "\n" } else { "\n\n" })
        }
        Block::Table(grid) => table(grid, link_base),
        Block::Chart(chart) => {
            let values: Vec<_> = chart.points.iter().map(|point| Some(point.value)).collect();
            let line = format!("{}: {}", escaped(&chart.title), figures::blocks(&values));
            let says = begun(&chart.says);
            let weeks = table(&figures::weeks_of_interest(chart), link_base);
            [line, says, weeks].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n\n")
        }
        Block::Months(stack) => table(&figures::months(stack), link_base),
    }
}

fn sentence(sentence: &Sentence, link_base: Option<&str>) -> String {
    let text = begun(&sentence.text);
    match address(link_base, sentence.evidence.as_ref()) {
        Some(address) => format!("{text} ([evidence]({address}))"),
        None => text,
    }
}

fn table(grid: &Grid, link_base: Option<&str>) -> String {
    let row = |cells: Vec<String>| format!("| {} |", cells.join(" | "));
    let rule = |align: Align| match align {
        Align::Left => "---",
        Align::Right => "---:",
        Align::Center => ":---:",
    };
    let mut lines = vec![
        format!("**{}**", escaped(&grid.title)),
        String::new(),
        row(grid.columns.iter().map(|column| escaped(&column.title)).collect()),
        row(grid.columns.iter().map(|column| rule(column.align).to_owned()).collect()),
    ];
    lines.extend(grid.rows.iter().map(|cells| row(cells.iter().map(|cell| self::cell(cell, link_base)).collect())));
    lines.join("\n")
}

fn cell(cell: &Cell, link_base: Option<&str>) -> String {
    if !cell.spark.is_empty() {
        return figures::blocks(&cell.spark);
    }
    let text = escaped(&cell.text);
    let text = match address(link_base, cell.evidence.as_ref()).filter(|_| !text.is_empty()) {
        Some(address) => format!("[{text}]({address})"),
        None => text,
    };
    match (cell.verdict, cell.colour) {
        (Some(VerdictKind::Better | VerdictKind::Worse), _) => format!("**{text}**"),
        (_, Some(colour)) if text != colour.letter() => format!("**{}** {text}", colour.letter()).trim_end().to_owned(),
        _ => text,
    }
}

/// Text at the beginning of a line, where some signs are those of lists, or commands.
fn begun(text: &str) -> String {
    let text = escaped(text.trim_start());
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let rest = &text[digits..];
    if text.starts_with(['-', '+', '=', '/']) {
        format!("\\{text}")
    } else if digits > 0 && rest.starts_with(['.', ')']) {
        format!("{}\\{rest}", &text[..digits])
    } else {
        text
    }
}

/// Text that is nothing but text.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in shown(text) {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '~' | '|' | '$' => out.extend(['\\', letter]),
            '#' => out.extend(['\\', '#', JOINER]),
            '@' | '!' => out.extend([letter, JOINER]),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_text_whatever_they_hold() {
        assert_eq!(escaped("a|b\nc"), "a\\|b c");
        assert_eq!(escaped("<script> & [x](y) lead_time"), "&lt;script&gt; &amp; \\[x\\](y) lead\\_time");
        assert_eq!(escaped("@all #12"), "@\u{2060}all \\#\u{2060}12");
    }

    #[test]
    fn a_sentence_begins_no_list_and_gives_no_command() {
        assert_eq!(begun("- x"), "\\- x");
        assert_eq!(begun("  /close"), "\\/close");
        assert_eq!(begun("2. x"), "2\\. x");
        assert_eq!(begun("402 deployments"), "402 deployments");
    }
}
