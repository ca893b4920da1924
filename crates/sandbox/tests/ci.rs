//! The life of CI, what an import stores of it, and its truth.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use model::kinds::{RunConclusion, RunStatus};
use model::records::{CiBill, CiJob, CiRun, Record};
use model::{Amount, Instant, Month};
use sandbox::view::View;
use sandbox::{ALL_OF_CI, CiTruth, Options, Organisation, Size, ci_records};

fn organisation(size: Size) -> Organisation {
    Organisation::generate(&Options::new(3, size))
}

/// What an import stores.
struct Rows {
    runs: Vec<CiRun>,
    jobs: Vec<CiJob>,
    bill: Vec<CiBill>,
}

fn rows(view: &View) -> Rows {
    let mut rows = Rows { runs: Vec::new(), jobs: Vec::new(), bill: Vec::new() };
    for record in ci_records(view) {
        match record {
            Record::CiRun(run) => rows.runs.push(*run),
            Record::CiJob(job) => rows.jobs.push(*job),
            Record::CiBillMonth(month) => rows.bill.extend(month.lines),
            other => panic!("{other:?}"),
        }
    }
    rows
}

#[test]
fn the_same_seed_gives_the_same_ci_and_nothing_else_depends_on_it() {
    let text = |options: &Options| {
        let organisation = Organisation::generate(options);
        let mut view = organisation.view(organisation.end());
        let ci = format!("{:?}{:?}", view.ci_runs, view.ci_usage);
        (view.ci_runs, view.ci_usage) = (Vec::new(), Vec::new());
        (ci, format!("{view:?}"))
    };
    let usual = Options::new(3, Size::Small);
    let (ci, rest) = text(&usual);
    assert_eq!(text(&usual), (ci.clone(), rest.clone()));
    assert_ne!(text(&Options::new(4, Size::Small)).0, ci);
    let (none, same) = text(&Options { ci_months: Some(0), ..usual });
    assert_eq!((none.as_str(), same == rest), ("[][]", true));
}

#[test]
fn the_demo_has_thirteen_months_of_ci_in_some_megabytes() {
    let organisation = organisation(Size::Demo);
    let rows = rows(&organisation.view(organisation.end()));
    let months: BTreeSet<Month> = rows.runs.iter().map(|run| Month::of(run.created_at)).collect();
    assert!((13..=14).contains(&months.len()), "{months:?}");
    assert!((2_500..4_500).contains(&rows.runs.len()), "{}", rows.runs.len());
    assert!((9_000..16_000).contains(&rows.jobs.len()), "{}", rows.jobs.len());
    let none = Organisation::generate(&Options::new(3, Size::Tiny));
    assert!(none.view(none.end()).ci_runs.is_empty() && none.ci_truth(none.end()).runs.is_empty());
}

#[test]
fn all_that_ci_knows_happens_in_the_demo() {
    let organisation = organisation(Size::Demo);
    let view = organisation.view(organisation.end());
    let rows = rows(&view);
    let conclusions: BTreeSet<&str> = rows.runs.iter().map(|run| run.conclusion.name()).collect();
    let expected = ["", "action_required", "cancelled", "failure", "startup_failure", "success", "timed_out"];
    assert_eq!(conclusions, BTreeSet::from(expected));
    assert!(rows.runs.iter().any(|run| run.status.name() == "waiting"));
    let of_jobs: BTreeSet<&str> = rows.jobs.iter().map(|job| job.conclusion.name()).collect();
    assert_eq!(of_jobs, BTreeSet::from(["", "cancelled", "failure", "skipped", "success", "timed_out"]));
    let labels: BTreeSet<&str> = rows.jobs.iter().map(|job| job.labels.as_str()).collect();
    let all = ["", "linux-xl", "macos-latest", "self-hosted;linux", "ubuntu-latest", "windows-latest"];
    assert_eq!(labels, BTreeSet::from(all));
    let events: BTreeSet<&str> = rows.runs.iter().map(|run| run.event.as_str()).collect();
    assert_eq!(events, BTreeSet::from(["pull_request", "push", "schedule", "workflow_dispatch"]));
    assert!(rows.runs.iter().any(|run| run.attempt == 3));
    let green_with_red = view.ci_runs.iter().flat_map(|run| &run.attempts).any(|attempt| {
        attempt.conclusion == RunConclusion::Success
            && attempt.jobs.iter().any(|job| job.conclusion == RunConclusion::Failure)
    });
    assert!(green_with_red, "a job that may fail");
    let cost_centers: BTreeSet<&str> = rows.bill.iter().map(|line| line.cost_center.as_str()).collect();
    assert_eq!(cost_centers, BTreeSet::from(["", "cc-platform"]));
    let skus: BTreeSet<&str> = rows.bill.iter().map(|line| line.sku.as_str()).collect();
    assert_eq!(skus, BTreeSet::from(["linux", "linux_8_core", "macos", "storage", "windows"]));
}

