//! One run: tasks of every provider, what failed, the summary.

use std::collections::BTreeSet;
use std::sync::Arc;

use command_line::{Outcome, report, say, with_causes};
use model::records::{ImportRun, RunOutcome};
use source::{Context, ErrorKind, Scope, Source, SourceError, Usage, Window};
use store::{Settled, Store};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::failure::Failure;
use crate::plan::Task;
use crate::reporter::Reporter;
use crate::sink::StoreSink;

/// Starts the asynchronous runtime.
pub(crate) fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::failed(format!("the asynchronous runtime cannot start: {error}")))
}

/// The first Ctrl-C, or the system's wish that the program ends, ends the run between two pages, the second at once.
fn stop_on_interrupt(cancel: &CancellationToken, reporter: &Arc<Reporter>) -> Result<(), Failure> {
    let mut interruption = command_line::interruption()
        .map_err(|error| Failure::failed(format!("cannot wait for an interruption: {error}")))?;
    let (cancel, reporter) = (cancel.clone(), Arc::clone(reporter));
    tokio::spawn(async move {
        interruption.next().await;
        reporter.line("interrupted: finishing the page under way; the next import goes on from here");
        cancel.cancel();
        interruption.next().await;
        std::process::exit(130);
    });
    Ok(())
}

/// A run under way.
pub(crate) struct Run {
    pub(crate) store: Arc<Store>,
    pub(crate) reporter: Arc<Reporter>,
    /// Ends everything.
    pub(crate) cancel: CancellationToken,
    pub(crate) window: Window,
    /// Larger than that of every earlier run.
    pub(crate) number: i64,
    pub(crate) sink: StoreSink,
    records: u64,
    done: usize,
    /// Sources of which something was stored, but not all.
    in_part: usize,
    /// What was used, by provider, in order.
    used: Vec<Used>,
    /// What failed, for the summary.
    failures: Vec<String>,
    /// Why nothing else could succeed either.
    fatal: Option<SourceError>,
    /// Whether a provider has refused the credentials.
    refused: bool,
    /// Names of repositories and projects that were asked for and found.
    pub(crate) matched: BTreeSet<String>,
}

/// What one provider was asked.
struct Used {
    provider: &'static str,
    calls: u64,
    points: u64,
    /// What the provider calls its points.
    unit: &'static str,
}

type Finished = (Task, Result<Usage, SourceError>);

impl Run {
    /// Begins a run on the present runtime, which Ctrl-C and SIGTERM end.
    pub(crate) fn begin(store: &Arc<Store>, window: Window) -> Result<Self, Failure> {
        let number = store.next_run()?;
        let run = Self {
            store: Arc::clone(store),
            sink: StoreSink::new(store, number),
            reporter: Arc::new(Reporter::new()),
            cancel: CancellationToken::new(),
            window,
            number,
            records: 0,
            done: 0,
            in_part: 0,
            used: Vec::new(),
            failures: Vec::new(),
            fatal: None,
            refused: false,
            matched: BTreeSet::new(),
        };
        stop_on_interrupt(&run.cancel, &run.reporter)?;
        Ok(run)
    }

    /// Notes something that was asked for and is missing.
    pub(crate) fn missing(&mut self, what: &str, why: &str) {
        self.failures.push(format!("{what}: {why}"));
    }

    /// Says and notes that all of something could not be imported.
    pub(crate) fn failed(&mut self, what: &str, failure: &Failure) {
        self.reporter.line(&format!("failed: {what}: {failure}"));
        self.missing(what, &failure.to_string());
    }

    /// Notes that a source that earlier imports had is missing, among the runs too.
    pub(crate) fn missing_source(
        &mut self,
        scope: Scope,
        subject: &str,
        label: &str,
        why: &str,
    ) -> Result<(), Failure> {
        self.missing(&format!("{} of {label}", scope.name()), why);
        self.record(ImportRun {
            run: self.number,
            scope: scope.into(),
            subject: subject.to_owned(),
            label: label.to_owned(),
            outcome: RunOutcome::Failed.into(),
            message: why.to_owned(),
            ..ImportRun::default()
        })
    }

    /// Keeps how one source fared. No secret goes into the store, whatever a provider said.
    fn record(&self, mut run: ImportRun) -> Result<(), Failure> {
        redact::redact(&mut run.message);
        Ok(self.store.record_import(&run)?)
    }

    /// Notes what a provider was asked.
    pub(crate) fn used(&mut self, provider: &'static str, calls: u64, points: u64, unit: &'static str) {
        self.used.push(Used { provider, calls, points, unit });
    }

    /// Runs tasks of one provider, so many at a time. An error that dooms the others of this provider ends them, not
    /// those of another one. Gives the calls and points of those that succeeded.
    pub(crate) async fn all(&mut self, tasks: Vec<Task>, concurrency: usize) -> Result<(u64, u64), Failure> {
        let provider = self.cancel.child_token();
        let mut waiting = tasks.into_iter();
        let mut under_way: JoinSet<Finished> = JoinSet::new();
        let mut used = (0, 0);
        loop {
            while under_way.len() < concurrency && !provider.is_cancelled() {
                let Some(task) = waiting.next() else { break };
                self.spawn(&mut under_way, task, &provider);
            }
            match under_way.join_next().await {
                None => break,
                Some(Ok((task, result))) => {
                    if let Ok(usage) = &result {
                        used.0 += usage.calls;
                        used.1 += usage.points;
                    }
                    self.finished(&task, result, &provider)?;
                }
                Some(Err(panic)) => return Err(Failure::failed(format!("a source ended unexpectedly: {panic}"))),
            }
        }
        for task in waiting {
            let error = SourceError::new(ErrorKind::Cancelled, "not begun");
            self.finished(&task, Err(error), &provider)?;
        }
        Ok(used)
    }

