//! Deployments, releases and commits of a generated organisation, served.

use std::collections::{BTreeMap, BTreeSet};

use model::records::{Deployment, GitCommit, Record, Release};

use super::*;
use crate::{Options, Organisation, Size, delivery_records};

const DEPLOYMENTS: &str = "query Deployments($id: ID!, $after: String) { rateLimit { cost } node(id: $id) {
  ... on Repository { deployments(first: 100, after: $after, orderBy: { field: CREATED_AT, direction: DESC }) {
    totalCount pageInfo { hasNextPage endCursor } nodes { id databaseId commitOid createdAt updatedAt environment
      originalEnvironment latestEnvironment task payload state ref { name target { oid } } creator { login __typename }
      statuses(first: 20) { pageInfo { hasNextPage } nodes { id state createdAt environment logUrl } } } } } } }";

const RELEASES: &str = "query Releases($id: ID!, $after: String) { node(id: $id) { ... on Repository {
  releases(first: 10, after: $after, orderBy: { field: CREATED_AT, direction: DESC }) {
    totalCount pageInfo { hasNextPage endCursor }
    nodes { id tagName tagCommit { oid } name isDraft isPrerelease createdAt publishedAt url } } } } }";

const HISTORY: &str = "query History($id: ID!, $sha: GitObjectID!, $after: String, $since: GitTimestamp) {
  node(id: $id) { ... on Repository { object(oid: $sha) { ... on Commit { oid committedDate
    history(first: 100, after: $after, since: $since) { totalCount pageInfo { hasNextPage endCursor }
      nodes { oid authoredDate committedDate messageBody parents(first: 3) { nodes { oid } } } } } } } } }";

fn small() -> View {
    let organisation = Organisation::generate(&Options::new(7, Size::Small));
    organisation.view(organisation.end())
}

struct Rows {
    deployments: BTreeMap<String, Deployment>,
    releases: BTreeMap<String, Release>,
    commits: BTreeMap<(String, String), GitCommit>,
}

fn rows(view: &View) -> Rows {
    let mut rows = Rows { deployments: BTreeMap::new(), releases: BTreeMap::new(), commits: BTreeMap::new() };
    for record in delivery_records(view) {
        match record {
            Record::Deployment(row) => drop(rows.deployments.insert(row.id.clone(), *row)),
            Record::Release(row) => drop(rows.releases.insert(row.id.clone(), *row)),
            Record::GitCommit(row) => drop(rows.commits.insert((row.repo.clone(), row.sha.clone()), *row)),
            other => panic!("{other:?}"),
        }
    }
    rows
}

fn text(value: &Json) -> &str {
    value.as_str().unwrap_or_default()
}

#[tokio::test]
async fn deployments_are_served_as_the_rows_say() {
    let view = small();
    let mut rows = rows(&view).deployments;
    let server = serve(view.clone()).await;
    for repository in &view.repositories {
        let nodes = pages::crawl(&server, DEPLOYMENTS, json!({ "id": repository.id }), "/node/deployments").await;
        let times: Vec<&str> = nodes.iter().map(|node| text(&node["createdAt"])).collect();
        assert!(times.iter().rev().is_sorted());
        for node in nodes {
            let row = rows.remove(text(&node["id"])).expect("a row");
            assert_eq!((row.repo.as_str(), row.sha.as_str()), (repository.name.as_str(), text(&node["commitOid"])));
            assert_eq!(row.created_at.to_rfc3339_seconds(), text(&node["createdAt"]));
            assert_eq!(row.updated_at.expect("a time").to_rfc3339_seconds(), text(&node["updatedAt"]));
            assert_eq!(
                (row.environment.as_str(), row.task.as_str()),
                (text(&node["environment"]), text(&node["task"]))
            );
            assert_eq!(row.creator, text(&node["creator"]["login"]));
            assert_eq!(row.creator_is_bot, node["creator"]["__typename"] == "Bot");
            assert_eq!(row.git_ref, text(&node["ref"]["name"]));
            let statuses = node["statuses"]["nodes"].as_array().expect("statuses");
            assert_eq!(statuses.len(), row.statuses.len());
            for (status, row) in statuses.iter().zip(&row.statuses) {
                assert_eq!(row.id, text(&status["id"]));
                assert_eq!(row.at.to_rfc3339_seconds(), text(&status["createdAt"]));
                assert_eq!(row.state.name().to_uppercase(), text(&status["state"]));
            }
            assert_eq!(row.url, statuses.last().map_or("", |status| text(&status["logUrl"])));
        }
    }
    assert_eq!(rows.len(), 0);
}

