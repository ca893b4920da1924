//! Runs of workflows, their attempts and jobs, and what became of each.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::ops::Range;

use ahash::RandomState;
use chrono::Datelike as _;
use ci_rollup::{AttemptJobs, Outcome, REPAIRED_WITHIN, RolledUp, Spent};
use hashbrown::{HashMap, HashSet};
use model::columns::{ObjectId, Raw};
use model::gitlab::is_pipeline;
use model::kinds::{JobPart, RunConclusion, Runner};
use model::rules::Rules;
use model::{Instant, Month};

use super::prices::{Answer, Ask, Forge, Machine, Price, PriceBook, micro_minutes};
use super::workflows::{Repository, Workflow, Workflows, host};
use crate::selection::Chosen;

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
    /// Jobs that failed and then succeeded with nothing changed.
    pub(super) flakes: Vec<Flake>,
    /// What jobs are charged for, by what they are added up by.
    pub(super) charged: BTreeMap<ChargedFor, Charged>,
    pub(super) prices: Vec<Price>,
    /// Jobs that are here as rows and count, where they are asked for.
    pub(super) jobs: Vec<Job>,
}

/// A job that counts.
pub(super) struct Job {
    pub(super) row: u32,
    /// Row of the first attempt of its run that is known, for its address.
    pub(super) run_row: u32,
    pub(super) workflow: u32,
    /// What it was spent on.
    pub(super) part: JobPart,
    /// Place among [`Facts::prices`]; `None` where it has none, or took no time.
    pub(super) price: Option<u16>,
    pub(super) spent: Spent,
    /// The first instant of the day on which it began.
    pub(super) day: i64,
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
    pub(super) waits: Range<u32>,
}

/// A commit on which a run of a workflow succeeded or failed, for one event.
pub(super) struct Decided {
    pub(super) workflow: u32,
    pub(super) commit: u32,
    /// When the run ended.
    pub(super) at: i64,
}

/// Jobs of a run that failed and then succeeded with nothing changed, by their name without a matrix.
pub(super) struct Flake {
    pub(super) workflow: u32,
    /// Number of the commit, workflow and event that they ran for.
    pub(super) commit: u32,
    pub(super) name: String,
    /// Place of the run among all, by their ids.
    pub(super) run: u32,
    /// Row of the run, for its address.
    pub(super) run_row: u32,
    pub(super) failed_at: i64,
    /// When a job of the name was green last; `None` where none is known.
    pub(super) green_at: Option<i64>,
    pub(super) wasted_ms: i64,
}

/// What jobs are added up by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct ChargedFor {
    /// Number of the month in which they began.
    pub(super) month: i32,
    pub(super) workflow: u32,
    pub(super) part: JobPart,
    /// Place among [`Facts::prices`]; `None` where they have none.
    pub(super) price: Option<u16>,
    /// Whether they ran on machines of GitHub's, as far as is known, whose labels do not say of which kind.
    pub(super) may_be_larger: bool,
}

/// What jobs are charged for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Charged {
    pub(super) jobs: i64,
    /// Micro-minutes that are charged, or that they ran, where they have no price.
    pub(super) minutes: i64,
}

impl Facts {
    pub(super) fn of(raw: &Raw, rules: &Rules, as_of: Instant, chosen: &Chosen, branches: Branches) -> Self {
        Gathering::new(raw, rules, as_of.micros(), chosen, branches).gather()
    }

    /// With the jobs that are here as rows.
    pub(super) fn with_jobs(raw: &Raw, rules: &Rules, as_of: Instant, chosen: &Chosen) -> Self {
        let gathering = Gathering::new(raw, rules, as_of.micros(), chosen, Branches::All);
        Gathering { listed: Some(Vec::new()), ..gathering }.gather()
    }
}

/// The rows of a run: places in lists that are in the order of runs.
#[derive(Clone)]
struct RunRows {
    workflow: u32,
    commit: u32,
    attempts: Range<usize>,
    jobs: Range<usize>,
    /// What is rolled up of attempts.
    rolled_up: Range<usize>,
    flakes: Range<usize>,
}

/// Rows in the order of their runs.
struct InOrder<'a> {
    rows: Vec<u32>,
    id: Box<dyn Fn(u32) -> &'a [u8] + 'a>,
    host: Box<dyn Fn(u32) -> &'a [u8] + 'a>,
}

