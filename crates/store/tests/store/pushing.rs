//! What is pushed: kept under its own ids, in whatever order and however often it comes.

use model::columns::Scopes;
use model::deliveries::Delivered;
use model::github::pull_request_of;
use model::records::{
    Deployment, DeploymentStatus, Incident, IncidentEvent, Place, PullRequest, PullRequestEvent, Record, Repository,
    Review, Scope,
};
use proptest::prelude::*;
use store::{Difference, Kind, Page, Push, Pushed};

use crate::records::{Fixture, at, everything, page, pull_record, repository};

fn deployment(project: &str, sha: &str, states: &[(&str, i64)]) -> Delivered {
    let told = |(name, second): &(&str, i64)| DeploymentStatus {
        state: (*name).into(),
        at: at(*second),
        ..DeploymentStatus::default()
    };
    Delivered::Deployment(Box::new(Deployment {
        id: "api/41".into(),
        source: "api".into(),
        service: project.into(),
        environment: "production".into(),
        sha: sha.into(),
        created_at: at(10),
        first_commit_at: Some(at(5)),
        updated_at: Some(at(500)),
        statuses: states.iter().map(told).collect(),
        ..Deployment::default()
    }))
}

fn incident(id: &str, started: i64, events: &[(&str, i64)]) -> Delivered {
    let event = |(kind, second): &(&str, i64)| IncidentEvent {
        kind: (*kind).into(),
        at: at(*second),
        ..IncidentEvent::default()
    };
    Delivered::Incident(Box::new(Incident {
        id: id.into(),
        service: "shop".into(),
        started_at: at(started),
        events: events.iter().map(event).collect(),
        ..Incident::default()
    }))
}

/// A push that came at a second.
fn push(told: &[Delivered], second: i64) -> Push<'_> {
    Push {
        key: None,
        body_hash: "a hash",
        event: "an event",
        received_at: at(second),
        told,
        undated: false,
        must_be_known: false,
    }
}

/// Whether it tells of a pull request that must be known.
fn is_of_known(told: &Delivered) -> bool {
    match told {
        Delivered::PullRequest(told) => told.team.is_empty(),
        told => matches!(told, Delivered::Review { .. }),
    }
}

impl Fixture {
    fn push(&self, told: Delivered) -> Pushed {
        let must_be_known = is_of_known(&told);
        self.store.push(&Push { must_be_known, ..push(&[told], 500) }).expect("stored")
    }
}

#[test]
fn what_is_pushed_for_a_service_without_a_repository_is_read_again_where_it_was_published() {
    let fixture = Fixture::new();
    fixture.push(deployment("shop", "c1", &[("success", 20)]));
    let folder = tempfile::tempdir().expect("a folder");
    fixture.store.publish_csv(folder.path(), store::JobsOfCi::Published).expect("published");
    let loaded = store::csv_folder::load(folder.path(), Scopes::ALL, store::csv_folder::Reading::Strict);
    let raw = loaded.expect("readable").raw;
    assert_eq!(raw.dictionary.text(raw.deployments.service[0]), "shop");
    let other = Fixture::new();
    other.store.import_csv(folder.path()).expect("stored");
    assert_eq!(other.cells("deployment", &["deployment_id", "org", "service"]), ["api/41,,shop"]);
    let file = folder.path().join("deployment.csv");
    let text = std::fs::read_to_string(&file).expect("text").replace(",shop,", ",,");
    std::fs::write(&file, text).expect("written");
    let refused = store::csv_folder::load(folder.path(), Scopes::ALL, store::csv_folder::Reading::Strict);
    let message = refused.expect_err("of nothing").to_string();
    assert!(message.contains("deployment.csv line 2, column org"), "{message}");
}

