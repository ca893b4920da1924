//! Loading of a folder of CSV files, in the order that they depend on each other.

use std::path::Path;

use model::Instant;
use model::cells::{PlacedColumns, RawColumns, RawRow};
use model::columns::{
    CiBillColumns, CiFlakeColumns, CiJobColumns, CiJobSumColumns, CiRunColumns, CiRunJobsColumns, DeploymentColumns,
    GitCommitColumns, IncidentColumns, IncidentEventColumns, InstantColumn, Interner, IssueColumns, PullRequestColumns,
    Raw, ReleaseColumns, ReviewColumns, Scopes, TicketColumns, TicketEventColumns,
};
use model::instant::Plausible;
use model::kinds::{RunOutcome, Scope};
use model::records::{ImportRun, Project, Repository};

use super::blocks::{self, FileWork, Table, Work};
use super::cloud_costs::{self, Bills};
use super::error::{CsvError, Problem};
use super::header::Header;
use super::rows::{FileRow, each_row};
use super::tables::{Free, Joined, OfCards, Owned, Owners, Placed, Rows, join, join_by_id, join_placed};
use super::{Loaded, Reading};
use crate::clock;
use crate::read::plausible;

/// Reads a folder of raw CSV files.
///
/// `issue.csv`, `issue_status_event.csv` and `issue_project_event.csv` have to be there when issues are asked
/// for; every other file may be missing, `cloud_costs.csv` too, see [`holds_cloud_costs`](super::holds_cloud_costs).
/// Columns are found by name; columns that are ours are used where present.
///
/// # Errors
/// The first error of the first file that has one, see [`CsvError`].
pub fn load(folder: &Path, scopes: Scopes, reading: Reading) -> Result<Loaded, CsvError> {
    load_at(folder, scopes, reading, clock::now())
}

