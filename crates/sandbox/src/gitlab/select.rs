//! Selections of a GraphQL query: which fields of what is there are asked for.

use apollo_compiler::Node;
use apollo_compiler::ast::{Argument, DirectiveList, Field, Selection, Value as Literal};
use serde_json::{Map, Value as Json};

/// Something that has fields.
pub(crate) trait Fields: Sized {
    /// Its type, for messages.
    fn type_name(&self) -> String;

    /// The value of a field; an error where it has no such field.
    fn field(&self, name: &str, arguments: &Arguments<'_>) -> Result<Found<Self>, Missing>;
}

/// There is no such field.
pub(crate) struct Missing;

/// The value of a field.
pub(crate) enum Found<T> {
    Value(Json),
    Object(Option<T>),
    List(Vec<T>),
}

/// Arguments of a field.
pub(crate) struct Arguments<'a> {
    arguments: &'a [Node<Argument>],
    variables: &'a Map<String, Json>,
}

impl Arguments<'_> {
    /// The value of an argument; null where it is absent.
    pub(crate) fn get(&self, name: &str) -> Json {
        let given = self.arguments.iter().find(|argument| argument.name.as_str() == name);
        given.map_or(Json::Null, |argument| value(&argument.value, self.variables))
    }

    pub(crate) fn text(&self, name: &str) -> Option<String> {
        self.get(name).as_str().map(str::to_owned)
    }

    pub(crate) fn size(&self, name: &str) -> Option<usize> {
        self.get(name).as_u64().map(|size| size as usize)
    }
}

fn value(literal: &Literal, variables: &Map<String, Json>) -> Json {
    match literal {
        Literal::Variable(name) => variables.get(name.as_str()).cloned().unwrap_or_default(),
        Literal::String(text) => Json::from(text.as_str()),
        Literal::Int(number) => number.as_str().parse::<i64>().map_or(Json::Null, Json::from),
        Literal::Boolean(value) => Json::from(*value),
        Literal::Enum(name) => Json::from(name.as_str()),
        _ => Json::Null,
    }
}

/// Whether `@include` lets a selection in.
fn is_included(directives: &DirectiveList, variables: &Map<String, Json>) -> bool {
    let condition = directives.get("include").and_then(|directive| directive.specified_argument_by_name("if"));
    condition.is_none_or(|condition| value(condition, variables).as_bool().unwrap_or(true))
}

/// What is asked for of an object. Fails with the message of GitLab where a field is not there.
pub(crate) fn select<T: Fields>(
    object: &T,
    selections: &[Selection],
    variables: &Map<String, Json>,
) -> Result<Json, String> {
    let mut selected = Map::new();
    for field in fields(selections).filter(|field| is_included(&field.directives, variables)) {
        let arguments = Arguments { arguments: &field.arguments, variables };
        let found = object
            .field(&field.name, &arguments)
            .map_err(|Missing| format!("Field '{}' doesn't exist on type '{}'", field.name, object.type_name()))?;
        let inner = |object: &T| select(object, &field.selection_set, variables);
        let shown = match found {
            Found::Value(value) => pick(value, &field.selection_set)?,
            Found::Object(object) => object.as_ref().map_or(Ok(Json::Null), inner)?,
            Found::List(objects) => objects.iter().map(inner).collect::<Result<Json, String>>()?,
        };
        selected.insert(field.alias.as_ref().unwrap_or(&field.name).to_string(), shown);
    }
    Ok(Json::Object(selected))
}

fn fields(selections: &[Selection]) -> impl Iterator<Item = &Node<Field>> {
    selections.iter().filter_map(|selection| match selection {
        Selection::Field(field) => Some(field),
        Selection::FragmentSpread(_) | Selection::InlineFragment(_) => None,
    })
}

/// What is asked for of plain data.
fn pick(value: Json, selections: &[Selection]) -> Result<Json, String> {
    match value {
        Json::Array(values) => values.into_iter().map(|value| pick(value, selections)).collect(),
        Json::Object(mut all) => {
            let mut picked = Map::new();
            for field in fields(selections) {
                let found = all.remove(field.name.as_str()).ok_or(format!("Field '{}' doesn't exist", field.name))?;
                picked.insert(field.name.to_string(), pick(found, &field.selection_set)?);
            }
            Ok(Json::Object(picked))
        }
        plain => Ok(plain),
    }
}