#[test]
fn an_attempt_that_runs_a_part_again_lists_what_was_green_with_its_times() {
    let organisation = organisation(Size::Demo);
    let view = organisation.view(organisation.end());
    let (mut copies, mut wholly) = (0, 0);
    for run in &view.ci_runs {
        for pair in run.attempts.windows(2) {
            assert_ne!(pair[0].conclusion, RunConclusion::Success, "what is green is not started again: {run:?}");
            assert!(pair[0].updated_at < pair[1].started_at, "{run:?}");
            let green: HashSet<_> = pair[0]
                .jobs
                .iter()
                .filter(|job| job.conclusion == RunConclusion::Success)
                .map(|job| (&job.name, job.started_at, job.finished_at))
                .collect();
            let listed: HashSet<_> = pair[1]
                .jobs
                .iter()
                .filter(|job| job.is_copy)
                .map(|job| (&job.name, job.started_at, job.finished_at))
                .collect();
            assert!(listed.is_empty() || listed == green, "{run:?}");
            copies += listed.len();
            wholly += usize::from(listed.is_empty() && !green.is_empty());
            let own = pair[1].jobs.iter().filter(|job| !job.is_copy).filter_map(|job| job.started_at);
            assert!(own.min().is_none_or(|at| at >= pair[1].started_at), "{run:?}");
        }
    }
    assert!(copies > 100 && wholly > 20, "{copies} copies, {wholly} whole");
    let ids: HashSet<u64> =
        view.ci_runs.iter().flat_map(|run| &run.attempts).flat_map(|one| &one.jobs).map(|job| job.id).collect();
    let jobs = view.ci_runs.iter().flat_map(|run| &run.attempts).map(|attempt| attempt.jobs.len()).sum::<usize>();
    assert_eq!(ids.len(), jobs, "each has a number of its own");
}

#[test]
fn runs_that_deploy_are_those_of_the_deployments_at_every_instant() {
    let organisation = organisation(Size::Small);
    let (start, end) = (organisation.start().seconds(), organisation.end().seconds());
    let mut seen = 0;
    for part in 60..=100 {
        let view = organisation.view(Instant::from_seconds(start + (end - start) / 100 * part));
        let of_deployments: HashMap<u64, _> = view.workflow_runs.iter().map(|run| (run.id, run)).collect();
        for run in view.ci_runs.iter().filter(|run| run.workflow == "deploy.yml" || run.workflow == "rollback.yml") {
            let other = of_deployments[&run.id];
            let last = run.last();
            assert_eq!(
                (run.workflow, run.event, &run.branch, &run.sha),
                (other.workflow, other.event, &other.branch, &other.sha)
            );
            assert_eq!((run.number, run.created_at), (other.number, other.created_at));
            assert_eq!(
                (run.attempts.len() as i64, last.status, last.conclusion),
                (other.attempt, other.status, other.conclusion)
            );
            assert_eq!((last.started_at, last.updated_at), (other.started_at, other.updated_at));
            seen += 1;
        }
    }
    assert!(seen > 1_000, "{seen}");
}

#[test]
fn what_was_over_stays_as_it_was() {
    let organisation = organisation(Size::Small);
    let end = organisation.end().seconds();
    let mut before: HashMap<(u64, usize), String> = HashMap::new();
    let mut running = 0;
    for half_day in (0..140).rev() {
        let view = organisation.view(Instant::from_seconds(end - half_day * 43_200 - 12_345));
        for run in &view.ci_runs {
            for (place, attempt) in run.attempts.iter().enumerate() {
                assert!(attempt.started_at <= view.now && run.created_at <= attempt.started_at);
                let is_over = attempt.status == RunStatus::Completed;
                assert_eq!(is_over, attempt.conclusion != RunConclusion::None);
                running += usize::from(!is_over);
                for job in &attempt.jobs {
                    assert!(job.started_at.is_none_or(|at| job.created_at <= at && at <= view.now), "{job:?}");
                    assert!(job.finished_at.is_none_or(|at| job.started_at.is_some_and(|from| from <= at)), "{job:?}");
                    assert!(!is_over || job.status == RunStatus::Completed, "{run:?}");
                }
                if is_over {
                    let text = format!("{attempt:?}");
                    let known = before.entry((run.id, place)).or_insert_with(|| text.clone());
                    assert_eq!(*known, text);
                }
            }
        }
    }
    assert!(running > 10, "{running}");
}

