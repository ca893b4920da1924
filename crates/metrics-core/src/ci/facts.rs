//! Runs of workflows, their attempts and jobs, and what became of each.

use std::borrow::Cow;

use ahash::RandomState;
use chrono::Datelike as _;
use hashbrown::{HashMap, HashSet};
use model::Instant;
use model::columns::{ObjectId, Raw};
use model::gitlab::is_pipeline;
use model::kinds::{RunConclusion, Runner};
use model::records::host_or_usual;
use model::rules::Rules;

use super::hosts::Hosts;
use super::prices::{Ask, Forge, Machine, Price, PriceBook, is_self_hosted, micro_minutes};
use super::workflows::{Repository, Workflow, Workflows};
use crate::selection::Chosen;

/// Where nothing of a pipeline runs or waits for so long, somebody started what follows.
const PAUSE: i64 = 600_000_000;
/// Event of the pipelines of GitLab that another one starts: they are no runs of their own, but their jobs are jobs.
const CHILD: &str = "parent_pipeline";

/// Everything that the tables of CI rest on, as known at an instant.
pub(super) struct Facts {
    pub(super) repositories: Vec<Repository>,
    pub(super) workflows: Vec<Workflow>,
    /// Runs that have ended.
    pub(super) runs: Vec<Run>,
    /// Waits, in minutes: see [`Run::waits`].
    pub(super) waits: Vec<f64>,
    /// Commits on which workflows decided, a row for each run that did.
    pub(super) decided: Vec<Decided>,
    /// Commits on which workflows failed and then succeeded with nothing changed: the workflow, and when it succeeded.
    pub(super) flaky: Vec<(u32, i64)>,
    pub(super) jobs: Vec<Job>,
    pub(super) prices: Vec<Price>,
}

/// Of which branches runs count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Branches {
    All,
    Default,
}

/// A run that has ended, by its last attempt.
pub(super) struct Run {
    /// Row of that attempt.
    pub(super) row: u32,
    /// Place of its workflow.
    pub(super) workflow: u32,
    /// When it ended; a pipeline for the first time.
    pub(super) ended: i64,
    pub(super) outcome: Outcome,
    /// Whether it succeeded at the first try; `None` where the first try decided nothing or is not known.
    pub(super) first_try: Option<bool>,
    /// Whether it was started again, or a job of it after it failed.
    pub(super) is_retried: bool,
    /// Whether only machines failed, of a run that failed.
    pub(super) is_of_machines: bool,
    /// How long it took, in minutes, where it succeeded or failed.
    pub(super) minutes: Option<f64>,
    /// Places among [`Facts::waits`]: from its begin to its first job; of each job of a pipeline.
    pub(super) waits: std::ops::Range<u32>,
}

/// What became of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Succeeded,
    Failed,
    Cancelled,
    Other,
}

impl Outcome {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Other => "other",
        }
    }

    fn of(conclusion: Option<RunConclusion>) -> Self {
        match conclusion {
            Some(RunConclusion::Success) => Self::Succeeded,
            Some(RunConclusion::Failure | RunConclusion::TimedOut | RunConclusion::StartupFailure) => Self::Failed,
            Some(RunConclusion::Cancelled) => Self::Cancelled,
            _ => Self::Other,
        }
    }

    fn is_decided(self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed)
    }
}

/// A commit on which a run of a workflow succeeded or failed, for one event.
pub(super) struct Decided {
    pub(super) workflow: u32,
    pub(super) commit: u32,
    /// When the run ended.
    pub(super) at: i64,
}

/// A job that has ended.
pub(super) struct Job {
    pub(super) workflow: u32,
    /// Number of the commit, workflow and event that it ran for.
    pub(super) commit: u32,
    /// Code of its name.
    pub(super) name: u32,
    /// Row of the run, for its address.
    pub(super) run_row: u32,
    pub(super) outcome: Outcome,
    pub(super) part: Part,
    pub(super) began: i64,
    pub(super) ended: i64,
    /// Place among [`Facts::prices`]; `None` where it has none.
    pub(super) price: Option<u16>,
    /// Micro-minutes that are charged, or that it ran, where it has no price.
    pub(super) minutes: i64,
    /// Micro-minutes that it ran.
    pub(super) ran: i64,
    /// Whether it ran on a machine of GitHub's, as far as is known, whose labels do not say of which kind: what is billed
    /// for larger ones is called by their kind.
    pub(super) may_be_larger: bool,
}

