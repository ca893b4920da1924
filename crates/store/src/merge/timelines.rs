//! Merging of an issue's events on boards, where not all of them are shown any more.

use ahash::{AHashMap, AHashSet};

/// A change on a board, as codes and microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Change {
    pub(crate) board: i64,
    pub(crate) kind: i64,
    pub(crate) at: i64,
}

/// Where a change of the new timeline comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum From {
    /// The stored one at this position.
    Stored(usize),
    /// The one that was told at this position.
    Told(usize),
}

/// The timeline that follows: what is told, and what is stored of boards that are hidden and not told of. A board that is
/// shown tells all that there is; of one that is hidden even its name in events is. What is told at the same instant
/// of a board that was not known before is no second change: it may have another id by now.
pub(crate) fn timeline(stored: &[Change], told: &[Change], is_hidden: impl Fn(i64) -> bool) -> Vec<From> {
    let boards: AHashSet<i64> = told.iter().map(|change| change.board).collect();
    let before: AHashSet<i64> = stored.iter().map(|change| change.board).collect();
    let of_new_boards = told.iter().filter(|change| !before.contains(&change.board));
    let renamed: AHashSet<(i64, i64)> = of_new_boards.map(|change| (change.kind, change.at)).collect();
    let is_kept = |change: &Change| {
        !boards.contains(&change.board) && !renamed.contains(&(change.kind, change.at)) && is_hidden(change.board)
    };
    let mut all: Vec<(i64, usize, From)> = Vec::new();
    for (position, change) in stored.iter().enumerate().filter(|(_, change)| is_kept(change)) {
        all.push((change.at, position, From::Stored(position)));
    }
    let is_any_kept = !all.is_empty();
    let known: AHashMap<Change, usize> = stored.iter().enumerate().rev().map(|(at, change)| (*change, at)).collect();
    for (position, change) in told.iter().enumerate() {
        let before = known.get(change).copied().unwrap_or(stored.len());
        all.push((change.at, before, From::Told(position)));
    }
    if is_any_kept {
        all.sort_by_key(|(at, position, _)| (*at, *position));
    }
    all.into_iter().map(|(.., from)| from).collect()
}

#[cfg(test)]
mod tests {
    use super::From::{Stored, Told};
    use super::*;

    const HIDDEN: i64 = 7;

    fn change(board: i64, kind: i64, at: i64) -> Change {
        Change { board, kind, at }
    }

    fn follows(stored: &[Change], told: &[Change]) -> Vec<From> {
        timeline(stored, told, |board| board == HIDDEN)
    }

    #[test]
    fn what_is_told_takes_the_place_of_what_is_stored() {
        assert_eq!(follows(&[change(1, 1, 10), change(1, 2, 20)], &[change(1, 1, 11)]), [Told(0)]);
        assert_eq!(follows(&[change(1, 1, 10)], &[]), []);
        assert_eq!(follows(&[], &[change(1, 1, 30), change(1, 2, 20)]), [Told(0), Told(1)], "in the order told");
    }

    #[test]
    fn changes_on_a_hidden_board_stay_in_their_places() {
        let stored = [change(1, 1, 10), change(HIDDEN, 1, 10), change(1, 2, 20), change(HIDDEN, 2, 20)];
        let told = [change(1, 1, 10), change(1, 2, 20), change(1, 2, 30)];
        assert_eq!(follows(&stored, &told), [Told(0), Stored(1), Told(1), Stored(3), Told(2)]);
        assert_eq!(follows(&stored, &[]), [Stored(1), Stored(3)]);
    }

    #[test]
    fn a_board_that_is_told_of_is_told_of_in_full() {
        assert_eq!(follows(&[change(HIDDEN, 1, 10), change(HIDDEN, 2, 20)], &[change(HIDDEN, 1, 10)]), [Told(0)]);
    }

    #[test]
    fn a_change_under_another_id_of_its_board_is_no_second_one() {
        assert_eq!(follows(&[change(HIDDEN, 1, 10)], &[change(8, 1, 10)]), [Told(0)]);
        assert_eq!(follows(&[change(HIDDEN, 1, 10)], &[change(8, 2, 10)]), [Stored(0), Told(0)]);
    }
}
