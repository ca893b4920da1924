//! Jobs that are rolled up say the same as jobs that are not: whatever the imports brought when, wherever they and the
//! rolling up were ended, and whichever jobs are kept no longer.

use std::collections::BTreeMap;
use std::fs;

use chrono::{Datelike as _, Months, NaiveDate};
use chrono_tz::Tz;
use metrics_core::calendar::day_start;
use metrics_core::catalogue::{CALCULATED_JOB, TableScope};
use metrics_core::records::RawBuilder;
use metrics_core::{Selection, calculate, calculate_tables};
use model::Instant;
use model::columns::{Raw, Scopes};
use model::records::{CiJob, CiRun, ImportRun, Record, Repository, RunOutcome, Scope};
use model::rules::Rules;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng};
use store::csv_folder::{self, Reading};
use store::{JobsAsked, JobsOfCi, Page, Store};

const DAY: i64 = 86_400;
/// The last import.
const END: i64 = 20_700 * DAY;
const DAYS: i64 = 500;

/// A source of chance.
struct Chance(TestRng);

impl Chance {
    fn new(seed: u64) -> Self {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        Self(TestRng::from_seed(RngAlgorithm::ChaCha, &bytes))
    }

    fn below(&mut self, end: i64) -> i64 {
        (self.0.next_u64() % end as u64) as i64
    }

    fn is(&mut self, percent: i64) -> bool {
        self.below(100) < percent
    }

    fn of<'t, T>(&mut self, all: &'t [T]) -> &'t T {
        &all[self.below(all.len() as i64) as usize]
    }
}

fn at(second: i64) -> Instant {
    Instant::from_seconds(second)
}

/// All that ever happens.
#[derive(Default)]
struct Life {
    runs: Vec<CiRun>,
    jobs: Vec<CiJob>,
}

const REPOSITORIES: [(&str, &str, &str); 3] =
    [("R_1", "shop", "github.com"), ("R_2", "web", "github.com"), ("gitlab.com/project/3", "api", "gitlab.com")];

impl Life {
    fn of(chance: &mut Chance) -> Self {
        let mut life = Self::default();
        for number in 0..60 {
            let (_, repo, host) = *chance.of(&REPOSITORIES);
            // Commits are few, so that runs are judged together.
            let sha = format!("{:040x}", chance.below(12));
            let made = END - DAYS * DAY + chance.below((DAYS - 2) * DAY);
            let is_pipeline = host == "gitlab.com";
            let run_id =
                if is_pipeline { format!("gitlab.com/pipeline/{number}") } else { format!("{}", 1_000 + number) };
            let run = CiRun {
                run_id,
                attempt: 1,
                org: "acme".into(),
                repo: repo.into(),
                workflow: if is_pipeline { (*chance.of(&["", "Deploy"])).into() } else { "CI".into() },
                workflow_path: if is_pipeline { String::new() } else { ".github/workflows/ci.yml".into() },
                event: (*chance.of(&["push", "push", "schedule"])).into(),
                sha,
                status: "completed".into(),
                created_at: at(made),
                url: format!("https://{host}/acme/{repo}/{number}"),
                host: host.into(),
                ..CiRun::default()
            };
            life.run(chance, &run, made, is_pipeline);
        }
        life
    }

