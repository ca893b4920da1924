//! All forms of reports as they may be, and of any.

use std::collections::BTreeSet;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use crate::content::*;
use crate::sample::{self, HOSTILE, LONG};
use crate::{html, mail_html, markdown, marks};

const BASE: Option<&str> = Some("https://metrics.example.org");

/// The elements of HTML that are not closed.
const VOID: [&str; 3] = ["!doctype", "meta", "br"];

/// The names and attributes of all elements in order; fails where a tag is not closed, an attribute has no quotes or a
/// sign is not escaped.
fn elements(markup: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut open: Vec<String> = Vec::new();
    let mut rest = markup;
    while let Some((text, after)) = rest.split_once('<') {
        if open.last().is_none_or(|name| name != "style") {
            assert!(!text.contains('>'), "a bare > in {text:?}");
            let entities =
                text.split('&').skip(1).all(|entity| entity.split_once(';').is_some_and(|(name, _)| name.len() < 6));
            assert!(entities, "a bare & in {text:?}");
        }
        let (tag, after) = after.split_once('>').expect("a tag ends");
        rest = after;
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(name), "closed");
            continue;
        }
        let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        assert!(
            name.trim_end_matches('/').bytes().all(|letter| letter.is_ascii_alphanumeric() || letter == b'!'),
            "{tag}"
        );
        assert_eq!(attributes.matches('"').count() % 2, 0, "{tag}");
        found.push((name.trim_end_matches('/').to_owned(), attributes.to_owned()));
        if !tag.ends_with('/') && !VOID.contains(&name) {
            open.push(name.to_owned());
        }
    }
    assert_eq!(open, Vec::<String>::new(), "all are closed");
    found
}

/// All that there are; none of them runs or loads anything.
const ATTRIBUTES: [&str; 44] = [
    "aria-label",
    "aria-labelledby",
    "border",
    "cellpadding",
    "cellspacing",
    "charset",
    "class",
    "colspan",
    "content",
    "cx",
    "cy",
    "d",
    "fill",
    "fill-opacity",
    "font-family",
    "font-size",
    "height",
    "href",
    "html",
    "http-equiv",
    "id",
    "lang",
    "name",
    "paint-order",
    "points",
    "r",
    "role",
    "scope",
    "stroke",
    "stroke-dasharray",
    "stroke-width",
    "style",
    "tabindex",
    "text-anchor",
    "title",
    "viewBox",
    "width",
    "x",
    "x1",
    "x2",
    "xmlns",
    "y",
    "y1",
    "y2",
];

fn attribute_names(attributes: &str) -> impl Iterator<Item = &str> {
    // Between the quotes of two values stand a space and a name.
    attributes.split('"').step_by(2).map(|name| name.trim_matches([' ', '=', '/'])).filter(|name| !name.is_empty())
}

/// The values of an attribute.
fn values<'a>(elements: &'a [(String, String)], name: &str) -> Vec<&'a str> {
    let start = format!(" {name}=\"");
    let value = |attributes: &'a str| {
        let (_, value) = attributes.split_once(&start[1..])?;
        value.split_once('"').map(|(value, _)| value)
    };
    elements.iter().filter_map(|(_, attributes)| value(attributes)).collect()
}

/// No form says what is no number, opens an element of somebody else, or turns the direction.
fn check(report: &Report) {
    let (page, mail, text) = (html(report, BASE), mail_html(report), markdown(report, BASE));
    for markup in [&page, &mail] {
        let found = elements(markup);
        assert!(!found.iter().any(|(name, _)| ["script", "img", "link", "iframe"].contains(&name.as_str())));
        let names = found.iter().flat_map(|(_, attributes)| attribute_names(attributes));
        names.for_each(|name| assert!(ATTRIBUTES.contains(&name), "{name}"));
        let links = values(&found, "href");
        assert!(links.iter().all(|link| link.starts_with('#') || link.starts_with("https://metrics.example.org/api/")));
    }
    assert!(!text.contains('<'), "{text}");
    let mut pictures = String::new();
    for block in report.sections.iter().flat_map(|section| &section.blocks) {
        match block {
            Block::Chart(chart) => pictures += &marks::control_chart(chart),
            Block::Months(stack) => pictures += &marks::stacked_months(stack),
            Block::Table(grid) => {
                grid.rows.iter().flatten().for_each(|cell| pictures += &marks::sparkline(&cell.spark, ""));
            }
            Block::Sentences { .. } => {}
        }
    }
    elements(&pictures);
    for form in [&page, &mail, &text, &pictures] {
        let words = form.split(|letter: char| !letter.is_alphanumeric());
        assert!(!words.clone().any(|word| ["NaN", "inf", "null", "undefined"].contains(&word)), "{form}");
        assert!(!form.contains("<script") && !form.contains('\u{202e}'));
        assert!(!form.chars().any(|letter| letter.is_control() && letter != '\n'));
    }
}

