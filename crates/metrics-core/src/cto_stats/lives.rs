//! The dates of each issue: one row per issue that counts.

use hashbrown::HashMap;
use model::columns::{ProjectKind, Raw, StatusKind};
use model::rules::{ProjectRules, Rules};

use super::bug_source::bug_sources;
use super::names::{lower_case, trimmed_and_folded};
use super::weeks::At;
use crate::ids::sort_by_bytes;
use crate::parallel::both;
use crate::selection::{BoardStanding, Chosen};

/// What the original dates in the life of an issue.
#[derive(Clone, Copy, Debug)]
pub(super) enum Stage {
    Lead,
    Cycle,
    PutInReady,
    Dev,
    Review,
    Qa,
    Waiting,
    End,
}

const STAGES: usize = 8;
/// No event, no rule, no column.
const NONE: u32 = u32::MAX;
/// The issue is in no figure.
const DROPPED: u32 = u32::MAX;

/// One issue.
#[derive(Clone, Debug)]
pub(super) struct Life {
    /// Row in the raw data.
    pub(super) issue: u32,
    /// Index in [`Lives::projects`].
    pub(super) project: u32,
    pub(super) created: At,
    dates: [At; STAGES],
    pub(super) is_bug: bool,
    /// Flags of `bug_source`.
    pub(super) bug_sources: u8,
}

impl Life {
    /// The date of a stage; [`At::NEVER`] where it was not reached.
    pub(super) fn date(&self, stage: Stage) -> At {
        self.dates[stage as usize]
    }

    pub(super) fn end(&self) -> Option<At> {
        self.date(Stage::End).known()
    }

    /// A life with dates by stage and no bug.
    #[cfg(test)]
    pub(super) fn with_dates(project: u32, created: At, dates: [At; STAGES]) -> Self {
        Self { issue: 0, project, created, dates, is_bug: project == 0, bug_sources: 0 }
    }

    /// The latest date but creation.
    pub(super) fn latest_date(&self) -> Option<At> {
        self.dates.iter().filter_map(|date| date.known()).max()
    }
}

/// Id and name of a project, as bytes.
type IdAndName = (Vec<u8>, Vec<u8>);

/// Issues that count, by the bytes of their ids, and the projects that they belong to.
#[derive(Debug)]
pub(super) struct Lives {
    pub(super) lives: Vec<Life>,
    /// Id and name by the bytes of `id NUL name`, each pair once.
    pub(super) projects: Vec<IdAndName>,
}

impl Lives {
    /// Keeps the issues of a selection. An issue is of its one project.
    pub(super) fn select(&mut self, raw: &Raw, chosen: &Chosen) {
        let memberships = chosen.issues(raw);
        let boards: Vec<BoardStanding> =
            self.projects.iter().map(|(id, _)| chosen.board(&String::from_utf8_lossy(id))).collect();
        let mut has_type: HashMap<u32, bool> = HashMap::new();
        self.lives.retain(|life| {
            let kind = raw.issues.kind[life.issue as usize];
            *has_type.entry(kind).or_insert_with(|| chosen.has_type(&raw.dictionary.text(kind)))
                && memberships[life.issue as usize].counts_on(boards[life.project as usize])
        });
    }
}

/// The lives of all issues, less those of excluded projects and of types that are not wanted.
pub(super) fn lives(raw: &Raw, rules: &Rules) -> Lives {
    let (first_events, books) = both(|| first_project_events(raw), || Books::new(raw, rules));
    let books_of_issues = books.of_issues(raw, &first_events);
    let by_id = || {
        let issues = 0..raw.issues.id.len() as u32;
        let mut rows: Vec<u32> = issues.filter(|issue| books_of_issues[*issue as usize] != DROPPED).collect();
        sort_by_bytes(&mut rows, &raw.issues.id);
        rows
    };
    let (mut dates, (rows, sources, (projects, project_of))) = both(
        || first_dates(raw, &books, &books_of_issues),
        || (by_id(), bug_sources(raw, &rules.bug_source), projects(raw, &first_events, &books_of_issues)),
    );
    let lives = rows
        .into_iter()
        .map(|issue| {
            let row = issue as usize;
            let dates = &mut dates[row];
            fill_gaps(dates, books_of_issues[row] == Books::LEGACY);
            Life {
                issue,
                project: project_of[row],
                created: At::of(&raw.issues.created_at, row),
                dates: *dates,
                is_bug: raw.issues.is_bug[row],
                bug_sources: sources[row],
            }
        })
        .collect();
    Lives { lives, projects }
}

