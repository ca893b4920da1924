//! What travels: the query, and the scalars as they are read.

use graphql_client::GraphQLQuery;
use model::Instant;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

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

/// An instant as RFC 3339.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct DateTime(pub(crate) Instant);

impl Serialize for DateTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.to_rfc3339())
    }
}

impl<'de> Deserialize<'de> for DateTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Instant::parse_rfc3339(&text)
            .map(Self)
            .ok_or_else(|| de::Error::invalid_value(de::Unexpected::Str(&text), &"an RFC 3339 time"))
    }
}
