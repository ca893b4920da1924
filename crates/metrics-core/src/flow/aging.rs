//! Table `aging_wip`: open, started items and how unusual their stay in the present step is.

use model::columns::{Raw, TextColumn};
use model::table::{Cells, Column, Table};

use super::boards::NO_BOARD;
use super::calculated_issue::{by_id, days};
use super::lives::{Life, Lives, Place};
use crate::frame::{P85_MINIMUM, RATE_MINIMUM, percentile_of_enough};
use crate::hosts::hosts;

/// A row per open item on a board that has a cycle start, in order of id.
///
/// * `days_in_step`: all its days in the present step, earlier stays included.
/// * `age_days`: from its cycle start to `as_of`; null where lost history may hide that start.
/// * `left_sooner_share`: share (0 to 1) of the finished items of the same board that were in that step and spent
///   fewer days there; null below 10 such items.
/// * `above_p85`: whether `days_in_step` is above their 85th percentile; null below 10 such items.
///
/// Finished items of which lost history may hide a stay are not among those.
pub fn aging_wip<'a>(raw: &Raw, lives: &'a Lives) -> Table {
    let stays = Stays::new(lives);
    let has_start = |life: &Life| life.cycle_start != model::Instant::NULL_MICROS;
    let is_started = |life: &Life| life.cycle_unknown || has_start(life);
    let is_shown = |life: &Life| life.place.is_stock() && life.board != NO_BOARD && is_started(life);
    let items = by_id(raw, lives, is_shown);
    let of_issues = |texts: &TextColumn| Cells::Text(texts.gathered(items.iter().map(|(issue, _)| *issue as usize)));
    let text = |text: &dyn Fn(&'a Life) -> &'a str| {
        let mut column = TextColumn::default();
        for (_, life) in &items {
            column.push(text(life).as_bytes());
        }
        Cells::Text(column)
    };
    let in_step = |life: &Life| days(life.time_in[life.place as usize]);
    let board = |life: &Life| &lives.boards[life.board as usize];
    let age = |life: &Life| has_start(life).then(|| days(lives.as_of.micros() - life.cycle_start));
    let floats =
        |value: &dyn Fn(&Life) -> Option<f64>| Cells::Float(items.iter().map(|(_, life)| value(life)).collect());
    let columns = vec![
        Column { name: "id", cells: of_issues(&raw.issues.id) },
        Column { name: "name", cells: of_issues(&raw.issues.title) },
        Column { name: "project_id", cells: text(&|life| board(life).id.as_str()) },
        Column { name: "project_name", cells: text(&|life| board(life).name.as_str()) },
        Column { name: "step", cells: text(&|life| life.place.name()) },
        Column { name: "days_in_step", cells: floats(&|life| Some(in_step(life))) },
        Column { name: "age_days", cells: floats(&age) },
        Column { name: "left_sooner_share", cells: floats(&|life| stays.share_below(life, in_step(life))) },
        Column {
            name: "above_p85",
            cells: Cells::Judged(items.iter().map(|(_, life)| stays.is_above_p85(life, in_step(life))).collect()),
        },
        Column {
            name: "url",
            cells: Cells::Address(raw.issues.url.gathered(items.iter().map(|(issue, _)| *issue as usize))),
        },
        Column {
            name: "host",
            cells: hosts(&raw.dictionary, items.iter().map(|(issue, _)| raw.issues.host[*issue as usize])),
        },
    ];
    Table { name: "aging_wip", columns }
}

/// Days that finished items spent in each step of each board, sorted.
struct Stays {
    days: Vec<[Vec<f64>; Place::Done as usize]>,
}

impl Stays {
    fn new(lives: &Lives) -> Self {
        let mut stays = vec![<[Vec<f64>; Place::Done as usize]>::default(); lives.boards.len()];
        let tells = |life: &Life| life.is_finished() && life.end_board != NO_BOARD && !life.has_unknown_stays();
        for (_, life) in lives.included().filter(|(_, life)| tells(life)) {
            for (step, micros) in life.time_in[..Place::Done as usize].iter().enumerate() {
                if *micros > 0 {
                    stays[life.end_board as usize][step].push(days(*micros));
                }
            }
        }
        for steps in &mut stays {
            for stay in steps {
                stay.sort_unstable_by(f64::total_cmp);
            }
        }
        Self { days: stays }
    }

    fn of(&self, life: &Life) -> &[f64] {
        &self.days[life.board as usize][life.place as usize]
    }

    fn share_below(&self, life: &Life, days: f64) -> Option<f64> {
        let stays = self.of(life);
        let below = stays.partition_point(|stay| *stay < days);
        (stays.len() >= RATE_MINIMUM).then(|| below as f64 / stays.len() as f64)
    }

    fn is_above_p85(&self, life: &Life, days: f64) -> Option<bool> {
        percentile_of_enough(self.of(life), 0.85, P85_MINIMUM).map(|p85| days > p85)
    }
}
