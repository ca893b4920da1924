//! Parts of an organisation: repositories, teams, services.

use model::delivery::{DeliveryRules, ServiceRules};
use model::rules::{Member, Rules, Team};

use super::{Life, march};
use crate::delivery::Delivered;
use crate::selection::{Bots, Selection};
use crate::summary::Summaries;

const AS_OF: &str = "2026-04-10";

/// Three repositories, each with four deployments of four commits, a rollback, an attempt that failed, changes by `ada`
/// and by a bot, one that waits, a hotfix and an incident; `tools` is of no team.
fn organisation() -> Life {
    let mut life = Life::default();
    for (place, repo) in ["shop", "web", "tools"].into_iter().enumerate() {
        life.repository(repo, place as u32);
    }
    life
}

impl Life {
    fn repository(&mut self, repo: &str, place: u32) {
        let sha = |number: u32| format!("{repo}{number}");
        for number in 0..5 {
            let parent = if number == 0 { String::new() } else { sha(number - 1) };
            self.commit(&sha(number), &parent, &format!("0{} 0{place}:00", number + 2)).repo = repo.into();
        }
        for number in 0..4 {
            let id = format!("{repo}-d{number}");
            self.deployment(&id, &sha(number), &format!("0{} 0{place}:30", number + 2), true).repo = repo.into();
        }
        self.deployment(&format!("{repo}-back"), &sha(2), &format!("05 1{place}:30"), true).repo = repo.into();
        self.deployment(&format!("{repo}-attempt"), &sha(4), &format!("06 1{place}:30"), false).repo = repo.into();
        for number in 1..5 {
            let on = format!("0{} 0{place}:00", number + 2);
            let change = self.change(number, &format!("01 0{place}:00"), &on, &sha(number));
            change.place.repo = repo.into();
            change.creator = if number == 2 { "dependabot[bot]".into() } else { "ada".into() };
            change.head_branch = if number == 3 { "hotfix/it".into() } else { "feature".into() };
        }
        let restored = format!("04 1{place}:00");
        let incident = self.incident(&format!("{repo}-i"), &format!("04 0{place}:45"), &[("restored", &restored)]);
        incident.repo = repo.into();
    }

    /// What there would be without all other repositories.
    fn cut_down_to(&self, repos: &[&str]) -> Self {
        let has = |repo: &String| repos.contains(&repo.as_str());
        let mut cut = Self {
            changes: self.changes.clone(),
            deployments: self.deployments.clone(),
            releases: self.releases.clone(),
            commits: self.commits.clone(),
            incidents: self.incidents.clone(),
            issues: self.issues.clone(),
            runs: self.runs.clone(),
        };
        cut.changes.retain(|it| has(&it.place.repo));
        cut.deployments.retain(|it| has(&it.repo));
        cut.releases.retain(|it| has(&it.repo));
        cut.commits.retain(|it| has(&it.repo));
        cut.incidents.retain(|it| has(&it.repo));
        cut
    }
}

fn rules() -> Rules {
    let team = |repos: &[&str], login: &str| Team {
        repos: repos.iter().map(|repo| (*repo).to_owned()).collect(),
        users: vec![Member { github: login.into(), ..Member::default() }],
        ..Team::default()
    };
    let teams = [("alpha", team(&["acme/shop"], "ada")), ("beta", team(&["Web"], "bob"))];
    Rules { teams: teams.into_iter().map(|(name, team)| (name.to_owned(), team)).collect(), ..Rules::default() }
}

/// All tables but those by team, and the summary.
fn csv(delivered: &Delivered) -> Vec<String> {
    let tables =
        delivered.tables.iter().filter(|table| table.name != "dora_team_month").map(model::table::Table::to_csv);
    let facts = Summaries { delivery: delivered.summary.clone(), ..Summaries::default() };
    let summary = facts.of("dora_summary", None, None).expect("something was deployed");
    tables.chain([summary.table.to_csv(), summary.sentences.join(" ")]).collect()
}

