//! What becomes of the issues of an iteration: planned at its start, done in it, carried over.
//!
//! An issue is in one iteration at most. Days of an iteration are those of UTC, by which GitLab begins and ends them; its
//! first day is that of planning, and its last one is part of it. Whether an issue is done is what its [life](crate::flow)
//! says, as in every table of issues.
//!
//! * *Planned at start* is what is in it when its first day is over, and was open in it during that day: what GitLab rolls
//!   over from the iteration before comes early on that day. What was done before is not planned.
//! * *Added later* is what was not planned, and is open in it at some time after its first day.
//! * *Done in it* is what was done when it ended, and became so while it was in it.
//! * *Carried over* is what was in it and open when it ended.
//! * *Removed* is the rest: taken out, put into another one, deleted, closed as not planned, or done after it was taken out.
//!
//! An issue that was moved to another project counts there, where GitLab copies its events. An iteration that has not begun,
//! or of which the days are not known, has no row.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use model::Instant;
use model::columns::{IterationKind, Raw, StateReason, TextColumn};
use model::instant::MICROS_PER_DAY;
use model::table::{Cells, Column, Table};

use crate::coverage::Coverage;
use crate::flow::{Lives, Place};
use crate::hosts::hosts;
use crate::words::words;

/// An iteration whose days are known.
#[derive(Debug)]
struct Iteration {
    /// Code of its id.
    id: u32,
    /// Code of its name.
    name: u32,
    /// Code of its host.
    host: u32,
    starts_on: NaiveDate,
    due_on: NaiveDate,
    /// Half open, in microseconds.
    start: i64,
    end: i64,
}

/// What became of an issue that was planned for an iteration or added to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Done,
    Carried,
    Removed,
    /// The iteration still runs, and the issue is in it.
    Open,
}

impl Outcome {
    fn name(self) -> &'static str {
        match self {
            Self::Done => "done_in_it",
            Self::Carried => "carried_over",
            Self::Removed => "removed",
            Self::Open => "open",
        }
    }
}

/// An issue of an iteration.
#[derive(Clone, Copy, Debug)]
struct Planned {
    /// Position of the iteration.
    iteration: usize,
    /// Row of the issue.
    issue: usize,
    /// At its start; else later.
    at_start: bool,
    outcome: Outcome,
}

/// The iterations that have begun, in order of their days, and their issues.
#[derive(Debug)]
pub(crate) struct Spillover {
    iterations: Vec<Iteration>,
    planned: Vec<Planned>,
    as_of: i64,
}

impl Spillover {
    /// Of the issues of a selection.
    pub(crate) fn of(raw: &Raw, lives: &Lives) -> Self {
        let as_of = lives.as_of.micros();
        let by_issue = by_issue(raw, lives);
        let (iterations, place_of) = iterations(raw, as_of, &by_issue);
        let mut planned = Vec::new();
        for (issue, rows) in by_issue {
            let stays = stays(raw, rows, &place_of);
            let states = States::of(lives, issue);
            let mut seen: Vec<usize> = stays.iter().map(|stay| stay.iteration).collect();
            seen.sort_unstable();
            seen.dedup();
            for iteration in seen {
                let of_it: Vec<&Stay> = stays.iter().filter(|stay| stay.iteration == iteration).collect();
                if let Some((at_start, outcome)) = judged(&iterations[iteration], &of_it, &states, as_of) {
                    planned.push(Planned { iteration, issue, at_start, outcome });
                }
            }
        }
        Self { iterations, planned, as_of }
    }

