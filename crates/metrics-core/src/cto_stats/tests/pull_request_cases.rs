//! Rules of the tables about pull requests.

use model::rules::Rules;

use super::Files;

fn rows(files: &Files, table: &str) -> String {
    files.rows(table, &Rules::default())
}

#[test]
fn organisations_are_merged_and_every_week_ends_with_all() {
    let files = Files {
        pull_requests: "a,web,1,2021-01-03T23:59:59Z\nb,web,1,2021-01-03T00:00:00Z\na,api,1,2021-01-04T00:00:00Z\n",
        reviews: "a,web,1,CHANGES_REQUESTED,,x\na,web,1,changes_requested ,,x\nb,web,2,CHANGES_REQUESTED,,x\n",
        ..Files::default()
    };
    assert_eq!(
        rows(&files, "pr_change_requests_week"),
        "2020,53,web,1.000000,1.000000,2.000000,2,2\n\
         2020,53,ALL,1.000000,1.000000,2.000000,2,2\n\
         2021,01,api,0.000000,0.000000,0.000000,1,0\n\
         2021,01,ALL,0.000000,0.000000,0.000000,1,0\n"
    );
    assert_eq!(rows(&files, "pr_change_requests_repo"), "api,0.000000,1,0\nweb,1.000000,2,2\n");
    assert_eq!(rows(&files, "pr_change_requests_repo_dist"), "api,0,1\nweb,0,1\nweb,2,1\n");
}

#[test]
fn of_a_repeated_pull_request_the_weeks_take_the_last_row_and_the_rest_takes_all() {
    let files = Files {
        pull_requests: "a,web,1,2021-01-04T00:00:00Z\na,web,1,2021-01-11T00:00:00Z\n",
        reviews: "a,web,1,CHANGES_REQUESTED,,x\n",
        ..Files::default()
    };
    assert_eq!(
        rows(&files, "pr_change_requests_week"),
        "2021,02,web,1.000000,1.000000,1.000000,1,1\n2021,02,ALL,1.000000,1.000000,1.000000,1,1\n"
    );
    assert_eq!(rows(&files, "pr_change_requests_repo"), "web,1.000000,2,2\n");
    assert_eq!(rows(&files, "pr_change_requests_repo_dist"), "web,1,2\n");
}

#[test]
fn an_unreadable_date_is_the_first_week_of_year_one() {
    let files = Files { pull_requests: "a,web,1,yesterday\n", ..Files::default() };
    assert_eq!(
        rows(&files, "pr_change_requests_week"),
        "1,01,web,0.000000,0.000000,0.000000,1,0\n1,01,ALL,0.000000,0.000000,0.000000,1,0\n"
    );
}

#[test]
fn the_ninetieth_percentile_is_the_nearest_rank_and_a_repository_may_be_called_all() {
    let files = Files {
        pull_requests: "a,ALL,1,2021-01-04T00:00:00Z\na,ALL,2,2021-01-05T00:00:00Z\na,ALL,3,2021-01-06T00:00:00Z\n",
        reviews: "a,ALL,2,CHANGES_REQUESTED,,x\na,ALL,3,CHANGES_REQUESTED,,x\na,ALL,3,CHANGES_REQUESTED,,x\na,ALL,3,DISMISSED,,x\n",
        ..Files::default()
    };
    assert_eq!(
        rows(&files, "pr_change_requests_week"),
        "2021,01,ALL,1.000000,1.000000,2.000000,3,3\n2021,01,ALL,1.000000,1.000000,2.000000,3,3\n"
    );
}

#[test]
fn no_pull_requests_are_three_headers() {
    for table in ["pr_change_requests_week", "pr_change_requests_repo", "pr_change_requests_repo_dist"] {
        assert_eq!(rows(&Files::default(), table), "");
    }
}
