//! Pages of lists: so many entries from a place on, and a `Link` to the next.

use serde_json::Value as Json;

use super::path::Parameters;
use crate::server::reply::Reply;

/// Entries per page where nothing else is asked for.
const USUAL: usize = 20;
/// Most entries per page.
const MOST: usize = 100;
/// From here on lists say no totals.
const MOST_COUNTED: usize = 10_000;

/// A list, and how it is asked for.
pub(crate) struct List<'a> {
    pub(crate) parameters: &'a Parameters,
    /// Address of the list, without parameters.
    pub(crate) address: String,
    /// Whether it says how long it is where it is not too long for that.
    pub(crate) counts: bool,
}

impl List<'_> {
    /// The page behind a key, of entries that are in descending order of it; nobody counts them.
    pub(crate) fn page_behind<T>(&self, entries: &[T], key: impl Fn(&T) -> u64, show: impl Fn(&T) -> Json) -> Reply {
        let size = self.parameters.number("per_page").unwrap_or(USUAL).min(MOST);
        let behind = self.parameters.number("cursor").map_or(u64::MAX, |cursor| cursor as u64);
        let from = entries.partition_point(|entry| key(entry) >= behind);
        let to = (from + size).min(entries.len());
        let shown: Vec<Json> = entries[from..to].iter().map(show).collect();
        let reply = Reply::json(200, &Json::from(shown));
        match entries[from..to].last().filter(|_| to < entries.len()) {
            Some(last) => {
                let next = format!("{}?{}", self.address, self.parameters.with("cursor", &key(last).to_string()));
                reply.with("link", format!("<{next}>; rel=\"next\""))
            }
            None => reply,
        }
    }

    /// The page that is asked for, of entries that are shown as needed.
    pub(crate) fn page<T>(&self, entries: &[T], show: impl Fn(&T) -> Json) -> Reply {
        let size = self.parameters.number("per_page").unwrap_or(USUAL).min(MOST);
        let page = self.parameters.number("page").unwrap_or(1);
        let from = (page - 1).saturating_mul(size).min(entries.len());
        let to = (from + size).min(entries.len());
        let shown: Vec<Json> = entries[from..to].iter().map(show).collect();
        let mut reply =
            Reply::json(200, &Json::from(shown)).with("x-page", page.to_string()).with("x-per-page", size.to_string());
        if to < entries.len() {
            let next = format!("{}?{}", self.address, self.parameters.with_page(page + 1));
            reply = reply.with("x-next-page", (page + 1).to_string()).with("link", format!("<{next}>; rel=\"next\""));
        }
        if self.counts && entries.len() <= MOST_COUNTED {
            reply = reply.with("x-total", entries.len().to_string());
        }
        reply
    }
}
