//! Wire format: the query, and the scalars as they are read.

use std::sync::OnceLock;

use github_client::scalars::DateTime;
use graphql_client::{GraphQLQuery, QueryBody};
use serde::Serialize;

/// A page of a board's cards, the rest of one card, or cards by id.
#[derive(GraphQLQuery)]
#[graphql(
    schema_path = "../github-client/schema.graphql",
    query_path = "queries/items.graphql",
    response_derives = "Debug",
    variables_derives = "Clone, Debug",
    extern_enums("ProjectV2ItemType"),
    skip_serializing_none,
    fragments_other_variant = "true"
)]
pub(crate) struct Items;

/// Enumerations are read as the text that they are: an unknown value must not fail a page.
type ProjectV2ItemType = String;
type Date = String;

/// Up to 100 cards by id, at half the price of [`Items`], which could be a board's page as well.
pub(crate) struct Cards;

impl GraphQLQuery for Cards {
    type Variables = CardsVariables;
    type ResponseData = items::ResponseData;

    fn build_query(variables: Self::Variables) -> QueryBody<Self::Variables> {
        static QUERY: OnceLock<String> = OnceLock::new();
        let query = QUERY.get_or_init(|| {
            let fragments = items::QUERY.find("fragment ItemFields").unwrap_or_default();
            format!("{CARDS}{}", &items::QUERY[fragments..])
        });
        QueryBody { variables, query, operation_name: "Cards" }
    }
}

/// What [`Cards`] asks for.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CardsVariables {
    pub(crate) ids: Vec<String>,
    pub(crate) status_field: String,
}

const CARDS: &str = "query Cards($ids: [ID!]!, $statusField: String!, $fieldsAfter: String) {
  rateLimit {
    cost
    limit
    remaining
    resetAt
  }
  nodes(ids: $ids) {
    __typename
    ... on ProjectV2Item {
      ...ItemFields
    }
  }
}

";
