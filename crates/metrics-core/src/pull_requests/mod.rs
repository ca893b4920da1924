//! Tables about pull requests under rule set `flow`.
//!
//! **Clock** of a pull request: t0 = the earlier of its first commit and its creation; t1 = ready for review:
//! creation, or the first `ready_for_review` if it was opened as a draft (later drafts do not restart it), null while
//! it never was ready, also when it was closed or merged so; t2 = first review by a human other than the author in
//! \[t1, its end\], merged or closed; t3 = last approval in \[t2, its end\], by whomever, that still stands;
//! t4 = merged. *coding* t0→t1, *pickup* t1→t2, *review* t2→t3, *merge* t3→t4. Without t2 the stages after coding
//! are null; one that no human other than the author reviewed, not even while it was a draft, counts as
//! `merged_unreviewed`; without an approval review is t2→t4 and merge is null. Where the first commit is unknown,
//! coding and everything from t0 are null.
//!
//! **Rows.** Every week from that of the first pull request to that of `as_of` is a row for every repository and
//! for `ALL`: counts of nothing are 0, statistics over nothing null. Repositories are ordered by name, `ALL`
//! comes last. Pull requests that had vanished by `as_of` are left out, events after `as_of` are ignored.

mod activity;
mod authors;
mod calculated_pr;
mod change_requests;
mod clock;
mod coverage;
mod cycle;
mod distribution;
mod drafts;
mod facts;
mod grid;
mod landed;
mod latency;
mod open;

use model::Instant;
use model::columns::Raw;
use model::rules::Rules;
use model::table::Table;

use crate::calendar::Cut;
use crate::logins::BotLogins;
use crate::micros::Micros;
use crate::parallel;
use crate::selection::Chosen;
use crate::summary::{Data, PullRequestFacts};
use crate::wanted::Wanted;
use facts::Facts;

/// All pull request tables, in this order: `pr_change_requests_week`, `pr_change_requests_month`,
/// `pr_change_requests_quarter`, `pr_change_requests_repo`,
/// `pr_change_requests_repo_dist`, `pr_cycle_week`, `pr_review_latency_week`, `pr_activity_week`, `pr_net_flow_week`,
/// `pr_open`, `calculated_pr`, `pr_cycle_dist`, and `pr_author_week` only where the rules allow tables about people. `pr_summary`
/// is the calculation's: see [`summary`](crate::summary).
///
/// Weeks are cut in the zone of the rules. A week is complete when it ended by `as_of` and the imports of its
/// repositories reach past its end. The order of the input rows changes nothing.
pub fn pull_request_tables(raw: &Raw, rules: &Rules, as_of: Instant) -> Vec<Table> {
    tables_of(raw, rules, as_of, &Chosen::everything(), Wanted::All).0
}

/// The tables of a selection that are wanted, and what their summary needs; `None` without pull requests, and where it
/// is not wanted.
pub(crate) fn tables_of(
    raw: &Raw,
    rules: &Rules,
    as_of: Instant,
    chosen: &Chosen,
    wanted: Wanted<'_>,
) -> (Vec<Table>, Option<PullRequestFacts>) {
    let facts = Facts::of(raw, rules, as_of, chosen);
    let days = chosen.days(rules.timezone);
    let longer = |name, cut| {
        change_requests::by_longer_period(&facts, name, cut, (rules.timezone, as_of), &rules.process_changes)
    };
    let tables: [(&str, &(dyn Fn() -> Table + Sync)); 13] = [
        ("pr_change_requests_week", &|| change_requests::by_week(&facts, &rules.process_changes)),
        ("pr_change_requests_month", &|| longer("pr_change_requests_month", Cut::Month)),
        ("pr_change_requests_quarter", &|| longer("pr_change_requests_quarter", Cut::Quarter)),
        ("pr_change_requests_repo", &|| change_requests::by_repository(&facts, &days)),
        ("pr_change_requests_repo_dist", &|| change_requests::distribution(&facts, &days)),
        ("pr_cycle_week", &|| cycle::by_week(&facts)),
        ("pr_review_latency_week", &|| latency::by_week(&facts)),
        ("pr_activity_week", &|| activity::by_week(&facts)),
        ("pr_net_flow_week", &|| open::net_flow(&facts, as_of, &rules.process_changes)),
        ("pr_open", &|| open::table(raw, &facts, as_of)),
        ("calculated_pr", &|| calculated_pr::table(raw, &facts, rules.people)),
        ("pr_cycle_dist", &|| distribution::table(&facts, &days)),
        ("pr_author_week", &|| authors::by_week(&facts)),
    ];
    let shown = if rules.people { &tables[..] } else { &tables[..tables.len() - 1] };
    let shown: Vec<_> = shown.iter().filter(|(name, _)| wanted.has(name)).collect();
    let tables = parallel::map(&shown, |(_, table)| table());
    let begins = facts.begins.filter(|_| wanted.has("pr_summary"));
    let summary = begins.map(|begins| {
        let covered_to = facts.covered.last().copied().unwrap_or(as_of);
        let data = Data { as_of, covered_to, begins, zone: rules.timezone };
        PullRequestFacts::new(data, facts.series, &tables, &rules.process_changes)
    });
    (tables, summary)
}