    /// Table `spillover_iteration`: a row per iteration that has begun, in order of its days and its id.
    pub(crate) fn table(&self, raw: &Raw, coverage: &Coverage) -> Table {
        let rows = &self.iterations;
        let counts = |counts: &dyn Fn(&Planned) -> bool| -> Vec<i64> {
            let mut counted = vec![0; rows.len()];
            self.planned.iter().filter(|planned| counts(planned)).for_each(|planned| counted[planned.iteration] += 1);
            counted
        };
        let is = |outcome: Outcome| move |planned: &Planned| planned.outcome == outcome;
        let at_start = counts(&|planned| planned.at_start);
        let carried_of_planned = counts(&|planned| planned.at_start && is(Outcome::Carried)(planned));
        let is_over = |row: &Iteration| row.end <= self.as_of;
        let ints = |counts: Vec<i64>| Cells::Int(counts.into_iter().map(Some).collect());
        let carried = rows.iter().zip(counts(&is(Outcome::Carried)));
        let shares = rows.iter().zip(at_start.iter().zip(carried_of_planned));
        let share = |(row, (all, carried)): (&Iteration, (&i64, i64))| {
            (is_over(row) && *all > 0).then(|| carried as f64 / *all as f64)
        };
        let columns = vec![
            Column { name: "iteration_id", cells: words(rows.iter().map(|row| raw.dictionary.bytes(row.id))) },
            Column { name: "iteration", cells: words(rows.iter().map(|row| raw.dictionary.bytes(row.name))) },
            Column { name: "starts_on", cells: Cells::Date(rows.iter().map(|row| Some(row.starts_on)).collect()) },
            Column { name: "due_on", cells: Cells::Date(rows.iter().map(|row| Some(row.due_on)).collect()) },
            Column { name: "planned_at_start", cells: ints(at_start.clone()) },
            Column { name: "added_later", cells: ints(counts(&|planned| !planned.at_start)) },
            Column { name: "removed", cells: ints(counts(&is(Outcome::Removed))) },
            Column { name: "done_in_it", cells: ints(counts(&is(Outcome::Done))) },
            Column {
                name: "carried_over",
                cells: Cells::Int(carried.map(|(row, carried)| is_over(row).then_some(carried)).collect()),
            },
            Column {
                name: "planned_done",
                cells: ints(counts(&|planned| planned.at_start && is(Outcome::Done)(planned))),
            },
            Column { name: "carried_share", cells: Cells::Float(shares.map(share).collect()) },
            Column {
                name: "complete",
                cells: Cells::Bool(rows.iter().map(|row| is_over(row) && row.end <= coverage.until.micros()).collect()),
            },
            Column { name: "host", cells: hosts(&raw.dictionary, rows.iter().map(|row| row.host)) },
        ];
        Table { name: "spillover_iteration", columns }
    }

    /// Table `spillover_issue`: the issues of each of these, in order of iteration and id.
    pub(crate) fn issues(&self, raw: &Raw) -> Table {
        let mut rows: Vec<&Planned> = self.planned.iter().collect();
        rows.sort_by(|one, other| {
            let key = |row: &Planned| {
                (row.iteration, raw.issues.id.bytes(row.issue), raw.dictionary.bytes(raw.issues.host[row.issue]))
            };
            key(one).cmp(&key(other))
        });
        let of_iteration = |code: &dyn Fn(&Iteration) -> u32| {
            words(rows.iter().map(|row| raw.dictionary.bytes(code(&self.iterations[row.iteration]))))
        };
        let texts = |column: &TextColumn| Cells::Text(column.gathered(rows.iter().map(|row| row.issue)));
        let columns = vec![
            Column { name: "iteration_id", cells: of_iteration(&|iteration| iteration.id) },
            Column { name: "iteration", cells: of_iteration(&|iteration| iteration.name) },
            Column { name: "id", cells: texts(&raw.issues.id) },
            Column { name: "name", cells: texts(&raw.issues.title) },
            Column { name: "planned_at_start", cells: Cells::Bool(rows.iter().map(|row| row.at_start).collect()) },
            Column { name: "outcome", cells: words(rows.iter().map(|row| row.outcome.name().as_bytes())) },
            Column { name: "url", cells: Cells::Address(raw.issues.url.gathered(rows.iter().map(|row| row.issue))) },
            Column { name: "host", cells: hosts(&raw.dictionary, rows.iter().map(|row| raw.issues.host[row.issue])) },
        ];
        Table { name: "spillover_issue", columns }
    }
}

/// A line about the iterations that issues were planned for and that cannot have a row; `None` where there is none.
pub(crate) fn notice(raw: &Raw) -> Option<String> {
    let newest = newest_rows(raw, i64::MAX);
    let undated = newest.values().filter(|row| days(raw, **row).is_none()).count();
    let iterations = if undated == 1 { "iteration has" } else { "iterations have" };
    (undated > 0)
        .then(|| format!("{undated} {iterations} no first and last day: what was carried over from them is not known"))
}

