//! Sums, middles and rounding, to the last bit.

/// One decimal of the exact value of a double, ties to even: what Python's `round(x, 1)` gives.
pub(crate) fn round1(value: f64) -> f64 {
    format!("{value:.1}").parse().unwrap_or(value)
}

/// A share in percent with one decimal, half away from zero: what SQLite's `ROUND` gives.
pub(crate) fn percent_half_up(part: u64, whole: u64) -> f64 {
    ((2000 * part + whole) / (2 * whole)) as f64 / 10.0
}

/// Binary digits behind the point that hours have at most: day numbers are between 2^20 and 2^23.
const DIGITS: i32 = 40;

/// The mean of hours: the exact sum, divided and rounded once. `None` without any.
///
/// Hours are differences of day numbers, so that all are whole multiples of 2^-40 below 2^30.
pub(crate) fn mean(hours: &[f64]) -> Option<f64> {
    let count = u128::try_from(hours.len()).ok().filter(|count| *count > 0)?;
    let unit = 2_f64.powi(DIGITS);
    let sum: i128 = hours.iter().map(|hours| (hours * unit) as i128).sum();
    // As many binary digits as there is room for. What is left over tells on which side of a tie the quotient lies.
    let shift = sum.unsigned_abs().leading_zeros() as i32;
    let dividend = sum.unsigned_abs().checked_shl(shift as u32).unwrap_or(0);
    let quotient = (dividend / count) | u128::from(!dividend.is_multiple_of(count));
    let mean = quotient as f64 * 2_f64.powi(-DIGITS - shift);
    Some(if sum < 0 { -mean } else { mean })
}

/// The middle of sorted values, or half the sum of the two in the middle.
#[expect(clippy::manual_midpoint, reason = "added and then halved, as Python does")]
pub(crate) fn median(sorted: &[f64]) -> Option<f64> {
    let upper = *sorted.get(sorted.len() / 2)?;
    if sorted.len() % 2 == 1 {
        return Some(upper);
    }
    Some((sorted[sorted.len() / 2 - 1] + upper) / 2.0)
}

/// The value that nine in ten do not reach, of sorted values.
pub(crate) fn p90(sorted: &[f64]) -> Option<f64> {
    let place = (sorted.len() as f64 * 0.9) as usize;
    sorted.get(place.min(sorted.len().saturating_sub(1))).copied()
}

/// Hours, sorted.
pub(crate) fn sorted(hours: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut hours: Vec<f64> = hours.collect();
    hours.sort_unstable_by(f64::total_cmp);
    hours
}
