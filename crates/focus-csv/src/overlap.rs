//! Runs of an export that bill the same hours of an account: the newest one counts.

use std::collections::BTreeMap;
use std::path::PathBuf;

use model::Instant;

use crate::fault::Fault;
use crate::hours::Hours;
use crate::ledger::Key;
use crate::runs::Run;

/// What one run bills an account for a month.
#[derive(Debug)]
pub(crate) struct AccountBill {
    pub(crate) key: Key,
    pub(crate) run: usize,
    /// The first file with a row of it.
    pub(crate) file: PathBuf,
    /// Those in which its charges begin, corrections apart; none where the files do not say.
    pub(crate) hours: Hours,
}

/// Bills that a newer one stands in place of, each with the run of that.
///
/// Bills without a common hour are parts of one. An error where two have one and it cannot be told which is newer, or the
/// newer one lacks hours of the older: then either would be a wrong bill.
pub(crate) fn replaced(bills: &[AccountBill], runs: &[Run]) -> Result<BTreeMap<usize, usize>, Fault> {
    let mut of_key: BTreeMap<&Key, Vec<usize>> = BTreeMap::new();
    for (place, bill) in bills.iter().enumerate() {
        of_key.entry(&bill.key).or_default().push(place);
    }
    let mut replaced: BTreeMap<usize, usize> = BTreeMap::new();
    for places in of_key.values() {
        for (position, one) in places.iter().enumerate() {
            for other in &places[position + 1..] {
                if let Some((older, run)) = replacement(bills, (*one, *other), runs)? {
                    let by = replaced.entry(older).or_insert(run);
                    *by = run.max(*by);
                }
            }
        }
    }
    Ok(replaced)
}

/// The older of two bills that have an hour in common, and the run of the newer one.
fn replacement(
    bills: &[AccountBill],
    (one, other): (usize, usize),
    runs: &[Run],
) -> Result<Option<(usize, usize)>, Fault> {
    let Some(hour) = bills[one].hours.common(&bills[other].hours) else { return Ok(None) };
    let fault = |newer: &AccountBill, older: &AccountBill, hour: Instant, why| Fault::Overlap {
        newer: newer.file.clone(),
        older: older.file.clone(),
        account: newer.key.account.clone(),
        hour: hour.to_rfc3339_seconds(),
        why,
    };
    let (newer, older) = match runs[bills[one].run].is_newer_than(&runs[bills[other].run]) {
        None => return Err(fault(&bills[one], &bills[other], hour, NO_ORDER)),
        Some(true) => (one, other),
        Some(false) => (other, one),
    };
    match bills[older].hours.beyond(&bills[newer].hours) {
        Some(_) => Err(fault(&bills[newer], &bills[older], hour, NOT_COVERED)),
        None => Ok(Some((older, bills[newer].run))),
    }
}

const NO_ORDER: &str = "and neither manifest, path nor file time tells which of them is newer";
const NOT_COVERED: &str = "and the first, which is newer, lacks other hours of the second";
