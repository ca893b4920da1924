//! GitHub's price of a query and its limits on pages, computed from the query alone.

use serde_json::{Value as Json, json};

use super::plan::PlanField;

/// Most nodes that one query may ask for.
const MOST_NODES: u64 = 500_000;
/// Largest page.
const LARGEST_PAGE: i64 = 100;

/// What a query asks for at most.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Demand {
    /// Requests needed to fill every connection.
    pub(crate) requests: u64,
    /// Nodes that may come back.
    pub(crate) nodes: u64,
    /// Largest `first` of an outermost connection.
    outermost_page: u64,
    /// Largest `first` of an outermost list that pages of an import go through.
    list_page: u64,
    /// Whether boards or cards are asked for, which needs a scope of its own.
    pub(crate) projects: bool,
    /// Whether a list is asked for that pages of an import go through: issues, pull requests, cards, deliveries.
    pub(crate) list: bool,
    /// Number of objects that are asked for by their ids.
    pub(crate) ids: u64,
}

impl Demand {
    /// Points: a hundredth of the requests, rounded, at least one.
    pub(crate) fn points(self) -> u64 {
        ((self.requests + 50) / 100).max(1)
    }

    /// How many entries are asked for at once: of the list that is paged through, else by ids, else of any outermost
    /// connection. Beside a list, those of another kind of object at the same id (labels of an issue) do not count.
    pub(crate) fn page(self) -> u64 {
        [self.list_page, self.ids, self.outermost_page].into_iter().find(|size| *size > 0).unwrap_or(0)
    }

    fn worst(self, other: Self) -> Self {
        Self {
            requests: self.requests.max(other.requests),
            nodes: self.nodes.max(other.nodes),
            outermost_page: self.outermost_page.max(other.outermost_page),
            list_page: self.list_page.max(other.list_page),
            projects: self.projects || other.projects,
            list: self.list || other.list,
            ids: self.ids.max(other.ids),
        }
    }

    fn plus(self, other: Self) -> Self {
        Self {
            requests: self.requests.saturating_add(other.requests),
            nodes: self.nodes.saturating_add(other.nodes),
            outermost_page: self.outermost_page.max(other.outermost_page),
            list_page: self.list_page.max(other.list_page),
            projects: self.projects || other.projects,
            list: self.list || other.list,
            ids: self.ids.max(other.ids),
        }
    }
}

/// Measures a query, or says as GitHub does why it is refused.
pub(crate) fn measure(fields: &[PlanField]) -> Result<Demand, Vec<Json>> {
    let mut refused = Vec::new();
    let demand = measure_fields(fields, 1, true, &mut Vec::new(), &mut refused);
    if demand.nodes > MOST_NODES {
        refused.push(json!({
            "type": "MAX_NODE_LIMIT_EXCEEDED",
            "message": format!(
                "This query requests up to {} possible nodes which exceeds the maximum limit of 500,000.",
                with_commas(demand.nodes)
            ),
        }));
    }
    if refused.is_empty() { Ok(demand) } else { Err(refused) }
}

fn measure_fields<'a>(
    fields: &'a [PlanField],
    parents: u64,
    outermost: bool,
    path: &mut Vec<&'a str>,
    refused: &mut Vec<Json>,
) -> Demand {
    fields.iter().fold(Demand::default(), |sum, field| {
        path.push(&field.response_key);
        let demand = measure_field(field, parents, outermost, path, refused);
        path.pop();
        sum.plus(demand)
    })
}

fn measure_field<'a>(
    field: &'a PlanField,
    parents: u64,
    outermost: bool,
    path: &mut Vec<&'a str>,
    refused: &mut Vec<Json>,
) -> Demand {
    let mut own = Demand {
        projects: needs_project_scope(&field.type_name),
        list: matches!(field.type_name.as_str(), "IssueConnection" | "PullRequestConnection")
            || (field.type_name == "ProjectV2ItemConnection" && field.name == "items")
            || (outermost && is_delivery(&field.type_name)),
        ..Demand::default()
    };
    let mut multiplied = parents;
    let mut inner_outermost = outermost;
    if field.type_name.ends_with("Connection") {
        match page_size(field) {
            Ok(size) => {
                multiplied = parents.saturating_mul(size);
                own.requests = parents;
                own.nodes = multiplied;
                own.outermost_page = if outermost { size } else { 0 };
                own.list_page = if outermost && own.list { size } else { 0 };
                inner_outermost = false;
            }
            Err((kind, message)) => refused.push(json!({
                "type": kind,
                "path": path,
                "locations": field.location.map(|(line, column)| vec![json!({ "line": line, "column": column })]),
                "message": message,
            })),
        }
    } else if let Some(ids) = field.arguments.texts("ids") {
        multiplied = parents.saturating_mul(ids.len() as u64);
        own.nodes = multiplied;
        own.ids = ids.len() as u64;
    }
    let inner = field.selections.iter().fold(Demand::default(), |worst, (_, fields)| {
        worst.worst(measure_fields(fields, multiplied, inner_outermost, path, refused))
    });
    own.plus(inner)
}

fn page_size(field: &PlanField) -> Result<u64, (&'static str, String)> {
    let name = &field.name;
    let Some(first) = field.arguments.integer("first") else {
        return Err((
            "MISSING_PAGINATION_BOUNDARIES",
            format!("You must provide a `first` or `last` value to properly paginate the `{name}` connection."),
        ));
    };
    if first < 1 {
        return Err((
            "INVALID_PAGINATION_BOUNDARIES",
            format!("`first` on the `{name}` connection cannot be less than 1."),
        ));
    }
    if first > LARGEST_PAGE {
        return Err((
            "EXCESSIVE_PAGINATION",
            format!("Requesting {first} records on the `{name}` connection exceeds the `first` limit of 100 records."),
        ));
    }
    Ok(first as u64)
}

/// Whether a connection is a list of deliveries that pages of an import go through, where nothing is around it: a
/// survey asks for the last one of each repository.
fn is_delivery(type_name: &str) -> bool {
    matches!(type_name, "DeploymentConnection" | "ReleaseConnection" | "CommitHistoryConnection")
}

fn needs_project_scope(type_name: &str) -> bool {
    matches!(type_name, "ProjectV2" | "ProjectV2Connection" | "ProjectV2Item" | "ProjectV2ItemConnection")
}

fn with_commas(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
