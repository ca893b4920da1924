//! Cloud spending through the program: scopes, odd bills, and what is said.

mod folder;

use folder::Folder;

const BILLS: &str = "\
provider,service,month,cost,currency
azure,VM,2026-01-01,10.005,EUR
gcp,SQL,2026-01-01,3.00,USD
azure,VM,2026-02-01,12.5,EUR
azure,VM,2026-02-01,0.0000008,EUR
";

/// Values that the original reads in its own way; lines 3 to 8.
const ODD: &str = "\
provider,service,month,cost,currency
azure,VM,2026-01-01,8e2,EUR
azure,VM,2026-01-01,\"1,234.56\",EUR
azure,VM,2026-01,7.00,EUR
azure,VM,2026-02-30,7.00,EUR
azure,VM,2026-02-01,,EUR
azure,VM,2026-02-01,12abc,EUR
gcp,SQL,2026-02-01,NaN,USD
";

fn with_bills(bills: &str) -> Folder {
    Folder::new().with("data/cloud_costs.csv", bills)
}

#[test]
fn the_scope_of_clouds_adds_to_the_others() {
    let folder = with_bills(BILLS);
    folder.calculated("-cloudspending -out alone -rules cto-stats");
    assert_eq!(folder.names("alone"), ["cloud_spending_monthly.csv", "cloud_spending_services.csv"]);
    folder.calculated("--pr --cloudspending --out with-pull-requests --rules cto-stats");
    assert_eq!(folder.names("with-pull-requests").len(), 5);
    folder.calculated("--out usual --rules cto-stats");
    assert_eq!(folder.names("usual").len(), 8);
    folder.calculated("--all --out all --rules cto-stats");
    assert_eq!(folder.names("all").len(), 10);
}

#[test]
fn exact_sums_under_flow_and_binary_ones_for_the_original() {
    let folder = with_bills(BILLS);
    folder.calculated("--cloudspending --rules cto-stats");
    assert_eq!(
        folder.read("data/cloud_spending_monthly.csv"),
        "month,provider,cost,currency\n2026-01,azure,10.01,EUR\n2026-01,gcp,3.00,USD\n2026-02,azure,12.50,EUR\n"
    );
    folder.calculated("--cloudspending");
    let flow = folder.read("data/cloud_spending_monthly.csv");
    assert!(flow.starts_with("month,provider,cost,currency,complete,"), "{flow}");
    assert!(flow.contains("\n2026-01,azure,10.00,EUR,true,"), "half to even of the decimal: {flow}");
    assert!(flow.contains("\n2026-02,azure,12.50,EUR,false,"), "the newest month of a file is open: {flow}");
    assert!(!flow.contains("2026-02,gcp"), "a provider without a bill has no row: {flow}");
}

#[test]
fn odd_bills_are_read_as_the_original_reads_them_with_a_warning_each() {
    let folder = with_bills(ODD);
    let said = folder.calculated("--cloudspending --rules cto-stats");
    for line in 3..=8 {
        assert!(said.contains(&format!("cloud_costs.csv line {line}")), "line {line} is not told:\n{said}");
    }
    assert!(!said.contains("line 2"), "a plain exponent is a number:\n{said}");
    assert_eq!(
        folder.read("data/cloud_spending_monthly.csv"),
        "month,provider,cost,currency\n2026-01,azure,801.00,EUR\n2026-02,azure,12.00,EUR\n2026-02,gcp,NaN,USD\n"
    );
}

#[test]
fn odd_bills_are_errors_under_flow() {
    let header = "provider,service,month,cost,currency\n";
    for (row, value) in [
        ("azure,VM,2026-01-01,\"1,234.56\",EUR", "1,234.56"),
        ("azure,VM,2026-01-01,NaN,EUR", "NaN"),
        ("azure,VM,2026-01-01,,EUR", "cost"),
        ("azure,VM,2026-13-01,1,EUR", "2026-13-01"),
        ("azure,VM,2026-01,1,EUR", "2026-01"),
    ] {
        let bills = format!("{header}azure,VM,2026-01-01,8e2,EUR\n{row}\n");
        let said = with_bills(&bills).complaint("--cloudspending");
        assert!(said.starts_with("exit 1\n"), "{row}: {said}");
        assert!(said.contains("cloud_costs.csv line 3") && said.contains(value), "{row}: {said}");
    }
}

