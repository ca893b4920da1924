//! The truth about CI as CSV files.

use std::fs::{File, create_dir_all};
use std::io::{self, BufWriter, Write as _};
use std::path::Path;

use model::csv::write_record;

use super::{CiTruth, PARTS};

impl CiTruth {
    /// Writes `truth_ci_month.csv`, `truth_ci_cost.csv` and `truth_ci_bill.csv` into a folder, which is made if it is
    /// missing.
    pub fn write(&self, folder: &Path) -> io::Result<()> {
        create_dir_all(folder)?;
        self.write_months(&folder.join("truth_ci_month.csv"))?;
        self.write_costs(&folder.join("truth_ci_cost.csv"))?;
        self.write_bills(&folder.join("truth_ci_bill.csv"))
    }

    fn write_months(&self, path: &Path) -> io::Result<()> {
        let mut out = BufWriter::new(File::create(path)?);
        let header = [
            "month",
            "repo",
            "workflow",
            "runs",
            "succeeded",
            "failed",
            "cancelled",
            "other",
            "first_try_decided",
            "first_try_succeeded",
            "retried",
            "decided_shas",
            "flaky_shas",
        ];
        write_record(&mut out, header)?;
        for row in &self.months {
            let mut cells = vec![row.month.to_string(), row.repo.clone(), row.workflow.clone()];
            let counts = [
                row.runs,
                row.succeeded,
                row.failed,
                row.cancelled,
                row.other,
                row.first_try_decided,
                row.first_try_succeeded,
                row.retried,
                row.decided_shas,
                row.flaky_shas,
            ];
            cells.extend(counts.map(|count| count.to_string()));
            write_record(&mut out, &cells)?;
        }
        out.flush()
    }

    fn write_costs(&self, path: &Path) -> io::Result<()> {
        let mut out = BufWriter::new(File::create(path)?);
        let mut header = ["month", "repo", "workflow", "jobs", "unpriced_minutes"].map(str::to_owned).to_vec();
        header.extend(PARTS.map(|part| format!("minutes_{part}")));
        header.extend(PARTS.map(|part| format!("cost_{part}")));
        write_record(&mut out, &header)?;
        for row in &self.costs {
            let (jobs, unpriced) = (row.jobs.to_string(), row.unpriced_minutes.to_string());
            let mut cells = vec![row.month.to_string(), row.repo.clone(), row.workflow.clone(), jobs, unpriced];
            cells.extend(row.minutes.map(|minutes| minutes.to_string()));
            cells.extend(row.cost.iter().map(ToString::to_string));
            write_record(&mut out, &cells)?;
        }
        out.flush()
    }

    fn write_bills(&self, path: &Path) -> io::Result<()> {
        let mut out = BufWriter::new(File::create(path)?);
        write_record(&mut out, ["month", "repo", "cost_center", "sku", "gross", "discount", "net"])?;
        for row in &self.bills {
            let amounts = [&row.gross, &row.discount, &row.net].map(ToString::to_string);
            let mut cells = vec![row.month.to_string(), row.repo.clone(), row.cost_center.clone(), row.sku.clone()];
            cells.extend(amounts);
            write_record(&mut out, &cells)?;
        }
        out.flush()
    }
}
