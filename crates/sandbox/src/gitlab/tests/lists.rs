//! Groups, projects, issues and merge requests.

use super::*;

const CHANGES: &str = "scope=all&state=all&order_by=updated_at&sort=asc";

const MERGE_REQUESTS: &str = "query($group: ID!, $after: Time, $first: Int, $cursor: String) {
  group(fullPath: $group) { mergeRequests(includeSubgroups: true, updatedAfter: $after, sort: UPDATED_ASC, first: $first,
    after: $cursor) { count pageInfo { hasNextPage endCursor } nodes { iid title updatedAt project { fullPath }
      author { username bot } commits(first: 2) { pageInfo { hasNextPage endCursor } nodes { authoredDate } } } } } }";

#[tokio::test]
async fn a_group_has_its_projects_and_counts_its_issues() {
    let view = view();
    let server = serve(view.clone(), &[]).await;
    assert_eq!(get(&server, "/groups/Acme").await.json()["full_path"], "acme");
    let projects = crawl(&server, "/groups/acme/projects?per_page=2&order_by=id&sort=asc").await;
    let numbers: Vec<_> = projects.iter().map(|project| project["id"].as_u64()).collect();
    assert_eq!(numbers, [Some(201), Some(202), Some(203)]);
    let counts = get(&server, "/groups/acme/issues_statistics?scope=all").await.json();
    assert_eq!(counts["statistics"]["counts"]["all"], view.issues.len());
    for path in ["/groups/other", "/projects/acme%2Fnothing", "/projects/201/issues/99999/resource_label_events"] {
        assert_eq!(get(&server, path).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn issues_come_in_the_order_of_their_changes_from_an_instant_on() {
    let view = view();
    let server = serve(view.clone(), &[]).await;
    let rows = crawl(&server, &format!("/groups/acme/issues?{CHANGES}&per_page=50")).await;
    assert_eq!(rows.len(), view.issues.len());
    let changed: Vec<_> = rows.iter().map(|row| row["updated_at"].as_str().expect("a time")).collect();
    assert!(changed.is_sorted() && changed.iter().all(|at| at.len() == "2026-01-02T03:04:05.678Z".len()));
    let later = get(&server, &format!("/groups/acme/issues?{CHANGES}&updated_after={}", changed[100])).await.rows();
    assert_eq!(later.len(), 20, "the usual page");
    assert_eq!(later[0]["updated_at"], changed[100], "what changed at the instant itself is there");
    // Without a scope one gets what one has made oneself.
    assert!(get(&server, "/groups/acme/issues").await.rows().is_empty());
}

#[tokio::test]
async fn the_column_of_an_issue_is_the_label_that_its_events_leave() {
    let server = serve(view(), &[]).await;
    let rows = crawl(&server, &format!("/groups/acme/issues?{CHANGES}&per_page=100")).await;
    let mut moves = 0;
    for row in rows.iter().take(60) {
        let path = format!("/projects/{}/issues/{}/resource_label_events?per_page=100", row["project_id"], row["iid"]);
        let mut on: Vec<String> = Vec::new();
        for event in crawl(&server, &path).await {
            let label = event["label"]["name"].as_str().expect("a name").to_owned();
            moves += usize::from(label.starts_with("workflow::"));
            match event["action"].as_str() {
                Some("add") => on.push(label),
                _ => on.retain(|other| *other != label),
            }
        }
        on.sort_unstable();
        assert_eq!(row["labels"], json!(on), "{row}");
    }
    assert!(moves > 100, "{moves}");
}

#[tokio::test]
async fn merge_requests_are_the_same_in_both_protocols() {
    let view = view();
    let server = serve(view.clone(), &[]).await;
    let rows = crawl(&server, &format!("/groups/acme/merge_requests?{CHANGES}&per_page=100")).await;
    let (mut nodes, mut cursor) = (Vec::new(), Json::Null);
    loop {
        let variables = json!({ "group": "acme", "after": null, "first": 30, "cursor": cursor });
        let reply = query(&server, MERGE_REQUESTS, variables).await;
        let list = &reply["data"]["group"]["mergeRequests"];
        assert_eq!(list["count"], view.pull_requests.len(), "{reply}");
        nodes.extend(list["nodes"].as_array().cloned().expect("nodes"));
        cursor = list["pageInfo"]["endCursor"].clone();
        if list["pageInfo"]["hasNextPage"] == false {
            break;
        }
    }
    assert_eq!(nodes.len(), view.pull_requests.len());
    for (node, row) in nodes.iter().zip(&rows) {
        let place = format!("{}!{}", node["project"]["fullPath"].as_str().unwrap(), node["iid"].as_str().unwrap());
        assert_eq!((json!(place), &node["title"]), (row["references"]["full"].clone(), &row["title"]));
        assert!(row["updated_at"].as_str().unwrap().starts_with(&node["updatedAt"].as_str().unwrap()[..19]));
        let landed = row["merge_commit_sha"].is_string() || row["squash_commit_sha"].is_string();
        assert_eq!(landed, row["merged_at"].is_string());
    }
    let moved = format!("/projects/{}/merge_requests/{}", rows[0]["project_id"], rows[0]["iid"]);
    assert_eq!(get(&server, &moved).await.json(), rows[0]);
}

#[tokio::test]
async fn a_field_that_is_not_there_is_named() {
    let server = serve(view(), &[]).await;
    let reply = query(&server, "{ group(fullPath: \"acme\") { squashes } }", json!({})).await;
    assert_eq!(reply["errors"][0]["message"], "Field 'squashes' doesn't exist on type 'Group'");
}

#[tokio::test]
async fn a_renamed_project_says_where_it_is() {
    let mut view = view();
    let id = view.repositories[0].id.clone();
    let former = view.repositories[0].name.clone();
    view.move_repository(&id, "renamed", None);
    let server = serve(view, &[]).await;
    let moved = get(&server, &format!("/projects/acme%2F{former}/environments")).await;
    let location = moved.header("location").expect("a location");
    assert_eq!(moved.status, 301);
    let there = receive(client().get(location).header("private-token", "t")).await;
    assert_eq!(there.status, 200);
    assert_eq!(get(&server, "/projects/acme%2Frenamed").await.json()["path_with_namespace"], "acme/renamed");
}

#[tokio::test]
async fn github_answers_beside_it() {
    let server = serve(view(), &[]).await;
    let github = receive(client().get(format!("{}/orgs/acme", server.url())).bearer_auth("any")).await;
    assert_eq!(github.json()["login"], "acme");
    let request = client().post(format!("{}/graphql", server.url())).bearer_auth("any").header("user-agent", "tests");
    let reply = receive(request.json(&json!({ "query": "{ rateLimit { limit } }" }))).await.json();
    assert_eq!(reply["data"]["rateLimit"]["limit"], 5_000, "{reply}");
}
