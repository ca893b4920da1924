//! The truth about delivery as CSV files.

use std::fs::File;
use std::io::{self, BufWriter, Write as _};
use std::path::Path;

use model::csv::write_record;

use super::Truth;
use super::write::instant;

impl Truth {
    pub(super) fn write_delivery(&self, folder: &Path) -> io::Result<()> {
        self.write_changes(&folder.join("truth_change.csv"))?;
        self.write_deployments(&folder.join("truth_deployment.csv"))?;
        self.write_incidents(&folder.join("truth_incident.csv"))
    }

    fn write_changes(&self, path: &Path) -> io::Result<()> {
        let mut out = BufWriter::new(File::create(path)?);
        write_record(&mut out, ["id", "service", "base", "merged_at", "deployment_id", "deployed_at", "reason"])?;
        for row in &self.changes {
            let (merged_at, deployed_at) = (row.merged_at.to_rfc3339_seconds(), instant(row.deployed_at));
            let cells = [&row.id, &row.service, row.base, &merged_at, &row.deployment_id, &deployed_at, row.reason];
            write_record(&mut out, cells)?;
        }
        out.flush()
    }

    fn write_deployments(&self, path: &Path) -> io::Result<()> {
        let mut out = BufWriter::new(File::create(path)?);
        let header = ["deployment_id", "service", "created_at", "succeeded_at", "kind", "rollout_id", "changes"];
        write_record(&mut out, header)?;
        for row in &self.deployments {
            let (created_at, succeeded_at) = (row.created_at.to_rfc3339_seconds(), instant(row.succeeded_at));
            let changes = row.changes.to_string();
            let cells = [&row.id, &row.service, &created_at, &succeeded_at, row.kind, &row.rollout_id, &changes];
            write_record(&mut out, cells)?;
        }
        out.flush()
    }

    fn write_incidents(&self, path: &Path) -> io::Result<()> {
        let mut out = BufWriter::new(File::create(path)?);
        write_record(&mut out, ["incident_id", "service", "started_at", "deployment_id"])?;
        for row in &self.incidents {
            let started_at = row.started_at.to_rfc3339_seconds();
            write_record(&mut out, [&row.id, &row.service, &started_at, &row.deployment_id])?;
        }
        out.flush()
    }
}