/// A run by its id and its host.
type RunKey<'a> = (&'a [u8], &'a [u8]);

impl<'a> InOrder<'a> {
    fn of(
        rows: impl Iterator<Item = u32>,
        id: impl Fn(u32) -> &'a [u8] + 'a,
        host: impl Fn(u32) -> &'a [u8] + 'a,
    ) -> Self {
        let mut rows: Vec<u32> = rows.collect();
        // Hosts are looked at where ids are equal.
        rows.sort_by(|one, other| id(*one).cmp(id(*other)).then_with(|| host(*one).cmp(host(*other))));
        Self { rows, id: Box::new(id), host: Box::new(host) }
    }

    /// The rows of a run, from a place on that moves on: both are in the same order, and rows of unknown runs are passed
    /// over.
    fn next_of(&self, run: &RunKey<'_>, next: &mut usize) -> Range<usize> {
        let mut start = *next;
        while let Some(row) = self.rows.get(*next) {
            match (self.id)(*row).cmp(run.0).then_with(|| (self.host)(*row).cmp(run.1)) {
                Ordering::Less => start = *next + 1,
                Ordering::Equal => {}
                Ordering::Greater => break,
            }
            *next += 1;
        }
        start..*next
    }
}

struct Gathering<'a> {
    raw: &'a Raw,
    as_of: i64,
    workflows: Workflows<'a>,
    book: PriceBook<'a>,
    /// Rows of attempts, those of a run behind each other, by number.
    attempts: Vec<u32>,
    jobs: InOrder<'a>,
    rolled_up: InOrder<'a>,
    rolled_up_flakes: InOrder<'a>,
    runs: Vec<Run>,
    waits: Vec<f64>,
    decided: Vec<Decided>,
    flaky: Vec<(u32, i64)>,
    flakes: Vec<Flake>,
    spent: HashMap<ChargedFor, Spent, RandomState>,
    /// Where jobs are listed.
    listed: Option<Vec<Job>>,
    /// Runs that a deployment names: a wait for an approval looks like one for a machine.
    deploying: HashSet<RunKey<'a>, RandomState>,
}

/// An attempt that ended one way or the other, or a job that was started again.
struct Decision {
    at: i64,
    /// The same for its period.
    ended: i64,
    is_green: bool,
}

impl<'a> Gathering<'a> {
    fn new(raw: &'a Raw, rules: &'a Rules, as_of: i64, chosen: &'a Chosen, branches: Branches) -> Self {
        let columns = &raw.ci_runs;
        let is_known = |row: &u32| columns.created_at.micros(*row as usize) <= as_of;
        let mut attempts: Vec<u32> = (0..columns.run_id.len() as u32).filter(is_known).collect();
        let key = |row: &u32| (run_key(raw, *row), columns.attempt[*row as usize]);
        attempts.sort_unstable_by(|one, other| key(one).cmp(&key(other)));
        // Workflows have one name, whichever of their runs count.
        let workflows = Workflows::of(raw, chosen, &attempts);
        attempts.retain(|row| branches == Branches::All || columns.default_branch[*row as usize]);
        let (jobs, rolled_up, flakes) = (&raw.ci_jobs, &raw.ci_run_jobs, &raw.ci_flakes);
        // Where a job was rolled up that is judged anew, it is taken out of what was added up.
        let is_over = |row: &u32| {
            let ended = jobs.finished_at.get(*row as usize).map(Instant::micros);
            ended.is_some_and(|ended| ended <= as_of || jobs.part[*row as usize] != JobPart::Untold)
        };
        Self {
            raw,
            as_of,
            workflows,
            book: PriceBook::new(&rules.ci),
            jobs: InOrder::of(
                (0..jobs.run_id.len() as u32).filter(is_over),
                |row| jobs.run_id.bytes(row as usize),
                |row| host(raw, jobs.host[row as usize]),
            ),
            rolled_up: InOrder::of(
                0..rolled_up.run_id.len() as u32,
                |row| rolled_up.run_id.bytes(row as usize),
                |row| host(raw, rolled_up.host[row as usize]),
            ),
            rolled_up_flakes: InOrder::of(
                0..flakes.run_id.len() as u32,
                |row| flakes.run_id.bytes(row as usize),
                |row| host(raw, flakes.host[row as usize]),
            ),
            attempts,
            runs: Vec::new(),
            waits: Vec::new(),
            decided: Vec::new(),
            flaky: Vec::new(),
            flakes: Vec::new(),
            spent: HashMap::default(),
            listed: None,
            deploying: deploying(raw),
        }
    }

