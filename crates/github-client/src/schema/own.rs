//! The schema that the connectors' queries are written in.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use graphql_parser::schema::{Definition, Field, InputValue, Type, TypeDefinition, parse_schema};

const SDL: &str = include_str!("../../schema.graphql");

/// Types by name; inputs and scalars are left out, since no query selects of them.
pub(crate) type Types = BTreeMap<String, Kind>;

/// What a query can name of a type.
#[derive(Debug)]
pub(crate) enum Kind {
    /// An object, an interface or, without fields, a union.
    Selectable(BTreeMap<String, OwnField>),
    Values(Vec<String>),
}

#[derive(Debug)]
pub(crate) struct OwnField {
    /// Name of the type within lists and exclamation marks.
    pub(crate) of_type: String,
    /// The same of each argument.
    pub(crate) arguments: BTreeMap<String, String>,
}

/// The schema, parsed once.
pub(crate) fn own() -> &'static Types {
    static TYPES: OnceLock<Types> = OnceLock::new();
    TYPES.get_or_init(|| read(SDL))
}

fn read(sdl: &str) -> Types {
    let document = parse_schema::<String>(sdl).expect("schema.graphql is valid, a test reads it");
    let types = document.definitions.into_iter().filter_map(|definition| match definition {
        Definition::TypeDefinition(definition) => kind(definition),
        _ => None,
    });
    types.collect()
}

fn kind(definition: TypeDefinition<'_, String>) -> Option<(String, Kind)> {
    match definition {
        TypeDefinition::Object(object) => Some((object.name, Kind::Selectable(fields(&object.fields)))),
        TypeDefinition::Interface(interface) => Some((interface.name, Kind::Selectable(fields(&interface.fields)))),
        TypeDefinition::Union(union) => Some((union.name, Kind::Selectable(BTreeMap::new()))),
        TypeDefinition::Enum(values) => {
            Some((values.name, Kind::Values(values.values.into_iter().map(|value| value.name).collect())))
        }
        TypeDefinition::Scalar(_) | TypeDefinition::InputObject(_) => None,
    }
}

fn fields(fields: &[Field<'_, String>]) -> BTreeMap<String, OwnField> {
    fields.iter().map(|field| (field.name.clone(), own_field(field))).collect()
}

fn own_field(field: &Field<'_, String>) -> OwnField {
    let argument = |argument: &InputValue<'_, String>| (argument.name.clone(), innermost(&argument.value_type));
    OwnField { of_type: innermost(&field.field_type), arguments: field.arguments.iter().map(argument).collect() }
}

fn innermost(of_type: &Type<'_, String>) -> String {
    match of_type {
        Type::NamedType(name) => name.clone(),
        Type::ListType(inner) | Type::NonNullType(inner) => innermost(inner),
    }
}