/// As [`load`] at another time than that of the machine's clock.
pub fn load_at(folder: &Path, scopes: Scopes, reading: Reading, now: Instant) -> Result<Loaded, CsvError> {
    let mut folder = Folder { path: folder, reading, plausible: None, problems: Vec::new() };
    if reading == Reading::Strict {
        folder.plausible = Some(plausible(&folder.imports(), now));
    }
    let mut texts = Interner::default();
    let mut raw = Raw::default();

    let issue_file = if scopes.issues { Some(folder.require(Placed::<IssueColumns>::new)?) } else { None };
    let pull_request_file = if scopes.pull_requests { folder.open(Placed::<PullRequestColumns>::new)? } else { None };
    blocks::run(&works([work(issue_file.as_ref()), work(pull_request_file.as_ref())]));
    let mut issues = folder.join_placed(issue_file, &mut texts)?.without_superseded();
    issues.columns.tell_untold_states();
    let pull_requests = folder.join_placed(pull_request_file, &mut texts)?;

    let (of_issues, of_pull_requests) = (issues.owners(), pull_requests.owners());
    let (project_events, status_events, iteration_events, fields, sightings) = if scopes.issues {
        (
            Some(folder.require(|header| Owned::new(header, of_issues))?),
            Some(folder.require(|header| Owned::new(header, of_issues))?),
            if reading == Reading::Strict { folder.open(|header| Owned::new(header, of_issues))? } else { None },
            folder.open(|header| OfCards::new(header, of_issues))?,
            folder.open(|header| OfCards::new(header, of_issues))?,
        )
    } else {
        (None, None, None, None, None)
    };
    let (reviews, pull_request_events) = if scopes.pull_requests {
        (folder.open_reviews(of_pull_requests)?, folder.open(|header| Owned::new(header, of_pull_requests))?)
    } else {
        (None, None)
    };
    let (deployments, releases, commits, incidents, incident_events) = if scopes.delivery && reading == Reading::Strict
    {
        (
            folder.open(Free::<DeploymentColumns>::new)?,
            folder.open(Free::<ReleaseColumns>::new)?,
            folder.open(Free::<GitCommitColumns>::new)?,
            folder.open(Free::<IncidentColumns>::new)?,
            folder.open(Free::<IncidentEventColumns>::new)?,
        )
    } else {
        (None, None, None, None, None)
    };
    let (tickets, ticket_events) = if scopes.issues && reading == Reading::Strict {
        (folder.open(Free::<TicketColumns>::new)?, folder.open(Free::<TicketEventColumns>::new)?)
    } else {
        (None, None)
    };
    let ci_runs = if (scopes.delivery || scopes.ci) && reading == Reading::Strict {
        folder.open(Free::<CiRunColumns>::new)?
    } else {
        None
    };
    let (ci_jobs, ci_run_jobs, ci_job_sums, ci_flakes) = if scopes.ci && reading == Reading::Strict {
        (
            folder.open(Free::<CiJobColumns>::new)?,
            folder.open(Free::<CiRunJobsColumns>::new)?,
            folder.open(Free::<CiJobSumColumns>::new)?,
            folder.open(Free::<CiFlakeColumns>::new)?,
        )
    } else {
        (None, None, None, None)
    };
    let ci_bills = if (scopes.ci || scopes.cloud_spending) && reading == Reading::Strict {
        folder.open(Free::<CiBillColumns>::new)?
    } else {
        None
    };
    let has_jobs = ci_jobs.is_some();
    let bills = if scopes.cloud_spending { folder.open(Bills::new)? } else { None };
    blocks::run(&works([
        work(project_events.as_ref()),
        work(reviews.as_ref()),
        work(status_events.as_ref()),
        work(iteration_events.as_ref()),
        work(fields.as_ref()),
        work(sightings.as_ref()),
        work(pull_request_events.as_ref()),
        work(commits.as_ref()),
        work(deployments.as_ref()),
        work(releases.as_ref()),
        work(ci_jobs.as_ref()),
        work(ci_runs.as_ref()),
        work(ci_run_jobs.as_ref()),
        work(ci_job_sums.as_ref()),
        work(ci_flakes.as_ref()),
        work(ci_bills.as_ref()),
        work(incidents.as_ref()),
        work(incident_events.as_ref()),
        work(tickets.as_ref()),
        work(ticket_events.as_ref()),
        work(bills.as_ref()),
    ]));
    raw.status_events = join(folder.finish(status_events)?, &mut texts);
    raw.project_events = join(folder.finish(project_events)?, &mut texts);
    raw.iteration_events = join(folder.finish(iteration_events)?, &mut texts);
    raw.custom_fields = join(folder.finish(fields)?, &mut texts);
    raw.sightings = join(folder.finish(sightings)?, &mut texts);
    raw.reviews = join(folder.finish(reviews)?, &mut texts);
    raw.pull_request_events = join(folder.finish(pull_request_events)?, &mut texts);
    raw.deployments =
        join_by_id(folder.finish(deployments)?, &mut texts, |it| &it.host, |it, row| it.id.bytes(row).into())?;
    raw.releases = join_by_id(folder.finish(releases)?, &mut texts, |it| &it.host, |it, row| it.id.bytes(row).into())?;
    raw.commits = join(folder.finish(commits)?, &mut texts);
    raw.ci_runs = join_by_id(
        folder.finish(ci_runs)?,
        &mut texts,
        |it| &it.host,
        |it, row| attempt_name(&it.run_id.text(row), it.attempt[row]).into_bytes().into(),
    )?;
    raw.ci_jobs = join(folder.finish(ci_jobs)?, &mut texts);
    raw.ci_run_jobs = join(folder.finish(ci_run_jobs)?, &mut texts);
    raw.ci_job_sums = join(folder.finish(ci_job_sums)?, &mut texts);
    raw.ci_flakes = join(folder.finish(ci_flakes)?, &mut texts);
    if has_jobs {
        // What is not settled, the jobs say themselves.
        only_settled(&mut raw.ci_run_jobs, |it| &it.settled);
        only_settled(&mut raw.ci_job_sums, |it| &it.settled);
        only_settled(&mut raw.ci_flakes, |it| &it.settled);
    }
    raw.ci_bills = join(folder.finish(ci_bills)?, &mut texts);
    raw.incidents =
        join_by_id(folder.finish(incidents)?, &mut texts, |it| &it.host, |it, row| it.id.bytes(row).into())?;
    raw.incident_events = join(folder.finish(incident_events)?, &mut texts);
    raw.tickets = join_by_id(folder.finish(tickets)?, &mut texts, |it| &it.host, |it, row| it.id.bytes(row).into())?;
    raw.ticket_events = join(folder.finish(ticket_events)?, &mut texts);
    (raw.cloud_costs, raw.as_original.binary_costs) = cloud_costs::join(folder.finish(bills)?, &mut texts);
    raw.as_original.last_pull_request = last_rows(&pull_requests);
    raw.issues = issues.columns;
    raw.pull_requests = pull_requests.columns;

    raw.projects = folder.read_catalogue::<Project>()?;
    raw.repositories = folder.read_catalogue::<Repository>()?;
    raw.imports = folder.read_catalogue::<ImportRun>()?;
    raw.dictionary = texts.into_dictionary();
    raw.name_merge_requests();
    raw.settle();
    raw.as_of = newest_instant(&raw, folder.plausible);
    if scopes.cloud_spending {
        raw.cloud_as_of = cloud_costs::as_of(&raw);
    }
    if let Some(full) = first_overfull(&raw) {
        return Err(full);
    }
    if reading == Reading::Strict {
        raw.implausible = folder.problems.drain(..).map(|problem| problem.to_string()).collect();
    }
    Ok(Loaded { raw, problems: folder.problems })
}

