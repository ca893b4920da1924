//! Whatever GitLab answers: the same tables, or exit code 3 naming what is missing; and the token goes nowhere else.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::net::TcpListener;
use std::path::Path;
use std::process::Stdio;
use std::sync::mpsc;
use std::time::Duration;

use sandbox::gitlab::gitlab_fault_names;

use crate::published::{Row, rows};
use crate::simulated::{Ended, assert_same_tables, tables};
use crate::simulated_gitlab::SimulatedGitlab;

/// Faults after which something must be missing, what is said, and the exit code.
const UNREADABLE: [(&str, &str, i32); 6] = [
    ("gitlab-bad-token", "does not accept the token", 1),
    ("gitlab-no-scope", "needs a token with the scope read_api", 1),
    ("gitlab-no-access", "role Reporter", 3),
    ("gitlab-not-found", "has no such thing", 3),
    ("gitlab-no-iterations", "GitLab has iterations on Premium and Ultimate", 3),
    ("gitlab-moved-elsewhere", "does not get to see the token", 1),
];

/// The fault that touches what is read, so that times of changes are others.
const TOUCHES: &str = "gitlab-moving-items";

/// Rows of a table but for the times of changes, in an order of their own.
fn unchanged(data: &Path, table: &str) -> BTreeMap<Row, usize> {
    let mut counted = BTreeMap::new();
    for mut row in rows(data, table) {
        for column in ["updated_at", "run", "last_seen_run"] {
            row.remove(column);
        }
        *counted.entry(row).or_default() += 1;
    }
    counted
}

#[track_caller]
fn assert_same_or_named(undisturbed: &Path, data: &Path, ended: &Ended, what: &str) {
    match ended.code {
        0 if what.contains(TOUCHES) => {
            for table in tables(undisturbed).keys() {
                assert!(unchanged(undisturbed, table) == unchanged(data, table), "{what}: {table} differs");
            }
        }
        0 => assert_same_tables(undisturbed, data, what),
        3 => assert!(ended.stderr.contains("acme"), "{what}: what is missing is not named:\n{}", ended.stderr),
        code => panic!("{what}: exit code {code}\n{}", ended.stderr),
    }
}

#[test]
fn every_fault_alone_ends_with_the_same_tables_or_names_what_is_missing() {
    let simulated = SimulatedGitlab::serve_few_planned(7);
    let undisturbed = tempfile::tempdir().expect("a folder");
    simulated.import(undisturbed.path(), &[]).with_code(0);
    for (name, _) in gitlab_fault_names() {
        let unreadable = UNREADABLE.iter().find(|(known, ..)| *known == name);
        simulated.breaks(&[&if unreadable.is_some() { format!("{name}=always") } else { name.to_owned() }]);
        let data = tempfile::tempdir().expect("a folder");
        let before = simulated.counters().faults.get(name).copied().unwrap_or_default();
        let ended = simulated.import(data.path(), &["--concurrency", "2"]);
        assert!(simulated.counters().faults[name] > before, "{name} did not occur");
        match unreadable {
            Some((_, said, code)) => {
                assert_eq!(ended.code, *code, "{name}\n{}", ended.stderr);
                assert!(ended.stderr.contains(said), "{name}: `{said}` is not said:\n{}", ended.stderr);
            }
            None => assert_same_or_named(undisturbed.path(), data.path(), &ended, name),
        }
    }
}

#[test]
fn three_faults_together_end_with_the_same_tables_or_name_what_is_missing() {
    let simulated = SimulatedGitlab::serve_few(8);
    let undisturbed = tempfile::tempdir().expect("a folder");
    simulated.import(undisturbed.path(), &[]).with_code(0);
    for faults in [
        ["gitlab-429=every:40", "gitlab-complexity=always,40", "gitlab-moving-items"],
        ["gitlab-429-bare=every:9", "gitlab-truncated-body=every:7", "gitlab-query-timeout-above=always,30"],
        ["gitlab-429-unannounced=every:50", "gitlab-connection-reset=every:6", "gitlab-no-totals"],
        ["gitlab-bad-gateway=every:5", "gitlab-broken-list=every:6", "gitlab-deleted-labels"],
        ["gitlab-moved=every:3", "gitlab-query-fails=every:2", "gitlab-slow=every:9,30"],
        ["gitlab-broken-list=always,resource_label_events", "gitlab-429=at:9", "gitlab-query-timeout=every:4"],
    ] {
        simulated.breaks(&faults);
        let data = tempfile::tempdir().expect("a folder");
        let ended = simulated.import(data.path(), &[]);
        assert_same_or_named(undisturbed.path(), data.path(), &ended, &faults.join(" + "));
    }
}

