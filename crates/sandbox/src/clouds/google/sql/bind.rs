//! From the parsed text to expressions with resolved names and types.

use model::Instant;
use sqlparser::ast::{
    BinaryOperator, CaseWhen, CastKind, DataType, ExactNumberInfo, Expr, Ident, Spanned as _, UnaryOperator,
    Value as Literal,
};
use sqlparser::tokenizer::Span;

use super::super::value::{Type, Value};
use super::QueryError;
use super::bound::{Bound, Comparison, Operation, Typed};
use super::cast::{cast, is_castable};
use super::coerce::{condition, convert, unify};
use super::group::Grouping;
use super::parameter::Parameters;
use super::scope::Scopes;

/// Resolves names and types.
pub(super) struct Binder<'a> {
    pub(super) scopes: Scopes,
    pub(super) parameters: &'a Parameters,
    pub(super) now: Instant,
    /// In clauses that see groups in place of rows.
    pub(super) grouping: Option<Grouping>,
    /// Names of the select list, in clauses that know them.
    pub(super) aliases: Vec<(String, Typed)>,
    /// The clause, for messages.
    pub(super) place: &'static str,
}

/// The clause inside of an aggregate, which knows no names of the select list.
pub(super) const ARGUMENT: &str = "the argument of an aggregate function";

