//! Environments, deployments and commits.

use std::collections::BTreeSet;

use super::*;

/// All deployments in the order of their changes, which GitLab gives with an instant to begin from only.
const ALL: &str = "order_by=updated_at&sort=asc&updated_after=1970-01-01T00:00:00Z&per_page=100";

#[tokio::test]
async fn deployments_have_their_end_their_job_and_their_environment() {
    let server = serve(view(), &[]).await;
    let (mut states, mut pipelines) = (BTreeSet::new(), 0);
    for project in 201..204 {
        let environments = crawl(&server, &format!("/projects/{project}/environments?per_page=100")).await;
        let path = format!("/projects/{project}/deployments?{ALL}");
        let rows = crawl(&server, &path).await;
        let changed: Vec<_> = rows.iter().map(|row| row["updated_at"].as_str().expect("a time")).collect();
        assert!(changed.is_sorted());
        let numbers: BTreeSet<_> = rows.iter().map(|row| row["iid"].as_u64()).collect();
        assert_eq!(numbers.len(), rows.len());
        for row in &rows {
            states.insert(row["status"].as_str().expect("a status").to_owned());
            let environment = environments.iter().find(|one| one["id"] == row["environment"]["id"]);
            assert_eq!(environment.expect("known")["name"], row["environment"]["name"]);
            let (job, name) = (&row["deployable"], row["environment"]["name"].as_str().unwrap_or_default());
            assert_eq!(job.is_null(), name.starts_with("pr-"), "{row}");
            let ended = matches!(row["status"].as_str(), Some("success" | "failed" | "canceled"));
            assert!(job.is_null() || job["finished_at"].is_string() == ended, "{row}");
        }
        // Rolled back is what an old pipeline deploys once more.
        let again = |row: &&Json| {
            let same = |other: &&Json| {
                other["sha"] == row["sha"]
                    && other["environment"] == row["environment"]
                    && other["deployable"]["pipeline"] == row["deployable"]["pipeline"]
            };
            rows.iter().filter(same).count() > 1
        };
        pipelines += rows.iter().filter(again).count();
    }
    assert!(pipelines > 0 && states.contains("success") && states.contains("failed"), "{states:?}");
}

#[tokio::test]
async fn commits_lead_from_what_was_deployed_to_the_beginning() {
    let server = serve(view(), &[]).await;
    let deployments = crawl(&server, &format!("/projects/201/deployments?{ALL}")).await;
    let sha = deployments.last().expect("deployments")["sha"].as_str().expect("a sha").to_owned();
    let path = format!("/projects/201/repository/commits?ref_name={sha}&per_page=100");
    let commits = crawl(&server, &path).await;
    assert!(commits.iter().any(|commit| commit["id"] == sha.as_str()));
    let dates: Vec<_> = commits.iter().map(|commit| commit["committed_date"].as_str().expect("a date")).collect();
    assert!(dates.iter().rev().is_sorted());
    let known: BTreeSet<_> = commits.iter().map(|commit| commit["id"].as_str()).collect();
    for commit in &commits {
        assert!(commit["parent_ids"].as_array().expect("a list").iter().all(|parent| known.contains(&parent.as_str())));
    }
    let since = crawl(&server, &format!("{path}&since={}", dates[dates.len() / 2])).await;
    assert!(since.len() < commits.len() && !since.is_empty());
    let one = get(&server, &format!("/projects/201/repository/commits/{sha}")).await;
    assert_eq!(one.json()["id"], sha.as_str());
    let unpaired = get(&server, "/projects/201/deployments?order_by=updated_at&sort=asc").await;
    assert_eq!(unpaired.status, 400);
    let unknown = get(&server, "/projects/201/repository/commits?ref_name=0000000000").await;
    assert_eq!((unknown.status, unknown.json()["message"].as_str()), (404, Some("404 Commit Not Found")));
}
