//! The ledger as columns.

use model::columns::{CloudCostColumns, Raw};
use model::records::{ChargeCategory, ImportRun};
use model::{Amount, Instant, Month};
use rusqlite::types::Type;
use rusqlite::{Connection, Error};

use super::cells::Cells;
use super::texts::Interner;
use crate::ledger::assumed_as_of;

/// Reads all bills in published order, and up to when they are known.
pub(super) fn load(connection: &Connection, texts: &mut Interner, raw: &mut Raw) -> rusqlite::Result<()> {
    raw.cloud_as_of = as_of(connection, &raw.imports)?;
    let mut statement = connection.prepare(
        "SELECT provider, account, service, currency, source, month, charge_category, gross, credits, cost, observed_at
         FROM cloud_costs ORDER BY month, provider, account, service, charge_category, currency",
    )?;
    let mut rows = statement.query([])?;
    let Raw { dictionary, cloud_costs, .. } = raw;
    while let Some(row) = rows.next()? {
        let cells = Cells(row);
        let CloudCostColumns { provider, account, service, currency, source, .. } = cloud_costs;
        for (index, column) in [provider, account, service, currency, source].into_iter().enumerate() {
            column.push(texts.code(dictionary, cells.text(index)?));
        }
        let net = amount(cells, 9)?;
        cloud_costs.month.push(month(cells, 5)?);
        cloud_costs.charge_category.push(charge_category(cells, 6)?);
        cloud_costs.gross.push(amount(cells, 7)?);
        cloud_costs.credits.push(amount(cells, 8)?);
        cloud_costs.binary.push(net.to_f64());
        cloud_costs.net.push(net);
        cloud_costs.observed_at.push(cells.int_or_null(10)?.map(Instant::from_micros));
    }
    Ok(())
}

/// The newest `covered_to` of a successful import of bills, or a newer instant up to which a CSV file says that its
/// rows are known. Where there is neither, as while the first import still runs, the newest observation; where no
/// row has one, what is assumed of files that do not say.
fn as_of(connection: &Connection, imports: &[ImportRun]) -> rusqlite::Result<Option<Instant>> {
    let covered = imports.iter().filter(|run| run.scope == "cloud_costs" && run.outcome == "ok");
    let covered = covered.filter_map(|run| run.covered_to).max();
    let newest = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, Option<i64>>(0));
    let of_files = newest(
        "SELECT max(observed_at) FROM cloud_costs AS line WHERE NOT EXISTS (SELECT 1 FROM cloud_month AS asked
            WHERE asked.month = line.month AND asked.provider = line.provider AND asked.account = line.account)",
    )?;
    let known = covered.max(of_files.map(Instant::from_micros));
    if known.is_some() {
        return Ok(known);
    }
    if let Some(observed) = newest("SELECT max(observed_at) FROM cloud_month")? {
        return Ok(Some(Instant::from_micros(observed)));
    }
    let month = newest("SELECT max(month) FROM cloud_costs")?;
    Ok(month.and_then(|number| Month::from_number(number as i32)).map(assumed_as_of))
}

fn month(cells: Cells<'_>, index: usize) -> rusqlite::Result<Month> {
    let number = cells.int(index)?;
    let month = i32::try_from(number).ok().and_then(Month::from_number);
    month.ok_or_else(|| Error::IntegralValueOutOfRange(index, number))
}

fn amount(cells: Cells<'_>, index: usize) -> rusqlite::Result<Amount> {
    let text = String::from_utf8_lossy(cells.text(index)?);
    text.parse().map_err(|error| Error::FromSqlConversionFailure(index, Type::Text, Box::new(error)))
}

fn charge_category(cells: Cells<'_>, index: usize) -> rusqlite::Result<ChargeCategory> {
    let text = String::from_utf8_lossy(cells.text(index)?);
    ChargeCategory::from_name(&text)
        .ok_or_else(|| Error::InvalidColumnType(index, "charge_category".to_owned(), Type::Text))
}