/// The figures of [`sandbox::CiMonthTruth`] in their order.
type Counts = [u64; 10];
type Key = (Month, String, String);

fn keys(at: Instant, repo: &str, workflow: &str) -> [Key; 3] {
    let (month, all) = (Month::of(at), ALL_OF_CI.to_owned());
    [(month, repo.to_owned(), workflow.to_owned()), (month, repo.to_owned(), all.clone()), (month, all.clone(), all)]
}

fn is_red(conclusion: &str) -> bool {
    matches!(conclusion, "failure" | "timed_out" | "startup_failure")
}

/// Counts runs again, from rows alone.
fn recounted(runs: &[CiRun]) -> BTreeMap<Key, Counts> {
    let mut by_id: BTreeMap<&str, Vec<&CiRun>> = BTreeMap::new();
    for run in runs {
        by_id.entry(&run.run_id).or_default().push(run);
    }
    let mut counts: BTreeMap<Key, Counts> = BTreeMap::new();
    let mut decided = HashSet::new();
    for attempts in by_id.values() {
        let (first, last) = (attempts[0], attempts[attempts.len() - 1]);
        let Some(finished_at) = last.finished_at else { continue };
        let how = last.conclusion.name();
        let place = match how {
            "success" => 1,
            "cancelled" => 3,
            how if is_red(how) => 2,
            _ => 4,
        };
        for key in keys(finished_at, &last.repo, &last.workflow) {
            let count = counts.entry(key.clone()).or_default();
            count[0] += 1;
            count[place] += 1;
            count[5] += u64::from(first.conclusion.name() == "success" || is_red(first.conclusion.name()));
            count[6] += u64::from(first.conclusion.name() == "success");
            count[7] += u64::from(last.attempt > 1);
            let is_new = place < 3 && decided.insert((key, &last.repo, &last.workflow, &last.event, &last.sha));
            count[8] += u64::from(is_new);
        }
    }
    let mut of_sha: HashMap<[&str; 4], Vec<&CiRun>> = HashMap::new();
    for run in runs.iter().filter(|run| run.finished_at.is_some()) {
        of_sha.entry([&run.repo, &run.workflow, &run.event, &run.sha]).or_default().push(run);
    }
    for ([repo, workflow, ..], mut runs) in of_sha {
        runs.sort_by_key(|run| run.finished_at);
        let red = runs.iter().position(|run| is_red(run.conclusion.name()));
        let green = red.and_then(|red| runs[red..].iter().find(|run| run.conclusion.name() == "success"));
        if let Some(at) = green.and_then(|run| run.finished_at) {
            for key in keys(at, repo, workflow) {
                counts.get_mut(&key).expect("a row")[9] += 1;
            }
        }
    }
    counts
}

fn counted(truth: &CiTruth) -> BTreeMap<Key, Counts> {
    let rows = truth.months.iter().map(|row| {
        let counts = [
            row.runs,
            row.succeeded,
            row.failed,
            row.cancelled,
            row.other,
            row.first_try_decided,
            row.first_try_succeeded,
            row.retried,
            row.decided_shas,
            row.flaky_shas,
        ];
        ((row.month, row.repo.clone(), row.workflow.clone()), counts)
    });
    rows.collect()
}

#[test]
fn the_truth_about_runs_is_what_rows_add_up_to() {
    for size in [Size::Small, Size::Demo] {
        let organisation = organisation(size);
        let end = organisation.end();
        for days in [0, 20, 43] {
            let now = Instant::from_seconds(end.seconds() - days * 86_400 - days * 4_000);
            let rows = rows(&organisation.view(now));
            let truth = organisation.ci_truth(now);
            assert_eq!(counted(&truth), recounted(&rows.runs));
            for row in truth.months {
                assert_eq!(row.runs, row.succeeded + row.failed + row.cancelled + row.other);
                assert!(row.flaky_shas <= row.decided_shas && row.first_try_succeeded <= row.first_try_decided);
                assert!(row.retried <= row.runs && row.durations.len() as u64 <= row.succeeded + row.failed);
            }
        }
    }
}

