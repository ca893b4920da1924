//! Totals have a key that no name can have: what is called `ALL` is written otherwise.

use std::collections::HashSet;

use metrics_core::{Calculation, Selection, calculate, calculate_selected, catalogue, known};
use model::columns::{Raw, Scopes};
use model::rules::{CloudRules, RuleSet, Rules, ServiceComparison, ServiceGroup, Team};
use model::table::Table;
use proptest::prelude::*;
use store::csv_folder::{Reading, load};

/// Names that a total may be taken for, or that its replacements may be taken for, and others.
const NAMES: [&str; 8] = ["ALL", "all", "/ALL", "//ALL", "ALLY", "acme/ALL", "web", "Z"];
const ORGS: [&str; 3] = ["acme", "beta", "ALL"];

/// Issues, pull requests and bills as text: `(organisation, name)` of repositories, boards, services.
fn raw(things: &[(usize, usize, usize)]) -> Raw {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, header: &str, rows: Vec<String>| {
        let text = format!("{header}\n{}\n", rows.join("\n"));
        std::fs::write(folder.path().join(name), text).expect("written");
    };
    let each = |row: &dyn Fn(usize, &str, &str, &str, &str) -> String| -> Vec<String> {
        let named = things.iter().enumerate().map(|(number, (org, repo, other))| {
            let day = format!("2026-03-{:02}", 1 + number % 28);
            row(number, ORGS[*org], NAMES[*repo], NAMES[*other], &day)
        });
        named.collect()
    };
    write(
        "issue.csv",
        "org,repo,number,title,url,state,type,is_bug,creator,assignees,created_at,closed_at",
        each(&|number, org, repo, _, day| {
            format!("{org},{repo},{number},T,,closed,bug,true,ada,,{day}T01:00:00Z,{day}T09:00:00Z")
        }),
    );
    write(
        "issue_project_event.csv",
        "org,repo,number,project_id,project_name,from_column,to_column,at,by,type",
        each(&|number, org, repo, board, day| {
            format!("{org},{repo},{number},{board},ALL,,In progress,{day}T02:00:00Z,ada,moved")
        }),
    );
    write("issue_status_event.csv", "org,repo,number,at,by,type,state_reason", Vec::new());
    write(
        "issue_project_custom_field.csv",
        "org,repo,number,project_id,project_name,field_name,field_value",
        Vec::new(),
    );
    write("pr_review.csv", "org,repo,number,state,submitted_at,user", Vec::new());
    write(
        "pr.csv",
        "org,repo,number,title,url,state,created_at,closed_at,merged_at,creator",
        each(&|number, org, repo, author, day| {
            let merged = if number % 3 == 0 { String::new() } else { format!("{day}T09:00:00Z") };
            format!("{org},{repo},{number},T,,open,{day}T01:00:00Z,{merged},{merged},{author}")
        }),
    );
    write(
        "cloud_costs.csv",
        "provider,service,month,cost,currency,account",
        each(&|number, _, provider, service, _| {
            let (space, month) = (" ".repeat(number % 2), 1 + number % 3);
            format!("{provider},{service}{space},2026-{month:02}-01,1.5,EUR,{number}")
        }),
    );
    load(folder.path(), Scopes::ALL, Reading::Strict).expect("the files are read").raw
}

fn rules(set: RuleSet) -> Rules {
    let group = |name: &str| ServiceGroup { name: name.to_owned(), services: NAMES.map(str::to_owned).to_vec() };
    let groups = vec![group("ALL"), group("all ")];
    let comparison = ServiceComparison { name: "ALL".to_owned(), groups: groups.clone() };
    let team = Team { repos: vec!["ALL".to_owned()], ..Team::default() };
    Rules {
        set,
        people: true,
        teams: [("ALL".to_owned(), team)].into(),
        cloud: CloudRules { groups, comparisons: vec![comparison], ..CloudRules::default() },
        ..Rules::default()
    }
}

fn calculated(raw: &Raw, selection: &Selection) -> Calculation {
    calculate_selected(raw, &rules(RuleSet::Flow), None, Scopes::ALL, selection).expect("nothing to contradict")
}

/// The keys of the rows of a table.
fn keys(table: &Table) -> Vec<Vec<String>> {
    let spec = catalogue::table(table.name).expect("the table is in the catalogue");
    let name = |key: &str| {
        let column = spec.column(key).expect("a key is made of columns");
        table.columns.iter().find(|written| column.is_called(written.name)).expect("it is written").name
    };
    (0..table.height()).map(|row| spec.key.iter().map(|key| table.cell(row, name(key))).collect()).collect()
}

