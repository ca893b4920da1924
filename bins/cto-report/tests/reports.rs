//! The program over a simulated organisation.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use sandbox::{Options, Organisation, Size};
use tempfile::TempDir;

/// Raw files and configuration of an organisation, and where reports go.
struct Bed {
    folder: TempDir,
    month: String,
}

impl Bed {
    fn new() -> Self {
        Self::with("")
    }

    /// With further configuration.
    fn with(more: &str) -> Self {
        let organisation = Organisation::generate(&Options::new(7, Size::Small));
        let folder = tempfile::tempdir().expect("a folder");
        let data = folder.path().join("data");
        fs::create_dir(&data).expect("made");
        sandbox::write_csv_folder(&organisation, &data).expect("written");
        fs::write(folder.path().join("config.yml"), organisation.config_yaml() + more).expect("written");
        // Bills of this month no longer change.
        let month = model::Month::of(organisation.end()).plus(-2).to_string();
        Self { folder, month }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("the program runs")
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cto-report"));
        command.env_remove("CONFIG_PATH").current_dir(self.folder.path()).args(arguments);
        command
    }

    /// Makes the report of the month, in the forms that need no Chromium.
    fn make(&self, more: &[&str]) -> Output {
        self.run(&[&[self.month.as_str(), "--format", "html,md,csv,json"], more].concat())
    }

    fn report(&self) -> PathBuf {
        self.path("reports").join(&self.month)
    }

