//! Expressions over groups in place of rows.

use sqlparser::ast::{Expr, Spanned as _};

use super::super::value::Type;
use super::QueryError;
use super::bind::Binder;
use super::bound::{Bound, Subquery, Total, Typed};
use super::call::{aggregate, has_aggregate};

/// What is grouped by, and what is counted and added up for each group.
#[derive(Clone, Debug, Default)]
pub(super) struct Grouping {
    pub(super) keys: Vec<Typed>,
    pub(super) totals: Vec<Total>,
}

impl Grouping {
    /// The place of a total, which is added when it is new.
    fn place_of(&mut self, total: Total) -> usize {
        self.totals.iter().position(|known| *known == total).unwrap_or_else(|| {
            self.totals.push(total);
            self.totals.len() - 1
        })
    }
}

impl Binder<'_> {
    /// Binds an expression that sees groups: keys, totals, and what is put together from them.
    pub(super) fn bind_grouped(&mut self, expr: &Expr) -> Result<Typed, QueryError> {
        if let Expr::Function(call) = expr
            && let Some(kind) = aggregate(call)
        {
            let (total, result) = self.over_rows(|binder| binder.bind_total(call, kind, expr.span()))?;
            let grouping = self.grouping.as_mut().expect("groups are being bound");
            return Ok(Typed::new(Bound::Total(grouping.place_of(total)), result));
        }
        if has_aggregate(expr) {
            return self.bind_parts(expr);
        }
        let typed = self.over_rows(|binder| binder.bind_parts(expr))?;
        let keys = &self.grouping.as_ref().expect("groups are being bound").keys;
        if let Some(place) = keys.iter().position(|key| key.bound == typed.bound) {
            return Ok(Typed::new(Bound::Key(place), typed.reply_kind()));
        }
        if !reads_rows(&typed.bound) {
            return Ok(typed);
        }
        match expr {
            Expr::Identifier(_) | Expr::CompoundIdentifier(_) | Expr::Subquery(_) | Expr::Exists { .. } => {
                Err(QueryError::at(
                    format!("{} references `{expr}` which is neither grouped nor aggregated", self.place),
                    expr.span(),
                ))
            }
            _ => self.bind_parts(expr),
        }
    }

    /// Binds something over rows although there are groups.
    fn over_rows<T>(&mut self, bind: impl FnOnce(&mut Self) -> Result<T, QueryError>) -> Result<T, QueryError> {
        let grouping = self.grouping.take();
        let bound = bind(self);
        self.grouping = grouping;
        bound
    }

    /// Binds a grouping expression.
    pub(super) fn bind_key(&mut self, expr: &Expr) -> Result<Typed, QueryError> {
        let typed = self.bind(expr)?;
        match &typed.kind {
            Some(kind @ (Type::Struct(_) | Type::Array(_))) => {
                Err(QueryError::at(format!("Grouping by expressions of type {kind} is not allowed"), expr.span()))
            }
            _ => Ok(typed),
        }
    }
}

/// Whether a value depends on the row.
fn reads_rows(bound: &Bound) -> bool {
    bound.any(&|part| matches!(part, Bound::Leaf(_) | Bound::Element(_) | Bound::Subquery(_) | Bound::Exists(_)))
}

impl Bound {
    /// Whether a test holds for this or a part of this.
    pub(super) fn any(&self, test: &dyn Fn(&Self) -> bool) -> bool {
        let all = |parts: &[Self]| parts.iter().any(|part| part.any(test));
        if test(self) {
            return true;
        }
        match self {
            Self::Constant(_) | Self::Leaf(_) | Self::Element(_) | Self::Key(_) | Self::Total(_) => false,
            Self::Struct(parts) | Self::Call(_, parts) => all(parts),
            Self::Field(part, _)
            | Self::Cast(part, _)
            | Self::Not(part)
            | Self::IsNull(part)
            | Self::IsBool(part, _)
            | Self::Negate(part) => part.any(test),
            Self::And(left, right)
            | Self::Or(left, right)
            | Self::Compare(_, left, right)
            | Self::Like(left, right)
            | Self::Arithmetic(_, left, right) => left.any(test) || right.any(test),
            Self::In(sought, members) => sought.any(test) || all(members),
            Self::Case(branches, otherwise) => {
                otherwise.any(test) || branches.iter().any(|(when, then)| when.any(test) || then.any(test))
            }
            Self::Subquery(subquery) | Self::Exists(subquery) => any_in(subquery, test),
        }
    }
}

fn any_in(subquery: &Subquery, test: &dyn Fn(&Bound) -> bool) -> bool {
    let totals = subquery.totals.iter().flatten().map(|total| &total.argument);
    let parts = [&subquery.array, &subquery.result].into_iter().chain(&subquery.filter).chain(totals);
    parts.into_iter().any(|part| part.any(test))
}
