//! Times of GitLab.

use model::Instant;
use model::instant::MICROS_PER_SECOND;
use serde::{Deserialize, Deserializer, de};

/// A time in whole seconds: REST tells milliseconds and GraphQL none, so that both are cut before they are compared. One
/// that [files cannot tell again](Instant::parse_told) is malformed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Time(pub Instant);

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let at = Instant::parse_told(&text)
            .ok_or_else(|| de::Error::invalid_value(de::Unexpected::Str(&text), &"an RFC 3339 time"))?;
        Ok(Self(Instant::from_micros(at.micros().div_euclid(MICROS_PER_SECOND) * MICROS_PER_SECOND)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_second_are_cut_off_and_zones_are_heeded() {
        let read = |text: &str| serde_json::from_value::<Time>(text.into()).map(|time| time.0.to_rfc3339());
        for text in ["2026-01-14T08:00:04.999Z", "2026-01-14T08:00:04Z", "2026-01-14T09:00:04.310+01:00"] {
            assert_eq!(read(text).expect(text), "2026-01-14T08:00:04Z");
        }
        assert!(read("2026-01-14").is_err() && read("soon").is_err());
    }
}
