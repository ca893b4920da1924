//! What holds for all pull requests.

use proptest::prelude::*;

use super::*;

pub(super) fn any_pull() -> impl Strategy<Value = Pull> {
    let state = prop::sample::select(vec![Approved, ChangesRequested, Commented, Dismissed]);
    let reviewer = prop::sample::select(vec!["author", "reviewer", "second", "checks[bot]", ""]);
    let reviews = prop::collection::vec((reviewer, state, 0_i64..400), 0..4);
    let kind = prop::sample::select(vec![ReadyForReview, ConvertedToDraft, ReviewRequested]);
    let events = prop::collection::vec((kind, 0_i64..400), 0..4);
    let repo = prop::sample::select(vec!["web", "api", "docs"]);
    let author = prop::sample::select(vec!["author", "second", "deps[bot]", ""]);
    let ends = (prop::option::of(1_i64..200), any::<bool>(), any::<bool>());
    (repo, author, 0_i64..300, ends, -1_i64..20, reviews, events).prop_map(
        |(repo, author, created, (lasted, is_merged, draft), files, reviews, events)| {
            let end = lasted.map(|hours| hour(created + hours));
            Pull {
                repo,
                author,
                created: hour(created),
                merged: end.filter(|_| is_merged),
                closed: end,
                first_commit: (files % 3 != 0).then(|| hour(created - files)),
                draft,
                files: Some(files),
                reviews: reviews.into_iter().map(|(by, state, hours)| review(by, state, hours)).collect(),
                events: events.into_iter().map(|(kind, hours)| (kind, hour(hours))).collect(),
                ..open_pull()
            }
        },
    )
}

fn sum(table: &Table, column: &str, rows: impl Fn(usize) -> bool) -> i64 {
    (0..table.height()).filter(|row| rows(*row)).map(|row| table.cell(row, column).parse().unwrap_or(0)).sum()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_order_of_the_rows_changes_no_byte(
        (pulls, shuffled) in prop::collection::vec(any_pull(), 0..30).prop_flat_map(|pulls| {
            let numbered: Vec<(usize, Pull)> = pulls.into_iter().enumerate().collect();
            (Just(numbered.clone()), Just(numbered).prop_shuffle())
        }),
    ) {
        let rules = Rules { people: true, ..Rules::default() };
        let written = |pulls: &[(usize, Pull)], reversed: bool| {
            let mut builder = Builder::default();
            for (number, pull) in pulls {
                let mut pull = pull.clone();
                if reversed {
                    pull.reviews.reverse();
                    pull.events.reverse();
                }
                builder.push(*number, &pull);
            }
            let tables = pull_request_tables(&builder.raw, &rules, hour(350));
            tables.iter().map(Table::to_csv).collect::<Vec<_>>()
        };
        prop_assert_eq!(written(&pulls, false), written(&shuffled, true));
    }

    #[test]
    fn repositories_add_up_to_all_and_percentiles_do_not_fall(pulls in prop::collection::vec(any_pull(), 1..60)) {
        let tables = tables_at(&pulls, &Rules::default(), hour(1000));
        let counts = [
            ("pr_change_requests_week", &["pr_count", "cr_total", "requested"][..]),
            ("pr_change_requests_month", &["requested"]),
            ("pr_change_requests_quarter", &["requested"]),
            ("pr_cycle_week", &["merged", "merged_unreviewed"]),
            ("pr_activity_week", &["opened", "merged", "closed_unmerged", "large", "weekend_merges", "hotfix_labelled"]),
        ];
        for (name, columns) in counts {
            let table = named(&tables, name);
            for column in columns {
                let all = sum(table, column, |row| table.cell(row, "repo") == "ALL");
                let parts = sum(table, column, |row| table.cell(row, "repo") != "ALL");
                prop_assert_eq!(all, parts, "{} of {}", column, table.name);
            }
        }
        let of_repositories = named(&tables, "pr_change_requests_repo");
        let distribution = named(&tables, "pr_change_requests_repo_dist");
        prop_assert_eq!(sum(of_repositories, "pr_count", |_| true), pulls.len() as i64);
        prop_assert_eq!(sum(distribution, "pr_count", |_| true), pulls.len() as i64);
        for longer in ["pr_change_requests_week", "pr_change_requests_month", "pr_change_requests_quarter"] {
            let table = named(&tables, longer);
            let requested = sum(table, "requested", |row| table.cell(row, "repo") != "ALL");
            prop_assert_eq!(sum(of_repositories, "cr_total", |_| true), requested + early_requests(&pulls));
        }
        for (name, low, high) in [
            ("pr_cycle_week", "open_to_merge_p50_days", "open_to_merge_p85_days"),
            ("pr_cycle_week", "pickup_p50_days", "pickup_p85_days"),
            ("pr_review_latency_week", "waiting_for_review_p50_hours", "waiting_for_review_p90_hours"),
            ("pr_change_requests_week", "median", "p90"),
        ] {
            let table = named(&tables, name);
            for row in 0..table.height() {
                let number = |column: &str| table.cell(row, column).parse::<f64>().ok();
                if let (Some(low), Some(high)) = (number(low), number(high)) {
                    prop_assert!(low <= high);
                }
            }
        }
    }
}

