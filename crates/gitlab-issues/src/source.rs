//! The connector of issues, for one group.

use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use gitlab_client::{Changes, GitlabClient, PageSize, Span, Survey};
use model::Instant;
use model::records::Record;
use source::{Batch, Context, ErrorKind, Event, Expected, FullCrawl, Scope, Source, SourceError, Usage, Window};

use crate::board::Board;
use crate::convert::{Reading, records};
use crate::history::{Asking, History};
use crate::iterations::{Iterations, Plans, Refusing, Remembered};
use crate::statuses::Statuses;
use crate::wire::Issue;

/// Issues per page.
const PAGE: u64 = 100;

/// Calls for each issue: its events of labels and of its state. With a board of statuses one more, and with iterations.
const CALLS_OF_ISSUE: u64 = 2;
/// Notes at once.
const NOTES: u32 = 100;

/// The issues of a group and its subgroups, with the cards that they have on the configured boards, and the incidents among
/// them.
///
/// The subject is the group's id, `HOST/group/NUMBER`, so that a renamed one keeps its cursor.
#[derive(Clone, Debug)]
pub struct IssueSource {
    client: GitlabClient,
    survey: Arc<Survey>,
    id: String,
    rules: IssueRules,
    /// Of notes.
    pages: Arc<PageSize>,
}

/// What is made of issues.
#[derive(Clone, Debug, Default)]
pub struct IssueRules {
    /// The boards of the group.
    pub boards: Vec<Board>,
    /// Labels of issues that are incidents besides those of that type; of each entry an issue has to carry all.
    pub incident_labels: Vec<Vec<String>>,
    /// Whether iterations are asked for.
    pub iterations: bool,
    /// Whether titles of confidential issues are told.
    pub tells_confidential: bool,
    /// Only issues of these projects, by their numbers. What they leave out is read by the next import without them.
    pub only: Option<BTreeSet<u64>>,
    /// Issues whose events are asked for at the same time; 0 counts as 1.
    pub concurrency: usize,
}

impl IssueRules {
    /// Whether an issue is asked for.
    fn choose(&self, issue: &Issue) -> bool {
        self.only.as_ref().is_none_or(|only| only.contains(&issue.project_id))
    }

    /// Whether the statuses of a project's issues are asked for.
    pub(crate) fn asks_for_statuses(&self, project_path: &str) -> bool {
        self.boards.iter().any(|board| board.is_of_statuses() && board.holds(project_path))
    }
}

impl IssueSource {
    /// Those of the group that a survey has found. What is read is dated with the survey.
    pub fn new(client: GitlabClient, survey: Arc<Survey>, rules: IssueRules) -> Self {
        let id = client.id_of("group", survey.group.id);
        Self { client, survey, id, rules, pages: Arc::new(PageSize::new(Scope::Issues, NOTES)) }
    }
}

#[async_trait]
impl Source for IssueSource {
    fn scope(&self) -> Scope {
        Scope::Issues
    }

    fn subject(&self) -> &str {
        &self.id
    }

    fn label(&self) -> &str {
        &self.survey.group.full_path
    }

    /// All of them at the first import and with `full`, with two calls for each issue besides the list, one more where a
    /// board of the group is of statuses, and one more where iterations are asked for. Where they were not before, all
    /// issues are read again. How many have changed is not known before they are read: the list alone is expected.
    fn expected(&self, window: Window, cursor: Option<&str>) -> Expected {
        if Remembered::read(cursor).span(window, self.rules.iterations).since.is_some() {
            return Expected { records: 0, calls: 1, points: 0 };
        }
        let records = self.survey.issues.unwrap_or(PAGE);
        let has_statuses = self.rules.boards.iter().any(Board::is_of_statuses);
        let calls_of_issue = CALLS_OF_ISSUE + u64::from(has_statuses) + u64::from(self.rules.iterations);
        Expected { records, calls: records.div_ceil(PAGE).max(1) + calls_of_issue * records, points: 0 }
    }

