//! Pushed deployments of commits that are not on the default branch.

use ahash::RandomState;
use hashbrown::HashSet;
use model::columns::{ObjectId, Raw};

use super::graph::Graph;
use super::repositories::Repository;
use super::shipping::is_into_default;
use crate::pull_requests::Stages;

/// How many commits a service deployed to production, as was pushed, that are off the default branch and on it.
#[derive(Clone, Debug)]
pub(super) struct OffBranch {
    pub(super) service: String,
    pub(super) off: usize,
    pub(super) on: usize,
}

/// The commits of pushed deployments that are off the default branch, and on it; those of which neither is known are in
/// neither.
///
/// On it is what a pull request was merged into it as, and what that holds. Off it is the head of a pull request that is not
/// on it, and what the graph knows and is older than the newest commit that is.
pub(super) fn off_and_on(
    raw: &Raw,
    repository: &Repository,
    stages: &[Option<Stages>],
    is_its: impl Fn(usize) -> bool,
) -> (usize, usize) {
    let columns = &raw.deployments;
    let is_pushed = |row: usize| !raw.dictionary.text(columns.service[row]).is_empty();
    let rows = repository.deployments.iter().map(|row| *row as usize);
    let pushed = rows.filter(|row| is_pushed(*row) && is_its(*row)).map(|row| columns.sha.get(row));
    let shas: HashSet<ObjectId<'_>, RandomState> = pushed.filter(|sha| !sha.is_empty()).collect();
    if shas.is_empty() {
        return (0, 0);
    }
    let branch = Branch::of(raw, repository, stages);
    let known: Vec<bool> = shas.iter().filter_map(|sha| branch.holds(*sha)).collect();
    let on = known.iter().filter(|is_on| **is_on).count();
    (known.len() - on, on)
}

/// The default branch of a repository, as far as pull requests and the graph tell of it.
struct Branch<'a> {
    graph: Graph<'a>,
    /// Whether it holds each commit of the graph.
    is_on: Vec<bool>,
    /// Date of the newest of those.
    newest: i64,
    merges: HashSet<ObjectId<'a>, RandomState>,
    heads: HashSet<ObjectId<'a>, RandomState>,
}

impl<'a> Branch<'a> {
    fn of(raw: &'a Raw, repository: &Repository, stages: &[Option<Stages>]) -> Self {
        let columns = &raw.pull_requests;
        let rows = || repository.pull_requests.iter().map(|row| *row as usize);
        let is_merged = |row: &usize| stages[*row].is_some_and(|stages| stages.merged.get().is_some());
        let into_default = rows().filter(is_merged).filter(|row| is_into_default(raw, repository, *row));
        let merges: HashSet<ObjectId<'_>, RandomState> =
            into_default.map(|row| columns.merge_commit.get(row)).filter(|sha| !sha.is_empty()).collect();
        let heads = rows().map(|row| columns.head_sha.get(row)).filter(|sha| !sha.is_empty()).collect();
        let graph = Graph::of(&raw.commits, &repository.commits);
        let mut is_on = vec![false; graph.len()];
        for commit in merges.iter().filter_map(|sha| graph.find(*sha)) {
            graph.walk(commit, |commit| !std::mem::replace(&mut is_on[commit as usize], true));
        }
        let on = (0_u32..).zip(&is_on).filter(|(_, is_on)| **is_on);
        let newest = on.map(|(commit, _)| graph.committed(commit)).max().unwrap_or(i64::MIN);
        Self { graph, is_on, newest, merges, heads }
    }

    /// Whether it holds a commit; `None` where that is not known.
    fn holds(&self, sha: ObjectId<'_>) -> Option<bool> {
        let commit = self.graph.find(sha);
        if self.merges.contains(&sha) || commit.is_some_and(|commit| self.is_on[commit as usize]) {
            return Some(true);
        }
        let is_older = commit.is_some_and(|commit| self.graph.committed(commit) < self.newest);
        (self.heads.contains(&sha) || is_older).then_some(false)
    }
}
