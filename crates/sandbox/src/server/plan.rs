//! A validated operation with its variables, ready to execute: merged fields per concrete type, arguments read.

use apollo_compiler::ast::Value as Literal;
use apollo_compiler::collections::IndexMap;
use apollo_compiler::executable::{Field, Operation, Selection};
use apollo_compiler::schema::{ExtendedType, Type};
use apollo_compiler::{ExecutableDocument, Name, Schema};
use serde_json::{Map, Value as Json};

use super::resolve::{self, Resolver};

/// One field of one concrete type.
pub(crate) struct PlanField {
    /// `"key":`, as it is written.
    pub(crate) written_key: String,
    /// The alias or the name.
    pub(crate) response_key: String,
    /// The name in the schema.
    pub(crate) name: String,
    /// Name of the innermost type.
    pub(crate) type_name: String,
    pub(crate) resolver: Resolver,
    pub(crate) arguments: Arguments,
    pub(crate) non_null: bool,
    /// For lists: whether an entry may not be null.
    pub(crate) entry_non_null: bool,
    /// What is selected, by concrete type.
    pub(crate) selections: Vec<(String, Vec<PlanField>)>,
    /// Line and column of the field in the query.
    pub(crate) location: Option<(usize, usize)>,
}

/// Arguments of a field after variables and defaults.
#[derive(Default)]
pub(crate) struct Arguments(Map<String, Json>);

impl Arguments {
    /// A string or enum value.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_str()
    }

    /// A number.
    pub(crate) fn integer(&self, name: &str) -> Option<i64> {
        self.0.get(name)?.as_i64()
    }

    /// A truth value.
    pub(crate) fn flag(&self, name: &str) -> Option<bool> {
        self.0.get(name)?.as_bool()
    }

    /// Texts of a list; a single value counts as a list of one, as in GraphQL.
    pub(crate) fn texts(&self, name: &str) -> Option<Vec<&str>> {
        texts(self.0.get(name)?)
    }

    /// A value of any type.
    pub(crate) fn value(&self, name: &str) -> Option<&Json> {
        self.0.get(name)
    }

    /// A field of an input object.
    pub(crate) fn inside(&self, name: &str, field: &str) -> Option<&Json> {
        self.0.get(name)?.get(field)
    }
}

/// Texts of a JSON list or of a single text; `None` for null.
pub(crate) fn texts(value: &Json) -> Option<Vec<&str>> {
    match value {
        Json::Array(list) => Some(list.iter().filter_map(Json::as_str).collect()),
        Json::String(text) => Some(vec![text]),
        _ => None,
    }
}

/// Reads an operation into fields of the query root.
pub(crate) fn compile(
    schema: &Schema,
    document: &ExecutableDocument,
    operation: &Operation,
    variables: &Map<String, Json>,
) -> Vec<PlanField> {
    let compiler = Compiler { schema, document, variables };
    compiler.fields("Query", &[&operation.selection_set.selections])
}

struct Compiler<'a> {
    schema: &'a Schema,
    document: &'a ExecutableDocument,
    variables: &'a Map<String, Json>,
}

