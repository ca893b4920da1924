//! What the server's schema has is asked once, and every query heeds it.

use std::fmt::Write as _;

use serde_json::{Value, json};
use source::{ErrorKind, SourceError};
use wiremock::ResponseTemplate;

use crate::simulated::{Stage, answer, good, good_body, graphql_error};

const SDL: &str = include_str!("../../schema.graphql");

/// The answer of a server that has everything but some parts.
fn schema(without: &[&str]) -> Value {
    use apollo_compiler::{ExecutableDocument, Schema, introspection, response::JsonMap, validation::Valid};
    let schema = Schema::parse_and_validate(SDL, "schema.graphql").expect("valid");
    let names = schema.types.iter().filter(|(_, kind)| !kind.is_built_in()).map(|(name, _)| name.as_str());
    let mut question = String::from("{");
    for (number, name) in names.enumerate() {
        let _ = write!(
            question,
            " t{number}: __type(name: \"{name}\") {{ name fields {{ name args {{ name }} }} enumValues {{ name }} }}"
        );
    }
    question.push('}');
    let document = ExecutableDocument::parse_and_validate(&schema, question, "question").expect("valid");
    let operation = document.operations.get(None).expect("one");
    let none = Valid::assume_valid(JsonMap::new());
    let answered =
        introspection::partial_execute(&schema, &schema.implementers_map(), &document, operation, &none).expect("data");
    let mut data = serde_json::to_value(answered.data).expect("JSON");
    for of in data.as_object_mut().expect("types").values_mut() {
        let name = of["name"].as_str().expect("a name").to_owned();
        if let Some(fields) = of["fields"].as_array_mut() {
            fields.retain(|field| {
                let part = format!("{name}.{}", field["name"].as_str().expect("a name"));
                !without.contains(&part.as_str())
            });
        }
    }
    json!({"data": data})
}

fn says(body: &Value) -> ResponseTemplate {
    answer(200).set_body_json(body).insert_header("x-github-enterprise-version", "3.16.4")
}

/// Learns the schema, then asks for issues.
async fn learn(stage: &Stage, earlier: Option<&str>) -> Result<Option<String>, SourceError> {
    let client = stage.client();
    let remembered = client.learn_schema(earlier, &stage.heard, &stage.cancel).await?;
    stage.ask_with(&client).await?;
    Ok(remembered)
}

async fn last_query(stage: &Stage) -> String {
    stage.asked().await.last().expect("asked")["query"].as_str().expect("a text").to_owned()
}

#[tokio::test]
async fn a_field_that_the_server_does_not_have_is_not_asked_for_and_that_is_said_in_one_line() {
    let mut without_limit = good_body();
    without_limit["data"].as_object_mut().expect("data").remove("rateLimit");
    let stage = Stage::with(vec![says(&schema(&["Query.rateLimit"])), says(&without_limit)]).await;
    let remembered = learn(&stage, None).await.expect("succeeds").expect("something to remember");
    let query = last_query(&stage).await;
    assert!(query.contains("issues(") && !query.contains("rateLimit"), "{query}");
    assert_eq!(stage.asked().await.len(), 2, "one question");
    assert_eq!(
        stage.heard.notes(),
        [
            "GitHub Enterprise Server 3.16.4 does not have all that is asked for, left out: Query.rateLimit; therefore what \
          queries cost is not counted"
        ]
    );
    assert_eq!(remembered, r#"{"version":"3.16.4","parts":["Query.rateLimit"]}"#);
}

#[tokio::test]
async fn a_server_that_has_everything_is_asked_as_before() {
    let stage = Stage::with(vec![says(&schema(&[])), good()]).await;
    learn(&stage, None).await.expect("succeeds");
    assert!(last_query(&stage).await.contains("rateLimit"));
    assert!(stage.heard.notes().is_empty());
}

#[tokio::test]
async fn a_server_that_does_not_know_old_arguments_is_asked_without_them() {
    let refused = answer(200)
        .set_body_json(json!({"errors": [{"message": "Field 'args' doesn't accept argument 'includeDeprecated'"}]}));
    let stage = Stage::with(vec![refused, says(&schema(&[])), good()]).await;
    learn(&stage, None).await.expect("succeeds").expect("an answer came");
    assert_eq!(stage.asked().await.len(), 3);
}

#[tokio::test]
async fn a_question_that_fails_leaves_the_earlier_answer_in_force() {
    let refused = || graphql_error("FORBIDDEN", "introspection is off");
    let stage = Stage::with(vec![refused(), good()]).await;
    let earlier = r#"{"parts":["Query.rateLimit"]}"#;
    assert_eq!(learn(&stage, Some(earlier)).await.expect("succeeds"), None, "nothing new to remember");
    assert!(!last_query(&stage).await.contains("rateLimit"));
    let notes = stage.heard.notes();
    assert!(notes[0].contains("its earlier answer is used"), "{notes:?}");
    let stage = Stage::with(vec![refused(), good()]).await;
    learn(&stage, None).await.expect("succeeds");
    assert!(last_query(&stage).await.contains("rateLimit"), "asked for everything");
}

#[tokio::test]
async fn an_answer_without_types_counts_as_none() {
    let stage = Stage::with(vec![says(&json!({"data": {}})), good()]).await;
    assert_eq!(learn(&stage, None).await.expect("succeeds"), None);
    assert!(stage.heard.notes()[0].contains("holds no schema"));
}

#[tokio::test]
async fn a_token_that_is_not_accepted_ends_it_here() {
    let stage = Stage::with(vec![answer(401).set_body_json(json!({"message": "Bad credentials"}))]).await;
    let error = learn(&stage, None).await.expect_err("refused");
    assert_eq!(error.kind, ErrorKind::Unauthorized);
}

#[tokio::test]
async fn an_essential_field_that_is_missing_names_the_version_and_the_oldest_server_that_works() {
    let stage = Stage::with(vec![says(&schema(&["Repository.issues"]))]).await;
    let error = learn(&stage, None).await.expect_err("essential");
    assert_eq!(error.kind, ErrorKind::UnexpectedResponse);
    assert!(
        error.message.contains("3.16.4 does not have Repository.issues") && error.message.contains("3.16 or later"),
        "{error}"
    );
}
