//! Deployments, incidents and pull requests that are told of, laid over what is stored of them.
//!
//! Statuses and events are joined, and what follows from them follows from all. Of the rest the newer observation counts,
//! by the sender's time, as far as it tells anything; an older one fills what is empty. Of two observations of one instant
//! neither is the newer: the greater value counts, so that their order decides nothing.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use model::Instant;
use model::course::{DeploymentCourse, IncidentCourse};
use model::kinds::{DeploymentOutcome, PullRequestEventKind};
use model::records::{Deployment, Incident, PullRequest, PullRequestState};

/// A deployment with what a delivery tells of it, which is older than, as old as, or newer than what is stored.
pub(crate) fn deployment(stored: &Deployment, told: &Deployment, age: Ordering) -> Deployment {
    let text = |of: fn(&Deployment) -> &String| pick(of(stored), of(told), age);
    let mut statuses = stored.statuses.clone();
    for status in &told.statuses {
        if !statuses.iter().any(|known| known.at == status.at && known.state == status.state) {
            statuses.push(status.clone());
        }
    }
    let course = DeploymentCourse::of(&statuses);
    let first = |of: fn(&Deployment) -> Option<Instant>| earliest(of(stored), of(told));
    let succeeded_at = earliest(course.succeeded_at, first(|it| it.succeeded_at));
    let outcomes = [stored.outcome.known(), told.outcome.known(), Some(course.outcome)].into_iter().flatten();
    let outcome = outcomes.chain(succeeded_at.map(|_| DeploymentOutcome::Success)).max_by_key(|it| weight(*it));
    let creator = |it: &Deployment| (it.creator.clone(), it.creator_is_bot);
    let (creator, creator_is_bot) = pick(&creator(stored), &creator(told), age);
    Deployment {
        id: stored.id.clone(),
        host: stored.host.clone(),
        source: text(|it| &it.source),
        org: text(|it| &it.org),
        repo: text(|it| &it.repo),
        environment: text(|it| &it.environment),
        tier: text(|it| &it.tier),
        sha: text(|it| &it.sha),
        git_ref: text(|it| &it.git_ref),
        created_at: earliest(dated(stored.created_at), dated(told.created_at)).unwrap_or_default(),
        started_at: course.started_at.or(first(|it| it.started_at)),
        succeeded_at,
        finished_at: earliest(course.finished_at, first(|it| it.finished_at)),
        outcome: outcome.unwrap_or_default().into(),
        task: text(|it| &it.task),
        run_id: text(|it| &it.run_id),
        creator,
        creator_is_bot,
        url: text(|it| &it.url),
        updated_at: stored.updated_at.max(told.updated_at),
        service: text(|it| &it.service),
        of_service: text(|it| &it.of_service),
        pull_requests: joined(&stored.pull_requests, &told.pull_requests),
        first_commit_at: first(|it| it.first_commit_at),
        statuses,
    }
}

/// An incident with what a delivery tells of it.
pub(crate) fn incident(stored: &Incident, told: &Incident, age: Ordering) -> Incident {
    let text = |of: fn(&Incident) -> &String| pick(of(stored), of(told), age);
    let mut events = stored.events.clone();
    for event in &told.events {
        if !events.iter().any(|known| known.at == event.at && known.kind == event.kind) {
            events.push(event.clone());
        }
    }
    let course = IncidentCourse::of(&events);
    Incident {
        id: stored.id.clone(),
        host: stored.host.clone(),
        source: text(|it| &it.source),
        org: text(|it| &it.org),
        repo: text(|it| &it.repo),
        service: text(|it| &it.service),
        environment: text(|it| &it.environment),
        title: text(|it| &it.title),
        severity: text(|it| &it.severity),
        started_at: pick(&stored.started_at, &told.started_at, age),
        acknowledged_at: course.acknowledged_at,
        restored_at: course.restored_at,
        finished_at: course.finished_at,
        of_service: text(|it| &it.of_service),
        deployment_id: text(|it| &it.deployment_id),
        change: text(|it| &it.change),
        labels: pick(&stored.labels, &told.labels, age),
        url: text(|it| &it.url),
        events,
    }
}

