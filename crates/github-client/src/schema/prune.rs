//! Queries without what a server does not have.

use std::collections::BTreeSet;

use graphql_parser::query::{
    Definition, Document, Field, FragmentDefinition, OperationDefinition, Selection, SelectionSet, TypeCondition,
    Value, parse_query,
};

use super::lacking::Lacking;
use super::optional::optional;
use super::own::{Kind, OwnField, Types};

/// A query that a server understands.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Pruned {
    pub(crate) text: String,
    /// What the query needs and the server does not have.
    pub(crate) essential: BTreeSet<String>,
}

/// Leaves everything out of a document that a server lacks, and what is then used by nothing.
pub(crate) fn pruned(text: &str, lacking: &Lacking, types: &Types) -> Result<Pruned, String> {
    let document = parse_query::<String>(text).map_err(|error| error.to_string())?;
    let mut pruner = Pruner { lacking, types, essential: BTreeSet::new() };
    let mut document = document;
    for definition in &mut document.definitions {
        match definition {
            Definition::Operation(OperationDefinition::Query(query)) => {
                pruner.selection("Query", &mut query.selection_set);
            }
            Definition::Operation(_) => {}
            Definition::Fragment(fragment) => {
                let TypeCondition::On(of) = fragment.type_condition.clone();
                pruner.selection(&of, &mut fragment.selection_set);
            }
        }
    }
    let essential = pruner.essential;
    remove_empty_fragments(&mut document);
    remove_unused_fragments(&mut document);
    remove_unused_variables(&mut document);
    Ok(Pruned { text: document.to_string(), essential })
}

struct Pruner<'a> {
    lacking: &'a Lacking,
    types: &'a Types,
    essential: BTreeSet<String>,
}

impl Pruner<'_> {
    fn selection(&mut self, of: &str, selection: &mut SelectionSet<'_, String>) {
        selection.items.retain_mut(|item| match item {
            Selection::Field(field) => self.keeps_field(of, field),
            Selection::FragmentSpread(_) => true,
            Selection::InlineFragment(fragment) => {
                let of = match &fragment.type_condition {
                    Some(TypeCondition::On(of)) => of.clone(),
                    None => of.to_owned(),
                };
                self.keeps(&of) && {
                    self.selection(&of, &mut fragment.selection_set);
                    !fragment.selection_set.items.is_empty()
                }
            }
        });
    }

    fn keeps_field(&mut self, of: &str, field: &mut Field<'_, String>) -> bool {
        if field.name.starts_with("__") {
            return true;
        }
        let part = format!("{of}.{}", field.name);
        let Some(own) = own_field(self.types, of, &field.name) else { return true };
        if !self.lacking.has(&part) {
            let instead = optional(&part).and_then(|optional| optional.instead);
            let Some(instead) = instead.filter(|instead| self.lacking.has(&format!("{of}.{instead}"))) else {
                return self.keeps(&part);
            };
            let shown = std::mem::replace(&mut field.name, instead.to_owned());
            field.alias.get_or_insert(shown);
            return true;
        }
        let (of_type, arguments) = (own.of_type.clone(), &own.arguments);
        field.arguments.retain_mut(|(name, value)| {
            if let Some(of) = arguments.get(name) {
                self.keep_known_values(of, value);
            }
            self.keeps(&format!("{part}({name}:)"))
        });
        let selects = !field.selection_set.items.is_empty();
        self.selection(&of_type, &mut field.selection_set);
        !selects || !field.selection_set.items.is_empty()
    }

    /// Leaves unknown values out of a list.
    fn keep_known_values(&mut self, of: &str, value: &mut Value<'_, String>) {
        if let Value::List(values) = value {
            values.retain(|value| !matches!(value, Value::Enum(name) if !self.keeps(&format!("{of}.{name}"))));
        }
    }

    /// Whether the server has a part; what it lacks and a query cannot do without is remembered.
    fn keeps(&mut self, part: &str) -> bool {
        if self.lacking.has(part) {
            return true;
        }
        if optional(part).is_none() {
            self.essential.insert(part.to_owned());
        }
        false
    }
}

fn own_field<'t>(types: &'t Types, of: &str, name: &str) -> Option<&'t OwnField> {
    match types.get(of)? {
        Kind::Selectable(fields) => fields.get(name),
        Kind::Values(_) => None,
    }
}

