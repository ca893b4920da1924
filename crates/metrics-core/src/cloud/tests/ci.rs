//! What GitHub bills for CI, among the bills of the clouds.

use super::*;

/// Adds rows of `org | repo | day | net | currency` to the bill of CI.
pub(super) fn with_ci(mut raw: Raw, rows: &str) -> Raw {
    for row in rows.lines().filter(|row| !row.trim().is_empty()) {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let [org, repo, day, net, currency] = cells[..] else { panic!("five cells: {row}") };
        let [org, repo, sku, empty, currency] =
            [org, repo, "linux", "", currency].map(|text| raw.dictionary.push(text.as_bytes()));
        let columns = &mut raw.ci_bills;
        columns.day.push(Some(at(day)));
        columns.org.push(org);
        columns.repo.push(repo);
        columns.sku.push(sku);
        columns.currency.push(currency);
        for column in [&mut columns.cost_center, &mut columns.unit, &mut columns.host] {
            column.push(empty);
        }
        let net: Amount = net.parse().expect("an amount");
        columns.quantity.push(Amount::zero());
        columns.gross.push(net.clone());
        columns.net.push(net);
    }
    raw
}

fn read(number: i64, org: &str, outcome: &str, to: &str) -> ImportRun {
    ImportRun {
        run: number,
        scope: "ci_bill".into(),
        subject: org.to_owned(),
        label: org.to_owned(),
        outcome: outcome.into(),
        covered_to: (!to.is_empty()).then(|| at(to)),
        ..ImportRun::default()
    }
}

const BILL: &str = "
    acme | web | 2026-09-02 | 1.005 | USD
    acme | web | 2026-09-30 | 2.01  | USD
    acme | api | 2026-10-31 | 4     | USD
    acme |     | 2026-11-19 | 8     | USD
    acme | web | 2026-11-21 | 16    | USD
";

