//! Bills that providers are asked for.

use model::columns::Scopes;
use model::records::{ChargeCategory, CloudCost, CloudMonth, Record, Scope};
use model::{Amount, Instant, Month};
use store::{Page, StoreError};

use crate::records::{Fixture, repository};

const KEY_AND_COST: [&str; 5] = ["month", "account", "service", "currency", "cost"];
const FEBRUARY: &str = "2026-02-10T00:00:00Z";

pub(crate) fn amount(text: &str) -> Amount {
    text.parse().expect("an amount")
}

pub(crate) fn time(text: &str) -> Instant {
    Instant::parse_rfc3339(text).expect("a time")
}

/// Usage without credits.
pub(crate) fn line(service: &str, currency: &str, gross: &str) -> CloudCost {
    CloudCost {
        service: service.into(),
        charge_category: ChargeCategory::Usage,
        currency: currency.into(),
        gross: amount(gross),
        credits: Amount::zero(),
    }
}

pub(crate) fn bill(provider: &str, account: &str, month: &str, observed_at: &str, lines: Vec<CloudCost>) -> Record {
    Record::CloudMonth(Box::new(CloudMonth {
        provider: provider.into(),
        account: account.into(),
        month: Month::parse(month).expect("a month"),
        observed_at: time(observed_at),
        lines,
    }))
}

pub(crate) fn bills_page<'a>(source: &'a str, records: &'a [Record]) -> Page<'a> {
    Page {
        scope: Scope::CloudCosts,
        subject: source,
        records,
        cursor: Some("{}"),
        observed_at: time("2026-02-10T00:00:00Z"),
        run: 0,
        generation: Some(1),
        complete: false,
    }
}

/// Stores a bill of Azure's account `one` as its source reads it.
fn see(fixture: &Fixture, month: &str, observed_at: &str, lines: Vec<CloudCost>) {
    let records = [bill("azure", "one", month, observed_at, lines)];
    fixture.store.commit(&bills_page("azure/one", &records)).expect("stored");
}

#[test]
fn bills_are_published_by_their_key_with_all_digits() {
    let fixture = Fixture::new();
    let mut credited = line("Cloud Run", "USD", "0.00000080000");
    credited.credits = amount("-1.49011611938476560e-08");
    let tax = CloudCost { charge_category: ChargeCategory::Tax, ..line("", "USD", "12345678901234567890.125") };
    let google = bill("gcp", "01-AB", "2026-01", "2026-02-10T11:12:13Z", vec![tax, credited]);
    let azure = bill("azure", "one", "2026-02", "2026-02-10T11:12:13Z", vec![line("VM, \"big\"", "EUR", "3")]);
    let earlier = bill("azure", "two", "2026-01", "2026-02-05T23:59:59Z", vec![line("VM", "EUR", "8e2")]);
    fixture.store.commit(&bills_page("some/source", &[google, azure, earlier])).expect("stored");
    assert_eq!(
        fixture.csv("cloud_costs"),
        "provider,service,month,cost,currency,account,charge_category,gross,credits,settled,observed_at,source\n\
         azure,VM,2026-01-01,800.00,EUR,two,Usage,800.00,0.00,false,2026-02-05T23:59:59Z,some/source\n\
         gcp,,2026-01-01,12345678901234567890.125,USD,01-AB,Tax,12345678901234567890.125,0.00,true,\
         2026-02-10T11:12:13Z,some/source\n\
         gcp,Cloud Run,2026-01-01,0.000000785098838806152344,USD,01-AB,Usage,0.0000008,\
         -0.000000014901161193847656,true,2026-02-10T11:12:13Z,some/source\n\
         azure,\"VM, \"\"big\"\"\",2026-02-01,3.00,EUR,one,Usage,3.00,0.00,false,2026-02-10T11:12:13Z,some/source\n"
    );
}

#[test]
fn a_month_asked_in_full_replaces_that_month_of_that_account_only() {
    let fixture = Fixture::new();
    let other = bill("azure", "two", "2026-01", FEBRUARY, vec![line("VM", "EUR", "7")]);
    fixture.store.commit(&bills_page("azure/two", &[other])).expect("stored");
    see(&fixture, "2025-12", FEBRUARY, vec![line("VM", "EUR", "1")]);
    see(&fixture, "2026-01", FEBRUARY, vec![line("VM", "EUR", "2"), line("Disk", "EUR", "3")]);
    see(&fixture, "2026-01", "2026-02-11T00:00:00Z", vec![line("Disk", "EUR", "4"), line("Disk", "USD", "5")]);
    assert_eq!(
        fixture.cells("cloud_costs", &KEY_AND_COST),
        [
            "2025-12-01,one,VM,EUR,1.00",
            "2026-01-01,one,Disk,EUR,4.00",
            "2026-01-01,one,Disk,USD,5.00",
            "2026-01-01,two,VM,EUR,7.00",
        ]
    );
}

