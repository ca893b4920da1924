//! Conversion of a deployment and its statuses to a record.

use model::course::{DeploymentCourse, is_end};
use model::github::run_of;
use model::records::{Deployment, DeploymentStatus, Place};

use crate::wire;

/// Who tells of it.
const SOURCE: &str = "github";

/// The record, and whether it has come to an end.
///
/// What became of it is read from its statuses alone: its own state says nothing of a success that another deployment has
/// taken the place of.
pub(crate) fn deployment(wire: wire::Deployment, place: &Place) -> (Deployment, bool) {
    let mut told: Vec<wire::Status> =
        wire.statuses.and_then(|list| list.nodes).unwrap_or_default().into_iter().flatten().collect();
    told.sort_by(|a, b| (a.created_at, &a.id).cmp(&(b.created_at, &b.id)));
    told.dedup_by(|a, b| a.id == b.id);
    let run_id = told.iter().rev().find_map(|status| status.log_url.as_deref().and_then(run_of)).unwrap_or_default();
    let url = told.last().and_then(|status| status.log_url.clone()).unwrap_or_default();
    let named =
        [told.last().and_then(|status| status.environment.clone()), wire.environment, wire.original_environment];
    let environment = named.into_iter().flatten().find(|name| !name.is_empty()).unwrap_or_default();
    let statuses: Vec<DeploymentStatus> = told.into_iter().map(|status| converted(status, &wire.id, place)).collect();
    let created_at = wire.created_at.0;
    let course = DeploymentCourse::of(&statuses);
    let deployment = Deployment {
        id: wire.id,
        source: SOURCE.to_owned(),
        org: place.org.clone(),
        repo: place.repo.clone(),
        host: place.host.clone(),
        environment,
        sha: wire.commit_oid,
        git_ref: wire.git_ref.map(|git_ref| git_ref.name).unwrap_or_default(),
        created_at,
        started_at: Some(course.started_at.unwrap_or(created_at)),
        succeeded_at: course.succeeded_at,
        finished_at: course.finished_at,
        outcome: course.outcome.into(),
        task: wire.task.unwrap_or_default(),
        run_id,
        creator_is_bot: wire.creator.as_ref().is_some_and(|creator| creator.kind == "Bot"),
        creator: wire.creator.map(|creator| creator.login).unwrap_or_default(),
        url,
        updated_at: Some(wire.updated_at.0),
        ..Deployment::default()
    };
    let is_over = statuses.last().and_then(|last| last.state.known()).is_some_and(is_end);
    (Deployment { statuses, ..deployment }, is_over)
}

fn converted(wire: wire::Status, deployment_id: &str, place: &Place) -> DeploymentStatus {
    DeploymentStatus {
        deployment_id: deployment_id.to_owned(),
        id: wire.id,
        state: wire.state.to_lowercase().into(),
        at: wire.created_at.0,
        environment: wire.environment.unwrap_or_default(),
        host: place.host.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{Connection, PageInfo};
    use github_client::scalars::DateTime;
    use model::Instant;

    fn at(minute: i64) -> Instant {
        Instant::from_seconds(minute * 60)
    }

    fn status(minute: i64, state: &str) -> wire::Status {
        wire::Status {
            id: format!("DS_{minute}"),
            state: state.to_owned(),
            created_at: DateTime(at(minute)),
            environment: None,
            log_url: None,
        }
    }

    fn told(statuses: Vec<wire::Status>) -> wire::Deployment {
        wire::Deployment {
            id: "D_1".to_owned(),
            commit_oid: "c1".to_owned(),
            created_at: DateTime(at(1)),
            updated_at: DateTime(at(9)),
            environment: Some("prod".to_owned()),
            original_environment: Some("old".to_owned()),
            task: Some("deploy".to_owned()),
            git_ref: None,
            creator: None,
            statuses: Some(Connection {
                page_info: PageInfo { has_next_page: false, end_cursor: None },
                nodes: Some(statuses.into_iter().map(Some).collect()),
            }),
        }
    }

    /// Outcome, the minutes of start, success and end, and whether it is over.
    type Course = (&'static str, [Option<i64>; 3], bool);

    fn course(states: &[(i64, &str)]) -> Course {
        let statuses = states.iter().map(|(minute, state)| status(*minute, state)).collect();
        let (deployment, is_over) = deployment(told(statuses), &Place::default());
        let minutes = [deployment.started_at, deployment.succeeded_at, deployment.finished_at];
        let minutes = minutes.map(|at| at.map(|at| at.seconds() / 60));
        (deployment.outcome.known().expect("a known outcome").name(), minutes, is_over)
    }

    #[test]
    fn what_became_of_a_deployment_follows_from_its_statuses() {
        let cases: [(&[(i64, &str)], Course); 11] = [
            (&[], ("pending", [Some(1), None, None], false)),
            (&[(2, "QUEUED"), (3, "WAITING"), (4, "PENDING")], ("pending", [Some(1), None, None], false)),
            (&[(2, "QUEUED"), (3, "IN_PROGRESS")], ("pending", [Some(3), None, None], false)),
            (&[(3, "IN_PROGRESS"), (5, "SUCCESS")], ("success", [Some(3), Some(5), Some(5)], true)),
            (&[(5, "SUCCESS"), (9, "INACTIVE")], ("success", [Some(1), Some(5), Some(5)], true)),
            (&[(9, "INACTIVE"), (5, "SUCCESS")], ("success", [Some(1), Some(5), Some(5)], true)),
            (&[(4, "FAILURE"), (6, "SUCCESS")], ("success", [Some(1), Some(6), Some(4)], true)),
            (&[(3, "IN_PROGRESS"), (4, "ERROR")], ("failure", [Some(3), None, Some(4)], true)),
            (&[(4, "FAILURE"), (5, "INACTIVE")], ("failure", [Some(1), None, Some(4)], true)),
            (&[(2, "WAITING"), (4, "INACTIVE")], ("cancelled", [Some(1), None, Some(4)], true)),
            (&[(2, "A_STATE_OF_THE_FUTURE")], ("pending", [Some(1), None, None], false)),
        ];
        for (states, expected) in cases {
            assert_eq!(course(states), expected, "{states:?}");
        }
    }

    #[test]
    fn an_environment_is_the_one_of_the_latest_status_else_its_own() {
        let name = |wire| deployment(wire, &Place::default()).0.environment;
        let mut renamed = status(5, "SUCCESS");
        renamed.environment = Some("production".to_owned());
        let mut older = status(4, "IN_PROGRESS");
        older.environment = Some("prod-eu".to_owned());
        assert_eq!(name(told(vec![renamed, older])), "production");
        assert_eq!(name(told(vec![status(4, "QUEUED")])), "prod");
        let mut nameless = told(Vec::new());
        nameless.environment = None;
        assert_eq!(name(nameless), "old");
    }

    #[test]
    fn the_run_is_the_one_of_the_latest_address_that_names_one() {
        let mut running = status(3, "IN_PROGRESS");
        running.log_url = Some("https://github.com/acme/web/actions/runs/123/job/456?pr=1".to_owned());
        let mut done = status(4, "SUCCESS");
        done.log_url = Some("https://ci.example.com/builds/9".to_owned());
        let (deployment, _) = deployment(told(vec![done, running]), &Place::default());
        assert_eq!((deployment.run_id.as_str(), deployment.url.as_str()), ("123", "https://ci.example.com/builds/9"));
    }
}
