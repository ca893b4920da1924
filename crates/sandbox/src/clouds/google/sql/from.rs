//! The `FROM` clause: one table, or several by a wildcard, and arrays of their rows.

use std::sync::Arc;

use sqlparser::ast::{Expr, JoinConstraint, JoinOperator, ObjectName, TableFactor, TableWithJoins, Value as Literal};

use super::super::dataset::{Dataset, Table};
use super::super::export::Leaf;
use super::super::value::Type;
use super::QueryError;
use super::bind::Binder;
use super::bound::Bound;
use super::scope::Source;

/// The tables that are read.
pub(super) struct Tables {
    /// Each with what the star of the wildcard stands for.
    pub(super) read: Vec<(Table, String)>,
    /// Those of the table created last.
    pub(super) columns: Arc<[Leaf]>,
    is_wildcard: bool,
}

/// An array whose elements are joined to the row.
pub(super) struct Unnest {
    pub(super) array: Bound,
    /// Whether a row without elements stays.
    pub(super) is_left: bool,
}

/// Binds the clause: the tables, and the arrays that multiply their rows.
pub(super) fn bind_from(
    binder: &mut Binder<'_>,
    from: &[TableWithJoins],
    dataset: &Dataset,
) -> Result<(Tables, Vec<Unnest>), QueryError> {
    let Some((first, others)) = from.split_first() else {
        return Err(QueryError::unsupported("a query without FROM"));
    };
    let (tables, alias) = table(&first.relation, dataset)?;
    let is_wildcard = tables.is_wildcard;
    binder.scopes.add(Source::Table { alias, columns: Arc::clone(&tables.columns), is_wildcard });
    let mut unnests = Vec::new();
    let joins = first.joins.iter().map(|join| (&join.relation, Some(&join.join_operator)));
    let others = others.iter().flat_map(|item| {
        let joins = item.joins.iter().map(|join| (&join.relation, Some(&join.join_operator)));
        std::iter::once((&item.relation, None)).chain(joins)
    });
    for (relation, operator) in joins.chain(others) {
        let is_left = match operator {
            None => false,
            Some(operator) => is_left(operator)?,
        };
        let (array, source) = unnest(binder, relation)?;
        binder.scopes.add(source);
        unnests.push(Unnest { array, is_left });
    }
    Ok((tables, unnests))
}

/// Whether a join keeps rows without elements. Conditions other than `TRUE` are refused.
fn is_left(operator: &JoinOperator) -> Result<bool, QueryError> {
    let (constraint, is_left) = match operator {
        JoinOperator::Join(constraint) | JoinOperator::Inner(constraint) | JoinOperator::CrossJoin(constraint) => {
            (constraint, false)
        }
        JoinOperator::Left(constraint) | JoinOperator::LeftOuter(constraint) => (constraint, true),
        _ => return Err(QueryError::unsupported("joins other than CROSS JOIN, INNER JOIN and LEFT JOIN of UNNEST(…)")),
    };
    let is_free = match constraint {
        JoinConstraint::None => true,
        JoinConstraint::On(Expr::Value(value)) => value.value == Literal::Boolean(true),
        _ => false,
    };
    if is_free { Ok(is_left) } else { Err(QueryError::unsupported("conditions of joins")) }
}

/// An array of the row, and what its elements bring into scope.
pub(super) fn unnest(binder: &mut Binder<'_>, relation: &TableFactor) -> Result<(Bound, Source), QueryError> {
    let TableFactor::UNNEST { alias, array_exprs, with_offset: false, with_ordinality: false, .. } = relation else {
        return Err(QueryError::unsupported(format!(
            "`{relation}` in FROM: one table and UNNEST(…) of its arrays only"
        )));
    };
    let [expr] = array_exprs.as_slice() else { return Err(QueryError::unsupported("UNNEST of several arrays")) };
    let array = binder.bind(expr)?;
    let Some(Type::Array(kind)) = array.kind else {
        let message = format!(
            "Values referenced in UNNEST must be arrays. UNNEST contains expression of type {}",
            array.kind_name()
        );
        return Err(QueryError::Invalid(message));
    };
    let alias = alias.as_ref().map(|alias| alias.name.value.clone());
    let slot = binder.scopes.next_slot();
    Ok((array.bound, Source::Element { alias, slot, kind: *kind }))
}

fn table(relation: &TableFactor, dataset: &Dataset) -> Result<(Tables, Option<String>), QueryError> {
    let TableFactor::Table { name, alias, args: None, version: None, sample: None, .. } = relation else {
        return Err(QueryError::unsupported(format!("`{relation}` as the first item of FROM: it must be a table")));
    };
    let path = path(name);
    let (project, dataset_name, table) = match path.split('.').collect::<Vec<_>>().as_slice() {
        [project, dataset, table] => ((*project).to_owned(), (*dataset).to_owned(), (*table).to_owned()),
        [name, table] => (dataset.project.clone(), (*name).to_owned(), (*table).to_owned()),
        _ => {
            let message = format!("Table \"{path}\" must be qualified with a dataset (e.g. dataset.table).");
            return Err(QueryError::Invalid(message));
        }
    };
    if project != dataset.project || dataset_name != dataset.name {
        return Err(QueryError::NotFound(format!(
            "Dataset {project}:{dataset_name} was not found in location {}",
            dataset.location
        )));
    }
    let implied = Some(table.clone()).filter(|table| !table.contains('*'));
    let alias = alias.as_ref().map(|alias| alias.name.value.clone()).or(implied);
    let read = read(dataset, &table)?;
    let columns = Arc::clone(&read.last().expect("at least one table is read").0.columns);
    Ok((Tables { read, columns, is_wildcard: table.contains('*') }, alias))
}

fn path(name: &ObjectName) -> String {
    let parts = name.0.iter().map(|part| part.as_ident().map_or_else(|| part.to_string(), |ident| ident.value.clone()));
    parts.collect::<Vec<_>>().join(".")
}

fn read(dataset: &Dataset, name: &str) -> Result<Vec<(Table, String)>, QueryError> {
    let (project, place) = (&dataset.project, &dataset.name);
    let Some(prefix) = name.strip_suffix('*') else {
        let missing = || {
            QueryError::NotFound(format!(
                "Table {project}:{place}.{name} was not found in location {}",
                dataset.location
            ))
        };
        return Ok(vec![(dataset.table(name).ok_or_else(missing)?.clone(), String::new())]);
    };
    let matching = dataset
        .tables
        .iter()
        .filter_map(|table| table.name.strip_prefix(prefix).map(|suffix| (table.clone(), suffix.to_owned())));
    let found: Vec<(Table, String)> = matching.collect();
    if found.is_empty() {
        return Err(QueryError::Invalid(format!("{project}:{place}.{name} does not match any table.")));
    }
    Ok(found)
}
