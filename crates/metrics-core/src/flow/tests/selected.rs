//! Figures of a part of the issues.

use std::collections::{BTreeMap, BTreeSet};

use model::columns::Scopes;
use model::records::{ImportRun, Project, Repository};
use model::rules::{Member, RuleSet, Team};
use model::table::Table;
use proptest::prelude::*;

use super::properties::{AS_OF, stories, told};
use super::*;
use crate::calculate::{Calculation, calculate, calculate_selected, calculate_tables};
use crate::catalogue::TableScope;
use crate::prepared::Prepared;
use crate::selection::{Bots, Known, KnownBoard, NO_BOARD, Selection, known};

const BOARDS: [&str; 4] = ["P", "Q", "Z", NO_BOARD];

fn of_projects(ids: &[&str]) -> Selection {
    Selection { projects: list(ids), ..Selection::default() }
}

fn of_repositories(names: &[&str]) -> Selection {
    Selection { repositories: list(names), ..Selection::default() }
}

fn of_teams(names: &[&str]) -> Selection {
    Selection { teams: list(names), ..Selection::default() }
}

fn list(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn selected(stories: &[Story], rules: &Rules, selection: &Selection) -> Calculation {
    calculate_selected(&raw(stories), rules, Some(day(AS_OF)), Scopes::ISSUES, selection).expect("the rules are sound")
}

fn table<'a>(calculation: &'a Calculation, name: &str) -> &'a Table {
    calculation.tables.iter().find(|table| table.name == name).expect("the table is calculated")
}

/// Rows as lines, without the header.
fn lines(table: &Table) -> Vec<String> {
    table.to_csv().lines().skip(1).map(str::to_owned).collect()
}

/// Ids of the issues in `calculated_issue`, without their repository.
fn numbers(calculation: &Calculation) -> Vec<String> {
    let issues = table(calculation, "calculated_issue");
    let id = |row| issues.cell(row, "id").rsplit('#').next().map(str::to_owned).expect("an id has a number");
    (0..issues.height()).map(id).collect()
}

/// Counts by key, zeros left out.
fn counts(table: &Table, key: &[&str], columns: &[&str]) -> BTreeMap<(String, String), i64> {
    let mut counts = BTreeMap::new();
    for row in 0..table.height() {
        let key: Vec<String> = key.iter().map(|column| table.cell(row, column)).collect();
        for column in columns {
            let count: i64 = table.cell(row, column).parse().expect("a whole number");
            if count != 0 {
                *counts.entry((key.join(" "), (*column).to_owned())).or_insert(0) += count;
            }
        }
    }
    counts
}

const ADDITIVE: [(&str, &[&str], &[&str]); 4] = [
    ("throughput_week", &["year", "week"], &["throughput", "closed_not_planned"]),
    ("cycle_time", &["month"], &["issues_count", "lead_count", "cycle_count", "straight_to_done"]),
    (
        "stocks_week",
        &["year", "week", "project_id"],
        &[
            "opened_bugs",
            "in_backlogs",
            "in_ready",
            "in_dev",
            "in_review",
            "in_qa",
            "waiting_to_prod",
            "off_board",
            "removed_open",
            "inferred",
        ],
    ),
    ("cumulative_flow_day", &["date", "project_id", "step"], &["count"]),
];

/// That the parts add up to the whole, and that each issue is in one part.
fn add_up(whole: &Calculation, parts: &[Calculation]) -> Result<(), TestCaseError> {
    for (name, key, columns) in ADDITIVE {
        let mut sum = BTreeMap::new();
        for part in parts {
            for (key, count) in counts(table(part, name), key, columns) {
                *sum.entry(key).or_insert(0) += count;
            }
        }
        prop_assert_eq!(sum, counts(table(whole, name), key, columns), "{}", name);
    }
    let mut rows: Vec<String> = parts.iter().flat_map(|part| lines(table(part, "calculated_issue"))).collect();
    let mut all = lines(table(whole, "calculated_issue"));
    rows.sort_unstable();
    all.sort_unstable();
    prop_assert_eq!(rows, all);
    Ok(())
}

