//! Giving memory back while calculating changes no figure.

use std::path::Path;

use metrics_core::{Calculation, calculate, calculate_and_drop};
use model::columns::Scopes;
use model::rules::{CloudRules, RuleSet, Rules, ServiceComparison, ServiceGroup};
use model::table::Table;
use store::csv_folder::{Reading, load};

#[test]
fn data_that_is_dropped_on_the_way_gives_the_same_tables() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/tables/raw");
    let raw = load(&folder, Scopes::ALL, Reading::Strict).expect("the fixture is read").raw;
    let text = |calculation: Calculation| -> Vec<String> { calculation.tables.iter().map(Table::to_csv).collect() };
    for set in [RuleSet::Flow, RuleSet::CtoStats] {
        let group = ServiceGroup { name: "AI".to_owned(), services: vec!["Vertex AI".to_owned()] };
        let comparison = ServiceComparison { name: "Alone".to_owned(), groups: vec![group] };
        let cloud = CloudRules { comparisons: vec![comparison], ..CloudRules::default() };
        let rules = Rules { set, cloud, ..Rules::default() };
        let kept = calculate(&raw, &rules, None, Scopes::ALL).expect("nothing to contradict");
        // The line needs ten repositories.
        let is_empty = |table: &&Table| table.height() == 0 && table.name != "cost_delivery_line";
        assert_eq!(kept.tables.iter().find(is_empty).map(|it| it.name), None, "there is something to compare in each");
        let kept = text(kept);
        let dropped = text(calculate_and_drop(raw.clone(), &rules, None, Scopes::ALL).expect("the same"));
        assert_eq!(kept, dropped);
    }
}
