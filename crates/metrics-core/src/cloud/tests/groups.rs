use super::*;

const NAMED: [&str; 4] = ["month", "provider", "cost", "currency"];

fn services(raw: &Raw, cloud: CloudRules, name: &str) -> (String, Vec<String>) {
    let spending = cloud_spending(raw, &rules(cloud), at(NOW));
    let table = table(&spending, "cloud_spending_services");
    assert!(table.column(name).is_some(), "{name}");
    (cells(table, &[&NAMED[..2], &[name], &NAMED[2..]].concat()), spending.notices)
}

#[test]
fn without_configuration_every_service_is_a_row() {
    assert_eq!(
        services(&raw(MIXED), CloudRules::default(), "service").0,
        "2026-08,gcp,Run,20.00,EUR\n2026-10,azure,(no service): Tax,2.00,EUR\n2026-10,azure,Disks,0.01,EUR\n\
         2026-10,azure,VM,10.00,EUR\n2026-10,azure,VM,7.00,USD\n2026-10,gcp,Run,25.00,EUR\n"
    );
}

#[test]
fn what_has_no_service_is_named_by_its_kind_of_charge_and_may_be_grouped() {
    let raw = raw("
        focus/a | azure | VM | 2026-10 | Usage      | 100   | EUR | 2026-11-20
        focus/a | azure |    | 2026-10 | Purchase   | 900   | EUR | 2026-11-20
        focus/a | azure |    | 2026-10 | Adjustment | -0.01 | EUR | 2026-11-20
        focus/a | azure |    | 2026-10 |            | 5     | EUR | 2026-11-20
    ");
    assert_eq!(
        services(&raw, CloudRules::default(), "service").0,
        "2026-10,azure,(no service),5.00,EUR\n2026-10,azure,(no service): Adjustment,-0.01,EUR\n\
         2026-10,azure,(no service): Purchase,900.00,EUR\n2026-10,azure,VM,100.00,EUR\n"
    );
    let groups = vec![group("Commitments", &["(no service): purchase"])];
    let (rows, notices) = services(&raw, CloudRules { groups, ..CloudRules::default() }, "group");
    assert_eq!((rows.as_str(), notices.len()), ("2026-10,azure,Commitments,900.00,EUR\n", 0));
}

#[test]
fn a_list_keeps_its_services_under_the_names_of_the_bills() {
    let cloud = CloudRules { services: vec![" run ".to_owned(), "Tape".to_owned()], ..CloudRules::default() };
    let (rows, notices) = services(&raw(MIXED), cloud, "service");
    assert_eq!(rows, "2026-08,gcp,Run,20.00,EUR\n2026-10,gcp,Run,25.00,EUR\n");
    assert_eq!(notices, ["no bill has these services of the configuration: `Tape`"]);
}

#[test]
fn a_service_in_two_groups_counts_in_both_and_a_notice_says_so() {
    let cloud = CloudRules {
        services: vec!["ignored beside groups".to_owned()],
        groups: vec![
            group(" Compute ", &[" vm ", "VM", "Nothing"]),
            group("All", &["vm", "DISKS", "run"]),
            group("COMPUTE", &["Run"]),
            group(" ", &["Disks"]),
            group("Empty", &[]),
        ],
        ..CloudRules::default()
    };
    let (rows, notices) = services(&raw(MIXED), cloud, "group");
    assert_eq!(
        rows,
        "2026-08,gcp,All,20.00,EUR\n2026-08,gcp,Compute,20.00,EUR\n\
         2026-10,azure,All,10.02,EUR\n2026-10,azure,All,7.00,USD\n\
         2026-10,azure,Compute,10.00,EUR\n2026-10,azure,Compute,7.00,USD\n\
         2026-10,gcp,All,25.00,EUR\n2026-10,gcp,Compute,25.00,EUR\n"
    );
    assert_eq!(
        notices,
        [
            "services in several groups count in each of them: `Run` (Compute, All); `VM` (Compute, All)",
            "no bill has these services of the configuration: `Nothing`",
        ]
    );
}

#[test]
fn groups_and_lists_do_not_touch_the_monthly_table() {
    let cloud = CloudRules { groups: vec![group("Compute", &["VM"])], ..CloudRules::default() };
    let grouped = cloud_spending(&raw(MIXED), &rules(cloud), at(NOW));
    assert_eq!(
        table(&grouped, "cloud_spending_monthly").to_csv(),
        table(&spending(&raw(MIXED)), "cloud_spending_monthly").to_csv()
    );
}

#[test]
fn comparisons_add_providers_and_one_name_is_one_comparison() {
    let comparison = |name: &str, groups| ServiceComparison { name: name.to_owned(), groups };
    let cloud = CloudRules {
        comparisons: vec![
            comparison("Zoo", vec![group("Old", &["Run"])]),
            comparison(" Move ", vec![group("Old", &["VM", "Run"]), group("New", &["Run", "Gone"])]),
            comparison("move", vec![group("Old", &["VM"]), group("Never", &["Gone too"])]),
        ],
        ..CloudRules::default()
    };
    let spending = cloud_spending(&raw(MIXED), &rules(cloud), at(NOW));
    assert_eq!(
        cells(table(&spending, "cloud_spending_compared"), &["comparison", "month", "group", "cost", "currency"]),
        "Move,2026-08,New,20.00,EUR\nMove,2026-08,Old,20.00,EUR\nMove,2026-10,New,25.00,EUR\n\
         Move,2026-10,Old,35.00,EUR\nMove,2026-10,Old,7.00,USD\nZoo,2026-08,Old,20.00,EUR\nZoo,2026-10,Old,25.00,EUR\n"
    );
    assert_eq!(
        spending.notices,
        [
            "services in several groups of the comparison `Move` count in each of them: `Run` (Old, New)",
            "comparisons of one name are one, with the groups of all of them: `Move`",
            "no bill has these services of the configuration: `Gone`, `Gone too`",
        ]
    );
}
