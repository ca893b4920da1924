//! Values and types of the query language, and how they are written in replies.

use std::cmp::Ordering;
use std::fmt;

use chrono::NaiveDate;
use model::Instant;
use serde_json::{Value as Json, json};

use super::numeric::Numeric;

/// A type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Type {
    Bool,
    Int64,
    Float64,
    Numeric,
    Text,
    Timestamp,
    Date,
    Struct(Vec<(&'static str, Type)>),
    Array(Box<Type>),
}

impl Type {
    /// The name in a schema.
    pub(crate) fn schema_name(&self) -> &'static str {
        match self {
            Self::Bool => "BOOLEAN",
            Self::Int64 => "INTEGER",
            Self::Float64 => "FLOAT",
            Self::Numeric => "NUMERIC",
            Self::Text => "STRING",
            Self::Timestamp => "TIMESTAMP",
            Self::Date => "DATE",
            Self::Struct(_) => "RECORD",
            Self::Array(element) => element.schema_name(),
        }
    }

    /// The field of a schema that has this type.
    pub(crate) fn field(&self, name: &str) -> Json {
        let (mode, inner) = match self {
            Self::Array(element) => ("REPEATED", &**element),
            other => ("NULLABLE", other),
        };
        let mut field = json!({ "name": name, "type": inner.schema_name(), "mode": mode });
        if let Self::Struct(fields) = inner {
            field["fields"] = fields.iter().map(|(name, kind)| kind.field(name)).collect();
        }
        field
    }

    pub(crate) fn is_number(&self) -> bool {
        matches!(self, Self::Int64 | Self::Float64 | Self::Numeric)
    }

    /// Whether values can be grouped, ordered and compared.
    pub(crate) fn is_plain(&self) -> bool {
        !matches!(self, Self::Struct(_) | Self::Array(_))
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool => f.write_str("BOOL"),
            Self::Int64 => f.write_str("INT64"),
            Self::Float64 => f.write_str("FLOAT64"),
            Self::Numeric | Self::Text | Self::Timestamp | Self::Date => f.write_str(self.schema_name()),
            Self::Struct(fields) => {
                let fields: Vec<String> = fields.iter().map(|(name, kind)| format!("{name} {kind}")).collect();
                write!(f, "STRUCT<{}>", fields.join(", "))
            }
            Self::Array(element) => write!(f, "ARRAY<{element}>"),
        }
    }
}

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Numeric(Numeric),
    Text(String),
    Timestamp(Instant),
    Date(NaiveDate),
    Struct(Vec<Value>),
    Array(Vec<Value>),
}

impl Value {
    pub(crate) fn is_null(&self) -> bool {
        *self == Self::Null
    }

    /// The order of two values of one type; nulls come first.
    pub(crate) fn order(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Bool(left), Self::Bool(right)) => left.cmp(right),
            (Self::Int(left), Self::Int(right)) => left.cmp(right),
            // Minus zero equals zero; NaN does not occur.
            (Self::Float(left), Self::Float(right)) => left.partial_cmp(right).unwrap_or(Ordering::Equal),
            (Self::Numeric(left), Self::Numeric(right)) => left.cmp(right),
            (Self::Text(left), Self::Text(right)) => left.cmp(right),
            (Self::Timestamp(left), Self::Timestamp(right)) => left.cmp(right),
            (Self::Date(left), Self::Date(right)) => left.cmp(right),
            (left, right) => right.is_null().cmp(&left.is_null()),
        }
    }

    /// The cell `{"v": …}` of a reply.
    pub(crate) fn cell(&self, timestamps: Timestamps) -> Json {
        json!({ "v": self.written(timestamps) })
    }

    fn written(&self, timestamps: Timestamps) -> Json {
        match self {
            Self::Null => Json::Null,
            Self::Bool(value) => json!(value.to_string()),
            Self::Int(value) => json!(value.to_string()),
            Self::Float(value) => json!(scientific(*value)),
            Self::Numeric(value) => json!(value.to_string()),
            Self::Text(value) => json!(value),
            Self::Timestamp(at) => json!(timestamps.write(*at)),
            Self::Date(day) => json!(day.to_string()),
            Self::Struct(fields) => {
                let cells: Json = fields.iter().map(|field| field.cell(timestamps)).collect();
                json!({ "f": cells })
            }
            Self::Array(elements) => elements.iter().map(|element| element.cell(timestamps)).collect(),
        }
    }
}

