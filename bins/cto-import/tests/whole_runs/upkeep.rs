//! Backups and checks of the store, and the commands that the documentation names for them.

use std::path::Path;
use std::process::{Child, Command, Stdio};

use clap::Parser as _;
use cto_import::Arguments;
use sandbox::server::Config;
use sandbox::{Options, Size};

use crate::simulated::{Ended, Simulated, assert_same_tables, importer};

const OPERATIONS: &str = include_str!("../../../../docs/operations.md");

fn small() -> Options {
    Options { issues: Some(40), pull_requests: Some(20), ..Options::new(5, Size::Small) }
}

fn run(command: &mut Command) -> Ended {
    Ended::of(&command.output().expect("the program runs"))
}

/// The lines of the fenced blocks below a heading that are commands.
fn commands(heading: &str) -> Vec<&'static str> {
    let section = OPERATIONS.split(&format!("\n## {heading}\n")).nth(1).expect("such a heading");
    let section = section.split("\n## ").next().unwrap_or_default();
    let blocks = section.split("```").skip(1).step_by(2).filter(|block| block.starts_with('\n'));
    blocks.flat_map(str::lines).filter(|line| !line.is_empty()).collect()
}

/// Runs a documented command of this program where it is meant to be run.
fn documented(line: &str, folder: &Path) -> Ended {
    let words = line.strip_prefix("cto-import ").expect("a command of this program");
    run(importer().current_dir(folder).args(words.split_whitespace()))
}

/// An import that is slow enough to be met while it runs.
fn slow_import(simulated: &Simulated, data: &Path) -> Child {
    let mut child = simulated.importer(data);
    child.args(["--org", "acme"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the program starts")
}

#[test]
fn the_documented_backup_is_made_while_an_import_runs_and_can_be_gone_back_to() {
    let faults = vec!["slow=always,20".parse().expect("a known fault")];
    let simulated = Simulated::serve_with(&small(), Config { faults, ..Config::default() });
    let (folder, undisturbed) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let data = folder.path().join("data");
    let mut import = slow_import(&simulated, &data);
    while !data.join("cto.db").exists() || simulated.counters().calls < 4 {
        std::thread::yield_now();
    }
    let [command] = commands("Backup")[..] else { panic!("one command") };
    let ended = documented(command, folder.path()).with_code(0);
    assert!(ended.stdout.starts_with("data/cto.db copied to backup/cto.db, "), "{}", ended.stdout);
    assert!(import.try_wait().expect("asked").is_none(), "the import was still running");
    assert!(import.wait().expect("the import ends").success());
    // Back to the backup, as the documentation says: the next import fetches what is newer.
    for name in ["cto.db-wal", "cto.db-shm"] {
        drop(std::fs::remove_file(data.join(name)));
    }
    std::fs::copy(folder.path().join("backup/cto.db"), data.join("cto.db")).expect("put in its place");
    simulated.import(&data, &[]).with_code(0);
    simulated.import(undisturbed.path(), &[]).with_code(0);
    assert_same_tables(undisturbed.path(), &data, "from a backup");
    documented("cto-import --check", folder.path()).with_code(0);
}

#[test]
fn every_command_of_the_documentation_is_one_that_the_program_takes() {
    let spans = OPERATIONS.split('`').filter(|span| span.starts_with("cto-import ") && !span.contains('\n'));
    let lines = OPERATIONS.lines().filter(|line| line.starts_with("cto-import -"));
    let mut count = 0;
    for command in spans.chain(lines) {
        let words = command.split('#').next().unwrap_or_default().split_whitespace();
        let parsed = Arguments::try_parse_from(words);
        assert!(parsed.is_ok(), "{command}: {}", parsed.err().map_or_else(String::new, |error| error.to_string()));
        count += 1;
    }
    assert!(count >= 6, "{count} commands");
}

#[test]
fn a_damaged_store_is_named_before_anything_is_fetched_and_a_check_names_all_that_is_wrong() {
    let simulated = Simulated::serve(&small());
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    simulated.import(&data, &[]).with_code(0);
    let sound = documented("cto-import --check", folder.path()).with_code(0);
    assert!(sound.stdout.contains("data/cto.db is sound"), "{}", sound.stdout);

    let (file, odd) = (data.join("cto.db"), folder.path().join("odd"));
    std::fs::create_dir(&odd).expect("a folder can be made");
    let text = "org,repo,number,created_at,closed_at,state,creator\nelsewhere,api,1,2026-01-01T00:00:00Z,9999-12-31T00:00:00Z,closed,ada\n";
    std::fs::write(odd.join("pr.csv"), text).expect("written");
    documented("cto-import --from-csv odd", folder.path()).with_code(0);
    let ended = documented("cto-import --check", folder.path()).with_code(1);
    let fault = "closed_at: `9999-12-31T00:00:00Z` lies outside 1970-01-01 to ";
    assert!(ended.stdout.starts_with("pr, row_id ") && ended.stdout.contains(fault), "{}", ended.stdout);
    assert!(ended.stderr.contains("restore a backup, or import everything into a new store"), "{}", ended.stderr);

    // A page of nothing but zeros.
    let mut bytes = std::fs::read(&file).expect("read");
    let page = bytes.len() / 8192 / 2 * 8192;
    bytes[page..page + 8192].fill(0);
    std::fs::write(&file, bytes).expect("written");
    let calls = simulated.counters().calls;
    let ended = simulated.import(&data, &[]).with_code(1);
    assert!(ended.stderr.contains("data/cto.db is damaged: "), "{}", ended.stderr);
    assert!(ended.stderr.contains("restore a backup"), "{}", ended.stderr);
    assert_eq!(simulated.counters().calls, calls, "nothing is fetched");
}

#[test]
fn a_backup_of_nothing_or_over_something_else_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let ended = documented("cto-import --backup backup/cto.db", folder.path()).with_code(1);
    assert!(ended.stderr.contains("data/cto.db"), "{}", ended.stderr);
    assert!(!folder.path().join("backup").exists() && !folder.path().join("data").exists(), "nothing is made");
}