fn billed() -> Raw {
    let clouds = raw("
        azure/a | azure | VM | 2026-09 | Usage | 100 | USD | 2026-11-20
        azure/a | azure | VM | 2026-10 | Usage | 200 | USD | 2026-11-20
        azure/a | azure | VM | 2026-10 | Usage | 300 | EUR | 2026-11-20
    ");
    Raw { imports: vec![read(1, "acme", "ok", NOW)], ..with_ci(clouds, BILL) }
}

const COLUMNS: [&str; 5] = ["month", "provider", "cost", "currency", "complete"];

#[test]
fn what_github_bills_for_ci_is_a_provider_up_to_as_of_and_is_in_the_totals_of_its_currency() {
    assert_eq!(
        monthly(&billed(), &COLUMNS),
        "2026-09,azure,100.00,USD,true\n2026-09,github,3.02,USD,true\n2026-10,azure,300.00,EUR,true\n\
         2026-10,azure,200.00,USD,true\n2026-10,github,4.00,USD,true\n2026-11,github,8.00,USD,false\n"
    );
    let spending = spending(&billed());
    let totals = cells(table(&spending, "cloud_spending_totals"), &["month", "currency", "part", "name", "cost"]);
    assert!(
        totals
            .contains("2026-10,USD,ALL,,204.00\n2026-10,USD,group,VM,200.00\n2026-10,USD,group,GitHub Actions,4.00\n"),
        "{totals}"
    );
    assert!(totals.contains("2026-10,EUR,ALL,,300.00\n"), "{totals}");
    assert_eq!(spending.notices, [""; 0]);
    // 19 whole days are over.
    assert_eq!(cells(table(&spending, "cloud_spending_monthly"), &["run_rate"]).lines().last(), Some("12.63"));
}

#[test]
fn the_service_can_be_grouped_by_its_name() {
    let cloud = CloudRules { groups: vec![group("CI", &["GitHub Actions"])], ..CloudRules::default() };
    let spending = cloud_spending(&billed(), &rules(cloud), at(NOW));
    assert_eq!(
        cells(table(&spending, "cloud_spending_services"), &["month", "provider", "group", "cost"]),
        "2026-09,github,CI,3.02\n2026-10,github,CI,4.00\n2026-11,github,CI,8.00\n"
    );
    assert_eq!(spending.notices, [""; 0]);
}

#[test]
fn an_earlier_as_of_leaves_out_what_was_used_later() {
    let spending = cloud_spending(&billed(), &Rules::default(), at("2026-09-20"));
    assert_eq!(
        cells(table(&spending, "cloud_spending_monthly"), &COLUMNS),
        "2026-09,azure,100.00,USD,false\n2026-09,github,1.00,USD,false\n"
    );
    assert_eq!(spending.notices.len(), 1, "{:?}", spending.notices);
    assert!(spending.notices[0].contains("begin after"), "{:?}", spending.notices);
}

#[test]
fn the_configuration_leaves_it_out_and_the_original_never_knew_it() {
    let cloud = CloudRules { without_ci: true, ..CloudRules::default() };
    let without = rules(cloud);
    let spending = cloud_spending(&billed(), &without, at(NOW));
    assert!(!cells(table(&spending, "cloud_spending_monthly"), &["provider"]).contains("github"));
    let names = |rules: &Rules| provider_names(&billed(), rules).into_iter().collect::<Vec<_>>();
    assert_eq!(names(&Rules::default()), ["azure", "github"]);
    assert_eq!(names(&without), ["azure"]);
    assert_eq!(names(&Rules { set: RuleSet::CtoStats, ..Rules::default() }), ["azure"]);
    let only_ci = with_ci(Raw::default(), BILL);
    assert!(has_bills(&only_ci, &Rules::default()) && !has_bills(&only_ci, &without));
    let months = billed_months(&only_ci, &Rules::default()).map(|(first, last)| format!("{first} {last}"));
    assert_eq!(months.as_deref(), Some("2026-09 2026-11"));
}

#[test]
fn a_month_is_complete_once_an_import_that_asked_for_it_came_after_it_had_settled() {
    let mut raw = billed();
    raw.imports = vec![read(1, "acme", "ok", "2026-10-04"), read(2, "acme", "ok", "2026-10-20")];
    let months = |raw: &Raw| {
        let told = monthly(raw, &["month", "provider", "complete"]);
        told.lines().filter(|line| line.contains("github")).map(|line| line.replace(",github", "")).collect::<Vec<_>>()
    };
    assert_eq!(months(&raw), ["2026-09,true", "2026-10,false", "2026-11,false"]);
    raw.imports[1].covered_from = Some(at("2026-10-01"));
    assert_eq!(months(&raw), ["2026-09,false", "2026-10,false", "2026-11,false"], "September was asked for too early");
    raw.imports = Vec::new();
    assert_eq!(months(&raw), ["2026-09,true", "2026-10,true", "2026-11,false"], "nothing says when it was read");
}

#[test]
fn an_organisation_whose_bill_could_be_read_once_and_cannot_now_holds_back_what_had_not_settled() {
    let mut raw = billed();
    raw.imports = vec![read(1, "acme", "ok", "2026-10-20"), read(2, "acme", "failed", "")];
    assert_eq!(
        monthly(&raw, &["month", "provider", "complete", "days"]),
        "2026-09,azure,true,30\n2026-09,github,true,30\n2026-10,azure,true,31\n2026-10,azure,true,31\n\
         2026-10,github,false,\n2026-11,github,false,\n"
    );
    assert_eq!(
        spending(&raw).notices,
        ["the newest import of bills could not read CI of acme, which was last read up to 2026-10-20T00:00:00Z: \
          months of github that had not settled by then are marked incomplete"]
    );
}

#[test]
fn an_organisation_of_whose_bill_nothing_was_ever_read_holds_nothing_back_and_is_told_where_others_are_billed() {
    let message = "what other is billed for CI may not be read: give the token a permission".to_owned();
    let refused = ImportRun { message, ..read(1, "other", "failed", "") };
    let mut raw = billed();
    raw.imports.push(refused.clone());
    assert!(monthly(&raw, &COLUMNS).contains("2026-10,github,4.00,USD,true"));
    let spending_of = spending(&raw);
    assert_eq!(
        spending_of.notices,
        ["months of github are complete without CI of other: what other is billed for CI may not be read: give the \
          token a permission"]
    );
    assert!(cells(table(&spending_of, "cloud_spending_monthly"), &["without"]).contains("CI of other"));
    let nothing = Raw { imports: vec![refused], ..machines(&[("2026-10", "1", NOW)]) };
    assert_eq!(spending(&nothing).notices, [""; 0], "no month of github is there");
}

#[test]
fn imports_of_ci_alone_do_not_make_the_clouds_sources_that_are_not_asked_any_more() {
    let mut raw = billed();
    let cloud = |number: i64, outcome: &str| ImportRun {
        scope: "cloud_costs".into(),
        subject: "azure/a".to_owned(),
        ..read(number, "", outcome, if outcome == "ok" { NOW } else { "" })
    };
    raw.imports = vec![cloud(1, "ok"), cloud(2, "failed"), read(3, "acme", "ok", NOW)];
    let notices = spending(&raw).notices;
    assert!(notices.len() == 1 && notices[0].contains("could not read azure/a"), "{notices:?}");
}

#[test]
fn months_that_the_ledger_has_of_github_are_not_counted_twice() {
    let raw = with_ci(raw("focus/g | GitHub, Inc. | Actions | 2026-10 | Usage | 5 | USD | 2026-11-20"), BILL);
    assert_eq!(
        monthly(&raw, &["month", "provider", "cost"]),
        "2026-09,github,3.02\n2026-10,github,5.00\n2026-11,github,8.00\n"
    );
    assert_eq!(
        spending(&raw).notices,
        ["the bills have GitHub as a provider: what GitHub itself tells of its bill of CI is left out (2026-10)"]
    );
}

#[test]
fn a_service_of_a_cloud_that_is_called_after_github_is_told_with_what_to_do() {
    let clouds = raw("azure/a | azure | GitHub Enterprise | 2026-10 | Usage | 5 | USD | 2026-11-20");
    assert_eq!(
        spending(&with_ci(clouds, BILL)).notices,
        [
            "azure bills `GitHub Enterprise` (2026-10), and GitHub its CI: where the one holds the other, it counts twice \
          until `cloudspending: {ci: false}` leaves GitHub's own bill out"
        ]
    );
}
