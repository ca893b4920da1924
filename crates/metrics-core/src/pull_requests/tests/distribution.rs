//! How long merged pull requests took, in bins.

use chrono::NaiveDate;
use proptest::prelude::*;

use super::*;
use crate::Selection;

fn after(hours: i64) -> Pull {
    merged_pull(10 + hours)
}

fn selected(pulls: &[Pull], selection: &Selection) -> Table {
    let (raw, rules) = (raw(pulls), Rules::default());
    let (tables, _) = tables_of(&raw, &rules, at("2024-03-01"), &Chosen::new(selection, &rules), Wanted::All);
    tables.into_iter().find(|table| table.name == "pr_cycle_dist").expect("it is there")
}

fn all(pulls: &[Pull]) -> Table {
    selected(pulls, &Selection::default())
}

fn cells(table: &Table, column: &str) -> Vec<String> {
    (0..table.height()).map(|row| table.cell(row, column)).collect()
}

fn counts(table: &Table) -> Vec<usize> {
    cells(table, "pr_count").iter().map(|count| count.parse().expect("a count")).collect()
}

#[test]
fn bins_have_one_round_width_and_the_last_one_is_open() {
    // 2, 4, … 48 hours, and one of 40 days: p98 is the 24.52th of 25, 48 + 0.52 × 912 hours or 21.76 days.
    let mut pulls: Vec<Pull> = (1..=24).map(|pull| after(2 * pull)).collect();
    pulls.push(after(24 * 40));
    let table = all(&pulls);
    assert_eq!(cells(&table, "from_days")[..3], ["0.000000", "1.000000", "2.000000"]);
    assert_eq!(cells(&table, "to_days").last().map(String::as_str), Some(""));
    assert_eq!(cells(&table, "from_days").last().map(String::as_str), Some("22.000000"));
    // 2 to 22 hours, 24 to 46 hours, 48 hours; then nothing, and the last.
    assert_eq!((counts(&table)[..4].to_vec(), counts(&table)[22]), (vec![11, 12, 1, 0], 1));
    assert_eq!((table.height(), table.cell(0, "share")), (23, "0.440000".to_owned()));
    let quantiles = ["p50_days", "p85_days", "p95_days"].map(|column| table.cell(7, column));
    // The 13th is 26 hours; 85 % of the way is place 20.4, 42 + 0.8 hours; 95 % is 22.8, 47.6 hours.
    assert_eq!(quantiles, ["1.083333", "1.783333", "1.983333"]);
}

#[test]
fn short_times_have_bins_of_hours_or_less_and_no_time_at_all_has_one() {
    assert_eq!(cells(&all(&[after(20)]), "to_days")[0], "0.041667");
    assert_eq!(cells(&all(&[after(200)]), "to_days")[0], "0.416667");
    assert_eq!(cells(&all(&[after(0)]), "from_days"), ["0.000000", "0.004167"]);
}

#[test]
fn too_few_have_counts_but_no_shares_and_no_high_percentiles() {
    let row = |pulls: i64| {
        let table = all(&(0..pulls).map(|pull| after(pull + 5)).collect::<Vec<_>>());
        ["share", "p85_days", "p95_days"].map(|column| table.cell(0, column).is_empty())
    };
    assert_eq!(row(9), [true, true, true]);
    assert_eq!(row(10), [false, false, true]);
    assert_eq!(row(20), [false, false, false]);
}

#[test]
fn what_took_exactly_as_long_as_nearly_all_is_not_more_than_that() {
    // Three of fifty at 80 days, which is the 98th percentile and a bound of bins.
    let pulls: Vec<Pull> = [0; 47].into_iter().chain([24 * 80; 3]).map(after).collect();
    assert_eq!(counts(&all(&pulls)).last(), Some(&0));
}

#[test]
fn nothing_merged_is_no_row() {
    assert_eq!(all(&[open_pull(), Pull { closed: Some(hour(20)), ..open_pull() }]).height(), 0);
    assert_eq!(all(&[Pull { author: "deploy[bot]", ..after(5) }]).height(), 0);
}

#[test]
fn only_what_was_merged_on_the_days_of_the_range_counts() {
    let day = |day| NaiveDate::from_ymd_opt(2024, 1, day);
    // Merged on 2, 3 and 4 January at 00:00, the last day included.
    let pulls = [merged_pull(24), merged_pull(48), merged_pull(72)];
    let merged =
        |from, to| counts(&selected(&pulls, &Selection { from, to, ..Selection::default() })).iter().sum::<usize>();
    let expected: [usize; 5] = [3, 2, 1, 1, 0];
    let ranges = [(None, None), (day(3), None), (None, day(2)), (day(3), day(3)), (day(5), None)];
    assert_eq!(ranges.map(|(from, to)| merged(from, to)), expected);
}

proptest! {
    #[test]
    fn every_merged_pull_request_is_in_one_bin_and_nearly_all_below_the_last(
        hours in proptest::collection::vec(0_i64..2_000, 1..120),
    ) {
        let pulls: Vec<Pull> = hours.iter().map(|hours| after(*hours)).collect();
        let raw = raw(&pulls);
        let tables = pull_request_tables(&raw, &Rules::default(), at("2024-12-01"));
        let table = tables.iter().find(|table| table.name == "pr_cycle_dist").expect("it is there");
        let counts = counts(table);
        prop_assert_eq!(counts.iter().sum::<usize>(), hours.len());
        prop_assert!(counts.len() <= 26 && counts.len() >= 2);
        prop_assert!(counts[counts.len() - 1] * 50 <= hours.len() + 50, "{counts:?}");
        let (to, from) = (cells(table, "to_days"), cells(table, "from_days"));
        prop_assert_eq!(&to[..to.len() - 1], &from[1..], "bins follow each other");
    }
}
