use super::*;
use crate::server::cost::{Demand, measure};
use crate::server::plan;
use crate::server::schema::{Documents, schema};

fn demand(query: &str) -> Result<Demand, Vec<Json>> {
    let checked = Documents::default().check(query);
    let document = checked.as_ref().as_ref().expect("a valid query");
    let operation = document.operations.get(None).expect("one operation");
    measure(&plan::compile(schema(), document, operation, &serde_json::Map::new()))
}

#[test]
fn the_example_of_the_documentation_costs_51_points() {
    let query = "{ organization(login: \"acme\") { repositories(first: 100) { nodes {
        issues(first: 50) { nodes { labels(first: 60) { nodes { name } } } } } } } }";
    let demand = demand(query).expect("within the limits");
    assert_eq!(demand.requests, 1 + 100 + 5_000);
    assert_eq!(demand.nodes, 100 + 5_000 + 300_000);
    assert_eq!(demand.points(), 51);
}

#[test]
fn prices_of_usual_pages_are_those_of_the_formula() {
    let page = |first: usize, inner: &str| {
        let query = format!(
            "{{ repository(owner: \"a\", name: \"b\") {{ issues(first: {first}) {{ nodes {{ {inner} }} }} }} }}"
        );
        demand(&query).expect("within the limits").points()
    };
    let timeline = "timelineItems(first: 100) { totalCount }";
    let status = "projectItems(first: 5) { nodes { fieldValueByName(name: \"Status\") { __typename } } }";
    let fields = "projectItems(first: 10) { nodes { fieldValues(first: 20) { totalCount } } }";
    assert_eq!([25, 50, 100].map(|first| page(first, timeline)), [1, 1, 1]);
    assert_eq!([25, 50, 100].map(|first| page(first, &format!("{timeline} {status}"))), [1, 1, 2]);
    assert_eq!([25, 50, 100].map(|first| page(first, &format!("{timeline} {fields}"))), [3, 6, 12]);
    assert_eq!(demand("{ viewer { login } }").expect("within the limits").points(), 1);
}

#[test]
fn pages_must_be_given_and_between_1_and_100() {
    let kind = |arguments: &str| {
        let query = format!("{{ repository(owner: \"a\", name: \"b\") {{ issues{arguments} {{ totalCount }} }} }}");
        let errors = demand(&query).expect_err("refused");
        assert_eq!(errors[0]["path"], json!(["repository", "issues"]));
        errors[0]["type"].as_str().expect("a type").to_owned()
    };
    assert_eq!(kind(""), "MISSING_PAGINATION_BOUNDARIES");
    assert_eq!(kind("(first: 101)"), "EXCESSIVE_PAGINATION");
    assert_eq!(kind("(first: 0)"), "INVALID_PAGINATION_BOUNDARIES");
}

#[test]
fn more_than_half_a_million_nodes_are_refused() {
    let query = "{ organization(login: \"acme\") { repositories(first: 100) { nodes {
        issues(first: 100) { nodes { labels(first: 60) { nodes { name } } } } } } } }";
    let errors = demand(query).expect_err("refused");
    assert_eq!(
        errors[0]["message"],
        "This query requests up to 610,100 possible nodes which exceeds the maximum limit of 500,000."
    );
}

#[tokio::test]
async fn price_and_rest_of_the_points_are_in_the_reply_and_its_headers() {
    let server = serve(view(1)).await;
    let query = "query Price { rateLimit { cost limit nodeCount remaining used resetAt } viewer { login } }";
    ask(&server, query, json!({})).await;
    let got = ask(&server, query, json!({})).await;
    assert_eq!(
        got.data()["rateLimit"],
        json!({ "cost": 1, "limit": 5_000, "nodeCount": 0, "remaining": 4_998, "used": 2,
                "resetAt": "2026-01-05T01:00:00Z" })
    );
    assert_eq!(got.header("x-ratelimit-remaining"), Some("4998"));
    assert_eq!(got.header("x-ratelimit-reset"), Some((NOW + 3_600).to_string().as_str()));
    assert_eq!(got.header("x-ratelimit-resource"), Some("graphql"));
    assert_eq!(got.header("date"), Some("Mon, 05 Jan 2026 00:00:00 GMT"));
    assert_eq!(got.header("x-oauth-scopes"), Some("read:org, read:project, repo"));
    assert!(got.header("x-github-request-id").is_some());
    let counters = server.counters();
    assert_eq!((counters.calls, counters.points, counters.by_operation["Price"]), (2, 2, 2));
    let rest = get(&server, "/rate_limit").await.json();
    assert_eq!(rest["resources"]["graphql"]["remaining"], 4_998);
}

#[tokio::test]
async fn a_used_up_budget_is_reported_as_github_does() {
    let config = Config { points_per_window: 2, ..Config::default() };
    let server = Server::start(view(1), config).await.expect("a free port");
    for _ in 0..2 {
        ask(&server, "{ viewer { login } }", json!({})).await.data();
    }
    let got = ask(&server, "{ viewer { login } }", json!({})).await;
    assert_eq!((got.status, got.errors()[0]["type"].clone()), (200, json!("RATE_LIMITED")));
    assert_eq!(got.header("x-ratelimit-remaining"), Some("0"));
    let reset: i64 = got.header("x-ratelimit-reset").expect("a reset").parse().expect("seconds");
    assert!((NOW + 1..=NOW + 3_600).contains(&reset));
    ask(&server, "{ viewer { login } }", json!({})).await;
    assert_eq!((server.counters().points, server.counters().too_early), (2, 1));
}