#[test]
fn durations_and_queues_are_those_of_rows() {
    let organisation = organisation(Size::Small);
    let rows = rows(&organisation.view(organisation.end()));
    let last: HashMap<&str, &CiRun> = rows.runs.iter().map(|run| (run.run_id.as_str(), run)).collect();
    let mut jobs: HashMap<&str, Vec<&CiJob>> = HashMap::new();
    for job in rows.jobs.iter().filter(|job| job.attempt == last[job.run_id.as_str()].attempt) {
        if job.started_at < job.finished_at {
            jobs.entry(&job.run_id).or_default().push(job);
        }
    }
    for truth in organisation.ci_truth(organisation.end()).runs {
        let run = last[truth.run_id.as_str()];
        let started_at = run.started_at.expect("begun");
        let jobs = jobs.get(truth.run_id.as_str()).map_or(&[][..], Vec::as_slice);
        let ended_at = jobs.iter().filter_map(|job| job.finished_at).max();
        let duration = ended_at.map(|at| at.seconds() - started_at.seconds()).filter(|_| truth.is_decided());
        assert_eq!(truth.duration_seconds, duration, "{run:?}");
        if let Some(queue) = truth.queue_seconds {
            let first = jobs.iter().filter_map(|job| job.started_at).filter(|at| *at >= started_at).min();
            assert_eq!(first.map(|at| at.seconds() - started_at.seconds()), Some(queue), "{run:?}");
        }
        assert_eq!((run.conclusion.name(), run.finished_at), (truth.conclusion, Some(truth.finished_at)));
        assert_eq!((run.attempt, run.default_branch), (i64::from(truth.attempts), truth.default_branch));
    }
}

/// Dollars of a minute, in thousandths.
fn price(labels: &str, is_private: bool, at: Instant) -> Option<i64> {
    let is_new = at >= Instant::parse_date_or_rfc3339("2026-01-01").expect("a day");
    let standard = |old, new| if is_private { if is_new { new } else { old } } else { 0 };
    Some(match labels {
        "ubuntu-latest" => standard(8, 6),
        "windows-latest" => standard(16, 10),
        "macos-latest" => standard(80, 62),
        "linux-xl" => 31,
        _ => return None,
    })
}

fn thousandths(number: i64) -> Amount {
    format!("{number}e-3").parse().expect("an amount")
}

