//! Rollouts: deployments that reached production, each commit once for all of its environments; and attempts that failed.

use ahash::RandomState;
use hashbrown::{HashMap, HashSet};
use model::Instant;
use model::columns::{DeploymentOutcome, ObjectId, Raw, RunConclusion};
use model::names::comparable;

use super::repositories::Repository;
use super::services::{Evidence, Service, Services};
use crate::pull_requests::Stages;

/// Microseconds of an hour.
pub(super) const HOUR: i64 = 3_600_000_000;

/// What a deployment to production is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// It served something other than before.
    Change,
    /// The same commit as before, again; or a release of what was released before.
    Redeploy,
    /// Back to a commit that was served earlier.
    Rollback,
    /// It ended without ever serving users.
    FailedAttempt,
}

impl Kind {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Change => "change",
            Self::Redeploy => "redeploy",
            Self::Rollback => "rollback",
            Self::FailedAttempt => "failed_attempt",
        }
    }
}

/// Where a deployment is in the raw data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Row {
    Deployment(u32),
    Release(u32),
    /// The attempt of a run that decided.
    Run(u32),
}

/// A deployment to production that ended.
#[derive(Clone, Debug)]
pub(super) struct Rollout {
    /// The first success; of an attempt itself.
    pub(super) row: Row,
    /// Place of the repository.
    pub(super) repository: usize,
    /// Microseconds.
    pub(super) started: i64,
    /// First success, in microseconds.
    pub(super) succeeded: Option<i64>,
    /// First end, in microseconds.
    pub(super) finished: i64,
    pub(super) kind: Kind,
    /// The other deployments that it took up.
    pub(super) taken_up: Vec<u32>,
    /// The oldest commit that it ships, as whoever deployed says.
    pub(super) first_commit: Option<i64>,
    /// Of a release: the newest one before it that its commit holds; `None` where the graph does not tell.
    pub(super) made_from: Option<Row>,
}

impl Rollout {
    /// Whether it counts as a deployment, failed attempts aside.
    pub(super) fn counts(&self) -> bool {
        matches!(self.kind, Kind::Change | Kind::Rollback)
    }

    /// Whether it may put another one right, which comes before it: that is of the same repository and, of releases, the
    /// one that this is made from; a patch to an old line is not made from the newest one.
    pub(super) fn may_follow(&self, before: &Self) -> bool {
        self.repository == before.repository && self.made_from.is_none_or(|row| row == before.row)
    }

    /// Microseconds from the oldest commit that it ships to its success, as it was pushed; below 0 where clocks disagree.
    pub(super) fn pushed_lead(&self) -> Option<i64> {
        self.first_commit.zip(self.succeeded).filter(|_| self.counts()).map(|(first, succeeded)| succeeded - first)
    }

    /// The id of its first success.
    pub(super) fn id<'a>(&self, raw: &'a Raw) -> &'a [u8] {
        match self.row {
            Row::Deployment(row) => raw.deployments.id.bytes(row as usize),
            Row::Release(row) => raw.releases.id.bytes(row as usize),
            Row::Run(row) => raw.ci_runs.run_id.bytes(row as usize),
        }
    }

    /// The object id of its commit.
    pub(super) fn sha<'a>(&self, raw: &'a Raw) -> ObjectId<'a> {
        match self.row {
            Row::Deployment(row) => raw.deployments.sha.get(row as usize),
            Row::Release(row) => raw.releases.sha.get(row as usize),
            Row::Run(row) => raw.ci_runs.sha.get(row as usize),
        }
    }
}

/// What is common to the deployments of all services.
pub(super) struct Deploying<'a> {
    pub(super) raw: &'a Raw,
    pub(super) services: &'a Services<'a>,
    pub(super) stages: &'a [Option<Stages>],
    pub(super) rollout_hours: f64,
    pub(super) as_of: i64,
}

