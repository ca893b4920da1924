//! A reply, and the headers that providers have in common.

use std::str::FromStr;
use std::time::Duration;

use model::Instant;
use reqwest::header::{DATE, HeaderMap, LINK, LOCATION, RETRY_AFTER};
use url::Url;

use crate::times::{between, http_date, unix_seconds};

/// Status, headers and body.
#[derive(Clone, Debug, Default)]
pub struct Reply {
    /// The status of HTTP.
    pub status: u16,
    /// All headers. They may echo secrets: [`Reply::shown`] is for what people get to see.
    pub headers: HeaderMap,
    /// The body, unpacked.
    pub body: Vec<u8>,
    /// When it came, by the local clock.
    pub local: Instant,
    /// The provider's id of the request, without secrets.
    pub request_id: Option<String>,
}

impl Reply {
    /// Whether the status is a success.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// A header without surrounding blanks; `None` where it is absent, empty or no text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim).filter(|text| !text.is_empty())
    }

    /// A header as it may be shown.
    pub fn shown(&self, name: &str) -> Option<String> {
        self.header(name).map(|text| redact::redacted(text).into_owned())
    }

    /// A header as a number.
    pub fn number<N: FromStr>(&self, name: &str) -> Option<N> {
        self.header(name)?.parse().ok()
    }

    /// The provider's time.
    pub fn date(&self) -> Option<Instant> {
        http_date(self.header(DATE.as_str())?)
    }

    /// How long a header asks to wait, in seconds or with an HTTP date. Dates count by the provider's clock, where it tells
    /// its time; one that is past means no wait.
    pub fn delay(&self, name: &str) -> Option<Duration> {
        let text = self.header(name)?;
        if let Ok(seconds) = text.parse() {
            return Some(Duration::from_secs(seconds));
        }
        http_date(text).map(|at| self.until(at))
    }

    /// How long `Retry-After` asks to wait.
    pub fn retry_after(&self) -> Option<Duration> {
        self.delay(RETRY_AFTER.as_str())
    }

    /// How long until the time that a header names in seconds since 1970, as `RateLimit-Reset` does.
    pub fn until_seconds(&self, name: &str) -> Option<Duration> {
        unix_seconds(self.header(name)?).map(|at| self.until(at))
    }

    /// How long until an instant of the provider's clock.
    pub fn until(&self, at: Instant) -> Duration {
        between(self.date().unwrap_or(self.local), at)
    }

    /// Address of the next page, where `Link` names one.
    pub fn next_page(&self) -> Option<&str> {
        self.header(LINK.as_str())?.split(',').find_map(|link| {
            let (address, parameters) = link.split_once(';')?;
            let is_next = parameters.split(';').any(|part| part.trim() == r#"rel="next""#);
            is_next.then(|| address.trim().trim_start_matches('<').trim_end_matches('>'))
        })
    }

    /// Where a request to `url` is to be sent instead, with the same method and body.
    pub(crate) fn moved_from(&self, url: &Url) -> Option<Url> {
        matches!(self.status, 301 | 302 | 307 | 308).then(|| url.join(self.header(LOCATION.as_str())?).ok())?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(headers: &[(&'static str, &str)]) -> Reply {
        let headers =
            headers.iter().map(|(name, value)| (name.parse().expect("name"), value.parse().expect("value"))).collect();
        let local = Instant::parse_rfc3339("2026-11-02T10:00:00Z").expect("valid");
        Reply { headers, local, ..Reply::default() }
    }

    #[test]
    fn waits_are_reckoned_by_the_providers_clock() {
        let wrong = reply(&[
            ("date", "Mon, 02 Nov 2020 10:00:00 GMT"),
            ("retry-after", "Mon, 02 Nov 2020 10:00:08 GMT"),
            ("x-ratelimit-reset", "1604311260"),
        ]);
        assert_eq!(wrong.retry_after(), Some(Duration::from_secs(8)));
        assert_eq!(wrong.until_seconds("x-ratelimit-reset"), Some(Duration::from_mins(1)));
        assert_eq!(wrong.date(), Instant::parse_rfc3339("2020-11-02T10:00:00Z"));
    }

    #[test]
    fn without_a_date_header_the_local_clock_serves() {
        let undated = reply(&[("retry-after", "Mon, 02 Nov 2026 10:00:08 GMT")]);
        assert_eq!(undated.retry_after(), Some(Duration::from_secs(8)));
        assert_eq!(reply(&[("retry-after", "30")]).retry_after(), Some(Duration::from_secs(30)));
    }

    #[test]
    fn an_end_that_is_past_means_no_wait_and_nonsense_means_nothing() {
        let past = reply(&[("retry-after", "Mon, 02 Nov 2020 10:00:08 GMT")]);
        assert_eq!(past.retry_after(), Some(Duration::ZERO));
        let odd = reply(&[("date", "today"), ("retry-after", "soon"), ("reset", "9223372036854775807"), ("left", " ")]);
        assert_eq!((odd.date(), odd.retry_after(), odd.until_seconds("reset")), (None, None, None));
        assert_eq!((odd.header("left"), odd.number::<u32>("left"), reply(&[]).retry_after()), (None, None, None));
    }

    #[test]
    fn there_is_a_next_page_where_a_link_says_so() {
        let next = r#"<https://api.example/x?page=3>; rel="next", <https://api.example/x?page=9>; rel="last""#;
        let previous = r#"<https://api.example/x?page=1>; rel="prev""#;
        assert_eq!(reply(&[("link", next)]).next_page(), Some("https://api.example/x?page=3"));
        assert_eq!(reply(&[("link", previous)]).next_page(), None);
        assert_eq!(reply(&[]).next_page(), None);
    }

    #[test]
    fn what_has_moved_is_somewhere_else_and_a_303_is_something_else() {
        let url = Url::parse("https://api.example/projects/old").expect("valid");
        let moved = |status| Reply { status, ..reply(&[("location", "/projects/7")]) }.moved_from(&url);
        for status in [301, 302, 307, 308] {
            assert_eq!(moved(status).expect("moved").as_str(), "https://api.example/projects/7");
        }
        assert_eq!((moved(200), moved(303)), (None, None));
        assert_eq!(Reply { status: 301, ..reply(&[]) }.moved_from(&url), None);
    }
}
