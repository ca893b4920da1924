//! Reports as they may be: of few and of many teams, with long names, with hostile ones.

use super::content::{
    Align, Block, Cell, ChartPoint, CiCost, Colour, ControlChart, Evidence, Executive, Finding, Grid, GridColumn,
    Known, Measure, Report, Section, Sentence, StackedMonths, StackedPart, Verdict, VerdictKind,
};

/// A hundred letters without a space.
pub(crate) const LONG: &str =
    "payments-and-settlement-reconciliation-of-international-card-transactions-for-all-regions-and-brands";
/// Opens tags, ends attributes, cells and formulas, turns the direction.
pub(crate) const HOSTILE: &str =
    "=<script>alert(\"it's\")</script>|`x` @all [a](javascript:b) \u{202e}gpj מערכת {{c}} -->";

/// A report of so many teams.
pub(crate) fn report(teams: usize) -> Report {
    let measures = measures();
    let findings = findings();
    let names = (1..=teams).map(|number| match number {
        2 => LONG.to_owned(),
        3 => "צוות תשלומים".to_owned(),
        _ => format!("Team {number:02}"),
    });
    let names: Vec<_> = names.collect();
    let sections = vec![
        section(
            1,
            "findings",
            "Three findings",
            false,
            vec![list(findings.iter().map(|it| it.sentence.clone()).collect())],
        ),
        section(2, "measures", "One table", false, vec![Block::Table(table_of(&measures))]),
        section(3, "charts", "Charts", false, vec![Block::Chart(weeks(53)), Block::Months(spending(6))]),
        section(4, "signals", "Signals and their notes", false, vec![signals()]),
        section(5, "data-quality", "Data quality", false, vec![quality()]),
        section(6, "dora", "DORA trends", true, vec![Block::Table(heat(&names))]),
        section(7, "cost", "Cost", true, vec![Block::Months(spending(3)), Block::Chart(weeks(1))]),
        section(
            8,
            "predictability",
            "Predictability",
            true,
            vec![Block::Sentences {
                list: false,
                sentences: vec![Sentence::plain(
                    "No iterations are connected. Add `iterations` to a board of the configuration.",
                )],
            }],
        ),
    ];
    Report {
        month: "2026-10".to_owned(),
        month_name: "October 2026".to_owned(),
        title: "Monthly report, October 2026".to_owned(),
        provisional: None,
        scope: Some(format!("About all {teams} teams.")),
        as_of: "2026-11-07T06:00:00Z".to_owned(),
        findings,
        measures,
        scores: Vec::new(),
        executive: executive(),
        sections,
    }
}

/// The same with hostile words wherever people write some, and values that are no numbers.
pub(crate) fn hostile() -> Report {
    let mut report = report(3);
    HOSTILE.clone_into(&mut report.title);
    report.scope = Some(HOSTILE.to_owned());
    report.provisional = Some(HOSTILE.to_owned());
    for section in &mut report.sections {
        HOSTILE.clone_into(&mut section.title);
        for block in &mut section.blocks {
            spoil(block);
        }
    }
    report
}

fn spoil(block: &mut Block) {
    match block {
        Block::Sentences { sentences, .. } => sentences.iter_mut().for_each(|it| HOSTILE.clone_into(&mut it.text)),
        Block::Table(grid) => {
            HOSTILE.clone_into(&mut grid.title);
            grid.columns.iter_mut().for_each(|column| HOSTILE.clone_into(&mut column.title));
            grid.rows.iter_mut().flatten().for_each(|cell| HOSTILE.clone_into(&mut cell.text));
        }
        Block::Chart(chart) => {
            HOSTILE.clone_into(&mut chart.title);
            HOSTILE.clone_into(&mut chart.says);
            HOSTILE.clone_into(&mut chart.unit);
            let odd = [f64::NAN, f64::INFINITY, f64::MIN, f64::MAX];
            for (point, value) in chart.points.iter_mut().zip(odd) {
                HOSTILE.clone_into(&mut point.week);
                (point.value, point.ucl, point.lcl) = (value, Some(-value), Some(value));
            }
        }
        Block::Months(stack) => {
            HOSTILE.clone_into(&mut stack.unit);
            stack.totals.iter_mut().for_each(|total| HOSTILE.clone_into(total));
            for part in &mut stack.parts {
                HOSTILE.clone_into(&mut part.name);
                part.values = vec![Some(f64::NAN), Some(f64::MAX), Some(f64::MAX), Some(f64::MIN), None];
            }
        }
    }
}