impl<'a> Compiler<'a> {
    fn fields(&self, type_name: &str, selections: &[&'a Vec<Selection>]) -> Vec<PlanField> {
        let mut merged: IndexMap<&'a Name, Vec<&'a Field>> = IndexMap::default();
        for selections in selections {
            self.collect(type_name, selections, &mut merged);
        }
        merged.into_iter().map(|(key, fields)| self.field(type_name, key, &fields)).collect()
    }

    fn collect(&self, type_name: &str, selections: &'a [Selection], merged: &mut IndexMap<&'a Name, Vec<&'a Field>>) {
        for selection in selections.iter().filter(|selection| self.is_included(selection)) {
            match selection {
                Selection::Field(field) => merged.entry(field.response_key()).or_default().push(field),
                Selection::FragmentSpread(spread) => {
                    if let Some(fragment) = self.document.fragments.get(&spread.fragment_name)
                        && self.applies(type_name, fragment.type_condition())
                    {
                        self.collect(type_name, &fragment.selection_set.selections, merged);
                    }
                }
                Selection::InlineFragment(inline) => {
                    if inline.type_condition.as_ref().is_none_or(|condition| self.applies(type_name, condition)) {
                        self.collect(type_name, &inline.selection_set.selections, merged);
                    }
                }
            }
        }
    }

    fn is_included(&self, selection: &Selection) -> bool {
        let condition =
            |directive: &str| match selection.directives().get(directive)?.specified_argument_by_name("if")?.as_ref() {
                Literal::Boolean(value) => Some(*value),
                Literal::Variable(name) => self.variables.get(name.as_str())?.as_bool(),
                _ => None,
            };
        condition("include").unwrap_or(true) && !condition("skip").unwrap_or(false)
    }

    fn applies(&self, type_name: &str, condition: &str) -> bool {
        type_name == condition || self.concrete_types(condition).iter().any(|name| name == type_name)
    }

    fn field(&self, parent: &str, key: &Name, fields: &[&'a Field]) -> PlanField {
        let field = fields[0];
        let inner: Vec<&'a Vec<Selection>> = fields.iter().map(|field| &field.selection_set.selections).collect();
        let type_name = field.ty().inner_named_type();
        let selections = if field.selection_set.selections.is_empty() {
            Vec::new()
        } else {
            self.concrete_types(type_name)
                .into_iter()
                .map(|concrete| {
                    let fields = self.fields(&concrete, &inner);
                    (concrete, fields)
                })
                .collect()
        };
        PlanField {
            written_key: format!("\"{key}\":"),
            response_key: key.to_string(),
            name: field.name.to_string(),
            type_name: type_name.to_string(),
            resolver: resolve::resolver(parent, &field.name),
            arguments: self.arguments(field),
            non_null: field.ty().is_non_null(),
            entry_non_null: matches!(field.ty(), Type::List(entry) | Type::NonNullList(entry) if entry.is_non_null()),
            selections,
            location: field
                .name
                .location()
                .and_then(|span| span.line_column(&self.document.sources))
                .map(|at| (at.line, at.column)),
        }
    }

    /// The object types that a value of a type can have.
    fn concrete_types(&self, type_name: &str) -> Vec<String> {
        match self.schema.types.get(type_name) {
            Some(ExtendedType::Object(_)) => vec![type_name.to_owned()],
            Some(ExtendedType::Union(union)) => union.members.iter().map(|name| name.name.to_string()).collect(),
            Some(ExtendedType::Interface(_)) => self
                .schema
                .types
                .values()
                .filter_map(ExtendedType::as_object)
                .filter(|object| object.implements_interfaces.iter().any(|name| name.name == type_name))
                .map(|object| object.name.to_string())
                .collect(),
            _ => Vec::new(),
        }
    }

    fn arguments(&self, field: &Field) -> Arguments {
        let mut values = Map::new();
        for definition in &field.definition.arguments {
            let given = field.specified_argument_by_name(&definition.name).and_then(|value| self.json(value));
            let value = given.or_else(|| self.json(definition.default_value.as_ref()?));
            if let Some(value) = value {
                values.insert(definition.name.to_string(), value);
            }
        }
        Arguments(values)
    }

    /// A literal as JSON; `None` for a variable without a value.
    fn json(&self, literal: &Literal) -> Option<Json> {
        Some(match literal {
            Literal::Null => Json::Null,
            Literal::Enum(name) => Json::from(name.as_str()),
            Literal::Variable(name) => self.variables.get(name.as_str())?.clone(),
            Literal::String(text) => Json::from(text.as_str()),
            Literal::Float(number) => Json::from(number.try_to_f64().ok()?),
            Literal::Int(number) => Json::from(number.as_str().parse::<i64>().ok()?),
            Literal::Boolean(value) => Json::from(*value),
            Literal::List(list) => list.iter().filter_map(|value| self.json(value)).collect(),
            Literal::Object(fields) => Json::Object(
                fields.iter().filter_map(|(name, value)| Some((name.to_string(), self.json(value)?))).collect(),
            ),
        })
    }
}
