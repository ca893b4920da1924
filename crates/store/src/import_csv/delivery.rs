//! `deployment.csv` and its siblings: rows that an import has shown stay.

use ahash::AHashMap;
use model::cells::{RawColumns, RawRow};
use model::columns::{
    CiBillColumns, CiJobColumns, CiRunColumns, DeploymentColumns, GitCommitColumns, IncidentColumns,
    IncidentEventColumns, ReleaseColumns, TicketColumns, TicketEventColumns,
};
use model::kinds::JobPart;
use model::records::{CiJob, Deployment, DeploymentStatus, Incident, Ticket, host_or_usual};

use super::newest::Newest;
use super::{CsvTable, Failure, Loader};
use crate::csv_folder::attempt_name;
use crate::csv_folder::rows::{self, FileRow, each_row};

impl Loader<'_> {
    pub(super) fn load_delivery(&mut self) -> Result<(), Failure> {
        self.deployments()?;
        self.each_of::<ReleaseColumns>(
            |release| Some(key(&release.id, &release.host)),
            |loader, release| Ok(loader.writer.release(release)?),
        )?;
        self.each_of::<GitCommitColumns>(
            |_| None,
            |loader, commit| {
                loader.writer.git_commit(commit)?;
                Ok(true)
            },
        )?;
        self.each_of::<CiRunColumns>(
            |run| Some(key(&attempt_name(&run.run_id, run.attempt), &run.host)),
            |loader, run| Ok(loader.writer.ci_run(run)?),
        )?;
        let mut taken = self.rolled_up()?;
        self.each_of::<CiJobColumns>(
            |job| Some(key(&format!("{} of {}", job.job_id, job.run_id), &job.host)),
            |loader, job| {
                // It is in a sum of the store only if the sums of the folder are.
                if taken.takes(loader, &job.org, &job.repo, &job.host)? {
                    return Ok(loader.writer.ci_job_of_folder(job)?);
                }
                Ok(loader.writer.ci_job(&CiJob { part: JobPart::Untold, ..job.clone() })?)
            },
        )?;
        self.each_of::<CiBillColumns>(|_| None, |loader, line| Ok(loader.writer.ci_bill_line(line)?))?;
        self.incidents()?;
        self.tickets()
    }

    /// Stores the rows of a file one by one, each key once; `store` says whether a row counted.
    fn each_of<C: RawColumns>(
        &mut self,
        key: impl Fn(&C::Row) -> Option<(String, String)>,
        mut store: impl FnMut(&mut Self, &C::Row) -> Result<bool, Failure>,
    ) -> Result<(), Failure>
    where
        C::Row: Send,
    {
        let mut count = CsvTable::of::<C::Row>();
        let newest = Newest::<C>::new();
        let mut lines = AHashMap::new();
        let is_there = each_row(self.folder, |line, file: FileRow<C::Row>| {
            if let Some(key) = key(&file.row)
                && let Some(first) = lines.insert(key.clone(), line)
            {
                return Err(rows::repeated::<C::Row>(key.0, first, line).into());
            }
            self.reaches(&newest, &file.row);
            *if store(self, &file.row)? { &mut count.rows } else { &mut count.kept } += 1;
            Ok::<(), Failure>(())
        })?;
        self.done(is_there, count);
        Ok(())
    }

    fn deployments(&mut self) -> Result<(), Failure> {
        let mut statuses = self.children_of(|status: &DeploymentStatus| key(&status.deployment_id, &status.host))?;
        let key_of = |deployment: &Deployment| key(&deployment.id, &deployment.host);
        self.each_of::<DeploymentColumns>(
            |deployment| Some(key_of(deployment)),
            |loader, deployment| {
                let statuses = statuses.take(&key_of(deployment));
                let told = statuses.len() as u64;
                let counts = loader.writer.deployment(&Deployment { statuses, ..deployment.clone() })?;
                loader.count_children::<DeploymentStatus>(told, counts);
                Ok(counts)
            },
        )?;
        self.count_unknown::<DeploymentStatus>(statuses.left());
        Ok(())
    }

    fn incidents(&mut self) -> Result<(), Failure> {
        self.each_with_events::<IncidentColumns, IncidentEventColumns>(
            |incident| key(&incident.id, &incident.host),
            |event| key(&event.incident_id, &event.host),
            |loader, incident, events| Ok(loader.writer.incident(&Incident { events, ..incident.clone() })?),
        )
    }

    fn tickets(&mut self) -> Result<(), Failure> {
        self.each_with_events::<TicketColumns, TicketEventColumns>(
            |ticket| key(&ticket.id, &ticket.host),
            |event| key(&event.ticket_id, &event.host),
            |loader, ticket, events| Ok(loader.writer.ticket(&Ticket { events, ..ticket.clone() })?),
        )
    }

    /// As [`each_of`](Self::each_of), each row with what happened to it.
    fn each_with_events<C: RawColumns, E: RawColumns>(
        &mut self,
        key_of: impl Fn(&C::Row) -> (String, String),
        of: impl Fn(&E::Row) -> (String, String),
        store: impl Fn(&mut Self, &C::Row, Vec<E::Row>) -> Result<bool, Failure>,
    ) -> Result<(), Failure>
    where
        C::Row: Send,
        E::Row: Send,
    {
        let mut events = self.children_of(of)?;
        let newest = Newest::<E>::new();
        self.each_of::<C>(
            |row| Some(key_of(row)),
            |loader, row| {
                let events = events.take(&key_of(row));
                for event in &events {
                    loader.reaches(&newest, event);
                }
                let told = events.len() as u64;
                let counts = store(loader, row, events)?;
                loader.count_children::<E::Row>(told, counts);
                Ok(counts)
            },
        )?;
        self.count_unknown::<E::Row>(events.left());
        Ok(())
    }

    /// The rows of a file that hang on others, by what they hang on.
    fn children_of<R: RawRow + Send>(&mut self, key: impl Fn(&R) -> (String, String)) -> Result<Children<R>, Failure> {
        let mut children = Children { by_key: AHashMap::new() };
        let is_there = each_row(self.folder, |_, file: FileRow<R>| -> Result<(), Failure> {
            children.by_key.entry(key(&file.row)).or_default().push(file.row);
            Ok(())
        })?;
        self.done(is_there, CsvTable::of::<R>());
        Ok(children)
    }

    fn count_of<R: RawRow>(&mut self) -> Option<&mut CsvTable> {
        self.import.tables.iter_mut().find(|table| table.name == R::TABLE.name)
    }

    fn count_children<R: RawRow>(&mut self, rows: u64, counts: bool) {
        if let Some(table) = self.count_of::<R>() {
            *if counts { &mut table.rows } else { &mut table.kept } += rows;
        }
    }

    fn count_unknown<R: RawRow>(&mut self, rows: u64) {
        if let Some(table) = self.count_of::<R>() {
            table.unknown += rows;
        }
    }
}

/// Rows that hang on others, by id and host of what they hang on.
struct Children<R> {
    by_key: AHashMap<(String, String), Vec<R>>,
}

impl<R> Children<R> {
    fn take(&mut self, key: &(String, String)) -> Vec<R> {
        self.by_key.remove(key).unwrap_or_default()
    }

    /// Rows that nobody has taken.
    fn left(&self) -> u64 {
        self.by_key.values().map(|rows| rows.len() as u64).sum()
    }
}

fn key(id: &str, host: &str) -> (String, String) {
    (id.to_owned(), host_or_usual(host).to_owned())
}
