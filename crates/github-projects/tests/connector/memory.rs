//! A sink in memory, and a listener.

use std::collections::BTreeMap;
use std::sync::Mutex;

use model::records::{Presence, ProjectItem, Record};
use source::{Batch, Event, FullCrawl, Progress, Sink, SinkError};

/// Keeps the cards by id with the crawl in which they were seen, and the last cursor.
#[derive(Default)]
pub(crate) struct Memory {
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    items: BTreeMap<String, (ProjectItem, i64)>,
    cursor: Option<String>,
    crawls: Vec<FullCrawl>,
    commits_left: Option<usize>,
}

impl Memory {
    /// From now on takes so many more batches, then fails.
    pub(crate) fn fail_after(&self, commits: usize) {
        self.kept.lock().unwrap().commits_left = Some(commits);
    }

    pub(crate) fn items(&self) -> Vec<ProjectItem> {
        self.kept.lock().unwrap().items.values().map(|(item, _)| item.clone()).collect()
    }

    /// Ids of the cards with this presence.
    pub(crate) fn ids(&self, presence: Presence) -> Vec<String> {
        self.items().into_iter().filter(|item| item.presence == presence).map(|item| item.id).collect()
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
        let generation = batch.full_crawl.map_or(0, |crawl| crawl.generation);
        for record in batch.records {
            let Record::ProjectItem(item) = record else { panic!("not a card: {record:?}") };
            let seen = kept.items.get(&item.id).map_or(0, |(_, seen)| *seen).max(generation);
            kept.items.insert(item.id.clone(), (*item, seen));
        }
        kept.cursor = batch.cursor.or(kept.cursor.take());
        kept.crawls.extend(batch.full_crawl);
        Ok(())
    }

    fn unseen_items(&self, subject: &str, generation: i64) -> Result<Vec<String>, SinkError> {
        assert_eq!(subject, "4100001");
        let kept = self.kept.lock().unwrap();
        let unseen =
            kept.items.values().filter(|(item, seen)| item.presence == Presence::OnBoard && *seen < generation);
        Ok(unseen.map(|(item, _)| item.id.clone()).collect())
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
