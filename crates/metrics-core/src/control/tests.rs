use chrono::Days;
use model::rules::ProcessChange;
use proptest::prelude::*;

use super::*;

fn monday(week: usize) -> NaiveDate {
    NaiveDate::from_ymd_opt(2024, 1, 1).expect("a Monday") + Days::new(7 * week as u64)
}

fn weeks(values: &[f64]) -> Vec<Point> {
    let point = |(week, value): (usize, &f64)| Point::measure(monday(week), *value, true);
    values.iter().enumerate().map(point).collect()
}

fn change(date: NaiveDate, note: &str) -> ProcessChange {
    ProcessChange { date, note: note.to_owned() }
}

fn signals_at(values: &[f64], index: usize) -> Vec<Signal> {
    xmr(&weeks(values), &[]).points[index].signals.clone()
}

fn close(value: Option<f64>, expected: f64) -> bool {
    value.is_some_and(|value| (value - expected).abs() < 1e-9)
}

/// 20 points with centre 10 and mean moving range 2, so limits 10 ± 5.32 and half-way lines 10 ± 2.66.
fn calm_baseline() -> Vec<f64> {
    [9.0, 11.0].repeat(10)
}

#[test]
fn limits_are_the_mean_and_2_66_mean_moving_ranges() {
    // Mean 60 / 6 = 10; ranges 2, 4, 3, 2, 1 with mean 12 / 5 = 2.4; 2.66 × 2.4 = 6.384.
    let chart = xmr(&weeks(&[10.0, 12.0, 8.0, 11.0, 9.0, 10.0]), &[]);
    let last = &chart.points[5];
    assert!(close(last.center, 10.0) && close(last.ucl, 16.384) && close(last.lcl, 3.616), "{last:?}");
    assert!(last.provisional && last.signals.is_empty() && last.segment == 1);
}

#[test]
fn below_six_points_there_are_no_limits_and_the_reason_is_given() {
    let chart = xmr(&weeks(&[10.0, 12.0, 8.0, 11.0, 90.0]), &[]);
    assert!(chart.points.iter().all(|point| point.center.is_none() && point.signals.is_empty() && !point.provisional));
    assert_eq!(chart.no_limits(), Some(NoLimits::TooFewPoints { points: 5 }));
}

#[test]
fn provisional_limits_of_a_week_rest_on_what_was_known_in_it() {
    let values = [10.0, 12.0, 8.0, 11.0, 9.0, 10.0, 24.0];
    let (six, seven) = (xmr(&weeks(&values[..6]), &[]), xmr(&weeks(&values), &[]));
    assert_eq!(six.points[..], seven.points[..6]);
    assert!(close(seven.points[6].center, 12.0));
}

#[test]
fn the_baseline_is_frozen_after_twenty_points() {
    let mut values = calm_baseline();
    values.extend([12.0, 8.0, 13.0]);
    let chart = xmr(&weeks(&values), &[]);
    assert!(chart.points[18].provisional && !chart.points[19].provisional);
    for point in &chart.points[19..] {
        assert!(close(point.center, 10.0) && close(point.ucl, 15.32) && close(point.lcl, 4.68), "{point:?}");
    }
}

#[test]
fn a_point_on_the_limit_is_not_beyond_it() {
    // Powers of two keep the limits exact: no rounding decides.
    let limits = signals::Limits { center: 8.0, mean_moving_range: 2.0 };
    let reach = limits.reach().expect("there is variation");
    assert!(!limits.signals(&[8.0 + reach]).contains(&Signal::BeyondLimits));
    assert!(limits.signals(&[8.0 + reach + 0.01]).contains(&Signal::BeyondLimits));
    assert!(limits.signals(&[8.0 - reach - 0.01]).contains(&Signal::BeyondLimits));
}

#[test]
fn the_lower_limit_is_shown_at_zero_but_not_clipped_for_the_rules() {
    // Mean 3, mean moving range 6, reach 15.96: the lower limit is −12.96, half-way −4.98.
    let chart = xmr(&weeks(&[0.0, 6.0, 0.0, 6.0, 0.0, 6.0, 0.0, 0.0, 0.0]), &[]);
    assert_eq!(chart.points[5].lcl, Some(0.0));
    // Were the limit 0, three zeros would be nearer to it than to the centre.
    assert!(chart.points.iter().all(|point| point.signals.is_empty()));
    let mut negative = calm_baseline();
    negative.extend([-14.0]);
    assert_eq!(xmr(&weeks(&negative), &[]).points[20].signals, [Signal::BeyondLimits]);
}

