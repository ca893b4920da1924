//! The files of the dashboard: addresses, types, caching.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{MethodRouter, get};

use crate::answer::{Answer, Encoding, not_modified};
use crate::hash::digest;
use crate::problem::Problem;
use crate::settings::SettingsError;

/// Contents by relative name, `assets/index-1a2b.js` for example; `index.html` has to be among them.
pub type DashboardFiles = BTreeMap<String, Cow<'static, [u8]>>;

/// The first page, which is also the answer for the dashboard's own addresses.
const INDEX: &str = "index.html";
/// Files below it have a hash of their content in the name.
const HASHED: &str = "assets/";
/// Where the page reads below which path it is served.
const BASE_IN_PAGE: &str = "<meta name=\"cto-base\" content=\"";

/// Marks answers with a file, for the log and the counts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FromDashboard;

/// All files, ready to be sent.
#[derive(Debug)]
pub(crate) struct Dashboard {
    files: BTreeMap<String, File>,
    base_path: String,
}

#[derive(Debug)]
struct File {
    answer: Answer,
    tag: String,
    is_hashed: bool,
    is_text: bool,
}

impl Dashboard {
    pub(crate) fn new(mut files: DashboardFiles, base_path: &str) -> Result<Self, SettingsError> {
        let index = files.remove(INDEX).ok_or(SettingsError::Dashboard("the dashboard has no index.html"))?;
        let index = str::from_utf8(&index)
            .map_err(|_| SettingsError::Dashboard("the dashboard's index.html is not written in UTF-8"))?;
        files.insert(INDEX.to_owned(), below(index, base_path)?.into_bytes().into());
        let files = files.into_iter().map(|(name, content)| (name.clone(), File::new(&name, content)));
        Ok(Self { files: files.collect(), base_path: base_path.to_owned() })
    }

    /// Answers any address, the base path included.
    pub(crate) fn service(self) -> MethodRouter {
        let dashboard = Arc::new(self);
        get(async move |uri: Uri, headers: HeaderMap| dashboard.respond(&uri, &headers).await)
    }

    async fn respond(&self, uri: &Uri, headers: &HeaderMap) -> Result<Response, Problem> {
        let path = uri.path().strip_prefix(self.base_path.as_str()).ok_or_else(Problem::not_found)?;
        if path.is_empty() {
            return Ok(to_folder(uri));
        }
        let mut response = self.file(path).ok_or_else(Problem::not_found)?.respond(headers).await?;
        response.extensions_mut().insert(FromDashboard);
        Ok(response)
    }

    /// The file at an address: one of that name, or the first page where it looks like an address of the dashboard.
    fn file(&self, path: &str) -> Option<&File> {
        let name = path.strip_prefix('/')?;
        self.files.get(name).or_else(|| is_page(name).then(|| &self.files[INDEX]))
    }
}

impl File {
    fn new(name: &str, content: Cow<'static, [u8]>) -> Self {
        let tag = digest(&content);
        let content = match content {
            Cow::Borrowed(content) => Bytes::from_static(content),
            Cow::Owned(content) => Bytes::from(content),
        };
        let (media_type, is_text) = media_type(name);
        Self { answer: Answer::new(media_type, content), tag, is_hashed: name.starts_with(HASHED), is_text }
    }

    async fn respond(&self, headers: &HeaderMap) -> Result<Response, Problem> {
        let accepted = if self.is_text { Encoding::accepted(headers) } else { Encoding::Identity };
        let mut response = match not_modified(headers, &self.tag) {
            Some(response) => response,
            None => self.answer.respond(&self.tag, accepted).await?,
        };
        let headers = response.headers_mut();
        headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
        if self.is_hashed {
            let for_good = HeaderValue::from_static("public, max-age=31536000, immutable");
            headers.insert(header::CACHE_CONTROL, for_good);
        }
        Ok(response)
    }
}