    fn file(&self, name: &str) -> String {
        fs::read_to_string(self.report().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn done(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(0), "{}{}", text(&output.stdout), text(&output.stderr));
    text(&output.stdout)
}

fn refused(output: &Output, code: i32) -> String {
    assert_eq!(output.status.code(), Some(code), "{}{}", text(&output.stdout), text(&output.stderr));
    text(&output.stderr)
}

/// Names and contents of a folder.
fn contents(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<(String, Vec<u8>)> = entries
        .map(|entry| {
            let entry = entry.expect("an entry");
            (entry.file_name().to_string_lossy().into_owned(), fs::read(entry.path()).expect("read"))
        })
        .collect();
    files.sort();
    files
}

#[test]
fn the_same_data_gives_the_same_bytes_in_any_time_zone_and_nothing_is_written_twice() {
    let bed = Bed::new();
    let said = done(&bed.make(&[]));
    assert!(said.contains("written to reports/"), "{said}");
    let first = contents(&bed.report());
    let names: Vec<&str> = first.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        [
            "ci_cost_monthly.csv",
            "cost_vs_dora.csv",
            "dora_monthly.csv",
            "executive_summary.txt",
            "findings.csv",
            "manifest.json",
            "report.html",
            "report.json",
            "report.md",
            "team_scores.csv",
        ]
    );
    let said = done(&bed.make(&[]));
    assert!(said.contains("nothing is written"), "{said}");
    let elsewhere = [&bed.month, "--format", "html,md,csv,json", "--out", "elsewhere"];
    let output = bed.command(&elsewhere).env("TZ", "Pacific/Kiritimati").env("LANG", "de_DE.UTF-8").output();
    done(&output.expect("the program runs"));
    assert!(first == contents(&bed.path("elsewhere").join(&bed.month)), "a time zone or language changed a file");
    assert_eq!(contents(&bed.report()), first);
}

#[test]
fn no_report_names_a_person() {
    let bed = Bed::with("\nreporting: {people: true}\n");
    done(&bed.make(&[]));
    let mut people: BTreeSet<String> = BTreeSet::new();
    for (file, columns) in [
        ("pr.csv", &["creator", "author"][..]),
        ("issue.csv", &["creator", "assignees"]),
        ("pr_review.csv", &["reviewer", "author"]),
    ] {
        let mut reader = csv::Reader::from_path(bed.path("data").join(file)).expect("read");
        let header = reader.headers().expect("a header").clone();
        for row in reader.records().map(|row| row.expect("a row")) {
            let cells = header.iter().zip(&row).filter(|(name, _)| columns.contains(name));
            people.extend(cells.flat_map(|(_, cell)| cell.split(';')).map(str::to_owned));
        }
    }
    let people: BTreeSet<String> = people
        .into_iter()
        .filter(|name| name.len() > 2 && name.chars().all(|letter| letter.is_alphanumeric() || letter == '-'))
        .filter(|name| name.chars().any(char::is_alphabetic))
        .collect();
    assert!(people.len() > 10, "{people:?}");
    let mut words: BTreeSet<String> = BTreeSet::new();
    for (name, bytes) in contents(&bed.report()) {
        let text = text(&bytes);
        assert!(!text.contains("@acme"), "{name} has an address");
        words.extend(text.split(|letter: char| !letter.is_alphanumeric() && letter != '-').map(str::to_owned));
    }
    let named: Vec<&String> = people.intersection(&words).collect();
    assert!(named.is_empty(), "{named:?}");
}

#[test]
fn no_sentence_says_more_than_it_knows() {
    let bed = Bed::new();
    done(&bed.make(&[]));
    for name in ["report.md", "executive_summary.txt", "findings.csv", "report.html"] {
        let text = bed.file(name);
        for word in [
            "NaN",
            "null",
            "inf ",
            "undefined",
            "improved",
            "degraded",
            "elite",
            "low performer",
            "productivity",
            "ranking",
            "causes",
        ] {
            assert!(!text.contains(word), "{name} says {word}");
        }
    }
    let summary = bed.file("executive_summary.txt");
    assert!(summary.starts_with(&format!("ENGINEERING PORTFOLIO – MONTHLY SUMMARY ({})\n\n", bed.month)), "{summary}");
}

#[test]
fn a_late_bill_gives_a_second_report_with_one_line_that_says_so() {
    let bed = Bed::new();
    done(&bed.make(&[]));
    let before = bed.file("report.md");
    let bills = bed.path("data").join("cloud_costs.csv");
    let mut reader = csv::Reader::from_path(&bills).expect("read");
    let header = reader.headers().expect("a header").clone();
    let at = |name: &str| header.iter().position(|column| column == name).unwrap_or_else(|| panic!("{name}"));
    let mut rows: Vec<Vec<String>> =
        reader.records().map(|row| row.expect("a row").iter().map(str::to_owned).collect()).collect();
    let is_it = |row: &&mut Vec<String>| row[at("month")].starts_with(&bed.month) && row[at("currency")] == "EUR";
    let row = rows.iter_mut().find(is_it).expect("a bill of the month");
    for column in ["cost", "gross"] {
        let amount: model::Amount = row[at(column)].parse().expect("money");
        row[at(column)] = (&amount + &model::Amount::from(25)).to_string();
    }
    let mut writer = csv::Writer::from_path(&bills).expect("opened");
    writer.write_record(&header).expect("written");
    for row in &rows {
        writer.write_record(row).expect("written");
    }
    drop(writer);
    let said = refused(&bed.make(&[]), 1);
    assert!(said.contains("one figure differs: Cloud cost") && said.contains("--force"), "{said}");
    done(&bed.make(&["--force"]));
    assert_eq!(bed.file("report.md"), before, "the first report stays");
    let second = bed.path("reports").join(format!("{}.r2", bed.month));
    let text = fs::read_to_string(second.join("report.md")).expect("the second report");
    let restated: Vec<&str> = text.lines().filter(|line| line.contains("Restated:")).collect();
    assert_eq!(restated.len(), 1, "{restated:?}");
    assert!(restated[0].contains("Cloud cost, EUR") && restated[0].contains("a bill came later"), "{restated:?}");
    let said = done(&bed.make(&[]));
    assert!(said.contains("nothing is written"), "{said}");
    done(&bed.run(&["verify", &second.display().to_string()]));
}

#[test]
fn a_report_is_verified_against_its_manifest_and_the_data() {
    let bed = Bed::new();
    done(&bed.make(&[]));
    let folder = bed.report().display().to_string();
    let said = done(&bed.run(&["verify", &folder]));
    assert!(said.contains("is what the data gives"), "{said}");
    fs::write(bed.report().join("findings.csv"), "month\n").expect("written");
    let said = refused(&bed.run(&["verify", &folder]), 1);
    assert!(said.contains("findings.csv was changed after it was written"), "{said}");
    fs::write(bed.path("config.yml"), "reporting: {timezone: Europe/Paris}\n").expect("written");
    let said = refused(&bed.run(&["verify", &folder]), 1);
    assert!(said.contains("the configuration is another one"), "{said}");
    let said = refused(&bed.run(&["verify", "data"]), 1);
    assert!(said.contains("it is no report"), "{said}");
}

#[test]
fn what_cannot_be_reported_is_named() {
    let bed = Bed::new();
    for (arguments, code, words) in [
        (&["2100-01"][..], 1, "is not over"),
        (&["1970-01"], 1, "the data begins in"),
        (&["January"], 2, "expected a month like 2026-10"),
        (&["--team", "Nobody"], 2, "no team is called Nobody"),
        (&["--format", "docx"], 2, "possible values"),
        (&["--data", "nowhere"], 1, "run cto-import first"),
        (&["--store", "sqlite:nowhere.db"], 1, "nowhere.db"),
        (&["verify"], 2, "DIR"),
    ] {
        let said = refused(&bed.run(arguments), code);
        assert!(said.contains(words), "{arguments:?}: {said}");
    }
    fs::write(bed.path("config.yml"), "report: {targets: {speed: \">= 3\"}}\n").expect("written");
    assert!(refused(&bed.run(&[]), 2).contains("key report.targets.speed: no measure is called speed"));
    fs::write(bed.path("config.yml"), "report: {targets: {rework_rate: low}}\n").expect("written");
    assert!(refused(&bed.run(&[]), 2).contains("low is no target"));
    assert!(!bed.path("reports").exists(), "nothing is written");
}

#[test]
fn a_folder_that_is_no_report_is_left_alone_and_a_pdf_that_cannot_be_printed_is_told() {
    let bed = Bed::new();
    fs::create_dir_all(bed.report()).expect("made");
    fs::write(bed.report().join("mine.txt"), "mine").expect("written");
    assert!(refused(&bed.make(&[]), 1).contains("has no manifest.json"));
    fs::remove_dir_all(bed.report()).expect("removed");
    let output = bed.run(&[&bed.month, "--format", "pdf", "--chromium", "/nowhere/chromium"]);
    let said = refused(&output, 3);
    assert!(said.contains("/nowhere/chromium cannot be started") && said.contains("print report.html"), "{said}");
    assert!(bed.report().join("report.html").exists(), "the rest is there");
}

#[test]
fn the_report_of_a_team_has_a_folder_of_its_own_and_says_what_is_whole() {
    let bed = Bed::new();
    let config = fs::read_to_string(bed.path("config.yml")).expect("read");
    let teams = config.lines().skip_while(|line| *line != "teams:").skip(1);
    let team =
        teams.map(str::trim).find_map(|line| line.strip_suffix(':')).expect("a team").trim_matches('"').to_owned();
    done(&bed.make(&["--team", &team]));
    let folder = bed.path("reports").join(format!("{}.{team}", bed.month));
    let text = fs::read_to_string(folder.join("report.md")).expect("the report");
    assert!(text.contains(&format!("Of {team} alone")), "{text}");
}

#[test]
fn a_report_is_sent_when_it_is_written_and_is_there_when_sending_fails() {
    let bed = Bed::new();
    let said = refused(&bed.make(&["--send", "slack"]), 2);
    assert!(said.contains("CTO_REPORT_SLACK_URL is not set"), "{said}");
    assert!(!bed.path("reports").exists(), "nothing is made");
    // Nobody listens there: a port that was free a moment ago.
    let port = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port();
    let url = format!("http://127.0.0.1:{port}/hooks/s3cr3t-part");
    let arguments = [&bed.month, "--format", "html,csv", "--send", "slack"];
    let output = bed.command(&arguments).env("CTO_REPORT_SLACK_URL", &url).output().expect("the program runs");
    let said = refused(&output, 3);
    assert!(said.contains("was not sent to slack") && !said.contains("s3cr3t"), "{said}");
    assert!(bed.report().join("report.html").exists(), "the report is there");
    let dry = [&arguments[..], &["--dry-run"]].concat();
    let output = bed.command(&dry).env("CTO_REPORT_SLACK_URL", &url).output().expect("the program runs");
    let said = done(&output);
    assert!(said.contains("would be sent to slack:") && said.contains("report.html, team_scores.csv"), "{said}");
}
