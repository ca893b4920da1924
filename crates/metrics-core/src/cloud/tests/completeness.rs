use super::*;

fn run(number: i64, subject: &str, outcome: &str, to: &str) -> ImportRun {
    ImportRun {
        run: number,
        scope: "cloud_costs".into(),
        subject: subject.to_owned(),
        label: format!("bills of {subject}"),
        outcome: outcome.into(),
        covered_to: (!to.is_empty()).then(|| at(to)),
        ..ImportRun::default()
    }
}

fn complete(raw: &Raw) -> String {
    monthly(raw, &["month", "provider", "complete"])
}

#[test]
fn a_month_is_complete_once_it_was_read_after_it_settled() {
    let raw = machines(&[
        ("2026-08", "1", "2026-09-05T23:59:59Z"),
        ("2026-09", "1", "2026-10-06"),
        ("2026-10", "1", NOW),
        ("2026-11", "1", NOW),
    ]);
    assert_eq!(complete(&raw), "2026-08,azure,false\n2026-09,azure,true\n2026-10,azure,true\n2026-11,azure,false\n");
    let earlier = cloud_spending(&raw, &Rules::default(), at("2026-11-05T23:59:59Z"));
    assert_eq!(
        cells(table(&earlier, "cloud_spending_monthly"), &["month", "complete"]),
        "2026-08,false\n2026-09,true\n2026-10,false\n2026-11,false\n",
        "October has not settled then"
    );
}