impl Binder<'_> {
    /// Binds an expression, over groups where there are groups.
    pub(super) fn bind(&mut self, expr: &Expr) -> Result<Typed, QueryError> {
        if self.grouping.is_some() { self.bind_grouped(expr) } else { self.bind_parts(expr) }
    }

    /// Binds a condition.
    pub(super) fn bind_condition(&mut self, expr: &Expr) -> Result<Bound, QueryError> {
        let place = self.place;
        let typed = self.bind(expr)?;
        condition(typed, place, expr.span())
    }

    /// The value of a literal or parameter.
    pub(super) fn constant(&self, expr: &Expr) -> Option<Value> {
        let typed = match expr {
            Expr::Value(value) => self.bind_literal(&value.value, expr.span()).ok()?,
            Expr::Identifier(name) => self.bind_parameter(name.value.strip_prefix('@')?, name.span).ok()?,
            _ => return None,
        };
        if let Bound::Constant(value) = typed.bound { Some(value) } else { None }
    }

    /// Binds the parts and puts them together.
    pub(super) fn bind_parts(&mut self, expr: &Expr) -> Result<Typed, QueryError> {
        let span = expr.span();
        match expr {
            Expr::Identifier(name) => self.bind_name(name),
            Expr::CompoundIdentifier(names) => self.scopes.resolve(names),
            Expr::Nested(inner) => self.bind(inner),
            Expr::Value(value) => self.bind_literal(&value.value, span),
            Expr::TypedString(text) => {
                let kind = target(&text.data_type)?;
                let value = text.value.value.clone().into_string().unwrap_or_default();
                let bound = convert(Typed::literal(Value::Text(value), Type::Text), &kind, span)?;
                Ok(Typed { is_literal: true, ..Typed::new(bound, kind) })
            }
            Expr::BinaryOp { left, op, right } => self.bind_binary(left, op, right, span),
            Expr::UnaryOp { op, expr } => self.bind_unary(*op, expr, span),
            Expr::IsNull(inner) => self.bind(inner).map(|typed| truth(Bound::IsNull(Box::new(typed.bound)))),
            Expr::IsNotNull(inner) => self.bind(inner).map(|typed| truth(not(Bound::IsNull(Box::new(typed.bound))))),
            Expr::IsTrue(inner) => self.is_bool(inner, true),
            Expr::IsFalse(inner) => self.is_bool(inner, false),
            Expr::IsNotTrue(inner) => self.is_bool(inner, true).map(|typed| truth(not(typed.bound))),
            Expr::IsNotFalse(inner) => self.is_bool(inner, false).map(|typed| truth(not(typed.bound))),
            Expr::InList { expr, list, negated } => self.bind_in(expr, list, *negated, span),
            Expr::Between { expr, negated, low, high } => {
                let low = self.compare(Comparison::GreaterOrEqual, expr, low, span)?;
                let high = self.compare(Comparison::LessOrEqual, expr, high, span)?;
                Ok(negated_if(*negated, Bound::And(Box::new(low), Box::new(high))))
            }
            Expr::Like { negated, any: false, expr, pattern, escape_char: None } => {
                let (left, right) = (self.bind_text(expr, "LIKE")?, self.bind_text(pattern, "LIKE")?);
                Ok(negated_if(*negated, Bound::Like(Box::new(left), Box::new(right))))
            }
            Expr::Cast { kind: CastKind::Cast, expr, data_type, array: false, format: None } => {
                self.bind_cast(expr, data_type, span)
            }
            Expr::Case { operand, conditions, else_result, .. } => {
                self.bind_case(operand.as_deref(), conditions, else_result.as_deref(), span)
            }
            Expr::Function(function) => self.bind_function(function, span),
            Expr::Subquery(query) => self.bind_subquery(query),
            Expr::Exists { subquery, negated } => {
                let subquery = self.bind_exists(subquery)?;
                Ok(negated_if(*negated, Bound::Exists(Box::new(subquery))))
            }
            other => Err(QueryError::unsupported(format!("the expression `{other}`"))),
        }
    }

    fn bind_name(&mut self, name: &Ident) -> Result<Typed, QueryError> {
        match name.value.strip_prefix('@').filter(|_| name.quote_style.is_none()) {
            Some(parameter) => self.bind_parameter(parameter, name.span),
            None => match self.alias(&name.value) {
                Some(typed) => Ok(typed),
                None => self.scopes.resolve(std::slice::from_ref(name)),
            },
        }
    }

    fn alias(&self, name: &str) -> Option<Typed> {
        let mut aliases = self.aliases.iter().filter(|_| self.place != ARGUMENT);
        aliases.find(|(alias, _)| alias.eq_ignore_ascii_case(name)).map(|(_, typed)| typed.clone())
    }

    fn bind_parameter(&self, name: &str, span: Span) -> Result<Typed, QueryError> {
        let missing = || QueryError::at(format!("Query parameter '{name}' not found"), span);
        self.parameters.get(name).ok_or_else(missing)
    }

    fn bind_literal(&self, literal: &Literal, span: Span) -> Result<Typed, QueryError> {
        match literal {
            Literal::Null => Ok(Typed::null()),
            Literal::Boolean(value) => Ok(Typed::literal(Value::Bool(*value), Type::Bool)),
            Literal::Number(..) => {
                let text = literal.to_string();
                let whole = text.parse().map(|whole| Typed::literal(Value::Int(whole), Type::Int64));
                let float = || text.parse().map(|float| Typed::literal(Value::Float(float), Type::Float64));
                whole.or_else(|_| float()).map_err(|_| QueryError::at(format!("Invalid number: {text}"), span))
            }
            Literal::Placeholder(name) if name.len() > 1 && name.starts_with('@') => {
                self.bind_parameter(&name[1..], span)
            }
            Literal::SingleQuotedString(text)
            | Literal::DoubleQuotedString(text)
            | Literal::TripleSingleQuotedString(text)
            | Literal::TripleDoubleQuotedString(text)
            | Literal::SingleQuotedRawStringLiteral(text)
            | Literal::DoubleQuotedRawStringLiteral(text) => Ok(Typed::literal(Value::Text(text.clone()), Type::Text)),
            other => Err(QueryError::unsupported(format!("the literal `{other}`"))),
        }
    }

    fn bind_binary(
        &mut self,
        left: &Expr,
        operator: &BinaryOperator,
        right: &Expr,
        span: Span,
    ) -> Result<Typed, QueryError> {
        let comparison = match operator {
            BinaryOperator::Eq => Comparison::Equal,
            BinaryOperator::NotEq => Comparison::NotEqual,
            BinaryOperator::Lt => Comparison::Less,
            BinaryOperator::LtEq => Comparison::LessOrEqual,
            BinaryOperator::Gt => Comparison::Greater,
            BinaryOperator::GtEq => Comparison::GreaterOrEqual,
            BinaryOperator::And | BinaryOperator::Or => {
                let name = if *operator == BinaryOperator::And { "Operand of AND" } else { "Operand of OR" };
                let left = condition(self.bind(left)?, name, left.span())?;
                let right = condition(self.bind(right)?, name, right.span())?;
                let both = (Box::new(left), Box::new(right));
                let is_and = *operator == BinaryOperator::And;
                return Ok(truth(if is_and { Bound::And(both.0, both.1) } else { Bound::Or(both.0, both.1) }));
            }
            BinaryOperator::Plus => return self.arithmetic(Operation::Add, left, right, span),
            BinaryOperator::Minus => return self.arithmetic(Operation::Subtract, left, right, span),
            BinaryOperator::Multiply => return self.arithmetic(Operation::Multiply, left, right, span),
            BinaryOperator::Divide => return self.arithmetic(Operation::Divide, left, right, span),
            BinaryOperator::StringConcat => {
                let parts = vec![self.bind_text(left, "||")?, self.bind_text(right, "||")?];
                return Ok(Typed::new(Bound::Call(super::bound::Function::Concat, parts), Type::Text));
            }
            other => return Err(QueryError::unsupported(format!("the operator {other}"))),
        };
        self.compare(comparison, left, right, span).map(truth)
    }

    fn compare(&mut self, how: Comparison, left: &Expr, right: &Expr, span: Span) -> Result<Bound, QueryError> {
        let operands = vec![self.bind(left)?, self.bind(right)?];
        let names = kinds(&operands);
        let unified = unify(operands, span)?.filter(|(_, kind)| kind.as_ref().is_none_or(Type::is_plain));
        let symbol = match how {
            Comparison::Equal => "=",
            Comparison::NotEqual => "!=",
            Comparison::Less => "<",
            Comparison::LessOrEqual => "<=",
            Comparison::Greater => ">",
            Comparison::GreaterOrEqual => ">=",
        };
        let (bounds, _) = unified.ok_or_else(|| no_signature(symbol, &names, span))?;
        let [left, right] = pair(bounds);
        Ok(Bound::Compare(how, left, right))
    }

    fn arithmetic(&mut self, operation: Operation, left: &Expr, right: &Expr, span: Span) -> Result<Typed, QueryError> {
        let operands = vec![self.bind(left)?, self.bind(right)?];
        let names = kinds(&operands);
        let unified = unify(operands, span)?.filter(|(_, kind)| kind.as_ref().is_none_or(Type::is_number));
        let (bounds, kind) = unified.ok_or_else(|| no_signature(operation.symbol(), &names, span))?;
        let kind = kind.unwrap_or(Type::Int64);
        // Whole numbers are divided as binary numbers.
        let (bounds, kind) = if operation == Operation::Divide && kind == Type::Int64 {
            let cast = |bound| Bound::Cast(Box::new(bound), Type::Float64);
            (bounds.into_iter().map(cast).collect(), Type::Float64)
        } else {
            (bounds, kind)
        };
        let [left, right] = pair(bounds);
        Ok(Typed::new(Bound::Arithmetic(operation, left, right), kind))
    }

    fn bind_unary(&mut self, operator: UnaryOperator, expr: &Expr, span: Span) -> Result<Typed, QueryError> {
        let operand = self.bind(expr)?;
        match operator {
            UnaryOperator::Not => condition(operand, "Operand of NOT", expr.span()).map(|bound| truth(not(bound))),
            UnaryOperator::Minus | UnaryOperator::Plus if operand.kind.as_ref().is_some_and(Type::is_number) => {
                if operator == UnaryOperator::Plus {
                    return Ok(operand);
                }
                let kind = operand.reply_kind();
                match operand.bound {
                    Bound::Constant(Value::Int(whole)) => Ok(Typed::literal(Value::Int(-whole), kind)),
                    Bound::Constant(Value::Float(float)) => Ok(Typed::literal(Value::Float(-float), kind)),
                    bound => Ok(Typed::new(Bound::Negate(Box::new(bound)), kind)),
                }
            }
            other => Err(no_signature(&other.to_string(), &operand.kind_name(), span)),
        }
    }

    fn is_bool(&mut self, expr: &Expr, wanted: bool) -> Result<Typed, QueryError> {
        let bound = condition(self.bind(expr)?, "Operand of IS", expr.span())?;
        Ok(truth(Bound::IsBool(Box::new(bound), wanted)))
    }

    fn bind_in(&mut self, expr: &Expr, list: &[Expr], negated: bool, span: Span) -> Result<Typed, QueryError> {
        let mut operands = vec![self.bind(expr)?];
        for member in list {
            operands.push(self.bind(member)?);
        }
        let names = kinds(&operands);
        let unified = unify(operands, span)?.filter(|(_, kind)| kind.as_ref().is_none_or(Type::is_plain));
        let (mut bounds, _) = unified.ok_or_else(|| no_signature("IN", &names, span))?;
        let members = bounds.split_off(1);
        let sought = bounds.pop().expect("the first operand is what is sought");
        Ok(negated_if(negated, Bound::In(Box::new(sought), members)))
    }

    /// Binds something that must be text.
    pub(super) fn bind_text(&mut self, expr: &Expr, place: &str) -> Result<Bound, QueryError> {
        let typed = self.bind(expr)?;
        match &typed.kind {
            None | Some(Type::Text) => Ok(typed.bound),
            Some(kind) => Err(no_signature(place, &kind.to_string(), expr.span())),
        }
    }

    fn bind_cast(&mut self, expr: &Expr, data_type: &DataType, span: Span) -> Result<Typed, QueryError> {
        let to = target(data_type)?;
        let operand = self.bind(expr)?;
        if let Some(from) = operand.kind.as_ref().filter(|from| !is_castable(from, &to)) {
            return Err(QueryError::at(format!("Invalid cast from {from} to {to}"), span));
        }
        match operand.bound {
            Bound::Constant(value) => Ok(Typed::new(Bound::Constant(cast(&value, &to)?), to)),
            bound if operand.kind.as_ref() == Some(&to) => Ok(Typed::new(bound, to)),
            bound => Ok(Typed::new(Bound::Cast(Box::new(bound), to.clone()), to)),
        }
    }

    fn bind_case(
        &mut self,
        operand: Option<&Expr>,
        conditions: &[CaseWhen],
        otherwise: Option<&Expr>,
        span: Span,
    ) -> Result<Typed, QueryError> {
        let (mut tests, mut results) = (Vec::new(), Vec::new());
        for branch in conditions {
            tests.push(match operand {
                Some(operand) => self.compare(Comparison::Equal, operand, &branch.condition, span)?,
                None => condition(self.bind(&branch.condition)?, "CASE WHEN", branch.condition.span())?,
            });
            results.push(self.bind(&branch.result)?);
        }
        results.push(otherwise.map_or_else(|| Ok(Typed::null()), |expr| self.bind(expr))?);
        let names = kinds(&results);
        let (mut bounds, kind) = unify(results, span)?.ok_or_else(|| no_signature("CASE", &names, span))?;
        let otherwise = bounds.pop().expect("there is a result otherwise");
        let bound = Bound::Case(tests.into_iter().zip(bounds).collect(), Box::new(otherwise));
        Ok(Typed { bound, kind, is_literal: false })
    }
}

