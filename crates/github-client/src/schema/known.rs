//! Known schema of a server, and the queries that follow from it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use source::{ErrorKind, SourceError};

use super::lacking::Lacking;
use super::optional::OLDEST_SERVER;
use super::own::own;
use super::prune::{Pruned, pruned};

/// What is known of the server's schema. Until something is, queries are sent as they are written.
#[derive(Debug, Default)]
pub(crate) struct Known {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    lacking: Arc<Lacking>,
    /// Documents that were pruned already.
    pruned: HashMap<&'static str, Arc<Pruned>>,
}

impl Known {
    /// From now on, queries leave out what is lacking.
    pub(crate) fn learn(&self, lacking: Lacking) {
        *self.state() = State { lacking: Arc::new(lacking), pruned: HashMap::new() };
    }

    /// A document as it can be sent.
    ///
    /// Fails when the server lacks something that the query is nothing without. `what` names what is being read.
    pub(crate) fn document(&self, text: &'static str, what: &str) -> Result<Arc<str>, SourceError> {
        let (lacking, known) = {
            let state = self.state();
            (Arc::clone(&state.lacking), state.pruned.get(text).cloned())
        };
        if lacking.parts.is_empty() {
            return Ok(text.into());
        }
        let document = if let Some(known) = known {
            known
        } else {
            let made = pruned(text, &lacking, own()).map_err(|error| {
                SourceError::new(
                    ErrorKind::UnexpectedResponse,
                    format!("the query for {what} cannot be fitted to the server: {error}"),
                )
            })?;
            let made = Arc::new(made);
            self.state().pruned.insert(text, Arc::clone(&made));
            made
        };
        if document.essential.is_empty() {
            return Ok(document.text.as_str().into());
        }
        let missing = document.essential.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
        Err(SourceError::new(
            ErrorKind::UnexpectedResponse,
            format!(
                "reading {what}: {} does not have {missing}; this needs github.com, or GitHub Enterprise Server \
                 {OLDEST_SERVER} or later",
                lacking.server()
            ),
        ))
    }

    /// Whether the server has a part of the schema, as far as is known.
    pub(crate) fn has(&self, part: &str) -> bool {
        self.state().lacking.has(part)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
