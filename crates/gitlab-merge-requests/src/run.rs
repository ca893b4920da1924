//! One import of a group's merge requests.

use std::collections::BTreeSet;

use gitlab_client::{GitlabClient, GraphqlQuery, PageSize, Span};
use model::Instant;
use model::records::Record;
use serde_json::json;
use source::{Batch, Context, ErrorKind, FullCrawl, Scope, SourceError, Usage};

use crate::convert::{Draft, Rest};
use crate::cursor::Kept;
use crate::numbers::Numbers;
use crate::source::Subject;
use crate::wire::{ARCHIVED, Connection, MergeRequest, PAGE, PageData, REST, RestData};

/// How often the lists of one merge request are followed: 100 commits and notes each time.
const MOST_PAGES: usize = 500;

pub(crate) struct Run<'a> {
    subject: &'a Subject,
    context: &'a Context<'a>,
    kept: Kept,
    span: Span,
    usage: Usage,
    /// Projects that the survey does not have.
    unknown: BTreeSet<String>,
    /// Whether the server takes it that those of archived projects are asked for.
    with_archived: bool,
}

impl<'a> Run<'a> {
    pub(crate) fn new(subject: &'a Subject, context: &'a Context<'a>) -> Self {
        let kept = Kept::read(context.cursor.as_deref());
        let span = kept.span(context.window, &subject.with_folders);
        let span = if subject.only.is_some() { span.in_part() } else { span };
        let usage = span.usage(subject.survey.at);
        Self { subject, context, kept, span, usage, unknown: BTreeSet::new(), with_archived: true }
    }

    pub(crate) async fn run(mut self) -> Result<Usage, SourceError> {
        let group = self.group().to_owned();
        let mut numbers = Numbers::new(&self.subject.client, &group, self.span.since);
        let mut newest = None;
        let mut cursor = None;
        loop {
            let list = self.page(cursor.as_deref()).await?;
            cursor = list.next();
            let mut records = Vec::new();
            for wire in list.nodes.into_iter().flatten() {
                newest = newest.max(Some(wire.updated_at.0));
                if self.subject.leaves_out(&wire.project.full_path) {
                    continue;
                }
                records.extend(self.record(Draft::new(wire), &mut numbers).await?);
            }
            self.commit(records, newest, cursor.is_none())?;
            if cursor.is_none() {
                self.end_crawl()?;
                return self.result();
            }
        }
    }

