//! Queries against schemas that lack something.

use std::collections::BTreeSet;

use apollo_compiler::ast::{Definition, Document, Type};
use apollo_compiler::validation::Valid;
use apollo_compiler::{ExecutableDocument, Schema};
use source::ErrorKind;

use super::lacking::{Extent, Lacking, Said, question};
use super::optional::{OPTIONAL, optional};
use super::own::own;
use super::prune::pruned;
use super::{Known, OLDEST_SERVER};

const SDL: &str = include_str!("../../schema.graphql");
const SURVEY: &str = include_str!("../survey.graphql");
const DELIVERIES: &str = include_str!("../deliveries.graphql");
const ONE_REPOSITORY: &str = include_str!("../one_repository.graphql");
const ISSUES: &str = include_str!("../../../github-issues/queries/issues.graphql");
const ITEMS: &str = include_str!("../../../github-projects/queries/items.graphql");
const PULL_REQUESTS: &str = include_str!("../../../github-prs/queries/pull_requests.graphql");
const ALL: [&str; 6] = [SURVEY, DELIVERIES, ONE_REPOSITORY, ISSUES, ITEMS, PULL_REQUESTS];

/// What GitHub Enterprise Server 3.16 does not have: types of issues came with 3.17, events of boards with 3.20, and
/// duplicates and the filter of a board's cards in between.
const MISSING_IN_OLDEST: [&str; 11] = [
    "Issue.issueType",
    "IssueType",
    "Issue.stateReason(enableDuplicate:)",
    "IssueStateReason.DUPLICATE",
    "ProjectV2.items(query:)",
    "AddedToProjectV2Event",
    "ProjectV2ItemStatusChangedEvent",
    "RemovedFromProjectV2Event",
    "IssueTimelineItemsItemType.ADDED_TO_PROJECT_V2_EVENT",
    "IssueTimelineItemsItemType.PROJECT_V2_ITEM_STATUS_CHANGED_EVENT",
    "IssueTimelineItemsItemType.REMOVED_FROM_PROJECT_V2_EVENT",
];

const WHOLE: Extent = Extent { old_arguments: true, cost: false };

/// The schema without some parts, and with the fields of `more`: a type and a field.
fn schema_without(parts: &BTreeSet<&str>, more: Option<(&str, &str)>) -> Valid<Schema> {
    let mut document = Document::parse(SDL, "schema.graphql").expect("valid");
    let kept = |part: String| !parts.contains(part.as_str());
    let gone = |of: &Type| parts.contains(of.inner_named_type().as_str());
    document.definitions.retain_mut(|definition| match definition {
        Definition::ObjectTypeDefinition(object) => {
            let object = object.make_mut();
            let name = object.name.clone();
            object.fields.retain_mut(|field| {
                let field_name = field.name.clone();
                field.make_mut().arguments.retain(|argument| kept(format!("{name}.{field_name}({}:)", argument.name)));
                kept(format!("{name}.{field_name}")) && !gone(&field.ty)
            });
            if let Some((_, field)) = more.filter(|(of, _)| *of == name.as_str()) {
                let mut like = object.fields[0].clone();
                like.make_mut().name = field.try_into().expect("a name");
                object.fields.push(like);
            }
            kept(name.to_string())
        }
        Definition::UnionTypeDefinition(union) => {
            union.make_mut().members.retain(|member| kept(member.to_string()));
            true
        }
        Definition::EnumTypeDefinition(values) => {
            let name = values.name.clone();
            values.make_mut().values.retain(|value| kept(format!("{name}.{}", value.value)));
            true
        }
        _ => true,
    });
    Schema::parse_and_validate(document.to_string(), "schema.graphql").expect("still valid")
}

fn lacking(parts: &[&str]) -> Lacking {
    Lacking { version: None, parts: parts.iter().map(|part| (*part).to_owned()).collect() }
}

