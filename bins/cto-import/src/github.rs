//! The part of a run that asks GitHub: survey, repositories, boards.

use std::collections::BTreeSet;

use command_line::say;
use github_client::Survey;
use model::Instant;
use model::records::{ImportRun, Record, RunOutcome};
use provider::dating;
use source::{Batch, Progress, Scope, Sink as _, SourceError};
use store::{Finding, Store};
use tokio_util::sync::CancellationToken;

use crate::connection::Target;
use crate::failure::Failure;
use crate::plan::Plan;
use crate::reporter::Reporter;
use crate::run::{Run, runtime, title};
use crate::{Arguments, absence};

/// Prints what a run would fetch. Asks for the survey only and stores nothing. Gives the repositories that `--repo` names and
/// that there are.
pub(crate) fn dry_run(
    arguments: &Arguments,
    target: &Target,
    store: Option<&Store>,
) -> Result<BTreeSet<String>, Failure> {
    let reporter = Reporter::new();
    let cancel = CancellationToken::new();
    let runtime = runtime()?;
    let earlier = store.map_or(Ok(None), |store| remembered_schema(target, store))?;
    runtime.block_on(target.client.learn_schema(earlier.as_deref(), &reporter, &cancel))?;
    let mut survey = runtime.block_on(surveyed(arguments, target, &reporter, &cancel))?;
    take_columns(&mut survey, target);
    let plan = Plan::new(arguments, target, &survey, store)?;
    say!("{:<44} {:>9} {:>7} {:>7}", "would fetch", "records", "calls", "points");
    for task in plan.tasks() {
        let expected = task.expected;
        let title = title(&*task.source);
        say!("{title:<44} {:>9} {:>7} {:>7}", expected.records, expected.calls, expected.points);
    }
    let sum = plan.expected();
    say!("{:<44} {:>9} {:>7} {:>7}", "together, at most", sum.records, sum.calls, sum.points);
    if let Some(added) = plan.for_folders {
        let what = "of that for folders of pull requests";
        say!("{what:<44} {:>9} {:>7} {:>7}", added.records, added.calls, added.points);
    }
    if target.ci.is_some() {
        say!("how many runs there are is not known: of those that are new, 100 take about 6 calls and 5 points more");
    }
    for (what, why) in &plan.missing {
        say!("not readable: {what}: {why}");
    }
    Ok(matched(arguments, &survey))
}

/// Imports the organisation.
pub(crate) async fn import(run: &mut Run, arguments: &Arguments, target: &Target) -> Result<(), Failure> {
    run.reporter.line(&format!("looking at {}", target.org));
    let earlier = remembered_schema(target, &run.store)?;
    let schema = target.client.learn_schema(earlier.as_deref(), &*run.reporter, &run.cancel).await?;
    run.sink = run.sink.clone().counting(&target.delivery);
    let mut survey = surveyed(arguments, target, &*run.reporter, &run.cancel).await?;
    let (at, notice) = dating::import_time("GitHub", survey.at, target.client.now(), last_import(target, &run.store)?);
    survey.at = at;
    take_columns(&mut survey, target);
    if let Some(notice) = notice {
        run.reporter.line(&format!("note: {notice}"));
    }
    remember_schema(schema, &target.org, survey.at, run)?;
    absence::follow_renamed(run, target, &survey).await?;
    store_survey(&survey, target, run)?;
    absence::name_unlisted(run, arguments, target, &survey)?;
    absence::boards::name_unlisted(run, arguments, target, &survey)?;
    run.matched.append(&mut matched(arguments, &survey));
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
    run.all_unless_refused(plan.commits, target.concurrency).await?;
    run.all(plan.boards, target.concurrency).await?;
    run.all_unless_refused(plan.bills, target.concurrency).await?;
    if arguments.wants_issues() && !run.cancel.is_cancelled() {
        let moved = Plan::moved_issues(target, &survey, &plan.pages, &run.store, elsewhere)?;
        run.all(moved.into_iter().collect(), target.concurrency).await?;
    }
    run.reporter.finish();
    absence::read_anew_where_ids_changed(run, arguments)?;
    let (hidden, findings) = run.sink.findings().parted(Finding::Hidden);
    for found in hidden.iter() {
        let why = format!(
            "GitHub does not show what {} of its cards are or hold any more; what was stored of them stays. Give the token \
             access to what is on the board",
            found.count
        );
        let what = format!("cards of the board {}", found.place);
        run.reporter.line(&format!("failed: {what}: {why}"));
        run.missing(&what, &why);
    }
    for sentence in findings.sentences("GitHub") {
        run.reporter.line(&format!("note: {sentence}"));
    }
    if let Some(hint) = absence::hint(&run.store.import_runs()?, run.number, survey.at) {
        run.reporter.line(&hint);
    }
    let usage = target.client.usage();
    run.used("GitHub", usage.calls, usage.points, "points");
    Ok(())
}

