//! Expressions whose names and types are resolved.

use super::super::value::{Type, Value};

/// A comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// An operation on two numbers of one type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operation {
    Add,
    Subtract,
    Multiply,
    Divide,
}

impl Operation {
    pub(super) fn symbol(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
        }
    }
}

/// A function of values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Function {
    /// The first that is not null.
    Coalesce,
    /// The second or the third, by the first.
    If,
    /// Null when both are equal, else the first.
    NullIf,
    Concat,
    StartsWith,
    Lower,
    Upper,
    Abs,
    /// To so many decimals, halves away from zero.
    Round,
    /// Format and day or instant.
    Format,
    /// Format and text.
    ParseDate,
}

/// A function over rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Aggregate {
    Count,
    CountDistinct,
    Sum,
    Min,
    Max,
}

/// An aggregate of an expression.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Total {
    pub(super) aggregate: Aggregate,
    /// For each row; always one for `COUNT(*)`.
    pub(super) argument: Bound,
}

/// A subquery over the elements of an array.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Subquery {
    pub(super) array: Bound,
    pub(super) filter: Option<Bound>,
    /// With totals: over them, else over each element.
    pub(super) result: Bound,
    pub(super) totals: Option<Vec<Total>>,
    pub(super) limit: Option<u64>,
}

/// An expression.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Bound {
    Constant(Value),
    /// A leaf column of the table.
    Leaf(usize),
    /// A column with fields.
    Struct(Vec<Bound>),
    /// The element that an `UNNEST` is at, counted from the outermost.
    Element(usize),
    Field(Box<Bound>, usize),
    /// A grouping expression of the group.
    Key(usize),
    /// An aggregate of the group.
    Total(usize),
    Cast(Box<Bound>, Type),
    Not(Box<Bound>),
    And(Box<Bound>, Box<Bound>),
    Or(Box<Bound>, Box<Bound>),
    IsNull(Box<Bound>),
    /// Whether it is the one boolean, and not null.
    IsBool(Box<Bound>, bool),
    Compare(Comparison, Box<Bound>, Box<Bound>),
    In(Box<Bound>, Vec<Bound>),
    Like(Box<Bound>, Box<Bound>),
    Arithmetic(Operation, Box<Bound>, Box<Bound>),
    Negate(Box<Bound>),
    /// Conditions with their results, then the result otherwise.
    Case(Vec<(Bound, Bound)>, Box<Bound>),
    Call(Function, Vec<Bound>),
    Subquery(Box<Subquery>),
    Exists(Box<Subquery>),
}

/// An expression with its type.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Typed {
    pub(super) bound: Bound,
    /// None for a `NULL` that takes any type.
    pub(super) kind: Option<Type>,
    /// Whether it is a literal or parameter, which takes other types more easily.
    pub(super) is_literal: bool,
}

impl Typed {
    pub(super) fn new(bound: Bound, kind: Type) -> Self {
        Self { bound, kind: Some(kind), is_literal: false }
    }

    pub(super) fn literal(value: Value, kind: Type) -> Self {
        Self { bound: Bound::Constant(value), kind: Some(kind), is_literal: true }
    }

    pub(super) fn null() -> Self {
        Self { bound: Bound::Constant(Value::Null), kind: None, is_literal: true }
    }

    /// The type for messages.
    pub(super) fn kind_name(&self) -> String {
        self.kind.as_ref().map_or_else(|| "NULL".to_owned(), Type::to_string)
    }

    /// The type in a reply, where an untyped `NULL` is `INT64`.
    pub(super) fn reply_kind(&self) -> Type {
        self.kind.clone().unwrap_or(Type::Int64)
    }
}
