//! The timestamp of an import: clock skew between the machine and a provider.

use model::Instant;
use model::instant::MICROS_PER_SECOND;

/// How far the provider's clock may be from ours, either way. Clocks that are kept right differ by seconds; beyond this
/// one of the two is wrong, and ours is the one that the next import is measured by as well.
pub const MOST_SKEW_SECONDS: i64 = 15 * 60;

/// Whether the provider's time is near enough to ours to be believed.
pub fn is_near(provider: Instant, own: Instant) -> bool {
    provider.micros().abs_diff(own.micros()) <= (MOST_SKEW_SECONDS * MICROS_PER_SECOND).unsigned_abs()
}

/// What is said of a time of the provider of this name that is not believed.
pub fn not_believed(name: &str, provider: Instant, own: Instant) -> String {
    format!(
        "{name}'s answers are dated {}, but by this machine's clock it is {}: more than {} minutes apart, so {name}'s time \
         is not used and this import is dated by the machine's clock; set the clock right if it is wrong, or say so with \
         import.clock",
        provider.to_rfc3339_seconds(),
        own.to_rfc3339_seconds(),
        MOST_SKEW_SECONDS / 60,
    )
}

/// The time of an import that begins at `told`, the time that was found for it at the provider of this name, after one that
/// began at `last`.
///
/// Time does not run back: an import that begins by some clock's reckoning a little before the last one is dated like
/// that. Where `told` is far before `last`, it is dated by our own time, with what is to be said about it.
pub fn import_time(name: &str, told: Instant, own: Instant, last: Option<Instant>) -> (Instant, Option<String>) {
    let Some(last) = last.filter(|last| told < *last) else { return (told, None) };
    if is_near(told, last) {
        return (last, None);
    }
    let notice = format!(
        "it is {} by {name}'s clock, but the last import is dated {}, which is later: one of the two is wrong, so this \
         import is dated by the machine's clock, {}",
        told.to_rfc3339_seconds(),
        last.to_rfc3339_seconds(),
        own.to_rfc3339_seconds(),
    );
    (own, Some(notice))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Instant {
        Instant::parse_rfc3339(text).expect("valid")
    }

    #[test]
    fn a_quarter_of_an_hour_is_near_and_a_second_more_is_not() {
        let own = at("2026-11-02T10:00:00Z");
        for near in ["2026-11-02T09:45:00Z", "2026-11-02T10:00:00Z", "2026-11-02T10:15:00Z"] {
            assert!(is_near(at(near), own), "{near}");
        }
        for far in ["2026-11-02T09:44:59Z", "2026-11-02T10:15:01Z", "2099-01-01T00:00:00Z", "1970-01-01T00:00:00Z"] {
            assert!(!is_near(at(far), own), "{far}");
        }
    }

    #[test]
    fn an_import_is_dated_as_told_unless_that_is_before_the_last_one() {
        let (own, told) = (at("2026-11-02T10:00:03Z"), at("2026-11-02T10:00:00Z"));
        assert_eq!(import_time("GitHub", told, own, None), (told, None));
        for last in ["2026-11-01T10:00:00Z", "2026-11-02T10:00:00Z"] {
            assert_eq!(import_time("GitHub", told, own, Some(at(last))), (told, None), "{last}");
        }
        let soon = at("2026-11-02T10:00:02Z");
        assert_eq!(import_time("GitHub", told, own, Some(soon)), (soon, None), "time does not run back");
        for last in ["2026-11-02T10:15:01Z", "2099-01-01T00:00:00Z"] {
            let (dated, notice) = import_time("GitHub", told, own, Some(at(last)));
            let notice = notice.expect("said");
            assert_eq!(dated, own);
            assert!(notice.contains(last) && notice.contains("2026-11-02T10:00:00Z"), "{notice}");
        }
    }
}
