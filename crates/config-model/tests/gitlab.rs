//! What may be written below `gitlab`, and what is said about what may not.

use config_model::Config;
use model::gitlab::{LabelBoard, LabelColumns};
use model::records::Project;
use model::rules::RuleSet;

fn read(text: &str) -> Config {
    match Config::from_yaml(text, "config.yml") {
        Ok(config) => config,
        Err(error) => panic!("{error}"),
    }
}

fn refused(text: &str) -> String {
    match Config::from_yaml(text, "config.yml").and_then(|config| config.rules(None).map(|_| ())) {
        Ok(()) => panic!("accepted: {text}"),
        Err(error) => error.to_string(),
    }
}

const BOARDS: &str = "
gitlab:
  url: https://GitLab.example:8443/git/
  groups: [acme]
  boards:
    - {group: acme, name: Work, columns: {scope: workflow}, lead_time_columns: [ready], dev_start_columns: [dev]}
    - {group: acme/ops, name: Ops, columns: {labels: [To Do, Doing]}, exclude: yes, types: [bug]}
";

#[test]
fn a_group_has_boards_of_scoped_labels_and_of_lists_of_labels() {
    let gitlab = read(BOARDS).gitlab;
    assert_eq!((gitlab.address(), gitlab.host().as_str()), ("https://GitLab.example:8443/git", "gitlab.example:8443"));
    let board = |group: &str, name: &str, columns| LabelBoard { group: group.into(), name: name.into(), columns };
    assert_eq!(
        gitlab.label_boards(),
        [
            board("acme", "Work", LabelColumns::Scope("workflow".into())),
            board("acme/ops", "Ops", LabelColumns::Labels(vec!["To Do".into(), "Doing".into()])),
        ]
    );
    let usual = read("gitlab:\n").gitlab;
    assert_eq!((usual.address(), usual.host().as_str()), ("https://gitlab.com", "gitlab.com"));
}

#[test]
fn boards_of_gitlab_come_behind_those_of_github_with_the_paths_of_their_groups() {
    let rules = read(&format!("github: {{projects: [{{id: 1}}]}}{BOARDS}")).rules(None).expect("rules");
    let ids: Vec<&str> = rules.projects.iter().map(|project| project.id.as_str()).collect();
    assert_eq!(ids, ["1", "gitlab.example:8443/group/acme/workflow", "gitlab.example:8443/group/acme/ops/labels/Ops"]);
    let [_, work, ops] = rules.projects.as_slice() else { panic!("three") };
    assert_eq!((work.name.as_str(), work.exclude), ("Work", false));
    assert_eq!((work.lead_time_columns[0].as_str(), work.dev_start_columns[0].as_str()), ("ready", "dev"));
    assert!(ops.exclude && ops.types == ["bug"]);
}

#[test]
fn a_board_of_the_data_is_found_by_the_path_of_its_group() {
    let mut rules = read(BOARDS).rules(None).expect("rules");
    let project =
        |number_id: &str, id: &str| Project { number_id: number_id.into(), id: id.into(), ..Project::default() };
    rules.find_boards(&[
        project("gitlab.example:8443/group/6/workflow", "gitlab.example:8443/group/acme/workflow"),
        project("gitlab.example:8443/group/7/workflow", "gitlab.example:8443/group/Acme/workflow"),
        project("4100001", "PVT_1"),
    ]);
    let ids: Vec<&str> = rules.projects.iter().map(|project| project.id.as_str()).collect();
    assert_eq!(ids, ["gitlab.example:8443/group/7/workflow", "gitlab.example:8443/group/acme/ops/labels/Ops"]);
}

#[test]
fn an_id_that_the_data_knows_stays() {
    let mut rules = read("github: {projects: [{id: 1}]}").rules(None).expect("rules");
    let project =
        |number_id: &str, id: &str| Project { number_id: number_id.into(), id: id.into(), ..Project::default() };
    rules.find_boards(&[project("1", "PVT_1"), project("2", "1")]);
    assert_eq!(rules.projects[0].id, "1");
}

