//! The clock, case by case.

use super::*;

const STAGES: [&str; 5] =
    ["merged_unreviewed", "coding_p50_days", "pickup_p50_days", "review_p50_days", "merge_p50_days"];

fn stages(pull: Pull) -> Vec<String> {
    first_week("pr_cycle_week", &[pull], &STAGES)
}

#[test]
fn the_stages_run_from_first_commit_to_ready_to_review_to_approval_to_merge() {
    let pull = Pull {
        reviews: vec![
            review("reviewer", Commented, 16),
            review("reviewer", Approved, 22),
            review("second", Approved, 28),
        ],
        ..merged_pull(40)
    };
    // 4→10, 10→16, 16→28 (the last approval), 28→40 hours; their sum is first commit to merge.
    assert_eq!(stages(pull.clone()), ["0", "0.250000", "0.250000", "0.500000", "0.500000"]);
    let whole = first_week(
        "pr_cycle_week",
        &[pull],
        &["merged", "open_to_merge_p50_days", "first_commit_to_merge_p50_days", "open_to_merge_p85_days"],
    );
    assert_eq!(whole, ["1", "1.250000", "1.500000", ""]);
}

#[test]
fn without_a_review_later_stages_are_null_and_the_merge_counts_as_unreviewed() {
    assert_eq!(stages(merged_pull(40)), ["1", "0.250000", "", "", ""]);
}

#[test]
fn without_an_approval_the_review_lasts_until_the_merge() {
    let pull = Pull { reviews: vec![review("reviewer", Commented, 16)], ..merged_pull(40) };
    assert_eq!(stages(pull), ["0", "0.250000", "0.250000", "1.000000", ""]);
}

#[test]
fn reviews_of_the_author_of_bots_and_after_the_merge_are_no_reviews() {
    let by_api = Review { api_bot: true, ..review("scanner", Approved, 15) };
    let pull = Pull {
        reviews: vec![
            review("author", Commented, 12),
            review("checks[bot]", Approved, 13),
            by_api,
            review("reviewer", Approved, 41),
        ],
        ..merged_pull(40)
    };
    assert_eq!(stages(pull.clone())[0], "1");
    let listed = Pull { reviews: vec![review("Helper", Approved, 20)], ..merged_pull(40) };
    let rules = Rules { bots: vec!["helper".to_owned()], ..Rules::default() };
    let tables = tables_at(&[listed], &rules, at("2024-01-15"));
    let cycle = named(&tables, "pr_cycle_week");
    assert_eq!(cycle.cell(0, "merged_unreviewed"), "1");
}

#[test]
fn an_unknown_first_commit_leaves_coding_null_and_a_late_one_starts_with_the_opening() {
    let unknown = Pull { first_commit: None, ..merged_pull(34) };
    let columns = ["coding_p50_days", "first_commit_to_merge_p50_days", "open_to_merge_p50_days"];
    assert_eq!(first_week("pr_cycle_week", &[unknown], &columns), ["", "", "1.000000"]);
    let late = Pull { first_commit: Some(hour(30)), ..merged_pull(34) };
    assert_eq!(first_week("pr_cycle_week", &[late], &columns), ["0.000000", "1.000000", "1.000000"]);
}

#[test]
fn opened_as_a_draft_the_clock_of_the_review_starts_when_it_first_leaves_draft() {
    let pull = Pull {
        events: vec![(ReadyForReview, hour(22)), (ConvertedToDraft, hour(24)), (ReadyForReview, hour(26))],
        reviews: vec![review("reviewer", Commented, 16), review("reviewer", Approved, 28)],
        ..merged_pull(40)
    };
    // Coding 4→22; the comment while it was a draft is no review; 22→28, 28→28, 28→40.
    assert_eq!(stages(pull), ["0", "0.750000", "0.250000", "0.000000", "0.500000"]);
}

#[test]
fn a_later_draft_does_not_restart_the_clock() {
    let pull = Pull {
        events: vec![(ReadyForReview, hour(20)), (ConvertedToDraft, hour(12))],
        reviews: vec![review("reviewer", Approved, 22)],
        ..merged_pull(40)
    };
    assert_eq!(stages(pull)[1..3], ["0.250000", "0.500000"]);
}

#[test]
fn an_approval_that_was_dismissed_no_longer_stands() {
    let dismissed = Review { dismissed: Some(Approved), ..review("reviewer", Dismissed, 22) };
    let pull = Pull { reviews: vec![dismissed], ..merged_pull(46) };
    assert_eq!(stages(pull), ["0", "0.250000", "0.500000", "1.000000", ""]);
}

#[test]
fn the_last_approval_may_be_anyones_once_a_human_has_reviewed() {
    let approvals = |human: i64| Pull {
        reviews: vec![review("reviewer", Commented, human), review("checks[bot]", Approved, 22)],
        ..merged_pull(40)
    };
    assert_eq!(stages(approvals(16)), ["0", "0.250000", "0.250000", "0.250000", "0.750000"]);
    assert_eq!(stages(approvals(28)), ["0", "0.250000", "0.750000", "0.500000", ""]);
}