/// The rollouts of a service in one of its repositories, in order of their first success, and the attempts that failed, in
/// order of their end; as known at `as_of`. Kinds are still open: a rollout is a change, a redeploy of the very commit
/// before a redeploy.
pub(super) fn rollouts_of(
    deploying: &Deploying<'_>,
    service: &Service<'_>,
    place: usize,
    repository: &Repository,
) -> (Vec<Rollout>, Vec<Rollout>) {
    let Deploying { raw, services, stages, rollout_hours, as_of } = *deploying;
    match services.evidence(service, place) {
        Evidence::Deployments => {}
        Evidence::Releases => return (released(raw, place, repository, as_of), Vec::new()),
        Evidence::Runs => return from_runs(raw, service, place, repository, as_of),
    }
    let unmerged = UnmergedHeads::of(raw, repository, stages);
    let told_twice = ToldTwice::of(raw, repository);
    let columns = &raw.deployments;
    let by_now = |at: Option<Instant>| at.map(Instant::micros).filter(|at| *at <= as_of);
    let (mut successes, mut attempts) = (Vec::new(), Vec::new());
    for row in repository.deployments.iter().copied() {
        let at = row as usize;
        let Some(created) = by_now(columns.created_at.get(at)) else { continue };
        if !services.is_production(raw, service, at) || unmerged.has(columns.sha.get(at), created) {
            continue;
        }
        if told_twice.is_pushed(row) {
            continue;
        }
        let started = by_now(columns.started_at.get(at)).unwrap_or(created);
        let new = |kind, succeeded: Option<i64>, finished| Rollout {
            row: Row::Deployment(row),
            repository: place,
            started,
            succeeded,
            finished,
            kind,
            taken_up: told_twice.pushed(row).collect(),
            first_commit: told_twice.first_commit(raw, row),
            made_from: None,
        };
        let is_success = columns.outcome[at] == Some(DeploymentOutcome::Success);
        let succeeded = columns.succeeded_at.get(at).or_else(|| columns.finished_at.get(at).filter(|_| is_success));
        // The provider may not have been told how it ended.
        let of_pushed = |row: u32| columns.succeeded_at.get(row as usize);
        let succeeded = succeeded.or_else(|| told_twice.pushed(row).filter_map(of_pushed).min());
        if let Some(succeeded) = by_now(succeeded) {
            successes.push(new(Kind::Change, Some(succeeded), succeeded));
            continue;
        }
        let succeeds_later = succeeded.is_some();
        if let Some(finished) = by_now(columns.finished_at.get(at))
            && (succeeds_later || columns.outcome[at] == Some(DeploymentOutcome::Failure))
        {
            attempts.push(new(Kind::FailedAttempt, None, finished));
        }
    }
    let order = |rollout: &Rollout| {
        let Row::Deployment(row) = rollout.row else { return (0, 0, &[][..]) };
        let created = columns.created_at.micros(row as usize);
        (rollout.succeeded.unwrap_or(rollout.finished), created, columns.id.bytes(row as usize))
    };
    successes.sort_by(|one, other| order(one).cmp(&order(other)));
    attempts.sort_by(|one, other| order(one).cmp(&order(other)));
    (taken_up(raw, successes, (rollout_hours * HOUR as f64) as i64), attempts)
}

/// Successes of one commit without another between are one rollout while they reach new environments, or come from the
/// same run; what else there is of that commit are redeploys.
fn taken_up(raw: &Raw, successes: Vec<Rollout>, window: i64) -> Vec<Rollout> {
    let columns = &raw.deployments;
    let mut rollouts: Vec<Rollout> = Vec::with_capacity(successes.len());
    // The rollout of the present commit and its redeploys: each may take up more.
    let mut open: Vec<Open<'_>> = Vec::new();
    for success in successes {
        let Row::Deployment(row) = success.row else { continue };
        let (environment, run) = (columns.environment[row as usize], columns.run_id.bytes(row as usize));
        let sha = success.sha(raw);
        if open.first().is_some_and(|first| sha.is_empty() || rollouts[first.place].sha(raw) != sha) {
            open.clear();
        }
        let takes_up = |open: &&mut Open<'_>| {
            let since = success.finished - rollouts[open.place].finished;
            let is_of_run = !run.is_empty() && open.runs.contains(&run);
            since <= window && (is_of_run || !open.environments.contains(&environment))
        };
        if let Some(open) = open.iter_mut().find(takes_up) {
            let rollout = &mut rollouts[open.place];
            rollout.started = rollout.started.min(success.started);
            rollout.taken_up.push(row);
            rollout.taken_up.extend(success.taken_up);
            rollout.first_commit = [rollout.first_commit, success.first_commit].into_iter().flatten().min();
            open.environments.insert(environment);
            open.runs.insert(run);
            continue;
        }
        let kind = if open.is_empty() { Kind::Change } else { Kind::Redeploy };
        // A redeploy takes up the other environments that the same commit is deployed to again.
        open.truncate(1);
        open.push(Open {
            place: rollouts.len(),
            environments: [environment].into_iter().collect(),
            runs: [run].into_iter().collect(),
        });
        rollouts.push(Rollout { kind, ..success });
    }
    rollouts
}