/// Instants and stages of a pull request, in microseconds.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Stages {
    pub(crate) created: i64,
    /// Its first commit, or its creation where that was earlier; `None` where commits are not known.
    pub(crate) first_commit: Micros,
    pub(crate) merged: Micros,
    pub(crate) coding: Micros,
    pub(crate) pickup: Micros,
    pub(crate) review: Micros,
    pub(crate) merge: Micros,
}

/// The stages of all pull requests by row; `None` for rows that do not exist at `as_of`.
pub(crate) fn stages_of(raw: &Raw, rules: &Rules, as_of: Instant) -> Vec<Option<Stages>> {
    let bots = BotLogins::of(&raw.dictionary, &rules.bots);
    let clocks = clock::clocks(raw, &bots, &rules.merge_bots, as_of);
    let stages = |clock: clock::Clock| Stages {
        created: clock.created,
        first_commit: clock.first_commit.into(),
        merged: clock.merged.into(),
        coding: clock.coding().into(),
        pickup: clock.pickup().into(),
        review: clock.review().into(),
        merge: clock.merge().into(),
    };
    let mut all: Vec<Option<Stages>> = clocks.into_iter().map(|clock| clock.map(stages)).collect();
    // They are collected in the place of the clocks, which take more.
    all.shrink_to_fit();
    all
}

/// What is added up of a pull request elsewhere, in microseconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Life {
    pub(crate) created: i64,
    pub(crate) merged: Option<i64>,
    pub(crate) closed_unmerged: Option<i64>,
    /// When another person reviewed it first, and how long after it was ready for that.
    pub(crate) first_review: Option<(i64, i64)>,
    /// From ready for review to the last approval.
    pub(crate) approval: Option<i64>,
    /// Reviews by other people up to its end.
    pub(crate) reviews: u32,
}

/// The lives of the pull requests that humans opened by `as_of`, with their rows.
pub(crate) fn lives_of(raw: &Raw, rules: &Rules, as_of: Instant) -> impl Iterator<Item = (usize, Life)> {
    let bots = BotLogins::of(&raw.dictionary, &rules.bots);
    let clocks = clock::clocks(raw, &bots, &rules.merge_bots, as_of);
    let columns = &raw.pull_requests;
    let is_of_bot: Vec<bool> =
        (0..clocks.len()).map(|row| bots.contains(columns.creator[row], columns.creator_is_bot[row])).collect();
    let life = |clock: clock::Clock| Life {
        created: clock.created,
        merged: clock.merged,
        closed_unmerged: clock.closed_unmerged,
        first_review: clock.first_review.zip(clock.pickup()),
        approval: clock.ready_to_approval(),
        reviews: clock.reviews,
    };
    let clocks = clocks.into_iter().zip(is_of_bot).enumerate();
    clocks.filter_map(move |(row, (clock, is_of_bot))| Some((row, life(clock.filter(|_| !is_of_bot)?))))
}

/// Of each review by another human of which that is told: the row of its pull request, when it was submitted, and how many
/// comments it makes.
pub(crate) fn comments_of_reviews(raw: &Raw, rules: &Rules, as_of: Instant) -> Vec<(usize, i64, i64)> {
    let bots = BotLogins::of(&raw.dictionary, &rules.bots);
    let by_others = clock::submitted_reviews(raw, &bots, as_of.micros()).filter(|review| review.by_other_human);
    by_others.filter_map(|review| Some((review.pull_request, review.at, review.comments?))).collect()
}

#[cfg(test)]
mod tests;
