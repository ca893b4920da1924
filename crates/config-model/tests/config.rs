//! What may be written in `config.yml`, and what is said about what may not.

use config_model::{CiImport, CiJobs, Config, Member};
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

#[test]
fn an_empty_file_is_an_empty_configuration() {
    assert_eq!(read("").rules(None).expect("valid").set, RuleSet::Flow);
    assert_eq!(read("# only a comment\n").github.projects, []);
    assert_eq!(read("\u{feff}github:\n  org: acme\n").github.org.as_deref(), Some("acme"));
}

#[test]
fn ids_keep_their_source_text() {
    for id in ["4100002", "010", "0x10", "true", "1.50", "1_000", "\"4100001\""] {
        let config = read(&format!("github: {{projects: [{{id: {id}}}]}}"));
        assert_eq!(config.github.projects[0].id, id.trim_matches('"'), "{id}");
    }
}

#[test]
fn null_is_absent() {
    let config = read(
        "github:\n  projects:\n    - id: 1\n      types: ~\n      lead_time_columns:\n      exclude: null\nteams:\nmetrics: ~\n",
    );
    assert_eq!(config.github.projects[0].types, Vec::<String>::new());
    assert!(!config.github.projects[0].exclude);
}

#[test]
fn switches_may_be_written_as_yes_and_no() {
    for (text, value) in [("yes", true), ("on", true), ("True", true), ("no", false), ("off", false)] {
        assert_eq!(
            read(&format!("github: {{projects: [{{id: 1, exclude: {text}}}]}}")).github.projects[0].exclude,
            value
        );
    }
}

#[test]
fn both_spellings_of_the_bug_source_are_read() {
    let kebab = read("github: {bug-source: {custom-field-name: Where}}");
    let snake = read("github: {bug_source: {custom_field_name: Where}}");
    assert_eq!(kebab.github.bug_source, snake.github.bug_source);
}

#[test]
fn members_are_logins_or_persons() {
    let config = read("teams: {search: {users: [ada, {github: grace, email: g@example.com}]}}");
    let (_, team) = &config.teams.0[0];
    assert_eq!(team.users[0], Member::Login("ada".into()));
    assert_eq!(config.rules(None).expect("valid").teams["search"].users[1].email.as_deref(), Some("g@example.com"));
}

#[test]
fn teams_have_labels_or_are_named_by_them() {
    let rules =
        read("teams: {alpha: {labels: ['team::alpha', squad-a]}, beta: {repos: [web]}}\nteams_from_labels: 'team::'")
            .rules(None)
            .expect("valid");
    assert_eq!(rules.teams["alpha"].labels, ["team::alpha", "squad-a"]);
    assert_eq!((rules.teams["beta"].labels.len(), rules.teams_from_labels.as_deref()), (0, Some("team::")));
    assert_eq!(read("teams_from_labels: ~").rules(None).expect("valid").teams_from_labels, None);
}

