//! Cards that show no issue: pull requests, drafts and objects that the token may not see.

use model::rules::Step;

use super::board::Board;
use super::pull_request::PullRequestLife;
use crate::calendar::{Calendar, HOUR, WORKDAY};
use crate::random::Dice;

/// What a loose card shows.
#[derive(Clone, Copy)]
pub(crate) enum LooseContent {
    PullRequest(usize),
    Draft,
    Redacted,
}

/// A card that shows no issue.
pub(crate) struct LooseCard {
    pub(crate) board: u8,
    pub(crate) content: LooseContent,
    pub(crate) created_at: i64,
    /// Columns and when the card entered them, oldest first.
    pub(crate) moves: Vec<(i64, u8)>,
    pub(crate) archived_at: Option<i64>,
    pub(crate) removed_at: Option<i64>,
}

/// Cards of about every sixth pull request, and of drafts: three for every hundred issues, some of them hidden.
pub(crate) fn loose_cards(
    seed: u64,
    boards: &[Board],
    calendar: &Calendar,
    (start, end): (i64, i64),
    issue_count: usize,
    pull_requests: &[PullRequestLife],
    board_of: impl Fn(u16) -> usize,
) -> Vec<LooseCard> {
    let mut cards = Vec::new();
    for (index, pull_request) in pull_requests.iter().enumerate() {
        let mut dice = Dice::new(seed, b'k', index);
        if !dice.chance(0.16) {
            continue;
        }
        let board_index = board_of(pull_request.repository);
        let board = &boards[board_index];
        let created_at = pull_request.created_at + dice.between(2, 90);
        let mut moves = vec![(created_at + 3, board.column_from(Step::Review))];
        if let Some(closed_at) = pull_request.closed_at {
            moves.push(((closed_at + 4).max(created_at + 10), board.column_from(Step::Done)));
        }
        let archived_at = pull_request.closed_at.filter(|_| dice.chance(0.3)).map(|at| at + 20 * 24 * HOUR);
        let removed_at = dice.chance(0.03).then(|| created_at + 9 * 24 * HOUR).filter(|_| archived_at.is_none());
        cards.push(LooseCard {
            board: board_index as u8,
            content: LooseContent::PullRequest(index),
            created_at,
            moves,
            archived_at,
            removed_at,
        });
    }
    for index in 0..(issue_count * 3).div_ceil(100) {
        let mut dice = Dice::new(seed, b'd', index);
        let board_index = dice.below(boards.len());
        let board = &boards[board_index];
        let created_at = calendar.instant(dice.between(calendar.worked(start), calendar.worked(end)));
        let hidden = dice.chance(0.25);
        let moved_at = calendar.after_about(&mut dice, created_at, 3.0 * WORKDAY as f64, 0.8);
        let mut moves = vec![(created_at + 2, 0)];
        if !hidden && dice.chance(0.4) {
            moves.push((moved_at, board.column_from(Step::Ready)));
        }
        cards.push(LooseCard {
            board: board_index as u8,
            content: if hidden { LooseContent::Redacted } else { LooseContent::Draft },
            created_at,
            moves,
            archived_at: None,
            removed_at: dice.chance(0.2).then(|| moved_at + 5 * 24 * HOUR),
        });
    }
    cards.retain(|card| card.created_at <= end);
    cards
}
