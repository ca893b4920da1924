//! `Date` headers that are wrong: what was read is stored, what comes later wins, no instant lies in the future.

use std::path::Path;

use model::Instant;
use model::instant::MICROS_PER_DAY;
use sandbox::{Options, Size};

use crate::published::{Row, rows};
use crate::simulated::{Ended, Simulated, assert_same_tables};
use crate::truth::{assert_truth, calculation};

const HOUR: u64 = 3_600;
const DAY: u64 = 24 * HOUR;
/// From the simulated period to 2099.
const TO_2099: u64 = 72 * 365 * DAY;

fn served() -> Simulated {
    Simulated::serve(&Options { issues: Some(150), pull_requests: Some(80), ..Options::new(58, Size::Small) })
}

/// Says that a clock is wrong.
#[track_caller]
fn assert_said(ended: &Ended) {
    let text = format!("{}{}", ended.stdout, ended.stderr);
    assert!(text.lines().any(|line| line.contains("clock") || line.contains("`Date`")), "{text}");
}

/// No instant of an import lies more than a day behind the provider's true time.
#[track_caller]
fn assert_sane(simulated: &Simulated, data: &Path, now: Instant) {
    let latest = now.micros() + MICROS_PER_DAY;
    for (table, columns) in [
        ("issue.csv", &["updated_at", "vanished_at"][..]),
        ("pr.csv", &["updated_at", "vanished_at"]),
        ("project_item.csv", &["observed_at"]),
        ("project_item_sighting.csv", &["observed_at", "presence_at"]),
    ] {
        for row in rows(data, table) {
            for column in columns {
                let at = Instant::parse_date_or_rfc3339(&row[*column]);
                assert!(at.is_none_or(|at| at.micros() <= latest), "{table} {column}: {row:?}");
            }
        }
    }
    let as_of = calculation(&simulated.organisation, data, None).as_of;
    assert!(
        as_of.micros() <= latest && as_of.micros() >= now.micros() - MICROS_PER_DAY,
        "as_of {as_of:?}, now {now:?}"
    );
}

/// Open issues of the published table.
fn open(data: &Path) -> usize {
    rows(data, "issue.csv").iter().filter(|row: &&Row| row["state"] == "open").count()
}

/// A right import three weeks before the end, a wrong one two weeks before it, then right ones. Fails unless the figures
/// are what happened after each right one, and after a full one.
#[track_caller]
fn assert_nothing_lost(fault: &str) {
    let simulated = served();
    let data = tempfile::tempdir().expect("a folder");
    simulated.moves_to(simulated.days_before_end(21));
    simulated.import(data.path(), &[]).with_code(0);
    simulated.moves_to(simulated.days_before_end(14));
    simulated.breaks(&[fault]);
    let ended = simulated.import(data.path(), &[]).with_code(0);
    simulated.breaks(&[]);
    for (days, flags) in [(10, &[][..]), (0, &[]), (0, &["--full"])] {
        let now = simulated.days_before_end(days);
        simulated.moves_to(now);
        simulated.import(data.path(), flags).with_code(0);
        let view = simulated.organisation.view(now);
        assert_eq!(open(data.path()), view.issues.iter().filter(|one| one.closed_at.is_none()).count(), "{days} days");
        assert_sane(&simulated, data.path(), now);
        assert_truth(&calculation(&simulated.organisation, data.path(), None), &simulated.organisation.truth(now));
    }
    assert_said(&ended);
}

#[test]
fn no_instant_of_an_import_with_a_wrong_date_lies_in_the_future() {
    for seconds in [7 * DAY, TO_2099] {
        let simulated = served();
        let data = tempfile::tempdir().expect("a folder");
        simulated.breaks(&[&format!("date-ahead=always,{seconds}")]);
        simulated.import(data.path(), &[]).with_code(0);
        assert_sane(&simulated, data.path(), simulated.now());
        let truth = simulated.organisation.truth(simulated.now());
        assert_eq!(rows(data.path(), "issue.csv").len(), truth.issues.len());
        let as_of = Some(simulated.now());
        assert_truth(&calculation(&simulated.organisation, data.path(), as_of), &truth);
    }
}

