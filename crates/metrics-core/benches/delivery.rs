//! Delivery of a large organisation in memory: 200 repositories, 3 years, 50,000 deployments, 1,000,000 commits, 250,000
//! pull requests; and of a quarter of it, to see that time grows no faster than the data.

use std::error::Error;
use std::io::{self, Write as _};
use std::time::Instant as Stopwatch;

use metrics_core::catalogue::TableScope;
use metrics_core::{RawBuilder, Selection, calculate_tables};
use model::Instant;
use model::columns::Raw;
use model::records::{Deployment, GitCommit, Place, PullRequest};
use model::rules::Rules;

const REPOSITORIES: usize = 200;
const COMMITS: usize = 5_000;
const COMMITS_OF_A_DEPLOYMENT: usize = 20;
const START_SECONDS: i64 = 1_672_531_200;
const YEARS_SECONDS: i64 = 3 * 365 * 86_400;
const ROUNDS: usize = 3;

fn sha(repository: usize, commit: usize) -> String {
    format!("{:040x}", (repository * COMMITS + commit).wrapping_mul(0x9E37_79B9_7F4A_7C15) as u128)
}

/// One repository: a branch on which each fourth commit is merged from another, and a deployment each twentieth.
fn repository(builder: &mut RawBuilder, number: usize) {
    let (org, repo) = ("acme".to_owned(), format!("service-{number}"));
    let at = |commit: usize| Instant::from_seconds(START_SECONDS + YEARS_SECONDS * commit as i64 / COMMITS as i64);
    for commit in 0..COMMITS {
        let parents = match commit {
            0 => String::new(),
            1..4 => sha(number, commit - 1),
            _ if commit % 4 == 0 => format!("{};{}", sha(number, commit - 2), sha(number, commit - 1)),
            _ => sha(number, commit - 1),
        };
        builder.git_commit(&GitCommit {
            org: org.clone(),
            repo: repo.clone(),
            sha: sha(number, commit),
            parents,
            committed_at: at(commit),
            ..GitCommit::default()
        });
        if commit % 4 == 0 {
            builder.pull_request(&PullRequest {
                place: Place { org: org.clone(), repo: repo.clone(), number: commit.to_string(), ..Place::default() },
                title: format!("Change {commit}"),
                created_at: at(commit.saturating_sub(8)),
                first_commit_at: Some(at(commit.saturating_sub(9))),
                merged_at: Some(at(commit)),
                closed_at: Some(at(commit)),
                base: "main".to_owned(),
                merge_commit: sha(number, commit),
                creator: format!("person-{}", commit % 40),
                ..PullRequest::default()
            });
        }
        if commit % COMMITS_OF_A_DEPLOYMENT == 0 {
            // Each twentieth deployment goes back to the one before the last.
            let back = if commit % (20 * COMMITS_OF_A_DEPLOYMENT) == 0 { 2 * COMMITS_OF_A_DEPLOYMENT } else { 0 };
            let ended = Instant::from_micros(at(commit).micros() + 600_000_000);
            builder.deployment(&Deployment {
                id: format!("DE_{number}_{commit}"),
                org: org.clone(),
                repo: repo.clone(),
                environment: "production".to_owned(),
                sha: sha(number, commit.saturating_sub(back)),
                created_at: at(commit),
                succeeded_at: Some(ended),
                finished_at: Some(ended),
                outcome: "success".into(),
                ..Deployment::default()
            });
        }
    }
}

fn organisation(repositories: usize) -> Result<Raw, Box<dyn Error>> {
    let mut builder = RawBuilder::new();
    for number in 0..repositories {
        repository(&mut builder, number);
    }
    let mut raw = builder.build(Instant::from_seconds(START_SECONDS + YEARS_SECONDS))?;
    raw.settle();
    Ok(raw)
}

/// The most memory that the process has held, in MiB; 0 where the system does not say.
fn peak() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").trim().parse::<usize>().ok()).unwrap_or_default() / 1_024
}

#[expect(clippy::disallowed_methods, reason = "a benchmark reads the clock; the engine does not")]
fn main() -> Result<(), Box<dyn Error>> {
    let mut out = io::stdout().lock();
    for repositories in [REPOSITORIES / 4, REPOSITORIES] {
        let raw = organisation(repositories)?;
        let before = peak();
        let mut seconds = f64::INFINITY;
        let mut rows = 0;
        for _ in 0..ROUNDS {
            let begun = Stopwatch::now();
            let (rules, selection) = (Rules::default(), Selection::default());
            let calculated = calculate_tables(&raw, &rules, None, TableScope::Delivery, None, &selection, None)?;
            seconds = seconds.min(begun.elapsed().as_secs_f64());
            rows = calculated.tables.iter().map(model::table::Table::height).sum();
        }
        writeln!(
            out,
            "delivery, {repositories} repositories, {} deployments, {} commits: {seconds:.2} s, {rows} rows, peak {} MiB above the {before} MiB of the data",
            raw.deployments.id.len(),
            raw.commits.sha.len(),
            peak() - before,
        )?;
    }
    Ok(())
}