    fn run(&mut self, chance: &mut Chance, run: &CiRun, made: i64, is_pipeline: bool) {
        let attempts = if is_pipeline { 1 } else { 1 + i64::from(chance.is(40)) + i64::from(chance.is(15)) };
        let names = ["build", "test (3.11)", "test (3.12)", "lint", "deploy"];
        let mut began = made + chance.below(300);
        let mut last: BTreeMap<&str, CiJob> = BTreeMap::new();
        for attempt in 1..=attempts {
            let mut ended = began;
            let has_jobs = !chance.is(8);
            let mut is_red = false;
            for name in names {
                if !has_jobs || chance.is(25) {
                    continue;
                }
                if let Some(before) = last.get(name).filter(|_| attempt > 1 && chance.is(40)) {
                    // A part of a run is started again: what was green is listed once more.
                    let again = CiJob { attempt, ..before.clone() };
                    self.job(again);
                    continue;
                }
                let tries = if is_pipeline { 1 + i64::from(chance.is(30)) } else { 1 };
                let mut start = began + chance.below(400);
                for _ in 0..tries {
                    let conclusion = *chance.of(&[
                        "success",
                        "success",
                        "success",
                        "failure",
                        "failure",
                        "cancelled",
                        "skipped",
                        "timed_out",
                    ]);
                    let takes = if conclusion == "skipped" { 0 } else { 1 + chance.below(900) };
                    is_red |= conclusion == "failure";
                    ended = ended.max(start + takes);
                    let job = CiJob {
                        run_id: run.run_id.clone(),
                        attempt,
                        org: run.org.clone(),
                        repo: run.repo.clone(),
                        name: name.into(),
                        conclusion: conclusion.into(),
                        failure_reason: if chance.is(10) { "runner_system_failure".into() } else { String::new() },
                        allow_failure: chance.is(10),
                        created_at: Some(at(start - chance.below(60))),
                        started_at: Some(at(start)),
                        finished_at: Some(at(start + takes)),
                        duration_ms: chance.is(40).then(|| takes * 1_000 + chance.below(999)),
                        queued_ms: is_pipeline.then(|| chance.below(90_000)),
                        runner: (*chance.of(&["hosted", "hosted", "self_hosted", ""])).into(),
                        labels: (*chance.of(&["ubuntu-latest", "ubuntu-latest", "windows-latest", "linux-xl", ""]))
                            .into(),
                        host: run.host.clone(),
                        ..CiJob::default()
                    };
                    last.insert(name, job.clone());
                    self.job(job);
                    // Soon, in hours, or by somebody weeks later.
                    start += takes + *chance.of(&[5, 1_000, 40_000, 20 * DAY, 80 * DAY]);
                }
            }
            let conclusion =
                if is_red { "failure" } else { *chance.of(&["success", "success", "cancelled", "failure"]) };
            if attempt == 1 || !chance.is(3) {
                self.runs.push(CiRun {
                    attempt,
                    conclusion: conclusion.into(),
                    started_at: Some(at(began)),
                    finished_at: Some(at(ended + 5)),
                    ..run.clone()
                });
            }
            began = ended + *chance.of(&[60, 4_000, 10 * DAY, 31 * DAY, 90 * DAY]) + chance.below(1_000);
        }
    }

    fn job(&mut self, job: CiJob) {
        let number = self.jobs.len() + 1;
        let job_id = if job.host == "gitlab.com" { format!("gitlab.com/job/{number}") } else { number.to_string() };
        self.jobs.push(CiJob { job_id, ..job });
    }

    /// What an import sees of a repository at an instant.
    fn seen(&self, repo: &str, now: i64) -> Vec<Record> {
        let now = at(now);
        let is_over = |finished: Option<Instant>| finished.is_some_and(|finished| finished <= now);
        let runs = self.runs.iter().filter(|run| run.repo == repo && run.started_at.is_some_and(|began| began <= now));
        let run = |run: &CiRun| {
            let mut run = run.clone();
            if !is_over(run.finished_at) {
                run.finished_at = None;
                run.status = "in_progress".into();
                run.conclusion = "".into();
            }
            Record::CiRun(Box::new(run))
        };
        let jobs = self.jobs.iter().filter(|job| job.repo == repo && job.created_at.is_some_and(|made| made <= now));
        let job = |job: &CiJob| {
            let mut job = job.clone();
            if !is_over(job.finished_at) {
                job.finished_at = None;
                job.duration_ms = None;
                job.conclusion = "".into();
                job.started_at = job.started_at.filter(|began| *began <= now);
            }
            Record::CiJob(Box::new(job))
        };
        runs.map(run).chain(jobs.map(job)).collect()
    }

    /// All jobs at once, each of its own row.
    fn raw(&self) -> Raw {
        let mut builder = RawBuilder::default();
        for record in REPOSITORIES.iter().flat_map(|(_, repo, _)| self.seen(repo, END)) {
            match record {
                Record::CiRun(run) => drop(builder.ci_run(&run)),
                Record::CiJob(job) => drop(builder.ci_job(&self.with_retried(&job))),
                _ => {}
            }
        }
        for repository in repositories() {
            builder.repository(repository);
        }
        builder.build(at(END)).expect("no row twice")
    }

    /// The tables of that, as of an instant.
    fn tables(&self, as_of: i64) -> Vec<String> {
        tables(&self.raw(), as_of)
    }

    /// Of the jobs of one name in a pipeline all but the last were retried.
    fn with_retried(&self, job: &CiJob) -> CiJob {
        let number = |job: &CiJob| (job.job_id.len(), job.job_id.clone());
        let is_later = |other: &&CiJob| {
            other.created_at <= Some(at(END))
                && other.run_id == job.run_id
                && other.name == job.name
                && number(other) > number(job)
        };
        let retried = job.host == "gitlab.com" && self.jobs.iter().any(|other| is_later(&other));
        CiJob { retried, ..job.clone() }
    }
}

fn repositories() -> Vec<Repository> {
    let repository = |(id, name, host): &(&str, &str, &str)| Repository {
        id: (*id).into(),
        org: "acme".into(),
        name: (*name).into(),
        private: true,
        host: (*host).into(),
        ..Repository::default()
    };
    REPOSITORIES.iter().map(repository).collect()
}

