//! CI of a large organisation from a store: 200 repositories, 3 years, 300,000 runs with 1,500,000 jobs; without jobs, with
//! all jobs as rows, and with the jobs of settled runs rolled up. Each is read and computed by a process of its own, which
//! says how long that took and how much memory it held. `REPOSITORIES=20` makes it a tenth.

use std::error::Error;
use std::io::{self, Write as _};
use std::path::Path;
use std::process::Command;
use std::time::Instant as Stopwatch;

use metrics_core::calculate_and_drop;
use model::Instant;
use model::ci::KEEP_DAYS;
use model::columns::Scopes;
use model::records::{CiJob, CiRun, ImportRun, Record, Repository, RunOutcome, Scope};
use model::rules::Rules;
use store::{JobsOfCi, Page, Store};

const REPOSITORIES: usize = 200;
const RUNS: usize = 1_500;
const JOBS: usize = 5;
const START_SECONDS: i64 = 1_700_006_400;
const YEARS_SECONDS: i64 = 3 * 365 * 86_400;
const ROUNDS: usize = 3;
/// Says to a process of this program which store to measure.
const STORE: &str = "BENCH_STORE";

fn at(second: i64) -> Instant {
    Instant::from_seconds(second)
}

fn began(run: usize) -> i64 {
    START_SECONDS + YEARS_SECONDS * run as i64 / RUNS as i64
}

/// Each tenth run fails at first, and every other of these succeeds at the second try.
fn attempts(run: usize) -> i64 {
    if run.is_multiple_of(20) { 2 } else { 1 }
}

fn is_red(run: usize, attempt: i64) -> bool {
    run.is_multiple_of(10) && attempt == 1
}

fn runs(repository: usize) -> impl Iterator<Item = Record> {
    let one = move |run: usize, attempt: i64| {
        let began = began(run) + (attempt - 1) * 3_600;
        Record::CiRun(Box::new(CiRun {
            run_id: format!("{}", 10_000_000 + repository * RUNS + run),
            attempt,
            source: "github".into(),
            org: "acme".into(),
            repo: format!("service-{repository}"),
            workflow: "CI".into(),
            workflow_path: ".github/workflows/ci.yml".into(),
            event: if run.is_multiple_of(3) { "push".into() } else { "pull_request".into() },
            sha: format!("{:040x}", (repository * RUNS + run).wrapping_mul(0x9E37_79B9_7F4A_7C15) as u128),
            status: "completed".into(),
            conclusion: if is_red(run, attempt) { "failure".into() } else { "success".into() },
            created_at: at(self::began(run)),
            started_at: Some(at(began)),
            finished_at: Some(at(began + 900)),
            url: format!("https://github.com/acme/service-{repository}/actions/runs/{run}"),
            host: "github.com".into(),
            ..CiRun::default()
        }))
    };
    (0..RUNS).flat_map(move |run| (1..=attempts(run)).map(move |attempt| one(run, attempt)))
}

fn jobs(repository: usize) -> impl Iterator<Item = Record> {
    let one = move |run: usize, attempt: i64, job: usize| {
        let began = began(run) + (attempt - 1) * 3_600 + 20 + job as i64;
        let conclusion = if is_red(run, attempt) && job == 3 { "failure" } else { "success" };
        Record::CiJob(Box::new(CiJob {
            job_id: format!("{}", 100_000_000 + ((repository * RUNS + run) * 2 + attempt as usize) * JOBS + job),
            run_id: format!("{}", 10_000_000 + repository * RUNS + run),
            attempt,
            org: "acme".into(),
            repo: format!("service-{repository}"),
            name: ["build", "lint", "unit (3.11)", "unit (3.12)", "pack"][job].into(),
            conclusion: conclusion.into(),
            created_at: Some(at(began - 5)),
            started_at: Some(at(began)),
            finished_at: Some(at(began + 100 + (run % 400) as i64)),
            runner: "hosted".into(),
            labels: if job == 4 { "windows-latest".into() } else { "ubuntu-latest".into() },
            host: "github.com".into(),
            ..CiJob::default()
        }))
    };
    let of_run =
        move |run: usize| (1..=attempts(run)).flat_map(move |attempt| (0..JOBS).map(move |job| one(run, attempt, job)));
    (0..RUNS).flat_map(of_run)
}

