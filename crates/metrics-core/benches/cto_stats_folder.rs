//! A large folder of raw CSV files, from disk to the tables of rule set `cto-stats`.
//!
//! Some 3.6 million rows and 300 MB: 200,000 issues, 2 million project events, 600,000 status events, 100,000 pull
//! requests, 700,000 reviews. The folder is written once, from a fixed seed, to `bench-data` in the target folder.

use std::error::Error;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::Instant as Stopwatch;

use metrics_core::cto_stats::{issue_tables, pull_request_tables};
use model::Instant;
use model::columns::Scopes;
use model::rules::{ProjectRules, RuleSet, Rules};
use model::table::Table;
use store::csv_folder::{Reading, load};

const ISSUES: u64 = 200_000;
const PULL_REQUESTS: u64 = 100_000;
const REPOSITORIES: u64 = 60;
const ROUNDS: usize = 7;
const START_SECONDS: i64 = 1_577_836_800;
const COLUMNS: [&str; 7] = ["Backlog", "Ready", "In Progress", "In Review", "In QA", "Ready for prod", "Done"];
const BOARDS: [(&str, &str); 5] = [
    ("4100001", "Platform"),
    ("4100002", "Mobile app"),
    ("4100003", "\"Data, machine learning\""),
    ("4100004", "Checkout"),
    ("4100005", "Side board"),
];

/// The splitmix64 generator: short, seeded, good enough to fill files.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % bound
    }
}

fn time(seconds: i64) -> String {
    Instant::from_seconds(seconds).to_rfc3339_seconds()
}

fn file(folder: &Path, name: &str, header: &str) -> std::io::Result<BufWriter<File>> {
    let mut file = BufWriter::with_capacity(1 << 20, File::create(folder.join(name))?);
    writeln!(file, "{header}")?;
    Ok(file)
}

fn write_issues(folder: &Path, chance: &mut Chance) -> std::io::Result<()> {
    let mut issues = file(
        folder,
        "issue.csv",
        "org,repo,number,title,url,state,type,is_bug,creator,assignees,created_at,closed_at,committer",
    )?;
    let mut status = file(folder, "issue_status_event.csv", "org,repo,number,type,at,by")?;
    let mut project = file(
        folder,
        "issue_project_event.csv",
        "org,repo,number,project_id,project_name,from_column,to_column,at,by,type",
    )?;
    for number in 1..=ISSUES {
        let repo = format!("acme,service-{:02},{number}", chance.below(REPOSITORIES));
        let created = START_SECONDS + (number * 780) as i64 + chance.below(86_400) as i64;
        let is_bug = chance.below(5) == 0;
        let kind = if is_bug { "bug" } else { ["feature", "task", "chore"][chance.below(3) as usize] };
        let title = if chance.below(6) == 0 {
            "\"Export fails, says \"\"no such row\"\"\""
        } else {
            "Move the export to the new queue"
        };
        let mut at = created;
        let (board, name) = BOARDS[chance.below(5) as usize];
        let closed = chance.below(10) != 0;
        writeln!(project, "{repo},{board},{name},,,{},user-{},added", time(at), number % 97)?;
        let mut from = "";
        for step in 0..9 {
            at += 3600 + chance.below(400_000) as i64;
            let column = if step < 6 { step } else { chance.below(7) };
            let to = COLUMNS[column as usize];
            writeln!(project, "{repo},{board},{name},{from},{to},{},user-{},moved", time(at), number % 97)?;
            from = to;
        }
        writeln!(status, "{repo},opened,{},user-{}", time(created), number % 89)?;
        writeln!(status, "{repo},closed,{},user-{}", time(at), number % 89)?;
        writeln!(
            status,
            "{repo},{},{},user-{}",
            if closed { "closed" } else { "reopened" },
            time(at + 60),
            number % 89
        )?;
        let (state, closed_at) = if closed { ("closed", time(at)) } else { ("open", String::new()) };
        writeln!(
            issues,
            "{repo},{title},https://github.com/acme/service/issues/{number},{state},{kind},{is_bug},user-{},user-{},{},{closed_at},user-{}",
            number % 89,
            number % 83,
            time(created),
            number % 79,
        )?;
    }
    issues.flush()?;
    status.flush()?;
    project.flush()
}