/// The earliest event on any board, of any kind, per issue; of equal times the first in the file.
fn first_project_events(raw: &Raw) -> Vec<u32> {
    let mut first = vec![(At::NEVER, NONE); raw.issues.id.len()];
    for (event, issue) in raw.project_events.issue.iter().enumerate() {
        let at = At::of(&raw.project_events.at, event);
        let best = &mut first[*issue as usize];
        if at < best.0 {
            *best = (at, event as u32);
        }
    }
    first.into_iter().map(|(_, event)| event).collect()
}

/// How columns map to stages: one book per configured project, and one for all others.
struct Books<'a> {
    configured: Vec<&'a ProjectRules>,
    /// Per book and distinct column: a bit per stage.
    stages: Vec<Vec<u8>>,
    /// Distinct column of a code of the dictionary.
    column_of_code: Vec<u32>,
}

impl<'a> Books<'a> {
    /// The book of projects that the configuration does not name.
    const LEGACY: u32 = 0;

    fn new(raw: &Raw, rules: &'a Rules) -> Self {
        let mut column_of_code = vec![NONE; raw.dictionary.len()];
        let mut columns = Vec::new();
        for (code, kind) in raw.project_events.to_column.iter().zip(&raw.project_events.kind) {
            let column = &mut column_of_code[*code as usize];
            if *kind == Some(ProjectKind::Moved) && *column == NONE {
                *column = columns.len() as u32;
                columns.push(lower_case(raw.dictionary.bytes(*code)));
            }
        }
        let configured: Vec<&ProjectRules> = rules.projects.iter().collect();
        let mut stages = vec![stages_of_columns(&columns, &legacy_lists())];
        stages.extend(configured.iter().map(|project| stages_of_columns(&columns, &configured_lists(project))));
        Self { configured, stages, column_of_code }
    }

    /// The book of each issue: by the project of its first event and by its type.
    fn of_issues(&self, raw: &Raw, first_events: &[u32]) -> Vec<u32> {
        let mut book_of_project: HashMap<u32, u32> = HashMap::new();
        let mut wanted: HashMap<(u32, u32), bool> = HashMap::new();
        let book_of = |(issue, event): (usize, &u32)| {
            let project = if *event == NONE { 0 } else { raw.project_events.project_id[*event as usize] };
            let book = *book_of_project.entry(project).or_insert_with(|| self.book(raw.dictionary.bytes(project)));
            if book == Self::LEGACY {
                return book;
            }
            let rules = self.configured[book as usize - 1];
            let kind = raw.issues.kind[issue];
            let is_wanted =
                || !rules.exclude && (rules.types.is_empty() || has_type(rules, raw.dictionary.bytes(kind)));
            if *wanted.entry((book, kind)).or_insert_with(is_wanted) { book } else { DROPPED }
        };
        first_events.iter().enumerate().map(book_of).collect()
    }

    /// The book of a project id; of equal ids the last counts.
    fn book(&self, project_id: &[u8]) -> u32 {
        let position = self.configured.iter().rposition(|project| project.id.as_bytes() == project_id);
        position.map_or(Self::LEGACY, |position| position as u32 + 1)
    }

    fn stages_of(&self, book: u32, column: u32) -> u8 {
        self.stages[book as usize][self.column_of_code[column as usize] as usize]
    }
}

fn has_type(rules: &ProjectRules, kind: &[u8]) -> bool {
    let kind = trimmed_and_folded(kind);
    rules.types.iter().any(|wanted| trimmed_and_folded(wanted.as_bytes()) == kind)
}

type Lists<'a> = [Vec<&'a str>; STAGES];

fn configured_lists(project: &ProjectRules) -> Lists<'_> {
    [
        &project.lead_time_columns,
        &project.cycle_time_columns,
        &project.put_in_ready_columns,
        &project.dev_start_columns,
        &project.review_start_columns,
        &project.qa_start_columns,
        &project.waitingtoprod_start_columns,
        &project.inprod_start_columns,
    ]
    .map(|list| list.iter().map(String::as_str).collect())
}

