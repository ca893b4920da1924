//! One import of one project's deployments.

use gitlab_client::{Changes, Span};
use model::records::{Deployment, Record};
use source::{Batch, Context, Scope, SourceError, Usage};

use super::DeploymentSource;
use super::convert::deployment;
use super::cursor::{Kept, Tiers};
use crate::wire;

/// One import under way.
pub(crate) struct Run<'a> {
    source: &'a DeploymentSource,
    context: &'a Context<'a>,
    kept: Kept,
    span: Span,
    usage: Usage,
    /// Tiers of the environments; `None` before they are needed.
    tiers: Option<Tiers>,
}

impl<'a> Run<'a> {
    pub(crate) fn new(source: &'a DeploymentSource, context: &'a Context<'a>) -> Self {
        let kept = Kept::read(context.cursor.as_deref());
        let span = kept.list.span(context.window);
        let usage = span.usage(source.at);
        Self { source, context, kept, span, usage, tiers: None }
    }

    pub(crate) async fn run(mut self) -> Result<Usage, SourceError> {
        while !self.read().await? {}
        Ok(self.usage)
    }

    /// Reads the list to its end. `false`: tiers have changed since the last import, and all of it is to be read instead.
    async fn read(&mut self) -> Result<bool, SourceError> {
        let (client, project) = (&self.source.client, &self.source.project);
        let what = format!("deployments of {}", project.path);
        let mut list = Changes::of_project(client, project.number, "deployments", what, self.span.since);
        while !list.has_ended() {
            let (entries, calls) = list.page(|entry: &wire::Deployment| Some(entry.updated_at.0), self.context).await?;
            self.usage.calls += calls;
            if self.tiers.is_none() && !entries.is_empty() {
                let tiers = self.environments().await?;
                let is_changed = self.kept.differs_from(&tiers);
                self.tiers = Some(tiers);
                if is_changed && self.span.since.is_some() && self.context.window.since.is_none() {
                    self.span = Span::AGAIN;
                    self.usage = Usage { calls: self.usage.calls, ..self.span.usage(self.source.at) };
                    return Ok(false);
                }
            }
            let records = entries.into_iter().map(|entry| self.record(entry)).collect();
            let has_ended = list.has_ended();
            let moves = self.span.moves_watermark(has_ended);
            if moves {
                if self.context.window.since.is_none() {
                    // Whatever was stored with another tier is read again by now.
                    self.kept.take(self.tiers.as_ref().unwrap_or(&Tiers::default()));
                }
                self.kept.list = self.kept.list.after(list.read_to());
                self.kept.forget_old();
            }
            self.commit(records, moves)?;
        }
        Ok(true)
    }

    /// The tiers of all environments.
    async fn environments(&mut self) -> Result<Tiers, SourceError> {
        let (client, project) = (&self.source.client, &self.source.project);
        let Context { progress, cancel, .. } = self.context;
        let what = format!("environments of {}", project.path);
        let path = ["projects", &project.number.to_string(), "environments"];
        let mut page =
            client.list::<wire::Environment>(&what, &path, &[("per_page", "100")], *progress, cancel).await?;
        let mut tiers = Tiers::default();
        loop {
            self.usage.calls += page.calls;
            let told = page.entries.into_iter().filter_map(|entry| Some((entry.name, entry.tier?.to_lowercase())));
            tiers.0.extend(told);
            let Some(next) = page.next else { return Ok(tiers) };
            page = client.next(&what, &next, *progress, cancel).await?;
        }
    }

    fn record(&mut self, wire: wire::Deployment) -> Record {
        let ended = self.kept.ended(&wire);
        let name = wire.environment.as_ref().map_or("", |environment| &environment.name);
        let tier = self.tiers.as_ref().map_or("", |tiers| tiers.of(name, &self.kept));
        let record: Deployment = deployment(wire, &self.source.project, tier, ended, &self.source.client);
        Record::Deployment(Box::new(record))
    }

    fn commit(&mut self, records: Vec<Record>, moves: bool) -> Result<(), SourceError> {
        self.usage.records += records.len() as u64;
        let page = Batch {
            scope: Scope::Deployments,
            subject: self.source.project.record.id.clone(),
            records,
            cursor: moves.then(|| self.kept.write()),
            observed_at: self.source.at,
            full_crawl: None,
        };
        self.context.hand_over(page, &self.source.project.path, self.usage.records, None)
    }
}
