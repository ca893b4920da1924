//! What the engine says of generated data whose truth is known: the shares that `docs/metrics.md` quotes.
//!
//! Each simulation is a file of its own with one test. As an ordinary test it is small and its bounds are loose; `just
//! truth` runs it at full size (`CTO_TRUTH=full`) with the bounds that the document promises, and prints the shares.
//! Seeds are fixed: the same shares come out each time. A further simulation is a further file, named below.

mod chance;
mod ci_cost;
mod control_charts;
mod forecast;
mod levels;

use std::ops::RangeInclusive;

/// How much is simulated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Size {
    Short,
    Full,
}

impl Size {
    fn chosen() -> Self {
        if std::env::var("CTO_TRUTH").is_ok_and(|size| size == "full") { Self::Full } else { Self::Short }
    }

    fn pick<T>(self, short: T, full: T) -> T {
        if self == Self::Full { full } else { short }
    }
}

/// Cases that were counted, and all there were.
#[derive(Clone, Copy, Debug, Default)]
struct Share {
    counted: usize,
    all: usize,
}

impl Share {
    fn add(&mut self, is_counted: bool) {
        self.counted += usize::from(is_counted);
        self.all += 1;
    }

    fn percent(self) -> f64 {
        self.counted as f64 / self.all.max(1) as f64 * 100.0
    }

    /// Prints the share, and holds it within what is promised.
    fn held(self, what: &str, percent: RangeInclusive<f64>) {
        println!("{what:<72} {:5.1} %  of {}", self.percent(), self.all);
        assert!(percent.contains(&self.percent()), "{what}: {:.1} % is not within {percent:?}", self.percent());
    }
}
