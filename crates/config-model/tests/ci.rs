//! The key `ci`.

use config_model::Config;
use model::ci::MinuteRounding;

fn read(text: &str) -> Result<Config, String> {
    Config::from_yaml(text, "config.yml").map_err(|error| error.to_string())
}

#[test]
fn prices_are_read_exactly_and_each_key_but_labels_and_price_has_a_default() {
    let text = "
ci:
  prices:
    - {labels: [linux-xl], per_minute: \"0.031\", currency: EUR, from: 2026-01-01, round: none}
    - {labels: [a, b], per_minute: 0.10}
";
    let rules = read(text).and_then(|config| config.rules(None).map_err(|error| error.to_string())).expect("read").ci;
    let [first, second] = &rules.prices[..] else { panic!("{rules:?}") };
    assert_eq!(
        (first.per_minute.to_string(), &*first.currency, first.round),
        ("0.031".into(), "EUR", MinuteRounding::None)
    );
    assert_eq!(first.from.map(|day| day.to_string()).as_deref(), Some("2026-01-01"));
    assert_eq!(
        (second.per_minute.to_string(), &*second.currency, second.round),
        ("0.10".into(), "USD", MinuteRounding::Up)
    );
    assert_eq!(second.from, None);
}

#[test]
fn prices_that_are_none_are_errors_with_their_place() {
    for (price, right) in [
        ("{labels: [], per_minute: 1}", "ci.prices[0].labels"),
        ("{per_minute: 1}", "ci.prices[0].labels"),
        ("{labels: [a], per_minute: a lot}", "ci.prices[0].per_minute"),
        ("{labels: [a], per_minute: -1}", "ci.prices[0].per_minute"),
        ("{labels: [a], per_minute: 1, currency: \" \"}", "ci.prices[0].currency"),
        ("{labels: [a], per_minute: 1, round: half}", "round"),
        ("{labels: [a], per_minute: 1, from: yesterday}", "from"),
        ("{labels: [a]}", "per_minute"),
    ] {
        let error = read(&format!("ci:\n  prices:\n    - {price}\n")).expect_err("refused");
        assert!(error.contains(right), "{price}: {error}");
    }
}