/// A rollout that may take up more successes.
struct Open<'a> {
    place: usize,
    /// The environments that it has reached.
    environments: HashSet<u32, RandomState>,
    runs: HashSet<&'a [u8], RandomState>,
}

/// Published releases that are ready for production, each a rollout.
fn released(raw: &Raw, place: usize, repository: &Repository, as_of: i64) -> Vec<Rollout> {
    let columns = &raw.releases;
    let published = |row: &u32| {
        let at = *row as usize;
        let published = columns.published_at.get(at)?.micros();
        let counts = published <= as_of && !columns.draft[at] && !columns.prerelease[at];
        counts.then_some((published, columns.id.bytes(at), *row))
    };
    let mut rows: Vec<(i64, &[u8], u32)> = repository.releases.iter().filter_map(published).collect();
    rows.sort_unstable();
    let rollouts = rows.into_iter().map(|(published, _, row)| Rollout {
        row: Row::Release(row),
        repository: place,
        started: published,
        succeeded: Some(published),
        finished: published,
        kind: Kind::Change,
        taken_up: Vec::new(),
        first_commit: None,
        made_from: None,
    });
    with_redeploys(raw, rollouts.collect())
}

/// Rollouts in the order of their success, each of which serves all users: that of the very commit before is a redeploy.
fn with_redeploys(raw: &Raw, mut rollouts: Vec<Rollout>) -> Vec<Rollout> {
    for place in 1..rollouts.len() {
        let sha = rollouts[place].sha(raw);
        if !sha.is_empty() && sha == rollouts[place - 1].sha(raw) {
            rollouts[place].kind = Kind::Redeploy;
        }
    }
    rollouts
}

/// Runs of the workflows of a service, each a rollout once an attempt has succeeded, and those that failed without. What a
/// later attempt does undoes no success.
fn from_runs(
    raw: &Raw,
    service: &Service<'_>,
    place: usize,
    repository: &Repository,
    as_of: i64,
) -> (Vec<Rollout>, Vec<Rollout>) {
    let columns = &raw.ci_runs;
    let by_now = |at: Option<Instant>| at.map(Instant::micros).filter(|at| *at <= as_of);
    let (mut successes, mut attempts) = (Vec::new(), Vec::new());
    let is_one = |a: &u32, b: &u32| columns.run_id.bytes(*a as usize) == columns.run_id.bytes(*b as usize);
    for of_run in repository.runs.chunk_by(is_one) {
        let ended = of_run.iter().filter_map(|row| {
            let at = *row as usize;
            if !Services::is_deploying(raw, service, at) {
                return None;
            }
            Some((columns.conclusion[at]?, by_now(columns.finished_at.get(at))?, *row))
        });
        let ended: Vec<(RunConclusion, i64, u32)> = ended.collect();
        let first = |is_it: &dyn Fn(RunConclusion) -> bool| {
            ended.iter().filter(|(conclusion, ..)| is_it(*conclusion)).min_by_key(|(_, finished, _)| *finished)
        };
        let success = first(&|conclusion| conclusion == RunConclusion::Success);
        let Some((_, finished, row)) = success.or_else(|| first(&is_failure)).copied() else { continue };
        let started = by_now(columns.started_at.get(row as usize)).unwrap_or(finished);
        let rollout = Rollout {
            row: Row::Run(row),
            repository: place,
            started,
            succeeded: success.map(|_| finished),
            finished,
            kind: if success.is_some() { Kind::Change } else { Kind::FailedAttempt },
            taken_up: Vec::new(),
            first_commit: None,
            made_from: None,
        };
        if success.is_some() { &mut successes } else { &mut attempts }.push(rollout);
    }
    let order = |one: &Rollout, other: &Rollout| (one.finished, one.id(raw)).cmp(&(other.finished, other.id(raw)));
    successes.sort_by(order);
    attempts.sort_by(order);
    (with_redeploys(raw, successes), attempts)
}

