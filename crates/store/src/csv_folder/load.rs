//! Which files are read, and in which order.

use std::path::Path;

use model::Instant;
use model::columns::{InstantColumn, IssueColumns, PullRequestColumns, Raw, Scopes};

use super::blocks::{self, FileWork, Table, Work};
use super::catalogue::{ImportRuns, Projects, Repositories};
use super::cloud_costs::{self, CloudCosts};
use super::error::{CsvError, Problem};
use super::header::Header;
use super::issue_events::{
    CustomFields, Owners, ProjectEvents, Sightings, StatusEvents, join_custom_fields, join_project_events,
    join_sightings, join_status_events,
};
use super::issues::{self, Issues};
use super::pull_requests::{self, PullRequestEvents, PullRequests, Reviews};
use super::texts::{KeyIndex, Texts};
use super::{Loaded, Reading};

/// Reads a folder of raw CSV files.
///
/// `issue.csv`, `issue_status_event.csv` and `issue_project_event.csv` have to be there when issues are asked
/// for; every other file may be missing, `cloud_costs.csv` too, see [`holds_cloud_costs`](super::holds_cloud_costs). Columns are found by name; columns that are ours are used where present.
///
/// # Errors
/// The first error of the first file that has one, see [`CsvError`].
pub fn load(folder: &Path, scopes: Scopes, reading: Reading) -> Result<Loaded, CsvError> {
    let mut folder = Folder { path: folder, reading, problems: Vec::new() };
    let mut texts = Texts::default();
    let mut raw = Raw::default();

    let issue_file = if scopes.issues { Some(folder.require(Issues::new)?) } else { None };
    let pull_request_file = if scopes.pull_requests { folder.open(PullRequests::new)? } else { None };
    blocks::run(&works([work(issue_file.as_ref()), work(pull_request_file.as_ref())]));
    let issue_index = folder.join_issues(issue_file, &mut texts, &mut raw.issues)?;
    let pull_request_index = folder.join_pull_requests(pull_request_file, &mut texts, &mut raw.pull_requests)?;

    let issues = Owners::issues(&raw.issues, &issue_index);
    let pull_requests = Owners::new(&raw.pull_requests.id, &pull_request_index);
    let (project_events, status_events, fields, sightings) = if scopes.issues {
        (
            Some(folder.require(|header| ProjectEvents::new(header, issues))?),
            Some(folder.require(|header| StatusEvents::new(header, issues))?),
            folder.open(|header| CustomFields::new(header, issues))?,
            folder.open(|header| Sightings::new(header, issues))?,
        )
    } else {
        (None, None, None, None)
    };
    let (reviews, pull_request_events) = if scopes.pull_requests {
        (folder.open_reviews(pull_requests)?, folder.open(|header| PullRequestEvents::new(header, pull_requests))?)
    } else {
        (None, None)
    };
    let bills = if scopes.cloud_spending { folder.open(CloudCosts::new)? } else { None };
    blocks::run(&works([
        work(project_events.as_ref()),
        work(reviews.as_ref()),
        work(status_events.as_ref()),
        work(fields.as_ref()),
        work(sightings.as_ref()),
        work(pull_request_events.as_ref()),
        work(bills.as_ref()),
    ]));
    raw.status_events = join_status_events(folder.finish(status_events)?, &mut texts);
    raw.project_events = join_project_events(folder.finish(project_events)?, &mut texts);
    raw.custom_fields = join_custom_fields(folder.finish(fields)?, &mut texts);
    raw.sightings = join_sightings(folder.finish(sightings)?, &mut texts);
    raw.reviews = pull_requests::join_reviews(folder.finish(reviews)?, &mut texts);
    raw.pull_request_events = pull_requests::join_events(folder.finish(pull_request_events)?);
    raw.cloud_costs = cloud_costs::join(folder.finish(bills)?, &mut texts);

    raw.projects = folder.read_catalogue(Projects::new)?;
    raw.repositories = folder.read_catalogue(Repositories::new)?;
    raw.imports = folder.read_catalogue(ImportRuns::new)?;
    raw.dictionary = texts.into_dictionary();
    raw.as_of = newest_instant(&raw);
    if scopes.cloud_spending {
        raw.cloud_as_of = cloud_costs::as_of(&raw.cloud_costs, &raw.imports);
    }
    Ok(Loaded { raw, problems: folder.problems })
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
    problems: Vec<Problem>,
}

