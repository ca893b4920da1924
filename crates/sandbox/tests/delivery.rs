//! The life of delivery: commits, deployments, releases and incidents.

use std::collections::{BTreeMap, HashMap, HashSet};

use model::Instant;
use model::records::{Deployment, DeploymentOutcome, DeploymentStatusKind, GitCommit, Record, Release, Told};
use sandbox::view::{Repository, View};
use sandbox::{Options, Organisation, Size, delivery_records};

fn demo() -> View {
    let organisation = Organisation::generate(&Options::new(3, Size::Demo));
    organisation.view(organisation.end())
}

/// Positions that a commit reaches, its own included.
fn reach(repository: &Repository, head: usize) -> HashSet<usize> {
    let (mut reached, mut open) = (HashSet::new(), vec![head]);
    while let Some(position) = open.pop() {
        if reached.insert(position) {
            open.extend(repository.commits[position].parents.iter().map(|parent| *parent as usize));
        }
    }
    reached
}

#[test]
fn every_pull_request_merged_into_main_is_a_commit_of_main() {
    let view = demo();
    for (place, repository) in view.repositories.iter().enumerate() {
        assert_eq!(repository.default_branch, "main");
        let head = repository.head.expect("a head") as usize;
        let shas: HashSet<&str> =
            reach(repository, head).iter().map(|position| repository.commits[*position].sha.as_str()).collect();
        let merged = view.pull_requests.iter().filter(|pull| pull.repository == place && pull.base == "main");
        for pull in merged {
            if let Some(merge_commit) = &pull.merge_commit {
                assert!(shas.contains(merge_commit.as_str()), "{}#{}", repository.name, pull.number);
            }
        }
    }
}

#[test]
fn every_merge_commit_is_a_commit_of_its_time() {
    let view = demo();
    for (place, repository) in view.repositories.iter().enumerate() {
        let commits: HashMap<&str, Instant> =
            repository.commits.iter().map(|commit| (commit.sha.as_str(), commit.committed_at)).collect();
        for pull in view.pull_requests.iter().filter(|pull| pull.repository == place) {
            if let Some(merge_commit) = &pull.merge_commit {
                assert_eq!(commits.get(merge_commit.as_str()).copied(), pull.merged_at);
            }
        }
        assert_eq!(commits.len(), repository.commits.len(), "an object id twice");
    }
}

#[test]
fn commit_dates_do_not_go_back_along_parents() {
    let view = demo();
    for commits in view.repositories.iter().map(|repository| &repository.commits) {
        for (position, commit) in commits.iter().enumerate() {
            assert!(commit.authored_at <= commit.committed_at);
            for parent in commit.parents.iter().map(|parent| *parent as usize) {
                assert!(parent < position && commits[parent].committed_at <= commit.committed_at);
            }
        }
        assert_eq!(commits.iter().filter(|commit| commit.parents.is_empty()).count(), 1, "one root");
    }
}

#[test]
fn repositories_squash_merge_or_rebase() {
    let organisation = Organisation::generate(&Options::new(3, Size::Small));
    let view = organisation.view(organisation.end());
    let merges = |repository: &Repository| repository.commits.iter().filter(|one| one.parents.len() == 2).count();
    let rebased = |repository: &Repository| {
        repository.commits.iter().filter(|one| one.parents.len() == 1 && one.authored_at < one.committed_at).count()
    };
    let of = |number: usize| {
        let names = ["api", "web-next", "mobile"];
        view.repositories.iter().find(|one| one.name == names[number]).expect("a repository")
    };
    assert!(merges(of(0)) == 0 && rebased(of(0)) < 10, "a squash is a commit of its own time, but for a few picks");
    assert!(merges(of(1)) > 50, "a merge has two parents");
    assert!(rebased(of(2)) > 50, "a rebase keeps the author's dates");
    let into_release = of(2).commits.iter().filter(|one| one.headline == "Merge branch 'main' into release/2026");
    assert!(into_release.count() > 3);
}

#[test]
fn statuses_are_in_order_and_within_what_has_happened() {
    let organisation = Organisation::generate(&Options::new(3, Size::Small));
    let end = organisation.end().seconds();
    let start = organisation.start().seconds();
    for share in [2, 5, 9, 10] {
        let view = organisation.view(Instant::from_seconds(start + (end - start) * share / 10));
        for one in &view.deployments {
            let mut last = one.created_at;
            for status in &one.statuses {
                assert!(last < status.at && status.at <= view.now, "{one:?}");
                last = status.at;
            }
            assert_eq!(one.updated_at, last);
            assert!(one.created_at <= view.now);
        }
        for commit in view.repositories.iter().flat_map(|repository| &repository.commits) {
            assert!(commit.committed_at <= view.now);
        }
    }
}

