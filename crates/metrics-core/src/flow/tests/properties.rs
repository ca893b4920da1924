use chrono_tz::Tz;
use model::columns::Scopes;
use model::table::{Cells, Table};
use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::calculate::{Calculation, calculate};
use crate::calendar::{Cut, Periods};
use crate::flow::{Place, calculated_issue};

pub(super) const AS_OF: f64 = 40.3;

/// One part of a story; times fall on quarters of days, so that many are equal.
fn part() -> impl Strategy<Value = String> {
    let column = || select(vec!["", "Backlog", "Ready", "Doing", "In review", "Blocked", "Done", "Released"]);
    let board = || select(vec!["P", "Q", "Z"]);
    let what = prop_oneof![
        2 => board().prop_map(|board| format!("+{board}")),
        1 => board().prop_map(|board| format!("-{board}")),
        6 => (board(), column(), column()).prop_map(|(board, from, to)| format!("{board}:{from}>{to}")),
        2 => select(vec!["closed", "closed=not_planned", "reopened", "reopened"]).prop_map(str::to_owned),
        1 => (board(), column()).prop_map(|(board, column)| format!("seen {board}:{column}")),
        1 => (board(), column(), 0..160_u32)
            .prop_map(|(board, column, set)| format!("hook {board}:{column}@{}", f64::from(set) / 4.0)),
        1 => (board(), column(), select(vec!["archived", "away"]))
            .prop_map(|(board, column, how)| format!("{how} {board}:{column}")),
    ];
    (0..180_u32, what).prop_map(|(at, what)| format!("{} {what}", f64::from(at) / 4.0))
}

pub(super) fn stories() -> impl Strategy<Value = Vec<(f64, Vec<String>)>> {
    let story = (0..120_u32, prop::collection::vec(part(), 0..14));
    prop::collection::vec(story.prop_map(|(created, parts)| (f64::from(created) / 4.0, parts)), 1..12)
}

pub(super) fn told(stories: &[(f64, Vec<String>)]) -> Vec<Story> {
    let tell = |(number, (created, parts)): (usize, &(f64, Vec<String>))| story(number, *created, &parts.join(" | "));
    stories.iter().enumerate().map(tell).collect()
}

fn calculated(stories: &[Story]) -> Calculation {
    calculate(&raw(stories), &rules(), Some(day(AS_OF)), Scopes::ISSUES).expect("the rules are sound")
}

fn ints(table: &Table, column: &str) -> Vec<i64> {
    match table.column(column) {
        Some(Cells::Int(cells)) => cells.iter().map(|cell| cell.expect("counts are never null")).collect(),
        _ => panic!("{} has no whole numbers in {column}", table.name),
    }
}

fn table<'a>(calculation: &'a Calculation, name: &str) -> &'a Table {
    calculation.tables.iter().find(|table| table.name == name).expect("the table is calculated")
}

/// Where every issue is just before an instant, or at it, straight from the intervals.
fn places_at(lives: &Lives, at: Instant, inclusive: bool) -> Vec<(u16, Place)> {
    lives
        .included()
        .filter_map(|(issue, _)| {
            let is_before = |start: i64| start < at.micros() || (inclusive && start == at.micros());
            let last = lives.intervals.of(issue).rev().find(|interval| is_before(lives.intervals.start[*interval]))?;
            Some((lives.intervals.board[last], lives.intervals.place[last]))
        })
        .collect()
}

