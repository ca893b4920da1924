//! Families of deployments, changes and incidents.

use model::Instant;
use model::columns::Raw;
use model::rules::Rules;
use model::series::{Family, Unit};

use super::{MICROS_PER_MINUTE, MICROS_PER_SECOND, TeamOfRepository, labels};
use crate::delivery::{Happening, What, each_happening};

/// Buckets of durations of deployments and incidents in em-metrics, in minutes: half a minute to ten days.
const MINUTES: &[f64] = &[
    0.5, 1.0, 5.0, 10.0, 15.0, 20.0, 30.0, 45.0, 60.0, 90.0, 120.0, 180.0, 300.0, 480.0, 900.0, 1_440.0, 2_880.0,
    4_320.0, 5_760.0, 7_200.0, 14_400.0,
];
/// Its buckets of lead times, in minutes: five to five days.
const LEAD_MINUTES: &[f64] = &[5.0, 15.0, 30.0, 60.0, 150.0, 300.0, 480.0, 900.0, 1_440.0, 2_880.0, 7_200.0];
/// Its buckets of times to detect, in minutes: one to three days.
const DETECT_MINUTES: &[f64] = &[1.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 180.0, 300.0, 480.0, 900.0, 1_440.0, 4_320.0];
/// Ours, in seconds: five minutes to 90 days, for changes wait longer than deployments run.
const LEAD_SECONDS: &[f64] = &[
    300.0,
    900.0,
    3_600.0,
    14_400.0,
    28_800.0,
    86_400.0,
    172_800.0,
    345_600.0,
    604_800.0,
    1_209_600.0,
    2_592_000.0,
    7_776_000.0,
];
/// Ours of times to restore, in seconds: five minutes to 30 days.
const RESTORE_SECONDS: &[f64] =
    &[300.0, 900.0, 1_800.0, 3_600.0, 7_200.0, 14_400.0, 28_800.0, 86_400.0, 259_200.0, 604_800.0, 2_592_000.0];

pub(super) fn families(raw: &Raw, rules: &Rules, as_of: Instant) -> Vec<Family> {
    let mut teams = TeamOfRepository::new(rules);
    let mut ours = Ours::new();
    let mut theirs = Theirs::new();
    each_happening(raw, rules, as_of, |happening| {
        let team = teams.one(happening.repository);
        ours.add(happening, team);
        theirs.add(happening, team);
    });
    let Ours { deployments, failures, lead_time, incidents, time_to_restore } = ours;
    let mut families = vec![deployments, failures, lead_time, incidents, time_to_restore];
    let Theirs { started, deployed, duration, lead_time, failures, incidents, restored, finished, restore, detect } =
        theirs;
    families.extend([started, deployed, duration, lead_time, failures, incidents, restored, finished, restore, detect]);
    families
}

/// The families under our names.
struct Ours {
    deployments: Family,
    failures: Family,
    lead_time: Family,
    incidents: Family,
    time_to_restore: Family,
}

impl Ours {
    fn new() -> Self {
        let deployment = Unit::Of("deployment");
        Self {
            deployments: Family::totals("cto.deployments", "Deployments to production that count", deployment),
            failures: Family::totals("cto.deployment.failures", "Deployments to production that failed", deployment),
            lead_time: Family::distributions(
                "cto.deployment.lead_time",
                "Time from the first commit of a change to its users",
                Unit::Seconds,
                LEAD_SECONDS,
            ),
            incidents: Family::totals("cto.incidents", "Incidents of production", Unit::Of("incident")),
            time_to_restore: Family::distributions(
                "cto.incident.time_to_restore",
                "Time in which users were not served, of incidents that are over",
                Unit::Seconds,
                RESTORE_SECONDS,
            ),
        }
    }

    fn add(&mut self, happening: &Happening<'_>, team: &str) {
        let at = Instant::from_micros(happening.at);
        let of_service = || labels([("service", happening.service), ("team", team)]);
        let to_environment = |environment: &str| {
            labels([("service", happening.service), ("team", team), ("deployment.environment.name", environment)])
        };
        match &happening.what {
            What::Deployed { environment, failed, .. } => {
                self.deployments.count(to_environment(environment), at);
                if *failed {
                    self.failures.count(to_environment(environment), at);
                }
            }
            What::Served { lead } => self.lead_time.observe(of_service(), at, *lead as f64 / MICROS_PER_SECOND),
            What::Incident { .. } => self.incidents.count(of_service(), at),
            What::Restored { downtime } => {
                self.time_to_restore.observe(of_service(), at, *downtime as f64 / MICROS_PER_SECOND);
            }
            What::Started | What::Finished => {}
        }
    }
}

/// The families of em-metrics under its names. A project is a service.
struct Theirs {
    started: Family,
    deployed: Family,
    duration: Family,
    lead_time: Family,
    failures: Family,
    incidents: Family,
    restored: Family,
    finished: Family,
    restore: Family,
    detect: Family,
}

impl Theirs {
    fn new() -> Self {
        let (deployment, incident) = (Unit::Of("deployment"), Unit::Of("incident"));
        let minutes = |name, help, bounds| Family::distributions(name, help, Unit::Minutes, bounds);
        Self {
            started: Family::totals("deployment_started", "Deployments to production that began", deployment),
            deployed: Family::totals("deployment_frequency", "Deployments to production that count", deployment),
            duration: minutes("deployment_duration", "Time that deployments to production took", MINUTES),
            lead_time: minutes(
                "lead_time_for_changes",
                "Time from the first commit of a change to its users",
                LEAD_MINUTES,
            ),
            failures: Family::totals("change_failure_count", "Deployments to production that failed", deployment),
            incidents: Family::totals("incident_count", "Incidents of production", incident),
            restored: Family::totals("incident_restored", "Incidents of production that are over", incident),
            finished: Family::totals("incident_finished", "Incidents of production that are closed", incident),
            restore: minutes(
                "time_to_restore",
                "Time in which users were not served, of incidents that are over",
                MINUTES,
            ),
            detect: minutes(
                "time_to_detect",
                "Time from a deployment to the incident that is laid to it",
                DETECT_MINUTES,
            ),
        }
    }

    fn add(&mut self, happening: &Happening<'_>, team: &str) {
        let at = Instant::from_micros(happening.at);
        let labels = || labels([("project_id", happening.service), ("team_id", team)]);
        match &happening.what {
            What::Started => self.started.count(labels(), at),
            What::Deployed { took, failed, .. } => {
                self.deployed.count(labels(), at);
                if let Some(took) = took {
                    self.duration.observe(labels(), at, *took as f64 / MICROS_PER_MINUTE);
                }
                if *failed {
                    self.failures.count(labels(), at);
                }
            }
            What::Served { lead } => self.lead_time.observe(labels(), at, *lead as f64 / MICROS_PER_MINUTE),
            What::Incident { detected_after } => {
                self.incidents.count(labels(), at);
                if let Some(after) = detected_after {
                    self.detect.observe(labels(), at, *after as f64 / MICROS_PER_MINUTE);
                }
            }
            What::Restored { downtime } => {
                self.restored.count(labels(), at);
                self.restore.observe(labels(), at, *downtime as f64 / MICROS_PER_MINUTE);
            }
            What::Finished => self.finished.count(labels(), at),
        }
    }
}
