//! A written answer: one body in up to three encodings, and how it goes out.

use std::convert::Infallible;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, Request, Response, StatusCode, header};
use tokio::sync::OnceCell;
use tower::ServiceExt as _;
use tower_http::CompressionLevel;
use tower_http::compression::Compression;

use crate::problem::Problem;
use crate::single_flight::Weight;

/// Bodies below this many bytes go out as they are.
const LEAST_COMPRESSED: usize = 860;

/// A body that is written once and compressed at most once for each encoding.
#[derive(Debug)]
pub(crate) struct Answer {
    media_type: &'static str,
    identity: Bytes,
    gzip: OnceCell<Bytes>,
    brotli: OnceCell<Bytes>,
}

/// How a body is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    Identity,
    Gzip,
    Brotli,
}

impl Encoding {
    fn name(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Gzip => "gzip",
            Self::Brotli => "br",
        }
    }

    /// The best of the accepted ones.
    pub(crate) fn accepted(headers: &HeaderMap) -> Self {
        let weights = |name: &str| -> f32 {
            let lines = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
            let mut entries = lines.flat_map(|line| line.split(','));
            let weight = |wanted: &str, entry: &str| {
                let mut parts = entry.split(';').map(str::trim);
                let is_wanted = parts.next().is_some_and(|coding| coding.eq_ignore_ascii_case(wanted));
                let weight = parts.find_map(|part| part.strip_prefix("q=")).map_or(Some(1.0), |q| q.parse().ok());
                is_wanted.then(|| weight.unwrap_or(0.0))
            };
            let entries: Vec<&str> = entries.by_ref().collect();
            let exact = entries.iter().find_map(|entry| weight(name, entry));
            exact.or_else(|| entries.iter().find_map(|entry| weight("*", entry))).unwrap_or(0.0)
        };
        let (brotli, gzip) = (weights("br"), weights("gzip"));
        if brotli > 0.0 && brotli >= gzip {
            Self::Brotli
        } else if gzip > 0.0 {
            Self::Gzip
        } else {
            Self::Identity
        }
    }
}

impl Weight for Answer {
    /// The body, and as much again for its encodings.
    fn weight(&self) -> usize {
        self.identity.len() * 2 + 256
    }
}

impl Answer {
    pub(crate) fn new(media_type: &'static str, body: impl Into<Bytes>) -> Self {
        let identity = body.into();
        Self { media_type, identity, gzip: OnceCell::new(), brotli: OnceCell::new() }
    }

    /// The answer for a client that has none yet. `tag` is the entity tag without quotes and encoding.
    pub(crate) async fn respond(&self, tag: &str, accepted: Encoding) -> Result<Response<Body>, Problem> {
        let encoding = if self.identity.len() < LEAST_COMPRESSED { Encoding::Identity } else { accepted };
        let body = match encoding {
            Encoding::Identity => &self.identity,
            Encoding::Gzip => self.gzip.get_or_try_init(|| compressed(self.identity.clone(), encoding)).await?,
            Encoding::Brotli => self.brotli.get_or_try_init(|| compressed(self.identity.clone(), encoding)).await?,
        };
        Ok(respond(self.media_type, Body::from(body.clone()), tag, encoding))
    }
}

/// 304, where the client has this answer already in any encoding.
pub(crate) fn not_modified(headers: &HeaderMap, tag: &str) -> Option<Response<Body>> {
    let mut listed = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let known = listed.find_map(|line| line.split(',').map(str::trim).find_map(|known| same(known, tag)))?;
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NOT_MODIFIED;
    cache_headers(response.headers_mut(), &entity_tag(tag, known));
    Some(response)
}

/// The encoding of a listed entity tag, where it is one of ours.
fn same(known: &str, tag: &str) -> Option<Encoding> {
    if known == "*" {
        return Some(Encoding::Identity);
    }
    let known = known.strip_prefix("W/").unwrap_or(known);
    let known = known.strip_prefix('"')?.strip_suffix('"')?;
    [Encoding::Identity, Encoding::Gzip, Encoding::Brotli]
        .into_iter()
        .find(|encoding| entity_tag(tag, *encoding).trim_matches('"') == known)
}

/// Strong, so different for each encoding.
fn entity_tag(tag: &str, encoding: Encoding) -> String {
    match encoding {
        Encoding::Identity => format!("\"{tag}\""),
        Encoding::Gzip | Encoding::Brotli => format!("\"{tag}-{}\"", encoding.name()),
    }
}

