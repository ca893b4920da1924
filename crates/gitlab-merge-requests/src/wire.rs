//! Wire format: the queries, and what they bring, read more loosely than the schema says.

use gitlab_client::Time;
use serde::Deserialize;

/// A page of a group's merge requests. Its complexity is 151 at 100 of them; GitLab allows 250 to who has a token, and what
/// a server allows may be less.
pub(crate) const PAGE: &str = "\
query MergeRequests($group: ID!, $after: Time, $first: Int, $cursor: String, $withFiles: Boolean!) {
  group(fullPath: $group) {
    mergeRequests(includeSubgroups: true, includeArchived: true, updatedAfter: $after, sort: UPDATED_ASC, first: $first, after: $cursor) {
      pageInfo { hasNextPage endCursor }
      nodes {
        iid title createdAt updatedAt mergedAt closedAt state draft targetBranch sourceBranch mergeCommitSha diffHeadSha
        project { fullPath }
        author { username bot }
        labels { nodes { title } }
        diffStatsSummary { additions deletions fileCount }
        diffStats @include(if: $withFiles) { path }
        commits(first: 100) { pageInfo { hasNextPage endCursor } nodes { authoredDate } }
        notes(filter: ALL_NOTES, first: 100) {
          pageInfo { hasNextPage endCursor }
          nodes { id createdAt system body author { username bot } systemNoteMetadata { action } }
        }
      }
    }
  }
}";

/// What leaves merge requests of archived projects in. Servers that do not know it list them, or none of them.
pub(crate) const ARCHIVED: &str = "includeArchived: true, ";

/// The rest of one merge request whose lists are longer than a page.
pub(crate) const REST: &str = "\
query RestOfMergeRequest(
  $project: ID!, $iid: String!, $first: Int, $commits: String, $notes: String, $withCommits: Boolean!, $withNotes: Boolean!
) {
  project(fullPath: $project) {
    mergeRequest(iid: $iid) {
      commits(first: $first, after: $commits) @include(if: $withCommits) {
        pageInfo { hasNextPage endCursor }
        nodes { authoredDate }
      }
      notes(filter: ALL_NOTES, first: $first, after: $notes) @include(if: $withNotes) {
        pageInfo { hasNextPage endCursor }
        nodes { id createdAt system body author { username bot } systemNoteMetadata { action } }
      }
    }
  }
}";

#[derive(Debug, Deserialize)]
pub(crate) struct PageData {
    pub(crate) group: Option<GroupNode>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct GroupNode {
    pub(crate) merge_requests: Connection<MergeRequest>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct RestData {
    pub(crate) project: Option<ProjectNode>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ProjectNode {
    pub(crate) merge_request: Option<RestNode>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct RestNode {
    pub(crate) commits: Option<Connection<Commit>>,
    pub(crate) notes: Option<Connection<Note>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Connection<T> {
    pub(crate) page_info: PageInfo,
    /// An element may be hidden.
    pub(crate) nodes: Vec<Option<T>>,
}

impl<T> Connection<T> {
    /// Where the list goes on; `None` at its end.
    pub(crate) fn next(&self) -> Option<String> {
        self.page_info.end_cursor.clone().filter(|_| self.page_info.has_next_page)
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PageInfo {
    pub(crate) has_next_page: bool,
    pub(crate) end_cursor: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MergeRequest {
    pub(crate) iid: String,
    pub(crate) title: String,
    pub(crate) created_at: Time,
    pub(crate) updated_at: Time,
    pub(crate) merged_at: Option<Time>,
    pub(crate) closed_at: Option<Time>,
    /// `opened`, `closed`, `locked`, `merged`; an unknown one must not fail a page.
    pub(crate) state: String,
    pub(crate) draft: bool,
    pub(crate) target_branch: String,
    pub(crate) source_branch: String,
    pub(crate) merge_commit_sha: Option<String>,
    pub(crate) diff_head_sha: Option<String>,
    pub(crate) project: Project,
    /// `None` for a deleted user.
    pub(crate) author: Option<User>,
    pub(crate) labels: Option<Labels>,
    /// `None` where the changes are not there any more.
    pub(crate) diff_stats_summary: Option<Changes>,
    /// The files that it changes, where they are asked for.
    pub(crate) diff_stats: Option<Vec<File>>,
    pub(crate) commits: Option<Connection<Commit>>,
    pub(crate) notes: Option<Connection<Note>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Project {
    pub(crate) full_path: String,
}

#[derive(Debug, Deserialize)]
pub(crate) struct User {
    pub(crate) username: String,
    #[serde(default)]
    pub(crate) bot: bool,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Labels {
    pub(crate) nodes: Vec<Option<Label>>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Label {
    pub(crate) title: String,
}

#[derive(Debug, Deserialize)]
pub(crate) struct File {
    pub(crate) path: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Changes {
    pub(crate) additions: i64,
    pub(crate) deletions: i64,
    pub(crate) file_count: i64,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Commit {
    pub(crate) authored_date: Option<Time>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Note {
    /// `gid://gitlab/Note/800001`.
    pub(crate) id: String,
    pub(crate) created_at: Time,
    pub(crate) system: bool,
    pub(crate) body: String,
    pub(crate) author: Option<User>,
    pub(crate) system_note_metadata: Option<Metadata>,
}

impl Note {
    /// What a note of GitLab itself tells of; empty for a remark.
    pub(crate) fn action(&self) -> &str {
        self.system_note_metadata.as_ref().and_then(|metadata| metadata.action.as_deref()).unwrap_or_default()
    }
}

#[derive(Debug, Deserialize)]
pub(crate) struct Metadata {
    pub(crate) action: Option<String>,
}

/// What the list of REST knows that GraphQL does not.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Numbered {
    pub(crate) id: u64,
    pub(crate) updated_at: Time,
    pub(crate) sha: Option<String>,
    pub(crate) merge_commit_sha: Option<String>,
    pub(crate) squash_commit_sha: Option<String>,
    pub(crate) references: References,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct References {
    /// `acme/shop/api!12`.
    pub(crate) full: String,
}
