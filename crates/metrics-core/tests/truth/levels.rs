//! What is said of work in progress, open bugs and open pull requests of a process in which nothing changes.

use std::fmt::Write as _;

use metrics_core::{Calculation, calculate};
use model::Instant;
use model::columns::{Raw, Scopes};
use model::rules::Rules;
use model::table::Table;
use store::csv_folder::{Reading, load};

use crate::chance::Chance;
use crate::{Share, Size};

/// Weeks before the first that is judged: the levels have to fill first, which is a change.
const FILLING: usize = 30;
const WEEKS: usize = FILLING + 104;
const SECONDS_PER_WEEK: f64 = 7.0 * 86_400.0;
/// Monday 2023-01-02.
const START: i64 = 1_672_617_600;
const LEVELS: [(&str, &str); 3] = [("flow_summary", "wip"), ("flow_summary", "red_bin"), ("pr_summary", "open_prs")];

#[derive(Default)]
struct Seen {
    verdicts: Share,
    limits: Share,
    signalling_weeks: Share,
    said_to_change: Share,
}

#[test]
fn of_levels_in_which_nothing_changes_nothing_is_said() {
    let size = Size::chosen();
    for (arrivals, weeks_in_work) in [(3.0, 2.0), (5.0, 4.0), (10.0, 3.0)] {
        let mut seen = Seen::default();
        for seed in 0..size.pick(2, 70) {
            let raw = organisation(&mut Chance::new(seed), arrivals, weeks_in_work);
            let calculation = calculate(&raw, &Rules::default(), None, Scopes::USUAL).expect("nothing to contradict");
            look(&calculation, &mut seen);
        }
        let process = format!("{arrivals} a week, {weeks_in_work} weeks in work");
        seen.verdicts.held(&format!("{process}: levels with a verdict"), 0.0..=0.0);
        seen.limits.held(&format!("{process}: levels with limits"), 0.0..=0.0);
        seen.signalling_weeks.held(&format!("{process}: weeks whose net flow signals"), 0.0..=size.pick(20.0, 5.0));
        seen.said_to_change.held(&format!("{process}: levels said to grow or shrink"), 0.0..=size.pick(30.0, 2.0));
    }
}

/// Bugs that arrive and stay in development as long as chance wants, and pull requests as many and as long.
fn organisation(chance: &mut Chance, arrivals: f64, weeks_in_work: f64) -> Raw {
    let mut issues =
        String::from("org,repo,number,title,url,state,type,is_bug,creator,assignees,created_at,closed_at\n");
    let mut moves = String::from("org,repo,number,project_id,project_name,from_column,to_column,at,by,type\n");
    let mut pulls = String::from("org,repo,number,title,url,state,created_at,closed_at,merged_at,creator\n");
    let (mut number, mut week) = (0, chance.exponential() / arrivals);
    while week < WEEKS as f64 {
        number += 1;
        let end = week + weeks_in_work * chance.exponential();
        let (created, started) = (at(week), at(week + 0.001));
        let (state, closed) = if end < WEEKS as f64 { ("closed", at(end)) } else { ("open", String::new()) };
        let bug = if number % 2 == 0 { "bug" } else { "task" };
        let _ = writeln!(issues, "acme,shop,{number},T,,{state},{bug},{},ada,,{created},{closed}", bug == "bug");
        let _ = writeln!(moves, "acme,shop,{number},1,Board,,Backlog,{created},ada,added");
        let _ = writeln!(moves, "acme,shop,{number},1,Board,Backlog,In progress,{started},ada,moved");
        let _ = writeln!(pulls, "acme,shop,{number},T,,{state},{created},{closed},{closed},ada");
        week += chance.exponential() / arrivals;
    }
    let empty = [
        ("issue_status_event.csv", "org,repo,number,at,by,type,state_reason\n"),
        ("issue_project_custom_field.csv", "org,repo,number,project_id,project_name,field_name,field_value\n"),
        ("pr_review.csv", "org,repo,number,state,submitted_at,user\n"),
    ];
    let files = [("issue.csv", issues), ("issue_project_event.csv", moves), ("pr.csv", pulls)];
    let folder = tempfile::tempdir().expect("a folder");
    let texts = files.iter().map(|(name, text)| (*name, text.as_str())).chain(empty);
    for (name, text) in texts {
        std::fs::write(folder.path().join(name), text).expect("written");
    }
    let mut raw = load(folder.path(), Scopes::USUAL, Reading::Strict).expect("rows of the contract").raw;
    raw.as_of = Some(Instant::from_seconds(START + (WEEKS as f64 * SECONDS_PER_WEEK) as i64));
    raw
}

fn at(week: f64) -> String {
    Instant::from_seconds(START + (week * SECONDS_PER_WEEK) as i64).to_string()
}

fn look(calculation: &Calculation, seen: &mut Seen) {
    let table = |name: &str| calculation.tables.iter().find(|table| table.name == name).expect("calculated");
    for (summary, metric) in LEVELS {
        let summary = table(summary);
        let row = (0..summary.height()).find(|row| summary.cell(*row, "metric") == metric).expect("a row");
        seen.verdicts.add(!summary.cell(row, "verdict").is_empty());
        seen.limits.add(!summary.cell(row, "limit_high").is_empty() || !summary.cell(row, "signals").is_empty());
    }
    for (flow, level) in [("net_flow_week", "wip"), ("net_flow_week", "red_bin"), ("pr_net_flow_week", "open_prs")] {
        for row in judged(table(flow), level) {
            seen.signalling_weeks.add(!table(flow).cell(row, "signals").is_empty());
        }
        let said = &calculation.findings_by_table[flow];
        let words = match level {
            "wip" => "Work in progress",
            "red_bin" => "The number of open bugs",
            _ => "The number of open pull requests",
        };
        seen.said_to_change.add(said.iter().any(|sentence| sentence.starts_with(words)));
    }
}

/// Complete weeks of a level, once it has filled.
fn judged(table: &Table, level: &str) -> Vec<usize> {
    let rows = (0..table.height()).filter(|row| table.cell(*row, "level") == level);
    rows.skip(FILLING).filter(|row| table.cell(*row, "complete") == "true").collect()
}
