//! Rule set `flow` over a large organisation in memory: the pass over all issues, then every table.
//!
//! 200,000 issues on five boards with 2 million project events and 600,000 status events in shuffled order, and
//! a sighting for every fourth issue.

use std::error::Error;
use std::io::{self, Write as _};
use std::time::Instant as Stopwatch;

use metrics_core::coverage::{Coverage, ISSUE_SCOPES};
use metrics_core::{calculate, flow};
use model::Instant;
use model::columns::{IssueState, ProjectKind, Raw, Scopes, SightingSource, StatusKind};
use model::records::Presence;
use model::rules::{ProjectRules, Rules};

const ISSUES: usize = 200_000;
const BOARDS: u64 = 5;
const START_SECONDS: i64 = 1_577_836_800;
const YEARS_SECONDS: u64 = 6 * 365 * 86_400;
const COLUMNS: [&str; 7] = ["Backlog", "Ready", "In Progress", "In Review", "In QA", "Ready for prod", "Done"];
const ROUNDS: usize = 5;

/// The splitmix64 generator: short, seeded, good enough to fill columns.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % bound
    }
}

/// A project event before it is shuffled: issue, board, columns, kind, seconds.
type Event = (u32, u32, u32, u32, ProjectKind, i64);

fn large() -> Raw {
    let mut raw = Raw::default();
    let mut chance = Chance(7);
    let columns = COLUMNS.map(|column| raw.dictionary.push(column.as_bytes()));
    let boards: Vec<u32> = (0..BOARDS).map(|board| raw.dictionary.push(format!("410000{board}").as_bytes())).collect();
    let name = raw.dictionary.push(b"Board");
    let mut events: Vec<Event> = Vec::with_capacity(ISSUES * 10);
    let mut statuses: Vec<(u32, StatusKind, i64)> = Vec::with_capacity(ISSUES * 3);
    for issue in 0..ISSUES as u32 {
        let created = START_SECONDS + chance.below(YEARS_SECONDS) as i64;
        let mut at = created + chance.below(86_400) as i64;
        let board = boards[chance.below(BOARDS) as usize];
        events.push((issue, board, 0, 0, ProjectKind::Added, at));
        let (mut from, mut step) = (0, 0_usize);
        for _ in 0..8 + chance.below(3) {
            at += 3_600 + chance.below(6 * 86_400) as i64;
            events.push((issue, board, from, columns[step], ProjectKind::Moved, at));
            from = columns[step];
            step = if chance.below(8) == 0 { step.saturating_sub(1) } else { (step + 1).min(6) };
        }
        statuses.push((issue, StatusKind::Opened, created));
        let closed = chance.below(10) > 0;
        if closed {
            statuses.push((issue, StatusKind::Closed, at + 30));
        }
        if chance.below(10) == 0 {
            statuses.push((issue, StatusKind::Reopened, at + 86_400));
            statuses.push((issue, StatusKind::Closed, at + 200_000));
        }
        push_issue(&mut raw, issue, created, closed);
        if issue.is_multiple_of(4) {
            push_sighting(&mut raw, issue, board, name, from, at);
        }
    }
    shuffle(&mut events, &mut chance);
    shuffle(&mut statuses, &mut chance);
    for (issue, board, from, to, kind, at) in events {
        raw.project_events.issue.push(issue);
        raw.project_events.project_id.push(board);
        raw.project_events.project_name.push(name);
        raw.project_events.from_column.push(from);
        raw.project_events.to_column.push(to);
        raw.project_events.kind.push(Some(kind));
        raw.project_events.at.push(Some(Instant::from_seconds(at)));
    }
    for (issue, kind, at) in statuses {
        raw.status_events.issue.push(issue);
        raw.status_events.kind.push(Some(kind));
        raw.status_events.at.push(Some(Instant::from_seconds(at)));
        raw.status_events.state_reason.push(None);
    }
    raw.as_of = Some(Instant::from_seconds(START_SECONDS + YEARS_SECONDS as i64));
    raw
}