#[test]
fn forms_of_few_and_many_teams_are_well_formed() {
    for teams in [0, 1, 3, 22, 200] {
        check(&sample::report(teams));
    }
}

#[test]
fn hostile_names_stay_text_in_all_forms() {
    let report = sample::hostile();
    check(&report);
    assert!(html(&report, BASE).contains("=&lt;script&gt;alert(&quot;it&#39;s&quot;)&lt;/script&gt;|`x` @all"));
    let table = markdown(&report, BASE);
    let row = table.lines().find(|line| line.starts_with("| ") && line.contains("script")).expect("a row");
    let bars = row.replace("\\|", "").matches('|').count();
    assert_eq!(bars, 9, "eight cells, whatever their names hold: {row}");
    assert!(
        !table.contains("@all") && table.contains("\\[a\\](javascript:b)"),
        "neither a mention nor a link of somebody else"
    );
}

#[test]
fn a_report_without_anything_has_all_its_forms() {
    let nothing = Report { findings: Vec::new(), measures: Vec::new(), sections: Vec::new(), ..sample::report(0) };
    check(&nothing);
    let empty = |block| Report {
        sections: vec![Section { number: 1, id: "x".into(), title: "X".into(), appendix: false, blocks: vec![block] }],
        ..nothing.clone()
    };
    check(&empty(Block::Chart(sample::weeks(0))));
    check(&empty(Block::Months(sample::spending(0))));
    let grid = Grid { title: "T".into(), columns: Vec::new(), rows: vec![vec![Cell::text("more cells than columns")]] };
    check(&empty(Block::Table(grid)));
}

#[test]
fn the_file_of_html_needs_nothing_but_itself() {
    let page = html(&sample::report(3), None);
    let policy = "content=\"default-src &#39;none&#39;; style-src &#39;unsafe-inline&#39;; img-src data:\"";
    assert!(page.contains(&policy.replace("&#39;", "'")), "{}", &page[..400]);
    assert!(!page.contains("@import") && !page.contains("url(h"));
    let elements = elements(&page);
    let links = values(&elements, "href");
    assert!(links.iter().all(|link| link.starts_with('#')), "without a server there is no link to evidence: {links:?}");
    let names: Vec<_> = elements.iter().map(|(name, _)| name.as_str()).collect();
    for (name, times) in [("header", 1), ("main", 1), ("footer", 1), ("nav", 1), ("h1", 1), ("h2", 8), ("details", 4)] {
        assert_eq!(names.iter().filter(|found| **found == name).count(), times, "{name}");
    }
}

#[test]
fn headings_go_down_by_one_and_ids_are_of_one_element() {
    let page = html(&sample::report(22), BASE);
    let elements = elements(&page);
    let mut depth = 0;
    for level in elements.iter().filter_map(|(name, _)| name.strip_prefix('h')?.parse::<u32>().ok()) {
        assert!(level <= depth + 1, "h{level} below h{depth}");
        depth = level;
    }
    let ids = values(&elements, "id");
    assert_eq!(ids.len(), ids.iter().collect::<BTreeSet<_>>().len(), "{ids:?}");
    for label in values(&elements, "aria-labelledby") {
        assert!(ids.contains(&label), "{label}");
    }
}