#[test]
fn a_series_below_zero_keeps_its_lower_limit() {
    // Mean −3, mean moving range 6, reach 15.96.
    let chart = xmr(&weeks(&[0.0, -6.0, 0.0, -6.0, 0.0, -6.0]), &[]);
    let last = &chart.points[5];
    assert!(close(last.ucl, 12.96) && close(last.lcl, -18.96), "{last:?}");
}

#[test]
fn the_eighth_point_in_a_row_on_one_side_is_a_signal_and_the_seventh_is_not() {
    let mut values = calm_baseline(); // Ends with 11, which is the first of the run.
    values.extend([11.0; 7]);
    assert_eq!(signals_at(&values, 25), []);
    assert_eq!(signals_at(&values, 26), [Signal::RunOf8]);
    values.push(12.0);
    assert_eq!(signals_at(&values, 27), [Signal::RunOf8]);
}

#[test]
fn a_point_on_the_centre_breaks_a_run() {
    let mut values = calm_baseline();
    values.extend([11.0, 11.0, 11.0, 11.0, 10.0, 11.0, 11.0, 11.0, 11.0]);
    let chart = xmr(&weeks(&values), &[]);
    assert!(chart.points.iter().all(|point| point.signals.is_empty()));
}

#[test]
fn three_of_four_near_one_limit_are_a_signal_at_a_point_that_is_one_of_them() {
    let mut values = calm_baseline();
    values.extend([13.0, 13.0, 9.0, 13.0, 9.0]);
    assert_eq!(signals_at(&values, 22), []);
    assert_eq!(signals_at(&values, 23), [Signal::ThreeOf4NearLimit]);
    assert_eq!(signals_at(&values, 24), []);
}

#[test]
fn near_points_on_both_sides_or_nearer_to_the_centre_do_not_add_up() {
    let mut values = calm_baseline();
    values.extend([13.0, 7.0, 13.0, 7.0]);
    assert_eq!(signals_at(&values, 23), []);
    let mut inside = calm_baseline();
    inside.extend([12.6, 12.6, 9.0, 12.6]);
    assert_eq!(signals_at(&inside, 23), []);
}

#[test]
fn equal_points_have_a_centre_but_no_limits() {
    let chart = xmr(&weeks(&[5.0; 8]), &[]);
    assert_eq!(chart.no_limits(), Some(NoLimits::NoVariation));
    assert_eq!((chart.points[7].center, chart.points[7].ucl, chart.points[7].lcl), (Some(5.0), None, None));
    assert!(chart.points.iter().all(|point| point.signals.is_empty()));
}

fn counts(values: &[f64]) -> Vec<Point> {
    values.iter().enumerate().map(|(week, count)| Point::count(monday(week), *count, true)).collect()
}

#[test]
fn fewer_than_one_event_a_week_have_a_centre_and_neither_limits_nor_signals() {
    let mut rare = [0.0, 0.0, 0.0, 1.0].repeat(5);
    rare.extend([3.0, 0.0, 2.0, 2.0, 2.0]);
    let chart = xmr(&counts(&rare), &[]);
    assert_eq!(chart.no_limits(), Some(NoLimits::TooRare));
    assert!(chart.points.iter().all(|point| point.signals.is_empty() && point.ucl.is_none() && !point.is_judged()));
    assert!(close(chart.points[24].center, 0.25));
    let said = finding(&chart, "change requests").sentences;
    assert_eq!(
        said,
        ["The last complete week (2024-W25, 2 change requests) cannot be judged: \
          0.2 a week in the mean are too few a week for limits: compare by month."]
    );
    let measured = xmr(&weeks(&rare), &[]);
    assert!(!measured.points[20].signals.is_empty(), "a median of a quarter of a day is not rare");
}

#[test]
fn exactly_one_event_a_week_is_enough() {
    let chart = xmr(&counts(&[0.0, 2.0].repeat(10)), &[]);
    assert!(chart.points[19].ucl.is_some() && chart.points[19].is_judged());
}

