//! What GitLab's webhooks deliver in the life of an organisation: its deployments.

use super::delivery::{deployments, events};
use super::forge::Forge;
use crate::view::View;
use crate::webhooks::Delivery;

/// Everything that was delivered up to the instant of a view by the server at an address, in order of time.
pub fn deliveries(view: &View, base: &str) -> Vec<Delivery> {
    let forge = Forge::new(view.clone());
    let mut all = Vec::new();
    for repository in forge.projects() {
        for numbered in deployments(&forge, repository) {
            let told = events(&forge, repository, &numbered, base).into_iter();
            all.extend(told.map(|(at, payload)| Delivery { event: "Deployment Hook", at, payload }));
        }
    }
    all.sort_by_key(|delivery| delivery.at);
    all
}
