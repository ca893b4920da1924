//! Straight into a store, in the pages and in the order of an import of everything.

use model::records::{Record, Scope};
use store::{Page, Store, StoreError};

use super::Stream;
use crate::Organisation;

/// Records in one transaction.
const PAGE: usize = 5_000;

/// Writes what an import at the end of the period would store. `url` is a store's address, `sqlite:PATH`.
///
/// No cursor is left: the next import reads everything again.
pub fn write_store(organisation: &Organisation, url: &str) -> Result<(), StoreError> {
    let store = Store::open(url)?;
    let stream = Stream::new(organisation);
    let run = store.next_run()?;
    let writer = Writer { store: &store, stream: &stream, run };
    let frame = &stream.frame;
    writer.write(Scope::Repositories, "", stream.recorder().repositories().map(Record::Repository))?;
    writer.write(Scope::Projects, "", stream.recorder().projects().map(Record::Project))?;
    writer.write_by_repository(Scope::Issues, stream.issues().map(|issue| Record::Issue(Box::new(issue))))?;
    let items: Vec<Record> = stream.loose_items().map(|item| Record::ProjectItem(Box::new(item))).collect();
    for project in &frame.projects {
        let of_board = items
            .iter()
            .filter(|record| matches!(record, Record::ProjectItem(item) if item.project_id == project.number_id));
        writer.write(Scope::ProjectItems, &project.number_id, of_board.cloned())?;
    }
    writer.write_by_repository(
        Scope::PullRequests,
        stream.pull_requests().map(|pull| Record::PullRequest(Box::new(pull))),
    )?;
    for (place, repository) in frame.repositories.iter().enumerate() {
        let delivery = stream.delivery(place);
        let deployments = delivery.deployments().map(|one| Record::Deployment(Box::new(one)));
        writer.write(Scope::Deployments, &repository.id, deployments)?;
        let releases = delivery.releases().map(|one| Record::Release(Box::new(one)));
        writer.write(Scope::Releases, &repository.id, releases)?;
        let commits = delivery.commits().map(|one| Record::GitCommit(Box::new(one)));
        let incidents = delivery.incidents().map(|one| Record::Incident(Box::new(one)));
        writer.write(Scope::Commits, &repository.id, commits.chain(incidents))?;
        writer.write(Scope::CiRuns, &repository.id, stream.ci_records(place))?;
    }
    let months = stream.ci_bill_months().into_iter().map(|month| Record::CiBillMonth(Box::new(month)));
    writer.write(Scope::CiBill, &frame.org, months)?;
    for account in &stream.accounts {
        let months = account.months.iter().map(|month| Record::CloudMonth(Box::new(month.clone())));
        writer.write(Scope::CloudCosts, &account.subject, months)?;
    }
    for mut import in stream.import_runs() {
        import.run = run;
        store.record_import(&import)?;
    }
    Ok(())
}

struct Writer<'a> {
    store: &'a Store,
    stream: &'a Stream<'a>,
    run: i64,
}

impl Writer<'_> {
    fn write(&self, scope: Scope, subject: &str, records: impl Iterator<Item = Record>) -> Result<(), StoreError> {
        let mut page = Vec::with_capacity(PAGE);
        for record in records {
            page.push(record);
            if page.len() == PAGE {
                self.commit(scope, subject, &page, false)?;
                page.clear();
            }
        }
        self.commit(scope, subject, &page, true)
    }

    /// Records that come repository by repository.
    fn write_by_repository(&self, scope: Scope, records: impl Iterator<Item = Record>) -> Result<(), StoreError> {
        let mut records = records.peekable();
        for repository in &self.stream.frame.repositories {
            let subject = repository.id.as_str();
            let of_repository = std::iter::from_fn(|| records.next_if(|record| repository_of(record) == subject));
            self.write(scope, subject, of_repository)?;
        }
        Ok(())
    }

    fn commit(&self, scope: Scope, subject: &str, records: &[Record], complete: bool) -> Result<(), StoreError> {
        self.store.commit(&Page {
            scope,
            subject,
            records,
            cursor: None,
            observed_at: self.stream.now(),
            run: self.run,
            generation: Some(self.run),
            complete,
        })?;
        Ok(())
    }
}

fn repository_of(record: &Record) -> &str {
    match record {
        Record::Issue(issue) => &issue.place.repository_id,
        Record::PullRequest(pull_request) => &pull_request.place.repository_id,
        _ => "",
    }
}