/// The newest event of each iteration by its id: its name and days are those.
fn newest_rows(raw: &Raw, as_of: i64) -> BTreeMap<&[u8], usize> {
    let events = &raw.iteration_events;
    let bytes = |code: u32| raw.dictionary.bytes(code);
    let key = |row: usize| {
        let texts = [events.starts_on[row], events.due_on[row], events.iteration[row]].map(bytes);
        (events.at.micros(row), texts)
    };
    let mut newest: BTreeMap<&[u8], usize> = BTreeMap::new();
    for row in (0..events.issue.len()).filter(|row| happened(raw, *row, as_of)) {
        let known = newest.entry(bytes(events.iteration_id[row])).or_insert(row);
        if key(row) > key(*known) {
            *known = row;
        }
    }
    newest
}

fn happened(raw: &Raw, row: usize, as_of: i64) -> bool {
    let at = raw.iteration_events.at.micros(row);
    at != Instant::NULL_MICROS && at <= as_of
}

/// First and last day of the iteration of an event; `None` where they are not both known, or none at all.
fn days(raw: &Raw, row: usize) -> Option<(NaiveDate, NaiveDate)> {
    let day = |code: u32| NaiveDate::parse_from_str(&raw.dictionary.text(code), "%Y-%m-%d").ok();
    let events = &raw.iteration_events;
    day(events.starts_on[row]).zip(day(events.due_on[row])).filter(|(first, last)| first <= last)
}

/// The iterations that have begun and in which an issue was that counts, and the position of each by the code of its id.
fn iterations(raw: &Raw, as_of: i64, by_issue: &BTreeMap<usize, Vec<usize>>) -> (Vec<Iteration>, BTreeMap<u32, usize>) {
    let events = &raw.iteration_events;
    let met: BTreeSet<u32> = by_issue.values().flatten().map(|row| events.iteration_id[*row]).collect();
    let dated = newest_rows(raw, as_of).into_values().filter_map(|row| Some((row, days(raw, row)?)));
    let mut found: Vec<Iteration> = dated
        .map(|(row, (starts_on, due_on))| Iteration {
            id: events.iteration_id[row],
            name: events.iteration[row],
            host: raw.issues.host[events.issue[row] as usize],
            starts_on,
            due_on,
            start: midnight(starts_on),
            end: midnight(due_on) + MICROS_PER_DAY,
        })
        .filter(|iteration| iteration.start < as_of && met.contains(&iteration.id))
        .collect();
    // Stable: those of the same days stay in order of their ids.
    found.sort_by_key(|iteration| (iteration.starts_on, iteration.due_on));
    let place_of = found.iter().enumerate().map(|(place, iteration)| (iteration.id, place)).collect();
    (found, place_of)
}

fn midnight(day: NaiveDate) -> i64 {
    day.and_time(chrono::NaiveTime::MIN).and_utc().timestamp_micros()
}

/// A time in an iteration, in microseconds; [`i64::MAX`] while it lasts.
#[derive(Debug)]
struct Stay {
    iteration: usize,
    from: i64,
    to: i64,
}

impl Stay {
    /// Whether it is so just before an instant.
    fn holds_before(&self, at: i64) -> bool {
        self.from < at && at <= self.to
    }
}

/// The rows of events of each issue that counts, in order of time.
fn by_issue(raw: &Raw, lives: &Lives) -> BTreeMap<usize, Vec<usize>> {
    let (events, as_of) = (&raw.iteration_events, lives.as_of.micros());
    let counts = |issue: usize| {
        let life = lives.issues[issue].as_ref().filter(|life| !life.elsewhere);
        // One that was moved to another project counts there.
        life.is_some() && raw.issues.state_reason[issue] != Some(StateReason::Moved)
    };
    let mut by_issue: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for row in (0..events.issue.len()).filter(|row| happened(raw, *row, as_of)) {
        let issue = events.issue[row] as usize;
        if counts(issue) {
            by_issue.entry(issue).or_default().push(row);
        }
    }
    let key = |row: &usize| {
        let is_added = events.kind[*row] == IterationKind::Added;
        (events.at.micros(*row), is_added, raw.dictionary.bytes(events.iteration_id[*row]))
    };
    for rows in by_issue.values_mut() {
        rows.sort_by(|one, other| key(one).cmp(&key(other)));
    }
    by_issue
}

