//! A generated organisation, served whole.

use super::*;
use crate::{Options, Organisation, Size};

const WHOLE: &str = "query Whole($after: String, $owner: String!, $name: String!) {
  repository(owner: $owner, name: $name) { issues(first: 100, after: $after) {
    pageInfo { hasNextPage endCursor }
    nodes { id title state author { login } issueType { name } assignees(first: 10) { nodes { login } }
      labels(first: 20) { nodes { name } } repository { id }
      timelineItems(first: 100) { totalCount nodes { __typename
        ... on ProjectV2ItemStatusChangedEvent { id actor { login } project { number } previousStatus status } } }
      projectItems(first: 10) { totalCount nodes { id fieldValueByName(name: \"Status\") { __typename } } } } } } }";

const CHANGES: &str = "query Changes($after: String, $owner: String!, $name: String!) {
  repository(owner: $owner, name: $name) { pullRequests(first: 100, after: $after) {
    pageInfo { hasNextPage endCursor }
    nodes { id state author { login } mergeCommit { oid } labels(first: 20) { nodes { name } }
      commits(first: 1) { nodes { commit { oid authoredDate } } } reviews(first: 50) { nodes { id state } }
      timelineItems(first: 100) { nodes { __typename ... on ReviewDismissedEvent { review { id } } } } } } } }";

const CARDS: &str = "query Cards($after: String, $id: ID!, $query: String!) { node(id: $id) { ... on ProjectV2 {
  items(first: 100, after: $after, query: $query) {
    pageInfo { hasNextPage endCursor }
    nodes { id type isArchived content { __typename } fieldValues(first: 20) { nodes { __typename } } } } } } }";

#[tokio::test]
async fn everything_of_a_generated_organisation_is_served_once() {
    let organisation = Organisation::generate(&Options::new(7, Size::Small));
    let view = organisation.view(organisation.end());
    let server = serve(view.clone()).await;
    let (mut issues, mut pull_requests, mut cards) = (Vec::new(), Vec::new(), Vec::new());
    for repository in &view.repositories {
        let variables = json!({ "owner": view.org, "name": repository.name });
        issues.extend(ids(&pages::crawl(&server, WHOLE, variables.clone(), "/repository/issues").await));
        pull_requests.extend(ids(&pages::crawl(&server, CHANGES, variables, "/repository/pullRequests").await));
    }
    for project in &view.projects {
        for query in ["", "is:archived"] {
            let variables = json!({ "id": project.id, "query": query });
            cards.extend(ids(&pages::crawl(&server, CARDS, variables, "/node/items").await));
        }
    }
    let expected = |ids: Vec<&String>| ids.into_iter().cloned().collect::<Vec<_>>();
    assert_eq!(sorted(issues), sorted(expected(view.issues.iter().map(|issue| &issue.id).collect())));
    assert_eq!(sorted(pull_requests), sorted(expected(view.pull_requests.iter().map(|change| &change.id).collect())));
    assert_eq!(sorted(cards), sorted(expected(view.items.iter().map(|item| &item.id).collect())));
}

fn ids(nodes: &[Json]) -> Vec<String> {
    pages::ids(nodes).into_iter().map(str::to_owned).collect()
}

fn sorted(mut ids: Vec<String>) -> Vec<String> {
    ids.sort();
    ids
}
