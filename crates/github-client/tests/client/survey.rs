//! One look at the whole organisation.

use serde_json::{Value, json};
use source::{ErrorKind, SourceError};
use wiremock::{Mock, Request, ResponseTemplate, matchers};

use github_client::Survey;

use crate::simulated::{NOW_SECONDS, Stage, answer, refusal};

fn repository(number: u32) -> Value {
    json!({
        "id": format!("R_{number}"), "name": format!("repo{number}"), "owner": {"__typename": "Organization", "login": "Acme"},
        "isPrivate": true, "isArchived": false,
        "issues": {"totalCount": number, "nodes": [{"updatedAt": "2026-10-01T00:00:00Z"}]},
        "pullRequests": {"totalCount": 0, "nodes": []},
    })
}

fn repositories(nodes: &[Value], next: Option<&str>) -> Value {
    json!({"data": {
        "organization": {"login": "Acme", "repositories": {
            "totalCount": 9, "nodes": nodes, "pageInfo": {"hasNextPage": next.is_some(), "endCursor": next}}},
        "rateLimit": {"cost": 2, "limit": 5000, "remaining": 4000, "resetAt": "2026-11-02T10:30:00Z"},
    }})
}

fn boards(nodes: &[Value]) -> Value {
    json!({"data": {"organization": {"login": "Acme", "projectsV2": {
        "totalCount": 1, "nodes": nodes, "pageInfo": {"hasNextPage": false, "endCursor": null}}}}})
}

fn board() -> Value {
    json!({
        "id": "PVT_1", "number": 7, "fullDatabaseId": "4100002", "title": "Flow", "url": "https://github.com/orgs/acme/projects/7",
        "closed": false, "updatedAt": "2026-10-02T00:00:00Z",
        "fields": {"nodes": [
            {"__typename": "ProjectV2Field"},
            {"__typename": "ProjectV2SingleSelectField", "name": "Size", "options": [{"name": "L"}]},
            {"__typename": "ProjectV2SingleSelectField", "name": "Status", "options": [{"name": "To Do"}, {"name": "Done"}]},
        ]},
        "items": {"totalCount": 31},
    })
}

/// Surveys an organisation whose repositories and boards are answered by functions of the cursor.
async fn survey(
    repositories: impl Fn(&str) -> ResponseTemplate + Send + Sync + 'static,
    boards: ResponseTemplate,
) -> (Stage, Result<Survey, SourceError>) {
    let stage = Stage::empty().await;
    let respond = move |request: &Request| -> ResponseTemplate {
        let body: Value = request.body_json().expect("JSON");
        let after = body["variables"]["after"].as_str().unwrap_or_default();
        if body["operationName"] == "Repositories" { repositories(after) } else { boards.clone() }
    };
    Mock::given(matchers::method("POST")).respond_with(respond).mount(&stage.server).await;
    let outcome = stage.client().survey("acme", &stage.heard, &stage.cancel).await;
    (stage, outcome)
}

fn with(body: Value) -> ResponseTemplate {
    answer(200).set_body_json(body)
}

#[tokio::test]
async fn lists_repositories_of_all_pages_and_boards_with_what_is_in_them() {
    let (stage, outcome) = survey(
        |after| match after {
            "" => with(repositories(&[repository(1), repository(2)], Some("c1"))),
            // A repository that moved while paging comes twice.
            "c1" => with(repositories(&[repository(2), repository(3)], None)),
            other => panic!("unknown cursor {other}"),
        },
        with(boards(&[board()])),
    )
    .await;
    let survey = outcome.expect("listed");
    assert_eq!((survey.org.as_str(), survey.at.seconds()), ("Acme", NOW_SECONDS));
    let names: Vec<_> =
        survey.repositories.iter().map(|one| (one.record.name.as_str(), one.issues, one.access)).collect();
    assert_eq!(names, [("repo1", 1, true), ("repo2", 2, true), ("repo3", 3, true)]);
    let first = &survey.repositories[0];
    assert_eq!(first.issues_updated_at.map(model::Instant::to_rfc3339).as_deref(), Some("2026-10-01T00:00:00Z"));
    assert_eq!((first.pull_requests, first.pull_requests_updated_at), (0, None));
    assert!(first.record.private && !first.record.archived);
    let board = &survey.projects[0];
    assert_eq!((board.record.number_id.as_str(), board.record.number, board.items), ("4100002", 7, 31));
    assert_eq!(board.record.columns, ["To Do", "Done"]);
    assert_eq!((survey.projects_error, survey.incomplete), (None, vec![]));
    assert_eq!(stage.sizes().await, [100, 100, 50]);
}

#[tokio::test]
async fn columns_are_the_values_of_the_field_that_is_named_and_unknown_without_it() {
    let (_, outcome) = survey(|_| with(repositories(&[repository(1)], None)), with(boards(&[board()]))).await;
    let mut board = outcome.expect("listed").projects.remove(0);
    assert!(board.take_columns("Size"));
    assert_eq!(board.record.columns, ["L"]);
    assert!(!board.take_columns("Stage"));
    assert!(board.record.columns.is_empty());
    let names: Vec<_> = board.single_selects.iter().map(|field| field.name.as_str()).collect();
    assert_eq!(names, ["Size", "Status"]);
}

