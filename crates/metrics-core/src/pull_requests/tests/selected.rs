//! Tables of a part of the pull requests.

use model::records::{ImportRun, Repository};
use model::rules::{Member, Team};

use super::*;
use crate::selection::{Bots, Chosen, Selection};

fn list(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn rules() -> Rules {
    let ada = Member { github: "Ada".into(), email: None };
    let teams = [
        ("web".to_owned(), Team { repos: list(&["acme/web"]), ..Team::default() }),
        ("ada".to_owned(), Team { users: vec![ada], projects: list(&["7"]), ..Team::default() }),
    ];
    Rules { teams: teams.into(), people: true, ..Rules::default() }
}

fn pulls() -> Vec<Pull> {
    let by = |repo, author, pull: Pull| Pull { repo, author, ..pull };
    vec![
        by("web", "ada", merged_pull(20)),
        by("api", "ada", merged_pull(20)),
        by("api", "bo", open_pull()),
        by("api", "deps[bot]", merged_pull(20)),
        Pull { api_bot: true, ..by("web", "helper", open_pull()) },
    ]
}

fn selected(name: &str, selection: &Selection) -> Table {
    let rules = rules();
    let chosen = Chosen::new(selection, &rules);
    let (tables, _) = tables_of(&raw(&pulls()), &rules, at("2024-01-15"), &chosen, Wanted::All);
    tables.into_iter().find(|table| table.name == name).expect("a table of that name")
}

/// Pull requests by repository, as `api 3, web 2`.
fn by_repository(selection: &Selection) -> String {
    let table = selected("pr_change_requests_repo", selection);
    let row = |row| format!("{} {}", table.cell(row, "repo"), table.cell(row, "pr_count"));
    (0..table.height()).map(row).collect::<Vec<_>>().join(", ")
}

#[test]
fn pull_requests_are_kept_by_repository_and_team() {
    let of_teams = |names: &[&str]| by_repository(&Selection { teams: list(names), ..Selection::default() });
    assert_eq!(by_repository(&Selection::default()), "api 3, web 2");
    assert_eq!(by_repository(&Selection { repositories: list(&["ACME/api"]), ..Selection::default() }), "api 3");
    assert_eq!(of_teams(&["web"]), "web 2");
    assert_eq!(of_teams(&["ada"]), "api 1", "what she opened in the repository of a team is that team's");
    assert_eq!(of_teams(&["ada", "web"]), "api 1, web 2");
    assert_eq!(of_teams(&["nobody"]), "");
    let on_board = Selection { projects: list(&["7"]), types: list(&["bug"]), ..Selection::default() };
    assert_eq!(by_repository(&on_board), "api 3, web 2", "a pull request has neither board nor type");
}

#[test]
fn a_pull_request_with_a_label_of_a_team_is_that_teams() {
    let mut rules = rules();
    let labels = list(&["team::ops"]);
    rules.teams.insert("ops".to_owned(), Team { labels, ..Team::default() });
    let mut pulls = pulls();
    for row in [0, 1, 3] {
        pulls[row].labels = "chore;Team::Ops";
    }
    let of = |name: &str| {
        let chosen = Chosen::new(&Selection { teams: list(&[name]), ..Selection::default() }, &rules);
        let (tables, _) = tables_of(&raw(&pulls), &rules, at("2024-01-15"), &chosen, Wanted::All);
        let table = tables.into_iter().find(|table| table.name == "pr_change_requests_repo").expect("a table");
        let row = |row| format!("{} {}", table.cell(row, "repo"), table.cell(row, "pr_count"));
        (0..table.height()).map(row).collect::<Vec<_>>().join(", ")
    };
    assert_eq!(of("ops"), "api 2, web 1");
    assert_eq!((of("web").as_str(), of("ada").as_str()), ("web 1", ""));
}

#[test]
fn bots_count_everywhere_or_nowhere_when_asked() {
    let first = |name: &str, column: &str, bots| {
        let table = selected(name, &Selection { bots, ..Selection::default() });
        let row = (0..table.height()).find(|row| table.cell(*row, "repo") == "ALL").expect("a row of all repositories");
        table.cell(row, column)
    };
    let each = |name: &str, column: &str| {
        [None, Some(Bots::Include), Some(Bots::Exclude)].map(|bots| first(name, column, bots))
    };
    assert_eq!(each("pr_change_requests_week", "pr_count"), ["5", "5", "3"]);
    assert_eq!(each("pr_cycle_week", "merged"), ["2", "3", "2"]);
    assert_eq!(each("pr_activity_week", "merged"), ["3", "3", "2"]);
    assert_eq!(each("pr_activity_week", "authors"), ["1", "2", "1"]);
    let open = |bots| selected("pr_open", &Selection { bots, ..Selection::default() }).height();
    assert_eq!([None, Some(Bots::Include), Some(Bots::Exclude)].map(open), [1, 2, 1]);
    let authors = |bots| selected("pr_author_week", &Selection { bots, ..Selection::default() }).height();
    assert_eq!([None, Some(Bots::Include), Some(Bots::Exclude)].map(authors), [1, 2, 1]);
}

#[test]
fn a_repository_that_is_not_selected_holds_nothing_back() {
    let mut raw = raw(&pulls());
    let run = |subject: &str, until: &str| ImportRun {
        scope: "pull_requests".into(),
        subject: subject.into(),
        outcome: "ok".into(),
        covered_to: Some(at(until)),
        ..ImportRun::default()
    };
    raw.repositories = [("R1", "web"), ("R2", "api")]
        .map(|(id, name)| Repository { id: id.into(), org: "acme".into(), name: name.into(), ..Repository::default() })
        .to_vec();
    raw.imports = vec![run("R1", "2024-01-14"), run("R2", "2024-01-03")];
    let complete = |selection: &Selection| {
        let rules = rules();
        let (tables, _) = tables_of(&raw, &rules, at("2024-01-14"), &Chosen::new(selection, &rules), Wanted::All);
        let row = (0..tables[0].height()).find(|row| tables[0].cell(*row, "repo") == "ALL");
        tables[0].cell(row.expect("a row of all repositories"), "complete")
    };
    let of = |names: &[&str]| Selection { repositories: list(names), ..Selection::default() };
    assert_eq!(complete(&Selection::default()), "false");
    assert_eq!(complete(&of(&["web"])), "true");
    assert_eq!(complete(&of(&["api"])), "false");
    let team = |names: &[&str]| Selection { teams: list(names), ..Selection::default() };
    assert_eq!(complete(&team(&["web"])), "true");
    assert_eq!(complete(&team(&["ada"])), "false", "what she opened may be in any repository without a team");
}