/// Removes fragments of which nothing is left, and what spreads them.
fn remove_empty_fragments(document: &mut Document<'_, String>) {
    loop {
        let empty: BTreeSet<String> = fragments(document)
            .filter(|fragment| fragment.selection_set.items.is_empty())
            .map(|fragment| fragment.name.clone())
            .collect();
        if empty.is_empty() {
            return;
        }
        document.definitions.retain(
            |definition| !matches!(definition, Definition::Fragment(fragment) if empty.contains(&fragment.name)),
        );
        for selection in selections_mut(document) {
            without_spreads(selection, &empty);
        }
    }
}

fn without_spreads(selection: &mut SelectionSet<'_, String>, empty: &BTreeSet<String>) {
    selection.items.retain_mut(|item| match item {
        Selection::FragmentSpread(spread) => !empty.contains(&spread.fragment_name),
        Selection::Field(field) => {
            let selects = !field.selection_set.items.is_empty();
            without_spreads(&mut field.selection_set, empty);
            !selects || !field.selection_set.items.is_empty()
        }
        Selection::InlineFragment(fragment) => {
            without_spreads(&mut fragment.selection_set, empty);
            !fragment.selection_set.items.is_empty()
        }
    });
}

/// Removes fragments that no operation uses: servers refuse them.
fn remove_unused_fragments(document: &mut Document<'_, String>) {
    let mut used = BTreeSet::new();
    for definition in &document.definitions {
        if let Definition::Operation(OperationDefinition::Query(query)) = definition {
            note_uses(document, &query.selection_set, &mut used, &mut BTreeSet::new());
        }
    }
    document
        .definitions
        .retain(|definition| !matches!(definition, Definition::Fragment(fragment) if !used.contains(&fragment.name)));
}

/// Removes variables that their operation does not use: servers refuse them too.
fn remove_unused_variables(document: &mut Document<'_, String>) {
    let used: Vec<BTreeSet<String>> = document
        .definitions
        .iter()
        .map(|definition| {
            let mut used = BTreeSet::new();
            if let Definition::Operation(OperationDefinition::Query(query)) = definition {
                note_uses(document, &query.selection_set, &mut BTreeSet::new(), &mut used);
            }
            used
        })
        .collect();
    for (definition, used) in document.definitions.iter_mut().zip(used) {
        if let Definition::Operation(OperationDefinition::Query(query)) = definition {
            query.variable_definitions.retain(|variable| used.contains(&variable.name));
        }
    }
}

/// Notes the fragments and variables that a selection uses, those of its fragments included.
fn note_uses<'t>(
    document: &Document<'t, String>,
    selection: &SelectionSet<'t, String>,
    fragments_used: &mut BTreeSet<String>,
    variables: &mut BTreeSet<String>,
) {
    for item in &selection.items {
        let (directives, inner) = match item {
            Selection::Field(field) => {
                field.arguments.iter().for_each(|(_, value)| note_variables(value, variables));
                (&field.directives, Some(&field.selection_set))
            }
            Selection::InlineFragment(fragment) => (&fragment.directives, Some(&fragment.selection_set)),
            Selection::FragmentSpread(spread) => {
                let new = fragments_used.insert(spread.fragment_name.clone());
                let fragment = fragments(document).find(|fragment| new && fragment.name == spread.fragment_name);
                (&spread.directives, fragment.map(|fragment| &fragment.selection_set))
            }
        };
        let arguments = directives.iter().flat_map(|directive| &directive.arguments);
        arguments.for_each(|(_, value)| note_variables(value, variables));
        if let Some(inner) = inner {
            note_uses(document, inner, fragments_used, variables);
        }
    }
}

fn note_variables(value: &Value<'_, String>, variables: &mut BTreeSet<String>) {
    match value {
        Value::Variable(name) => drop(variables.insert(name.clone())),
        Value::List(values) => values.iter().for_each(|value| note_variables(value, variables)),
        Value::Object(fields) => fields.values().for_each(|value| note_variables(value, variables)),
        _ => {}
    }
}

fn fragments<'d, 't>(document: &'d Document<'t, String>) -> impl Iterator<Item = &'d FragmentDefinition<'t, String>> {
    document.definitions.iter().filter_map(|definition| match definition {
        Definition::Fragment(fragment) => Some(fragment),
        Definition::Operation(_) => None,
    })
}

fn selections_mut<'d, 't>(
    document: &'d mut Document<'t, String>,
) -> impl Iterator<Item = &'d mut SelectionSet<'t, String>> {
    document.definitions.iter_mut().filter_map(|definition| match definition {
        Definition::Fragment(fragment) => Some(&mut fragment.selection_set),
        Definition::Operation(OperationDefinition::Query(query)) => Some(&mut query.selection_set),
        Definition::Operation(_) => None,
    })
}
