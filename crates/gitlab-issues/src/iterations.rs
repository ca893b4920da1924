//! Iterations (Premium and Ultimate): for which an issue was planned, by the events of that.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use gitlab_client::{Kept, Span};
use model::Instant;
use model::records::{FieldValue, IterationEvent, IterationKind};
use serde::{Deserialize, Serialize};
use source::Window;

use crate::convert::{Reading, Records, in_order, whole};
use crate::wire::{self, Change};

/// Name of the field of cards that holds the present iteration.
const FIELD: &str = "Iteration";

/// What is remembered between two imports: how far issues were read, and how far with their iterations.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Remembered {
    #[serde(flatten)]
    pub(crate) issues: Kept,
    /// Every change before this instant was read with its iterations. It stays where it is while they are not asked for,
    /// so that what changed meanwhile is read once they are again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) iterations: Option<Instant>,
}

impl Remembered {
    /// Reads a stored cursor. One that cannot be read counts as none.
    pub(crate) fn read(stored: Option<&str>) -> Self {
        stored.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
    }

    /// The form that is stored.
    pub(crate) fn write(&self) -> String {
        serde_json::to_string(self).expect("instants can always be written as JSON")
    }

    /// What to ask for. With iterations, what was read without them is asked for again.
    pub(crate) fn span(&self, window: Window, with_iterations: bool) -> Span {
        let watermark =
            if with_iterations { self.issues.watermark.min(self.iterations) } else { self.issues.watermark };
        Kept { watermark }.span(window)
    }

    /// What is remembered once everything up to `newest` was read.
    #[must_use]
    pub(crate) fn after(&self, newest: Option<Instant>, with_iterations: bool) -> Self {
        let iterations = if with_iterations { self.iterations.max(newest) } else { self.iterations };
        Self { issues: self.issues.after(newest), iterations }
    }

    /// Whether issues were read and none with its iterations.
    pub(crate) fn lacks_iterations(&self) -> bool {
        self.issues.watermark.is_some() && self.iterations.is_none()
    }
}

/// The iterations of an issue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Iterations {
    /// They were not asked for.
    NotAsked,
    /// Their events, each once or repeated, in any order.
    Told(Vec<wire::IterationEvent>),
    /// GitLab does not show them: why, where it was asked.
    Refused(Option<String>),
}

/// The projects that refuse to tell the iterations of their issues, and are not asked again.
#[derive(Debug, Default)]
pub(crate) struct Refusing(Mutex<BTreeSet<u64>>);

impl Refusing {
    pub(crate) fn add(&self, project: u64) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(project);
    }

    pub(crate) fn has(&self, project: u64) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).contains(&project)
    }
}

/// What an import was told of iterations.
#[derive(Debug, Default)]
pub(crate) struct Plans {
    /// Whether a project told them.
    pub(crate) are_told: bool,
    /// Why the first one that does not does not.
    pub(crate) refused: Option<String>,
    /// Events of iterations that are not told any more.
    pub(crate) gone: u64,
}

impl Plans {
    /// Adds the iterations of an issue, where they are told; `is_first`: it was not met before.
    pub(crate) fn add(&mut self, of: Records, told: Iterations, reading: &Reading<'_>, is_first: bool) -> Records {
        match told {
            Iterations::NotAsked => of,
            Iterations::Refused(why) => {
                self.refused = self.refused.take().or(why);
                of
            }
            Iterations::Told(events) => {
                self.are_told = true;
                let gone = events.iter().filter(|event| event.iteration.is_none()).count() as u64;
                self.gone += if is_first { gone } else { 0 };
                of.planned(&events, reading)
            }
        }
    }
}

impl Records {
    /// Adds what the events of its iterations tell, each once or repeated, in any order: for which the issue was planned,
    /// and on its cards the field `Iteration` with the one that it is in at the time of the import. Events of iterations
    /// that are not told any more leave what is stored.
    #[must_use]
    pub fn planned(mut self, events: &[wire::IterationEvent], reading: &Reading<'_>) -> Self {
        let in_order = in_order(events, |event| (event.created_at, event.id));
        self.issue.untold.iteration_events = in_order.iter().any(|event| event.iteration.is_none());
        let told: Vec<IterationEvent> = in_order.into_iter().filter_map(|event| record(event, reading.host)).collect();
        // Files tell whole seconds: of what an issue was put into within one, the last counts.
        let is_last = |place: usize| {
            let is_same = |later: &IterationEvent| later.at == told[place].at && later.kind == IterationKind::Added;
            told[place].kind != IterationKind::Added || !told[place + 1..].iter().any(is_same)
        };
        let events: Vec<IterationEvent> =
            (0..told.len()).filter(|place| is_last(*place)).map(|place| told[place].clone()).collect();
        if !self.issue.untold.iteration_events {
            let name = present(&events, reading.at).map(|event| event.iteration.clone());
            let fields: Vec<FieldValue> =
                name.into_iter().map(|value| FieldValue { name: FIELD.to_owned(), value }).collect();
            self.issue.items.iter_mut().for_each(|item| item.fields = Some(fields.clone()));
        }
        self.issue.iteration_events = Some(events);
        self
    }
}

fn record(event: &wire::IterationEvent, host: &str) -> Option<IterationEvent> {
    let kind = match event.action {
        Change::Add => IterationKind::Added,
        Change::Remove => IterationKind::Removed,
        Change::Other => return None,
    };
    let iteration = event.iteration.as_ref()?;
    let day = |day: &Option<String>| day.as_deref().filter(|day| is_day(day)).unwrap_or_default().to_owned();
    let (starts_on, due_on) = (day(&iteration.start_date), day(&iteration.due_date));
    Some(IterationEvent {
        kind,
        at: whole(event.created_at),
        iteration_id: format!("{host}/iteration/{}", iteration.id),
        iteration: name(iteration, &starts_on, &due_on),
        starts_on,
        due_on,
    })
}

/// Whether a text is a day such as `2026-03-02`.
fn is_day(text: &str) -> bool {
    text.len() == 10 && Instant::parse_date_or_rfc3339(text).is_some()
}

/// The title. Iterations of automatic cadences have none, and are called by their days.
fn name(iteration: &wire::Iteration, starts_on: &str, due_on: &str) -> String {
    let title = iteration.title.as_deref().map(str::trim).filter(|title| !title.is_empty());
    match (title, starts_on.is_empty() || due_on.is_empty()) {
        (Some(title), _) => title.to_owned(),
        (None, false) => format!("{starts_on} to {due_on}"),
        (None, true) => format!("iteration {}", iteration.id),
    }
}

/// The iteration that an issue is in at an instant, by the event that put it there.
fn present(events: &[IterationEvent], at: Instant) -> Option<&IterationEvent> {
    let happened = events.iter().filter(|event| event.at <= whole(at));
    happened.fold(None, |present: Option<&IterationEvent>, event| match event.kind {
        IterationKind::Added => Some(event),
        IterationKind::Removed => present.filter(|present| present.iteration_id != event.iteration_id),
    })
}