/// All tables of CI as text. What covers periods does not belong to jobs.
fn tables(raw: &Raw, as_of: i64) -> Vec<String> {
    let raw = Raw { imports: Vec::new(), ..raw.clone() };
    let calculation = calculate(&raw, &Rules::default(), Some(at(as_of)), Scopes::CI).expect("computed");
    calculation.tables.iter().map(|table| format!("{}\n{}", table.name, table.to_csv())).collect()
}

/// The jobs behind what a month costs, of a selection, which say of themselves what that costs.
fn behind(raw: &Raw, selection: &Selection) -> Vec<String> {
    let one = |names: &[&str], selection: &Selection| {
        let rules = Rules::default();
        let made = calculate_tables(raw, &rules, Some(at(END)), TableScope::Ci, Some(names), selection, None);
        made.expect("computed").tables.into_iter().find(|table| names.contains(&table.name)).expect("the table")
    };
    vec![one(&[CALCULATED_JOB.name], selection).to_csv()]
}

fn assert_same(told: &[String], right: &[String], what: &str) {
    for (told, right) in told.iter().zip(right) {
        let differs = told.lines().zip(right.lines()).find(|(told, right)| told != right);
        assert!(told == right, "{what}: {} rows, {differs:?}", told.lines().next().unwrap_or_default());
    }
    assert_eq!(told.len(), right.len(), "{what}");
}

/// Imports a repository: pages of some records each, or only some of the pages, after which the import was ended.
fn import(store: &Store, chance: &mut Chance, life: &Life, run: i64, now: i64) -> bool {
    let page = |scope, subject: &str, records: &[Record]| {
        let observed_at = at(now);
        let page = Page { scope, subject, records, cursor: None, observed_at, run, generation: None, complete: false };
        store.commit(&page).expect("stored");
    };
    let listed: Vec<Record> = repositories().into_iter().map(Record::Repository).collect();
    page(Scope::Repositories, "", &listed);
    for (subject, repo, _) in REPOSITORIES {
        let mut records = life.seen(repo, now);
        // Runs come before jobs or behind them.
        if chance.is(30) {
            records.reverse();
        }
        let size = 1 + chance.below(60) as usize;
        for records in records.chunks(size) {
            if now < END && chance.is(2) {
                return false;
            }
            page(Scope::CiRuns, subject, records);
        }
        let outcome = RunOutcome::Ok.into();
        let (scope, subject, covered_to) = (Scope::CiRuns.into(), subject.to_owned(), Some(at(now)));
        let import = ImportRun { run, scope, subject, outcome, covered_to, ..ImportRun::default() };
        store.record_import(&import).expect("recorded");
    }
    true
}

struct Imported {
    store: Store,
    folder: tempfile::TempDir,
    settled: u64,
    removed: u64,
}

/// Imports at some times, with what is settled rolled up after each, perhaps not to the end.
fn imported(chance: &mut Chance, life: &Life) -> Imported {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open(&format!("sqlite:{}", folder.path().join("cto.db").display())).expect("opened");
    let keep_days = *chance.of(&[105, 120, 400]);
    let (mut settled, mut removed) = (0, 0);
    let mut settle = |store: &Store, most: i64| {
        let mut left = most;
        let mut goes_on = || {
            left -= 1;
            left >= 0
        };
        let done = store.settle_jobs(keep_days, &mut goes_on).expect("settled");
        (settled, removed) = (settled + done.runs, removed + done.removed);
    };
    let imports = 1 + chance.below(8);
    for number in 1..=imports {
        let now = if number == imports { END } else { END - (imports - number) * DAYS * DAY / imports };
        if import(&store, chance, life, number, now) {
            let most = chance.below(4);
            settle(&store, if number == imports { i64::MAX } else { most });
        }
    }
    Imported { store, folder, settled, removed }
}

/// Jobs that a month's cost counts.
fn jobs_of(raw: &Raw, month: NaiveDate, repository: Option<&str>) -> i64 {
    let raw = Raw { imports: Vec::new(), ..raw.clone() };
    let calculation = calculate(&raw, &Rules::default(), Some(at(END)), Scopes::CI).expect("computed");
    let table = calculation.tables.iter().find(|table| table.name == "ci_cost_month").expect("the table");
    let is_one = |row: &usize| {
        let cell = |column| table.cell(*row, column);
        cell("month") == month.format("%Y-%m").to_string()
            && (cell("team"), cell("workflow")) == ("ALL".to_owned(), "ALL".to_owned())
            && cell("repo") == repository.unwrap_or("ALL")
    };
    let jobs = |row| table.cell(row, "jobs").parse::<i64>().expect("a number");
    (0..table.height()).filter(is_one).map(jobs).sum()
}