#[test]
fn a_pushed_deployment_is_of_the_repository_that_its_project_is_called_as_whichever_comes_first() {
    let place = |fixture: &Fixture| fixture.cells("deployment", &["deployment_id", "org", "repo", "host", "service"]);
    let right = ["api/41,acme,shop,github.com,shop"];
    let before = Fixture::new();
    before.see(1, &[Record::Repository(repository("R_1", "shop"))]);
    assert_eq!(before.push(deployment("shop", "c1", &[])), Pushed::Created("api/41".into()));
    assert_eq!(place(&before), right);
    let after = Fixture::new();
    after.push(deployment("shop", "c1", &[("success", 20)]));
    assert_eq!(place(&after), ["api/41,,,github.com,shop"]);
    let elsewhere = Repository { host: "git.acme.example".into(), ..repository("R_1", "shop") };
    after.see(600, &[Record::Repository(elsewhere)]);
    assert_eq!(place(&after), ["api/41,acme,shop,git.acme.example,shop"]);
    assert_eq!(after.cells("deployment_status", &["state", "host"]), ["success,git.acme.example"]);
    assert_eq!(after.push(deployment("shop", "", &[("success", 20)])), Pushed::Known, "it is found by its id");
    let ambiguous = Fixture::new();
    let other = Repository { org: "other".into(), owner: "other".into(), ..repository("R_2", "shop") };
    ambiguous.see(1, &[Record::Repository(repository("R_1", "shop")), Record::Repository(other)]);
    ambiguous.push(deployment("shop", "c1", &[]));
    assert_eq!(place(&ambiguous), ["api/41,,,github.com,shop"], "two repositories have the name");
    assert_eq!(place(&ambiguous).len(), 1);
}

#[test]
fn another_project_or_commit_of_a_known_deployment_is_refused_and_nothing_of_it_is_stored() {
    let fixture = Fixture::new();
    fixture.push(deployment("shop", "c1", &[]));
    let before = everything(&fixture.store, &[]);
    let differs = |field, stored: &str, told: &str| {
        Pushed::Differs(Difference { field, stored: stored.into(), told: told.into() })
    };
    assert_eq!(fixture.push(deployment("web", "c1", &[])), differs("project_id", "shop", "web"));
    assert_eq!(fixture.push(deployment("shop", "c2", &[("success", 20)])), differs("sha", "c1", "c2"));
    assert_eq!(everything(&fixture.store, &[]), before);
}

#[test]
fn what_must_be_known_and_is_not_is_missing() {
    let fixture = Fixture::new();
    let told = [deployment("", "", &[("success", 20)])];
    let must = Push { must_be_known: true, ..push(&told, 500) };
    assert_eq!(fixture.store.push(&must).expect("asked"), Pushed::Missing);
    assert!(fixture.cells("deployment", &["deployment_id"]).is_empty());
    fixture.push(deployment("shop", "c1", &[]));
    assert_eq!(fixture.store.push(&must).expect("stored"), Pushed::Changed);
    let before = everything(&fixture.store, &["import_run"]);
    let Delivered::Deployment(again) = &told[0] else { panic!("a deployment") };
    let again = [Delivered::Deployment(Box::new(Deployment { updated_at: Some(at(900)), ..(**again).clone() }))];
    let later = Push { must_be_known: true, ..push(&again, 900) };
    assert_eq!(fixture.store.push(&later).expect("stored"), Pushed::Known);
    assert_eq!(everything(&fixture.store, &["import_run"]), before);
}

#[test]
fn an_end_without_a_date_is_told_once_and_a_first_success_stands() {
    let fixture = Fixture::new();
    fixture.push(deployment("shop", "c1", &[]));
    for second in [600, 700, 800] {
        let told = [deployment("", "", &[("success", second)])];
        fixture.store.push(&Push { undated: true, ..push(&told, second) }).expect("stored");
    }
    let cells = fixture.cells("deployment", &["succeeded_at", "outcome"]);
    assert_eq!(cells, ["1970-01-01T00:10:00Z,success"]);
    assert_eq!(fixture.cells("deployment_status", &["state"]), ["success"]);
}

#[test]
fn an_incident_without_an_id_gets_the_next_number_unless_it_began_when_another_did() {
    let fixture = Fixture::new();
    let ids = [(10, "api/incident_shop_1"), (20, "api/incident_shop_2")];
    for (started, id) in ids {
        assert_eq!(fixture.push(incident("", started, &[("opened", started)])), Pushed::Created(id.into()));
        assert_eq!(fixture.push(incident("", started, &[("opened", started)])), Pushed::Known);
    }
    assert_eq!(fixture.cells("incident", &["incident_id"]), ids.map(|(_, id)| id));
}