/// Stories in two repositories by three authors with three types, so that parts of each kind differ.
fn varied(stories: &[(f64, Vec<String>)]) -> Vec<Story> {
    let vary = |(number, mut story): (usize, Story)| {
        story.issue.place.repo = ["shop", "web"][number % 2].into();
        let login = ["ada", "bo", "deps[bot]"][number % 3];
        story.issue.creator = login.into();
        story.labelled(["chore", "bug", "feature"][number / 2 % 3])
    };
    told(stories).into_iter().enumerate().map(vary).collect()
}

/// Two teams by their boards, and one by its people for what is on neither.
fn teams_add_up(stories: &[Story]) -> Result<(), TestCaseError> {
    let board = |ids: &[&str]| Team { projects: list(ids), ..Team::default() };
    let member = |login: &str| Member { github: login.into(), email: None };
    let people = Team { users: ["ADA", "bo", "deps[bot]"].map(member).to_vec(), ..Team::default() };
    let teams = [("one", board(&["P"])), ("two", board(&["Q", "Z"])), ("three", people)];
    let rules = Rules { teams: teams.map(|(name, team)| (name.to_owned(), team)).into(), ..rules() };
    let whole = calculate(&raw(stories), &rules, Some(day(AS_OF)), Scopes::ISSUES).expect("the rules are sound");
    let parts = ["one", "two", "three"].map(|team| selected(stories, &rules, &of_teams(&[team])));
    add_up(&whole, &parts)
}

#[test]
fn an_issue_that_is_taken_off_two_boards_left_only_the_first() {
    let moves = ["0 archived Q:", "0.25 archived P:"].map(String::from);
    teams_add_up(&varied(&[(0.0, moves.to_vec())])).expect("parts add up");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn all_boards_and_no_board_add_up_to_everything(stories in stories()) {
        let stories = varied(&stories);
        let whole = calculate(&raw(&stories), &rules(), Some(day(AS_OF)), Scopes::ISSUES).expect("the rules are sound");
        let parts = BOARDS.map(|board| selected(&stories, &rules(), &of_projects(&[board])));
        add_up(&whole, &parts)?;
        // Rows of one board do not depend on the others: they are the very same.
        for name in ["stocks", "aging_wip"] {
            let rows: BTreeSet<String> = parts.iter().flat_map(|part| lines(table(part, name))).collect();
            prop_assert_eq!(rows, lines(table(&whole, name)).into_iter().collect::<BTreeSet<_>>(), "{}", name);
        }
        let of_boards = |calculation: &Calculation| -> BTreeSet<String> {
            lines(table(calculation, "forecast")).into_iter().filter(|line| !line.starts_with("ALL")).collect()
        };
        prop_assert_eq!(parts.iter().flat_map(of_boards).collect::<BTreeSet<_>>(), of_boards(&whole));
        let together = selected(&stories, &rules(), &of_projects(&BOARDS));
        for (one, other) in together.tables.iter().zip(&whole.tables) {
            prop_assert_eq!(one.to_csv(), other.to_csv());
        }
    }

    #[test]
    fn repositories_types_and_teams_that_share_nothing_add_up_to_everything(stories in stories()) {
        let stories = varied(&stories);
        let team = |repos: &[&str], projects: &[&str]| Team {
            repos: list(repos),
            projects: list(projects),
            ..Team::default()
        };
        let rules = Rules {
            teams: [("one".to_owned(), team(&["acme/shop"], &[])), ("two".to_owned(), team(&["web"], &[]))].into(),
            ..rules()
        };
        let whole = calculate(&raw(&stories), &rules, Some(day(AS_OF)), Scopes::ISSUES).expect("the rules are sound");
        let of_types = |kind: &str| Selection { types: list(&[kind]), ..Selection::default() };
        let splits = [
            vec![of_repositories(&["shop"]), of_repositories(&["ACME/Web "])],
            ["chore", "bug", "Feature"].map(of_types).to_vec(),
            vec![of_teams(&["one"]), of_teams(&["TWO"])],
        ];
        for split in splits {
            let parts: Vec<Calculation> = split.iter().map(|part| selected(&stories, &rules, part)).collect();
            add_up(&whole, &parts)?;
        }
    }

    #[test]
    fn teams_of_boards_and_of_the_people_without_them_add_up_to_everything(stories in stories()) {
        teams_add_up(&varied(&stories))?;
    }

    #[test]
    fn teams_of_labels_and_of_the_repositories_of_what_has_none_add_up_to_everything(stories in stories()) {
        let stories = varied(&stories);
        let labelled = |labels: &[&str]| Team { labels: list(labels), ..Team::default() };
        let rest = Team { repos: list(&["shop", "web"]), projects: list(&["P"]), ..Team::default() };
        let teams = [("one", labelled(&["bug"])), ("two", labelled(&["chore"])), ("three", rest)];
        let rules = Rules { teams: teams.map(|(name, team)| (name.to_owned(), team)).into(), ..rules() };
        let whole = calculate(&raw(&stories), &rules, Some(day(AS_OF)), Scopes::ISSUES).expect("the rules are sound");
        let parts = ["one", "two", "three"].map(|team| selected(&stories, &rules, &of_teams(&[team])));
        add_up(&whole, &parts)?;
    }

    #[test]
    fn filters_are_an_intersection_and_values_a_union(stories in stories()) {
        let stories = varied(&stories);
        let ids = |selection: &Selection| -> BTreeSet<String> {
            numbers(&selected(&stories, &rules(), selection)).into_iter().collect()
        };
        let (boards, shop) = (of_projects(&["P", "Z"]), of_repositories(&["shop"]));
        let both = Selection { projects: boards.projects.clone(), ..shop.clone() };
        prop_assert_eq!(ids(&both), &ids(&boards) & &ids(&shop));
        prop_assert_eq!(ids(&boards), &ids(&of_projects(&["P"])) | &ids(&of_projects(&["Z"])));
    }
}

