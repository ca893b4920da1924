//! Which rollout served a change first, and how that is known.
//!
//! A rollout ships what its commit holds and no rollout before it held: the first one wins for ever, so that a rollback
//! and the return from it ship nothing again. All of it is one walk over the commits of a repository.

use ahash::RandomState;
use hashbrown::{HashMap, HashSet};
use model::columns::{ObjectId, Raw};

use super::graph::Graph;
use super::repositories::Repository;
use super::rollouts::{Kind, Rollout, Row};

/// How it is known which rollout served a change first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Method {
    /// Whoever pushed the rollout names the change.
    Pushed,
    /// The rollout's commit holds the change's.
    Ancestry,
    /// It holds a commit that was picked from the change's.
    CherryPick,
    /// The change was merged before the date of the rollout's commit, and after that of the rollout before.
    MergeOrder,
    /// It is the first rollout after the merge.
    Time,
    /// Not known, or not served.
    None,
}

impl Method {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Pushed => "pushed",
            Self::Ancestry => "ancestry",
            Self::CherryPick => "cherry_pick",
            Self::MergeOrder => "merge_order",
            Self::Time => "time",
            Self::None => "none",
        }
    }
}

/// How far a link may be relied on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Confidence {
    Certain,
    Likely,
    Guess,
    /// There is no link.
    None,
}

impl Confidence {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Certain => "certain",
            Self::Likely => "likely",
            Self::Guess => "guess",
            Self::None => "",
        }
    }
}

/// Why a change has no rollout that served it first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reason {
    /// It has one.
    None,
    /// The first known rollout holds all history.
    BeforeFirst,
    /// Newer than what is deployed.
    NotDeployed,
    /// As that, of a service whose deployments are recorded no more: it may be deployed.
    NotRecorded,
    /// Merged into a branch that is not deployed.
    OtherBranch,
    /// It touches no folder of any service.
    NoService,
    /// Dropped from the branch, or under another object id.
    Unknown,
}

impl Reason {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::None => "",
            Self::BeforeFirst => "before_first",
            Self::NotDeployed => "not_deployed",
            Self::NotRecorded => "not_recorded",
            Self::OtherBranch => "other_branch",
            Self::NoService => "no_service",
            Self::Unknown => "unknown",
        }
    }
}

/// Where a change was served first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Link {
    /// Place among the rollouts of the repository.
    pub(super) rollout: Option<usize>,
    pub(super) method: Method,
    pub(super) confidence: Confidence,
    pub(super) reason: Reason,
}

impl Link {
    pub(super) fn to(rollout: usize, method: Method, confidence: Confidence) -> Self {
        Self { rollout: Some(rollout), method, confidence, reason: Reason::None }
    }

    pub(super) fn none(reason: Reason) -> Self {
        Self { rollout: None, method: Method::None, confidence: Confidence::None, reason }
    }
}

/// Releases before one that are looked through for the one that it is made from.
const MOST_LINES: usize = 20;

/// What the rollouts of a service shipped in one repository.
pub(super) struct Shipped<'a> {
    raw: &'a Raw,
    graph: &'a Graph<'a>,
    /// For each commit the place of the rollout that shipped it and one more; 0 for none.
    by_commit: Vec<u32>,
    /// The commits of each rollout; `None` where the graph does not have it.
    heads: Vec<Option<u32>>,
    /// When each rollout succeeded.
    succeeded: Vec<i64>,
    /// For each rollout, the newest date of a commit that it shipped and whose parents are not all known.
    cut_at: Vec<i64>,
    /// By the object id of the original, the first rollout that ships a pick of it.
    picks: HashMap<ObjectId<'a>, usize, RandomState>,
}