struct Rows {
    deployments: Vec<Deployment>,
    releases: Vec<Release>,
    commits: BTreeMap<(String, String), GitCommit>,
}

fn rows(view: &View) -> Rows {
    let mut rows = Rows { deployments: Vec::new(), releases: Vec::new(), commits: BTreeMap::new() };
    for record in delivery_records(view) {
        match record {
            Record::Deployment(one) => rows.deployments.push(*one),
            Record::Release(one) => rows.releases.push(*one),
            Record::GitCommit(one) => {
                rows.commits.insert((one.repo.clone(), one.sha.clone()), *one);
            }
            other => panic!("{other:?}"),
        }
    }
    rows
}

#[test]
fn stored_commits_are_closed_under_ancestry_and_lack_only_what_was_dropped() {
    let rows = rows(&demo());
    for commit in rows.commits.values() {
        for parent in commit.parents.split(';').filter(|parent| !parent.is_empty()) {
            assert!(rows.commits.contains_key(&(commit.repo.clone(), parent.to_owned())));
        }
    }
    let has_commit = |one: &&Deployment| rows.commits.contains_key(&(one.repo.clone(), one.sha.clone()));
    let known = |one: &&Deployment| one.environment.starts_with("prod") && one.succeeded_at.is_some();
    let lost: HashSet<&str> =
        rows.deployments.iter().filter(|one| known(one) && !has_commit(one)).map(|one| one.sha.as_str()).collect();
    assert_eq!(lost.len(), 1, "one commit was dropped by a force push");
}

#[test]
fn all_that_delivery_knows_happens_in_the_demo() {
    let view = demo();
    let rows = rows(&view);
    let production = |one: &&Deployment| one.environment.starts_with("prod");
    let outcomes: HashSet<Told<DeploymentOutcome>> =
        rows.deployments.iter().filter(production).map(|one| one.outcome.clone()).collect();
    assert_eq!(outcomes.len(), 4, "{outcomes:?}");
    let environments: HashSet<&str> = rows.deployments.iter().map(|one| one.environment.as_str()).collect();
    for name in ["staging", "production", "prod-eu", "prod-us", "prod-cart", "prod-pay"] {
        assert!(environments.contains(name), "{name}");
    }
    assert!(environments.iter().any(|name| name.starts_with("pr-")), "previews");
    let tagged: HashSet<&str> = view
        .deployments
        .iter()
        .filter(|one| one.git_ref.as_deref().is_some_and(|name| name.starts_with("v1.")))
        .map(|one| view.repositories[one.repository].name.as_str())
        .collect();
    assert_eq!(tagged, HashSet::from(["design-system"]), "one repository deploys tags");
    let waiting = Told::from(DeploymentStatusKind::Waiting);
    let waits = |one: &&Deployment| one.statuses.last().is_some_and(|status| status.state == waiting);
    assert!(
        rows.deployments.iter().any(|one| waits(&one) && one.created_at.seconds() < view.now.seconds() - 9_000_000)
    );
    assert!(rows.releases.iter().any(|one| one.draft) && rows.releases.iter().any(|one| one.prerelease));
    assert!(rows.releases.iter().filter(|one| !one.draft && !one.prerelease).count() > 10);
    assert!(rows.commits.values().any(|one| !one.picked_from.is_empty()), "cherry-picks");
    let delivering: HashSet<&str> = rows.deployments.iter().filter(production).map(|one| one.repo.as_str()).collect();
    assert_eq!(delivering.len(), 6, "one repository releases, one delivers nothing: {delivering:?}");
    let run_ids = rows.deployments.iter().filter(production).all(|one| one.run_id.parse::<u64>().is_ok());
    assert!(run_ids, "every run is in the address of its log");
}

#[test]
fn heads_of_pull_requests_are_told_while_they_are_open() {
    let view = demo();
    for pull in &view.pull_requests {
        assert!(
            pull.head_branch == format!("feature/{}", pull.number)
                || pull.head_branch == format!("hotfix/{}", pull.number)
        );
        assert_eq!(pull.head_sha.len(), 40);
    }
    let heads: HashSet<&str> = view.pull_requests.iter().map(|pull| pull.head_sha.as_str()).collect();
    assert_eq!(heads.len(), view.pull_requests.len());
    for preview in view.deployments.iter().filter(|one| one.environment.starts_with("pr-")) {
        let repository = &view.repositories[preview.repository];
        assert!(repository.commits.iter().any(|commit| commit.sha == preview.sha), "{preview:?}");
    }
}