#[test]
fn unknown_keys_and_wrong_types_are_named_with_their_place() {
    insta::assert_snapshot!(refused("gitlab:\n  group: [acme]\n"), @"config.yml, line 2, key gitlab.group: unknown key `group`; did you mean `groups`?");
    insta::assert_snapshot!(refused("gitlab:\n  groups: acme\n"), @r#"config.yml, line 2, key gitlab.groups: invalid type: string "acme", expected a list like [a, b]"#);
    insta::assert_snapshot!(refused("gitlab:\n  boards:\n    - {group: a, columns: {scopes: b}}\n"), @"config.yml, line 3, key gitlab.boards[0].columns.scopes: unknown key `scopes`; did you mean `scope`?");
    insta::assert_snapshot!(refused("gitlab:\n  boards:\n    - {group: a, dev_start_column: [b]}\n"), @"config.yml, line 3, key gitlab.boards[0].dev_start_column: unknown key `dev_start_column`; did you mean `dev_start_columns`?");
    insta::assert_snapshot!(refused("gitlab:\n  boards:\n    - {group: a, columns: statuses}\n"), @r#"config.yml, line 3, key gitlab.boards[0].columns: invalid value: string "statuses", expected `status`, `{scope: workflow}` or `{labels: [To Do, Doing]}`"#);
}

#[test]
fn iterations_are_asked_for_only_when_that_is_said() {
    assert!(!read("gitlab: {groups: [acme]}").gitlab.iterations && !read("gitlab: {iterations: ~}").gitlab.iterations);
    assert!(read("gitlab: {iterations: true}").gitlab.iterations);
    insta::assert_snapshot!(refused("gitlab: {iterations: weekly}"), @r#"config.yml, line 1, key gitlab.iterations: invalid value: string "weekly", expected `true` or `false`"#);
}

#[test]
fn an_address_is_one_of_a_server() {
    insta::assert_snapshot!(refused("gitlab: {url: gitlab.example}"), @"config.yml, key gitlab.url: an address must begin with https:// (http:// on this computer only) and name a host");
    insta::assert_snapshot!(refused("gitlab: {url: 'https://'}"), @"config.yml, key gitlab.url: an address must begin with https:// (http:// on this computer only) and name a host");
}

#[test]
fn groups_are_paths_and_none_is_read_twice() {
    insta::assert_snapshot!(refused("gitlab: {groups: [' ']}"), @"config.yml, key gitlab.groups[0]: a group needs its path: acme, or acme/shop");
    insta::assert_snapshot!(refused("gitlab: {groups: ['https://gitlab.com/acme']}"), @"config.yml, key gitlab.groups[0]: `https://gitlab.com/acme` is no path of a group: write acme, or acme/shop");
    insta::assert_snapshot!(refused("gitlab: {groups: [/acme]}"), @"config.yml, key gitlab.groups[0]: `/acme` is no path of a group: write acme, or acme/shop");
    insta::assert_snapshot!(refused("gitlab: {groups: [acme, ACME]}"), @"config.yml, key gitlab.groups[1]: ACME is imported with acme of gitlab.groups[0]; take it out");
    insta::assert_snapshot!(refused("gitlab: {groups: [acme/shop, acme]}"), @"config.yml, key gitlab.groups[0]: acme/shop is imported with acme of gitlab.groups[1]; take it out");
    assert_eq!(read("gitlab: {groups: [acme, acmeland, beta/acme]}").gitlab.groups.len(), 3);
}

#[test]
fn a_board_is_of_a_group_that_is_imported() {
    insta::assert_snapshot!(refused("gitlab: {boards: [{columns: {scope: a}}]}"), @"config.yml, key gitlab.boards[0].group: a group needs its path: acme, or acme/shop");
    insta::assert_snapshot!(refused("gitlab: {groups: [acme], boards: [{group: other, columns: {scope: a}}]}"), @"config.yml, key gitlab.boards[0].group: nothing of other is in gitlab.groups; add it there, or take the board out");
    for group in ["acme", "acme/shop", "acme/shop/api"] {
        read(&format!("gitlab: {{groups: [acme/shop], boards: [{{group: {group}, columns: {{scope: a}}}}]}}"));
    }
    read("gitlab: {boards: [{group: acme, columns: {scope: a}}]}");
}

#[test]
fn a_board_says_which_labels_are_its_columns() {
    let board = |columns: &str| refused(&format!("gitlab: {{boards: [{{group: acme, {columns}}}]}}"));
    insta::assert_snapshot!(board("name: Work"), @"config.yml, key gitlab.boards[0].columns: say which labels are the columns: {scope: workflow} for workflow::dev and its like, or {labels: [To Do, Doing]}; or status for GitLab's own statuses");
    insta::assert_snapshot!(board("columns: {scope: a, labels: [b]}"), @"config.yml, key gitlab.boards[0].columns: scope and labels are two kinds of boards; keep one, or make two boards");
    insta::assert_snapshot!(board("columns: {scope: ' '}"), @"config.yml, key gitlab.boards[0].columns.scope: is empty; write workflow for workflow::dev and its like");
    insta::assert_snapshot!(board("columns: {scope: 'workflow::'}"), @"config.yml, key gitlab.boards[0].columns.scope: write `workflow`, without the colons");
    insta::assert_snapshot!(board("columns: {labels: [Doing]}"), @"config.yml, key gitlab.boards[0].name: a board of a list of labels needs a name, by which it is known");
    insta::assert_snapshot!(board("name: Work, columns: {labels: []}"), @"config.yml, key gitlab.boards[0].columns.labels: is empty; name the labels from left to right");
    insta::assert_snapshot!(board("name: Work, columns: {labels: [Doing, '']}"), @"config.yml, key gitlab.boards[0].columns.labels[1]: is empty; give it a name or take it out");
    insta::assert_snapshot!(board("name: Work, columns: {labels: [Doing, Doing]}"), @"config.yml, key gitlab.boards[0].columns.labels[1]: `Doing` is listed twice; keep one");
}

#[test]
fn two_boards_are_not_the_same_one() {
    let boards = |boards: &str| refused(&format!("gitlab: {{boards: [{boards}]}}"));
    insta::assert_snapshot!(boards("{group: acme, columns: {scope: a}}, {group: ACME, name: b, columns: {scope: a}}"), @"config.yml, key gitlab.boards[1]: the scope a of ACME is listed twice, first as gitlab.boards[0]; join the two entries");
    insta::assert_snapshot!(boards("{group: acme, name: A, columns: {labels: [a]}}, {group: acme, name: A, columns: {labels: [b]}}"), @"config.yml, key gitlab.boards[1]: acme has two boards of this name, first gitlab.boards[0]; give them different names");
}

#[test]
fn a_board_may_be_of_statuses() {
    let text = "gitlab: {boards: [{group: acme, columns: status, dev_start_columns: [In progress]}, {group: acme, columns: {scope: status}}]}";
    let config = read(text);
    let boards = config.gitlab.label_boards();
    assert_eq!(boards[0].columns, LabelColumns::Statuses);
    let rules = config.rules(None).expect("rules");
    let ids: Vec<&str> = rules.projects.iter().map(|project| project.id.as_str()).collect();
    assert_eq!(ids, ["gitlab.com/group/acme/work_items/status", "gitlab.com/group/acme/status"]);
    assert_eq!(rules.projects[0].dev_start_columns, ["In progress"]);
    let written = serde_json::to_value(&config.gitlab.boards[0]).expect("plain data");
    assert_eq!(written["columns"], "status");
    let twice = "gitlab: {boards: [{group: acme, columns: status}, {group: Acme, name: Again, columns: status}]}";
    insta::assert_snapshot!(refused(twice), @"config.yml, key gitlab.boards[1]: the statuses of Acme are listed twice, first as gitlab.boards[0]; join the two entries");
}

#[test]
fn columns_of_a_scope_are_named_without_it() {
    let text = "gitlab: {boards: [{group: acme, columns: {scope: workflow}, qa_start_columns: ['workflow::qa']}]}";
    insta::assert_snapshot!(refused(text), @"config.yml, key gitlab.boards[0].qa_start_columns: columns are named without their scope: write `qa` for `workflow::qa`");
    let text =
        "gitlab: {boards: [{group: acme, columns: {scope: workflow}, lead_time_columns: [qa, 'workflow::dev']}]}";
    insta::assert_snapshot!(refused(text), @"config.yml, key gitlab.boards[0].lead_time_columns: columns are named without their scope: write `dev` for `workflow::dev`");
}

#[test]
fn a_column_of_two_steps_is_an_error_under_flow_only() {
    let text =
        "gitlab: {boards: [{group: a, columns: {scope: b}, dev_start_columns: [Doing], qa_start_columns: [doing]}]}";
    insta::assert_snapshot!(refused(text), @"config.yml, key gitlab.boards[0].qa_start_columns: column `doing` is listed for two steps (also in dev_start_columns); keep it in one, or use metrics.rules: cto-stats");
    assert!(read(text).rules(Some(RuleSet::CtoStats)).is_ok());
}
