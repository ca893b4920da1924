//! One row per pull request: everything that the tables aggregate.

use std::ops::Range;

use ahash::RandomState;
use chrono::Days;
use chrono_tz::Tz;
use hashbrown::{HashMap, HashSet};
use model::Instant;
use model::columns::{Dictionary, PullRequestColumns, Raw};
use model::names::comparable;
use model::rules::Rules;
use polars::prelude::*;

use super::clock::{Clock, clocks, requests_changes};
use super::coverage::RepositoryCoverage;
use crate::calendar::{Cut, Periods, day_start};
use crate::logins::BotLogins;
use crate::selection::Chosen;
use crate::summary::{Observations, PullRequestSeries, Stock};
use crate::totals::{ALL, repository_key};

/// Names of the columns of [`Facts::frame`].
pub(super) mod column {
    pub(in crate::pull_requests) const REPO: &str = "repo";
    pub(in crate::pull_requests) const AUTHOR: &str = "author";
    pub(in crate::pull_requests) const BOT: &str = "bot";
    pub(in crate::pull_requests) const SIZE: &str = "size";
    pub(in crate::pull_requests) const WEEKEND: &str = "weekend";
    pub(in crate::pull_requests) const HOTFIX: &str = "hotfix";
    pub(in crate::pull_requests) const OPENED_WEEK: &str = "opened_week";
    pub(in crate::pull_requests) const MERGED_WEEK: &str = "merged_week";
    pub(in crate::pull_requests) const CLOSED_WEEK: &str = "closed_week";
    pub(in crate::pull_requests) const REQUESTED_WEEK: &str = "requested_week";
    pub(in crate::pull_requests) const REQUESTED_AT: &str = "requested_at";
    pub(in crate::pull_requests) const CHANGE_REQUESTS: &str = "change_requests";
    pub(in crate::pull_requests) const REVIEWED: &str = "reviewed";
    pub(in crate::pull_requests) const ROUNDS: &str = "rounds";
    pub(in crate::pull_requests) const OPEN_TO_MERGE: &str = "open_to_merge";
    pub(in crate::pull_requests) const FIRST_COMMIT_TO_MERGE: &str = "first_commit_to_merge";
    pub(in crate::pull_requests) const READY_TO_MERGE: &str = "ready_to_merge";
    pub(in crate::pull_requests) const CODING: &str = "coding";
    pub(in crate::pull_requests) const PICKUP: &str = "pickup";
    pub(in crate::pull_requests) const REVIEW: &str = "review";
    pub(in crate::pull_requests) const MERGE: &str = "merge";
    pub(in crate::pull_requests) const REQUEST_TO_REVIEW: &str = "request_to_review";
}

/// Buckets of changed files, by code.
pub(super) const SIZES: [&str; 4] = ["XS", "S", "M", "L"];
/// Code of the bucket of large pull requests.
pub(super) const LARGE: u32 = 3;

/// The pull requests that exist at `as_of`, and what is common to their tables.
pub(super) struct Facts {
    /// One row per pull request. Repositories and authors are places in the lists below, weeks are places in
    /// `weeks`, sizes are codes of [`SIZES`] (null where unknown), durations are microseconds.
    pub(super) frame: DataFrame,
    /// One row per change request: repository, week and microsecond.
    pub(super) requests: DataFrame,
    /// Names of repositories as tables write them, in order.
    pub(super) repositories: Repositories,
    /// Logins of authors, in order.
    pub(super) authors: Vec<String>,
    /// Every week from the first pull request to `as_of`.
    pub(super) weeks: Periods,
    /// End of what is imported, per repository and last for all of them.
    pub(super) covered: Vec<Instant>,
    /// First and last microsecond at which something happened in each repository: opened, merged, closed, or changes
    /// requested.
    pub(super) active: Vec<(i64, i64)>,
    /// When the first one was opened.
    pub(super) begins: Option<Instant>,
    /// The same pull requests by instants instead of weeks.
    pub(super) series: PullRequestSeries,
    /// The pull requests themselves, in the order of the rows of `frame`.
    pub(super) pull_requests: Vec<PullRequest>,
}

