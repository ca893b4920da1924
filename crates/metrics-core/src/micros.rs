//! Microseconds that may be unknown, in eight bytes.

use model::Instant;

/// An instant or a duration in microseconds, or none: half of what an `Option<i64>` takes, where there are many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Micros(i64);

impl Micros {
    /// The microseconds, `None` where unknown.
    pub(crate) fn get(self) -> Option<i64> {
        (self.0 != Instant::NULL_MICROS).then_some(self.0)
    }
}

impl Default for Micros {
    fn default() -> Self {
        Self(Instant::NULL_MICROS)
    }
}

impl From<Option<i64>> for Micros {
    fn from(micros: Option<i64>) -> Self {
        micros.map_or_else(Self::default, Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_unknown_is_no_number() {
        for micros in [None, Some(0), Some(-1), Some(i64::MAX)] {
            assert_eq!(Micros::from(micros).get(), micros);
        }
        assert_eq!(Micros::default().get(), None);
    }
}
