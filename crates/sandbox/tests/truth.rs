//! Invariants of the truth, at several instants and seeds.

use std::collections::HashMap;

use model::Instant;
use sandbox::{IssueTruth, Options, Organisation, Size, Truth};

fn organisation(seed: u64) -> Organisation {
    Organisation::generate(&Options { issues: Some(900), ..Options::new(seed, Size::Demo) })
}

fn instants(organisation: &Organisation) -> [Instant; 3] {
    let end = organisation.end().seconds();
    [100, 33, 0].map(|days| Instant::from_seconds(end - days * 86_400 - days * 1_234))
}

fn is_open_at(issue: &IssueTruth, truth: &Truth, organisation: &Organisation, at: Instant) -> bool {
    // An instant at which the truth was told says which issues were open then.
    let position = truth.issues.iter().position(|other| other.id == issue.id).expect("listed");
    let then = organisation.truth(at);
    then.issues.get(position).is_some_and(|issue| issue.ended_at.is_none())
}

#[test]
fn seconds_in_all_places_add_up_to_the_whole_life() {
    for seed in 0..3 {
        let organisation = organisation(seed);
        for as_of in instants(&organisation) {
            for issue in organisation.truth(as_of).issues.iter().filter(|issue| issue.was_on_board) {
                let whole = as_of.seconds() - issue.created_at.seconds();
                assert_eq!(issue.seconds.iter().sum::<i64>(), whole, "{}", issue.id);
            }
        }
    }
}

#[test]
fn the_last_week_stands_where_the_issues_stand() {
    let organisation = organisation(1);
    for as_of in instants(&organisation) {
        let truth = organisation.truth(as_of);
        let last = truth.stocks.last().expect("weeks");
        let rows = truth.stocks.iter().filter(|row| (row.year, row.week) == (last.year, last.week));
        let mut stock = HashMap::new();
        for row in rows {
            let steps = ["backlog", "ready", "dev", "review", "qa", "waiting_to_prod"];
            for (step, count) in steps.into_iter().zip(row.in_step) {
                *stock.entry((row.project_id.clone(), step)).or_insert(0) += count;
            }
            *stock.entry((row.project_id.clone(), "off_board")).or_insert(0) += row.off_board;
        }
        for issue in truth.issues.iter().filter(|issue| issue.was_on_board && issue.ended_at.is_none()) {
            let count = stock.get_mut(&(issue.project_id.clone(), issue.current_step)).expect("a stock");
            *count -= 1;
        }
        assert!(stock.values().all(|rest| *rest == 0), "{stock:?}");
    }
}

#[test]
fn stocks_of_a_complete_week_are_those_of_a_truth_told_at_its_end() {
    let organisation = organisation(2);
    let truth = organisation.truth(organisation.end());
    let monday = Instant::parse_rfc3339("2026-06-01T00:00:00Z").expect("instant");
    let at_end_of_week_22 = Instant::from_seconds(monday.seconds() - 1);
    let sum = |truth: &Truth| -> u32 {
        let rows = truth.stocks.iter().filter(|row| (row.year, row.week) == (2026, 22));
        rows.map(|row| row.in_step.iter().sum::<u32>() + row.off_board).sum()
    };
    let then = organisation.truth(at_end_of_week_22);
    let never_on_board_by_then = |issue: &&IssueTruth| !issue.was_on_board && issue.ended_at.is_none();
    let joined_later =
        then.issues.iter().filter(never_on_board_by_then).filter(|issue| {
            truth.issues.iter().any(|later| later.created_at == issue.created_at && later.was_on_board)
        });
    assert_eq!(sum(&truth), sum(&then) + joined_later.count() as u32);
    let open = then.issues.iter().filter(|issue| issue.was_on_board && issue.ended_at.is_none()).count();
    assert_eq!(sum(&then) as usize, open);
}

#[test]
fn throughput_and_closed_not_planned_are_all_that_ended() {
    let organisation = organisation(3);
    for as_of in instants(&organisation) {
        let truth = organisation.truth(as_of);
        let ended = truth.issues.iter().filter(|issue| issue.ended_at.is_some()).count();
        let counted: u32 = truth.throughput.iter().map(|week| week.throughput + week.closed_not_planned).sum();
        assert_eq!(counted as usize, ended);
        let straight: u32 = truth.throughput.iter().map(|week| week.straight_to_done).sum();
        assert_eq!(straight as usize, truth.issues.iter().filter(|issue| issue.straight_to_done).count());
    }
}

#[test]
fn every_week_has_a_row_for_every_board() {
    let organisation = organisation(4);
    let truth = organisation.truth(organisation.end());
    assert_eq!(truth.stocks.len(), truth.throughput.len() * 4);
    assert_eq!(truth.throughput.iter().filter(|week| !week.complete).count(), 1);
    assert!(truth.throughput.len() >= 78);
}

