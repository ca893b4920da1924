use std::collections::BTreeSet;

use super::*;

const ISSUES: &str = "query Issues($first: Int!, $after: String, $direction: OrderDirection!, $since: DateTime) {
  repository(owner: \"acme\", name: \"web\") {
    issues(first: $first, after: $after, orderBy: {field: UPDATED_AT, direction: $direction}, filterBy: {since: $since}) {
      totalCount
      pageInfo { hasNextPage endCursor }
      nodes { id updatedAt }
    }
  }
}";

const ITEMS: &str = "query Items($first: Int!, $after: String, $query: String = \"\") {
  organization(login: \"acme\") { projectsV2(first: 1) { nodes {
    items(first: $first, after: $after, query: $query) {
      totalCount
      pageInfo { hasNextPage endCursor }
      nodes { id }
    }
  } } }
}";

/// Reads a connection to its end; `connection` finds it in the data.
pub(super) async fn crawl(server: &Server, query: &str, mut variables: Json, connection: &str) -> Vec<Json> {
    let mut nodes = Vec::new();
    for _ in 0..1_000 {
        let data = ask(server, query, variables.clone()).await.data();
        let page = data.pointer(connection).expect("the connection").clone();
        nodes.extend(page["nodes"].as_array().expect("nodes").iter().cloned());
        if page["pageInfo"]["hasNextPage"] == false {
            return nodes;
        }
        variables["after"] = page["pageInfo"]["endCursor"].clone();
    }
    panic!("the pages do not end");
}

pub(super) fn ids(nodes: &[Json]) -> Vec<&str> {
    nodes.iter().map(|node| node["id"].as_str().expect("an id")).collect()
}

async fn crawl_issues(server: &Server, first: usize, direction: &str) -> Vec<Json> {
    crawl(server, ISSUES, json!({ "first": first, "direction": direction }), "/repository/issues").await
}

#[tokio::test]
async fn issues_page_completely_and_in_order_in_both_directions() {
    let server = serve(view(53)).await;
    let up = crawl_issues(&server, 7, "ASC").await;
    let mut down = crawl_issues(&server, 10, "DESC").await;
    assert_eq!(up.len(), 53);
    assert_eq!(ids(&up).iter().collect::<BTreeSet<_>>().len(), 53);
    let times: Vec<&str> = up.iter().map(|node| node["updatedAt"].as_str().expect("a time")).collect();
    assert!(times.is_sorted());
    down.reverse();
    assert_eq!(up, down);
}

#[tokio::test]
async fn since_includes_its_own_instant_and_counts_what_it_leaves() {
    let server = serve(view(40)).await;
    let since = at(1_005).to_rfc3339_seconds();
    let variables = json!({ "first": 100, "direction": "ASC", "since": since });
    let data = ask(&server, ISSUES, variables).await.data();
    let issues = &data["repository"]["issues"];
    assert_eq!(issues["totalCount"], 20);
    assert_eq!(issues["nodes"][0]["updatedAt"], since);
}

#[tokio::test]
async fn an_issue_that_changes_while_pages_are_read_comes_again_and_hides_none() {
    let mut moving = view(20);
    let server = serve(moving.clone()).await;
    let first = ask(&server, ISSUES, json!({ "first": 8, "direction": "ASC" })).await.data();
    let page = &first["repository"]["issues"];
    for issue in &mut moving.issues[2..8] {
        issue.updated_at = at(1_440);
    }
    server.set_view(moving);
    let rest = crawl(
        &server,
        ISSUES,
        json!({ "first": 8, "direction": "ASC", "after": page["pageInfo"]["endCursor"] }),
        "/repository/issues",
    )
    .await;
    let mut seen: BTreeSet<String> = ids(&rest).into_iter().map(str::to_owned).collect();
    assert_eq!(seen.len(), 12 + 6);
    seen.extend(ids(page["nodes"].as_array().expect("nodes")).into_iter().map(str::to_owned));
    assert_eq!(seen.len(), 20);
}

#[tokio::test]
async fn pull_requests_page_completely_and_count_their_states() {
    let server = serve(view(25)).await;
    let query = "query($after: String) { repository(owner: \"acme\", name: \"web\") {
        pullRequests(first: 10, after: $after, states: [MERGED], orderBy: {field: UPDATED_AT, direction: DESC}) {
          pageInfo { hasNextPage endCursor } nodes { id } } } }";
    let found = crawl(&server, query, json!({}), "/repository/pullRequests").await;
    assert_eq!(ids(&found).iter().collect::<BTreeSet<_>>().len(), 25);
    let open = "{ repository(owner: \"acme\", name: \"web\") { pullRequests(first: 1, states: OPEN) { totalCount } } }";
    assert_eq!(ask(&server, open, json!({})).await.data()["repository"]["pullRequests"]["totalCount"], 0);
}

const BOARD: &str = "/organization/projectsV2/nodes/0/items";