#[test]
fn what_was_prepared_changes_no_figure_whatever_is_selected_and_whenever() {
    let stories = [
        story(1, 0.0, "0 +P | 1 P:>Doing | 15 -P | 15 +Q | 16 Q:>Doing | 23 closed"),
        story(2, 3.0, "4 +Q | 9 Q:>Doing"),
        story(3, 5.0, ""),
    ];
    let raw = Raw { as_of: Some(day(AS_OF)), ..raw(&stories) };
    let rules = rules();
    let prepare = || Prepared::new(&raw, &rules).expect("the rules are sound").expect("of rule set flow");
    let (unpacked, packed) = (prepare(), prepare().packed());
    let some: &[&str] = &["calculated_issue", "stocks_week"];
    for selection in [Selection::default(), of_projects(&["P"]), of_repositories(&["acme/shop"])] {
        for (as_of, tables) in [(None, None), (None, Some(some)), (Some(day(12.0)), None)] {
            let [with, packed, without] = [Some(&unpacked), Some(&packed), None].map(|prepared| {
                calculate_tables(&raw, &rules, as_of, TableScope::Issues, tables, &selection, prepared)
                    .expect("the rules are sound")
            });
            let csv = |calculation: &Calculation| calculation.tables.iter().map(Table::to_csv).collect::<Vec<_>>();
            for with in [with, packed] {
                assert_eq!(csv(&with), csv(&without));
                assert_eq!((&with.notices, &with.findings), (&without.notices, &without.findings));
            }
        }
    }
}

