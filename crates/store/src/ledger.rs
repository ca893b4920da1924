//! Rules of the ledger of bills that reading, writing and loading share.

use chrono::NaiveDate;
use model::instant::MICROS_PER_DAY;
use model::kinds::Scope;
use model::month::SETTLING_DAYS;
use model::records::ImportRun;
use model::{Amount, Instant, Month};

/// Source of rows that came from CSV files which do not name one, such as the original tool's.
pub(crate) const CSV_SOURCE: &str = "csv";

/// The month of a day that is written exactly as `2026-01-31` and exists.
pub(crate) fn month_of_day(text: &[u8]) -> Option<Month> {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = text else { return None };
    let number = |digits: &[u8]| {
        digits
            .iter()
            .try_fold(0_u32, |number, digit| digit.is_ascii_digit().then(|| number * 10 + u32::from(digit - b'0')))
    };
    let year = number(&[*y1, *y2, *y3, *y4])? as i32;
    let month = number(&[*m1, *m2])?;
    NaiveDate::from_ymd_opt(year, month, number(&[*d1, *d2])?)?;
    Month::new(year, month)
}

/// Gross and credits of a row that need not say both; `None` when it says both and they do not add up to its cost.
pub(crate) fn gross_and_credits(
    cost: &Amount,
    gross: Option<Amount>,
    credits: Option<Amount>,
) -> Option<(Amount, Amount)> {
    match (gross, credits) {
        (Some(gross), Some(credits)) => (&(&gross + &credits) == cost).then_some((gross, credits)),
        (Some(gross), None) => {
            let credits = cost - &gross;
            Some((gross, credits))
        }
        (None, Some(credits)) => Some((cost - &credits, credits)),
        (None, None) => Some((cost.clone(), Amount::zero())),
    }
}

/// Whether an import read bills, of the clouds or of CI.
pub(crate) fn is_of_bills(run: &ImportRun) -> bool {
    matches!(run.scope.known(), Some(Scope::CloudCosts | Scope::CiBill))
}

/// Up to when bills are known that do not say so: the newest month is taken for open, those before it for settled.
pub(crate) fn assumed_as_of(newest: Month) -> Instant {
    Instant::from_micros(newest.start().micros() + SETTLING_DAYS * MICROS_PER_DAY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_is_read_from_a_day_that_exists_and_from_nothing_else() {
        let month = |text: &str| month_of_day(text.as_bytes()).map(|month| month.to_string());
        assert_eq!(month("2026-01-31").as_deref(), Some("2026-01"));
        assert_eq!(month("2024-02-29").as_deref(), Some("2024-02"));
        assert_eq!(month("0000-02-29").as_deref(), Some("0000-02"));
        for text in [
            "",
            "2021-02",
            "2021-1-1",
            "2021-02-29",
            "2021-13-01",
            "2021-00-01",
            "2021-01-00",
            "2021-01-01T00:00:00Z",
            " 2021-01-01",
            "2021-01-01 ",
            "2021/01/01",
            "+021-01-01",
            "02021-01-01",
            "20210101",
        ] {
            assert_eq!(month(text), None, "{text}");
        }
    }

    #[test]
    fn amounts_that_are_not_said_follow_from_those_that_are() {
        let amount = |text: &str| text.parse::<Amount>().expect("an amount");
        let split = |gross: Option<&str>, credits: Option<&str>| {
            gross_and_credits(&amount("7.5"), gross.map(amount), credits.map(amount))
        };
        assert_eq!(split(None, None), Some((amount("7.5"), Amount::zero())));
        assert_eq!(split(Some("10"), None), Some((amount("10"), amount("-2.5"))));
        assert_eq!(split(None, Some("-2.5")), Some((amount("10"), amount("-2.5"))));
        assert_eq!(split(Some("10"), Some("-2.5")), Some((amount("10"), amount("-2.5"))));
        assert_eq!(split(Some("10"), Some("2.5")), None);
    }

    #[test]
    fn of_bills_without_a_date_the_newest_month_is_open_and_the_one_before_settled() {
        let newest = Month::new(2026, 3).expect("a month");
        let as_of = assumed_as_of(newest);
        assert!(newest.plus(-1).is_settled_at(as_of) && !newest.is_settled_at(as_of));
        assert_eq!(as_of.to_rfc3339(), "2026-03-06T00:00:00Z");
    }
}