#[test]
fn a_request_before_ready_counts_from_ready_and_one_after_the_review_not_at_all() {
    let pull = |requested: i64| Pull {
        events: vec![(ReviewRequested, hour(requested)), (ReviewRequested, hour(35))],
        reviews: vec![review("reviewer", Approved, 20)],
        ..merged_pull(40)
    };
    let latency = |pull: Pull| first_week("pr_review_latency_week", &[pull], &["request_to_review_p50_hours"]);
    assert_eq!(latency(pull(5)), ["10.000000"]);
    assert_eq!(latency(pull(12)), ["8.000000"]);
    assert_eq!(latency(pull(21)), [""]);
    assert_eq!(latency(Pull { events: vec![], ..pull(12) }), [""]);
}

#[test]
fn open_pull_requests_stand_in_the_stage_that_their_clock_has_reached() {
    let pulls = [
        Pull { files: Some(2), ..open_pull() },
        Pull { reviews: vec![review("reviewer", Commented, 20)], ..open_pull() },
        Pull { reviews: vec![review("reviewer", Approved, 30)], created: hour(9), ..open_pull() },
        Pull { draft: true, ..open_pull() },
        Pull { draft: true, events: vec![(ConvertedToDraft, hour(50))], ..open_pull() },
        Pull { author: "deps[bot]", ..open_pull() },
        merged_pull(40),
        Pull { closed: Some(hour(40)), ..open_pull() },
    ];
    assert_eq!(
        table("pr_open", &pulls).to_csv(),
        "id,title,repo,age_days,stage,waiting_since,size,draft,url,host\n\
         acme/web#3,Title,web,13.625000,merge,2024-01-02T06:00:00Z,,false,https://example.org,\n\
         acme/web#1,Title,web,13.583333,pickup,2024-01-01T10:00:00Z,S,false,https://example.org,\n\
         acme/web#2,Title,web,13.583333,review,2024-01-01T20:00:00Z,,false,https://example.org,\n\
         acme/web#4,Title,web,13.583333,coding,2024-01-01T10:00:00Z,,true,https://example.org,\n\
         acme/web#5,Title,web,13.583333,coding,2024-01-03T02:00:00Z,,true,https://example.org,\n"
    );
}

#[test]
fn what_happened_after_as_of_is_not_known_and_vanished_ones_are_left_out() {
    let pulls = [
        Pull { reviews: vec![review("reviewer", Approved, 30)], ..merged_pull(40) },
        Pull { events: vec![(ReadyForReview, hour(60))], ..open_pull() },
        Pull { vanished: Some(hour(20)), ..merged_pull(15) },
        Pull { created: hour(26), ..open_pull() },
    ];
    let tables = tables_at(&pulls, &Rules::default(), hour(25));
    let open = tables.iter().find(|table| table.name == "pr_open").expect("always there");
    assert_eq!(
        open.to_csv().lines().skip(1).collect::<Vec<_>>(),
        [
            "acme/web#1,Title,web,0.625000,pickup,2024-01-01T10:00:00Z,,false,https://example.org,",
            "acme/web#2,Title,web,0.625000,coding,2024-01-01T10:00:00Z,,true,https://example.org,",
        ]
    );
    assert_eq!(
        (named(&tables, "pr_activity_week").cell(0, "opened"), named(&tables, "pr_activity_week").cell(0, "merged")),
        ("2".into(), "0".into())
    );
}

/// Ready, first review, draft, `draft_days`, reviewed and pickup as `calculated_pr` has them.
fn life(pull: Pull) -> [String; 6] {
    let table = table("calculated_pr", &[pull]);
    ["ready", "first_review", "draft", "draft_days", "reviewed", "pickup_days"].map(|column| table.cell(0, column))
}

fn closed_pull(hours: i64) -> Pull {
    Pull { closed: Some(hour(hours)), ..open_pull() }
}

#[test]
fn what_was_closed_or_merged_as_a_draft_never_was_ready() {
    for ended in [closed_pull(40), merged_pull(40)] {
        let as_a_draft = ["", "", "true", "", "false", ""].map(str::to_owned);
        assert_eq!(life(Pull { draft: true, ..ended.clone() }), as_a_draft);
        let readied_after_its_end = vec![(ReadyForReview, hour(50))];
        assert_eq!(life(Pull { events: readied_after_its_end, ..ended.clone() }), as_a_draft);
        assert_eq!(stages(Pull { draft: true, ..ended })[1], "");
    }
}

#[test]
fn what_became_a_draft_again_and_ended_so_was_ready_once() {
    let pull = Pull { draft: true, events: vec![(ConvertedToDraft, hour(16))], ..closed_pull(40) };
    assert_eq!(life(pull), ["2024-01-01T10:00:00Z", "", "true", "1.000000", "false", ""]);
    let opened_as_draft = vec![(ReadyForReview, hour(16)), (ConvertedToDraft, hour(22))];
    let pull = Pull { draft: true, events: opened_as_draft, ..merged_pull(34) };
    assert_eq!(life(pull), ["2024-01-01T16:00:00Z", "", "true", "0.500000", "false", ""]);
}

