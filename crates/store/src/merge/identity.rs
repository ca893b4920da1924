//! Identity of rows: which stored row is meant by an observation with an id and a place.
//!
//! An id may change its form, so the place is a second key. What a place is, is up to the caller: repository and number
//! of an issue or pull request, owner and name of a repository, board and content of a card. At a place there is one
//! row.

use super::order::{Observer, Sight, counts};

/// A stored row that the id or the place of an observation leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Claim {
    pub(crate) row: i64,
    /// Whether an API has shown its id: the id of a row from a file is open.
    pub(crate) has_id: bool,
    pub(crate) sight: Sight,
    /// When the thing was made, where that is known.
    pub(crate) created_at: Option<i64>,
}

/// What an observation is to the stored rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Identity {
    /// Nothing that is stored.
    New,
    /// This row.
    Known(Claim),
    /// This row, which had another id so far, or none.
    NewId(Claim),
    /// This row, which comes to a place where another one was. That one goes.
    Displaces {
        /// The row.
        row: Claim,
        /// Whose place it was.
        other: Claim,
        /// Whether both are one thing that was stored twice.
        is_double: bool,
    },
    /// This row, of which something newer is stored.
    Older(Claim),
}

/// Decides by the rows that have the id and the place of an observation. Where both lead to a row, and not to the same,
/// the later observation has the place.
pub(crate) fn who(
    with_id: Option<Claim>,
    at_place: Option<Claim>,
    new: Sight,
    by: Observer,
    created_at: Option<i64>,
) -> Identity {
    match (with_id, at_place) {
        (None, None) => Identity::New,
        (None, Some(there)) if counts(new, by, there.sight) => Identity::NewId(there),
        (None, Some(there)) => Identity::Older(there),
        (Some(row), _) if !counts(new, by, row.sight) => Identity::Older(row),
        (Some(row), Some(there)) if there.row != row.row => {
            if there.has_id && !counts(new, by, there.sight) {
                return Identity::Older(row);
            }
            let is_double = !there.has_id || are_compatible(created_at, there.created_at);
            Identity::Displaces { row, other: there, is_double }
        }
        (Some(row), _) => Identity::Known(row),
    }
}

/// Whether two things may be one by the instants at which they were made.
pub(crate) fn are_compatible(one: Option<i64>, other: Option<i64>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => one == other,
        _ => true,
    }
}

/// Whether a card that shows the same on the same board as a stored one is that card under a new id. A card that is put
/// on a board again after it was taken off is another one, made at another instant.
pub(crate) fn is_same_card(created_at: Option<i64>, stored_created_at: Option<i64>, stored_is_removed: bool) -> bool {
    match (created_at, stored_created_at) {
        (Some(one), Some(other)) => one == other,
        _ => !stored_is_removed,
    }
}

/// A named thing with an id, stored or observed: a repository at its owner and name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Named<'a, Place> {
    pub(crate) id: &'a str,
    pub(crate) place: Place,
}

