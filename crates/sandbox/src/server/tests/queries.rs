use super::*;

#[tokio::test]
async fn a_query_is_answered_with_aliases_fragments_variables_and_directives() {
    let server = serve(view(2)).await;
    let query = "query Q($with: Boolean!, $name: String = \"web\") {
      repo: repository(owner: \"ACME\", name: $name) { ...R }
      viewer { login @skip(if: $with) url @include(if: $with) }
    }
    fragment R on Repository {
      full: nameWithOwner
      owner { __typename login }
      issues(first: 1) { nodes { ...T title author { __typename login ... on Node { id } } } nodes { number } }
    }
    fragment T on Issue { state stateReason stateReason2: stateReason(enableDuplicate: true) closedAt }";
    let data = ask(&server, query, json!({ "with": true })).await.data();
    assert_eq!(
        data,
        json!({
            "repo": {
                "full": "acme/web",
                "owner": { "__typename": "Organization", "login": "acme" },
                "issues": { "nodes": [{
                    "state": "OPEN", "stateReason": null, "stateReason2": null, "closedAt": null,
                    "title": "Issue \"0\"\n",
                    "author": { "__typename": "User", "login": "ada", "id": "U_ada" },
                    "number": 1,
                }] },
            },
            "viewer": { "url": "https://github.com/ada" },
        })
    );
}

#[tokio::test]
async fn a_duplicate_is_told_only_to_those_who_ask() {
    let server = serve(view(2)).await;
    let query = "{ node(id: \"I_07919\") { ... on Issue { a: stateReason b: stateReason(enableDuplicate: true) } } }";
    assert_eq!(ask(&server, query, json!({})).await.data()["node"], json!({ "a": "NOT_PLANNED", "b": "DUPLICATE" }));
}

#[tokio::test]
async fn a_card_shows_its_content_status_and_fields() {
    let server = serve(view(1)).await;
    let query = "{ node(id: \"PVTI_0\") { ... on ProjectV2Item {
        type isArchived project { number fullDatabaseId field(name: \"Status\") {
          ... on ProjectV2SingleSelectField { options { id name } } } }
        content { ... on Issue { number } }
        fieldValueByName(name: \"Status\") {
          ... on ProjectV2ItemFieldSingleSelectValue { name optionId createdAt updatedAt } }
        fieldValues(first: 20) { totalCount nodes { __typename
          ... on ProjectV2ItemFieldNumberValue { number field { ... on ProjectV2FieldCommon { name } } }
          ... on ProjectV2ItemFieldSingleSelectValue { name } } } } } }";
    assert_eq!(
        ask(&server, query, json!({})).await.data()["node"],
        json!({
            "type": "ISSUE", "isArchived": false,
            "project": { "number": 1, "fullDatabaseId": "4100001", "field": { "options": [
                { "id": "f1", "name": "Todo" }, { "id": "f2", "name": "Done" } ] } },
            "content": { "number": 1 },
            "fieldValueByName": { "name": "Done", "optionId": "f2",
                "createdAt": at(1).to_rfc3339_seconds(), "updatedAt": at(2).to_rfc3339_seconds() },
            "fieldValues": { "totalCount": 3, "nodes": [
                { "__typename": "ProjectV2ItemFieldSingleSelectValue", "name": "Done" },
                { "__typename": "ProjectV2ItemFieldNumberValue", "number": 3.0, "field": { "name": "Estimate" } },
                { "__typename": "ProjectV2ItemFieldSingleSelectValue", "name": "Red" } ] },
        })
    );
}

#[tokio::test]
async fn a_pull_request_shows_reviews_events_and_commits() {
    let server = serve(view(1)).await;
    let query = "{ node(id: \"PR_0\") { ... on PullRequest {
        state mergeCommit { oid } reviews(first: 5) { nodes { id state author { login } } }
        commits(first: 1) { totalCount nodes { commit { authoredDate } } }
        timelineItems(first: 5, itemTypes: [PULL_REQUEST_REVIEW, REVIEW_DISMISSED_EVENT, READY_FOR_REVIEW_EVENT]) {
          nodes { __typename ... on ReviewDismissedEvent { previousReviewState review { id } } } } } } }";
    assert_eq!(
        ask(&server, query, json!({})).await.data()["node"],
        json!({
            "state": "MERGED", "mergeCommit": { "oid": "c0ffeec0ffeec0ffeec0ffeec0ffeec0ffeec0ff" },
            "reviews": { "nodes": [{ "id": "PRR_0", "state": "DISMISSED", "author": null }] },
            "commits": { "totalCount": 1, "nodes": [{ "commit": { "authoredDate": at(0).to_rfc3339_seconds() } }] },
            "timelineItems": { "nodes": [
                { "__typename": "ReadyForReviewEvent" },
                { "__typename": "PullRequestReview" },
                { "__typename": "ReviewDismissedEvent", "previousReviewState": "CHANGES_REQUESTED",
                  "review": { "id": "PRR_0" } } ] },
        })
    );
}

#[tokio::test]
async fn former_names_lead_to_the_repository() {
    let server = serve(view(0)).await;
    let query = "{ repository(owner: \"acme\", name: \"site\") { id name } }";
    assert_eq!(ask(&server, query, json!({})).await.data()["repository"], json!({ "id": "R_1", "name": "web" }));
}