    /// Runs tasks that rest on what the same provider was asked before: where it has refused the credentials they are not
    /// begun, and say so.
    pub(crate) async fn all_unless_refused(&mut self, tasks: Vec<Task>, concurrency: usize) -> Result<(), Failure> {
        if !self.refused {
            return self.all(tasks, concurrency).await.map(drop);
        }
        for task in tasks {
            let error = SourceError::new(ErrorKind::Cancelled, "not begun");
            self.finished(&task, Err(error), &CancellationToken::new())?;
        }
        Ok(())
    }

    fn spawn(&self, under_way: &mut JoinSet<Finished>, task: Task, cancel: &CancellationToken) {
        let (sink, reporter) = (self.sink.clone().since(task.since), Arc::clone(&self.reporter));
        let (cancel, window, generation) = (cancel.clone(), self.window, self.number);
        under_way.spawn(async move {
            let context =
                Context { sink: &sink, progress: &*reporter, cancel, window, cursor: task.cursor.clone(), generation };
            let result = task.source.run(&context).await;
            (task, result)
        });
    }

    fn finished(
        &mut self,
        task: &Task,
        result: Result<Usage, SourceError>,
        provider: &CancellationToken,
    ) -> Result<(), Failure> {
        let (scope, label) = (task.source.scope(), task.source.label());
        let mut run = ImportRun {
            run: self.number,
            scope: scope.into(),
            subject: task.source.subject().to_owned(),
            label: label.to_owned(),
            ..ImportRun::default()
        };
        match result {
            Ok(usage) => {
                self.done += 1;
                self.records += usage.records;
                run.outcome = RunOutcome::Ok.into();
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
                self.refused |= error.kind == ErrorKind::Unauthorized;
                self.in_part += usize::from(error.kind == ErrorKind::Incomplete);
                run.outcome = match error.kind {
                    ErrorKind::Cancelled => RunOutcome::Interrupted,
                    ErrorKind::Unsupported => RunOutcome::Unsupported,
                    _ => RunOutcome::Failed,
                }
                .into();
                run.message = with_causes(&error);
                let line = format!("{}: {}", title(&*task.source), run.message);
                if !interrupted {
                    self.reporter.line(&format!("failed: {line}"));
                }
                if error.is_fatal() && !interrupted {
                    provider.cancel();
                }
                if error.kind == ErrorKind::Sink {
                    self.cancel.cancel();
                    self.fatal.get_or_insert(error);
                } else {
                    self.failures.push(line);
                }
            }
        }
        self.record(run)
    }

    /// Rolls up the jobs of runs that are settled by now, and removes those that are older than so many days.
    pub(crate) fn settle_jobs(&self, keep_days: u32) -> Result<(), Failure> {
        let Settled { runs, removed } = self.store.settle_jobs(keep_days, &mut || !self.cancel.is_cancelled())?;
        tracing::info!(runs, removed, "jobs rolled up");
        if runs > 0 {
            self.reporter.line(&format!("jobs of {runs} runs of CI rolled up"));
        }
        if removed > 0 {
            self.reporter
                .line(&format!("{removed} jobs of CI removed that are rolled up and older than {keep_days} days"));
        }
        Ok(())
    }

    /// The last lines, and how the program ends.
    pub(crate) fn summary(mut self) -> Result<Outcome, Failure> {
        self.failures.extend(self.reporter.take_refused());
        let sources = if self.done == 1 { "source" } else { "sources" };
        say!("{} records from {} {sources}, {}", self.records, self.done, usage_text(&self.used));
        let interrupted = self.fatal.is_none() && self.cancel.is_cancelled();
        let outcome = if self.done + self.in_part == 0 && !interrupted { Outcome::Failed } else { Outcome::Partial };
        if let Some(error) = self.fatal {
            return Err(Failure::from(error).with_outcome(outcome));
        }
        if self.failures.is_empty() {
            return Ok(Outcome::Done);
        }
        let what = match outcome {
            _ if interrupted => "interrupted; the next import goes on from here",
            Outcome::Failed => "nothing was imported",
            _ => "partial",
        };
        report!(
            "{what}: {} of {} sources are missing, their earlier rows stay as they were:",
            self.failures.len(),
            self.failures.len() + self.done
        );
        for failure in &self.failures {
            report!("  {failure}");
        }
        Ok(outcome)
    }
}

/// How people call a source.
pub(crate) fn title(source: &dyn Source) -> String {
    format!("{} of {}", source.scope().name(), source.label())
}

/// `12 calls, 34 points`, with the provider in front where there are several.
fn usage_text(used: &[Used]) -> String {
    let one = |used: &Used| {
        let calls = if used.calls == 1 { "1 call".to_owned() } else { format!("{} calls", used.calls) };
        if used.unit.is_empty() { calls } else { format!("{calls}, {} {}", used.points, used.unit) }
    };
    match used {
        [] => "nothing asked".to_owned(),
        [single] => one(single),
        several => {
            several.iter().map(|used| format!("{}: {}", used.provider, one(used))).collect::<Vec<_>>().join("; ")
        }
    }
}