/// What the money for a job was spent on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Part {
    Useful,
    Flaky,
    Failed,
    Cancelled,
    Retried,
}

/// What a job is charged for: the place of its price, and micro-minutes.
struct Charge {
    price: Option<u16>,
    minutes: i64,
    ran: i64,
    may_be_larger: bool,
}

/// Where the jobs of a run belong.
#[derive(Clone, Copy)]
struct Place {
    workflow: u32,
    commit: u32,
    /// Row of its first attempt.
    row: usize,
    is_pipeline: bool,
}

/// A row of `ci_job`, as far as it is needed to judge it.
#[derive(Clone, Copy)]
struct JobRow {
    row: u32,
    attempt: i64,
    name: u32,
    began: i64,
    ended: i64,
    outcome: Outcome,
}

impl JobRow {
    /// Whether it ran for any time: jobs that are skipped begin and end at once.
    fn ran(&self) -> bool {
        self.began < self.ended
    }
}

/// The jobs of an attempt, of jobs in order of attempts.
fn of_attempt(jobs: &[JobRow], attempt: i64) -> &[JobRow] {
    let from = jobs.partition_point(|job| job.attempt < attempt);
    let to = jobs.partition_point(|job| job.attempt <= attempt);
    &jobs[from..to]
}

/// When the last of some jobs ended that ran.
fn last_end(jobs: &[JobRow]) -> Option<i64> {
    jobs.iter().filter(|job| job.ran()).map(|job| job.ended).max()
}

/// An attempt that ended one way or the other, or a job that was started again.
struct Decision {
    /// Commit, by its place.
    commit: u32,
    at: i64,
    /// The same for its period.
    ended: i64,
    is_green: bool,
    /// Whether it is of a run, and not of a pipeline that another one started.
    is_of_run: bool,
    /// Whether its jobs are known.
    has_jobs: bool,
}

impl Facts {
    pub(super) fn of(raw: &Raw, rules: &Rules, as_of: Instant, chosen: &Chosen, branches: Branches) -> Self {
        Gathering::new(raw, rules, as_of.micros(), chosen, branches).gather()
    }
}

