//! Families of pull requests: those of em-metrics, which counts the work of its teams alone.

use std::borrow::Cow;

use model::Instant;
use model::columns::Raw;
use model::rules::Rules;
use model::series::{Family, Unit};

use super::{MICROS_PER_MINUTE, labels};
use crate::pull_requests::{comments_of_reviews, lives_of};
use crate::selection::Chosen;

const LINES: &[f64] = &[1.0, 10.0, 50.0, 100.0, 300.0, 750.0, 1_250.0, 1_700.0, 2_500.0, 5_000.0];
const REVIEWS: &[f64] = &[1.0, 2.0, 3.0, 4.0, 5.0, 7.0, 10.0, 15.0];
const COMMENTS: &[f64] = &[1.0, 3.0, 5.0, 10.0, 20.0, 30.0, 50.0];
const REVIEW_MINUTES: &[f64] = &[5.0, 15.0, 30.0, 60.0, 180.0, 300.0, 600.0, 900.0];
const MERGE_MINUTES: &[f64] = &[5.0, 15.0, 30.0, 60.0, 180.0, 300.0, 600.0, 900.0, 1_500.0, 2_400.0];

pub(super) fn families(raw: &Raw, rules: &Rules, as_of: Instant) -> Vec<Family> {
    let pull_request = Unit::Of("pull_request");
    let minutes = |name, help, bounds| Family::distributions(name, help, Unit::Minutes, bounds);
    let mut opened = Family::totals("pull_request_opened_count", "Pull requests that were opened", pull_request);
    let mut closed =
        Family::totals("pull_request_closed_count", "Pull requests that were closed without a merge", pull_request);
    let mut merged = Family::totals("pull_request_merged_count", "Pull requests that were merged", pull_request);
    let lines = |name, help| Family::distributions(name, help, Unit::Of("line"), LINES);
    let mut added = lines("pull_request_loc_added", "Lines that pull requests add");
    let mut removed = lines("pull_request_loc_removed", "Lines that pull requests remove");
    let mut reviews = Family::distributions(
        "pull_request_nb_reviews_per_pr",
        "Reviews by others of pull requests that were merged",
        Unit::Of("review"),
        REVIEWS,
    );
    let mut comments = Family::distributions(
        "pull_request_nb_comments_per_review",
        "Comments of each review by others of which that is told",
        Unit::Of("comment"),
        COMMENTS,
    );
    let mut first_review = minutes(
        "pull_request_time_to_first_review_minutes",
        "Time from ready for review to the first review by another person",
        REVIEW_MINUTES,
    );
    let mut approval = minutes(
        "pull_request_time_to_approve_minutes",
        "Time from ready for review to the last approval of pull requests that were merged",
        MERGE_MINUTES,
    );
    let mut merge = minutes("pull_request_time_to_merge_minutes", "Time from the opening to the merge", MERGE_MINUTES);
    let teams = team_of_each(raw, rules);
    let mut counts = vec![false; teams.len()];
    let columns = &raw.pull_requests;
    for (row, life) in lives_of(raw, rules, as_of) {
        let Some(team) = teams.get(row).and_then(Option::as_deref) else { continue };
        counts[row] = true;
        let labels = || labels([("team_id", team)]);
        let at = Instant::from_micros;
        opened.count(labels(), at(life.created));
        for (family, count) in [(&mut added, columns.additions.get(row)), (&mut removed, columns.deletions.get(row))] {
            if let Some(count) = count.filter(|count| *count > 0) {
                family.observe(labels(), at(life.created), count as f64);
            }
        }
        if let Some(end) = life.closed_unmerged {
            closed.count(labels(), at(end));
        }
        if let Some((end, waited)) = life.first_review {
            first_review.observe(labels(), at(end), waited as f64 / MICROS_PER_MINUTE);
        }
        let Some(end) = life.merged else { continue };
        merged.count(labels(), at(end));
        reviews.observe(labels(), at(end), f64::from(life.reviews));
        if let Some(waited) = life.approval {
            approval.observe(labels(), at(end), waited as f64 / MICROS_PER_MINUTE);
        }
        merge.observe(labels(), at(end), (end - life.created) as f64 / MICROS_PER_MINUTE);
    }
    for (row, submitted, count) in comments_of_reviews(raw, rules, as_of) {
        if let Some(team) = teams[row].as_deref().filter(|_| counts[row]) {
            comments.observe(labels([("team_id", team)]), Instant::from_micros(submitted), count as f64);
        }
    }
    vec![opened, closed, merged, added, removed, reviews, comments, first_review, approval, merge]
}

/// The team that has each pull request: the one that it was pushed under, else by its repository, labels or author; `None`
/// where none has, or several.
fn team_of_each<'a>(raw: &'a Raw, rules: &'a Rules) -> Vec<Option<Cow<'a, str>>> {
    let columns = &raw.pull_requests;
    let pushed = |row: usize| Some(raw.dictionary.text(columns.team[row])).filter(|team| !team.is_empty());
    let configured = configured_team_of_each(raw, rules).into_iter().enumerate();
    configured.map(|(row, team)| team.map(Cow::Borrowed).or_else(|| pushed(row))).collect()
}

/// The configured team that has each pull request.
fn configured_team_of_each<'a>(raw: &Raw, rules: &'a Rules) -> Vec<Option<&'a str>> {
    let mut teams: Vec<Option<&str>> = vec![None; raw.pull_requests.id.len()];
    let mut is_of_several = vec![false; teams.len()];
    for (name, of_team) in Chosen::everything().by_team(rules) {
        let has = of_team.pull_requests(raw);
        for (row, _) in has.iter().enumerate().filter(|(_, has)| **has) {
            is_of_several[row] |= teams[row].is_some();
            teams[row] = Some(name);
        }
    }
    let one = |(team, is_of_several): (Option<&'a str>, bool)| team.filter(|_| !is_of_several);
    teams.into_iter().zip(is_of_several).map(one).collect()
}
