//! Bills that are generated.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use chrono::Datelike as _;
use model::{Amount, Instant, Month};
use sandbox::clouds::{AzureCharge, BillOptions, Bills, GoogleCharge, Invoice};

/// The default bills, made once.
fn bills() -> &'static Bills {
    static BILLS: LazyLock<Bills> = LazyLock::new(|| Bills::generate(&BillOptions::default()));
    &BILLS
}

fn month(text: &str) -> Month {
    Month::parse(text).expect("a month")
}

fn month_of(charge: &AzureCharge) -> Month {
    Month::new(charge.day.year(), charge.day.month()).expect("a year of four digits")
}

type Sums = BTreeMap<(String, String, Month, String), (Amount, Amount)>;

/// Everything known at an instant, added up charge by charge.
fn sums(bills: &Bills, at: Instant) -> Sums {
    let mut sums = Sums::new();
    for charge in bills.azure_charges().iter().filter(|charge| charge.known_at <= at) {
        let key = ("azure".to_owned(), charge.subscription.clone(), month_of(charge), charge.currency.clone());
        sums.entry(key).or_default().0 += &charge.cost;
    }
    for row in bills.google_charges().iter().filter(|row| row.export_time <= at) {
        let key = ("gcp".to_owned(), bills.google_account().to_owned(), row.invoice_month, row.currency.clone());
        let sum = sums.entry(key).or_default();
        sum.0 += &row.cost;
        row.credits.iter().for_each(|credit| sum.1 += &credit.amount);
    }
    sums
}

fn by_key(invoices: Vec<Invoice>) -> Sums {
    let pairs = invoices.into_iter().map(|one| {
        assert_eq!(&one.gross + &one.credits, one.net);
        ((one.provider.to_owned(), one.account, one.month, one.currency), (one.gross, one.credits))
    });
    pairs.collect()
}

#[test]
fn the_invoices_are_the_sums_of_the_charges_known_by_then() {
    for seed in [1, 99] {
        let bills = Bills::generate(&BillOptions { seed, subscriptions: 4, months: 15, ..BillOptions::default() });
        for at in [
            "2025-09-01T00:00:00Z",
            "2026-03-03T11:00:00Z",
            "2026-10-02T00:00:00Z",
            "2026-10-30T18:00:00Z",
            "2027-01-01T00:00:00Z",
        ] {
            let at = Instant::parse_rfc3339(at).expect("valid");
            assert_eq!(sums(&bills, at), by_key(bills.invoices(at)), "seed {seed} at {at}");
        }
    }
}

#[test]
fn equal_options_give_equal_bills_and_another_seed_gives_others() {
    let options = BillOptions { months: 6, ..BillOptions::default() };
    let (left, right) = (Bills::generate(&options), Bills::generate(&options));
    assert!(left.azure_charges() == right.azure_charges() && left.google_charges() == right.google_charges());
    assert_eq!((left.tenant(), left.google_account()), (right.tenant(), right.google_account()));
    let other = Bills::generate(&BillOptions { seed: 2, ..options });
    assert!(left.azure_charges() != other.azure_charges() && left.google_charges() != other.google_charges());
    assert!(left.tenant() != other.tenant() && left.google_account() != other.google_account());
}

#[test]
fn ids_have_the_form_of_the_providers() {
    let bills = bills();
    let parts = |id: &str| id.split('-').map(str::len).collect::<Vec<_>>();
    for id in bills.subscriptions().iter().map(String::as_str).chain([bills.tenant(), bills.client()]) {
        assert_eq!(parts(id), [8, 4, 4, 4, 12], "{id}");
    }
    assert_eq!(parts(bills.google_account()), [6, 6, 6], "{}", bills.google_account());
    assert_eq!(bills.subscription_name(&bills.subscriptions()[1]).as_deref(), Some("Development"));
}

