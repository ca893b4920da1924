//! How often weekly counts and medians signal although nothing changes, rare events among them.

use chrono::{Days, NaiveDate};
use metrics_core::control::{NoLimits, Point, xmr};

use crate::chance::{Chance, Kind};
use crate::{Share, Size};

const WEEKS: usize = 104;

#[derive(Default)]
struct Seen {
    signalling_weeks: Share,
    new_segments: Share,
    with_limits: Share,
}

#[test]
fn rare_events_have_no_limits_and_other_counts_signal_seldom() {
    let size = Size::chosen();
    for kind in [Kind::Poisson(0.2), Kind::Poisson(0.5)] {
        let seen = counts(kind, size);
        let words = kind.words();
        seen.signalling_weeks.held(&format!("{words}: weeks that signal"), 0.0..=size.pick(1.0, 0.5));
        seen.new_segments.held(&format!("{words}: charts with a false segment"), 0.0..=size.pick(5.0, 1.0));
    }
    let usual = [Kind::Poisson(2.0), Kind::Poisson(3.0), Kind::Poisson(10.0), Kind::TwiceAsVaried(5.0)];
    for (kind, most) in usual.into_iter().map(|kind| (kind, 6.0)).chain([(Kind::Dependent(10.0), 40.0)]) {
        let seen = counts(kind, size);
        let words = kind.words();
        seen.with_limits.held(&format!("{words}: charts with limits at the end"), 95.0..=100.0);
        seen.signalling_weeks.held(&format!("{words}: weeks that signal"), 0.0..=size.pick(2.0 * most, most));
        seen.new_segments.held(&format!("{words}: charts with a false segment"), 0.0..=size.pick(100.0, most));
    }
}

#[test]
fn medians_of_a_few_durations_signal_seldom_however_short_they_are() {
    let size = Size::chosen();
    for durations in [5, 15] {
        let seen = charts(size, |chance| (0..WEEKS).map(|week| median(week, durations, chance)).collect());
        let words = format!("medians of {durations} durations a week");
        seen.with_limits.held(&format!("{words}: charts with limits at the end"), 100.0..=100.0);
        seen.signalling_weeks.held(&format!("{words}: weeks that signal"), 0.0..=size.pick(15.0, 8.0));
        seen.new_segments.held(&format!("{words}: charts with a false segment"), 0.0..=size.pick(100.0, 8.0));
    }
}

/// Of durations of a quarter of a day in the mean, a few of them long.
fn median(week: usize, durations: usize, chance: &mut Chance) -> Point {
    let mut days: Vec<f64> = (0..durations).map(|_| 0.25 * chance.exponential() * chance.exponential()).collect();
    days.sort_by(f64::total_cmp);
    Point::measure(monday(week), days[durations / 2], true)
}

fn counts(kind: Kind, size: Size) -> Seen {
    let point = |(week, count): (usize, &u32)| Point::count(monday(week), f64::from(*count), true);
    charts(size, |chance| kind.weeks(chance, WEEKS).iter().enumerate().map(point).collect())
}

fn charts(size: Size, points: impl Fn(&mut Chance) -> Vec<Point>) -> Seen {
    let mut chance = Chance::new(8);
    let mut seen = Seen::default();
    for _ in 0..size.pick(30, 1000) {
        let chart = xmr(&points(&mut chance), &[]);
        for point in &chart.points {
            seen.signalling_weeks.add(!point.signals.is_empty());
        }
        seen.new_segments.add(!chart.limit_changes.is_empty());
        seen.with_limits.add(chart.no_limits() != Some(NoLimits::TooRare));
    }
    seen
}

fn monday(week: usize) -> NaiveDate {
    NaiveDate::from_ymd_opt(2024, 1, 1).expect("a Monday") + Days::new(7 * week as u64)
}