/// A pull request with what is pushed of it: the earliest of each date counts, of all else the greater value, so that order
/// decides nothing. Its reviews are not looked at.
pub(crate) fn pull_request(stored: &PullRequest, told: &PullRequest) -> PullRequest {
    let text = |of: fn(&PullRequest) -> &String| pick(of(stored), of(told), Ordering::Equal);
    let mut events = stored.events.clone();
    for event in &told.events {
        if !events.iter().any(|known| known.at == event.at && known.kind == event.kind) {
            events.push(event.clone());
        }
    }
    let merged_at = earliest(stored.merged_at, told.merged_at);
    let closings = events.iter().filter(|event| event.kind == PullRequestEventKind::Closed);
    let closed_at = merged_at.or_else(|| closings.map(|event| event.at).min());
    let state = match (merged_at, closed_at) {
        (Some(_), _) => PullRequestState::Merged,
        (None, Some(_)) => PullRequestState::Closed,
        (None, None) => PullRequestState::Open,
    };
    PullRequest {
        title: text(|it| &it.title),
        url: text(|it| &it.url),
        state: state.into(),
        created_at: earliest(dated(stored.created_at), dated(told.created_at)).unwrap_or_default(),
        closed_at,
        merged_at,
        creator: text(|it| &it.creator),
        updated_at: stored.updated_at.max(told.updated_at),
        additions: stored.additions.max(told.additions),
        deletions: stored.deletions.max(told.deletions),
        merge_commit: text(|it| &it.merge_commit),
        team: text(|it| &it.team),
        events,
        ..stored.clone()
    }
}

/// What counts of two values, of which the empty one is not told.
fn pick<T: Ord + Default + Clone>(stored: &T, told: &T, age: Ordering) -> T {
    let nothing = T::default();
    let counts = match age {
        _ if *told == nothing => stored,
        _ if *stored == nothing => told,
        Ordering::Less => stored,
        Ordering::Equal => stored.max(told),
        Ordering::Greater => told,
    };
    counts.clone()
}

/// Each of both lists once, in order.
fn joined(stored: &[String], told: &[String]) -> Vec<String> {
    let all: BTreeSet<&String> = stored.iter().chain(told).collect();
    all.into_iter().cloned().collect()
}

fn earliest(one: Option<Instant>, other: Option<Instant>) -> Option<Instant> {
    [one, other].into_iter().flatten().min()
}

/// A date, where one is told.
fn dated(at: Instant) -> Option<Instant> {
    (at != Instant::default()).then_some(at)
}

/// An outcome gives way to those that weigh more.
fn weight(outcome: DeploymentOutcome) -> u8 {
    match outcome {
        DeploymentOutcome::Pending => 0,
        DeploymentOutcome::Cancelled => 1,
        DeploymentOutcome::Failure => 2,
        DeploymentOutcome::Success => 3,
    }
}

#[cfg(test)]
mod tests {
    use model::records::{DeploymentStatus, IncidentEvent};
    use proptest::prelude::*;

    use super::*;

    /// What is stored of one thing, with the sender's time that it is of.
    type Known<T> = Option<(i64, T)>;

    fn told_all<T: Clone + Default>(
        facts: &[(i64, T)],
        new: impl Fn(&T) -> T,
        over: impl Fn(&T, &T, Ordering) -> T,
    ) -> Known<T> {
        facts.iter().fold(None, |stored, (at, told)| {
            let (known_at, known) = stored.unwrap_or_else(|| (*at, new(told)));
            Some((known_at.max(*at), over(&known, told, at.cmp(&known_at))))
        })
    }

    fn told_deployments(facts: &[(i64, Deployment)]) -> Known<Deployment> {
        let known = told_all(facts, |told| Deployment { id: told.id.clone(), ..Deployment::default() }, deployment);
        known.map(|(at, mut known)| {
            known.statuses.sort_by_key(|status| (status.at, status.id.clone()));
            (at, known)
        })
    }

    fn told_incidents(facts: &[(i64, Incident)]) -> Known<Incident> {
        let known = told_all(facts, |told| Incident { id: told.id.clone(), ..Incident::default() }, incident);
        known.map(|(at, mut known)| {
            known.events.sort_by_key(|event| (event.at, event.kind.name().to_owned()));
            (at, known)
        })
    }

