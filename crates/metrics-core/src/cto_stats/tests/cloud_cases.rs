use model::columns::Raw;
use model::records::ChargeCategory;
use model::rules::{CloudRules, ServiceComparison, ServiceGroup};
use model::{Amount, Month};

use super::super::cloud_tables;
use super::{body, list};

/// Rows of `provider,service,month,cost,currency`; the cost is read as a number, the blanks of a service stay.
fn raw(rows: &[(&str, &str, &str, f64, &str)]) -> Raw {
    let mut raw = Raw::default();
    for (provider, service, month, cost, currency) in rows {
        let [provider, service, currency] =
            [provider, service, currency].map(|text| raw.dictionary.push(text.as_bytes()));
        let costs = &mut raw.cloud_costs;
        costs.provider.push(provider);
        costs.account.push(0);
        costs.service.push(service);
        costs.currency.push(currency);
        costs.month.push(Month::parse(month).expect("a month"));
        costs.charge_category.push(ChargeCategory::Unknown);
        for column in [&mut costs.gross, &mut costs.credits, &mut costs.net] {
            column.push(Amount::zero());
        }
        raw.as_original.binary_costs.push(*cost);
        costs.observed_at.push(None);
        costs.source.push(0);
    }
    raw
}

fn group(name: &str, services: &[&str]) -> ServiceGroup {
    ServiceGroup { name: name.to_owned(), services: list(services) }
}

fn comparison(name: &str, groups: Vec<ServiceGroup>) -> ServiceComparison {
    ServiceComparison { name: name.to_owned(), groups }
}

fn three_services() -> Raw {
    raw(&[
        ("gcp", "Run", "2021-02", 1.0, "USD"),
        ("gcp", " Run ", "2021-02", 10.0, "USD"),
        ("gcp", "run", "2021-02", 100.0, "USD"),
        ("azure", "Storage", "2021-02", 1000.0, "EUR"),
    ])
}

fn table(raw: &Raw, rules: &CloudRules, name: &str) -> String {
    let tables = cloud_tables(raw, rules);
    tables.iter().find(|table| table.name == name).expect("a table of that name").to_csv()
}

#[test]
fn sums_are_binary_in_the_order_of_the_file() {
    let raw = raw(&[
        ("gcp", "a", "2021-02", 1e16, "USD"),
        ("gcp", "b", "2021-02", 1.0, "USD"),
        ("gcp", "c", "2021-02", -1e16, "USD"),
        ("gcp", "a", "2021-03", 2.675, "USD"),
        ("gcp", "a", "2021-04", -0.001, "USD"),
        ("gcp", "a", "2021-05", f64::NAN, "USD"),
        ("gcp", "a", "2021-06", -0.0, "USD"),
        ("GCP", "a", "2021-06", 1.0, "usd"),
        ("gcp", "a", "2021-06", 1.0, ""),
    ]);
    let tables = cloud_tables(&raw, &CloudRules::default());
    assert_eq!(
        body(&tables[0]),
        "2021-02,gcp,0.00,USD\n2021-03,gcp,2.67,USD\n2021-04,gcp,-0.00,USD\n2021-05,gcp,NaN,USD\n\
         2021-06,GCP,1.00,usd\n2021-06,gcp,1.00,\n2021-06,gcp,0.00,USD\n"
    );
    assert_eq!(tables.len(), 2, "nothing is compared, so that table is not there");
}

#[test]
fn without_groups_and_list_every_service_is_a_row_by_its_exact_name() {
    assert_eq!(
        table(&three_services(), &CloudRules::default(), "cloud_spending_services"),
        "month,provider,service,cost,currency\n\
         2021-02,azure,Storage,1000.00,EUR\n\
         2021-02,gcp,\" Run \",10.00,USD\n\
         2021-02,gcp,Run,1.00,USD\n\
         2021-02,gcp,run,100.00,USD\n"
    );
}

#[test]
fn a_flat_list_keeps_its_services_only() {
    let rules = CloudRules { services: list(&[" Run ", "None such"]), ..CloudRules::default() };
    assert_eq!(
        table(&three_services(), &rules, "cloud_spending_services"),
        "month,provider,service,cost,currency\n2021-02,gcp,Run,1.00,USD\n"
    );
}

#[test]
fn groups_make_the_list_ineffective_and_a_service_in_two_goes_to_the_last() {
    let rules = CloudRules {
        services: list(&["run"]),
        groups: vec![group("First", &["Run", "Storage"]), group(" Last ", &[" Run "]), group(" ", &["Storage"])],
        ..CloudRules::default()
    };
    assert_eq!(
        table(&three_services(), &rules, "cloud_spending_services"),
        "month,provider,group,cost,currency\n2021-02,azure,First,1000.00,EUR\n2021-02,gcp,Last,1.00,USD\n"
    );
}

#[test]
fn groups_without_a_name_or_a_service_are_no_groups() {
    let rules = CloudRules {
        groups: vec![group("", &["Run"]), group("Empty", &[])],
        services: list(&["run"]),
        ..CloudRules::default()
    };
    assert_eq!(
        table(&three_services(), &rules, "cloud_spending_services"),
        "month,provider,service,cost,currency\n2021-02,gcp,run,100.00,USD\n"
    );
}

#[test]
fn comparisons_add_providers_and_equal_names_double_the_last_groups() {
    let raw = raw(&[("gcp", "Run", "2021-02", 1.0, "USD"), ("azure", "Storage", "2021-02", 1000.0, "USD")]);
    let rules = CloudRules {
        comparisons: vec![
            comparison("Twice", vec![group("Old", &["Storage"])]),
            comparison(" Once ", vec![group("All", &["Run", "Storage"])]),
            comparison("Twice", vec![group("New", &["Run"]), group("Newer", &["Run"])]),
            comparison("Never", vec![group("None", &["No such service"])]),
        ],
        ..CloudRules::default()
    };
    assert_eq!(
        table(&raw, &rules, "cloud_spending_compared"),
        "comparison,month,group,cost,currency\n\
         \" Once \",2021-02,All,1001.00,USD\n\
         Twice,2021-02,Newer,2.00,USD\n"
    );
}
