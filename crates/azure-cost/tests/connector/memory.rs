//! A sink in memory, a listener, and a clock on which waiting takes no time.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use async_trait::async_trait;
use model::records::{CloudMonth, Record};
use model::{Instant, Month};
use source::{Batch, Clock, Event, FullCrawl, Progress, Sink, SinkError};

/// Keeps the months, and the last cursor.
#[derive(Default)]
pub(crate) struct Memory {
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    months: BTreeMap<(String, Month), CloudMonth>,
    cursor: Option<String>,
    batches: Vec<Batch>,
    commits_left: Option<usize>,
}

impl Memory {
    /// From now on takes so many more batches, then fails.
    pub(crate) fn fail_after(&self, commits: Option<usize>) {
        self.kept.lock().unwrap().commits_left = commits;
    }

    pub(crate) fn months(&self) -> Vec<CloudMonth> {
        self.kept.lock().unwrap().months.values().cloned().collect()
    }

    /// The lines of a month as `service category currency gross credits`.
    pub(crate) fn lines(&self, month: &str) -> Vec<String> {
        let month = Month::parse(month).unwrap();
        let months = self.months();
        let known = months.iter().find(|known| known.month == month).unwrap_or_else(|| panic!("{month} was not read"));
        let line = |line: &model::records::CloudCost| {
            let category = line.charge_category.name();
            format!("{} {category} {} {} {}", line.service, line.currency, line.gross, line.credits)
        };
        known.lines.iter().map(line).collect()
    }

    pub(crate) fn cursor(&self) -> Option<String> {
        self.kept.lock().unwrap().cursor.clone()
    }

    pub(crate) fn crawls(&self) -> Vec<Option<FullCrawl>> {
        self.kept.lock().unwrap().batches.iter().map(|batch| batch.full_crawl).collect()
    }
}

impl Sink for Memory {
    fn commit(&self, batch: Batch) -> Result<(), SinkError> {
        let mut kept = self.kept.lock().unwrap();
        match &mut kept.commits_left {
            Some(0) => return Err(SinkError { message: "the disk is full".to_owned(), source: None }),
            Some(left) => *left -= 1,
            None => {}
        }
        for record in &batch.records {
            let Record::CloudMonth(known) = record else { panic!("not a month: {record:?}") };
            kept.months.insert((known.account.clone(), known.month), (**known).clone());
        }
        kept.cursor = batch.cursor.clone().or(kept.cursor.take());
        kept.batches.push(batch);
        Ok(())
    }

    fn unseen_items(&self, _subject: &str, _generation: i64) -> Result<Vec<String>, SinkError> {
        Ok(Vec::new())
    }
}

/// Keeps what was told.
#[derive(Default)]
pub(crate) struct Told(Mutex<Vec<Event>>);

impl Told {
    pub(crate) fn events(&self) -> Vec<Event> {
        self.0.lock().unwrap().clone()
    }

    /// Seconds of every wait, in order.
    pub(crate) fn waits(&self) -> Vec<u64> {
        let seconds = |event: &Event| if let Event::Waiting { seconds, .. } = event { Some(*seconds) } else { None };
        self.events().iter().filter_map(seconds).collect()
    }

    pub(crate) fn notes(&self) -> Vec<String> {
        let note = |event| if let Event::Note(note) = event { Some(note) } else { None };
        self.events().into_iter().filter_map(note).collect()
    }
}

impl Progress for Told {
    fn event(&self, event: Event) {
        self.0.lock().unwrap().push(event);
    }
}

/// A clock that stands still until somebody sleeps.
pub(crate) struct TestClock {
    start: Instant,
    now: Mutex<Instant>,
}

impl TestClock {
    pub(crate) fn at(start: Instant) -> Self {
        Self { start, now: Mutex::new(start) }
    }

    pub(crate) fn elapsed(&self) -> Duration {
        Duration::from_micros(u64::try_from(self.now().micros() - self.start.micros()).unwrap())
    }
}

#[async_trait]
impl Clock for TestClock {
    fn now(&self) -> Instant {
        *self.now.lock().unwrap()
    }

    async fn sleep_until(&self, at: Instant) {
        {
            let mut now = self.now.lock().unwrap();
            *now = (*now).max(at);
        }
        tokio::task::yield_now().await;
    }
}
