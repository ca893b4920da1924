use model::Month;
use model::columns::Scopes;
use model::records::{ChargeCategory, CloudCost};
use model::rules::Rules;

use super::*;
use crate::calculate;

fn at(text: &str) -> Instant {
    Instant::parse_date_or_rfc3339(text).expect("a valid instant")
}

#[test]
fn bills_become_rows_with_their_source_and_the_time_that_they_were_read() {
    let line = |service: &str, category, gross: &str, credits: &str| CloudCost {
        service: service.to_owned(),
        charge_category: category,
        currency: "USD".to_owned(),
        gross: gross.parse().expect("an amount"),
        credits: credits.parse().expect("an amount"),
    };
    let bill = CloudMonth {
        provider: "gcp".to_owned(),
        account: "0A-1B".to_owned(),
        month: Month::parse("2026-10").expect("a month"),
        observed_at: at("2026-11-06"),
        lines: vec![line("Run", ChargeCategory::Usage, "31.005", "-1"), line("", ChargeCategory::Tax, "2", "0")],
    };
    let mut records = RawBuilder::new();
    records.cloud_month(&bill, "gcp/0A-1B").cloud_month(&CloudMonth { lines: Vec::new(), ..bill.clone() }, "gcp/other");
    let raw = records.build(at("2026-11-07")).expect("each bill once");
    let costs = &raw.cloud_costs;
    assert_eq!(costs.month.len(), 2);
    assert_eq!(costs.net[0].to_string(), "30.005");
    assert_eq!(raw.dictionary.text(costs.source[1]), "gcp/0A-1B");
    let calculation = calculate(&raw, &Rules::default(), None, Scopes::CLOUD_SPENDING).expect("nothing to contradict");
    assert_eq!((calculation.as_of, calculation.cloud_as_of), (at("2026-11-07"), Some(at("2026-11-07"))));
    let monthly = calculation.tables[0].to_csv();
    assert!(monthly.ends_with("\n2026-10,gcp,32.00,USD,true,,,31,1.03,,,,,,false,\n"), "{monthly}");
}

#[test]
fn a_record_that_comes_twice_is_refused_with_its_key() {
    let place = Place { org: "acme".into(), repo: "shop".into(), number: "7".into(), ..Place::default() };
    let (issue, pull_request) =
        (Issue { place: place.clone(), ..Issue::default() }, PullRequest { place, ..PullRequest::default() });
    let mut records = RawBuilder::new();
    records.issue(&issue).pull_request(&pull_request);
    assert!(records.build(at("2026-11-07")).is_ok(), "an issue and a pull request are not the same");
    let mut records = RawBuilder::new();
    records.issue(&issue).issue(&issue);
    let error = records.build(at("2026-11-07")).expect_err("twice").to_string();
    assert_eq!(error, "issue acme/shop#7 was added twice: add each once");
    let mut records = RawBuilder::new();
    records.pull_request(&pull_request).pull_request(&pull_request);
    let error = records.build(at("2026-11-07")).expect_err("twice").to_string();
    assert_eq!(error, "pull request acme/shop#7 was added twice: add each once");
}

#[test]
fn merge_requests_are_named_as_gitlab_does_and_what_is_on_another_host_is_another() {
    let pull_request = |host: &str, url: &str| PullRequest {
        place: Place {
            org: "acme".into(),
            repo: "shop/api".into(),
            number: "12".into(),
            host: host.into(),
            ..Place::default()
        },
        url: url.into(),
        ..PullRequest::default()
    };
    let mut records = RawBuilder::new();
    for (host, url) in [
        ("", "https://github.com/acme/api/pull/12"),
        ("gitlab.com", "https://gitlab.com/acme/shop/api/-/merge_requests/12"),
        ("ghe.acme.example", "https://ghe.acme.example/acme/api/pull/12"),
    ] {
        records.pull_request(&pull_request(host, url));
    }
    let raw = records.build(at("2026-11-07")).expect("each once");
    let ids: Vec<_> = (0..3).map(|row| raw.pull_requests.id.text(row).into_owned()).collect();
    assert_eq!(ids, ["acme/shop/api#12", "acme/shop/api!12", "acme/shop/api#12"]);
}