    fn gather(mut self) -> Facts {
        let mut runs = self.rows_by_run();
        runs.sort_by_key(|run| run.commit);
        for of_commit in runs.chunk_by(|one, other| one.commit == other.commit) {
            self.commit(of_commit);
        }
        self.rolled_up_sums();
        self.finish()
    }

    /// The runs of the selected repositories.
    fn rows_by_run(&self) -> Vec<RunRows> {
        let mut commits: HashMap<(u32, u32, ObjectId<'a>), u32, RandomState> = HashMap::default();
        let columns = &self.raw.ci_runs;
        let (mut next_job, mut next_rolled_up, mut next_flake) = (0, 0, 0);
        let mut runs = Vec::new();
        let mut start = 0;
        for attempts in self.attempts.chunk_by(|one, other| run_key(self.raw, *one) == run_key(self.raw, *other)) {
            let key = run_key(self.raw, attempts[0]);
            let jobs = self.jobs.next_of(&key, &mut next_job);
            let rolled_up = self.rolled_up.next_of(&key, &mut next_rolled_up);
            let flakes = self.rolled_up_flakes.next_of(&key, &mut next_flake);
            let first = attempts[0] as usize;
            let range = start..start + attempts.len();
            start = range.end;
            let Some(workflow) = self.workflows.place(first) else { continue };
            let next = commits.len() as u32;
            let commit = *commits.entry((workflow, columns.event[first], columns.sha.get(first))).or_insert(next);
            runs.push(RunRows { workflow, commit, attempts: range, jobs, rolled_up, flakes });
        }
        runs
    }

    /// All runs of a workflow for one commit and event.
    fn commit(&mut self, runs: &[RunRows]) {
        let is_anew: Vec<bool> = runs.iter().map(|run| self.take_out_what_is_anew(run)).collect();
        let judged = self.judge(runs, &is_anew);
        let first = self.attempts[runs[0].attempts.start] as usize;
        let is_child = &*self.raw.dictionary.text(self.raw.ci_runs.event[first]) == CHILD;
        let (mut decisions, mut repaired) = (Vec::new(), Vec::new());
        for ((run, is_anew), judged) in runs.iter().zip(is_anew).zip(&judged) {
            self.flakes_of(run, is_anew, judged);
            let attempts = self.attempts_of(run, is_anew, judged);
            repaired.extend(attempts.iter().filter_map(|(_, jobs)| jobs.repaired));
            self.run(run, &attempts, is_child, &mut decisions);
        }
        if !is_child {
            let workflow = runs[0].workflow;
            self.flaky.extend(repaired_first(decisions, &repaired).map(|green| (workflow, green)));
        }
    }

    /// Where jobs of a run are here that are rolled up, the run is judged anew: takes them out of what was added up.
    fn take_out_what_is_anew(&mut self, run: &RunRows) -> bool {
        let columns = &self.raw.ci_jobs;
        let mut is_anew = false;
        for at in run.jobs.clone() {
            let row = self.jobs.rows[at];
            let part = columns.part[row as usize];
            if part == JobPart::Untold {
                continue;
            }
            is_anew = true;
            let job = self.job(row);
            if job.day().micros() <= self.as_of {
                self.spend(run, &job, part, |sum, spent| *sum -= spent);
            }
        }
        is_anew
    }

    /// Judges the jobs of the runs of a commit that are here; empty where there are none.
    fn judge(&mut self, runs: &[RunRows], is_anew: &[bool]) -> Vec<RolledUp<'a>> {
        if runs.iter().all(|run| run.jobs.is_empty()) {
            return vec![RolledUp::default(); runs.len()];
        }
        let told = |(run, is_anew): (&RunRows, &bool)| self.told(run, *is_anew);
        let mut told: Vec<ci_rollup::Run<'a>> = runs.iter().zip(is_anew).map(told).collect();
        let judged = ci_rollup::roll_up(&mut told);
        for ((run, told), judged) in runs.iter().zip(&told).zip(&judged) {
            for (job, part) in told.jobs.iter().zip(&judged.parts) {
                self.spend(run, job, *part, |sum, spent| *sum += spent);
                self.list(run, job, *part);
            }
        }
        judged
    }

