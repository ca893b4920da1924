use proptest::prelude::*;

use crate::statistics::{mean, median, p90, percent_half_up, round1};
use crate::time::Moment;

#[test]
fn one_decimal_of_a_double_is_that_of_its_exact_value() {
    let written = |value: f64| format!("{:?}", round1(value));
    for (value, expected) in [
        (0.25, "0.2"),
        (0.75, "0.8"),
        (0.35, "0.3"),
        (6.25, "6.2"),
        (7.75, "7.8"),
        (18.75, "18.8"),
        (-0.05, "-0.1"),
        (-0.04, "-0.0"),
        (2.45, "2.5"),
        (0.15, "0.1"),
        (20.0, "20.0"),
    ] {
        assert_eq!(written(value), expected, "{value}");
    }
}

#[test]
fn shares_are_rounded_half_up() {
    for (part, whole, expected) in [(1, 16, 6.3), (3, 16, 18.8), (1, 80, 1.3), (3, 400, 0.8), (1, 3, 33.3), (0, 7, 0.0)]
    {
        assert_eq!(percent_half_up(part, whole).to_bits(), f64::to_bits(expected), "{part} of {whole}");
    }
}

#[test]
fn nothing_has_no_mean_no_middle_and_no_end() {
    assert_eq!((mean(&[]), median(&[]), p90(&[])), (None, None, None));
}

#[test]
fn p90_is_the_tenth_of_ten_and_the_only_one_of_one() {
    let values: Vec<f64> = (1..=30).map(f64::from).collect();
    for (count, expected) in [(1, 1.0), (2, 2.0), (9, 9.0), (10, 10.0), (11, 10.0), (20, 19.0), (30, 28.0)] {
        assert_eq!(p90(&values[..count]), Some(expected), "{count}");
    }
}

fn hours() -> impl Strategy<Value = f64> {
    let text = (0..10_000_i64, 1..13_u8, 1..29_u8, 0..24_u8, 0..60_u8, 0..60_u8, 0..1000_u16);
    let text = text.prop_map(|(year, month, day, hour, minute, second, milli)| {
        format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milli:03}Z")
    });
    // Pull requests last hours, and sometimes ages.
    (text.clone(), text, proptest::option::of(-9_000_000..900_000_000_i64)).prop_map(|(start, end, millis)| {
        let start = Moment::read(&start).expect("a time");
        let end = millis.map_or_else(|| Moment::read(&end).expect("a time"), |millis| start.after(millis));
        start.hours_to(end)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// No other double is nearer to the exact mean, and of two as near it is the even one.
    #[test]
    fn a_mean_is_the_double_nearest_to_the_exact_one(hours in proptest::collection::vec(hours(), 1..40)) {
        let exact = |value: f64| {
            let scaled = value * 2_f64.powi(60);
            prop_assert!(scaled.fract().abs() < f64::MIN_POSITIVE);
            prop_assert!(scaled.abs() < 2_f64.powi(100));
            Ok(scaled as i128)
        };
        let mut sum = 0;
        for value in &hours {
            sum += exact(*value)?;
        }
        let found = mean(&hours).expect("there are hours");
        let distance = |mean: f64| Ok::<_, TestCaseError>((exact(mean)? * hours.len() as i128 - sum).abs());
        if found.abs() > 1.0 {
            for neighbour in [found.next_up(), found.next_down()] {
                let (ours, theirs) = (distance(found)?, distance(neighbour)?);
                prop_assert!(ours < theirs || ours == theirs && found.to_bits() & 1 == 0);
            }
        }
    }
}
