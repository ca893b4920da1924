//! Which deployments are read, and what is made of them.

use connector_testing::{Memory, at};
use model::kinds::DeploymentOutcome::{Cancelled, Failure, Pending, Success};
use model::records::Deployment;
use serde_json::json;
use source::Window;
use wiremock::MockServer;

use crate::deployments as import;
use crate::project::{Project, deployment, environment, told};

fn day(day: u64) -> String {
    format!("2026-01-{day:02}T00:00:00.700Z")
}

fn many() -> Project {
    Project {
        environments: vec![
            environment("production", "production"),
            environment("live", "production"),
            environment("review/x", "development"),
        ],
        deployments: (1..=7).map(|number| deployment(number, "live", "success", &day(10 + number))).collect(),
        ..Project::default()
    }
}

/// The one of this number, of this server: each has another port.
fn one(memory: &Memory, server: &MockServer, number: u64) -> Deployment {
    let id = format!("{}/deployment/{number}", server.address());
    memory.deployments().into_iter().find(|deployment| deployment.id == id).expect("stored")
}

#[tokio::test]
async fn all_pages_are_read_once_and_afterwards_only_what_has_changed() {
    let server = many().serve().await;
    let memory = Memory::default();
    let usage = import(&server.uri(), &memory, Window::default()).await.expect("imported");
    assert_eq!((usage.full, memory.deployments().len()), (true, 7));
    let first = one(&memory, &server, 1);
    assert_eq!((first.environment.as_str(), first.tier.as_str()), ("live", "production"));
    assert_eq!(first.started_at, Some(at("2026-01-01T00:01:00Z")), "in whole seconds");
    assert_eq!(first.succeeded_at, Some(at("2026-01-11T00:00:00Z")));
    assert_eq!(first.run_id, format!("{}/pipeline/5", server.address()));
    assert_eq!(first.url, "https://gitlab.example/acme/api/-/jobs/7");

    let again = import(&server.uri(), &memory, Window::default()).await.expect("imported");
    assert_eq!((again.records, again.full), (1, false), "what bears the watermark itself comes once more");
    assert_eq!(again.covered_from, Some(at("2026-01-16T23:58:00Z")));
    assert_eq!(again.calls, 3, "one page of deployments, two of environments");
}

#[tokio::test]
async fn what_became_of_a_deployment_is_its_status() {
    let statuses = ["success", "failed", "canceled", "skipped", "running", "created", "blocked", "of the future"];
    let numbered = statuses.iter().zip(1..);
    let all = numbered.map(|(status, number)| deployment(number, "live", status, &day(10 + number))).collect();
    let server = Project { deployments: all, ..many() }.serve().await;
    let memory = Memory::default();
    import(&server.uri(), &memory, Window::default()).await.expect("imported");
    let outcomes = [Success, Failure, Cancelled, Cancelled, Pending, Pending, Pending, Pending];
    for (number, outcome) in (1..).zip(outcomes) {
        let found = one(&memory, &server, number);
        assert_eq!(found.outcome, outcome, "{number}");
        assert_eq!((found.succeeded_at.is_some(), found.finished_at.is_some()), (number == 1, number <= 4));
    }
}

#[tokio::test]
async fn a_deployment_without_a_job_ended_when_it_was_first_seen_to_be_over() {
    let serve = |status, updated_at| Project { deployments: vec![told(1, status, updated_at)], ..many() }.serve();
    let memory = Memory::default();
    let server = serve("running", "2026-01-11T00:00:00Z").await;
    import(&server.uri(), &memory, Window::default()).await.expect("imported");
    assert_eq!(
        (one(&memory, &server, 1).started_at, one(&memory, &server, 1).finished_at),
        (Some(at("2026-01-01T00:00:00Z")), None)
    );
    // Its last change is told later and later, its end is not.
    for updated_at in ["2026-01-11T00:05:00Z", "2026-01-20T00:00:00Z", "2026-03-20T00:00:00Z"] {
        let server = serve("success", updated_at).await;
        import(&server.uri(), &memory, Window::default()).await.expect("imported");
        assert_eq!(one(&memory, &server, 1).succeeded_at, Some(at("2026-01-11T00:05:00Z")));
        assert_eq!(one(&memory, &server, 1).url, format!("{}/acme/api/-/environments", server.uri()));
    }
}