#[tokio::test]
async fn a_page_of_deployments_costs_a_point_and_names_filter_it() {
    let view = small();
    let server = serve(view.clone()).await;
    let repository = view.repositories.iter().find(|one| one.name == "api").expect("a repository");
    let data = ask(&server, DEPLOYMENTS, json!({ "id": repository.id })).await.data();
    assert_eq!(data["rateLimit"]["cost"], 1);
    let query = "query($id: ID!) { node(id: $id) { ... on Repository {
      deployments(first: 1, environments: [\"production\"]) { totalCount nodes { environment } } } } }";
    let page = ask(&server, query, json!({ "id": repository.id })).await.data()["node"]["deployments"].clone();
    let production = view.deployments.iter().filter(|one| one.environment == "production");
    let expected = production.filter(|one| view.repositories[one.repository].name == "api").count();
    assert_eq!(page["totalCount"], expected);
    assert_eq!(page["nodes"][0]["environment"], "production");
}

#[tokio::test]
async fn releases_are_served_as_the_rows_say() {
    let view = small();
    let mut rows = rows(&view).releases;
    let server = serve(view.clone()).await;
    for repository in &view.repositories {
        for node in pages::crawl(&server, RELEASES, json!({ "id": repository.id }), "/node/releases").await {
            let row = rows.remove(text(&node["id"])).expect("a row");
            assert_eq!((row.tag.as_str(), row.sha.as_str()), (text(&node["tagName"]), text(&node["tagCommit"]["oid"])));
            assert_eq!((row.name.as_str(), row.url.as_str()), (text(&node["name"]), text(&node["url"])));
            assert_eq!(
                (Json::from(row.draft), Json::from(row.prerelease)),
                (node["isDraft"].clone(), node["isPrerelease"].clone())
            );
            assert_eq!(row.created_at.to_rfc3339_seconds(), text(&node["createdAt"]));
            let published_at = row.published_at.map(Instant::to_rfc3339_seconds).unwrap_or_default();
            assert_eq!(published_at, text(&node["publishedAt"]));
        }
    }
    assert_eq!(rows.len(), 0);
}

/// Reads as an import does: each head that is not known yet, with all before it.
#[tokio::test]
async fn histories_of_what_is_deployed_and_released_are_the_commits_of_the_rows() {
    let view = small();
    let rows = rows(&view);
    let server = serve(view.clone()).await;
    let mut known: BTreeMap<(String, String), GitCommit> = BTreeMap::new();
    let deployed =
        rows.deployments.values().filter(|row| row.environment.starts_with("prod") && row.succeeded_at.is_some());
    let deployed = deployed.map(|row| (row.repo.clone(), row.sha.clone()));
    let released = rows.releases.values().map(|row| (row.repo.clone(), row.sha.clone()));
    let heads: BTreeSet<(String, String)> = deployed.chain(released.filter(|(_, sha)| !sha.is_empty())).collect();
    let mut lost = 0;
    for (repo, sha) in heads {
        if known.contains_key(&(repo.clone(), sha.clone())) {
            continue;
        }
        let repository = view.repositories.iter().find(|one| one.name == repo).expect("a repository");
        let variables = json!({ "id": repository.id, "sha": sha });
        if ask(&server, HISTORY, variables.clone()).await.data()["node"]["object"].is_null() {
            lost += 1;
            continue;
        }
        let nodes = pages::crawl(&server, HISTORY, variables, "/node/object/history").await;
        assert!(nodes.iter().rev().map(|node| text(&node["committedDate"])).is_sorted(), "the newest first");
        assert_eq!(text(&nodes[0]["oid"]), sha);
        for node in nodes {
            let parents: Vec<&str> = node["parents"]["nodes"]
                .as_array()
                .expect("parents")
                .iter()
                .map(|parent| text(&parent["oid"]))
                .collect();
            let body = text(&node["messageBody"]);
            let picked = body.strip_prefix("(cherry picked from commit ").and_then(|rest| rest.strip_suffix(')'));
            let instant = |key: &str| Instant::parse_date_or_rfc3339(text(&node[key]));
            let commit = GitCommit {
                org: "acme".to_owned(),
                repo: repo.clone(),
                sha: text(&node["oid"]).to_owned(),
                parents: parents.join(";"),
                authored_at: instant("authoredDate"),
                committed_at: instant("committedDate").expect("a date"),
                picked_from: picked.unwrap_or_default().to_owned(),
                host: "github.com".to_owned(),
            };
            known.insert((repo.clone(), commit.sha.clone()), commit);
        }
    }
    assert_eq!(known, rows.commits);
    assert_eq!(lost, 1, "a force push dropped one");
}

#[tokio::test]
async fn a_history_begins_where_it_is_asked_to() {
    let view = small();
    let server = serve(view.clone()).await;
    let repository = &view.repositories[0];
    let head = &repository.commits[repository.head.expect("a head") as usize];
    let since = Instant::from_seconds(head.committed_at.seconds() - 30 * 86_400);
    let variables = json!({ "id": repository.id, "sha": head.sha, "since": since.to_rfc3339_seconds() });
    let data = ask(&server, HISTORY, variables).await.data();
    let nodes = data["node"]["object"]["history"]["nodes"].as_array().expect("commits").clone();
    assert!(!nodes.is_empty() && nodes.len() < repository.commits.len());
    assert!(nodes.iter().all(|node| text(&node["committedDate"]) >= since.to_rfc3339_seconds().as_str()));
}

#[tokio::test]
async fn a_survey_sees_default_branches_and_pull_requests_their_heads() {
    let view = small();
    let server = serve(view.clone()).await;
    let query = "query { organization(login: \"acme\") { repositories(first: 100) { nodes { name
      defaultBranchRef { name target { oid } } deployments(first: 1) { totalCount }
      pullRequests(first: 3) { nodes { number headRefName headRefOid mergeCommit { oid messageBody
        parents(first: 3) { totalCount } } } } } } } }";
    let data = ask(&server, query, json!({})).await.data();
    for (node, repository) in
        data["organization"]["repositories"]["nodes"].as_array().expect("nodes").iter().zip(&view.repositories)
    {
        let head = &repository.commits[repository.head.expect("a head") as usize];
        assert_eq!(node["defaultBranchRef"], json!({ "name": "main", "target": { "oid": head.sha } }));
        for shown in node["pullRequests"]["nodes"].as_array().expect("nodes") {
            let of_number = |pull: &&PullRequest| shown["number"] == pull.number;
            let pull = view
                .pull_requests
                .iter()
                .find(|pull| view.repositories[pull.repository].name == repository.name && of_number(pull));
            let pull = pull.expect("a pull request");
            assert_eq!(shown["headRefName"], pull.head_branch);
            assert_eq!(shown["headRefOid"], pull.head_sha);
        }
    }
}

#[tokio::test]
async fn deployments_and_releases_are_found_by_their_ids_unless_their_repository_is_hidden() {
    let mut view = small();
    let ids = [view.deployments[0].id.clone(), view.releases[0].id.clone()];
    let query = "query($ids: [ID!]!) { nodes(ids: $ids) { id __typename } }";
    let server = serve(view.clone()).await;
    let data = ask(&server, query, json!({ "ids": ids })).await.data();
    assert_eq!(data["nodes"][0], json!({ "id": ids[0], "__typename": "Deployment" }));
    assert_eq!(data["nodes"][1], json!({ "id": ids[1], "__typename": "Release" }));
    let name = view.repositories[view.deployments[0].repository].name.clone();
    view.hide_repository(&name);
    server.set_view(view);
    let got = ask(&server, query, json!({ "ids": ids })).await.json();
    assert!(got["data"]["nodes"][0].is_null() && !got["data"]["nodes"][1].is_null());
}