#[test]
fn pushing_says_up_to_when_everything_was_told_and_an_import_says_it_better() {
    let fixture = Fixture::new();
    let as_of = || fixture.store.load(Scopes::ALL).expect("read").as_of;
    fixture.store.push(&push(&[deployment("shop", "c1", &[])], 500)).expect("stored");
    assert_eq!(as_of(), Some(at(500)));
    fixture.store.heartbeat(at(900)).expect("noted");
    fixture.store.push(&push(&[deployment("shop", "c1", &[])], 700)).expect("stored");
    assert_eq!(as_of(), Some(at(900)), "what comes late takes nothing back");
    let run = model::records::ImportRun {
        run: fixture.store.next_run().expect("asked"),
        scope: "deployments".into(),
        subject: "R_1".into(),
        outcome: "ok".into(),
        covered_to: Some(at(800)),
        ..model::records::ImportRun::default()
    };
    assert_eq!(run.run, 1);
    fixture.store.record_import(&run).expect("recorded");
    assert_eq!(as_of(), Some(at(800)));
}

/// A pull request of the id 2357812345, of a repository where one is told.
fn pull_request(repo: &str, team: &str, opened: i64, end: Option<(&str, i64)>) -> Delivered {
    let (org, repo) = repo.split_once('/').unwrap_or(("", repo));
    let at_end = |wanted: &str| end.filter(|(kind, _)| *kind == wanted).map(|(_, second)| at(second));
    let closing = |at| PullRequestEvent { kind: "closed".into(), at, ..PullRequestEvent::default() };
    Delivered::PullRequest(Box::new(PullRequest {
        id: "api/2357812345".into(),
        place: Place { org: org.into(), repo: repo.into(), ..Place::default() },
        team: team.into(),
        created_at: at(opened),
        merged_at: at_end("merged"),
        events: at_end("closed").map(closing).into_iter().collect(),
        ..PullRequest::default()
    }))
}

fn review(second: i64, state: &str) -> Delivered {
    let review = Review {
        id: format!("api/2357812345/{second}/"),
        state: state.into(),
        submitted_at: Some(at(second)),
        comments: Some(2),
        ..Review::default()
    };
    Delivered::Review { pull_request_id: "api/2357812345".into(), review }
}

const GITHUB_REPOSITORY: &str = "R_kgDOGq0qMQ";

/// The same one as GitHub tells of it.
fn told_by_github() -> PullRequest {
    let id = pull_request_of(GITHUB_REPOSITORY, 2_357_812_345).expect("an id");
    let place = Place { repository_id: GITHUB_REPOSITORY.into(), ..repository(GITHUB_REPOSITORY, "shop").place() };
    PullRequest {
        place: Place { number: "7".into(), ..place },
        created_at: at(10),
        ..crate::records::pull_request(&id, "7")
    }
}

const PULL: [&str; 7] = ["org", "repo", "number", "state", "team", "merged_at", "closed_at"];

#[test]
fn a_pushed_pull_request_is_of_its_team_where_no_repository_is_told() {
    let fixture = Fixture::new();
    fixture.see(1, &[Record::Repository(repository("R_1", "platform"))]);
    assert_eq!(fixture.push(pull_request("", "platform", 10, None)), Pushed::Created("api/2357812345".into()));
    assert_eq!(fixture.cells("pr", &PULL), [",platform,api/2357812345,open,platform,,"]);
    fixture.push(pull_request("", "", 0, Some(("merged", 20))));
    fixture.see(600, &[Record::Repository(repository("R_1", "platform"))]);
    let merged = ",platform,api/2357812345,merged,platform,1970-01-01T00:00:20Z,1970-01-01T00:00:20Z";
    assert_eq!(fixture.cells("pr", &PULL), [merged], "a repository that has the name of the team is another thing");
    let ids = fixture.store.load(Scopes::ALL).expect("read").pull_requests.id;
    assert_eq!(ids.text(0), "platform#api/2357812345");
    assert_eq!(fixture.push(deployment("platform", "c1", &[])), Pushed::Created("api/41".into()));
    assert_eq!(fixture.cells("deployment", &["org", "repo"]), ["acme,platform"], "of the repository, not of the team");
}

