//! The deployments of a group of GitLab, told by webhooks, by imports, and by both.

use std::path::Path;

use model::Instant;
use model::deliveries::Delivered;
use store::{Delivery, Deposit, Store};

use crate::simulated_gitlab::SimulatedGitlab;
use crate::truth::table;

/// Beside the method by which changes were linked and how sure that is.
const MAY_DIFFER: [&str; 2] = ["method", "confidence"];

/// What imports read of deployments; webhooks tell it, too.
const OF_DEPLOYMENTS: [&str; 2] = ["deployment", "deployment_status"];

fn opened(data: &Path) -> Store {
    Store::open(&data.join("cto.db").display().to_string()).expect("opened")
}

/// A store that knows what the one in `data` does but for its deployments: of its files and of its imports.
fn without_deployments(data: &Path) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let (whole, raw) = (opened(data), tempfile::tempdir().expect("a folder"));
    whole.publish_csv(raw.path(), store::JobsOfCi::Published).expect("published");
    for table in OF_DEPLOYMENTS {
        std::fs::remove_file(raw.path().join(format!("{table}.csv"))).expect("removed");
    }
    let store = opened(folder.path());
    store.import_csv(raw.path()).expect("loaded");
    for run in whole.import_runs().expect("known") {
        store.record_import(&run).expect("recorded");
    }
    folder
}

fn deliver(store: &Store, told: &[Delivered], at: Instant, round: &str) -> Vec<Deposit> {
    let deliver = |(number, told): (usize, &Delivered)| {
        let id = &format!("{round}-{number}");
        let delivery = Delivery { id, body_hash: id, event: "Deployment Hook", received_at: at, told };
        store.deliver(&delivery).expect("stored")
    };
    told.iter().enumerate().map(deliver).collect()
}

/// The tables of delivery as text, without what may differ.
fn tables(twin: &SimulatedGitlab, data: &Path) -> Vec<(&'static str, String)> {
    let calculation = twin.calculation(data);
    let text = |name: &&'static str| {
        let mut table = table(&calculation, name).clone();
        table.columns.retain(|column| !MAY_DIFFER.contains(&column.name));
        (*name, table.to_csv())
    };
    ["calculated_deployment", "calculated_change", "calculated_incident", "dora_week", "dora_month"]
        .iter()
        .map(text)
        .collect()
}

#[track_caller]
fn assert_same(one: &[(&str, String)], other: &[(&str, String)], what: &str) {
    assert_eq!(one.len(), other.len());
    for ((name, text), (_, other)) in one.iter().zip(other) {
        let line = text.lines().zip(other.lines()).position(|(one, other)| one != other);
        let lines = line.map(|at| (text.lines().next(), text.lines().nth(at), other.lines().nth(at)));
        assert!(text == other, "{what}: {name} differs first in {lines:?}");
    }
}

#[test]
fn deployments_told_by_webhooks_by_imports_and_by_both_give_the_same_tables() {
    let twin = SimulatedGitlab::serve_few(17);
    let imported = tempfile::tempdir().expect("a folder");
    twin.import(imported.path(), &[]).with_code(0);
    let by_import = tables(&twin, imported.path());
    let rows = by_import[0].1.lines().count();
    assert!(rows > 20, "there is something to compare: {rows}");

    let now = twin.both.now();
    let told: Vec<Delivered> = sandbox::gitlab::deliveries(&twin.both.organisation.view(now), &twin.both.url())
        .iter()
        .map(|one| match gitlab_webhooks::read(one.event, one.payload.to_string().as_bytes(), now).expect("readable") {
            gitlab_webhooks::Reading::Told(told) => told,
            other @ gitlab_webhooks::Reading::NotUsed(_) => panic!("{other:?}"),
        })
        .collect();
    let by_webhooks = without_deployments(imported.path());
    assert!(tables(&twin, by_webhooks.path()) != by_import, "something is lacking");
    let deposits = deliver(&opened(by_webhooks.path()), &told, now, "once");
    assert!(deposits.iter().all(|deposit| [Deposit::Stored, Deposit::Known].contains(deposit)), "{deposits:?}");
    assert_same(&by_import, &tables(&twin, by_webhooks.path()), "by webhooks alone");

    twin.import(by_webhooks.path(), &[]).with_code(0);
    assert_same(&by_import, &tables(&twin, by_webhooks.path()), "by webhooks and then an import");

    deliver(&opened(imported.path()), &told, now, "late");
    assert_same(&by_import, &tables(&twin, imported.path()), "by an import and late webhooks");
}