fn only_settled<C: RawColumns>(columns: &mut C, settled: impl Fn(&C) -> &[bool]) {
    let kept: Vec<u32> = (0..).zip(settled(columns)).filter(|(_, settled)| **settled).map(|(row, _)| row).collect();
    columns.gather(&kept);
}

/// An attempt of a run, as messages name it.
pub(crate) fn attempt_name(run_id: &str, attempt: i64) -> String {
    format!("{run_id} attempt {attempt}")
}

/// For each pull request the last row with its key; empty where none comes again.
fn last_rows(pull_requests: &Joined<PullRequestColumns>) -> Vec<u32> {
    if pull_requests.superseded.is_empty() {
        return Vec::new();
    }
    let mut last: Vec<u32> = (0..pull_requests.keys.len() as u32).collect();
    for &(row, by) in pull_requests.superseded.iter().rev() {
        last[row] = last[by];
    }
    last
}

fn work<T: Table>(file: Option<&FileWork<T>>) -> Option<&dyn Work> {
    file.map(|file| file as &dyn Work)
}

fn works<const N: usize>(files: [Option<&dyn Work>; N]) -> Vec<&dyn Work> {
    files.into_iter().flatten().collect()
}

struct Folder<'a> {
    path: &'a Path,
    reading: Reading,
    /// The instants that may be; all of them for the original.
    plausible: Option<Plausible>,
    problems: Vec<Problem>,
}

type Parts<T> = Vec<blocks::Part<<T as Table>::Part>>;

impl Folder<'_> {
    fn open<T: Table>(
        &self,
        table: impl FnOnce(&Header) -> Result<T, CsvError>,
    ) -> Result<Option<FileWork<T>>, CsvError> {
        Ok(blocks::open(self.path, self.reading, table)?.map(|file| file.only(self.plausible)))
    }

    /// The imports of which the folder tells. What is wrong with their file is said when it is its turn.
    fn imports(&self) -> Vec<ImportRun> {
        let mut imports = Vec::new();
        let read = each_row(self.path, |_, file: FileRow<ImportRun>| -> Result<(), CsvError> {
            imports.push(file.row);
            Ok(())
        });
        if read.is_ok() { imports } else { Vec::new() }
    }

    fn require<T: Table>(&self, table: impl FnOnce(&Header) -> Result<T, CsvError>) -> Result<FileWork<T>, CsvError> {
        let missing = || CsvError::Missing { file: T::TABLE.file, folder: self.path.display().to_string() };
        self.open(table)?.ok_or_else(missing)
    }

    /// The original takes a `pr_review.csv` of no bytes for no reviews.
    fn open_reviews<'a>(&mut self, owners: Owners<'a>) -> Result<Option<FileWork<Owned<'a, ReviewColumns>>>, CsvError> {
        match self.open(|header| Owned::new(header, owners)) {
            Err(CsvError::Empty { file }) if self.reading == Reading::Original => {
                let message = "is empty: read as no reviews, as the original does".to_owned();
                self.problems.push(Problem { file, line: 0, column: "", value: String::new(), message });
                Ok(None)
            }
            other => other,
        }
    }

    fn finish<T: Table>(&mut self, file: Option<FileWork<T>>) -> Result<Parts<T>, CsvError> {
        file.map_or_else(|| Ok(Vec::new()), |file| file.finish(&mut self.problems))
    }

    fn join_placed<C: PlacedColumns + Send>(
        &mut self,
        file: Option<FileWork<Placed<C>>>,
        texts: &mut Interner,
    ) -> Result<Joined<C>, CsvError> {
        let joined = join_placed(self.finish(file)?, texts);
        if joined.keys.is_overfull() {
            return Err(CsvError::TooLarge { file: C::Row::TABLE.file, column: "number" });
        }
        joined.note_duplicates(self.reading, &mut self.problems)?;
        Ok(joined)
    }

    /// The rows of a small file. The original does not read it, so then its errors are only told.
    fn read_catalogue<R: RawRow + Send>(&mut self) -> Result<Vec<R>, CsvError> {
        let mut problems = Vec::new();
        let rows = self.open(Rows::<R>::new).and_then(|file| {
            let Some(file) = file else { return Ok(Vec::new()) };
            while file.step() {}
            let parts = file.finish(&mut problems)?;
            Ok(parts.into_iter().flat_map(|part| part.content.rows).map(|row| row.row).collect())
        });
        match rows {
            Err(error) if self.reading == Reading::Original => {
                let message = format!("is left out: {error}");
                let file = R::TABLE.file;
                self.problems.push(Problem { file, line: 0, column: "", value: String::new(), message });
                Ok(Vec::new())
            }
            rows => {
                self.problems.append(&mut problems);
                rows
            }
        }
    }
}