#[test]
fn a_pushed_pull_request_is_of_the_repository_that_it_names_whichever_comes_first() {
    let right = ["acme,shop,api/2357812345,open,platform,,"];
    let before = Fixture::new();
    before.see(1, &[Record::Repository(repository("R_1", "shop"))]);
    before.push(pull_request("shop", "platform", 10, None));
    assert_eq!(before.cells("pr", &PULL), right);
    let after = Fixture::new();
    after.push(pull_request("shop", "platform", 10, None));
    assert_eq!(after.cells("pr", &PULL), [",shop,api/2357812345,open,platform,,"]);
    after.see(600, &[Record::Repository(repository("R_1", "shop"))]);
    assert_eq!(after.cells("pr", &PULL), right);
    assert_eq!(after.cells("repository", &["org", "repo"]), ["acme,shop"], "nothing is left of what stood for it");
}

#[test]
fn a_pull_request_of_which_a_provider_tells_is_that_whichever_comes_first() {
    let provider = [Record::Repository(repository(GITHUB_REPOSITORY, "shop")), pull_record(told_by_github())];
    let pushed = || {
        [pull_request("", "platform", 10, None), pull_request("", "", 0, Some(("merged", 20))), review(15, "APPROVED")]
    };
    let alone = Fixture::new();
    alone.see(600, &provider);
    let right = everything(&alone.store, &["import_run"]);
    let after = Fixture::new();
    after.see(600, &provider);
    for told in pushed() {
        assert_eq!(after.push(told), Pushed::Known);
    }
    assert_eq!(everything(&after.store, &["import_run"]), right);
    let before = Fixture::new();
    for told in pushed() {
        before.push(told);
    }
    assert_eq!(before.cells("pr_review", &["state", "comments"]), ["APPROVED,2"]);
    before.see(600, &provider);
    assert_eq!(everything(&before.store, &["import_run"]), right);
    for told in pushed() {
        assert_eq!(before.push(told), Pushed::Known, "it is found by the id that it had");
    }
    assert_eq!(everything(&before.store, &["import_run"]), right);
}

#[test]
fn a_pull_request_is_that_of_its_repository_and_number_where_these_are_told() {
    let provider = [Record::Repository(repository(GITHUB_REPOSITORY, "shop")), pull_record(told_by_github())];
    let Delivered::PullRequest(told) = pull_request("acme/shop", "platform", 10, None) else {
        panic!("a pull request")
    };
    let place = Place { number: "7".into(), ..told.place.clone() };
    let pushed = || {
        Delivered::PullRequest(Box::new(PullRequest { id: "api/mine".into(), place: place.clone(), ..(*told).clone() }))
    };
    let after = Fixture::new();
    after.see(600, &provider);
    let right = everything(&after.store, &["import_run"]);
    assert_eq!(after.push(pushed()), Pushed::Known);
    let before = Fixture::new();
    before.push(pushed());
    assert_eq!(before.cells("pr", &["org", "repo", "number"]), ["acme,shop,7"]);
    before.see(600, &provider);
    for fixture in [after, before] {
        assert_eq!(everything(&fixture.store, &["import_run"]), right);
    }
}

#[test]
fn another_team_of_a_known_pull_request_is_refused_and_what_is_not_known_is_missing() {
    let fixture = Fixture::new();
    for told in [review(15, "APPROVED"), pull_request("", "", 0, Some(("closed", 20)))] {
        let must = Push { must_be_known: true, ..push(std::slice::from_ref(&told), 500) };
        assert_eq!(fixture.store.push(&must).expect("asked"), Pushed::Missing);
    }
    fixture.push(pull_request("", "platform", 10, None));
    let differs = Difference { field: "team_id", stored: "platform".into(), told: "web".into() };
    assert_eq!(fixture.push(pull_request("", "web", 10, None)), Pushed::Differs(differs));
}

