//! A working directory with raw files and a configuration, and the program run in it.

#![allow(dead_code, reason = "each test program uses its part of it")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// Two issues on board 7, the first one finished.
const ISSUE: &str = "\
org,repo,number,title,url,state,type,is_bug,creator,assignees,created_at,closed_at,committer
acme,web,1,One,https://example.com/1,closed,task,false,ada,,2026-01-05T09:00:00Z,2026-01-14T09:00:00Z,ada
acme,web,2,Two,https://example.com/2,open,bug,true,bob,,2026-01-06T09:00:00Z,,
";
const STATUS: &str = "\
org,repo,number,type,at,by
acme,web,1,opened,2026-01-05T09:00:00Z,ada
acme,web,1,closed,2026-01-14T09:00:00Z,ada
acme,web,2,opened,2026-01-06T09:00:00Z,bob
";
const PROJECT: &str = "\
org,repo,number,project_id,project_name,from_column,to_column,at,by,type
acme,web,1,7,Board,,,2026-01-05T10:00:00Z,ada,added
acme,web,1,7,Board,,Doing,2026-01-08T09:00:00Z,ada,moved
acme,web,2,7,Board,,,2026-01-06T10:00:00Z,bob,added
acme,web,2,7,Board,,Ready,2026-01-07T09:00:00Z,bob,moved
";
const PULL_REQUEST: &str = "\
org,repo,number,title,url,state,created_at,closed_at,merged_at,creator
acme,web,3,Three,https://example.com/3,merged,2026-01-07T09:00:00Z,2026-01-09T09:00:00Z,2026-01-09T09:00:00Z,ada
acme,web,4,Four,https://example.com/4,open,2026-01-12T09:00:00Z,,,bob
";
const REVIEW: &str = "\
org,repo,number,state,submitted_at,user
acme,web,3,CHANGES_REQUESTED,2026-01-08T09:00:00Z,bob
acme,web,3,APPROVED,2026-01-09T08:00:00Z,bob
";
pub(crate) const CONFIG: &str = "\
github:
  projects:
    - id: 7
      lead_time_columns: [Ready]
      cycle_time_columns: [Doing]
      put_in_ready_columns: [Ready]
      dev_start_columns: [Doing]
";

/// A working directory: raw files in `data`, and `config.yml`.
pub(crate) struct Folder(TempDir);

impl Folder {
    /// The raw files above and their configuration.
    pub(crate) fn new() -> Self {
        Self::empty()
            .with("data/issue.csv", ISSUE)
            .with("data/issue_status_event.csv", STATUS)
            .with("data/issue_project_event.csv", PROJECT)
            .with("data/pr.csv", PULL_REQUEST)
            .with("data/pr_review.csv", REVIEW)
            .with("config.yml", CONFIG)
    }

    /// Nothing but an empty `data`.
    pub(crate) fn empty() -> Self {
        let root = TempDir::new().expect("a folder");
        fs::create_dir(root.path().join("data")).expect("created");
        Self(root)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn with(self, name: &str, text: impl AsRef<[u8]>) -> Self {
        fs::write(self.path(name), text).expect("written");
        self
    }

    pub(crate) fn without(self, name: &str) -> Self {
        fs::remove_file(self.path(name)).expect("removed");
        self
    }

    /// Appends text to a file.
    pub(crate) fn with_more(self, name: &str, text: &str) -> Self {
        let whole = self.read(name) + text;
        self.with(name, whole)
    }

    /// Replaces a text that is in a file.
    pub(crate) fn with_changed(self, name: &str, from: &str, to: &str) -> Self {
        let text = self.read(name);
        assert!(text.contains(from), "{name} has no {from}");
        self.with(name, text.replacen(from, to, 1))
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// A table without its header.
    pub(crate) fn rows(&self, name: &str) -> String {
        self.read(name).split_once('\n').expect("a header").1.to_owned()
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.path(name).exists()
    }

    /// Names of the files in a folder, in order.
    pub(crate) fn names(&self, folder: &str) -> Vec<String> {
        names_in(&self.path(folder))
    }

    /// Runs the program here, with blanks between the arguments.
    pub(crate) fn run(&self, arguments: &str) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cto-calculate"));
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            if text.starts_with("CTO_") || text.starts_with("GITHUB_") || text == "CONFIG_PATH" || text == "RUST_LOG" {
                command.env_remove(&name);
            }
        }
        command.current_dir(self.0.path()).args(arguments.split_whitespace()).output().expect("the program runs")
    }

    /// Exit code and standard error of a run.
    pub(crate) fn complaint(&self, arguments: &str) -> String {
        let output = self.run(arguments);
        format!("exit {}\n{}", code(&output), String::from_utf8_lossy(&output.stderr))
    }

    /// Runs the program, which has to succeed, and gives what it wrote on standard error.
    pub(crate) fn calculated(&self, arguments: &str) -> String {
        let output = self.run(arguments);
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(code(&output), 0, "{errors}");
        errors
    }
}

pub(crate) fn names_in(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("readable");
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

pub(crate) fn code(output: &Output) -> i32 {
    output.status.code().expect("not killed")
}