/// The first column that has more than there is room for.
fn first_overfull(raw: &Raw) -> Option<CsvError> {
    fn of<C: RawColumns>(columns: &C) -> Option<CsvError> {
        columns.overfull().map(|column| CsvError::TooLarge { file: C::Row::TABLE.file, column })
    }
    of(&raw.issues)
        .or_else(|| of(&raw.status_events))
        .or_else(|| of(&raw.project_events))
        .or_else(|| of(&raw.iteration_events))
        .or_else(|| of(&raw.custom_fields))
        .or_else(|| of(&raw.sightings))
        .or_else(|| of(&raw.pull_requests))
        .or_else(|| of(&raw.reviews))
        .or_else(|| of(&raw.pull_request_events))
        .or_else(|| of(&raw.deployments))
        .or_else(|| of(&raw.releases))
        .or_else(|| of(&raw.commits))
        .or_else(|| of(&raw.ci_runs))
        .or_else(|| of(&raw.ci_jobs))
        .or_else(|| of(&raw.ci_run_jobs))
        .or_else(|| of(&raw.ci_job_sums))
        .or_else(|| of(&raw.ci_flakes))
        .or_else(|| of(&raw.ci_bills))
        .or_else(|| of(&raw.incidents))
        .or_else(|| of(&raw.incident_events))
        .or_else(|| of(&raw.tickets))
        .or_else(|| of(&raw.ticket_events))
        .or_else(|| of(&raw.cloud_costs))
        .or_else(|| {
            let is_full = raw.dictionary.is_overfull();
            is_full.then_some(CsvError::TooLarge { file: "the folder", column: "names and labels" })
        })
}

fn newest_instant(raw: &Raw, plausible: Option<Plausible>) -> Option<Instant> {
    let newest = |column: &InstantColumn| column.all_micros().max();
    let columns = [
        &raw.issues.created_at,
        &raw.issues.closed_at,
        &raw.issues.vanished_at,
        &raw.status_events.at,
        &raw.project_events.at,
        &raw.iteration_events.at,
        &raw.sightings.status_at,
        &raw.sightings.presence_at,
        &raw.sightings.created_at,
        &raw.sightings.observed_at,
        &raw.pull_requests.created_at,
        &raw.pull_requests.closed_at,
        &raw.pull_requests.merged_at,
        &raw.pull_requests.first_commit_at,
        &raw.pull_requests.vanished_at,
        &raw.reviews.submitted_at,
        &raw.pull_request_events.at,
        &raw.deployments.created_at,
        &raw.deployments.finished_at,
        &raw.releases.published_at,
        &raw.ci_runs.finished_at,
        &raw.ci_jobs.finished_at,
        &raw.ci_run_jobs.last_ended_at,
        &raw.incidents.started_at,
        &raw.incident_events.at,
        &raw.tickets.created_at,
        &raw.ticket_events.at,
    ];
    let in_tables = columns.into_iter().filter_map(newest).max().filter(|micros| *micros != Instant::NULL_MICROS);
    let covered = raw.imports.iter().filter(|run| run.outcome == RunOutcome::Ok && run.scope != Scope::CloudCosts);
    let may_be = |at: &Instant| plausible.is_none_or(|plausible| plausible.holds(at.micros()));
    let covered = covered.filter_map(|run| run.covered_to).filter(may_be).max();
    in_tables.map(Instant::from_micros).max(covered)
}
