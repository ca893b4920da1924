use super::*;
use crate::server::{FaultKind, names};

const VIEWER: &str = "query Viewer { viewer { login } }";
const ISSUES: &str = "query Issues($first: Int = 10) { repository(owner: \"acme\", name: \"web\") {
    issues(first: $first) { nodes { id number } } } }";
const BOARDS: &str = "{ organization(login: \"acme\") { projectsV2(first: 5) { nodes { id } } } }";

/// The first reply of a server with a fault that occurs at once.
async fn first_reply(fault: &str) -> (Got, Server) {
    let server = serve_with(fault).await;
    (ask(&server, VIEWER, json!({})).await, server)
}

#[tokio::test]
async fn a_fault_occurs_on_its_calls_only_and_is_counted() {
    let server = serve_with("bad-gateway=every:3").await;
    let mut statuses = Vec::new();
    for _ in 0..6 {
        statuses.push(ask(&server, VIEWER, json!({})).await.status);
    }
    assert_eq!(statuses, [200, 200, 502, 200, 200, 502]);
    assert_eq!(server.counters().faults, BTreeMap::from([("bad-gateway".to_owned(), 2)]));
    assert_eq!((server.counters().calls, server.counters().points), (6, 4));
}

#[tokio::test]
async fn faults_of_the_same_rhythm_take_turns() {
    let faults = ["bad-gateway=every:2", "gateway-timeout=every:2"].map(|text| text.parse().expect("a fault"));
    let config = Config { faults: faults.to_vec(), ..Config::default() };
    let server = Server::start(view(1), config).await.expect("a free port");
    let mut statuses = Vec::new();
    for _ in 0..6 {
        statuses.push(ask(&server, VIEWER, json!({})).await.status);
    }
    assert_eq!(statuses, [200, 502, 504, 502, 200, 502]);
}

#[tokio::test]
async fn primary_limits_come_as_200_in_both_forms() {
    let (got, _server) = first_reply("primary-limit=always,3").await;
    assert_eq!((got.status, got.errors()[0]["type"].clone()), (200, json!("RATE_LIMITED")));
    assert_eq!(got.header("x-ratelimit-remaining"), Some("0"));
    assert_eq!(got.header("x-ratelimit-reset"), Some((NOW + 3).to_string().as_str()));
    let (got, _server) = first_reply("primary-limit-new-form=always,3").await;
    assert_eq!(got.errors()[0]["type"], "RATE_LIMIT");
    assert_eq!(got.errors()[0]["code"], "graphql_rate_limit");
    assert_eq!(got.header("x-ratelimit-remaining"), Some("5000"));
}

#[tokio::test]
async fn secondary_limits_come_in_every_form() {
    for (fault, status, retry_after) in [
        ("secondary-200=always,2", 200, Some("2")),
        ("secondary-403=always", 403, None),
        ("secondary-429-seconds=always,8", 429, Some("8")),
        ("secondary-429-date=always,8", 429, Some("Mon, 05 Jan 2026 00:00:08 GMT")),
        ("secondary-429-bare=always", 429, None),
        ("abuse-403=always,60", 403, Some("60")),
    ] {
        let (got, _server) = first_reply(fault).await;
        assert_eq!((got.status, got.header("retry-after")), (status, retry_after), "{fault}");
        let text = if fault.starts_with("abuse") { "abuse detection mechanism" } else { "secondary rate limit" };
        assert!(got.body.contains(text), "{fault}: {}", got.body);
        assert_eq!(got.header("x-ratelimit-remaining"), Some("5000"), "{fault}");
        assert_eq!(got.header("gh-limited-by").is_some(), fault.starts_with("secondary-403"), "{fault}");
    }
}

#[tokio::test]
async fn coming_back_before_the_wait_is_over_is_counted() {
    let (_, server) = first_reply("secondary-429-seconds=first:1,3600").await;
    assert_eq!(server.counters().too_early, 0);
    assert_eq!(ask(&server, VIEWER, json!({})).await.status, 200);
    assert_eq!(server.counters().too_early, 1);
}

#[tokio::test]
async fn single_sign_on_is_asked_for_in_both_forms() {
    let server = serve_with("saml-200").await;
    let got = ask(&server, BOARDS, json!({})).await;
    assert_eq!((got.status, got.json()["data"].clone()), (200, json!({ "organization": null })));
    assert_eq!(got.errors()[0]["type"], "FORBIDDEN");
    assert_eq!(got.errors()[0]["extensions"]["saml_failure"], true);
    assert!(got.header("x-github-sso").expect("the header").starts_with("required; url=https://"));
    let (got, _server) = first_reply("saml-403").await;
    assert_eq!(got.status, 403);
    assert!(got.header("x-github-sso").is_some());
    assert!(got.json()["message"].as_str().expect("a message").contains("SAML"));
}

