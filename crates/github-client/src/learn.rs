//! Schema introspection: what the server has, asked once.

use serde_json::json;
use source::{Event, Progress, SourceError};
use tokio_util::sync::CancellationToken;

use crate::client::GithubClient;
use crate::schema::{Extent, Lacking, Said, question};
use crate::session::{Asking, Spent};

impl GithubClient {
    /// Asks the server once which of the parts it has that the connectors ask for; from then on all clones of this
    /// client leave out of their queries what it does not have, and say so in one line.
    ///
    /// Gives what is to be remembered until the next import, which hands it in as `earlier`: should the question fail,
    /// that answer still holds, and without one every query is sent as it is written. Fails only where nothing else
    /// could succeed either: the token is not accepted, or the run was interrupted.
    pub async fn learn_schema(
        &self,
        earlier: Option<&str>,
        progress: &dyn Progress,
        cancel: &CancellationToken,
    ) -> Result<Option<String>, SourceError> {
        let note = |text: String| progress.event(Event::Note(text));
        let (lacking, new) = match self.ask_for_schema(progress, cancel).await {
            Ok(lacking) => (Some(lacking), true),
            Err(error) if error.is_fatal() => return Err(error),
            Err(error) => {
                let earlier: Option<Lacking> = earlier.and_then(|text| serde_json::from_str(text).ok());
                let instead =
                    if earlier.is_some() { "its earlier answer is used" } else { "it is asked for everything" };
                note(format!("GitHub did not tell which fields it has, {instead}: {error}"));
                (earlier, false)
            }
        };
        let Some(lacking) = lacking else { return Ok(None) };
        if let Some(notice) = lacking.notice() {
            note(notice);
        }
        let remembered = serde_json::to_string(&lacking).expect("texts can always be written as JSON");
        self.session.schema.learn(lacking);
        Ok(new.then_some(remembered))
    }

    /// Takes over what the server said at an earlier import without asking it again. Whether that can be read.
    pub fn recall_schema(&self, earlier: &str) -> bool {
        let Ok(lacking) = serde_json::from_str::<Lacking>(earlier) else { return false };
        self.session.schema.learn(lacking);
        true
    }

    /// Whether queries ask for a part of the schema: a type, a field `Issue.issueType` or a value
    /// `IssueTimelineItemsItemType.CLOSED_EVENT`. What the server does not have is left out of them, so that answers tell
    /// nothing of it.
    pub fn asks_for(&self, part: &str) -> bool {
        self.session.schema.has(part)
    }

    async fn ask_for_schema(
        &self,
        progress: &dyn Progress,
        cancel: &CancellationToken,
    ) -> Result<Lacking, SourceError> {
        const WHAT: &str = "the fields of GitHub's schema";
        let asking = Asking { what: WHAT, progress, cancel };
        let mut refusal = None;
        for (old_arguments, cost) in [(true, true), (true, false), (false, false)] {
            let question = question(Extent { old_arguments, cost });
            let body = json!({"operationName": "Schema", "query": question, "variables": {}});
            let mut spent = Spent::default();
            let answer = match self.session.graphql::<Said>(body, asking, false, &mut spent).await {
                Ok(usable) => usable.reply(WHAT, spent).map(|reply| reply.data),
                Err(failure) => Err(failure.into()),
            };
            match answer.map(|said| Lacking::read(said, self.session.server_version())) {
                Ok(Some(lacking)) => return Ok(lacking),
                Ok(None) => {
                    let message = format!("reading {WHAT}: the answer holds no schema");
                    return Err(SourceError::new(source::ErrorKind::UnexpectedResponse, message));
                }
                Err(error) if error.kind == source::ErrorKind::UnexpectedResponse => refusal = Some(error),
                Err(error) => return Err(error),
            }
        }
        Err(refusal.expect("the loop has run"))
    }
}
