//! The truth as CSV files.

use std::fs::{File, create_dir_all};
use std::io::{self, BufWriter, Write as _};
use std::path::Path;

use model::Instant;
use model::csv::write_record;

use super::{PLACES, Truth};

const BUG_SOURCES: [&str; 3] = ["opened_bugs_customer_facing", "opened_bugs_internal", "opened_bugs_dev_process"];

impl Truth {
    /// Writes `truth_stocks_week.csv`, `truth_throughput_week.csv`, `truth_issue.csv`, `truth_pr.csv`,
    /// `truth_change.csv`, `truth_deployment.csv` and `truth_incident.csv` into a folder, which is made if it is
    /// missing.
    pub fn write(&self, folder: &Path) -> io::Result<()> {
        create_dir_all(folder)?;
        self.write_stocks(&folder.join("truth_stocks_week.csv"))?;
        self.write_throughput(&folder.join("truth_throughput_week.csv"))?;
        self.write_issues(&folder.join("truth_issue.csv"))?;
        self.write_pull_requests(&folder.join("truth_pr.csv"))?;
        self.write_delivery(folder)
    }

    fn write_stocks(&self, path: &Path) -> io::Result<()> {
        let mut out = BufWriter::new(File::create(path)?);
        write_record(&mut out, ["year", "week", "project_id", "step", "count", "complete"])?;
        for row in &self.stocks {
            let steps = PLACES.iter().take(6).zip(row.in_step);
            let others = [(&"off_board", row.off_board), (&"opened_bugs", row.opened_bugs)];
            let sources = BUG_SOURCES.iter().zip(row.opened_bugs_by_source);
            for (name, count) in steps.chain(others).chain(sources) {
                let cells = [
                    row.year.to_string(),
                    format!("{:02}", row.week),
                    row.project_id.clone(),
                    (*name).to_owned(),
                    count.to_string(),
                    row.complete.to_string(),
                ];
                write_record(&mut out, &cells)?;
            }
        }
        out.flush()
    }

    fn write_throughput(&self, path: &Path) -> io::Result<()> {
        let mut out = BufWriter::new(File::create(path)?);
        let header =
            ["year", "week", "throughput", "closed_not_planned", "straight_to_done", "removed_open", "complete"];
        write_record(&mut out, header)?;
        for row in &self.throughput {
            let cells = [
                row.year.to_string(),
                format!("{:02}", row.week),
                row.throughput.to_string(),
                row.closed_not_planned.to_string(),
                row.straight_to_done.to_string(),
                row.removed_open.to_string(),
                row.complete.to_string(),
            ];
            write_record(&mut out, &cells)?;
        }
        out.flush()
    }

    fn write_issues(&self, path: &Path) -> io::Result<()> {
        let mut out = BufWriter::new(File::create(path)?);
        let mut header: Vec<String> =
            ["id", "project_id", "type", "created_at", "lead_start", "cycle_start"].map(str::to_owned).to_vec();
        header.extend(PLACES.iter().take(7).map(|place| format!("first_{place}")));
        header.extend(["ended_at", "lead_seconds", "cycle_seconds"].map(str::to_owned));
        header.extend(PLACES.iter().map(|place| format!("seconds_{place}")));
        header.extend(
            [
                "current_step",
                "reopened_count",
                "rework_count",
                "straight_to_done",
                "closed_not_planned",
                "bug",
                "bug_customer_facing",
                "bug_internal",
                "bug_dev_process",
                "was_on_board",
            ]
            .map(str::to_owned),
        );
        write_record(&mut out, &header)?;
        for issue in &self.issues {
            let mut cells = vec![
                issue.id.clone(),
                issue.project_id.clone(),
                issue.kind.to_owned(),
                issue.created_at.to_rfc3339_seconds(),
                issue.lead_start.to_rfc3339_seconds(),
                instant(issue.cycle_start),
            ];
            cells.extend(issue.entries.map(instant));
            cells.extend([instant(issue.ended_at), number(issue.lead_seconds), number(issue.cycle_seconds)]);
            cells.extend(issue.seconds.map(|seconds| seconds.to_string()));
            cells.extend([
                issue.current_step.to_owned(),
                issue.reopened_count.to_string(),
                issue.rework_count.to_string(),
                issue.straight_to_done.to_string(),
                issue.closed_not_planned.to_string(),
                issue.bug.to_string(),
            ]);
            cells.extend(issue.bug_sources.map(|is_source| is_source.to_string()));
            cells.push(issue.was_on_board.to_string());
            write_record(&mut out, &cells)?;
        }
        out.flush()
    }

    fn write_pull_requests(&self, path: &Path) -> io::Result<()> {
        let mut out = BufWriter::new(File::create(path)?);
        let header = [
            "id",
            "repo",
            "author",
            "by_bot",
            "created_at",
            "closed_at",
            "t0",
            "t1",
            "t2",
            "t3",
            "t4",
            "first_request_at",
            "reviews",
            "change_requests",
            "changed_files",
            "is_draft",
        ];
        write_record(&mut out, header)?;
        for row in &self.pull_requests {
            let cells = [
                row.id.clone(),
                row.repo.clone(),
                row.author.clone(),
                row.by_bot.to_string(),
                row.created_at.to_rfc3339_seconds(),
                instant(row.closed_at),
                row.t0.to_rfc3339_seconds(),
                instant(row.t1),
                instant(row.t2),
                instant(row.t3),
                instant(row.t4),
                instant(row.first_request_at),
                row.reviews.to_string(),
                row.change_requests.to_string(),
                row.changed_files.to_string(),
                row.is_draft.to_string(),
            ];
            write_record(&mut out, &cells)?;
        }
        out.flush()
    }
}

pub(super) fn instant(at: Option<Instant>) -> String {
    at.map_or_else(String::new, Instant::to_rfc3339_seconds)
}

fn number(value: Option<i64>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
}
