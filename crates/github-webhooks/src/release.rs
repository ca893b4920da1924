//! `release`.

use model::Instant;
use model::deliveries::Delivered;
use model::records::Release;
use serde::Deserialize;

use crate::wire::{NodeId, Repository, Time};
use crate::{NotUsed, Reading};

#[derive(Debug, Deserialize)]
pub(crate) struct Event {
    action: String,
    release: Wire,
    repository: Repository,
}

#[derive(Debug, Deserialize)]
struct Wire {
    node_id: NodeId,
    tag_name: String,
    #[serde(default)]
    name: Option<String>,
    draft: bool,
    prerelease: bool,
    created_at: Time,
    published_at: Option<Time>,
    /// Absent on old servers.
    #[serde(default)]
    updated_at: Option<Time>,
    html_url: String,
}

/// What the event tells of the release. One that was deleted is not published any more; the payload does not say since when.
/// Which commit the tag is of it does not say either.
pub(crate) fn told(event: Event, received_at: Instant) -> Reading {
    let Event { action, release: wire, repository } = event;
    let is_deleted = action == "deleted";
    let draft = wire.draft || is_deleted;
    let made_at = wire.published_at.unwrap_or(wire.created_at).0;
    let at = match (action.as_str(), wire.updated_at) {
        ("created" | "published" | "edited" | "unpublished" | "released" | "prereleased", Some(Time(at))) => at,
        ("created" | "published" | "released" | "prereleased", None) => made_at,
        ("edited" | "unpublished", None) | ("deleted", _) => received_at,
        _ => return Reading::NotUsed(NotUsed::Action),
    };
    let place = repository.place_of_page(&wire.html_url);
    let release = Release {
        id: wire.node_id.0,
        org: place.org,
        repo: place.repo,
        host: place.host,
        tag: wire.tag_name,
        sha: String::new(),
        name: wire.name.unwrap_or_default(),
        draft,
        prerelease: wire.prerelease,
        created_at: wire.created_at.0,
        published_at: wire.published_at.map(|at| at.0).filter(|_| !draft),
        url: wire.html_url,
    };
    Reading::Told(Delivered::Release { release: Box::new(release), at })
}
