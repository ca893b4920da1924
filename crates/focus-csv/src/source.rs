//! `FocusSource`: the connector.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use glob::Pattern;
use model::records::Record;
use source::{Batch, Clock, Context, ErrorKind, Event, Expected, FullCrawl, Scope, Source, SourceError, Usage, Window};

use crate::bill_file;
use crate::cursor::Cursor;
use crate::job::{Import, Job, Outcome};
use crate::settings::Settings;

/// The bills in the FOCUS files of one pattern.
///
/// Everything or nothing: the months of all files are handed over in one batch, and none when a row cannot be used.
pub struct FocusSource {
    settings: Settings,
    clock: Arc<dyn Clock>,
    subject: String,
}

impl FocusSource {
    /// The files of a pattern, which are looked for at each run. No month counts as known later than the clock says.
    ///
    /// An error when the pattern is empty or none, or the folder's name is not UTF-8.
    pub fn new(mut settings: Settings, clock: Arc<dyn Clock>) -> Result<Self, SourceError> {
        let subject = format!("focus/{}", settings.pattern);
        let unusable = |why: &str| SourceError::new(ErrorKind::NotFound, format!("{subject}: {why}"));
        if settings.pattern.trim().is_empty() {
            return Err(unusable("the path is empty: name the files, for example `exports/*.csv.gz`"));
        }
        let whole = bill_file::whole_pattern(&settings).ok_or_else(|| {
            unusable("the folder that the path is relative to has a name that is not UTF-8: rename it")
        })?;
        if let Err(error) = Pattern::new(&whole) {
            return Err(unusable(&format!("the path is no pattern ({}): correct it", error.msg)));
        }
        settings.provider = settings.provider.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
        Ok(Self { settings, clock, subject })
    }

    /// Hands everything over at once.
    fn commit(&self, context: &Context<'_>, import: Import) -> Result<Usage, SourceError> {
        let Import { months, cursor, notes, files, rows } = import;
        let (lines, covered_to, subject) = (cursor.lines, cursor.covered_to, &self.subject);
        context.sink.commit(Batch {
            scope: Scope::CloudCosts,
            subject: subject.clone(),
            records: months.into_iter().map(|month| Record::CloudMonth(Box::new(month))).collect(),
            cursor: Some(cursor.write()),
            observed_at: covered_to,
            full_crawl: Some(FullCrawl { generation: context.generation, complete: false }),
        })?;
        for note in notes {
            context.progress.event(Event::Note(format!("{subject}: {note}")));
        }
        let label = self.label().to_owned();
        context.progress.event(Event::Page {
            scope: Scope::CloudCosts,
            subject: label,
            records: lines,
            expected: None,
        });
        tracing::info!(lines, rows, files, "{subject}: {rows} rows of {files} files make {lines} lines");
        Ok(Usage {
            records: lines,
            full: context.window.since.is_none(),
            covered_from: context.window.since,
            covered_to: Some(covered_to),
            ..Usage::default()
        })
    }
}

#[async_trait]
impl Source for FocusSource {
    fn scope(&self) -> Scope {
        Scope::CloudCosts
    }

    /// `focus/` and the pattern as configured.
    fn subject(&self) -> &str {
        &self.subject
    }

    /// The pattern as configured.
    fn label(&self) -> &str {
        &self.settings.pattern
    }

    /// As many lines as the last import made, 0 before the first one. Looks at no file, makes no call.
    fn expected(&self, _window: Window, cursor: Option<&str>) -> Expected {
        Expected { records: Cursor::read(cursor).map_or(0, |cursor| cursor.lines), ..Expected::default() }
    }

    async fn run(&self, context: &Context<'_>) -> Result<Usage, SourceError> {
        let cancel = context.cancel.child_token();
        // Should nobody wait any longer, the reading ends too.
        let _ends_reading = cancel.clone().drop_guard();
        let job = Job {
            settings: self.settings.clone(),
            window: context.window,
            cursor: Cursor::read(context.cursor.as_deref()),
            now: self.clock.now(),
            cancel,
        };
        let outcome = tokio::task::spawn_blocking(move || job.run())
            .await
            .map_err(|error| {
                let message = format!("{}: reading ended before its time; nothing of it was imported", self.subject);
                SourceError::new(ErrorKind::Incomplete, message).caused_by(error)
            })?
            .map_err(|fault| fault.of_source(&self.subject))?;
        match outcome {
            Outcome::Unchanged { files, covered_to } => {
                let note = format!("{}: unchanged since the last import (files: {files})", self.subject);
                context.progress.event(Event::Note(note));
                let (covered_from, covered_to) = (context.window.since, Some(covered_to));
                Ok(Usage { covered_from, covered_to, ..Usage::default() })
            }
            Outcome::Read(import) => self.commit(context, import),
        }
    }
}

impl fmt::Debug for FocusSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FocusSource").field("settings", &self.settings).finish_non_exhaustive()
    }
}