impl<'a> Shipped<'a> {
    /// Follows the rollouts in order, and says of each what kind it is.
    pub(super) fn follow(raw: &'a Raw, graph: &'a Graph<'a>, rollouts: &mut [Rollout]) -> Self {
        let mut shipped = Self {
            raw,
            graph,
            by_commit: vec![0; graph.len()],
            heads: Vec::with_capacity(rollouts.len()),
            succeeded: rollouts.iter().map(|rollout| rollout.succeeded.unwrap_or_default()).collect(),
            cut_at: vec![i64::MIN; rollouts.len()],
            picks: HashMap::default(),
        };
        let mut served: HashSet<ObjectId<'_>, RandomState> = HashSet::default();
        let mut ancestry: HashMap<(u32, u32), bool, RandomState> = HashMap::default();
        // The commit that is live: that of the last rollout whose commit is known.
        let mut live: Option<u32> = None;
        // What is live by its object id, and what the rollback to it took back.
        let none = ObjectId::Text(b"");
        let (mut live_sha, mut taken_back) = (none, none);
        // Releases that count, with their commits.
        let mut releases: Vec<(u32, Row)> = Vec::new();
        for (place, rollout) in rollouts.iter_mut().enumerate() {
            let sha = rollout.sha(raw);
            let head = graph.find(sha);
            if rollout.kind == Kind::Change {
                // The return from a rollback is no rollback.
                let was_served = !sha.is_empty() && sha != taken_back && served.contains(&sha);
                rollout.kind = shipped.kind(rollout.row, head, live, was_served, &mut ancestry);
            }
            if sha != live_sha {
                taken_back = if rollout.kind == Kind::Rollback { live_sha } else { none };
                live_sha = sha;
            }
            shipped.heads.push(head);
            served.insert(sha);
            let Some(head) = head else { continue };
            if matches!(rollout.row, Row::Release(_)) {
                rollout.made_from = shipped.made_from(head, &releases);
                if rollout.counts() {
                    releases.push((head, rollout.row));
                }
            }
            shipped.ship(place, head);
            let is_of_an_old_line = rollout.kind == Kind::Redeploy && matches!(rollout.row, Row::Release(_));
            if !is_of_an_old_line {
                live = Some(head);
            }
        }
        for (commit, original) in graph.picked() {
            if let Some(place) = (shipped.by_commit[*commit as usize] as usize).checked_sub(1) {
                let first = shipped.picks.entry(*original).or_insert(place);
                *first = (*first).min(place);
            }
        }
        shipped
    }

    /// What kind of deployment a commit is after the one that is live. `was_served`: it was deployed before.
    /// `ancestry` remembers which commit holds which.
    fn kind(
        &self,
        row: Row,
        head: Option<u32>,
        live: Option<u32>,
        was_served: bool,
        ancestry: &mut HashMap<(u32, u32), bool, RandomState>,
    ) -> Kind {
        let is_release = matches!(row, Row::Release(_));
        let back = if is_release { Kind::Redeploy } else { Kind::Rollback };
        let (Some(head), Some(live)) = (head, live) else {
            return if was_served && !is_release { Kind::Rollback } else { Kind::Change };
        };
        // Only what was shipped before can lie behind what is live.
        let is_new = self.by_commit[head as usize] == 0;
        if is_new || is_release {
            return if is_new { Kind::Change } else { back };
        }
        let mut holds =
            |newer, older| *ancestry.entry((newer, older)).or_insert_with(|| self.graph.holds(newer, older));
        if holds(live, head) {
            back
        } else if holds(head, live) || !was_served {
            Kind::Change
        } else {
            back
        }
    }

    /// The newest of some releases that a commit holds.
    fn made_from(&self, head: u32, releases: &[(u32, Row)]) -> Option<Row> {
        let newest = releases.iter().rev().take(MOST_LINES);
        newest.copied().find(|(before, _)| self.graph.holds(head, *before)).map(|(_, row)| row)
    }

    fn ship(&mut self, place: usize, head: u32) {
        let Self { graph, by_commit, cut_at, .. } = self;
        let mark = place as u32 + 1;
        graph.walk(head, |commit| {
            let known = &mut by_commit[commit as usize];
            let is_new = *known == 0;
            if is_new {
                *known = mark;
                if graph.is_cut(commit) {
                    cut_at[place] = cut_at[place].max(graph.committed(commit));
                }
            }
            is_new
        });
    }

    /// The rollout that shipped a commit.
    pub(super) fn of_sha(&self, sha: &[u8]) -> Option<usize> {
        self.of_commit(ObjectId::of(sha))
    }