/// One pull request.
#[derive(Clone, Copy, Debug)]
pub(super) struct PullRequest {
    /// Row in the raw data.
    pub(super) row: usize,
    pub(super) clock: Clock,
    /// Whether a bot opened it.
    pub(super) is_bot: bool,
    /// Whether it counts where bots do not: a human opened it, or the selection counts bots too.
    pub(super) counts: bool,
}

impl Facts {
    /// Of a selection; what it leaves out does not exist.
    pub(super) fn of(raw: &Raw, rules: &Rules, as_of: Instant, chosen: &Chosen) -> Self {
        let bots = BotLogins::of(&raw.dictionary, &rules.bots);
        let mut clocks = clocks(raw, &bots, &rules.merge_bots, as_of);
        if !chosen.is_everything() {
            for (clock, counts) in clocks.iter_mut().zip(chosen.pull_requests(raw)) {
                *clock = clock.filter(|_| counts);
            }
        }
        let columns = &raw.pull_requests;
        let exists: Vec<bool> = clocks.iter().map(Option::is_some).collect();
        let known = |(row, clock): (usize, Option<Clock>)| {
            let is_bot = bots.contains(columns.creator[row], columns.creator_is_bot[row]);
            clock.map(|clock| PullRequest { row, clock, is_bot, counts: chosen.includes_bots() || !is_bot })
        };
        let pull_requests: Vec<PullRequest> = clocks.into_iter().enumerate().filter_map(known).collect();
        let rows: Vec<(usize, &Clock)> = pull_requests.iter().map(|known| (known.row, &known.clock)).collect();
        let repositories =
            Repositories::of(rows.iter().map(|(row, _)| (columns.org[*row], columns.repo[*row])), &raw.dictionary);
        let authors = Names::of(rows.iter().map(|(row, _)| columns.creator[*row]), &raw.dictionary);
        let first = rows.iter().map(|(_, clock)| clock.created).min();
        let weeks = match first.map(Instant::from_micros) {
            Some(first) => Periods::covering(Cut::Week, rules.timezone, first, as_of),
            None => Periods::covering(Cut::Week, rules.timezone, as_of, Instant::from_micros(as_of.micros() - 1)),
        };
        let saturdays = saturdays(&weeks, rules.timezone);
        let mut is_hotfix = hotfix_labels(&raw.dictionary);
        let mut cells = Columns::default();
        for PullRequest { row, clock, counts, .. } in &pull_requests {
            cells.repo.push(repositories.place((columns.org[*row], columns.repo[*row])));
            cells.author.push(authors.place(columns.creator[*row]));
            cells.bot.push(!counts);
            cells.size.push(size(columns.changed_files.get(*row)));
            cells.hotfix.push(is_hotfix(columns.labels[*row]));
            cells.push(clock, &weeks, &saturdays);
        }
        let requests = requests(raw, &exists, &repositories, &weeks, as_of);
        let active = active(&repositories, &rows, raw, &requests);
        let counting: Vec<&Clock> = pull_requests.iter().filter(|one| one.counts).map(|one| &one.clock).collect();
        let series = series(&counting, rows.iter().map(|(_, clock)| *clock));
        let covered = covered(&RepositoryCoverage::of(raw, as_of, chosen), raw, &rows, &repositories, as_of);
        Self {
            begins: first.map(Instant::from_micros),
            series,
            pull_requests,
            frame: cells.into_frame(),
            requests,
            active,
            covered,
            repositories,
            authors: authors.names,
            weeks,
        }
    }

    /// The pull requests that were opened within some days (microseconds, half open).
    pub(super) fn opened_within(&self, days: &Range<i64>) -> LazyFrame {
        let frame = self.frame.clone();
        if *days == (i64::MIN..i64::MAX) {
            return frame.lazy();
        }
        let within: BooleanChunked =
            self.pull_requests.iter().map(|known| days.contains(&known.clock.created)).collect();
        frame.filter(&within).expect("one entry per row").lazy()
    }

    /// The pull requests of humans; of everybody where the selection counts bots too.
    pub(super) fn of_humans(&self) -> LazyFrame {
        self.frame.clone().lazy().filter(col(column::BOT).not())
    }
}