fn of_teams(names: &[&str]) -> Selection {
    Selection { teams: names.iter().map(|name| (*name).to_owned()).collect(), ..Selection::default() }
}

fn of_repositories(names: &[&str]) -> Selection {
    Selection { repositories: names.iter().map(|name| (*name).to_owned()).collect(), ..Selection::default() }
}

#[test]
fn a_team_has_what_there_would_be_without_the_repositories_of_others() {
    let life = organisation();
    for (teams, repos) in
        [(&["alpha"][..], &["shop"][..]), (&["Beta"], &["web"]), (&["alpha", "beta"], &["shop", "web"])]
    {
        let part = life.selected(&rules(), AS_OF, &of_teams(teams));
        assert_eq!(csv(&part), csv(&life.cut_down_to(repos).tables(&rules(), AS_OF)), "{teams:?}");
    }
    let none = life.selected(&rules(), AS_OF, &of_teams(&["nobody"]));
    assert!(none.tables.iter().all(|table| table.height() == 0) && none.summary.is_none());
}

#[test]
fn a_repository_has_what_there_would_be_without_the_others() {
    let life = organisation();
    for repos in [&["tools"][..], &["shop", "tools"]] {
        let part = life.selected(&rules(), AS_OF, &of_repositories(repos));
        assert_eq!(csv(&part), csv(&life.cut_down_to(repos).tables(&rules(), AS_OF)), "{repos:?}");
    }
    let both = Selection { teams: vec!["alpha".into()], ..of_repositories(&["web", "acme/shop"]) };
    let expected = csv(&life.cut_down_to(&["shop"]).tables(&rules(), AS_OF));
    assert_eq!(csv(&life.selected(&rules(), AS_OF, &both)), expected);
}

#[test]
fn what_others_deploy_is_not_a_teams_because_one_of_its_people_has_a_change_in_it() {
    let life = organisation();
    let part = life.selected(&rules(), AS_OF, &of_teams(&["alpha"]));
    assert_eq!(part.rows("dora_month", ("month", "2026-03"), &["service"]), ["acme/shop", "ALL"]);
    assert_eq!(part.rows("calculated_change", ("repo", "tools"), &["number"]), [""; 0]);
}

#[test]
fn each_team_has_a_row_a_month_with_the_figures_of_its_own_selection() {
    let life = organisation();
    let whole = life.tables(&rules(), AS_OF);
    let columns = ["deployments", "failed", "changes", "lead_p50_days", "incidents", "linked_share", "complete"];
    let by_team = |delivered: &Delivered| {
        let rows = ["2026-03", "2026-04"].map(|month| {
            delivered.rows("dora_team_month", ("month", month), &[&["month", "team"][..], &columns].concat())
        });
        let mut rows = rows.concat();
        rows.sort_unstable();
        rows
    };
    let mut expected = Vec::new();
    for team in ["alpha", "beta"] {
        let part = life.selected(&rules(), AS_OF, &of_teams(&[team]));
        for month in ["2026-03", "2026-04"] {
            let all = part.rows("dora_month", ("month", month), &[&["service"][..], &columns].concat());
            expected.push(format!("{month} {}", all.last().expect("ALL").replacen("ALL", team, 1)));
        }
        assert_eq!(by_team(&part), by_team(&whole).into_iter().filter(|row| row.contains(team)).collect::<Vec<_>>());
    }
    expected.sort_unstable();
    assert_eq!(by_team(&whole), expected);
    assert!(expected[0].starts_with("2026-03 alpha 5 "), "{expected:?}");
}

#[test]
fn without_teams_there_is_no_table_of_them() {
    let delivered = organisation().tables(&Rules::default(), AS_OF);
    assert!(delivered.tables.iter().all(|table| table.name != "dora_team_month"));
}

