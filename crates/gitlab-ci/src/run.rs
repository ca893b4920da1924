//! One import of one project's pipelines and jobs.

use std::collections::BTreeMap;

use gitlab_client::{Changes, Span};
use model::records::Record;
use model::{Instant, Month};
use source::{Batch, Context, Scope, SourceError, Usage, Window};

use crate::PipelineSource;
use crate::convert::{self, Times};
use crate::cursor::Kept;
use crate::wire::{Job, Pipeline};

/// Runs to a batch.
const BATCH: usize = 100;

/// Without it pipelines that others have started are not listed.
const CHILDREN: &[(&str, &str)] = &[("source", "parent_pipeline")];

/// One import under way.
pub(crate) struct Run<'a> {
    source: &'a PipelineSource,
    context: &'a Context<'a>,
    kept: Kept,
    usage: Usage,
    /// When the jobs of pipelines ran, by their numbers.
    times: BTreeMap<u64, Times>,
}

/// Where the list of jobs, the newest first, is left.
#[derive(Clone, Copy, Debug)]
enum Bottom {
    /// Jobs to this number were read before.
    Number(u64),
    /// Jobs that were made before are not wanted.
    MadeAt(Instant),
}

impl<'a> Run<'a> {
    pub(crate) fn new(source: &'a PipelineSource, context: &'a Context<'a>, kept: Kept) -> Self {
        Self { source, context, kept, usage: Usage::default(), times: BTreeMap::new() }
    }

    /// Reads the pipelines that changed, their jobs, and then says of the pipelines when those ran.
    pub(crate) async fn run(mut self) -> Result<Usage, SourceError> {
        let PipelineSource { months, with_jobs, at, .. } = *self.source;
        let begin = Month::day_before(at, months);
        let asked = self.context.window;
        // Jobs that were left out, and months before those that were read, are read with everything.
        let is_known = self.kept.from.is_some_and(|from| from <= begin) && (self.kept.jobs.is_some() || !with_jobs);
        let window = Window { full: asked.full || (asked.since.is_none() && !is_known), ..asked };
        let deepest = window.since.unwrap_or(begin);
        let spans = [&self.kept.own, &self.kept.children].map(|list| list.span(window));
        self.usage = spans[0].usage(at);
        self.usage.covered_from = self.usage.covered_from.or(Some(deepest));
        let own = self.list(&[], spans[0], deepest).await?;
        let children = self.list(CHILDREN, spans[1], deepest).await?;
        let bottom = match self.kept.jobs {
            Some(number) if window == Window::default() => Bottom::Number(number),
            _ => Bottom::MadeAt(deepest),
        };
        let changed = self.changed(&own, &children, bottom);
        let mut read = self.kept.clone();
        read.jobs = None;
        if with_jobs {
            let newest = self.jobs(bottom, &mut read.pipelines).await?;
            read.jobs = self.kept.jobs.max(newest).or(Some(0));
            for pipeline in &changed {
                if self.lies_below(pipeline, bottom) {
                    self.jobs_of(pipeline).await?;
                }
            }
        }
        let moves = spans.iter().all(|span| span.moves_watermark(true));
        if moves {
            read.take(&own, &children, deepest);
            self.kept = read;
        }
        self.runs(changed, moves)
    }

    /// The pipelines of a list that changed since then, each once.
    async fn list(
        &mut self,
        query: &'static [(&'static str, &'static str)],
        span: Span,
        deepest: Instant,
    ) -> Result<Vec<Pipeline>, SourceError> {
        let PipelineSource { client, project, .. } = self.source;
        let since = span.since.unwrap_or(deepest);
        let what = format!("pipelines of {}", project.path);
        let mut list = Changes::of_project(client, project.number, "pipelines", what, Some(since)).with(query);
        let mut found = BTreeMap::new();
        while !list.has_ended() {
            self.context.goes_on()?;
            let (entries, calls) = list.page(|entry: &Pipeline| Some(entry.updated_at.0), self.context).await?;
            self.usage.calls += calls;
            let entries = entries.into_iter().filter(|pipeline| pipeline.updated_at.0 >= since);
            found.extend(entries.map(|pipeline| (pipeline.id, pipeline)));
        }
        Ok(found.into_values().collect())
    }

    /// Of the pipelines that are listed those that are not as they were read before.
    fn changed(&self, own: &[Pipeline], children: &[Pipeline], bottom: Bottom) -> Vec<Pipeline> {
        let is_known = |pipeline: &&Pipeline| matches!(bottom, Bottom::Number(_)) && self.kept.knows(pipeline);
        own.iter().chain(children).filter(|pipeline| !is_known(pipeline)).cloned().collect()
    }