#[test]
fn every_rule_occurs_in_the_demo() {
    let organisation = Organisation::generate(&Options::new(1, Size::Demo));
    let truth = organisation.truth(organisation.end());
    let occurs = |what: &str, rule: &dyn Fn(&IssueTruth) -> bool| {
        assert!(truth.issues.iter().any(rule), "no issue {what}");
    };
    occurs("is off board", &|issue| issue.current_step == "off_board");
    occurs("was off board and is back", &|issue| issue.seconds[7] > 0 && issue.current_step != "off_board");
    occurs("never was on a board", &|issue| !issue.was_on_board);
    occurs("went straight to done", &|issue| issue.straight_to_done);
    occurs("was closed as not planned", &|issue| issue.closed_not_planned);
    occurs("was reopened twice", &|issue| issue.reopened_count > 1);
    occurs("was reworked", &|issue| issue.rework_count > 1);
    occurs("was reopened and is open", &|issue| issue.reopened_count > 0 && issue.ended_at.is_none());
    occurs("skipped the lead column", &|issue| issue.entries[1] == Some(issue.lead_start));
    occurs("is a bug by label beside another type", &|issue| issue.bug && issue.kind != "bug");
    occurs("ended without ever being closed", &|issue| issue.current_step == "done" && issue.lead_seconds.is_some());
    for step in 0..6 {
        occurs("is in each step", &|issue| issue.ended_at.is_none() && issue.entries[step].is_some());
    }
    let last = &truth.stocks[truth.stocks.len() - 4..];
    assert!(last.iter().all(|row| row.in_step[0] > 0), "every board has a backlog");
    assert!(last.iter().any(|row| row.opened_bugs_by_source.iter().all(|count| *count > 0)));
}

#[test]
fn the_reorganisation_shows_in_cycle_time_and_throughput() {
    let organisation = Organisation::generate(&Options::new(1, Size::Demo));
    let truth = organisation.truth(organisation.end());
    let middle = i64::midpoint(organisation.start().seconds(), organisation.end().seconds());
    let (mut before, mut after) = (Vec::new(), Vec::new());
    for issue in &truth.issues {
        if let Some((cycle, end)) = issue.cycle_seconds.zip(issue.ended_at) {
            if end.seconds() < middle { before.push(cycle) } else { after.push(cycle) }
        }
    }
    let median = |values: &mut Vec<i64>| {
        values.sort_unstable();
        values[values.len() / 2] as f64 / 86_400.0
    };
    let (slow, fast) = (median(&mut before), median(&mut after));
    assert!(fast < slow * 0.8, "{slow} days before, {fast} after");
    assert!(after.len() as f64 > before.len() as f64 * 1.2, "{} before, {} after", before.len(), after.len());
}

#[test]
fn stages_of_pull_requests_follow_each_other() {
    let organisation = organisation(5);
    let truth = organisation.truth(organisation.end());
    let merged: Vec<_> = truth.pull_requests.iter().filter(|pull| pull.t4.is_some()).collect();
    for pull in &merged {
        let t1 = pull.t1.expect("a merged pull request was ready");
        assert!(pull.t0 <= t1 && Some(t1) <= pull.t4, "{}", pull.id);
        if let Some(t2) = pull.t2 {
            assert!(t1 <= t2 && Some(t2) <= pull.t4 && pull.t3.is_none_or(|t3| t2 <= t3), "{}", pull.id);
        } else {
            assert_eq!(pull.t3, None, "{}", pull.id);
        }
    }
    let unreviewed = merged.iter().filter(|pull| pull.t2.is_none()).count();
    assert!(unreviewed > 0 && unreviewed < merged.len() / 4, "{unreviewed} of {}", merged.len());
    assert!(truth.pull_requests.iter().any(|pull| pull.closed_at.is_some() && pull.t4.is_none()));
    assert!(truth.pull_requests.iter().any(|pull| pull.change_requests > 1));
}

#[test]
fn done_issues_are_done_at_an_earlier_instant_only_from_their_end_on() {
    let organisation = Organisation::generate(&Options::new(6, Size::Small));
    let truth = organisation.truth(organisation.end());
    for issue in truth.issues.iter().filter(|issue| issue.ended_at.is_some()).step_by(25) {
        let end = issue.ended_at.expect("filtered");
        assert!(!is_open_at(issue, &truth, &organisation, end), "{}", issue.id);
        if end > issue.created_at {
            let just_before = Instant::from_seconds(end.seconds() - 1);
            assert!(is_open_at(issue, &truth, &organisation, just_before), "{}", issue.id);
        }
    }
}