#[test]
fn every_month_of_the_period_is_billed_and_settled_months_end_in_whole_cents() {
    let bills = bills();
    let invoices = bills.invoices(bills.end());
    let mut accounts: BTreeMap<&str, BTreeSet<Month>> = BTreeMap::new();
    for invoice in &invoices {
        accounts.entry(&invoice.account).or_default().insert(invoice.month);
        if invoice.month.is_settled_at(bills.end()) {
            let cents: Amount = invoice.net.to_cents().parse().expect("an amount");
            assert_eq!(cents, invoice.net, "{} {}", invoice.account, invoice.month);
        }
    }
    assert_eq!(accounts.len(), 3);
    for months in accounts.values() {
        assert_eq!((months.len(), months.first()), (31, Some(&month("2024-04"))));
    }
}

#[test]
fn nothing_changes_once_a_month_has_settled() {
    let bills = bills();
    let later = bills.invoices(Instant::from_seconds(bills.end().seconds() + 60 * 86_400));
    let mut open = 0;
    for invoice in bills.invoices(bills.end()) {
        let same = later.contains(&invoice);
        assert_eq!(same, invoice.month.is_settled_at(bills.end()), "{} {}", invoice.account, invoice.month);
        open += usize::from(!same);
    }
    assert_eq!(open, 3);
}

#[test]
fn a_reservation_is_paid_at_once_and_used_day_by_day() {
    let bills = bills();
    let committed: Vec<_> = bills.azure_charges().iter().filter(|one| one.cost != one.amortized_cost).collect();
    let (bought, used): (Vec<&AzureCharge>, Vec<&AzureCharge>) =
        committed.into_iter().partition(|one| one.charge_type == "purchase");
    assert_eq!(bought.len(), 3);
    assert!(bought.iter().all(|one| one.amortized_cost.is_zero()) && used.iter().all(|one| one.cost.is_zero()));
    // The first two years are over: what was paid has been used up to the last digit.
    let paid: Amount = bought[..2].iter().map(|one| &one.cost).sum();
    let spread: Amount = used[..2 * 365].iter().map(|one| &one.amortized_cost).sum();
    assert_eq!(paid, spread);
    let at = bills.end();
    let [net, amortized] = [bills.invoices(at), bills.amortized(at)].map(|invoices| {
        invoices
            .into_iter()
            .find(|one| one.account == bills.subscriptions()[0] && one.month == month("2024-07"))
            .expect("a month")
            .net
    });
    // Bought on the tenth of July: 22 days of 365 fall into that month.
    let difference = net.to_f64() - amortized.to_f64();
    assert!((difference - 7_214.4 * 343.0 / 365.0).abs() < 1e-6, "{difference}");
}

#[test]
fn azure_has_each_kind_of_charge_and_tiny_ones_with_many_digits() {
    let bills = bills();
    let kinds: BTreeSet<&str> = bills.azure_charges().iter().map(|one| one.charge_type).collect();
    assert_eq!(kinds, BTreeSet::from(["purchase", "refund", "roundingadjustment", "tax", "usage"]));
    let tiny = bills.azure_charges().iter().find(|one| one.service == "Functions").expect("tiny use");
    assert!(tiny.cost.to_string().starts_with("0.000000") && tiny.cost.to_string().len() > 18, "{}", tiny.cost);
    let order: Vec<_> =
        bills.azure_charges().iter().map(|one| (one.subscription == bills.subscriptions()[1], one.day)).collect();
    assert!(order.is_sorted());
}

#[test]
fn services_start_and_end_and_one_runs_away_for_a_month() {
    let bills = bills();
    let of = |service: &str| {
        let mut months: BTreeMap<Month, f64> = BTreeMap::new();
        for one in bills
            .azure_charges()
            .iter()
            .filter(|one| one.service == service && one.subscription == bills.subscriptions()[0])
        {
            *months.entry(month_of(one)).or_default() += one.cost.to_f64();
        }
        months
    };
    let ai = of("Azure OpenAI");
    assert_eq!(ai.keys().next(), Some(&month("2025-04")));
    assert!(ai[&month("2026-01")] > 2.5 * ai[&month("2025-12")] && ai[&month("2026-01")] > 2.5 * ai[&month("2026-02")]);
    assert_eq!(of("HDInsight").keys().next_back(), Some(&month("2025-09")));
    let storage = of("Storage");
    assert!(storage[&month("2026-09")] > 1.4 * storage[&month("2024-05")]);
}

