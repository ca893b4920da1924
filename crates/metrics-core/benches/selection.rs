//! A cold selection over an organisation of 20,000 issues and 25,000 pull requests in memory: the time that a filtered
//! question to the server takes beyond HTTP.
//!
//! 40 repositories, six boards, four teams, three years.

use std::error::Error;
use std::io::{self, Write as _};
use std::time::Instant as Stopwatch;

use metrics_core::catalogue::{self, TableScope};
use metrics_core::{Bots, Selection, calculate, calculate_selected, calculate_tables, known};
use model::Instant;
use model::columns::{IssueState, ProjectKind, PullRequestEventKind, Raw, ReviewState, Scopes, StatusKind};
use model::rules::{Member, ProjectRules, RuleSet, Rules, Team};

const ISSUES: u32 = 20_000;
const PULL_REQUESTS: u32 = 25_000;
const REPOSITORIES: u64 = 40;
const BOARDS: u64 = 6;
const PEOPLE: u64 = 80;
const START_SECONDS: i64 = 1_577_836_800;
const YEARS_SECONDS: u64 = 3 * 365 * 86_400;
const COLUMNS: [&str; 6] = ["Backlog", "Ready", "In Progress", "In Review", "In QA", "Done"];
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

    fn of(&mut self, codes: &[u32]) -> u32 {
        codes[self.below(codes.len() as u64) as usize]
    }
}

/// Codes of the texts that repeat.
struct Codes {
    org: u32,
    repositories: Vec<u32>,
    boards: Vec<u32>,
    columns: Vec<u32>,
    people: Vec<u32>,
    labels: Vec<u32>,
}

fn organisation() -> Raw {
    let mut raw = Raw::default();
    let mut push = |text: String| raw.dictionary.push(text.as_bytes());
    let codes = Codes {
        org: push("acme".to_owned()),
        repositories: (0..REPOSITORIES).map(|number| push(format!("service-{number}"))).collect(),
        boards: (0..BOARDS).map(|number| push(format!("410000{number}"))).collect(),
        columns: COLUMNS.iter().map(|column| push((*column).to_owned())).collect(),
        people: (0..PEOPLE).map(|number| push(format!("person-{number}"))).chain([0]).collect(),
        labels: ["bug", "feature", "docs"].into_iter().map(|label| push(label.to_owned())).collect(),
    };
    let mut chance = Chance(7);
    for issue in 0..ISSUES {
        push_issue(&mut raw, &codes, &mut chance, issue);
    }
    for number in 0..PULL_REQUESTS {
        push_pull_request(&mut raw, &codes, &mut chance, number);
    }
    raw.as_of = Some(at(START_SECONDS + YEARS_SECONDS as i64));
    raw
}

fn at(seconds: i64) -> Instant {
    Instant::from_seconds(seconds)
}

fn push_issue(raw: &mut Raw, codes: &Codes, chance: &mut Chance, issue: u32) {
    let created = START_SECONDS + chance.below(YEARS_SECONDS) as i64;
    let repository = chance.of(&codes.repositories);
    let mut when = created + chance.below(86_400) as i64;
    let board = chance.of(&codes.boards);
    let mut push = |from: u32, to: u32, kind: ProjectKind, when: i64| {
        let events = &mut raw.project_events;
        events.issue.push(issue);
        events.project_id.push(board);
        events.project_name.push(board);
        events.from_column.push(from);
        events.to_column.push(to);
        events.kind.push(Some(kind));
        events.at.push(Some(at(when)));
    };
    push(0, 0, ProjectKind::Added, when);
    let mut from = 0;
    for to in &codes.columns[..=chance.below(6) as usize] {
        when += 3_600 + chance.below(6 * 86_400) as i64;
        push(from, *to, ProjectKind::Moved, when);
        from = *to;
    }
    let closed = from == codes.columns[5];
    for (kind, when) in [(StatusKind::Opened, created), (StatusKind::Closed, when + 30)] {
        if kind == StatusKind::Opened || closed {
            raw.status_events.issue.push(issue);
            raw.status_events.kind.push(Some(kind));
            raw.status_events.at.push(Some(at(when)));
            raw.status_events.state_reason.push(None);
        }
    }
    let name = raw.dictionary.text(repository).into_owned();
    let issues = &mut raw.issues;
    issues.id.push(format!("acme/{name}#{issue}").as_bytes());
    issues.title.push(format!("Something to do, number {issue}").as_bytes());
    issues.url.push(format!("https://github.com/acme/{name}/issues/{issue}").as_bytes());
    issues.org.push(codes.org);
    issues.repo.push(repository);
    issues.creator.push(chance.of(&codes.people));
    issues.labels.push(chance.of(&codes.labels));
    issues.state_reason.push(None);
    for empty in [&mut issues.host, &mut issues.kind, &mut issues.issue_type] {
        empty.push(0);
    }
    issues.state.push(Some(if closed { IssueState::Closed } else { IssueState::Open }));
    issues.is_bug.push(false);
    issues.created_at.push(Some(at(created)));
    issues.closed_at.push(None);
    issues.vanished_at.push(None);
}

