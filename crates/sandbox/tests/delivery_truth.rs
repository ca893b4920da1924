//! The truth about delivery, compared with the rows that an import would store.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;

use model::Instant;
use model::records::Record;
use sandbox::{ChangeTruth, Options, Organisation, Size, Truth, delivery_records};

struct Success {
    at: Instant,
    id: String,
    sha: String,
}

/// What an import knows of a repository.
#[derive(Default)]
struct Known {
    /// Parents and source of each commit.
    commits: HashMap<String, (Vec<String>, String)>,
    /// In order of time.
    successes: Vec<Success>,
}

fn known(organisation: &Organisation) -> BTreeMap<String, Known> {
    let view = organisation.view(organisation.end());
    let mut known: BTreeMap<String, Known> = BTreeMap::new();
    for record in delivery_records(&view) {
        match record {
            Record::Deployment(row) if row.environment.starts_with("prod") => {
                let Some(at) = row.succeeded_at else { continue };
                let of_repository = known.entry(format!("{}/{}", row.org, row.repo)).or_default();
                of_repository.successes.push(Success { at, id: row.id.clone(), sha: row.sha.clone() });
            }
            Record::Release(row) if !row.draft && !row.prerelease => {
                let at = row.published_at.expect("published");
                let of_repository = known.entry(format!("{}/{}", row.org, row.repo)).or_default();
                of_repository.successes.push(Success { at, id: row.id.clone(), sha: row.sha.clone() });
            }
            Record::GitCommit(row) => {
                let parents = row.parents.split(';').filter(|parent| !parent.is_empty()).map(str::to_owned).collect();
                let of_repository = known.entry(format!("{}/{}", row.org, row.repo)).or_default();
                of_repository.commits.insert(row.sha.clone(), (parents, row.picked_from.clone()));
            }
            _ => {}
        }
    }
    for one in known.values_mut() {
        one.successes.sort_by(|left, right| (left.at, &left.id).cmp(&(right.at, &right.id)));
    }
    known
}

/// The first success that brought each commit, itself or a pick of it, by the graph.
fn first_by_graph(known: &Known) -> HashMap<&str, &Success> {
    let (mut first, mut reached) = (HashMap::new(), HashSet::new());
    for success in &known.successes {
        let mut open = vec![success.sha.as_str()];
        while let Some(sha) = open.pop() {
            let Some((parents, source)) = known.commits.get(sha).filter(|_| reached.insert(sha)) else { continue };
            open.extend(parents.iter().map(String::as_str));
            first.entry(sha).or_insert(success);
            first.entry(source.as_str()).or_insert(success);
        }
    }
    first
}

fn merge_commits(organisation: &Organisation) -> HashMap<String, String> {
    let view = organisation.view(organisation.end());
    let merged = view.pull_requests.iter().filter_map(|pull| {
        let id = format!("acme/{}#{}", view.repositories[pull.repository].name, pull.number);
        Some((id, pull.merge_commit.clone()?))
    });
    merged.collect()
}

fn demo() -> (Organisation, Truth) {
    let organisation = Organisation::generate(&Options::new(3, Size::Demo));
    let truth = organisation.truth(organisation.end());
    (organisation, truth)
}

#[test]
fn what_first_served_a_change_is_the_first_success_with_its_commit() {
    for (seed, size) in [(1, Size::Small), (2, Size::Small), (5, Size::Tiny), (3, Size::Demo)] {
        let organisation = Organisation::generate(&Options::new(seed, size));
        compare_with_graph(&organisation);
    }
}

fn compare_with_graph(organisation: &Organisation) {
    let truth = organisation.truth(organisation.end());
    let (known, merge_commits) = (known(organisation), merge_commits(organisation));
    assert_eq!(truth.changes.len(), merge_commits.len());
    let mut by_dropped = 0;
    for (service, known) in &known {
        let first = first_by_graph(known);
        let lost = known.successes.iter().filter(|success| !known.commits.contains_key(&success.sha));
        let lost: HashSet<&str> = lost.map(|success| success.id.as_str()).collect();
        for change in truth.changes.iter().filter(|change| change.service == *service) {
            let by_graph = first.get(merge_commits[&change.id].as_str());
            if lost.contains(change.deployment_id.as_str()) {
                by_dropped += 1;
                assert!(by_graph.is_none_or(|success| Some(success.at) > change.deployed_at));
                continue;
            }
            let expected = by_graph.map(|success| (success.id.as_str(), success.at));
            assert_eq!(expected, change.deployed_at.map(|at| (change.deployment_id.as_str(), at)), "{change:?}");
        }
    }
    assert!(by_dropped < 20, "{by_dropped}");
}

