//! Cards: what they show and the values of their fields.

use super::board::{definition_kind, option_id};
use super::{Context, Resolve, Value, placed};
use crate::server::node::{Kind, Node};
use crate::view::{Content, Field, FieldValue, Item};

impl<'v> Context<'v> {
    fn item(&self, node: Node) -> &'v Item {
        &self.view().items[node.at()]
    }

    fn item_field(&self, node: Node) -> &'v Field {
        &self.item(node).fields[node.inner()]
    }

    /// Values of a card: Status, then the others.
    fn values(&self, node: Node) -> impl Iterator<Item = Node> {
        let item = self.item(node);
        let all = if self.hides.field_values { 0 } else { usize::MAX };
        let status = item.status.map(|_| Node::new(Kind::StatusValue, node.at()));
        let others = item.fields.iter().enumerate();
        status
            .into_iter()
            .chain(others.map(move |(place, field)| Node::part(value_kind(&field.value), node.at(), place)))
            .take(all)
    }
}

fn value_kind(value: &FieldValue) -> Kind {
    match value {
        FieldValue::Text(_) => Kind::TextValue,
        FieldValue::SingleSelect(_) => Kind::SelectValue,
        FieldValue::Number(_) => Kind::NumberValue,
        FieldValue::Date(_) => Kind::DateValue,
        FieldValue::Iteration(_) => Kind::IterationValue,
    }
}

pub(super) fn item(field: &str) -> Option<Resolve> {
    let resolve: Resolve = match field {
        "id" => |context, node, _| Value::Owned(context.shown_id(node)),
        "fullDatabaseId" => |_, node, _| Value::Owned(format!("{}", 100_000_000 + u64::from(node.index))),
        "type" => |context, node, _| {
            Value::Text(match context.content(node.at()) {
                Content::Issue(_) => "ISSUE",
                Content::PullRequest(_) => "PULL_REQUEST",
                Content::Draft => "DRAFT_ISSUE",
                Content::Redacted => "REDACTED",
            })
        },
        "isArchived" => |context, node, _| Value::Flag(context.item(node).archived),
        "createdAt" => |context, node, _| Value::Time(context.item(node).created_at),
        "updatedAt" => |context, node, _| Value::Time(context.item(node).updated_at),
        "project" => |context, node, _| Value::Node(Node::new(Kind::Project, context.item(node).project)),
        "content" => |context, node, _| match context.content(node.at()) {
            Content::Issue(issue) => Value::Node(Node::new(Kind::Issue, issue)),
            Content::PullRequest(pull_request) => Value::Node(Node::new(Kind::PullRequest, pull_request)),
            Content::Draft => Value::Node(Node::new(Kind::Draft, node.at())),
            Content::Redacted => Value::Null,
        },
        "fieldValueByName" => |context, node, arguments| {
            let name = arguments.text("name").unwrap_or_default();
            let item = context.item(node);
            if context.hides.field_values {
                return Value::Null;
            }
            if name.eq_ignore_ascii_case(context.status_field(item.project)) {
                return match item.status {
                    Some(_) => Value::Node(Node::new(Kind::StatusValue, node.at())),
                    None => Value::Null,
                };
            }
            match item.fields.iter().position(|field| field.name.eq_ignore_ascii_case(name)) {
                Some(place) => Value::Node(Node::part(value_kind(&item.fields[place].value), node.at(), place)),
                None => Value::Null,
            }
        },
        "fieldValues" => |context, node, arguments| context.page_by_position(&placed(context.values(node)), arguments),
        _ => return None,
    };
    Some(resolve)
}

pub(super) fn draft(field: &str) -> Option<Resolve> {
    let resolve: Resolve = match field {
        "id" => |context, node, _| Value::Owned(format!("DI_{}", context.item(node).id)),
        "title" => |_, _, _| Value::Text("Draft"),
        "createdAt" => |context, node, _| Value::Time(context.item(node).created_at),
        "updatedAt" => |context, node, _| Value::Time(context.item(node).updated_at),
        "creator" => |_, _, _| Value::Null,
        _ => return None,
    };
    Some(resolve)
}

/// Days of an iteration, which the view does not carry.
const ITERATION_DAYS: i64 = 14;

pub(super) fn value(field: &str) -> Option<Resolve> {
    let resolve: Resolve = match field {
        "id" => |context, node, _| {
            Value::Owned(format!("PVTFV_{}_{}_{}", context.item(node).id, node.kind.type_name(), node.part))
        },
        "createdAt" => |context, node, _| {
            let item = context.item(node);
            let set = item.status_set.filter(|_| node.kind == Kind::StatusValue);
            Value::Time(set.map_or(item.created_at, |(made, _)| made))
        },
        "updatedAt" => |context, node, _| {
            let item = context.item(node);
            let set = item.status_set.filter(|_| node.kind == Kind::StatusValue);
            Value::Time(set.map_or(item.updated_at, |(_, last)| last))
        },
        "field" => |context, node, _| {
            if node.kind == Kind::StatusValue {
                return Value::Node(Node::new(Kind::StatusField, context.item(node).project));
            }
            let kind = definition_kind(&context.item_field(node).value);
            Value::Node(Node::part(kind, node.at(), node.inner()))
        },
        "name" => |context, node, _| match (node.kind, context.option(node)) {
            (Kind::StatusValue, Some((_, name))) => Value::Text(name),
            _ => context.field_text(node),
        },
        "optionId" => |context, node, _| match (node.kind, context.option(node)) {
            (Kind::StatusValue, Some((id, _))) => Value::Text(id),
            (Kind::StatusValue, None) => Value::Null,
            _ => match &context.item_field(node).value {
                FieldValue::SingleSelect(name) => Value::Owned(option_id(name)),
                _ => Value::Null,
            },
        },
        "text" | "title" | "date" => |context, node, _| context.field_text(node),
        "iterationId" => |context, node, _| match &context.item_field(node).value {
            FieldValue::Iteration(title) => Value::Owned(option_id(title)),
            _ => Value::Null,
        },
        "startDate" => |context, node, _| {
            let day = context.item(node).created_at.to_rfc3339_seconds();
            Value::Owned(day.get(..10).unwrap_or_default().to_owned())
        },
        "duration" => |_, _, _| Value::Integer(ITERATION_DAYS),
        "number" => |context, node, _| match context.item_field(node).value {
            FieldValue::Number(number) => Value::Float(number),
            _ => Value::Null,
        },
        _ => return None,
    };
    Some(resolve)
}

impl<'v> Context<'v> {
    /// Id and present name of the option that Status shows.
    fn option(&self, node: Node) -> Option<(&'v str, &'v str)> {
        let item = self.item(node);
        let (id, name) = self.view().projects[item.project].status_options.get(item.status?)?;
        Some((id, name))
    }

    /// The value of any field that is written as a text.
    fn field_text(&self, node: Node) -> Value<'v> {
        if node.kind == Kind::StatusValue {
            return Value::Null;
        }
        match &self.item_field(node).value {
            FieldValue::Text(text)
            | FieldValue::SingleSelect(text)
            | FieldValue::Date(text)
            | FieldValue::Iteration(text) => Value::Text(text),
            FieldValue::Number(_) => Value::Null,
        }
    }
}
