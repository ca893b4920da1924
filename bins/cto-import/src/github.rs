//! The part of a run that asks GitHub: survey, repositories, boards.

use command_line::say;
use github_client::Survey;
use model::records::{ImportRun, Record};
use source::{Batch, Scope, Sink as _, SourceError};
use store::Store;
use tokio_util::sync::CancellationToken;

use crate::connection::Target;
use crate::failure::Failure;
use crate::plan::Plan;
use crate::reporter::Reporter;
use crate::run::{Run, runtime, title};
use crate::{Arguments, absence};

/// Prints what a run would fetch. Asks for the survey only and stores nothing.
pub(crate) fn dry_run(arguments: &Arguments, target: &Target, store: Option<&Store>) -> Result<(), Failure> {
    let reporter = Reporter::new();
    let cancel = CancellationToken::new();
    let survey = runtime()?.block_on(target.client.survey(&target.org, &reporter, &cancel))?;
    let plan = Plan::new(arguments, target, &survey, store)?;
    say!("{:<44} {:>9} {:>7} {:>7}", "would fetch", "records", "calls", "points");
    for task in plan.tasks() {
        let expected = task.expected;
        let title = title(&*task.source);
        say!("{title:<44} {:>9} {:>7} {:>7}", expected.records, expected.calls, expected.points);
    }
    let sum = plan.expected();
    say!("{:<44} {:>9} {:>7} {:>7}", "together, at most", sum.records, sum.calls, sum.points);
    for (what, why) in &plan.missing {
        say!("not readable: {what}: {why}");
    }
    Ok(())
}

/// Imports the organisation.
pub(crate) async fn import(run: &mut Run, arguments: &Arguments, target: &Target) -> Result<(), Failure> {
    run.reporter.line(&format!("looking at {}", target.org));
    let survey = target.client.survey(&target.org, &*run.reporter, &run.cancel).await?;
    absence::follow_renamed(run, target, &survey).await?;
    store_survey(&survey, target, run)?;
    absence::name_unlisted(run, arguments, &survey)?;
    let plan = Plan::new(arguments, target, &survey, Some(run.store.as_ref()))?;
    let expected = plan.expected();
    run.reporter.line(&format!(
        "{} repositories, {} boards; expecting about {} calls and {} points",
        survey.repositories.len(),
        survey.projects.len(),
        expected.calls,
        expected.points
    ));
    if !survey.missing_scopes.is_empty() {
        run.reporter.line(&format!(
            "note: the token lacks the scopes {}: what they protect is invisible to this import",
            survey.missing_scopes.join(", ")
        ));
    }
    run.reporter.begin(expected.records);
    for (what, why) in &plan.missing {
        run.missing(what, why);
    }
    run.all(plan.repositories, target.concurrency).await?;
    let elsewhere = absence::ask_for_missing(run, arguments, target, &survey).await?;
    run.all(plan.boards, target.concurrency).await?;
    if arguments.wants_issues() && !run.cancel.is_cancelled() {
        let moved = Plan::moved_issues(target, &survey, &plan.pages, &run.store, elsewhere)?;
        run.all(moved.into_iter().collect(), target.concurrency).await?;
    }
    run.reporter.finish();
    absence::read_anew_where_ids_changed(run, arguments)?;
    for sentence in run.sink.findings().sentences("GitHub") {
        run.reporter.line(&format!("note: {sentence}"));
    }
    if let Some(hint) = absence::hint(&run.store.import_runs()?, run.number, survey.at) {
        run.reporter.line(&hint);
    }
    let usage = target.client.usage();
    run.used("GitHub", usage.calls, usage.points, "points");
    Ok(())
}

fn store_survey(survey: &Survey, target: &Target, run: &Run) -> Result<(), Failure> {
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
        run.sink.commit(batch).map_err(SourceError::from)?;
        run.store.record_import(&ImportRun {
            run: run.number,
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
