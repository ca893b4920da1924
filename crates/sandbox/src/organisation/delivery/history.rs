//! The commits of a repository and what its branches were at, from the pull requests that exist already.

use std::collections::HashMap;

use super::setup::{Delivers, MergeMethod, RELEASE_BRANCH, Setup};
use super::{Branch, BranchStep, CommitLife, CommitName};
use crate::calendar::{DAY, HOUR, MINUTE};
use crate::organisation::Organisation;
use crate::organisation::pull_request::is_machine;
use crate::random::Dice;

/// Topic of the dice.
const TOPIC: u8 = b'H';
/// How long before the beginning the first commit was made: before every branch that pull requests come from.
const ROOT_AGE: i64 = 45 * DAY;
/// The most commits of a rebased pull request that are picked together.
const MOST_PICKED: usize = 5;

/// Commits, branches and what hangs on their time.
pub(super) struct History {
    pub(super) commits: Vec<CommitLife>,
    pub(super) main: Branch,
    pub(super) release: Option<Branch>,
    /// Previews: when, of which pull request, and its head by then.
    pub(super) previews: Vec<(i64, u32, u32)>,
    /// A time around a force push in which nothing else goes wrong.
    pub(super) calm: Option<(i64, i64)>,
}

/// What happens to the branches.
#[derive(Clone, Copy)]
enum Happening {
    CutRelease,
    Merge(u32),
    DirectCommit,
    /// Merges of main are picked onto the release branch.
    Pick(u32),
    MergeMainIntoRelease,
    /// A direct commit that a force push drops after that many seconds.
    DoomedCommit(i64),
    ForcePush,
    Preview(u32),
}

/// Writes the history of a repository.
pub(super) fn write(organisation: &Organisation, repository: usize, setup: Setup, pull_requests: &[u32]) -> History {
    let mut planner = Planner {
        organisation,
        setup,
        pull_requests,
        dice: Dice::new(organisation.options.seed, TOPIC, repository),
        plan: Vec::new(),
    };
    let calm = planner.plan();
    let mut plan = planner.plan;
    plan.retain(|(at, _)| *at <= organisation.end);
    plan.sort_by_key(|(at, _)| *at);
    let mut author = Author::new(organisation, repository as u32, setup);
    for (at, happening) in plan {
        author.happen(at, happening);
    }
    History { commits: author.commits, main: author.main, release: author.release, previews: author.previews, calm }
}

/// Decides what happens when.
struct Planner<'a> {
    organisation: &'a Organisation,
    setup: Setup,
    pull_requests: &'a [u32],
    dice: Dice,
    plan: Vec<(i64, Happening)>,
}

impl Planner<'_> {
    /// Fills the plan; the calm time around a force push.
    fn plan(&mut self) -> Option<(i64, i64)> {
        let lives = &self.organisation.pull_requests;
        let on_release = |pull: &&u32| lives[**pull as usize].base == RELEASE_BRANCH;
        let first = self.pull_requests.iter().find(on_release).map(|pull| lives[*pull as usize].created_at - DAY);
        let serves = self.setup.delivers == Delivers::ReleaseBranch;
        let early = serves.then_some(self.organisation.start + 3 * DAY);
        let cut_at = first.into_iter().chain(early).min();
        if let Some(cut_at) = cut_at {
            self.plan.push((cut_at, Happening::CutRelease));
        }
        for &pull in self.pull_requests {
            self.plan_pull_request(pull, cut_at);
        }
        if let Some(cut_at) = cut_at.filter(|_| serves) {
            let mut at = cut_at + self.dice.between(8 * DAY, 16 * DAY);
            while at <= self.organisation.end {
                self.plan.push((at, Happening::MergeMainIntoRelease));
                at += self.dice.between(10 * DAY, 24 * DAY);
            }
        }
        if self.setup.has_accidents { self.plan_force_push() } else { None }
    }

    fn plan_pull_request(&mut self, pull: u32, cut_at: Option<i64>) {
        let life = &self.organisation.pull_requests[pull as usize];
        let preview_at = life.created_at + self.dice.between(2 * MINUTE, 10 * MINUTE);
        let is_open = life.closed_at.is_none_or(|closed| closed > preview_at + HOUR);
        let by_person = !is_machine(&self.organisation.people, life.author);
        if self.dice.chance(0.2) && self.setup.previews && is_open && by_person {
            self.plan.push((preview_at, Happening::Preview(pull)));
        }
        let Some(merged_at) = life.closed_at.filter(|_| life.merged) else { return };
        self.plan.push((merged_at, Happening::Merge(pull)));
        if life.base == RELEASE_BRANCH {
            return;
        }
        let (direct, after) = (self.dice.chance(0.05), self.dice.between(5 * MINUTE, 2 * HOUR));
        if direct {
            self.plan.push((merged_at + after, Happening::DirectCommit));
        }
        let share = if self.setup.delivers == Delivers::ReleaseBranch { 0.12 } else { 0.02 };
        let (picked, after) = (self.dice.chance(share), self.dice.between(HOUR, 30 * HOUR));
        let is_small = self.setup.merges != MergeMethod::Rebase || life.commits.len() <= MOST_PICKED;
        if picked && is_small && cut_at.is_some_and(|cut| cut < merged_at) {
            self.plan.push((merged_at + after, Happening::Pick(pull)));
        }
    }

    /// In a quiet night of the second half: a commit without a pull request, deployed, and dropped by a force push.
    fn plan_force_push(&mut self) -> Option<(i64, i64)> {
        let changes_main = |happening: &Happening| match happening {
            Happening::Merge(pull) => self.organisation.pull_requests[*pull as usize].base != RELEASE_BRANCH,
            happening => matches!(happening, Happening::DirectCommit),
        };
        let mut times: Vec<i64> =
            self.plan.iter().filter(|(_, happening)| changes_main(happening)).map(|(at, _)| *at).collect();
        times.sort_unstable();
        let from = times.len() * 55 / 100;
        let quiet = times[from..].windows(2).find(|pair| pair[1] - pair[0] >= 6 * HOUR)?[0];
        if from < 5 {
            return None;
        }
        self.plan.push((quiet + HOUR, Happening::DoomedCommit(4 * HOUR)));
        self.plan.push((quiet + 5 * HOUR, Happening::ForcePush));
        Some((quiet - DAY, quiet + 5 * HOUR + DAY))
    }
}