/// The type that a query names.
fn target(data_type: &DataType) -> Result<Type, QueryError> {
    Ok(match data_type {
        DataType::Numeric(ExactNumberInfo::None) | DataType::Decimal(ExactNumberInfo::None) => Type::Numeric,
        DataType::String(None) => Type::Text,
        DataType::Float64 => Type::Float64,
        DataType::Int64 | DataType::Int(None) | DataType::Integer(None) | DataType::BigInt(None) => Type::Int64,
        DataType::Bool | DataType::Boolean => Type::Bool,
        DataType::Date => Type::Date,
        DataType::Timestamp(None, _) => Type::Timestamp,
        other => return Err(QueryError::unsupported(format!("the type {other}"))),
    })
}

/// No operator or function takes such operands.
pub(super) fn no_signature(name: &str, kinds: &str, span: Span) -> QueryError {
    let what =
        if name.chars().all(|letter| letter.is_ascii_uppercase() || letter == '_') { "function" } else { "operator" };
    QueryError::at(format!("No matching signature for {what} {name} for argument types: {kinds}"), span)
}

/// Names of types, with commas.
pub(super) fn kinds(operands: &[Typed]) -> String {
    operands.iter().map(Typed::kind_name).collect::<Vec<_>>().join(", ")
}

fn truth(bound: Bound) -> Typed {
    Typed::new(bound, Type::Bool)
}

fn not(bound: Bound) -> Bound {
    Bound::Not(Box::new(bound))
}

fn negated_if(negated: bool, bound: Bound) -> Typed {
    truth(if negated { not(bound) } else { bound })
}

fn pair(bounds: Vec<Bound>) -> [Box<Bound>; 2] {
    let mut bounds = bounds.into_iter().map(Box::new);
    let mut next = || bounds.next().expect("two operands stay two");
    [next(), next()]
}