fn commit(store: &Store, scope: Scope, subject: &str, records: &[Record]) -> Result<(), Box<dyn Error>> {
    for records in records.chunks(2_000) {
        let observed_at = at(START_SECONDS + YEARS_SECONDS);
        let page =
            Page { scope, subject, records, cursor: None, observed_at, run: 1, generation: None, complete: false };
        store.commit(&page)?;
    }
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "a benchmark reads the clock; the engine does not")]
fn timed<T>(what: impl FnOnce() -> T) -> (T, f64) {
    let begun = Stopwatch::now();
    let done = what();
    (done, begun.elapsed().as_secs_f64())
}

/// The most memory that the process has held, in MiB; 0 where the system does not say.
fn peak() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").trim().parse::<usize>().ok()).unwrap_or_default() / 1_024
}

/// Reads and computes CI of a store as a run of `cto-calculate --ci` does.
fn measure(url: &str) -> Result<(), Box<dyn Error>> {
    let store = Store::open_existing(url)?;
    let (raw, read) = timed(|| store.load(Scopes::CI));
    let raw = raw?;
    let jobs = raw.ci_jobs.run_id.len();
    let (calculated, computed) = timed(|| calculate_and_drop(raw, &Rules::default(), None, Scopes::CI));
    let rows: usize = calculated?.tables.iter().map(model::table::Table::height).sum();
    let all = read + computed;
    let mut out = io::stdout().lock();
    writeln!(out, "{all:.2} s ({read:.2} s to read), peak {} MiB, {jobs} jobs as rows, {rows} rows", peak())?;
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    if let Ok(url) = std::env::var(STORE) {
        return measure(&url);
    }
    let repositories =
        std::env::var("REPOSITORIES").ok().and_then(|number| number.parse().ok()).unwrap_or(REPOSITORIES);
    let mut out = io::stdout().lock();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bench-ci");
    let _ = std::fs::remove_dir_all(&folder);
    let store = Store::open(&folder.join("rolled-up.db").display().to_string())?;
    for repository in 0..repositories {
        let (id, name) = (format!("R_{repository}"), format!("service-{repository}"));
        let listed = Repository { id, name, org: "acme".into(), private: true, ..Repository::default() };
        commit(&store, Scope::Repositories, "", &[Record::Repository(listed)])?;
        commit(&store, Scope::CiRuns, "", &runs(repository).collect::<Vec<_>>())?;
        store.record_import(&ImportRun {
            run: 1,
            scope: Scope::CiRuns.into(),
            subject: format!("R_{repository}"),
            outcome: RunOutcome::Ok.into(),
            covered_to: Some(at(START_SECONDS + YEARS_SECONDS)),
            ..ImportRun::default()
        })?;
    }
    store.backup(&folder.join("without-jobs.db"))?;
    let (stored, seconds) = timed(|| -> Result<usize, Box<dyn Error>> {
        let mut count = 0;
        for repository in 0..repositories {
            let records: Vec<Record> = jobs(repository).collect();
            commit(&store, Scope::CiRuns, "", &records)?;
            count += records.len();
        }
        Ok(count)
    });
    writeln!(out, "{} jobs stored in {seconds:.1} s", stored?)?;
    store.backup(&folder.join("all-jobs.db"))?;
    let (settled, seconds) = timed(|| store.settle_jobs(KEEP_DAYS, &mut || true));
    let settled = settled?;
    writeln!(out, "{} runs settled, {} jobs removed in {seconds:.1} s", settled.runs, settled.removed)?;
    let (settled, seconds) = timed(|| store.settle_jobs(KEEP_DAYS, &mut || true));
    writeln!(out, "{} runs settled by the next import, in {seconds:.1} s", settled?.runs)?;
    let (published, seconds) = timed(|| store.publish_csv(&folder.join("published"), JobsOfCi::LeftOut));
    writeln!(out, "{} files published in {seconds:.1} s", published?.len())?;
    drop(store);
    let program = std::env::current_exe()?;
    for name in ["without-jobs", "all-jobs", "rolled-up"] {
        for _ in 0..ROUNDS {
            let path = folder.join(format!("{name}.db"));
            let told = Command::new(&program).env(STORE, path.display().to_string()).output()?;
            let megabytes = std::fs::metadata(&path)?.len() / 1_000_000;
            let said = String::from_utf8_lossy(&told.stdout).trim().to_owned();
            writeln!(out, "{name}, {megabytes} MB: {said}{}", String::from_utf8_lossy(&told.stderr))?;
        }
    }
    Ok(())
}