/// Names of repositories that were asked for and that there are.
fn matched(arguments: &Arguments, survey: &Survey) -> BTreeSet<String> {
    let is_there = |name: &&String| survey.repositories.iter().any(|repository| repository.record.name == **name);
    arguments.repo.iter().filter(is_there).cloned().collect()
}

/// Looks at the organisation, and at what its repositories deploy where that is asked for.
async fn surveyed(
    arguments: &Arguments,
    target: &Target,
    progress: &dyn Progress,
    cancel: &CancellationToken,
) -> Result<Survey, Failure> {
    let mut survey = target.client.survey(&target.org, progress, cancel).await?;
    if arguments.wants_deliveries() || target.ci.is_some() {
        target.client.survey_deliveries(&mut survey, progress, cancel).await?;
    }
    Ok(survey)
}

/// Takes the columns of the boards from the fields that are configured.
fn take_columns(survey: &mut Survey, target: &Target) {
    for project in &mut survey.projects {
        project.take_columns(target.status_field(&project.record));
    }
}

/// What the last import of this organisation is dated with.
fn last_import(target: &Target, store: &Store) -> Result<Option<Instant>, Failure> {
    let runs = store.import_runs()?.into_iter();
    let last = runs
        .filter(|run| run.scope == Scope::Repositories && run.subject.eq_ignore_ascii_case(&target.org))
        .filter(|run| run.covered_to.is_some())
        .max_by_key(|run| run.run);
    Ok(last.and_then(|run| run.covered_to))
}

/// What the server said at an earlier import of what its schema has.
fn remembered_schema(target: &Target, store: &Store) -> Result<Option<String>, Failure> {
    Ok(store.cursor(Scope::Schema, &target.org)?)
}

fn remember_schema(schema: Option<String>, org: &str, at: Instant, run: &Run) -> Result<(), Failure> {
    let Some(schema) = schema else { return Ok(()) };
    let batch = Batch {
        scope: Scope::Schema,
        subject: org.to_owned(),
        records: Vec::new(),
        cursor: Some(schema),
        observed_at: at,
        full_crawl: None,
    };
    Ok(run.sink.commit(batch).map_err(SourceError::from)?)
}

fn store_survey(survey: &Survey, target: &Target, run: &Run) -> Result<(), Failure> {
    let repositories: Vec<Record> =
        survey.repositories.iter().map(|repository| Record::Repository(repository.record.clone())).collect();
    let mut projects = Vec::new();
    for project in &survey.projects {
        // The columns of a board whose field is not shown are not known: those that were stored stay.
        let is_shown = project.single_selects.iter().any(|field| field.name == target.status_field(&project.record));
        let subject = github_projects::subject_of(&project.record);
        if is_shown || run.store.cursor(Scope::ProjectItems, subject)?.is_none() {
            projects.push(Record::Project(project.record.clone()));
        }
    }
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
            scope: scope.into(),
            subject: target.org.clone(),
            label: target.org.clone(),
            outcome: if message.is_none() { RunOutcome::Ok } else { RunOutcome::Failed }.into(),
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
