//! Progress: a bar on a terminal, plain lines elsewhere.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

use command_line::{one_line, report};
use indicatif::{ProgressBar, ProgressStyle};
use model::Instant;
use source::{Event, Progress, Scope};

/// Shows what a run does, on standard error.
pub(crate) struct Reporter {
    bar: ProgressBar,
    /// Records so far of each source, for the bar's total.
    records: Mutex<HashMap<(Scope, String), u64>>,
    /// The last waiting that was told, so that tasks that wait together say it once.
    waiting: Mutex<Option<Instant>>,
    /// Parts of sources that were refused.
    refused: Mutex<Vec<String>>,
}

impl Reporter {
    pub(crate) fn new() -> Self {
        let bar = ProgressBar::no_length();
        bar.set_style(
            ProgressStyle::with_template("{spinner} {bar:30} {pos}/{len} records · {msg}")
                .expect("the template is valid")
                .progress_chars("█▌ "),
        );
        Self { bar, records: Mutex::default(), waiting: Mutex::default(), refused: Mutex::default() }
    }

    /// Begins the bar with the number of records expected.
    pub(crate) fn begin(&self, expected_records: u64) {
        self.bar.set_length(expected_records);
        self.bar.enable_steady_tick(Duration::from_millis(200));
    }

    /// A line of its own, above the bar.
    pub(crate) fn line(&self, text: &str) {
        self.bar.suspend(|| report!("{text}"));
    }

    /// The parts of sources that were refused until now, each once.
    pub(crate) fn take_refused(&self) -> Vec<String> {
        std::mem::take(&mut *self.refused.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
    }

    /// Takes the bar away.
    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }

    fn is_plain(&self) -> bool {
        self.bar.is_hidden()
    }
}

impl Progress for Reporter {
    fn event(&self, event: Event) {
        match event {
            Event::Page { scope, subject, records, expected } => {
                let title = format!("{} of {subject}", scope.name());
                let mut known = self.records.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                let before = known.insert((scope, subject), records);
                if !self.is_plain() {
                    self.bar.set_position(known.values().sum());
                    self.bar.set_message(one_line(&title));
                } else if before != Some(records) {
                    let of = expected.map_or_else(String::new, |total| format!(" of {total}"));
                    self.line(&format!("{title}: {records}{of}"));
                }
            }
            Event::Waiting { until, seconds, reason } => {
                let mut told = self.waiting.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                if told.is_none_or(|last| until > last) {
                    *told = Some(until);
                    self.line(&format!("waiting {seconds} s, until {}: {reason}", until.to_rfc3339_seconds()));
                }
            }
            Event::Retrying { attempt, reason } => self.line(&format!("trying again (try {attempt}): {reason}")),
            Event::PageSize { scope, size } => self.line(&format!("pages of {} now hold {size}", scope.name())),
            Event::Note(text) => self.line(&format!("note: {text}")),
            Event::Refused(text) => {
                self.line(&format!("failed: {text}"));
                self.refused.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(text);
            }
            other => self.line(&format!("{other:?}")),
        }
    }
}
