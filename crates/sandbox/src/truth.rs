//! Truth of the simulation, counted as the simulation lives through it.
//!
//! Each issue and pull request is lived through again from its beginning to the instant in question; nothing is
//! derived from what a provider shows, and no code is shared with the metrics engine.

mod ci;
mod delivery;
mod iterations;
mod life;
mod pulls;
mod weeks;
mod write;
mod write_delivery;

use model::Instant;

pub use ci::{
    ALL as ALL_OF_CI, CiBillTruth, CiCostTruth, CiMonthTruth, CiRunTruth, CiTruth, PARTS as PARTS_OF_CI_COST,
};
pub use delivery::{ChangeTruth, DeploymentTruth, IncidentTruth};
pub use iterations::IterationTruth;
pub use pulls::PullRequestTruth;
pub use weeks::{StockWeek, ThroughputWeek};

use crate::Organisation;
use crate::organisation::{CloseReason, IssueLife, What};
use delivery::DeliveryTruth;
use life::{Life, Spot, Stretch};
use weeks::{Calendar, Tally};

/// What really happened up to an instant.
pub struct Truth {
    /// Up to and including this instant.
    pub as_of: Instant,
    /// Open work at the end of each week (of the last, unfinished one: at `as_of`), by board, in order of week and
    /// board. Every board has a row for every week from that of the first issue on.
    pub stocks: Vec<StockWeek>,
    /// What ended in each week, over all boards, in order; a row for every week.
    pub throughput: Vec<ThroughputWeek>,
    /// Every issue opened by then, in order of creation.
    pub issues: Vec<IssueTruth>,
    /// Every pull request opened by then, in order of creation.
    pub pull_requests: Vec<PullRequestTruth>,
    /// Every pull request merged by then, in order of creation.
    pub changes: Vec<ChangeTruth>,
    /// Every deployment to production and every release by then, by repository, in order of time.
    pub deployments: Vec<DeploymentTruth>,
    /// Every incident begun by then, by repository, in order of time.
    pub incidents: Vec<IncidentTruth>,
    /// Every iteration that has begun and in which an issue was, in order; none unless the options say that there are any.
    pub iterations: Vec<IterationTruth>,
}

/// The true life of an issue. Durations are exact seconds.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "a row of a table, each flag a column")]
pub struct IssueTruth {
    /// `org/repo#number` at that time.
    pub id: String,
    /// `fullDatabaseId` of the board to which it belongs or last belonged; empty if it never was on one.
    pub project_id: String,
    /// Opened.
    pub created_at: Instant,
    /// Start of the lead time; never null.
    pub lead_start: Instant,
    /// Start of the cycle time; null if it was not started, or went straight to done.
    pub cycle_start: Option<Instant>,
    /// First entry into each step from backlog to done.
    pub entries: [Option<Instant>; 7],
    /// Start of the last stretch of being done, if it is done.
    pub ended_at: Option<Instant>,
    /// `ended_at − lead_start`; null for open ones and for those closed as not planned or duplicate.
    pub lead_seconds: Option<i64>,
    /// `ended_at − cycle_start`; null also where that is.
    pub cycle_seconds: Option<i64>,
    /// Seconds in each step from backlog to done, then off board: together `as_of − created_at`, or all zero if it
    /// never was on a board.
    pub seconds: [i64; 8],
    /// Where it is: a step, `off_board`, or empty if it never was on a board.
    pub current_step: &'static str,
    /// Times that it was reopened.
    pub reopened_count: u32,
    /// Moves on its board to an earlier step.
    pub rework_count: u32,
    /// Ended, was on a board, and never started.
    pub straight_to_done: bool,
    /// Ended by being closed as not planned or duplicate.
    pub closed_not_planned: bool,
    /// Bug by type or label.
    pub bug: bool,
    /// Whether customers, the organisation or the developers met the bug, as its cards show.
    pub bug_sources: [bool; 3],
    /// `bug`, `feature`, `chore`, `docs` or `task`.
    pub kind: &'static str,
    /// Whether it ever was on a board.
    pub was_on_board: bool,
}

