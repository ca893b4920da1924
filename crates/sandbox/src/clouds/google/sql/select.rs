//! From a parsed query to a plan.

use std::collections::BTreeSet;
use std::sync::Arc;

use sqlparser::ast::{
    BinaryOperator, Expr, GroupByExpr, LimitClause, OrderByExpr, OrderByKind, Query, Select, SelectFlavor, SelectItem,
    SetExpr, Spanned as _,
};

use super::super::dataset::{Dataset, Table};
use super::super::export::Leaf;
use super::super::value::{Type, Value};
use super::QueryError;
use super::bind::Binder;
use super::bound::{Bound, Typed};
use super::call::has_aggregate;
use super::from::{Unnest, bind_from};
use super::group::Grouping;
use super::parameter::Parameters;
use super::scope::Scopes;

/// What a result is ordered by.
pub(super) struct Order {
    pub(super) bound: Bound,
    pub(super) is_descending: bool,
    pub(super) are_nulls_first: bool,
}

/// A query that can be run.
pub(super) struct Plan {
    /// Tables, each with what the star of the wildcard stands for.
    pub(super) tables: Vec<(Table, String)>,
    pub(super) columns: Arc<[Leaf]>,
    /// Leaf columns that are read.
    pub(super) used: BTreeSet<usize>,
    /// Conditions that partitions and tables can be skipped by.
    pub(super) pruning: Vec<Bound>,
    pub(super) unnests: Vec<Unnest>,
    /// All other conditions.
    pub(super) filters: Vec<Bound>,
    pub(super) grouping: Option<Grouping>,
    pub(super) having: Option<Bound>,
    pub(super) outputs: Vec<(String, Typed)>,
    pub(super) order: Vec<Order>,
    pub(super) limit: Option<u64>,
    pub(super) offset: u64,
}

/// Plans a query; fails for everything that it cannot mean.
pub(super) fn plan(query: &Query, parameters: &Parameters, dataset: &Dataset) -> Result<Plan, QueryError> {
    let select = select_of(query)?;
    only_known_clauses(query, select)?;
    let mut binder = Binder {
        scopes: Scopes::default(),
        parameters,
        now: dataset.now,
        grouping: None,
        aliases: Vec::new(),
        place: "FROM clause",
    };
    binder.scopes.enter();
    let (tables, unnests) = bind_from(&mut binder, &select.from, dataset)?;
    let (pruning, filters) = bind_where(&mut binder, select.selection.as_ref())?;
    binder.grouping = bind_grouping(&mut binder, select)?;
    binder.place = "SELECT list expression";
    let outputs = bind_outputs(&mut binder, &select.projection)?;
    binder.aliases.clone_from(&outputs);
    binder.place = "HAVING clause";
    let having = select.having.as_ref().map(|having| binder.bind_condition(having)).transpose()?;
    if having.is_some() && binder.grouping.is_none() {
        return Err(QueryError::Invalid("The HAVING clause requires GROUP BY or aggregation to be present".to_owned()));
    }
    binder.place = "ORDER BY clause expression";
    let order = bind_order(&mut binder, query, &outputs)?;
    let (limit, offset) = limit(&binder, query)?;
    Ok(Plan {
        tables: tables.read,
        columns: tables.columns,
        used: binder.scopes.used,
        pruning,
        unnests,
        filters,
        grouping: binder.grouping,
        having,
        outputs,
        order,
        limit,
        offset,
    })
}

/// The one `SELECT` of a query.
pub(super) fn select_of(query: &Query) -> Result<&Select, QueryError> {
    match &*query.body {
        SetExpr::Select(select) => Ok(select),
        SetExpr::SetOperation { op, .. } => Err(QueryError::unsupported(op)),
        _ => Err(QueryError::unsupported("queries other than one SELECT")),
    }
}

