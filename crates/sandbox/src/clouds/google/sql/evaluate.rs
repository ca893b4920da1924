//! Values of expressions.

use std::cmp::Ordering;

use super::super::export::RowView;
use super::super::numeric::Numeric;
use super::super::value::Value;
use super::QueryError;
use super::aggregate::Accumulator;
use super::bound::{Bound, Comparison, Function, Operation, Subquery};
use super::cast::cast;
use super::time_text::{format, parse_date_as};

/// Reads a leaf column.
pub(super) type Reader = fn(RowView<'_>) -> Value;

/// What an expression sees.
#[derive(Clone)]
pub(super) struct Env<'a> {
    /// The row, unless groups are seen.
    pub(super) view: Option<RowView<'a>>,
    /// One for each leaf column; none for columns that the row's table does not have.
    pub(super) readers: &'a [Option<Reader>],
    /// Where each `UNNEST` is.
    pub(super) elements: Vec<Value>,
    pub(super) keys: &'a [Value],
    pub(super) totals: &'a [Value],
}

impl Env<'_> {
    /// The same with one more element.
    pub(super) fn with(&self, element: Value) -> Self {
        let mut inner = self.clone();
        inner.elements.push(element);
        inner
    }

    /// Whether a condition holds: null does not.
    pub(super) fn holds(&self, condition: &Bound) -> Result<bool, QueryError> {
        Ok(self.evaluate(condition)? == Value::Bool(true))
    }

    /// Whether all conditions hold.
    pub(super) fn all_hold(&self, conditions: &[Bound]) -> Result<bool, QueryError> {
        for condition in conditions {
            if !self.holds(condition)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The value of an expression.
    pub(super) fn evaluate(&self, bound: &Bound) -> Result<Value, QueryError> {
        match bound {
            Bound::Constant(value) => Ok(value.clone()),
            Bound::Leaf(place) => Ok(self.leaf(*place)),
            Bound::Struct(members) => self.structure(members),
            Bound::Element(slot) => Ok(self.elements.get(*slot).cloned().unwrap_or(Value::Null)),
            Bound::Field(base, place) => Ok(match self.evaluate(base)? {
                Value::Struct(mut fields) => fields.swap_remove(*place),
                _ => Value::Null,
            }),
            Bound::Key(place) => Ok(self.keys[*place].clone()),
            Bound::Total(place) => Ok(self.totals[*place].clone()),
            Bound::Cast(inner, to) => cast(&self.evaluate(inner)?, to),
            Bound::Not(inner) => Ok(match self.evaluate(inner)? {
                Value::Bool(value) => Value::Bool(!value),
                _ => Value::Null,
            }),
            Bound::And(left, right) => self.logic(left, right, false),
            Bound::Or(left, right) => self.logic(left, right, true),
            Bound::IsNull(inner) => Ok(Value::Bool(self.evaluate(inner)?.is_null())),
            Bound::IsBool(inner, wanted) => Ok(Value::Bool(self.evaluate(inner)? == Value::Bool(*wanted))),
            Bound::Compare(how, left, right) => Ok(compare(*how, &self.evaluate(left)?, &self.evaluate(right)?)),
            Bound::In(sought, members) => self.is_in(sought, members),
            Bound::Like(text, pattern) => Ok(match (self.evaluate(text)?, self.evaluate(pattern)?) {
                (Value::Text(text), Value::Text(pattern)) => Value::Bool(is_like(&text, &pattern)),
                _ => Value::Null,
            }),
            Bound::Arithmetic(operation, left, right) => {
                arithmetic(*operation, &self.evaluate(left)?, &self.evaluate(right)?)
            }
            Bound::Negate(inner) => match self.evaluate(inner)? {
                Value::Int(value) => {
                    value.checked_neg().map(Value::Int).ok_or_else(|| overflow("-", &Value::Int(value)))
                }
                Value::Float(value) => Ok(Value::Float(-value)),
                Value::Numeric(value) => Ok(Value::Numeric(value.negate())),
                _ => Ok(Value::Null),
            },
            Bound::Case(branches, otherwise) => {
                for (when, then) in branches {
                    if self.holds(when)? {
                        return self.evaluate(then);
                    }
                }
                self.evaluate(otherwise)
            }
            Bound::Call(function, arguments) => self.call(*function, arguments),
            Bound::Subquery(subquery) => self.subquery(subquery),
            Bound::Exists(subquery) => Ok(Value::Bool(!self.elements_of(subquery)?.is_empty())),
        }
    }

    fn leaf(&self, place: usize) -> Value {
        match (self.view, self.readers.get(place)) {
            (Some(view), Some(Some(read))) => read(view),
            _ => Value::Null,
        }
    }

    /// Null when no field has a value.
    fn structure(&self, members: &[Bound]) -> Result<Value, QueryError> {
        let fields: Vec<Value> = members.iter().map(|member| self.evaluate(member)).collect::<Result<_, _>>()?;
        let is_empty = |field: &Value| field.is_null() || *field == Value::Array(Vec::new());
        Ok(if fields.iter().all(is_empty) { Value::Null } else { Value::Struct(fields) })
    }

    /// `AND` ends at the first false one, `OR` at the first true one; null when only null is in the way.
    fn logic(&self, left: &Bound, right: &Bound, ends_at: bool) -> Result<Value, QueryError> {
        let left = self.evaluate(left)?;
        if left == Value::Bool(ends_at) {
            return Ok(left);
        }
        let right = self.evaluate(right)?;
        Ok(if right == Value::Bool(ends_at) || left == Value::Bool(!ends_at) { right } else { left })
    }

    fn is_in(&self, sought: &Bound, members: &[Bound]) -> Result<Value, QueryError> {
        let sought = self.evaluate(sought)?;
        let mut found = Value::Bool(false);
        for member in members {
            match compare(Comparison::Equal, &sought, &self.evaluate(member)?) {
                Value::Bool(true) => return Ok(Value::Bool(true)),
                Value::Null => found = Value::Null,
                _ => {}
            }
        }
        Ok(found)
    }

    fn elements_of(&self, subquery: &Subquery) -> Result<Vec<Self>, QueryError> {
        let Value::Array(elements) = self.evaluate(&subquery.array)? else { return Ok(Vec::new()) };
        let mut kept = Vec::new();
        for element in elements {
            let inner = self.with(element);
            if inner.all_hold(subquery.filter.as_slice())? {
                kept.push(inner);
            }
        }
        let most = if subquery.totals.is_none() { subquery.limit.unwrap_or(u64::MAX) } else { u64::MAX };
        kept.truncate(usize::try_from(most).unwrap_or(usize::MAX));
        Ok(kept)
    }

    fn subquery(&self, subquery: &Subquery) -> Result<Value, QueryError> {
        let rows = self.elements_of(subquery)?;
        let Some(totals) = &subquery.totals else {
            return match rows.as_slice() {
                [] => Ok(Value::Null),
                [row] => row.evaluate(&subquery.result),
                _ => Err(QueryError::Invalid("Scalar subquery produced more than one element".to_owned())),
            };
        };
        if subquery.limit == Some(0) {
            return Ok(Value::Null);
        }
        let mut accumulators: Vec<Accumulator> = totals.iter().map(Accumulator::new).collect();
        for row in &rows {
            for (accumulator, total) in accumulators.iter_mut().zip(totals) {
                accumulator.add(row.evaluate(&total.argument)?)?;
            }
        }
        let totals: Vec<Value> = accumulators.into_iter().map(Accumulator::value).collect();
        Env { totals: &totals, keys: &[], ..self.clone() }.evaluate(&subquery.result)
    }

    fn call(&self, function: Function, arguments: &[Bound]) -> Result<Value, QueryError> {
        match function {
            Function::Coalesce => {
                for argument in arguments {
                    let value = self.evaluate(argument)?;
                    if !value.is_null() {
                        return Ok(value);
                    }
                }
                return Ok(Value::Null);
            }
            Function::If => {
                return self.evaluate(if self.holds(&arguments[0])? { &arguments[1] } else { &arguments[2] });
            }
            Function::NullIf => {
                let (first, second) = (self.evaluate(&arguments[0])?, self.evaluate(&arguments[1])?);
                let are_equal = compare(Comparison::Equal, &first, &second) == Value::Bool(true);
                return Ok(if are_equal { Value::Null } else { first });
            }
            _ => {}
        }
        let values: Vec<Value> = arguments.iter().map(|argument| self.evaluate(argument)).collect::<Result<_, _>>()?;
        if values.iter().any(Value::is_null) {
            return Ok(Value::Null);
        }
        call(function, values)
    }
}

/// A function of values that are not null.
fn call(function: Function, mut values: Vec<Value>) -> Result<Value, QueryError> {
    let second = if values.len() > 1 { Some(values.swap_remove(1)) } else { None };
    let first = values.swap_remove(0);
    let bad_format = |format: &str| QueryError::Invalid(format!("Invalid or unsupported format string \"{format}\""));
    Ok(match (function, first, second) {
        (Function::Concat, Value::Text(first), second) => {
            let rest = second.into_iter().chain(values);
            let texts = rest.filter_map(|value| if let Value::Text(text) = value { Some(text) } else { None });
            Value::Text(first + &texts.collect::<String>())
        }
        (Function::StartsWith, Value::Text(text), Some(Value::Text(start))) => Value::Bool(text.starts_with(&start)),
        (Function::Lower, Value::Text(text), _) => Value::Text(text.to_lowercase()),
        (Function::Upper, Value::Text(text), _) => Value::Text(text.to_uppercase()),
        (Function::Abs, Value::Int(value), _) => Value::Int(value.saturating_abs()),
        (Function::Abs, Value::Float(value), _) => Value::Float(value.abs()),
        (Function::Abs, Value::Numeric(value), _) => {
            Value::Numeric(if value < Numeric::ZERO { value.negate() } else { value })
        }
        (Function::Round, Value::Numeric(value), second) => Value::Numeric(value.rounded(decimals(second.as_ref()))),
        (Function::Round, Value::Float(value), second) => {
            let unit = 10_f64.powi(decimals(second.as_ref()).clamp(-300, 300) as i32);
            Value::Float((value * unit).round() / unit)
        }
        (Function::Format, Value::Text(pattern), Some(of)) => {
            let Value::Timestamp(at) = cast(&of, &super::Type::Timestamp)? else { return Ok(Value::Null) };
            Value::Text(format(&pattern, at).ok_or_else(|| bad_format(&pattern))?)
        }
        (Function::ParseDate, Value::Text(pattern), Some(Value::Text(text))) => {
            let failed =
                || QueryError::Invalid(format!("Failed to parse input string \"{text}\" with format \"{pattern}\""));
            Value::Date(parse_date_as(&pattern, &text).ok_or_else(failed)?)
        }
        _ => Value::Null,
    })
}

fn decimals(value: Option<&Value>) -> i64 {
    if let Some(Value::Int(decimals)) = value { *decimals } else { 0 }
}

/// Null when either is.
fn compare(how: Comparison, left: &Value, right: &Value) -> Value {
    if left.is_null() || right.is_null() {
        return Value::Null;
    }
    let order = left.order(right);
    Value::Bool(match how {
        Comparison::Equal => order == Ordering::Equal,
        Comparison::NotEqual => order != Ordering::Equal,
        Comparison::Less => order == Ordering::Less,
        Comparison::LessOrEqual => order != Ordering::Greater,
        Comparison::Greater => order == Ordering::Greater,
        Comparison::GreaterOrEqual => order != Ordering::Less,
    })
}

/// Null when either is; an error when the result is too large or a divisor is zero.
pub(super) fn arithmetic(operation: Operation, left: &Value, right: &Value) -> Result<Value, QueryError> {
    use Operation::{Add, Divide, Multiply, Subtract};
    let is_zero = match right {
        Value::Float(value) => *value == 0.0,
        Value::Numeric(value) => value.is_zero(),
        _ => false,
    };
    if operation == Divide && is_zero && !left.is_null() {
        return Err(QueryError::Invalid("division by zero".to_owned()));
    }
    let result = match (left, right) {
        (Value::Int(left), Value::Int(right)) => match operation {
            Add => left.checked_add(*right),
            Subtract => left.checked_sub(*right),
            Multiply | Divide => left.checked_mul(*right),
        }
        .map(Value::Int),
        (Value::Float(left), Value::Float(right)) => Some(Value::Float(match operation {
            Add => left + right,
            Subtract => left - right,
            Multiply => left * right,
            Divide => left / right,
        })),
        (Value::Numeric(left), Value::Numeric(right)) => match operation {
            Add => left.add(*right),
            Subtract => left.subtract(*right),
            Multiply => left.multiply(*right),
            Divide => left.divide(*right),
        }
        .map(Value::Numeric),
        _ => Some(Value::Null),
    };
    result.ok_or_else(|| overflow(operation.symbol(), left))
}

fn overflow(symbol: &str, operand: &Value) -> QueryError {
    let kind = if matches!(operand, Value::Int(_)) { "int64" } else { "numeric" };
    QueryError::Invalid(format!("{kind} overflow in operator {symbol}"))
}

/// `%` stands for any text, `_` for one character.
fn is_like(text: &str, pattern: &str) -> bool {
    let mut letters = pattern.chars();
    match letters.next() {
        None => text.is_empty(),
        Some('%') => {
            let rest = letters.as_str();
            text.char_indices().map(|(place, _)| place).chain([text.len()]).any(|place| is_like(&text[place..], rest))
        }
        Some(letter) => {
            let mut own = text.chars();
            own.next().is_some_and(|first| letter == '_' || letter == first) && is_like(own.as_str(), letters.as_str())
        }
    }
}