impl Organisation {
    /// What really happened up to and including `as_of`, in weeks of UTC.
    pub fn truth(&self, as_of: Instant) -> Truth {
        let until = as_of.seconds();
        let opened = &self.issues[..self.issues.partition_point(|issue| issue.created_at <= until)];
        let calendar = Calendar::new(opened.first().map_or(until, |issue| issue.created_at), until);
        let mut tally = Tally::new(calendar, self.boards.len());
        let issues = opened.iter().map(|issue| self.live_through(issue, until, &mut tally)).collect();
        let (stocks, throughput) = tally.finish(&self.boards);
        let pull_requests = self.pull_request_truth(until);
        let DeliveryTruth { changes, deployments, incidents } = self.delivery_truth(until);
        let iterations = self.iteration_truth(until);
        Truth { as_of, stocks, throughput, issues, pull_requests, changes, deployments, incidents, iterations }
    }

    fn live_through(&self, issue: &IssueLife, until: i64, tally: &mut Tally) -> IssueTruth {
        let events = issue.events_until(until);
        let first_board = events.iter().find_map(|event| match event.what {
            What::Added { board, .. } => Some(usize::from(board)),
            _ => None,
        });
        let bug_source = issue.bug_source.filter(|_| shows_fields(events));
        let mut bug_sources = [false; 3];
        if let Some(source) = bug_source {
            bug_sources[usize::from(source)] = true;
        }
        let mut life = Life::begin(&self.boards, issue.created_at, first_board);
        let mut stock = |stretch: &Stretch| tally.stand(stretch, issue.is_bug, bug_sources);
        for event in events {
            life.pass(event.at, &mut stock);
            life.happen(*event);
        }
        life.pass(until, &mut stock);
        tally.stand_at_the_end(life.board, life.spot, issue.is_bug, bug_sources);
        let truth = self.conclude(issue, &life, until, bug_sources);
        tally.end(&truth, &life.left_boards);
        truth
    }

    /// `org/repo#number` at an instant.
    fn issue_id(&self, issue: &IssueLife, at: i64) -> String {
        let (repository, number) = issue.place_at(at);
        format!("{}/{}#{number}", self.login, self.repositories[usize::from(repository)].name_at(at))
    }

    fn conclude(&self, issue: &IssueLife, life: &Life<'_>, until: i64, bug_sources: [bool; 3]) -> IssueTruth {
        let instant = Instant::from_seconds;
        let closed_not_planned =
            life.ended_at.is_some() && matches!(life.reason, Some(CloseReason::NotPlanned | CloseReason::Duplicate));
        // An issue on no board has no steps: it ends when it is closed.
        let counted_end = life.ended_at.filter(|_| !closed_not_planned);
        IssueTruth {
            id: self.issue_id(issue, until),
            project_id: life.board.map_or_else(String::new, |board| self.boards[board].number_id.clone()),
            created_at: instant(issue.created_at),
            lead_start: instant(life.lead_start()),
            cycle_start: life.cycle_start.map(instant),
            entries: if life.was_on_board { life.entries.map(|at| at.map(instant)) } else { [None; 7] },
            ended_at: life.ended_at.map(instant),
            lead_seconds: counted_end.map(|at| at - life.lead_start()),
            cycle_seconds: counted_end.zip(life.cycle_start).map(|(end, start)| end - start),
            seconds: if life.was_on_board { life.seconds } else { [0; 8] },
            current_step: match life.spot {
                _ if !life.was_on_board => "",
                Spot::In(step) => step.name(),
                Spot::OffBoard => "off_board",
                Spot::Nowhere => "",
            },
            reopened_count: life.reopened_count,
            rework_count: life.rework_count,
            straight_to_done: counted_end.is_some() && life.cycle_start.is_none() && life.was_on_board,
            closed_not_planned,
            bug: issue.is_bug,
            bug_sources,
            kind: issue.kind.name(),
            was_on_board: life.was_on_board,
        }
    }
}

/// Whether a card is left that shows the issue's fields; an archived one still does.
fn shows_fields(events: &[crate::organisation::Event]) -> bool {
    let mut cards = 0_i32;
    for event in events {
        match event.what {
            What::Added { .. } => cards += 1,
            What::Removed { .. } => cards -= 1,
            _ => {}
        }
    }
    cards > 0
}

/// Names of the places that [`IssueTruth::seconds`] counts.
pub(crate) const PLACES: [&str; 8] =
    ["backlog", "ready", "dev", "review", "qa", "waiting_to_prod", "done", "off_board"];