    fn of_commit(&self, id: ObjectId<'_>) -> Option<usize> {
        let commit = self.graph.find(id)?;
        (self.by_commit[commit as usize] as usize).checked_sub(1)
    }

    /// Where a change was served first, by its row, when it was merged and whether that was into the default branch.
    /// `None` where it was not, and why is open.
    pub(super) fn link(&self, row: usize, merged: i64, is_default: bool) -> Option<Link> {
        let merge_commit = self.raw.pull_requests.merge_commit.get(row);
        if !merge_commit.is_empty() {
            let by_ancestry = self.of_commit(merge_commit).map(|place| (place, Method::Ancestry));
            let by_pick = self.picks.get(&merge_commit).map(|place| (*place, Method::CherryPick));
            let first = match (by_ancestry, by_pick) {
                (Some(one), Some(other)) if other.0 < one.0 => Some(other),
                (one, other) => one.or(other),
            };
            if let Some((place, method)) = first {
                return Some(self.shipped_by(place, method, merged));
            }
        }
        if self.heads.is_empty() {
            return None;
        }
        if !is_default {
            return Some(Link::none(Reason::OtherBranch));
        }
        self.without_graph(merge_commit, merged)
    }

    fn shipped_by(&self, place: usize, method: Method, merged: i64) -> Link {
        let is_first_known = self.heads[..place].iter().all(Option::is_none);
        if place == 0 || (is_first_known && merged <= self.succeeded[0]) {
            return Link::none(Reason::BeforeFirst);
        }
        // A rollout whose commit is lost may have been the first.
        let mut lost = (0..place).rev().take_while(|before| self.heads[*before].is_none());
        let may_be_earlier = lost.any(|before| self.succeeded[before] >= merged);
        let is_certain = method == Method::Ancestry && !may_be_earlier;
        Link::to(place, method, if is_certain { Confidence::Certain } else { Confidence::Likely })
    }

    /// What can be said where the commit is in no graph: where the graph of the rollout is there and complete, its no is
    /// final.
    fn without_graph(&self, merge_commit: ObjectId<'_>, merged: i64) -> Option<Link> {
        let dated = |place: usize| self.heads[place].map(|head| self.graph.committed(head));
        let next = self.succeeded.partition_point(|at| *at < merged);
        let is_final =
            |place: usize| self.heads[place].is_some() && self.cut_at[place] < merged && !merge_commit.is_empty();
        let is_answered = (next..self.heads.len()).any(is_final);
        for place in (next..self.heads.len()).filter(|_| !is_answered) {
            let Some(date) = dated(place) else {
                return Some(Self::guessed(place, Method::Time, Confidence::Guess));
            };
            let before = (0..place).rev().find_map(dated);
            if merged <= date && before.is_none_or(|before| before < merged) {
                return Some(Self::guessed(place, Method::MergeOrder, Confidence::Likely));
            }
        }
        if next == 0 && self.graph.begins().is_none_or(|begins| merged < begins) {
            return Some(Link::none(Reason::BeforeFirst));
        }
        None
    }

    fn guessed(place: usize, method: Method, confidence: Confidence) -> Link {
        if place == 0 { Link::none(Reason::BeforeFirst) } else { Link::to(place, method, confidence) }
    }

    /// Why no rollout holds a change: merged after the newest that one holds, it is not deployed yet; else it is lost.
    /// `newest_held` is when that one was merged, or `None`: then the dates of the commits that were deployed stand for it.
    pub(super) fn reason_of_unlinked(&self, merged: i64, newest_held: Option<i64>) -> Reason {
        let newest = newest_held.unwrap_or_else(|| {
            let dates = self.heads.iter().flatten().map(|head| self.graph.committed(*head));
            dates.chain(self.succeeded.last().copied().filter(|_| self.graph.len() == 0)).max().unwrap_or(i64::MIN)
        });
        if merged > newest { Reason::NotDeployed } else { Reason::Unknown }
    }
}

/// The default branch of a repository and a change's own.
pub(super) fn is_into_default(raw: &Raw, repository: &Repository, row: usize) -> bool {
    raw.dictionary.text(raw.pull_requests.base[row]) == *repository.default_branch
}