proptest! {
    #[test]
    fn the_means_of_the_stages_add_up_to_that_of_the_whole(pulls in prop::collection::vec(any_pull(), 1..40)) {
        let (cycle, list) = (table("pr_cycle_week", &pulls), table("calculated_pr", &pulls));
        let number = |table: &Table, row: usize, column: &str| table.cell(row, column).parse::<f64>().ok();
        let stages = ["coding", "pickup", "review", "merge"];
        let is_of_cohort = |row: &usize| {
            stages.iter().all(|stage| number(&list, *row, &format!("{stage}_days")).is_some())
                && list.cell(*row, "bot") == "false"
        };
        let whole = (0..list.height()).filter(is_of_cohort);
        let whole: f64 = whole.filter_map(|row| number(&list, row, "first_commit_to_merge_days")).sum();
        let of_all = (0..cycle.height()).filter(|row| cycle.cell(*row, "repo") == "ALL");
        let total: f64 = of_all
            .map(|row| {
                let means = stages.iter().filter_map(|stage| number(&cycle, row, &format!("{stage}_mean_days")));
                means.sum::<f64>() * number(&cycle, row, "with_all_stages").unwrap_or_default()
            })
            .sum();
        // Cells have six decimals.
        prop_assert!((whole - total).abs() < 1e-3, "{} {}", whole, total);
    }

    #[test]
    fn a_clock_runs_forward_and_its_stages_add_up(
        pulls in prop::collection::vec(any_pull(), 1..40),
        as_of in 100_i64..600,
    ) {
        let raw = raw(&pulls);
        let bots = crate::logins::BotLogins::of(&raw.dictionary, &[]);
        for clock in clock::clocks(&raw, &bots, &[], hour(as_of)).iter().flatten() {
            let end = clock.closed().unwrap_or(hour(as_of).micros());
            if let (Some(coding), Some(pickup), Some(review), Some(merge)) =
                (clock.coding(), clock.pickup(), clock.review(), clock.merge())
            {
                prop_assert_eq!(Some(coding + pickup + review + merge), clock.first_commit_to_merge());
            }
            prop_assert!(clock.ready.is_none_or(|ready| clock.created <= ready && ready <= end));
            prop_assert!(clock.first_review.is_none_or(|first| clock.ready <= Some(first) && first <= end));
            prop_assert!(clock.approved.is_none_or(|last| clock.first_review <= Some(last) && last <= end));
            prop_assert_eq!(clock.in_draft.is_some(), clock.ready.is_some());
            let since_ready = clock.ready.map(|ready| end - ready);
            prop_assert!(Some(0) <= clock.in_draft.or(Some(0)) && clock.in_draft <= since_ready);
            prop_assert!(clock.ready.is_some() || clock.draft_since == Some(clock.created));
            prop_assert!(clock.is_reviewed() || clock.first_review.is_none());
        }
    }
}

/// Change requests submitted before the week of the first pull request: only random data has them.
fn early_requests(pulls: &[Pull]) -> i64 {
    let first = pulls.iter().map(|pull| pull.created.seconds()).min().unwrap_or_default();
    let monday = first - (first - at("2024-01-01").seconds()).rem_euclid(7 * 86_400);
    let reviews = pulls.iter().flat_map(|pull| &pull.reviews);
    let early = reviews.filter(|review| review.state == ChangesRequested && review.at.seconds() < monday);
    early.count() as i64
}
