//! `ci_run_jobs.csv`, `ci_job_sum.csv` and `ci_flake.csv`: of repositories whose jobs no import has shown.

use ahash::{AHashMap, AHashSet};
use model::cells::{RawColumns, RawRow};
use model::columns::{CiFlakeColumns, CiJobSumColumns, CiRunJobsColumns};
use model::records::{CiFlake, CiJob, CiJobSum, CiRunJobs, host_or_usual};

use super::newest::Newest;
use super::{CsvTable, Failure, Loader};
use crate::csv_folder::rows::{FileRow, each_row};
use crate::merge::order::FROM_FILE;
use crate::rollup::sums::{Change, change};
use crate::sqlite::plans::Prepare as _;
use crate::sqlite::statements::{Keys, upsert};

/// The repositories whose rows are taken, by organisation, name and host.
#[derive(Debug, Default)]
pub(super) struct Taken {
    by_name: AHashMap<[String; 3], bool>,
}

impl Taken {
    /// Whether what is rolled up of a repository is taken from the folder: not where an import has shown jobs of it. What an
    /// earlier folder said of it goes.
    pub(super) fn takes(&mut self, loader: &Loader<'_>, org: &str, repo: &str, host: &str) -> rusqlite::Result<bool> {
        let name = [org, repo, host_or_usual(host)].map(str::to_owned);
        if let Some(known) = self.by_name.get(&name) {
            return Ok(*known);
        }
        let connection = loader.writer.connection;
        let is_of = "org = ?1 AND repo = ?2 AND host = ?3";
        let mut is_shown = false;
        for table in ["ci_job", "ci_run_jobs", "ci_job_sum"] {
            let sql = format!("SELECT EXISTS (SELECT 1 FROM {table} WHERE {is_of} AND observed_run <> {FROM_FILE})");
            let of_table: bool =
                connection.by_key(&sql)?.query_row([&name[0], &name[1], &name[2]], |row| row.get(0))?;
            is_shown |= of_table;
        }
        if !is_shown {
            for table in ["ci_run_jobs", "ci_job_sum", "ci_flake", "ci_job"] {
                let sql = format!("DELETE FROM {table} WHERE {is_of}");
                connection.by_key(&sql)?.execute([&name[0], &name[1], &name[2]])?;
            }
        }
        self.by_name.insert(name, !is_shown);
        Ok(!is_shown)
    }
}

impl Loader<'_> {
    /// Stores what is rolled up. Where the folder has the jobs that are not settled, these say it themselves.
    pub(super) fn rolled_up(&mut self) -> Result<Taken, Failure> {
        let mut taken = Taken::default();
        let has_jobs = self.folder.join(CiJob::TABLE.file).is_file();
        let mut of_jobs: AHashSet<(String, String)> = AHashSet::new();
        each_row(self.folder, |_, file: FileRow<CiJob>| -> Result<(), Failure> {
            of_jobs.insert((file.row.run_id, host_or_usual(&file.row.host).to_owned()));
            Ok(())
        })?;
        self.each_rolled_up::<CiRunJobsColumns>(
            &mut taken,
            |row| (row.settled || !has_jobs).then_some([&row.org, &row.repo, &row.host]),
            |loader, row| {
                let row = CiRunJobs { host: host_or_usual(&row.host).to_owned(), ..row.clone() };
                let is_gone = !of_jobs.contains(&(row.run_id.clone(), row.host.clone()));
                let keys: Keys<'_> = &[("observed_run", &FROM_FILE), ("jobs_gone", &is_gone)];
                upsert(loader.writer.connection, loader.writer.codes, &row, keys)
            },
        )?;
        self.each_rolled_up::<CiJobSumColumns>(
            &mut taken,
            |row| (row.settled || !has_jobs).then_some([&row.org, &row.repo, &row.host]),
            |loader, row| {
                let row = CiJobSum { host: host_or_usual(&row.host).to_owned(), ..row.clone() };
                change(loader.writer.connection, &row, Change::Add, FROM_FILE)
            },
        )?;
        self.each_rolled_up::<CiFlakeColumns>(
            &mut taken,
            |row| (row.settled || !has_jobs).then_some([&row.org, &row.repo, &row.host]),
            |loader, row| {
                let row = CiFlake { host: host_or_usual(&row.host).to_owned(), ..row.clone() };
                upsert(loader.writer.connection, loader.writer.codes, &row, &[("observed_run", &FROM_FILE)])
            },
        )?;
        Ok(taken)
    }

    /// Stores the rows of a file of repositories that are taken; `repository` gives that of a row which counts.
    fn each_rolled_up<C: RawColumns>(
        &mut self,
        taken: &mut Taken,
        repository: impl Fn(&C::Row) -> Option<[&String; 3]>,
        store: impl Fn(&mut Self, &C::Row) -> rusqlite::Result<()>,
    ) -> Result<(), Failure>
    where
        C::Row: Send,
    {
        let mut count = CsvTable::of::<C::Row>();
        let newest = Newest::<C>::new();
        let is_there = each_row(self.folder, |_, file: FileRow<C::Row>| -> Result<(), Failure> {
            let Some([org, repo, host]) = repository(&file.row) else { return Ok(()) };
            self.reaches(&newest, &file.row);
            if taken.takes(self, org, repo, host)? {
                store(self, &file.row)?;
                count.rows += 1;
            } else {
                count.kept += 1;
            }
            Ok(())
        })?;
        self.done(is_there, count);
        Ok(())
    }
}