/// The columns of [`Facts::frame`] while they grow.
#[derive(Default)]
struct Columns {
    repo: Vec<u32>,
    author: Vec<u32>,
    bot: Vec<bool>,
    size: Vec<Option<u32>>,
    hotfix: Vec<bool>,
    weekend: Vec<bool>,
    reviewed: Vec<bool>,
    opened_week: Vec<Option<u32>>,
    merged_week: Vec<Option<u32>>,
    closed_week: Vec<Option<u32>>,
    change_requests: Vec<u32>,
    rounds: Vec<Option<u32>>,
    open_to_merge: Vec<Option<i64>>,
    first_commit_to_merge: Vec<Option<i64>>,
    ready_to_merge: Vec<Option<i64>>,
    coding: Vec<Option<i64>>,
    pickup: Vec<Option<i64>>,
    review: Vec<Option<i64>>,
    merge: Vec<Option<i64>>,
    request_to_review: Vec<Option<i64>>,
}

impl Columns {
    /// What follows from the clock alone; what else there is, the caller adds.
    fn push(&mut self, clock: &Clock, weeks: &Periods, saturdays: &[Instant]) {
        let week = |at: Option<i64>| at.and_then(|at| weeks.index_of(Instant::from_micros(at)));
        let merged_week = week(clock.merged);
        let is_on_weekend = merged_week.is_some_and(|week| clock.merged >= Some(saturdays[week].micros()));
        self.weekend.push(is_on_weekend);
        self.opened_week.push(week(Some(clock.created)).map(|week| week as u32));
        self.merged_week.push(merged_week.map(|week| week as u32));
        self.closed_week.push(week(clock.closed_unmerged).map(|week| week as u32));
        self.change_requests.push(clock.change_requests);
        self.reviewed.push(clock.is_reviewed());
        self.rounds.push(clock.first_review.map(|_| 1 + clock.human_change_requests));
        self.open_to_merge.push(clock.open_to_merge());
        self.first_commit_to_merge.push(clock.first_commit_to_merge());
        self.ready_to_merge.push(clock.ready_to_merge());
        self.coding.push(clock.coding());
        self.pickup.push(clock.pickup());
        self.review.push(clock.review());
        self.merge.push(clock.merge());
        self.request_to_review.push(clock.request_to_review());
    }

    fn into_frame(self) -> DataFrame {
        df!(
            column::REPO => self.repo,
            column::AUTHOR => self.author,
            column::BOT => self.bot,
            column::SIZE => self.size,
            column::HOTFIX => self.hotfix,
            column::WEEKEND => self.weekend,
            column::REVIEWED => self.reviewed,
            column::OPENED_WEEK => self.opened_week,
            column::MERGED_WEEK => self.merged_week,
            column::CLOSED_WEEK => self.closed_week,
            column::CHANGE_REQUESTS => self.change_requests,
            column::ROUNDS => self.rounds,
            column::OPEN_TO_MERGE => self.open_to_merge,
            column::FIRST_COMMIT_TO_MERGE => self.first_commit_to_merge,
            column::READY_TO_MERGE => self.ready_to_merge,
            column::CODING => self.coding,
            column::PICKUP => self.pickup,
            column::REVIEW => self.review,
            column::MERGE => self.merge,
            column::REQUEST_TO_REVIEW => self.request_to_review,
        )
        .expect("each column has one entry per pull request")
    }
}

/// What happened when, to the pull requests of humans and of everyone.
fn series<'a>(humans: &[&Clock], everyone: impl Iterator<Item = &'a Clock>) -> PullRequestSeries {
    let at_merge = |duration: fn(&Clock) -> Option<i64>| {
        Observations::new(humans.iter().filter_map(|clock| clock.merged.zip(duration(clock))))
    };
    let ended = |clock: &&Clock| clock.merged.or(clock.closed_unmerged);
    PullRequestSeries {
        open_to_merge: at_merge(Clock::open_to_merge),
        to_first_review: at_merge(Clock::pickup),
        change_requests: Observations::new(everyone.map(|clock| (clock.created, i64::from(clock.change_requests)))),
        open: Stock::new(humans.iter().map(|clock| clock.created).collect(), humans.iter().filter_map(ended).collect()),
    }
}

