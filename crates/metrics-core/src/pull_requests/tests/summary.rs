//! `pr_summary` against the weekly tables and the open ones.

use chrono::{Days, NaiveDate, Weekday};
use proptest::prelude::*;

use super::properties::any_pull;
use super::*;
use crate::summary::{Summaries, Summary};

fn tables_and_summaries(raw: &Raw, as_of: Instant) -> (Vec<Table>, Summaries) {
    let (tables, pull_requests) = tables_of(raw, &Rules::default(), as_of, &Chosen::everything(), Wanted::All);
    (tables, Summaries { pull_requests, ..Summaries::default() })
}

fn summary(summaries: &Summaries, days: Option<(NaiveDate, NaiveDate)>) -> Summary {
    let (from, to) = days.unzip();
    summaries.of("pr_summary", from, to).expect("there are pull requests")
}

fn number(table: &Table, row: usize, column: &str) -> Option<f64> {
    table.cell(row, column).parse().ok()
}

const ROWS: [&str; 4] = ["pr_cycle_time", "time_to_first_review", "change_requests_per_pr", "open_prs"];

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_week_summed_up_is_the_week_of_the_weekly_tables(pulls in prop::collection::vec(any_pull(), 1..40)) {
        let raw = raw(&pulls);
        let (tables, summaries) = tables_and_summaries(&raw, hour(1000));
        let of = |name: &str| tables.iter().find(|table| table.name == name).expect("calculated");
        let figures = [
            ("pr_cycle_week", "repo", 0, "open_to_merge_p50_days", Some("merged")),
            ("pr_review_latency_week", "size", 1, "to_first_review_p50_hours", None),
            ("pr_change_requests_week", "repo", 2, "avg", Some("pr_count")),
        ];
        for (name, group, metric, column, count) in figures {
            let weekly = of(name);
            for row in (0..weekly.height()).filter(|row| weekly.cell(*row, group) == "ALL") {
                let week = weekly.cell(row, "week").parse().expect("a week");
                let monday = NaiveDate::from_isoywd_opt(2024, week, Weekday::Mon).expect("a week of 2024");
                let summed = summary(&summaries, Some((monday, monday + Days::new(6)))).table;
                prop_assert_eq!(summed.cell(metric, "value"), weekly.cell(row, column), "{} {}", name, monday);
                if let Some(count) = count {
                    prop_assert_eq!(summed.cell(metric, "n"), weekly.cell(row, count), "{} {}", name, monday);
                }
                let sunday = hour(24 * (monday - NaiveDate::from_ymd_opt(2024, 1, 1).expect("a day")).num_days() + 168);
                if sunday < hour(1000) {
                    let just_before = Instant::from_micros(sunday.micros() - 1);
                    let then = tables_at(&pulls, &Rules::default(), just_before);
                    let open = then.iter().find(|table| table.name == "pr_open").expect("calculated").height();
                    prop_assert_eq!(number(&summed, 3, "value"), Some(open as f64), "{}", monday);
                }
            }
        }
        let whole = summary(&summaries, None).table;
        prop_assert_eq!((0..4).map(|row| whole.cell(row, "metric")).collect::<Vec<_>>(), ROWS);
        prop_assert_eq!(number(&whole, 3, "value"), Some(of("pr_open").height() as f64));
        for row in 0..2 {
            let [p50, p85, p95] = ["value", "p85", "p95"].map(|column| number(&whole, row, column));
            prop_assert!(p85.is_none_or(|p85| p50 <= Some(p85)) && p95.is_none_or(|p95| p85 <= Some(p95)));
        }
    }

    #[test]
    fn the_order_of_the_rows_changes_no_summary(
        (pulls, shuffled) in prop::collection::vec(any_pull(), 1..30).prop_flat_map(|pulls| {
            (Just(pulls.clone()), Just(pulls).prop_shuffle())
        }),
    ) {
        let said = |pulls: &[Pull]| {
            let (_, summaries) = tables_and_summaries(&raw(pulls), hour(350));
            let Summary { table, sentences } = summary(&summaries, None);
            (table.to_csv(), sentences)
        };
        prop_assert_eq!(said(&pulls), said(&shuffled));
    }
}

#[test]
fn pull_requests_of_bots_count_only_where_their_change_requests_do() {
    let of_bot = Pull { author: "deps[bot]", ..merged_pull(20) };
    let (_, summaries) = tables_and_summaries(&raw(&[merged_pull(40), of_bot]), hour(100));
    let whole = summary(&summaries, None).table;
    let counts: Vec<String> = (0..4).map(|row| whole.cell(row, "n")).collect();
    assert_eq!(counts, ["1", "0", "2", "0"]);
    assert_eq!((whole.cell(0, "value"), whole.cell(1, "value")), ("1.250000".to_owned(), String::new()));
}

#[test]
fn without_pull_requests_there_is_no_summary() {
    let (_, summaries) = tables_and_summaries(&raw(&[]), hour(100));
    assert!(summaries.of("pr_summary", None, None).is_none());
}
