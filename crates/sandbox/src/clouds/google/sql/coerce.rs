//! Types that operands take silently.

use sqlparser::tokenizer::Span;

use super::super::value::{Type, Value};
use super::QueryError;
use super::bound::{Bound, Typed};
use super::cast::cast;

/// Operands of one type; without type when all of them are `NULL`.
pub(super) type Unified = (Vec<Bound>, Option<Type>);

/// The type that all operands can take.
enum Common {
    /// There is none.
    None,
    /// All are `NULL`.
    Any,
    Of(Type),
}

/// The operands in the one type that all of them can take; `None` when there is none.
///
/// Whole numbers become `NUMERIC`, both become `FLOAT64`; literals also become dates, timestamps and `NUMERIC`.
/// Fails for a literal that is no such value.
pub(super) fn unify(operands: Vec<Typed>, span: Span) -> Result<Option<Unified>, QueryError> {
    let kind = match common(&operands) {
        Common::None => return Ok(None),
        Common::Any => return Ok(Some((operands.into_iter().map(|operand| operand.bound).collect(), None))),
        Common::Of(kind) => kind,
    };
    let bounds: Result<Vec<Bound>, QueryError> =
        operands.into_iter().map(|operand| convert(operand, &kind, span)).collect();
    Ok(Some((bounds?, Some(kind))))
}

fn common(operands: &[Typed]) -> Common {
    let firm = |typed: &&Typed| !typed.is_literal && typed.kind.is_some();
    // Literals bend to the others, so the others come first.
    let ordered = operands.iter().filter(firm).chain(operands.iter().filter(|typed| !firm(typed)));
    let mut common = Common::Any;
    for operand in ordered {
        let Some(kind) = &operand.kind else { continue };
        common = match common {
            Common::Any => Common::Of(kind.clone()),
            Common::Of(common) if common == *kind => Common::Of(common),
            Common::Of(common) => meet(common, kind, operand.is_literal).map_or(Common::None, Common::Of),
            Common::None => return Common::None,
        };
    }
    common
}

fn meet(common: Type, kind: &Type, is_literal: bool) -> Option<Type> {
    use Type::{Date, Float64, Int64, Numeric, Text, Timestamp};
    match (common, kind) {
        (common @ (Date | Timestamp), Text) if is_literal => Some(common),
        (Numeric, Float64) if is_literal => Some(Numeric),
        (Numeric, Int64) | (Int64, Numeric) => Some(Numeric),
        (Float64, Int64 | Numeric) | (Int64 | Numeric, Float64) => Some(Float64),
        _ => None,
    }
}

/// One operand in a type that it can take.
pub(super) fn convert(operand: Typed, kind: &Type, span: Span) -> Result<Bound, QueryError> {
    if operand.kind.as_ref().is_none_or(|own| own == kind) {
        return Ok(operand.bound);
    }
    match operand.bound {
        Bound::Constant(value) => {
            let text = if let Value::Text(text) = &value { text.clone() } else { String::new() };
            let converted = cast(&value, kind)
                .map_err(|_| QueryError::at(format!("Could not cast literal \"{text}\" to type {kind}"), span))?;
            Ok(Bound::Constant(converted))
        }
        bound => Ok(Bound::Cast(Box::new(bound), kind.clone())),
    }
}

/// The operand as a condition.
pub(super) fn condition(operand: Typed, place: &str, span: Span) -> Result<Bound, QueryError> {
    match &operand.kind {
        None | Some(Type::Bool) => Ok(operand.bound),
        Some(kind) => Err(QueryError::at(format!("{place} should return type BOOL, but returns {kind}"), span)),
    }
}
