//! Records of a database of dimagi/dora: rows that an API has shown stay, and take the place of theirs later.

use std::path::Path;

use ahash::AHashSet;
use model::Instant;
use model::records::{Deployment, PullRequest, PullRequestEvent, host_or_usual};
use rusqlite::Connection;

use super::{CsvImport, CsvTable, Failure, Loader, loaded};
use crate::Kind;
use crate::dictionary::Codes;
use crate::sqlite::plans::{Prepare as _, Scan};
use crate::sqlite::statements::Children;

/// Loads records inside a transaction.
pub(crate) fn load(
    connection: &Connection,
    codes: &mut Codes,
    file: &Path,
    (pull_requests, deployments): (&[PullRequest], &[Deployment]),
) -> Result<CsvImport, Failure> {
    loaded(connection, codes, file, |loader| {
        loader.pull_requests_of_dora(pull_requests)?;
        loader.deployments_of_dora(deployments)
    })
}

/// Where deployments or releases are that an API has shown: organisation, repository, host and environment.
type Place = [String; 4];

impl Loader<'_> {
    fn pull_requests_of_dora(&mut self, pull_requests: &[PullRequest]) -> Result<(), Failure> {
        let (mut count, mut events) = (CsvTable::of::<PullRequest>(), CsvTable::of::<PullRequestEvent>());
        let mut children = Children::new(self.writer.connection, self.writer.codes, Kind::PullRequest.table())?;
        for pull_request in pull_requests {
            let repository = self.repository_row(&pull_request.place)?;
            let target = self.store_pull_request(pull_request, repository, None)?;
            *if target.write { &mut count.rows } else { &mut count.kept } += 1;
            for (place, event) in pull_request.events.iter().enumerate() {
                *if target.write { &mut events.rows } else { &mut events.kept } += 1;
                if target.write {
                    children.add(self.writer.codes, target.row, place as i64, event)?;
                }
            }
            self.import.newest = self.import.newest.max(pull_request.merged_at);
        }
        self.import.tables.extend([count, events]);
        Ok(())
    }

    fn deployments_of_dora(&mut self, deployments: &[Deployment]) -> Result<(), Failure> {
        let mut count = CsvTable::of::<Deployment>();
        let shown = shown(self.writer.connection)?;
        for deployment in deployments {
            let Deployment { org, repo, host, environment, .. } = deployment;
            let place = [org, repo, host_or_usual(host), environment].map(ToString::to_string);
            let is_shown = shown.contains(&(place, deployment.created_at));
            let is_stored = !is_shown && self.writer.deployment(deployment)?;
            *if is_stored { &mut count.rows } else { &mut count.kept } += 1;
            self.import.newest = self.import.newest.max(Some(deployment.created_at));
        }
        self.import.tables.push(count);
        Ok(())
    }
}

/// Deployments and releases that an API has shown, by place and time. Releases are in the place of deployments to production.
fn shown(connection: &Connection) -> rusqlite::Result<AHashSet<(Place, Instant)>> {
    let sql = "SELECT org, repo, host, environment, created_at FROM deployment WHERE source = 'github'
        UNION ALL SELECT org, repo, host, 'production', published_at FROM release WHERE published_at IS NOT NULL";
    let mut statement = connection.scan(sql, Scan::OncePerImport)?;
    let rows = statement.query_map([], |row| {
        let text = |index| row.get::<_, String>(index);
        Ok(([text(0)?, text(1)?, text(2)?, text(3)?], Instant::from_micros(row.get(4)?)))
    })?;
    rows.collect()
}
