//! Schema of an older server: what it lacks, said by introspection, and the refusal of queries that use it.

use std::str::FromStr;

use apollo_compiler::ast::Value as Literal;
use apollo_compiler::collections::IndexMap;
use apollo_compiler::executable::{Field, Selection, SelectionSet};
use apollo_compiler::schema::{Component, ExtendedType, FieldDefinition};
use apollo_compiler::validation::Valid;
use apollo_compiler::{ExecutableDocument, Name, Schema};
use serde_json::{Value as Json, json};

use super::schema::schema;

/// Something that the schema has and an older server lacks.
///
/// Read from `Issue.issueType`, `Issue.stateReason(enableDuplicate:)`, `TransferredEvent` or, for values of
/// enumerations, `IssueTimelineItemsItemType.TRANSFERRED_EVENT`.
///
/// ```
/// use sandbox::server::Lack;
///
/// assert!("Issue.stateReason(enableDuplicate:)".parse::<Lack>().is_ok());
/// assert!("Issue.colour".parse::<Lack>().is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lack {
    type_name: String,
    /// A field of the type or a value of the enumeration; `None`: the whole type.
    member: Option<String>,
    /// An argument of the field; `None`: the whole field.
    argument: Option<String>,
}

/// The schema has no such type, field, argument or value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the schema has no `{0}`; give `Type`, `Type.field`, `Type.field(argument:)` or `Enumeration.VALUE`")]
pub struct UnknownLack(String);

impl FromStr for Lack {
    type Err = UnknownLack;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (type_name, rest) = text.split_once('.').map_or((text, None), |(name, rest)| (name, Some(rest)));
        let (member, argument) = match rest.map(|rest| rest.split_once('(').ok_or(rest)) {
            None => (None, None),
            Some(Err(member)) => (Some(member), None),
            Some(Ok((field, argument))) => (Some(field), argument.strip_suffix(":)")),
        };
        let lack = Self {
            type_name: type_name.to_owned(),
            member: member.map(str::to_owned),
            argument: argument.map(str::to_owned),
        };
        let is_whole = text.contains('(') == lack.argument.is_some();
        if is_whole && lack.is_in(schema()) { Ok(lack) } else { Err(UnknownLack(text.to_owned())) }
    }
}

impl Lack {
    fn is_in(&self, schema: &Schema) -> bool {
        let (Some(found), Some(member)) = (schema.types.get(self.type_name.as_str()), &self.member) else {
            return self.member.is_none() && schema.types.contains_key(self.type_name.as_str());
        };
        let field = match found {
            ExtendedType::Object(object) => object.fields.get(member.as_str()),
            ExtendedType::Interface(interface) => interface.fields.get(member.as_str()),
            ExtendedType::Enum(values) => {
                return values.values.contains_key(member.as_str()) && self.argument.is_none();
            }
            _ => None,
        };
        let argument = |argument: &String| field.is_some_and(|field| field.argument_by_name(argument).is_some());
        field.is_some() && self.argument.as_ref().is_none_or(argument)
    }

    fn is_type(&self, name: &str) -> bool {
        self.member.is_none() && self.type_name == name
    }

    fn is_member(&self, type_name: &str, member: &str) -> bool {
        self.argument.is_none() && self.type_name == type_name && self.member.as_deref() == Some(member)
    }

    fn is_argument(&self, type_name: &str, field: &str, argument: &str) -> bool {
        self.argument.as_deref() == Some(argument)
            && self.type_name == type_name
            && self.member.as_deref() == Some(field)
    }
}

/// A schema without what is lacking. A type that is lacking takes the fields with it that have it.
pub(crate) fn without(schema: &Valid<Schema>, lacks: &[Lack]) -> Valid<Schema> {
    let mut schema = schema.clone().into_inner();
    let lacks_type = |name: &str| lacks.iter().any(|lack| lack.is_type(name));
    schema.types.retain(|name, _| !lacks_type(name));
    for (type_name, definition) in &mut schema.types {
        match definition {
            ExtendedType::Object(object) => trim(type_name, &mut object.make_mut().fields, lacks),
            ExtendedType::Interface(interface) => trim(type_name, &mut interface.make_mut().fields, lacks),
            ExtendedType::Union(union) => union.make_mut().members.retain(|member| !lacks_type(&member.name)),
            ExtendedType::Enum(values) => {
                values.make_mut().values.retain(|value, _| !lacks.iter().any(|lack| lack.is_member(type_name, value)));
            }
            _ => {}
        }
    }
    Valid::assume_valid(schema)
}

fn trim(type_name: &Name, fields: &mut IndexMap<Name, Component<FieldDefinition>>, lacks: &[Lack]) {
    fields.retain(|name, field| {
        let of_lacking_type = lacks.iter().any(|lack| lack.is_type(field.ty.inner_named_type()));
        !of_lacking_type && !lacks.iter().any(|lack| lack.is_member(type_name, name))
    });
    for (name, field) in fields {
        let is_lacking = |argument: &str| lacks.iter().any(|lack| lack.is_argument(type_name, name, argument));
        if field.arguments.iter().any(|argument| is_lacking(&argument.name)) {
            field.make_mut().arguments.retain(|argument| !is_lacking(&argument.name));
        }
    }
}

