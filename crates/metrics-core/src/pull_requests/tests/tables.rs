//! The tables, column by column.

use model::records::{ImportRun, Repository};

use super::*;

#[test]
fn dismissed_change_requests_keep_counting_and_bots_count_too() {
    let pull = Pull {
        reviews: vec![
            Review { dismissed: Some(ChangesRequested), ..review("reviewer", Dismissed, 12) },
            Review { dismissed: Some(Approved), ..review("reviewer", Dismissed, 13) },
            review("checks[bot]", ChangesRequested, 14),
            review("reviewer", Commented, 15),
        ],
        author: "deps[bot]",
        ..merged_pull(40)
    };
    let columns = ["avg", "median", "p90", "pr_count", "cr_total", "requested"];
    let row = first_week("pr_change_requests_week", &[pull], &columns);
    assert_eq!(row, ["2.000000", "2.000000", "2.000000", "1", "2", "2"]);
}

#[test]
fn review_rounds_are_one_more_than_the_human_change_requests() {
    let pull = |requests: usize| Pull {
        reviews: [vec![review("reviewer", ChangesRequested, 12); requests], vec![review("reviewer", Approved, 20)]]
            .concat(),
        ..merged_pull(40)
    };
    let unreviewed = merged_pull(40);
    assert_eq!(first_week("pr_cycle_week", &[pull(0), pull(3), unreviewed], &["review_rounds"]), ["2.500000"]);
    assert_eq!(first_week("pr_cycle_week", &[merged_pull(40)], &["review_rounds"]), [""]);
}

#[test]
fn change_requests_stand_in_the_week_of_the_opening_and_requested_in_that_of_the_review() {
    let pulls = [
        Pull { reviews: vec![review("reviewer", ChangesRequested, 7 * 24 + 1)], ..open_pull() },
        Pull { repo: "api", created: hour(20), ..open_pull() },
    ];
    assert_eq!(
        table("pr_change_requests_week", &pulls).to_csv(),
        "year,week,repo,avg,median,p90,pr_count,cr_total,requested,center,ucl,lcl,signals,segment,provisional,no_limits,complete\n\
         2024,01,api,0.000000,0.000000,0.000000,1,0,0,,,,,1,false,too_few_periods,true\n\
         2024,01,web,1.000000,1.000000,1.000000,1,1,0,,,,,1,false,too_few_periods,true\n\
         2024,01,ALL,0.500000,0.500000,1.000000,2,1,0,,,,,1,false,too_few_periods,true\n\
         2024,02,web,,,,0,0,1,,,,,1,false,too_few_periods,true\n\
         2024,02,ALL,,,,0,0,1,,,,,1,false,too_few_periods,true\n\
         2024,03,ALL,,,,0,0,0,,,,,1,false,incomplete,false\n"
    );
    assert_eq!(
        table("pr_change_requests_repo", &pulls).to_csv(),
        "repo,median,pr_count,cr_total,avg\napi,0.000000,1,0,0.000000\nweb,1.000000,1,1,1.000000\n"
    );
    assert_eq!(table("pr_change_requests_repo_dist", &pulls).to_csv(), "repo,cr,pr_count\napi,0,1\nweb,1,1\n");
}

