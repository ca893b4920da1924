//! Moves of cards that no event tells: which of them GitHub lost.

use hashbrown::HashMap;
use model::Instant;
use model::columns::{ProjectKind, Raw};

use super::boards::{Boards, NO_BOARD};

/// 2026-09-24, when GitHub began to write no event for most moves.
pub(crate) const LOST_SINCE: Instant = Instant::from_seconds(1_790_208_000);

/// A move that no event tells: its board, and the columns before and after, by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Untold {
    pub(crate) board: u16,
    pub(crate) before: u32,
    pub(crate) after: u32,
}

/// The rows of issues with a move that GitHub lost, in order.
///
/// A move is lost where the timelines of its board tell moves at all, and where no renaming explains it: the column
/// before was still in use when the one after already was.
pub(crate) fn lost(raw: &Raw, boards: &Boards, untold: &[(u32, Untold)]) -> Vec<u32> {
    if untold.is_empty() {
        return Vec::new();
    }
    let uses = Uses::of(raw, boards);
    let mut issues: Vec<u32> =
        untold.iter().filter(|(_, untold)| uses.show_loss(*untold)).map(|(issue, _)| *issue).collect();
    issues.dedup();
    issues
}

/// When the columns of each board were named first and last.
struct Uses {
    spans: HashMap<(u16, u32), (i64, i64)>,
    /// Whether timelines tell moves, by board.
    tells: Vec<bool>,
}

impl Uses {
    fn of(raw: &Raw, boards: &Boards) -> Self {
        let mut uses = Self { spans: HashMap::new(), tells: vec![false; boards.list.len()] };
        let events = &raw.project_events;
        for row in (0..events.issue.len()).filter(|row| events.kind[*row] == Some(ProjectKind::Moved)) {
            let board = boards.of_code(events.project_id[row]);
            if board == NO_BOARD {
                continue;
            }
            uses.tells[usize::from(board)] = true;
            for column in [events.from_column[row], events.to_column[row]] {
                uses.name(board, boards.name(column), events.at.micros(row));
            }
        }
        let seen = &raw.sightings;
        for row in 0..seen.issue.len() {
            let board = boards.of_code(seen.project_id[row]);
            if board != NO_BOARD {
                uses.name(board, boards.name(seen.status[row]), seen.observed_at.micros(row));
            }
        }
        uses
    }

    fn name(&mut self, board: u16, column: u32, at: i64) {
        if at != Instant::NULL_MICROS {
            let span = self.spans.entry((board, column)).or_insert((at, at));
            *span = (span.0.min(at), span.1.max(at));
        }
    }

    fn show_loss(&self, Untold { board, before, after }: Untold) -> bool {
        let span = |column| self.spans.get(&(board, column));
        let overlap = span(before).zip(span(after)).is_some_and(|(before, after)| before.1 > after.0);
        self.tells[usize::from(board)] && overlap
    }
}