#[test]
fn strict_refuses_odd_bills_and_writes_nothing() {
    let folder = with_bills(ODD);
    let said = folder.complaint("--cloudspending --rules cto-stats --strict");
    assert!(said.starts_with("exit 2\n") && said.contains("nothing was written"), "{said}");
    assert!(!folder.has("data/cloud_spending_monthly.csv"));
}

#[test]
fn a_missing_column_of_the_bills_is_named() {
    for rules in ["flow", "cto-stats"] {
        let folder = with_bills("provider,service,month,currency\nazure,VM,2026-01-01,EUR\n");
        let said = folder.complaint(&format!("--cloudspending --rules {rules}"));
        assert!(said.starts_with("exit 1\n") && said.contains("cloud_costs.csv") && said.contains("cost"), "{said}");
        let folder = with_bills("provider,service,month,cost\nazure,VM,2026-01-01,2\n");
        folder.calculated(&format!("--cloudspending --rules {rules}"));
        assert!(folder.read("data/cloud_spending_monthly.csv").contains("\n2026-01,azure,2.00,"), "no currency");
    }
}

#[test]
fn without_bills_the_run_says_what_to_do() {
    for folder in [Folder::new(), with_bills("provider,service,month,cost,currency\n")] {
        let said = folder.complaint("--cloudspending");
        assert!(said.starts_with("exit 1\n") && said.contains("cto-import --cloudspending"), "{said}");
        let said = folder.calculated("--all");
        assert!(said.contains("note: data holds no cloud costs"), "{said}");
    }
}

#[test]
fn an_old_comparison_is_named_where_none_is_configured() {
    let folder = with_bills(BILLS).with("data/cloud_spending_compared.csv", "old\n");
    let output = folder.run("--cloudspending --rules cto-stats");
    assert!(String::from_utf8_lossy(&output.stdout).contains("left as it was"), "{output:?}");
    assert_eq!(folder.read("data/cloud_spending_compared.csv"), "old\n");
    folder.calculated("--cloudspending");
    assert!(folder.read("data/cloud_spending_compared.csv").starts_with("comparison,month,group,cost,currency"));
}

#[test]
fn groups_and_comparisons_come_from_the_configuration() {
    let keys = "cloudspending:\n  detailed_service: [{name: Compute, services: [vm]}]\n  compared_service: [{name: Both, groups: [{name: A, services: [VM]}, {name: B, services: [SQL]}]}]\n";
    let folder = with_bills(BILLS).with_more("config.yml", keys);
    folder.calculated("--cloudspending");
    let groups = folder.read("data/cloud_spending_services.csv");
    assert!(groups.starts_with("month,provider,group,cost,currency"), "{groups}");
    assert!(groups.contains("\n2026-01,azure,Compute,10.00,EUR"), "names are compared without case: {groups}");
    assert!(!groups.contains("gcp"), "only services in a group: {groups}");
    let compared = folder.read("data/cloud_spending_compared.csv");
    assert!(
        compared.contains("\nBoth,2026-01,A,10.00,EUR") && compared.contains("\nBoth,2026-01,B,3.00,USD"),
        "{compared}"
    );
}

#[test]
fn a_service_that_no_bill_has_is_told() {
    let folder = with_bills(BILLS).with_more("config.yml", "cloudspending: {detailed_service: [VM, Nonesuch]}\n");
    let said = folder.calculated("--cloudspending");
    assert!(said.contains("Nonesuch"), "{said}");
}