#[tokio::test]
async fn what_comes_empty_without_a_reason_is_named() {
    let (_, outcome) =
        survey(|_| with(repositories(&[json!(null), repository(1)], None)), with(boards(&[json!(null)]))).await;
    let survey = outcome.expect("partial");
    assert_eq!(survey.repositories.len(), 1);
    assert_eq!(
        survey.incomplete,
        [
            "the repositories of acme: 1 of them came empty, and GitHub does not say why",
            "the boards of Acme: 1 of them came empty, and GitHub does not say why",
        ]
    );
}

#[tokio::test]
async fn unknown_organisation_is_named_with_the_remedy() {
    let body = json!({"data": {"organization": null}, "errors": [{"type": "NOT_FOUND", "path": ["organization"],
        "message": "Could not resolve to an Organization with the login of 'acme'."}]});
    let (_, outcome) = survey(move |_| with(body.clone()), with(json!({}))).await;
    let error = outcome.expect_err("unknown");
    assert_eq!(error.kind, ErrorKind::NotFound);
    assert!(error.to_string().contains("no organisation acme") && error.to_string().contains("--org"), "{error}");
}

#[tokio::test]
async fn boards_that_may_not_be_read_leave_the_repositories() {
    let scopes = json!({"errors": [{"type": "INSUFFICIENT_SCOPES", "message": "Your token has not been granted the required \
        scopes to execute this query. The 'projectsV2' field requires one of the following scopes: ['read:project'], but your \
        token has only been granted the: ['repo', 'read:org'] scopes."}]});
    let forbidden = json!({"data": {"organization": null}, "errors": [{"type": "FORBIDDEN",
        "path": ["organization", "projectsV2"], "message": "Resource not accessible by personal access token"}]});
    for (refused, said) in [(scopes, "lacks the scope read:project"), (forbidden, "Projects: read")] {
        let (_, outcome) = survey(
            |_| with(repositories(&[repository(1)], None)).insert_header("x-oauth-scopes", "repo, read:org"),
            with(refused),
        )
        .await;
        let survey = outcome.expect("repositories came");
        assert_eq!((survey.repositories.len(), survey.projects.len()), (1, 0));
        assert!(
            survey.projects_error.as_deref().is_some_and(|error| error.contains(said)),
            "{:?}",
            survey.projects_error
        );
        assert_eq!(survey.missing_scopes, ["read:project"]);
    }
}

#[tokio::test]
async fn nothing_readable_at_all_is_an_error() {
    let (_, outcome) = survey(|_| with(repositories(&[], None)), refusal(403, "Must have admin rights")).await;
    assert_eq!(outcome.expect_err("nothing came").kind, ErrorKind::NoAccess);
}

#[tokio::test]
async fn repository_that_cannot_be_read_is_said_and_the_others_come() {
    let mut hidden = repository(2);
    hidden["issues"] = json!(null);
    let mut body = repositories(&[json!(null), hidden, repository(3)], None);
    body["errors"] = json!([
        {"type": "FORBIDDEN", "path": ["organization", "repositories", "nodes", 0], "message": "no access"},
        {"type": "FORBIDDEN", "path": ["organization", "repositories", "nodes", 1, "issues"], "message": "no access"},
    ]);
    let (_, outcome) = survey(move |_| with(body.clone()), with(boards(&[]))).await;
    let survey = outcome.expect("partial");
    let access: Vec<_> = survey.repositories.iter().map(|one| (one.record.name.as_str(), one.access)).collect();
    assert_eq!(access, [("repo2", false), ("repo3", true)]);
    assert_eq!(
        survey.incomplete,
        [
            "the repositories of acme at organization.repositories.nodes.0: FORBIDDEN no access",
            "the repositories of acme at organization.repositories.nodes.1.issues: FORBIDDEN no access",
        ]
    );
}

#[tokio::test]
async fn endless_listing_is_not_followed() {
    let (stage, outcome) = survey(|_| with(repositories(&[repository(1)], Some("c1"))), with(boards(&[]))).await;
    assert_eq!(outcome.expect_err("circles").kind, ErrorKind::UnexpectedResponse);
    assert_eq!(stage.sizes().await.len(), 2);
}

#[tokio::test]
async fn a_list_without_an_end_is_left_after_twice_what_is_explained() {
    let further = |after: &str| with(repositories(&[repository(1)], Some(&format!("{after}+"))));
    let (stage, outcome) = survey(further, with(boards(&[]))).await;
    let asked = stage.asked().await.len();
    let error = outcome.expect_err("no end");
    assert_eq!(error.kind, ErrorKind::UnexpectedResponse);
    assert!(
        error.message.starts_with("reading the repositories of acme: GitHub goes on offering further pages"),
        "{error}"
    );
    assert!((2..=4).contains(&asked), "9 are on one page, and {asked} were read");
}