#[test]
fn an_issue_counts_on_a_board_while_it_is_there() {
    let stories = [story(1, 0.0, "0 +P | 1 P:>Doing | 15 -P | 15 +Q | 16 Q:>Doing | 23 closed")];
    let (p, q) =
        (selected(&stories, &rules(), &of_projects(&["P"])), selected(&stories, &rules(), &of_projects(&["Q"])));
    let in_dev = |calculation: &Calculation| -> Vec<String> {
        let stocks = table(calculation, "stocks_week");
        (0..stocks.height()).map(|row| stocks.cell(row, "in_dev")).collect()
    };
    assert_eq!(in_dev(&p), ["1", "1", "0", "0", "0", "0"]);
    assert_eq!(in_dev(&q), ["0", "0", "1", "0", "0", "0"]);
    assert_eq!((numbers(&p).len(), numbers(&q).len()), (0, 1), "it ended on Q");
    let issues = table(&q, "calculated_issue");
    assert_eq!(issues.cell(0, "cycle_days"), "22.000000", "its times are those of its whole life");
    assert_eq!(table(&p, "throughput_week").height(), 0);
    assert_eq!(table(&p, "stocks").cell(0, "project_id"), "P");
    assert_eq!(table(&p, "stocks").height(), 1);
}

#[test]
fn what_was_taken_off_another_board_is_not_removed_from_this_one() {
    let stories = [story(1, 0.0, "0 +P | 8 +Q | 15 -P | 22 -Q")];
    let removed = |board: &str| {
        let calculation = selected(&stories, &rules(), &of_projects(&[board]));
        let stocks = table(&calculation, "stocks_week");
        (0..stocks.height()).map(|row| stocks.cell(row, "removed_open")).collect::<String>()
    };
    assert_eq!((removed("P"), removed("Q")), ("000000".to_owned(), "000100".to_owned()));
}

#[test]
fn a_row_is_of_the_teams_of_its_repository_and_board_and_failing_those_of_its_author() {
    let member = |login: &str| Member { github: login.into(), email: None };
    let teams = [
        ("Shop".to_owned(), Team { repos: list(&["acme/shop"]), ..Team::default() }),
        ("Board".to_owned(), Team { projects: list(&["P"]), ..Team::default() }),
        ("People".to_owned(), Team { users: vec![member("Ada")], ..Team::default() }),
    ];
    let rules = Rules { teams: teams.into(), ..rules() };
    let by = |number: usize, repo: &str, login: &str, text: &str| {
        let mut story = story(number, 0.0, text);
        story.issue.place.repo = repo.into();
        story.issue.creator = login.into();
        story
    };
    let stories = [
        by(1, "shop", "ada", "1 +Q"),
        by(2, "shop", "bo", "1 +P"),
        by(3, "web", "ada", "1 +P"),
        by(4, "web", "ada", "1 +Q"),
        by(5, "web", "bo", "1 +Q"),
        by(6, "web", "ada", ""),
    ];
    let of = |names: &[&str]| numbers(&selected(&stories, &rules, &of_teams(names))).join(" ");
    assert_eq!(of(&["shop"]), "1 2");
    assert_eq!(of(&["board"]), "2 3", "in several teams it counts in each");
    assert_eq!(of(&["people"]), "4 6", "its author counts only where neither repository nor board is a team's");
    assert_eq!(of(&["shop", "board"]), "1 2 3", "and in the total of two teams once");
    assert_eq!(of(&["nobody"]), "");
}

