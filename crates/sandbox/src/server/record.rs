//! Writes each exchange to a numbered file, so that it can be replayed elsewhere.

use std::fmt::Write as _;
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
        let mut text = String::new();
        push_json(&mut text, &exchange, 0);
        text.push('\n');
        if let Err(error) = std::fs::write(&path, text) {
            tracing::error!(path = %path.display(), %error, "could not record an exchange to {}: {error}", path.display());
        }
    }
}

/// Longest JSON value that stays on one line.
const LINE: usize = 320;

/// JSON for readers and diffs: what fits stays on one line, everything else has a line for each of its entries.
fn push_json(text: &mut String, value: &Json, depth: usize) {
    let on_one_line = value.to_string();
    let (entries, ends): (Vec<(String, &Json)>, _) = match value {
        Json::Object(fields) if on_one_line.len() > LINE => {
            (fields.iter().map(|(name, field)| (format!("{}: ", Json::from(name.as_str())), field)).collect(), "{}")
        }
        Json::Array(list) if on_one_line.len() > LINE => {
            (list.iter().map(|entry| (String::new(), entry)).collect(), "[]")
        }
        _ => return text.push_str(&on_one_line),
    };
    text.push_str(&ends[..1]);
    for (position, (name, entry)) in entries.into_iter().enumerate() {
        let comma = if position == 0 { "" } else { "," };
        write!(text, "{comma}\n{:indent$}{name}", "", indent = depth + 1).expect("writing to memory does not fail");
        push_json(text, entry, depth + 1);
    }
    write!(text, "\n{:depth$}{}", "", &ends[1..]).expect("writing to memory does not fail");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_values_have_a_line_for_each_entry_and_stay_the_same() {
        let long = "x".repeat(LINE);
        let value = json!({ "a": [1, { "b": null }], "c": [long, { "d": "" }] });
        let mut text = String::new();
        push_json(&mut text, &value, 0);
        assert_eq!(
            text,
            format!("{{\n \"a\": [1,{{\"b\":null}}],\n \"c\": [\n  \"{long}\",\n  {{\"d\":\"\"}}\n ]\n}}")
        );
        assert_eq!(serde_json::from_str::<Json>(&text).expect("JSON"), value);
    }
}