#[test]
fn a_service_of_two_teams_is_worked_out_as_a_whole_and_each_has_what_is_of_its_repositories() {
    let mut life = organisation();
    // Laid to the newest deployment of the service before it, which is that of `web`.
    life.incidents.truncate(1);
    life.incidents[0].started_at = march("04 01:45");
    life.incidents[0].repo = "web".into();
    let service =
        ServiceRules { name: "both".into(), repos: vec!["shop".into(), "web".into()], ..ServiceRules::default() };
    let rules = Rules { delivery: DeliveryRules { services: vec![service], ..DeliveryRules::default() }, ..rules() };
    let failed = |selection: &Selection| {
        life.selected(&rules, AS_OF, selection).rows(
            "calculated_deployment",
            ("service", "both"),
            &["deployment_id", "causes"],
        )
    };
    let incidents = |selection: &Selection| {
        life.selected(&rules, AS_OF, selection).rows("dora_month", ("service", "ALL"), &["incidents"])[0].clone()
    };
    let of_incident = |rows: Vec<String>| rows.into_iter().filter(|row| row.contains("incident")).collect::<Vec<_>>();
    let whole = failed(&Selection::default());
    assert_eq!(of_incident(whole.clone()), ["web-d2 hotfix;incident"]);
    for (team, repo, count) in [("alpha", "shop", "0"), ("beta", "web", "1")] {
        let own: Vec<String> = whole.iter().filter(|row| row.starts_with(repo)).cloned().collect();
        assert_eq!(failed(&of_teams(&[team])), own);
        assert_eq!(incidents(&of_teams(&[team])), count);
    }
}

#[test]
fn incidents_of_no_service_are_those_of_their_repository_and_bots_have_none() {
    let mut life = organisation();
    let service = |name: &str, environment: &str| ServiceRules {
        name: name.into(),
        repos: vec!["shop".into()],
        environments: vec![environment.parse().expect("a pattern")],
        ..ServiceRules::default()
    };
    let services = vec![service("cart", "production"), service("pay", "elsewhere")];
    let rules = Rules { delivery: DeliveryRules { services, ..DeliveryRules::default() }, ..rules() };
    let nowhere = life.incident("nowhere", "04 03:00", &[]);
    (nowhere.org, nowhere.repo) = (String::new(), String::new());
    let ids = |selection: &Selection| -> Vec<String> {
        life.selected(&rules, AS_OF, selection).rows("calculated_incident", ("method", ""), &["incident_id"])
    };
    assert_eq!(ids(&of_repositories(&["shop"])), ["shop-i"], "of which service it is cannot be told");
    assert_eq!(ids(&of_teams(&["beta"])), [""; 0]);
    let without_bots = Selection { bots: Some(Bots::Exclude), ..Selection::default() };
    assert_eq!(ids(&without_bots), ["shop-i", "nowhere"]);
    let of_service = Selection { services: vec!["cart".into()], ..Selection::default() };
    assert_eq!(ids(&of_service), [""; 0]);
}

/// Besides, a team that labels alone name: of `shop` the second change, of `tools` the third.
fn with_labels() -> (Life, Rules) {
    let mut life = organisation();
    for change in &mut life.changes {
        if [("shop", "1"), ("tools", "3")].contains(&(&change.place.repo, &change.place.number)) {
            change.labels = vec!["docs".into(), "Team::Gamma".into()];
        }
    }
    let mut rules = rules();
    rules.teams_from_labels = Some("team::".into());
    rules.find_teams(&life.raw());
    (life, rules)
}

