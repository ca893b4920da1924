//! The way to a collector.

use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use flate2::Compression;
use flate2::write::GzEncoder;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceResponse;
use prost::Message as _;
use provider::endpoint::{self, Advice};
use provider::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderName, HeaderValue};
use provider::{About, Asking, Call, Connection, Decision, Method, Policy, Reply, Request, Unready, Url};
use secrecy::{ExposeSecret as _, SecretString};
use source::{Clock, ErrorKind, Silent, SourceError, SystemClock};
use tokio_util::sync::CancellationToken;

const ADVICE: Advice = Advice {
    form: "https://HOST/v1/metrics",
    with_login: ": write it as a header, in OTEL_EXPORTER_OTLP_HEADERS",
    plain_http: ", which anyone in between can read: use https, or name the host in otlp.trusted_hosts",
};
const ABOUT: About =
    About { name: "the collector", addresses: "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT (otlp.endpoint)", request_ids: &[] };
const TRIES: u32 = 4;
/// So long at the most is waited between two tries: what is sent next is newer.
const LONGEST_WAIT: Duration = Duration::from_secs(20);

/// Reads the address of a collector and refuses what would leak what is sent: https, plain http to this machine, or to one
/// of the hosts that are trusted by name.
///
/// # Errors
/// Says what is wrong with the address, and what to write.
pub fn endpoint(address: &str, trusted_hosts: &[String]) -> Result<Url, SourceError> {
    endpoint::checked_among(ABOUT.addresses, address, &ADVICE, trusted_hosts)
}

/// Sends messages to one collector.
pub struct Exporter {
    connection: Connection,
    url: Url,
    headers: Vec<(String, SecretString)>,
}

impl std::fmt::Debug for Exporter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Exporter").finish_non_exhaustive()
    }
}

/// Points that the collector did not take, though it took the message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// How many.
    pub points: i64,
    /// Why, in its words; empty where it says nothing.
    pub reason: String,
}

impl Exporter {
    /// To an address that `endpoint` has passed, with headers, which are secrets.
    ///
    /// # Errors
    /// A header has a name or value that no header can have.
    pub fn new(url: Url, headers: Vec<(String, SecretString)>, user_agent: &str) -> Result<Self, SourceError> {
        Self::with(url, headers, user_agent, Policy::USUAL, Arc::new(SystemClock::default()))
    }

    /// The same with waits of its own, by a clock.
    ///
    /// # Errors
    /// As [`Exporter::new`].
    pub fn with(
        url: Url,
        headers: Vec<(String, SecretString)>,
        user_agent: &str,
        policy: Policy,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, SourceError> {
        let policy = Policy {
            tries: TRIES,
            limit_tries: TRIES,
            longest_retry_delay: policy.longest_retry_delay.min(LONGEST_WAIT),
            longest_limit_delay: policy.longest_limit_delay.min(LONGEST_WAIT),
            limit_delay: policy.limit_delay.min(LONGEST_WAIT),
            ..policy
        };
        let connection = Connection::new(ABOUT, policy, Some(user_agent.to_owned()), &[&url], 1, clock);
        let exporter = Self { connection, url, headers };
        exporter.request(Vec::new())?;
        Ok(exporter)
    }

    /// Sends a message; what of it the collector did not take, if anything.
    ///
    /// # Errors
    /// The collector cannot be reached, stays busy, or refuses the message.
    pub async fn send(&self, message: &[u8]) -> Result<Option<Rejected>, SourceError> {
        let mut body = GzEncoder::new(Vec::new(), Compression::fast());
        let body = body.write_all(message).and_then(|()| body.finish()).map_err(|error| {
            SourceError::new(ErrorKind::UnexpectedResponse, format!("a message cannot be compressed: {error}"))
        })?;
        let mut call = Sending { exporter: self, body };
        let asking = Asking { what: "metrics", progress: &Silent, cancel: &CancellationToken::new() };
        self.connection.ask(&mut call, asking, &mut 0).await
    }

    fn request(&self, body: Vec<u8>) -> Result<Request, SourceError> {
        let request = Request { body: Some(body), ..Request::new(Method::POST, self.url.clone()) };
        let mut request = request
            .with(CONTENT_TYPE, HeaderValue::from_static("application/x-protobuf"))
            .with(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        for (name, value) in &self.headers {
            let refused = format!("the header `{name}` of OTEL_EXPORTER_OTLP_HEADERS cannot be sent: write NAME=VALUE");
            let value = provider::secret(value.expose_secret(), &refused)?;
            let name: Result<HeaderName, _> = name.parse();
            request = request.with(name.map_err(|_| SourceError::new(ErrorKind::Unauthorized, refused))?, value);
        }
        Ok(request)
    }
}

struct Sending<'a> {
    exporter: &'a Exporter,
    body: Vec<u8>,
}

#[async_trait]
impl Call for Sending<'_> {
    type Answer = Option<Rejected>;

    async fn prepare(&mut self, _asking: Asking<'_>) -> Result<Request, Unready> {
        Ok(self.exporter.request(self.body.clone())?)
    }

    fn judge(&mut self, reply: Reply, _asking: Asking<'_>) -> Decision<Option<Rejected>> {
        let answered = || format!("the collector answered {}", reply.status);
        match reply.status {
            200..300 => Decision::Done(rejected(&reply.body)),
            429 => Decision::Limit { wait: reply.retry_after(), reason: answered(), holds_up_all: true },
            502..=504 => Decision::Again { wait: reply.retry_after(), reason: answered() },
            401 | 403 => Decision::Refused(
                self.refused(ErrorKind::Unauthorized, &format!("{}: check OTEL_EXPORTER_OTLP_HEADERS", answered())),
            ),
            404 | 405 => Decision::Refused(self.refused(
                ErrorKind::UnexpectedResponse,
                &format!("{}: the address usually ends in /v1/metrics", answered()),
            )),
            _ => Decision::Refused(self.refused(ErrorKind::UnexpectedResponse, &answered())),
        }
    }

    fn gave_up(&self, _kind: ErrorKind, _what: &str, tries: u32, reason: &str) -> String {
        let address = endpoint::without_query(self.exporter.url.as_str());
        format!(
            "metrics could not be sent to {address}: gave up after {tries} tries, {reason}; the next send has all of it"
        )
    }
}

impl Sending<'_> {
    fn refused(&self, kind: ErrorKind, reason: &str) -> SourceError {
        let address = endpoint::without_query(self.exporter.url.as_str());
        SourceError::new(kind, format!("metrics cannot be sent to {address}: {reason}"))
    }
}

/// What a reply says of points that were not taken.
fn rejected(body: &[u8]) -> Option<Rejected> {
    let partial = ExportMetricsServiceResponse::decode(body).ok()?.partial_success?;
    let rejected = Rejected { points: partial.rejected_data_points, reason: partial.error_message };
    (rejected.points > 0 || !rejected.reason.is_empty()).then_some(rejected)
}
