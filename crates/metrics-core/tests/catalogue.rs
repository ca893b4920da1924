//! The catalogue names exactly what is calculated and what `docs/metrics.md` says.

use std::collections::HashSet;
use std::path::Path;

use metrics_core::calendar::first_day_of_quarter;
use metrics_core::catalogue::{ColumnKind, ColumnSpec, Filter, Period, TableScope, TableSpec, metrics, table, tables};
use metrics_core::{Calculation, calculate, period};
use model::Month;
use model::columns::{Raw, Scopes};
use model::rules::{CloudRules, RuleSet, Rules, ServiceComparison, ServiceGroup, Team};
use model::table::{Cells, Table};
use store::csv_folder::{Reading, load};

fn fixture() -> Raw {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/tables/raw");
    load(&folder, Scopes::ALL, Reading::Strict).expect("the fixture is read").raw
}

fn group() -> ServiceGroup {
    ServiceGroup { name: "AI".to_owned(), services: vec!["Azure OpenAI".to_owned(), "Vertex AI".to_owned()] }
}

/// Each rule set with and without groups, comparisons, teams and tables about people.
fn settings() -> Vec<Rules> {
    let comparison = ServiceComparison { name: "Alone".to_owned(), groups: vec![group()] };
    let grouped = CloudRules { groups: vec![group()], comparisons: vec![comparison], ..CloudRules::default() };
    let each = |set| {
        let team = Team { repos: vec!["web".to_owned()], ..Team::default() };
        [(CloudRules::default(), false), (grouped.clone(), true)].map(|(cloud, people)| Rules {
            teams: people.then(|| ("alpha".to_owned(), team.clone())).into_iter().collect(),
            set,
            cloud,
            people,
            ..Rules::default()
        })
    };
    [RuleSet::Flow, RuleSet::CtoStats].into_iter().flat_map(each).collect()
}

fn calculated(raw: &Raw, rules: &Rules) -> Calculation {
    calculate(raw, rules, None, Scopes::ALL).expect("nothing to contradict")
}

fn kind_of(cells: &Cells, column: &ColumnSpec) -> ColumnKind {
    match cells {
        // Months are texts.
        Cells::Text(months) if column.kind == ColumnKind::Month => {
            assert!((0..months.len()).all(|row| Month::parse(&months.text(row)).is_some()), "{}", column.name);
            ColumnKind::Month
        }
        Cells::Text(quarters) if column.kind == ColumnKind::Quarter => {
            assert!(
                (0..quarters.len()).all(|row| first_day_of_quarter(&quarters.text(row)).is_some()),
                "{}",
                column.name
            );
            ColumnKind::Quarter
        }
        Cells::Text(_) | Cells::Code(..) | Cells::Address(_) => ColumnKind::Text,
        Cells::Int(_) => ColumnKind::Int,
        Cells::Week(_) => ColumnKind::Week,
        Cells::Float(_) => ColumnKind::Float,
        Cells::Bool(_) | Cells::Judged(_) => ColumnKind::Bool,
        Cells::Instant(_) => ColumnKind::Instant,
        Cells::Date(_) => ColumnKind::Date,
        Cells::Money(_) | Cells::Cents(_) => ColumnKind::Money,
        Cells::Exact(_) => ColumnKind::ExactMoney,
    }
}

fn has_null(cells: &Cells) -> bool {
    match cells {
        Cells::Int(cells) => cells.iter().any(|cell| cell.is_none()),
        Cells::Judged(cells) => cells.contains(&None),
        Cells::Float(cells) => cells.iter().any(|cell| cell.is_none()),
        Cells::Date(cells) => cells.contains(&None),
        Cells::Money(cells) | Cells::Exact(cells) => cells.iter().any(Option::is_none),
        Cells::Instant(cells) => (0..cells.len()).any(|row| cells.get(row).is_none()),
        Cells::Text(_) | Cells::Code(..) | Cells::Address(_) | Cells::Week(_) | Cells::Bool(_) | Cells::Cents(_) => {
            false
        }
    }
}

fn spec_of(table_of: &Table) -> &'static TableSpec {
    table(table_of.name).unwrap_or_else(|| panic!("{} is not in the catalogue", table_of.name))
}

#[test]
fn a_calculation_has_exactly_the_tables_of_the_catalogue() {
    let (fixture, nothing) = (fixture(), Raw::default());
    for raw in [&fixture, &nothing] {
        for rules in settings() {
            for scopes in [Scopes::ISSUES, Scopes::PULL_REQUESTS, Scopes::CLOUD_SPENDING, Scopes::USUAL, Scopes::ALL] {
                let calculation = calculate(raw, &rules, None, scopes).expect("nothing to contradict");
                let written: HashSet<&str> = calculation.tables.iter().map(|table| table.name).collect();
                let listed: HashSet<&str> =
                    tables().iter().filter(|table| table.is_written(&rules, scopes)).map(|table| table.name).collect();
                assert_eq!(written, listed, "{:?} {scopes:?}", rules.set);
                assert_eq!(written.len(), calculation.tables.len(), "no table comes twice");
            }
        }
    }
}