    /// Whether jobs of a pipeline are below what the list of jobs was read to: a job that is started by hand days later, or
    /// that was not over before, keeps the number that it got with its pipeline.
    fn lies_below(&self, pipeline: &Pipeline, bottom: Bottom) -> bool {
        match bottom {
            Bottom::Number(_) => pipeline.id <= self.kept.pipelines,
            Bottom::MadeAt(deepest) => pipeline.created_at.0 < deepest,
        }
    }

    /// Reads the jobs of the project, those of all pipelines, down to where they are known. Gives the highest number.
    async fn jobs(&mut self, bottom: Bottom, pipelines: &mut u64) -> Result<Option<u64>, SourceError> {
        let PipelineSource { client, project, .. } = self.source;
        let what = format!("jobs of {}", project.path);
        let path = ["projects", &project.number.to_string(), "jobs"];
        let query = [("pagination", "keyset"), ("order_by", "id"), ("sort", "desc"), ("per_page", "100")];
        let Context { progress, cancel, .. } = self.context;
        let mut page = client.list::<Job>(&what, &path, &query, *progress, cancel).await?;
        let mut newest = None;
        loop {
            self.usage.calls += page.calls;
            let entries = page.entries.len();
            let is_wanted = |job: &Job| match bottom {
                Bottom::Number(number) => job.id > number,
                Bottom::MadeAt(deepest) => job.created_at.0 >= deepest,
            };
            let jobs: Vec<Job> = page.entries.into_iter().filter(is_wanted).collect();
            newest = jobs.iter().map(|job| job.id).max().max(newest);
            *pipelines = jobs.iter().map(|job| job.pipeline.id).chain([*pipelines]).max().unwrap_or_default();
            let has_ended = jobs.len() < entries;
            self.store(jobs)?;
            let Some(next) = page.next.filter(|_| !has_ended) else { return Ok(newest) };
            self.context.goes_on()?;
            page = client.next(&what, &next, *progress, cancel).await?;
        }
    }

    /// Reads all jobs of one pipeline.
    async fn jobs_of(&mut self, pipeline: &Pipeline) -> Result<(), SourceError> {
        self.context.goes_on()?;
        let PipelineSource { client, project, .. } = self.source;
        let what = format!("jobs of the pipeline {} of {}", pipeline.id, project.path);
        let path = ["projects", &project.number.to_string(), "pipelines", &pipeline.id.to_string(), "jobs"];
        let query = [("include_retried", "true"), ("per_page", "100")];
        let Context { progress, cancel, .. } = self.context;
        let mut page = client.list::<Job>(&what, &path, &query, *progress, cancel).await?;
        loop {
            self.usage.calls += page.calls;
            self.store(page.entries)?;
            let Some(next) = page.next else { return Ok(()) };
            self.context.goes_on()?;
            page = client.next(&what, &next, *progress, cancel).await?;
        }
    }

    fn store(&mut self, jobs: Vec<Job>) -> Result<(), SourceError> {
        for job in &jobs {
            self.times.entry(job.pipeline.id).or_default().add(job);
        }
        let PipelineSource { client, project, .. } = self.source;
        let record = |job| Record::CiJob(Box::new(convert::job(job, project, client)));
        let records: Vec<Record> = jobs.into_iter().map(record).collect();
        if records.is_empty() { Ok(()) } else { self.commit(records, false) }
    }

    /// Stores pipelines, and with the last of them how far was read.
    fn runs(mut self, pipelines: Vec<Pipeline>, moves: bool) -> Result<Usage, SourceError> {
        let PipelineSource { client, project, .. } = self.source;
        let none = Times::default();
        let record = |pipeline: Pipeline| {
            let times = self.times.get(&pipeline.id).unwrap_or(&none);
            Record::CiRun(Box::new(convert::run(pipeline, times, project, client)))
        };
        let mut records: Vec<Record> = pipelines.into_iter().map(record).collect();
        while records.len() > BATCH {
            let rest = records.split_off(BATCH);
            self.commit(records, false)?;
            records = rest;
        }
        self.commit(records, moves)?;
        Ok(self.usage)
    }

    fn commit(&mut self, records: Vec<Record>, moves: bool) -> Result<(), SourceError> {
        self.usage.records += records.len() as u64;
        let page = Batch {
            scope: Scope::CiRuns,
            subject: self.source.project.record.id.clone(),
            records,
            cursor: moves.then(|| self.kept.write()),
            observed_at: self.source.at,
            full_crawl: None,
        };
        self.context.hand_over(page, &self.source.project.path, self.usage.records, None)
    }
}