    fn client(&self) -> &'a GitlabClient {
        &self.subject.client
    }

    fn group(&self) -> &'a str {
        &self.subject.survey.group.full_path
    }

    async fn page(&mut self, cursor: Option<&str>) -> Result<Connection<MergeRequest>, SourceError> {
        let what = format!("merge requests of {}", self.group());
        let (group, since) = (self.group(), self.span.since.map(Instant::to_rfc3339));
        let with_files = !self.subject.with_folders.is_empty();
        let make =
            |first| json!({"group": group, "after": since, "first": first, "cursor": cursor, "withFiles": with_files});
        let Context { progress, cancel, .. } = self.context;
        let reply = loop {
            let document = if self.with_archived { PAGE.to_owned() } else { PAGE.replace(ARCHIVED, "") };
            let query = GraphqlQuery { document: &document, what: &what };
            match self.client().query::<PageData>(query, &self.subject.pages, make, *progress, cancel).await {
                // A server that is too old for it.
                Err(error) if self.with_archived && error.message.contains("includeArchived") => {
                    self.with_archived = false;
                }
                reply => break reply?,
            }
        };
        self.usage.calls += reply.calls;
        reply.data.group.map(|group| group.merge_requests).ok_or_else(|| {
            let message = format!("reading {what}: GitLab has no such group, or does not show it to this token");
            SourceError::new(ErrorKind::NotFound, message).in_request(reply.request_id)
        })
    }

    /// One merge request with all that its lists hold; `None` of a project that the survey does not have.
    async fn record(&mut self, mut draft: Draft, numbers: &mut Numbers<'_>) -> Result<Option<Record>, SourceError> {
        let Some(project) = self.subject.project(draft.project()) else {
            self.unknown.insert(draft.project().to_owned());
            return Ok(None);
        };
        for _ in 0..MOST_PAGES {
            if draft.rest == Rest::default() {
                let numbered = numbers.of(&draft, self.context, &mut self.usage).await?;
                let with_folders = self.subject.with_folders.contains(&project.path);
                let record = draft.finish(project, &numbered, self.client(), with_folders);
                return Ok(Some(Record::PullRequest(Box::new(record))));
            }
            self.read_on(&mut draft).await?;
        }
        let message = format!(
            "reading {}: GitLab goes on offering further pages of its notes or commits, after {MOST_PAGES} of them; import again \
             later",
            draft.reference()
        );
        Err(SourceError::new(ErrorKind::UnexpectedResponse, message))
    }

    /// Reads the next page of the lists of a merge request that go on.
    async fn read_on(&mut self, draft: &mut Draft) -> Result<(), SourceError> {
        let what = format!("the rest of {}", draft.reference());
        let Rest { commits, notes } = &draft.rest;
        let variables = |first| {
            json!({
                "project": draft.project(), "iid": draft.number(), "first": first,
                "commits": commits, "withCommits": commits.is_some(), "notes": notes, "withNotes": notes.is_some(),
            })
        };
        let query = GraphqlQuery { document: REST, what: &what };
        let Context { progress, cancel, .. } = self.context;
        let pages = PageSize::new(Scope::PullRequests, 100);
        let reply = self.client().query::<RestData>(query, &pages, variables, *progress, cancel).await?;
        self.usage.calls += reply.calls;
        let Some(found) = reply.data.project.and_then(|project| project.merge_request) else {
            let message = format!("reading {what}: GitLab does not show it any more; import again");
            return Err(SourceError::new(ErrorKind::UnexpectedResponse, message).in_request(reply.request_id));
        };
        draft.append(found.commits, found.notes);
        Ok(())
    }

    /// Hands a page over. Once something is missing, the stored cursor stays in front of it.
    fn commit(&mut self, records: Vec<Record>, newest: Option<Instant>, ended: bool) -> Result<(), SourceError> {
        self.usage.records += records.len() as u64;
        let moves = self.unknown.is_empty() && self.span.moves_watermark(ended);
        if moves {
            self.kept.list = self.kept.list.after(newest);
            if self.context.window.since.is_none() {
                // Either it is the first reading, or everything was read again by now, or nothing is new of this.
                self.kept.with_folders.clone_from(&self.subject.with_folders);
            }
        }
        let page = Batch {
            scope: Scope::PullRequests,
            subject: self.subject.id.clone(),
            records,
            cursor: moves.then(|| self.kept.write()),
            observed_at: self.subject.survey.at,
            full_crawl: self.usage.full.then_some(FullCrawl { generation: self.context.generation, complete: false }),
        };
        self.context.hand_over(page, self.group(), self.usage.records, None)
    }

    /// Says that everything was read, where it was.
    fn end_crawl(&self) -> Result<(), SourceError> {
        if self.usage.full && self.unknown.is_empty() {
            for crawled in self.subject.survey.crawled(Scope::PullRequests, self.context.generation) {
                self.context.sink.commit(crawled)?;
            }
        }
        Ok(())
    }

    fn result(self) -> Result<Usage, SourceError> {
        if self.unknown.is_empty() {
            return Ok(self.usage);
        }
        let names: Vec<&str> = self.unknown.iter().map(String::as_str).collect();
        let message = format!(
            "merge requests of {} are not stored: GitLab did not list these projects when the import began; import again",
            names.join(", ")
        );
        Err(SourceError::new(ErrorKind::Incomplete, message))
    }
}
