//! An import may be killed at any time and loses nothing.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use sandbox::server::Config;
use sandbox::{Options, Size};

use crate::simulated::{Simulated, assert_same_tables};

const KILLS: u32 = 50;

/// Points of an import that are spread over it without a pattern: the golden ratio's multiples.
fn share(kill: u32) -> f64 {
    (f64::from(kill) * 0.618_033_988_75).fract()
}

fn start(simulated: &Simulated, data: &Path) -> std::process::Child {
    simulated
        .importer(data)
        .args(["--org", "acme"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program starts")
}

#[test]
fn an_import_killed_at_fifty_points_and_restarted_ends_like_an_undisturbed_one() {
    let faults = vec!["slow=always,5".parse().expect("a known fault")];
    let options = Options::new(11, Size::Small);
    let simulated = Simulated::serve_with(&options, Config { faults, ..Config::default() });
    let undisturbed = tempfile::tempdir().expect("a folder");
    simulated.import(undisturbed.path(), &[]).with_code(0);
    let calls = simulated.counters().calls;
    let mut killed_while_running = 0;
    for kill in 0..KILLS {
        let disturbed = tempfile::tempdir().expect("a folder");
        let before = simulated.counters().calls;
        let last_call = before + (calls as f64 * share(kill)).ceil() as u64;
        let mut child = start(&simulated, disturbed.path());
        while simulated.counters().calls < last_call && child.try_wait().expect("the child can be asked").is_none() {
            std::thread::sleep(Duration::from_millis(1));
        }
        // Anywhere between this call and the next two, or while the tables are published.
        std::thread::sleep(Duration::from_micros((share(kill * 7) * 15_000.0) as u64));
        // On Unix this is SIGKILL: the program gets no chance to tidy up.
        let was_running = child.try_wait().expect("the child can be asked").is_none();
        killed_while_running += u32::from(was_running);
        child.kill().expect("a child that was not waited for can be killed");
        child.wait().expect("the child ends");
        simulated.import(disturbed.path(), &[]).with_code(0);
        let point = format!("kill {kill}, {:.3} of the calls", share(kill));
        assert_same_tables(undisturbed.path(), disturbed.path(), &point);
    }
    assert!(killed_while_running > KILLS / 2, "only {killed_while_running} of {KILLS} were still running");
}
