//! The small line of a row: values without an axis, the last one marked.

use super::{at, picture, runs};
use crate::markup::empty;
use crate::tokens::{ACCENT, INK_2};

use super::scale::Scale;

const WIDTH: f64 = 96.0;
const HEIGHT: f64 = 20.0;
/// Room for the mark at the end.
const MARGIN: f64 = 3.0;

/// A small line of values, oldest first, broken where there is none; `name` says what it shows.
pub fn sparkline(values: &[Option<f64>], name: &str) -> String {
    let number = |value: &Option<f64>| value.filter(|value| value.is_finite());
    let scale = Scale::around(values.iter().filter_map(number), HEIGHT - MARGIN, MARGIN);
    let step = (WIDTH - 2.0 * MARGIN) / (values.len().saturating_sub(1).max(1)) as f64;
    let place = |index: usize, value: f64| (MARGIN + step * index as f64, scale.place(value));
    let mut lines: Vec<Vec<(f64, f64)>> = vec![Vec::new()];
    for (index, value) in values.iter().enumerate() {
        match (number(value), lines.last_mut()) {
            (Some(value), Some(line)) => line.push(place(index, value)),
            _ => lines.push(Vec::new()),
        }
    }
    // What stands alone between two gaps would be a line without length.
    let alone = lines.iter().filter(|line| line.len() == 1).map(|line| dot(line[0], "1.2", INK_2));
    let alone: String = alone.collect();
    lines.retain(|line| line.len() > 1);
    let last = values.last().and_then(number);
    let mark = last.map(|value| dot(place(values.len() - 1, value), "2.2", ACCENT)).unwrap_or_default();
    picture(name, WIDTH, HEIGHT, &(runs(&lines, INK_2, "1.2", "") + &alone + &mark))
}

fn dot((x, y): (f64, f64), radius: &str, colour: &str) -> String {
    empty("circle", &[("cx", &*at(x)), ("cy", &at(y)), ("r", radius), ("fill", colour)])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(svg: &str) -> usize {
        svg.matches('M').count()
    }

    #[test]
    fn a_month_without_a_value_is_a_gap() {
        let svg = sparkline(&[Some(1.0), Some(2.0), None, Some(3.0), Some(1.0)], "Lead time");
        assert_eq!(paths(&svg), 2);
        assert!(svg.contains("<title>Lead time</title>") && svg.contains("role=\"img\""));
        assert_eq!(svg.matches("<circle").count(), 1, "the last value is marked");
    }

    #[test]
    fn nothing_and_one_value_and_all_equal_are_drawn() {
        assert_eq!(paths(&sparkline(&[], "")), 0);
        assert_eq!(sparkline(&[None, None], "").matches("<circle").count(), 0);
        let one = sparkline(&[None, Some(4.0), None], "");
        assert_eq!((paths(&one), one.matches("<circle").count()), (0, 1));
        let level = sparkline(&[Some(4.0), Some(4.0)], "");
        assert!(level.contains("M3.0 10.0L93.0 10.0"), "{level}");
    }

    #[test]
    fn what_is_no_number_is_no_value() {
        let svg = sparkline(&[Some(f64::NAN), Some(f64::INFINITY), Some(f64::MAX), Some(f64::MIN)], "Spend");
        assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
    }
}
