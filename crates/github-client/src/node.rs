//! What a node id leads to, read as it comes.
//!
//! The types that are derived for `node(id:) { ... on Repository {…} }` build all that is inside in memory before they
//! read it, since the name of the type might stand at the end. It stands where it was asked for: first.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeOwned, Error as _, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

const TYPENAME: &str = "__typename";

/// What is read of an object of one type of the schema.
pub trait OfType: DeserializeOwned {
    /// The name of the type.
    const TYPENAME: &'static str;
}

/// `data` of a query that asks for `node(id:) { __typename … }` as one type.
#[derive(Debug, Deserialize)]
#[serde(bound = "T: OfType")]
pub struct NodeData<T> {
    /// `None` where nothing has the id, or something of another type.
    #[serde(default, deserialize_with = "of_type")]
    pub node: Option<T>,
}

fn of_type<'de, T: OfType, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    deserializer.deserialize_option(NodeVisitor(PhantomData))
}

struct NodeVisitor<T>(PhantomData<T>);

impl<'de, T: OfType> Visitor<'de> for NodeVisitor<T> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object of the type {} or null", T::TYPENAME)
    }

    fn visit_none<E>(self) -> Result<Option<T>, E> {
        Ok(None)
    }

    fn visit_unit<E>(self) -> Result<Option<T>, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<T>, D::Error> {
        deserializer.deserialize_map(self)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Option<T>, A::Error> {
        let Some(first) = fields.next_key::<String>()? else { return Err(A::Error::missing_field(TYPENAME)) };
        if first != TYPENAME {
            return of_any_order(first, fields);
        }
        if fields.next_value::<String>()? == T::TYPENAME {
            return T::deserialize(MapAccessDeserializer::new(fields)).map(Some);
        }
        while fields.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(None)
    }
}

/// Reads an object whose type stands behind its first field.
fn of_any_order<'de, T: OfType, A: MapAccess<'de>>(first: String, mut fields: A) -> Result<Option<T>, A::Error> {
    let mut object = Map::from_iter([(first, fields.next_value::<Value>()?)]);
    while let Some((name, value)) = fields.next_entry()? {
        object.insert(name, value);
    }
    match object.get(TYPENAME) {
        Some(Value::String(name)) if name == T::TYPENAME => {
            T::deserialize(Value::Object(object)).map(Some).map_err(A::Error::custom)
        }
        Some(Value::String(_)) => Ok(None),
        _ => Err(A::Error::missing_field(TYPENAME)),
    }
}

/// Declares a query: a document of which the answer, about one node, is read as the fields of that node's type.
///
/// ```text
/// of_node! {
///     /// A page of a repository's issues.
///     pub(crate) IssuePage: Issues(issues::Variables) => issues::IssuesNodeOnRepository, "Repository"
/// }
/// ```
#[macro_export]
macro_rules! of_node {
    ($(#[$about:meta])* $visibility:vis $name:ident: $document:ident($variables:ty) => $fields:ty, $typename:literal) => {
        $(#[$about])*
        $visibility struct $name;

        impl ::graphql_client::GraphQLQuery for $name {
            type Variables = $variables;
            type ResponseData = $crate::NodeData<$fields>;

            fn build_query(variables: Self::Variables) -> ::graphql_client::QueryBody<Self::Variables> {
                <$document as ::graphql_client::GraphQLQuery>::build_query(variables)
            }
        }

        impl $crate::OfType for $fields {
            const TYPENAME: &'static str = $typename;
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Eq, Deserialize)]
    struct Repository {
        name: String,
        stars: Option<u64>,
    }

    impl OfType for Repository {
        const TYPENAME: &'static str = "Repository";
    }

    fn read(data: &str) -> Result<Option<Repository>, serde_json::Error> {
        let direct = serde_json::from_str::<NodeData<Repository>>(data).map(|data| data.node);
        let value = serde_json::from_str::<Value>(data).and_then(NodeData::<Repository>::deserialize);
        assert_eq!(direct.as_ref().ok(), value.map(|data| data.node).as_ref().ok(), "{data}");
        direct
    }

    #[test]
    fn an_object_of_the_type_is_read_wherever_its_type_stands() {
        let expected = || Repository { name: "a".to_owned(), stars: Some(3) };
        for node in [
            r#"{"__typename":"Repository","name":"a","stars":3,"more":[{}]}"#,
            r#"{"name":"a","__typename":"Repository","stars":3}"#,
            r#"{"more":{"__typename":"Issue"},"stars":3,"name":"a","__typename":"Repository"}"#,
        ] {
            assert_eq!(read(&format!(r#"{{"node":{node}}}"#)).expect("an object"), Some(expected()), "{node}");
        }
    }

    #[test]
    fn nothing_and_an_object_of_another_type_are_none() {
        for data in [
            "{}",
            r#"{"node":null}"#,
            r#"{"node":{"__typename":"Issue"}}"#,
            r#"{"node":{"__typename":"Issue","name":7,"stars":[]}}"#,
            r#"{"node":{"name":"a","__typename":"Issue"}}"#,
        ] {
            assert_eq!(read(data).expect("no error"), None, "{data}");
        }
    }

    #[test]
    fn what_is_not_as_asked_for_is_an_error_at_its_place() {
        for data in [
            r#"{"node":{}}"#,
            r#"{"node":{"name":"a"}}"#,
            r#"{"node":{"__typename":7,"name":"a"}}"#,
            r#"{"node":{"__typename":"Repository"}}"#,
            r#"{"node":{"name":null,"__typename":"Repository"}}"#,
            r#"{"node":[]}"#,
            r#"{"node":"Repository"}"#,
        ] {
            read(data).expect_err(data);
        }
        let value = serde_json::json!({"node": {"__typename": "Repository", "name": "a", "stars": "three"}});
        let error = serde_path_to_error::deserialize::<_, NodeData<Repository>>(&value).expect_err("no number");
        assert_eq!(error.path().to_string(), "node.stars");
    }
}