#[track_caller]
fn assert_understood(text: &str, schema: &Valid<Schema>, what: &str) {
    if let Err(failed) = ExecutableDocument::parse_and_validate(schema, text, "query.graphql") {
        panic!("without {what}:\n{}\n{text}", failed.errors);
    }
}

/// What a server with this schema answers to the question.
fn said(schema: &Valid<Schema>, question: &str) -> Said {
    let document = ExecutableDocument::parse_and_validate(schema, question, "question.graphql").expect("understood");
    let operation = document.operations.get(None).expect("one");
    let answer = apollo_compiler::introspection::partial_execute(
        schema,
        &schema.implementers_map(),
        &document,
        operation,
        &Valid::assume_valid(apollo_compiler::response::JsonMap::new()),
    );
    let data = answer.expect("answered").data;
    serde_json::from_value(serde_json::to_value(data).expect("JSON")).expect("as expected")
}

#[test]
fn every_optional_part_can_be_left_out_alone_and_all_can_together() {
    let every: Vec<&str> = OPTIONAL.iter().map(|optional| optional.part).collect();
    let alone = every.iter().map(|part| vec![*part]);
    for parts in alone.chain([every.clone()]) {
        let schema = schema_without(&parts.iter().copied().collect(), None);
        let lacking = Lacking::read(said(&schema, &question(WHOLE)), None).expect("a schema");
        for text in ALL {
            let pruned = pruned(text, &lacking, own()).expect("valid");
            assert_eq!(pruned.essential, BTreeSet::new(), "{parts:?}");
            assert_understood(&pruned.text, &schema, &parts.join(", "));
        }
    }
}

#[test]
fn a_server_that_has_everything_lacks_nothing() {
    let schema = schema_without(&BTreeSet::new(), None);
    for old_arguments in [true, false] {
        let lacking =
            Lacking::read(said(&schema, &question(Extent { old_arguments, ..WHOLE })), None).expect("a schema");
        assert_eq!((lacking.notice(), lacking), (None, Lacking::default()));
    }
}

#[test]
fn the_oldest_server_that_works_does_and_what_is_missing_is_said_in_one_line() {
    let schema = schema_without(&MISSING_IN_OLDEST.into_iter().collect(), None);
    let version = Some(format!("{OLDEST_SERVER}.4"));
    let lacking = Lacking::read(said(&schema, &question(WHOLE)), version).expect("a schema");
    for text in ALL {
        let pruned = pruned(text, &lacking, own()).expect("valid");
        assert_eq!(pruned.essential, BTreeSet::new());
        assert_understood(&pruned.text, &schema, "what the oldest server lacks");
    }
    let notice = lacking.notice().expect("something is missing");
    assert_eq!(notice.lines().count(), 1);
    for said in [
        "GitHub Enterprise Server 3.16.4 does not have all",
        "Issue.issueType",
        "kinds come from labels",
        "own sightings",
    ] {
        assert!(notice.contains(said), "`{said}` is not in: {notice}");
    }
}

#[test]
fn an_essential_part_that_is_missing_is_an_error_with_the_version_and_the_oldest_that_works() {
    let known = Known::default();
    let parts = ["ProjectV2Item.fieldValueByName".to_owned()].into();
    known.learn(Lacking { version: Some("3.2.1".to_owned()), parts });
    let error = known.document(ITEMS, "cards of Roadmap").expect_err("essential");
    assert_eq!(error.kind, ErrorKind::UnexpectedResponse);
    assert_eq!(
        error.message,
        "reading cards of Roadmap: GitHub Enterprise Server 3.2.1 does not have ProjectV2Item.fieldValueByName; this \
         needs github.com, or GitHub Enterprise Server 3.16 or later"
    );
    assert!(known.document(PULL_REQUESTS, "pull requests").is_ok(), "not concerned");
}

