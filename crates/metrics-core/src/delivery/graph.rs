//! The commit graph of one repository: what a commit holds, and which of two holds the other.

use ahash::RandomState;
use hashbrown::HashMap;
use model::columns::{GitCommitColumns, ObjectId};

/// The stored commits of a repository.
pub(super) struct Graph<'a> {
    /// Commit by object id.
    by_sha: HashMap<ObjectId<'a>, u32, RandomState>,
    /// Where the parents of each commit begin in `parents`, and one more.
    first_parent: Vec<u32>,
    parents: Vec<u32>,
    /// Microseconds.
    committed: Vec<i64>,
    /// Longest way to a commit without stored parents: what a commit holds has less.
    height: Vec<u32>,
    /// Whether a parent of the commit is not stored.
    is_cut: Vec<bool>,
    /// The commits that say to be picked from another, with that one's object id.
    picked: Vec<(u32, ObjectId<'a>)>,
}

impl<'a> Graph<'a> {
    /// From rows of the raw table. Rows that come again are one.
    pub(super) fn of(columns: &'a GitCommitColumns, rows: &[u32]) -> Self {
        let mut by_sha: HashMap<ObjectId<'_>, u32, RandomState> =
            HashMap::with_capacity_and_hasher(rows.len(), RandomState::default());
        let mut kept: Vec<u32> = Vec::with_capacity(rows.len());
        for row in rows {
            by_sha.entry(columns.sha.get(*row as usize)).or_insert_with(|| {
                kept.push(*row);
                kept.len() as u32 - 1
            });
        }
        let mut graph = Self {
            by_sha,
            first_parent: Vec::with_capacity(kept.len() + 1),
            parents: Vec::with_capacity(kept.len() + kept.len() / 4),
            committed: Vec::with_capacity(kept.len()),
            height: Vec::new(),
            is_cut: Vec::with_capacity(kept.len()),
            picked: Vec::new(),
        };
        for (commit, row) in kept.iter().enumerate() {
            let row = *row as usize;
            graph.first_parent.push(graph.parents.len() as u32);
            let mut is_cut = false;
            for sha in columns.parents.get(row) {
                match graph.by_sha.get(&sha) {
                    Some(parent) => graph.parents.push(*parent),
                    None => is_cut = true,
                }
            }
            graph.is_cut.push(is_cut);
            graph.committed.push(columns.committed_at.micros(row));
            let picked_from = columns.picked_from.bytes(row);
            if !picked_from.is_empty() {
                graph.picked.push((commit as u32, ObjectId::of(picked_from)));
            }
        }
        graph.first_parent.push(graph.parents.len() as u32);
        graph.height = graph.heights();
        graph
    }

    /// Commits.
    pub(super) fn len(&self) -> usize {
        self.committed.len()
    }

    /// The commit with an object id.
    pub(super) fn find(&self, sha: ObjectId<'_>) -> Option<u32> {
        self.by_sha.get(&sha).copied()
    }

    /// Commit date in microseconds.
    pub(super) fn committed(&self, commit: u32) -> i64 {
        self.committed[commit as usize]
    }

    /// The oldest commit date.
    pub(super) fn begins(&self) -> Option<i64> {
        self.committed.iter().min().copied()
    }

    /// Whether a parent of the commit is not stored, so that what it holds is not all known.
    pub(super) fn is_cut(&self, commit: u32) -> bool {
        self.is_cut[commit as usize]
    }

