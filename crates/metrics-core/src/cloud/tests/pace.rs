use super::*;

const PACE: [&str; 5] = ["month", "complete", "days", "cost_per_day", "run_rate"];

#[test]
fn an_open_month_is_extrapolated_by_its_whole_days_and_a_complete_one_is_not() {
    let raw = machines(&[("2026-10", "310", NOW), ("2026-11", "190", NOW)]);
    assert_eq!(monthly(&raw, &PACE), "2026-10,true,31,10.00,\n2026-11,false,19,10.00,300.00\n");
}

#[test]
fn only_use_grows_with_the_days() {
    let raw = raw("
        azure/a | azure | VM   | 2026-11 | Usage      | 190 | EUR | 2026-11-20
        azure/a | azure | VM   | 2026-11 |            | 19  | EUR | 2026-11-20
        azure/a | azure | Plan | 2026-11 | Purchase   | 100 | EUR | 2026-11-20
        azure/a | azure |      | 2026-11 | Tax        | 20  | EUR | 2026-11-20
        azure/a | azure |      | 2026-11 | Credit     | -50 | EUR | 2026-11-20
        azure/a | azure |      | 2026-11 | Adjustment | -1  | EUR | 2026-11-20
    ");
    // 209 × 30 / 19 + 69
    assert_eq!(monthly(&raw, &PACE), "2026-11,false,19,14.63,399.00\n");
}

#[test]
fn fewer_than_three_whole_days_are_too_few() {
    let until = |read: &str| monthly(&machines(&[("2026-11", "6", read)]), &PACE);
    assert_eq!(until("2026-11-01T12:00:00Z"), "2026-11,false,0,,\n");
    assert_eq!(until("2026-11-03T23:59:59Z"), "2026-11,false,2,3.00,\n");
    assert_eq!(until("2026-11-04"), "2026-11,false,3,2.00,60.00\n");
}

#[test]
fn a_month_that_is_over_but_not_settled_comes_to_what_it_cost() {
    assert_eq!(monthly(&machines(&[("2026-10", "31", "2026-11-02")]), &PACE), "2026-10,false,31,1.00,31.00\n");
}

#[test]
fn a_month_reaches_to_as_of_even_where_its_rows_reach_further() {
    let raw = machines(&[("2026-11", "30", NOW)]);
    let spending = cloud_spending(&raw, &Rules::default(), at("2026-11-11"));
    assert_eq!(cells(table(&spending, "cloud_spending_monthly"), &PACE), "2026-11,false,10,3.00,90.00\n");
}

#[test]
fn accounts_read_at_different_times_are_each_extrapolated_from_their_own_days() {
    let raw = raw("
        azure/a | azure | VM | 2026-11 | Usage | 190 | EUR | 2026-11-20
        azure/b | azure | VM | 2026-11 | Usage | 5   | EUR | 2026-11-06
    ");
    assert_eq!(monthly(&raw, &PACE), "2026-11,false,5,11.00,330.00\n");
}

#[test]
fn where_nothing_says_when_a_month_was_read_its_days_are_not_known() {
    let rows = "|azure | VM | 2026-11 | | 19 | EUR | -\n|azure | VM | 2026-10 | | 31 | EUR | -";
    assert_eq!(monthly(&raw(rows), &PACE), "2026-10,true,31,1.00,\n2026-11,false,,,\n");
}
