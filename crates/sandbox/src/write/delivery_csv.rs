//! The raw tables of delivery, in the order of their keys.

use std::io;
use std::path::Path;

use model::records::{Deployment, DeploymentStatus, GitCommit, Incident, IncidentEvent, Release};

use super::Stream;
use super::delivery::DeliveryStream;
use super::line::TableFile;

pub(super) fn write_delivery(stream: &Stream<'_>, folder: &Path) -> io::Result<()> {
    let repositories: Vec<DeliveryStream<'_>> =
        (0..stream.frame.repositories.len()).map(|place| stream.delivery(place)).collect();
    write_deployments(&repositories, folder)?;
    write_releases(&repositories, folder)?;
    write_commits(&repositories, folder)?;
    write_incidents(&repositories, folder)
}

fn write_deployments(repositories: &[DeliveryStream<'_>], folder: &Path) -> io::Result<()> {
    let mut deployments = TableFile::<Deployment>::create(folder)?;
    let mut statuses = TableFile::<DeploymentStatus>::create(folder)?;
    let mut order: Vec<(String, usize, usize)> = Vec::new();
    for (place, repository) in repositories.iter().enumerate() {
        order.extend(repository.deployment_ids().map(|(id, position)| (id, place, position)));
    }
    order.sort_unstable();
    for (_, place, position) in order {
        let row = repositories[place].deployment(position);
        deployments.row(&row, &[])?;
        row.statuses.iter().try_for_each(|status| statuses.row(status, &[]))?;
    }
    deployments.finish()?;
    statuses.finish()
}

fn write_releases(repositories: &[DeliveryStream<'_>], folder: &Path) -> io::Result<()> {
    let mut rows: Vec<Release> = repositories.iter().flat_map(DeliveryStream::releases).collect();
    rows.sort_by(|left, right| left.id.cmp(&right.id));
    let mut releases = TableFile::<Release>::create(folder)?;
    rows.iter().try_for_each(|row| releases.row(row, &[]))?;
    releases.finish()
}

fn write_commits(repositories: &[DeliveryStream<'_>], folder: &Path) -> io::Result<()> {
    let mut commits = TableFile::<GitCommit>::create(folder)?;
    for repository in repositories {
        let mut rows: Vec<GitCommit> = repository.commits().collect();
        rows.sort_by(|left, right| left.sha.cmp(&right.sha));
        rows.iter().try_for_each(|row| commits.row(row, &[]))?;
    }
    commits.finish()
}

fn write_incidents(repositories: &[DeliveryStream<'_>], folder: &Path) -> io::Result<()> {
    let mut rows: Vec<Incident> = repositories.iter().flat_map(DeliveryStream::incidents).collect();
    rows.sort_by(|left, right| left.id.cmp(&right.id));
    let mut incidents = TableFile::<Incident>::create(folder)?;
    let mut events = TableFile::<IncidentEvent>::create(folder)?;
    for row in &rows {
        incidents.row(row, &[])?;
        row.events.iter().try_for_each(|event| events.row(event, &[]))?;
    }
    incidents.finish()?;
    events.finish()
}
