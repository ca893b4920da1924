//! Dates that cannot be: named with their rows, unknown, and no end of anything.

mod folder;

use folder::Folder;
use store::Store;

const FAR: &str = "9999-12-31T00:00:00Z";

#[test]
fn a_date_of_the_year_9999_is_named_with_its_row_and_makes_no_further_week() {
    let sound = Folder::new();
    let said = sound.calculated("--rules flow");
    assert!(!said.contains("lies outside"), "{said}");
    let folder = Folder::new().with_changed("data/issue.csv", "2026-01-14T09:00:00Z", FAR).with_changed(
        "data/pr.csv",
        "2026-01-09T09:00:00Z,2026",
        &format!("{FAR},2026"),
    );
    let weeks = |folder: &Folder| folder.rows("data/stocks_week.csv").lines().count();
    let said = folder.calculated("--rules flow");
    for place in ["issue.csv line 2", "pr.csv line 2"] {
        let warning = format!("warning: {place}, column closed_at: `{FAR}` lies outside 1970-01-01 to ");
        assert!(said.contains(&warning), "{said}");
    }
    assert_eq!(weeks(&folder), weeks(&sound));
    let of_files = folder.read("data/stocks_week.csv");

    // The same from a store.
    let store = Store::open(&store::url_in(&folder.path("data"))).expect("made");
    store.import_csv(&folder.path("data")).expect("loaded");
    drop(store);
    let said = folder.calculated("--rules flow");
    let warning = format!("warning: issue of acme/web#1, column closed_at: `{FAR}` lies outside 1970-01-01 to ");
    assert!(said.contains(&warning), "{said}");
    assert_eq!(folder.read("data/stocks_week.csv"), of_files);
    let said = folder.complaint("--rules flow --strict");
    assert!(said.starts_with("exit 2\n") && said.contains("--strict refuses the 2 odd values above"), "{said}");
}
