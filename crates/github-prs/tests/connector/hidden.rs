//! What a repository does not show is not empty.

use connector_testing::list_contract;
use serde_json::{Value, json};

use crate::repository::{PullRequests, ok};

fn page(nodes: &Value) -> wiremock::ResponseTemplate {
    let list = json!({"pageInfo": {"hasNextPage": false, "endCursor": null}, "nodes": nodes});
    ok(&json!({"data": {"rateLimit": null, "node": {"__typename": "Repository", "pullRequests": list}}}))
}

#[tokio::test]
async fn an_entry_that_comes_empty_without_an_error_is_asked_for_again_and_nothing_has_vanished() {
    list_contract::an_entry_that_comes_empty_is_asked_for_again::<PullRequests>(page).await;
}

#[tokio::test]
async fn a_page_without_its_list_is_no_empty_repository() {
    list_contract::a_page_without_its_list_is_an_error::<PullRequests>(page).await;
}

#[tokio::test]
async fn a_list_that_comes_empty_where_the_survey_counts_some_makes_nothing_vanish() {
    list_contract::a_list_that_comes_empty_makes_nothing_vanish::<PullRequests>(page).await;
}