/// Fixed names for projects that the configuration does not name. In progress starts cycle and development.
fn legacy_lists() -> Lists<'static> {
    [
        vec!["Backlog", "Ready"],
        vec!["In Progress"],
        vec!["Ready", "In Ready", "Ready for Dev"],
        vec!["In Progress"],
        vec!["In review"],
        vec![],
        vec!["Done"],
        vec!["Archive"],
    ]
}

/// A bit per stage for each column.
fn stages_of_columns(columns: &[Vec<char>], lists: &Lists<'_>) -> Vec<u8> {
    let lists: Vec<Vec<Vec<char>>> =
        lists.iter().map(|list| list.iter().map(|name| lower_case(name.as_bytes())).collect()).collect();
    let bits = |column: &Vec<char>| {
        let bit = |(stage, list): (usize, &Vec<Vec<char>>)| u8::from(list.contains(column)) << stage;
        lists.iter().enumerate().map(bit).fold(0, |bits, bit| bits | bit)
    };
    columns.iter().map(bits).collect()
}

/// The first date of each stage: the first move on any board into one of its columns; the end is the first closing too.
fn first_dates(raw: &Raw, books: &Books<'_>, books_of_issues: &[u32]) -> Vec<[At; STAGES]> {
    let mut dates = vec![[At::NEVER; STAGES]; raw.issues.id.len()];
    let events = &raw.project_events;
    for (event, issue) in events.issue.iter().enumerate() {
        let book = books_of_issues[*issue as usize];
        if events.kind[event] != Some(ProjectKind::Moved) || book == DROPPED {
            continue;
        }
        let mut stages = books.stages_of(book, events.to_column[event]);
        while stages != 0 {
            let date = &mut dates[*issue as usize][stages.trailing_zeros() as usize];
            *date = (*date).min(At::of(&events.at, event));
            stages &= stages - 1;
        }
    }
    let events = &raw.status_events;
    for (event, issue) in events.issue.iter().enumerate() {
        if events.kind[event] == Some(StatusKind::Closed) {
            let end = &mut dates[*issue as usize][Stage::End as usize];
            *end = (*end).min(At::of(&events.at, event));
        }
    }
    dates
}

/// Where cycle or development never started they start with the lead time: once the issue has ended, and on
/// projects that the configuration does not name always.
fn fill_gaps(dates: &mut [At; STAGES], is_legacy: bool) {
    if !is_legacy && dates[Stage::End as usize] == At::NEVER {
        return;
    }
    for stage in [Stage::Cycle, Stage::Dev] {
        if dates[stage as usize] == At::NEVER {
            dates[stage as usize] = dates[Stage::Lead as usize];
        }
    }
}

/// The distinct projects in order, and the project of each issue that counts.
fn projects(raw: &Raw, first_events: &[u32], books_of_issues: &[u32]) -> (Vec<IdAndName>, Vec<u32>) {
    let mut seen: HashMap<(u32, u32), u32> = HashMap::new();
    let mut codes = Vec::new();
    let mut seen_by_issue = vec![NONE; first_events.len()];
    for (issue, event) in first_events.iter().enumerate() {
        if books_of_issues[issue] == DROPPED {
            continue;
        }
        let pair = match *event {
            NONE => (0, 0),
            event => (raw.project_events.project_id[event as usize], raw.project_events.project_name[event as usize]),
        };
        seen_by_issue[issue] = *seen.entry(pair).or_insert_with(|| {
            codes.push(pair);
            codes.len() as u32 - 1
        });
    }
    let text = |code: u32| raw.dictionary.bytes(code).to_vec();
    let pairs: Vec<_> = codes.iter().map(|(id, name)| (text(*id), text(*name))).collect();
    let mut projects = pairs.clone();
    projects.sort_by_cached_key(|(id, name)| [id.as_slice(), b"\0", name].concat());
    projects.dedup();
    let place_of_seen: Vec<u32> = {
        let place: HashMap<_, _> = projects.iter().zip(0..).collect();
        pairs.iter().map(|pair| place[pair]).collect()
    };
    let project_of =
        seen_by_issue.into_iter().map(|seen| if seen == NONE { NONE } else { place_of_seen[seen as usize] }).collect();
    (projects, project_of)
}