#[test]
fn a_field_is_asked_for_under_the_name_of_the_one_that_it_stands_for() {
    let parts = BTreeSet::from(["ProjectV2.fullDatabaseId"]);
    let schema = schema_without(&parts, Some(("ProjectV2", "databaseId")));
    let lacking = Lacking::read(said(&schema, &question(WHOLE)), None).expect("a schema");
    assert_eq!(lacking.notice(), None, "nothing is missing");
    let text = pruned(SURVEY, &lacking, own()).expect("valid").text;
    assert!(text.contains("fullDatabaseId: databaseId"), "{text}");
    assert_understood(&text, &schema, "fullDatabaseId");
    let neither = schema_without(&parts, None);
    let lacking = Lacking::read(said(&neither, &question(WHOLE)), None).expect("a schema");
    assert!(lacking.notice().expect("said").contains("node ids"));
}

#[test]
fn arguments_values_variables_and_fragments_that_nothing_uses_any_more_go_with_it() {
    let check = |text: &str, parts: &[&str], expected: &str| {
        let pruned = pruned(text, &lacking(parts), own()).expect("valid").text;
        assert_eq!(pruned.split_whitespace().collect::<Vec<_>>().join(" "), expected);
    };
    let board = "query Q($id: ID!, $query: String) { node(id: $id) { ... on ProjectV2 { items(first: 1, query: $query) \
                 { totalCount } } } }";
    check(
        board,
        &["ProjectV2.items(query:)"],
        "query Q($id: ID!) { node(id: $id) { ... on ProjectV2 { items(first: 1) { totalCount } } } }",
    );
    let kind = "query Q { node(id: \"I\") { ...F } } fragment F on Issue { id ...G } fragment G on Issue { issueType { \
                name } }";
    check(kind, &["Issue.issueType"], "query Q { node(id: \"I\") { ...F } } fragment F on Issue { id }");
    let type_gone = "query Q { node(id: \"I\") { id ... on IssueType { name } } }";
    check(type_gone, &["IssueType"], "query Q { node(id: \"I\") { id } }");
    let list = "query Q { node(id: \"I\") { ... on Issue { timelineItems(first: 1, itemTypes: [CLOSED_EVENT, \
                ADDED_TO_PROJECT_V2_EVENT]) { totalCount } } } }";
    check(
        list,
        &["IssueTimelineItemsItemType.ADDED_TO_PROJECT_V2_EVENT"],
        "query Q { node(id: \"I\") { ... on Issue { timelineItems(first: 1, itemTypes: [CLOSED_EVENT]) { totalCount } } } }",
    );
}

#[test]
fn an_answer_without_types_is_no_schema() {
    let nothing = own().keys().map(|name| (name.clone(), None)).collect();
    assert_eq!(Lacking::read(nothing, None), None);
}

#[test]
fn what_is_remembered_reads_back() {
    let lacking = Lacking { version: Some("3.16.4".to_owned()), parts: ["IssueType".to_owned()].into() };
    let text = serde_json::to_string(&lacking).expect("writes");
    assert_eq!(serde_json::from_str::<Lacking>(&text).expect("reads"), lacking);
}

#[test]
fn every_optional_part_is_one_of_the_schema() {
    for part in OPTIONAL.iter().map(|optional| optional.part) {
        let everything = Lacking::read(said(&schema_without(&BTreeSet::from([part]), None), &question(WHOLE)), None);
        assert!(!everything.expect("a schema").has(part), "{part} is no part of schema.graphql");
        assert!(optional(part).is_some());
    }
}

#[test]
fn what_the_question_costs_is_asked_beside_it_and_is_no_part_of_the_schema() {
    let asked = question(Extent { cost: true, ..WHOLE });
    assert!(asked.contains("rateLimit { cost"), "{asked}");
    let schema = schema_without(&BTreeSet::new(), None);
    let with_cost = Lacking::read(said(&schema, &asked), None);
    assert_eq!(with_cost, Lacking::read(said(&schema, &question(WHOLE)), None));
}
