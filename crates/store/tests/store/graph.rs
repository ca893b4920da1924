//! What of a commit graph is not stored yet, and what stays of a repository that is listed again.

use model::delivery::ServiceRules;
use model::kinds::DeploymentOutcome;
use model::records::{CiRun, Deployment, GitCommit, Record, Release};
use store::Deployed;

use crate::records::{Fixture, at, repository};

fn deployment(id: &str, sha: &str, environment: &str, second: i64, outcome: DeploymentOutcome) -> Record {
    let is_done = outcome == DeploymentOutcome::Success;
    Record::Deployment(Box::new(Deployment {
        id: id.into(),
        source: "github".into(),
        org: "acme".into(),
        repo: "api".into(),
        environment: environment.into(),
        sha: sha.into(),
        created_at: at(second),
        succeeded_at: is_done.then(|| at(second + 1)),
        outcome: outcome.into(),
        ..Deployment::default()
    }))
}

fn release(id: &str, sha: &str, second: i64, published: Option<i64>) -> Record {
    Record::Release(Box::new(Release {
        id: id.into(),
        org: "acme".into(),
        repo: "api".into(),
        tag: id.into(),
        sha: sha.into(),
        draft: published.is_none(),
        created_at: at(second),
        published_at: published.map(at),
        ..Release::default()
    }))
}

fn commit(sha: &str, parents: &str, second: i64) -> Record {
    Record::GitCommit(Box::new(GitCommit {
        org: "acme".into(),
        repo: "api".into(),
        sha: sha.into(),
        parents: parents.into(),
        committed_at: at(second),
        ..GitCommit::default()
    }))
}

fn listed() -> Fixture {
    let fixture = Fixture::new();
    fixture.see(100, &[Record::Repository(repository("R_1", "api")), Record::Repository(repository("R_2", "web"))]);
    fixture
}

#[test]
fn commits_that_were_deployed_or_released_and_are_not_stored_are_to_be_read_the_newest_first() {
    use DeploymentOutcome::{Failure, Pending, Success};
    let fixture = listed();
    fixture.see(
        101,
        &[
            deployment("D_1", "c1", "prod", 30, Success),
            deployment("D_2", "c3", "prod", 50, Success),
            deployment("D_3", "c3", "prod", 40, Success),
            deployment("D_4", "c4", "prod", 60, Failure),
            deployment("D_5", "c5", "prod", 61, Pending),
            deployment("D_6", "c6", "pr-12", 62, Success),
            deployment("D_7", "c7", "prod", 20, Success),
            release("v1", "c8", 25, Some(45)),
            release("v2", "c9", 70, None),
            release("v3", "", 71, Some(71)),
            commit("c7", "", 10),
        ],
    );
    let production = |deployed: Deployed<'_>| matches!(deployed, Deployed::To { environment: "prod", .. });
    let (to_read, oldest) = fixture.store.heads_to_read("R_1", &production).expect("read");
    assert_eq!((to_read, oldest), (vec!["c3".to_owned(), "c1".to_owned(), "c8".to_owned()], Some(at(20))));
    let (all, _) = fixture.store.heads_to_read("R_1", &|_| true).expect("read");
    assert_eq!(all, ["c6", "c3", "c1", "c8"]);
    for repository in ["R_2", "R_3"] {
        let nothing = fixture.store.heads_to_read(repository, &production).expect("read");
        assert_eq!(nothing, (Vec::new(), None), "{repository}");
    }
}

#[test]
fn commits_of_successful_runs_that_count_are_to_be_read() {
    let fixture = listed();
    let run = |number: u32, sha: &str, path: &str, branch: &str, conclusion: &str| {
        Record::CiRun(Box::new(CiRun {
            run_id: number.to_string(),
            attempt: 1,
            org: "acme".into(),
            repo: "api".into(),
            workflow_path: format!(".github/workflows/{path}"),
            event: "push".into(),
            git_ref: branch.into(),
            default_branch: branch == "main",
            sha: sha.into(),
            conclusion: conclusion.into(),
            created_at: at(i64::from(number)),
            ..CiRun::default()
        }))
    };
    fixture.see(
        101,
        &[
            run(30, "c1", "deploy.yml", "main", "success"),
            run(31, "c2", "deploy.yml", "main", "failure"),
            run(32, "c3", "deploy.yml", "topic", "success"),
            run(33, "c4", "ci.yml", "main", "success"),
            run(34, "c5", "deploy.yml", "main", "success"),
            commit("c5", "", 10),
        ],
    );
    let rules = ServiceRules { workflows: vec!["deploy.yml".into()], ..ServiceRules::default() };
    let by_runs = |deployed: Deployed<'_>| match deployed {
        Deployed::ByRun { org: "acme", repo: "api", run } => rules.is_deployed_by(run),
        _ => false,
    };
    let heads = fixture.store.heads_to_read("R_1", &by_runs).expect("read");
    assert_eq!(heads, (vec!["c1".to_owned()], Some(at(30))));
}

#[test]
fn parents_that_are_not_stored_of_commits_since_an_instant_are_missing() {
    let fixture = listed();
    let commits = [commit("c4", "c3;b2", 40), commit("c3", "c2", 30), commit("b2", "b1", 20), commit("c1", "c0", 10)];
    fixture.see(101, &commits);
    let missing = |second| fixture.store.missing_parents("R_1", at(second)).expect("read");
    assert_eq!(missing(0), ["c2", "b1", "c0"]);
    assert_eq!(missing(20), ["c2", "b1"]);
    assert_eq!(missing(21), ["c2"]);
    assert_eq!(missing(41), [""; 0]);
    assert_eq!(fixture.store.missing_parents("R_2", at(0)).expect("read"), [""; 0]);
}

#[test]
fn of_some_commits_those_that_are_not_stored_can_be_asked_for() {
    let fixture = listed();
    fixture.see(101, &[commit("c1", "c0", 10)]);
    let asked = ["c2", "c1", "c0"].map(str::to_owned);
    assert_eq!(fixture.store.unstored_commits("R_1", &asked).expect("read"), ["c2", "c0"]);
    assert_eq!(fixture.store.unstored_commits("R_2", &asked).expect("read"), asked);
    assert_eq!(fixture.store.unstored_commits("R_3", &asked).expect("read"), asked);
}

#[test]
fn the_default_branch_stays_where_a_survey_does_not_ask_for_it() {
    let fixture = listed();
    let mut api = repository("R_1", "api");
    api.default_branch = "trunk".into();
    fixture.see(101, &[Record::Repository(api.clone())]);
    fixture.see(102, &[Record::Repository(repository("R_1", "api"))]);
    assert_eq!(fixture.cells("repository", &["repo", "default_branch"]), ["api,trunk", "web,"]);
    api.default_branch = "main".into();
    fixture.see(103, &[Record::Repository(api)]);
    assert_eq!(fixture.cells("repository", &["repo", "default_branch"]), ["api,main", "web,"]);
}
