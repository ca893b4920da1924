//! Calls of functions.

use sqlparser::ast::{DuplicateTreatment, Expr, Function as Call, FunctionArg, FunctionArgExpr, FunctionArguments};
use sqlparser::tokenizer::Span;

use super::super::value::{Type, Value};
use super::QueryError;
use super::bind::{ARGUMENT, Binder, kinds, no_signature};
use super::bound::{Aggregate, Bound, Function, Total, Typed};
use super::cast::is_castable;
use super::coerce::{condition, convert, unify};

/// Functions that are known, besides aggregates.
const FUNCTIONS: [&str; 17] = [
    "ABS",
    "COALESCE",
    "CONCAT",
    "CURRENT_DATE",
    "CURRENT_TIMESTAMP",
    "DATE",
    "FORMAT_DATE",
    "FORMAT_TIMESTAMP",
    "IF",
    "IFNULL",
    "LOWER",
    "NULLIF",
    "PARSE_DATE",
    "ROUND",
    "STARTS_WITH",
    "TIMESTAMP",
    "UPPER",
];

/// Name of a function in capitals; `None` when it is qualified.
fn name(call: &Call) -> Option<String> {
    match call.name.0.as_slice() {
        [part] => part.as_ident().map(|ident| ident.value.to_ascii_uppercase()),
        _ => None,
    }
}

/// The aggregate that a call is of.
pub(super) fn aggregate(call: &Call) -> Option<Aggregate> {
    Some(match name(call)?.as_str() {
        "COUNT" => Aggregate::Count,
        "SUM" => Aggregate::Sum,
        "MIN" => Aggregate::Min,
        "MAX" => Aggregate::Max,
        _ => return None,
    })
}

/// The arguments, and whether `DISTINCT` stands before them. A star is `None`.
pub(super) fn arguments(call: &Call) -> Result<(Vec<Option<&Expr>>, bool), QueryError> {
    let odd = || QueryError::unsupported(format!("the call `{call}`"));
    if call.over.is_some() || call.filter.is_some() || call.null_treatment.is_some() || !call.within_group.is_empty() {
        return Err(odd());
    }
    let list = match &call.args {
        FunctionArguments::None => return Ok((Vec::new(), false)),
        FunctionArguments::List(list) if list.clauses.is_empty() => list,
        _ => return Err(odd()),
    };
    let argument = |argument: &'_ FunctionArg| match argument {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(_) | FunctionArgExpr::Wildcard) => Ok(()),
        _ => Err(odd()),
    };
    list.args.iter().try_for_each(argument)?;
    let exprs = list.args.iter().map(|argument| match argument {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => Some(expr),
        _ => None,
    });
    Ok((exprs.collect(), list.duplicate_treatment == Some(DuplicateTreatment::Distinct)))
}