#[tokio::test]
async fn archived_cards_are_listed_only_when_asked_for() {
    let server = serve(view(30)).await;
    assert_eq!(crawl(&server, ITEMS, json!({ "first": 7 }), BOARD).await.len(), 27);
    let archived = crawl(&server, ITEMS, json!({ "first": 7, "query": "is:archived" }), BOARD).await;
    assert_eq!(ids(&archived), ["PVTI_9", "PVTI_19", "PVTI_29"]);
}

#[tokio::test]
async fn cards_are_filtered_by_the_day_of_their_update() {
    let server = serve(view(30)).await;
    let since_yesterday = json!({ "first": 100, "query": "updated:>=2026-01-05" });
    let changed = crawl(&server, ITEMS, since_yesterday, BOARD).await;
    assert!(!changed.is_empty());
    assert!(ids(&changed).iter().all(|id| id[5..].parse::<usize>().expect("a number") % 3 >= 1), "{changed:?}");
    let tomorrow = json!({ "first": 100, "query": "updated:>2026-01-06" });
    assert_eq!(crawl(&server, ITEMS, tomorrow, BOARD).await.len(), 0);
}

#[tokio::test]
async fn timelines_page_by_event_and_take_only_the_wanted_types() {
    let server = serve(view(3)).await;
    let query = "query($id: ID!, $after: String) { node(id: $id) { ... on Issue {
        timelineItems(first: 1, after: $after, itemTypes: [PROJECT_V2_ITEM_STATUS_CHANGED_EVENT, CLOSED_EVENT]) {
          totalCount filteredCount pageInfo { hasNextPage endCursor }
          nodes { __typename ... on ProjectV2ItemStatusChangedEvent { id previousStatus status actor { login } }
                  ... on ClosedEvent { id } } } } } }";
    let events = crawl(&server, query, json!({ "id": "I_00000" }), "/node/timelineItems").await;
    assert_eq!(ids(&events), ["EV_0_1", "EV_0_2", "EV_0_3"]);
    assert_eq!(
        events[1],
        json!({ "__typename": "ProjectV2ItemStatusChangedEvent", "id": "EV_0_2", "previousStatus": "Todo",
                "status": "Done", "actor": null })
    );
}

#[tokio::test]
async fn a_cursor_from_elsewhere_is_an_error() {
    let server = serve(view(3)).await;
    let got = ask(&server, ISSUES, json!({ "first": 1, "direction": "ASC", "after": "nonsense" })).await;
    assert_eq!(got.errors()[0]["message"], "`nonsense` does not appear to be a valid cursor.");
}

#[tokio::test]
async fn duplicated_entries_come_twice_and_hide_none() {
    let server = serve_with("duplicate-items=every:2").await;
    for direction in ["ASC", "DESC"] {
        let found = crawl_issues(&server, 5, direction).await;
        assert!(found.len() > 30, "{}", found.len());
        assert_eq!(ids(&found).iter().collect::<BTreeSet<_>>().len(), 30);
    }
    let cards = crawl(&server, ITEMS, json!({ "first": 5 }), BOARD).await;
    assert!(cards.len() > 27);
    assert_eq!(ids(&cards).iter().collect::<BTreeSet<_>>().len(), 27);
}

#[tokio::test]
async fn moving_entries_show_their_truth_last() {
    let quiet = serve(view(30)).await;
    let truth = crawl_issues(&quiet, 100, "ASC").await;
    let server = serve_with("moving-items=every:3").await;
    let found = crawl_issues(&server, 5, "ASC").await;
    assert!(found.len() > 30);
    let mut last = BTreeMap::new();
    for node in &found {
        last.insert(node["id"].as_str().expect("an id"), node["updatedAt"].clone());
    }
    assert_eq!(last.len(), 30);
    assert!(truth.iter().all(|node| last[node["id"].as_str().expect("an id")] == node["updatedAt"]));
    let stale = found.iter().filter(|node| last[node["id"].as_str().expect("an id")] != node["updatedAt"]);
    assert!(stale.count() > 0);
    let cards = crawl(&server, ITEMS, json!({ "first": 5 }), BOARD).await;
    assert_eq!(ids(&cards).iter().collect::<BTreeSet<_>>().len(), 27);
}

#[tokio::test]
async fn files_of_a_pull_request_page_to_their_end() {
    let mut view = view(1);
    view.pull_requests[0].files = (0..25).map(|number| format!("src/part_{number:02}.rs")).collect();
    let server = serve(view).await;
    let query = "query Files($first: Int!, $after: String) { node(id: \"PR_0\") { ... on PullRequest {
        files(first: $first, after: $after) { totalCount pageInfo { hasNextPage endCursor } nodes { path } }
    } } }";
    let files = crawl(&server, query, json!({ "first": 10 }), "/node/files").await;
    let paths: Vec<&str> = files.iter().map(|file| file["path"].as_str().expect("a path")).collect();
    assert_eq!((paths.len(), paths[0], paths[24]), (25, "src/part_00.rs", "src/part_24.rs"));
    assert!(paths.is_sorted());
}
