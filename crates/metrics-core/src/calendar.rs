//! Days, ISO weeks and months, cut in the reporting time zone.
//!
//! A period is half-open: an instant on a boundary belongs to the later period.

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, TimeZone as _, Utc};
use chrono_tz::Tz;
use model::Instant;
use model::columns::TextColumn;
use model::table::{Cells, Column};

/// The columns that name the period of each row: `date`, `year` and `week`, `month`, or `quarter`.
pub(crate) fn label_columns(periods: &Periods, cut: Cut, rows: impl Iterator<Item = usize> + Clone) -> Vec<Column> {
    let text = |label: &dyn Fn(usize) -> String| {
        let mut cells = TextColumn::default();
        rows.clone().for_each(|period| cells.push(label(period).as_bytes()));
        Cells::Text(cells)
    };
    let weeks = || rows.clone().map(|period| periods.iso_week(period));
    match cut {
        Cut::Day => {
            let days = rows.map(|period| Some(periods.first_day(period))).collect();
            vec![Column { name: "date", cells: Cells::Date(days) }]
        }
        Cut::Week => vec![
            Column { name: "year", cells: Cells::Int(weeks().map(|(year, _)| Some(year)).collect()) },
            Column { name: "week", cells: Cells::Week(weeks().map(|(_, week)| week).collect()) },
        ],
        Cut::Month => vec![Column { name: "month", cells: text(&|period| periods.month_label(period)) }],
        Cut::Quarter => vec![Column { name: "quarter", cells: text(&|at| quarter_label(periods.first_day(at))) }],
    }
}

/// `2026-Q1`, of a day in that quarter.
pub fn quarter_label(day: NaiveDate) -> String {
    format!("{}-Q{}", day.year(), day.month0() / 3 + 1)
}

/// First day of `2026-Q1`; `None` for text of another form.
pub fn first_day_of_quarter(label: &str) -> Option<NaiveDate> {
    let (year, quarter) = label.split_once("-Q")?;
    let quarter: u32 = quarter.parse().ok().filter(|quarter| (1..=4).contains(quarter))?;
    NaiveDate::from_ymd_opt(year.parse().ok()?, quarter * 3 - 2, 1)
}

/// Length of the periods of a [`Periods`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// Calendar days.
    Day,
    /// ISO 8601 weeks, Monday to Sunday.
    Week,
    /// Calendar months.
    Month,
    /// Quarters of a calendar year.
    Quarter,
}

/// A gapless run of periods in order.
#[derive(Clone, Debug)]
pub struct Periods {
    /// First day of each period, and of the one after the last.
    days: Vec<NaiveDate>,
    /// First instant of each period in microseconds, and of the one after the last.
    bounds: Vec<i64>,
}

impl Periods {
    /// All periods from the one that holds `first` to the one that holds `last`; none when `last < first`.
    pub fn covering(cut: Cut, zone: Tz, first: Instant, last: Instant) -> Self {
        let mut days = Vec::new();
        if last >= first {
            let mut day = first_day(cut, local_date(zone, first));
            let end = local_date(zone, last);
            while day <= end {
                days.push(day);
                day = next(cut, day);
            }
            days.push(day);
        }
        let bounds = days.iter().map(|day| day_start(zone, *day).micros()).collect();
        Self { days, bounds }
    }

