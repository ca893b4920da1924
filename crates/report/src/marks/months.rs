//! Months in parts: columns of layers that differ in lightness and pattern, named at the right in their order.

use super::scale::Scale;
use super::{at, line, picture, ruled, runs, text, text_over, unit};
use crate::content::StackedMonths;
use crate::markup::{cut, empty, escaped};
use crate::tokens::{EDGE, INK, INK_2, PARTS, SURFACE};

const WIDTH: f64 = 420.0;
const HEIGHT: f64 = 200.0;
const LEFT: f64 = 40.0;
/// Where parts are named.
const RIGHT: f64 = 300.0;
const TOP: f64 = 34.0;
const BOTTOM: f64 = 178.0;
const SWATCH: f64 = 10.0;
/// From stripe to stripe.
const STRIPE: f64 = 5.0;
const ROW: f64 = 14.0;
/// Letters of a part's name.
const NAME: usize = 16;
/// Letters of a total.
const TOTAL: usize = 14;
/// Width of the name of a month.
const MONTH: f64 = 48.0;
/// Width of a letter, about.
const LETTER: f64 = 5.8;

/// Money by month in parts, the largest at the bottom; what is negative hangs below 0.
pub fn stacked_months(stack: &StackedMonths) -> String {
    let layers = layers(stack);
    if layers.is_empty() {
        return picture(
            &stack.title,
            WIDTH,
            HEIGHT,
            &text(WIDTH / 2.0, HEIGHT / 2.0, "middle", INK_2, "Nothing in these months"),
        );
    }
    let ends = layers.iter().flat_map(|layer| [layer.from, layer.to]);
    let scale = Scale::around(ends.chain([0.0]), BOTTOM, TOP).with_round_ends();
    let names = (stack.parts.len() as f64 * ROW + TOP).max(HEIGHT);
    let step = (RIGHT - LEFT) / stack.months.len().max(1) as f64;
    let column = |layer: &Layer| {
        let (top, bottom) = (scale.place(layer.from.max(layer.to)), scale.place(layer.from.min(layer.to)));
        let x = LEFT + step * layer.month as f64 + step * 0.12;
        filled(layer.part, (x, top, step * 0.76, bottom - top))
    };
    let inside = [
        unit(LEFT, &stack.unit),
        ruled(&scale, LEFT, RIGHT),
        layers.iter().map(column).collect(),
        line((LEFT, scale.place(0.0)), (RIGHT, scale.place(0.0)), EDGE, ""),
        totals(stack, &layers, &scale, step),
        names_of_months(stack, step),
        names_of_parts(stack),
    ];
    let last = stack.months.last().zip(stack.totals.last());
    let says = last.map(|(month, total)| format!(", {total} in {month}")).unwrap_or_default();
    picture(&format!("{}{says}", stack.title), WIDTH, names, &inside.concat())
}

/// A part of a month, between two values.
struct Layer {
    month: usize,
    part: usize,
    from: f64,
    to: f64,
}

fn layers(stack: &StackedMonths) -> Vec<Layer> {
    let mut layers = Vec::new();
    for month in 0..stack.months.len() {
        let (mut above, mut below) = (0.0_f64, 0.0_f64);
        for (part, values) in stack.parts.iter().map(|part| &part.values).enumerate() {
            let value = values.get(month).copied().flatten().filter(|value| value.is_finite() && *value != 0.0);
            let Some(value) = value else { continue };
            let end = if value > 0.0 { &mut above } else { &mut below };
            let from = *end;
            *end = (from + value).clamp(f64::MIN, f64::MAX);
            layers.push(Layer { month, part, from, to: *end });
        }
    }
    layers
}

/// Every second part has stripes; from the seventh on lightness and pattern begin anew.
fn is_striped(part: usize) -> bool {
    part % 2 == 1
}

fn colour(part: usize) -> &'static str {
    PARTS[part % PARTS.len()]
}