    const STATES: [&str; 6] = ["queued", "in_progress", "success", "failure", "inactive", "of_the_future"];
    const EVENTS: [&str; 5] = ["opened", "acknowledged", "restored", "reopened", "finished"];

    fn at(second: i64) -> Instant {
        Instant::from_seconds(second)
    }

    /// A fact that tells all of its texts.
    fn fact() -> impl Strategy<Value = (i64, Deployment)> {
        let statuses = prop::collection::vec((1..9_i64, 0..STATES.len()), 0..3);
        (1..6_i64, "[a-c]", statuses, prop::option::of(1..9_i64)).prop_map(|(updated, text, statuses, started)| {
            let status = |(second, state): (i64, usize)| DeploymentStatus {
                id: format!("{}{second}", STATES[state]),
                state: STATES[state].into(),
                at: at(second),
                ..DeploymentStatus::default()
            };
            let deployment = Deployment {
                id: "D_1".into(),
                environment: text.clone(),
                sha: text.clone(),
                creator: text.clone(),
                creator_is_bot: text == "b",
                created_at: at(updated),
                started_at: started.map(at),
                updated_at: Some(at(updated)),
                statuses: statuses.into_iter().map(status).collect(),
                ..Deployment::default()
            };
            (updated, deployment)
        })
    }

    fn incident_fact() -> impl Strategy<Value = (i64, Incident)> {
        (1..6_i64, "[a-c]", prop::collection::vec((1..9_i64, 0..EVENTS.len()), 0..3)).prop_map(
            |(told, text, events)| {
                let event = |(second, kind): (i64, usize)| IncidentEvent {
                    at: at(second),
                    kind: EVENTS[kind].into(),
                    ..IncidentEvent::default()
                };
                let incident = Incident {
                    id: "i".into(),
                    title: text.clone(),
                    labels: vec![text],
                    started_at: at(told),
                    events: events.into_iter().map(event).collect(),
                    ..Incident::default()
                };
                (told, incident)
            },
        )
    }

    fn shuffled<T: Clone + std::fmt::Debug>(
        fact: impl Strategy<Value = T> + 'static,
    ) -> impl Strategy<Value = (Vec<T>, Vec<T>)> {
        prop::collection::vec(fact, 1..7).prop_flat_map(|facts| {
            let twice = facts.iter().chain(&facts).cloned().collect::<Vec<_>>();
            (Just(facts), Just(twice).prop_shuffle())
        })
    }

    proptest! {
        #[test]
        fn neither_order_nor_repetition_of_facts_decides_what_a_deployment_is((once, shuffled) in shuffled(fact())) {
            prop_assert_eq!(told_deployments(&once), told_deployments(&shuffled));
        }

        #[test]
        fn neither_order_nor_repetition_of_facts_decides_what_an_incident_is((once, shuffled) in shuffled(incident_fact())) {
            prop_assert_eq!(told_incidents(&once), told_incidents(&shuffled));
        }

        #[test]
        fn an_older_fact_changes_no_text_that_a_newer_one_tells((_, old) in fact(), (_, new) in fact()) {
            let laid = deployment(&new, &old, Ordering::Less);
            prop_assert_eq!((laid.environment, laid.creator, laid.sha), (new.environment, new.creator, new.sha));
        }

        #[test]
        fn what_tells_nothing_changes_nothing((_, known) in fact(), (_, other) in incident_fact()) {
            for age in [Ordering::Less, Ordering::Equal, Ordering::Greater] {
                let known = deployment(&known, &Deployment::default(), age);
                prop_assert_eq!(&deployment(&known, &Deployment::default(), age), &known);
                let other = incident(&other, &Incident::default(), age);
                prop_assert_eq!(&incident(&other, &Incident::default(), age), &other);
            }
        }
    }

    #[test]
    fn an_older_fact_fills_what_is_empty() {
        let newer = Deployment { environment: "production".into(), ..Deployment::default() };
        let older =
            Deployment { environment: "staging".into(), sha: "c1".into(), created_at: at(3), ..Deployment::default() };
        let laid = deployment(&newer, &older, Ordering::Less);
        assert_eq!((laid.environment.as_str(), laid.sha.as_str(), laid.created_at), ("production", "c1", at(3)));
    }
}
