//! Table `calculated_issue`: every issue that counts, with its marks, durations and present place.

use model::Instant;
use model::columns::{Raw, TextColumn};
use model::instant::MICROS_PER_DAY;
use model::table::{Cells, Column, Table};

use super::boards::NO_BOARD;
use super::kinds::{BUG, BUG_CUSTOMER_FACING, BUG_DEV_PROCESS, BUG_INTERNAL};
use super::lives::{Life, Lives, Place, instants};
use crate::hosts::hosts;
use crate::ids::sort_by_bytes;

/// Days in each step, then off the board.
const DAYS_IN: [&str; 8] = [
    "backlog_days",
    "ready_days",
    "dev_days",
    "review_days",
    "qa_days",
    "waiting_to_prod_days",
    "done_days",
    "off_board_days",
];

/// One row per issue, in order of id (as bytes).
///
/// * Instants are UTC and empty where the issue never came there. `enddatetime` is set for issues that were
///   closed as not planned too; those have neither `lead_days` nor `cycle_days`.
/// * Days are days of 86,400 s; the days in steps, `done` and `off_board` included, add up to
///   `as_of` − created. They are null for issues that never were on a board.
/// * Marks that lost history may hide are empty too, and so are the durations that begin with them; `cycle_unknown` tells
///   an issue whose cycle start is unknown from one that had none.
/// * `inferred_share` is from 0 to 1.
pub fn calculated_issue(raw: &Raw, lives: &Lives) -> Table {
    let rows = Rows::new(raw, lives);
    let mut columns = rows.identity();
    columns.extend(rows.marks());
    columns.extend(rows.bugs());
    columns.extend(rows.durations());
    Table { name: "calculated_issue", columns }
}

/// The issues that count and pass a test, in order of id: the order of every table with one row per issue.
pub(crate) fn by_id<'a>(raw: &Raw, lives: &'a Lives, passes: impl Fn(&Life) -> bool) -> Vec<(u32, &'a Life)> {
    let passing = lives.included().filter(|(_, life)| passes(life));
    let mut order: Vec<u32> = passing.map(|(issue, _)| issue as u32).collect();
    sort_by_bytes(&mut order, &raw.issues.id);
    let life = |issue: u32| lives.issues[issue as usize].as_ref().map(|life| (issue, life));
    order.into_iter().filter_map(life).collect()
}

struct Rows<'a> {
    raw: &'a Raw,
    lives: &'a Lives,
    order: Vec<(u32, &'a Life)>,
}

impl<'a> Rows<'a> {
    fn new(raw: &'a Raw, lives: &'a Lives) -> Self {
        Self { raw, lives, order: by_id(raw, lives, |_| true) }
    }

    fn texts(&self, column: &TextColumn) -> Cells {
        Cells::Text(column.gathered(self.order.iter().map(|(issue, _)| *issue as usize)))
    }

    fn addresses(&self) -> Cells {
        Cells::Address(self.raw.issues.url.gathered(self.order.iter().map(|(issue, _)| *issue as usize)))
    }

    /// A code per row and the texts that the codes stand for; code 0 is the empty text.
    fn codes(&self, texts: impl Iterator<Item = String>, code: impl Fn(u32, &Life) -> u32) -> Cells {
        let mut column = TextColumn::default();
        column.push(b"");
        for text in texts {
            column.push(text.as_bytes());
        }
        Cells::Code(self.order.iter().map(|(issue, life)| code(*issue, life)).collect(), column)
    }

    fn instants(&self, mark: impl Fn(&Life) -> i64) -> Cells {
        Cells::Instant(instants(self.order.iter().map(|(_, life)| mark(life))))
    }

    fn days(&self, micros: impl Fn(&Life) -> Option<i64>) -> Cells {
        Cells::Float(self.order.iter().map(|(_, life)| micros(life).map(days)).collect())
    }

    fn counts(&self, count: impl Fn(&Life) -> u32) -> Cells {
        Cells::Int(self.order.iter().map(|(_, life)| Some(i64::from(count(life)))).collect())
    }

    fn identity(&self) -> Vec<Column> {
        let board = |_: u32, life: &Life| if life.board == NO_BOARD { 0 } else { u32::from(life.board) + 1 };
        let boards = &self.lives.boards;
        vec![
            Column { name: "id", cells: self.texts(&self.raw.issues.id) },
            Column { name: "name", cells: self.texts(&self.raw.issues.title) },
            Column { name: "project_id", cells: self.codes(boards.iter().map(|board| board.id.clone()), board) },
            Column { name: "project_name", cells: self.codes(boards.iter().map(|board| board.name.clone()), board) },
        ]
    }

