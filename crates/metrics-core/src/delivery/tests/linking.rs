//! Which deployment shipped a change, how that is known, and why there is none.

use model::rules::Rules;

use super::Life;
use super::examples::example_a;

/// Number, deployment, method, confidence and reason of every change.
fn links(life: &Life) -> Vec<String> {
    let delivered = life.tables(&Rules::default(), "2026-04-10");
    let columns = ["number", "deployment_id", "method", "confidence", "reason"];
    delivered.rows("calculated_change", ("org", "acme"), &columns)
}

#[test]
fn without_the_graph_nothing_is_certain_and_what_came_before_the_first_deployment_has_no_lead_time() {
    let mut life = example_a();
    life.commits.clear();
    life.deployments.remove(0);
    assert_eq!(
        links(&life),
        ["1  none  before_first", "2  none  before_first", "3 D3 time guess ", "4 D5 time guess "]
    );
}

#[test]
fn what_the_first_deployment_holds_has_no_lead_time() {
    let mut life = example_a();
    life.deployments.remove(0);
    assert_eq!(links(&life)[..2], ["1  none  before_first", "2  none  before_first"]);
}

#[test]
fn what_is_merged_after_the_newest_deployed_change_is_not_deployed_and_what_was_dropped_is_unknown() {
    let mut life = example_a();
    life.change(5, "06 10:00", "06 11:00", "c6");
    life.change(6, "04 10:00", "04 12:00", "dropped");
    life.change(7, "04 10:00", "04 12:00", "elsewhere").base = "legacy".into();
    assert_eq!(links(&life)[4..], ["5  none  not_deployed", "6  none  unknown", "7  none  other_branch"]);
}

#[test]
fn a_commit_that_was_picked_onto_another_branch_ships_the_change_that_it_was_picked_from() {
    let mut life = example_a();
    life.commit("p", "c0", "06 09:00").picked_from = "c9".into();
    life.commit("c6", "c5", "06 08:00");
    life.commit("c9", "c6", "06 08:30");
    life.change(9, "06 08:00", "06 08:30", "c9");
    life.deployment("picked", "p", "06 10:00", true);
    life.deployment("later", "c9", "07 10:00", true);
    assert_eq!(links(&life)[4..], ["9 picked cherry_pick likely "]);
}

#[test]
fn a_change_that_a_lost_commit_may_have_shipped_is_likely_and_no_more() {
    let mut life = example_a();
    life.commit("c6", "c5", "06 08:00");
    life.change(6, "06 07:00", "06 08:00", "c6");
    life.deployment("lost", "gone", "06 09:00", true);
    life.deployment("known", "c6", "07 09:00", true);
    assert_eq!(links(&life)[4..], ["6 known ancestry likely "]);
}

#[test]
fn without_a_merge_commit_the_dates_of_commits_decide() {
    let mut life = example_a();
    for change in &mut life.changes {
        change.merge_commit.clear();
    }
    assert_eq!(
        links(&life),
        [
            "1 D1 merge_order likely ",
            "2 D1 merge_order likely ",
            "3 D3 merge_order likely ",
            "4 D5 merge_order likely "
        ]
    );
}

#[test]
fn regions_of_one_commit_are_one_deployment_and_the_head_of_an_open_pull_request_is_none() {
    let mut life = example_a();
    life.commit("c6", "c5", "06 08:00");
    life.deployment("eu", "c6", "06 09:00", true).environment = "prod".into();
    life.deployment("us", "c6", "06 10:00", true);
    life.deployment("us again", "c6", "06 11:00", true);
    life.deployment("preview", "head", "06 12:00", true);
    let open = life.change(8, "06 11:00", "07 12:00", "c8");
    open.head_sha = "head".into();
    let delivered = life.tables(&Rules::default(), "2026-04-10");
    let rows = delivered.rows("calculated_deployment", ("org", "acme"), &["deployment_id", "kind"]);
    assert_eq!(rows[7..], ["eu change", "us again redeploy"]);
}

#[test]
fn where_nothing_is_deployed_published_releases_count_and_go_back_never() {
    let mut life = example_a();
    life.deployments.clear();
    life.release("v1", "c1", "02 12:00");
    life.release("v2", "c4", "04 12:00");
    life.release("v1.1", "c3", "05 12:00");
    life.release("v3", "c5", "06 12:00");
    life.release("next", "c5", "06 11:00").prerelease = true;
    life.release("draft", "c5", "06 11:00").draft = true;
    let delivered = life.tables(&Rules::default(), "2026-04-10");
    let rows = delivered.rows("calculated_deployment", ("org", "acme"), &["deployment_id", "kind", "changes"]);
    assert_eq!(rows, ["v1 change 0", "v2 change 2", "v1.1 redeploy 0", "v3 change 1"]);
}

#[test]
fn services_of_folders_share_a_repository_and_the_total_counts_a_change_once() {
    let config = "services: [{name: cart, repos: [shop], paths: [services/cart/**]}, {name: pay, repos: [acme/shop], paths: [services/pay]}]";
    let rules = Rules { delivery: rules_of(config), ..Rules::default() };
    let mut life = example_a();
    let paths: [(&[&str], bool); 4] =
        [(&["services/cart"], true), (&["services/cart/api", "services/pay"], true), (&["docs"], true), (&[], false)];
    for (change, (paths, complete)) in life.changes.iter_mut().zip(paths) {
        change.paths = paths.iter().map(|path| (*path).to_owned()).collect();
        change.paths_complete = complete;
    }
    let delivered = life.tables(&rules, "2026-04-10");
    let rows = delivered.rows("calculated_change", ("org", "acme"), &["service", "number", "deployment_id", "reason"]);
    assert_eq!(rows, [" 3  no_service", "cart 1 D1 ", "cart 2 D1 ", "cart 4 D5 ", "pay 2 D1 ", "pay 4 D5 "]);
    let months = delivered.rows("dora_month", ("month", "2026-03"), &["service", "changes", "linked_share"]);
    assert_eq!(months, ["cart 3 1.000000", "pay 2 1.000000", "ALL 3 1.000000"]);
}

/// The rules of delivery with some services.
fn rules_of(_: &str) -> model::delivery::DeliveryRules {
    let service = |name: &str, repo: &str, path: &str| model::delivery::ServiceRules {
        name: name.into(),
        repos: vec![repo.into()],
        paths: vec![path.into()],
        ..model::delivery::ServiceRules::default()
    };
    model::delivery::DeliveryRules {
        services: vec![service("cart", "shop", "services/cart"), service("pay", "acme/shop", "services/pay")],
        ..model::delivery::DeliveryRules::default()
    }
}