struct Gathering<'a> {
    raw: &'a Raw,
    hosts: Hosts,
    as_of: i64,
    workflows: Workflows<'a>,
    book: PriceBook<'a>,
    /// Rows of attempts, those of a run behind each other, by number.
    attempts: Vec<u32>,
    /// Rows of jobs by run: see [`Gathering::jobs_of`].
    jobs: Vec<u32>,
    runs: Vec<Run>,
    waits: Vec<f64>,
    decided: Vec<Decided>,
    decisions: Vec<Decision>,
    /// Commit by workflow, event and object id.
    commits: HashMap<(u32, u32, ObjectId<'a>), u32, RandomState>,
    /// Workflow of each commit.
    workflow_of_commit: Vec<u32>,
    judged: Vec<Job>,
    /// Runs that a deployment names: a wait for an approval looks like one for a machine.
    deploying: HashSet<(u32, Cow<'a, [u8]>), RandomState>,
    /// For each commit when a job of a pipeline failed first that was green when it was started again.
    restarted: HashMap<u32, i64, RandomState>,
}

impl<'a> Gathering<'a> {
    fn new(raw: &'a Raw, rules: &'a Rules, as_of: i64, chosen: &'a Chosen, branches: Branches) -> Self {
        let (columns, hosts) = (&raw.ci_runs, Hosts::of(raw));
        let is_known = |row: &u32| columns.created_at.micros(*row as usize) <= as_of;
        let mut attempts: Vec<u32> = (0..columns.run_id.len() as u32).filter(is_known).collect();
        let key = |row: &u32| {
            let row = *row as usize;
            (columns.run_id.bytes(row), hosts.one(columns.host[row]), columns.attempt[row])
        };
        attempts.sort_unstable_by(|one, other| key(one).cmp(&key(other)));
        // Workflows have one name, whichever of their runs count.
        let workflows = Workflows::of(raw, hosts, chosen, &attempts);
        attempts.retain(|row| branches == Branches::All || columns.default_branch[*row as usize]);
        Self {
            raw,
            hosts,
            as_of,
            workflows,
            book: PriceBook::new(&rules.ci),
            jobs: jobs_in_order(raw, hosts, as_of),
            attempts,
            runs: Vec::new(),
            waits: Vec::new(),
            decided: Vec::new(),
            decisions: Vec::new(),
            commits: HashMap::default(),
            workflow_of_commit: Vec::new(),
            judged: Vec::new(),
            deploying: deploying(raw, hosts),
            restarted: HashMap::default(),
        }
    }

    fn gather(mut self) -> Facts {
        let attempts = std::mem::take(&mut self.attempts);
        let jobs = std::mem::take(&mut self.jobs);
        let (columns, hosts) = (&self.raw.ci_runs, self.hosts);
        let host = |row: usize| hosts.one(columns.host[row]);
        let same = |one: u32, other: u32| {
            let (one, other) = (one as usize, other as usize);
            host(one) == host(other) && columns.run_id.bytes(one) == columns.run_id.bytes(other)
        };
        let mut next_job = 0;
        for run in attempts.chunk_by(|one, other| same(*one, *other)) {
            let own = self.jobs_of(&jobs, &mut next_job, run[0]);
            self.run(run, own);
        }
        self.finish()
    }

    /// The jobs of a run: both are in the same order, and jobs of unknown runs are passed over.
    fn jobs_of<'j>(&self, jobs: &'j [u32], next: &mut usize, run: u32) -> &'j [u32] {
        let (columns, run_columns) = (&self.raw.ci_jobs, &self.raw.ci_runs);
        let key = (run_columns.run_id.bytes(run as usize), self.hosts.one(run_columns.host[run as usize]));
        let key_of = |job: u32| (columns.run_id.bytes(job as usize), self.hosts.one(columns.host[job as usize]));
        while *next < jobs.len() && key_of(jobs[*next]) < key {
            *next += 1;
        }
        let start = *next;
        while *next < jobs.len() && key_of(jobs[*next]) == key {
            *next += 1;
        }
        &jobs[start..*next]
    }

    fn run(&mut self, attempts: &[u32], jobs: &[u32]) {
        let first = attempts[0] as usize;
        let Some(workflow) = self.workflows.place(first) else { return };
        let columns = &self.raw.ci_runs;
        let is_pipeline = is_pipeline(&columns.run_id.text(first));
        let is_child = &*self.raw.dictionary.text(columns.event[first]) == CHILD;
        let commit = self.commit(workflow, first);
        let mut rows: Vec<JobRow> = jobs.iter().map(|row| self.job_row(*row)).collect();
        rows.sort_unstable_by_key(|job| (job.attempt, job.began, job.ended, job.name, job.row));
        self.judge_jobs(Place { workflow, commit, row: first, is_pipeline }, &rows);
        // Of the last attempt, once it has ended: when, how, and its jobs.
        let mut last = None;
        for row in attempts.iter().map(|row| *row as usize) {
            let of_attempt = of_attempt(&rows, columns.attempt[row]);
            let ended = self.ended(row, is_pipeline, of_attempt);
            let outcome = Outcome::of(columns.conclusion[row]);
            last = ended.map(|(ended, _)| (row, ended, outcome, of_attempt));
            if let Some((ended, at)) = ended.filter(|_| outcome.is_decided()) {
                let is_green = outcome == Outcome::Succeeded;
                let (is_of_run, has_jobs) = (!is_child, !of_attempt.is_empty());
                self.decisions.push(Decision { commit, at, ended, is_green, is_of_run, has_jobs });
            }
        }
        let Some((last, ended, outcome, of_attempt)) = last.filter(|_| !is_child) else { return };
        if outcome.is_decided() {
            self.decided.push(Decided { workflow, commit, at: ended });
        }
        let from = self.waits.len() as u32;
        if is_pipeline {
            self.waits_of_jobs(of_attempt);
        } else {
            let run = (self.hosts.one(columns.host[last]), columns.run_id.bytes(last).into());
            if !self.deploying.contains(&run) {
                self.wait_of_attempt(last, of_attempt);
            }
        }
        let to = self.waits.len() as u32;
        let run = Run {
            row: last as u32,
            workflow,
            ended,
            outcome,
            first_try: if is_pipeline {
                outcome.is_decided().then(|| !self.has_red_first(of_attempt))
            } else {
                self.first_try(attempts)
            },
            is_retried: columns.attempt[last] > 1 || self.is_restarted(of_attempt),
            is_of_machines: outcome == Outcome::Failed && self.is_of_machines(last, of_attempt),
            // What could not begin took no time.
            minutes: (outcome.is_decided() && columns.conclusion[last] != Some(RunConclusion::StartupFailure))
                .then(|| self.minutes(last, is_pipeline, of_attempt))
                .flatten(),
            waits: from..to,
        };
        self.runs.push(run);
    }

    /// When an attempt ended, for its period and for what came after it; `None` while it runs.
    fn ended(&self, row: usize, is_pipeline: bool, jobs: &[JobRow]) -> Option<(i64, i64)> {
        let columns = &self.raw.ci_runs;
        if columns.conclusion[row] == Some(RunConclusion::None) {
            return None;
        }
        let told = columns.finished_at.get(row).map(Instant::micros);
        let last = last_end(jobs);
        let first = if is_pipeline { self.first_end(jobs) } else { last };
        let ended = first.or(told)?;
        (ended <= self.as_of && told.is_none_or(|told| told <= self.as_of))
            .then(|| (ended, last.or(told).unwrap_or(ended)))
    }

    /// When the jobs of a pipeline had ended for the first time: before a pause that somebody ended.
    fn first_end(&self, jobs: &[JobRow]) -> Option<i64> {
        let mut end: Option<i64> = None;
        for job in jobs {
            let waited = self.raw.ci_jobs.queued_ms.get(job.row as usize).unwrap_or_default() * 1_000;
            match end {
                Some(end) if job.began - waited > end + PAUSE => return Some(end),
                known => end = known.max(Some(job.ended)),
            }
        }
        end
    }

    fn job_row(&self, row: u32) -> JobRow {
        let columns = &self.raw.ci_jobs;
        let at = row as usize;
        let ended = columns.finished_at.micros(at);
        JobRow {
            row,
            attempt: columns.attempt[at].max(1),
            name: columns.name[at],
            began: columns.started_at.get(at).map_or(ended, Instant::micros),
            ended,
            outcome: Outcome::of(columns.conclusion[at]),
        }
    }

    fn commit(&mut self, workflow: u32, row: usize) -> u32 {
        let columns = &self.raw.ci_runs;
        let key = (workflow, columns.event[row], columns.sha.get(row));
        let next = self.workflow_of_commit.len() as u32;
        let place = *self.commits.entry(key).or_insert(next);
        if place == next {
            self.workflow_of_commit.push(workflow);
        }
        place
    }

    fn is_red(&self, job: &JobRow) -> bool {
        job.outcome == Outcome::Failed && !self.raw.ci_jobs.allow_failure[job.row as usize]
    }

    fn is_retried(&self, job: &JobRow) -> bool {
        self.raw.ci_jobs.retried[job.row as usize]
    }

    /// Whether a job of the attempt was started again since it had not succeeded. One that had, a deployment for example,
    /// repairs nothing.
    fn is_restarted(&self, jobs: &[JobRow]) -> bool {
        jobs.iter().any(|job| self.is_retried(job) && job.outcome != Outcome::Succeeded)
    }

    /// Whether a job that matters failed when it first ran.
    fn has_red_first(&self, jobs: &[JobRow]) -> bool {
        let is_first = |job: &JobRow| !jobs.iter().any(|other| other.name == job.name && other.began < job.began);
        jobs.iter().any(|job| self.is_red(job) && is_first(job))
    }

    /// Whether the first attempt of a run succeeded; `None` where it is not stored, or decided nothing.
    fn first_try(&self, attempts: &[u32]) -> Option<bool> {
        let columns = &self.raw.ci_runs;
        let first = attempts.iter().map(|row| *row as usize).find(|row| columns.attempt[*row] == 1)?;
        let outcome = Outcome::of(columns.conclusion[first]);
        outcome.is_decided().then_some(outcome == Outcome::Succeeded)
    }

    /// Whether nothing but machines failed: the provider's word for the run, or for each of its failed jobs.
    fn is_of_machines(&self, row: usize, jobs: &[JobRow]) -> bool {
        if self.raw.ci_runs.conclusion[row] != Some(RunConclusion::Failure) {
            return true;
        }
        let mut failed = jobs.iter().filter(|job| self.is_red(job) && !self.is_retried(job)).peekable();
        failed.peek().is_some() && failed.all(|job| self.is_of_machine(job))
    }

    fn is_of_machine(&self, job: &JobRow) -> bool {
        let columns = &self.raw.ci_jobs;
        let row = job.row as usize;
        let reason = self.raw.dictionary.text(columns.failure_reason[row]);
        columns.conclusion[row] == Some(RunConclusion::TimedOut)
            || columns.conclusion[row] == Some(RunConclusion::StartupFailure)
            || REASONS_OF_MACHINES.contains(&&*reason)
    }

    /// How long an attempt took: from its begin to the end of its last job; of a pipeline the time in which any of its
    /// last jobs ran.
    fn minutes(&self, row: usize, is_pipeline: bool, jobs: &[JobRow]) -> Option<f64> {
        let columns = &self.raw.ci_runs;
        let began = columns.started_at.get(row).map(Instant::micros)?;
        let micros = if is_pipeline && !jobs.is_empty() {
            let mut covered: Option<(i64, i64)> = None;
            for job in jobs.iter().filter(|job| job.ran() && !self.is_retried(job)) {
                covered = Some(match covered {
                    None => (job.ended - job.began, job.ended),
                    Some((sum, until)) => (sum + (job.ended - job.began.max(until)).max(0), until.max(job.ended)),
                });
            }
            covered?.0
        } else {
            last_end(jobs).or(columns.finished_at.get(row).map(Instant::micros))? - began
        };
        (micros >= 0).then_some(micros as f64 / 60e6)
    }

    fn wait_of_attempt(&mut self, row: usize, jobs: &[JobRow]) {
        let Some(began) = self.raw.ci_runs.started_at.get(row).map(Instant::micros) else { return };
        let begins = jobs.iter().filter(|job| job.ran()).map(|job| job.began);
        if let Some(first) = begins.filter(|first| *first >= began).min() {
            self.waits.push((first - began) as f64 / 60e6);
        }
    }

    fn waits_of_jobs(&mut self, jobs: &[JobRow]) {
        let queued = |job: &JobRow| self.raw.ci_jobs.queued_ms.get(job.row as usize);
        let waits = jobs.iter().filter_map(queued).map(|queued| queued as f64 / 60e3);
        self.waits.extend(waits);
    }

    /// What each job cost, and on what that was spent, as far as the run itself says so.
    fn judge_jobs(&mut self, place: Place, jobs: &[JobRow]) {
        // Jobs of one name in one attempt are two jobs of a workflow, and two tries of a job of a pipeline.
        let is_before = |one: &JobRow, other: &JobRow| {
            one.name == other.name && (one.attempt < other.attempt || place.is_pipeline && one.began < other.began)
        };
        for (at, job) in jobs.iter().enumerate() {
            let before = || jobs[..at].iter().filter(|other| is_before(other, job));
            // A part of a run that is started again lists what was green before once more.
            if before().any(|other| other.began == job.began) {
                continue;
            }
            let is_green = |other: &JobRow| other.outcome == Outcome::Succeeded;
            let is_green_later = || jobs[at + 1..].iter().any(|other| is_before(job, other) && is_green(other));
            let part = match job.outcome {
                Outcome::Cancelled => Part::Cancelled,
                // Whether it was flaky, its commit tells.
                Outcome::Failed => Part::Failed,
                Outcome::Succeeded if before().any(is_green) => Part::Retried,
                Outcome::Succeeded | Outcome::Other => Part::Useful,
            };
            if place.is_pipeline && self.is_red(job) && is_green_later() {
                let first = self.restarted.entry(place.commit).or_insert(job.ended);
                *first = job.ended.min(*first);
            }
            let Charge { price, minutes, ran, may_be_larger } = self.charge(place, job);
            self.judged.push(Job {
                workflow: place.workflow,
                commit: place.commit,
                name: job.name,
                run_row: place.row as u32,
                outcome: job.outcome,
                part,
                began: job.began,
                ended: job.ended,
                price,
                minutes,
                ran,
                may_be_larger,
            });
        }
    }

    /// The price of a job and the minutes that it is charged for.
    fn charge(&self, place: Place, job: &JobRow) -> Charge {
        let columns = &self.raw.ci_jobs;
        let row = job.row as usize;
        let told = columns.duration_ms.get(row);
        let milliseconds = told.unwrap_or((job.ended - job.began) / 1_000).max(0);
        if columns.conclusion[row] == Some(RunConclusion::Skipped) {
            return Charge { price: None, minutes: 0, ran: 0, may_be_larger: false };
        }
        let ran = micro_minutes(milliseconds);
        let host = self.raw.dictionary.text(columns.host[row]);
        let forge = match host_or_usual(&host) {
            "gitlab.com" => Forge::GitlabCom,
            _ if place.is_pipeline => Forge::GitlabServer,
            _ => Forge::Github,
        };
        let runs_on = match columns.runner[row] {
            Some(Runner::Hosted) => Machine::Hosted,
            Some(Runner::SelfHosted) => Machine::Own,
            _ => Machine::Unknown,
        };
        let day = Instant::from_micros(job.began).to_chrono().map_or(0, |at| at.num_days_from_ce());
        let is_public = self.workflows.is_public(place.workflow);
        let ask = Ask { labels: columns.labels[row], runs_on, forge, day, is_public };
        let labels = self.raw.dictionary.text(columns.labels[row]);
        let is_own = runs_on == Machine::Own || labels.split(';').any(is_self_hosted);
        let may_be_larger = forge == Forge::Github && !is_own;
        match self.book.price(ask, &labels) {
            Some(price) => {
                let may_be_larger = may_be_larger && !self.book.has_sku(price);
                Charge { price: Some(price), minutes: self.book.minutes(price, milliseconds), ran, may_be_larger }
            }
            None => Charge { price: None, minutes: ran, ran, may_be_larger },
        }
    }

    fn finish(mut self) -> Facts {
        self.decisions.sort_unstable_by_key(|decision| (decision.commit, decision.at, decision.is_green));
        let mut flaky = Vec::new();
        // When a commit was green last in an attempt of which no jobs are known.
        let mut bare_greens: HashMap<u32, i64, RandomState> = HashMap::default();
        for decisions in self.decisions.chunk_by(|one, other| one.commit == other.commit) {
            let commit = decisions[0].commit;
            if let Some(green) = decisions.iter().rfind(|decision| decision.is_green && !decision.has_jobs) {
                bare_greens.insert(commit, green.at);
            }
            if !decisions[0].is_of_run {
                continue;
            }
            let first_red = decisions.iter().find(|decision| !decision.is_green).map(|decision| decision.at);
            let first_red = [first_red, self.restarted.get(&commit).copied()].into_iter().flatten().min();
            let green = decisions.iter().find(|it| it.is_green && first_red.is_some_and(|red| red < it.at));
            flaky.extend(green.map(|green| (self.workflow_of_commit[commit as usize], green.ended)));
        }
        let mut jobs = self.judged;
        let red = jobs.iter().filter(|job| job.part == Part::Failed).map(|job| job.commit);
        let red: HashSet<u32, RandomState> = red.collect();
        let mut greens: HashMap<(u32, u32), i64, RandomState> = HashMap::default();
        for job in jobs.iter().filter(|job| job.outcome == Outcome::Succeeded && red.contains(&job.commit)) {
            let last = greens.entry((job.commit, job.name)).or_insert(job.began);
            *last = job.began.max(*last);
        }
        for job in jobs.iter_mut().filter(|job| job.part == Part::Failed) {
            let is_green_later = greens.get(&(job.commit, job.name)).is_some_and(|began| *began > job.began);
            if is_green_later || bare_greens.get(&job.commit).is_some_and(|green| *green > job.ended) {
                job.part = Part::Flaky;
            }
        }
        let (repositories, workflows) = self.workflows.into_parts();
        Facts {
            repositories,
            workflows,
            runs: self.runs,
            waits: self.waits,
            decided: self.decided,
            flaky,
            jobs,
            prices: self.book.into_prices(),
        }
    }
}

