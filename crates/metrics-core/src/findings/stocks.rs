//! `stocks_totals_week` in words.

use model::table::Table;

use super::rows::{against, count, counted, is_complete, week};

const WEEKS_BACK: usize = 13;
const WHEN: &str = "13 weeks before";
/// Steps in words, with the names of their columns and their own.
pub(super) const STEPS: [(&str, &str, &str); 6] = [
    ("backlog", "in_backlogs", "backlog"),
    ("ready", "in_ready", "ready"),
    ("dev", "in_dev", "dev"),
    ("review", "in_review", "review"),
    ("QA", "in_qa", "qa"),
    ("waiting for production", "waiting_to_prod", "waiting_to_prod"),
];

/// Open issues and bugs at the end of the last complete week, over all boards, and what holds most more than 13 weeks
/// before.
pub(super) fn sentences(totals: &Table) -> Vec<String> {
    let Some(last) = (0..totals.height()).rev().find(|row| is_complete(totals, *row)) else {
        return vec!["There is no complete week yet.".to_owned()];
    };
    let before = last.checked_sub(WEEKS_BACK);
    let of = |week: usize, column: &str| count(totals, week, column);
    let compared =
        |column: &str| before.map(|week| against(of(last, column), of(week, column), WHEN)).unwrap_or_default();
    let (issues, bugs) = (of(last, "open"), of(last, "opened_bugs"));
    let mut sentences = vec![format!(
        "At the end of {}, the last complete week, {} {} open on boards{}.",
        week(totals, last),
        counted(issues, "issue"),
        if issues == 1 { "was" } else { "were" },
        compared("open")
    )];
    if let Some(before) = before {
        sentences.push(differs_most(|column| (of(before, column), of(last, column))));
    }
    let of_these = match bugs {
        0 => "None of these is a bug".to_owned(),
        1 => "1 of these is a bug".to_owned(),
        bugs => format!("{bugs} of these are bugs"),
    };
    sentences.push(format!("{of_these}{}.", compared("opened_bugs")));
    sentences
}

/// The step that holds most more than then; of equal ones the first. Only numbers: whether that is a change of the
/// process its net flow says.
fn differs_most(of_step: impl Fn(&str) -> (i64, i64)) -> String {
    let grown = STEPS.iter().map(|(step, column, _)| (step, of_step(column))).rev();
    match grown.max_by_key(|(_, (before, now))| now - before) {
        Some((step, (before, now))) if now > before => {
            format!("The largest difference is in {step}: {before} then, {now} now.")
        }
        _ => "No step holds more than then.".to_owned(),
    }
}
