//! One run against GitHub: survey, plan, repositories, boards, summary.

use std::sync::Arc;

use command_line::{Outcome, say, with_causes};
use github_client::Survey;
use model::records::{ImportRun, Record};
use source::{Batch, Context, ErrorKind, Scope, Sink as _, SourceError, Usage, Window};
use store::Store;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::Arguments;
use crate::connection::Target;
use crate::failure::Failure;
use crate::plan::{Plan, Task};
use crate::reporter::Reporter;
use crate::sink::StoreSink;

/// Prints what a run would fetch. Asks for the survey only and stores nothing.
pub(crate) fn dry_run(arguments: &Arguments, target: &Target, store: Option<&Store>) -> Result<Outcome, Failure> {
    let reporter = Reporter::new();
    let cancel = CancellationToken::new();
    let survey = runtime()?.block_on(target.client.survey(&target.org, &reporter, &cancel))?;
    let plan = Plan::new(arguments, target, &survey, store)?;
    say!("{:<44} {:>9} {:>7} {:>7}", "would fetch", "records", "calls", "points");
    for task in plan.tasks() {
        let title = format!("{} of {}", task.source.scope().name(), task.source.label());
        let expected = task.expected;
        say!("{title:<44} {:>9} {:>7} {:>7}", expected.records, expected.calls, expected.points);
    }
    let sum = plan.expected();
    say!("{:<44} {:>9} {:>7} {:>7}", "together, at most", sum.records, sum.calls, sum.points);
    for (what, why) in &plan.missing {
        say!("not readable: {what}: {why}");
    }
    Ok(Outcome::Done)
}

/// Imports, and says what was done and what is missing.
pub(crate) fn import(arguments: &Arguments, target: &Target, store: Store) -> (Arc<Store>, Result<Outcome, Failure>) {
    let store = Arc::new(store);
    let outcome = runtime().and_then(|runtime| runtime.block_on(run(arguments, target, &store)));
    (store, outcome)
}

fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::failed(format!("the asynchronous runtime cannot start: {error}")))
}

async fn run(arguments: &Arguments, target: &Target, store: &Arc<Store>) -> Result<Outcome, Failure> {
    let cancel = CancellationToken::new();
    let reporter = Arc::new(Reporter::new());
    stop_on_interrupt(&cancel, &reporter);
    reporter.line(&format!("looking at {}", target.org));
    let survey = target.client.survey(&target.org, &*reporter, &cancel).await?;
    let run_number = store.next_run()?;
    store_survey(&survey, target, store, run_number)?;
    let plan = Plan::new(arguments, target, &survey, Some(store.as_ref()))?;
    let expected = plan.expected();
    reporter.line(&format!(
        "{} repositories, {} boards; expecting about {} calls and {} points",
        survey.repositories.len(),
        survey.projects.len(),
        expected.calls,
        expected.points
    ));
    if !survey.missing_scopes.is_empty() {
        reporter.line(&format!(
            "note: the token lacks the scopes {}: what they protect is invisible to this import",
            survey.missing_scopes.join(", ")
        ));
    }
    reporter.begin(expected.records);
    let mut run = Run {
        store: Arc::clone(store),
        reporter: Arc::clone(&reporter),
        cancel,
        window: Window { since: arguments.since, full: arguments.full },
        number: run_number,
        concurrency: target.concurrency,
        records: 0,
        done: 0,
        failures: Vec::new(),
        fatal: None,
    };
    for (what, why) in plan.missing {
        run.failures.push(format!("{what}: {why}"));
    }
    run.all(plan.repositories).await?;
    run.all(plan.boards).await?;
    if arguments.wants_issues() && !run.cancel.is_cancelled() {
        let moved = Plan::moved_issues(target, &survey, &plan.pages, store)?;
        run.all(moved.into_iter().collect()).await?;
    }
    reporter.finish();
    let usage = target.client.usage();
    run.summary(usage.calls, usage.points)
}

/// The first Ctrl-C ends the run between two pages, the second at once.
fn stop_on_interrupt(cancel: &CancellationToken, reporter: &Arc<Reporter>) {
    let (cancel, reporter) = (cancel.clone(), Arc::clone(reporter));
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            reporter.line("interrupted: finishing the page under way; the next import goes on from here");
            cancel.cancel();
        }
        if tokio::signal::ctrl_c().await.is_ok() {
            std::process::exit(130);
        }
    });
}