fn write_pull_requests(folder: &Path, chance: &mut Chance) -> std::io::Result<()> {
    let mut pull_requests =
        file(folder, "pr.csv", "org,repo,number,title,url,state,created_at,closed_at,merged_at,creator")?;
    let mut reviews = file(folder, "pr_review.csv", "org,repo,number,state,submitted_at,user")?;
    for number in 1..=PULL_REQUESTS {
        let repo = format!("acme,service-{:02},{number}", chance.below(REPOSITORIES));
        let created = START_SECONDS + (number * 1560) as i64;
        let merged = time(created + 90_000);
        writeln!(
            pull_requests,
            "{repo},Move the export to the new queue,https://github.com/acme/service/pull/{number},merged,{},{merged},{merged},user-{}",
            time(created),
            number % 89,
        )?;
        for review in 0..7 {
            let state = ["APPROVED", "CHANGES_REQUESTED", "COMMENTED"][chance.below(3) as usize];
            writeln!(reviews, "{repo},{state},{},user-{}", time(created + 3600 * review), chance.below(97))?;
        }
    }
    pull_requests.flush()?;
    reviews.flush()
}

/// The folder, written unless it is there.
fn folder() -> std::io::Result<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("bench-data").join("cto-stats-large");
    let mark = folder.join("complete");
    if !mark.exists() {
        fs::create_dir_all(&folder)?;
        let mut chance = Chance(20_210_103);
        write_issues(&folder, &mut chance)?;
        write_pull_requests(&folder, &mut chance)?;
        File::create(mark)?;
    }
    Ok(folder)
}

fn rules() -> Rules {
    let list = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let project = |(id, _): &(&str, &str)| ProjectRules {
        id: (*id).to_owned(),
        lead_time_columns: list(&["Backlog", "Ready"]),
        cycle_time_columns: list(&["In Progress"]),
        put_in_ready_columns: list(&["Ready"]),
        dev_start_columns: list(&["In Progress"]),
        review_start_columns: list(&["In Review"]),
        qa_start_columns: list(&["In QA"]),
        waitingtoprod_start_columns: list(&["Ready for prod"]),
        inprod_start_columns: list(&["Done"]),
        ..ProjectRules::default()
    };
    Rules { set: RuleSet::CtoStats, projects: BOARDS[..4].iter().map(project).collect(), ..Rules::default() }
}

/// `VmHWM` of this process, where the system tells it.
fn peak_memory() -> String {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.map_or_else(|| "unknown".to_owned(), |line| line.trim().to_owned())
}

/// Milliseconds of processor time of all threads so far, where the system tells it: on a busy machine it says more
/// than the clock.
fn processor_ms() -> u64 {
    const MS_PER_TICK: u64 = 10;
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let behind_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks = behind_name.split_whitespace().skip(11).take(2).filter_map(|field| field.parse::<u64>().ok());
    ticks.sum::<u64>() * MS_PER_TICK
}

#[expect(clippy::disallowed_methods, reason = "a benchmark measures time; the engine does not")]
fn main() -> Result<(), Box<dyn Error>> {
    let folder = folder()?;
    let rules = rules();
    let mut totals = Vec::new();
    for round in 1..=ROUNDS {
        let (start, processor_start) = (Stopwatch::now(), processor_ms());
        let loaded = load(&folder, Scopes::ALL, Reading::Original)?;
        let (loaded_ms, loaded_processor) = (start.elapsed().as_millis(), processor_ms());
        let tables = issue_tables(&loaded.raw, &rules, None);
        let issues_ms = start.elapsed().as_millis();
        let more_tables = pull_request_tables(&loaded.raw);
        let total_ms = start.elapsed().as_millis();
        totals.push(total_ms);
        let rows: usize = tables.iter().chain(&more_tables).map(Table::height).sum();
        println!(
            "round {round}: load {loaded_ms} ms, issue tables {} ms, pull request tables {} ms, together {total_ms} ms; \
             processor time of load {} ms, of all {} ms; {rows} rows; peak memory so far {}",
            issues_ms - loaded_ms,
            total_ms - issues_ms,
            loaded_processor - processor_start,
            processor_ms() - processor_start,
            peak_memory(),
        );
    }
    totals.sort_unstable();
    println!("median {} ms, fastest {} ms", totals[ROUNDS / 2], totals[0]);
    Ok(())
}
