//! Aggregates while they grow.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use super::super::value::Value;
use super::QueryError;
use super::bound::{Aggregate, Operation, Total};
use super::evaluate::arithmetic;

/// Values that sort and compare as a whole.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Row(pub(super) Vec<Value>);

impl Eq for Row {}

impl PartialOrd for Row {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Row {
    fn cmp(&self, other: &Self) -> Ordering {
        let pairs = self.0.iter().zip(&other.0);
        pairs.map(|(left, right)| left.order(right)).find(|order| *order != Ordering::Equal).unwrap_or(Ordering::Equal)
    }
}

/// An aggregate of the rows so far. Nulls do not count, and of nothing but nulls everything but a count is null.
pub(super) enum Accumulator {
    Count(i64),
    Distinct(BTreeSet<Row>),
    Sum(Value),
    /// The least or the greatest, as the order says.
    Extreme(Value, Ordering),
}

impl Accumulator {
    pub(super) fn new(total: &Total) -> Self {
        match total.aggregate {
            Aggregate::Count => Self::Count(0),
            Aggregate::CountDistinct => Self::Distinct(BTreeSet::new()),
            Aggregate::Sum => Self::Sum(Value::Null),
            Aggregate::Min => Self::Extreme(Value::Null, Ordering::Less),
            Aggregate::Max => Self::Extreme(Value::Null, Ordering::Greater),
        }
    }

    /// Takes one more value; fails when a sum becomes too large.
    pub(super) fn add(&mut self, value: Value) -> Result<(), QueryError> {
        if value.is_null() {
            return Ok(());
        }
        match self {
            Self::Count(count) => *count += 1,
            Self::Distinct(values) => {
                values.insert(Row(vec![value]));
            }
            Self::Sum(sum) => *sum = if sum.is_null() { value } else { arithmetic(Operation::Add, sum, &value)? },
            Self::Extreme(extreme, order) => {
                if extreme.is_null() || value.order(extreme) == *order {
                    *extreme = value;
                }
            }
        }
        Ok(())
    }

    /// The aggregate.
    pub(super) fn value(self) -> Value {
        match self {
            Self::Count(count) => Value::Int(count),
            Self::Distinct(values) => Value::Int(values.len() as i64),
            Self::Sum(value) | Self::Extreme(value, _) => value,
        }
    }
}
