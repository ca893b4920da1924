//! `deployment.csv`, `deployment_status.csv`, `release.csv`, `git_commit.csv`, `incident.csv` and `incident_event.csv`.

use model_derive::RawTable;
use serde::{Deserialize, Serialize};

use crate::Instant;
use crate::kinds::{DeploymentOutcome, DeploymentStatusKind, IncidentEventKind, Told};

/// Deployments to an environment, whatever became of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, RawTable)]
#[raw(table = "deployment", key("deployment_id", "host"), columns = DeploymentColumns, in_rows)]
pub struct Deployment {
    /// The provider's id: GitHub's node id; `api/PROJECT/ID` where it was pushed.
    #[raw(name = "deployment_id", engine, required)]
    pub id: String,
    /// Who tells of it: `github`, `gitlab`; `api` or `devlake` where it was pushed.
    #[raw(code)]
    pub source: String,
    /// Organisation of the repository; empty where it was pushed without one that is known.
    #[raw(code, engine, required)]
    pub org: String,
    /// Repository whose commit was deployed; empty likewise.
    #[raw(code, engine, required)]
    pub repo: String,
    /// Environment by its present name.
    #[raw(code, engine, required)]
    pub environment: String,
    /// Tier of the environment where the provider knows tiers, `production` for example.
    #[raw(code, engine)]
    pub tier: String,
    /// Object id of the deployed commit, empty where it was pushed without one.
    #[raw(object_id, engine, required)]
    pub sha: String,
    /// Branch or tag that was deployed, empty once it is deleted.
    #[raw(name = "ref", code, engine)]
    pub git_ref: String,
    /// Asked for.
    #[raw(engine, required)]
    pub created_at: Instant,
    /// Begun: the first time that it was in progress, else when it was asked for.
    #[raw(engine)]
    pub started_at: Option<Instant>,
    /// First success, empty where there was none. What comes later undoes nothing.
    #[raw(engine)]
    pub succeeded_at: Option<Instant>,
    /// First end, by success, failure or cancellation; empty while it waits or runs.
    #[raw(engine)]
    pub finished_at: Option<Instant>,
    /// What became of it: `success`, `failure`, `cancelled` or `pending`.
    #[raw(engine)]
    pub outcome: Told<DeploymentOutcome>,
    /// What the deployment does by who asked for it, `deploy` for example.
    #[raw(code, engine)]
    pub task: String,
    /// Run of the workflow that deployed, empty where none is known.
    #[raw(engine)]
    pub run_id: String,
    /// Login of who asked for it, empty for deleted users.
    #[raw(code)]
    pub creator: String,
    /// Whether the provider says that the creator is a bot.
    pub creator_is_bot: bool,
    /// Web address.
    #[raw(address, engine)]
    pub url: String,
    /// Last change by the provider's reckoning.
    pub updated_at: Option<Instant>,
    /// Host of the provider, `github.com`.
    #[raw(code, engine)]
    pub host: String,
    /// Service or project as it was pushed under, empty for what a provider tells.
    #[raw(code, engine)]
    pub service: String,
    /// Oldest commit that it ships, only as pushed.
    #[raw(engine)]
    pub first_commit_at: Option<Instant>,
    /// Service that it is of, as whoever pushed it says; empty where that follows from where it was pushed for.
    #[raw(code, engine)]
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub of_service: String,
    /// Pull requests that it ships, as whoever pushed it says: `acme/shop#12` joined by `;`.
    #[raw(engine)]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pull_requests: Vec<String>,
    /// Its statuses, oldest first.
    #[raw(skip)]
    pub statuses: Vec<DeploymentStatus>,
}

/// What was said of deployments in the course of time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, RawTable)]
#[raw(table = "deployment_status", key("deployment_id", "at", "id", "host"), in_rows)]
pub struct DeploymentStatus {
    /// The deployment's id.
    #[raw(required)]
    pub deployment_id: String,
    /// Node id.
    pub id: String,
    /// State: `queued`, `pending`, `waiting`, `in_progress`, `success`, `failure`, `error` or `inactive`.
    #[raw(required)]
    pub state: Told<DeploymentStatusKind>,
    /// When.
    #[raw(required)]
    pub at: Instant,
    /// Environment as it was named then.
    #[raw(code)]
    pub environment: String,
    /// Host of the provider, `github.com`.
    #[raw(code)]
    pub host: String,
}