#[test]
fn a_change_after_the_end_tells_what_it_ended_as() {
    let pull = Pull { events: vec![(ConvertedToDraft, hour(50))], draft: true, ..closed_pull(40) };
    assert_eq!(life(pull), ["2024-01-01T10:00:00Z", "", "false", "0.000000", "false", ""]);
}

#[test]
fn a_review_after_it_was_closed_is_no_first_review() {
    let fourteen_days_later = review("reviewer", Approved, 40 + 14 * 24);
    let pull = Pull { reviews: vec![fourteen_days_later], ..closed_pull(40) };
    let tables = tables_at(&[pull], &Rules::default(), at("2024-02-01"));
    let row = ["first_review", "last_approval", "pickup_days", "reviewed"]
        .map(|column| named(&tables, "calculated_pr").cell(0, column));
    assert_eq!(row, ["", "", "", "false"]);
    let in_time = Pull { reviews: vec![review("reviewer", Commented, 40)], ..closed_pull(40) };
    assert_eq!(life(in_time)[5], "1.250000");
}

#[test]
fn reviewed_only_as_a_draft_has_no_first_review_and_is_not_unreviewed() {
    let approved = vec![review("reviewer", Approved, 16)];
    let readied = Pull { events: vec![(ReadyForReview, hour(22))], reviews: approved.clone(), ..merged_pull(40) };
    assert_eq!(stages(readied.clone()), ["0", "0.750000", "", "", ""]);
    assert_eq!(life(readied), ["2024-01-01T22:00:00Z", "", "false", "0.000000", "true", ""]);
    let merged_as_a_draft = Pull { draft: true, reviews: approved, ..merged_pull(40) };
    assert_eq!(stages(merged_as_a_draft.clone()), ["0", "", "", "", ""]);
    assert_eq!(life(merged_as_a_draft)[4], "true");
    let by_the_author = vec![review("author", Commented, 16)];
    let talked_alone = Pull { events: vec![(ReadyForReview, hour(22))], reviews: by_the_author, ..merged_pull(40) };
    assert_eq!(stages(talked_alone)[0], "1");
}

#[test]
fn days_back_in_draft_are_counted_until_it_ends_or_is_looked_at() {
    let ten_days = vec![(ConvertedToDraft, hour(20)), (ReadyForReview, hour(260))];
    assert_eq!(life(Pull { events: ten_days, ..merged_pull(300) })[3], "10.000000");
    let twice = [(12, 18), (24, 30)];
    let twice = twice.into_iter().flat_map(|(from, to)| [(ReadyForReview, hour(to)), (ConvertedToDraft, hour(from))]);
    assert_eq!(life(Pull { events: twice.collect(), ..merged_pull(40) })[3], "0.500000");
    // Looked at on day 14, the draft of hour 48 is 12 days old.
    let still = Pull { draft: true, events: vec![(ConvertedToDraft, hour(48))], ..open_pull() };
    assert_eq!(life(still)[3], "12.000000");
    assert_eq!(life(open_pull())[3], "0.000000");
    assert_eq!(life(Pull { draft: true, ..open_pull() })[3], "");
}

const MEANS: [&str; 5] =
    ["coding_mean_days", "pickup_mean_days", "review_mean_days", "merge_mean_days", "with_all_stages"];

#[test]
fn the_means_of_the_stages_are_those_of_one_cohort_and_add_up() {
    let all_stages = |first: i64, last: i64, merged: i64| Pull {
        reviews: vec![review("reviewer", Commented, first), review("reviewer", Approved, last)],
        ..merged_pull(merged)
    };
    let pulls = [
        all_stages(16, 28, 40),
        all_stages(22, 22, 46),
        // Without an approval, a first commit or a review they have medians in other stages, and no part in the means.
        Pull { reviews: vec![review("reviewer", Commented, 100)], ..merged_pull(130) },
        Pull { first_commit: None, ..all_stages(60, 61, 62) },
        merged_pull(50),
        Pull { author: "deps[bot]", ..all_stages(60, 61, 62) },
    ];
    // 6, 6, 12, 12 and 6, 12, 0, 24 hours.
    assert_eq!(first_week("pr_cycle_week", &pulls, &MEANS), ["0.250000", "0.375000", "0.250000", "0.750000", "2"]);
    assert_eq!(first_week("pr_cycle_week", &[merged_pull(50)], &MEANS), ["", "", "", "", "0"]);
    let table = table("pr_cycle_week", &pulls);
    assert_eq!(table.columns[table.columns.len() - 6].name, "complete");
    assert_eq!(table.cell(3, "with_all_stages"), "0", "a week without merges");
}
