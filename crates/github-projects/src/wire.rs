//! What travels: the query, and the scalars as they are read.

use github_client::scalars::DateTime;
use graphql_client::GraphQLQuery;

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
