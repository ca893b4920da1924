//! What one import finds is dated by one instant, however long it takes.

use std::process::Stdio;

use model::Instant;
use sandbox::server::Config;
use sandbox::view::View;
use sandbox::{Options, Size};

use crate::published::{rows, rows_with};
use crate::simulated::{Ended, Simulated};
use crate::truth::calculation;

/// Calls of an operation so far.
fn calls(simulated: &Simulated, operation: &str) -> u64 {
    simulated.counters().by_operation.get(operation).copied().unwrap_or_default()
}

#[test]
fn a_card_found_missing_by_a_slow_import_is_not_dated_after_the_imports_own_instant() {
    let options = Options { issues: Some(60), pull_requests: Some(20), ..Options::new(61, Size::Small) };
    let simulated = Simulated::serve_with(&options, Config::default());
    let (rehearsal, data) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    for data in [&rehearsal, &data] {
        simulated.import(data.path(), &[]).with_code(0);
    }

    // A card of each board is gone. The last call for cards asks for the one that is missing on the last board: an hour
    // passes before it is answered.
    let view = simulated.organisation.view(simulated.now());
    let card_of = |board: usize| view.items.iter().find(|item| item.project == board && !item.archived);
    let gone: Vec<String> = (0..2).map(|board| card_of(board).expect("a card").id.clone()).collect();
    let remove = |view: &mut View| view.items.retain(|item| !gone.contains(&item.id));
    simulated.shows(simulated.now(), remove);
    let flags = ["--full", "--concurrency", "1"];
    let before = calls(&simulated, "Items");
    simulated.import(rehearsal.path(), &flags).with_code(0);
    let last = calls(&simulated, "Items") - before;
    simulated.breaks(&["slow=always,200"]);
    let before = calls(&simulated, "Items");
    let mut command = simulated.importer(data.path());
    let command = command.args(["--org", "acme"]).args(flags);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
    while calls(&simulated, "Items") < before + last && child.try_wait().expect("the child can be asked").is_none() {
        std::thread::yield_now();
    }
    simulated.shows(Instant::from_micros(simulated.now().micros() + 3_600_000_000), remove);
    let ended = Ended::of(&child.wait_with_output().expect("the program ends")).with_code(0);

    let as_of = calculation(&simulated.organisation, data.path(), None).as_of;
    for card in &gone {
        let rows = rows_with(data.path(), "project_item.csv", &[("item_id", card)]);
        assert_eq!((rows.len(), rows[0]["presence"].as_str()), (1, "removed"), "{rows:?}\n{}", ended.stderr);
    }
    for table in ["project_item.csv", "project_item_sighting.csv"] {
        for row in rows(data.path(), table) {
            let observed = Instant::parse_date_or_rfc3339(&row["observed_at"]).expect("an instant");
            assert!(observed <= as_of, "{table}: seen after {as_of:?}: {row:?}");
        }
    }
}
