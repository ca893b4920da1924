//! Merge requests in the words of GraphQL and of REST.

use model::Instant;
use serde_json::{Value as Json, json};

use super::forge::{Forge, Kind, fine, global_number, object, with_milliseconds};
use crate::view::PullRequest;

/// Objects ids of what a merge left.
struct Landed {
    merge: Option<String>,
    squash: Option<String>,
}

/// A merge makes a commit with two parents, or squashes the branch to one that main is forwarded to.
fn landed(forge: &Forge, pull: &PullRequest) -> Landed {
    let Some(sha) = pull.merge_commit.clone().filter(|_| pull.merged_at.is_some()) else {
        return Landed { merge: None, squash: None };
    };
    let commits = &forge.view.repositories[pull.repository].commits;
    let is_merge = commits.iter().rfind(|commit| commit.sha == sha).is_some_and(|commit| commit.parents.len() > 1);
    if is_merge { Landed { merge: Some(sha), squash: None } } else { Landed { merge: None, squash: Some(sha) } }
}

fn title(pull: &PullRequest) -> String {
    if pull.is_draft { format!("Draft: {}", pull.title) } else { pull.title.clone() }
}

fn state(pull: &PullRequest) -> &'static str {
    match (pull.merged_at, pull.closed_at) {
        (Some(_), _) => "merged",
        (None, Some(_)) => "closed",
        (None, None) => "opened",
    }
}

/// When it was closed without being merged.
fn closed_at(pull: &PullRequest) -> Option<Instant> {
    pull.closed_at.filter(|_| pull.merged_at.is_none())
}

/// All of it that GraphQL shows but its commits and notes.
pub(crate) fn graphql(forge: &Forge, index: usize, changed_at: Instant) -> Json {
    let pull = &forge.view.pull_requests[index];
    let time = Instant::to_rfc3339_seconds;
    let labels: Vec<Json> = pull.labels.iter().map(|label| json!({ "title": label })).collect();
    json!({
        "id": format!("gid://gitlab/MergeRequest/{}", global_number(Kind::MergeRequest, index)),
        "iid": pull.number.to_string(),
        "title": title(pull),
        "createdAt": time(pull.created_at),
        "updatedAt": time(changed_at),
        "mergedAt": pull.merged_at.map(time),
        "closedAt": closed_at(pull).map(time),
        "state": state(pull),
        "draft": pull.is_draft,
        "targetBranch": pull.base,
        "sourceBranch": pull.head_branch,
        "mergeCommitSha": landed(forge, pull).merge,
        "diffHeadSha": pull.head_sha,
        "project": { "fullPath": forge.path(pull.repository) },
        "author": forge.graphql_user(pull.author),
        "labels": { "nodes": labels },
        "diffStats": pull.files.iter().map(|path| json!({ "path": path })).collect::<Vec<_>>(),
        "diffStatsSummary": {
            "additions": pull.additions, "deletions": pull.deletions, "fileCount": pull.changed_files,
        },
    })
}

/// Its commits as GraphQL shows them, the newest first.
pub(crate) fn commits(forge: &Forge, index: usize) -> Vec<Json> {
    let commits = forge.view.pull_requests[index].commits.iter().rev();
    commits.map(|at| json!({ "authoredDate": at.to_rfc3339_seconds() })).collect()
}

/// As the lists of REST show it.
pub(crate) fn rest(forge: &Forge, index: usize, changed_at: Instant, base: &str) -> Json {
    let pull = &forge.view.pull_requests[index];
    let time = |at: Instant| with_milliseconds(fine(at, object(Kind::MergeRequest, index)));
    let (path, number, landed) = (forge.path(pull.repository), pull.number, landed(forge, pull));
    json!({
        "id": global_number(Kind::MergeRequest, index),
        "iid": number,
        "project_id": forge.number(pull.repository),
        "title": title(pull),
        "state": state(pull),
        "created_at": time(pull.created_at),
        "updated_at": with_milliseconds(changed_at),
        "merged_at": pull.merged_at.map(time),
        "closed_at": closed_at(pull).map(time),
        "draft": pull.is_draft,
        "target_branch": pull.base,
        "source_branch": pull.head_branch,
        "author": forge.user(pull.author),
        "labels": pull.labels,
        "sha": pull.head_sha,
        "merge_commit_sha": landed.merge,
        "squash_commit_sha": landed.squash,
        "web_url": format!("{base}/{path}/-/merge_requests/{number}"),
        "references": { "short": format!("!{number}"), "relative": format!("{path}!{number}"), "full": format!("{path}!{number}") },
    })
}