/// The room of a part, with a line of the surface's colour around it.
fn filled(part: usize, (x, y, width, height): (f64, f64, f64, f64)) -> String {
    let places = [at(x), at(y), at(width), at(height)];
    let attributes = [
        ("x", &*places[0]),
        ("y", &places[1]),
        ("width", &places[2]),
        ("height", &places[3]),
        ("fill", colour(part)),
        ("stroke", SURFACE),
        ("stroke-width", "0.6"),
    ];
    let room = empty("rect", &attributes);
    if is_striped(part) { room + &stripes((x, y), (x + width, y + height)) } else { room }
}

/// Lines that rise from left to right, cut at the ends of a room. A pattern of SVG would be drawn as a picture of dots
/// on paper.
fn stripes(from: (f64, f64), to: (f64, f64)) -> String {
    let first = ((from.0 + from.1) / STRIPE).floor() as i64 + 1;
    let last = ((to.0 + to.1) / STRIPE).ceil() as i64 - 1;
    let stripe = |number: i64| {
        // On it the places of both axes have this sum.
        let sum = number as f64 * STRIPE;
        let (left, right) = ((sum - to.1).max(from.0), (sum - from.1).min(to.0));
        vec![(left, sum - left), (right, sum - right)]
    };
    runs(&(first..=last).map(stripe).collect::<Vec<_>>(), INK_2, "0.6", "")
}

/// Above the columns where all have room; else above the last alone.
fn totals(stack: &StackedMonths, layers: &[Layer], scale: &Scale, step: f64) -> String {
    let longest = stack.totals.iter().map(|total| total.chars().count()).max().unwrap_or_default();
    let all_fit = longest as f64 * LETTER <= step;
    let total = |(month, total): (usize, &String)| {
        let is_last = month + 1 == stack.months.len();
        if month >= stack.months.len() || !(all_fit || is_last) {
            return String::new();
        }
        let tops = layers.iter().filter(|layer| layer.month == month).map(|layer| layer.from.max(layer.to));
        let top = scale.place(tops.fold(0.0, f64::max));
        let middle = LEFT + step * (month as f64 + 0.5);
        let (x, anchor) = if all_fit { (middle, "middle") } else { (LEFT + step * (month as f64 + 0.88), "end") };
        text_over(x, top - 4.0, anchor, &cut(total, TOTAL))
    };
    stack.totals.iter().enumerate().map(total).collect()
}

/// From the last one backwards as many as there is room for.
fn names_of_months(stack: &StackedMonths, step: f64) -> String {
    let every = (MONTH / step).ceil().max(1.0) as usize;
    let last = stack.months.len().saturating_sub(1);
    let name = |(index, month): (usize, &String)| {
        let is_named = (last - index).is_multiple_of(every);
        let x = LEFT + step * (index as f64 + 0.5);
        if is_named { text(x, BOTTOM + 13.0, "middle", INK_2, month) } else { String::new() }
    };
    stack.months.iter().enumerate().map(name).collect()
}

/// In the order of the columns, the highest first.
fn names_of_parts(stack: &StackedMonths) -> String {
    let name = |(row, (part, named)): (usize, (usize, &crate::content::StackedPart))| {
        let y = TOP + ROW * row as f64;
        let words = text(RIGHT + 10.0 + SWATCH + 5.0, y + 9.0, "start", INK, &cut(&named.name, NAME));
        let full = format!("<title>{}</title>", escaped(&named.name));
        format!("<g>{full}{}{words}</g>", filled(part, (RIGHT + 10.0, y, SWATCH, SWATCH)))
    };
    stack.parts.iter().enumerate().rev().enumerate().map(name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stripes_end_where_their_room_does() {
        assert!(stripes((10.0, 10.0), (20.0, 13.0)).contains("d=\"M12.0 13.0L15.0 10.0M17.0 13.0L20.0 10.0\""));
        assert_eq!(stripes((11.0, 11.0), (12.0, 11.0)), "", "a room without height has none");
    }
}