/// Refuses every clause that would otherwise be ignored.
pub(super) fn only_known_clauses(query: &Query, select: &Select) -> Result<(), QueryError> {
    let clauses = [
        ("WITH", query.with.is_some()),
        ("FETCH", query.fetch.is_some()),
        ("FOR", query.for_clause.is_some() || !query.locks.is_empty()),
        ("SETTINGS", query.settings.is_some() || query.format_clause.is_some()),
        ("pipe syntax", !query.pipe_operators.is_empty() || select.flavor != SelectFlavor::Standard),
        ("SELECT DISTINCT", select.distinct.is_some()),
        ("TOP", select.top.is_some()),
        ("EXCLUDE", select.exclude.is_some()),
        ("INTO", select.into.is_some()),
        ("LATERAL VIEW", !select.lateral_views.is_empty()),
        ("PREWHERE", select.prewhere.is_some()),
        ("CONNECT BY", !select.connect_by.is_empty()),
        ("CLUSTER BY", !select.cluster_by.is_empty()),
        ("DISTRIBUTE BY", !select.distribute_by.is_empty()),
        ("SORT BY", !select.sort_by.is_empty()),
        ("WINDOW", !select.named_window.is_empty()),
        ("QUALIFY", select.qualify.is_some()),
        ("SELECT AS", select.value_table_mode.is_some()),
    ];
    match clauses.iter().find(|(_, is_there)| *is_there) {
        Some((name, _)) => Err(QueryError::unsupported(name)),
        None => Ok(()),
    }
}

/// Conditions by which partitions can be skipped, and the others.
fn bind_where(binder: &mut Binder<'_>, selection: Option<&Expr>) -> Result<(Vec<Bound>, Vec<Bound>), QueryError> {
    binder.place = "WHERE clause";
    let mut conditions = Vec::new();
    if let Some(selection) = selection {
        conjuncts(selection, &mut conditions);
    }
    let (mut pruning, mut filters) = (Vec::new(), Vec::new());
    for condition in conditions {
        let used = std::mem::take(&mut binder.scopes.used);
        let bound = binder.bind_condition(condition)?;
        let needs_rows = bound.any(&|part| matches!(part, Bound::Element(_) | Bound::Subquery(_) | Bound::Exists(_)));
        let is_pseudo = binder.scopes.used.iter().all(|leaf| binder.scopes.is_pseudo(*leaf));
        binder.scopes.used.extend(used);
        if is_pseudo && !needs_rows { pruning.push(bound) } else { filters.push(bound) }
    }
    Ok((pruning, filters))
}

fn conjuncts<'a>(expr: &'a Expr, found: &mut Vec<&'a Expr>) {
    match expr {
        Expr::BinaryOp { left, op: BinaryOperator::And, right } => {
            conjuncts(left, found);
            conjuncts(right, found);
        }
        Expr::Nested(inner) if matches!(**inner, Expr::BinaryOp { op: BinaryOperator::And, .. }) => {
            conjuncts(inner, found);
        }
        other => found.push(other),
    }
}

fn item_expr(item: &SelectItem) -> Option<&Expr> {
    match item {
        SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. } => Some(expr),
        _ => None,
    }
}

/// What is grouped by; `None` when the query is about single rows.
fn bind_grouping(binder: &mut Binder<'_>, select: &Select) -> Result<Option<Grouping>, QueryError> {
    let GroupByExpr::Expressions(exprs, modifiers) = &select.group_by else {
        return Err(QueryError::unsupported("GROUP BY ALL"));
    };
    if !modifiers.is_empty() {
        return Err(QueryError::unsupported("modifiers of GROUP BY"));
    }
    let has_aggregates = select.projection.iter().filter_map(item_expr).chain(&select.having).any(has_aggregate);
    if exprs.is_empty() && !has_aggregates {
        return Ok(None);
    }
    binder.place = "GROUP BY clause";
    let keys: Result<Vec<Typed>, QueryError> =
        exprs.iter().map(|expr| binder.bind_key(meant(expr, &select.projection)?)).collect();
    Ok(Some(Grouping { keys: keys?, totals: Vec::new() }))
}

/// The expression that an ordinal or an alias in `GROUP BY` stands for.
fn meant<'a>(expr: &'a Expr, projection: &'a [SelectItem]) -> Result<&'a Expr, QueryError> {
    if let Some(ordinal) = ordinal(expr) {
        let place = ordinal.checked_sub(1).and_then(|place| projection.get(place)).and_then(item_expr);
        let out = || QueryError::at(format!("GROUP BY is out of SELECT column number range: {ordinal}"), expr.span());
        return place.ok_or_else(out);
    }
    let Expr::Identifier(name) = expr else { return Ok(expr) };
    let aliased = projection.iter().find_map(|item| match item {
        SelectItem::ExprWithAlias { expr, alias } if alias.value.eq_ignore_ascii_case(&name.value) => Some(expr),
        _ => None,
    });
    Ok(aliased.unwrap_or(expr))
}