#[test]
fn one_account_that_was_read_too_early_leaves_the_month_of_its_provider_incomplete() {
    let raw = raw("
        azure/a | azure | VM    | 2026-10 | Usage | 1 | EUR | 2026-11-20
        azure/b | azure | Disks | 2026-10 | Usage | 1 | EUR | 2026-10-20
        gcp/x   | gcp   | Run   | 2026-10 | Usage | 1 | EUR | 2026-11-20
    ");
    assert_eq!(complete(&raw), "2026-10,azure,false\n2026-10,gcp,true\n");
    let spending = spending(&raw);
    assert_eq!(
        cells(table(&spending, "cloud_spending_services"), &["service", "complete"]),
        "Disks,false\nVM,false\nRun,true\n"
    );
}

#[test]
fn of_rows_that_do_not_say_when_they_were_read_the_newest_month_is_open() {
    let raw = raw("
        |azure | VM  | 2026-08 | | 1 | EUR | -
        |gcp   | Run | 2026-09 | | 1 | EUR | -
        |azure | VM  | 2026-09 | | 1 | EUR | -
    ");
    assert_eq!(complete(&raw), "2026-08,azure,true\n2026-09,azure,false\n2026-09,gcp,false\n");
}

#[test]
fn a_source_that_failed_in_the_newest_import_holds_its_provider_back_from_where_it_got_to() {
    let mut raw = machines(&[("2026-08", "1", "2026-10-02"), ("2026-09", "1", NOW), ("2026-10", "1", NOW)]);
    raw.imports = vec![
        run(1, "azure/a", "ok", NOW),
        run(1, "azure/late", "ok", "2026-10-02"),
        run(2, "azure/a", "ok", NOW),
        run(2, "azure/late", "failed", ""),
    ];
    // Nothing was ever stored of azure/late: its name says azure.
    assert_eq!(complete(&raw), "2026-08,azure,true\n2026-09,azure,false\n2026-10,azure,false\n");
    assert_eq!(
        spending(&raw).notices,
        [
            "the newest import of bills could not read bills of azure/late, which was last read up to 2026-10-02T00:00:00Z: \
          months of azure that had not settled by then are marked incomplete"
        ]
    );
}

#[test]
fn an_import_that_asked_for_later_months_only_does_not_settle_earlier_ones() {
    let mut raw = machines(&[("2026-07", "1", NOW), ("2026-08", "1", NOW), ("2026-09", "1", NOW)]);
    raw.imports = vec![
        run(1, "azure/b", "ok", "2026-08-20"),
        ImportRun { covered_from: Some(at("2026-09-01")), ..run(2, "azure/b", "ok", "2026-10-20") },
        run(3, "azure/b", "interrupted", ""),
    ];
    assert_eq!(complete(&raw), "2026-07,azure,true\n2026-08,azure,false\n2026-09,azure,true\n");
}

#[test]
fn a_source_that_was_never_read_holds_everything_of_its_provider_back() {
    let mut raw = raw(MIXED);
    raw.imports = vec![run(1, "gcp/y", "failed", ""), run(1, "azure/a", "ok", NOW)];
    assert_eq!(complete(&raw), "2026-08,gcp,false\n2026-10,azure,true\n2026-10,azure,true\n2026-10,gcp,false\n");
    assert_eq!(
        spending(&raw).notices,
        ["the newest import of bills could not read bills of gcp/y, nor did one before it: \
          all months of gcp are marked incomplete"]
    );
}

#[test]
fn a_source_that_is_not_asked_any_more_holds_nothing_back() {
    let mut raw = machines(&[("2026-10", "1", NOW)]);
    raw.imports = vec![run(1, "azure/old", "failed", ""), run(2, "azure/a", "ok", NOW)];
    assert_eq!(complete(&raw), "2026-10,azure,true\n");
    assert_eq!(spending(&raw).notices, [""; 0]);
}

#[test]
fn the_last_month_of_an_account_that_is_not_asked_any_more_is_complete_and_told() {
    let mut raw = raw("
        azure/a   | azure | VM | 2026-10 | Usage | 1 | EUR | 2026-11-20
        azure/old | azure | VM | 2026-10 | Usage | 2 | EUR | 2026-10-12
    ");
    raw.imports = vec![run(1, "azure/a", "ok", "2026-10-12"), run(1, "azure/old", "ok", "2026-10-12")];
    assert_eq!(complete(&raw), "2026-10,azure,false\n");
    raw.imports.push(run(2, "azure/a", "ok", NOW));
    assert_eq!(complete(&raw), "2026-10,azure,true\n");
    assert_eq!(
        spending(&raw).notices,
        ["the newest import of bills did not ask for bills of azure/old any more: 2026-10 counts as it was last read"]
    );
    // An import that was stopped did not come to all that it asks.
    raw.imports.push(run(3, "azure/a", "interrupted", ""));
    raw.imports.remove(2);
    assert_eq!(complete(&raw), "2026-10,azure,false\n");
}

#[test]
fn an_account_that_its_provider_does_not_serve_leaves_the_others_complete_and_is_told() {
    let mut raw = machines(&[("2026-09", "1", NOW), ("2026-10", "1", NOW)]);
    let message = "its offer is not served: take `b` out of azure.subscriptions".to_owned();
    let unsupported = ImportRun { message, ..run(1, "azure/b", "unsupported", "") };
    raw.imports = vec![run(1, "azure/a", "ok", NOW), unsupported];
    assert_eq!(complete(&raw), "2026-09,azure,true\n2026-10,azure,true\n");
    let monthly = &spending(&raw).tables[0];
    assert_eq!([0, 1].map(|row| monthly.cell(row, "without")), ["bills of azure/b", "bills of azure/b"]);
    assert_eq!(
        spending(&raw).notices,
        ["months of azure are complete without bills of azure/b: its offer is not served: take `b` out of \
          azure.subscriptions"]
    );
}

#[test]
fn the_rows_of_a_source_say_which_providers_it_bills() {
    let mut raw = raw("
        focus/a.csv | AWS    | EC2  | 2026-10 | Usage | 1 | USD | 2026-11-20
        focus/a.csv | Oracle | OCI  | 2026-10 | Usage | 1 | USD | 2026-11-20
        focus/b.csv | Snow   | Data | 2026-10 | Usage | 1 | USD | 2026-11-20
    ");
    raw.imports = vec![
        run(1, "focus/a.csv", "ok", "2026-10-20"),
        run(2, "focus/a.csv", "failed", ""),
        run(2, "focus/c.csv", "failed", ""),
    ];
    assert_eq!(complete(&raw), "2026-10,Oracle,false\n2026-10,Snow,true\n2026-10,aws,false\n");
    let notices = spending(&raw).notices;
    assert!(
        notices[0].ends_with("months of Oracle, aws that had not settled by then are marked incomplete"),
        "{notices:?}"
    );
    assert!(
        notices[1].ends_with("nor did one before it: all months of its provider are marked incomplete"),
        "{notices:?}"
    );
}

#[test]
fn a_comparison_waits_for_every_provider_that_it_adds_up() {
    let mut raw = raw("
        azure/a | azure | VM  | 2026-09 | Usage | 1 | EUR | 2026-11-20
        gcp/x   | gcp   | Run | 2026-09 | Usage | 1 | EUR | 2026-10-20
        azure/a | azure | VM  | 2026-10 | Usage | 1 | EUR | 2026-11-20
    ");
    raw.imports =
        vec![run(1, "gcp/x", "ok", "2026-10-20"), run(2, "gcp/x", "failed", ""), run(2, "azure/a", "ok", NOW)];
    let comparison = ServiceComparison { name: "C".to_owned(), groups: vec![group("All", &["VM", "Run"])] };
    let rules = rules(CloudRules { comparisons: vec![comparison], ..CloudRules::default() });
    let spending = cloud_spending(&raw, &rules, at(NOW));
    assert_eq!(
        cells(table(&spending, "cloud_spending_compared"), &["month", "cost", "complete", "change"]),
        "2026-09,2.00,true,\n2026-10,1.00,false,\n",
        "October lacks gcp, and is no fall by half"
    );
}