const IN_STEPS: [&str; 6] = ["in_backlogs", "in_ready", "in_dev", "in_review", "in_qa", "waiting_to_prod"];

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn time_in_all_steps_is_the_life_exactly(stories in stories()) {
        let lives = lives_with(&rules(), AS_OF, &told(&stories));
        for (_, life) in lives.included().filter(|(_, life)| life.board != NO_BOARD) {
            prop_assert_eq!(life.time_in.iter().sum::<i64>(), day(AS_OF).micros() - life.created_at);
        }
    }

    #[test]
    fn intervals_start_at_creation_and_are_in_order(stories in stories()) {
        let lives = lives_with(&rules(), AS_OF, &told(&stories));
        for (issue, life) in lives.included() {
            let starts: Vec<i64> = lives.intervals.of(issue).map(|at| lives.intervals.start[at]).collect();
            prop_assert_eq!(starts[0], life.created_at);
            prop_assert!(starts.windows(2).all(|pair| pair[0] < pair[1]));
            prop_assert!(life.lead_start == Instant::NULL_MICROS || life.lead_start >= life.created_at);
            if let Some(lead) = life.lead_micros() {
                prop_assert!(life.cycle_micros().is_none_or(|cycle| 0 <= cycle && cycle <= lead));
            }
        }
    }

    #[test]
    fn stocks_and_off_board_are_the_open_items_every_week(stories in stories()) {
        let stories = told(&stories);
        let lives = lives_with(&rules(), AS_OF, &stories);
        let calculation = calculated(&stories);
        let Some(first) = lives.first_creation() else { return Ok(()) };
        let weeks = Periods::covering(Cut::Week, Tz::UTC, first, day(AS_OF));
        let stocks = table(&calculation, "stocks_week");
        let boards = lives.boards.len();
        prop_assert_eq!(stocks.height(), weeks.len() * boards);
        for week in 0..weeks.len() {
            let running = weeks.end(week) > day(AS_OF);
            let places = places_at(&lives, if running { day(AS_OF) } else { weeks.end(week) }, running);
            let rows = week * boards..(week + 1) * boards;
            let sum = |column: &str| ints(stocks, column)[rows.clone()].iter().sum::<i64>();
            let open = places.iter().filter(|(board, place)| *board != NO_BOARD && (place.is_stock() || *place == Place::OffBoard));
            prop_assert_eq!(IN_STEPS.iter().map(|step| sum(step)).sum::<i64>() + sum("off_board"), open.count() as i64);
            for (step, column) in IN_STEPS.iter().enumerate() {
                let there = places.iter().filter(|(_, place)| *place as usize == step).count();
                prop_assert_eq!(sum(column), there as i64);
            }
        }
    }

    #[test]
    fn the_list_at_the_end_of_a_week_holds_what_its_stocks_count(stories in stories()) {
        let stories = told(&stories);
        let lives = lives_with(&rules(), AS_OF, &stories);
        let Some(first) = lives.first_creation() else { return Ok(()) };
        let weeks = Periods::covering(Cut::Week, Tz::UTC, first, day(AS_OF));
        let calculation = calculated(&stories);
        let stocks = table(&calculation, "stocks_week");
        let boards = lives.boards.len();
        for week in (0..weeks.len()).filter(|week| weeks.end(*week) <= day(AS_OF)) {
            let mut lives = lives.clone();
            lives.look_at(weeks.end(week));
            let listed = calculated_issue(&raw(&stories), &lives);
            for row in week * boards..(week + 1) * boards {
                let board = stocks.cell(row, "project_id");
                for (column, step) in [("in_backlogs", "backlog"), ("in_dev", "dev"), ("off_board", "off_board")] {
                    let is_there = |issue: &usize| {
                        listed.cell(*issue, "project_id") == board && listed.cell(*issue, "current_step") == step
                    };
                    let count = (0..listed.height()).filter(is_there).count();
                    prop_assert_eq!(stocks.cell(row, column), count.to_string(), "{} of {} in week {}", column, board, week);
                }
            }
        }
    }

    #[test]
    fn arrivals_less_departures_are_the_change_of_stock(stories in stories()) {
        let stories = told(&stories);
        let lives = lives_with(&rules(), AS_OF, &stories);
        let stocks = calculated(&stories);
        let stocks = table(&stocks, "stocks_week");
        let boards = lives.boards.len();
        let Some(first) = lives.first_creation() else { return Ok(()) };
        let weeks = Periods::covering(Cut::Week, Tz::UTC, first, day(AS_OF));
        let mut net = vec![0_i64; weeks.len()];
        for (issue, _) in lives.included() {
            let mut inside = false;
            for interval in lives.intervals.of(issue) {
                let now = lives.intervals.place[interval].is_stock();
                let week = weeks.index_of(Instant::from_micros(lives.intervals.start[interval])).expect("covered");
                net[week] += i64::from(now) - i64::from(inside);
                inside = now;
            }
        }
        let mut before = 0;
        for (week, change) in net.into_iter().enumerate() {
            let rows = week * boards..(week + 1) * boards;
            let now: i64 = IN_STEPS.iter().map(|step| ints(stocks, step)[rows.clone()].iter().sum::<i64>()).sum();
            prop_assert_eq!(now - before, change);
            before = now;
        }
    }

    #[test]
    fn neighbouring_cumulative_flow_steps_differ_by_the_stock(stories in stories()) {
        let stories = told(&stories);
        let calculation = calculated(&stories);
        let (flow, stocks) = (table(&calculation, "cumulative_flow_day"), table(&calculation, "stocks"));
        let counts = ints(flow, "count");
        let Some(last_day) = counts.len().checked_sub(stocks.height() * 7) else { return Ok(()) };
        for board in 0..stocks.height() {
            let at_end = &counts[last_day + board * 7..last_day + board * 7 + 7];
            for (step, column) in IN_STEPS.iter().enumerate() {
                prop_assert_eq!(at_end[step] - at_end[step + 1], ints(stocks, column)[board]);
            }
        }
    }

    #[test]
    fn throughput_and_not_planned_are_the_ended_items(stories in stories()) {
        let stories = told(&stories);
        let ended = lives_with(&rules(), AS_OF, &stories).endings().len() as i64;
        let calculation = calculated(&stories);
        let throughput = table(&calculation, "throughput_week");
        let sum = |column: &str| ints(throughput, column).iter().sum::<i64>();
        prop_assert_eq!(sum("throughput") + sum("closed_not_planned"), ended);
        prop_assert_eq!(ints(table(&calculation, "cycle_time"), "issues_count").iter().sum::<i64>(), sum("throughput"));
    }

    #[test]
    fn percentiles_do_not_decrease(stories in prop::collection::vec((0..40_u32, 0..40_u32), 20..60)) {
        let stories: Vec<Story> = stories.iter().enumerate().map(|(number, (from, length))| {
            let (from, to) = (f64::from(*from) / 4.0, f64::from(from + length) / 4.0);
            story(number, 0.0, &format!("0 +P | {from} P:>Doing | {to} closed"))
        }).collect();
        let lives = lives_with(&rules(), 21.0, &stories);
        let coverage = crate::coverage::Coverage { until: day(21.0), held_back_by: None };
        let table = crate::flow::cycle_time(&lives, Tz::UTC, false, &coverage).expect("a valid query");
        for what in ["leadtime", "cycletime"] {
            let value = |share: &str| table.cell(0, &format!("{what}_days_{share}")).parse::<f64>().ok();
            let (Some(p50), Some(p85), Some(p95)) = (value("p50"), value("p85"), value("p95")) else { continue };
            prop_assert!(p50 <= p85 && p85 <= p95);
        }
    }

    #[test]
    fn the_order_of_the_input_changes_nothing((stories, shuffled) in stories().prop_flat_map(|stories| {
        let parts: Vec<_> = stories.iter().map(|(_, parts)| Just(parts.clone()).prop_shuffle()).collect();
        let numbers: Vec<usize> = (0..stories.len()).collect();
        (Just(stories), (parts, Just(numbers).prop_shuffle()))
    })) {
        let ordered = told(&stories);
        let (parts, numbers) = shuffled;
        let mixed: Vec<Story> = numbers
            .into_iter()
            .map(|number| story(number, stories[number].0, &parts[number].join(" | ")))
            .collect();
        // The present state of an issue follows the order of telling: it is no input of this test.
        let unify = |mut stories: Vec<Story>| {
            for story in &mut stories {
                story.issue.state = "open".into();
                story.issue.closed_at = None;
            }
            stories
        };
        let (one, other) = (calculated(&unify(ordered)), calculated(&unify(mixed)));
        for (one, other) in one.tables.iter().zip(&other.tables) {
            prop_assert_eq!(one.to_csv(), other.to_csv());
        }
        prop_assert_eq!(one.notices, other.notices);
    }
}
