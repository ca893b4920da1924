//! Walks a plan over the view and writes the reply as it goes.

use std::io::Write as _;

use model::Instant;
use serde_json::{Map, Value as Json, json};

use super::cursor::Cursor;
use super::node::Node;
use super::page::Page;
use super::plan::PlanField;
use super::resolve::{Context, PageField, Resolver, Value};

/// `data` as JSON text, and the errors beside it.
pub(crate) struct Outcome {
    pub(crate) data: Vec<u8>,
    pub(crate) errors: Vec<Json>,
}

/// Which entries of the main list of a call are missing from the reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Holes {
    /// Every third entry, each with an error.
    EveryThird,
    /// Every third entry, without an error.
    Silent,
    /// The first entry, not found.
    First,
    /// The second half, with one error about resources.
    SecondHalf,
}

/// Executes a query.
pub(crate) fn execute(context: &Context<'_>, fields: &[PlanField], holes: Option<Holes>) -> Outcome {
    let root = Node::new(super::node::Kind::Query, 0);
    let mut writer =
        Writer { context, holes, data: Vec::with_capacity(64 * 1024), path: Vec::new(), errors: Vec::new() };
    if writer.fields(fields, &Source::Node(root)).is_err() {
        writer.data.clear();
        writer.data.extend_from_slice(b"null");
    }
    if holes == Some(Holes::SecondHalf) {
        writer.errors.push(json!({
            "type": "RESOURCE_LIMITS_EXCEEDED",
            "message": "Resource limits for this query exceeded.",
        }));
    }
    Outcome { data: writer.data, errors: writer.errors }
}

/// A null where none may be: goes up to the next place that may be null.
struct NullGoesUp;

type Written = Result<(), NullGoesUp>;

enum Segment<'p> {
    Key(&'p str),
    Index(usize),
}

enum Source<'a> {
    Node(Node),
    Page(&'a Page),
}

struct Writer<'p, 'v> {
    context: &'p Context<'v>,
    holes: Option<Holes>,
    data: Vec<u8>,
    path: Vec<Segment<'p>>,
    errors: Vec<Json>,
}