#[tokio::test]
async fn a_missing_scope_concerns_boards_only() {
    let server = serve_with("no-scope").await;
    let got = ask(&server, BOARDS, json!({})).await;
    assert_eq!(got.errors()[0]["type"], "INSUFFICIENT_SCOPES");
    assert_eq!(got.header("x-oauth-scopes"), Some("read:org, repo"));
    assert_eq!(got.json().get("data"), None);
    ask(&server, ISSUES, json!({})).await.data();
}

#[tokio::test]
async fn wrong_token_and_unknown_organisation() {
    let (got, _server) = first_reply("bad-token").await;
    assert_eq!((got.status, got.json()["message"].clone()), (401, json!("Bad credentials")));
    let server = serve_with("unknown-org").await;
    let got = ask(&server, BOARDS, json!({})).await;
    assert_eq!(got.errors()[0]["message"], "Could not resolve to an Organization with the login of 'acme'.");
    assert_eq!(got.json()["data"], json!({ "organization": null }));
    assert_eq!(get(&server, "/orgs/acme").await.status, 404);
}

#[tokio::test]
async fn a_forbidden_repository_is_null_and_its_cards_are_redacted() {
    let server = serve_with("no-access=web").await;
    let query = "{ repository(owner: \"acme\", name: \"web\") { id }
                   other: repository(owner: \"acme\", name: \"empty\") { id }
                   node(id: \"PVTI_0\") { ... on ProjectV2Item { type content { __typename } } } }";
    let got = ask(&server, query, json!({})).await;
    assert_eq!(
        got.json()["data"],
        json!({ "repository": null, "other": { "id": "R_2" }, "node": { "type": "REDACTED", "content": null } })
    );
    assert_eq!((got.errors().len(), got.errors()[0]["type"].clone()), (1, json!("FORBIDDEN")));
}

#[tokio::test]
async fn gateways_fail_with_html_or_a_message() {
    let (got, _server) = first_reply("bad-gateway=always").await;
    assert_eq!((got.status, got.header("content-type")), (502, Some("text/html")));
    let (got, _server) = first_reply("gateway-timeout=always").await;
    assert_eq!(got.status, 504);
    assert!(got.body.contains("We couldn't respond to your request in time"));
}

#[tokio::test]
async fn pages_above_a_size_fail() {
    let server = serve_with("bad-gateway-above=10").await;
    assert_eq!(ask(&server, ISSUES, json!({ "first": 11 })).await.status, 502);
    assert_eq!(ask(&server, ISSUES, json!({ "first": 10 })).await.status, 200);
    let inner = "{ repository(owner: \"acme\", name: \"web\") { issues(first: 5) { nodes { labels(first: 50) {
        totalCount } } } } }";
    assert_eq!(ask(&server, inner, json!({})).await.status, 200);
}

#[tokio::test]
async fn the_page_is_that_of_the_list_and_not_of_what_lies_beside_or_around_it() {
    let server = serve_with("bad-gateway-above=10").await;
    let either = "query Either($first: Int!) { node(id: \"R_web\") {
        ... on Repository { issues(first: $first) { totalCount } }
        ... on Issue { labels(first: 100) { totalCount } } } }";
    assert_eq!(ask(&server, either, json!({ "first": 10 })).await.status, 200);
    assert_eq!(ask(&server, either, json!({ "first": 11 })).await.status, 502);
    let cards = "query Cards($first: Int!) { nodes(ids: [\"PVT_1\"]) {
        ... on ProjectV2 { items(first: $first) { totalCount } } } }";
    assert_eq!(ask(&server, cards, json!({ "first": 10 })).await.status, 200);
    assert_eq!(ask(&server, cards, json!({ "first": 11 })).await.status, 502);
    let by_ids =
        "query ById($ids: [ID!]!) { nodes(ids: $ids) { id ... on Issue { labels(first: 50) { totalCount } } } }";
    let ids = |count: usize| json!({ "ids": vec!["I_00000"; count] });
    assert_eq!(ask(&server, by_ids, ids(10)).await.status, 200);
    assert_eq!(ask(&server, by_ids, ids(11)).await.status, 502);
}

#[tokio::test]
async fn holes_in_a_page_are_null_with_errors() {
    let nulls = |got: &Got| {
        let json = got.json();
        let nodes = json["data"]["repository"]["issues"]["nodes"].as_array().cloned().expect("nodes");
        nodes.iter().enumerate().filter(|(_, node)| node.is_null()).map(|(place, _)| place).collect::<Vec<_>>()
    };
    let server = serve_with("null-nodes=always").await;
    let got = ask(&server, ISSUES, json!({})).await;
    assert_eq!((nulls(&got), got.errors().len()), (vec![2, 5, 8], 3));
    assert_eq!(got.errors()[0]["path"], json!(["repository", "issues", "nodes", 2]));

    let server = serve_with("partial-not-found=always").await;
    let got = ask(&server, ISSUES, json!({})).await;
    assert_eq!((nulls(&got), got.errors()[0]["type"].clone()), (vec![0], json!("NOT_FOUND")));

    let server = serve_with("resource-limits=always").await;
    let got = ask(&server, ISSUES, json!({})).await;
    assert_eq!(nulls(&got), [5, 6, 7, 8, 9]);
    assert_eq!((got.errors().len(), got.errors()[0]["type"].clone()), (1, json!("RESOURCE_LIMITS_EXCEEDED")));
}

