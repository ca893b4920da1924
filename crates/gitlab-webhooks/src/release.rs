//! `Release Hook`.

use model::Instant;
use model::deliveries::Delivered;
use model::records::{Place, Release};
use serde::Deserialize;

use crate::Reading;
use crate::wire::{Commit, Project, Time};

#[derive(Debug, Deserialize)]
pub(crate) struct Event {
    id: u64,
    #[serde(default)]
    action: String,
    tag: String,
    #[serde(default)]
    name: Option<String>,
    created_at: Time,
    #[serde(default)]
    released_at: Option<Time>,
    #[serde(default)]
    url: Option<String>,
    #[serde(default)]
    commit: Option<Commit>,
    project: Project,
}

/// What the event tells of the release. One that was deleted is not published any more; the payload does not say since when.
pub(crate) fn told(event: Event, received_at: Instant) -> Reading {
    let is_deleted = event.action == "delete";
    let at = if event.action == "create" { event.created_at.0 } else { received_at };
    let id = event.project.id_of("release", event.id);
    let page = || format!("{}/-/releases/{}", event.project.web_url, event.tag);
    let url = event.url.unwrap_or_else(page);
    let Place { org, repo, host, .. } = event.project.place;
    let release = Release {
        id,
        org,
        repo,
        host,
        tag: event.tag,
        sha: event.commit.map(|commit| commit.id).unwrap_or_default(),
        name: event.name.unwrap_or_default(),
        draft: is_deleted,
        prerelease: false,
        created_at: event.created_at.0,
        published_at: Some(event.released_at.unwrap_or(event.created_at).0).filter(|_| !is_deleted),
        url,
    };
    Reading::Told(Delivered::Release { release: Box::new(release), at })
}
