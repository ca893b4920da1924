//! The raw tables of CI, in the order of their keys.

use std::io;
use std::path::Path;

use model::records::{CiBill, CiJob, CiRun, Record};

use super::Stream;
use super::line::TableFile;

pub(super) fn write_ci(stream: &Stream<'_>, folder: &Path) -> io::Result<()> {
    let (mut runs, mut jobs): (Vec<CiRun>, Vec<CiJob>) = (Vec::new(), Vec::new());
    for place in 0..stream.frame.repositories.len() {
        for record in stream.ci_records(place) {
            match record {
                Record::CiRun(run) => runs.push(*run),
                Record::CiJob(job) => jobs.push(*job),
                _ => {}
            }
        }
    }
    runs.sort_by(|left, right| (&left.run_id, left.attempt).cmp(&(&right.run_id, right.attempt)));
    jobs.sort_by(|left, right| (&left.run_id, &left.job_id).cmp(&(&right.run_id, &right.job_id)));
    let mut file = TableFile::<CiRun>::create(folder)?;
    runs.iter().try_for_each(|run| file.row(run, &[]))?;
    file.finish()?;
    let mut file = TableFile::<CiJob>::create(folder)?;
    jobs.iter().try_for_each(|job| file.row(job, &[]))?;
    file.finish()?;
    write_bill(stream, folder)
}

fn write_bill(stream: &Stream<'_>, folder: &Path) -> io::Result<()> {
    let mut lines: Vec<CiBill> = stream.ci_bill_months().into_iter().flat_map(|month| month.lines).collect();
    lines.sort_by(|left, right| {
        let key = |line: &CiBill| (line.day, line.repo.clone(), line.cost_center.clone(), line.sku.clone());
        key(left).cmp(&key(right))
    });
    let mut file = TableFile::<CiBill>::create(folder)?;
    lines.iter().try_for_each(|line| file.row(line, &[]))?;
    file.finish()
}