impl Binder<'_> {
    /// Binds a call of a function that is no aggregate.
    pub(super) fn bind_function(&mut self, call: &Call, span: Span) -> Result<Typed, QueryError> {
        let unknown = || QueryError::unsupported(format!("the function {}", call.name));
        let name = name(call).ok_or_else(unknown)?;
        if aggregate(call).is_some() {
            return Err(QueryError::at(format!("Aggregate function {name} not allowed in {}", self.place), span));
        }
        let (exprs, is_distinct) = arguments(call)?;
        let mut operands = Vec::new();
        for expr in exprs {
            operands.push(self.bind(expr.filter(|_| !is_distinct).ok_or_else(unknown)?)?);
        }
        if !FUNCTIONS.contains(&name.as_str()) {
            return Err(unknown());
        }
        let names = kinds(&operands);
        self.build(&name, operands, span)?.ok_or_else(|| no_signature(&name, &names, span))
    }

    /// The call of a known function; `None` when it takes no such arguments.
    fn build(&self, name: &str, mut operands: Vec<Typed>, span: Span) -> Result<Option<Typed>, QueryError> {
        Ok(match (name, operands.len()) {
            ("CURRENT_TIMESTAMP", 0) => Some(Typed::new(Bound::Constant(Value::Timestamp(self.now)), Type::Timestamp)),
            ("CURRENT_DATE", 0) => {
                let today = self.now.to_chrono().map_or(Value::Null, |now| Value::Date(now.date_naive()));
                Some(Typed::new(Bound::Constant(today), Type::Date))
            }
            ("IFNULL", 2) | ("COALESCE", 1..) => unified(Function::Coalesce, operands, span)?,
            ("NULLIF", 2) => unified(Function::NullIf, operands, span)?,
            ("IF", 3) => {
                let results = operands.split_off(1);
                let test = condition(operands.remove(0), "IF condition", span)?;
                let mut typed = unified(Function::If, results, span)?;
                if let Some(Typed { bound: Bound::Call(_, arguments), .. }) = &mut typed {
                    arguments.insert(0, test);
                }
                typed
            }
            ("DATE", 1) => to(operands, &Type::Date, span)?,
            ("TIMESTAMP", 1) => to(operands, &Type::Timestamp, span)?,
            ("CONCAT", 1..) => of_texts(Function::Concat, operands, Type::Text),
            ("LOWER", 1) => of_texts(Function::Lower, operands, Type::Text),
            ("UPPER", 1) => of_texts(Function::Upper, operands, Type::Text),
            ("STARTS_WITH", 2) => of_texts(Function::StartsWith, operands, Type::Bool),
            ("PARSE_DATE", 2) => of_texts(Function::ParseDate, operands, Type::Date),
            ("FORMAT_DATE", 2) => format(&operands, &Type::Date, span)?,
            ("FORMAT_TIMESTAMP", 2) => format(&operands, &Type::Timestamp, span)?,
            ("ABS", 1) | ("ROUND", 1 | 2) => number_function(name, operands),
            _ => None,
        })
    }

    /// Binds an aggregate; its argument sees rows.
    pub(super) fn bind_total(&mut self, call: &Call, kind: Aggregate, span: Span) -> Result<(Total, Type), QueryError> {
        let name = name(call).unwrap_or_default();
        let (exprs, is_distinct) = arguments(call)?;
        let argument = match (kind, exprs.as_slice()) {
            (Aggregate::Count, [None]) if !is_distinct => Typed::literal(Value::Int(1), Type::Int64),
            (_, [Some(expr)]) => {
                let place = std::mem::replace(&mut self.place, ARGUMENT);
                let bound = self.bind(expr);
                self.place = place;
                bound?
            }
            _ => return Err(no_signature(&name, &exprs.len().to_string(), span)),
        };
        let wrong = || no_signature(&name, &argument.kind_name(), span);
        let of = argument.reply_kind();
        let (aggregate, result) = match (kind, is_distinct) {
            (Aggregate::Count, true) if of.is_plain() => (Aggregate::CountDistinct, Type::Int64),
            (Aggregate::Count, false) => (Aggregate::Count, Type::Int64),
            (Aggregate::Sum, false) if of.is_number() => (Aggregate::Sum, of),
            (Aggregate::Min | Aggregate::Max, false) if of.is_plain() => (kind, of),
            (_, true) => return Err(QueryError::unsupported(format!("`{call}`"))),
            _ => return Err(wrong()),
        };
        Ok((Total { aggregate, argument: argument.bound }, result))
    }
}

/// A call whose arguments and result have one type.
fn unified(function: Function, operands: Vec<Typed>, span: Span) -> Result<Option<Typed>, QueryError> {
    let unified = unify(operands, span)?;
    Ok(unified.map(|(bounds, kind)| Typed { bound: Bound::Call(function, bounds), kind, is_literal: false }))
}

/// A call whose arguments are texts.
fn of_texts(function: Function, operands: Vec<Typed>, result: Type) -> Option<Typed> {
    let fit = operands.iter().all(|operand| operand.kind.as_ref().is_none_or(|kind| *kind == Type::Text));
    let bounds = operands.into_iter().map(|operand| operand.bound).collect();
    fit.then(|| Typed::new(Bound::Call(function, bounds), result))
}