type Parts<T> = Vec<blocks::Part<<T as Table>::Part>>;

impl Folder<'_> {
    fn open<T: Table>(
        &self,
        table: impl FnOnce(&Header) -> Result<T, CsvError>,
    ) -> Result<Option<FileWork<T>>, CsvError> {
        blocks::open(self.path, self.reading, table)
    }

    fn require<T: Table>(&self, table: impl FnOnce(&Header) -> Result<T, CsvError>) -> Result<FileWork<T>, CsvError> {
        let missing = || CsvError::Missing { file: T::FILE, folder: self.path.display().to_string() };
        self.open(table)?.ok_or_else(missing)
    }

    /// The original takes a `pr_review.csv` of no bytes for no reviews.
    fn open_reviews<'a>(&mut self, owners: Owners<'a>) -> Result<Option<FileWork<Reviews<'a>>>, CsvError> {
        match self.open(|header| Reviews::new(header, owners)) {
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

    fn join_issues(
        &mut self,
        file: Option<FileWork<Issues>>,
        texts: &mut Texts,
        issues: &mut IssueColumns,
    ) -> Result<KeyIndex, CsvError> {
        let parts = self.finish(file)?;
        let (columns, index) = issues::join(parts, texts, self.reading, &mut self.problems)?;
        *issues = columns;
        Ok(index)
    }

    fn join_pull_requests(
        &mut self,
        file: Option<FileWork<PullRequests>>,
        texts: &mut Texts,
        pull_requests: &mut PullRequestColumns,
    ) -> Result<KeyIndex, CsvError> {
        let parts = self.finish(file)?;
        let (columns, index) = pull_requests::join(parts, texts, self.reading, &mut self.problems)?;
        *pull_requests = columns;
        Ok(index)
    }

    /// The rows of a small file. The original does not read it, so then its errors are only told.
    fn read_catalogue<R: Send, T: Table<Part = Vec<R>>>(
        &mut self,
        table: impl FnOnce(&Header) -> Result<T, CsvError>,
    ) -> Result<Vec<R>, CsvError> {
        let mut problems = Vec::new();
        let rows = self.open(table).and_then(|file| {
            let Some(file) = file else { return Ok(Vec::new()) };
            while file.step() {}
            let parts = file.finish(&mut problems)?;
            Ok(parts.into_iter().flat_map(|part| part.content).collect())
        });
        match rows {
            Err(error) if self.reading == Reading::Original => {
                let message = format!("is left out: {error}");
                self.problems.push(Problem { file: T::FILE, line: 0, column: "", value: String::new(), message });
                Ok(Vec::new())
            }
            rows => {
                self.problems.append(&mut problems);
                rows
            }
        }
    }
}

fn newest_instant(raw: &Raw) -> Option<Instant> {
    let newest = |column: &InstantColumn| column.micros().iter().copied().max();
    let columns = [
        &raw.issues.created_at,
        &raw.issues.closed_at,
        &raw.issues.vanished_at,
        &raw.status_events.at,
        &raw.project_events.at,
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
    ];
    let in_tables = columns.into_iter().filter_map(newest).max().filter(|micros| *micros != Instant::NULL_MICROS);
    let covered = raw.imports.iter().filter(|run| run.outcome == "ok" && run.scope != "cloud_costs");
    let covered = covered.filter_map(|run| run.covered_to).max();
    in_tables.map(Instant::from_micros).max(covered)
}