#[test]
fn a_label_is_of_one_team_and_a_team_is_named_once() {
    insta::assert_snapshot!(refused("teams_from_labels: ' '"), @r#"config.yml, key teams_from_labels: is empty, and so every label would be a team: write how the labels begin, `team::` for team::alpha and its like, or take the key out"#);
    insta::assert_snapshot!(refused("teams: {alpha: {}, ' ALPHA': {}}"), @r#"config.yml, key teams. ALPHA: is the team `alpha` again, in another spelling; join the two entries"#);
    insta::assert_snapshot!(refused("teams: {a: {labels: [x]}, b: {labels: [y, X]}}"), @r#"config.yml, key teams.b.labels[1]: `X` is a label of the team `a` too; keep it in one"#);
    insta::assert_snapshot!(refused("teams: {a: {labels: [x, x]}}"), @r#"config.yml, key teams.a.labels[1]: `x` is listed twice; keep one"#);
    insta::assert_snapshot!(refused("teams: {a: {labels: ['']}}"), @r#"config.yml, key teams.a.labels[0]: is empty; give it a name or take it out"#);
    insta::assert_snapshot!(refused("teams_from_labels: 'team::'\nteams: {a: {labels: ['team::a']}, b: {labels: ['Team::C']}}"), @r#"config.yml, key teams.b.labels[0]: `Team::C` is a label of the team `C` by teams_from_labels; take it out here, or call this team `C`"#);
}

#[test]
fn both_spellings_of_cloud_spending_are_read() {
    let config = read(
        "cloud_spending: {services: [A]}\ncloudspending:\n  detailed_service: [{name: AI, services: [x]}, Storage]\n  compared_service: [{name: c, groups: [{name: g, services: [s]}]}]\n",
    );
    assert_eq!(config.cloudspending.expect("present").detailed_service.len(), 2);
    assert_eq!(config.cloud_spending.expect("present").services, ["A"]);
}

#[test]
fn an_unknown_key_is_named_with_the_nearest_valid_one_and_its_line() {
    insta::assert_snapshot!(refused("github:\n  org: acme\n  project:\n    - id: 1\n"), @"config.yml, line 3, key github.project: unknown key `project`; did you mean `projects`?");
    insta::assert_snapshot!(refused("Github: {}\n"), @"config.yml, line 1, key Github: unknown key `Github`; did you mean `github`?");
    insta::assert_snapshot!(refused("metrics:\n  qqq: 2\n"), @"config.yml, line 2, key metrics.qqq: unknown key `qqq`; valid here: rules, working_columns, innovation_types, forecast_seed");
}

#[test]
fn a_wrong_type_is_named_with_its_place() {
    insta::assert_snapshot!(refused("github:\n  projects:\n    - id: 1\n      dev_start_columns: Doing\n"), @r#"config.yml, line 4, key github.projects[0].dev_start_columns: invalid type: string "Doing", expected a list like [a, b]"#);
    insta::assert_snapshot!(refused("github:\n  projects:\n    - id: 1\n      exclude: maybe\n"), @r#"config.yml, line 4, key github.projects[0].exclude: invalid value: string "maybe", expected `true` or `false`"#);
    insta::assert_snapshot!(refused("metrics:\n  rules: scrum\n"), @"config.yml, line 2, key metrics.rules: `scrum` is no rule set; give `flow` or `cto-stats`");
}

fn overrides(text: &str, set: Option<RuleSet>) -> (RuleSet, Vec<(&'static str, &'static str)>) {
    let rules = read(text).rules(set).expect("valid");
    (rules.set, rules.overrides().collect())
}

#[test]
fn single_rules_may_be_those_of_the_other_set() {
    let one = "metrics: {rules: {set: flow, means_over_nothing: zero}}";
    assert_eq!(overrides(one, None), (RuleSet::Flow, vec![("means_over_nothing", "zero")]));
    let without_a_set = "metrics: {rules: {last_week_in_throughput: dropped, closed_as_not_planned: throughput}}";
    assert_eq!(
        overrides(without_a_set, None),
        (RuleSet::Flow, vec![("closed_as_not_planned", "throughput"), ("last_week_in_throughput", "dropped")])
    );
    let original = "metrics: {rules: {means_over_nothing: empty, set: cto-stats}}";
    assert_eq!(overrides(original, None), (RuleSet::CtoStats, vec![("means_over_nothing", "empty")]));
    let its_own = "metrics: {rules: {set: flow, means_over_nothing: empty, control_limits: xmr}}";
    assert_eq!(overrides(its_own, None), (RuleSet::Flow, vec![]));
    assert_eq!(overrides(one, Some(RuleSet::CtoStats)), (RuleSet::CtoStats, vec![]), "they belong to their set");
    assert_eq!(overrides("metrics: {rules: {set: cto-stats}}", None), (RuleSet::CtoStats, vec![]));
}

#[test]
fn an_unknown_rule_or_choice_is_named_with_the_valid_ones() {
    insta::assert_snapshot!(refused("metrics:\n  rules:\n    means: zero\n"), @"config.yml, line 3, key metrics.rules: `means` is no rule; there are set, end_of_issue, step_of_open_issue, stock_of_week, removed_and_reopened, project_of_issue, skipped_columns, closed_as_not_planned, control_limits, last_week_in_throughput, means_over_nothing, type_and_bug_from_labels");
    insta::assert_snapshot!(refused("metrics:\n  rules:\n    means_over_nothing: nought\n"), @"config.yml, line 3, key metrics.rules.means_over_nothing: `nought` is no choice; give `empty` (flow) or `zero` (cto-stats)");
    insta::assert_snapshot!(refused("metrics:\n  rules:\n    means_over_nothing: null\n"), @"config.yml, line 3, key metrics.rules.means_over_nothing: invalid type: unit value, expected `empty` (flow) or `zero` (cto-stats)");
    insta::assert_snapshot!(refused("metrics:\n  rules: {set: scrum}\n"), @"config.yml, line 2, key metrics.rules: `scrum` is no rule set; give `flow` or `cto-stats`");
    insta::assert_snapshot!(refused("metrics:\n  rules: [flow]\n"), @"config.yml, line 2, key metrics.rules: invalid type: sequence, expected `flow`, `cto-stats`, or `{set: flow, means_over_nothing: zero}`");
    insta::assert_snapshot!(refused("metrics:\n  rules: {set: flow, set: flow}\n"), @"config.yml, line 2, key metrics.rules: `set` is listed twice; keep one");
}

#[test]
fn a_rule_that_the_set_is_bound_to_is_refused_with_the_reason() {
    use model::single_rules::SingleRule;
    insta::assert_snapshot!(refused("metrics: {rules: {control_limits: c_chart}}"), @"config.yml, key metrics.rules.control_limits: rule set flow is bound to `xmr`: signals, segments, verdicts and summaries rest on the limits of XmR; take the line out, or use set: cto-stats, which has `c_chart`");
    for set in [RuleSet::Flow, RuleSet::CtoStats] {
        for rule in SingleRule::ALL {
            let (name, other) = (rule.name(), rule.choice(set.other()));
            let text = format!("metrics: {{rules: {{set: {}, {name}: {other}}}}}", set.name());
            match rule.bound_to(set) {
                None => assert_eq!(overrides(&text, None), (set, vec![(name, other)])),
                Some(reason) => assert!(refused(&text).contains(reason), "{text}"),
            }
        }
    }
}

#[test]
fn a_merge_bot_says_by_what_its_pull_requests_are_known() {
    let text =
        "github: {merge_bots: [{login: bors, title_prefix: '[Merged by Bors] - '}, {commit_trailer: Landed-by}]}";
    let bots = read(text).rules(None).expect("valid").merge_bots;
    assert_eq!(
        (bots[0].login.as_deref(), bots[0].title_prefix.as_deref()),
        (Some("bors"), Some("[Merged by Bors] - "))
    );
    assert_eq!((bots[1].login.as_deref(), bots[1].commit_trailer.as_deref()), (None, Some("Landed-by")));
    insta::assert_snapshot!(refused("github: {merge_bots: [{}]}"), @"config.yml, key github.merge_bots[0]: say by what its pull requests are known: login, label, title_prefix, commit_trailer");
    insta::assert_snapshot!(refused("github: {merge_bots: [{login: bors}, {label: ' '}]}"), @"config.yml, key github.merge_bots[1].label: is empty; give it a value or take it out");
}

#[test]
fn what_is_said_of_delivery_is_checked_with_its_place() {
    insta::assert_snapshot!(refused("delivery: {services: [{name: cart}]}"), @"config.yml, key delivery.services[0].repos: service cart needs the repositories that it is made of");
    insta::assert_snapshot!(refused("delivery: {services: [{name: ALL, repos: [a]}]}"), @"config.yml, key delivery.services[0].name: ALL is what the tables call all services together");
    insta::assert_snapshot!(refused("delivery: {services: [{name: a, repos: [a]}, {name: a, repos: [b]}]}"), @"config.yml, key delivery.services[1].name: service a is listed twice, first as delivery.services[0]; join the two entries");
    insta::assert_snapshot!(refused("delivery: {services: [{name: Cart, repos: [a]}, {name: ' cart ', repos: [b]}]}"), @"config.yml, key delivery.services[1].name: service cart is listed twice, first as Cart in delivery.services[0]: names that differ by case or surrounding space alone are one; join the two entries");
    insta::assert_snapshot!(refused("delivery: {services: [{name: all, repos: [a]}]}"), @"config.yml, key delivery.services[0].name: ALL is what the tables call all services together");
    insta::assert_snapshot!(refused("delivery: {services: [{name: a, repos: [a], deployments_from: runs}]}"), @"config.yml, key delivery.services[0].workflows: service a needs the workflows whose runs deploy it: deploy.yml for example");
    insta::assert_snapshot!(refused("delivery: {services: [{name: a, repos: [a], workflows: [Deploy]}]}"), @"config.yml, key delivery.services[0].workflows: `Deploy` is no file of a workflow: write deploy.yml for example");
    insta::assert_snapshot!(refused("delivery: {deployments_from: runs}"), @"config.yml, key delivery.deployments_from: which runs deploy is said of a service: deployments_from: runs, with its workflows, in delivery.services");
    insta::assert_snapshot!(refused("delivery: {services: [{name: a, repos: [a], paths: [a/b/c/d/**]}]}"), @"config.yml, key delivery.services[0].paths: `a/b/c/d/**` is no folder of at most three levels: write services/checkout/** for example");
    insta::assert_snapshot!(refused("delivery: {rollout_hours: -1}"), @"config.yml, key delivery.rollout_hours: -1 is not between 0 and 8760 (a year)");
    assert!(refused("delivery: {production: {environments: ['/(/']}}").contains("`/(/` is no pattern"));
    assert!(refused("delivery: {deployments_from: tags}").contains("unknown variant `tags`"));
}

#[test]
fn what_is_given_of_delivery_stands_in_the_place_of_the_usual() {
    let text = "delivery:\n  production: {environments: [live, '/^prod-/i']}\n  hotfix: {labels: []}\n  incidents: {labels: [outage, [bug, production]]}\n  lead_time: {from: opened}\n  services: [{name: cart, repos: [shop], paths: ['./services/cart/**']}]\n";
    let rules = read(text).rules(None).expect("rules").delivery;
    let usual = model::delivery::DeliveryRules::default();
    let environments: Vec<&str> = rules.production.environments.iter().map(model::pattern::Pattern::as_str).collect();
    assert_eq!(environments, ["live", "/^prod-/i"]);
    assert_eq!(rules.production.tiers, usual.production.tiers);
    assert!(rules.hotfix.labels.is_empty() && rules.hotfix.branches == usual.hotfix.branches);
    assert_eq!(rules.incidents.labels, [vec!["outage"], vec!["bug", "production"]]);
    assert_eq!(rules.lead_from, model::delivery::LeadFrom::Opened);
    assert_eq!(rules.services[0].paths, ["services/cart"]);
    assert_eq!(read("").rules(None).expect("rules").delivery, usual);
}

#[test]
fn keys_written_twice_are_errors() {
    insta::assert_snapshot!(refused("github:\n  org: a\n  org: b\n"), @r#"config.yml, line 2, key github: duplicate field `org`"#);
    insta::assert_snapshot!(refused("teams:\n  a: {}\n  a: {}\n"), @r#"config.yml, line 2, key teams: `a` is listed twice; join the two entries"#);
}

#[test]
fn projects_need_an_id_and_only_one_entry_each() {
    insta::assert_snapshot!(refused("github: {projects: [{name: Platform}]}"), @r#"config.yml, key github.projects[0].id: a project needs its id (the column project_id of project.csv)"#);
    insta::assert_snapshot!(refused("github: {projects: [{id: ~}]}"), @r#"config.yml, key github.projects[0].id: a project needs its id (the column project_id of project.csv)"#);
    insta::assert_snapshot!(refused("github: {projects: [{id: 1}, {id: '1'}]}"), @r#"config.yml, key github.projects[1].id: project 1 is listed twice, first as github.projects[0]; join the two entries"#);
}

#[test]
fn a_column_of_two_steps_is_an_error_under_flow_only() {
    let text = "github: {projects: [{id: 1, dev_start_columns: [Doing], qa_start_columns: [' doing ']}]}";
    insta::assert_snapshot!(refused(text), @r#"config.yml, key github.projects[0].qa_start_columns: column ` doing ` is listed for two steps (also in dev_start_columns); keep it in one, or use metrics.rules: cto-stats"#);
    assert!(read(text).rules(Some(RuleSet::CtoStats)).is_ok());
}

#[test]
fn a_column_of_two_steps_under_two_spellings_is_shown_in_both() {
    let text = "github: {projects: [{id: 1, dev_start_columns: [Doing], qa_start_columns: ['🔨 Doing']}]}";
    insta::assert_snapshot!(refused(text), @r#"config.yml, key github.projects[0].qa_start_columns: column `🔨 Doing` is listed for two steps (also in dev_start_columns, as `Doing`); keep it in one, or use metrics.rules: cto-stats"#);
}

#[test]
fn an_unknown_time_zone_is_named_with_the_nearest_one() {
    insta::assert_snapshot!(refused("reporting: {timezone: Europe/Pari}"), @r#"config.yml, key reporting.timezone: `Europe/Pari` is no IANA time zone; did you mean `Europe/Paris`?"#);
}

#[test]
fn titles_of_confidential_issues_are_told_only_when_that_is_said() {
    assert!(!read("").reporting.confidential && !read("reporting: {confidential: ~}").reporting.confidential);
    assert!(read("reporting: {confidential: true}").reporting.confidential);
    insta::assert_snapshot!(refused("reporting: {confidential: maybe}"), @r#"config.yml, line 1, key reporting.confidential: invalid value: string "maybe", expected `true` or `false`"#);
}

#[test]
fn text_that_is_no_yaml_is_named_with_its_line() {
    insta::assert_snapshot!(refused("github:\n\torg: acme\n"), @r#"config.yml, line 2, key github: found character that cannot start any token, while scanning for the next token"#);
}

#[test]
fn names_of_providers_are_read_and_a_name_of_two_is_refused() {
    let rules = read("cloudspending:\n  providers: {azure: [Contoso Cloud, Microsoft]}\n").rules(None).expect("rules");
    let [azure] = rules.cloud.providers.as_slice() else { panic!("one provider") };
    assert_eq!(
        (azure.name.as_str(), azure.names.as_slice()),
        ("azure", ["Contoso Cloud", "Microsoft"].map(String::from).as_slice())
    );
    for (text, error) in [
        (
            "{azure: [Contoso], gcp: [CONTOSO]}",
            "config.yml, key cloudspending.providers.gcp: `CONTOSO` is a name of azure too: leave one out",
        ),
        ("{azure: [' ']}", "config.yml, key cloudspending.providers.azure: a provider needs a name"),
    ] {
        assert_eq!(refused(&format!("cloudspending:\n  providers: {text}\n")), error);
    }
}

#[test]
fn the_published_schema_is_the_one_of_the_structs() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../config/config.schema.json");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(path, config_model::json_schema()).expect("the file can be written");
    }
    let published = std::fs::read_to_string(path).expect("config/config.schema.json is there");
    assert_eq!(published, config_model::json_schema(), "run the tests once with UPDATE_DOCS=1");
}

#[test]
fn how_ci_is_read_has_defaults_and_bounds() {
    assert_eq!(read("{}").ci, None);
    let usual = CiImport { jobs: CiJobs::Batched, cost_centers: Vec::new(), months: 13, keep_days: 400 };
    assert_eq!(read("ci: {}").ci.map(|ci| ci.import()), Some(usual));
    let all = read("ci: {jobs: exact, cost_centers: [2eeb8ffe-6903-11ee-8c99-0242ac120002], months: 24}").ci;
    let all = all.expect("the key is there").import();
    assert_eq!((all.jobs, all.months, all.cost_centers.len()), (CiJobs::Exact, 24, 1));
    insta::assert_snapshot!(refused("ci: {months: 0}"), @"config.yml, key ci.months: 0 is not between 1 and 240");
    insta::assert_snapshot!(refused("ci: {cost_centers: [' ']}"), @"config.yml, key ci.cost_centers[0]: a cost centre needs its id, as GitHub's settings of billing show it");
    insta::assert_snapshot!(refused("ci: {cost_centers: [a, a]}"), @"config.yml, key ci.cost_centers[1]: the cost centre a is listed twice");
    assert!(refused("ci: {jobs: some}").contains("batched"));
    assert_eq!(read("ci: {keep_days: 105}").ci.map(|ci| ci.import().keep_days), Some(105));
    insta::assert_snapshot!(refused("ci: {keep_days: 104}"), @"config.yml, key ci.keep_days: 104 is below 105: the days until a run is settled, and those of what may have repaired its jobs");
    assert_eq!(
        (read("{}").import.publish_jobs, read("import: {publish_jobs: true}").import.publish_jobs),
        (false, true)
    );
}

#[test]
fn the_example_shows_every_top_level_key_and_is_valid() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../config/config.example.yml");
    let text = std::fs::read_to_string(path).expect("config/config.example.yml is there");
    let config = read(&text);
    config.rules(None).expect("the example is valid");
    for key in [
        "github:",
        "gitlab:",
        "ci:",
        "metrics:",
        "reporting:",
        "teams:",
        "process_changes:",
        "import:",
        "azure:",
        "gcp:",
        "cloudspending:",
        "server:",
    ] {
        assert!(text.lines().any(|line| line.starts_with(key)), "{key}");
    }
}

#[test]
fn the_server_has_a_key_without_secrets() {
    let server =
        read("server: {addr: '0.0.0.0:80', auth: bearer, tokens_file: tokens, hosts: [cto.acme.example]}").server;
    assert_eq!((server.addr.as_deref(), server.tokens_file.as_deref()), (Some("0.0.0.0:80"), Some("tokens")));
    assert_eq!((server.auth, server.hosts), (Some(config_model::ServerAuth::Bearer), vec!["cto.acme.example".into()]));
    assert_eq!(read("server:\n").server, config_model::Server::default());
    insta::assert_snapshot!(refused("server: {auth: yes-please}"), @"config.yml, line 1, key server.auth: unknown variant `yes-please`, expected one of `none`, `bearer`, `basic`");
    insta::assert_snapshot!(refused("server: {tokens: [a]}"), @"config.yml, line 1, key server.tokens: unknown key `tokens`; did you mean `tokens_file`?");
    insta::assert_snapshot!(refused("server: {connections: 0}"), @"config.yml, key server.connections: 0 would answer nobody; give at least 1");
    insta::assert_snapshot!(refused("server: {reload_seconds: 86401}"), @"config.yml, key server.reload_seconds: more than a day (86400); 0 turns reloading off");
}

#[test]
fn an_import_goes_by_the_machines_clock_the_providers_or_a_given_one() {
    use config_model::ImportClock::{At, Machine, Provider};
    let clock = |text: &str| read(&format!("import: {{clock: {text}}}")).import.clock;
    let noon = model::Instant::parse_rfc3339("2026-11-02T12:00:00Z").expect("valid");
    assert_eq!((clock("machine"), clock("provider")), (Some(Machine), Some(Provider)));
    assert_eq!((clock("2026-11-02T12:00:00Z"), read("").import.clock), (Some(At(noon)), None));
    insta::assert_snapshot!(refused("import: {clock: sundial}"), @"config.yml, line 1, key import.clock: import: `sundial` is no clock: give `machine`, `provider`, or a time such as 2026-11-02T10:00:00Z");
}

/// Groups, flat filter and comparisons of a configuration, as short texts.
fn cloud(text: &str) -> (Vec<String>, Vec<String>, Vec<String>) {
    let rules = read(text).rules(None).expect("valid").cloud;
    let group = |group: &model::rules::ServiceGroup| format!("{}={}", group.name, group.services.join("+"));
    let comparison = |one: &model::rules::ServiceComparison| {
        format!("{}: {}", one.name, one.groups.iter().map(group).collect::<Vec<_>>().join(" | "))
    };
    let comparisons = rules.comparisons.iter().map(comparison).collect();
    (rules.groups.iter().map(group).collect(), rules.services, comparisons)
}

#[test]
fn the_newer_spelling_of_cloud_spending_is_laid_over_the_older_one() {
    let older = "cloud_spending: {services: [S], detailed_service: [{name: Old, services: [a]}], compared_service: [{name: c, groups: [{name: g, services: [x]}]}]}\n";
    let none = Vec::<String>::new();
    assert_eq!(cloud(""), (none.clone(), none.clone(), none.clone()));
    assert_eq!(cloud(older), (vec!["Old=a".into()], vec!["S".into()], vec!["c: g=x".into()]));
    let groups = format!("{older}cloudspending: {{detailed_service: [{{name: New, services: [b, c]}}, Plain]}}");
    assert_eq!(cloud(&groups).0, ["New=b+c"], "groups of the newer key replace the older ones");
    let plain = "cloudspending: {detailed_service: [P, Q]}";
    assert_eq!(cloud(plain), (none.clone(), vec!["P".into(), "Q".into()], none.clone()));
    let both = format!("cloud_spending: {{services: [S]}}\n{plain}");
    assert_eq!(cloud(&both).1, ["S"], "the older filter wins over plain names");
    let compared = format!(
        "{older}cloudspending: {{compared_service: [{{name: d, groups: [{{name: h, services: [y]}}, {{name: i, services: [z]}}]}}]}}"
    );
    assert_eq!(cloud(&compared).2, ["d: h=y | i=z"]);
}

#[test]
fn groups_of_services_need_a_name_and_services() {
    assert!(refused("cloud_spending: {detailed_service: [Storage]}").contains("cloud_spending.services"));
    assert!(
        refused("cloudspending: {detailed_service: [{name: ' ', services: [a]}]}")
            .contains("cloudspending.detailed_service[0].name: a group needs a name")
    );
    assert!(
        refused("cloudspending: {compared_service: [{name: c, groups: [{name: g, services: []}]}]}")
            .contains("cloudspending.compared_service[0].groups[0].services: a group needs at least one service")
    );
}

#[test]
fn a_secret_of_another_type_is_refused_without_being_shown() {
    let message = refused("azure: {client_secret: [hush]}");
    assert!(message.contains("azure.client_secret") && !message.contains("hush"), "{message}");
}

#[test]
fn what_would_keep_the_reader_busy_is_refused_with_its_line() {
    let deep = format!("github:\n  org: {}", "[".repeat(200_000));
    insta::assert_snapshot!(refused(&deep), @"config.yml, line 2: more than 32 lists within each other: close the brackets");
    let laughs: Vec<String> =
        (1..30).map(|at| format!("a{at}: &a{at} [{}]\n", format!("*a{}, ", at - 1).repeat(50))).collect();
    let laughs = laughs.concat();
    insta::assert_snapshot!(refused(&format!("a0: &a0 [x]\n{laughs}")), @"config.yml, line 22: more than 1000 uses of anchors (`*name`): write the values out");
    let blocks: Vec<String> = (0..300).map(|at| format!("{}a:\n", " ".repeat(at + 1))).collect();
    let nested = format!("github: \n{}x", blocks.concat());
    assert!(refused(&nested).starts_with("config.yml"), "deep blocks are refused too");
}
