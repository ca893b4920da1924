//! Messages about unknown parameters and values.

use axum::http::StatusCode;
use metrics_core::catalogue::Filter;
use metrics_core::selection::Known;

use crate::problem::Problem;

/// At most this many valid values are listed.
const LISTED: usize = 50;
/// Longer values are cut where they are quoted.
const QUOTED_LETTERS: usize = 80;

/// A client's text, short enough to be repeated.
pub(crate) fn quoted(text: &str) -> String {
    let short: String = text.chars().take(QUOTED_LETTERS).collect();
    if short.len() < text.len() { format!("{short:?}…") } else { format!("{short:?}") }
}

pub(crate) fn unknown_parameter(name: &str, valid: &[&str]) -> Problem {
    refusal(format!("{} is no parameter here", quoted(name)), name, name, valid)
}

/// The value of a parameter that may be given once.
pub(crate) fn one_of<'a>(pairs: &'a [(String, String)], name: &str) -> Result<Option<&'a str>, Problem> {
    let mut values = pairs.iter().filter(|(known, _)| known == name).map(|(_, value)| value.trim());
    let value = values.next();
    if values.next().is_some() {
        let detail = format!("{name} may be given once");
        return Err(Problem::new(StatusCode::BAD_REQUEST, detail).with("parameter", name));
    }
    Ok(value)
}

/// One of a few words.
pub(crate) fn choice<'a>(value: Option<&'a str>, name: &str, valid: &[&str]) -> Result<Option<&'a str>, Problem> {
    match value {
        Some(value) if !valid.contains(&value) => {
            Err(refusal(format!("{name} cannot be {}", quoted(value)), name, value, valid))
        }
        value => Ok(value),
    }
}

pub(crate) fn unknown_name(filter: Filter, value: &str, known: &Known) -> Problem {
    let name = super::parameter(filter);
    let valid: Vec<&str> = match filter {
        Filter::Project => known.boards.iter().map(|board| board.id.as_str()).collect(),
        Filter::Repository => known.repositories.iter().map(String::as_str).collect(),
        Filter::Team => known.teams.iter().map(String::as_str).collect(),
        Filter::Service => known.services.iter().map(String::as_str).collect(),
        Filter::Type => known.types.iter().map(String::as_str).collect(),
        Filter::Bots => vec!["exclude", "include"],
        Filter::Branches => super::BRANCHES.to_vec(),
    };
    refusal(format!("no {name} is called {}", quoted(value)), name, value, &valid)
}

fn refusal(what: String, parameter: &str, given: &str, valid: &[&str]) -> Problem {
    let mut detail = what;
    if let Some(nearest) = nearest(given, valid) {
        detail.push_str("; did you mean ");
        detail.push_str(nearest);
        detail.push('?');
    } else {
        detail.push('.');
    }
    let listed = &valid[..valid.len().min(LISTED)];
    if listed.is_empty() {
        detail.push_str(" There are none");
    } else {
        detail.push_str(" Valid are ");
        detail.push_str(&listed.join(", "));
    }
    if valid.len() > LISTED {
        let more = format!(" and {} more", valid.len() - LISTED);
        detail.push_str(&more);
    }
    let parameter: String = parameter.chars().take(QUOTED_LETTERS).collect();
    Problem::new(StatusCode::BAD_REQUEST, detail).with("parameter", parameter).with("valid", listed.to_vec())
}

/// The valid word that looks most like the given one, where any does.
fn nearest<'a>(given: &str, valid: &[&'a str]) -> Option<&'a str> {
    let short: String = given.to_lowercase().chars().take(QUOTED_LETTERS).collect();
    let likeness = |word: &str| strsim::jaro_winkler(&short, &word.to_lowercase());
    let nearest = valid.iter().max_by(|one, other| likeness(one).total_cmp(&likeness(other)))?;
    (likeness(nearest) > 0.8).then_some(*nearest)
}