#[tokio::test]
async fn broken_connections_give_no_whole_reply() {
    for fault in ["connection-reset=first:1", "truncated-body=first:1"] {
        let server = serve_with(fault).await;
        assert!(try_ask(&client(), &server, ISSUES, json!({})).await.is_err(), "{fault}");
        ask(&server, ISSUES, json!({})).await.data();
    }
}

#[tokio::test]
async fn a_truncated_reply_has_begun() {
    let server = serve_with("truncated-body=always").await;
    let body = json!({ "query": ISSUES });
    let request = client().post(format!("{}/graphql", server.url())).bearer_auth("t").json(&body);
    let response = request.header("user-agent", "tests").send().await.expect("status and headers");
    assert_eq!(response.status().as_u16(), 200);
    assert!(response.text().await.is_err());
}

#[tokio::test]
async fn without_limits_nothing_is_said_about_them() {
    let server = serve_with("rate-limit-null").await;
    let got = ask(&server, "{ rateLimit { cost } viewer { login } }", json!({})).await;
    assert_eq!(got.data()["rateLimit"], Json::Null);
    assert!(!got.headers.keys().any(|name| name.starts_with("x-ratelimit")));
    let rest = get(&server, "/rate_limit").await;
    assert_eq!((rest.status, rest.json()["message"].clone()), (404, json!("Rate limiting is not enabled.")));
}

#[tokio::test]
async fn a_slow_server_still_answers() {
    let server = serve_with("slow=1").await;
    ask(&server, VIEWER, json!({})).await.data();
    assert_eq!(server.counters().faults["slow"], 1);
    server.set_faults(Vec::new());
    ask(&server, VIEWER, json!({})).await.data();
    assert_eq!(server.counters().faults["slow"], 1);
    server.stop().await;
}

/// A fault by its name; the slow one not slower than it takes to see it.
fn quick(name: &str) -> Fault {
    let mut fault: Fault = name.parse().expect("a fault");
    if fault.kind == FaultKind::Slow {
        fault.amount = 1;
    }
    fault
}

/// A patient client: asks for each page until it comes whole, and goes on behind it.
async fn crawl_patiently(client: &reqwest::Client, server: &Server) -> (usize, Vec<String>) {
    let query = "query Crawl($after: String) { repository(owner: \"acme\", name: \"web\") {
      issues(first: 2, after: $after, orderBy: {field: UPDATED_AT, direction: ASC}) {
        pageInfo { hasNextPage endCursor } nodes { id } } } }";
    let (mut calls, mut ids, mut variables) = (0, Vec::new(), json!({}));
    loop {
        calls += 1;
        assert!(calls < 200, "the pages do not end");
        let Ok(got) = try_ask(client, server, query, variables.clone()).await else { continue };
        if got.status != 200 || !got.errors().is_empty() {
            continue;
        }
        let page = got.data()["repository"]["issues"].clone();
        ids.extend(page["nodes"].as_array().expect("nodes").iter().map(|node| node["id"].to_string()));
        if page["pageInfo"]["hasNextPage"] == false {
            ids.sort();
            ids.dedup();
            return (calls, ids);
        }
        variables["after"] = page["pageInfo"]["endCursor"].clone();
    }
}

#[tokio::test]
async fn a_patient_client_gets_everything_under_every_passing_fault_and_three_at_once() {
    let (client, quiet) = (client(), serve(view(30)).await);
    let (calls, truth) = crawl_patiently(&client, &quiet).await;
    assert_eq!((calls, truth.len()), (15, 30));
    // Silent nulls give a client no reason to ask again.
    let lasting = ["saml-200", "saml-403", "bad-token", "unknown-org", "no-access", "silent-nulls"];
    let passing: Vec<&str> = names().map(|(name, _)| name).filter(|name| !lasting.contains(name)).collect();
    let server = serve(view(30)).await;
    let mut settings: Vec<Vec<&str>> = passing.iter().map(|name| vec![*name]).collect();
    settings.extend(passing.chunks(3).map(<[&str]>::to_vec));
    for names in settings {
        server.set_faults(names.iter().map(|name| quick(name)).collect());
        let (_, found) = crawl_patiently(&client, &server).await;
        assert_eq!(found, truth, "{names:?}");
    }
    let seen = server.counters().faults;
    let sleeping: Vec<&&str> = passing.iter().filter(|name| !seen.contains_key(**name)).collect();
    // These concern other queries, larger pages, or no single call.
    assert_eq!(sleeping, [&"no-scope", &"bad-gateway-above", &"rate-limit-null", &"no-billing"]);
}