/// What a query uses that is lacking, as GitHub says it; empty if nothing.
pub(crate) fn complaints(document: &ExecutableDocument, lacks: &[Lack]) -> Vec<Json> {
    if lacks.is_empty() {
        return Vec::new();
    }
    let mut search = Search { document, lacks, path: Vec::new(), complaints: Vec::new() };
    for operation in document.operations.iter() {
        let name = operation.name.as_ref().map_or_else(|| "query".to_owned(), |name| format!("query {name}"));
        search.inside(name, &operation.selection_set);
    }
    for (name, fragment) in &document.fragments {
        search.inside(format!("fragment {name}"), &fragment.selection_set);
    }
    search.complaints
}

struct Search<'a> {
    document: &'a ExecutableDocument,
    lacks: &'a [Lack],
    path: Vec<String>,
    complaints: Vec<Json>,
}

impl Search<'_> {
    fn inside(&mut self, segment: String, set: &SelectionSet) {
        self.path.push(segment);
        if self.lacks.iter().any(|lack| lack.is_type(&set.ty)) {
            let message = format!("No such type {}, so it can't be a fragment condition", set.ty);
            let extensions = json!({ "code": "undefinedType", "typeName": set.ty.as_str() });
            self.complain(&message, &extensions, None, None);
        } else {
            for selection in &set.selections {
                match selection {
                    Selection::Field(field) => self.field(&set.ty, field),
                    Selection::InlineFragment(inline) => {
                        let segment = inline.type_condition.as_ref().map(|name| format!("... on {name}"));
                        self.inside(segment.unwrap_or_else(|| "...".to_owned()), &inline.selection_set);
                    }
                    Selection::FragmentSpread(_) => {}
                }
            }
        }
        self.path.pop();
    }

    fn field(&mut self, type_name: &Name, field: &Field) {
        let name = field.name.as_str();
        let of_lacking_type = |lack: &Lack| lack.is_type(field.ty().inner_named_type());
        if self.lacks.iter().any(|lack| of_lacking_type(lack) || lack.is_member(type_name, name)) {
            let message = format!("Field '{name}' doesn't exist on type '{type_name}'");
            let extensions = json!({ "code": "undefinedField", "typeName": type_name.as_str(), "fieldName": name });
            return self.complain(&message, &extensions, Some(field.response_key()), field.name.location());
        }
        for argument in &field.arguments {
            if self.lacks.iter().any(|lack| lack.is_argument(type_name, name, &argument.name)) {
                let message = format!("Field '{name}' doesn't accept argument '{}'", argument.name);
                let extensions = json!({
                    "code": "argumentNotAccepted",
                    "name": name,
                    "typeName": "Field",
                    "argumentName": argument.name.as_str(),
                });
                self.path.push(field.response_key().to_string());
                self.complain(&message, &extensions, Some(&argument.name), argument.name.location());
                self.path.pop();
            }
            self.values(field, &argument.name, &argument.value);
        }
        if !field.selection_set.selections.is_empty() {
            self.inside(field.response_key().to_string(), &field.selection_set);
        }
    }

    /// Values of enumerations, as far as they are written in the query.
    fn values(&mut self, field: &Field, argument: &Name, value: &Literal) {
        let Some(definition) = field.definition.argument_by_name(argument) else { return };
        let entries = match value {
            Literal::List(list) => list.iter().map(AsRef::as_ref).collect(),
            one => vec![one],
        };
        let type_name = definition.ty.inner_named_type();
        let is_lacking = |value: &&Literal| matches!(value, Literal::Enum(name) if self.lacks.iter().any(|lack| lack.is_member(type_name, name)));
        if entries.iter().any(is_lacking) {
            let message = format!(
                "Argument '{argument}' on Field '{}' has an invalid value ({value}). Expected type '{}'.",
                field.name, definition.ty
            );
            let extensions = json!({ "code": "argumentLiteralsIncompatible", "typeName": "Field", "argumentName": argument.as_str() });
            self.path.push(field.response_key().to_string());
            self.complain(&message, &extensions, Some(argument), argument.location());
            self.path.pop();
        }
    }

    fn complain(
        &mut self,
        message: &str,
        extensions: &Json,
        last: Option<&Name>,
        location: Option<apollo_compiler::parser::SourceSpan>,
    ) {
        let path: Vec<&str> = self.path.iter().map(String::as_str).chain(last.map(Name::as_str)).collect();
        let at = location.and_then(|span| span.line_column(&self.document.sources));
        let locations: Vec<Json> = at.iter().map(|at| json!({ "line": at.line, "column": at.column })).collect();
        self.complaints.push(json!({
            "path": path,
            "extensions": extensions,
            "locations": locations,
            "message": message,
        }));
    }
}
