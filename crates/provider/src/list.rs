//! Lists that are read in full once, and by their changes from then on.

use async_trait::async_trait;
use model::Instant;
use model::records::Record;
use source::{Context, ErrorKind, Event, FullCrawl, SourceError, Usage, Window};

use crate::cursor::{Crawl, Cursor, Known, Plan};

/// One page of a list.
#[derive(Debug, Default)]
pub struct Page {
    /// What is on it.
    pub records: Vec<Record>,
    /// Where the next page begins; `None` after the last.
    pub next: Option<String>,
}

/// Records to be handed over.
#[derive(Debug, Default)]
pub struct Handover {
    /// What was read.
    pub records: Vec<Record>,
    /// Whether the cursor behind them is stored with them.
    pub moves_cursor: bool,
    /// Set while everything is read.
    pub full_crawl: Option<FullCrawl>,
    /// How many are expected in all, where that is known.
    pub expected: Option<u64>,
}

/// What is known of a list in one import.
pub struct State<'a> {
    /// What is asked for, and who is told.
    pub context: &'a Context<'a>,
    /// What was known before anything was read.
    pub known: Known,
    /// The time of the import.
    pub at: Instant,
    /// How far it was read.
    pub cursor: &'a mut Cursor,
    /// What was used and covered.
    pub usage: &'a mut Usage,
    /// Whether anything did not come.
    pub is_incomplete: bool,
}

/// A list of a provider's, in one import.
#[async_trait]
pub trait List: Send {
    /// As in "issues of acme/api".
    fn what(&self) -> String;

    /// What is known of it by now.
    fn state(&mut self) -> State<'_>;

    /// Takes note that nothing came, although so many entries are counted.
    fn came_empty(&mut self, counted: u64);

    /// What to do for a window; the cursor says so.
    fn plan(&mut self, window: Window) -> Plan {
        let State { context, known, cursor, .. } = self.state();
        cursor.plan(window, known, context.generation)
    }

    /// Forgets what was remembered of it, since there is nothing on it. Whether that is to be stored.
    fn forget(&mut self) -> bool {
        *self.state().cursor = Cursor::default();
        true
    }

    /// A reading of everything begins at its first page.
    fn begins(&mut self) {}

    /// A reading of everything that began in this import has ended, and nothing is missing.
    fn ended(&mut self) {}

    /// Reads a page of everything, in an order in which nothing moves. `left` is how many entries are left, where that is
    /// known.
    async fn page(&mut self, after: Option<String>, left: Option<u64>) -> Result<Page, SourceError>;

    /// Reads what changed from `since` on, and commits it. With `moves_watermark` the cursor moves.
    async fn changes(&mut self, since: Instant, moves_watermark: bool) -> Result<(), SourceError>;

    /// Hands records over.
    fn commit(&mut self, handover: Handover) -> Result<(), SourceError>;
}

/// Does what the window and the cursor ask for. Fails as reading and committing a page do.
pub async fn read<L: List>(list: &mut L) -> Result<(), SourceError> {
    let window = list.state().context.window;
    match list.plan(window) {
        Plan::Nothing => {
            let State { cursor, usage, .. } = list.state();
            usage.covered_from = window.since.or(cursor.watermark);
            Ok(())
        }
        Plan::Changes { since, moves_watermark } => changes(list, since, moves_watermark).await,
        Plan::Crawl(crawl) if list.state().known.total == 0 => find_nothing(list, &crawl),
        Plan::Crawl(crawl) => {
            let resumed = crawl.after.is_some();
            crawl_or_begin_again(list, crawl).await?;
            if resumed && !list.state().is_incomplete { catch_up(list).await } else { Ok(()) }
        }
    }
}

/// Ends a crawl of which the survey says that there is nothing to read. No watermark is set: should there be something
/// after all, everything is read.
fn find_nothing<L: List>(list: &mut L, crawl: &Crawl) -> Result<(), SourceError> {
    list.state().usage.full = true;
    if !list.forget() {
        return Ok(());
    }
    let full_crawl = Some(FullCrawl { generation: crawl.generation, complete: true });
    list.commit(Handover { moves_cursor: true, full_crawl, expected: Some(0), ..Handover::default() })
}

/// Reads everything; from the beginning where the provider no longer knows the place at which a crawl was left.
async fn crawl_or_begin_again<L: List>(list: &mut L, left: Crawl) -> Result<(), SourceError> {
    let from_the_beginning = Crawl { after: None, ..left.clone() };
    match crawl(list, left.clone()).await {
        Err(error) if error.kind == ErrorKind::UnexpectedResponse && list.state().cursor.has_not_moved_from(&left) => {
            let note = format!("{}: begun again, since {error}", list.what());
            list.state().context.progress.event(Event::Note(note));
            crawl(list, from_the_beginning).await
        }
        outcome => outcome,
    }
}

/// Reads everything, or what is left of it. What is made or changed meanwhile is left to what follows.
async fn crawl<L: List>(list: &mut L, mut crawl: Crawl) -> Result<(), SourceError> {
    list.state().usage.full = true;
    let resumed = crawl.after.is_some();
    if !resumed {
        list.begins();
    }
    let total = list.state().known.total;
    let expected = (!resumed).then_some(total);
    loop {
        let after = crawl.after.clone();
        let read = list.state().usage.records;
        let left = expected.filter(|_| after.is_some()).map(|all| all.saturating_sub(read));
        let Page { records, next } = list.page(after, left).await?;
        if next.is_none() && !resumed && records.is_empty() && read == 0 && !list.state().is_incomplete {
            list.came_empty(total);
        }
        let State { at, cursor, is_incomplete, .. } = list.state();
        let full_crawl = cursor.crawled(&mut crawl, next.as_ref(), at, is_incomplete);
        if full_crawl.complete && !resumed {
            list.ended();
        }
        list.commit(Handover { records, moves_cursor: true, full_crawl: Some(full_crawl), expected })?;
        if next.is_none() {
            return Ok(());
        }
    }
}

/// Reads what changed since a crawl began that took more than one import.
async fn catch_up<L: List>(list: &mut L) -> Result<(), SourceError> {
    if let Plan::Changes { since, moves_watermark } = list.plan(Window::default()) {
        changes(list, since, moves_watermark).await?;
    }
    list.state().usage.covered_from = None;
    Ok(())
}

async fn changes<L: List>(list: &mut L, since: Instant, moves_watermark: bool) -> Result<(), SourceError> {
    list.state().usage.covered_from = Some(since);
    list.changes(since, moves_watermark).await
}
