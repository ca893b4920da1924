//! Cards: joining boards, moving across them, leaving them.

use model::rules::Step;

use super::super::NOBODY;
use super::super::issue::{NO_COLUMN, What};
use super::{Card, Script};
use crate::calendar::{HOUR, MINUTE, WORKDAY};

impl Script<'_> {
    pub(super) fn join_first_board(&mut self) {
        let board = self.world.teams[self.team].board as u8;
        match self.dice.below(10) {
            _ if self.world.every_board => self.after_seconds(1, 5),
            0..=5 => self.after_seconds(2, 40),
            6..=8 => self.after_seconds(5 * MINUTE, 3 * HOUR),
            _ => self.wait_about(3.0 * WORKDAY as f64, 0.7),
        }
        self.join(board);
        if self.world.every_board {
            for other in 0..self.world.boards.len() as u8 {
                if other != board {
                    self.after_seconds(1, 4);
                    self.join(other);
                }
            }
        } else if self.world.boards.len() > 1 && self.dice.chance(0.2) {
            let other = self.other_board(board);
            self.after_seconds(MINUTE, 20 * HOUR);
            self.join(other);
        }
    }

    pub(super) fn other_board(&mut self, board: u8) -> u8 {
        let count = self.world.boards.len();
        ((usize::from(board) + 1 + self.dice.below(count - 1)) % count) as u8
    }

    /// Puts the issue on a board: silently into its first column, by an automatic status, or without any.
    fn join(&mut self, board: u8) {
        let home = &self.world.boards[usize::from(board)];
        let backlog = home.column_from(Step::Backlog);
        match self.dice.below(20) {
            0..=3 => self.add_card(board, backlog),
            4..=16 => {
                self.add_card(board, NO_COLUMN);
                self.after_seconds(1, 4);
                let column = if self.dice.chance(0.1) { 0 } else { backlog };
                self.move_card(self.cards.len() - 1, column, NOBODY);
            }
            _ => self.add_card(board, NO_COLUMN),
        }
    }

    pub(super) fn add_card(&mut self, board: u8, column: u8) {
        let actor = self.someone();
        self.push(actor, What::Added { board, column });
        self.cards.push(Card { board, column, silent: column != NO_COLUMN });
    }

    pub(super) fn move_card(&mut self, card: usize, column: u8, actor: u16) {
        let Some(card) = self.cards.get_mut(card) else { return };
        if card.column == column {
            return;
        }
        (card.column, card.silent) = (column, false);
        let board = card.board;
        self.push(actor, What::Moved { board, column });
    }

    /// Moves the card of the board that the issue belongs to, then often the others.
    pub(super) fn move_home(&mut self, step: Step, actor: u16) {
        let Some(home) = self.cards.first() else { return };
        let column = self.world.boards[usize::from(home.board)].column_from(step);
        self.move_card(0, column, actor);
        for other in 1..self.cards.len() {
            if self.dice.chance(if self.world.every_board { 0.3 } else { 0.6 }) {
                self.after_seconds(5, 30 * MINUTE);
                let column = self.world.boards[usize::from(self.cards[other].board)].column_from(step);
                self.move_card(other, column, actor);
            }
        }
    }

    pub(super) fn has_step(&self, step: Step) -> bool {
        self.cards.first().is_some_and(|card| self.world.boards[usize::from(card.board)].column_of(step).is_some())
    }

    /// Takes a card off its board. A column that no event has shown is shown first: nobody could know it later.
    pub(super) fn remove_card(&mut self, card: usize) {
        if self.cards[card].silent {
            let column = self.world.boards[usize::from(self.cards[card].board)].column_from(Step::Ready);
            let actor = self.someone();
            self.move_card(card, column, actor);
            self.after_seconds(5, HOUR);
        }
        let board = self.cards.remove(card).board;
        let actor = self.someone();
        self.push(actor, What::Removed { board });
    }

    /// Whether the card of the home board has been in its column of a step.
    pub(super) fn has_been_in(&self, step: Step) -> bool {
        let Some(home) = self.cards.first() else { return false };
        let Some(column) = self.world.boards[usize::from(home.board)].column_of(step) else { return false };
        self.events.iter().any(|event| event.what == What::Moved { board: home.board, column })
    }

    pub(super) fn step_of_home(&self) -> Step {
        let card = &self.cards[0];
        let column = self.world.boards[usize::from(card.board)].columns.get(usize::from(card.column));
        column.and_then(|column| column.step).unwrap_or(Step::Backlog)
    }

    pub(super) fn archive_all(&mut self) {
        for card in 0..self.cards.len() {
            let board = self.cards[card].board;
            let actor = self.someone();
            self.push(actor, What::Archived { board });
            self.after_seconds(1, 20);
        }
        self.cards.clear();
    }

    /// Leaves all boards; half of those come back.
    pub(super) fn leave_boards(&mut self) {
        let board = self.cards.first().map(|card| card.board);
        while !self.cards.is_empty() {
            self.remove_card(0);
            self.after_seconds(2, 90);
        }
        let Some(board) = board else { return };
        if self.dice.chance(0.5) {
            self.wait_about(5.0 * WORKDAY as f64, 0.8);
            self.add_card(board, NO_COLUMN);
            self.after_seconds(1, 40);
            let actor = self.someone();
            self.move_home(Step::Backlog, actor);
        }
    }
}
