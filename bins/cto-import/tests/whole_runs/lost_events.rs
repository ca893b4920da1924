//! Daily imports while GitHub loses status events.

use std::collections::BTreeMap;

use model::Instant;
use model::instant::MICROS_PER_DAY;
use sandbox::{LostEvents, Options, Organisation, Size, Truth};

use crate::simulated::Simulated;
use crate::truth::{calculation, table};

/// Days of daily imports: a quarter.
const DAYS: i64 = 91;

fn options(share: f64) -> Options {
    let base = Options { issues: Some(600), pull_requests: Some(30), ..Options::new(41, Size::Small) };
    let end = Organisation::generate(&base).end();
    let from = Instant::from_micros(end.micros() - DAYS * MICROS_PER_DAY);
    Options { lost_events: Some(LostEvents { from, share }), ..base }
}

/// Open items by week and step, all boards together; the last entry is off the board.
type Weeks = BTreeMap<(i64, i64), [i64; 7]>;

fn happened(truth: &Truth) -> Weeks {
    let mut weeks = Weeks::new();
    for row in &truth.stocks {
        let counts = weeks.entry((i64::from(row.year), i64::from(row.week))).or_default();
        for (sum, count) in counts.iter_mut().zip(row.in_step.iter().chain([&row.off_board])) {
            *sum += i64::from(*count);
        }
    }
    weeks
}

fn said(calculation: &metrics_core::Calculation) -> Weeks {
    let table = table(calculation, "stocks_week");
    let number = |row: usize, column: &str| table.cell(row, column).parse::<i64>().expect("a count");
    let mut weeks = Weeks::new();
    for row in 0..table.height() {
        let counts = weeks.entry((number(row, "year"), number(row, "week"))).or_default();
        let columns = ["in_backlogs", "in_ready", "in_dev", "in_review", "in_qa", "waiting_to_prod", "off_board"];
        for (sum, column) in counts.iter_mut().zip(columns) {
            *sum += number(row, column);
        }
    }
    weeks
}

fn daily_imports_tell_the_stocks(share: f64) {
    let simulated = Simulated::serve(&options(share));
    let data = tempfile::tempdir().expect("a folder");
    let end = simulated.organisation.end();
    for day in (0..=DAYS).rev() {
        simulated.moves_to(Instant::from_micros(end.micros() - day * MICROS_PER_DAY));
        simulated.import(data.path(), &[]).with_code(0);
    }
    let calculation = calculation(&simulated.organisation, data.path(), None);
    let (said, happened) = (said(&calculation), happened(&simulated.organisation.truth(end)));
    for (week, counts) in &happened {
        let told = said.get(week).copied().unwrap_or_default();
        let (open, told_open) = (counts.iter().sum::<i64>(), told.iter().sum::<i64>());
        assert_eq!(open, told_open, "open items in week {week:?}: {counts:?}, said {told:?}");
        // An item in a wrong step is missing in one place and too many in another.
        let wrong: i64 = counts.iter().zip(told).map(|(count, told)| (count - told).abs()).sum::<i64>() / 2;
        assert!(wrong * 100 <= open, "week {week:?}: {wrong} of {open} in a wrong step: {counts:?}, said {told:?}");
    }
    let notice = calculation.notices.iter().filter(|notice| notice.contains("history")).count();
    assert_eq!(notice, 1, "one line says that history was lost: {:?}", calculation.notices);
    let issues = table(&calculation, "calculated_issue");
    let gaps: i64 = (0..issues.height()).filter_map(|row| issues.cell(row, "history_gaps").parse::<i64>().ok()).sum();
    let inferred =
        (0..issues.height()).filter(|row| issues.cell(*row, "inferred_share").parse::<f64>().is_ok_and(|s| s > 0.0));
    assert!(gaps > 0 && inferred.count() > 0, "gaps are counted and inferred time is shown");
}

#[test]
fn half_of_the_status_events_lost() {
    daily_imports_tell_the_stocks(0.5);
}

#[test]
fn all_status_events_lost() {
    daily_imports_tell_the_stocks(1.0);
}
