use super::*;
use crate::view::Transfer;

const ISSUE: &str = "query Issue($id: ID!) { node(id: $id) { ... on Issue { id number repository { nameWithOwner }
    timelineItems(first: 9, itemTypes: [TRANSFERRED_EVENT]) { nodes {
      ... on TransferredEvent { createdAt fromRepository { name } issue { number } } } }
    projectItems(first: 9) { nodes { id createdAt } } } } }";
const OWNERS: &str = "query Owned($org: String!) { organization(login: $org) { login
    repositories(first: 9) { totalCount nodes { id nameWithOwner url owner { login } } } projectsV2(first: 9) {
    totalCount } } }";
const BOARDS: &str = "{ organization(login: \"acme\") { projectsV2(first: 9) { totalCount nodes { number
    field(name: \"Status\") { __typename } stage: field(name: \"Stage\") { ... on ProjectV2SingleSelectField { name } }
    } } } node(id: \"I_00000\") { ... on Issue { projectItems(first: 9) { totalCount nodes {
    fieldValueByName(name: \"Status\") { __typename }
    stage: fieldValueByName(name: \"Stage\") { ... on ProjectV2ItemFieldSingleSelectValue { name } } } }
    timelineItems(first: 1, itemTypes: [ADDED_TO_PROJECT_V2_EVENT]) { nodes {
    ... on AddedToProjectV2Event { project { number } } } } } } }";

fn moved(new_id: bool, new_cards: bool) -> Transfer {
    Transfer { issue: 0, to: 1, at: at(60), new_id, new_cards }
}

async fn assert_gone(server: &Server, id: &str) {
    let got = ask(server, ISSUE, json!({ "id": id })).await;
    assert_eq!((&got.json()["data"]["node"], &got.errors()[0]["type"]), (&Json::Null, &json!("NOT_FOUND")));
    let message = format!("Could not resolve to a node with the global id of '{id}'");
    assert_eq!(got.errors()[0]["message"], json!(message));
}

#[tokio::test]
async fn a_transferred_issue_is_in_its_new_repository_and_its_timeline_says_so() {
    let mut shown = view(2);
    shown.transfer(&moved(false, false));
    let server = serve(shown).await;
    let node = ask(&server, ISSUE, json!({ "id": "I_00000" })).await.data()["node"].clone();
    assert_eq!(
        node,
        json!({
            "id": "I_00000", "number": 100_001, "repository": { "nameWithOwner": "acme/empty" },
            "timelineItems": { "nodes": [{ "createdAt": at(60).to_rfc3339_seconds(),
                "fromRepository": { "name": "web" }, "issue": { "number": 100_001 } }] },
            "projectItems": { "nodes": [{ "id": "PVTI_0", "createdAt": at(0).to_rfc3339_seconds() }] },
        })
    );
}

#[tokio::test]
async fn a_transfer_may_give_new_ids_to_the_issue_and_its_cards() {
    let mut shown = view(2);
    shown.transfer(&moved(true, true));
    let (issue, card) = (shown.issues[0].id.clone(), shown.items.iter().find(|item| item.id != "PVTI_1").cloned());
    let card = card.expect("the card of the issue");
    let server = serve(shown).await;
    assert_gone(&server, "I_00000").await;
    let node = ask(&server, ISSUE, json!({ "id": issue })).await.data()["node"].clone();
    let cards = json!({ "nodes": [{ "id": card.id, "createdAt": at(60).to_rfc3339_seconds() }] });
    assert_eq!((&node["id"], &node["projectItems"]), (&json!(issue), &cards));
}

#[tokio::test]
async fn what_has_not_happened_yet_changes_nothing() {
    let mut shown = view(2);
    shown.transfer(&Transfer { at: Instant::from_seconds(NOW + 1), ..moved(true, true) });
    shown.delete(1, Instant::from_seconds(NOW + 1));
    let server = serve(shown).await;
    assert_eq!(ask(&server, ISSUE, json!({ "id": "I_00000" })).await.data()["node"]["number"], 1);
    assert_eq!(ask(&server, ISSUE, json!({ "id": "I_07919" })).await.data()["node"]["number"], 2);
}