    /// The commits that say to be picked from another, with that one's object id.
    pub(super) fn picked(&self) -> &[(u32, ObjectId<'a>)] {
        &self.picked
    }

    pub(super) fn parents(&self, commit: u32) -> &[u32] {
        let commit = commit as usize;
        &self.parents[self.first_parent[commit] as usize..self.first_parent[commit + 1] as usize]
    }

    /// Visits a commit and all that it holds, but what was visited before: `visit` says whether to go on behind a commit.
    pub(super) fn walk(&self, from: u32, mut visit: impl FnMut(u32) -> bool) {
        let mut left = vec![from];
        while let Some(commit) = left.pop() {
            if visit(commit) {
                left.extend_from_slice(self.parents(commit));
            }
        }
    }

    /// Whether a commit is the other or is held by it.
    pub(super) fn holds(&self, newer: u32, older: u32) -> bool {
        let least = self.height[older as usize];
        let mut seen: hashbrown::HashSet<u32, RandomState> = hashbrown::HashSet::default();
        let mut found = false;
        self.walk(newer, |commit| {
            found |= commit == older;
            !found && self.height[commit as usize] > least && seen.insert(commit)
        });
        found
    }

    /// Heights by one pass over the commits behind their parents; a circle, which no repository has, ends where it begins.
    fn heights(&self) -> Vec<u32> {
        const UNKNOWN: u32 = u32::MAX;
        const UNDER_WAY: u32 = u32::MAX - 1;
        let mut heights = vec![UNKNOWN; self.committed.len()];
        let mut left: Vec<u32> = Vec::new();
        for first in 0..self.committed.len() as u32 {
            left.push(first);
            while let Some(&commit) = left.last() {
                let height = heights[commit as usize];
                if height != UNKNOWN && height != UNDER_WAY {
                    left.pop();
                    continue;
                }
                if height == UNDER_WAY {
                    let known = |parent: &&u32| heights[**parent as usize] < UNDER_WAY;
                    let above = self.parents(commit).iter().filter(known).map(|parent| heights[*parent as usize] + 1);
                    heights[commit as usize] = above.max().unwrap_or_default();
                    left.pop();
                    continue;
                }
                heights[commit as usize] = UNDER_WAY;
                left.extend(self.parents(commit).iter().filter(|parent| heights[**parent as usize] == UNKNOWN));
            }
        }
        heights
    }
}

#[cfg(test)]
mod tests {
    use model::Instant;
    use model::cells::RawColumns as _;
    use model::columns::Interner;
    use model::tables::GitCommit;

    use super::*;

    /// Commits `(sha, parents)`, each a second after the one before.
    fn commits(rows: &[(&str, &str)]) -> GitCommitColumns {
        let (mut columns, mut texts) = (GitCommitColumns::default(), Interner::default());
        for (second, (sha, parents)) in rows.iter().enumerate() {
            let row = GitCommit {
                sha: (*sha).to_owned(),
                parents: (*parents).to_owned(),
                committed_at: Instant::from_seconds(second as i64),
                ..GitCommit::default()
            };
            columns.push_row(&row, &mut texts);
        }
        columns
    }

    fn holds(graph: &Graph<'_>, newer: &str, older: &str) -> bool {
        let commit = |sha: &str| graph.find(ObjectId::of(sha.as_bytes())).expect("stored");
        graph.holds(commit(newer), commit(older))
    }

    #[test]
    fn a_commit_holds_itself_and_what_is_behind_its_parents() {
        let columns = commits(&[("r", ""), ("a", "r"), ("b", "r"), ("m", "a;b"), ("c", "m"), ("x", "a")]);
        let graph = Graph::of(&columns, &[5, 4, 3, 2, 1, 0]);
        assert!(holds(&graph, "c", "r") && holds(&graph, "c", "b") && holds(&graph, "m", "m"));
        assert!(!holds(&graph, "a", "b") && !holds(&graph, "x", "b") && !holds(&graph, "a", "c"));
    }

    #[test]
    fn rows_that_come_again_are_one_commit_and_a_parent_that_is_not_stored_is_told() {
        let columns = commits(&[("a", "gone"), ("b", "a"), ("b", "a")]);
        let graph = Graph::of(&columns, &[0, 1, 2]);
        assert_eq!(graph.len(), 2);
        assert!(graph.is_cut(0) && !graph.is_cut(1));
    }

    #[test]
    fn a_circle_is_no_end_of_the_world() {
        let columns = commits(&[("a", "b"), ("b", "a")]);
        let graph = Graph::of(&columns, &[0, 1]);
        assert!(holds(&graph, "a", "a"));
        let mut visited = [false; 2];
        graph.walk(0, |commit| !std::mem::replace(&mut visited[commit as usize], true));
        assert_eq!(visited, [true, true]);
    }
}