#[test]
fn tables_have_exactly_the_columns_of_the_catalogue_in_order_and_of_their_kinds() {
    let raw = fixture();
    for rules in settings() {
        let calculation = calculated(&raw, &rules);
        for table in &calculation.tables {
            let is_unused = table.name == "cloud_spending_compared" && rules.cloud.comparisons.is_empty();
            // A line needs ten repositories, a test of its own has them.
            let is_unused = is_unused || table.name == "cost_delivery_line";
            assert!(is_unused || table.height() > 0, "there is something to compare in {}", table.name);
            let columns: Vec<&ColumnSpec> = spec_of(table).columns_under(rules.set).collect();
            assert_eq!(table.columns.len(), columns.len(), "{} under {:?}", table.name, rules.set);
            for (written, column) in table.columns.iter().zip(columns) {
                assert!(column.is_called(written.name), "{}: {} is not {}", table.name, written.name, column.name);
                assert_eq!(kind_of(&written.cells, column), column.kind, "{}.{}", table.name, column.name);
                assert!(column.nullable || !has_null(&written.cells), "{}.{} has a null", table.name, column.name);
            }
        }
    }
}

#[test]
fn the_second_name_of_a_column_is_used_where_there_are_no_groups() {
    let raw = fixture();
    for rules in settings() {
        let calculation = calculated(&raw, &rules);
        let services = calculation.tables.iter().find(|table| table.name == "cloud_spending_services");
        let name = services.expect("bills were asked for").columns[2].name;
        assert_eq!(name, if rules.cloud.groups.is_empty() { "service" } else { "group" });
    }
}

#[test]
fn no_two_rows_share_a_key() {
    let raw = fixture();
    for rules in settings() {
        for table in &calculated(&raw, &rules).tables {
            let spec = spec_of(table);
            let key = |row: usize| -> Vec<String> {
                let column = |name: &&str| spec.column(name).expect("a key is made of columns");
                let cell = |spec: &ColumnSpec| {
                    let written = table.columns.iter().find(|written| spec.is_called(written.name));
                    table.cell(row, written.expect("the column is written").name)
                };
                spec.key.iter().map(|name| cell(column(name))).collect()
            };
            let keys: HashSet<Vec<String>> = (0..table.height()).map(key).collect();
            assert!(!spec.key.is_empty() && keys.len() == table.height(), "{} by {:?}", table.name, spec.key);
        }
    }
}

#[test]
fn every_table_with_a_period_can_be_cut_by_dates() {
    let raw = fixture();
    for rules in settings() {
        for table in &calculated(&raw, &rules).tables {
            let spec = spec_of(table);
            let days = period::first_days(table, spec.period);
            assert_eq!(days.is_some(), spec.period != Period::None, "{}", table.name);
            assert!(days.unwrap_or_default().iter().all(Option::is_some), "{}", table.name);
        }
    }
}

#[test]
fn filters_follow_from_what_a_table_is_about() {
    for table in tables() {
        let known = match table.scope {
            // A share of types is not one of some types.
            TableScope::Issues if table.name == "innovation_month" => {
                &[Filter::Project, Filter::Repository, Filter::Team, Filter::Bots][..]
            }
            TableScope::Issues => &[Filter::Project, Filter::Repository, Filter::Team, Filter::Type, Filter::Bots][..],
            TableScope::PullRequests => &[Filter::Repository, Filter::Team, Filter::Bots],
            TableScope::Delivery => &[Filter::Repository, Filter::Team, Filter::Service, Filter::Bots],
            TableScope::Ci if ["ci/reliability", "ci/runs"].contains(&table.path) => {
                &[Filter::Repository, Filter::Team, Filter::Branches]
            }
            TableScope::Ci => &[Filter::Repository, Filter::Team],
            TableScope::CloudSpending => &[],
        };
        assert_eq!(table.filters, known, "{}", table.name);
    }
}

fn document() -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/metrics.md");
    std::fs::read_to_string(path).expect("docs/metrics.md is there")
}

fn words(text: &str) -> HashSet<&str> {
    text.split(|letter: char| !(letter.is_alphanumeric() || letter == '_')).collect()
}

#[test]
fn the_document_names_every_table_and_column_of_the_catalogue() {
    let document = document();
    for table in tables() {
        let file = format!("`{}.csv`", table.name);
        let row = document.lines().find(|line| line.starts_with('|') && line.contains(&file));
        let row = row.unwrap_or_else(|| panic!("{file} is not in docs/metrics.md"));
        // The tables of stocks share their columns.
        let shared = if table.name == "stocks_week" { document.as_str() } else { "" };
        let named = &words(row) | &words(shared);
        for column in table.columns {
            assert!(named.contains(column.name), "{}.{} is not in docs/metrics.md", table.name, column.name);
            assert!(!column.doc.is_empty() && column.doc.ends_with('.'), "{}.{}", table.name, column.name);
        }
        assert!(table.doc.ends_with('.'), "{}", table.name);
    }
}

#[test]
fn metrics_rest_on_columns_and_on_sections_of_the_document() {
    let document = document();
    let heading =
        |line: &str| line.strip_prefix("## ").map(|title| title.to_lowercase().replace('.', "").replace(' ', "-"));
    let anchors: HashSet<String> = document.lines().filter_map(heading).collect();
    let mut names = HashSet::new();
    for metric in metrics() {
        let spec = table(metric.table).expect("a metric is in a table");
        assert!(spec.column(metric.column).is_some(), "{}: no column {}", metric.name, metric.column);
        assert!(anchors.contains(metric.docs), "{}: no section {}", metric.name, metric.docs);
        assert!(names.insert(metric.name), "{} comes twice", metric.name);
        for words in [metric.definition, metric.formula, metric.left_out] {
            assert!(words.ends_with('.'), "{}: {words}", metric.name);
        }
    }
    assert!(names.len() >= 12);
}
