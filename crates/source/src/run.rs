//! One source and one run of it.

use async_trait::async_trait;
use model::Instant;
use tokio_util::sync::CancellationToken;

use crate::{Batch, ErrorKind, Event, Progress, Scope, Sink, SourceError};

/// Which changes are asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Window {
    /// Only what changed at or after this instant. Does not move the stored watermark of what it leaves out.
    pub since: Option<Instant>,
    /// Everything, whatever the cursor says.
    pub full: bool,
}

/// What a source needs to run.
pub struct Context<'a> {
    /// Where batches go.
    pub sink: &'a dyn Sink,
    /// Who is told.
    pub progress: &'a dyn Progress,
    /// Ends the run between two pages.
    pub cancel: CancellationToken,
    /// What is asked for.
    pub window: Window,
    /// The cursor that the last batch of this scope and subject left; `None` at the first import.
    pub cursor: Option<String>,
    /// Number of this run, larger than that of every earlier run: the generation of a full crawl begun now.
    pub generation: i64,
}

impl Context<'_> {
    /// Hands a page over and tells how many `records` there are by now, of how many that are expected, where that is known.
    /// `label` is how people call the subject.
    ///
    /// # Errors
    /// The sink's.
    pub fn hand_over(&self, page: Batch, label: &str, records: u64, expected: Option<u64>) -> Result<(), SourceError> {
        let (scope, subject) = (page.scope, label.to_owned());
        self.sink.commit(page)?;
        self.progress.event(Event::Page { scope, subject, records, expected });
        Ok(())
    }

    /// An error once the run is to end.
    ///
    /// # Errors
    /// [`ErrorKind::Cancelled`].
    pub fn goes_on(&self) -> Result<(), SourceError> {
        if self.cancel.is_cancelled() {
            return Err(SourceError::new(ErrorKind::Cancelled, "interrupted between two pages"));
        }
        Ok(())
    }
}

/// What a source expects to cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Expected {
    /// Records to read at most.
    pub records: u64,
    /// Calls.
    pub calls: u64,
    /// Points by the provider's reckoning.
    pub points: u64,
}

/// What a source has used and covered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Records handed to the sink.
    pub records: u64,
    /// Calls made.
    pub calls: u64,
    /// Points spent.
    pub points: u64,
    /// Whether everything was read rather than what had changed.
    pub full: bool,
    /// Changes from here on were asked for; `None` = from the beginning.
    pub covered_from: Option<Instant>,
    /// The time of the import, when reading began.
    pub covered_to: Option<Instant>,
}

/// One scope of one subject: the issues of a repository, the cards of a board.
#[async_trait]
pub trait Source: Send + Sync {
    /// Which part of the data.
    fn scope(&self) -> Scope;

    /// Node id of the repository or board: with the scope, the key of the cursor.
    fn subject(&self) -> &str;

    /// How people call the subject: `org/name`, or a board's name.
    fn label(&self) -> &str;

    /// What a run with this window and cursor is expected to cost. Makes no call.
    fn expected(&self, window: Window, cursor: Option<&str>) -> Expected;

    /// Reads and hands over, page by page. On failure everything committed so far stays.
    async fn run(&self, context: &Context<'_>) -> Result<Usage, SourceError>;
}