#[test]
fn every_table_has_a_caption_and_scopes_and_every_picture_a_name() {
    let page = html(&sample::report(3), BASE);
    assert_eq!(page.matches("<table").count(), page.matches("<caption").count());
    let elements = elements(&page);
    let heads = elements.iter().filter(|(name, _)| name == "th");
    assert!(heads.clone().count() > 40 && heads.into_iter().all(|(_, attributes)| attributes.contains("scope=")));
    assert_eq!(page.matches("<svg").count(), page.matches("role=\"img\"").count());
    assert!(!page.contains("<title></title>"));
}

#[test]
fn only_the_words_better_and_worse_have_a_colour() {
    let page = html(&sample::report(3), BASE);
    assert!(page.contains("<td class=\"better\">better</td>") && page.contains("<td class=\"worse\">worse</td>"));
    let text = |word: &str| page.matches(&format!("class=\"{word}\"")).count();
    assert_eq!((text("better"), text("worse")), (1, 1), "changes and numbers have none");
    assert!(page.contains("title=\"red: worse, and the target missed\">R</span>"));
}

#[test]
fn long_names_are_whole_in_tables_and_cut_in_pictures_with_the_whole_behind() {
    let page = html(&sample::report(3), BASE);
    assert!(page.contains(&format!("<bdi>{LONG}</bdi>")));
    assert!(page.contains(&format!("<title>{LONG}</title>")) && page.contains(">payments-and-se…</text>"));
}

#[test]
fn numbers_are_linked_with_their_evidence() {
    let path = "https://metrics.example.org/api/v1/delivery/dora?granularity=month&amp;service=ALL";
    let page = html(&sample::report(3), BASE);
    assert!(page.contains(&format!("<td class=\"right\"><a href=\"{path}\">96</a></td>")));
    let text = markdown(&sample::report(3), BASE);
    assert!(text.contains(&format!("| [96]({}) |", path.replace("&amp;", "&"))));
    assert!(!markdown(&sample::report(3), None).contains("]("));
}

#[test]
fn markdown_has_lines_of_blocks_and_words() {
    let text = markdown(&sample::report(3), None);
    assert!(text.starts_with(
        "# Monthly report, October 2026\n\nAbout all 3 teams.\n\n## 1. Three findings\n\n1. Change failure"
    ));
    let row = "| Lead time, median | 6.4 days | 9.1 days | −30 % | +12 % a day | ▄▅▄·▁▆▄▇▆▃▇█ | **better** |";
    let found = text.lines().find(|line| line.starts_with("| Lead time")).unwrap_or_default();
    assert!(
        found.chars().filter(|letter| ('▁'..='█').contains(letter)).count() == 11 && found.contains('·'),
        "{found}"
    );
    assert_eq!(found.split('|').nth(7), row.split('|').nth(7));
    assert!(text.contains("| צוות תשלומים |") && text.contains("**R** "));
}

#[test]
fn the_body_of_a_mail_has_tables_alone_and_only_the_two_pages() {
    let mail = mail_html(&sample::report(22));
    let names: BTreeSet<_> = elements(&mail).into_iter().map(|(name, _)| name).collect();
    assert!(!names.contains("svg") && !names.contains("style"), "{names:?}");
    assert!(mail.contains("5. Data quality") && !mail.contains("6. DORA trends"));
}

#[test]
fn limits_are_broken_where_they_begin_anew() {
    let chart = sample::weeks(53);
    let svg = marks::control_chart(&chart);
    let dashed = svg.split("<path").find(|path| path.contains("stroke-dasharray")).expect("a limit");
    assert_eq!(dashed.matches('M').count(), 2, "a run for each segment: {dashed}");
    assert_eq!(svg.matches("<polygon").count(), chart.points.iter().filter(|point| point.signal).count());
    assert_eq!(svg.matches("stroke-dasharray=\"2 2\"").count(), 1, "one line where they change");
    assert!(svg.contains(">month</text>") && svg.contains(">UCL 38.5</text>"));
}

#[test]
fn an_unknown_month_has_no_column() {
    let mut stack = sample::spending(1);
    let columns = |stack: &StackedMonths| marks::stacked_months(stack).matches("stroke-width=\"0.6\"").count();
    assert_eq!(columns(&stack), 11 + 1, "eleven months and the sign of the part");
    stack.parts[0].values = vec![Some(-5.0), Some(5.0)];
    assert_eq!(columns(&stack), 2 + 1);
}