#[test]
fn what_was_missing_is_there_after_the_next_import() {
    let simulated = SimulatedGitlab::serve_few(7);
    let undisturbed = tempfile::tempdir().expect("a folder");
    simulated.import(undisturbed.path(), &[]).with_code(0);
    for fault in [
        "gitlab-no-access=api",
        "gitlab-broken-list=always,merge_requests",
        "gitlab-broken-list=always,resource_state_events",
    ] {
        let data = tempfile::tempdir().expect("a folder");
        simulated.breaks(&[fault]);
        simulated.import(data.path(), &[]).with_code(3);
        simulated.breaks(&[]);
        simulated.import(data.path(), &[]).with_code(0);
        assert_same_tables(undisturbed.path(), data.path(), fault);
    }
}

#[test]
fn a_column_whose_label_was_deleted_is_said_and_what_was_known_of_it_stays() {
    let simulated = SimulatedGitlab::serve_few(10);
    let data = tempfile::tempdir().expect("a folder");
    simulated.import(data.path(), &[]).with_code(0);
    let before = unchanged(data.path(), "issue_project_event.csv");
    simulated.breaks(&["gitlab-deleted-labels=In Review"]);
    let ended = simulated.import(data.path(), &["--full"]).with_code(0);
    assert!(ended.stderr.contains("events of labels that were deleted since"), "{}", ended.stderr);
    assert!(before == unchanged(data.path(), "issue_project_event.csv"), "moves that were known are others");
    let first = tempfile::tempdir().expect("a folder");
    simulated.import(first.path(), &[]).with_code(0);
    assert!(unchanged(first.path(), "issue_project_event.csv").len() < before.len());
}

#[test]
fn a_redirect_to_another_host_does_not_get_the_token() {
    let simulated = SimulatedGitlab::serve_few(9);
    let elsewhere = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = elsewhere.local_addr().expect("an address");
    let (sender, received) = mpsc::channel();
    std::thread::spawn(move || {
        for connection in elsewhere.incoming().flatten() {
            let mut text = String::new();
            // Whoever connects has said what it wants by then, or nothing.
            connection.set_read_timeout(Some(Duration::from_millis(200))).unwrap_or_default();
            let read = (&connection).read_to_string(&mut text);
            if sender.send(format!("{read:?} {text}")).is_err() {
                return;
            }
        }
    });
    for occurrence in ["at:1", "at:2", "at:6", "always"] {
        simulated.breaks(&[&format!("gitlab-moved-elsewhere={occurrence},{address}")]);
        let data = tempfile::tempdir().expect("a folder");
        let ended = simulated.import(data.path(), &[]);
        assert!(ended.stderr.contains("does not get to see the token"), "{}", ended.stderr);
    }
    assert!(received.try_recv().is_err(), "another host was asked");
}

/// Points of an import that are spread over it without a pattern: the golden ratio's multiples.
fn share(kill: u32) -> f64 {
    (f64::from(kill) * 0.618_033_988_75).fract()
}

const KILLS: u32 = 16;

#[test]
fn an_import_killed_at_many_points_and_restarted_ends_like_an_undisturbed_one() {
    let simulated = SimulatedGitlab::serve_few(11);
    simulated.breaks(&["gitlab-slow=always,5"]);
    let undisturbed = tempfile::tempdir().expect("a folder");
    let before = simulated.counters().calls;
    simulated.import(undisturbed.path(), &[]).with_code(0);
    let calls = simulated.counters().calls - before;
    let mut killed_while_running = 0;
    for kill in 0..KILLS {
        let disturbed = tempfile::tempdir().expect("a folder");
        let last_call = simulated.counters().calls + (calls as f64 * share(kill)).ceil() as u64;
        let mut importer = simulated.importer(disturbed.path());
        let mut child = importer.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the program starts");
        while simulated.counters().calls < last_call && child.try_wait().expect("the child can be asked").is_none() {
            std::thread::sleep(Duration::from_millis(1));
        }
        // Anywhere between this call and the next two, or while the tables are published.
        std::thread::sleep(Duration::from_micros((share(kill * 7) * 15_000.0) as u64));
        let was_running = child.try_wait().expect("the child can be asked").is_none();
        killed_while_running += u32::from(was_running);
        child.kill().expect("a child that was not waited for can be killed");
        child.wait().expect("the child ends");
        simulated.import(disturbed.path(), &[]).with_code(0);
        assert_same_tables(
            undisturbed.path(),
            disturbed.path(),
            &format!("kill {kill}, {:.3} of the calls", share(kill)),
        );
    }
    assert!(killed_while_running > KILLS / 2, "only {killed_while_running} of {KILLS} were still running");
}