/// What a repository of [`repository`] says of what it ships.
fn shipping(number: u32, deployments: &Value, releases: &Value) -> Value {
    json!({"id": format!("R_{number}"), "defaultBranchRef": {"name": "main"}, "deployments": deployments, "releases": releases})
}

fn count(total: u32) -> Value {
    json!({"totalCount": total, "nodes": if total == 0 { json!([]) } else { json!([{"createdAt": "2026-10-03T00:00:00Z"}]) }})
}

/// Surveys three repositories and then what they deploy, which is answered with this.
async fn survey_deliveries(deliveries: ResponseTemplate) -> (Stage, Survey) {
    let stage = Stage::empty().await;
    let respond = move |request: &Request| -> ResponseTemplate {
        let body: Value = request.body_json().expect("JSON");
        match body["operationName"].as_str() {
            Some("Repositories") => with(repositories(&[repository(1), repository(2), repository(3)], None)),
            Some("Deliveries") => deliveries.clone(),
            _ => with(boards(&[])),
        }
    };
    Mock::given(matchers::method("POST")).respond_with(respond).mount(&stage.server).await;
    let client = stage.client();
    let mut survey = client.survey("acme", &stage.heard, &stage.cancel).await.expect("listed");
    assert!(survey.repositories.iter().all(|one| one.deployments.is_none() && one.releases.is_none()), "not asked");
    client.survey_deliveries(&mut survey, &stage.heard, &stage.cancel).await.expect("goes on");
    (stage, survey)
}

#[tokio::test]
async fn what_repositories_deploy_is_asked_apart_and_tells_their_default_branches() {
    let nodes =
        [shipping(1, &count(7), &count(0)), shipping(2, &count(0), &count(2)), shipping(4, &count(1), &count(1))];
    let (_, survey) = survey_deliveries(with(repositories(&nodes, None))).await;
    let first = &survey.repositories[0];
    assert_eq!(first.record.default_branch, "main");
    let deployments = first.deployments.expect("known");
    assert_eq!(deployments.total, 7);
    assert_eq!(deployments.updated_at.map(model::Instant::to_rfc3339).as_deref(), Some("2026-10-03T00:00:00Z"));
    assert_eq!(first.releases.expect("known").total, 0);
    assert_eq!(survey.repositories[1].releases.expect("known").total, 2);
    assert_eq!(survey.repositories[2].deployments, None, "it was not listed a second time");
    assert_eq!(
        survey.deliveries_missing,
        [
            "the deployments of Acme/repo3 may not be read (GitHub does not say why): give the token the permission \
             Deployments: read, or import --issues --pr alone",
            "the releases of Acme/repo3 may not be read (GitHub does not say why): give the token the permission \
             Contents: read, or import --issues --pr alone",
        ]
    );
}

#[tokio::test]
async fn deployments_that_are_refused_are_named_once_and_are_never_taken_for_none() {
    let error = |at: u32| {
        json!({"type": "FORBIDDEN", "message": "Resource not accessible by personal access token",
        "path": ["organization", "repositories", "nodes", at, "deployments"]})
    };
    // One comes without the list, one does not come at all, since the schema says that the list is never null.
    let nodes = [shipping(1, &json!(null), &count(3)), json!(null), shipping(3, &json!(null), &count(0))];
    let mut body = repositories(&nodes, None);
    body["errors"] = json!([error(0), error(1), error(2)]);
    let (_, survey) = survey_deliveries(with(body)).await;
    assert_eq!(survey.repositories.len(), 3, "what else is known of them stays");
    assert_eq!(survey.incomplete, [""; 0], "and is whole");
    assert!(survey.repositories.iter().all(|one| one.deployments.is_none() && one.access));
    assert_eq!(survey.repositories[0].releases.expect("known").total, 3);
    assert_eq!(survey.deliveries_missing.len(), 2, "{:?}", survey.deliveries_missing);
    assert!(
        survey.deliveries_missing[0].starts_with(
            "the deployments of 3 repositories, repo1 first may not be read (Resource not accessible by personal access \
             token)"
        ),
        "{:?}",
        survey.deliveries_missing
    );
    assert!(
        survey.deliveries_missing[1].starts_with("the releases of Acme/repo2 may not be read"),
        "{:?}",
        survey.deliveries_missing
    );
}

#[tokio::test]
async fn a_question_about_deployments_that_fails_leaves_the_survey() {
    for failed in
        [refusal(403, "Resource not accessible by integration"), with(json!({"data": {"organization": null}}))]
    {
        let (_, survey) = survey_deliveries(failed).await;
        assert_eq!(survey.repositories.len(), 3);
        assert!(survey.repositories.iter().all(|one| one.deployments.is_none()));
        assert_eq!(survey.deliveries_missing.len(), 1, "{:?}", survey.deliveries_missing);
        assert!(
            survey.deliveries_missing[0].starts_with("what the repositories of Acme deploy: "),
            "{:?}",
            survey.deliveries_missing
        );
    }
}