fn number() -> impl Strategy<Value = f64> {
    prop_oneof![
        -1e3..1e3_f64,
        any::<f64>(),
        Just(0.0),
        Just(f64::NAN),
        Just(f64::INFINITY),
        Just(f64::MAX),
        Just(f64::MIN),
        Just(5e-324)
    ]
}

fn words() -> impl Strategy<Value = String> {
    prop_oneof![
        "\\PC{0,12}",
        Just(HOSTILE.to_owned()),
        Just(LONG.to_owned()),
        Just(String::new()),
        "[<>&\"'|`\n\u{0}\u{202e}]{0,9}"
    ]
    // Words of people may be these; what is looked for is ours.
    .prop_filter("no word that is looked for", |text| {
        !["NaN", "inf", "null", "undefined"].iter().any(|word| text.contains(word))
    })
}

fn evidence() -> impl Strategy<Value = Option<Evidence>> {
    option::of(words().prop_map(|path| Evidence {
        path: format!("/api/v1/{path}"),
        row: std::collections::BTreeMap::new(),
        column: path,
    }))
}

fn cell() -> impl Strategy<Value = Cell> {
    let verdict =
        option::of(prop_oneof![Just(VerdictKind::Better), Just(VerdictKind::Worse), Just(VerdictKind::Normal)]);
    let colour = option::of(prop_oneof![Just(Colour::Red), Just(Colour::Grey)]);
    (words(), evidence(), vec(option::of(number()), 0..13), verdict, colour)
        .prop_map(|(text, evidence, spark, verdict, colour)| Cell { text, evidence, spark, verdict, colour })
}

fn point() -> impl Strategy<Value = ChartPoint> {
    let limits = (option::of(number()), option::of(number()), option::of(number()));
    (words(), words(), number(), limits, any::<bool>(), any::<bool>(), 0..3_usize).prop_map(
        |(week, first_day, value, (center, lcl, ucl), signal, in_month, segment)| ChartPoint {
            week,
            first_day,
            value,
            center,
            lcl,
            ucl,
            signal,
            in_month,
            segment,
        },
    )
}

fn block() -> impl Strategy<Value = Block> {
    let sentence = (words(), evidence()).prop_map(|(text, evidence)| Sentence { text, evidence });
    let align = prop_oneof![Just(Align::Left), Just(Align::Right), Just(Align::Center)];
    let column = (words(), align).prop_map(|(title, align)| GridColumn { title, align });
    let grid = (words(), vec(column, 0..5), vec(vec(cell(), 0..6), 0..5));
    let part = (words(), vec(option::of(number()), 0..13)).prop_map(|(name, values)| StackedPart { name, values });
    let months = (words(), words(), vec(words(), 0..13), vec(part, 0..9), vec(words(), 0..13));
    prop_oneof![
        (any::<bool>(), vec(sentence, 0..4)).prop_map(|(list, sentences)| Block::Sentences { list, sentences }),
        grid.prop_map(|(title, columns, rows)| Block::Table(Grid { title, columns, rows })),
        (words(), words(), words(), vec(point(), 0..54))
            .prop_map(|(title, says, unit, points)| Block::Chart(ControlChart { title, says, unit, points })),
        months.prop_map(|(title, unit, months, parts, totals)| Block::Months(StackedMonths {
            title,
            unit,
            months,
            parts,
            totals
        })),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_report_has_all_its_forms(
        title in words(), scope in option::of(words()), as_of in words(),
        sections in vec((1..20_u32, words(), words(), any::<bool>(), vec(block(), 0..4)), 0..4),
    ) {
        let section = |(number, id, title, appendix, blocks)| Section { number, id, title, appendix, blocks };
        let sections = sections.into_iter().map(section).collect();
        let report = Report { title, scope, as_of, sections, ..sample::report(0) };
        check(&report);
        prop_assert_eq!(html(&report, BASE), html(&report, BASE));
    }
}
