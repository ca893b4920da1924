//! `calculated_job`: the jobs behind what CI costs, as far as they are kept. No file is written of it.

use std::cmp::Reverse;

use chrono::NaiveDate;
use ci_rollup::Outcome;
use model::Instant;
use model::columns::{CodeColumn, InstantColumn, Raw};
use model::kinds::JobPart;
use model::table::{Cells, Column, Table};

use super::cost::part_name;
use super::facts::{Facts, Job};
use super::prices::{CURRENCY, MINUTE, micro_minutes};
use crate::words::{texts, words};

/// The jobs that began in a range of days, in UTC, like the months of bills; the newest first.
pub(super) fn table(raw: &Raw, facts: &Facts, (from, to): (Option<NaiveDate>, Option<NaiveDate>)) -> Table {
    let of_jobs = &raw.ci_jobs;
    let is_within = |job: &&Job| {
        let day = Instant::from_micros(job.day).to_chrono().map(|at| at.date_naive());
        day.is_some_and(|day| from.is_none_or(|from| from <= day) && to.is_none_or(|to| day <= to))
    };
    let mut jobs: Vec<&Job> = facts.jobs.iter().filter(is_within).collect();
    let began = |job: &Job| of_jobs.started_at.get(job.row as usize).map(Instant::micros);
    jobs.sort_by_cached_key(|job| {
        let row = job.row as usize;
        (Reverse(began(job)), of_jobs.run_id.text(row).into_owned(), raw.dictionary.text(of_jobs.name[row]), job.row)
    });
    let rows = || jobs.iter().copied();
    let workflow = |job: &Job| &facts.workflows[job.workflow as usize];
    let repository = |job: &Job| &facts.repositories[workflow(job).repository as usize];
    let price = |job: &Job| job.price.map(|price| &facts.prices[price as usize]);
    let minutes = |job: &Job| price(job).map_or_else(|| micro_minutes(job.spent.run_ms), |it| it.minutes(&job.spent));
    let instants = |of: &InstantColumn| Cells::Instant(rows().map(|job| of.get(job.row as usize)).collect());
    let coded = |codes: &CodeColumn| texts(rows().map(|job| raw.dictionary.bytes(codes[job.row as usize])));
    let outcome = |job: &Job| match job.part {
        JobPart::Flaky | JobPart::Failed => Outcome::Failed,
        _ => Outcome::of(of_jobs.conclusion[job.row as usize]),
    };
    let columns = vec![
        Column { name: "run_id", cells: texts(rows().map(|job| of_jobs.run_id.bytes(job.row as usize))) },
        Column { name: "name", cells: coded(&of_jobs.name) },
        Column { name: "repo", cells: words(rows().map(|job| repository(job).full_name.as_bytes())) },
        Column { name: "workflow", cells: words(rows().map(|job| workflow(job).name.as_bytes())) },
        Column { name: "outcome", cells: words(rows().map(|job| outcome(job).name().as_bytes())) },
        Column { name: "part", cells: words(rows().map(|job| part_name(job.part).as_bytes())) },
        Column { name: "began_at", cells: instants(&of_jobs.started_at) },
        Column { name: "ended_at", cells: instants(&of_jobs.finished_at) },
        Column {
            name: "minutes",
            cells: Cells::Float(rows().map(|job| Some(minutes(job) as f64 / MINUTE as f64)).collect()),
        },
        Column {
            name: "at_price",
            cells: Cells::Exact(rows().map(|job| price(job).map(|price| price.cost(minutes(job)))).collect()),
        },
        Column {
            name: "currency",
            cells: words(rows().map(|job| price(job).map_or(CURRENCY, |price| &price.currency).as_bytes())),
        },
        Column { name: "labels", cells: coded(&of_jobs.labels) },
        Column { name: "url", cells: texts(rows().map(|job| raw.ci_runs.url.bytes(job.run_row as usize))) },
        Column { name: "host", cells: words(rows().map(|job| repository(job).host.as_bytes())) },
    ];
    Table { name: "calculated_job", columns }
}