    /// A run with its jobs that are here.
    fn told(&self, run: &RunRows, is_anew: bool) -> ci_rollup::Run<'a> {
        let columns = &self.raw.ci_runs;
        let attempt = |row: &u32| {
            let row = *row as usize;
            let number = columns.attempt[row];
            let rolled_up = self.rolled_up_attempt(run, number, is_anew);
            ci_rollup::Attempt {
                number,
                conclusion: columns.conclusion[row],
                started_at: columns.started_at.get(row).map(Instant::micros),
                finished_at: columns.finished_at.get(row).map(Instant::micros).filter(|at| *at <= self.as_of),
                has_other_jobs: rolled_up.is_some_and(|row| self.raw.ci_run_jobs.jobs[row] > 0),
            }
        };
        let jobs = run.jobs.clone().map(|at| self.job(self.jobs.rows[at]));
        ci_rollup::Run {
            is_pipeline: self.is_pipeline(run),
            attempts: self.attempts[run.attempts.clone()].iter().map(attempt).collect(),
            jobs: jobs.filter(|job| job.ended <= self.as_of).collect(),
        }
    }

    fn is_pipeline(&self, run: &RunRows) -> bool {
        is_pipeline(&self.raw.ci_runs.run_id.text(self.attempts[run.attempts.start] as usize))
    }

    fn job(&self, row: u32) -> ci_rollup::Job<'a> {
        let raw = self.raw;
        let columns = &raw.ci_jobs;
        let at = row as usize;
        let ended = columns.finished_at.micros(at);
        ci_rollup::Job {
            attempt: columns.attempt[at].max(1),
            began: columns.started_at.get(at).map_or(ended, Instant::micros),
            ended,
            name: raw.dictionary.bytes(columns.name[at]),
            row,
            conclusion: columns.conclusion[at],
            failure_reason: raw.dictionary.bytes(columns.failure_reason[at]),
            allow_failure: columns.allow_failure[at],
            retried: columns.retried[at],
            queued_ms: columns.queued_ms.get(at),
            duration_ms: columns.duration_ms.get(at),
        }
    }

    /// The row of what is rolled up of an attempt, unless it is judged anew.
    fn rolled_up_attempt(&self, run: &RunRows, attempt: i64, is_anew: bool) -> Option<usize> {
        let rows = if is_anew { &[] } else { &self.rolled_up.rows[run.rolled_up.clone()] };
        rows.iter().map(|row| *row as usize).find(|row| self.raw.ci_run_jobs.attempt[*row] == attempt)
    }

    /// The rows of the attempts of a run, with what their jobs say.
    fn attempts_of(&self, run: &RunRows, is_anew: bool, judged: &RolledUp<'a>) -> Vec<(usize, AttemptJobs)> {
        let rows = self.attempts[run.attempts.clone()].iter().map(|row| *row as usize);
        let with_jobs = |(at, row): (usize, usize)| {
            let rolled_up = self.rolled_up_attempt(run, self.raw.ci_runs.attempt[row], is_anew);
            let jobs = rolled_up.map(|row| self.stored(row)).or_else(|| judged.attempts.get(at).cloned());
            (row, jobs.unwrap_or_default())
        };
        rows.enumerate().map(with_jobs).collect()
    }

    /// A row of what is rolled up.
    fn stored(&self, row: usize) -> AttemptJobs {
        let columns = &self.raw.ci_run_jobs;
        let micros = |at: Option<Instant>| at.map(Instant::micros);
        AttemptJobs {
            jobs: columns.jobs[row],
            first_began: micros(columns.first_began_at.get(row)),
            last_ended: micros(columns.last_ended_at.get(row)),
            first_ended: micros(columns.first_ended_at.get(row)),
            covered: columns.covered_us.get(row),
            waits_ms: columns.waits_ms.text(row).split(';').filter_map(|wait| wait.parse().ok()).collect(),
            red_first: columns.red_first[row],
            restarted: columns.restarted[row],
            repaired: micros(columns.repaired_at.get(row)),
            only_machines: columns.only_machines[row],
        }
    }

    /// A run by its last attempt, once that has ended, and what each of its attempts decided.
    fn run(&mut self, run: &RunRows, attempts: &[(usize, AttemptJobs)], is_child: bool, decisions: &mut Vec<Decision>) {
        let columns = &self.raw.ci_runs;
        let RunRows { workflow, commit, .. } = *run;
        let is_pipeline = self.is_pipeline(run);
        let mut last = None;
        for (row, jobs) in attempts {
            let ended = self.ended(*row, is_pipeline, jobs);
            let outcome = Outcome::of(columns.conclusion[*row]);
            last = ended.map(|(ended, _)| (*row, ended, outcome, jobs));
            if let Some((ended, at)) = ended.filter(|_| outcome.is_decided()) {
                decisions.push(Decision { at, ended, is_green: outcome == Outcome::Succeeded });
            }
        }
        let Some((last, ended, outcome, jobs)) = last.filter(|_| !is_child) else { return };
        if outcome.is_decided() {
            self.decided.push(Decided { workflow, commit, at: ended });
        }
        let from = self.waits.len() as u32;
        if is_pipeline {
            self.waits.extend(jobs.waits_ms.iter().map(|wait| *wait as f64 / 60e3));
        } else if !self.deploying.contains(&run_key(self.raw, last as u32)) {
            let began = columns.started_at.get(last).map(Instant::micros);
            let wait = began.zip(jobs.first_began).map(|(began, first)| (first - began) as f64 / 60e6);
            self.waits.extend(wait);
        }
        let to = self.waits.len() as u32;
        let is_of_machines = columns.conclusion[last] != Some(RunConclusion::Failure) || jobs.only_machines;
        let run = Run {
            row: last as u32,
            workflow,
            ended,
            outcome,
            first_try: if is_pipeline {
                outcome.is_decided().then_some(!jobs.red_first)
            } else {
                self.first_try(attempts)
            },
            is_retried: columns.attempt[last] > 1 || jobs.restarted,
            is_of_machines: outcome == Outcome::Failed && is_of_machines,
            // What could not begin took no time.
            minutes: (outcome.is_decided() && columns.conclusion[last] != Some(RunConclusion::StartupFailure))
                .then(|| self.minutes(last, is_pipeline, jobs))
                .flatten(),
            waits: from..to,
        };
        self.runs.push(run);
    }

    /// When an attempt ended, for its period and for what came after it; `None` while it runs.
    fn ended(&self, row: usize, is_pipeline: bool, jobs: &AttemptJobs) -> Option<(i64, i64)> {
        let columns = &self.raw.ci_runs;
        if columns.conclusion[row] == Some(RunConclusion::None) {
            return None;
        }
        let told = columns.finished_at.get(row).map(Instant::micros);
        let last = jobs.last_ended;
        let first = if is_pipeline { jobs.first_ended } else { last };
        let ended = first.or(told)?;
        (ended <= self.as_of && told.is_none_or(|told| told <= self.as_of))
            .then(|| (ended, last.or(told).unwrap_or(ended)))
    }

    /// Whether the first attempt of a run succeeded; `None` where it is not stored, or decided nothing.
    fn first_try(&self, attempts: &[(usize, AttemptJobs)]) -> Option<bool> {
        let columns = &self.raw.ci_runs;
        let first = attempts.iter().map(|(row, _)| *row).find(|row| columns.attempt[*row] == 1)?;
        let outcome = Outcome::of(columns.conclusion[first]);
        outcome.is_decided().then_some(outcome == Outcome::Succeeded)
    }

    /// How long an attempt took: from its begin to the end of its last job; of a pipeline the time in which any of its
    /// last jobs ran.
    fn minutes(&self, row: usize, is_pipeline: bool, jobs: &AttemptJobs) -> Option<f64> {
        let columns = &self.raw.ci_runs;
        let began = columns.started_at.get(row).map(Instant::micros)?;
        let micros = if is_pipeline && jobs.jobs > 0 {
            jobs.covered?
        } else {
            jobs.last_ended.or(columns.finished_at.get(row).map(Instant::micros))? - began
        };
        (micros >= 0).then_some(micros as f64 / 60e6)
    }

    fn flakes_of(&mut self, run: &RunRows, is_anew: bool, judged: &RolledUp<'a>) {
        let (raw, as_of) = (self.raw, self.as_of);
        let columns = &raw.ci_flakes;
        let rolled_up = if is_anew { &[] } else { &self.rolled_up_flakes.rows[run.flakes.clone()] };
        let rolled_up = rolled_up.iter().map(|row| *row as usize).map(|row| ci_rollup::Flake {
            name: raw.dictionary.bytes(columns.name[row]),
            failed_at: columns.failed_at.micros(row),
            green_at: columns.green_at.get(row).map(Instant::micros),
            wasted_ms: columns.wasted_ms[row],
        });
        let rolled_up =
            rolled_up.filter(|flake| flake.failed_at <= as_of && flake.green_at.is_none_or(|at| at <= as_of));
        let run_row = self.attempts[run.attempts.start];
        let flake = |flake: ci_rollup::Flake<'_>| Flake {
            workflow: run.workflow,
            commit: run.commit,
            name: String::from_utf8_lossy(flake.name).into_owned(),
            run: run.attempts.start as u32,
            run_row,
            failed_at: flake.failed_at,
            green_at: flake.green_at,
            wasted_ms: flake.wasted_ms,
        };
        self.flakes.extend(rolled_up.chain(judged.flakes.iter().cloned()).map(flake));
    }

    /// Adds what a job took to what it is added up by, or takes it away.
    fn spend(&mut self, run: &RunRows, job: &ci_rollup::Job<'_>, part: JobPart, change: impl Fn(&mut Spent, Spent)) {
        self.spend_on(run.workflow, job.day(), part, self.asked(run, job), job.spent(), change);
    }

    /// Lists a job, where jobs are. One that is rolled up keeps the part that it was added up as: what that rests on may not
    /// be here.
    fn list(&mut self, run: &RunRows, job: &ci_rollup::Job<'_>, judged: JobPart) {
        if self.listed.is_none() {
            return;
        }
        let stored = self.raw.ci_jobs.part[job.row as usize];
        let part = if stored == JobPart::Untold { judged } else { stored };
        if matches!(part, JobPart::Repeated | JobPart::Untold) {
            return;
        }
        let spent = job.spent();
        let price =
            (spent.skipped == 0).then(|| self.answer(run.workflow, job.day(), self.asked(run, job)).price).flatten();
        let run_row = self.attempts[run.attempts.start];
        let listed = Job { row: job.row, run_row, workflow: run.workflow, part, price, spent, day: job.day().micros() };
        self.listed.get_or_insert_default().push(listed);
    }

    fn asked(&self, run: &RunRows, job: &ci_rollup::Job<'_>) -> Asked {
        let columns = &self.raw.ci_jobs;
        let (labels, runner) = (columns.labels[job.row as usize], columns.runner[job.row as usize]);
        let host = self.raw.ci_runs.host[self.attempts[run.attempts.start] as usize];
        Asked { labels, runner, forge: self.forge(host, self.is_pipeline(run)) }
    }

    /// What jobs cost that began on a day.
    fn answer(&self, workflow: u32, day: Instant, asked: Asked) -> Answer {
        let runs_on = match asked.runner {
            Some(Runner::Hosted) => Machine::Hosted,
            Some(Runner::SelfHosted) => Machine::Own,
            _ => Machine::Unknown,
        };
        let ask = Ask {
            labels: asked.labels,
            runs_on,
            forge: asked.forge,
            day: day.to_chrono().map_or(0, |at| at.num_days_from_ce()),
            is_public: self.workflows.is_public(workflow),
        };
        self.book.ask(ask, || self.raw.dictionary.text(asked.labels))
    }

    fn forge(&self, host_code: u32, is_pipeline: bool) -> Forge {
        match host(self.raw, host_code) {
            b"gitlab.com" => Forge::GitlabCom,
            _ if is_pipeline => Forge::GitlabServer,
            _ => Forge::Github,
        }
    }

    fn spend_on(
        &mut self,
        workflow: u32,
        day: Instant,
        part: JobPart,
        asked: Asked,
        spent: Spent,
        change: impl Fn(&mut Spent, Spent),
    ) {
        if matches!(part, JobPart::Repeated | JobPart::Untold) {
            return;
        }
        let month = Month::of(day).number();
        let key = |price, may_be_larger| ChargedFor { month, workflow, part, price, may_be_larger };
        if spent.skipped > 0 {
            let skipped = Spent { jobs: spent.skipped, skipped: spent.skipped, ..Spent::default() };
            change(self.spent.entry(key(None, false)).or_default(), skipped);
        }
        if spent.jobs > spent.skipped {
            let answer = self.answer(workflow, day, asked);
            let ran = Spent { jobs: spent.jobs - spent.skipped, skipped: 0, ..spent };
            change(self.spent.entry(key(answer.price, answer.may_be_larger)).or_default(), ran);
        }
    }

    /// Adds what is rolled up.
    fn rolled_up_sums(&mut self) {
        let columns = &self.raw.ci_job_sums;
        // The days of a workflow stand together.
        let mut before = (None, None);
        for row in 0..columns.jobs.len() {
            let Some(day) = columns.day.get(row).filter(|day| day.micros() <= self.as_of) else { continue };
            let place = [columns.host[row], columns.org[row], columns.repo[row]];
            let named = (place, columns.workflow_path[row], columns.workflow[row]);
            if before.0 != Some(named) {
                before = (Some(named), self.workflows.place_of(place, named.1, named.2));
            }
            let Some(workflow) = before.1 else { continue };
            let spent = Spent {
                jobs: columns.jobs[row],
                skipped: columns.skipped[row],
                run_ms: columns.run_ms[row],
                whole_minutes: columns.whole_minutes[row],
            };
            let forge = self.forge(columns.host[row], columns.pipeline[row]);
            let asked = Asked { labels: columns.labels[row], runner: columns.runner[row], forge };
            self.spend_on(workflow, day, columns.part[row], asked, spent, |sum, spent| *sum += spent);
        }
    }

    fn finish(self) -> Facts {
        let (repositories, workflows) = self.workflows.into_parts();
        let prices = self.book.into_prices();
        // Rounded once, however many jobs there are.
        let charged = |(key, spent): (ChargedFor, Spent)| {
            let price = key.price.map(|price| &prices[price as usize]);
            let minutes = price.map_or_else(|| micro_minutes(spent.run_ms), |price| price.minutes(&spent));
            (key, Charged { jobs: spent.jobs, minutes })
        };
        Facts {
            repositories,
            workflows,
            runs: self.runs,
            waits: self.waits,
            decided: self.decided,
            flaky: self.flaky,
            flakes: self.flakes,
            charged: self.spent.into_iter().filter(|(_, spent)| spent.jobs > 0).map(charged).collect(),
            prices,
            jobs: self.listed.unwrap_or_default(),
        }
    }
}