#[test]
fn change_requests_have_a_chart_for_each_repository_and_for_all() {
    let week = |week: i64, requests: usize| Pull {
        created: hour(week * 7 * 24 + 1),
        reviews: vec![review("reviewer", ChangesRequested, week * 7 * 24 + 2); requests],
        ..open_pull()
    };
    // Something happens in it in the first week and in the sixth, and nothing is requested.
    let quiet = [0, 5].map(|at| Pull { repo: "api", ..week(at, 0) });
    let pulls: Vec<Pull> =
        [1, 3, 1, 3, 1, 3].into_iter().zip(0..).map(|(requests, at)| week(at, requests)).chain(quiet).collect();
    let tables = tables_at(&pulls, &Rules::default(), hour(6 * 7 * 24 + 30));
    let table = tables.into_iter().find(|table| table.name == "pr_change_requests_week").expect("a table of that name");
    let row = |repo: &str| {
        let found = |row: &usize| table.cell(*row, "repo") == repo && table.cell(*row, "week") == "06";
        (0..table.height()).find(found).expect("a row of the sixth week")
    };
    let limits = |repo: &str| ["center", "ucl", "lcl"].map(|column| table.cell(row(repo), column));
    // Centre 2, mean moving range 2: 2 ± 5.32, and nothing below 0.
    assert_eq!(limits("ALL"), ["2.000000", "7.320000", "0.000000"]);
    assert_eq!(limits("web"), limits("ALL"));
    assert_eq!(limits("api"), ["0.000000", "", ""], "without variation there are no limits");
}

#[test]
fn p90_of_change_requests_is_the_nearest_rank() {
    let pulls: Vec<Pull> = (0..11)
        .map(|requests| Pull { reviews: vec![review("reviewer", ChangesRequested, 12); requests], ..open_pull() })
        .collect();
    // Of eleven the place is ceil(9.9) = 10, of ten it is 9.
    assert_eq!(first_week("pr_change_requests_week", &pulls, &["median", "p90"]), ["5.000000", "9.000000"]);
    assert_eq!(first_week("pr_change_requests_week", &pulls[..10], &["median", "p90"]), ["4.500000", "8.000000"]);
}

#[test]
fn p85_and_p90_of_durations_need_ten_observations() {
    let pull = |waited: i64| Pull {
        reviews: vec![review("reviewer", Approved, 10 + waited)],
        events: vec![(ReviewRequested, hour(10))],
        ..merged_pull(40)
    };
    let pulls: Vec<Pull> = (1..=11).map(pull).collect();
    let columns = ["to_first_review_p50_hours", "to_first_review_p90_hours", "request_to_review_p90_hours"];
    assert_eq!(first_week("pr_review_latency_week", &pulls, &columns), ["6.000000", "10.000000", "10.000000"]);
    assert_eq!(first_week("pr_review_latency_week", &pulls[..9], &columns), ["5.000000", "", ""]);
    // Of 1 … 11 hours: 1 + 0.85 × 10 = 9.5 hours.
    assert_eq!(first_week("pr_cycle_week", &pulls, &["pickup_p85_days"]), ["0.395833"]);
    assert_eq!(first_week("pr_cycle_week", &pulls[..9], &["pickup_p85_days"]), [""]);
}

#[test]
fn sizes_go_by_changed_files_and_the_unknown_size_is_in_all_alone() {
    let pulls: Vec<Pull> = [(Some(1), 12), (Some(3), 14), (Some(4), 16), (Some(9), 18), (Some(10), 20), (None, 30)]
        .map(|(files, merged)| Pull { files, ..merged_pull(merged) })
        .to_vec();
    let table = table("pr_review_latency_week", &pulls);
    let week: Vec<_> =
        (0..5).map(|row| (table.cell(row, "size"), table.cell(row, "waiting_for_review_p50_hours"))).collect();
    let expected = [("XS", "2.0"), ("S", "4.0"), ("M", "7.0"), ("L", "10.0"), ("ALL", "7.0")];
    assert_eq!(week, expected.map(|(size, hours)| (size.to_owned(), format!("{hours}00000"))));
}

