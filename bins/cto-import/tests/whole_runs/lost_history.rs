//! Medians of cycle time while GitHub loses status events: what is shown is true, or says that little is known.
//!
//! Losses begin at different dates, take different shares of the events, and are met by imports of different intervals,
//! the longest ones of which begin after the loss. `just truth` runs more of them than the test does.

use std::collections::BTreeMap;

use metrics_core::Calculation;
use model::Instant;
use model::instant::MICROS_PER_DAY;
use sandbox::{LostEvents, Options, Organisation, Size, Truth};

use crate::simulated::Simulated;
use crate::truth::{calculation, table};

/// One loss, and the imports that meet it.
#[derive(Clone, Copy, Debug)]
struct Loss {
    seed: u64,
    /// Days between its begin and the end of the simulation.
    days: i64,
    share: f64,
    /// Days between two imports; the first one is at the first such day after the begin.
    interval: i64,
}

/// Losses by number: all intervals and shares come up with each other.
fn loss(number: u64) -> Loss {
    let intervals = [1, 7, 42, 14, 3, 28];
    let shares = [1.0, 0.9, 0.5, 0.8, 0.3];
    Loss {
        seed: 100 + number,
        days: 50 + 13 * (number as i64 % 6),
        share: shares[number as usize % shares.len()],
        interval: intervals[number as usize % intervals.len()],
    }
}

/// A month: what is shown, the share that is known, what is true, and of how many issues.
#[derive(Clone, Copy, Debug)]
struct Month {
    shown: Option<f64>,
    known: f64,
    truth: f64,
    issues: usize,
}

impl Month {
    fn error(self) -> Option<f64> {
        self.shown.map(|shown| (shown - self.truth).abs() / self.truth)
    }
}

fn months(loss: Loss) -> Vec<Month> {
    let base = Options { issues: Some(700), pull_requests: Some(10), ..Options::new(loss.seed, Size::Small) };
    let end = Organisation::generate(&base).end();
    let back = |days: i64| Instant::from_micros(end.micros() - days * MICROS_PER_DAY);
    let lost_events = Some(LostEvents { from: back(loss.days), share: loss.share });
    let simulated = Simulated::serve(&Options { lost_events, ..base });
    let data = tempfile::tempdir().expect("a folder");
    for day in (0..=loss.days).rev().filter(|day| day % loss.interval == 0) {
        simulated.moves_to(back(day));
        let ended = simulated.import(data.path(), &[]);
        assert_eq!(ended.code, 0, "{loss:?}, {day} days before the end:\n{}", ended.stderr);
    }
    let calculation = calculation(&simulated.organisation, data.path(), None);
    compared(&calculation, &simulated.organisation.truth(end))
}

fn compared(calculation: &Calculation, truth: &Truth) -> Vec<Month> {
    let mut happened: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    for issue in truth.issues.iter().filter(|issue| issue.cycle_seconds.is_some()) {
        let month = issue.ended_at.expect("it has ended").to_rfc3339_seconds()[..7].to_owned();
        happened.entry(month).or_default().extend(issue.cycle_seconds);
    }
    let table = table(calculation, "cycle_time");
    let number = |row: usize, column: &str| table.cell(row, column).parse::<f64>().ok();
    let mut month = |row: usize| {
        let durations = happened.get_mut(&table.cell(row, "month"))?;
        durations.sort_unstable();
        let middle = durations.len() / 2;
        let twice = durations[middle] + durations[(durations.len() - 1) / 2];
        Some(Month {
            shown: number(row, "cycletime_days_p50"),
            known: number(row, "cycle_known_share").unwrap_or(1.0),
            truth: twice as f64 / 2.0 / 86_400.0,
            issues: durations.len(),
        })
    };
    (0..table.height()).filter_map(&mut month).filter(|month| month.issues >= 10).collect()
}

/// What came out of some losses.
#[derive(Default)]
struct Outcome {
    shown: usize,
    hidden: usize,
    /// Shown, more than a tenth off, and all but a twentieth of the issues known.
    wrong: Vec<(u64, Month)>,
    /// Shown, more than a tenth off, and the known share says that a twentieth or more is not known.
    warned: usize,
    worst: f64,
}

fn outcome(losses: u64) -> Outcome {
    let mut outcome = Outcome::default();
    for number in 0..losses {
        for month in months(loss(number)) {
            let Some(error) = month.error() else {
                outcome.hidden += 1;
                continue;
            };
            outcome.shown += 1;
            outcome.worst = outcome.worst.max(error);
            match error > 0.1 {
                true if month.known < 0.95 => outcome.warned += 1,
                true => outcome.wrong.push((number, month)),
                false => {}
            }
        }
    }
    outcome
}

#[test]
fn no_median_is_far_from_the_truth_unless_its_known_share_says_so() {
    let losses = if std::env::var_os("CTO_TRUTH").is_some_and(|size| size == "full") { 50 } else { 3 };
    let Outcome { shown, hidden, wrong, warned, worst } = outcome(losses);
    println!(
        "lost history: {losses} losses, {shown} medians of months shown, {hidden} not known, {warned} more than 10 % off \
         with a known share below 0.95, {} without; the worst is {:.0} % off",
        wrong.len(),
        worst * 100.0
    );
    assert!(shown > 0 && hidden > 0, "there is something to compare: {shown} shown, {hidden} not known");
    assert!(wrong.is_empty(), "{wrong:?}");
}
