//! The worked examples of the definitions, and what each rule decides.

mod against;
mod exported;
mod money;
mod reliable;

use model::Instant;
use model::ci::JobPrice;
use model::columns::Raw;
use model::records::Repository;
use model::rules::Rules;
use model::table::Table;
use model::tables::{CiBill, CiJob, CiJobSum, CiRun, Deployment};

use super::{OfCi, tables_of};
use crate::records::RawBuilder;
use crate::selection::{Chosen, Selection};
use crate::wanted::Wanted;

pub(super) fn at(text: &str) -> Instant {
    Instant::parse_date_or_rfc3339(text).expect("a valid instant")
}

/// Rows of CI. A run of GitHub's is of `acme/shop`, a pipeline of `acme/api` on gitlab.com.
#[derive(Default)]
pub(super) struct Life {
    pub(super) runs: Vec<CiRun>,
    pub(super) jobs: Vec<CiJob>,
    pub(super) sums: Vec<CiJobSum>,
    pub(super) bills: Vec<CiBill>,
    pub(super) deployments: Vec<Deployment>,
    pub(super) repositories: Vec<Repository>,
    pub(super) prices: Vec<JobPrice>,
}

/// Seconds into the tenth of February 2026.
pub(super) fn second(second: i64) -> Instant {
    Instant::from_seconds(at("2026-02-10").seconds() + second)
}

impl Life {
    /// An attempt of a run of `ci.yml` on the commit `c1`: it began at a second and ended at another.
    pub(super) fn attempt(&mut self, run: &str, attempt: i64, began: i64, ended: i64, conclusion: &str) -> &mut CiRun {
        self.runs.push(CiRun {
            run_id: run.into(),
            attempt,
            org: "acme".into(),
            repo: "shop".into(),
            workflow: "CI".into(),
            workflow_path: ".github/workflows/ci.yml".into(),
            event: "push".into(),
            sha: "c1".into(),
            status: "completed".into(),
            conclusion: conclusion.into(),
            created_at: second(0),
            started_at: Some(second(began)),
            finished_at: Some(second(ended)),
            url: format!("https://github.com/acme/shop/actions/runs/{run}"),
            host: "github.com".into(),
            ..CiRun::default()
        });
        self.runs.last_mut().expect("just pushed")
    }

    /// A job of an attempt on `ubuntu-latest`.
    pub(super) fn job(&mut self, run: &str, attempt: i64, name: &str, span: [i64; 2], conclusion: &str) -> &mut CiJob {
        self.jobs.push(CiJob {
            job_id: format!("{}", self.jobs.len() + 1),
            run_id: run.into(),
            attempt,
            org: "acme".into(),
            repo: "shop".into(),
            name: name.into(),
            conclusion: conclusion.into(),
            started_at: Some(second(span[0])),
            finished_at: Some(second(span[1])),
            runner: "hosted".into(),
            labels: "ubuntu-latest".into(),
            host: "github.com".into(),
            ..CiJob::default()
        });
        self.jobs.last_mut().expect("just pushed")
    }

    /// A pipeline of a push on gitlab.com.
    pub(super) fn pipeline(&mut self, number: u32, began: i64, ended: i64, conclusion: &str) -> &mut CiRun {
        let run = self.attempt(&format!("gitlab.com/pipeline/{number}"), 1, began, ended, conclusion);
        run.repo = "api".into();
        run.workflow = String::new();
        run.workflow_path = String::new();
        run.host = "gitlab.com".into();
        run
    }

    /// A job of a pipeline on a small machine of GitLab's.
    pub(super) fn task(&mut self, pipeline: u32, name: &str, span: [i64; 2], conclusion: &str) -> &mut CiJob {
        let job = self.job(&format!("gitlab.com/pipeline/{pipeline}"), 1, name, span, conclusion);
        job.repo = "api".into();
        job.labels = "saas-linux-small-amd64".into();
        job.host = "gitlab.com".into();
        job
    }

    /// Tables as of the first of April, in whatever order the rows come.
    pub(super) fn tables(&self) -> Vec<Table> {
        self.tables_of(&Selection::default())
    }

    /// What a person should know about the figures.
    pub(super) fn notices(&self) -> Vec<String> {
        self.of_ci(&Selection::default(), false).notices
    }

    pub(super) fn tables_of(&self, selection: &Selection) -> Vec<Table> {
        let (tables, reversed) = (self.of_ci(selection, false).tables, self.of_ci(selection, true).tables);
        let text = |tables: &[Table]| tables.iter().map(csv).collect::<Vec<_>>();
        assert_eq!(text(&tables), text(&reversed), "the order of rows changes nothing");
        tables
    }

    fn of_ci(&self, selection: &Selection, reversed: bool) -> OfCi {
        let raw = self.raw(reversed);
        let mut rules = Rules::default();
        rules.ci.prices.clone_from(&self.prices);
        let as_of = at("2026-04-01");
        tables_of(&raw, &rules, as_of, &Chosen::new(selection, &rules), Wanted::All, None)
    }

    fn raw(&self, reversed: bool) -> Raw {
        let mut builder = RawBuilder::default();
        let order = |length: usize| -> Vec<usize> {
            if reversed { (0..length).rev().collect() } else { (0..length).collect() }
        };
        for row in order(self.runs.len()) {
            builder.ci_run(&self.runs[row]);
        }
        for row in order(self.jobs.len()) {
            builder.ci_job(&self.jobs[row]);
        }
        for sum in &self.sums {
            builder.ci_job_sum(sum);
        }
        for row in order(self.bills.len()) {
            builder.ci_bill(&self.bills[row]);
        }
        for deployment in &self.deployments {
            builder.deployment(deployment);
        }
        for repository in &self.repositories {
            builder.repository(repository.clone());
        }
        builder.build(at("2026-04-01")).expect("no row twice")
    }

    /// Cells of the rows of a table whose first cells are these, as text joined by commas.
    pub(super) fn cells(&self, table: &str, starts: &str, columns: &[&str]) -> Vec<String> {
        cells(&self.tables(), table, starts, columns)
    }
}

pub(super) fn cells(tables: &[Table], table: &str, starts: &str, columns: &[&str]) -> Vec<String> {
    let table = tables.iter().find(|known| known.name == table).expect("a table");
    let text = csv(table);
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().expect("a header").split(',').collect();
    let place = |column: &&str| header.iter().position(|known| known == column).expect("a column");
    lines
        .filter(|line| line.starts_with(starts))
        .map(|line| {
            let cells: Vec<&str> = line.split(',').collect();
            columns.iter().map(|column| cells[place(column)]).collect::<Vec<_>>().join(",")
        })
        .collect()
}

fn csv(table: &Table) -> String {
    let mut bytes = Vec::new();
    table.write_csv(&mut bytes).expect("written");
    String::from_utf8(bytes).expect("text")
}
