//! Order of observations: which of two counts, and whether something that was gone is back.
//!
//! Clocks are no version numbers. What a later import read counts more than what an earlier one read, whatever the
//! clocks said meanwhile; within one import, and for deliveries, the provider's own time of the last change decides,
//! taken for no later than the time at which it was read.

/// The run of rows that came from CSV files: before every import.
pub(crate) const FROM_FILE: i64 = -1;

/// Who has observed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Observer {
    /// An import or a file, which says how things were when it read them.
    Import,
    /// A delivery, which says how one thing was when it changed, and may come late.
    Delivery,
}

/// What decides between two observations of one thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sight {
    /// Number of the import that read it; of a delivery, of the last import before it.
    pub(crate) run: i64,
    /// When it was read, microseconds; of a delivery, when it was as told, and no later than it came.
    pub(crate) read_at: i64,
    /// When it had last changed, by the provider's reckoning.
    pub(crate) changed_at: Option<i64>,
}

impl Sight {
    /// How far into the thing's history it reaches. Nobody sees a change before it happens.
    pub(crate) fn reaches_to(self) -> i64 {
        self.changed_at.map_or(self.read_at, |changed_at| changed_at.min(self.read_at))
    }
}

/// Whether an observation takes the place of the one that is stored. Of two that are alike the later one does.
pub(crate) fn counts(new: Sight, by: Observer, stored: Sight) -> bool {
    match by {
        Observer::Import => (new.run, new.reaches_to()) >= (stored.run, stored.reaches_to()),
        Observer::Delivery => new.reaches_to() >= stored.reaches_to(),
    }
}

/// Whether an observation that counts shows that something is there which was found gone at `vanished_at`, in the run of
/// the stored sight. What was read before it was found gone shows nothing.
pub(crate) fn is_back(new: Sight, by: Observer, stored: Sight, vanished_at: i64) -> bool {
    match by {
        Observer::Import => (new.run, new.read_at) > (stored.run, vanished_at),
        Observer::Delivery => new.read_at > vanished_at,
    }
}

/// Whether a complete crawl shows that a row is gone which it did not meet: unless the row was observed since the crawl
/// began, by an import or a delivery.
pub(crate) fn is_missing(generation: i64, seen_generation: i64, observed_run: i64) -> bool {
    seen_generation < generation && observed_run < generation
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sight(run: i64, read_at: i64, changed_at: i64) -> Sight {
        Sight { run, read_at, changed_at: Some(changed_at) }
    }

    #[test]
    fn a_later_import_counts_whatever_the_clocks_say() {
        assert!(counts(sight(6, 10, 5), Observer::Import, sight(5, 99, 99)));
        assert!(!counts(sight(5, 99, 99), Observer::Import, sight(6, 10, 5)));
    }

    #[test]
    fn within_an_import_the_last_change_decides_and_among_equals_the_later_page() {
        let stored = sight(5, 50, 40);
        assert!(counts(sight(5, 45, 41), Observer::Import, stored), "read earlier, by another clock");
        assert!(counts(sight(5, 45, 40), Observer::Import, stored));
        assert!(!counts(sight(5, 60, 39), Observer::Import, stored));
    }

    #[test]
    fn a_change_is_no_later_than_its_reading() {
        assert!(counts(sight(5, 60, 60), Observer::Import, sight(5, 50, 9999)));
        assert!(!counts(sight(5, 49, 9999), Observer::Import, sight(5, 50, 50)));
    }

    #[test]
    fn what_does_not_say_when_it_changed_is_as_of_its_reading() {
        let undated = |read_at| Sight { run: 5, read_at, changed_at: None };
        assert!(counts(undated(50), Observer::Import, sight(5, 60, 50)));
        assert!(!counts(undated(49), Observer::Import, sight(5, 60, 50)));
    }

    #[test]
    fn a_delivery_counts_by_its_change_alone() {
        let stored = sight(3, 100, 40);
        assert!(counts(sight(9, 41, 41), Observer::Delivery, stored));
        assert!(counts(sight(9, 40, 40), Observer::Delivery, stored));
        assert!(!counts(sight(9, 39, 39), Observer::Delivery, stored), "it comes late");
    }

    #[test]
    fn a_file_counts_less_than_any_import_and_as_much_as_another_file() {
        let file = Sight { run: FROM_FILE, read_at: i64::MIN, changed_at: Some(99) };
        assert!(counts(sight(0, 1, 1), Observer::Import, file));
        assert!(!counts(file, Observer::Import, sight(0, 1, 1)));
        assert!(counts(file, Observer::Import, file));
    }

    #[test]
    fn what_was_gone_is_back_when_a_later_import_or_a_later_reading_meets_it() {
        let (stored, vanished_at) = (sight(5, 30, 20), 50);
        let back = |new, by| is_back(new, by, stored, vanished_at);
        assert!(back(sight(6, 1, 1), Observer::Import));
        assert!(back(sight(5, 51, 20), Observer::Import));
        assert!(!back(sight(5, 50, 20), Observer::Import));
        assert!(!back(sight(4, 99, 99), Observer::Import));
        assert!(back(sight(5, 51, 51), Observer::Delivery));
        assert!(!back(sight(6, 50, 50), Observer::Delivery), "it comes late");
    }

    #[test]
    fn a_crawl_misses_what_nobody_has_met_since_it_began() {
        assert!(is_missing(5, 4, 4));
        assert!(!is_missing(5, 5, 4), "the crawl met it, though something else counted more");
        assert!(!is_missing(5, 4, 5), "a delivery or another import met it");
        assert!(!is_missing(5, 6, 4));
    }

    fn any_sight() -> impl Strategy<Value = Sight> {
        (FROM_FILE..4, 0..6_i64, prop::option::of(0..8_i64)).prop_map(|(run, read_at, changed_at)| Sight {
            run,
            read_at,
            changed_at,
        })
    }

    fn any_observer() -> impl Strategy<Value = Observer> {
        prop::sample::select(vec![Observer::Import, Observer::Delivery])
    }

    proptest! {
        #[test]
        fn one_of_two_observations_always_counts(one in any_sight(), other in any_sight(), by in any_observer()) {
            prop_assert!(counts(one, by, other) || counts(other, by, one));
        }

        #[test]
        fn what_counts_more_than_what_counts_more_counts_more(
            one in any_sight(), two in any_sight(), three in any_sight(), by in any_observer(),
        ) {
            // No assumption: few triples meet it, and a run of the test may find too few of them.
            prop_assert!(!(counts(two, by, one) && counts(three, by, two)) || counts(three, by, one));
        }

        #[test]
        fn no_clock_decides_between_two_imports(one in any_sight(), other in any_sight(), clock in 0..99_i64) {
            let later = Sight { run: other.run + 1, read_at: clock, ..one };
            prop_assert!(counts(later, Observer::Import, other));
            prop_assert!(!counts(other, Observer::Import, later));
        }

        #[test]
        fn a_reading_that_is_repeated_brings_nothing_back(new in any_sight(), until_gone in 0..9_i64, by in any_observer()) {
            prop_assert!(!is_back(new, by, new, new.read_at + until_gone));
        }
    }
}
