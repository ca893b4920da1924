//! Stories: a tiny language for the history of one issue.
//!
//! Parts are separated by `|` and begin with the day, counted from Monday 2026-01-05:
//! `1 +P` added to board P, `5 -P` removed, `2 P:Ready>Doing` moved, `6 closed`, `6 closed=duplicate`,
//! `7 reopened`, `8 seen P:Doing` a snapshot, `8 seen P:Doing@7.5` with the day on which the status was set,
//! `8 seen P:Doing@7.5~7` with the day until which it was found as before, `8 hook P:Doing@7.5` a delivery, `9 archived P:Doing`, `9 away P:Doing` found removed, `9 vanished`.

mod hidden;
mod life;
mod lost;
mod marks;
mod properties;
mod selected;
mod summary;
mod tables;

use model::Instant;
use model::columns::{Raw, SightingSource};
use model::records::{Issue, IssueState, Place as Home, Presence, ProjectEvent, ProjectItem, StatusEvent};
use model::rules::{ProjectRules, Rules};

use super::{Life, Lives, NO_BOARD};
use crate::records::RawBuilder;

const MONDAY: i64 = 1_767_571_200;

fn day(days: f64) -> Instant {
    Instant::from_seconds(MONDAY + (days * 86_400.0).round() as i64)
}

