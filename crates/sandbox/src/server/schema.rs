//! The schema that every query is validated against, and the validated documents.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use apollo_compiler::validation::Valid;
use apollo_compiler::{ExecutableDocument, Schema};
use serde_json::{Value as Json, json};

/// The client's own trimmed schema: what it asks is what is answered.
const SDL: &str = include_str!("../../../github-client/schema.graphql");

/// The schema, parsed once.
pub(crate) fn schema() -> &'static Valid<Schema> {
    static SCHEMA: OnceLock<Valid<Schema>> = OnceLock::new();
    SCHEMA.get_or_init(|| {
        Schema::parse_and_validate(SDL, "schema.graphql").expect("the schema of the repository is valid, tests load it")
    })
}

/// A query after validation: the document, or the errors to answer with.
pub(crate) type Checked = Result<Valid<ExecutableDocument>, Vec<Json>>;

/// Validated documents by query text; importers send a handful of texts again and again.
#[derive(Default)]
pub(crate) struct Documents {
    by_text: Mutex<HashMap<String, Arc<Checked>>>,
}

/// Texts kept before the cache starts over.
const MOST_KEPT: usize = 1_000;

impl Documents {
    /// Parses and validates a query, or finds the result of last time.
    pub(crate) fn check(&self, text: &str) -> Arc<Checked> {
        let mut by_text = self.by_text.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = by_text.get(text) {
            return Arc::clone(found);
        }
        if by_text.len() >= MOST_KEPT {
            by_text.clear();
        }
        let checked = Arc::new(validate(text));
        by_text.insert(text.to_owned(), Arc::clone(&checked));
        checked
    }
}

fn validate(text: &str) -> Checked {
    ExecutableDocument::parse_and_validate(schema(), text, "query.graphql").map_err(|failed| {
        failed
            .errors
            .iter()
            .map(|diagnostic| {
                let error = diagnostic.to_json();
                json!({ "message": error.message, "locations": error.locations })
            })
            .collect()
    })
}
