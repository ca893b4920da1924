//! Writes each exchange to a numbered file, so that it can be replayed elsewhere.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Map, Value as Json, json};

use super::reply::Reply;

/// Headers that are worth keeping; the date and the request id change nothing for a reader.
const KEPT: &[&str] = &[
    "content-type",
    "date",
    "gh-limited-by",
    "retry-after",
    "x-github-request-id",
    "x-github-sso",
    "x-oauth-scopes",
    "x-ratelimit-limit",
    "x-ratelimit-remaining",
    "x-ratelimit-reset",
    "x-ratelimit-resource",
    "x-ratelimit-used",
];

/// A folder of exchanges.
pub(crate) struct Recorder {
    folder: PathBuf,
    next: AtomicU64,
}

impl Recorder {
    /// Makes the folder.
    pub(crate) fn new(folder: &Path) -> io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        Ok(Self { folder: folder.to_owned(), next: AtomicU64::new(1) })
    }

    /// Writes one exchange as `0001-Name.json`: `request` as given, `response` with status, headers and body.
    pub(crate) fn write(&self, name: &str, request: &Json, reply: &Reply) {
        let number = self.next.fetch_add(1, Ordering::SeqCst);
        let safe: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
        let path = self.folder.join(format!("{number:04}-{}.json", safe.trim_matches('-')));
        let headers: Map<String, Json> = reply
            .headers
            .iter()
            .filter(|(name, _)| KEPT.contains(name))
            .map(|(name, value)| ((*name).to_owned(), Json::from(value.as_str())))
            .collect();
        let body = serde_json::from_slice::<Json>(&reply.body)
            .unwrap_or_else(|_| Json::from(String::from_utf8_lossy(&reply.body)));
        let exchange = json!({
            "request": request,
            "response": { "status": reply.status, "headers": headers, "body": body },
        });
        let text = format!("{exchange:#}\n");
        if let Err(error) = std::fs::write(&path, text) {
            tracing::error!(path = %path.display(), %error, "could not record an exchange to {}: {error}", path.display());
        }
    }
}