#[test]
fn a_label_of_a_team_goes_before_repository_board_and_author() {
    let member = Member { github: "ada".into(), email: None };
    let teams = [
        ("Shop", Team { repos: list(&["shop"]), projects: list(&["P"]), users: vec![member], ..Team::default() }),
        ("Label", Team { labels: list(&["team::x"]), ..Team::default() }),
        ("Both", Team { labels: list(&["team::y"]), repos: list(&["web"]), ..Team::default() }),
    ];
    let rules = Rules { teams: teams.map(|(name, team)| (name.to_owned(), team)).into(), ..rules() };
    let of_repository = |number: usize, repo: &str, labels: &str| {
        let mut story = story(number, 0.0, "1 +P").labelled(labels);
        story.issue.place.repo = repo.into();
        story.issue.creator = "ada".into();
        story
    };
    let stories = [
        of_repository(1, "shop", "team::x"),
        of_repository(2, "web", "bug;team::x;team::y"),
        of_repository(3, "other", "bug"),
        of_repository(4, "web", "team::z"),
        of_repository(5, "shop", "TEAM::Y"),
    ];
    let of = |selection: &Selection| numbers(&selected(&stories, &rules, selection)).join(" ");
    assert_eq!(of(&of_teams(&["label"])), "1 2");
    assert_eq!(of(&of_teams(&["both"])), "5 2 4", "with the labels of two teams it counts in each");
    assert_eq!(of(&of_teams(&["shop"])), "3 4", "a label of no team says nothing");
    assert_eq!(of(&of_teams(&["label", "both"])), "1 5 2 4");
    assert_eq!(of(&of_teams(&["nobody"])), "");
    let in_shop = Selection { repositories: list(&["shop"]), ..of_teams(&["label", "both"]) };
    assert_eq!(of(&in_shop), "1 5");
    let on_other_board = Selection { projects: list(&["Q"]), ..of_teams(&["label"]) };
    assert_eq!(of(&on_other_board), "");
}

#[test]
fn bots_count_by_default_and_not_when_excluded() {
    let mut stories = [story(1, 0.0, "1 +P"), story(2, 0.0, "1 +P"), story(3, 0.0, "1 +P")];
    for (story, login) in stories.iter_mut().zip(["ada", "deps[bot]", "Robot"]) {
        story.issue.creator = login.into();
    }
    let rules = Rules { bots: list(&["robot"]), ..rules() };
    let with = |bots| numbers(&selected(&stories, &rules, &Selection { bots, ..Selection::default() })).join(" ");
    assert_eq!(with(None), "1 2 3");
    assert_eq!(with(Some(Bots::Include)), "1 2 3");
    assert_eq!(with(Some(Bots::Exclude)), "1");
}

#[test]
fn a_type_is_that_of_everything_even_where_the_part_has_no_labels() {
    // The original's derivation counts only where no issue at all has a label.
    let mut stories = [story(1, 0.0, "1 +P").labelled("bug"), story(2, 0.0, "1 +P")];
    stories[1].issue.place.repo = "web".into();
    stories[1].issue.kind = "story".into();
    let web = selected(&stories, &rules(), &of_repositories(&["web"]));
    assert_eq!(table(&web, "calculated_issue").cell(0, "type"), "task");
}

#[test]
fn only_imports_of_the_selected_repositories_and_boards_hold_a_part_back() {
    let mut raw = raw(&[story(1, 0.0, "1 +P | 3 closed")]);
    let run = |scope: &str, subject: &str, until: f64| ImportRun {
        scope: scope.into(),
        subject: subject.into(),
        outcome: "ok".into(),
        covered_to: Some(day(until)),
        ..ImportRun::default()
    };
    raw.repositories = [("R1", "shop"), ("R2", "web")]
        .map(|(id, name)| Repository { id: id.into(), org: "acme".into(), name: name.into(), ..Repository::default() })
        .to_vec();
    raw.projects =
        vec![Project { id: "PVT_1".into(), number_id: "P".into(), name: "Board P".into(), ..Project::default() }];
    raw.imports = vec![
        run("issues", "R1", 40.0),
        run("issues", "R2", 3.0),
        run("project_items", "PVT_1", 40.0),
        run("project_items", "Q", 10.0),
    ];
    let team = Team { repos: list(&["shop"]), ..Team::default() };
    let rules = Rules {
        teams: [("shop".to_owned(), team.clone()), ("web".to_owned(), Team { repos: list(&["web"]), ..team })].into(),
        ..rules()
    };
    let complete = |selection: &Selection| {
        let calculation =
            calculate_selected(&raw, &rules, Some(day(30.0)), Scopes::ISSUES, selection).expect("the rules are sound");
        let weeks = table(&calculation, "throughput_week");
        (0..weeks.height()).filter(|row| weeks.cell(*row, "complete") == "true").count()
    };
    assert_eq!(complete(&Selection::default()), 0, "web was read up to the fourth day");
    assert_eq!(complete(&of_repositories(&["shop"])), 1, "board Q was read up to the eleventh day");
    assert_eq!(complete(&Selection { projects: list(&["P"]), ..of_repositories(&["shop"]) }), 4);
    assert_eq!(complete(&Selection { projects: list(&["P"]), ..of_teams(&["shop"]) }), 4);
}

