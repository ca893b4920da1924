//! What the store does in a second: `cargo bench -p store`.
//!
//! 200,000 issues with 2,000,000 events on boards and 600,000 changes of state, and 230,000 pull requests with
//! 700,000 reviews are written in pages of 100, read as columns, published, read back from the published files,
//! and loaded from those into another store; then the files are loaded without ids, as the original tool writes them, and
//! the first import after that stores everything over them. `STORE_BENCH_SHARE` takes a share of that, for a quick look.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant as Clock};

use model::Instant;
use model::columns::Scopes;
use model::records::{Issue, Place, ProjectEvent, PullRequest, Record, Review, Scope, StatusEvent};
use store::csv_folder::{self, Reading};
use store::{Page, Store};

const ISSUES: usize = 200_000;
const PULL_REQUESTS: usize = 230_000;
const PAGE: usize = 100;
const COLUMNS: [&str; 8] = ["Backlog", "Ready", "In progress", "In review", "QA", "Waiting", "Done", "Blocked"];

fn main() -> Result<(), Box<dyn Error>> {
    let share: f64 = std::env::var("STORE_BENCH_SHARE").ok().and_then(|text| text.parse().ok()).unwrap_or(1.0);
    let folder = tempfile::tempdir()?;
    let store = Store::open(folder.path().join("cto.db").to_str().ok_or("a path that is text")?)?;

    let (records, taken) = write(&store, share)?;
    say("write: records with their children", taken);
    println!("       {records} records, {:.0} a second", records as f64 / taken.as_secs_f64());
    println!("       {} bytes", fs::metadata(store.path())?.len());

    let data = folder.path().join("data");
    let (_, taken) = timed(|| store.publish_csv(&data, store::JobsOfCi::Published))?;
    say("publish: store to CSV files", taken);
    // Turn by turn, so that whatever else the machine does falls on both.
    let (mut from_store, mut from_files) = (Duration::MAX, Duration::MAX);
    for _ in 0..7 {
        let (raw, taken) = timed(|| store.load(Scopes::ALL))?;
        assert_eq!(raw.issues.id.len(), (ISSUES as f64 * share) as usize);
        from_store = from_store.min(taken);
        drop(raw);
        let (_, taken) = timed(|| csv_folder::load(&data, Scopes::ALL, Reading::Strict))?;
        from_files = from_files.min(taken);
    }
    say("read: store to columns, best of 7", from_store);
    say("read: CSV files to columns, best of 7", from_files);
    let again = Store::open(folder.path().join("again.db").to_str().ok_or("a path that is text")?)?;
    let (_, taken) = timed(|| again.import_csv(&data))?;
    say("load: CSV files into a store", taken);
    let without_ids = folder.path().join("original");
    without_ids_of(&data, &without_ids)?;
    let original = Store::open(folder.path().join("original.db").to_str().ok_or("a path that is text")?)?;
    let (_, taken) = timed(|| original.import_csv(&without_ids))?;
    say("load: CSV files without ids into a store", taken);
    let (_, taken) = timed(|| original.import_csv(&without_ids))?;
    say("load: the same files again", taken);
    let (_, taken) = write(&original, share)?;
    say("write: the first import over files without ids", taken);
    let ((), taken) = timed(|| original.check_pages())?;
    say("check: pages, as at the start of each import", taken);
    let (faults, taken) = timed(|| original.check())?;
    assert!(faults.is_empty(), "{faults:?}");
    say("check: every page, key and cell", taken);
    let (_, taken) = timed(|| original.backup(&folder.path().join("backup.db")))?;
    say("backup: the store into another file", taken);
    Ok(())
}

/// The files of issues and pull requests as the original tool writes them: without ids.
fn without_ids_of(data: &Path, folder: &Path) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(folder)?;
    for name in ["issue.csv", "issue_status_event.csv", "issue_project_event.csv", "pr.csv", "pr_review.csv"] {
        let mut rows = csv::Reader::from_path(data.join(name))?;
        let header = rows.headers()?.clone();
        let kept: Vec<usize> = (0..header.len()).filter(|index| &header[*index] != "id").collect();
        let mut out = csv::Writer::from_path(folder.join(name))?;
        out.write_record(kept.iter().map(|index| &header[*index]))?;
        for row in rows.into_byte_records() {
            let row = row?;
            out.write_record(kept.iter().map(|index| &row[*index]))?;
        }
        out.flush()?;
    }
    Ok(())
}

fn timed<T, E>(work: impl FnOnce() -> Result<T, E>) -> Result<(T, Duration), E> {
    let start = Clock::now();
    let result = work()?;
    Ok((result, start.elapsed()))
}

fn say(what: &str, taken: Duration) {
    println!("{:8.3} s  {what}", taken.as_secs_f64());
}

