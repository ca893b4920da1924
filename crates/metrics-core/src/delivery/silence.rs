//! Silence: deployments of a service that are recorded no more while its merges go on.
//!
//! What happened since is unknown, and not nothing.

use model::Instant;
use model::instant::MICROS_PER_DAY;

use super::history::ServiceFacts;
use crate::calendar::Periods;

/// Days without a deployment after which it is asked whether they are still recorded.
const SILENT_DAYS: i64 = 28;
/// Merges into the default branch since the last deployment, before that is asked.
const SILENT_MERGES: usize = 5;

/// The last deployment of a service of which none is recorded any more, as it seems: four weeks, and twice as long as
/// ever before, without one, while changes are merged. An attempt that failed is recorded too.
pub(super) fn since(service: &ServiceFacts, until: i64) -> Option<i64> {
    let successes = service.rollouts.iter().filter_map(|rollout| rollout.succeeded);
    let attempts = service.attempts.iter().map(|attempt| attempt.finished);
    let mut recorded: Vec<i64> = successes.chain(attempts).collect();
    recorded.sort_unstable();
    let last = *recorded.last().filter(|_| !service.rollouts.is_empty())?;
    let longest = recorded.windows(2).map(|pair| pair[1] - pair[0]).max().unwrap_or_default();
    let silence = until.saturating_sub(last);
    if silence <= SILENT_DAYS * MICROS_PER_DAY || silence <= 2 * longest || !service.is_by_deployments() {
        return None;
    }
    let merges = service.merges.iter().filter(|(_, merged)| *merged > last && *merged <= until);
    (merges.count() >= SILENT_MERGES).then_some(last)
}

/// When a service began to deploy, and when it fell silent, as periods.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    pub(super) first: usize,
    silent: Option<usize>,
}

impl Known {
    /// `None` for a service that has not begun.
    pub(super) fn of(service: &ServiceFacts, periods: &Periods) -> Option<Self> {
        let at = |micros: i64| periods.index_of(Instant::from_micros(micros));
        Some(Self { first: service.first().and_then(at)?, silent: service.silent_since.and_then(at) })
    }

    /// Whether something is known of the deployments of any of some services in a period: of one that has begun and not
    /// fallen silent before it.
    pub(super) fn is_any(services: &[Self], period: usize) -> bool {
        services.iter().any(|it| it.first <= period && it.silent.is_none_or(|silent| period <= silent))
    }

    /// Whether all of the deployments of some services in a period are known.
    pub(super) fn is_all(services: &[Self], period: usize) -> bool {
        services.iter().all(|it| it.silent.is_none_or(|silent| period < silent))
    }
}
