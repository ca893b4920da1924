//! What is pushed: kept under its own ids, in whatever order and however often it comes.

use model::columns::Scopes;
use model::deliveries::Delivered;
use model::records::{Deployment, DeploymentStatus, Incident, IncidentEvent, Record, Repository};
use proptest::prelude::*;
use store::{Difference, Push, Pushed};

use crate::records::{Fixture, at, everything, repository};

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

impl Fixture {
    fn push(&self, told: Delivered) -> Pushed {
        self.store.push(&push(&[told], 500)).expect("stored")
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

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn neither_order_nor_repetition_nor_another_start_decides_what_is_stored(
        order in Just((0..6_usize).chain(0..6).collect::<Vec<_>>()).prop_shuffle(),
    ) {
        let facts = [
            deployment("shop", "c1", &[]),
            deployment("shop", "", &[("in_progress", 12)]),
            deployment("", "c1", &[("success", 20), ("in_progress", 12)]),
            incident("api/i", 30, &[("opened", 30)]),
            incident("api/i", 0, &[("restored", 40)]),
            incident("api/i", 0, &[("restored", 40), ("finished", 50)]),
        ];
        let (right, shuffled) = (Fixture::new(), Fixture::new());
        for fact in &facts {
            right.push(fact.clone());
        }
        for place in order {
            shuffled.push(facts[place].clone());
        }
        let told = |fixture: &Fixture| everything(&fixture.store, &["import_run"]);
        prop_assert_eq!(told(&shuffled), told(&right));
    }
}
