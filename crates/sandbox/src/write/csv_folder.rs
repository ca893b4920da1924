//! The raw tables as an import of everything would publish them.

use std::io;
use std::path::Path;

use model::records::{
    FieldValue, ImportRun, Issue, IterationEvent, Place, Presence, Project, ProjectEvent, ProjectItem, PullRequest,
    PullRequestEvent, Repository, Review, Sighting, SightingSource, StatusEvent,
};
use model::tables::{BillLine, Ticket, TicketEvent};

use super::Stream;
use super::ci_csv::write_ci;
use super::delivery_csv::write_delivery;
use super::line::TableFile;
use crate::Organisation;

/// Writes the raw tables that an import at the end of the period would publish, one CSV file each, into a folder,
/// which is made if it is missing. Files of the same names are overwritten.
pub fn write_csv_folder(organisation: &Organisation, folder: &Path) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let stream = Stream::new(organisation);
    write_frame(&stream, folder)?;
    write_issues(&stream, folder)?;
    write_pull_requests(&stream, folder)?;
    write_delivery(&stream, folder)?;
    write_ci(&stream, folder)?;
    write_tickets(folder)?;
    write_cloud_costs(&stream, folder)?;
    write_runs(&stream, folder)
}

fn write_frame(stream: &Stream<'_>, folder: &Path) -> io::Result<()> {
    let mut repositories = TableFile::<Repository>::create(folder)?;
    stream.recorder().repositories().try_for_each(|row| repositories.row(&row, &[]))?;
    repositories.finish()?;
    let mut projects = TableFile::<Project>::create(folder)?;
    stream.recorder().projects().try_for_each(|row| projects.row(&row, &[]))?;
    projects.finish()
}

/// What rows of an issue or pull request have of it.
fn cells(place: &Place) -> [&str; 4] {
    [&place.org, &place.repo, &place.number, &place.host]
}

/// The tables that issues fill.
struct IssueFiles {
    issues: TableFile<Issue>,
    status_events: TableFile<StatusEvent>,
    project_events: TableFile<ProjectEvent>,
    iteration_events: TableFile<IterationEvent>,
    custom_fields: TableFile<FieldValue>,
    items: TableFile<ProjectItem>,
    sightings: TableFile<Sighting>,
}

fn write_issues(stream: &Stream<'_>, folder: &Path) -> io::Result<()> {
    let mut files = IssueFiles {
        issues: TableFile::create(folder)?,
        status_events: TableFile::create(folder)?,
        project_events: TableFile::create(folder)?,
        iteration_events: TableFile::create(folder)?,
        custom_fields: TableFile::create(folder)?,
        items: TableFile::create(folder)?.sorted(),
        sightings: TableFile::create(folder)?.sorted(),
    };
    for issue in stream.issues() {
        files.issue(&issue)?;
    }
    let nowhere = Place::default();
    for item in stream.loose_items() {
        files.item(&item, &nowhere)?;
    }
    files.finish()
}

impl IssueFiles {
    fn issue(&mut self, row: &Issue) -> io::Result<()> {
        let place = cells(&row.place);
        self.issues.row(row, &place)?;
        row.status_events.iter().try_for_each(|event| self.status_events.row(event, &place))?;
        row.project_events.iter().try_for_each(|event| self.project_events.row(event, &place))?;
        row.iteration_events.iter().flatten().try_for_each(|event| self.iteration_events.row(event, &place))?;
        let mut items: Vec<&ProjectItem> = row.items.iter().collect();
        items.sort_by(|left, right| (&left.project_id, &left.id).cmp(&(&right.project_id, &right.id)));
        for item in items {
            self.item(item, &row.place)?;
            let [org, repo, number, host] = place;
            let owner = [org, repo, number, &item.project_id, &item.project_name, host];
            item.fields.iter().flatten().try_for_each(|field| self.custom_fields.row(field, &owner))?;
        }
        Ok(())
    }

    fn item(&mut self, row: &ProjectItem, of: &Place) -> io::Result<()> {
        let place = cells(of);
        self.items.row(row, &place)?;
        let sighting = Sighting {
            confirmed_at: None,
            status: row.status.clone().unwrap_or_default(),
            status_at: row.status_updated_at,
            presence: row.presence,
            presence_at: row.updated_at.filter(|_| row.presence != Presence::OnBoard),
            created_at: row.created_at,
            observed_at: row.observed_at.unwrap_or_default(),
            source: SightingSource::Snapshot,
        };
        let [org, repo, number, host] = place;
        self.sightings.row(&sighting, &[&row.id, org, repo, number, &row.project_id, &row.project_name, host])
    }

    fn finish(self) -> io::Result<()> {
        self.issues.finish()?;
        self.status_events.finish()?;
        self.project_events.finish()?;
        self.iteration_events.finish()?;
        self.custom_fields.finish()?;
        self.items.finish()?;
        self.sightings.finish()
    }
}

fn write_pull_requests(stream: &Stream<'_>, folder: &Path) -> io::Result<()> {
    let mut pull_requests = TableFile::<PullRequest>::create(folder)?;
    let mut reviews = TableFile::<Review>::create(folder)?;
    let mut events = TableFile::<PullRequestEvent>::create(folder)?;
    for row in stream.pull_requests() {
        let place = cells(&row.place);
        pull_requests.row(&row, &place)?;
        row.reviews.iter().try_for_each(|review| reviews.row(review, &place))?;
        row.events.iter().try_for_each(|event| events.row(event, &place))?;
    }
    pull_requests.finish()?;
    reviews.finish()?;
    events.finish()
}

/// Without rows: GitHub tells of no tickets.
fn write_tickets(folder: &Path) -> io::Result<()> {
    TableFile::<Ticket>::create(folder)?.finish()?;
    TableFile::<TicketEvent>::create(folder)?.finish()
}

fn write_cloud_costs(stream: &Stream<'_>, folder: &Path) -> io::Result<()> {
    let mut lines: Vec<BillLine> = stream
        .accounts
        .iter()
        .flat_map(|account| account.months.iter().flat_map(|month| month.bill_lines(&account.subject)))
        .collect();
    lines.sort_by(|left, right| {
        let key = |line: &BillLine| {
            let BillLine { month, provider, account, service, charge_category, currency, .. } = line.clone();
            (month, provider, account, service, charge_category.name(), currency)
        };
        key(left).cmp(&key(right))
    });
    let mut costs = TableFile::<BillLine>::create(folder)?;
    lines.iter().try_for_each(|line| costs.row(line, &[]))?;
    costs.finish()
}

fn write_runs(stream: &Stream<'_>, folder: &Path) -> io::Result<()> {
    let mut runs = TableFile::<ImportRun>::create(folder)?;
    stream.import_runs().iter().try_for_each(|run| runs.row(run, &[]))?;
    runs.finish()
}
