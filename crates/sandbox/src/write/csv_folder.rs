//! The raw tables as an import of everything would publish them.

use std::io;
use std::path::Path;

use model::records::{Actor, CloudCost, CloudMonth, Issue, ItemContent, Place, Presence, ProjectItem, PullRequest};
use model::spec;

use super::Stream;
use super::line::{Line, TableFile};
use crate::Organisation;

/// Writes the raw tables that an import at the end of the period would publish, one CSV file each, into a folder,
/// which is made if it is missing. Files of the same names are overwritten.
pub fn write_csv_folder(organisation: &Organisation, folder: &Path) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let stream = Stream::new(organisation);
    write_frame(&stream, folder)?;
    write_issues(&stream, folder)?;
    write_pull_requests(&stream, folder)?;
    write_cloud_costs(&stream, folder)?;
    write_runs(&stream, folder)
}

fn write_frame(stream: &Stream<'_>, folder: &Path) -> io::Result<()> {
    let mut repositories = TableFile::create(folder, &spec::REPOSITORY)?;
    for row in stream.recorder().repositories() {
        repositories.row(|line| {
            line.text(&row.org).text(&row.name).text(&row.owner).flag(row.private).text(&row.id).flag(row.archived);
        })?;
    }
    repositories.finish()?;
    let mut projects = TableFile::create(folder, &spec::PROJECT)?;
    for row in stream.recorder().projects() {
        projects.row(|line| {
            line.text(&row.number_id).text(&row.name).text(&row.id).int(Some(row.number)).text(&row.org);
            line.text(&row.url).flag(row.closed).list(&row.columns);
        })?;
    }
    projects.finish()
}

fn place(line: &mut Line, place: &Place) {
    line.text(&place.org).text(&place.repo).text(&place.number);
}

fn login(actor: Option<&Actor>) -> &str {
    actor.map_or("", |actor| actor.login.as_str())
}

/// The tables that issues fill.
struct IssueFiles {
    issues: TableFile,
    status_events: TableFile,
    project_events: TableFile,
    custom_fields: TableFile,
    items: TableFile,
    sightings: TableFile,
}

fn write_issues(stream: &Stream<'_>, folder: &Path) -> io::Result<()> {
    let mut files = IssueFiles {
        issues: TableFile::create(folder, &spec::ISSUE)?,
        status_events: TableFile::create(folder, &spec::ISSUE_STATUS_EVENT)?,
        project_events: TableFile::create(folder, &spec::ISSUE_PROJECT_EVENT)?,
        custom_fields: TableFile::create(folder, &spec::ISSUE_PROJECT_CUSTOM_FIELD)?,
        items: TableFile::create(folder, &spec::PROJECT_ITEM)?.sorted(),
        sightings: TableFile::create(folder, &spec::PROJECT_ITEM_SIGHTING)?.sorted(),
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
        self.issues.row(|line| {
            place(line, &row.place);
            line.text(&row.title).text(&row.url).text(&row.state).text(&row.kind).flag(row.is_bug);
            line.text(login(row.creator.as_ref())).list(&row.assignees).instant(Some(row.created_at));
            line.instant(row.closed_at).text(&row.committer).text(&row.id).text(&row.state_reason);
            line.text(&row.issue_type).list(&row.labels).instant(row.updated_at);
            line.flag(row.creator.as_ref().is_some_and(|creator| creator.is_bot)).instant(None);
        })?;
        for event in &row.status_events {
            self.status_events.row(|line| {
                place(line, &row.place);
                line.text(&event.kind).instant(Some(event.at)).text(&event.by).text(&event.state_reason);
            })?;
        }
        for event in &row.project_events {
            self.project_events.row(|line| {
                place(line, &row.place);
                line.text(&event.project_id).text(&event.project_name).text(&event.from_column);
                line.text(&event.to_column).instant(Some(event.at)).text(&event.by).text(&event.kind);
            })?;
        }
        let mut items: Vec<&ProjectItem> = row.items.iter().collect();
        items.sort_by(|left, right| (&left.project_id, &left.id).cmp(&(&right.project_id, &right.id)));
        for item in items {
            self.item(item, &row.place)?;
            for field in item.fields.iter().flatten() {
                self.custom_fields.row(|line| {
                    place(line, &row.place);
                    line.text(&item.project_id).text(&item.project_name).text(&field.name).text(&field.value);
                })?;
            }
        }
        Ok(())
    }

    fn item(&mut self, row: &ProjectItem, of: &Place) -> io::Result<()> {
        let presence = match row.presence {
            Presence::OnBoard => "on_board",
            Presence::Archived => "archived",
            Presence::Removed => "removed",
        };
        let content = match row.content {
            ItemContent::Issue => "issue",
            ItemContent::PullRequest => "pull_request",
            ItemContent::Draft => "draft",
            ItemContent::Redacted => "redacted",
        };
        self.items.row(|line| {
            line.text(&row.id).text(&row.project_id).text(&row.project_name).text(content).text(&row.content_id);
            place(line, of);
            line.text(row.status.as_deref().unwrap_or_default())
                .instant(row.status_updated_at)
                .text(presence)
                .instant(row.created_at);
            line.instant(row.updated_at).instant(row.observed_at);
        })?;
        self.sightings.row(|line| {
            line.text(&row.id);
            place(line, of);
            line.text(&row.project_id)
                .text(&row.project_name)
                .text(row.status.as_deref().unwrap_or_default())
                .instant(row.status_updated_at);
            line.text(presence).instant(row.updated_at.filter(|_| row.presence != Presence::OnBoard));
            line.instant(row.created_at).instant(row.observed_at).text("snapshot");
        })
    }

    fn finish(self) -> io::Result<()> {
        let files =
            [self.issues, self.status_events, self.project_events, self.custom_fields, self.items, self.sightings];
        files.into_iter().try_for_each(TableFile::finish)
    }
}

