//! The same life told by webhooks, by imports, and by both.

use config_model::Config;
use github_webhooks::{Reading, read};
use metrics_core::calculate;
use model::Instant;
use model::columns::Scopes;
use model::deliveries::Delivered;
use model::kinds::Scope;
use model::records::{ImportRun, Record};
use model::rules::Rules;
use model::table::Table;
use sandbox::view::View;
use sandbox::{Options, Organisation, Size, ci_records, delivery_records, records};
use store::{Delivery, Deposit, Page, Store};

/// Beside the method by which changes were linked and how sure that is.
const MAY_DIFFER: [&str; 2] = ["method", "confidence"];

struct Life {
    organisation: Organisation,
    view: View,
}

struct Told {
    store: Store,
    _folder: tempfile::TempDir,
}

impl Life {
    fn new() -> Self {
        let options = Options {
            issues: Some(40),
            pull_requests: Some(120),
            months: Some(4),
            ci_months: Some(2),
            ..Options::new(11, Size::Small)
        };
        let organisation = Organisation::generate(&options);
        let view = organisation.view(organisation.end());
        Self { organisation, view }
    }

    /// A store of an organisation of which everything was imported but what `is_told` by webhooks.
    fn imported(&self, is_told: impl Fn(&Record) -> bool) -> Told {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(&folder.path().join("cto.db").display().to_string()).expect("opened");
        let told = Told { store, _folder: folder };
        let all = records(&self.view).chain(delivery_records(&self.view)).chain(ci_records(&self.view));
        self.read(&told, 1, all.filter(|record| !is_told(record)));
        told
    }

    /// An import, which reads these records at the end of the life.
    fn read(&self, told: &Told, run: i64, records: impl Iterator<Item = Record>) {
        let records: Vec<Record> = records.collect();
        let page = Page {
            scope: Scope::Repositories,
            subject: "",
            records: &records,
            cursor: None,
            observed_at: self.view.now,
            run,
            generation: None,
            complete: false,
        };
        told.store.commit(&page).expect("stored");
        for repository in &self.view.repositories {
            for scope in
                [Scope::Issues, Scope::PullRequests, Scope::Deployments, Scope::Releases, Scope::Commits, Scope::CiRuns]
            {
                let run = ImportRun {
                    run,
                    scope: scope.into(),
                    subject: repository.id.clone(),
                    outcome: "ok".into(),
                    covered_to: Some(self.view.now),
                    covered_from: Some(self.organisation.start()),
                    ..ImportRun::default()
                };
                told.store.record_import(&run).expect("recorded");
            }
        }
    }

    fn deliveries(&self) -> Vec<Delivered> {
        let all = sandbox::webhooks::deliveries(&self.view);
        let told = |one: &sandbox::webhooks::Delivery| match read(
            one.event,
            one.payload.to_string().as_bytes(),
            self.view.now,
        )
        .expect("readable")
        {
            Reading::Told(told) => told,
            other => panic!("{other:?}"),
        };
        all.iter().map(told).collect()
    }

    fn rules(&self) -> Rules {
        let config = Config::from_yaml(&self.organisation.config_yaml(), "config.yml").expect("a configuration");
        config.rules(None).expect("rules")
    }

    /// The tables of delivery and CI as text, without what may differ.
    fn tables(&self, told: &Told) -> Vec<(String, String)> {
        let scopes = Scopes { issues: false, pull_requests: true, delivery: true, ci: true, ..Scopes::ALL };
        let raw = told.store.load(scopes).expect("read");
        let tables = calculate(&raw, &self.rules(), None, scopes).expect("calculated").tables;
        let text = |mut table: Table| {
            table.columns.retain(|column| !MAY_DIFFER.contains(&column.name));
            (table.name.to_owned(), table.to_csv())
        };
        tables.into_iter().map(text).collect()
    }
}

impl Told {
    fn deliver(&self, told: &[Delivered], at: Instant, round: &str) {
        for (number, told) in told.iter().enumerate() {
            let id = format!("{round}-{number}");
            let delivery = Delivery { id: &id, body_hash: &id, event: "an_event", received_at: at, told };
            let deposit = self.store.deliver(&delivery).expect("stored");
            assert!(matches!(deposit, Deposit::Stored | Deposit::Known), "{deposit:?} of {told:?}");
        }
    }
}

fn is_told(record: &Record) -> bool {
    matches!(record, Record::Deployment(_) | Record::CiRun(_) | Record::CiJob(_))
}

fn assert_same(one: &[(String, String)], other: &[(String, String)], what: &str) {
    assert_eq!(one.len(), other.len());
    for ((name, text), (_, other)) in one.iter().zip(other) {
        let line = text.lines().zip(other.lines()).position(|(one, other)| one != other);
        let lines = line.map(|at| (text.lines().nth(at), other.lines().nth(at)));
        assert!(text == other, "{what}: {name} differs first in {lines:?}");
    }
}

#[test]
fn a_life_told_by_webhooks_by_imports_and_by_both_gives_the_same_tables() {
    let life = Life::new();
    let deliveries = life.deliveries();
    assert!(deliveries.len() > 1_000, "{}", deliveries.len());
    let by_import = life.tables(&life.imported(|_| false));
    let rows =
        |name: &str| by_import.iter().find(|(table, _)| table == name).map_or(0, |(_, text)| text.lines().count());
    assert!(rows("calculated_deployment") > 20 && rows("ci_month") > 1, "there is something to compare");

    let told = life.imported(is_told);
    told.deliver(&deliveries, life.view.now, "once");
    assert_same(&by_import, &life.tables(&told), "by webhooks alone");

    let all = delivery_records(&life.view).chain(ci_records(&life.view));
    life.read(&told, 2, all);
    assert_same(&by_import, &life.tables(&told), "by webhooks and then an import");

    let both = life.imported(|_| false);
    both.deliver(&deliveries, life.view.now, "late");
    assert_same(&by_import, &life.tables(&both), "by an import and late webhooks");
}

#[test]
fn a_life_that_is_told_backwards_and_three_times_gives_the_same_store() {
    let life = Life::new();
    let deliveries: Vec<Delivered> = life.deliveries().into_iter().take(1_500).collect();
    let backwards: Vec<Delivered> = deliveries.iter().rev().cloned().collect();
    let once = life.imported(is_told);
    once.deliver(&deliveries, life.view.now, "once");
    let thrice = life.imported(is_told);
    for (round, told) in [("first", &backwards), ("second", &deliveries), ("third", &backwards)] {
        thrice.deliver(told, life.view.now, round);
    }
    let published = |told: &Told, name: &str| {
        let folder = tempfile::tempdir().expect("a folder");
        told.store.publish_csv(folder.path(), store::JobsOfCi::Published).expect("published");
        std::fs::read_to_string(folder.path().join(format!("{name}.csv"))).expect("text")
    };
    for name in ["deployment", "deployment_status", "release", "ci_run", "ci_job"] {
        let (told, repeated) = (published(&once, name), published(&thrice, name));
        assert!(told.lines().count() > 1, "{name}");
        assert!(told == repeated, "{name} differs");
    }
}
