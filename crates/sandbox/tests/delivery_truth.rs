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

/// Parents and source of each commit of a repository.
type Commits = HashMap<String, (Vec<String>, String)>;

/// What an import knows of a service.
#[derive(Default)]
struct Known {
    commits: Commits,
    /// In order of time.
    successes: Vec<Success>,
}

/// Name of the service that is deployed from a repository to an environment.
fn service_of(org: &str, repo: &str, environment: &str) -> String {
    match environment {
        "prod-cart" => "cart".to_owned(),
        "prod-pay" => "pay".to_owned(),
        _ => format!("{org}/{repo}"),
    }
}

/// By the name of the service; a repository that nothing is deployed from is none.
fn known(organisation: &Organisation) -> BTreeMap<String, Known> {
    let view = organisation.view(organisation.end());
    let mut known: BTreeMap<String, Known> = BTreeMap::new();
    let mut repositories: HashMap<String, String> = HashMap::new();
    let mut commits: HashMap<String, Commits> = HashMap::new();
    for record in delivery_records(&view) {
        match record {
            Record::Deployment(row) if row.environment.starts_with("prod") => {
                let Some(at) = row.succeeded_at else { continue };
                let service = service_of(&row.org, &row.repo, &row.environment);
                repositories.insert(service.clone(), row.repo.clone());
                known.entry(service).or_default().successes.push(Success {
                    at,
                    id: row.id.clone(),
                    sha: row.sha.clone(),
                });
            }
            Record::Release(row) if !row.draft && !row.prerelease => {
                let at = row.published_at.expect("published");
                let service = service_of(&row.org, &row.repo, "");
                repositories.insert(service.clone(), row.repo.clone());
                known.entry(service).or_default().successes.push(Success {
                    at,
                    id: row.id.clone(),
                    sha: row.sha.clone(),
                });
            }
            Record::GitCommit(row) => {
                let parents = row.parents.split(';').filter(|parent| !parent.is_empty()).map(str::to_owned).collect();
                let of_repository = commits.entry(row.repo.clone()).or_default();
                of_repository.insert(row.sha.clone(), (parents, row.picked_from.clone()));
            }
            _ => {}
        }
    }
    for (service, one) in &mut known {
        one.commits.clone_from(&commits[&repositories[service]]);
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
    let ids: HashSet<&str> = truth.changes.iter().map(|change| change.id.as_str()).collect();
    assert_eq!(ids.len(), merge_commits.len());
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
    for reason in ["", "before_first", "not_deployed", "other_branch", "no_service", "nothing_delivered"] {
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

/// Services whose folders a pull request touches, by the files that the provider shows.
fn touched(files: &[String]) -> Vec<&'static str> {
    let touches = |service: &&str| files.iter().any(|file| file.starts_with(&format!("services/{service}/")));
    ["cart", "pay"].into_iter().filter(touches).collect()
}

#[test]
fn a_change_is_one_of_the_services_whose_folders_it_touches() {
    let (organisation, truth) = demo();
    let view = organisation.view(organisation.end());
    let shop = view.repositories.iter().position(|one| one.name == "shop").expect("the repository of two services");
    assert!(view.repositories.iter().enumerate().all(|(place, one)| one.service_folders.is_empty() != (place == shop)));
    let mut by_count = [0; 3];
    for pull in view.pull_requests.iter().filter(|pull| pull.repository == shop && pull.merged_at.is_some()) {
        let expected = touched(&pull.files);
        by_count[expected.len()] += 1;
        let id = format!("acme/shop#{}", pull.number);
        let told: Vec<&ChangeTruth> = truth.changes.iter().filter(|change| change.id == id).collect();
        let services: Vec<&str> = told.iter().map(|change| change.service.as_str()).collect();
        if expected.is_empty() {
            assert_eq!((services, told[0].reason), (vec![""], "no_service"), "{id}");
        } else {
            assert_eq!(services, expected, "{id}");
        }
    }
    assert!(by_count.iter().all(|count| *count > 10), "of none, of one and of both: {by_count:?}");
    let both = |change: &&ChangeTruth| change.id.starts_with("acme/shop#") && change.reason.is_empty();
    let mut deployed: HashMap<&str, HashSet<&str>> = HashMap::new();
    for change in truth.changes.iter().filter(both) {
        deployed.entry(&change.id).or_default().insert(&change.deployment_id);
    }
    assert!(
        deployed.values().any(|deployments| deployments.len() == 2),
        "each service serves it by its own deployment"
    );
}

#[test]
fn pull_requests_show_as_many_files_as_they_count_in_order_and_once() {
    let (organisation, _) = demo();
    for pull in organisation.view(organisation.end()).pull_requests {
        assert_eq!(pull.files.len() as i64, pull.changed_files);
        assert!(pull.files.windows(2).all(|pair| pair[0] < pair[1]), "{:?}", pull.files);
    }
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