/// Makes the commits.
struct Author<'a> {
    organisation: &'a Organisation,
    repository: u32,
    setup: Setup,
    commits: Vec<CommitLife>,
    main: Branch,
    release: Option<Branch>,
    previews: Vec<(i64, u32, u32)>,
    /// Commits of the branches of pull requests, as far as they are needed.
    heads: HashMap<u32, Vec<u32>>,
    /// What a merge put on its base, for picks.
    merged: HashMap<u32, Vec<u32>>,
    /// Steps of main that the release branch has.
    taken: usize,
}

impl<'a> Author<'a> {
    fn new(organisation: &'a Organisation, repository: u32, setup: Setup) -> Self {
        let at = organisation.start - ROOT_AGE;
        let main = Branch { steps: Vec::new() };
        let mut author = Self {
            organisation,
            repository,
            setup,
            commits: Vec::new(),
            main,
            release: None,
            previews: Vec::new(),
            heads: HashMap::new(),
            merged: HashMap::new(),
            taken: 0,
        };
        let head = author.commit_other(at, [None, None]);
        author.main.steps.push(BranchStep { at, head, brings: Vec::new(), is_reset: false });
        author
    }

    fn happen(&mut self, at: i64, happening: Happening) {
        match happening {
            Happening::CutRelease => {
                let (head, brings) = (self.lasting_head(at), self.take_main());
                let steps = vec![BranchStep { at, head, brings, is_reset: false }];
                self.release = Some(Branch { steps });
            }
            Happening::Merge(pull) => self.merge(at, pull),
            Happening::DirectCommit => {
                let head = self.commit_other(at, [Some(self.head(false)), None]);
                self.step(false, at, head, Vec::new());
            }
            Happening::Pick(pull) => self.pick(at, pull),
            Happening::MergeMainIntoRelease => {
                let parents = [Some(self.head(true)), Some(self.head(false))];
                let brings = self.take_main();
                let head = self.commit_other(at, parents);
                self.step(true, at, head, brings);
            }
            Happening::DoomedCommit(seconds) => {
                let head = self.commit_other(at, [Some(self.head(false)), None]);
                self.commits[head as usize].dropped_at = Some(at + seconds);
                self.step(false, at, head, Vec::new());
            }
            Happening::ForcePush => {
                let head = self.lasting_head(at);
                self.main.steps.push(BranchStep { at, head, brings: Vec::new(), is_reset: true });
            }
            Happening::Preview(pull) => {
                let life = &self.organisation.pull_requests[pull as usize];
                let count = life.commits.iter().filter(|commit| **commit <= at).count();
                if let Some(head) = self.branch_commits(pull, count).last() {
                    self.previews.push((at, pull, *head));
                }
            }
        }
    }

    fn merge(&mut self, at: i64, pull: u32) {
        let life = &self.organisation.pull_requests[pull as usize];
        let on_release = life.base == RELEASE_BRANCH;
        let base = Some(self.head(on_release));
        let name = CommitName::Merge(pull);
        let put = match self.setup.merges {
            MergeMethod::Squash => vec![self.commit(name, [base, None], at, at)],
            MergeMethod::MergeCommit => {
                let last = self.branch_commits(pull, life.commits.len()).last().copied();
                vec![self.commit(name, [base, last], at, at)]
            }
            MergeMethod::Rebase => self.rebase(at, pull, base),
        };
        let head = put[put.len() - 1];
        self.merged.insert(pull, put);
        self.step(on_release, at, head, vec![pull]);
    }

