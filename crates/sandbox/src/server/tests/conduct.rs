use super::*;
use crate::server::conduct::NEXT_GLOBAL_ID;
use crate::server::{Conduct, IdForm, IdKind, Ids, Lack};

const ID: &str = "{ repository(owner: \"acme\", name: \"web\") { id issues(first: 1) { nodes { id } } } }";
const TYPES: &str = "query Types($named: String = \"IssueType\") {
    issue: __type(name: \"Issue\") { fields { name args { name } } }
    kind: __type(name: $named) { name } events: __type(name: \"IssueTimelineItems\") { possibleTypes { name } }
    values: __type(name: \"IssueTimelineItemsItemType\") { enumValues { name } }
    rateLimit { cost } }";

fn lacks(texts: &[&str]) -> Conduct {
    let lacks = texts.iter().map(|text| text.parse::<Lack>().expect("in the schema")).collect();
    Conduct { lacks, ..Conduct::default() }
}

async fn conducted(conduct: Conduct) -> Server {
    Server::start(view(3), Config { conduct, ..Config::default() }).await.expect("a free port")
}

async fn with_ids(ids: Ids) -> Server {
    conducted(Conduct { ids, ..Conduct::default() }).await
}

/// Ids of the repository and of its first issue.
fn ids_of(got: &Got) -> (String, String) {
    let repository = &got.data()["repository"];
    let text = |id: &Json| id.as_str().expect("an id").to_owned();
    (text(&repository["id"]), text(&repository["issues"]["nodes"][0]["id"]))
}

async fn shown_ids(server: &Server) -> (String, String) {
    ids_of(&ask(server, ID, json!({})).await)
}

async fn found(server: &Server, id: &str) -> Json {
    let query = "query Node($id: ID!) { node(id: $id) { __typename } nodes(ids: [$id]) { __typename } }";
    ask(server, query, json!({ "id": id })).await.json()["data"].clone()
}

#[tokio::test]
async fn old_ids_are_base64_of_the_type_and_a_number_and_lead_to_the_same_objects() {
    let server = with_ids(Ids::of(IdForm::Old)).await;
    let (repository, issue) = shown_ids(&server).await;
    assert!(repository.starts_with("MDEwOlJlcG9zaXRvcn") && issue.starts_with("MDU6SXNzdW"), "{repository} {issue}");
    for id in [issue.as_str(), "I_00000"] {
        let issue = json!({ "__typename": "Issue" });
        assert_eq!(found(&server, id).await, json!({ "node": issue, "nodes": [issue] }), "{id}");
    }
}

#[tokio::test]
async fn ids_of_other_forms_may_lead_nowhere() {
    let server = with_ids(Ids { others_unknown: true, ..Ids::of(IdForm::Other) }).await;
    let (_, issue) = shown_ids(&server).await;
    assert!(issue.starts_with("I_kgDO"), "{issue}");
    assert_eq!(found(&server, &issue).await["node"]["__typename"], "Issue");
    assert_eq!(found(&server, "I_00000").await, json!({ "node": null, "nodes": [null] }));
}

#[tokio::test]
async fn only_some_kinds_may_change_their_ids() {
    let kinds = Some(vec![IdKind::Repository]);
    let server = with_ids(Ids { kinds, others_unknown: true, ..Ids::of(IdForm::Old) }).await;
    let (repository, issue) = shown_ids(&server).await;
    assert!(repository.starts_with("MDEw") && issue == "I_00000", "{repository} {issue}");
    assert_eq!(found(&server, "R_1").await["node"], Json::Null);
    assert_eq!(found(&server, "I_00000").await["node"]["__typename"], "Issue");
}

#[tokio::test]
async fn ids_change_while_an_import_runs_and_cursors_go_on() {
    let page = "query Page($after: String) { repository(owner: \"acme\", name: \"web\") {
        issues(first: 1, after: $after) { pageInfo { endCursor } nodes { id number } } } }";
    let server = with_ids(Ids { later: Some((2, IdForm::Old)), ..Ids::default() }).await;
    let (mut after, mut shown) = (Json::Null, Vec::new());
    for _ in 0..3 {
        let issues = ask(&server, page, json!({ "after": after })).await.data()["repository"]["issues"].clone();
        after = issues["pageInfo"]["endCursor"].clone();
        let id = issues["nodes"][0]["id"].as_str().expect("an id").to_owned();
        shown.push((issues["nodes"][0]["number"].clone(), id.starts_with("MDU6")));
    }
    assert_eq!(shown, [(json!(1), false), (json!(2), true), (json!(3), true)]);
    server.set_conduct(Conduct::default());
    assert_eq!(shown_ids(&server).await.1, "I_00000");
}