#[test]
fn a_month_observed_earlier_overrides_nothing_even_where_nothing_is_billed_any_more() {
    let fixture = Fixture::new();
    see(&fixture, "2026-01", "2026-02-02T00:00:00Z", vec![line("VM", "EUR", "2")]);
    see(&fixture, "2026-01", "2026-02-01T00:00:00Z", vec![line("VM", "EUR", "1")]);
    assert_eq!(fixture.cells("cloud_costs", &["cost", "settled"]), ["2.00,false"]);
    see(&fixture, "2026-01", "2026-02-03T00:00:00Z", vec![]);
    assert!(fixture.store.is_empty().expect("asked"));
    see(&fixture, "2026-01", "2026-02-02T00:00:00Z", vec![line("VM", "EUR", "2")]);
    assert!(fixture.store.is_empty().expect("asked"));
    see(&fixture, "2026-01", "2026-02-06T00:00:00Z", vec![line("VM", "EUR", "3")]);
    assert_eq!(fixture.cells("cloud_costs", &["cost", "settled"]), ["3.00,true"]);
    assert!(!fixture.store.is_empty().expect("asked"));
}

#[test]
fn lines_with_equal_keys_are_added_up_exactly() {
    let fixture = Fixture::new();
    let credited = |gross: &str, credits: &str| CloudCost { credits: amount(credits), ..line("VM", "EUR", gross) };
    let mut lines = vec![credited("0.1", "-0.05"), credited("0.2", "0"), credited("123456789012.3", "-1e-20")];
    lines.push(CloudCost { charge_category: ChargeCategory::Tax, ..line("VM", "EUR", "0.4") });
    see(&fixture, "2026-01", FEBRUARY, lines);
    assert_eq!(
        fixture.cells("cloud_costs", &["charge_category", "gross", "credits", "cost"]),
        ["Tax,0.40,0.00,0.40", "Usage,123456789012.60,-0.05000000000000000001,123456789012.54999999999999999999"]
    );
}

#[test]
fn one_bill_from_two_sources_is_refused_with_both_and_nothing_of_the_page_is_stored() {
    let fixture = Fixture::new();
    see(&fixture, "2026-01", FEBRUARY, vec![line("VM", "EUR", "2")]);
    let both = [
        Record::Repository(repository("R_1", "api")),
        bill("azure", "one", "2025-12", FEBRUARY, vec![line("VM", "EUR", "1")]),
        bill("azure", "one", "2026-01", FEBRUARY, vec![line("VM", "EUR", "2")]),
    ];
    let group = "azure/providers/Microsoft.Management/managementGroups/all";
    let error = fixture.store.commit(&bills_page(group, &both)).expect_err("refused");
    assert!(matches!(error, StoreError::SameBill { .. }));
    assert_eq!(
        error.to_string(),
        "the bill of azure account 'one' for 2026-01 came from azure/one and again from \
         azure/providers/Microsoft.Management/managementGroups/all: two configured sources hold the same bill: remove \
         one of them"
    );
    assert_eq!(fixture.cells("cloud_costs", &["month", "source"]), ["2026-01-01,azure/one"]);
    assert!(fixture.cells("repository", &["repo"]).is_empty());
    assert_eq!(fixture.store.cursor(Scope::CloudCosts, group).expect("asked"), None);
    // Once the other source is gone, a later import may take the bill over.
    fixture.store.commit(&Page { generation: Some(2), ..bills_page(group, &both) }).expect("stored");
    assert_eq!(
        fixture.cells("cloud_costs", &["month", "source"]),
        [format!("2025-12-01,{group}"), format!("2026-01-01,{group}")]
    );
}

#[test]
fn two_sources_of_which_one_would_empty_the_other_s_bill_are_refused_in_either_order() {
    let empty = [bill("AWS", "1", "2026-01", FEBRUARY, vec![])];
    let full = [bill("AWS", "1", "2026-01", FEBRUARY, vec![line("EC2", "USD", "2")])];
    for (first, second) in [(&empty, &full), (&full, &empty)] {
        let fixture = Fixture::new();
        fixture.store.commit(&bills_page("focus/a", first)).expect("stored");
        let before = fixture.csv("cloud_costs");
        assert!(fixture.store.commit(&bills_page("focus/b", second)).is_err());
        assert_eq!(fixture.csv("cloud_costs"), before);
    }
    let fixture = Fixture::new();
    fixture.store.commit(&bills_page("focus/a", &empty)).expect("stored");
    fixture.store.commit(&bills_page("focus/b", &empty)).expect("nothing counts twice");
}

#[test]
fn a_failed_page_of_bills_leaves_the_earlier_rows() {
    let fixture = Fixture::new();
    see(&fixture, "2026-01", FEBRUARY, vec![line("VM", "EUR", "2")]);
    let broken = rusqlite::Connection::open(fixture.path("cto.db")).expect("opened");
    broken.execute_batch("ALTER TABLE cloud_month RENAME TO away").expect("renamed");
    let later = [bill("azure", "one", "2026-01", "2026-02-11T00:00:00Z", vec![line("VM", "EUR", "3")])];
    assert!(fixture.store.commit(&bills_page("azure/one", &later)).is_err());
    broken.execute_batch("ALTER TABLE away RENAME TO cloud_month").expect("renamed");
    assert_eq!(fixture.cells("cloud_costs", &["cost"]), ["2.00"]);
    assert_eq!(fixture.store.load(Scopes::CLOUD_SPENDING).expect("read").cloud_costs.net, [amount("2")]);
}