/// For each of the things that one listing shows, the position of the stored one that it is: the one with its id, else
/// the one at its place, unless that one's own id is listed as well. Names may be swapped, and a new thing may have a
/// name that another one gave up.
pub(crate) fn assign<Place: PartialEq>(listed: &[Named<'_, Place>], stored: &[Named<'_, Place>]) -> Vec<Option<usize>> {
    let with_id = |id: &str| stored.iter().position(|named| !id.is_empty() && named.id == id);
    let mut assigned: Vec<_> = listed.iter().map(|named| with_id(named.id)).collect();
    for (position, named) in listed.iter().enumerate() {
        if assigned[position].is_none() {
            assigned[position] = stored
                .iter()
                .enumerate()
                .position(|(at, stored)| stored.place == named.place && !assigned.contains(&Some(at)));
        }
    }
    assigned
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NEW: Sight = Sight { run: 5, read_at: 50, changed_at: Some(40) };

    fn claim(row: i64, run: i64) -> Claim {
        Claim { row, has_id: true, sight: Sight { run, ..NEW }, created_at: Some(7) }
    }

    fn meant(with_id: Option<Claim>, at_place: Option<Claim>) -> Identity {
        who(with_id, at_place, NEW, Observer::Import, Some(7))
    }

    #[test]
    fn an_id_that_is_known_is_its_row_wherever_it_is() {
        assert_eq!(meant(Some(claim(1, 4)), None), Identity::Known(claim(1, 4)));
        assert_eq!(meant(Some(claim(1, 4)), Some(claim(1, 4))), Identity::Known(claim(1, 4)));
        assert_eq!(meant(None, None), Identity::New);
    }

    #[test]
    fn a_place_that_is_known_is_its_row_whatever_its_id() {
        assert_eq!(meant(None, Some(claim(1, 4))), Identity::NewId(claim(1, 4)));
    }

    #[test]
    fn what_was_observed_earlier_changes_nobody() {
        let newer = claim(1, 6);
        assert_eq!(meant(None, Some(newer)), Identity::Older(newer));
        assert_eq!(meant(Some(newer), None), Identity::Older(newer));
        assert_eq!(meant(Some(newer), Some(claim(2, 4))), Identity::Older(newer));
        assert_eq!(meant(Some(claim(1, 4)), Some(claim(2, 6))), Identity::Older(claim(1, 4)), "the place is taken");
    }

    #[test]
    fn at_a_place_that_two_rows_claim_the_later_observation_stays() {
        let (row, other) = (claim(1, 4), claim(2, 4));
        assert_eq!(meant(Some(row), Some(other)), Identity::Displaces { row, other, is_double: true });
        let other = Claim { created_at: Some(8), ..other };
        assert_eq!(meant(Some(row), Some(other)), Identity::Displaces { row, other, is_double: false });
        let from_file = Claim { has_id: false, sight: Sight { run: 9, ..NEW }, ..other };
        let displaces = Identity::Displaces { row, other: from_file, is_double: true };
        assert_eq!(meant(Some(row), Some(from_file)), displaces, "a file knows less than any API");
    }

    #[test]
    fn who_does_not_say_when_it_was_made_may_be_anybody() {
        assert!(are_compatible(None, Some(1)) && are_compatible(Some(1), None) && are_compatible(None, None));
        assert!(are_compatible(Some(1), Some(1)) && !are_compatible(Some(1), Some(2)));
    }

    #[test]
    fn a_card_is_known_again_by_the_instant_at_which_it_was_made() {
        assert!(is_same_card(Some(1), Some(1), false) && is_same_card(Some(1), Some(1), true));
        assert!(!is_same_card(Some(1), Some(2), false) && !is_same_card(Some(1), Some(2), true));
        assert!(is_same_card(None, Some(1), false) && is_same_card(Some(1), None, false));
        assert!(!is_same_card(None, Some(1), true) && !is_same_card(None, None, true));
    }

    fn named<'a>(list: &[(&'a str, &'a str)]) -> Vec<Named<'a, &'a str>> {
        list.iter().map(|&(id, place)| Named { id, place }).collect()
    }

    #[test]
    fn names_may_be_swapped_given_up_and_taken_by_new_ids() {
        let stored = named(&[("a", "one"), ("b", "two"), ("", "three")]);
        let assigned = |list: &[(&str, &str)]| assign(&named(list), &stored);
        assert_eq!(assigned(&[("a", "two"), ("b", "one")]), [Some(0), Some(1)]);
        assert_eq!(assigned(&[("c", "one"), ("a", "four")]), [None, Some(0)], "one was renamed, another got its name");
        assert_eq!(assigned(&[("c", "one"), ("d", "two")]), [Some(0), Some(1)], "ids have changed");
        assert_eq!(assigned(&[("c", "one"), ("d", "one")]), [Some(0), None]);
        assert_eq!(assigned(&[("c", "three")]), [Some(2)]);
        assert_eq!(assigned(&[("", "three"), ("e", "five")]), [Some(2), None]);
    }

    proptest! {
        #[test]
        fn nobody_is_two_things(ids in prop::collection::vec((0..4_u8, 0..4_u8), 0..5), known in prop::collection::vec((0..4_u8, 0..4_u8), 0..5)) {
            let text = |list: &[(u8, u8)]| list.iter().map(|(id, _)| if *id == 0 { String::new() } else { id.to_string() }).collect::<Vec<_>>();
            let (listed_ids, stored_ids) = (text(&ids), text(&known));
            let with = |texts: &'_ [String], list: &[(u8, u8)]| {
                texts.iter().zip(list).map(|(id, (_, place))| (id.clone(), *place)).collect::<Vec<_>>()
            };
            let (listed, stored) = (with(&listed_ids, &ids), with(&stored_ids, &known));
            let mut unique = listed.clone();
            unique.retain(|(id, _)| !id.is_empty());
            unique.sort();
            unique.dedup_by(|one, other| one.0 == other.0);
            let mut stored = stored;
            stored.sort();
            stored.dedup_by(|one, other| !one.0.is_empty() && one.0 == other.0);
            let name = |list: &'_ [(String, u8)]| -> Vec<(String, u8)> { list.to_vec() };
            let (unique, stored) = (name(&unique), name(&stored));
            let listed: Vec<_> = unique.iter().map(|(id, place)| Named { id, place: *place }).collect();
            let stored: Vec<_> = stored.iter().map(|(id, place)| Named { id, place: *place }).collect();
            let mut assigned: Vec<_> = assign(&listed, &stored).into_iter().flatten().collect();
            let all = assigned.len();
            assigned.sort_unstable();
            assigned.dedup();
            prop_assert_eq!(assigned.len(), all);
        }
    }
}