    async fn run(&self, context: &Context<'_>) -> Result<Usage, SourceError> {
        let kept = Remembered::read(context.cursor.as_deref());
        let (shown, calls) = self.shows_iterations(&kept, context).await?;
        let with_iterations = self.rules.iterations && shown.is_ok();
        let span = kept.span(context.window, with_iterations);
        let span = if self.rules.only.is_some() { span.in_part() } else { span };
        let usage = Usage { calls, ..span.usage(self.survey.at) };
        let host = self.client.host();
        let run = Run {
            source: self,
            context,
            host,
            kept,
            span,
            usage,
            nameless: 0,
            counted: BTreeSet::new(),
            not_understood: 0,
            without_status: 0,
            with_iterations,
            refusing: Refusing::default(),
            plans: Plans { refused: shown.err(), ..Plans::default() },
            missing: None,
        };
        run.run().await
    }
}

impl IssueSource {
    /// Whether iterations are shown, or why not, and the calls that it took to know: where issues were imported without
    /// them, one is asked for its iterations before all are read again for theirs.
    async fn shows_iterations(
        &self,
        kept: &Remembered,
        context: &Context<'_>,
    ) -> Result<(Result<(), String>, u64), SourceError> {
        if !self.rules.iterations || !kept.lacks_iterations() {
            return Ok((Ok(()), 0));
        }
        let (group, what) = (&self.survey.group.full_path, format!("issues of {}", self.survey.group.full_path));
        let query = [("scope", "all"), ("state", "all"), ("per_page", "1")];
        let (client, progress, cancel) = (&self.client, context.progress, &context.cancel);
        let page = client.list::<Issue>(&what, &["groups", group, "issues"], &query, progress, cancel).await?;
        let Some(issue) = page.entries.first() else { return Ok((Ok(()), page.calls)) };
        let refusing = Refusing::default();
        let (rules, pages) = (&self.rules, &*self.pages);
        let asking = Asking { client, rules, pages, context, with_iterations: true, refusing: &refusing };
        let (told, calls) = asking.iterations(issue).await?;
        let shown = if let Iterations::Refused(why) = told { Err(why.unwrap_or_default()) } else { Ok(()) };
        Ok((shown, page.calls + calls))
    }
}

/// One import under way.
struct Run<'a> {
    source: &'a IssueSource,
    context: &'a Context<'a>,
    host: String,
    kept: Remembered,
    span: Span,
    usage: Usage,
    /// Events of labels that come without a name.
    nameless: u64,
    /// Issues of which it is counted what is not known: pages overlap.
    counted: BTreeSet<u64>,
    /// Notes that a status was set, in words that are not understood.
    not_understood: u64,
    /// Issues of boards of statuses of which no status is told.
    without_status: u64,
    /// Whether iterations are asked for.
    with_iterations: bool,
    /// Projects that do not tell them.
    refusing: Refusing,
    /// What was told of them.
    plans: Plans,
    /// Why the first issue that could not be read is not stored, and the ids of all of them: a list may hold one twice.
    missing: Option<(String, BTreeSet<u64>)>,
}