/// How a reply writes timestamps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Timestamps {
    /// Seconds as a binary number: `1.7672256E9`.
    #[default]
    Seconds,
    /// Whole microseconds.
    Microseconds,
    /// `2026-01-01T00:00:00Z`.
    Iso8601,
}

impl Timestamps {
    fn write(self, at: Instant) -> String {
        match self {
            Self::Seconds => scientific(at.micros() as f64 / 1e6),
            Self::Microseconds => at.micros().to_string(),
            Self::Iso8601 => at.to_rfc3339(),
        }
    }
}

/// A binary number with as few digits as read back to it, with an exponent outside of 0.001 to 10,000,000: `12.5`,
/// `1.0E-7`.
pub(crate) fn scientific(value: f64) -> String {
    if !value.is_finite() {
        return if value.is_nan() {
            "NaN"
        } else if value > 0.0 {
            "Infinity"
        } else {
            "-Infinity"
        }
        .to_owned();
    }
    let size = value.abs();
    if size == 0.0 || (1e-3..1e7).contains(&size) {
        return format!("{value:?}");
    }
    let text = format!("{value:e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let point = if mantissa.contains('.') { "" } else { ".0" };
    format!("{mantissa}{point}E{exponent}")
}

/// A binary number as `CAST(… AS STRING)` writes it: `12.5`, `1`, `1e-07`.
pub(crate) fn general(value: f64) -> String {
    let text = format!("{value:e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    match exponent.parse::<i32>() {
        Ok(exponent) if !(-4..15).contains(&exponent) => {
            let sign = if exponent < 0 { '-' } else { '+' };
            format!("{mantissa}e{sign}{:02}", exponent.abs())
        }
        _ => format!("{value}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn binary_numbers_have_the_fewest_digits_that_read_back() {
        for (value, written) in [
            (12.5, "12.5"),
            (1.0, "1.0"),
            (0.0, "0.0"),
            (0.1 + 0.2, "0.30000000000000004"),
            (1_767_225_600.0, "1.7672256E9"),
            (-1e-7, "-1.0E-7"),
            (0.001, "0.001"),
            (1e7, "1.0E7"),
            (f64::INFINITY, "Infinity"),
        ] {
            assert_eq!(scientific(value), written);
        }
        for (value, written) in [(12.5, "12.5"), (1.0, "1"), (1e-7, "1e-07"), (1e15, "1e+15"), (123_456.0, "123456")] {
            assert_eq!(general(value), written);
        }
    }

    #[test]
    fn nested_values_are_cells_within_cells() {
        let value = Value::Array(vec![Value::Struct(vec![Value::Text("a".to_owned()), Value::Null])]);
        assert_eq!(value.cell(Timestamps::Seconds).to_string(), r#"{"v":[{"v":{"f":[{"v":"a"},{"v":null}]}}]}"#);
        let at = Value::Timestamp(Instant::from_seconds(1_767_225_600));
        assert_eq!(at.cell(Timestamps::Seconds), json!({ "v": "1.7672256E9" }));
        assert_eq!(at.cell(Timestamps::Microseconds), json!({ "v": "1767225600000000" }));
        assert_eq!(at.cell(Timestamps::Iso8601), json!({ "v": "2026-01-01T00:00:00Z" }));
    }

    #[test]
    fn schemas_name_the_mode_and_the_fields() {
        let kind = Type::Array(Box::new(Type::Struct(vec![("amount", Type::Float64)])));
        let expected = json!({
            "name": "credits", "type": "RECORD", "mode": "REPEATED",
            "fields": [{ "name": "amount", "type": "FLOAT", "mode": "NULLABLE" }],
        });
        assert_eq!(kind.field("credits"), expected);
        assert_eq!(kind.to_string(), "ARRAY<STRUCT<amount FLOAT64>>");
    }
}
