//! Absences: repositories that are listed no longer, issues and pull requests that are counted no
//! longer, and how long ago everything was read.

pub(crate) mod boards;

use std::sync::Arc;

use github_client::{MissingSource, Survey};
use model::Instant;
use model::instant::MICROS_PER_DAY;
use model::records::{ImportRun, Repository, RunOutcome};
use source::{Scope, Window};
use store::{Finding, Kind};

use crate::Arguments;
use crate::connection::Target;
use crate::failure::Failure;
use crate::plan::task;
use crate::run::Run;

/// Days after which everything should be read again.
const WEEK: i64 = 7;

/// Names the repositories that were imported before and are listed no longer. An import of everything dates what is in
/// them.
pub(crate) fn name_unlisted(
    run: &mut Run,
    arguments: &Arguments,
    target: &Target,
    survey: &Survey,
) -> Result<(), Failure> {
    if !survey.incomplete.is_empty() {
        return Ok(());
    }
    for repository in run.store.unlisted_repositories(&target.client.host(), &survey.org, run.number)? {
        if !arguments.repo.is_empty() && !arguments.repo.contains(&repository.name) {
            continue;
        }
        let remedy = if arguments.full && arguments.repo.is_empty() {
            run.sink.absent_repository(&repository.id, survey.at)?;
            "what is stored of it counts as gone from now on, and comes back with it"
        } else {
            "give the token access to it again, or run cto-import --full, after which what is stored of it counts as gone"
        };
        let why =
            format!("it was imported before and is not listed any more (deleted, moved away, or hidden): {remedy}");
        run.missing(&format!("{}/{}", repository.org, repository.name), &why);
    }
    Ok(())
}

/// Repositories that are listed neither under their ids nor under their names may be listed under others: asks for them by
/// their stored ids. Goes before the list is stored.
pub(crate) async fn follow_renamed(run: &Run, target: &Target, survey: &Survey) -> Result<(), Failure> {
    let is_listed = |stored: &Repository| {
        survey.repositories.iter().any(|it| it.record.id == stored.id || it.record.name == stored.name)
    };
    let mut ids: Vec<String> = Vec::new();
    for stored in run.store.unlisted_repositories(&target.client.host(), &survey.org, run.number)? {
        if !is_listed(&stored) {
            ids.push(stored.id);
        }
    }
    if ids.is_empty() {
        return Ok(());
    }
    let present = target.client.present_repository_ids(&ids, &*run.reporter, &run.cancel).await?;
    for (old, new) in ids.iter().zip(present) {
        if let Some(new) = new.filter(|new| new != old && survey.repositories.iter().any(|it| it.record.id == *new)) {
            run.store.take_over_repository_id(old, &new)?;
        }
    }
    Ok(())
}

/// Asks by id for what is stored of a repository and more than it counts. Gives the ids of issues that were found in
/// another repository.
pub(crate) async fn ask_for_missing(
    run: &mut Run,
    arguments: &Arguments,
    target: &Target,
    survey: &Survey,
) -> Result<Vec<String>, Failure> {
    let mut sources = Vec::new();
    for repository in survey.repositories.iter().filter(|repository| repository.access) {
        let record = &repository.record;
        if !arguments.repo.is_empty() && !arguments.repo.contains(&record.name) {
            continue;
        }
        let kinds = [
            (Scope::Issues, Kind::Issue, repository.issues, arguments.wants_issues()),
            (Scope::PullRequests, Kind::PullRequest, repository.pull_requests, arguments.wants_pull_requests()),
        ];
        for (scope, kind, counted, _) in kinds.into_iter().filter(|(.., wanted)| *wanted) {
            let ids = run.store.present_ids(kind, &record.id, survey.at)?;
            if ids.len() as u64 > counted {
                let label = format!("{}/{}", record.org, record.name);
                let home = (record.id.as_str(), label.as_str());
                sources.push(Arc::new(MissingSource::new(target.client.clone(), scope, home, ids, counted, survey.at)));
            }
        }
    }
    if sources.is_empty() || run.cancel.is_cancelled() {
        return Ok(Vec::new());
    }
    let mut tasks = Vec::new();
    for source in &sources {
        tasks.push(task(Arc::clone(source) as _, Window::default(), None)?);
    }
    run.all(tasks, target.concurrency).await?;
    let of_issues = sources.iter().filter(|source| source::Source::scope(&***source) == Scope::Issues);
    Ok(of_issues.flat_map(|source| source.elsewhere()).collect())
}

