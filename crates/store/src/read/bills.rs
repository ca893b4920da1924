//! Up to when the bills of the store are known.

use model::instant::Plausible;
use model::records::{ImportRun, RunOutcome};
use model::{Instant, Month};
use rusqlite::Connection;

use crate::ledger::{assumed_as_of, is_of_bills};
use crate::sqlite::plans::{Prepare as _, Scan};

/// The published order.
pub(super) const ORDER: &str = "month, provider, account, service, charge_category, currency";

/// The newest `covered_to` of a successful import of bills, or a newer instant up to which a CSV file says that its
/// rows are known. Where there is neither, as while the first import still runs, the newest observation; where no
/// row has one, what is assumed of files that do not say.
pub(super) fn as_of(
    connection: &Connection,
    imports: &[ImportRun],
    plausible: Plausible,
) -> rusqlite::Result<Option<Instant>> {
    let covered = imports.iter().filter(|run| is_of_bills(run) && run.outcome == RunOutcome::Ok);
    let covered = covered.filter_map(|run| run.covered_to).max();
    let newest = |sql: &str| connection.scan(sql, Scan::Everything)?.query_row([], |row| row.get::<_, Option<i64>>(0));
    let of_files = newest(&format!(
        "SELECT max(observed_at) FROM cloud_costs AS line WHERE observed_at <= {} AND NOT EXISTS (
            SELECT 1 FROM cloud_month AS asked
            WHERE asked.month = line.month AND asked.provider = line.provider AND asked.account = line.account)",
        plausible.latest().micros()
    ))?;
    let known = covered.max(of_files.map(Instant::from_micros));
    if known.is_some() {
        return Ok(known);
    }
    let of_ci = newest("SELECT max(observed_at) FROM ci_bill")?;
    if let Some(observed) = newest("SELECT max(observed_at) FROM cloud_month")?.max(of_ci) {
        return Ok(Some(Instant::from_micros(observed)));
    }
    let month = newest("SELECT max(month) FROM cloud_costs")?;
    let month = month.and_then(|number| i32::try_from(number).ok()).and_then(Month::from_number);
    Ok(month.map(assumed_as_of))
}