fn section(number: u32, id: &str, title: &str, appendix: bool, blocks: Vec<Block>) -> Section {
    Section { number, id: id.to_owned(), title: title.to_owned(), appendix, blocks }
}

fn list(sentences: Vec<Sentence>) -> Block {
    Block::Sentences { list: true, sentences }
}

fn evidence(column: &str) -> Evidence {
    let path = "/api/v1/delivery/dora?granularity=month&service=ALL".to_owned();
    Evidence { path, row: [("month".to_owned(), "2026-10".to_owned())].into(), column: column.to_owned() }
}

fn findings() -> Vec<Finding> {
    let sentences = [
        (
            "change_failure_rate",
            "Change failure rate rose to 12 % in October 2026, from 6.2 % in September 2026; 3 of 4 weeks were outside the limits 2.1 % to 9.8 % (a point beyond a limit). A process change is noted on 2026-10-12: releases of checkout without a staging run.",
        ),
        (
            "ci_cost",
            "CI cost EUR 18,240 in October 2026, 21 % a day more than in September 2026; the limits are EUR 12,100 to EUR 16,900. The group \"payments-and-settlement-reconciliation\" accounts for 71 % of the difference.",
        ),
        (
            "lead_time",
            "Lead time fell to 6.4 days in October 2026, from 9.1 days; 2 of 4 weeks were outside the limits 7.2 days to 12.8 days (a point beyond a limit).",
        ),
    ];
    let finding = |(measure, text): (&str, &str)| Finding {
        measure: measure.to_owned(),
        sentence: Sentence { text: text.to_owned(), evidence: Some(evidence(measure)) },
    };
    sentences.map(finding).into()
}

const MEASURES: [(&str, &str, &str, &str, VerdictKind); 16] = [
    ("Lead time, median", "6.4 days", "9.1 days", "−30 %", VerdictKind::Better),
    ("Throughput per week", "29.3", "28.1", "+4.3 %", VerdictKind::Normal),
    ("Work in progress", "96", "89", "+7.9 %", VerdictKind::Signal),
    ("Cycle time of changes, median", "31.4 h", "33.0 h", "−4.8 %", VerdictKind::Normal),
    ("Time to first review, median", "5.2 h", "4.1 h", "+27 %", VerdictKind::OneWeekOutside),
    ("Deployments per day", "12.97", "12.29", "+5.6 % a day", VerdictKind::Normal),
    ("Change lead time, median", "45.1 h", "2.1 days", "−9.1 %", VerdictKind::Normal),
    ("Change failure rate", "12 %", "6.2 %", "+94 %", VerdictKind::Worse),
    ("Recovery, median", "34.0 min", "38.0 min", "−11 %", VerdictKind::TooFew),
    ("Rework rate", "4.1 %", "3.8 %", "+7.9 %", VerdictKind::Normal),
    ("CI success rate", "88 %", "91 %", "−3.3 %", VerdictKind::Unsettled),
    ("CI duration, p95", "24.1 min", "23.8 min", "+1.3 %", VerdictKind::Normal),
    ("CI cost", "EUR 18,240", "EUR 14,580", "+21 % a day", VerdictKind::Signal),
    ("Cloud cost, EUR", "EUR 122,615", "EUR 119,453", "−0.7 % a day", VerdictKind::Normal),
    ("Cloud cost, USD", "not connected: add a bill to gcp_billing", "–", "–", VerdictKind::TooFew),
    ("Cost per change", "EUR 45.37", "EUR 42.38", "+7.1 %", VerdictKind::Normal),
];

