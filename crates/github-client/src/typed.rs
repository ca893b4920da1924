//! One pass over an answer: what was asked for in its types, and beside it what decides what happens next.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeOwned, DeserializeSeed, Error as _, IgnoredAny, IntoDeserializer as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// The field of `data` in which the provider reckons what a query costs.
const RATE_LIMIT: &str = "rateLimit";

/// Reads bodies into types that those who ask and judge need not know.
pub(crate) trait Decoder: Send {
    /// Reads a body, in place of what was read before. `None` where it has errors, no `data` or is not of the types:
    /// it is to be judged.
    fn read(&mut self, body: &[u8]) -> Option<Whole>;
}

/// What is known of a body that was read to its end and has no errors.
#[derive(Debug)]
pub(crate) struct Whole {
    /// `data.rateLimit`; `None` where it was not asked for.
    pub(crate) rate_limit: Option<Value>,
}

/// `data` of the body that was read last; `None` where it could not be read.
#[derive(Debug)]
pub(crate) struct Typed<T>(pub(crate) Option<T>);

impl<T: DeserializeOwned + Send> Decoder for Typed<T> {
    fn read(&mut self, body: &[u8]) -> Option<Whole> {
        self.0 = None;
        // Text that is known to be UTF-8 is not looked at again, string by string.
        let Body { data, errors } = serde_json::from_str::<Body<T>>(std::str::from_utf8(body).ok()?).ok()?;
        if errors.is_some_and(|errors| !errors.is_empty()) {
            return None;
        }
        self.0 = Some(data.data);
        Some(Whole { rate_limit: data.rate_limit })
    }
}

/// The whole body that was read last, of an API that has no envelope; `None` where it could not be read.
#[derive(Debug)]
pub(crate) struct Plain<T>(pub(crate) Option<T>);

impl<T: DeserializeOwned + Send> Decoder for Plain<T> {
    fn read(&mut self, body: &[u8]) -> Option<Whole> {
        self.0 = std::str::from_utf8(body).ok().and_then(|body| serde_json::from_str(body).ok());
        self.0.is_some().then_some(Whole { rate_limit: None })
    }
}

#[derive(Deserialize)]
#[serde(bound = "T: DeserializeOwned")]
struct Body<T> {
    data: Data<T>,
    errors: Option<Vec<IgnoredAny>>,
}

/// `data`, with a copy of its rate limit, whether or not the type has it.
struct Data<T> {
    data: T,
    rate_limit: Option<Value>,
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Data<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(DataVisitor(PhantomData))
    }
}

struct DataVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for DataVisitor<T> {
    type Value = Data<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the fields of a query")
    }

    fn visit_map<A: MapAccess<'de>>(self, fields: A) -> Result<Data<T>, A::Error> {
        let mut rate_limit = None;
        let fields = Fields { inner: fields, at_rate_limit: false, rate_limit: &mut rate_limit };
        let data = T::deserialize(MapAccessDeserializer::new(fields))?;
        Ok(Data { data, rate_limit })
    }
}

/// Fields as they come, of which one is copied on the way. What is inside the others is read by the reader below
/// itself, so that this costs nothing.
struct Fields<'a, A> {
    inner: A,
    at_rate_limit: bool,
    rate_limit: &'a mut Option<Value>,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Fields<'_, A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, A::Error> {
        let Some(name) = self.inner.next_key::<String>()? else { return Ok(None) };
        self.at_rate_limit = name == RATE_LIMIT;
        seed.deserialize(name.into_deserializer()).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        if !self.at_rate_limit {
            return self.inner.next_value_seed(seed);
        }
        let limit = self.inner.next_value::<Value>()?;
        let value = seed.deserialize(limit.clone()).map_err(A::Error::custom)?;
        *self.rate_limit = Some(limit);
        Ok(value)
    }

    fn size_hint(&self) -> Option<usize> {
        self.inner.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[derive(Debug, PartialEq, Eq, Deserialize)]
    struct Named {
        name: String,
    }

    #[derive(Debug, PartialEq, Eq, Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Priced {
        name: String,
        rate_limit: Option<Cost>,
    }

    #[derive(Debug, PartialEq, Eq, Deserialize)]
    struct Cost {
        cost: i64,
    }

    fn read<T: DeserializeOwned + Send>(body: &str) -> (Option<T>, Option<Whole>) {
        let mut typed = Typed(None);
        let whole = typed.read(body.as_bytes());
        (typed.0, whole)
    }

    #[test]
    fn the_rate_limit_is_known_wherever_it_stands_and_whether_or_not_the_type_has_it() {
        for data in [r#"{"name":"a","rateLimit":{"cost":3}}"#, r#"{"rateLimit":{"cost":3},"name":"a"}"#] {
            for body in
                [format!(r#"{{"data":{data}}}"#), format!(r#"{{"errors":[],"x":1,"data":{data},"errors2":[1]}}"#)]
            {
                let (named, whole) = read::<Named>(&body);
                assert_eq!(named, Some(Named { name: "a".to_owned() }), "{body}");
                assert_eq!(whole.expect("whole").rate_limit, Some(json!({"cost": 3})), "{body}");
                let (priced, whole) = read::<Priced>(&body);
                assert_eq!(priced, Some(Priced { name: "a".to_owned(), rate_limit: Some(Cost { cost: 3 }) }), "{body}");
                assert_eq!(whole.expect("whole").rate_limit, Some(json!({"cost": 3})), "{body}");
            }
        }
    }

    #[test]
    fn a_rate_limit_that_is_not_told_or_not_of_its_form_costs_no_answer_that_does_not_need_it() {
        for (limit, told) in
            [("", None), (r#","rateLimit":null"#, Some(json!(null))), (r#","rateLimit":7"#, Some(json!(7)))]
        {
            let (named, whole) = read::<Named>(&format!(r#"{{"data":{{"name":"a"{limit}}},"errors":null}}"#));
            assert!(named.is_some());
            assert_eq!(whole.expect("whole").rate_limit, told);
        }
    }

    #[test]
    fn what_is_not_whole_is_left_to_be_judged() {
        for body in [
            r#"{"data":{"name":"a"},"errors":[{"message":"later"}]}"#,
            r#"{"errors":[{"message":"sooner"}],"data":{"name":"a"}}"#,
            r#"{"data":{"name":"a"},"errors":{"message":"no list"}}"#,
            r#"{"data":{"name":null}}"#,
            r#"{"data":{}}"#,
            r#"{"data":null}"#,
            r#"{"data":[]}"#,
            r#"{"message":"Bad credentials"}"#,
            r#"{"data":{"name":"a"},"data":{"name":"b"}}"#,
            r#"{"data":{"name":"a"}} and more"#,
            r#"{"data":{"name":"a"}"#,
            "<html>",
            "",
        ] {
            let (named, whole) = read::<Named>(body);
            assert!(named.is_none() && whole.is_none(), "{body}");
        }
        assert!(read::<Priced>(r#"{"data":{"name":"a","rateLimit":7}}"#).1.is_none());
    }

    #[test]
    fn nothing_is_left_of_an_answer_that_was_read_before() {
        let mut typed = Typed::<Named>(None);
        assert!(typed.read(br#"{"data":{"name":"a"}}"#).is_some());
        assert!(typed.read(br#"{"data":null}"#).is_none());
        assert_eq!(typed.0, None);
    }
}
