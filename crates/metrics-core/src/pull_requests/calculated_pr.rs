//! `calculated_pr`: every pull request with its instants, stages and waits, that all other tables add up.

use model::Instant;
use model::columns::{Raw, TextColumn};
use model::instant::{MICROS_PER_DAY, MICROS_PER_SECOND};
use model::table::{Cells, Column, Table};

use super::clock::Clock;
use super::facts::{Facts, PullRequest, Repositories, size_name};
use crate::hosts::hosts;
use crate::ids::sort_by_bytes;
use crate::words::words;

/// One row per pull request that exists at `as_of`, those of bots included and marked, in order of id (as bytes).
///
/// * Instants are UTC and null where it did not come to that; `closed` is set for merged ones too.
/// * Durations are null where either end is unknown; days are of 86,400 s. Of one that is not merged, `review_days`
///   goes up to its last approval so far.
/// * `author` is empty unless tables about people are allowed.
pub(super) fn table(raw: &Raw, facts: &Facts, people: bool) -> Table {
    let rows = Rows::new(raw, facts);
    let mut columns = rows.identity();
    columns.extend(rows.instants());
    columns.extend(rows.attributes());
    columns.extend(rows.durations());
    columns.extend(rows.reviews());
    columns.push(Column { name: "url", cells: rows.addresses() });
    columns.push(Column { name: "author", cells: rows.authors(people) });
    let codes = rows.order.iter().map(|known| raw.pull_requests.host[known.row]);
    columns.push(Column { name: "host", cells: hosts(&raw.dictionary, codes) });
    columns.push(rows.duration("draft_days", MICROS_PER_DAY, |clock| clock.in_draft));
    Table { name: "calculated_pr", columns }
}

struct Rows<'a> {
    raw: &'a Raw,
    repositories: &'a Repositories,
    order: Vec<&'a PullRequest>,
}

impl<'a> Rows<'a> {
    fn new(raw: &'a Raw, facts: &'a Facts) -> Self {
        // By row in the raw data, so that each row that is sorted finds its pull request.
        let place = |row: u32| facts.pull_requests.partition_point(|known| known.row < row as usize);
        let mut rows: Vec<u32> = facts.pull_requests.iter().map(|known| known.row as u32).collect();
        sort_by_bytes(&mut rows, &raw.pull_requests.id);
        Self {
            raw,
            repositories: &facts.repositories,
            order: rows.into_iter().map(|row| &facts.pull_requests[place(row)]).collect(),
        }
    }

    fn texts(&self, column: &TextColumn) -> Cells {
        Cells::Text(column.gathered(self.order.iter().map(|known| known.row)))
    }

    fn addresses(&self) -> Cells {
        Cells::Address(self.raw.pull_requests.url.gathered(self.order.iter().map(|known| known.row)))
    }

    /// Texts of which there are few.
    fn words<'t>(&self, word: impl Fn(&PullRequest) -> &'t [u8]) -> Cells {
        words(self.order.iter().map(|known| word(known)))
    }

    fn flags(&self, flag: impl Fn(&PullRequest) -> bool) -> Cells {
        Cells::Bool(self.order.iter().map(|known| flag(known)).collect())
    }

    fn instant(&self, name: &'static str, at: impl Fn(&Clock) -> Option<i64>) -> Column {
        let instants = self.order.iter().map(|known| at(&known.clock).map(Instant::from_micros));
        Column { name, cells: Cells::Instant(instants.collect()) }
    }

    fn duration(&self, name: &'static str, unit: i64, micros: impl Fn(&Clock) -> Option<i64>) -> Column {
        let cells = self.order.iter().map(|known| micros(&known.clock).map(|micros| micros as f64 / unit as f64));
        Column { name, cells: Cells::Float(cells.collect()) }
    }

    fn identity(&self) -> Vec<Column> {
        let Raw { pull_requests, .. } = self.raw;
        vec![
            Column { name: "id", cells: self.texts(&pull_requests.id) },
            Column { name: "title", cells: self.texts(&pull_requests.title) },
            Column { name: "repo", cells: self.words(|known| self.repositories.of_row(self.raw, known.row)) },
        ]
    }

    fn instants(&self) -> Vec<Column> {
        vec![
            self.instant("created", |clock| Some(clock.created)),
            self.instant("ready", |clock| clock.ready),
            self.instant("first_review", |clock| clock.first_review),
            self.instant("last_approval", |clock| clock.approved),
            self.instant("merged", |clock| clock.merged),
            self.instant("closed", Clock::closed),
        ]
    }

    fn attributes(&self) -> Vec<Column> {
        let files = |known: &PullRequest| self.raw.pull_requests.changed_files.get(known.row);
        vec![
            Column { name: "size", cells: self.words(|known| size_name(files(known)).as_bytes()) },
            Column { name: "changed_files", cells: Cells::Int(self.order.iter().map(|known| files(known)).collect()) },
            Column { name: "draft", cells: self.flags(|known| known.clock.draft_since.is_some()) },
            Column { name: "bot", cells: self.flags(|known| known.is_bot) },
        ]
    }

    fn durations(&self) -> Vec<Column> {
        const DAY: i64 = MICROS_PER_DAY;
        const HOUR: i64 = 3600 * MICROS_PER_SECOND;
        vec![
            self.duration("coding_days", DAY, Clock::coding),
            self.duration("pickup_days", DAY, Clock::pickup),
            self.duration("review_days", DAY, Clock::review),
            self.duration("merge_days", DAY, Clock::merge),
            self.duration("open_to_merge_days", DAY, Clock::open_to_merge),
            self.duration("first_commit_to_merge_days", DAY, Clock::first_commit_to_merge),
            self.duration("waiting_for_review_hours", HOUR, Clock::ready_to_merge),
            self.duration("to_first_review_hours", HOUR, Clock::pickup),
            self.duration("request_to_review_hours", HOUR, Clock::request_to_review),
        ]
    }

    fn reviews(&self) -> Vec<Column> {
        let requests = |known: &&PullRequest| Some(i64::from(known.clock.change_requests));
        vec![
            Column { name: "change_requests", cells: Cells::Int(self.order.iter().map(requests).collect()) },
            Column { name: "reviewed", cells: self.flags(|known| known.clock.is_reviewed()) },
        ]
    }

    fn authors(&self, people: bool) -> Cells {
        let Raw { pull_requests, dictionary, .. } = self.raw;
        self.words(|known| if people { dictionary.bytes(pull_requests.creator[known.row]) } else { b"" })
    }
}