fn measures() -> Vec<Measure> {
    let measure = |(index, row): (usize, (&str, &str, &str, &str, VerdictKind))| {
        let (title, text, previous, change, kind) = row;
        let known = previous != "–";
        let months = (0..12).map(|month| (known && month != 3).then(|| wave(index * 12 + month)));
        Measure {
            name: title.to_lowercase().replace(' ', "_"),
            title: title.to_owned(),
            unit: String::new(),
            value: known.then(|| wave(index)),
            text: text.to_owned(),
            evidence: known.then(|| evidence("value")),
            previous: previous.to_owned(),
            change: change.to_owned(),
            change_year: if known { "+12 % a day".to_owned() } else { "–".to_owned() },
            months: months.collect(),
            verdict: Verdict { kind, text: words(kind).to_owned() },
            rests_on: if known { "GitHub deployments; 86 % linked" } else { "not connected" }.to_owned(),
        }
    };
    MEASURES.into_iter().enumerate().map(measure).collect()
}

fn words(kind: VerdictKind) -> &'static str {
    match kind {
        VerdictKind::Better => "better",
        VerdictKind::Worse => "worse",
        VerdictKind::Signal => "signal",
        VerdictKind::Unsettled => "unsettled",
        VerdictKind::OneWeekOutside => "one week outside",
        VerdictKind::Normal => "within normal variation (provisional)",
        VerdictKind::TooFew => "too few weeks to say",
    }
}

/// Goes up and down without chance.
fn wave(index: usize) -> f64 {
    20.0 + ((index * 37) % 23) as f64 - ((index * 11) % 7) as f64 * 1.5
}

fn columns(titles: &[(&str, Align)]) -> Vec<GridColumn> {
    let column = |(title, align): &(&str, Align)| GridColumn { title: (*title).to_owned(), align: *align };
    titles.iter().map(column).collect()
}

fn table_of(measures: &[Measure]) -> Grid {
    let row = |measure: &Measure| {
        let spark = Cell { spark: measure.months.clone(), ..Cell::default() };
        vec![
            Cell::text(&measure.title),
            Cell { text: measure.text.clone(), evidence: measure.evidence.clone(), ..Cell::default() },
            Cell::text(&measure.previous),
            Cell::text(&measure.change),
            Cell::text(&measure.change_year),
            spark,
            Cell { text: measure.verdict.text.clone(), verdict: Some(measure.verdict.kind), ..Cell::default() },
            Cell::text(&measure.rests_on),
        ]
    };
    let titles = [
        ("Measure", Align::Left),
        ("October 2026", Align::Right),
        ("September 2026", Align::Right),
        ("Change", Align::Right),
        ("Against October 2025", Align::Right),
        ("12 months", Align::Left),
        ("Verdict", Align::Left),
        ("Rests on", Align::Left),
    ];
    let rows = measures.iter().map(row).collect();
    Grid { title: "Measures of October 2026".to_owned(), columns: columns(&titles), rows }
}

/// A chart of so many weeks, the last four in the month; the limits begin anew in the middle.
pub(crate) fn weeks(count: usize) -> ControlChart {
    let point = |index: usize| {
        let late = index >= count / 2;
        ChartPoint {
            week: format!("2026-W{:02}", index + 1),
            first_day: format!("2026-{:02}-{:02}", index / 5 + 1, index % 28 + 1),
            value: wave(index),
            center: (index > 3).then_some(if late { 24.0 } else { 20.0 }),
            lcl: (index > 3).then_some(if late { 9.5 } else { 6.0 }),
            ucl: (index > 3).then_some(if late { 38.5 } else { 34.0 }),
            signal: wave(index) > 37.0 || wave(index) < 12.0,
            in_month: index + 5 > count && index + 1 < count,
            segment: usize::from(late),
        }
    };
    ControlChart {
        title: "Deployments by week".to_owned(),
        says: "3 of 4 weeks of October 2026 were within the limits 9.5 to 38.5.".to_owned(),
        unit: "deployments".to_owned(),
        points: (0..count).map(point).collect(),
    }
}

