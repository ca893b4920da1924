//! Values of one type as values of another.

use model::Instant;

use super::super::numeric::Numeric;
use super::super::value::{Type, Value, general};
use super::QueryError;
use super::time_text::{parse_date, parse_timestamp, write_timestamp};

/// Whether there is a way from one type to another.
pub(super) fn is_castable(from: &Type, to: &Type) -> bool {
    use Type::{Bool, Date, Float64, Int64, Numeric, Text, Timestamp};
    match (from, to) {
        (Text, Bool | Int64 | Float64 | Numeric | Date | Timestamp)
        | (Int64 | Float64 | Numeric, Int64 | Float64 | Numeric)
        | (Bool, Int64)
        | (Int64, Bool)
        | (Date, Timestamp)
        | (Timestamp, Date) => true,
        (from, Text) => from.is_plain(),
        (from, to) => from == to,
    }
}

/// The value in another type; null stays null.
///
/// Fails for texts that are no such value, and for numbers that are too large.
pub(super) fn cast(value: &Value, to: &Type) -> Result<Value, QueryError> {
    let cast = match (value, to) {
        (Value::Null, _) => Some(Value::Null),
        (Value::Text(text), to) if *to != Type::Text => {
            return parse(text, to).ok_or_else(|| bad_text(text, to));
        }
        (_, Type::Text) => write(value).map(Value::Text),
        (Value::Int(whole), Type::Float64) => Some(Value::Float(*whole as f64)),
        (Value::Int(whole), Type::Numeric) => Some(Value::Numeric(Numeric::from_integer(*whole))),
        (Value::Int(whole), Type::Bool) => Some(Value::Bool(*whole != 0)),
        (Value::Bool(value), Type::Int64) => Some(Value::Int(i64::from(*value))),
        (Value::Float(float), Type::Numeric) => Numeric::from_float(*float).map(Value::Numeric),
        (Value::Float(float), Type::Int64) => {
            Numeric::from_float(float.round()).and_then(Numeric::to_integer).map(Value::Int)
        }
        (Value::Numeric(numeric), Type::Float64) => Some(Value::Float(numeric.to_float())),
        (Value::Numeric(numeric), Type::Int64) => numeric.to_integer().map(Value::Int),
        (Value::Timestamp(at), Type::Date) => at.to_chrono().map(|at| Value::Date(at.date_naive())),
        (Value::Date(day), Type::Timestamp) => {
            day.and_hms_opt(0, 0, 0).map(|at| Value::Timestamp(Instant::from(at.and_utc())))
        }
        _ => Some(value.clone()),
    };
    cast.ok_or_else(|| QueryError::Invalid(format!("{to} out of range: {}", write(value).unwrap_or_default())))
}

fn bad_text(text: &str, to: &Type) -> QueryError {
    QueryError::Invalid(match to {
        Type::Numeric => format!("Invalid NUMERIC value: {text}"),
        Type::Int64 | Type::Float64 => {
            let name = if *to == Type::Int64 { "int64" } else { "double" };
            format!("Bad {name} value: {text}")
        }
        Type::Bool => format!("Bad bool value: {text}"),
        Type::Date => format!("Invalid date: '{text}'"),
        _ => format!("Invalid timestamp: '{text}'"),
    })
}

fn parse(text: &str, to: &Type) -> Option<Value> {
    match to {
        Type::Int64 => text.trim().parse().ok().map(Value::Int),
        Type::Float64 => text.trim().parse().ok().map(Value::Float),
        Type::Numeric => Numeric::parse(text).map(Value::Numeric),
        Type::Bool => text.to_ascii_lowercase().parse().ok().map(Value::Bool),
        Type::Date => parse_date(text).map(Value::Date),
        Type::Timestamp => parse_timestamp(text).map(Value::Timestamp),
        _ => None,
    }
}

fn write(value: &Value) -> Option<String> {
    Some(match value {
        Value::Text(text) => text.clone(),
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::Float(value) => general(*value),
        Value::Numeric(value) => value.to_string(),
        Value::Date(day) => day.to_string(),
        Value::Timestamp(at) => write_timestamp(*at),
        Value::Null | Value::Struct(_) | Value::Array(_) => return None,
    })
}