fn named<'a>(calculation: &'a Calculation, name: &str) -> &'a Table {
    calculation.tables.iter().find(|table| table.name == name).expect("the table is calculated")
}

fn column(calculation: &Calculation, name: &str, column: &str) -> Vec<String> {
    let table = named(calculation, name);
    let mut values: Vec<String> = (0..table.height()).map(|row| table.cell(row, column)).collect();
    values.dedup();
    values
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn keys_are_unique_in_every_table_whatever_things_are_called(
        things in prop::collection::vec((0..ORGS.len(), 0..NAMES.len(), 0..NAMES.len()), 1..24),
    ) {
        let raw = raw(&things);
        for calculation in [calculated(&raw, &Selection::default()), {
            let ungrouped = Rules { cloud: CloudRules::default(), ..rules(RuleSet::Flow) };
            calculate(&raw, &ungrouped, None, Scopes::ALL).expect("nothing to contradict")
        }] {
            for table in &calculation.tables {
                let keys = keys(table);
                let distinct: HashSet<&Vec<String>> = keys.iter().collect();
                prop_assert_eq!(distinct.len(), keys.len(), "{}", table.to_csv());
            }
        }
    }
}

/// A repository, a board and a service called ALL, and others.
fn mixed() -> Raw {
    raw(&[(0, 0, 0), (0, 0, 7), (1, 0, 0), (0, 6, 6), (0, 6, 0)])
}

#[test]
fn a_repository_called_all_is_written_with_its_organisation() {
    let calculation = calculated(&mixed(), &Selection::default());
    for name in ["pr_change_requests_week", "pr_cycle_week", "pr_activity_week"] {
        let mut repositories = column(&calculation, name, "repo");
        assert_eq!(repositories[..4], ["acme/ALL", "ALL", "acme/ALL", "beta/ALL"], "{name}");
        repositories.sort_unstable();
        repositories.dedup();
        assert_eq!(repositories, ["ALL", "acme/ALL", "beta/ALL", "web"], "{name}");
    }
    assert_eq!(column(&calculation, "pr_change_requests_repo", "repo"), ["acme/ALL", "beta/ALL", "web"]);
    assert_eq!(column(&calculation, "calculated_pr", "repo"), ["acme/ALL", "web", "beta/ALL"]);
    assert_eq!(column(&calculation, "pr_open", "repo"), ["acme/ALL", "web"]);
    let opened = |repo: &str| {
        let table = named(&calculation, "pr_change_requests_repo");
        let row = (0..table.height()).find(|row| table.cell(*row, "repo") == repo).expect("a row");
        table.cell(row, "pr_count")
    };
    assert_eq!(["acme/ALL", "beta/ALL", "web"].map(opened), ["2", "1", "2"]);
}

#[test]
fn a_board_whose_id_is_all_is_written_with_a_slash_beside_the_total() {
    let calculation = calculated(&mixed(), &Selection::default());
    assert_eq!(column(&calculation, "forecast", "project_id"), ["/ALL", "Z", "web", "ALL"]);
}

#[test]
fn filters_take_the_keys_that_tables_write() {
    let raw = mixed();
    let known = known(&raw, &rules(RuleSet::Flow));
    let ids = |selection: &Selection, table: &str| {
        assert_eq!(known.unknown(selection), [], "{selection:?}");
        column(&calculated(&raw, selection), table, "id")
    };
    let repository = |name: &str| Selection { repositories: vec![name.to_owned()], ..Selection::default() };
    assert_eq!(ids(&repository("acme/ALL"), "calculated_pr"), ["acme/ALL#0", "acme/ALL#1"]);
    assert_eq!(ids(&repository("ALL"), "calculated_pr"), ["acme/ALL#0", "acme/ALL#1", "beta/ALL#2"]);
    let team = Selection { teams: vec!["ALL".to_owned()], ..Selection::default() };
    assert_eq!(ids(&team, "calculated_pr"), ["acme/ALL#0", "acme/ALL#1", "beta/ALL#2"]);
    let board = |id: &str| Selection { projects: vec![id.to_owned()], ..Selection::default() };
    let of_board = ids(&board("ALL"), "calculated_issue");
    assert_eq!(of_board, ["acme/ALL#0", "acme/web#4", "beta/ALL#2"]);
    assert_eq!(ids(&board("/ALL"), "calculated_issue"), of_board);
}

#[test]
fn the_originals_tables_name_the_repository_as_the_original_does() {
    let calculation = calculate(&mixed(), &rules(RuleSet::CtoStats), None, Scopes::USUAL).expect("sound rules");
    assert_eq!(column(&calculation, "pr_change_requests_repo", "repo"), ["ALL", "web"]);
}