#[test]
fn unknown_names_select_nothing_and_known_ones_are_listed() {
    let mut stories = [story(1, 0.0, "1 +P").labelled("bug"), story(2, 0.0, "1 +Z")];
    stories[1].issue.place.repo = "Web".into();
    let mut rules = rules();
    rules.projects[1].exclude = true;
    rules.teams = [("Shop".to_owned(), Team::default())].into();
    let known = known(&raw(&stories), &rules);
    let board = |id: &str| KnownBoard { id: id.into(), name: format!("Board {id}") };
    assert_eq!(
        known,
        Known {
            repositories: list(&["acme/Web", "acme/shop"]),
            boards: vec![board("P"), board("Z")],
            services: Vec::new(),
            teams: list(&["Shop"]),
            types: list(&["bug", "task"]),
        }
    );
    let good = Selection {
        projects: list(&["P", NO_BOARD]),
        repositories: list(&["web", "ACME/shop"]),
        teams: list(&["shop"]),
        types: list(&["Task"]),
        bots: Some(Bots::Exclude),
        ..Selection::default()
    };
    assert_eq!(known.unknown(&good), []);
    let bad = Selection {
        projects: list(&["Q"]),
        repositories: list(&["other/web", "sho"]),
        teams: list(&["x"]),
        types: list(&["Epic"]),
        ..Selection::default()
    };
    let values: Vec<String> = known.unknown(&bad).into_iter().map(|(_, value)| value).collect();
    assert_eq!(values, ["Q", "other/web", "sho", "x", "Epic"]);
    for selection in [
        of_projects(&["Q"]),
        of_repositories(&["other/web"]),
        of_teams(&["x"]),
        Selection { types: list(&["Epic"]), ..Selection::default() },
    ] {
        assert_eq!(numbers(&selected(&stories, &rules, &selection)).len(), 0, "{selection:?}");
    }
}

#[test]
fn under_the_originals_rules_an_issue_has_one_project() {
    let mut stories =
        [story(1, 0.0, "0 +P | 1 P:Ready>Doing | 15 +Q | 23 closed"), story(2, 0.0, "0 +Q"), story(3, 0.0, "")];
    stories[1].issue.place.repo = "web".into();
    stories[1].issue.kind = "Bug".into();
    let rules = Rules { set: RuleSet::CtoStats, ..rules() };
    let of = |selection: &Selection| numbers(&selected(&stories, &rules, selection)).join(" ");
    assert_eq!(of(&Selection::default()), "1 3 2");
    assert_eq!(of(&of_projects(&["P"])), "1");
    assert_eq!(of(&of_projects(&["Q"])), "2");
    assert_eq!(of(&of_projects(&[NO_BOARD])), "3");
    assert_eq!(of(&of_repositories(&["acme/web"])), "2");
    assert_eq!(of(&Selection { types: list(&["bug"]), ..Selection::default() }), "2");
    let stocks = selected(&stories, &rules, &of_projects(&["Q"]));
    assert_eq!(lines(table(&stocks, "stocks")), ["Q,Board Q,0,0,0,0,1,0,0,0,0,0"]);
}