#[test]
fn an_import_a_week_ahead_loses_nothing_of_what_comes_after_it() {
    assert_nothing_lost(&format!("date-ahead=always,{}", 7 * DAY));
}

#[test]
fn an_import_in_2099_loses_nothing_of_what_comes_after_it() {
    assert_nothing_lost(&format!("date-ahead=always,{TO_2099}"));
}

#[test]
fn an_import_years_back_loses_nothing() {
    assert_nothing_lost(&format!("date-behind=always,{}", 3 * 365 * DAY));
}

#[test]
fn an_import_an_hour_ahead_does_not_keep_open_what_is_closed_within_that_hour() {
    let simulated = served();
    let organisation = &simulated.organisation;
    let view = organisation.view(organisation.end());
    // The last change of these issues is that they are closed.
    let closings = view.issues.iter().filter(|issue| issue.closed_at == Some(issue.updated_at));
    let recent = closings.filter_map(|issue| issue.closed_at).filter(|at| *at > simulated.days_before_end(60));
    let minutes = |at: Instant, minutes: i64| Instant::from_micros(at.micros() + minutes * 60_000_000);
    let mut tried = 0;
    for closed_at in recent.take(8) {
        let data = tempfile::tempdir().expect("a folder");
        simulated.moves_to(minutes(closed_at, -30));
        simulated.breaks(&[&format!("date-ahead=always,{HOUR}")]);
        simulated.import(data.path(), &[]).with_code(0);
        simulated.breaks(&[]);
        for later in [10, 3 * 24 * 60] {
            let now = minutes(closed_at, later);
            simulated.moves_to(now);
            simulated.import(data.path(), &[]).with_code(0);
            let shown = organisation.view(now);
            let happened = shown.issues.iter().filter(|issue| issue.closed_at.is_none()).count();
            assert_eq!(open(data.path()), happened, "{later} minutes after {closed_at:?}");
        }
        tried += 1;
    }
    assert_eq!(tried, 8, "eight issues were closed in the last weeks");
}

#[test]
fn wrong_dates_on_some_replies_change_no_table() {
    let simulated = served();
    let undisturbed = tempfile::tempdir().expect("a folder");
    for days in [7, 0] {
        simulated.moves_to(simulated.days_before_end(days));
        simulated.import(undisturbed.path(), &[]).with_code(0);
    }
    for fault in [
        format!("date-ahead=every:3,{}", 7 * DAY),
        format!("date-ahead=at:1,{TO_2099}"),
        format!("date-behind=every:4,{}", 3 * 365 * DAY),
    ] {
        let data = tempfile::tempdir().expect("a folder");
        for days in [7, 0] {
            simulated.moves_to(simulated.days_before_end(days));
            let faults = if days > 0 { vec![] } else { vec![fault.as_str()] };
            simulated.breaks(&faults);
            simulated.import(data.path(), &[]).with_code(0);
        }
        simulated.breaks(&[]);
        assert_same_tables(undisturbed.path(), data.path(), &fault);
    }
}

#[test]
fn a_provider_whose_clock_is_always_an_hour_ahead_is_imported_as_ever() {
    let simulated = served();
    let data = tempfile::tempdir().expect("a folder");
    simulated.breaks(&[&format!("date-ahead=always,{HOUR}")]);
    for days in [7, 3, 0] {
        let now = simulated.days_before_end(days);
        simulated.moves_to(now);
        simulated.import(data.path(), &[]).with_code(0);
        let happened = simulated.organisation.view(now).issues.iter().filter(|issue| issue.closed_at.is_none()).count();
        assert_eq!(open(data.path()), happened, "{days} days before the end");
    }
}