/// A format and what is to be formatted.
fn format(operands: &[Typed], of: &Type, span: Span) -> Result<Option<Typed>, QueryError> {
    let [pattern, value] = operands else { return Ok(None) };
    if !takes(pattern, &Type::Text) || !takes(value, of) {
        return Ok(None);
    }
    let bounds = vec![pattern.bound.clone(), convert(value.clone(), of, span)?];
    Ok(Some(Typed::new(Bound::Call(Function::Format, bounds), Type::Text)))
}

/// `DATE(x)` and `TIMESTAMP(x)`.
fn to(mut operands: Vec<Typed>, kind: &Type, span: Span) -> Result<Option<Typed>, QueryError> {
    let Some(operand) = operands.pop() else { return Ok(None) };
    let from_text = operand.kind == Some(Type::Text);
    let fits = operand.kind.as_ref().is_none_or(|from| *from != Type::Text && is_castable(from, kind));
    // A text is no date here unless it is written out; as a timestamp any text is read.
    if from_text && (operand.is_literal || *kind == Type::Timestamp) || fits {
        return Ok(Some(Typed::new(convert(operand, kind, span)?, kind.clone())));
    }
    Ok(None)
}

fn takes(operand: &Typed, kind: &Type) -> bool {
    match &operand.kind {
        None => true,
        Some(own) if own == kind => true,
        Some(own) => *own == Type::Text && operand.is_literal,
    }
}

fn number_function(name: &str, operands: Vec<Typed>) -> Option<Typed> {
    let numbers = operands.iter().all(|operand| operand.kind.as_ref().is_some_and(Type::is_number));
    let decimals_fit = operands.get(1).is_none_or(|decimals| decimals.kind == Some(Type::Int64));
    let of = operands.first()?.reply_kind();
    if !numbers || !decimals_fit {
        return None;
    }
    let mut bounds: Vec<Bound> = operands.into_iter().map(|operand| operand.bound).collect();
    if name == "ABS" {
        return Some(Typed::new(Bound::Call(Function::Abs, bounds), of));
    }
    let kind = if of == Type::Int64 { Type::Float64 } else { of };
    bounds[0] = Bound::Cast(Box::new(bounds[0].clone()), kind.clone());
    Some(Typed::new(Bound::Call(Function::Round, bounds), kind))
}

/// Whether an expression has an aggregate in it, outside of subqueries.
pub(super) fn has_aggregate(expr: &Expr) -> bool {
    let any = |exprs: &[&Expr]| exprs.iter().any(|expr| has_aggregate(expr));
    match expr {
        Expr::Function(call) => {
            let inside = |exprs: Vec<Option<&Expr>>| exprs.into_iter().flatten().any(has_aggregate);
            aggregate(call).is_some() || arguments(call).is_ok_and(|(exprs, _)| inside(exprs))
        }
        Expr::Nested(inner)
        | Expr::UnaryOp { expr: inner, .. }
        | Expr::Cast { expr: inner, .. }
        | Expr::IsNull(inner)
        | Expr::IsNotNull(inner)
        | Expr::IsTrue(inner)
        | Expr::IsFalse(inner)
        | Expr::IsNotTrue(inner)
        | Expr::IsNotFalse(inner) => has_aggregate(inner),
        Expr::BinaryOp { left, right, .. } => any(&[left, right]),
        Expr::Between { expr, low, high, .. } => any(&[expr, low, high]),
        Expr::Like { expr, pattern, .. } => any(&[expr, pattern]),
        Expr::InList { expr, list, .. } => has_aggregate(expr) || list.iter().any(has_aggregate),
        Expr::Case { operand, conditions, else_result, .. } => {
            operand.iter().chain(else_result).any(|expr| has_aggregate(expr))
                || conditions.iter().any(|branch| any(&[&branch.condition, &branch.result]))
        }
        _ => false,
    }
}