fn names(columns: &str) -> Vec<String> {
    columns.split(',').filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

fn board(id: &str) -> ProjectRules {
    ProjectRules {
        id: id.into(),
        name: format!("Board {id}"),
        lead_time_columns: names("Ready,Refined"),
        put_in_ready_columns: names("Ready"),
        dev_start_columns: names("Doing"),
        review_start_columns: names("In review"),
        qa_start_columns: names("Testing"),
        waitingtoprod_start_columns: names("Accepted"),
        inprod_start_columns: names("Done,Released"),
        ..ProjectRules::default()
    }
}

fn rules() -> Rules {
    Rules { projects: vec![board("P"), board("Q")], ..Rules::default() }
}

struct Story {
    issue: Issue,
    cards: Vec<(ProjectItem, SightingSource, Option<Instant>)>,
}

fn home(number: usize) -> Home {
    Home { org: "acme".into(), repo: "shop".into(), number: number.to_string(), ..Home::default() }
}

fn story(number: usize, created: f64, text: &str) -> Story {
    let issue = Issue {
        place: home(number),
        title: format!("Issue {number}"),
        state: IssueState::Open.into(),
        created_at: day(created),
        ..Issue::default()
    };
    let mut story = Story { issue, cards: Vec::new() };
    for part in text.split('|').map(str::trim).filter(|part| !part.is_empty()) {
        let (at, what) = part.split_once(' ').expect("a day and what happened");
        story.tell(day(at.parse().expect("a day")), what);
    }
    story
}

impl Story {
    fn tell(&mut self, at: Instant, what: &str) {
        let (word, rest) = what.split_once(' ').unwrap_or((what, ""));
        match word {
            "closed" | "reopened" => self.status(at, word, ""),
            "vanished" => self.issue.vanished_at = Some(at),
            "seen" => self.card(at, rest, Presence::OnBoard, SightingSource::Snapshot),
            "hook" => self.card(at, rest, Presence::OnBoard, SightingSource::Webhook),
            "archived" => self.card(at, rest, Presence::Archived, SightingSource::Snapshot),
            "away" => self.card(at, rest, Presence::Removed, SightingSource::Snapshot),
            _ => {
                if let Some(reason) = what.strip_prefix("closed=") {
                    self.status(at, "closed", reason);
                } else if let Some(board) = what.strip_prefix('+') {
                    self.project(at, "added", board, "", "");
                } else if let Some(board) = what.strip_prefix('-') {
                    self.project(at, "removed", board, "", "");
                } else {
                    let (board, columns) = what.split_once(':').expect("board:from>to");
                    let (from, to) = columns.split_once('>').expect("from>to");
                    self.project(at, "moved", board, from, to);
                }
            }
        }
    }

    fn status(&mut self, at: Instant, kind: &str, reason: &str) {
        self.issue.state = if kind == "closed" { "closed".into() } else { "open".into() };
        self.issue.closed_at = (kind == "closed").then_some(at);
        let event = StatusEvent { kind: kind.into(), at, by: String::new(), state_reason: reason.into() };
        self.issue.status_events.push(event);
    }

    fn project(&mut self, at: Instant, kind: &str, board: &str, from: &str, to: &str) {
        self.issue.project_events.push(ProjectEvent {
            kind: kind.into(),
            project_id: board.into(),
            project_name: format!("Board {board}"),
            from_column: from.into(),
            to_column: to.into(),
            at,
            by: String::new(),
        });
    }

    fn card(&mut self, at: Instant, what: &str, presence: Presence, source: SightingSource) {
        let (board, column) = what.split_once(':').expect("board:column");
        let (column, confirmed) = column.split_once('~').map_or((column, None), |(column, at)| (column, Some(at)));
        let (column, set) = column.split_once('@').map_or((column, None), |(column, set)| (column, Some(set)));
        let item = ProjectItem {
            project_id: board.into(),
            project_name: format!("Board {board}"),
            status: Some(column.into()),
            status_updated_at: set.map(|set| day(set.parse().expect("a day"))),
            presence,
            observed_at: Some(at),
            ..ProjectItem::default()
        };
        let confirmed = confirmed.map(|at| day(at.parse().expect("a day")));
        self.cards.push((item, source, confirmed));
    }

    fn labelled(mut self, labels: &str) -> Self {
        self.issue.labels = names(labels);
        self
    }
}

fn raw(stories: &[Story]) -> Raw {
    let mut builder = RawBuilder::new();
    for story in stories {
        builder.issue(&story.issue);
        for (item, source, confirmed_at) in &story.cards {
            builder.confirmed_card(&story.issue.place, item, *source, *confirmed_at);
        }
    }
    builder.build(day(1_000.0)).expect("each issue once")
}

fn lives_with(rules: &Rules, as_of: f64, stories: &[Story]) -> Lives {
    Lives::new(&raw(stories), rules, day(as_of)).expect("the rules are sound")
}

/// The chain of one issue created on day 0, as `board place from day`, sources other than the timeline added.
fn chain(as_of: f64, text: &str) -> String {
    chain_with(&rules(), as_of, text)
}

fn chain_with(rules: &Rules, as_of: f64, text: &str) -> String {
    let lives = lives_with(rules, as_of, &[story(1, 0.0, text)]);
    let mut parts: Vec<String> = Vec::new();
    for interval in lives.intervals.of(0) {
        let board = lives.intervals.board[interval];
        let board = if board == NO_BOARD { "-" } else { &lives.boards[board as usize].id };
        let source = match lives.intervals.source[interval] {
            super::Source::Timeline => String::new(),
            source => format!(" {source:?}").to_lowercase(),
        };
        let place = match lives.intervals.place[interval] {
            super::Place::NotPlanned => "not_planned",
            super::Place::Vanished => "vanished",
            place => place.name(),
        };
        let what = format!("{board} {place}{source}");
        let from = (lives.intervals.start[interval] - day(0.0).micros()) as f64 / 86_400_000_000.0;
        if parts.last().is_none_or(|last| !last.starts_with(&format!("{what} from"))) {
            parts.push(format!("{what} from {from}"));
        }
    }
    parts.join(", ")
}

fn life(as_of: f64, text: &str) -> Life {
    lives_with(&rules(), as_of, &[story(1, 0.0, text)]).issues[0].expect("the issue counts")
}

/// A mark as days since day 0; `None` where it is unknown.
fn since_start(micros: i64) -> Option<f64> {
    (micros != Instant::NULL_MICROS).then(|| (micros - day(0.0).micros()) as f64 / 86_400_000_000.0)
}
