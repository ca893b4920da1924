//! What all connectors of GitHub's lists do alike.

macro_rules! keeps_the_contract {
    ($name:ident, $provider:ident, $list:literal) => {
        mod $name {
            use connector_testing::{list_contract, ok};
            use serde_json::Value;

            use crate::pages::last_page;
            use crate::shipped::$provider;

            fn page(nodes: &Value) -> wiremock::ResponseTemplate {
                ok(&last_page($list, nodes))
            }

            #[tokio::test]
            async fn a_refused_token_is_unauthorized_and_ends_the_run() {
                list_contract::a_refused_token_ends_the_run::<$provider>().await;
            }

            #[tokio::test]
            async fn a_limit_is_waited_out() {
                list_contract::a_limit_is_waited_out::<$provider>().await;
            }

            #[tokio::test]
            async fn a_timeout_makes_pages_smaller() {
                list_contract::a_timeout_makes_pages_smaller::<$provider>().await;
            }

            #[tokio::test]
            async fn an_answer_that_is_no_json_is_unexpected_and_names_its_page() {
                let after = concat!($list, " of acme/web after");
                list_contract::an_answer_that_is_no_json_names_its_page::<$provider>(after).await;
            }

            #[tokio::test]
            async fn an_interrupted_import_ends_between_two_pages() {
                list_contract::an_interrupted_import_ends_between_two_pages::<$provider>().await;
            }

            #[tokio::test]
            async fn no_secret_is_in_debug_output_logs_or_errors() {
                list_contract::no_secret_is_shown::<$provider>(concat!($list, " of acme/web")).await;
            }

            #[tokio::test]
            async fn an_entry_that_comes_empty_without_an_error_is_asked_for_again() {
                list_contract::an_entry_that_comes_empty_is_asked_for_again::<$provider>(page).await;
            }

            #[tokio::test]
            async fn a_page_without_its_list_is_no_empty_repository() {
                list_contract::a_page_without_its_list_is_an_error::<$provider>(page).await;
            }

            #[tokio::test]
            async fn a_list_that_comes_empty_where_the_survey_counts_some_is_incomplete() {
                list_contract::a_list_that_comes_empty_makes_nothing_vanish::<$provider>(page).await;
            }

            #[tokio::test]
            async fn a_list_without_an_end_is_left() {
                list_contract::a_list_without_an_end_is_left::<$provider>().await;
            }
        }
    };
}

keeps_the_contract!(of_deployments, Deployments, "deployments");
keeps_the_contract!(of_releases, Releases, "releases");