#[test]
fn the_truth_about_money_is_what_rows_add_up_to() {
    let organisation = organisation(Size::Demo);
    let view = organisation.view(organisation.end());
    let rows = rows(&view);
    let private: HashMap<&str, bool> = view.repositories.iter().map(|one| (one.name.as_str(), one.private)).collect();
    let runs: HashMap<&str, &CiRun> = rows.runs.iter().map(|run| (run.run_id.as_str(), run)).collect();
    // What is listed again counts once.
    let mut seen = HashSet::new();
    let mut jobs: Vec<&CiJob> = rows.jobs.iter().filter(|job| job.finished_at.is_some()).collect();
    jobs.sort_by_key(|job| (job.started_at, job.attempt));
    jobs.retain(|job| seen.insert((&job.run_id, &job.name, job.started_at)));
    let mut of_name: HashMap<[&str; 5], Vec<&CiJob>> = HashMap::new();
    let key = |job: &CiJob| {
        let run = runs[job.run_id.as_str()];
        [run.repo.as_str(), run.workflow.as_str(), run.event.as_str(), run.sha.as_str()].map(str::to_owned)
    };
    let keyed: Vec<([String; 4], &CiJob)> = jobs.iter().map(|job| (key(job), *job)).collect();
    for ([repo, workflow, event, sha], job) in &keyed {
        of_name.entry([repo, workflow, event, sha, &job.name]).or_default().push(job);
    }
    let mut sums: BTreeMap<Key, ([u64; 5], [i64; 5], u64, u64)> = BTreeMap::new();
    for sisters in of_name.values() {
        for (place, job) in sisters.iter().enumerate() {
            let is_green = |job: &&&CiJob| job.conclusion.name() == "success";
            let part = match job.conclusion.name() {
                "cancelled" => 0,
                how if is_red(how) && sisters[place..].iter().any(|later| is_green(&later)) => 1,
                how if is_red(how) => 2,
                "success" if sisters[..place].iter().any(|earlier| is_green(&earlier)) => 3,
                _ => 4,
            };
            let started_at = job.started_at.expect("begun");
            let seconds = job.finished_at.expect("ended").seconds() - started_at.seconds();
            let minutes = (seconds as u64).div_ceil(60);
            let price = price(&job.labels, private[job.repo.as_str()], started_at);
            for key in keys(started_at, &job.repo, &runs[job.run_id.as_str()].workflow) {
                let sum = sums.entry(key).or_default();
                sum.0[part] += minutes;
                sum.1[part] += price.unwrap_or_default() * minutes as i64;
                sum.2 += if price.is_none() { minutes } else { 0 };
                sum.3 += 1;
            }
        }
    }
    let truth = organisation.ci_truth(organisation.end());
    let counted: BTreeMap<Key, _> = truth
        .costs
        .iter()
        .map(|row| {
            (
                (row.month, row.repo.clone(), row.workflow.clone()),
                (row.minutes, row.cost.clone(), row.unpriced_minutes, row.jobs),
            )
        })
        .collect();
    let expected: BTreeMap<Key, _> = sums
        .into_iter()
        .map(|(key, (minutes, cost, unpriced, jobs))| (key, (minutes, cost.map(thousandths), unpriced, jobs)))
        .collect();
    assert_eq!(counted, expected);
    let all = truth.costs.iter().filter(|row| row.repo == ALL_OF_CI);
    let parts = all.fold([0_u64; 5], |mut sum, row| {
        sum.iter_mut().zip(row.minutes).for_each(|(sum, minutes)| *sum += minutes);
        sum
    });
    assert!(parts.iter().all(|minutes| *minutes > 20), "each part is there: {parts:?}");
}

#[test]
fn the_bill_is_the_estimate_and_storage_less_what_is_included() {
    let organisation = organisation(Size::Demo);
    let view = organisation.view(organisation.end());
    let rows = rows(&view);
    let truth = organisation.ci_truth(organisation.end());
    let private: HashSet<&str> =
        view.repositories.iter().filter(|one| one.private).map(|one| one.name.as_str()).collect();
    let mut months: BTreeMap<Month, Amount> = BTreeMap::new();
    for line in &rows.bill {
        let net = &line.gross - &line.discount;
        assert_eq!((line.net.clone(), line.net.is_negative()), (net, false), "{line:?}");
        let is_estimated = private.contains(&line.repo.as_str()) || line.sku == "linux_8_core";
        if line.sku != "storage" && is_estimated {
            *months.entry(Month::of(line.day)).or_default() += &line.gross;
        } else if line.sku != "storage" {
            assert!(line.net.is_zero() && !line.gross.is_zero(), "given away: {line:?}");
        }
    }
    let estimates: BTreeMap<Month, Amount> =
        truth.costs.iter().filter(|row| row.repo == ALL_OF_CI).map(|row| (row.month, row.total())).collect();
    assert_eq!(months, estimates);
    let sum = |amounts: &mut dyn Iterator<Item = Amount>| {
        amounts.fold(Amount::zero(), |mut sum, amount| {
            sum += &amount;
            sum
        })
    };
    let billed = sum(&mut truth.bills.iter().map(|row| row.net.clone()));
    assert_eq!(billed, sum(&mut rows.bill.iter().map(|line| line.net.clone())));
}

#[test]
fn the_truth_about_ci_is_written_as_three_files() {
    let organisation = organisation(Size::Small);
    let folder = tempfile::tempdir().expect("folder");
    let truth = organisation.ci_truth(organisation.end());
    truth.write(folder.path()).expect("written");
    let lines = |name: &str| std::fs::read_to_string(folder.path().join(name)).expect("file").lines().count();
    assert_eq!(lines("truth_ci_month.csv"), 1 + truth.months.len());
    assert_eq!(lines("truth_ci_cost.csv"), 1 + truth.costs.len());
    assert_eq!(lines("truth_ci_bill.csv"), 1 + truth.bills.len());
}
