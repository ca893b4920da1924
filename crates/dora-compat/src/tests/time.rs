use model::Instant;

use crate::time::{Moment, window_start};

fn moment(text: &str) -> Moment {
    Moment::read(text).unwrap_or_else(|| panic!("{text} is a time"))
}

fn week(day: &str) -> String {
    moment(&format!("{day}T12:00:00Z")).week().to_string()
}

#[test]
fn weeks_begin_on_mondays_and_years_with_them_in_week_0() {
    for (day, expected) in [
        ("2024-01-01", "2024-W01"),
        ("2024-12-30", "2024-W53"),
        ("2024-12-31", "2024-W53"),
        ("2025-01-01", "2025-W00"),
        ("2025-01-05", "2025-W00"),
        ("2025-01-06", "2025-W01"),
        ("2026-01-01", "2026-W00"),
        ("2018-12-31", "2018-W53"),
    ] {
        assert_eq!(week(day), expected, "{day}");
    }
}

/// Day by day from a day whose weekday is known, with nothing but the lengths of months.
#[test]
fn weeks_of_every_day_from_2000_to_2039_count_its_mondays() {
    let lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    // 2000-01-01 was a Saturday.
    let mut weekday = 6;
    let mut days = 0;
    for year in 2000..2040 {
        let mut mondays = 0;
        for (month, length) in lengths.iter().enumerate() {
            let leap = month == 1 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
            for day in 1..=length + i32::from(leap) {
                mondays += i32::from(weekday == 1);
                let date = format!("{year}-{:02}-{day:02}", month + 1);
                for time in ["00:00:00", "23:59:59"] {
                    let moment = moment(&format!("{date}T{time}Z"));
                    assert_eq!(moment.week().to_string(), format!("{year}-W{mondays:02}"), "{date}");
                    assert_eq!(i32::from(moment.weekday()), weekday, "{date}");
                }
                weekday = (weekday + 1) % 7;
                days += 1;
            }
        }
    }
    assert_eq!(days, 14_610);
}

#[test]
fn times_have_offsets_and_fractions_or_none() {
    let at = moment("2026-01-02T03:04:05Z");
    for text in [
        "2026-01-02T03:04:05",
        "2026-01-02 03:04:05",
        "2026-01-02T03:04:05+00:00",
        "2026-01-02T05:04:05+02:00",
        "2026-01-01T22:34:05-04:30",
        "2026-01-02T03:04:05.0004Z",
    ] {
        assert_eq!(moment(text), at, "{text}");
    }
    assert!(moment("2026-01-02T03:04:05.0005Z") > at);
    assert!(moment("2026-01-02T03:04:04.9994Z") < at);
    assert_eq!(moment("2026-01-02T03:04:04.9996Z"), at);
    assert_eq!(moment("2026-01-02"), moment("2026-01-02T00:00"));
}

#[test]
fn what_is_no_time_has_no_week() {
    for text in [
        "",
        "soon",
        "2026",
        "2026-1-2",
        "2026-13-01",
        "2026-01-32",
        "2026-01-02T",
        "2026-01-02T3:04",
        "2026-01-02X03:04",
        "2026-01-02T25:00",
        "2026-01-02T03:60",
        "2026-01-02T03:04:05.Z",
        "2026-01-02T03:04:05+2",
        "2026-01-02T03:04:05é",
        "ä026-01-02T03:04:05Z",
    ] {
        assert_eq!(Moment::read(text), None, "{text}");
    }
}

#[test]
fn a_window_begins_so_many_weeks_before_now_to_the_microsecond() {
    for (now, weeks, expected) in [
        ("2026-09-01T10:00:00.123456Z", 4, "2026-08-04T10:00:00.123456+00:00"),
        ("2026-09-01T10:00:00Z", 4, "2026-08-04T10:00:00+00:00"),
        ("2026-09-01T10:00:00.000001Z", 0, "2026-09-01T10:00:00.000001+00:00"),
    ] {
        let now = Instant::parse_rfc3339(now).expect("an instant");
        assert_eq!(window_start(now, weeks), expected);
    }
}

#[test]
fn the_first_and_the_last_day_of_every_year_are_in_it() {
    for year in 0..10_000 {
        let of_year = format!("{year:04}-W");
        for day in ["01-01", "12-31"] {
            let week = week(&format!("{year:04}-{day}"));
            assert!(week.starts_with(&of_year), "{year:04}-{day}: {week}");
        }
    }
}