/// Where ids have changed, what did not change otherwise was not read and still has its former id: the next import reads
/// everything of that kind. An import of everything has done so.
pub(crate) fn read_anew_where_ids_changed(run: &Run, arguments: &Arguments) -> Result<(), Failure> {
    let findings = run.sink.findings();
    for (scope, kinds) in [
        // Issues show their archived cards, which boards do not list.
        (Scope::Issues, &[Kind::Issue, Kind::Card][..]),
        (Scope::PullRequests, &[Kind::PullRequest, Kind::Review]),
        (Scope::ProjectItems, &[Kind::Card]),
    ] {
        let has_new_ids = |found: &store::Found| found.finding == Finding::NewIds && kinds.contains(&found.kind);
        if !arguments.full && findings.iter().any(has_new_ids) {
            run.store.forget_cursors(scope)?;
        }
    }
    Ok(())
}

/// A hint that everything should be read again, once a week, as the log of imports up to `run` tells.
pub(crate) fn hint(runs: &[ImportRun], run: i64, now: Instant) -> Option<String> {
    let of_github = |it: &ImportRun| matches!(it.scope.known(), Some(Scope::Issues | Scope::PullRequests));
    let read = runs.iter().filter(|it| it.outcome == RunOutcome::Ok && of_github(it) && it.covered_to.is_some());
    let (mut newest, mut last_full) = (None, None);
    for it in read {
        if it.run < run {
            newest = newest.max(it.covered_to);
        }
        if it.full {
            last_full = last_full.max(it.covered_to);
        }
    }
    let weeks = |at: Instant, from: Instant| (at.micros() - from.micros()).div_euclid(WEEK * MICROS_PER_DAY);
    let (last_full, newest) = (last_full?, newest?);
    let over = weeks(now, last_full);
    (over > 0 && over > weeks(newest, last_full)).then(|| {
        let days = (now.micros() - last_full.micros()) / MICROS_PER_DAY;
        format!(
            "hint: the last import that read everything was {days} days ago; what was deleted or hidden since is found by \
             cto-import --full, best once a week"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(day: i64) -> Instant {
        Instant::from_micros(day * MICROS_PER_DAY)
    }

    fn log(runs: &[(i64, &str, &str, bool, i64)]) -> Vec<ImportRun> {
        let run = |&(run, scope, outcome, full, at): &(i64, &str, &str, bool, i64)| ImportRun {
            run,
            scope: scope.into(),
            outcome: outcome.into(),
            full,
            covered_to: Some(day(at)),
            ..ImportRun::default()
        };
        runs.iter().map(run).collect()
    }

    #[test]
    fn everything_should_be_read_again_after_a_week_and_that_is_said_once_a_week() {
        let said = |last, now| {
            let runs = log(&[
                (1, "issues", "ok", true, 100),
                (2, "issues", "ok", false, last),
                (3, "issues", "ok", false, now),
            ]);
            hint(&runs, 3, day(now)).is_some()
        };
        assert!(!said(105, 106));
        assert!(said(106, 107));
        assert!(!said(107, 108) && !said(112, 113));
        assert!(said(113, 114));
        assert!(said(101, 130), "nobody imported meanwhile");
    }

    #[test]
    fn only_what_was_read_from_the_provider_counts() {
        let runs = log(&[
            (1, "issues", "ok", true, 100),
            (2, "csv", "ok", true, 106),
            (3, "pull_requests", "failed", true, 106),
            (4, "issues", "ok", false, 106),
        ]);
        let hint = hint(&runs, 5, day(107)).expect("a hint");
        assert!(hint.starts_with("hint: the last import that read everything was 7 days ago;"), "{hint}");
        assert_eq!(super::hint(&log(&[]), 1, day(107)), None);
        assert_eq!(super::hint(&log(&[(1, "issues", "ok", true, 107)]), 1, day(107)), None);
    }
}