fn ordinal(expr: &Expr) -> Option<usize> {
    let Expr::Value(value) = expr else { return None };
    match &value.value {
        number @ sqlparser::ast::Value::Number(..) => number.to_string().parse().ok(),
        _ => None,
    }
}

fn bind_outputs(binder: &mut Binder<'_>, projection: &[SelectItem]) -> Result<Vec<(String, Typed)>, QueryError> {
    let mut outputs: Vec<(String, Typed)> = Vec::new();
    let mut unnamed = 0;
    for item in projection {
        match item {
            SelectItem::ExprWithAlias { expr, alias } => outputs.push((alias.value.clone(), binder.bind(expr)?)),
            SelectItem::UnnamedExpr(expr) => {
                let name = match expr {
                    Expr::Identifier(name) if !name.value.starts_with('@') => name.value.clone(),
                    Expr::CompoundIdentifier(names) => names.last().map(|name| name.value.clone()).unwrap_or_default(),
                    _ => {
                        unnamed += 1;
                        format!("f{}_", unnamed - 1)
                    }
                };
                outputs.push((name, binder.bind(expr)?));
            }
            SelectItem::Wildcard(options) if *options == sqlparser::ast::WildcardAdditionalOptions::default() => {
                let columns = binder.scopes.columns().filter(|_| binder.grouping.is_none());
                outputs.extend(columns.ok_or_else(|| QueryError::unsupported("SELECT * of groups or of joins"))?);
            }
            other => return Err(QueryError::unsupported(format!("`{other}` in the select list"))),
        }
    }
    let mut known = BTreeSet::new();
    match outputs.iter().find(|(name, _)| !known.insert(name.to_ascii_lowercase())) {
        Some((name, _)) => Err(QueryError::Invalid(format!(
            "Duplicate column names in the result are not supported. Found duplicate(s): {name}"
        ))),
        None => Ok(outputs),
    }
}

fn bind_order(binder: &mut Binder<'_>, query: &Query, outputs: &[(String, Typed)]) -> Result<Vec<Order>, QueryError> {
    let Some(order_by) = &query.order_by else { return Ok(Vec::new()) };
    let (OrderByKind::Expressions(exprs), None) = (&order_by.kind, &order_by.interpolate) else {
        return Err(QueryError::unsupported("ORDER BY ALL"));
    };
    let bind = |item: &OrderByExpr| {
        let typed = match ordinal(&item.expr) {
            Some(ordinal) => {
                let output =
                    ordinal.checked_sub(1).and_then(|place| outputs.get(place)).map(|(_, typed)| typed.clone());
                let message = format!("ORDER BY column number item is out of range: {ordinal}");
                output.ok_or_else(|| QueryError::at(message, item.expr.span()))?
            }
            None => binder.bind(&item.expr)?,
        };
        if let Some(kind @ (Type::Struct(_) | Type::Array(_))) = &typed.kind {
            return Err(QueryError::at(
                format!("ORDER BY does not support expressions of type {kind}"),
                item.expr.span(),
            ));
        }
        let is_descending = item.options.asc == Some(false);
        let are_nulls_first = item.options.nulls_first.unwrap_or(!is_descending);
        Ok(Order { bound: typed.bound, is_descending, are_nulls_first })
    };
    exprs.iter().map(bind).collect()
}

/// The most rows and the rows to leave out before them.
pub(super) fn limit(binder: &Binder<'_>, query: &Query) -> Result<(Option<u64>, u64), QueryError> {
    let (limit, offset) = match &query.limit_clause {
        None => return Ok((None, 0)),
        Some(LimitClause::LimitOffset { limit, offset, limit_by }) if limit_by.is_empty() => (limit, offset),
        Some(_) => return Err(QueryError::unsupported("this form of LIMIT")),
    };
    let number = |expr: &Expr| match binder.constant(expr) {
        Some(Value::Int(number)) if number >= 0 => Ok(number as u64),
        _ => Err(QueryError::at("LIMIT and OFFSET expect a non-negative integer literal or parameter", expr.span())),
    };
    let limit = limit.as_ref().map(number).transpose()?;
    let offset = offset.as_ref().map(|offset| number(&offset.value)).transpose()?;
    Ok((limit, offset.unwrap_or_default()))
}