impl Run<'_> {
    async fn run(mut self) -> Result<Usage, SourceError> {
        let source = self.source;
        let what = format!("issues of {}", self.group());
        let group = &source.survey.group.full_path;
        let mut list = Changes::of_group(&source.client, group, "issues", what, self.span.since);
        while !list.has_ended() {
            let (issues, calls) = list.page(|issue: &Issue| issue.updated_at, self.context).await?;
            self.usage.calls += calls;
            let records = self.records(issues).await?;
            self.commit(records, list.read_to(), list.has_ended())?;
        }
        if self.usage.full && self.missing.is_none() {
            for crawled in source.survey.crawled(Scope::Issues, self.context.generation) {
                self.context.sink.commit(crawled)?;
            }
        }
        self.note();
        match self.missing {
            None => Ok(self.usage),
            Some((first, ids)) => {
                let count = ids.len();
                let message =
                    format!("issues of {}: {count} are not stored: {first}", self.source.survey.group.full_path);
                Err(SourceError::new(ErrorKind::Incomplete, message))
            }
        }
    }

    /// Says what is not known.
    fn note(&self) {
        let note = |count: u64, text: &str| {
            if count > 0 {
                self.context.progress.event(Event::Note(format!("issues of {}: {count} {text}", self.group())));
            }
        };
        note(
            self.nameless,
            "events of labels that were deleted since: what was moved by them is not known, unless it was stored before",
        );
        note(
            self.not_understood,
            "notes say in words that are not understood that a status was set: what was moved then is not known",
        );
        note(
            self.without_status,
            "have no status that GitLab tells: it does so on Premium and Ultimate, of issues and tasks",
        );
        note(
            self.plans.gone,
            "events of iterations say nothing of these: what was planned then is not known, unless it was stored before",
        );
        if let Some(why) = &self.plans.refused {
            self.context.progress.event(Event::Refused(format!(
                "iterations of {}: {why}; GitLab has iterations on Premium and Ultimate: take gitlab.iterations out of the \
                 configuration, or import with --full once they are shown. What is stored of them stays",
                self.group()
            )));
        }
    }

    fn group(&self) -> &str {
        &self.source.survey.group.full_path
    }

    /// What issues become, with all their events.
    async fn records(&mut self, issues: Vec<Issue>) -> Result<Vec<Record>, SourceError> {
        let (source, context) = (self.source, self.context);
        let (client, rules, pages) = (&source.client, &source.rules, &*source.pages);
        let (with_iterations, refusing) = (self.with_iterations, &self.refusing);
        let asking = Asking { client, rules, pages, context, with_iterations, refusing };
        let events = |issue: Issue| async move {
            match asking.history(&issue).await {
                // A project that does not show its events must not keep the others from being read.
                Err(error) if !matches!(error.kind, ErrorKind::NoAccess | ErrorKind::NotFound) => Err(error),
                history => Ok((issue, history)),
            }
        };
        let chosen = issues.into_iter().filter(|issue| source.rules.choose(issue));
        let read: Vec<_> =
            stream::iter(chosen.map(events)).buffered(source.rules.concurrency.max(1)).try_collect().await?;
        let reading = Reading {
            host: &self.host,
            boards: &source.rules.boards,
            incident_labels: &source.rules.incident_labels,
            tells_confidential: source.rules.tells_confidential,
            at: source.survey.at,
        };
        let mut stored = Vec::new();
        for (issue, history) in read {
            let History { labels, states, statuses, iterations, calls } = match history {
                Ok(history) => history,
                Err(error) => {
                    self.usage.calls += CALLS_OF_ISSUE;
                    miss(&mut self.missing, issue.id, || error.message);
                    continue;
                }
            };
            self.usage.calls += calls;
            let is_first = self.counted.insert(issue.id);
            if is_first {
                self.not_understood += statuses.as_ref().map_or(0, Statuses::not_understood);
                self.without_status += u64::from(statuses.as_ref().is_some_and(|statuses| statuses.present.is_none()));
            }
            let statuses = statuses.unwrap_or_default();
            match records(&issue, &labels, &states, &statuses, &reading) {
                Ok(found) => {
                    self.nameless += if is_first { found.nameless_events } else { 0 };
                    let found = self.plans.add(found, iterations, &reading, is_first);
                    stored.extend(found.into_records());
                }
                Err(error) => miss(&mut self.missing, issue.id, || error.to_string()),
            }
        }
        Ok(stored)
    }

    /// Hands a page over. Once something is missing, the stored cursor stays in front of it.
    fn commit(&mut self, records: Vec<Record>, newest: Option<Instant>, ended: bool) -> Result<(), SourceError> {
        self.usage.records += records.iter().filter(|record| matches!(record, Record::Issue(_))).count() as u64;
        let moves = self.missing.is_none() && self.span.moves_watermark(ended);
        if moves {
            // Where no project tells them, the next import tries again.
            let has_iterations = self.with_iterations && (self.plans.are_told || self.plans.refused.is_none());
            self.kept = self.kept.after(newest, has_iterations);
        }
        let page = Batch {
            scope: Scope::Issues,
            subject: self.source.id.clone(),
            records,
            cursor: moves.then(|| self.kept.write()),
            observed_at: self.source.survey.at,
            full_crawl: self.usage.full.then_some(FullCrawl { generation: self.context.generation, complete: false }),
        };
        self.context.hand_over(
            page,
            self.group(),
            self.usage.records,
            self.source.survey.issues.filter(|_| self.usage.full),
        )
    }
}

/// Counts an issue that is not stored.
fn miss(missing: &mut Option<(String, BTreeSet<u64>)>, id: u64, why: impl FnOnce() -> String) {
    missing.get_or_insert_with(|| (why(), BTreeSet::new())).1.insert(id);
}
