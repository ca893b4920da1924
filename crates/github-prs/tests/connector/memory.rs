//! A sink in memory, and a listener.

use std::collections::BTreeMap;
use std::sync::Mutex;

use model::records::{PullRequest, Record};
use source::{Batch, Event, FullCrawl, Progress, Sink, SinkError};

/// Keeps the pull requests by id, and the last cursor.
#[derive(Default)]
pub(crate) struct Memory {
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    pull_requests: BTreeMap<String, PullRequest>,
    cursor: Option<String>,
    crawls: Vec<FullCrawl>,
    commits_left: Option<usize>,
}

impl Memory {
    /// From now on takes so many more batches, then fails.
    pub(crate) fn fail_after(&self, commits: usize) {
        self.kept.lock().unwrap().commits_left = Some(commits);
    }

    pub(crate) fn pull_requests(&self) -> Vec<PullRequest> {
        self.kept.lock().unwrap().pull_requests.values().cloned().collect()
    }

    /// Numbers of the pull requests in order.
    pub(crate) fn numbers(&self) -> Vec<u32> {
        let mut numbers: Vec<u32> =
            self.pull_requests().iter().map(|known| known.place.number.parse().unwrap()).collect();
        numbers.sort_unstable();
        numbers
    }

    pub(crate) fn cursor(&self) -> Option<String> {
        self.kept.lock().unwrap().cursor.clone()
    }

    pub(crate) fn crawls(&self) -> Vec<FullCrawl> {
        self.kept.lock().unwrap().crawls.clone()
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
        for record in batch.records {
            let Record::PullRequest(known) = record else { panic!("not a pull request: {record:?}") };
            kept.pull_requests.insert(known.id.clone(), *known);
        }
        kept.cursor = batch.cursor.or(kept.cursor.take());
        kept.crawls.extend(batch.full_crawl);
        Ok(())
    }

    fn unseen_items(&self, _subject: &str, _generation: i64) -> Result<Vec<String>, SinkError> {
        Ok(Vec::new())
    }
}

/// Remembers what was told.
#[derive(Default)]
pub(crate) struct Told {
    events: Mutex<Vec<Event>>,
}

impl Told {
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
        self.events.lock().unwrap().push(event);
    }
}