#[tokio::test]
async fn a_deleted_issue_is_gone_with_its_cards() {
    let mut shown = view(2);
    shown.delete(0, at(60));
    let server = serve(shown).await;
    assert_gone(&server, "I_00000").await;
    let query = "{ repository(owner: \"acme\", name: \"web\") { issues(first: 5) { totalCount } }
        node(id: \"PVT_1\") { ... on ProjectV2 { items(first: 5) { totalCount nodes { id } } } } }";
    assert_eq!(
        ask(&server, query, json!({})).await.data(),
        json!({
            "repository": { "issues": { "totalCount": 1 } },
            "node": { "items": { "totalCount": 1, "nodes": [{ "id": "PVTI_1" }] } },
        })
    );
}

#[tokio::test]
async fn a_hidden_repository_is_not_listed_and_its_cards_are_redacted_until_it_comes_back() {
    let mut shown = view(2);
    shown.hide_repository("site");
    let server = serve(shown).await;
    let owned = ask(&server, OWNERS, json!({ "org": "acme" })).await.data()["organization"]["repositories"].clone();
    assert_eq!((&owned["totalCount"], &owned["nodes"][0]["id"]), (&json!(1), &json!("R_2")));
    for id in ["R_1", "I_00000"] {
        assert_gone(&server, id).await;
    }
    let by_name = ask(&server, "{ repository(owner: \"acme\", name: \"web\") { id } }", json!({})).await;
    assert_eq!(by_name.errors()[0]["type"], "NOT_FOUND");
    let card = "{ node(id: \"PVTI_0\") { ... on ProjectV2Item { type content { __typename } } } }";
    let redacted = json!({ "type": "REDACTED", "content": null });
    assert_eq!(ask(&server, card, json!({})).await.data()["node"], redacted);
    server.set_view(view(2));
    assert_eq!(ask(&server, ISSUE, json!({ "id": "I_00000" })).await.data()["node"]["number"], 1);
}

#[tokio::test]
async fn a_hidden_board_is_nowhere() {
    let mut shown = view(2);
    shown.hide_project(1);
    let server = serve(shown).await;
    let data = ask(&server, BOARDS, json!({})).await.data();
    assert_eq!(data["organization"]["projectsV2"], json!({ "totalCount": 0, "nodes": [] }));
    assert_eq!(data["node"]["projectItems"], json!({ "totalCount": 0, "nodes": [] }));
    assert_eq!(data["node"]["timelineItems"], json!({ "nodes": [{ "project": null }] }));
    for id in ["PVT_1", "PVTI_0"] {
        assert_gone(&server, id).await;
    }
}

#[tokio::test]
async fn the_columns_may_be_the_values_of_a_field_of_another_name() {
    let mut shown = view(1);
    shown.rename_status_field(1, "Stage");
    let server = serve(shown).await;
    let data = ask(&server, BOARDS, json!({})).await.data();
    let board = json!({ "number": 1, "field": null, "stage": { "name": "Stage" } });
    assert_eq!(data["organization"]["projectsV2"]["nodes"], json!([board]));
    let card = json!({ "fieldValueByName": null, "stage": { "name": "Done" } });
    assert_eq!(data["node"]["projectItems"]["nodes"], json!([card]));
}

#[tokio::test]
async fn a_repository_may_move_to_another_owner_under_another_name() {
    let mut shown = view(1);
    shown.move_repository("R_1", "shop", Some("beta"));
    let server = serve(shown).await;
    let owned = |data: &Json| data["organization"]["repositories"]["nodes"].clone();
    let acme = ask(&server, OWNERS, json!({ "org": "acme" })).await.data();
    assert_eq!((owned(&acme)[0]["id"].clone(), owned(&acme)[1].clone()), (json!("R_2"), Json::Null));
    let beta = ask(&server, OWNERS, json!({ "org": "Beta" })).await.data();
    let repository = json!({ "id": "R_1", "nameWithOwner": "beta/shop", "url": "https://github.com/beta/shop",
        "owner": { "login": "beta" } });
    assert_eq!((owned(&beta), &beta["organization"]["projectsV2"]["totalCount"]), (json!([repository]), &json!(0)));
    for (owner, name) in [("acme", "web"), ("beta", "shop")] {
        let query = format!("{{ repository(owner: \"{owner}\", name: \"{name}\") {{ id }} }}");
        assert_eq!(ask(&server, &query, json!({})).await.data()["repository"]["id"], "R_1");
    }
    assert_eq!((get(&server, "/orgs/beta").await.status, get(&server, "/orgs/gamma").await.status), (200, 404));
}

#[tokio::test]
async fn archived_cards_show_all_their_fields() {
    let server = serve(view(10)).await;
    let query =
        "{ node(id: \"PVT_1\") { ... on ProjectV2 { items(first: 9, query: \"is:archived\") { nodes { id isArchived
        fieldValueByName(name: \"Status\") { __typename } fieldValues(first: 9) { totalCount } } } } } }";
    let card = json!({ "id": "PVTI_9", "isArchived": true, "fieldValues": { "totalCount": 3 },
        "fieldValueByName": { "__typename": "ProjectV2ItemFieldSingleSelectValue" } });
    assert_eq!(ask(&server, query, json!({})).await.data()["node"]["items"]["nodes"], json!([card]));
}