#[tokio::test]
async fn the_header_asks_for_new_ids() {
    let server = with_ids(Ids { asked: Some(IdForm::New), ..Ids::of(IdForm::Old) }).await;
    assert!(shown_ids(&server).await.1.starts_with("MDU6"));
    for (value, is_new) in [("1", true), ("0", false)] {
        let request = client().post(format!("{}/graphql", server.url())).bearer_auth("t");
        let request = request.header(NEXT_GLOBAL_ID, value).json(&json!({ "query": ID }));
        let got = receive(request).await.expect("a reply");
        assert_eq!(ids_of(&got).1 == "I_00000", is_new, "{value}");
    }
}

#[tokio::test]
async fn queries_of_what_is_lacking_are_refused_as_on_github() {
    let conduct = lacks(&[
        "Issue.stateReason(enableDuplicate:)",
        "IssueType",
        "ProjectV2.fullDatabaseId",
        "TransferredEvent",
        "IssueTimelineItemsItemType.TRANSFERRED_EVENT",
    ]);
    let server = conducted(conduct).await;
    let query = "query Q { repository(owner: \"acme\", name: \"web\") { issues(first: 1) { nodes { ...F } } } }
fragment F on Issue { stateReason(enableDuplicate: true) issueType { name }
  timelineItems(first: 1, itemTypes: [TRANSFERRED_EVENT]) { nodes { ... on TransferredEvent { id } } } }";
    let got = ask(&server, query, json!({})).await;
    assert_eq!((got.status, &got.json()["data"]), (200, &Json::Null));
    let codes: Vec<Json> = got.errors().iter().map(|error| error["extensions"]["code"].clone()).collect();
    assert_eq!(codes, ["argumentNotAccepted", "undefinedField", "argumentLiteralsIncompatible", "undefinedType"]);
    assert_eq!(
        got.errors()[0],
        json!({
            "path": ["fragment F", "stateReason", "enableDuplicate"],
            "extensions": { "code": "argumentNotAccepted", "name": "stateReason", "typeName": "Field",
                "argumentName": "enableDuplicate" },
            "locations": [{ "line": 2, "column": 35 }],
            "message": "Field 'stateReason' doesn't accept argument 'enableDuplicate'",
        })
    );
    assert_eq!(
        got.errors()[1],
        json!({
            "path": ["fragment F", "issueType"],
            "extensions": { "code": "undefinedField", "typeName": "Issue", "fieldName": "issueType" },
            "locations": [{ "line": 2, "column": 58 }],
            "message": "Field 'issueType' doesn't exist on type 'Issue'",
        })
    );
    let without = "{ repository(owner: \"acme\", name: \"web\") { issues(first: 1) { nodes { stateReason } } } }";
    assert_eq!(ask(&server, without, json!({})).await.errors(), Vec::<Json>::new());
    assert_eq!(server.counters().refused, 1);
}

#[tokio::test]
async fn introspection_tells_what_the_server_has_and_costs_a_point() {
    let server = conducted(Conduct::default()).await;
    let data = ask(&server, TYPES, json!({})).await.data();
    let field = |data: &Json, name: &str| {
        let fields = data["issue"]["fields"].as_array().cloned().unwrap_or_default();
        fields.into_iter().find(|field| field["name"] == name)
    };
    let whole = json!({ "name": "stateReason", "args": [{ "name": "enableDuplicate" }] });
    assert_eq!((field(&data, "stateReason"), &data["kind"]["name"]), (Some(whole), &json!("IssueType")));
    assert!(field(&data, "issueType").is_some() && data["rateLimit"]["cost"] == 1);
    let conduct = lacks(&[
        "Issue.stateReason(enableDuplicate:)",
        "IssueType",
        "TransferredEvent",
        "IssueTimelineItemsItemType.TRANSFERRED_EVENT",
    ]);
    server.set_conduct(conduct);
    let data = ask(&server, TYPES, json!({})).await.data();
    assert_eq!(server.counters().introspections, 2);
    let bare = json!({ "name": "stateReason", "args": [] });
    assert_eq!((field(&data, "stateReason"), field(&data, "issueType")), (Some(bare), None));
    assert_eq!(data["kind"], Json::Null);
    assert!(!data.to_string().contains("TransferredEvent") && !data.to_string().contains("TRANSFERRED_EVENT"));
    assert_eq!(ask(&server, "{ __type(name: \"Issue\") { name } }", json!({})).await.data()["__type"]["name"], "Issue");
}

#[test]
fn what_the_schema_never_had_cannot_be_lacking() {
    for text in ["Colour", "Issue.colour", "Issue.title(x:)", "Issue.title(", "IssueState.MERGED", "Issue."] {
        let error = text.parse::<Lack>().expect_err("a mistake").to_string();
        assert!(error.starts_with(&format!("the schema has no `{text}`")), "{error}");
    }
}