/// The stays of an issue in iterations that have a row, by its events in order.
fn stays(raw: &Raw, rows: Vec<usize>, place_of: &BTreeMap<u32, usize>) -> Vec<Stay> {
    let events = &raw.iteration_events;
    let mut stays = Vec::new();
    let mut present: Option<(u32, i64)> = None;
    let mut end = |present: Option<(u32, i64)>, to: i64| {
        let known = present.and_then(|(id, from)| Some((*place_of.get(&id)?, from)));
        stays.extend(known.map(|(iteration, from)| Stay { iteration, from, to }));
    };
    for row in rows {
        let (id, at) = (events.iteration_id[row], events.at.micros(row));
        let is_present = present.is_some_and(|(present, _)| present == id);
        match events.kind[row] {
            IterationKind::Added if !is_present => end(present.replace((id, at)), at),
            IterationKind::Removed if is_present => end(present.take(), at),
            // It is in that one already, or was put into another one by then.
            IterationKind::Added | IterationKind::Removed => {}
        }
    }
    end(present, i64::MAX);
    stays
}

/// Where an issue was when.
struct States<'a> {
    starts: &'a [i64],
    places: &'a [Place],
}

impl<'a> States<'a> {
    fn of(lives: &'a Lives, issue: usize) -> Self {
        let intervals = lives.intervals.of(issue);
        Self { starts: &lives.intervals.start[intervals.clone()], places: &lives.intervals.place[intervals] }
    }

    /// Whether it was open at some time of a stay within a range.
    fn is_open_in(&self, stay: &Stay, from: i64, to: i64) -> bool {
        let (from, to) = (stay.from.max(from), stay.to.min(to));
        let ends = self.starts.iter().skip(1).copied().chain([i64::MAX]);
        let open = self.starts.iter().zip(ends).zip(self.places).filter(|(_, place)| is_open(**place));
        open.into_iter().any(|((start, end), _)| from.max(*start) < to.min(end))
    }

    /// Position of where it is just before an instant.
    fn before(&self, at: i64) -> Option<usize> {
        self.starts.partition_point(|start| *start < at).checked_sub(1)
    }

    /// Since when it has ended without being opened again, up to a position.
    fn ended_at(&self, mut position: usize) -> i64 {
        while position > 0 && self.places[position - 1].is_ended() {
            position -= 1;
        }
        self.starts[position]
    }
}

fn is_open(place: Place) -> bool {
    !place.is_ended() && place != Place::Vanished
}

/// Whether an issue was planned for an iteration at its start, and what became of it; `None` where it does not count in it.
fn judged(iteration: &Iteration, stays: &[&Stay], states: &States<'_>, as_of: i64) -> Option<(bool, Outcome)> {
    // What happens at `as_of` itself has happened.
    let now = as_of.saturating_add(1);
    let (end, planned_by) = (iteration.end.min(now), (iteration.start + MICROS_PER_DAY).min(iteration.end).min(now));
    let is_in = |at: i64| stays.iter().any(|stay| stay.holds_before(at));
    let is_open_in = |from: i64, to: i64| stays.iter().any(|stay| states.is_open_in(stay, from, to));
    let at_start = is_in(planned_by) && is_open_in(iteration.start, planned_by);
    if !at_start && !is_open_in(planned_by, end) {
        return None;
    }
    let last = states.before(end)?;
    let place = states.places[last];
    let outcome = if place == Place::Done {
        let done_at = states.ended_at(last);
        let was_in = stays.iter().any(|stay| stay.from <= done_at && done_at <= stay.to);
        if was_in && done_at >= iteration.start { Outcome::Done } else { Outcome::Removed }
    } else if !is_open(place) || !is_in(end) {
        Outcome::Removed
    } else if iteration.end <= as_of {
        Outcome::Carried
    } else {
        Outcome::Open
    };
    Some((at_start, outcome))
}