fn store_survey(survey: &Survey, target: &Target, store: &Arc<Store>, run: i64) -> Result<(), Failure> {
    let sink = StoreSink(Arc::clone(store));
    let repositories: Vec<Record> =
        survey.repositories.iter().map(|repository| Record::Repository(repository.record.clone())).collect();
    let projects: Vec<Record> = survey.projects.iter().map(|project| Record::Project(project.record.clone())).collect();
    let boards_failed = survey.projects_error.clone();
    for (scope, records, message) in
        [(Scope::Repositories, repositories, None), (Scope::Projects, projects, boards_failed)]
    {
        let count = records.len() as i64;
        let batch = Batch {
            scope,
            subject: target.org.clone(),
            records,
            cursor: None,
            observed_at: survey.at,
            full_crawl: None,
        };
        sink.commit(batch).map_err(SourceError::from)?;
        store.record_import(&ImportRun {
            run,
            scope: scope.name().to_owned(),
            subject: target.org.clone(),
            label: target.org.clone(),
            outcome: if message.is_none() { "ok" } else { "failed" }.to_owned(),
            full: true,
            covered_from: None,
            covered_to: Some(survey.at),
            records: count,
            message: message.unwrap_or_default(),
            ..ImportRun::default()
        })?;
    }
    Ok(())
}

/// A run under way.
struct Run {
    store: Arc<Store>,
    reporter: Arc<Reporter>,
    cancel: CancellationToken,
    window: Window,
    number: i64,
    concurrency: usize,
    records: u64,
    done: usize,
    /// What failed, for the summary.
    failures: Vec<String>,
    fatal: Option<SourceError>,
}

type Finished = (Task, Result<Usage, SourceError>);

impl Run {
    /// Runs tasks, as many at a time as requests may be under way.
    async fn all(&mut self, tasks: Vec<Task>) -> Result<(), Failure> {
        let mut waiting = tasks.into_iter();
        let mut under_way: JoinSet<Finished> = JoinSet::new();
        loop {
            while under_way.len() < self.concurrency && !self.cancel.is_cancelled() {
                let Some(task) = waiting.next() else { break };
                self.spawn(&mut under_way, task);
            }
            match under_way.join_next().await {
                None => break,
                Some(Ok((task, result))) => self.finished(&task, result)?,
                Some(Err(panic)) => return Err(Failure::failed(format!("a source ended unexpectedly: {panic}"))),
            }
        }
        for task in waiting {
            let error = SourceError::new(ErrorKind::Cancelled, "not begun");
            self.finished(&task, Err(error))?;
        }
        Ok(())
    }

    fn spawn(&self, under_way: &mut JoinSet<Finished>, task: Task) {
        let (store, reporter) = (Arc::clone(&self.store), Arc::clone(&self.reporter));
        let (cancel, window, generation) = (self.cancel.clone(), self.window, self.number);
        under_way.spawn(async move {
            let sink = StoreSink(store);
            let context =
                Context { sink: &sink, progress: &*reporter, cancel, window, cursor: task.cursor.clone(), generation };
            let result = task.source.run(&context).await;
            (task, result)
        });
    }

    fn finished(&mut self, task: &Task, result: Result<Usage, SourceError>) -> Result<(), Failure> {
        let (scope, label) = (task.source.scope(), task.source.label());
        let mut run = ImportRun {
            run: self.number,
            scope: scope.name().to_owned(),
            subject: task.source.subject().to_owned(),
            label: label.to_owned(),
            ..ImportRun::default()
        };
        match result {
            Ok(usage) => {
                self.done += 1;
                self.records += usage.records;
                "ok".clone_into(&mut run.outcome);
                run.full = usage.full;
                run.covered_from = usage.covered_from;
                run.covered_to = usage.covered_to;
                run.records = usage.records as i64;
                run.calls = usage.calls as i64;
                run.points = usage.points as i64;
                tracing::info!(scope = scope.name(), subject = label, records = usage.records, "imported");
            }
            Err(error) => {
                let interrupted = error.kind == ErrorKind::Cancelled;
                if interrupted { "interrupted" } else { "failed" }.clone_into(&mut run.outcome);
                run.message = with_causes(&error);
                let line = format!("{} of {label}: {}", scope.name(), run.message);
                if !interrupted {
                    self.reporter.line(&format!("failed: {line}"));
                }
                if error.is_fatal() && !interrupted {
                    self.cancel.cancel();
                    self.fatal.get_or_insert(error);
                } else {
                    self.failures.push(line);
                }
            }
        }
        Ok(self.store.record_import(&run)?)
    }

    /// The last lines, and how the program ends.
    fn summary(self, calls: u64, points: u64) -> Result<Outcome, Failure> {
        say!("{} records from {} sources, {calls} calls, {points} points", self.records, self.done);
        let interrupted = self.fatal.is_none() && self.cancel.is_cancelled();
        let outcome = if self.done == 0 && !interrupted { Outcome::Failed } else { Outcome::Partial };
        if let Some(error) = self.fatal {
            return Err(Failure::from(error).with_outcome(outcome));
        }
        if self.failures.is_empty() {
            return Ok(Outcome::Done);
        }
        let what = if interrupted { "interrupted; the next import goes on from here" } else { "partial" };
        eprintln!(
            "{what}: {} of {} sources are missing, their earlier rows stay as they were:",
            self.failures.len(),
            self.failures.len() + self.done
        );
        for failure in &self.failures {
            eprintln!("  {failure}");
        }
        Ok(outcome)
    }
}