    /// A copy of each commit; the last one is the pull request's merge commit.
    fn rebase(&mut self, at: i64, pull: u32, base: Option<u32>) -> Vec<u32> {
        let authored = &self.organisation.pull_requests[pull as usize].commits;
        let last = authored.len().saturating_sub(1);
        let mut put: Vec<u32> = Vec::with_capacity(last + 1);
        for place in 0..=last {
            let name = if place == last { CommitName::Merge(pull) } else { CommitName::Rebased(pull, place as u32) };
            let parent = put.last().copied().or(base);
            put.push(self.commit(name, [parent, None], authored.get(place).copied().unwrap_or(at), at));
        }
        put
    }

    fn pick(&mut self, at: i64, pull: u32) {
        let sources = self.merged.get(&pull).cloned().unwrap_or_default();
        for (place, source) in sources.iter().enumerate() {
            let parents = [Some(self.head(true)), None];
            let head = self.commit_other(at, parents);
            let authored_at = self.commits[*source as usize].authored_at;
            let commit = &mut self.commits[head as usize];
            (commit.authored_at, commit.picked_from) = (authored_at, Some(*source));
            let brings = if place + 1 == sources.len() { vec![pull] } else { Vec::new() };
            self.step(true, at, head, brings);
        }
    }

    /// The first so many commits on the branch of a pull request.
    fn branch_commits(&mut self, pull: u32, count: usize) -> Vec<u32> {
        let mut made = self.heads.remove(&pull).unwrap_or_default();
        let life = &self.organisation.pull_requests[pull as usize];
        for place in made.len()..count.min(life.commits.len()) {
            let authored_at = life.commits[place];
            let parent = match made.last() {
                Some(last) => *last,
                None => {
                    self.fork(life.base == RELEASE_BRANCH, life.commits.iter().copied().min().unwrap_or(authored_at))
                }
            };
            let committed_at = authored_at.max(self.commits[parent as usize].committed_at);
            let name = CommitName::Branch(pull, place as u32);
            let commit = self.commit(name, [Some(parent), None], authored_at, committed_at);
            self.commits[commit as usize].pushed_at = committed_at.max(life.created_at);
            made.push(commit);
        }
        let wanted = made[..count.min(made.len())].to_vec();
        self.heads.insert(pull, made);
        wanted
    }

    /// Where a branch begun at that time leaves its base.
    fn fork(&self, on_release: bool, at: i64) -> u32 {
        let release = self.release.as_ref().filter(|_| on_release);
        let step = release.and_then(|branch| Some(&branch.steps[branch.position_at(at)?]));
        step.map_or_else(|| self.lasting_head(at), |step| step.head)
    }

    /// What main was at, or stands on where that is dropped later.
    fn lasting_head(&self, at: i64) -> u32 {
        let head = self.main.steps[self.main.position_at(at).unwrap_or(0)].head;
        let commit = self.commits[head as usize];
        commit.parents[0].filter(|_| commit.dropped_at.is_some()).unwrap_or(head)
    }

    fn head(&self, on_release: bool) -> u32 {
        let branch = self.release.as_ref().filter(|_| on_release).unwrap_or(&self.main);
        branch.steps[branch.steps.len() - 1].head
    }

    fn step(&mut self, on_release: bool, at: i64, head: u32, brings: Vec<u32>) {
        let branch = self.release.as_mut().filter(|_| on_release).unwrap_or(&mut self.main);
        branch.steps.push(BranchStep { at, head, brings, is_reset: false });
    }

    /// Pull requests on main that the release branch has not got by merging main.
    fn take_main(&mut self) -> Vec<u32> {
        let steps = &self.main.steps[self.taken..];
        self.taken = self.main.steps.len();
        steps.iter().flat_map(|step| step.brings.iter().copied()).collect()
    }

    fn commit_other(&mut self, at: i64, parents: [Option<u32>; 2]) -> u32 {
        let name = CommitName::Other(self.repository, self.commits.len() as u32);
        self.commit(name, parents, at, at)
    }

    fn commit(&mut self, name: CommitName, parents: [Option<u32>; 2], authored_at: i64, committed_at: i64) -> u32 {
        let pushed_at = committed_at;
        self.commits.push(CommitLife {
            name,
            parents,
            authored_at,
            committed_at,
            pushed_at,
            picked_from: None,
            dropped_at: None,
        });
        (self.commits.len() - 1) as u32
    }
}