/// Releases, drafts included.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, RawTable)]
#[raw(table = "release", key("release_id", "host"), columns = ReleaseColumns, in_rows)]
pub struct Release {
    /// Node id.
    #[raw(name = "release_id", engine, required)]
    pub id: String,
    /// Organisation of the repository.
    #[raw(code, engine, required)]
    pub org: String,
    /// Repository.
    #[raw(code, engine, required)]
    pub repo: String,
    /// Tag that it is made of.
    #[raw(engine, required)]
    pub tag: String,
    /// Object id of the tag's commit, empty while there is no such tag.
    #[raw(object_id, engine)]
    pub sha: String,
    /// Title.
    pub name: String,
    /// Whether it is not published.
    #[raw(engine)]
    pub draft: bool,
    /// Whether it is said not to be ready for production.
    #[raw(engine)]
    pub prerelease: bool,
    /// Date of the tag's commit, or when the draft was made.
    #[raw(required)]
    pub created_at: Instant,
    /// Published, empty for drafts.
    #[raw(engine)]
    pub published_at: Option<Instant>,
    /// Web address.
    #[raw(engine)]
    pub url: String,
    /// Host of the provider, `github.com`.
    #[raw(code, engine)]
    pub host: String,
}

/// The commit graph behind deployments. Neither authors nor messages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, RawTable)]
#[raw(table = "git_commit", key("org", "repo", "sha", "host"), columns = GitCommitColumns, in_rows)]
pub struct GitCommit {
    /// Organisation of the repository.
    #[raw(code, engine, required)]
    pub org: String,
    /// Repository.
    #[raw(code, engine, required)]
    pub repo: String,
    /// Object id.
    #[raw(object_id, engine, required)]
    pub sha: String,
    /// Object ids of the parents joined by `;`.
    #[raw(object_ids, engine, required)]
    pub parents: String,
    /// Author date.
    pub authored_at: Option<Instant>,
    /// Commit date.
    #[raw(engine, required)]
    pub committed_at: Instant,
    /// The commit that it says to be picked from, empty for others.
    #[raw(engine)]
    pub picked_from: String,
    /// Host of the provider, `github.com`.
    #[raw(code, engine)]
    pub host: String,
}

/// Incidents.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, RawTable)]
#[raw(table = "incident", key("incident_id", "host"), columns = IncidentColumns, in_rows)]
pub struct Incident {
    /// Id by its source, `acme/shop#12` for an issue.
    #[raw(name = "incident_id", engine, required)]
    pub id: String,
    /// Who tells of it.
    #[raw(code, engine)]
    pub source: String,
    /// Organisation, empty where it is of no repository.
    #[raw(code, engine)]
    pub org: String,
    /// Repository, empty where it is of none.
    #[raw(code, engine)]
    pub repo: String,
    /// Service as its source names it.
    #[raw(code, engine)]
    pub service: String,
    /// Environment as its source names it.
    #[raw(code, engine)]
    pub environment: String,
    /// Title.
    #[raw(engine)]
    pub title: String,
    /// Severity as its source names it.
    #[raw(code, engine)]
    pub severity: String,
    /// Begun.
    #[raw(engine, required)]
    pub started_at: Instant,
    /// Somebody took it on.
    pub acknowledged_at: Option<Instant>,
    /// Users are served again, by its source; `incident_event.csv` counts more.
    #[raw(engine)]
    pub restored_at: Option<Instant>,
    /// Closed for good.
    pub finished_at: Option<Instant>,
    /// Deployment that caused it, where its source says so.
    #[raw(engine)]
    pub deployment_id: String,
    /// Change that caused it, where its source says so: `acme/shop#12` or a commit.
    #[raw(engine)]
    pub change: String,
    /// Labels joined by `;`.
    #[raw(engine)]
    pub labels: Vec<String>,
    /// Web address.
    #[raw(engine)]
    pub url: String,
    /// Host of the provider, `github.com`.
    #[raw(code, engine)]
    pub host: String,
    /// Service that it is of, as whoever pushed it says; empty where that follows from where it was pushed for.
    #[raw(code, engine)]
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub of_service: String,
    /// Its events in time order.
    #[raw(skip)]
    pub events: Vec<IncidentEvent>,
}

/// What happened in the course of incidents.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, RawTable)]
#[raw(table = "incident_event", key("incident_id", "at", "kind", "host"), columns = IncidentEventColumns, in_rows)]
pub struct IncidentEvent {
    /// The incident's id.
    #[raw(engine, required)]
    pub incident_id: String,
    /// When.
    #[raw(engine, required)]
    pub at: Instant,
    /// What: `opened`, `acknowledged`, `restored`, `reopened`, `finished` or `dropped` (it is part of another one, or was none).
    #[raw(engine, required)]
    pub kind: Told<IncidentEventKind>,
    /// Host of the provider, `github.com`.
    #[raw(code, engine)]
    pub host: String,
}
