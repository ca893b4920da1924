//! Boards, their fields and their lists of cards.

use model::Instant;

use super::query::is_descending;
use super::{Context, Resolve, Value, placed, window};
use crate::ids::fnv1a;
use crate::server::board_query::BoardQuery;
use crate::server::node::{Kind, Node};
use crate::server::page::{Disturbance, Placed, by_position, intrude};
use crate::server::plan::Arguments;
use crate::view::{FieldValue, Project};

impl<'v> Context<'v> {
    pub(super) fn project(&self, node: Node) -> &'v Project {
        &self.view().projects[node.at()]
    }

    /// Name of the field whose values are the columns of a board.
    pub(super) fn status_field(&self, project: usize) -> &'v str {
        self.view().projects[project].status_field.as_deref().unwrap_or("Status")
    }

    /// The view does not know when a board was made: at its first card.
    pub(super) fn project_created(&self, project: usize) -> Instant {
        let items = self.prepared.project_items[project].iter();
        items.map(|item| self.view().items[*item as usize].created_at).min().unwrap_or(self.view().now)
    }

    /// The last change of any card of a board.
    pub(super) fn project_updated(&self, project: usize) -> Instant {
        let items = self.prepared.project_items[project].iter();
        items.map(|item| self.view().items[*item as usize].updated_at).max().unwrap_or(self.view().now)
    }
}

pub(super) fn project(field: &str) -> Option<Resolve> {
    let resolve: Resolve = match field {
        "id" => |context, node, _| Value::Owned(context.shown_id(node)),
        "number" => |context, node, _| Value::Integer(context.project(node).number),
        "fullDatabaseId" => |context, node, _| Value::Text(&context.project(node).number_id),
        "title" => |context, node, _| Value::Text(&context.project(node).title),
        "url" => |context, node, _| {
            let number = context.project(node).number;
            Value::Owned(format!("https://github.com/orgs/{}/projects/{number}", context.view().org))
        },
        "closed" => |context, node, _| Value::Flag(context.project(node).closed),
        "createdAt" => |context, node, _| Value::Time(context.project_created(node.at())),
        "updatedAt" => |context, node, _| Value::Time(context.project_updated(node.at())),
        "field" => |context, node, arguments| {
            let name = arguments.text("name").unwrap_or_default();
            if name.eq_ignore_ascii_case(context.status_field(node.at())) {
                return Value::Node(Node::new(Kind::StatusField, node.at()));
            }
            context.custom_field(node.at(), name).map_or(Value::Null, Value::Node)
        },
        "fields" => |context, node, arguments| {
            let status = Node::new(Kind::StatusField, node.at());
            let fields = std::iter::once(status).chain(context.custom_fields(node.at()));
            context.page_by_position(&placed(fields), arguments)
        },
        "items" => items,
        _ => return None,
    };
    Some(resolve)
}

impl Context<'_> {
    /// The definitions of all fields in which any card has a value, each from the first such card.
    fn custom_fields(&self, project: usize) -> impl Iterator<Item = Node> {
        let mut known: Vec<&str> = Vec::new();
        let mut nodes = Vec::new();
        for item in self.prepared.project_items[project].iter().map(|item| *item as usize) {
            for (place, field) in self.view().items[item].fields.iter().enumerate() {
                if !known.contains(&field.name.as_str()) {
                    known.push(&field.name);
                    nodes.push(Node::part(definition_kind(&field.value), item, place));
                }
            }
        }
        nodes.into_iter()
    }

    /// The definition of a field, from the first card that has a value in it.
    fn custom_field(&self, project: usize, name: &str) -> Option<Node> {
        self.prepared.project_items[project].iter().map(|item| *item as usize).find_map(|item| {
            let fields = &self.view().items[item].fields;
            let place = fields.iter().position(|field| field.name.eq_ignore_ascii_case(name))?;
            Some(Node::part(definition_kind(&fields[place].value), item, place))
        })
    }
}

/// The kind of field that holds a value.
pub(super) fn definition_kind(value: &FieldValue) -> Kind {
    match value {
        FieldValue::Text(_) | FieldValue::Number(_) | FieldValue::Date(_) => Kind::PlainField,
        FieldValue::SingleSelect(_) => Kind::SelectField,
        FieldValue::Iteration(_) => Kind::IterationField,
    }
}