impl<'p> Writer<'p, '_> {
    fn fields(&mut self, fields: &'p [PlanField], source: &Source<'_>) -> Written {
        self.data.push(b'{');
        for (place, field) in fields.iter().enumerate() {
            if place > 0 {
                self.data.push(b',');
            }
            self.data.extend_from_slice(field.written_key.as_bytes());
            self.path.push(Segment::Key(&field.response_key));
            let start = self.data.len();
            let written = self.field(field, source);
            self.path.pop();
            if written.is_err() {
                if field.non_null {
                    return Err(NullGoesUp);
                }
                self.data.truncate(start);
                self.null();
            }
        }
        self.data.push(b'}');
        Ok(())
    }

    fn field(&mut self, field: &'p PlanField, source: &Source<'_>) -> Written {
        match (field.resolver, source) {
            (Resolver::TypeName, Source::Node(node)) => self.text(node.kind.type_name()),
            (Resolver::TypeName, Source::Page(_)) => self.text(&field.type_name),
            (Resolver::Object(resolve), Source::Node(node)) => {
                let value = resolve(self.context, *node, &field.arguments);
                return self.value(field, value);
            }
            (Resolver::Page(page_field), Source::Page(page)) => return self.page_field(field, page_field, page),
            _ => return self.fail(field, None, format!("Field '{}' is not simulated", field.name), false),
        }
        Ok(())
    }

    fn value(&mut self, field: &'p PlanField, value: Value<'_>) -> Written {
        match value {
            Value::Null if field.non_null => {
                let message = format!("Cannot return null for non-nullable field {}", field.name);
                return self.fail(field, None, message, false);
            }
            Value::Null => self.null(),
            Value::Text(text) => self.text(text),
            Value::Owned(text) => self.text(&text),
            Value::Integer(number) => self.display(number),
            Value::Float(number) => self.json(&Json::from(number)),
            Value::Flag(value) => self.data.extend_from_slice(if value { b"true" } else { b"false" }),
            Value::Time(at) => self.time(at),
            Value::Node(node) => return self.fields(selection(field, node.kind.type_name()), &Source::Node(node)),
            Value::Nodes(nodes) => {
                let entries = nodes.into_iter().map(|node| node.ok_or(None)).collect();
                return self.list(field, entries, false);
            }
            Value::Lookups(found) => {
                let entries = found.into_iter().map(|found| found.map_err(Some)).collect();
                return self.list(field, entries, true);
            }
            Value::Page(page) => return self.fields(selection(field, &field.type_name), &Source::Page(&page)),
            Value::Error { kind, message, saml } => return self.fail(field, Some(kind), message, saml),
        }
        Ok(())
    }

    fn page_field(&mut self, field: &'p PlanField, page_field: PageField, page: &Page) -> Written {
        match page_field {
            PageField::Nodes => {
                return self.list(field, page.nodes.iter().map(|node| Ok(*node)).collect(), page.is_main);
            }
            PageField::TotalCount => self.display(page.total_count),
            PageField::FilteredCount => self.display(page.filtered_count),
            PageField::PageInfo => return self.fields(selection(field, "PageInfo"), &Source::Page(page)),
            PageField::HasNextPage => {
                self.data.extend_from_slice(if page.has_next { b"true" } else { b"false" });
            }
            PageField::EndCursor => match &page.end_cursor {
                Some(end) => {
                    let cursor = Cursor::encode(end.key, &self.context.id(end.node));
                    self.text(&cursor);
                }
                None => self.null(),
            },
        }
        Ok(())
    }

    fn list(&mut self, field: &'p PlanField, entries: Vec<Result<Node, Option<String>>>, is_main: bool) -> Written {
        let count = entries.len();
        self.data.push(b'[');
        for (place, entry) in entries.into_iter().enumerate() {
            if place > 0 {
                self.data.push(b',');
            }
            self.path.push(Segment::Index(place));
            let start = self.data.len();
            let written = match self.hole(place, count, is_main) {
                Some(hole) => self.leave_out(field, hole),
                None => match entry {
                    Ok(node) => self.fields(selection(field, node.kind.type_name()), &Source::Node(node)),
                    Err(Some(message)) => self.fail(field, Some("NOT_FOUND"), message, false),
                    Err(None) => Err(NullGoesUp),
                },
            };
            self.path.pop();
            if written.is_err() {
                if field.entry_non_null {
                    return Err(NullGoesUp);
                }
                self.data.truncate(start);
                self.null();
            }
        }
        self.data.push(b']');
        Ok(())
    }

    fn hole(&self, place: usize, count: usize, is_main: bool) -> Option<Holes> {
        let hole = self.holes.filter(|_| is_main)?;
        let is_out = match hole {
            Holes::EveryThird | Holes::Silent => place % 3 == 2,
            Holes::First => place == 0,
            Holes::SecondHalf => place >= count.div_ceil(2),
        };
        is_out.then_some(hole)
    }

    fn leave_out(&mut self, field: &PlanField, hole: Holes) -> Written {
        match hole {
            Holes::EveryThird => {
                let message = "Something went wrong while executing your query. Please include the request id when \
                               reporting this issue.";
                self.fail(field, None, message.to_owned(), false)
            }
            Holes::First => self.fail(
                field,
                Some("NOT_FOUND"),
                "Could not resolve to a node with the global id that was asked for.".to_owned(),
                false,
            ),
            Holes::SecondHalf | Holes::Silent => Err(NullGoesUp),
        }
    }

    fn fail(&mut self, field: &PlanField, kind: Option<&str>, message: String, saml: bool) -> Written {
        let mut error = Map::new();
        if let Some(kind) = kind {
            error.insert("type".to_owned(), Json::from(kind));
        }
        let path: Vec<Json> = self
            .path
            .iter()
            .map(|segment| match segment {
                Segment::Key(key) => Json::from(*key),
                Segment::Index(index) => Json::from(*index),
            })
            .collect();
        error.insert("path".to_owned(), Json::from(path));
        if saml {
            error.insert("extensions".to_owned(), json!({ "saml_failure": true }));
        }
        if let Some((line, column)) = field.location {
            error.insert("locations".to_owned(), json!([{ "line": line, "column": column }]));
        }
        error.insert("message".to_owned(), Json::from(message));
        self.errors.push(Json::Object(error));
        Err(NullGoesUp)
    }

    fn null(&mut self) {
        self.data.extend_from_slice(b"null");
    }

    fn text(&mut self, text: &str) {
        let is_plain = text.bytes().all(|byte| byte >= b' ' && byte != b'"' && byte != b'\\');
        if is_plain {
            self.data.push(b'"');
            self.data.extend_from_slice(text.as_bytes());
            self.data.push(b'"');
        } else {
            self.json(&Json::from(text));
        }
    }

    fn time(&mut self, at: Instant) {
        self.text(&at.to_rfc3339_seconds());
    }

    fn display(&mut self, number: impl std::fmt::Display) {
        write!(self.data, "{number}").expect("writing to memory");
    }

    fn json(&mut self, value: &Json) {
        serde_json::to_writer(&mut self.data, value).expect("writing to memory");
    }
}

/// The selected fields of an object of a concrete type.
fn selection<'p>(field: &'p PlanField, type_name: &str) -> &'p [PlanField] {
    let found = field.selections.iter().find(|(name, _)| name == type_name);
    found.map_or(&[], |(_, fields)| fields)
}
