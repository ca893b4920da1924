//! Which incidents count: an alert is none yet.
//!
//! What is too mild or too short does not count, and alerts of one service that overlap or follow each other soon are one
//! incident, from the begin of the first to the end of the last.

use std::collections::BTreeMap;

use model::delivery::{IncidentRules, severity_level};
use model::instant::MICROS_PER_DAY;

use super::incidents::{Incident, Turn};

const MICROS_PER_MINUTE: f64 = 60_000_000.0;

/// Of an alert that is open for longer nobody has told the end: who sends alerts forgets them when it is started anew.
const STALE_MICROS: i64 = 7 * MICROS_PER_DAY;

/// Why an incident does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Discounted {
    /// It is milder than what counts.
    Severity,
    /// Users were served again sooner than what counts.
    Minutes,
    /// It is part of another one.
    Merged,
}

impl Discounted {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Severity => "severity",
            Self::Minutes => "minutes",
            Self::Merged => "merged",
        }
    }
}

/// An incident that does not count.
#[derive(Clone, Debug)]
pub(super) struct NotCounted {
    pub(super) incident: Incident,
    pub(super) why: Discounted,
    /// Id of the one that it is part of, else empty.
    pub(super) part_of: String,
}

/// Divides incidents, which are in order of start, into those that count and the others.
pub(super) fn counted(incidents: Vec<Incident>, rules: &IncidentRules, as_of: i64) -> (Vec<Incident>, Vec<NotCounted>) {
    let mut others = Vec::new();
    let leave = |others: &mut Vec<NotCounted>, incident: Incident, why: Discounted, part_of: String| {
        others.push(NotCounted { incident, why, part_of });
    };
    let mut kept: Vec<Incident> = Vec::with_capacity(incidents.len());
    // The alerts of each service that may still go on: which incident they are.
    let mut open: BTreeMap<(usize, String), usize> = BTreeMap::new();
    let within = (rules.merge_minutes * MICROS_PER_MINUTE) as i64;
    for incident in incidents {
        if is_too_mild(&incident.severity, rules.minimum_severity) {
            leave(&mut others, incident, Discounted::Severity, String::new());
            continue;
        }
        let Some(service) = incident.service.filter(|_| incident.is_alert) else {
            kept.push(incident);
            continue;
        };
        let key = (service, incident.host.clone());
        let first = open.get(&key).copied();
        let joins = |first: &Incident| match first.restored() {
            Some(end) => incident.started <= end.saturating_add(within),
            None => !first.is_stale_at(incident.started),
        };
        if let Some(place) = first.filter(|place| joins(&kept[*place])) {
            let part_of = kept[place].id.clone();
            kept[place].go_on_until(incident.restored());
            leave(&mut others, incident, Discounted::Merged, part_of);
        } else {
            open.insert(key, kept.len());
            kept.push(incident);
        }
    }
    let least = (rules.minimum_minutes * MICROS_PER_MINUTE) as i64;
    // An end before the begin tells of clocks that disagree, and not of a short time.
    let is_short =
        |incident: &Incident| (0..least).contains(&(incident.restored().unwrap_or(as_of) - incident.started));
    let (short, mut counted): (Vec<Incident>, Vec<Incident>) = kept.into_iter().partition(is_short);
    for incident in short {
        leave(&mut others, incident, Discounted::Minutes, String::new());
    }
    for incident in counted.iter_mut().chain(others.iter_mut().map(|other| &mut other.incident)) {
        incident.is_stale = incident.is_stale_at(as_of);
    }
    (counted, others)
}

/// Whether a severity is milder than the least that counts. One that nobody knows is not.
fn is_too_mild(severity: &str, least: Option<u8>) -> bool {
    matches!((severity_level(severity), least), (Some(level), Some(least)) if level > least)
}

impl Incident {
    /// Whether it is an alert that is open for so long that its end was probably never told. It is in no median, and takes
    /// no later alert in.
    fn is_stale_at(&self, at: i64) -> bool {
        self.is_alert && self.restored().is_none() && at - self.started > STALE_MICROS
    }

    /// Another alert of the same, which ended then, or goes on.
    fn go_on_until(&mut self, end: Option<i64>) {
        let last = self.restored().zip(end).map(|(own, other)| own.max(other));
        self.turns = last.map(|at| (at, Turn::Restored)).into_iter().collect();
    }
}