fn items<'v>(context: &Context<'v>, node: Node, arguments: &Arguments) -> Value<'v> {
    let window = match window(arguments) {
        Ok(window) => window,
        Err(error) => return error,
    };
    let view = context.view();
    let query = BoardQuery::parse(arguments.text("query").unwrap_or_default(), view.now);
    let on_board = &context.prepared.project_items[node.at()];
    let mut entries: Vec<Placed> = on_board
        .iter()
        .enumerate()
        .filter(|(_, item)| query.shows(context, **item as usize))
        .map(|(position, item)| Placed { position: position as u32, node: Node::new(Kind::Item, *item as usize) })
        .collect();
    if is_descending(arguments) {
        entries.reverse();
        for (place, placed) in entries.iter_mut().enumerate() {
            placed.position = place as u32;
        }
    }
    let mut page = by_position(&entries, &window, |node| context.id(*node));
    page.is_main = true;
    page.total_count += context.hides.counted_too_many;
    let visitor = match context.disturbance {
        Some(Disturbance::Moving) => entries.last().map(|placed| placed.node).filter(|last| !page.nodes.contains(last)),
        Some(Disturbance::Duplicate) => page.nodes.first().and_then(|first| {
            let at = entries.iter().position(|placed| placed.node == *first)?;
            Some(entries[at.checked_sub(1)?].node)
        }),
        None => None,
    };
    if let Some(visitor) = visitor {
        let position = |node: Node| {
            entries.iter().find(|placed| placed.node == node).map_or(0, |placed| i64::from(placed.position))
        };
        intrude(&mut page, visitor, window.first, position);
    }
    Value::Page(Box::new(page))
}

/// Id of an option of a field that the view knows by name only.
pub(super) fn option_id(name: &str) -> String {
    format!("{:08x}", fnv1a(name) as u32)
}

pub(super) fn field(field: &str) -> Option<Resolve> {
    let resolve: Resolve = match field {
        "id" => |context, node, _| {
            if node.kind == Kind::StatusField {
                return Value::Owned(format!("PVTSSF_{}_status", context.project(node).id));
            }
            let item = &context.view().items[node.at()];
            let name = &item.fields[node.inner()].name;
            Value::Owned(format!("PVTF_{}_{name}", context.view().projects[item.project].id))
        },
        "name" => |context, node, _| match node.kind {
            Kind::StatusField => Value::Text(context.status_field(node.at())),
            _ => Value::Text(&context.view().items[node.at()].fields[node.inner()].name),
        },
        "options" => |context, node, _| match node.kind {
            Kind::StatusField => {
                let count = context.project(node).status_options.len();
                let options = (0..count).map(|option| Some(Node::part(Kind::StatusOption, node.at(), option)));
                Value::Nodes(options.collect())
            }
            _ => Value::Nodes(select_options(context, node)),
        },
        _ => return None,
    };
    Some(resolve)
}

/// The options of a custom field that some card has chosen, each once, in order of the board.
fn select_options(context: &Context<'_>, node: Node) -> Vec<Option<Node>> {
    let item = &context.view().items[node.at()];
    let name = &item.fields[node.inner()].name;
    let mut seen: Vec<&str> = Vec::new();
    let mut options = Vec::new();
    for item in context.prepared.project_items[item.project].iter().map(|item| *item as usize) {
        for (place, field) in context.view().items[item].fields.iter().enumerate() {
            if let FieldValue::SingleSelect(option) = &field.value
                && field.name == *name
                && !seen.contains(&option.as_str())
            {
                seen.push(option);
                options.push(Some(Node::part(Kind::SelectOption, item, place)));
            }
        }
    }
    options
}

pub(super) fn option(field: &str) -> Option<Resolve> {
    fn chosen<'v>(context: &Context<'v>, node: Node) -> &'v str {
        match &context.view().items[node.at()].fields[node.inner()].value {
            FieldValue::SingleSelect(option) => option,
            _ => "",
        }
    }
    let resolve: Resolve = match field {
        "id" => |context, node, _| match node.kind {
            Kind::StatusOption => Value::Text(&context.project(node).status_options[node.inner()].0),
            _ => Value::Owned(option_id(chosen(context, node))),
        },
        "name" => |context, node, _| match node.kind {
            Kind::StatusOption => Value::Text(&context.project(node).status_options[node.inner()].1),
            _ => Value::Text(chosen(context, node)),
        },
        _ => return None,
    };
    Some(resolve)
}
