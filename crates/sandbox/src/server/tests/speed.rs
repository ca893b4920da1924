use super::*;
use crate::server::conduct::ShownIds;
use crate::server::execute::execute;
use crate::server::plan;
use crate::server::prepared::Prepared;
use crate::server::resolve::{Context, Hides};
use crate::server::schema::{Documents, schema};

const PAGE: &str = "query Page($after: String) { repository(owner: \"acme\", name: \"web\") {
  issues(first: 100, after: $after, orderBy: {field: UPDATED_AT, direction: ASC}) {
    pageInfo { hasNextPage endCursor }
    nodes { id number title state stateReason createdAt updatedAt closedAt author { login }
      labels(first: 20) { nodes { name } pageInfo { hasNextPage } }
      timelineItems(first: 100) { pageInfo { hasNextPage endCursor } nodes { __typename
        ... on ProjectV2ItemStatusChangedEvent { id createdAt actor { login } project { id } previousStatus status }
        ... on ClosedEvent { id createdAt actor { login } } } } } } } }";

/// Processor time of this thread, which other work on the machine does not change; `None` where the system does not
/// tell it.
fn processor_time() -> Option<std::time::Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    Some(std::time::Duration::from_nanos(text.split(' ').next()?.parse().ok()?))
}

/// The page that an importer asks for most, over 20,000 issues. The bound is several times what it takes (the figure
/// is printed): it notices work that grows with the organisation.
#[test]
fn a_page_of_100_issues_does_not_depend_on_how_many_there_are() {
    let began = processor_time();
    let prepared = Prepared::new(view(20_000));
    let ready = processor_time();
    let checked = Documents::default().check(PAGE);
    let document = checked.as_ref().as_ref().expect("a valid query");
    let operation = document.operations.get(None).expect("one operation");
    let parsed = processor_time();
    let mut variables = serde_json::Map::new();
    let mut slowest = std::time::Duration::ZERO;
    for _ in 0..5 {
        let start = processor_time();
        let context = Context {
            prepared: &prepared,
            rate: None,
            forbidden: Vec::new(),
            saml: false,
            unknown_org: false,
            disturbance: None,
            hides: Hides::default(),
            ids: ShownIds::default(),
        };
        let outcome = execute(&context, &plan::compile(schema(), document, operation, &variables), None);
        let Some((start, end)) = start.zip(processor_time()) else {
            println!("skipped: the system tells no processor time of a thread");
            return;
        };
        slowest = slowest.max(end.saturating_sub(start));
        let data: Json = serde_json::from_slice(&outcome.data).expect("JSON");
        assert_eq!(data["repository"]["issues"]["nodes"].as_array().map(Vec::len), Some(100));
        variables.insert("after".to_owned(), data["repository"]["issues"]["pageInfo"]["endCursor"].clone());
    }
    let between = |from: Option<std::time::Duration>, to: Option<std::time::Duration>| Some(to?.saturating_sub(from?));
    println!("making and sorting {:?}, schema and query {:?}", between(began, ready), between(ready, parsed));
    println!("slowest page {slowest:?}");
    assert!(slowest.as_millis() < 100, "{slowest:?}");
}