#[test]
fn quiet_weeks_open_no_segment_of_rare_events_and_what_is_no_longer_rare_does() {
    let mut quiet = [0.0, 0.0, 1.0, 0.0].repeat(5);
    quiet.extend([0.0; 40]);
    assert!(xmr(&counts(&quiet), &[]).limit_changes.is_empty());
    quiet.extend([4.0, 6.0].repeat(10));
    let chart = xmr(&counts(&quiet), &[]);
    assert_eq!(chart.limit_changes.len(), 1);
    assert!(close(chart.points[79].center, 5.0) && chart.points[79].ucl.is_some());
}

#[test]
fn nineteen_points_on_one_side_keep_the_segment_and_the_twentieth_opens_one_at_the_first() {
    let mut values = calm_baseline();
    values.push(9.0);
    values.extend([14.0, 13.0].repeat(9));
    values.push(14.0);
    assert!(xmr(&weeks(&values), &[]).limit_changes.is_empty());
    values.push(13.0);
    let chart = xmr(&weeks(&values), &[]);
    assert_eq!(
        chart.limit_changes,
        [LimitChange {
            date: monday(21),
            decided: monday(40),
            segment: 2,
            reason: ChangeReason::Run,
            old_center: Some(10.0),
            new_center: Some(13.5),
        }]
    );
    assert_eq!((chart.points[20].segment, chart.points[21].segment), (1, 2));
    assert_eq!(chart.points[25].no_limits, Some(NoLimits::TooFewPoints { points: 5 }));
    assert!(chart.points[26].provisional && !chart.points[40].provisional && close(chart.points[40].center, 13.5));
    // Moving ranges are those of the new segment alone: all 1.
    assert!(close(chart.points[40].ucl, 13.5 + 2.66));
}

#[test]
fn a_run_that_began_within_the_baseline_leaves_the_old_segment_its_own_points() {
    // Baseline: ten points around 10, ten around 20, centre 15; the run begins at the eleventh point.
    let mut values = [9.0, 11.0].repeat(5);
    values.extend([19.0, 21.0].repeat(10));
    let chart = xmr(&weeks(&values), &[]);
    let opened = &chart.limit_changes[0];
    assert_eq!((opened.date, opened.old_center, opened.new_center), (monday(10), Some(10.0), Some(20.0)));
    assert_eq!((chart.points[9].segment, chart.points[10].segment), (1, 2));
    assert!(close(chart.points[9].center, 10.0));
}

#[test]
fn a_configured_change_opens_a_segment_at_the_first_week_that_begins_on_or_after_it() {
    let mut values = [9.0, 11.0].repeat(3);
    values.extend([29.0, 31.0].repeat(3));
    let wednesday = monday(5) + Days::new(2);
    for date in [wednesday, monday(6)] {
        let chart = xmr(&weeks(&values), &[change(date, "two teams became one")]);
        let opened = &chart.limit_changes[0];
        assert_eq!((opened.date, opened.decided, opened.segment), (monday(6), monday(6), 2));
        assert_eq!(opened.reason, ChangeReason::ProcessChange("two teams became one".to_owned()));
        assert_eq!((opened.old_center, opened.new_center), (Some(10.0), Some(30.0)));
        assert!(close(chart.points[11].ucl, 30.0 + 2.66 * 2.0), "no moving range from 11 to 29");
    }
}

#[test]
fn changes_outside_the_series_do_nothing_and_changes_on_one_point_open_one_segment() {
    let values = [9.0, 11.0].repeat(3);
    let outside = [change(monday(0), "a"), change(monday(6), "b")];
    assert!(xmr(&weeks(&values), &outside).limit_changes.is_empty());
    let together = [change(monday(3), "b"), change(monday(2) + Days::new(1), "a")];
    let chart = xmr(&weeks(&values), &together);
    assert_eq!(chart.limit_changes.len(), 1);
    assert_eq!(chart.limit_changes[0].reason, ChangeReason::ProcessChange("a; b".to_owned()));
    assert_eq!(chart.points[5].no_limits, Some(NoLimits::TooFewPoints { points: 3 }));
}