#[tokio::test]
async fn what_is_not_there_is_null_with_an_error_that_has_a_path() {
    let server = serve(view(1)).await;
    let query = "{ nodes(ids: [\"I_00000\", \"nope\", \"EV_0_3\"]) { __typename id } node(id: \"gone\") { id }
                   repository(owner: \"acme\", name: \"none\") { id } }";
    let got = ask(&server, query, json!({})).await;
    assert_eq!(got.status, 200);
    assert_eq!(
        got.json()["data"],
        json!({ "nodes": [{ "__typename": "Issue", "id": "I_00000" }, null,
                          { "__typename": "ClosedEvent", "id": "EV_0_3" }], "node": null, "repository": null })
    );
    let errors: Vec<(Json, Json)> =
        got.errors().iter().map(|error| (error["type"].clone(), error["path"].clone())).collect();
    assert_eq!(
        errors,
        [
            (json!("NOT_FOUND"), json!(["nodes", 1])),
            (json!("NOT_FOUND"), json!(["node"])),
            (json!("NOT_FOUND"), json!(["repository"])),
        ]
    );
    assert_eq!(got.errors()[2]["message"], "Could not resolve to a Repository with the name 'acme/none'.");
}

#[tokio::test]
async fn a_query_that_does_not_fit_the_schema_is_refused_with_200() {
    let server = serve(view(1)).await;
    for query in [
        "{ repository(owner: \"acme\", name: \"web\") { stars } }",
        "{ repository(owner: \"acme\") { id } }",
        "{ repository(owner: \"acme\", name: 5) { id } }",
        "query($first: Int!) { viewer { login } }",
        "{ viewer",
        "mutation { closeIssue { id } }",
    ] {
        let got = ask(&server, query, json!({})).await;
        assert_eq!(got.status, 200, "{query}");
        assert!(!got.errors().is_empty(), "{query}: {}", got.body);
        assert!(got.errors()[0]["message"].is_string());
        assert_eq!(got.json().get("data"), None);
    }
    let wrong =
        "query($first: Int!) { repository(owner: \"acme\", name: \"web\") { issues(first: $first) { totalCount } } }";
    assert!(!ask(&server, wrong, json!({ "first": "ten" })).await.errors().is_empty());
    assert_eq!(server.counters().refused, 7);
    assert_eq!(server.counters().points, 0);
}

#[tokio::test]
async fn the_enterprise_paths_lead_to_the_same_answers() {
    let server = serve(view(1)).await;
    let body = json!({ "query": "{ viewer { login } }" });
    let request = client().post(format!("{}/api/graphql", server.url())).bearer_auth("t").json(&body);
    assert_eq!(receive(request).await.expect("a reply").data()["viewer"]["login"], "ada");
    assert_eq!(get(&server, "/api/v3/orgs/acme").await.json()["login"], "acme");
    assert_eq!(get(&server, "/orgs/acme").await.status, 200);
    assert_eq!(get(&server, "/orgs/other").await.status, 404);
    assert_eq!(get(&server, "/user").await.json()["login"], "ada");
    let lost = get(&server, "/repos/acme/web").await;
    assert_eq!((lost.status, lost.json()["message"].clone()), (404, json!("Not Found")));
}

#[tokio::test]
async fn only_the_configured_token_is_good_and_an_app_gets_one_of_its_own() {
    let config = Config { token: Some("good".to_owned()), ..Config::default() };
    let server = Server::start(view(1), config).await.expect("a free port");
    let client = client();
    let try_token = async |token: &str| {
        receive(client.get(format!("{}/user", server.url())).bearer_auth(token)).await.expect("a reply").status
    };
    assert_eq!(try_token("good").await, 200);
    assert_eq!(try_token("bad").await, 401);
    let bad = ask(&server, "{ viewer { login } }", json!({})).await;
    assert_eq!((bad.status, bad.json()["message"].clone()), (401, json!("Bad credentials")));
    let none = receive(client.post(format!("{}/graphql", server.url())).json(&json!({}))).await.expect("a reply");
    assert_eq!(none.status, 401);

    // {"alg":"RS256"} . {"iss":"7","iat":1000,"exp":1600} . signature
    let jwt = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiI3IiwiaWF0IjoxMDAwLCJleHAiOjE2MDB9.c2ln";
    let url = format!("{}/app/installations/1/access_tokens", server.url());
    let issued = receive(client.post(&url).bearer_auth(jwt)).await.expect("a reply");
    assert_eq!((issued.status, issued.json()["expires_at"].clone()), (201, json!("2026-01-05T01:00:00Z")));
    assert_eq!(try_token(issued.json()["token"].as_str().expect("a token")).await, 200);
    assert_eq!(receive(client.post(&url).bearer_auth("good")).await.expect("a reply").status, 401);
}

#[tokio::test]
async fn exchanges_are_recorded_in_numbered_files() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = Config { record: Some(folder.path().join("made")), ..Config::default() };
    let server = Server::start(view(1), config).await.expect("a free port");
    ask(&server, "query Who($n: ID!) { node(id: $n) { id } }", json!({ "n": "I_00000" })).await;
    get(&server, "/orgs/acme").await;
    let read = |name: &str| -> Json {
        let text = std::fs::read_to_string(folder.path().join("made").join(name)).expect("a recording");
        serde_json::from_str(&text).expect("JSON")
    };
    let first = read("0001-Who.json");
    assert_eq!(first["request"]["variables"], json!({ "n": "I_00000" }));
    assert_eq!(first["response"]["body"], json!({ "data": { "node": { "id": "I_00000" } } }));
    assert_eq!(first["response"]["headers"]["date"], "Mon, 05 Jan 2026 00:00:00 GMT");
    assert_eq!(first["response"]["headers"]["x-ratelimit-reset"], (NOW + 3_600).to_string());
    assert_eq!(read("0002-GET-orgs-acme.json")["request"]["path"], "/orgs/acme");
}
