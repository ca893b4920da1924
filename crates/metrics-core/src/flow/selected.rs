//! Lives of a selection: what is not selected is in no figure.

use super::boards::NO_BOARD;
use super::lives::{Life, Lives, Place};
use crate::selection::{BoardStanding, Chosen, Membership};

impl Lives {
    /// Leaves what a selection does not look at out of every figure.
    ///
    /// Issues were followed on all boards before, so that their chains are those of everything. An issue counts
    /// while it is on a board that counts for it; one that has ended counts where it ended. Its marks, times and
    /// counts of moves stay those of its whole life.
    pub(crate) fn select(&mut self, issues: &[Membership], chosen: &Chosen) {
        let standing: Vec<BoardStanding> = self.boards.iter().map(|board| chosen.board(&board.id)).collect();
        let no_board = chosen.board(crate::selection::NO_BOARD);
        let kinds: Vec<bool> = self.kinds.names.iter().map(|kind| chosen.has_type(kind)).collect();
        self.shown = standing.iter().map(|board| board.is_selected).collect();
        for (issue, membership) in issues.iter().enumerate() {
            let membership = if kinds[self.kinds.kind[issue] as usize] { *membership } else { Membership::Nowhere };
            let counts_on = |board: u16| {
                let board = if board == NO_BOARD { no_board } else { standing[board as usize] };
                membership.counts_on(board)
            };
            self.select_issue(issue, counts_on);
        }
    }

    fn select_issue(&mut self, issue: usize, counts_on: impl Fn(u16) -> bool) {
        let range = self.intervals.of(issue);
        let Some(life) = &mut self.issues[issue] else { return };
        life.elsewhere = !counts_on(board_of(life));
        let mut is_seen = !life.elsewhere;
        for interval in range {
            if counts_on(self.intervals.board[interval]) {
                is_seen = true;
            } else {
                let place = &mut self.intervals.place[interval];
                let is_off = matches!(place, Place::OffBoard | Place::Vanished);
                *place = if is_off { Place::OffElsewhere } else { Place::Elsewhere };
            }
        }
        if !is_seen {
            self.issues[issue] = None;
        }
    }
}

/// The board that an issue counts on: where it ended, else where it is or was last.
fn board_of(life: &Life) -> u16 {
    if life.place.is_ended() { life.end_board } else { life.board }
}
