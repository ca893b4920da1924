//! Subqueries over the elements of an array.

use sqlparser::ast::{Query, Select, SelectItem, TableFactor};

use super::super::value::Type;
use super::QueryError;
use super::bind::Binder;
use super::bound::{Bound, Subquery, Typed};
use super::call::has_aggregate;
use super::from::unnest;
use super::group::Grouping;
use super::select::{limit, only_known_clauses, select_of};

impl Binder<'_> {
    /// Binds a subquery that stands for one value.
    pub(super) fn bind_subquery(&mut self, query: &Query) -> Result<Typed, QueryError> {
        let select = select_of(query)?;
        let item = match select.projection.as_slice() {
            [SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. }] => expr,
            [SelectItem::Wildcard(_) | SelectItem::QualifiedWildcard(..)] => {
                return Err(QueryError::unsupported("a star in a subquery"));
            }
            _ => return Err(QueryError::Invalid("Scalar subquery cannot have more than one column".to_owned())),
        };
        let grouping = has_aggregate(item).then(Grouping::default);
        let (subquery, kind) = self.within(query, select, grouping, |binder| binder.bind(item))?;
        Ok(Typed { bound: Bound::Subquery(Box::new(subquery)), kind, is_literal: false })
    }

    /// Binds `EXISTS`, for which it does not matter what is selected.
    pub(super) fn bind_exists(&mut self, query: &Query) -> Result<Subquery, QueryError> {
        let select = select_of(query)?;
        let nothing = |_: &mut Self| Ok(Typed::null());
        self.within(query, select, None, nothing).map(|(subquery, _)| subquery)
    }

    fn within(
        &mut self,
        query: &Query,
        select: &Select,
        grouping: Option<Grouping>,
        bind: impl FnOnce(&mut Self) -> Result<Typed, QueryError>,
    ) -> Result<(Subquery, Option<Type>), QueryError> {
        only_known_clauses(query, select)?;
        let outer = (self.grouping.take(), self.place, std::mem::take(&mut self.aliases));
        self.scopes.enter();
        let bound = self.bind_within(query, select, grouping, bind);
        self.scopes.leave();
        (self.grouping, self.place, self.aliases) = outer;
        bound
    }

    fn bind_within(
        &mut self,
        query: &Query,
        select: &Select,
        grouping: Option<Grouping>,
        bind: impl FnOnce(&mut Self) -> Result<Typed, QueryError>,
    ) -> Result<(Subquery, Option<Type>), QueryError> {
        let has_groups =
            !matches!(&select.group_by, sqlparser::ast::GroupByExpr::Expressions(keys, _) if keys.is_empty());
        if has_groups || select.having.is_some() || query.order_by.is_some() {
            return Err(QueryError::unsupported("GROUP BY, HAVING and ORDER BY in a subquery"));
        }
        let array = match select.from.as_slice() {
            [from] if from.joins.is_empty() && matches!(from.relation, TableFactor::UNNEST { .. }) => {
                let (array, source) = unnest(self, &from.relation)?;
                self.scopes.add(source);
                array
            }
            _ => return Err(QueryError::unsupported("a subquery that is not FROM UNNEST(…) alone")),
        };
        self.place = "WHERE clause";
        let filter = select.selection.as_ref().map(|filter| self.bind_condition(filter)).transpose()?;
        let has_totals = grouping.is_some();
        self.place = "SELECT list expression";
        self.grouping = grouping;
        let result = bind(self)?;
        let totals = self.grouping.take().filter(|_| has_totals).map(|grouping| grouping.totals);
        let (limit, offset) = limit(self, query)?;
        if offset > 0 {
            return Err(QueryError::unsupported("OFFSET in a subquery"));
        }
        Ok((Subquery { array, filter, result: result.bound, totals, limit }, result.kind))
    }
}
