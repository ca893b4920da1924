//! Families under the names of OpenTelemetry's semantic conventions for CI/CD and version control, 1.43.
//!
//! There the metrics of pipelines are release candidates and those of changes in development: what is renamed is renamed
//! here. They are told only where [`Rules::semantic_metrics`] asks for them.

use std::collections::BTreeMap;

use model::Instant;
use model::columns::Raw;
use model::instant::MICROS_PER_DAY;
use model::kinds::RunConclusion;
use model::rules::Rules;
use model::series::{Family, Unit};

use super::{MICROS_PER_SECOND, labels};
use crate::ci::ended_runs;
use crate::frame::percentile_of_enough;
use crate::pull_requests::lives_of;

const RUN_DURATION: &str = "cicd.pipeline.run.duration";
const RUN_ERRORS: &str = "cicd.pipeline.run.errors";
const TIME_TO_MERGE: &str = "vcs.change.time_to_merge";
const TIME_TO_APPROVAL: &str = "vcs.change.time_to_approval";

const PIPELINE_NAME: &str = "cicd.pipeline.name";
const PIPELINE_RESULT: &str = "cicd.pipeline.result";
const RUN_STATE: &str = "cicd.pipeline.run.state";
const ERROR_TYPE: &str = "error.type";
const REPOSITORY_NAME: &str = "vcs.repository.name";
const CHANGE_STATE: &str = "vcs.change.state";

/// Of a run that has ended all time is that in which it ran.
const EXECUTING: &str = "executing";
const MERGED: &str = "merged";

/// In seconds: ten seconds to four hours.
const RUN_SECONDS: &[f64] = &[10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1_200.0, 1_800.0, 3_600.0, 7_200.0, 14_400.0];

/// Days that medians are over.
const DAYS: i64 = 28;

pub(super) fn families(raw: &Raw, rules: &Rules, as_of: Instant) -> Vec<Family> {
    let [duration, errors] = of_runs(raw, rules, as_of);
    let [merge, approval] = of_changes(raw, rules, as_of);
    vec![duration, errors, merge, approval]
}

/// The result of a run in the words of the conventions; `None` where it has none.
fn result(conclusion: RunConclusion) -> Option<&'static str> {
    match conclusion {
        RunConclusion::Success => Some("success"),
        RunConclusion::Failure => Some("failure"),
        RunConclusion::StartupFailure => Some("error"),
        RunConclusion::TimedOut => Some("timeout"),
        RunConclusion::Cancelled => Some("cancellation"),
        RunConclusion::Skipped => Some("skip"),
        _ => None,
    }
}

/// What went wrong with a run, in few words; `None` where nothing did.
fn error(conclusion: RunConclusion) -> Option<&'static str> {
    match conclusion {
        RunConclusion::Failure => Some("failure"),
        RunConclusion::StartupFailure => Some("startup_failure"),
        RunConclusion::TimedOut => Some("timeout"),
        _ => None,
    }
}

fn of_runs(raw: &Raw, rules: &Rules, as_of: Instant) -> [Family; 2] {
    let mut duration =
        Family::distributions(RUN_DURATION, "Time that runs of pipelines took", Unit::Seconds, RUN_SECONDS);
    let mut errors = Family::totals(RUN_ERRORS, "Runs of pipelines that failed", Unit::Of("error"));
    ended_runs(raw, rules, as_of, |run| {
        let Some(result) = result(run.conclusion) else { return };
        let at = Instant::from_micros(run.ended);
        if let Some(took) = run.took {
            let labels = labels([
                (PIPELINE_NAME, run.workflow),
                (RUN_STATE, EXECUTING),
                (PIPELINE_RESULT, result),
                (REPOSITORY_NAME, run.repository),
            ]);
            duration.observe(labels, at, took as f64 / MICROS_PER_SECOND);
        }
        if let Some(error) = error(run.conclusion) {
            errors.count(labels([(PIPELINE_NAME, run.workflow), (ERROR_TYPE, error)]), at);
        }
    });
    [duration, errors]
}

fn of_changes(raw: &Raw, rules: &Rules, as_of: Instant) -> [Family; 2] {
    let gauge = |name, help| Family::gauges(name, help, Unit::Seconds);
    let mut merge = gauge(TIME_TO_MERGE, "Median time from opening to merge, of what was merged in 28 days");
    let mut approval = gauge(
        TIME_TO_APPROVAL,
        "Median time from ready for review to the last approval, of what was merged in 28 days",
    );
    let since = as_of.micros() - DAYS * MICROS_PER_DAY;
    let mut times: BTreeMap<String, [Vec<f64>; 2]> = BTreeMap::new();
    let columns = &raw.pull_requests;
    for (row, life) in lives_of(raw, rules, as_of) {
        let Some(merged) = life.merged.filter(|merged| *merged > since) else { continue };
        let text = |code: u32| raw.dictionary.text(code);
        let name = format!("{}/{}", text(columns.org[row]), text(columns.repo[row]));
        let [to_merge, to_approval] = times.entry(name).or_default();
        to_merge.push((merged - life.created) as f64 / MICROS_PER_SECOND);
        to_approval.extend(life.approval.map(|waited| waited as f64 / MICROS_PER_SECOND));
    }
    for (repository, times) in times {
        for (family, mut times) in [&mut merge, &mut approval].into_iter().zip(times) {
            let of = times.len() as u64;
            let labels = labels([(REPOSITORY_NAME, &repository), (CHANGE_STATE, MERGED)]);
            times.sort_unstable_by(f64::total_cmp);
            if let Some(median) = percentile_of_enough(&times, 0.5, 1) {
                family.set(labels, as_of, median, of);
            }
        }
    }
    [merge, approval]
}