#[tokio::test]
async fn another_tier_of_an_environment_reaches_all_of_its_deployments() {
    let memory = Memory::default();
    let tiers = |memory: &Memory, server: &MockServer| -> Vec<String> {
        (1..=7).map(|number| one(memory, server, number).tier).collect()
    };
    import(&many().serve().await.uri(), &memory, Window::default()).await.expect("imported");
    let staging = || Project {
        environments: vec![environment("live", "staging"), environment("review/y", "development")],
        ..many()
    };
    // A window reads what it says, and leaves the rest to the next import.
    let since = Window { since: Some(at("2026-01-17T00:00:00Z")), full: false };
    let server = staging().serve().await;
    assert_eq!(import(&server.uri(), &memory, since).await.expect("imported").records, 1);
    let usage = import(&server.uri(), &memory, Window::default()).await.expect("imported");
    assert_eq!((usage.full, tiers(&memory, &server)), (true, vec!["staging".to_owned(); 7]));
    let again = import(&server.uri(), &memory, Window::default()).await.expect("imported");
    assert_eq!(again.records, 1, "and only once");
    let server = Project { environments: vec![environment("live", "development")], ..many() }.serve().await;
    import(&server.uri(), &memory, Window::default()).await.expect("imported");
    assert_eq!(tiers(&memory, &server), vec!["development".to_owned(); 7]);
}

#[tokio::test]
async fn deployments_to_an_environment_that_was_deleted_keep_its_tier() {
    let memory = Memory::default();
    import(&many().serve().await.uri(), &memory, Window::default()).await.expect("imported");
    let server = Project { environments: vec![environment("production", "production")], ..many() }.serve().await;
    let full = Window { since: None, full: true };
    assert_eq!(
        import(&server.uri(), &memory, full).await.expect("imported").records,
        12,
        "the last of a page comes with the next"
    );
    assert_eq!(one(&memory, &server, 7).tier, "production");
}

#[tokio::test]
async fn an_import_that_is_killed_after_any_page_goes_on_and_ends_with_the_same() {
    let server = many().serve().await;
    let whole = Memory::default();
    import(&server.uri(), &whole, Window::default()).await.expect("imported");
    for commits in 0..5 {
        let memory = Memory::default();
        memory.fail_after(commits);
        import(&server.uri(), &memory, Window::default()).await.expect_err("killed");
        let before = memory.deployments();
        let memory = Memory::with_cursor(memory.cursor());
        import(&server.uri(), &memory, Window::default()).await.expect("imported");
        let mut all: Vec<Deployment> = before.into_iter().chain(memory.deployments()).collect();
        all.sort_by(|one, other| one.id.cmp(&other.id));
        all.dedup();
        assert_eq!((all, memory.cursor()), (whole.deployments(), whole.cursor()), "after {commits} pages");
    }
}

#[tokio::test]
async fn a_project_without_deployments_costs_one_call_and_one_that_refuses_is_named() {
    let server = Project::default().serve().await;
    let memory = Memory::default();
    for _ in 0..2 {
        assert_eq!(import(&server.uri(), &memory, Window::default()).await.expect("imported").calls, 1);
    }
    let server = MockServer::start().await;
    let refusal = wiremock::ResponseTemplate::new(403).set_body_json(json!({"message": "403 Forbidden"}));
    wiremock::Mock::given(wiremock::matchers::any()).respond_with(refusal).mount(&server).await;
    let error = import(&server.uri(), &memory, Window::default()).await.expect_err("refused");
    assert!(error.message.contains("reading deployments of acme/api"), "{error}");
    assert!(error.message.contains("needs the role Reporter"), "{error}");
}
