//! Runs a plan over the rows.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::super::dataset::Dataset;
use super::super::export::{RowView, fnv};
use super::super::value::Value;
use super::aggregate::{Accumulator, Row};
use super::bound::Typed;
use super::evaluate::{Env, Reader};
use super::group::Grouping;
use super::select::{Order, Plan};
use super::{Outcome, QueryError};

/// Bytes that a value counts as, whatever its type.
const BYTES_OF_VALUE: u64 = 8;

/// A row of the result, and what it is ordered by.
type Ordered = (Vec<Value>, Vec<Value>);

/// Runs a plan.
pub(super) fn execute(plan: &Plan, dataset: &Dataset) -> Result<Outcome, QueryError> {
    let mut bytes = dataset.ballast;
    let mut rows = if let Some(grouping) = &plan.grouping {
        grouped(plan, grouping, dataset, &mut bytes)?
    } else {
        let mut rows = Vec::new();
        scan(plan, dataset, &mut bytes, &mut |env| {
            rows.push(result(plan, env)?);
            Ok(())
        })?;
        rows
    };
    if plan.order.is_empty() {
        // Without ORDER BY the order means nothing: scattered, but the same each time.
        rows.sort_by_cached_key(|(values, _)| fnv(&format!("{values:?}")));
    } else {
        rows.sort_by(|left, right| order(&plan.order, &left.1, &right.1));
    }
    let limit = usize::try_from(plan.limit.unwrap_or(u64::MAX)).unwrap_or(usize::MAX);
    let offset = usize::try_from(plan.offset).unwrap_or(usize::MAX);
    let columns = plan.outputs.iter().map(|(name, typed)| (name.clone(), Typed::reply_kind(typed))).collect();
    let rows = rows.into_iter().skip(offset).take(limit).map(|(values, _)| values).collect();
    Ok(Outcome { columns, rows, bytes, tables: plan.tables.len() })
}

/// Calls a function with each row that is left by the conditions, once for each element that it is joined with.
fn scan(
    plan: &Plan,
    dataset: &Dataset,
    bytes: &mut u64,
    take: &mut dyn FnMut(&Env<'_>) -> Result<(), QueryError>,
) -> Result<(), QueryError> {
    let width = plan.used.iter().filter(|place| !plan.columns[**place].is_pseudo).count() as u64;
    for (table, suffix) in &plan.tables {
        let has = |path: &str| table.columns.iter().any(|leaf| leaf.path == path);
        let readers: Vec<Option<Reader>> =
            plan.columns.iter().map(|leaf| Some(leaf.read).filter(|_| has(leaf.path))).collect();
        for row in dataset.rows(table) {
            let view = RowView { row, now: dataset.now, suffix };
            let env = Env { view: Some(view), readers: &readers, elements: Vec::new(), keys: &[], totals: &[] };
            if env.all_hold(&plan.pruning)? {
                *bytes += width * BYTES_OF_VALUE;
                join(plan, 0, &env, take)?;
            }
        }
    }
    Ok(())
}

/// Joins the elements of the arrays from a place on, one array after the other.
fn join(
    plan: &Plan,
    place: usize,
    env: &Env<'_>,
    take: &mut dyn FnMut(&Env<'_>) -> Result<(), QueryError>,
) -> Result<(), QueryError> {
    let Some(unnest) = plan.unnests.get(place) else {
        return if env.all_hold(&plan.filters)? { take(env) } else { Ok(()) };
    };
    let elements = match env.evaluate(&unnest.array)? {
        Value::Array(elements) if !elements.is_empty() => elements,
        _ if unnest.is_left => vec![Value::Null],
        _ => Vec::new(),
    };
    elements.into_iter().try_for_each(|element| join(plan, place + 1, &env.with(element), take))
}

fn grouped(plan: &Plan, grouping: &Grouping, dataset: &Dataset, bytes: &mut u64) -> Result<Vec<Ordered>, QueryError> {
    let fresh = || grouping.totals.iter().map(Accumulator::new).collect::<Vec<_>>();
    let mut groups: BTreeMap<Row, Vec<Accumulator>> = BTreeMap::new();
    if grouping.keys.is_empty() {
        groups.insert(Row(Vec::new()), fresh());
    }
    scan(plan, dataset, bytes, &mut |env| {
        let keys: Vec<Value> = grouping.keys.iter().map(|key| env.evaluate(&key.bound)).collect::<Result<_, _>>()?;
        let accumulators = groups.entry(Row(keys)).or_insert_with(fresh);
        for (accumulator, total) in accumulators.iter_mut().zip(&grouping.totals) {
            accumulator.add(env.evaluate(&total.argument)?)?;
        }
        Ok(())
    })?;
    let mut rows = Vec::new();
    for (keys, accumulators) in groups {
        let totals: Vec<Value> = accumulators.into_iter().map(Accumulator::value).collect();
        let env = Env { view: None, readers: &[], elements: Vec::new(), keys: &keys.0, totals: &totals };
        if env.all_hold(plan.having.as_slice())? {
            rows.push(result(plan, &env)?);
        }
    }
    Ok(rows)
}

fn result(plan: &Plan, env: &Env<'_>) -> Result<Ordered, QueryError> {
    let values = plan.outputs.iter().map(|(_, typed)| env.evaluate(&typed.bound)).collect::<Result<_, _>>()?;
    let order = plan.order.iter().map(|order| env.evaluate(&order.bound)).collect::<Result<_, _>>()?;
    Ok((values, order))
}

fn order(orders: &[Order], left: &[Value], right: &[Value]) -> Ordering {
    for (order, (left, right)) in orders.iter().zip(left.iter().zip(right)) {
        let compared = match (left.is_null(), right.is_null()) {
            (false, false) if order.is_descending => right.order(left),
            (false, false) => left.order(right),
            (left, right) if order.are_nulls_first => right.cmp(&left),
            (left, right) => left.cmp(&right),
        };
        if compared != Ordering::Equal {
            return compared;
        }
    }
    Ordering::Equal
}