/// The page for a base path: its relative addresses begin there, so that they hold at every depth.
fn below(page: &str, base_path: &str) -> Result<String, SettingsError> {
    if !base_path.is_empty() && !page.contains(BASE_IN_PAGE) {
        return Err(SettingsError::Dashboard(
            "the dashboard's index.html has no <meta name=\"cto-base\" content=\"\">, so it cannot be served below a \
             base path: build it again with `just ui`, or leave the base path away",
        ));
    }
    let page = page.replace("=\"./", &format!("=\"{base_path}/"));
    Ok(page.replace(BASE_IN_PAGE, &format!("{BASE_IN_PAGE}{base_path}")))
}

/// Whether an address without a file may be one of the dashboard's own. What has an extension is a file that is not
/// there, after an upgrade for example: a page in its place would be run as a script.
fn is_page(name: &str) -> bool {
    let segments = name.strip_suffix('/').unwrap_or(name).split('/');
    let is_taken = matches!(name.split('/').next(), Some("api" | "assets"));
    name.is_empty() || (!is_taken && segments.into_iter().all(is_plain))
}

/// Neither empty nor with dots, backslashes or control characters, as they are or encoded, once or twice.
fn is_plain(segment: &str) -> bool {
    let encoded = |code: &str| {
        let byte = code.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        byte.is_some_and(|byte| !byte.is_ascii_control() && !b"./\\%".contains(&byte))
    };
    let is_plain = |byte: u8| byte.is_ascii_graphic() && !b".\\".contains(&byte);
    !segment.is_empty() && segment.bytes().all(is_plain) && segment.split('%').skip(1).all(encoded)
}

/// From `/cto` to `/cto/`, with the query.
fn to_folder(uri: &Uri) -> Response {
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    let location = HeaderValue::from_str(&format!("{}/{query}", uri.path())).expect("parts of an address");
    (StatusCode::PERMANENT_REDIRECT, [(header::LOCATION, location)]).into_response()
}

/// The media type by the extension, and whether it is worth compressing.
fn media_type(name: &str) -> (&'static str, bool) {
    match name.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "html" => ("text/html; charset=utf-8", true),
        "js" | "mjs" => ("text/javascript; charset=utf-8", true),
        "css" => ("text/css; charset=utf-8", true),
        "json" | "map" => ("application/json", true),
        "webmanifest" => ("application/manifest+json", true),
        "svg" => ("image/svg+xml", true),
        "txt" => ("text/plain; charset=utf-8", true),
        "wasm" => ("application/wasm", true),
        "ico" => ("image/x-icon", true),
        "png" => ("image/png", false),
        "jpg" | "jpeg" => ("image/jpeg", false),
        "webp" => ("image/webp", false),
        "avif" => ("image/avif", false),
        "woff2" => ("font/woff2", false),
        _ => ("application/octet-stream", false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_addresses_without_an_extension() {
        for name in ["", "flow", "flow/", "pull-requests", "a/b/c", "teams/Search%20Ads", "r%C3%A9sum%C3%A9"] {
            assert!(is_page(name), "{name}");
        }
    }

    #[test]
    fn what_climbs_is_hidden_or_is_the_apis_is_no_page() {
        let odd = [
            "x.js", "a/x.js", "assets", "assets/x", "api", "api/", "api/x", "..", "../x", "a/../b", "a//b", "/",
            ".env", "%2e%2e/x", "a%2Fb", "%5c", "a\\b", "%00", "%0a", "%7f", "%252e", "%", "%2", "%zz", "a b",
        ];
        for name in odd {
            assert!(!is_page(name), "{name}");
        }
    }

    #[test]
    fn a_page_points_below_its_base_path_and_knows_it() {
        let page =
            "<meta name=\"cto-base\" content=\"\"><script src=\"./assets/a.js\"></script><a href=\"https://x/./y\">";
        let expected = |base: &str| {
            format!(
                "<meta name=\"cto-base\" content=\"{base}\"><script src=\"{base}/assets/a.js\"></script><a href=\"https://x/./y\">"
            )
        };
        assert_eq!(below(page, "/cto").ok(), Some(expected("/cto")));
        assert_eq!(below(page, "").ok(), Some(expected("")));
    }

    #[test]
    fn a_page_that_cannot_know_its_base_path_is_refused_below_one() {
        assert!(below("<p>", "").is_ok());
        assert!(below("<p>", "/cto").is_err_and(|error| error.to_string().contains("cto-base")));
    }
}