    /// How many periods.
    pub fn len(&self) -> usize {
        self.days.len().saturating_sub(1)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// First instant of a period.
    pub fn start(&self, index: usize) -> Instant {
        Instant::from_micros(self.bounds[index])
    }

    /// First instant after a period.
    pub fn end(&self, index: usize) -> Instant {
        Instant::from_micros(self.bounds[index + 1])
    }

    /// First day of a period.
    pub fn first_day(&self, index: usize) -> NaiveDate {
        self.days[index]
    }

    /// ISO year and week of the first day of a period.
    pub fn iso_week(&self, index: usize) -> (i64, i64) {
        let week = self.days[index].iso_week();
        (i64::from(week.year()), i64::from(week.week()))
    }

    /// `2026-01`.
    pub fn month_label(&self, index: usize) -> String {
        self.days[index].format("%Y-%m").to_string()
    }

    /// The period that holds an instant.
    pub fn index_of(&self, at: Instant) -> Option<usize> {
        let after = self.bounds.partition_point(|bound| *bound <= at.micros());
        (after > 0 && after < self.bounds.len()).then(|| after - 1)
    }

    /// Bounds in microseconds: the start of each period and the end of the last.
    pub fn bounds(&self) -> &[i64] {
        &self.bounds
    }
}

/// The calendar day of an instant.
pub fn local_date(zone: Tz, at: Instant) -> NaiveDate {
    let utc = at.to_chrono().unwrap_or(DateTime::<Utc>::MIN_UTC);
    utc.with_timezone(&zone).date_naive()
}

/// The first instant of a day: midnight, or the end of the gap where clocks skip midnight.
pub fn day_start(zone: Tz, day: NaiveDate) -> Instant {
    let midnight = day.and_hms_opt(0, 0, 0).expect("midnight exists on every day");
    (0..=48)
        .find_map(|half_hours| {
            let local = midnight + chrono::TimeDelta::minutes(30 * half_hours);
            zone.from_local_datetime(&local).earliest()
        })
        .map_or_else(|| Instant::from(midnight.and_utc()), |at| Instant::from(at.with_timezone(&Utc)))
}

fn first_day(cut: Cut, day: NaiveDate) -> NaiveDate {
    match cut {
        Cut::Day => day,
        Cut::Week => day - Days::new(u64::from(day.weekday().num_days_from_monday())),
        Cut::Month => day.with_day(1).unwrap_or(day),
        Cut::Quarter => {
            let first = day.with_day(1).unwrap_or(day);
            first.with_month0(first.month0() / 3 * 3).unwrap_or(first)
        }
    }
}

fn next(cut: Cut, day: NaiveDate) -> NaiveDate {
    match cut {
        Cut::Day => day + Days::new(1),
        Cut::Week => day + Days::new(7),
        Cut::Month => day + Months::new(1),
        Cut::Quarter => day + Months::new(3),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Instant {
        Instant::parse_rfc3339(text).expect("a valid instant")
    }

    #[test]
    fn an_instant_on_a_boundary_belongs_to_the_later_week() {
        let weeks = Periods::covering(Cut::Week, Tz::UTC, at("2020-12-30T00:00:00Z"), at("2021-01-04T00:00:00Z"));
        assert_eq!(weeks.len(), 2);
        assert_eq!(weeks.iso_week(0), (2020, 53));
        assert_eq!(weeks.index_of(at("2021-01-03T23:59:59Z")), Some(0));
        assert_eq!(weeks.index_of(at("2021-01-04T00:00:00Z")), Some(1));
        assert_eq!(weeks.index_of(at("2021-01-11T00:00:00Z")), None);
        assert_eq!(weeks.index_of(at("2020-12-27T23:59:59Z")), None);
    }

    #[test]
    fn days_follow_the_reporting_zone_through_a_clock_change() {
        let days =
            Periods::covering(Cut::Day, Tz::Europe__Paris, at("2026-03-28T12:00:00Z"), at("2026-03-30T12:00:00Z"));
        let hours: Vec<i64> = days.bounds().windows(2).map(|pair| (pair[1] - pair[0]) / 3_600_000_000).collect();
        assert_eq!(hours, [24, 23, 24]);
    }

    #[test]
    fn a_day_whose_midnight_is_skipped_starts_when_the_clock_goes_on() {
        // Lebanon moves its clocks at midnight.
        let day = NaiveDate::from_ymd_opt(2024, 3, 31).expect("a valid day");
        assert_eq!(day_start(Tz::Asia__Beirut, day), at("2024-03-30T22:00:00Z"));
    }

    #[test]
    fn months_have_their_own_lengths_and_reversed_ranges_are_empty() {
        let months = Periods::covering(Cut::Month, Tz::UTC, at("2023-12-31T00:00:00Z"), at("2024-02-01T00:00:00Z"));
        assert_eq!(
            (0..months.len()).map(|i| months.month_label(i)).collect::<Vec<_>>(),
            ["2023-12", "2024-01", "2024-02"]
        );
        assert!(
            Periods::covering(Cut::Day, Tz::UTC, at("2024-01-02T00:00:00Z"), at("2024-01-01T00:00:00Z")).is_empty()
        );
    }
}
