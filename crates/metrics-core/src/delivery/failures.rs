//! Which deployments failed, why, and when users were served again.

use model::delivery::DeliveryRules;

use super::history::Laid;
use super::incidents::Incident;
use super::rollouts::{HOUR, Kind, Rollout};

/// Why a deployment failed, and when that was mended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each cause is known by itself")]
pub(super) struct Failure {
    pub(super) by_incident: bool,
    pub(super) by_label: bool,
    pub(super) by_rollback: bool,
    pub(super) by_hotfix: bool,
    /// Microseconds; `None` while it is not, and where nothing failed.
    pub(super) recovered: Option<i64>,
}

impl Failure {
    pub(super) fn is_failed(&self) -> bool {
        self.by_incident || self.by_label || self.by_rollback || self.by_hotfix
    }

    /// Microseconds from the success to when that was mended; `None` while it is not, and where it was over before: an
    /// incident may be laid to a deployment that came after it.
    pub(super) fn recovery(&self, succeeded: i64) -> Option<i64> {
        self.recovered.map(|recovered| recovered - succeeded).filter(|recovery| *recovery >= 0)
    }

    /// The causes in alphabetical order, joined by `;`.
    pub(super) fn causes(&self) -> String {
        let causes = [
            (self.by_hotfix, "hotfix"),
            (self.by_incident, "incident"),
            (self.by_label, "label"),
            (self.by_rollback, "rollback"),
        ];
        let causes: Vec<&str> = causes.into_iter().filter(|(is_so, _)| *is_so).map(|(_, name)| name).collect();
        causes.join(";")
    }
}

/// What is said of each rollout of a service, in their order.
///
/// A rollback or hotfix says that the counted rollout of the same repository just before it failed, of releases the one that
/// it is made from, within a window. A rollback is never failed by the hotfix that follows: what that mends is what was rolled back.
pub(super) fn of(
    rollouts: &[Rollout],
    incidents: &[(Incident, Option<(usize, Laid)>)],
    ships_hotfix: &[bool],
    ships_blamed: &[bool],
    rules: &DeliveryRules,
) -> Vec<Failure> {
    let window = (rules.hotfix.window_hours * HOUR as f64) as i64;
    let mut failures = vec![Failure::default(); rollouts.len()];
    // The success of the rollback or hotfix that mended each.
    let mut fixes: Vec<Option<i64>> = vec![None; rollouts.len()];
    let counted: Vec<usize> = (0..rollouts.len()).filter(|place| rollouts[*place].counts()).collect();
    for (index, &place) in counted.iter().enumerate() {
        let later = counted[index + 1..].iter().copied();
        let Some(next) = later
            .take_while(|next| rollouts[*next].finished - rollouts[place].finished <= window)
            .find(|next| rollouts[*next].may_follow(&rollouts[place]))
        else {
            continue;
        };
        let (Some(at), Some(then)) = (rollouts[place].succeeded, rollouts[next].succeeded) else { continue };
        let is_rollback = rollouts[next].kind == Kind::Rollback;
        let is_hotfix = ships_hotfix[next] && !is_rollback;
        if then - at > window || !(is_rollback || is_hotfix) {
            continue;
        }
        fixes[place] = Some(then);
        failures[place].by_rollback = is_rollback && rules.failure.rollback;
        failures[place].by_hotfix = is_hotfix && rules.failure.hotfix && rollouts[place].kind != Kind::Rollback;
    }
    for place in &counted {
        failures[*place].by_label = ships_blamed[*place] && rules.failure.label;
    }
    let mut of_rollout: Vec<Vec<&Incident>> = vec![Vec::new(); rollouts.len()];
    for (incident, laid) in incidents {
        if let Some((place, _)) = laid {
            of_rollout[*place].push(incident);
            failures[*place].by_incident |= rules.failure.incident;
        }
    }
    for (place, failure) in failures.iter_mut().enumerate().filter(|(_, failure)| failure.is_failed()) {
        failure.recovered = recovered(&of_rollout[place], fixes[place]);
    }
    failures
}

/// The earlier of the fix and of the end of all incidents. One that is open while the fix is out is mended by it; one
/// that had ended and comes back afterwards is not.
fn recovered(incidents: &[&Incident], fix: Option<i64>) -> Option<i64> {
    let ended =
        || incidents.iter().map(|incident| incident.restored()).collect::<Option<Vec<i64>>>()?.into_iter().max();
    match fix {
        None => ended(),
        Some(fix) if incidents.iter().any(|incident| incident.is_open_at(fix)) => Some(fix),
        Some(fix) if incidents.iter().any(|incident| incident.is_reopened_after(fix)) => ended(),
        Some(fix) => Some(ended().map_or(fix, |ended| ended.min(fix))),
    }
}