fn push_pull_request(raw: &mut Raw, codes: &Codes, chance: &mut Chance, number: u32) {
    let created = START_SECONDS + chance.below(YEARS_SECONDS) as i64;
    let merged = (chance.below(10) > 0).then(|| at(created + 3_600 + chance.below(9 * 86_400) as i64));
    let repository = chance.of(&codes.repositories);
    for _ in 0..chance.below(4) {
        let reviews = &mut raw.reviews;
        reviews.pull_request.push(number);
        let states = [ReviewState::Approved, ReviewState::ChangesRequested, ReviewState::Commented];
        reviews.state.push(Some(states[chance.below(3) as usize]));
        reviews.dismissed_state.push(None);
        reviews.submitted_at.push(Some(at(created + chance.below(5 * 86_400) as i64)));
        reviews.user.push(chance.of(&codes.people));
        reviews.user_is_bot.push(false);
        reviews.comments.push(None);
    }
    raw.pull_request_events.pull_request.push(number);
    raw.pull_request_events.kind.push(Some(PullRequestEventKind::ReviewRequested));
    raw.pull_request_events.at.push(Some(at(created + 60)));
    raw.pull_request_events.by.push(0);
    raw.pull_request_events.commit_trailers.push(0);
    let name = raw.dictionary.text(repository).into_owned();
    let rows = &mut raw.pull_requests;
    rows.id.push(format!("acme/{name}#{number}").as_bytes());
    rows.title.push(format!("A change, number {number}").as_bytes());
    rows.url.push(format!("https://github.com/acme/{name}/pull/{number}").as_bytes());
    rows.org.push(codes.org);
    rows.repo.push(repository);
    rows.host.push(0);
    rows.creator.push(chance.of(&codes.people));
    rows.creator_is_bot.push(false);
    rows.created_at.push(Some(at(created)));
    rows.closed_at.push(merged);
    rows.merged_at.push(merged);
    rows.is_draft.push(false);
    rows.labels.push(0);
    rows.changed_files.push(Some(chance.below(30) as i64));
    rows.first_commit_at.push(Some(at(created - 7_200)));
    rows.vanished_at.push(None);
    rows.team.push(0);
}

fn rules(set: RuleSet) -> Rules {
    let columns = |name: &str| vec![name.to_owned()];
    let board = |number: u64| ProjectRules {
        id: format!("410000{number}"),
        name: format!("Board {number}"),
        lead_time_columns: columns("Ready"),
        put_in_ready_columns: columns("Ready"),
        dev_start_columns: columns("In Progress"),
        review_start_columns: columns("In Review"),
        qa_start_columns: columns("In QA"),
        inprod_start_columns: columns("Done"),
        ..ProjectRules::default()
    };
    let member = |number: u64| Member { github: format!("person-{number}"), email: None };
    let team = |number: u64| {
        let team = Team {
            repos: (0..5).map(|repository| format!("acme/service-{}", 5 * number + repository)).collect(),
            projects: vec![format!("410000{number}")],
            users: (0..20).map(|person| member(20 * number + person)).collect(),
            ..Team::default()
        };
        (format!("team-{number}"), team)
    };
    Rules { set, projects: (0..BOARDS).map(board).collect(), teams: (0..4).map(team).collect(), ..Rules::default() }
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
    let raw = organisation();
    let text = |text: &str| vec![text.to_owned()];
    let selections = [
        ("one board", Selection { projects: text("4100002"), ..Selection::default() }),
        ("one repository", Selection { repositories: text("acme/service-7"), ..Selection::default() }),
        ("one team", Selection { teams: text("team-1"), ..Selection::default() }),
        ("one type", Selection { types: text("bug"), ..Selection::default() }),
        ("without bots", Selection { bots: Some(Bots::Exclude), ..Selection::default() }),
    ];
    let mut out = io::stdout().lock();
    writeln!(out, "{ISSUES} issues, {PULL_REQUESTS} pull requests; milliseconds of issues and of pull requests")?;
    for set in [RuleSet::Flow, RuleSet::CtoStats] {
        let rules = rules(set);
        let mut line = |name: &str, of: &dyn Fn(Scopes) -> usize| {
            let [issues, pulls] = [Scopes::ISSUES, Scopes::PULL_REQUESTS].map(|scopes| best(|| of(scopes)));
            writeln!(out, "{:10} {name:16} {issues:8.1} {pulls:8.1}", set.name())
        };
        let tables = |scopes| calculate(&raw, &rules, None, scopes).map_or(0, |calculation| calculation.tables.len());
        line("everything", &tables)?;
        for (name, selection) in &selections {
            line(name, &|scopes| {
                let calculation = calculate_selected(&raw, &rules, None, scopes, selection);
                calculation.map_or(0, |calculation| calculation.tables.len())
            })?;
        }
        if set == RuleSet::Flow {
            let (name, selection) = &selections[2];
            for spec in catalogue::tables().iter().filter(|spec| spec.scope != TableScope::CloudSpending) {
                let table = best(|| {
                    calculate_tables(&raw, &rules, None, spec.scope, Some(&[spec.name]), selection, None)
                        .map(|alone| alone.tables.len())
                });
                writeln!(out, "{:10} {name}: {:30} {table:8.1}", set.name(), spec.name)?;
            }
        }
        let names = best(|| known(&raw, &rules));
        writeln!(out, "{:10} {:16} {names:8.1}", set.name(), "what is known")?;
    }
    Ok(())
}