    fn marks(&self) -> Vec<Column> {
        vec![
            Column { name: "creationdatetime", cells: self.instants(|life| life.created_at) },
            Column { name: "leadtimestartdatetime", cells: self.instants(|life| life.lead_start) },
            Column { name: "cycletimestartdatetime", cells: self.instants(|life| life.cycle_start) },
            Column { name: "putinreadystartdatetime", cells: self.instants(|life| life.entered[0]) },
            Column { name: "devstartdatetime", cells: self.instants(|life| life.entered[1]) },
            Column { name: "reviewstartdatetime", cells: self.instants(|life| life.entered[2]) },
            Column { name: "qastartdatetime", cells: self.instants(|life| life.entered[3]) },
            Column { name: "waitingtopodstartdateime", cells: self.instants(|life| life.entered[4]) },
            Column { name: "enddatetime", cells: self.instants(|life| life.ended_at) },
        ]
    }

    fn bugs(&self) -> Vec<Column> {
        let kinds = &self.lives.kinds;
        let flag = |flag: u8| {
            let of_issue = |(issue, _): &(u32, &Life)| kinds.bug[*issue as usize] & flag != 0;
            Cells::Bool(self.order.iter().map(of_issue).collect())
        };
        vec![
            Column { name: "bug", cells: flag(BUG) },
            Column { name: "bug_customer_facing", cells: flag(BUG_CUSTOMER_FACING) },
            Column { name: "bug_internal", cells: flag(BUG_INTERNAL) },
            Column { name: "bug_dev_process", cells: flag(BUG_DEV_PROCESS) },
            Column {
                name: "type",
                cells: self.codes(kinds.names.iter().cloned(), |issue, _| kinds.kind[issue as usize] + 1),
            },
        ]
    }

    fn durations(&self) -> Vec<Column> {
        let places = Place::ALL.into_iter().map(|place| place.name().to_owned());
        let mut columns = vec![
            Column {
                name: "current_step",
                cells: self.codes(places, |_, life| if life.board == NO_BOARD { 0 } else { life.place as u32 + 1 }),
            },
            Column { name: "current_column", cells: self.present_columns() },
            Column { name: "lead_days", cells: self.days(Life::lead_micros) },
            Column { name: "cycle_days", cells: self.days(Life::cycle_micros) },
        ];
        for (step, name) in DAYS_IN.into_iter().enumerate() {
            let cells = self.days(|life| (life.board != NO_BOARD).then(|| life.time_in[step]));
            columns.push(Column { name, cells });
        }
        let as_of = self.lives.as_of;
        let shares = self.order.iter().map(|(_, life)| Some(life.inferred_share(as_of)));
        columns.extend([
            Column { name: "reopened_count", cells: self.counts(|life| life.reopened_count) },
            Column { name: "rework_count", cells: self.counts(|life| life.rework_count) },
            Column { name: "history_gaps", cells: self.counts(|life| life.history_gaps) },
            Column { name: "inferred_share", cells: Cells::Float(shares.collect()) },
            Column { name: "url", cells: self.addresses() },
            Column { name: "host", cells: self.hosts() },
            Column {
                name: "cycle_unknown",
                cells: Cells::Bool(self.order.iter().map(|(_, life)| life.cycle_unknown).collect()),
            },
        ]);
        columns
    }

    fn hosts(&self) -> Cells {
        let codes = self.order.iter().map(|(issue, _)| self.raw.issues.host[*issue as usize]);
        hosts(&self.raw.dictionary, codes)
    }

    fn present_columns(&self) -> Cells {
        let mut codes: Vec<u32> = self.order.iter().map(|(_, life)| life.column).collect();
        codes.sort_unstable();
        codes.dedup();
        let texts = codes.iter().map(|code| self.raw.dictionary.text(*code).into_owned());
        self.codes(texts, |_, life| codes.binary_search(&life.column).map_or(0, |position| position as u32 + 1))
    }
}

/// Days of 86,400 s.
pub(crate) fn days(micros: i64) -> f64 {
    debug_assert!(micros != Instant::NULL_MICROS, "an unknown duration has no days");
    micros as f64 / MICROS_PER_DAY as f64
}