fn write_pull_requests(stream: &Stream<'_>, folder: &Path) -> io::Result<()> {
    let mut pull_requests = TableFile::create(folder, &spec::PR)?;
    let mut reviews = TableFile::create(folder, &spec::PR_REVIEW)?;
    let mut events = TableFile::create(folder, &spec::PR_EVENT)?;
    for row in stream.pull_requests() {
        pull_requests.row(|line| pull_request(line, &row))?;
        for review in &row.reviews {
            reviews.row(|line| {
                place(line, &row.place);
                line.text(&review.state).instant(review.submitted_at).text(login(review.user.as_ref()));
                line.text(&review.id).text(&review.dismissed_state);
                line.flag(review.user.as_ref().is_some_and(|user| user.is_bot));
            })?;
        }
        for event in &row.events {
            events.row(|line| {
                place(line, &row.place);
                line.text(&event.kind).instant(Some(event.at)).text(&event.by);
            })?;
        }
    }
    [pull_requests, reviews, events].into_iter().try_for_each(TableFile::finish)
}

fn pull_request(line: &mut Line, row: &PullRequest) {
    place(line, &row.place);
    line.text(&row.title).text(&row.url).text(&row.state).instant(Some(row.created_at)).instant(row.closed_at);
    line.instant(row.merged_at).text(login(row.creator.as_ref())).text(&row.id).instant(row.updated_at);
    line.flag(row.is_draft).text(&row.base).list(&row.labels).int(row.additions).int(row.deletions);
    line.int(row.changed_files).instant(row.first_commit_at).text(&row.merge_commit);
    line.flag(row.creator.as_ref().is_some_and(|creator| creator.is_bot)).instant(None);
}

/// A line of the ledger, beside the subject that it came from.
type LedgerLine<'a> = (&'a str, &'a CloudMonth, &'a CloudCost);

fn write_cloud_costs(stream: &Stream<'_>, folder: &Path) -> io::Result<()> {
    let months =
        stream.accounts.iter().flat_map(|account| account.months.iter().map(|month| (&*account.subject, month)));
    let mut lines: Vec<LedgerLine<'_>> =
        months.flat_map(|(subject, month)| month.lines.iter().map(move |line| (subject, month, line))).collect();
    lines.sort_by_key(|(_, month, line)| {
        (month.month, &month.provider, &month.account, &line.service, line.charge_category.name(), &line.currency)
    });
    let mut costs = TableFile::create(folder, &spec::CLOUD_COSTS)?;
    for (subject, month, row) in lines {
        costs.row(|line| {
            line.text(&month.provider).text(&row.service).text(&format!("{}-01", month.month));
            line.text(&row.net().to_string()).text(&row.currency).text(&month.account);
            line.text(row.charge_category.name()).text(&row.gross.to_string()).text(&row.credits.to_string());
            line.flag(month.month.is_settled_at(month.observed_at)).instant(Some(month.observed_at)).text(subject);
        })?;
    }
    costs.finish()
}

fn write_runs(stream: &Stream<'_>, folder: &Path) -> io::Result<()> {
    let mut runs = TableFile::create(folder, &spec::IMPORT_RUN)?;
    for row in stream.import_runs() {
        runs.row(|line| {
            line.int(Some(row.run)).text(&row.scope).text(&row.subject).text(&row.outcome).flag(row.full);
            line.instant(row.covered_from).instant(row.covered_to).int(Some(row.records)).int(Some(row.calls));
            line.int(Some(row.points)).text(&row.message).text(&row.label);
        })?;
    }
    runs.finish()
}