fn cache_headers(headers: &mut HeaderMap, entity_tag: &str) {
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(header::VARY, HeaderValue::from_static("Accept, Accept-Encoding, Authorization"));
    headers.insert(header::ETAG, HeaderValue::from_str(entity_tag).expect("a tag consists of hexadecimal digits"));
}

/// An answer that is written, and compressed, as the client takes it.
pub(crate) async fn stream(
    media_type: &'static str,
    body: Body,
    tag: &str,
    encoding: Encoding,
) -> Result<Response<Body>, Problem> {
    let body = if encoding == Encoding::Identity { body } else { compressing(body, encoding).await? };
    Ok(respond(media_type, body, tag, encoding))
}

fn respond(media_type: &'static str, body: Body, tag: &str, encoding: Encoding) -> Response<Body> {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    if encoding != Encoding::Identity {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding.name()));
    }
    cache_headers(headers, &entity_tag(tag, encoding));
    response
}

async fn compressed(body: Bytes, encoding: Encoding) -> Result<Bytes, Problem> {
    let runtime = tokio::runtime::Handle::current();
    let compress = async move {
        let body = compressing(Body::from(body), encoding).await?;
        axum::body::to_bytes(body, usize::MAX).await.map_err(|_| Problem::internal())
    };
    let working = tokio::task::spawn_blocking(move || runtime.block_on(compress));
    working.await.unwrap_or_else(|_| Err(Problem::internal()))
}

/// The body in another encoding, made as it is read.
async fn compressing(body: Body, encoding: Encoding) -> Result<Body, Problem> {
    let plain = |request: Request<Body>| async { Ok::<_, Infallible>(Response::new(request.into_body())) };
    let service = Compression::new(tower::service_fn(plain)).quality(CompressionLevel::Precise(5));
    let mut request = Request::new(body);
    request.headers_mut().insert(header::ACCEPT_ENCODING, HeaderValue::from_static(encoding.name()));
    let response = service.oneshot(request).await.map_err(|_| Problem::internal())?;
    Ok(Body::new(response.into_body()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: header::HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
    }

    #[test]
    fn brotli_is_taken_where_it_is_as_welcome_as_gzip() {
        let accepted = |value| Encoding::accepted(&headers(header::ACCEPT_ENCODING, value));
        assert_eq!(accepted("gzip, deflate, br"), Encoding::Brotli);
        assert_eq!(accepted("br;q=0.5, gzip"), Encoding::Gzip);
        assert_eq!(accepted("br;q=0, gzip;q=0"), Encoding::Identity);
        assert_eq!(accepted("*;q=0.1"), Encoding::Brotli);
        assert_eq!(Encoding::accepted(&HeaderMap::new()), Encoding::Identity);
    }

    #[test]
    fn a_client_that_has_the_answer_in_any_encoding_is_told_so() {
        let tags = |value| not_modified(&headers(header::IF_NONE_MATCH, value), "abc").is_some();
        assert!(tags("\"abc\"") && tags("\"x\", W/\"abc-br\"") && tags("*"));
        assert!(!tags("\"abcd\"") && !tags("abc"));
    }

    #[tokio::test]
    async fn each_encoding_has_its_own_strong_tag_and_is_made_once() {
        let answer = Answer::new("application/json", vec![b'7'; 10_000]);
        let plain = answer.respond("abc", Encoding::Identity).await.expect("answered");
        assert_eq!(plain.headers()[header::ETAG], "\"abc\"");
        let brotli = answer.respond("abc", Encoding::Brotli).await.expect("answered");
        assert_eq!(brotli.headers()[header::ETAG], "\"abc-br\"");
        assert_eq!(brotli.headers()[header::CONTENT_ENCODING], "br");
        let first = answer.brotli.get().expect("made").as_ptr();
        answer.respond("abc", Encoding::Brotli).await.expect("answered");
        assert_eq!(answer.brotli.get().expect("kept").as_ptr(), first);
        assert!(answer.brotli.get().expect("kept").len() < 1_000);
    }

    #[tokio::test]
    async fn a_short_body_is_not_compressed() {
        let answer = Answer::new("application/json", b"[]".to_vec());
        let response = answer.respond("abc", Encoding::Gzip).await.expect("answered");
        assert!(!response.headers().contains_key(header::CONTENT_ENCODING));
    }
}
