//! Rule set `flow`: the life of every issue, and the tables that follow from it.
//!
//! Where the definitions leave a choice:
//!
//! * An issue that is on a configured board and on one that the configuration does not name belongs to the
//!   configured one, whichever it joined first. A card that left and came back joined when it came back.
//! * An issue that was only ever on excluded boards, or on boards whose `types` leave it out, is in no figure.
//! * An item that is removed or archived while it is done by its column stays done until it is reopened.
//! * An issue found deleted while open leaves everything at that instant: it is neither open nor off the board,
//!   and counts once in `removed_open`. One that had ended stays ended.
//! * A move that a gap hides still is a first entry into the column that the next event names as the one before.
//!   The stretch from the last known instant to such a move is `bound`.
//! * What is known of a card only later than `as_of` counts where the provider dates it to before `as_of`;
//!   imports read a little longer than the instant that they cover.
//! * `inferred_share` is over the life until the end, so that it does not fade while a finished issue grows old.

mod aging;
mod boards;
mod build;
mod calculated_issue;
mod chain;
mod cycle_time;
mod kinds;
mod levels;
mod lives;
mod locate;
mod notices;
mod packed;
mod selected;
mod stocks;
mod totals;
mod track;
mod untold;

pub use aging::aging_wip;
pub(crate) use boards::listed_boards;
pub use boards::{Board, NO_BOARD};
pub use calculated_issue::calculated_issue;
pub use cycle_time::{cycle_time, cycle_time_week};
pub use kinds::{BUG, BUG_CUSTOMER_FACING, BUG_DEV_PROCESS, BUG_INTERNAL, Kinds};
pub(crate) use levels::work_and_open_bugs;
pub(crate) use lives::instants;
pub use lives::{Ending, Intervals, Life, Lives, Place, Source};
pub use notices::notices;
pub(crate) use packed::PackedLives;
pub(crate) use stocks::WORK_COLUMNS;
pub use stocks::{cumulative_flow_day, stocks, stocks_week};
pub(crate) use totals::sum;

use model::Instant;
use model::columns::Raw;
use model::rules::Rules;
use model::table::Table;

use crate::calendar::local_date;
use crate::coverage::Coverage;
use crate::parallel;
use crate::wanted::Wanted;

/// The tables of this module: `calculated_issue`, `cycle_time`, `cycle_time_week`, `stocks`, `stocks_week`,
/// `net_flow_week`, `aging_wip`, `cumulative_flow_day`, and the sums over all boards: `stocks_totals_week` and
/// `cumulative_flow_totals_week`.
///
/// # Errors
/// When a query over a frame fails, which no input causes.
pub fn tables(raw: &Raw, rules: &Rules, lives: &Lives, coverage: &Coverage) -> Result<Vec<Table>, FlowError> {
    tables_of(raw, rules, lives, coverage, Wanted::All, None)
}

/// Those of them that are wanted.
pub(crate) fn tables_of(
    raw: &Raw,
    rules: &Rules,
    lives: &Lives,
    coverage: &Coverage,
    wanted: Wanted<'_>,
    at: Option<Instant>,
) -> Result<Vec<Table>, FlowError> {
    let zone = rules.timezone;
    let has_working_columns = !rules.working_columns.is_empty();
    let tables: [(&str, &TableOf<'_>); 8] = [
        ("calculated_issue", &|| Ok(at.map_or_else(|| calculated_issue(raw, lives), |at| listed_at(raw, lives, at)))),
        ("cycle_time", &|| Ok(cycle_time(lives, zone, has_working_columns, coverage)?)),
        ("cycle_time_week", &|| Ok(cycle_time_week(lives, zone, has_working_columns, coverage)?)),
        ("stocks", &|| Ok(stocks(lives))),
        ("stocks_week", &|| Ok(stocks_week(lives, zone, coverage))),
        ("net_flow_week", &|| Ok(levels::net_flow_week(lives, coverage, zone, &rules.process_changes))),
        ("aging_wip", &|| Ok(aging_wip(raw, lives))),
        ("cumulative_flow_day", &|| Ok(cumulative_flow_day(lives, zone))),
    ];
    let tables: Vec<_> = tables.into_iter().filter(|(name, _)| wanted.has(name)).collect();
    let mut tables = parallel::map(&tables, |(_, table)| table()).into_iter().collect::<Result<Vec<_>, FlowError>>()?;
    let today = local_date(zone, lives.as_of);
    let of = |name: &str| tables.iter().find(|table| table.name == name);
    let stocks = of("stocks_week").filter(|_| wanted.has("stocks_totals_week")).map(totals::stocks);
    let flow = of("cumulative_flow_day").filter(|_| wanted.has("cumulative_flow_totals_week"));
    let flow = flow.map(|days| totals::cumulative_flow(days, today));
    tables.extend(stocks);
    tables.extend(flow);
    Ok(tables)
}

/// The list of issues with their places just before an instant.
fn listed_at(raw: &Raw, lives: &Lives, at: Instant) -> Table {
    let mut lives = lives.clone();
    lives.look_at(at);
    calculated_issue(raw, &lives)
}

type TableOf<'a> = dyn Fn() -> Result<Table, FlowError> + Sync + 'a;

/// Why the flow tables could not be calculated.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FlowError {
    /// The configuration lists one column for two steps of one board.
    #[error(
        "project {project}: column `{column}` is listed for step {first} and for step {second}; \
         list it for one of them in the configuration"
    )]
    ColumnOnTwoSteps {
        /// Id of the board.
        project: String,
        /// Column as configured.
        column: String,
        /// Step that lists it first.
        first: &'static str,
        /// Step that lists it again.
        second: &'static str,
    },
    /// A query over a frame failed.
    #[error("a table of the flow could not be calculated")]
    Frame(#[from] polars::prelude::PolarsError),
}

#[cfg(test)]
mod tests;
