//! A sink in memory, a listener, and a clock on which waiting takes no time.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use model::records::{CloudMonth, Record};
use model::{Amount, Instant};
use source::{Batch, Clock, Event, Progress, Sink, SinkError};
use tokio_util::sync::CancellationToken;

/// Keeps the months, each replacing the one before it, and the last cursor.
#[derive(Default)]
pub(crate) struct Memory {
    months: Mutex<BTreeMap<String, CloudMonth>>,
    cursor: Mutex<Option<String>>,
    batches: Mutex<Vec<Batch>>,
    full: bool,
}

impl Memory {
    /// One that cannot store anything.
    pub(crate) fn full() -> Self {
        Self { full: true, ..Self::default() }
    }

    pub(crate) fn cursor(&self) -> Option<String> {
        self.cursor.lock().unwrap().clone()
    }

    pub(crate) fn batches(&self) -> Vec<Batch> {
        self.batches.lock().unwrap().clone()
    }

    /// All months, without and with lines.
    pub(crate) fn months(&self) -> Vec<String> {
        self.months.lock().unwrap().keys().cloned().collect()
    }

    pub(crate) fn month(&self, month: &str) -> CloudMonth {
        self.months.lock().unwrap()[month].clone()
    }

    /// The lines as a CSV.
    pub(crate) fn csv(&self) -> String {
        let mut csv = String::new();
        for (month, known) in &*self.months.lock().unwrap() {
            for line in &known.lines {
                let (service, category, currency) = (&line.service, line.charge_category.name(), &line.currency);
                let (gross, credits) = (&line.gross, &line.credits);
                writeln!(csv, "{month},{service},{category},{currency},{gross},{credits}").unwrap();
            }
        }
        csv
    }

    /// What is billed, by month and currency.
    pub(crate) fn totals(&self) -> BTreeMap<(String, String), Amount> {
        let mut totals: BTreeMap<(String, String), Amount> = BTreeMap::new();
        for (month, known) in &*self.months.lock().unwrap() {
            for line in &known.lines {
                *totals.entry((month.clone(), line.currency.clone())).or_default() += &line.net();
            }
        }
        totals
    }
}

impl Sink for Memory {
    fn commit(&self, batch: Batch) -> Result<(), SinkError> {
        if self.full {
            return Err(SinkError { message: "the disk is full".to_owned(), source: None });
        }
        for record in &batch.records {
            let Record::CloudMonth(month) = record else { panic!("not a month: {record:?}") };
            self.months.lock().unwrap().insert(month.month.to_string(), (**month).clone());
        }
        if let Some(cursor) = &batch.cursor {
            *self.cursor.lock().unwrap() = Some(cursor.clone());
        }
        self.batches.lock().unwrap().push(batch);
        Ok(())
    }

    fn unseen_items(&self, _subject: &str, _generation: i64) -> Result<Vec<String>, SinkError> {
        Ok(Vec::new())
    }
}

/// Remembers what was told, and may interrupt the run when it is told to wait.
#[derive(Default)]
pub(crate) struct Told {
    events: Mutex<Vec<Event>>,
    interrupts: Option<CancellationToken>,
}

impl Told {
    /// One that interrupts the run when it hears of a wait.
    pub(crate) fn interrupting(cancel: CancellationToken) -> Self {
        Self { interrupts: Some(cancel), ..Self::default() }
    }

    pub(crate) fn events(&self) -> Vec<Event> {
        self.events.lock().unwrap().clone()
    }

    pub(crate) fn notes(&self) -> Vec<String> {
        let note = |event| if let Event::Note(note) = event { Some(note) } else { None };
        self.events().into_iter().filter_map(note).collect()
    }
}

impl Progress for Told {
    fn event(&self, event: Event) {
        if let (Event::Waiting { .. } | Event::Retrying { .. }, Some(cancel)) = (&event, &self.interrupts) {
            cancel.cancel();
        }
        self.events.lock().unwrap().push(event);
    }
}

/// Moves on when somebody sleeps and stands still otherwise.
pub(crate) struct TestClock {
    now: Mutex<Instant>,
    waits: Mutex<Vec<Duration>>,
}

impl TestClock {
    pub(crate) fn starting_at(now: Instant) -> Arc<Self> {
        Arc::new(Self { now: Mutex::new(now), waits: Mutex::default() })
    }

    /// Seconds of every wait so far.
    pub(crate) fn waits(&self) -> Vec<u64> {
        self.waits.lock().unwrap().iter().map(Duration::as_secs).collect()
    }
}

#[async_trait]
impl Clock for TestClock {
    fn now(&self) -> Instant {
        *self.now.lock().unwrap()
    }

    async fn sleep_until(&self, at: Instant) {
        let left = at.micros() - self.now().micros();
        self.waits.lock().unwrap().push(Duration::from_micros(u64::try_from(left).unwrap_or(0)));
        *self.now.lock().unwrap() = at;
        tokio::task::yield_now().await;
    }
}