/// Change requests by the week in which they were submitted, whenever their pull request was opened.
fn requests(raw: &Raw, exists: &[bool], repositories: &Repositories, weeks: &Periods, as_of: Instant) -> DataFrame {
    let reviews = &raw.reviews;
    let (mut repos, mut requested, mut instants) = (Vec::new(), Vec::new(), Vec::new());
    for row in 0..reviews.pull_request.len() {
        let pull_request = reviews.pull_request[row] as usize;
        let at = reviews.submitted_at.get(row).filter(|at| *at <= as_of);
        if requests_changes(reviews.state[row], reviews.dismissed_state[row])
            && exists[pull_request]
            && let Some(week) = at.and_then(|at| weeks.index_of(at))
        {
            let PullRequestColumns { org, repo, .. } = &raw.pull_requests;
            repos.push(repositories.place((org[pull_request], repo[pull_request])));
            requested.push(week as u32);
            instants.extend(at.map(Instant::micros));
        }
    }
    df!(column::REPO => repos, column::REQUESTED_WEEK => requested, column::REQUESTED_AT => instants)
        .expect("one entry each per request")
}

/// When something happened in each repository for the first and for the last time.
fn active(repositories: &Repositories, rows: &[(usize, &Clock)], raw: &Raw, requests: &DataFrame) -> Vec<(i64, i64)> {
    let mut active = vec![(i64::MAX, i64::MIN); repositories.names().len()];
    let mut happened = |repository: u32, at: i64| {
        let (first, last) = &mut active[repository as usize];
        (*first, *last) = ((*first).min(at), (*last).max(at));
    };
    for (row, clock) in rows {
        let repository = repositories.place((raw.pull_requests.org[*row], raw.pull_requests.repo[*row]));
        happened(repository, clock.created);
        clock.closed().into_iter().for_each(|at| happened(repository, at));
    }
    for (repository, at) in requested(requests) {
        happened(repository, at);
    }
    active
}

/// Repository and microsecond of each change request.
pub(super) fn requested(requests: &DataFrame) -> impl Iterator<Item = (u32, i64)> {
    let of = |column: &str| requests.column(column).expect("the frame of requests has this column");
    let repositories = of(column::REPO).u32().expect("places of repositories");
    let instants = of(column::REQUESTED_AT).i64().expect("microseconds");
    repositories.iter().zip(instants.iter()).filter_map(|(repository, at)| repository.zip(at))
}

/// End of what is imported per repository, and last for all. Of repositories with one name in several
/// organisations the least counts.
fn covered(
    coverage: &RepositoryCoverage,
    raw: &Raw,
    rows: &[(usize, &Clock)],
    repositories: &Repositories,
    as_of: Instant,
) -> Vec<Instant> {
    let mut covered = vec![as_of; repositories.names().len()];
    let mut seen: HashSet<(u32, u32), RandomState> = HashSet::default();
    for (row, _) in rows {
        let (org, repo) = (raw.pull_requests.org[*row], raw.pull_requests.repo[*row]);
        if seen.insert((org, repo)) {
            let name = format!("{}/{}", raw.dictionary.text(org), raw.dictionary.text(repo));
            let place = repositories.place((org, repo)) as usize;
            covered[place] = covered[place].min(coverage.repository(&name));
        }
    }
    covered.push(coverage.all());
    covered
}

/// Bucket of changed files: XS up to 1, S 2–3, M 4–9, L from 10; `None` where unknown.
pub(super) fn size(changed_files: Option<i64>) -> Option<u32> {
    match changed_files? {
        ..0 => None,
        0..=1 => Some(0),
        2..=3 => Some(1),
        4..=9 => Some(2),
        10.. => Some(LARGE),
    }
}

/// Name of the bucket, empty where unknown.
pub(super) fn size_name(changed_files: Option<i64>) -> &'static str {
    size(changed_files).map_or("", |code| SIZES[code as usize])
}

/// Whether joined labels hold the whole word `hotfix`, remembered per code.
fn hotfix_labels(dictionary: &Dictionary) -> impl FnMut(u32) -> bool {
    let mut known: HashMap<u32, bool, RandomState> = HashMap::default();
    move |labels| {
        *known.entry(labels).or_insert_with(|| {
            let text = comparable(&dictionary.text(labels));
            text.split(|letter: char| !letter.is_alphanumeric()).any(|word| word == "hotfix")
        })
    }
}

