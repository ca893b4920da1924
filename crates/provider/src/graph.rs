//! The commit graph behind what a repository deploys, read once.
//!
//! Which commits are stored depends on no interruption: every commit that was deployed, and behind it all that are not older
//! than the graph, so that what is stored is closed under ancestry down to its beginning.

mod kept;
mod picked;

use std::collections::{BTreeSet, HashSet};

use async_trait::async_trait;
use model::Instant;
use model::records::{GitCommit, Record};
use source::{Context, SourceError};

pub use kept::Kept;
pub use picked::picked_from;

/// More commits than any repository has between two imports: a list that goes on behind them has no end.
pub const MOST_COMMITS: u64 = 1_000_000;

/// One page of what is before a commit.
#[derive(Debug)]
pub enum Page<N> {
    /// There is no such commit.
    Gone,
    /// It did not come, and the graph is incomplete.
    Missing,
    /// What came.
    Commits {
        /// The commit itself, where it does not come with those that are not too old.
        head: Option<GitCommit>,
        /// Those that are not older than the graph.
        commits: Vec<GitCommit>,
        /// Where the next page begins; `None` after the last.
        next: Option<N>,
    },
}

/// What is known of a graph in one import.
pub struct State<'a> {
    /// What is asked for, and who is told.
    pub context: &'a Context<'a>,
    /// Id of the repository.
    pub repository: &'a str,
    /// What was remembered of it.
    pub kept: &'a mut Kept,
    /// Whether anything did not come.
    pub is_incomplete: bool,
}

/// A repository's commit graph, in one import.
#[async_trait]
pub trait Graph: Send {
    /// Where a page begins.
    type Next: Send;

    /// What is known of it by now.
    fn state(&mut self) -> State<'_>;

    /// The reading from another commit begins.
    fn begins(&mut self);

    /// Reads a page of a commit and those before it that are not older than `since`, the newest first.
    async fn page(
        &mut self,
        sha: &str,
        after: Option<Self::Next>,
        since: Instant,
    ) -> Result<Page<Self::Next>, SourceError>;

    /// Hands commits over, with the cursor behind them.
    fn commit(&mut self, records: Vec<Record>) -> Result<(), SourceError>;
}

/// Reads what is before each deployed commit that is not stored, and then what is missing between stored commits, until the
/// parents of all are stored that are not too old. Gives the number of deployed commits that are not there any more.
///
/// Which commits were deployed the sink says. Fails as reading and committing a page do.
pub async fn read<G: Graph>(graph: &mut G) -> Result<u64, SourceError> {
    let State { context, repository, kept, .. } = graph.state();
    if context.window.full {
        kept.forget_absent();
    }
    let heads = context.sink.heads_to_read(repository)?;
    let Some(since) = kept.lower(heads.oldest) else { return Ok(0) };
    let mut walk = Walk { graph, since, read: HashSet::new(), asked: HashSet::new(), gone: 0 };
    for head in &heads.to_read {
        walk.read_from(head, true).await?;
    }
    while let Some(missing) = walk.missing()? {
        for parent in &missing {
            walk.read_from(parent, false).await?;
        }
    }
    Ok(walk.gone)
}

/// A graph while it is read.
struct Walk<'a, G> {
    graph: &'a mut G,
    /// Older commits are not read.
    since: Instant,
    /// Ids of the commits that came by now.
    read: HashSet<String>,
    /// Ids of the commits from which was read by now.
    asked: HashSet<String>,
    gone: u64,
}

impl<G: Graph> Walk<'_, G> {
    /// Missing parents from which was not read yet; `None` when there are none.
    fn missing(&mut self) -> Result<Option<Vec<String>>, SourceError> {
        let State { context, repository, .. } = self.graph.state();
        let mut missing = context.sink.missing_parents(repository, self.since)?;
        missing.retain(|sha| !self.is_done(sha, false));
        Ok(Some(missing).filter(|missing| !missing.is_empty()))
    }

    fn is_done(&mut self, sha: &str, is_deployed: bool) -> bool {
        let kept = self.graph.state().kept;
        let is_left_out = if is_deployed { kept.gone.contains(sha) } else { kept.leaves_out(sha) };
        self.read.contains(sha) || self.asked.contains(sha) || is_left_out
    }

    /// Reads a commit and those before it, page by page, until the parents of all new ones are known. What was deployed is
    /// kept however old it is, a parent is not.
    async fn read_from(&mut self, sha: &str, is_deployed: bool) -> Result<(), SourceError> {
        if self.is_done(sha, is_deployed) {
            return Ok(());
        }
        self.asked.insert(sha.to_owned());
        self.graph.begins();
        let (mut after, mut open) = (None, BTreeSet::new());
        loop {
            let (head, mut commits, next) = match self.graph.page(sha, after, self.since).await? {
                Page::Commits { head, commits, next } => (head, commits, next),
                Page::Missing => return Ok(()),
                Page::Gone => {
                    self.gone += 1;
                    self.graph.state().kept.gone.insert(sha.to_owned());
                    return self.graph.commit(Vec::new());
                }
            };
            match head {
                Some(head) if is_deployed => commits.push(head),
                Some(head) if head.committed_at < self.since => drop(self.graph.state().kept.before.insert(head.sha)),
                _ => {}
            }
            let new = self.unstored(commits, &mut open)?;
            let goes_on = next.is_some() && !new.is_empty() && !open.is_empty();
            let State { kept, is_incomplete, .. } = self.graph.state();
            if next.is_none() && !is_incomplete {
                // What is not too old was listed.
                kept.before.append(&mut open);
            }
            self.graph.commit(new.into_iter().map(|commit| Record::GitCommit(Box::new(commit))).collect())?;
            if !goes_on {
                return Ok(());
            }
            after = next;
        }
    }

    /// Of the commits of a page those that are not stored. `open` are the parents of such commits that are neither stored
    /// nor came by now.
    fn unstored(
        &mut self,
        commits: Vec<GitCommit>,
        open: &mut BTreeSet<String>,
    ) -> Result<Vec<GitCommit>, SourceError> {
        let mut new: Vec<GitCommit> =
            commits.into_iter().filter(|commit| self.read.insert(commit.sha.clone())).collect();
        let mut ids: Vec<String> = new.iter().flat_map(parents).map(str::to_owned).collect();
        ids.retain(|sha| !self.read.contains(sha));
        ids.extend(new.iter().map(|commit| commit.sha.clone()));
        let State { context, repository, kept, .. } = self.graph.state();
        let unstored: HashSet<String> = context.sink.unstored_commits(repository, &ids)?.into_iter().collect();
        new.retain(|commit| unstored.contains(&commit.sha));
        open.retain(|sha| !self.read.contains(sha));
        for sha in new.iter().flat_map(parents) {
            if unstored.contains(sha) && !self.read.contains(sha) && !kept.leaves_out(sha) {
                open.insert(sha.to_owned());
            }
        }
        Ok(new)
    }
}

fn parents(commit: &GitCommit) -> impl Iterator<Item = &str> {
    commit.parents.split(';').filter(|sha| !sha.is_empty())
}