/// Twelve months of so many parts; one of them is unknown in the third.
pub(crate) fn spending(parts: usize) -> StackedMonths {
    let months: Vec<_> =
        (0..12).map(|index| format!("{}-{:02}", 2025 + (index + 10) / 12, (index + 10) % 12 + 1)).collect();
    let part = |number: usize| StackedPart {
        name: if number == 1 { LONG.to_owned() } else { format!("Group {number}") },
        values: (0..12)
            .map(|month| (month != 2).then(|| wave(number * 12 + month) * 1_000.0 / (number + 1) as f64))
            .collect(),
    };
    StackedMonths {
        title: "Spending in EUR by group".to_owned(),
        unit: "EUR".to_owned(),
        totals: (0..12)
            .map(|month| if month == 2 { "–".to_owned() } else { format!("{},40{}", 50 + month, month % 10) })
            .collect(),
        months,
        parts: (0..parts).map(part).collect(),
    }
}

fn signals() -> Block {
    let sentence = |number: usize| Sentence {
        text: format!(
            "Change failure rate, 2026-W{}: 14 % is above the upper limit 9.8 % (a point beyond a limit). A process change is \
             noted on 2026-10-{}: releases of checkout without a staging run, until the new environment is there.",
            40 + number,
            10 + number
        ),
        evidence: Some(evidence("failure_rate")),
    };
    list((0..8).map(sentence).collect())
}

fn quality() -> Block {
    let sentences = [
        "GitHub: issues, pull requests and workflow runs up to 2026-11-07T05:00:00Z, 1 hour before this report.",
        "GitLab: merge requests and pipelines up to 2026-11-07T05:00:00Z, 1 hour before this report.",
        "Azure: bills up to 2026-11-05, 2 days before this report; the bill of October 2026 is final.",
        "Google Cloud: not connected. Add a table to `gcp_billing` of the configuration.",
        "86 % of the deployments are linked with changes; the others have no commit that is known here.",
        "12 % of the issues have a history that is inferred of their last state.",
        "3.1 % of the CI minutes have no price: labels `gpu-large`, `macos-15`.",
        "Months are cut in Europe/Paris; bills of clouds are months in UTC.",
        "Of 15 measures and 64 points about 0.6 are outside their limits without a cause.",
        "Change failure rate of September 2026 was printed as 5.9 % and is 6.2 % now: an incident was reported late.",
    ];
    list(sentences.map(Sentence::plain).into())
}

fn heat(names: &[String]) -> Grid {
    let titles = ["Lead time", "Change failure rate", "Recovery", "Rework", "CI success", "CI p95"];
    let mut heads = vec![("Team", Align::Left)];
    heads.extend(titles.map(|title| (title, Align::Center)));
    let colours = [Colour::Green, Colour::Amber, Colour::Grey, Colour::Green, Colour::Red];
    let row = |(index, name): (usize, &String)| {
        let mut row = vec![Cell::text(name)];
        row.extend((0..titles.len()).map(|column| {
            let colour = colours[(index * 7 + column) % colours.len()];
            let text = if colour == Colour::Grey {
                "fewer than 10 deployments".to_owned()
            } else {
                format!("{}.4 days", index + column)
            };
            Cell { text, colour: Some(colour), evidence: Some(evidence("value")), ..Cell::default() }
        }));
        row
    };
    Grid {
        title: "Measures by team".to_owned(),
        columns: columns(&heads),
        rows: names.iter().enumerate().map(row).collect(),
    }
}

fn executive() -> Executive {
    Executive {
        month: "2026-10".to_owned(),
        deployments: Known::Value(402),
        lead_time_hours: Known::Value(45.12),
        change_failure_rate: Known::Value(6.2),
        mttr_minutes: Known::None("no incident source is connected".to_owned()),
        ci_costs: vec![CiCost {
            currency: "EUR".to_owned(),
            cost: "1281.60".to_owned(),
            deployments_per_1k: Some(313.67),
        }],
        ci_cost_reason: String::new(),
    }
}
