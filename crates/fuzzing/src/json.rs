//! Changes of JSON that leave it JSON, and a few that do not.

use serde_json::{Value, json};

use crate::edit::{EDGES, Numbers, Stock};

/// A change of one value.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Change {
    Remove,
    Replace,
    ReplaceByText,
    Repeat,
    RepeatOften,
    TakeAnother,
    Rename,
    Nest,
    TwiceTheKey,
}

pub(crate) const CHANGES: [Change; 9] = [
    Change::Remove,
    Change::Replace,
    Change::ReplaceByText,
    Change::Repeat,
    Change::RepeatOften,
    Change::TakeAnother,
    Change::Rename,
    Change::Nest,
    Change::TwiceTheKey,
];

/// The text before the JSON, and the JSON.
fn parts(text: &[u8]) -> Option<(&[u8], Value)> {
    if let Ok(value) = serde_json::from_slice(text) {
        return Some((&[], value));
    }
    let line = text.iter().position(|byte| *byte == b'\n')? + 1;
    serde_json::from_slice(&text[line..]).ok().map(|value| (&text[..line], value))
}

/// What is no JSON stays as it is.
pub(crate) fn changed(text: &[u8], change: Change, numbers: Numbers, stock: &Stock<'_>) -> Vec<u8> {
    let Some((before, mut value)) = parts(text) else { return text.to_vec() };
    if matches!(change, Change::TwiceTheKey) {
        let written = value.to_string();
        let Some(at) = written.find(['{']) else { return text.to_vec() };
        let key = written[at + 1..].split(':').next().unwrap_or_default();
        let twice = format!("{}{key}:{},{}", &written[..=at], odd(numbers.with), &written[at + 1..]);
        return [before, twice.as_bytes()].concat();
    }
    let mut paths = Vec::new();
    walk(&value, &mut Vec::new(), &mut paths);
    let path = &paths[numbers.at % paths.len()];
    let other = &paths[numbers.with % paths.len()];
    apply(&mut value, path, other, change, numbers, stock);
    [before, value.to_string().as_bytes()].concat()
}

/// A step to a part of a value.
#[derive(Clone, Debug)]
enum Step {
    Key(String),
    Place(usize),
}

/// The ways to all parts, the whole first.
fn walk(value: &Value, path: &mut Vec<Step>, found: &mut Vec<Vec<Step>>) {
    found.push(path.clone());
    let mut enter = |step: Step, part: &Value| {
        path.push(step);
        walk(part, path, found);
        path.pop();
    };
    match value {
        Value::Object(fields) => fields.iter().for_each(|(key, part)| enter(Step::Key(key.clone()), part)),
        Value::Array(list) => list.iter().enumerate().for_each(|(place, part)| enter(Step::Place(place), part)),
        _ => {}
    }
}

fn at<'a>(value: &'a mut Value, path: &[Step]) -> &'a mut Value {
    path.iter().fold(value, |value, step| match step {
        Step::Key(key) => &mut value[key.as_str()],
        Step::Place(place) => &mut value[*place],
    })
}

fn apply(value: &mut Value, path: &[Step], other: &[Step], change: Change, numbers: Numbers, stock: &Stock<'_>) {
    let another = at(value, other).clone();
    let Some((last, owner)) = path.split_last() else {
        *value = odd(numbers.with);
        return;
    };
    match (change, last) {
        (Change::Replace, _) => *at(value, path) = odd(numbers.with),
        (Change::ReplaceByText, _) => *at(value, path) = stock.word(numbers.with).into(),
        (Change::TakeAnother, _) => *at(value, path) = another,
        (Change::Nest, _) => {
            let inner = at(value, path).take();
            *at(value, path) = (0..=numbers.with % 150).fold(inner, |inner, _| json!([inner]));
        }
        (Change::Remove, Step::Key(key)) => drop(at(value, owner).as_object_mut().and_then(|known| known.remove(key))),
        (Change::Rename | Change::Repeat | Change::RepeatOften, Step::Key(key)) => {
            if let Some(fields) = at(value, owner).as_object_mut() {
                let part = fields.remove(key).unwrap_or_default();
                fields.insert(format!("{key}{}", stock.word(numbers.with)), part);
            }
        }
        (Change::Remove, Step::Place(place)) => {
            drop(at(value, owner).as_array_mut().map(|list| list.remove(*place)));
        }
        (_, Step::Place(place)) => {
            let times = if matches!(change, Change::RepeatOften) { numbers.with % 200 } else { 1 };
            if let Some(list) = at(value, owner).as_array_mut() {
                let part = list[*place].clone();
                list.splice(place..place, std::iter::repeat_n(part, times));
            }
        }
        (Change::TwiceTheKey, _) => {}
    }
}

/// A value that stands where another kind of value is expected, or at the edge of its kind.
fn odd(number: usize) -> Value {
    let values = [
        Value::Null,
        json!(true),
        json!(0),
        json!(-1),
        json!(1),
        json!(2_147_483_648_u64),
        json!(i64::MIN),
        json!(i64::MAX),
        json!(u64::MAX),
        json!(1e308),
        json!(0.5),
        json!(""),
        json!([]),
        json!({}),
        json!([null]),
        json!("x".repeat(70_000)),
        json!("\u{0}\n\r\"\\,;\u{202e}"),
    ];
    let number = number % (values.len() + EDGES.len());
    values.get(number).cloned().unwrap_or_else(|| EDGES[number - values.len()].into())
}
