//! The trimmed schema is a true subset of GitHub's own.

use std::path::PathBuf;

use apollo_compiler::Schema;
use apollo_compiler::ast::{FieldDefinition, InputValueDefinition};
use apollo_compiler::schema::{ExtendedType, InterfaceType, ObjectType};

const OURS: &str = include_str!("../../schema.graphql");

#[test]
fn trimmed_schema_is_valid() {
    Schema::parse_and_validate(OURS, "schema.graphql").expect("valid");
}

#[test]
fn trimmed_schema_is_a_true_subset_of_githubs() {
    let Some(folder) = std::env::var_os("CTO_REFERENCE_DATA") else {
        println!("skipped: CTO_REFERENCE_DATA is not set");
        return;
    };
    let path = PathBuf::from(folder).join("github/schema.docs.graphql");
    let text = std::fs::read_to_string(&path).expect("the reference data holds GitHub's schema");
    // GitHub publishes a schema that the validator has objections to; it is only read here.
    let theirs = Schema::parse(text, "schema.docs.graphql").unwrap_or_else(|partial| partial.partial);
    let differences = differences(&Schema::parse(OURS, "schema.graphql").expect("parses"), &theirs);
    assert_eq!(differences, Vec::<String>::new());
}

#[test]
fn every_kind_of_difference_is_found() {
    let theirs = r"
        type Query { a(n: Int = 1, m: [E!]): String! b: U c: I d(must: Int!): Int }
        interface I { id: ID! } type A implements I { id: ID! } type B { id: ID! }
        union U = A enum E { X } input N { x: Int } scalar S";
    let check = |ours: &str, expected: &str| {
        let parse = |text: &str| Schema::parse(text, "schema.graphql").unwrap_or_else(|partial| partial.partial);
        let found = differences(&parse(ours), &parse(theirs)).join("; ");
        assert_eq!(found, expected, "{ours}");
    };
    check("type Query { a(n: Int = 1): String! }", "");
    check("type Query { a: String }", "Query.a: String instead of String!");
    check("type Query { z: Int }", "Query.z is unknown");
    check("type Query { a(n: Int): String! }", "Query.a(n): default None instead of Some(1)");
    check("type Query { a(k: Int): String! }", "Query.a(k) is unknown");
    check("type Query { a(m: [E]): String! } enum E { X }", "Query.a(m): [E] instead of [E!]");
    check("type Query { d: Int }", "Query.d(must) is demanded");
    check("type Query { b: U } union U = A | B type A { id: ID! } type B { id: ID! }", "U has no member B");
    check(
        "type Query { c: B } type B implements I { id: ID! } interface I { id: ID! }",
        "Query.c: B instead of I; B does not implement I",
    );
    check("type Query { a: String! } enum E { Y }", "E.Y is unknown");
    check("type Query { a: String! } input N { y: Int }", "N.y is unknown");
    check("type Query { a: String! } scalar T", "T is unknown");
    check("type Query { a: String! } enum S { X }", "S is of another kind");
}

/// What ours says and theirs does not.
fn differences(ours: &Schema, theirs: &Schema) -> Vec<String> {
    let own = ours.types.iter().filter(|(_, kind)| !kind.is_built_in());
    own.flat_map(|(name, our)| match theirs.types.get(name) {
        None => vec![format!("{name} is unknown")],
        Some(their) => type_differences(name, our, their),
    })
    .collect()
}

fn type_differences(name: &str, our: &ExtendedType, their: &ExtendedType) -> Vec<String> {
    match (our, their) {
        (ExtendedType::Scalar(_), ExtendedType::Scalar(_)) => vec![],
        (ExtendedType::Object(our), ExtendedType::Object(their)) => object_differences(name, our, their),
        (ExtendedType::Interface(our), ExtendedType::Interface(their)) => interface_differences(name, our, their),
        (ExtendedType::Union(our), ExtendedType::Union(their)) => {
            let extra = our.members.iter().filter(|member| !their.members.contains(*member));
            extra.map(|member| format!("{name} has no member {}", member.name)).collect()
        }
        (ExtendedType::Enum(our), ExtendedType::Enum(their)) => {
            let extra = our.values.keys().filter(|value| !their.values.contains_key(*value));
            extra.map(|value| format!("{name}.{value} is unknown")).collect()
        }
        (ExtendedType::InputObject(our), ExtendedType::InputObject(their)) => inputs(
            our.fields.iter().map(|(_, field)| &***field),
            &their.fields.iter().map(|(_, field)| &***field).collect::<Vec<_>>(),
            |field| format!("{name}.{field}"),
        ),
        _ => vec![format!("{name} is of another kind")],
    }
}

fn object_differences(name: &str, our: &ObjectType, their: &ObjectType) -> Vec<String> {
    let interfaces = our.implements_interfaces.iter().filter(|one| !their.implements_interfaces.contains(*one));
    let mut found: Vec<_> = our
        .fields
        .iter()
        .flat_map(|(field, our)| field_differences(name, our, their.fields.get(field).map(|f| &***f)))
        .collect();
    found.extend(interfaces.map(|one| format!("{name} does not implement {}", one.name)));
    found
}

fn interface_differences(name: &str, our: &InterfaceType, their: &InterfaceType) -> Vec<String> {
    let interfaces = our.implements_interfaces.iter().filter(|one| !their.implements_interfaces.contains(*one));
    let mut found: Vec<_> = our
        .fields
        .iter()
        .flat_map(|(field, our)| field_differences(name, our, their.fields.get(field).map(|f| &***f)))
        .collect();
    found.extend(interfaces.map(|one| format!("{name} does not implement {}", one.name)));
    found
}

fn field_differences(owner: &str, our: &FieldDefinition, their: Option<&FieldDefinition>) -> Vec<String> {
    let name = &our.name;
    let Some(their) = their else { return vec![format!("{owner}.{name} is unknown")] };
    let mut found = vec![];
    if our.ty != their.ty {
        found.push(format!("{owner}.{name}: {} instead of {}", our.ty, their.ty));
    }
    let theirs: Vec<_> = their.arguments.iter().map(|argument| &**argument).collect();
    found.extend(inputs(our.arguments.iter().map(|argument| &**argument), &theirs, |argument| {
        format!("{owner}.{name}({argument})")
    }));
    found
}

/// Differences of arguments or input fields, and those that are demanded and left out.
fn inputs<'a>(
    ours: impl Iterator<Item = &'a InputValueDefinition>,
    theirs: &[&InputValueDefinition],
    place: impl Fn(&str) -> String,
) -> Vec<String> {
    let ours: Vec<_> = ours.collect();
    let mut found = vec![];
    for our in &ours {
        let place = place(&our.name);
        let Some(their) = theirs.iter().find(|their| their.name == our.name) else {
            found.push(format!("{place} is unknown"));
            continue;
        };
        if our.ty != their.ty {
            found.push(format!("{place}: {} instead of {}", our.ty, their.ty));
        }
        let written = |input: &InputValueDefinition| {
            input.default_value.as_ref().map(|value| value.serialize().no_indent().to_string())
        };
        if written(our) != written(their) {
            let shown =
                |value: Option<String>| value.map_or_else(|| "None".to_owned(), |value| format!("Some({value})"));
            found.push(format!("{place}: default {} instead of {}", shown(written(our)), shown(written(their))));
        }
    }
    let demanded = theirs.iter().filter(|their| their.is_required() && ours.iter().all(|our| our.name != their.name));
    found.extend(demanded.map(|their| format!("{} is demanded", place(&their.name))));
    found
}
