//! Name resolution: the columns and aliases that are visible in an expression.

use std::collections::BTreeSet;
use std::sync::Arc;

use sqlparser::ast::Ident;

use super::super::export::Leaf;
use super::super::value::Type;
use super::QueryError;
use super::bound::{Bound, Typed};

/// What one item of a `FROM` brings into scope.
#[derive(Clone, Debug)]
pub(super) enum Source {
    /// The columns of the table.
    Table { alias: Option<String>, columns: Arc<[Leaf]>, is_wildcard: bool },
    /// An element of an array, as `UNNEST` walks through it.
    Element { alias: Option<String>, slot: usize, kind: Type },
}

/// Everything in scope, by nested queries from the outermost to the innermost.
#[derive(Clone, Debug, Default)]
pub(super) struct Scopes {
    levels: Vec<Vec<Source>>,
    /// Leaf columns that were named.
    pub(super) used: BTreeSet<usize>,
}

impl Scopes {
    pub(super) fn enter(&mut self) {
        self.levels.push(Vec::new());
    }

    pub(super) fn leave(&mut self) {
        self.levels.pop();
    }

    pub(super) fn add(&mut self, source: Source) {
        self.levels.last_mut().expect("a level is entered before anything is added").push(source);
    }

    /// Whether a leaf column is a pseudo column.
    pub(super) fn is_pseudo(&self, leaf: usize) -> bool {
        self.levels.iter().flatten().any(|source| match source {
            Source::Table { columns, .. } => columns[leaf].is_pseudo,
            Source::Element { .. } => false,
        })
    }

    /// The number of the next element.
    pub(super) fn next_slot(&self) -> usize {
        self.levels.iter().flatten().filter(|source| matches!(source, Source::Element { .. })).count()
    }

    /// What a dotted name means.
    pub(super) fn resolve(&mut self, names: &[Ident]) -> Result<Typed, QueryError> {
        let first = &names[0];
        for level in (0..self.levels.len()).rev() {
            let found: Vec<(Typed, usize)> =
                self.levels[level].iter().filter_map(|source| find(source, names)).collect();
            match found.len() {
                0 => {}
                1 => {
                    let (typed, used) = found.into_iter().next().expect("there is one");
                    note_leaves(&typed.bound, &mut self.used);
                    return fields(typed, &names[used..]);
                }
                _ => return Err(QueryError::at(format!("Column name {} is ambiguous", first.value), first.span)),
            }
        }
        Err(QueryError::at(format!("Unrecognized name: {}", first.value), first.span))
    }

    /// All columns of the table, for `SELECT *`; `None` when there are other sources besides.
    pub(super) fn columns(&mut self) -> Option<Vec<(String, Typed)>> {
        let [Source::Table { columns, .. }] = self.levels.last()?.as_slice() else { return None };
        let mut names: Vec<&str> = Vec::new();
        for leaf in columns.iter().filter(|leaf| !leaf.is_pseudo) {
            let name = leaf.path.split('.').next().unwrap_or(leaf.path);
            if !names.contains(&name) {
                names.push(name);
            }
        }
        let found: Vec<(String, Typed)> =
            names.into_iter().filter_map(|name| Some((name.to_owned(), column(columns, &[name])?.0))).collect();
        for (_, typed) in &found {
            note_leaves(&typed.bound, &mut self.used);
        }
        Some(found)
    }
}

/// What a name means in one source, and how many of its parts that takes.
fn find(source: &Source, names: &[Ident]) -> Option<(Typed, usize)> {
    let first = names[0].value.as_str();
    let is = |alias: &Option<String>| alias.as_ref().is_some_and(|alias| alias.eq_ignore_ascii_case(first));
    match source {
        Source::Table { alias, columns, is_wildcard } => {
            if first.eq_ignore_ascii_case("_TABLE_SUFFIX") && !is_wildcard {
                return None;
            }
            let parts: Vec<&str> = names.iter().map(|name| name.value.as_str()).collect();
            if is(alias) && parts.len() > 1 {
                return column(columns, &parts[1..]).map(|(typed, used)| (typed, used + 1));
            }
            column(columns, &parts)
        }
        Source::Element { alias, slot, kind } => {
            let element = Typed::new(Bound::Element(*slot), kind.clone());
            if is(alias) {
                return Some((element, 1));
            }
            // The fields of a structure are in scope by themselves.
            field(element, first).map(|typed| (typed, 1))
        }
    }
}

/// A column by its name and the names of its fields, as far as they lead.
fn column(columns: &[Leaf], names: &[&str]) -> Option<(Typed, usize)> {
    for used in (1..=names.len()).rev() {
        let path = names[..used].join(".");
        if let Some(place) = columns.iter().position(|leaf| leaf.path.eq_ignore_ascii_case(&path)) {
            return Some((Typed::new(Bound::Leaf(place), columns[place].kind.clone()), used));
        }
    }
    let prefix = format!("{}.", names[0].to_ascii_lowercase());
    let below = |leaf: &&(usize, &Leaf)| leaf.1.path.to_ascii_lowercase().starts_with(&prefix);
    let leaves: Vec<(usize, &Leaf)> = columns.iter().enumerate().collect();
    let members: Vec<&(usize, &Leaf)> = leaves.iter().filter(below).collect();
    if members.is_empty() {
        return None;
    }
    let kinds = members.iter().map(|(_, leaf)| (&leaf.path[prefix.len()..], leaf.kind.clone())).collect();
    let bound = Bound::Struct(members.iter().map(|(place, _)| Bound::Leaf(*place)).collect());
    Some((Typed::new(bound, Type::Struct(kinds)), 1))
}

fn field(base: Typed, name: &str) -> Option<Typed> {
    let Some(Type::Struct(fields)) = &base.kind else { return None };
    let place = fields.iter().position(|(field, _)| field.eq_ignore_ascii_case(name))?;
    let kind = fields[place].1.clone();
    Some(Typed::new(Bound::Field(Box::new(base.bound), place), kind))
}

fn fields(base: Typed, names: &[Ident]) -> Result<Typed, QueryError> {
    names.iter().try_fold(base, |base, name| {
        let kind = base.kind_name();
        let is_struct = matches!(base.kind, Some(Type::Struct(_)));
        field(base, &name.value).ok_or_else(|| {
            let message = if is_struct {
                format!("Field name {} does not exist in {kind}", name.value)
            } else {
                format!("Cannot access field {} on a value with type {kind}", name.value)
            };
            QueryError::at(message, name.span)
        })
    })
}

fn note_leaves(bound: &Bound, used: &mut BTreeSet<usize>) {
    match bound {
        Bound::Leaf(place) => {
            used.insert(*place);
        }
        Bound::Struct(members) => members.iter().for_each(|member| note_leaves(member, used)),
        Bound::Field(base, _) => note_leaves(base, used),
        _ => {}
    }
}