#[test]
fn weekends_are_cheaper_than_weekdays() {
    let bills = bills();
    let mean = |is_wanted: &dyn Fn(u32) -> bool| {
        let days =
            bills.azure_charges().iter().filter(|one| one.service == "Virtual Machines" && one.charge_type == "usage");
        let chosen: Vec<f64> = days
            .filter(|one| is_wanted(one.day.weekday().num_days_from_monday()))
            .map(|one| one.cost.to_f64())
            .collect();
        chosen.iter().sum::<f64>() / chosen.len() as f64
    };
    assert!(mean(&|day| day >= 5) < 0.7 * mean(&|day| day < 5));
}

fn google(bills: &Bills, wanted: impl Fn(&&GoogleCharge) -> bool) -> usize {
    bills.google_charges().iter().filter(wanted).count()
}

#[test]
fn google_has_every_trap_of_its_export() {
    let bills = bills();
    let rows = bills.google_charges();
    let kinds: BTreeSet<&str> = rows.iter().map(|row| row.cost_type).collect();
    assert_eq!(kinds, BTreeSet::from(["adjustment", "regular", "rounding_error", "tax"]));
    assert!(rows.iter().all(|row| (row.cost_type == "tax") <= row.project.is_none()));
    let credits: BTreeSet<&str> = rows.iter().flat_map(|row| &row.credits).map(|credit| credit.kind).collect();
    let all = ["COMMITTED_USAGE_DISCOUNT", "DISCOUNT", "FREE_TIER", "PROMOTION", "SUSTAINED_USAGE_DISCOUNT"];
    assert_eq!(credits, BTreeSet::from(all));
    assert!(rows.iter().flat_map(|row| &row.credits).all(|credit| credit.amount.is_negative()));
    // Services without any credit, rows with several labels, use of another month than the invoice's.
    assert!(rows.iter().filter(|row| row.service == "Cloud SQL").all(|row| row.credits.is_empty()));
    assert!(google(bills, |row| row.labels.len() > 1) > 500);
    let earlier = |row: &&GoogleCharge| Month::of(row.usage_start) < row.invoice_month;
    let later = |row: &&GoogleCharge| Month::of(row.usage_start) > row.invoice_month;
    assert!(google(bills, earlier) > 20 && google(bills, later) > 300);
    // Days of which rows come two days later, and months of which rows come up to five days after their end.
    assert!(google(bills, |row| row.export_time.seconds() - row.usage_end.seconds() > 86_400) > 1_000);
    let late = rows.iter().map(|row| row.export_time.seconds() - row.invoice_month.end().seconds()).max();
    assert!(late.is_some_and(|late| (4 * 86_400..=5 * 86_400).contains(&late)), "{late:?}");
    let decimals = |amount: &Amount| amount.to_string().split_once('.').map_or(0, |(_, digits)| digits.len());
    assert!(
        rows.iter().all(|row| decimals(&row.cost) <= 9 && row.credits.iter().all(|one| decimals(&one.amount) <= 9))
    );
    assert!(rows.is_sorted_by_key(|row| row.export_time));
    assert!(rows.iter().all(|row| row.export_time >= row.invoice_month.start()), "a partition before the month");
}

#[test]
fn the_invoices_and_the_sections_of_the_configuration_are_written() {
    let bills = bills();
    let folder = tempfile::tempdir().expect("folder");
    bills.write_invoices(bills.end(), &folder.path().join("truth")).expect("written");
    let text = std::fs::read_to_string(folder.path().join("truth/invoices.csv")).expect("file");
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("provider,account,month,currency,gross,credits,net"));
    let first = bills.invoices(bills.end()).remove(0);
    let line = format!("azure,{},2024-04,EUR,{},0.00,{}", first.account, first.gross, first.net);
    assert_eq!((lines.next(), lines.count()), (Some(line.as_str()), 3 * 31 - 1));
    let yaml = bills.config_yaml();
    for part in [bills.tenant(), &bills.subscriptions()[1], bills.google_account(), "detailed_service:"] {
        assert!(yaml.contains(part), "{part}");
    }
    assert!(!yaml.contains("http"), "addresses come from the environment");
}
