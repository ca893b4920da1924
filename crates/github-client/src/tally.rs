//! The books of one import: what it has used, what did not come, and what it has handed over.

use model::Instant;
use source::{Batch, Context, Event, SourceError, Usage};

use crate::Reply;
use crate::faults::Faults;
use crate::following::Following;

/// What one import has used, missed and handed over so far.
pub struct Tally<'a> {
    pub(crate) context: &'a Context<'a>,
    /// The time of the import.
    pub at: Instant,
    /// What was used and covered.
    pub usage: Usage,
    /// What did not come.
    pub faults: Faults,
    /// The list that is read; of unknown length, unless set.
    pub following: Following,
    /// How many records were told of.
    told: u64,
}

/// Records that are handed over in small parts before they are told of.
const UNTOLD: u64 = 100;

impl<'a> Tally<'a> {
    /// Nothing yet, in an import that is dated `at`: all that it reads is.
    pub fn new(context: &'a Context<'a>, at: Instant) -> Self {
        let usage = Usage { covered_to: Some(at), ..Usage::default() };
        Self { context, at, usage, faults: Faults::default(), following: Following::unknown(), told: 0 }
    }

    /// Counts what an answer took.
    pub fn count<T>(&mut self, reply: &Reply<T>) {
        self.usage.calls += reply.calls;
        self.usage.points += reply.cost;
    }

    /// Hands a page over and tells how many records there are by now. `label` is how people call the subject.
    ///
    /// Once something is missing, the stored cursor stays in front of it.
    pub fn commit(&mut self, batch: Batch, label: &str, expected: Option<u64>) -> Result<(), SourceError> {
        self.usage.records += batch.records.len() as u64;
        self.told = self.usage.records;
        let batch = self.in_front_of_faults(batch);
        self.context.hand_over(batch, label, self.usage.records, expected)
    }

    /// The same of the few records of a call for a single thing: they are told of a hundred at a time, or with the next page.
    pub fn commit_few(&mut self, batch: Batch, label: &str) -> Result<(), SourceError> {
        if self.usage.records + batch.records.len() as u64 >= self.told + UNTOLD {
            return self.commit(batch, label, None);
        }
        self.usage.records += batch.records.len() as u64;
        self.context.sink.commit(self.in_front_of_faults(batch))?;
        Ok(())
    }

    fn in_front_of_faults(&self, batch: Batch) -> Batch {
        let cursor = batch.cursor.filter(|_| !self.faults.any());
        Batch { cursor, ..batch }
    }

    /// Says what was left out of `what`: how many, and in which words.
    pub fn note(&self, what: &str, left_out: &[(u64, &str)]) {
        for (count, text) in left_out.iter().filter(|(count, _)| *count > 0) {
            self.context.progress.event(Event::Note(format!("{what}: {count} {text}")));
        }
    }

    /// What was used; an error when something of `what` is missing.
    pub fn into_result(self, what: &str) -> Result<Usage, SourceError> {
        let Usage { records, calls, points, .. } = self.usage;
        tracing::info!(records, calls, points, "{what}: {records} in {calls} calls for {points} points");
        self.faults.into_result(what)?;
        Ok(self.usage)
    }
}
