//! The report as one file of HTML: opens from a mail, an artifact or a share, and is printed on A4.
//!
//! It has no script and makes no request, and its policy forbids both.

mod blocks;

use crate::content::{Report, Section};
use crate::markup::{element, escaped};
use crate::tokens;

const STYLE: &str = include_str!("html/style.css");
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

/// The report as HTML. With the address of a server, `https://metrics.example.org`, numbers and sentences are linked with
/// their evidence.
pub fn html(report: &Report, link_base: Option<&str>) -> String {
    let sections: String =
        report.sections.iter().enumerate().map(|(index, _)| section(report, index, link_base)).collect();
    let body = [header(report), contents(report), element("main", &[], &sections), footer(report)];
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{}</title>\n<style>\n{}{STYLE}</style>\n</head>\n<body>\n{}\n</body>\n</html>\n",
        escaped(&report.title),
        properties(),
        body.join("\n"),
    )
}

/// Colours by the names that the style uses.
fn properties() -> String {
    let named = [
        ("page", tokens::PAGE),
        ("surface", tokens::SURFACE),
        ("edge", tokens::EDGE),
        ("grid", tokens::GRID),
        ("ink", tokens::INK),
        ("ink-2", tokens::INK_2),
        ("accent", tokens::ACCENT),
        ("worse", tokens::WORSE),
        ("old", tokens::OLD),
        ("better", tokens::BETTER),
        ("font", tokens::FONT),
    ];
    let properties: String = named.map(|(name, value)| format!("  --{name}: {value};\n")).concat();
    format!(":root {{\n{properties}}}\n")
}

fn header(report: &Report) -> String {
    let about = [&report.scope, &report.provisional].into_iter().flatten();
    let about: String = about.map(|sentence| element("p", &[], &escaped(sentence))).collect();
    element("header", &[], &(element("h1", &[], &escaped(&report.title)) + &about))
}

fn footer(report: &Report) -> String {
    element("footer", &[], &element("p", &[], &format!("Data as of {}.", escaped(&report.as_of))))
}

/// Links to the sections; not on paper.
fn contents(report: &Report) -> String {
    let item = |section: &Section| {
        let target = format!("#{}", section.id);
        element("li", &[], &element("a", &[("href", &target)], &heading(section)))
    };
    let items: String = report.sections.iter().map(item).collect();
    element("nav", &[("aria-label", "Sections")], &element("ol", &[], &items))
}

fn heading(section: &Section) -> String {
    format!("{}. {}", section.number, escaped(&section.title))
}

fn section(report: &Report, index: usize, link_base: Option<&str>) -> String {
    let section = &report.sections[index];
    let first_behind = report.sections.iter().position(|section| section.appendix) == Some(index);
    let heading = element("h2", &[("id", &*section.id)], &heading(section));
    let inside = heading + &blocks::blocks(section, link_base);
    let mut attributes = vec![("aria-labelledby", &*section.id)];
    if first_behind {
        attributes.push(("class", "appendix"));
    }
    element("section", &attributes, &inside) + "\n"
}