#[test]
fn an_end_of_a_pull_request_without_a_date_is_told_once() {
    let fixture = Fixture::new();
    let mut last = Vec::new();
    for second in [600, 700] {
        for told in [
            pull_request("", "platform", second, None),
            pull_request("", "", second, Some(("closed", second))),
            pull_request("", "", second, Some(("merged", second))),
        ] {
            let told = [told];
            last.push(fixture.store.push(&Push { undated: true, ..push(&told, second) }).expect("stored"));
        }
    }
    assert_eq!(last[3..], [Pushed::Known, Pushed::Known, Pushed::Known]);
    let time = "1970-01-01T00:10:00Z";
    assert_eq!(fixture.cells("pr", &["created_at", "merged_at"]), [format!("{time},{time}")]);
    assert_eq!(fixture.cells("pr_event", &["type", "at"]), [format!("closed,{time}")]);
}

#[test]
fn no_import_says_that_a_pushed_pull_request_is_gone() {
    let fixture = Fixture::new();
    fixture.see(1, &[Record::Repository(repository("R_1", "shop"))]);
    fixture.push(pull_request("shop", "platform", 10, None));
    fixture.push(pull_request("", "", 0, Some(("merged", 20))));
    let crawl = Page { scope: Scope::PullRequests, generation: Some(1), complete: true, ..page(600, &[]) };
    fixture.store.commit(&crawl).expect("stored");
    assert_eq!(fixture.cells("pr", &["id", "vanished_at"]), ["api/2357812345,"]);
    let asked = fixture.store.present_ids(Kind::PullRequest, "R_1", at(900)).expect("asked");
    assert_eq!((asked, fixture.store.lacking_folders("R_1").expect("asked")), (Vec::new(), Vec::new()));
}

#[test]
fn pushed_pull_requests_go_through_files_and_back() {
    let fixture = Fixture::new();
    for told in
        [pull_request("", "platform", 10, None), review(15, "APPROVED"), pull_request("", "", 0, Some(("merged", 20)))]
    {
        fixture.push(told);
    }
    let folder = tempfile::tempdir().expect("a folder");
    fixture.store.publish_csv(folder.path(), store::JobsOfCi::Published).expect("published");
    let again = Fixture::new();
    again.store.import_csv(folder.path()).expect("loaded");
    for table in ["pr", "pr_review"] {
        let columns = ["org", "repo", "number"];
        assert_eq!(again.cells(table, &columns), fixture.cells(table, &columns), "{table}");
    }
    assert_eq!(again.cells("pr", &PULL), fixture.cells("pr", &PULL));
    assert_eq!(again.push(pull_request("", "platform", 10, None)), Pushed::Known);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn neither_order_nor_repetition_nor_another_start_decides_what_is_stored(
        order in Just((0..10_usize).cycle().take(30).collect::<Vec<_>>()).prop_shuffle(),
    ) {
        let facts = [
            deployment("shop", "c1", &[]),
            deployment("shop", "", &[("in_progress", 12)]),
            deployment("", "c1", &[("success", 20), ("in_progress", 12)]),
            incident("api/i", 30, &[("opened", 30)]),
            incident("api/i", 0, &[("restored", 40)]),
            incident("api/i", 0, &[("restored", 40), ("finished", 50)]),
            pull_request("shop", "platform", 10, None),
            pull_request("", "", 0, Some(("closed", 20))),
            pull_request("", "", 0, Some(("merged", 30))),
            review(15, "APPROVED"),
        ];
        let (right, shuffled) = (Fixture::new(), Fixture::new());
        for fact in &facts {
            right.push(fact.clone());
        }
        for place in order {
            shuffled.push(facts[place].clone());
        }
        // What must be known first comes again, as whoever pushes it does.
        for fact in &facts {
            shuffled.push(fact.clone());
        }
        let told = |fixture: &Fixture| everything(&fixture.store, &["import_run"]);
        prop_assert_eq!(told(&shuffled), told(&right));
    }
}
