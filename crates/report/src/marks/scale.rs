//! Scales: from values to places, and which values are written beside them.

/// How many steps there are at most from the lowest value to the highest; rounding the ends adds up to two.
const MOST_STEPS: f64 = 5.0;
/// Sizes from which an axis writes a letter in place of zeros.
const LETTERS: [(f64, &str); 3] = [(1e9, "G"), (1e6, "M"), (1e3, "K")];

/// A scale from values to places on the way from `bottom` to `top`.
pub(super) struct Scale {
    low: f64,
    high: f64,
    bottom: f64,
    top: f64,
    /// From rule to rule.
    step: f64,
}

impl Scale {
    /// Around all values that are numbers; around 0 to 1 without any.
    pub(super) fn around(values: impl Iterator<Item = f64>, bottom: f64, top: f64) -> Self {
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for value in values.filter(|value| value.is_finite()) {
            low = low.min(value);
            high = high.max(value);
        }
        if low > high {
            (low, high) = (0.0, 1.0);
        }
        if low >= high {
            let room = if low == 0.0 { 1.0 } else { low.abs() / 2.0 };
            low = (low - room).max(f64::MIN);
            high = (high + room).min(f64::MAX);
        }
        Self { low, high, bottom, top, step: step(low, high) }
    }

    /// With 0 in it, where the lowest value is nearer to 0 than to the highest.
    pub(super) fn with_near_zero(mut self) -> Self {
        if self.low > 0.0 && self.low < self.high / 2.0 {
            self.low = 0.0;
            self.step = step(self.low, self.high);
        }
        self
    }

    /// With ends at the rules around the values.
    pub(super) fn with_round_ends(mut self) -> Self {
        let low = (self.low / self.step).floor() * self.step;
        let high = (self.high / self.step).ceil() * self.step;
        if low.is_finite() && high.is_finite() && high > low {
            (self.low, self.high) = (low, high);
        }
        self
    }

    /// The place of a value; within the plot for any number.
    pub(super) fn place(&self, value: f64) -> f64 {
        // Halves, so that the difference of the two largest numbers is one.
        let spread = self.high / 2.0 - self.low / 2.0;
        let share = if spread > 0.0 { (value / 2.0 - self.low / 2.0) / spread } else { 0.5 };
        self.bottom + (self.top - self.bottom) * if share.is_nan() { 0.5 } else { share.clamp(0.0, 1.0) }
    }

    /// Round values from the lowest to the highest, with what is written beside them.
    pub(super) fn ticks(&self) -> Vec<(f64, String)> {
        // An end that was rounded is a rule, whatever its last digit.
        let first = (self.low / self.step - 1e-9).ceil();
        let ticks = (0..=MOST_STEPS as u32 + 2).map(|index| (first + f64::from(index)) * self.step);
        let within = ticks.filter(|tick| tick.is_finite() && *tick >= self.low && *tick <= self.high);
        within.map(|tick| (tick, label(tick, self.step, self.low.abs().max(self.high.abs())))).collect()
    }
}

/// The smallest of 1, 2, 5 times a power of ten of which so few reach from the lowest to the highest value.
fn step(low: f64, high: f64) -> f64 {
    let least = (high / MOST_STEPS - low / MOST_STEPS).max(f64::MIN_POSITIVE);
    // Read from its digits: a logarithm differs from machine to machine.
    let written = format!("{least:e}");
    let power = written.split_once('e').map_or("0", |(_, power)| power);
    let unit = format!("1e{power}").parse::<f64>().ok().filter(|size| size.is_normal()).unwrap_or(f64::MIN_POSITIVE);
    [1.0, 2.0, 5.0, 10.0].into_iter().map(|times| unit * times).find(|step| *step >= least).unwrap_or(least)
}

/// A value beside a rule, with no more digits than its step has, and the letter that suits the largest of all.
fn label(tick: f64, step: f64, largest: f64) -> String {
    let size = tick.abs();
    if size > 0.0 && !(1e-4..1e12).contains(&step) {
        return format!("{tick:.1e}").replace(".0e", "e").replacen('-', "−", usize::from(tick < 0.0));
    }
    let (unit, letter) =
        LETTERS.into_iter().find(|(from, _)| largest >= *from && step * 100.0 >= *from).unwrap_or((1.0, ""));
    let decimals = (0..6).find(|decimals| is_whole(step / unit, *decimals)).unwrap_or(6) as usize;
    let text = format!("{:.decimals$}{letter}", tick / unit);
    if size == 0.0 { "0".to_owned() } else { text.replace('-', "−") }
}

fn is_whole(value: f64, decimals: i32) -> bool {
    let scaled = (0..decimals).fold(value, |value, _| value * 10.0);
    scaled >= 0.5 && (scaled - scaled.round()).abs() < 1e-6 * scaled
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(values: &[f64]) -> Vec<String> {
        let scale = Scale::around(values.iter().copied(), 100.0, 0.0).with_near_zero().with_round_ends();
        scale.ticks().into_iter().map(|(_, label)| label).collect()
    }

    #[test]
    fn rules_are_at_round_values_around_the_data() {
        assert_eq!(labels(&[6.0, 48.0]), ["0", "10", "20", "30", "40", "50"]);
        assert_eq!(labels(&[0.943, 0.987]), ["0.94", "0.95", "0.96", "0.97", "0.98", "0.99"]);
        assert_eq!(labels(&[0.0, 23_000.0]), ["0", "5K", "10K", "15K", "20K", "25K"]);
        assert_eq!(labels(&[-1_200_000.0, 2_400_000.0]), ["−2M", "−1M", "0", "1M", "2M", "3M"]);
        assert_eq!(labels(&[0.0, 1_500.0]), ["0", "0.5K", "1.0K", "1.5K"]);
        assert_eq!(labels(&[]), ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"].map(|label| label.replace("0.0", "0")));
    }

    #[test]
    fn any_numbers_have_places_within_the_plot() {
        let sets: [&[f64]; 7] = [
            &[],
            &[5.0, 5.0],
            &[0.0],
            &[f64::MIN, f64::MAX],
            &[f64::MAX, f64::MAX],
            &[f64::MIN_POSITIVE, 5e-324],
            &[f64::NAN, f64::INFINITY],
        ];
        for values in sets {
            let scale = Scale::around(values.iter().copied(), 100.0, 0.0).with_near_zero().with_round_ends();
            for value in values.iter().chain(&[f64::NAN, f64::INFINITY, -1.0]) {
                let place = scale.place(*value);
                assert!((0.0..=100.0).contains(&place), "{value} of {values:?} is at {place}");
            }
            assert!(scale.ticks().len() <= 8, "{values:?}");
            for (_, label) in scale.ticks() {
                assert!(label.len() < 12 && !label.contains("inf") && !label.contains("NaN"), "{label} of {values:?}");
            }
        }
    }
}