/// What jobs asked of their runners, and who runs them.
#[derive(Clone, Copy)]
struct Asked {
    /// Code.
    labels: u32,
    runner: Option<Runner>,
    forge: Forge,
}

/// When a commit was green first soon after it had failed, for the period of that. `repaired` are the ends of jobs that
/// failed and were green when they were started again.
fn repaired_first(mut decisions: Vec<Decision>, repaired: &[i64]) -> Option<i64> {
    decisions.sort_unstable_by_key(|decision| (decision.at, decision.is_green));
    let red = decisions.iter().filter(|decision| !decision.is_green).map(|decision| decision.at);
    let mut reds: Vec<i64> = red.chain(repaired.iter().copied()).collect();
    reds.sort_unstable();
    let is_repair = |green: &&Decision| {
        let last_red = reds[..reds.partition_point(|red| *red < green.at)].last();
        last_red.is_some_and(|red| green.at <= red.saturating_add(REPAIRED_WITHIN))
    };
    decisions.iter().filter(|decision| decision.is_green).find(is_repair).map(|green| green.ended)
}

/// What the run of an attempt is found by.
fn run_key(raw: &Raw, row: u32) -> RunKey<'_> {
    let columns = &raw.ci_runs;
    (columns.run_id.bytes(row as usize), host(raw, columns.host[row as usize]))
}

/// The runs that deployments name.
fn deploying(raw: &Raw) -> HashSet<RunKey<'_>, RandomState> {
    let columns = &raw.deployments;
    let run = |row: usize| (columns.run_id.bytes(row), host(raw, columns.host[row]));
    (0..columns.run_id.len()).map(run).collect()
}