#[test]
fn an_incomplete_point_is_shown_and_enters_nothing() {
    let mut points = weeks(&[10.0, 12.0, 8.0, 11.0, 9.0, 10.0, 500.0, 10.0]);
    points[6].complete = false;
    let chart = xmr(&points, &[]);
    let incomplete = &chart.points[6];
    assert_eq!((incomplete.no_limits, incomplete.value), (Some(NoLimits::Incomplete), 500.0));
    assert!(incomplete.signals.is_empty() && incomplete.ucl.is_none());
    // Mean of seven points 70 / 7; ranges 2, 4, 3, 2, 1, 0 with mean 2.
    assert!(close(chart.points[7].center, 10.0) && close(chart.points[7].ucl, 10.0 + 2.66 * 2.0));
}

#[test]
fn the_finding_begins_with_whether_the_last_complete_week_was_normal() {
    let mut points = weeks(&calm_baseline());
    points.push(Point::measure(monday(20), 0.0, false));
    let calm = finding(&xmr(&points, &[]), "issues finished");
    assert_eq!(calm.normal, Some(true));
    assert_eq!(
        calm.sentences,
        ["The last complete week (2024-W20, 11 issues finished) was normal: within the limits 4.7 to 15.3 around 10."]
    );
    let mut values = calm_baseline();
    values.push(16.0);
    let odd = finding(&xmr(&weeks(&values), &[]), "issues finished");
    assert_eq!(odd.normal, Some(false));
    assert_eq!(
        odd.to_string(),
        "The last complete week (2024-W21, 16 issues finished) was not normal. It is above the upper limit of 15.3."
    );
    let few = finding(&xmr(&weeks(&[1.0, 2.0]), &[]), "issues finished");
    assert_eq!(few.normal, None);
    assert!(few.sentences[0].ends_with("cannot be judged: limits need 6 complete weeks, there are 2."));
    for (value, unit, said) in [
        (1.0, "issues finished", "1 issue finished"),
        (1.0, "change requests", "1 change request"),
        (2.0, "change requests", "2 change requests"),
        (1.4, "days of cycle time in the median", "1.4 days of cycle time in the median"),
    ] {
        let sentence = finding(&xmr(&weeks(&[value]), &[]), unit).to_string();
        assert!(sentence.contains(&format!(", {said})")), "{sentence}");
    }
    assert_eq!(finding(&Chart::default(), "issues").sentences, ["There is no complete week yet."]);
}

#[test]
fn a_change_of_limits_stays_in_the_finding_for_26_weeks() {
    let sentences = |weeks_after: usize| {
        let values = [9.0, 11.0].repeat(30);
        let points = weeks(&values[..=20 + weeks_after]);
        finding(&xmr(&points, &[change(monday(20), "new board")]), "issues").sentences
    };
    let told = "The limits changed from 2024-05-20 on because of a configured change of the process (new board): \
                old centre 10, new centre 10.";
    assert!(sentences(25).iter().any(|sentence| sentence == told), "{:?}", sentences(25));
    assert!(!sentences(26).iter().any(|sentence| sentence == told));
}

proptest! {
    #[test]
    fn later_weeks_never_change_a_verdict_of_the_same_segment(
        values in proptest::collection::vec(0_u8..30, 1..90),
        known in 1_usize..90,
    ) {
        let values: Vec<f64> = values.into_iter().map(f64::from).collect();
        let known = known.min(values.len());
        let (then, now) = (xmr(&weeks(&values[..known]), &[]), xmr(&weeks(&values), &[]));
        let stable = now.limit_changes.iter()
            .filter(|change| change.decided >= monday(known))
            .map(|change| now.points.iter().filter(|point| point.first_day < change.date).count())
            .min().unwrap_or(known).min(known);
        prop_assert_eq!(&then.points[..stable], &now.points[..stable]);
    }

    #[test]
    fn limits_enclose_the_centre_and_segments_count_up(values in proptest::collection::vec(0_u8..30, 1..90)) {
        let values: Vec<f64> = values.into_iter().map(f64::from).collect();
        let chart = xmr(&weeks(&values), &[]);
        prop_assert_eq!(chart.points.len(), values.len());
        for point in &chart.points {
            if let (Some(lcl), Some(center), Some(ucl)) = (point.lcl, point.center, point.ucl) {
                prop_assert!(0.0 <= lcl && lcl <= center && center < ucl);
            }
        }
        for pair in chart.points.windows(2) {
            prop_assert!(pair[1].segment == pair[0].segment || pair[1].segment == pair[0].segment + 1);
        }
        prop_assert_eq!(chart.points.last().map(|point| point.segment), Some(chart.limit_changes.len() + 1));
    }
}
