use super::*;

const ALL: &str = "{ repository(owner: \"acme\", name: \"web\") { issues(first: 3) { totalCount nodes { number
    projectItems(first: 5) { totalCount nodes { id } } } } }
    node(id: \"PVTI_0\") { ... on ProjectV2Item { type content { __typename }
      fieldValueByName(name: \"Status\") { __typename } fieldValues(first: 9) { totalCount nodes { __typename } } } } }";

async fn shown_with(fault: &str) -> Json {
    let fault: Fault = fault.parse().expect("a fault");
    let server =
        Server::start(view(3), Config { faults: vec![fault], ..Config::default() }).await.expect("a free port");
    ask(&server, ALL, json!({})).await.data()
}

#[tokio::test]
async fn nulls_may_stand_in_a_list_without_an_error() {
    let nodes = shown_with("silent-nulls=always").await["repository"]["issues"]["nodes"].clone();
    assert_eq!((&nodes[0]["number"], &nodes[1]["number"], &nodes[2]), (&json!(1), &json!(2), &Json::Null));
}

#[tokio::test]
async fn a_list_may_count_more_than_it_gives() {
    let issues = shown_with("larger-totals=2").await["repository"]["issues"].clone();
    assert_eq!((&issues["totalCount"], issues["nodes"].as_array().map(Vec::len)), (&json!(5), Some(3)));
}

#[tokio::test]
async fn issues_may_seem_to_be_on_no_board() {
    let shown = shown_with("no-project-items=always").await;
    let items = &shown["repository"]["issues"]["nodes"][0]["projectItems"];
    assert_eq!(*items, json!({ "totalCount": 0, "nodes": [] }));
    assert_eq!(shown["node"]["fieldValues"]["totalCount"], 3);
}

#[tokio::test]
async fn cards_may_seem_to_have_no_values() {
    let shown = shown_with("no-field-values=always").await;
    assert_eq!(shown["node"]["fieldValueByName"], Json::Null);
    assert_eq!(shown["node"]["fieldValues"], json!({ "totalCount": 0, "nodes": [] }));
    assert_eq!(shown["node"]["content"]["__typename"], "Issue");
}

#[tokio::test]
async fn cards_may_be_redacted() {
    let node = shown_with("redacted-cards").await["node"].clone();
    assert_eq!((&node["type"], &node["content"]), (&json!("REDACTED"), &Json::Null));
}

#[tokio::test]
async fn dates_may_be_wrong_on_some_replies_or_on_all() {
    let server = serve_with("date-ahead=every:2,7200").await;
    let mut dates = Vec::new();
    for _ in 0..2 {
        dates.push(get(&server, "/user").await.header("date").expect("a date").to_owned());
    }
    assert_eq!(dates, ["Mon, 05 Jan 2026 00:00:00 GMT", "Mon, 05 Jan 2026 02:00:00 GMT"]);
    let server = serve_with("date-behind=always,31536000").await;
    let got = ask(&server, "{ viewer { login } }", json!({})).await;
    assert_eq!(got.header("date"), Some("Sun, 05 Jan 2025 00:00:00 GMT"));
}