#[test]
fn changes_with_the_label_of_a_team_are_its_own_and_so_are_the_deployments_that_served_them() {
    let (life, rules) = with_labels();
    let gamma = life.selected(&rules, AS_OF, &of_teams(&["gamma"]));
    let changes = |delivered: &Delivered, repo: &str| delivered.rows("calculated_change", ("repo", repo), &["number"]);
    assert_eq!((changes(&gamma, "shop"), changes(&gamma, "tools")), (vec!["1".to_owned()], vec!["3".to_owned()]));
    let deployments = |delivered: &Delivered, service: &str| {
        delivered.rows("calculated_deployment", ("service", service), &["deployment_id", "causes"])
    };
    let of_whole = deployments(&life.tables(&rules, AS_OF), "acme/shop");
    let own: Vec<String> = of_whole.iter().filter(|row| row.starts_with("shop-d1")).cloned().collect();
    assert_eq!((deployments(&gamma, "acme/shop"), own.len()), (own, 1));
    assert_eq!(deployments(&gamma, "acme/web"), [""; 0]);

    let alpha = life.selected(&rules, AS_OF, &of_teams(&["alpha"]));
    assert_eq!(changes(&alpha, "shop"), ["2", "3", "4"], "what has another team's label is not that of its repository");
    assert_eq!(deployments(&alpha, "acme/shop"), of_whole, "what is deployed from its repository is its own");
    let in_tools = Selection { teams: vec!["gamma".into()], ..of_repositories(&["tools"]) };
    assert_eq!(changes(&life.selected(&rules, AS_OF, &in_tools), "shop"), [""; 0]);
}

#[test]
fn a_team_that_only_labels_name_has_its_months() {
    let (life, rules) = with_labels();
    let columns = ["team", "deployments", "changes", "linked_share", "incidents"];
    let months = life.tables(&rules, AS_OF).rows("dora_team_month", ("month", "2026-03"), &columns);
    let gamma: Vec<&String> = months.iter().filter(|row| row.starts_with("Gamma")).collect();
    assert_eq!(gamma, ["Gamma 2 2 1.000000 0"]);
    let part = life.selected(&rules, AS_OF, &of_teams(&["gamma"]));
    let all = part.rows("dora_month", ("month", "2026-03"), &["service", "deployments", "changes"]);
    assert_eq!(all, ["acme/shop 1 1", "acme/tools 1 1", "ALL 2 2"]);
}

#[test]
fn whether_deployments_are_recorded_is_a_question_of_the_whole_service() {
    let (mut life, rules) = with_labels();
    // Of `shop` no deployment is recorded any more, while changes of others are merged.
    for number in 10..20 {
        let sha = format!("shop{number}");
        life.commit(&sha, "shop4", &format!("{number} 08:00"));
        life.change(number, &format!("{number} 07:00"), &format!("{number} 08:00"), &sha);
    }
    let gamma = life.selected(&rules, "2026-04-30", &of_teams(&["gamma"]));
    let known = gamma.rows("dora_month", ("month", "2026-04"), &["service", "deployments"]);
    assert_eq!(known, ["acme/shop ", "acme/tools 0", "ALL 0"]);
    let by_team =
        life.tables(&rules, "2026-04-30").rows("dora_team_month", ("month", "2026-04"), &["team", "complete"]);
    assert!(by_team.contains(&"Gamma false".to_owned()), "{by_team:?}");
}

#[test]
fn an_incident_that_is_laid_to_no_deployment_is_of_the_team_of_its_label() {
    let mut life = organisation();
    life.incidents.clear();
    let mut rules = rules();
    for (id, labels) in [("labelled", vec!["team::beta".to_owned()]), ("plain", Vec::new())] {
        // Before anything was deployed.
        let incident = life.incident(id, "01 00:10", &[]);
        (incident.repo, incident.labels) = ("shop".into(), labels);
    }
    rules.teams.entry("beta".into()).or_default().labels = vec!["team::beta".into()];
    let ids = |team: &str| {
        life.selected(&rules, AS_OF, &of_teams(&[team])).rows("calculated_incident", ("method", ""), &["incident_id"])
    };
    assert_eq!((ids("alpha"), ids("beta")), (vec!["plain".to_owned()], vec!["labelled".to_owned()]));
}
