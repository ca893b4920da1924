//! What is merged, deployed and released, as a report of these alone asks for it: of few columns of very many rows.

use model::Instant;
use model::kinds::PullRequestEventKind;
use model::records::{Deployment, DeploymentStatus, Place, PullRequest, PullRequestEvent, Release};
use rusqlite::{Connection, Row};

use super::dictionary;
use super::tables::{rows_scanned, rows_where};
use crate::dictionary::find;
use crate::dora_database::SOURCE;
use crate::sqlite::cells::Cells;
use crate::sqlite::damage::{cannot_be, in_table};
use crate::sqlite::plans::{Prepare as _, Scan};

/// Merged pull requests to some branches.
pub(crate) fn pull_requests(
    connection: &Connection,
    branches: &[String],
    each: &mut dyn FnMut(PullRequest),
) -> rusqlite::Result<()> {
    let ready = find(connection, PullRequestEventKind::ReadyForReview.name())?.unwrap_or(-1);
    let texts = dictionary(connection)?;
    let sql = "SELECT org, repo, host, number, title, creator, creator_is_bot, created_at, merged_at, first_commit_at,
            first_listed_commit_at, labels, additions, deletions, changed_files, merge_commit, base,
            (SELECT min(at) FROM pr_event WHERE pr_event.pr = pr.row_id AND type = ?1), pr.row_id, pr.id
        FROM pr JOIN repository ON repository.row_id = pr.repository
        WHERE merged_at IS NOT NULL AND vanished_at IS NULL
        ORDER BY org, repo, host, CAST(number AS INTEGER), number";
    let text = |code: u32| {
        let is_known = (code as usize) < texts.len();
        is_known.then(|| texts.text(code)).ok_or_else(|| cannot_be(format!("the dictionary has no code {code}")))
    };
    let code = |branch: &String| if branch.is_empty() { Ok(Some(0)) } else { find(connection, branch) };
    let branches = branches.iter().map(code).collect::<rusqlite::Result<Vec<Option<i64>>>>()?;
    let one = |row: &Row<'_>| {
        let cells = Cells(row);
        if !branches.contains(&Some(cells.int(16)?)) {
            return Ok(None);
        }
        let string = |index| Ok::<_, rusqlite::Error>(String::from_utf8_lossy(cells.text(index)?).into_owned());
        let at = |index| Ok::<_, rusqlite::Error>(cells.int_or_null(index)?.map(Instant::from_micros));
        let labels = text(cells.code(11)?)?;
        let ready_at = at(17)?.map(|at| PullRequestEvent {
            kind: PullRequestEventKind::ReadyForReview.into(),
            at,
            ..PullRequestEvent::default()
        });
        Ok(Some(PullRequest {
            place: Place {
                repository_id: String::new(),
                org: string(0)?,
                repo: string(1)?,
                host: string(2)?,
                number: string(3)?,
            },
            id: string(19)?,
            title: string(4)?,
            creator: text(cells.code(5)?)?.into_owned(),
            creator_is_bot: cells.bool(6)?,
            created_at: at(7)?.unwrap_or(Instant::YEAR_ONE),
            merged_at: at(8)?,
            base: text(cells.code(16)?)?.into_owned(),
            first_commit_at: at(9)?,
            first_listed_commit_at: at(10)?,
            labels: labels.split(';').filter(|label| !label.is_empty()).map(str::to_owned).collect(),
            additions: cells.int_or_null(12)?,
            deletions: cells.int_or_null(13)?,
            changed_files: cells.int_or_null(14)?,
            merge_commit: string(15)?,
            events: ready_at.into_iter().collect(),
            ..PullRequest::default()
        }))
    };
    let mut statement = connection.scan(sql, Scan::Everything)?;
    let mut rows = statement.query([ready])?;
    while let Some(row) = rows.next().map_err(in_table("pr", String::new))? {
        let name = || Cells(row).int(18).map_or_else(|_| String::new(), |row| format!("row {row}"));
        if let Some(pull_request) = one(row).map_err(in_table("pr", name))? {
            each(pull_request);
        }
    }
    Ok(())
}

/// Deployments to some environments, with their statuses.
pub(crate) fn deployments(connection: &Connection, environments: &[String]) -> rusqlite::Result<Vec<Deployment>> {
    let mut deployments: Vec<Deployment> = Vec::new();
    for environment in environments {
        let condition = "source IN ('github', ?1) AND environment = ?2";
        let order = "org, repo, created_at, deployment_id, host";
        deployments.extend(rows_scanned(connection, condition, [SOURCE, environment], order, Scan::Everything)?);
    }
    for deployment in &mut deployments {
        let key = [&deployment.id, &deployment.host];
        deployment.statuses =
            rows_where::<DeploymentStatus>(connection, "deployment_id = ?1 AND host = ?2", key, "at, id")?;
    }
    Ok(deployments)
}

/// Releases that are published and for all.
pub(crate) fn releases(connection: &Connection) -> rusqlite::Result<Vec<Release>> {
    let condition = "draft = 0 AND prerelease = 0 AND published_at IS NOT NULL";
    rows_scanned(connection, condition, [], "org, repo, published_at, release_id, host", Scan::Everything)
}