/// Writes everything in pages; the time is that of the commits alone.
fn write(store: &Store, share: f64) -> Result<(usize, Duration), Box<dyn Error>> {
    let issues = (ISSUES as f64 * share) as usize;
    let pull_requests = (PULL_REQUESTS as f64 * share) as usize;
    let (mut records, mut taken) = (0, Duration::ZERO);
    let numbers = (0..issues).map(|number| (true, number)).chain((0..pull_requests).map(|number| (false, number)));
    let numbers: Vec<_> = numbers.collect();
    for chunk in numbers.chunks(PAGE) {
        let page: Vec<Record> = chunk
            .iter()
            .map(|&(is_issue, number)| {
                if is_issue {
                    Record::Issue(Box::new(issue(number)))
                } else {
                    Record::PullRequest(Box::new(pull(number)))
                }
            })
            .collect();
        records += page.iter().map(rows).sum::<usize>();
        let page = Page {
            scope: Scope::Issues,
            subject: "R_0",
            records: &page,
            cursor: Some("{\"page\":\"Y3Vyc29yOnYyOpK5\"}"),
            observed_at: Instant::from_seconds(1_900_000_000),
            run: 0,
            generation: Some(1),
            complete: false,
        };
        let (_, spent) = timed(|| store.commit(&page))?;
        taken += spent;
    }
    Ok((records, taken))
}

fn rows(record: &Record) -> usize {
    match record {
        Record::Issue(issue) => 1 + issue.status_events.len() + issue.project_events.len(),
        Record::PullRequest(pull_request) => 1 + pull_request.reviews.len(),
        _ => 1,
    }
}

fn place(number: usize) -> Place {
    let repository = number % 40;
    Place {
        repository_id: format!("R_{repository}"),
        org: "acme".into(),
        repo: format!("service-{repository}"),
        number: number.to_string(),
        ..Place::default()
    }
}

fn login(number: usize) -> String {
    format!("user-{}", number * 7919 % 300)
}

fn moment(number: usize, step: usize) -> Instant {
    Instant::from_seconds(1_600_000_000 + (number * 97) as i64 + (step * 86_400) as i64)
}

fn issue(number: usize) -> Issue {
    let board = number % 12;
    let column = |step: usize| COLUMNS[step % COLUMNS.len()].to_owned();
    let event = |step: usize| ProjectEvent {
        kind: if step == 0 { "added" } else { "moved" }.into(),
        project_id: (4_100_000 + board).to_string(),
        project_name: format!("Board {board}"),
        from_column: if step == 0 { String::new() } else { column(step - 1) },
        to_column: column(step),
        at: moment(number, step),
        by: login(number + step),
    };
    let status = |(step, kind): (usize, &str)| StatusEvent {
        kind: kind.into(),
        at: moment(number, step * 5),
        by: login(number),
        state_reason: if kind == "closed" { "completed" } else { "" }.into(),
    };
    Issue {
        id: format!("I_kwDOA{number:012}"),
        place: place(number),
        title: format!("Something that somebody wished for, number {number}"),
        url: format!("https://github.com/acme/service-{}/issues/{number}", number % 40),
        state: "closed".into(),
        state_reason: "completed".into(),
        kind: "feature".into(),
        is_bug: number.is_multiple_of(5),
        labels: vec!["feature".into(), format!("area-{}", number % 30)],
        creator: login(number),
        assignees: vec![login(number + 1)],
        created_at: moment(number, 0),
        closed_at: Some(moment(number, 10)),
        updated_at: Some(moment(number, 10)),
        committer: login(number),
        status_events: [(0, "opened"), (1, "closed"), (2, "reopened")].map(status).to_vec(),
        project_events: (0..10).map(event).collect(),
        ..Issue::default()
    }
}

fn pull(number: usize) -> PullRequest {
    let review = |step: usize| Review {
        id: format!("PRR_kwDOA{number:012}{step}"),
        state: if step == 0 { "CHANGES_REQUESTED" } else { "APPROVED" }.into(),
        submitted_at: Some(moment(number, step)),
        user: login(number + step),
        ..Review::default()
    };
    PullRequest {
        id: format!("PR_kwDOA{number:012}"),
        place: place(number),
        title: format!("Make something else of it, number {number}"),
        url: format!("https://github.com/acme/service-{}/pull/{number}", number % 40),
        state: "merged".into(),
        creator: login(number),
        created_at: moment(number, 0),
        closed_at: Some(moment(number, 4)),
        merged_at: Some(moment(number, 4)),
        updated_at: Some(moment(number, 4)),
        base: "main".into(),
        additions: Some(10),
        deletions: Some(3),
        changed_files: Some(2),
        first_commit_at: Some(moment(number, 0)),
        merge_commit: format!("{number:040x}"),
        reviews: (0..3).map(review).collect(),
        ..PullRequest::default()
    }
}
