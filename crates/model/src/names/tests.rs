use proptest::prelude::*;

use super::*;

#[track_caller]
fn same(one: &str, other: &str) {
    assert_eq!(comparable(one), comparable(other), "{one:?} and {other:?} are one name");
}

#[track_caller]
fn differ(one: &str, other: &str) {
    assert_ne!(comparable(one), comparable(other), "{one:?} and {other:?} are two names");
}

#[test]
fn names_are_compared_without_case_and_blanks() {
    assert_eq!(comparable(" In\u{a0}Progress\u{a0}"), "in\u{a0}progress");
    differ("Ready", "Ready for Dev");
}

#[test]
fn what_follows_a_beginning_keeps_its_spelling() {
    assert_eq!(behind("Team::Alpha Two ", "team::").as_deref(), Some("Alpha Two"));
    assert_eq!(behind("e\u{301}quipe: Nord", "Équipe:").as_deref(), Some("Nord"));
    for name in ["team::", "team:: ", "team:alpha", "tea", "a team::alpha"] {
        assert_eq!(behind(name, "team::"), None, "{name}");
    }
}

#[test]
fn composed_and_decomposed_letters_are_equal() {
    same("Prêt à tester", "Pre\u{302}t a\u{300} tester");
    same("ÜBERPRÜFT", "u\u{308}berpru\u{308}ft");
    same("\u{212b}ngström", "ångström");
    differ("Prêt", "Pret");
}

#[test]
fn how_an_emoji_is_drawn_says_nothing() {
    same("❤\u{fe0f}", "❤");
    same("a ❤\u{fe0e} b", "a ❤\u{fe0f} b");
    same("Sev 1\u{fe0f}\u{20e3}", "Sev 1");
    differ("Sev 1\u{fe0f}\u{20e3}", "Sev 2\u{fe0f}\u{20e3}");
}

#[test]
fn symbols_around_a_name_are_dropped() {
    for name in [
        "✅ Done",
        "Done ✔\u{fe0f}",
        "🚀Done🚀",
        "→ done",
        "👩🏽\u{200d}💻 Done",
        "\u{200b}Done\u{feff}",
        "✅ \u{a0}Done",
    ] {
        same(name, "Done");
    }
    same("In ✅ review", "🔎 in ✅ review");
    differ("In ✅ review", "In review");
}

#[test]
fn punctuation_digits_flags_and_signs_belong_to_a_name() {
    for (one, other) in [
        ("C", "C++"),
        ("C", "C#"),
        ("C++", "C#"),
        ("bug!", "bug"),
        ("Sev ①", "Sev ②"),
        ("Sev ❶", "Sev ❷"),
        ("Acme™", "Acme"),
        ("Ads 🇩🇪", "Ads 🇫🇷"),
        ("€", "Done"),
        ("(Done)", "Done"),
    ] {
        differ(one, other);
    }
}

#[test]
fn a_name_of_symbols_alone_is_compared_by_them() {
    differ("🔥", "✅");
    differ("🔥", "");
    same(" 🔥 ", "🔥");
    same("✔\u{fe0f}", "✔");
    assert_eq!(comparable("#"), "#");
}

#[test]
fn what_cannot_be_seen_is_escaped_in_messages() {
    assert_eq!(visible("In Progress"), "In Progress");
    assert_eq!(visible("✅ Prêt"), "✅ Prêt");
    assert_eq!(visible("In\u{a0}Progress"), "In\\u{a0}Progress");
    assert_eq!(visible("In\u{200b} Progress "), "In\\u{200b} Progress ");
    assert_eq!(visible(""), "");
}

#[test]
fn only_the_suffix_makes_a_bot() {
    assert!(is_bot_login("dependabot[bot]"));
    assert!(!is_bot_login("robot"));
}

/// Names with much of what is hard: marks, selectors, joiners, symbols, letters of several cases.
fn name() -> impl Strategy<Value = String> {
    let hard = prop::sample::select(vec![
        "e\u{301}", "é", "İ", "ß", "Σ", "ǅ", "\u{212b}", "\u{323}", "\u{307}", "\u{fe0f}", "\u{20e3}", "\u{200d}",
        "✅", "👩", "🏽", "🇩", "🇪", " ", "\u{a0}", "#", "+", "1", "A", "각", "\u{1100}", "\u{1161}", "↚", "\u{338}",
        "→",
    ]);
    let any = prop_oneof![3 => hard.prop_map(str::to_owned), 1 => any::<char>().prop_map(String::from)];
    prop::collection::vec(any, 0..8).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_096, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_compared_compares_as_itself(name in name()) {
        let once = comparable(&name);
        prop_assert_eq!(comparable(&once), once);
    }

    #[test]
    fn the_form_of_letters_changes_nothing(name in name()) {
        let (composed, decomposed): (String, String) = (name.nfc().collect(), name.nfd().collect());
        prop_assert_eq!(comparable(&composed), comparable(&name));
        prop_assert_eq!(comparable(&decomposed), comparable(&name));
    }

    #[test]
    fn selectors_change_nothing_wherever_they_stand(name in name(), place in any::<prop::sample::Index>()) {
        let mut letters: Vec<char> = name.chars().collect();
        letters.insert(place.index(letters.len() + 1), '\u{fe0f}');
        let marked: String = letters.into_iter().collect();
        prop_assert_eq!(comparable(&marked), comparable(&name));
    }

    #[test]
    fn a_name_with_something_in_it_keeps_something_to_compare(name in name()) {
        let is_blank = name.chars().all(|letter| letter.is_whitespace() || is_drawing(letter));
        prop_assert_eq!(comparable(&name).is_empty(), is_blank);
    }
}