#[test]
fn every_change_was_served_or_says_why_not() {
    let (_, truth) = demo();
    let reasons: HashSet<&str> = truth.changes.iter().map(|change| change.reason).collect();
    for reason in ["", "before_first", "not_deployed", "other_branch", "nothing_delivered"] {
        assert!(reasons.contains(reason), "{reason}: {reasons:?}");
    }
    let is_served = |change: &&ChangeTruth| matches!(change.reason, "" | "before_first");
    for change in &truth.changes {
        assert_eq!(is_served(&change), change.deployed_at.is_some(), "{change:?}");
        assert!(change.deployed_at.is_none_or(|at| at >= change.merged_at), "{change:?}");
    }
    let counted: u32 = truth.deployments.iter().map(|row| row.changes).sum();
    assert_eq!(counted as usize, truth.changes.iter().filter(is_served).count());
}

#[test]
fn kinds_of_deployments_follow_from_what_was_served_before() {
    let (organisation, truth) = demo();
    let known = known(&organisation);
    let kinds: HashMap<&str, &str> = truth.deployments.iter().map(|row| (row.id.as_str(), row.kind)).collect();
    for known in known.values().filter(|known| known.successes.iter().any(|one| one.id.starts_with("DE_"))) {
        let (mut live, mut served) = (None::<&str>, HashSet::new());
        for success in &known.successes {
            let kind = kinds[success.id.as_str()];
            let is_same = live == Some(success.sha.as_str());
            match kind {
                "redeploy" => assert!(is_same),
                "rollback" => assert!(is_same || served.contains(success.sha.as_str()), "to what was there before"),
                // The same commit reaches the next region.
                "change" => assert!(is_same || !served.contains(success.sha.as_str())),
                other => panic!("{other} that succeeded"),
            }
            served.insert(success.sha.as_str());
            live = Some(&success.sha);
        }
    }
    let all: HashSet<&str> = kinds.values().copied().collect();
    for kind in ["change", "redeploy", "rollback", "failed_attempt", "cancelled", "pending"] {
        assert!(all.contains(kind), "{kind}: {all:?}");
    }
}

#[test]
fn incidents_begin_after_the_deployment_that_caused_them() {
    let (_, truth) = demo();
    let served: HashMap<&str, Option<Instant>> =
        truth.deployments.iter().map(|row| (row.id.as_str(), row.succeeded_at)).collect();
    let (caused, others): (Vec<_>, Vec<_>) = truth.incidents.iter().partition(|one| !one.deployment_id.is_empty());
    assert!(caused.len() > 20 && !others.is_empty());
    for incident in caused {
        assert!(served[incident.deployment_id.as_str()].expect("a success") <= incident.started_at, "{incident:?}");
    }
}

#[test]
fn an_earlier_truth_knows_what_had_happened_by_then() {
    let (organisation, truth) = demo();
    let middle = organisation.reorganised_at();
    let earlier = organisation.truth(middle);
    let served = |truth: &Truth| -> HashMap<String, Option<Instant>> {
        let changes = truth.changes.iter().filter(|change| change.deployed_at.is_some_and(|at| at <= middle));
        changes
            .map(|change| {
                (
                    change.id.rsplit('#').next().unwrap_or_default().to_owned() + &change.deployment_id,
                    change.deployed_at,
                )
            })
            .collect()
    };
    assert_eq!(served(&earlier), served(&truth));
    assert!(earlier.deployments.iter().all(|row| row.succeeded_at.is_none_or(|at| at <= middle)));
}

#[test]
fn the_truth_about_delivery_is_written_as_three_files() {
    let (organisation, truth) = demo();
    let folder = tempfile::tempdir().expect("folder");
    truth.write(folder.path()).expect("written");
    let lines = |name: &str| fs::read_to_string(folder.path().join(name)).expect("file").lines().count();
    assert_eq!(lines("truth_change.csv"), 1 + truth.changes.len());
    assert_eq!(lines("truth_deployment.csv"), 1 + truth.deployments.len());
    assert_eq!(lines("truth_incident.csv"), 1 + truth.incidents.len());
    sandbox::write_csv_folder(&organisation, folder.path()).expect("written");
    assert_eq!(lines("incident.csv"), lines("truth_incident.csv"));
}