/// Whether a run that ended so has failed; one that was called off or had nothing to do has not.
fn is_failure(conclusion: RunConclusion) -> bool {
    matches!(conclusion, RunConclusion::Failure | RunConclusion::TimedOut | RunConclusion::StartupFailure)
}

/// Microseconds between a deployment as its provider tells it and as it was pushed.
const TOLD_TWICE: i64 = 10 * 60_000_000;

/// Deployments that were pushed and that a provider tells, too: the provider's are those that count.
#[derive(Default)]
pub(super) struct ToldTwice {
    pushed: HashSet<u32, RandomState>,
    by_told: HashMap<u32, Vec<u32>, RandomState>,
}

impl ToldTwice {
    /// Of one commit to one environment, within minutes.
    pub(super) fn of(raw: &Raw, repository: &Repository) -> Self {
        let columns = &raw.deployments;
        let is_pushed = |row: &u32| !raw.dictionary.text(columns.service[*row as usize]).is_empty();
        let (pushed, told): (Vec<u32>, Vec<u32>) = repository.deployments.iter().partition(|row| is_pushed(row));
        if pushed.is_empty() || told.is_empty() {
            return Self::default();
        }
        let when = |row: u32| {
            let row = row as usize;
            let ended = columns.succeeded_at.get(row).or_else(|| columns.finished_at.get(row));
            ended.or_else(|| columns.created_at.get(row)).map(Instant::micros)
        };
        let environment = |row: u32| comparable(&raw.dictionary.text(columns.environment[row as usize]));
        let mut by_sha: HashMap<ObjectId<'_>, Vec<u32>, RandomState> = HashMap::default();
        for row in told {
            by_sha.entry(columns.sha.get(row as usize)).or_default().push(row);
        }
        let provider = |pushed: &u32| {
            let sha = columns.sha.get(*pushed as usize);
            let told = by_sha.get(&sha).filter(|_| !sha.is_empty())?;
            let apart = |told: u32| Some((when(told)? - when(*pushed)?).abs()).filter(|apart| *apart <= TOLD_TWICE);
            let same = told.iter().filter(|told| environment(**told) == environment(*pushed));
            same.filter_map(|told| Some((apart(*told)?, *told))).min().map(|(_, told)| (*pushed, told))
        };
        let mut told_twice = Self::default();
        for (pushed, told) in pushed.iter().filter_map(provider) {
            told_twice.pushed.insert(pushed);
            told_twice.by_told.entry(told).or_default().push(pushed);
        }
        told_twice
    }

    /// Whether a row was pushed of what a provider tells.
    fn is_pushed(&self, row: u32) -> bool {
        self.pushed.contains(&row)
    }

    /// What was pushed of a provider's row.
    pub(super) fn pushed(&self, row: u32) -> impl Iterator<Item = u32> {
        self.by_told.get(&row).into_iter().flatten().copied()
    }

    /// The oldest commit that a row ships, as it or what was pushed of it says.
    fn first_commit(&self, raw: &Raw, row: u32) -> Option<i64> {
        let rows = [row].into_iter().chain(self.pushed(row));
        rows.filter_map(|row| raw.deployments.first_commit_at.get(row as usize)).map(Instant::micros).min()
    }
}

/// The heads of pull requests, with when each was merged.
struct UnmergedHeads<'a>(HashMap<ObjectId<'a>, i64, RandomState>);

impl<'a> UnmergedHeads<'a> {
    /// What is merged back from the default branch into another one is deployed all the same.
    fn of(raw: &'a Raw, repository: &Repository, stages: &[Option<Stages>]) -> Self {
        let columns = &raw.pull_requests;
        let mut heads: HashMap<ObjectId<'_>, i64, RandomState> = HashMap::default();
        for row in repository.pull_requests.iter().map(|row| *row as usize) {
            let head = columns.head_sha.get(row);
            let is_back = columns.head_branch.bytes(row) == repository.default_branch.as_bytes();
            if !head.is_empty() && !is_back {
                let merged = stages[row].and_then(|stages| stages.merged.get()).unwrap_or(i64::MAX);
                let known = heads.entry(head).or_insert(merged);
                *known = (*known).min(merged);
            }
        }
        Self(heads)
    }

    /// Whether a commit was the head of a pull request that was not merged then.
    fn has(&self, sha: ObjectId<'_>, at: i64) -> bool {
        self.0.get(&sha).is_some_and(|merged| at < *merged)
    }
}