/// The runs that deployments name, by the codes of their hosts.
fn deploying(raw: &Raw, hosts: Hosts) -> HashSet<(u32, Cow<'_, [u8]>), RandomState> {
    let columns = &raw.deployments;
    let run = |row: usize| (hosts.one(columns.host[row]), columns.run_id.bytes(row).into());
    (0..columns.run_id.len()).map(run).collect()
}

/// GitLab's words for jobs that failed without having done anything wrong.
const REASONS_OF_MACHINES: [&str; 8] = [
    "runner_system_failure",
    "stuck_or_timeout_failure",
    "job_execution_timeout",
    "runner_unsupported",
    "scheduler_failure",
    "data_integrity_failure",
    "api_failure",
    "stale_schedule",
];

/// Rows of the jobs that have ended, in order of their runs.
fn jobs_in_order(raw: &Raw, hosts: Hosts, as_of: i64) -> Vec<u32> {
    let columns = &raw.ci_jobs;
    let is_over = |row: &u32| columns.finished_at.get(*row as usize).is_some_and(|at| at.micros() <= as_of);
    let mut jobs: Vec<u32> = (0..columns.run_id.len() as u32).filter(is_over).collect();
    let key = |row: &u32| (columns.run_id.bytes(*row as usize), hosts.one(columns.host[*row as usize]));
    jobs.sort_by(|one, other| key(one).cmp(&key(other)));
    jobs
}
