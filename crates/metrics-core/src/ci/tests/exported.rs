//! Runs under the names of OpenTelemetry's semantic conventions.

use model::rules::Rules;
use model::series::{Family, Unit};

use super::{Life, at};
use crate::exported::families;

/// The families about runs, where they are asked for or not.
fn told(life: &Life, semantic_metrics: bool) -> Vec<Family> {
    let rules = Rules { semantic_metrics, ..Rules::default() };
    let all = families(&life.raw(false), &rules, Some(at("2026-04-01")));
    all.into_iter().filter(|family| family.name.starts_with("cicd.")).collect()
}

fn series(family: &Family) -> Vec<String> {
    let series = family.series.iter().map(|(labels, series)| {
        let labels: Vec<String> = labels.iter().map(|(name, value)| format!("{name}={value}")).collect();
        format!("{} {} {:.0} {:?}", labels.join(","), series.count, series.sum, series.buckets)
    });
    series.collect()
}

#[test]
fn runs_are_told_with_their_result_and_how_long_they_took_where_that_is_asked_for() {
    let mut life = Life::default();
    life.attempt("1", 1, 0, 45, "failure");
    life.attempt("1", 2, 100, 145, "success");
    life.attempt("2", 1, 0, 20_000, "timed_out").sha = "c2".into();
    life.attempt("3", 1, 0, 5, "startup_failure").sha = "c3".into();
    life.attempt("4", 1, 0, 60, "cancelled").sha = "c4".into();
    life.attempt("5", 1, 0, 61, "skipped").sha = "c5".into();
    life.attempt("6", 1, 0, 61, "neutral").sha = "c6".into();
    life.attempt("7", 1, 0, 30, "").finished_at = None;
    life.pipeline(1, 0, 600, "success");
    assert!(told(&life, false).is_empty(), "off by default");
    let [duration, errors] = &told(&life, true)[..] else { panic!("two families") };
    assert_eq!((duration.name, duration.unit, duration.is_gauge), ("cicd.pipeline.run.duration", Unit::Seconds, false));
    let of = |result: &str| {
        format!(
            "cicd.pipeline.name=CI,cicd.pipeline.run.state=executing,cicd.pipeline.result={result},vcs.repository.name=acme/shop"
        )
    };
    let told = series(duration);
    for (result, rest) in [
        ("cancellation", "1 60 [0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]"),
        ("error", "1 5 [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]"),
        ("skip", "1 61 [0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]"),
        ("success", "1 45 [0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]"),
        ("timeout", "1 20000 [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]"),
    ] {
        assert!(told.contains(&format!("{} {rest}", of(result))), "{result}: {told:?}");
    }
    assert_eq!(told.len(), 6, "and a pipeline; a run without a verdict is none: {told:?}");
    assert_eq!((errors.name, errors.unit), ("cicd.pipeline.run.errors", Unit::Of("error")));
    assert!(errors.is_of_totals());
    assert_eq!(
        series(errors),
        ["cicd.pipeline.name=CI,error.type=startup_failure 1 0 []", "cicd.pipeline.name=CI,error.type=timeout 1 0 []",],
        "a run that succeeded in the end failed not"
    );
}