#[test]
fn activity_counts_events_in_their_own_weeks_and_leaves_bots_to_opened_and_merged() {
    let saturday = 5 * 24 + 12;
    let pulls = [
        Pull { labels: "urgent;Type: Hotfix", files: Some(10), ..merged_pull(saturday) },
        Pull { labels: "hotfixes", repo: "api", ..merged_pull(40) },
        Pull { author: "second", ..merged_pull(40) },
        Pull { author: "deps[bot]", labels: "hotfix", files: Some(50), ..merged_pull(saturday) },
        Pull { closed: Some(hour(7 * 24)), ..open_pull() },
        Pull { closed: Some(hour(30)), api_bot: true, author: "renovate", ..open_pull() },
    ];
    let csv = table("pr_activity_week", &pulls).to_csv();
    let lines: Vec<&str> = csv.lines().take(6).collect();
    assert_eq!(
        lines,
        [
            "year,week,repo,opened,merged,closed_unmerged,authors,merged_per_author,large,weekend_merges,hotfix_labelled,complete",
            "2024,01,api,1,1,0,1,1.000000,0,0,0,true",
            "2024,01,web,5,3,0,2,1.000000,1,1,1,true",
            "2024,01,ALL,6,4,0,2,1.500000,1,1,1,true",
            "2024,02,web,0,0,1,0,,0,0,0,true",
            "2024,02,ALL,0,0,1,0,,0,0,0,true",
        ]
    );
}

#[test]
fn weekends_are_those_of_the_reporting_zone() {
    // Friday 23:30 in UTC is Saturday in Paris.
    let pulls = [Pull { merged: Some(at("2024-01-05T23:30:00Z")), ..open_pull() }];
    let weekend = |timezone: chrono_tz::Tz| {
        let tables = tables_at(&pulls, &Rules { timezone, ..Rules::default() }, at("2024-01-15"));
        named(&tables, "pr_activity_week").cell(1, "weekend_merges")
    };
    assert_eq!((weekend(chrono_tz::Tz::UTC), weekend(chrono_tz::Tz::Europe__Paris)), ("0".into(), "1".into()));
}

#[test]
fn people_appear_only_where_the_rules_allow_it_and_in_order_of_login() {
    let pulls = [
        Pull { author: "zoe", reviews: vec![review("reviewer", Approved, 22)], ..merged_pull(28) },
        merged_pull(40),
        merged_pull(52),
        Pull { author: "deps[bot]", ..merged_pull(40) },
        Pull { author: "", ..merged_pull(40) },
    ];
    assert_eq!(
        table("pr_author_week", &pulls).to_csv(),
        "year,week,author,merged,cycle_p50_days,latency_p50_hours,complete\n\
         2024,01,author,2,1.750000,,true\n\
         2024,01,zoe,1,1.000000,12.000000,true\n"
    );
    let without = tables_at(&pulls, &Rules::default(), at("2024-01-15"));
    assert!(without.iter().all(|table| table.name != "pr_author_week"));
}

#[test]
fn a_week_is_complete_only_where_the_imports_reach_past_its_end() {
    let mut raw = raw(&[open_pull(), Pull { repo: "api", ..open_pull() }]);
    for (name, covered_to) in [("web", hour(24)), ("api", hour(7 * 24))] {
        let id = format!("R_{name}");
        raw.repositories.push(Repository {
            id: id.clone(),
            org: "acme".into(),
            name: name.into(),
            ..Repository::default()
        });
        raw.imports.push(ImportRun {
            scope: "pull_requests".into(),
            subject: id,
            outcome: "ok".into(),
            covered_to: Some(covered_to),
            ..ImportRun::default()
        });
    }
    let complete = |raw: &Raw| {
        let tables = pull_request_tables(raw, &Rules::default(), at("2024-01-15"));
        let table = named(&tables, "pr_activity_week");
        (0..3).map(|row| table.cell(row, "complete")).collect::<Vec<_>>()
    };
    assert_eq!(complete(&raw), ["true", "false", "false"], "api, web, ALL");
    raw.repositories[0].archived = true;
    assert_eq!(complete(&raw), ["true", "true", "true"], "an archived repository holds nothing up");
}

#[test]
fn without_pull_requests_there_are_headers_alone() {
    let tables = tables_at(&[], &Rules { people: true, ..Rules::default() }, at("2024-01-15"));
    assert_eq!(tables.len(), 13);
    for table in tables {
        assert_eq!(table.to_csv().lines().count(), 1, "{}", table.name);
    }
}