/// The first instant of Saturday of each week.
fn saturdays(weeks: &Periods, zone: Tz) -> Vec<Instant> {
    (0..weeks.len()).map(|week| day_start(zone, weeks.first_day(week) + Days::new(5))).collect()
}

/// Names of repositories as tables write them, in byte order. Those of one name in several organisations are one, but
/// for repositories that are called like the total: they are told apart by their organisations.
pub(super) struct Repositories {
    names: Vec<String>,
    /// By code of the name.
    places: Vec<u32>,
    /// By code of the organisation, of repositories that are called like the total.
    like_total: HashMap<u32, u32, RandomState>,
}

/// A place that the organisation decides on.
const LIKE_TOTAL: u32 = u32::MAX;

impl Repositories {
    /// From codes of organisations and names.
    fn of(codes: impl Iterator<Item = (u32, u32)>, dictionary: &Dictionary) -> Self {
        let mut orgs: HashSet<u32, RandomState> = HashSet::default();
        let plain = codes.inspect(|(org, name)| {
            if dictionary.bytes(*name) == ALL.as_bytes() {
                orgs.insert(*org);
            }
        });
        let Names { mut names, mut places } = Names::of(plain.map(|(_, name)| name), dictionary);
        if orgs.is_empty() {
            return Self { names, places, like_total: HashMap::default() };
        }
        let keys: Vec<(u32, String)> =
            orgs.into_iter().map(|org| (org, repository_key(&dictionary.text(org), ALL).into_owned())).collect();
        let before = std::mem::take(&mut names);
        names.extend(before.iter().filter(|name| *name != ALL).chain(keys.iter().map(|(_, key)| key)).cloned());
        names.sort_unstable();
        names.dedup();
        let place = |name: &str| names.partition_point(|other| other.as_str() < name) as u32;
        for code in &mut places {
            let name = &before[*code as usize];
            *code = if name == ALL { LIKE_TOTAL } else { place(name) };
        }
        let like_total = keys.iter().map(|(org, key)| (*org, place(key))).collect();
        Self { names, places, like_total }
    }

    /// Place of a repository that was among those given.
    pub(super) fn place(&self, (org, name): (u32, u32)) -> u32 {
        match self.places[name as usize] {
            LIKE_TOTAL => self.like_total[&org],
            place => place,
        }
    }

    /// All of them, in order.
    pub(super) fn names(&self) -> &[String] {
        &self.names
    }

    /// The name of the repository of a pull request, by row, as tables write it.
    pub(super) fn of_row<'a>(&'a self, raw: &'a Raw, row: usize) -> &'a [u8] {
        let (org, name) = (raw.pull_requests.org[row], raw.pull_requests.repo[row]);
        match self.places[name as usize] {
            LIKE_TOTAL => self.names[self.like_total[&org] as usize].as_bytes(),
            _ => raw.dictionary.bytes(name),
        }
    }
}

/// Distinct texts of a coded column in byte order.
struct Names {
    names: Vec<String>,
    /// By code; of no meaning for codes that do not occur.
    places: Vec<u32>,
}

impl Names {
    fn of(codes: impl Iterator<Item = u32>, dictionary: &Dictionary) -> Self {
        let mut occurs = vec![false; dictionary.len()];
        for code in codes {
            occurs[code as usize] = true;
        }
        let occurring = (0..dictionary.len() as u32).filter(|code| occurs[*code as usize]);
        let mut texts: Vec<(&[u8], u32)> = occurring.map(|code| (dictionary.bytes(code), code)).collect();
        texts.sort_unstable();
        let mut names: Vec<&[u8]> = texts.iter().map(|(text, _)| *text).collect();
        names.dedup();
        let mut places = vec![0; dictionary.len()];
        let mut place = 0;
        for (text, code) in texts {
            place += usize::from(names[place] != text);
            places[code as usize] = place as u32;
        }
        Self { names: names.into_iter().map(|name| String::from_utf8_lossy(name).into_owned()).collect(), places }
    }

    /// Place of a code that was among those given.
    fn place(&self, code: u32) -> u32 {
        self.places[code as usize]
    }
}