fn loaded(folder: &std::path::Path) -> Raw {
    let scopes = Scopes::CI;
    csv_folder::load(folder, scopes, Reading::Strict).expect("read").raw
}

/// What a life is after its imports, by each way to it.
fn check(seed: u64) -> (u64, u64) {
    let mut chance = Chance::new(seed);
    let life = Life::of(&mut chance);
    let right = life.tables(END);
    let Imported { store, folder, settled, removed } = imported(&mut chance, &life);
    assert_same(&tables(&store.load(Scopes::CI).expect("read"), END), &right, "store");
    let whole = life.raw();
    for (days, repository) in [(20, None), (20, Some("acme/shop")), (50, None), (50, Some("acme/api"))] {
        let first = at(END - days * DAY).to_chrono().expect("a date").date_naive().with_day(1).expect("a day");
        let after = first + Months::new(1);
        let selection = Selection {
            repositories: repository.iter().map(|name| (*name).to_owned()).collect(),
            from: Some(first),
            to: after.pred_opt(),
            ..Selection::default()
        };
        let start = |day: NaiveDate| day_start(Tz::UTC, day);
        let asked = JobsAsked {
            repositories: repository.map(|name| vec![name.to_owned()]),
            from: Some(start(first)),
            to: Some(start(after)),
        };
        let right = behind(&whole, &selection);
        assert_same(&behind(&store.load_jobs(&asked).expect("read"), &selection), &right, "jobs behind a month");
        assert_eq!(right[0].lines().count() as i64 - 1, jobs_of(&whole, first, repository), "{first} {repository:?}");
    }
    // Once more changes nothing.
    let published = |name: &str, store: &Store, jobs| {
        let to = folder.path().join(name);
        store.publish_csv(&to, jobs).expect("published");
        to
    };
    let without = published("without", &store, JobsOfCi::LeftOut);
    assert!(!without.join("ci_job.csv").exists());
    assert_same(&tables(&loaded(&without), END), &right, "a folder without jobs");
    let with = published("with", &store, JobsOfCi::Published);
    assert_same(&tables(&loaded(&with), END), &right, "a folder with jobs");
    import(&store, &mut chance, &life, 90, END);
    store.settle_jobs(105, &mut || true).expect("settled");
    assert_same(&tables(&store.load(Scopes::CI).expect("read"), END), &right, "store, imported again");
    for (name, jobs, from) in [("again", JobsOfCi::LeftOut, &without), ("again-with", JobsOfCi::Published, &with)] {
        let url = format!("sqlite:{}", folder.path().join(format!("{name}.db")).display());
        let second = Store::open(&url).expect("opened");
        for _ in 0..2 {
            fs::write(from.join("pr.csv"), "org,repo,number,title,url,state,created_at,closed_at,merged_at,creator\n")
                .expect("written");
            second.import_csv(from).expect("loaded");
            assert_same(&tables(&second.load(Scopes::CI).expect("read"), END), &right, name);
        }
        let to = published(name, &second, jobs);
        for table in ["ci_run_jobs", "ci_job_sum", "ci_flake"] {
            let read =
                |folder: &std::path::Path| fs::read_to_string(folder.join(format!("{table}.csv"))).expect("read");
            assert_same(&[read(&to)], &[read(from)], &format!("{name} {table}"));
        }
        // What the provider shows again of it is not added once more.
        import(&second, &mut chance, &life, 90, END);
        second.settle_jobs(105, &mut || true).expect("settled");
        assert_same(&tables(&second.load(Scopes::CI).expect("read"), END), &right, &format!("{name}, and imported"));
    }
    let earlier = END - 50 * DAY;
    let raw = store.load_as_of(Scopes::CI, at(earlier)).expect("read");
    assert_same(&tables(&raw, earlier), &life.tables(earlier), "as of an earlier day");
    (settled, removed)
}

proptest! {
    #![proptest_config(Config { cases: 12, failure_persistence: None, max_shrink_iters: 0, ..Config::default() })]

    #[test]
    fn jobs_that_are_rolled_up_say_the_same_as_jobs_that_are_not(seed in any::<u64>()) {
        check(seed);
    }
}

#[test]
fn most_runs_of_the_lives_are_settled_and_many_jobs_are_removed() {
    let (settled, removed) = (1..4).map(check).fold((0, 0), |(settled, removed), it| (settled + it.0, removed + it.1));
    assert!(settled > 60 && removed > 100, "{settled} {removed}");
}

/// A commit is green by a run that has no jobs, and a failed job of another run of it is not settled yet.
#[test]
fn a_run_without_jobs_makes_the_failed_jobs_of_its_commit_flaky_everywhere() {
    check(7_837_424_907_952_809_542);
}