fn push_issue(raw: &mut Raw, issue: u32, created: i64, closed: bool) {
    let issues = &mut raw.issues;
    issues.id.push(format!("acme/service-{}#{issue}", issue % 60).as_bytes());
    issues.title.push(format!("Something to do, number {issue}").as_bytes());
    issues.url.push(format!("https://github.com/acme/service-{}/issues/{issue}", issue % 60).as_bytes());
    for codes in [
        &mut issues.org,
        &mut issues.repo,
        &mut issues.host,
        &mut issues.kind,
        &mut issues.issue_type,
        &mut issues.labels,
        &mut issues.creator,
    ] {
        codes.push(0);
    }
    issues.state.push(Some(if closed { IssueState::Closed } else { IssueState::Open }));
    issues.state_reason.push(None);
    issues.is_bug.push(issue.is_multiple_of(5));
    issues.created_at.push(Some(Instant::from_seconds(created)));
    issues.closed_at.push(None);
    issues.vanished_at.push(None);
}

fn push_sighting(raw: &mut Raw, issue: u32, board: u32, name: u32, status: u32, at: i64) {
    let sightings = &mut raw.sightings;
    sightings.issue.push(issue);
    sightings.project_id.push(board);
    sightings.project_name.push(name);
    sightings.status.push(status);
    sightings.status_at.push(Some(Instant::from_seconds(at)));
    sightings.presence.push(Presence::OnBoard);
    sightings.presence_at.push(None);
    sightings.created_at.push(None);
    sightings.observed_at.push(Some(Instant::from_seconds(at + 3_600)));
    sightings.source.push(SightingSource::Snapshot);
}

fn shuffle<T>(rows: &mut [T], chance: &mut Chance) {
    for last in (1..rows.len()).rev() {
        rows.swap(last, chance.below(last as u64 + 1) as usize);
    }
}

fn rules() -> Rules {
    let columns = |name: &str| vec![name.to_owned()];
    let board = |number: u64| ProjectRules {
        id: format!("410000{number}"),
        name: format!("Board {number}"),
        lead_time_columns: columns("Ready"),
        put_in_ready_columns: columns("Ready"),
        dev_start_columns: columns("In Progress"),
        review_start_columns: columns("In Review"),
        qa_start_columns: columns("In QA"),
        waitingtoprod_start_columns: columns("Ready for prod"),
        inprod_start_columns: columns("Done"),
        ..ProjectRules::default()
    };
    Rules { projects: (0..BOARDS).map(board).collect(), ..Rules::default() }
}

/// The best of several runs, in milliseconds.
#[expect(clippy::disallowed_methods, reason = "a benchmark reads the clock; the engine does not")]
fn best<T>(mut work: impl FnMut() -> T) -> f64 {
    (0..ROUNDS)
        .map(|_| {
            let watch = Stopwatch::now();
            std::hint::black_box(work());
            watch.elapsed().as_secs_f64() * 1_000.0
        })
        .fold(f64::INFINITY, f64::min)
}

fn main() -> Result<(), Box<dyn Error>> {
    let (raw, rules) = (large(), rules());
    let as_of = raw.as_of.unwrap_or_default();
    let mut out = io::stdout().lock();
    writeln!(
        out,
        "{} issues, {} project events, {} status events, {} sightings",
        raw.issues.id.len(),
        raw.project_events.issue.len(),
        raw.status_events.issue.len(),
        raw.sightings.issue.len()
    )?;
    let lives = flow::Lives::new(&raw, &rules, as_of)?;
    let coverage = Coverage::new(&raw, &ISSUE_SCOPES, as_of);
    let zone = rules.timezone;
    writeln!(out, "{} intervals", lives.intervals.start.len())?;
    let figures = [
        ("lives", best(|| flow::Lives::new(&raw, &rules, as_of).map(|lives| lives.issues.len()))),
        ("calculated_issue", best(|| flow::calculated_issue(&raw, &lives))),
        ("cycle_time", best(|| flow::cycle_time(&lives, zone, false, &coverage).map(|table| table.height()))),
        ("cycle_time_week", best(|| flow::cycle_time_week(&lives, zone, false, &coverage).map(|table| table.height()))),
        ("stocks", best(|| flow::stocks(&lives))),
        ("stocks_week", best(|| flow::stocks_week(&lives, zone, &coverage))),
        ("aging_wip", best(|| flow::aging_wip(&raw, &lives))),
        ("cumulative_flow_day", best(|| flow::cumulative_flow_day(&lives, zone))),
        (
            "all issue tables",
            best(|| {
                let scopes = Scopes::ISSUES;
                calculate(&raw, &rules, Some(as_of), scopes).map(|calculation| calculation.tables.len())
            }),
        ),
    ];
    for (name, milliseconds) in figures {
        writeln!(out, "{name:20} {milliseconds:8.1} ms")?;
    }
    Ok(())
}
