//! Spans of time for which the list of runs is asked.

use model::Instant;
use model::instant::MICROS_PER_SECOND;

/// A shorter span of time is not halved: the provider dates runs to the second.
const SHORTEST_SPAN: i64 = 2 * MICROS_PER_SECOND;

/// A span of time, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) from: Instant,
    pub(crate) to: Instant,
}

impl Span {
    /// The two halves, the earlier first; `None` where it is too short.
    pub(crate) fn halves(self) -> Option<[Self; 2]> {
        let length = self.to.micros() - self.from.micros();
        let middle = Instant::from_seconds(self.from.seconds() + length / (2 * MICROS_PER_SECOND));
        (length >= SHORTEST_SPAN).then_some([Self { to: middle, ..self }, Self { from: middle, ..self }])
    }

    /// As the list is asked for it.
    pub(crate) fn words(self) -> String {
        format!("{}..{}", self.from.to_rfc3339_seconds(), self.to.to_rfc3339_seconds())
    }
}

/// Spans that are to be read one after another.
#[derive(Debug)]
pub(crate) struct Spans {
    left: Vec<Span>,
    newest_first: bool,
}

impl Spans {
    /// One span, in parts from its beginning.
    pub(crate) fn oldest_first(span: Span) -> Self {
        Self { left: vec![span], newest_first: false }
    }

    /// One span, in parts from its end.
    pub(crate) fn newest_first(span: Span) -> Self {
        Self { left: vec![span], newest_first: true }
    }

    /// The next span.
    pub(crate) fn next(&mut self) -> Option<Span> {
        self.left.pop()
    }

    /// Puts a span back as its halves; `false` where it is too short for that.
    pub(crate) fn halve(&mut self, span: Span) -> bool {
        let Some([earlier, later]) = span.halves() else { return false };
        self.left.extend(if self.newest_first { [earlier, later] } else { [later, earlier] });
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Instant {
        Instant::parse_rfc3339(text).expect("valid")
    }

    #[test]
    fn a_span_is_halved_to_the_second() {
        let span = Span { from: at("2026-01-01T00:00:00Z"), to: at("2026-01-01T00:00:05Z") };
        let [earlier, later] = span.halves().expect("long enough");
        assert_eq!(earlier.words(), "2026-01-01T00:00:00Z..2026-01-01T00:00:02Z");
        assert_eq!(later.words(), "2026-01-01T00:00:02Z..2026-01-01T00:00:05Z");
        let second = Span { from: at("2026-01-01T00:00:00Z"), to: at("2026-01-01T00:00:01Z") };
        assert_eq!(second.halves(), None);
    }

    #[test]
    fn halving_comes_to_an_end_in_either_order() {
        let whole = Span { from: Instant::from_seconds(0), to: Instant::from_seconds(1_000) };
        for (mut spans, begins) in [(Spans::oldest_first(whole), 0), (Spans::newest_first(whole), 999)] {
            let mut shortest = Vec::new();
            while let Some(span) = spans.next() {
                if !spans.halve(span) {
                    shortest.push(span.from.seconds());
                }
            }
            assert!((500..=1_000).contains(&shortest.len()), "{}", shortest.len());
            assert_eq!(shortest[0], begins);
        }
    }
}
