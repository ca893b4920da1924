//! What goes wrong, as it looks from outside.

use super::*;

#[tokio::test]
async fn a_wrong_token_is_refused_and_both_headers_are_read() {
    let server = serve(view(), &[]).await;
    let address = format!("{}/api/v4/groups/acme", server.url());
    for (request, status) in [
        (client().get(&address), 401),
        (client().get(&address).header("private-token", "other"), 401),
        (client().get(&address).header("private-token", "t"), 200),
        (client().get(&address).bearer_auth("t"), 200),
    ] {
        assert_eq!(receive(request).await.status, status);
    }
    assert_eq!((server.gitlab_counters().calls, server.gitlab_counters().unauthorized), (4, 2));
}

#[tokio::test]
async fn limits_are_plain_text_with_and_without_headers() {
    let server = serve(view(), &["gitlab-429=at:1,7", "gitlab-429-bare=at:1", "gitlab-429-unannounced=at:1"]).await;
    let limited = get(&server, "/groups/acme").await;
    assert_eq!(
        (limited.status, limited.body.as_str(), limited.header("retry-after")),
        (429, "Retry later\n", Some("7"))
    );
    assert_eq!(limited.header("ratelimit-remaining"), Some("0"));
    let bare = get(&server, "/groups/acme").await;
    assert_eq!((bare.status, bare.header("retry-after"), bare.header("ratelimit-remaining")), (429, None, None));
    let unannounced = get(&server, "/groups/acme").await;
    assert_eq!((unannounced.status, unannounced.header("ratelimit-remaining")), (429, Some("1983")));
    assert_eq!(get(&server, "/groups/acme").await.status, 200);
}

#[tokio::test]
async fn queries_are_refused_as_200_with_errors() {
    let server = serve(view(), &["gitlab-complexity=always,20"]).await;
    let document =
        "query($first: Int) { group(fullPath: \"acme\") { mergeRequests(first: $first) { nodes { iid } } } }";
    let refused = query(&server, document, json!({ "first": 100 })).await;
    assert_eq!(refused["errors"][0]["message"], "Query has complexity of 151, which exceeds max complexity of 71");
    let answered = query(&server, document, json!({ "first": 20 })).await;
    assert_eq!(answered["data"]["group"]["mergeRequests"]["nodes"].as_array().map(Vec::len), Some(20));
}

#[tokio::test]
async fn faults_may_be_of_one_project_or_of_one_list() {
    let view = view();
    let name = view.repositories[0].name.clone();
    let faults = [format!("gitlab-no-access={name}"), "gitlab-broken-list=always,issues".to_owned()];
    let server = serve(view, &[&faults[0], &faults[1]]).await;
    assert_eq!(get(&server, &format!("/projects/acme%2F{name}/environments")).await.status, 403);
    assert_eq!(get(&server, "/groups/acme/issues?scope=all").await.status, 500);
    assert_eq!(get(&server, "/groups/acme/merge_requests?scope=all").await.status, 200);
}

#[tokio::test]
async fn what_is_touched_goes_to_the_end_of_the_list() {
    let server = serve(view(), &["gitlab-moving-items=at:1"]).await;
    let path = "/groups/acme/issues?scope=all&state=all&order_by=updated_at&sort=asc&per_page=10";
    let before = get(&server, path).await.rows();
    let rows = crawl(&server, path).await;
    assert_eq!(rows.last().expect("a row")["id"], before[0]["id"]);
    assert_eq!(rows[0]["id"], before[1]["id"]);
}

#[tokio::test]
async fn what_moved_is_elsewhere_on_the_same_host_or_on_another() {
    let server = serve(view(), &["gitlab-moved=at:1", "gitlab-moved-elsewhere=at:1,other.example"]).await;
    let moved = get(&server, "/groups/acme/projects?per_page=1").await;
    assert_eq!((moved.status, moved.header("location")), (301, Some("/api/v4/moved/groups/acme/projects?per_page=1")));
    let elsewhere = get(&server, "/groups/acme").await;
    assert_eq!(elsewhere.header("location"), Some("http://other.example/api/v4/groups/acme"));
    assert_eq!(get(&server, "/moved/groups/acme").await.status, 200);
}

#[tokio::test]
async fn lists_need_not_say_their_totals_and_labels_may_be_gone() {
    let server = serve(view(), &[]).await;
    let path = "/groups/acme/issues?scope=all&state=all";
    assert_eq!(get(&server, path).await.header("x-total"), Some(view().issues.len().to_string().as_str()));
    server.set_gitlab_faults(&[
        "gitlab-no-totals".parse().expect("known"),
        "gitlab-deleted-labels".parse().expect("known"),
    ]);
    let issues = get(&server, path).await;
    assert_eq!(issues.header("x-total"), None);
    let mut nameless = 0;
    for row in issues.rows() {
        let path = format!("/projects/{}/issues/{}/resource_label_events", row["project_id"], row["iid"]);
        nameless += get(&server, &path).await.rows().iter().filter(|event| event["label"].is_null()).count();
    }
    assert!(nameless > 0);
}
