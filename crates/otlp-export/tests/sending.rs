//! A receiver that decodes what is sent, and answers as collectors do.

use std::io::Read as _;
use std::sync::Arc;

use connector_testing::VirtualClock;
use flate2::read::GzDecoder;
use model::Instant;
use model::series::{Family, Labels, Unit};
use opentelemetry_proto::tonic::collector::metrics::v1::{
    ExportMetricsPartialSuccess, ExportMetricsServiceRequest, ExportMetricsServiceResponse,
};
use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::metrics::v1::{AggregationTemporality, Metric, metric, number_data_point};
use otlp_export::{About, Exporter, Temporality, Units, endpoint, message};
use prost::Message as _;
use provider::Policy;
use secrecy::SecretString;
use source::ErrorKind;
use wiremock::matchers::{header, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

const BOUNDS: &[f64] = &[60.0, 300.0];

fn labels(service: &str) -> Labels {
    vec![("service".into(), service.to_owned()), ("deployment.environment.name".into(), "production".to_owned())]
}

fn families() -> Vec<Family> {
    let at = Instant::from_seconds;
    let mut deployments = Family::totals("cto.deployments", "Deployments", Unit::Of("deployment"));
    for time in [200, 100, 300] {
        deployments.count(labels("shop"), at(time));
    }
    let mut lead_time = Family::distributions("lead_time_for_changes", "Lead time", Unit::Minutes, BOUNDS);
    lead_time.observe(labels("shop"), at(100), 60.0);
    lead_time.observe(labels("shop"), at(200), 500.5);
    let nothing = Family::totals("incident_count", "Incidents", Unit::Of("incident"));
    vec![deployments, lead_time, nothing]
}

fn about() -> About {
    About { service: "cto".to_owned(), version: "1.2.3".to_owned(), environment: Some("eu".to_owned()) }
}

fn texts(attributes: &[KeyValue]) -> Vec<String> {
    use opentelemetry_proto::tonic::common::v1::any_value::Value;
    let text = |attribute: &KeyValue| match attribute.value.as_ref().and_then(|value| value.value.as_ref()) {
        Some(Value::StringValue(value)) => format!("{}={value}", attribute.key),
        other => panic!("a text was expected: {other:?}"),
    };
    attributes.iter().map(text).collect()
}

fn metrics(bytes: &[u8]) -> Vec<Metric> {
    let mut request = ExportMetricsServiceRequest::decode(bytes).expect("a message");
    request.resource_metrics.remove(0).scope_metrics.remove(0).metrics
}

fn exporter(server: &MockServer, headers: &[(&str, &str)]) -> (Exporter, Arc<VirtualClock>) {
    let clock = Arc::new(VirtualClock::starting_at(Instant::from_seconds(1_000)));
    let url = endpoint(&format!("{}/v1/metrics?key=hunter2", server.uri()), &[]).expect("loopback");
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), SecretString::from(*value))).collect();
    let exporter = Exporter::with(url, headers, "cto-metrics/1", Policy::USUAL, clock.clone()).expect("headers");
    (exporter, clock)
}

async fn send(exporter: &Exporter) -> Result<Option<otlp_export::Rejected>, source::SourceError> {
    let bytes =
        message(&families(), &about(), Temporality::Cumulative, None, Units::Ucum, Instant::from_seconds(1_000));
    exporter.send(&bytes).await
}

#[test]
fn names_kinds_units_labels_and_times_are_as_the_protocol_says() {
    let now = Instant::from_seconds(1_000);
    let bytes = message(&families(), &about(), Temporality::Cumulative, None, Units::Ucum, now);
    let request = ExportMetricsServiceRequest::decode(&*bytes).expect("a message");
    let resource = request.resource_metrics[0].resource.as_ref().expect("a resource");
    assert_eq!(
        texts(&resource.attributes),
        ["service.name=cto", "service.version=1.2.3", "deployment.environment.name=eu", "environment=eu"]
    );
    let metrics = metrics(&bytes);
    assert_eq!(metrics.len(), 2, "what never happened is not sent");
    assert_eq!((metrics[0].name.as_str(), metrics[0].unit.as_str()), ("cto.deployments", "{deployment}"));
    let Some(metric::Data::Sum(sum)) = &metrics[0].data else { panic!("a sum") };
    assert!(sum.is_monotonic);
    assert_eq!(sum.aggregation_temporality(), AggregationTemporality::Cumulative);
    let point = &sum.data_points[0];
    assert_eq!(texts(&point.attributes), ["service=shop", "deployment.environment.name=production"]);
    assert_eq!(point.value, Some(number_data_point::Value::AsInt(3)));
    assert_eq!((point.start_time_unix_nano, point.time_unix_nano), (100_000_000_000, 1_000_000_000_000));
    assert_eq!((metrics[1].name.as_str(), metrics[1].unit.as_str()), ("lead_time_for_changes", "min"));
    let Some(metric::Data::Histogram(histogram)) = &metrics[1].data else { panic!("a histogram") };
    let point = &histogram.data_points[0];
    assert_eq!((point.count, point.sum), (2, Some(560.5)));
    assert_eq!((point.bucket_counts.as_slice(), point.explicit_bounds.as_slice()), ([1, 0, 1].as_slice(), BOUNDS));
}

#[test]
fn deltas_begin_at_the_last_send_and_an_epoch_begins_series_anew() {
    let now = Instant::from_seconds(1_000);
    let start = |temporality, epoch: Option<i64>| {
        let bytes = message(&families(), &about(), temporality, epoch.map(Instant::from_seconds), Units::Ucum, now);
        let Some(metric::Data::Sum(sum)) = metrics(&bytes).remove(0).data else { panic!("a sum") };
        (sum.aggregation_temporality(), sum.data_points[0].start_time_unix_nano / 1_000_000_000)
    };
    let (cumulative, delta) = (AggregationTemporality::Cumulative, AggregationTemporality::Delta);
    let since = Some(Instant::from_seconds(940));
    assert_eq!(start(Temporality::Delta { since }, None), (delta, 940));
    assert_eq!(start(Temporality::Delta { since: None }, None), (delta, 100));
    assert_eq!(start(Temporality::Cumulative, Some(500)), (cumulative, 500));
    assert_eq!(start(Temporality::Cumulative, Some(5_000)), (cumulative, 1_000), "never after now");
}

#[test]
fn units_may_be_words() {
    let now = Instant::from_seconds(1_000);
    let bytes = message(&families(), &about(), Temporality::Cumulative, None, Units::Words, now);
    let units: Vec<String> = metrics(&bytes).into_iter().map(|metric| metric.unit).collect();
    assert_eq!(units, ["deployment", "minute"]);
}

#[tokio::test]
async fn a_message_arrives_compressed_with_its_headers() {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .and(path("/v1/metrics"))
        .and(header("content-type", "application/x-protobuf"))
        .and(header("content-encoding", "gzip"))
        .and(header("dd-api-key", "hunter3"))
        .respond_with(ResponseTemplate::new(200))
        .expect(1)
        .mount(&server)
        .await;
    let (exporter, _) = exporter(&server, &[("dd-api-key", "hunter3")]);
    assert_eq!(send(&exporter).await.expect("it is taken"), None);
    let received = server.received_requests().await.expect("they are kept").remove(0);
    let mut bytes = Vec::new();
    GzDecoder::new(&*received.body).read_to_end(&mut bytes).expect("gzip");
    assert_eq!(metrics(&bytes).len(), 2);
}

#[tokio::test]
async fn what_was_not_taken_of_a_message_is_told() {
    let server = MockServer::start().await;
    let partial = ExportMetricsPartialSuccess { rejected_data_points: 2, error_message: "too old".to_owned() };
    let body = ExportMetricsServiceResponse { partial_success: Some(partial) }.encode_to_vec();
    Mock::given(method("POST")).respond_with(ResponseTemplate::new(200).set_body_bytes(body)).mount(&server).await;
    let rejected = send(&exporter(&server, &[]).0).await.expect("it is taken").expect("not all of it");
    assert_eq!((rejected.points, rejected.reason.as_str()), (2, "too old"));
}

#[tokio::test]
async fn a_busy_collector_is_asked_four_times_and_waited_for_as_long_as_it_says() {
    for status in [429, 502, 503, 504] {
        let server = MockServer::start().await;
        let busy = ResponseTemplate::new(status).insert_header("retry-after", "7");
        Mock::given(method("POST")).respond_with(busy).mount(&server).await;
        let (exporter, clock) = exporter(&server, &[]);
        let error = send(&exporter).await.expect_err("it stays busy");
        assert_eq!(server.received_requests().await.expect("they are kept").len(), 4, "{status}");
        let waited: u64 = clock.sleeps().iter().map(std::time::Duration::as_secs).sum();
        assert!(waited >= 21, "{status}: {:?}", clock.sleeps());
        assert!(error.message.contains("/v1/metrics: gave up after 4 tries"), "{}", error.message);
        assert!(!error.message.contains("hunter2"), "{}", error.message);
    }
}

#[tokio::test]
async fn what_is_refused_is_not_asked_again_and_says_what_to_look_at() {
    for (status, kind, words) in [
        (401, ErrorKind::Unauthorized, "check OTEL_EXPORTER_OTLP_HEADERS"),
        (404, ErrorKind::UnexpectedResponse, "usually ends in /v1/metrics"),
        (400, ErrorKind::UnexpectedResponse, "answered 400"),
    ] {
        let server = MockServer::start().await;
        Mock::given(method("POST")).respond_with(ResponseTemplate::new(status)).expect(1).mount(&server).await;
        let error = send(&exporter(&server, &[("authorization", "hunter3")]).0).await.expect_err("refused");
        assert_eq!(error.kind, kind);
        assert!(error.message.contains(words), "{}", error.message);
        assert!(!format!("{error:?}").contains("hunter"), "{error:?}");
    }
}

#[test]
fn addresses_that_anyone_in_between_can_read_are_refused_unless_trusted() {
    let refusal = endpoint("http://collector:4318/v1/metrics", &[]).expect_err("plain http");
    assert!(refusal.message.contains("otlp.trusted_hosts"), "{}", refusal.message);
    assert!(endpoint("http://collector:4318/v1/metrics", &["collector".to_owned()]).is_ok());
    assert!(endpoint("https://otel.example.com/v1/metrics", &[]).is_ok());
}

#[test]
fn a_header_that_cannot_be_sent_is_told_by_its_name_alone() {
    let clock = Arc::new(VirtualClock::starting_at(Instant::from_seconds(1)));
    let url = endpoint("https://otel.example.com/v1/metrics", &[]).expect("https");
    let headers = vec![("api-key".to_owned(), SecretString::from("hunter\n3"))];
    let error = Exporter::with(url, headers, "cto-metrics/1", Policy::USUAL, clock).expect_err("refused");
    assert!(error.message.contains("`api-key`") && !error.message.contains("hunter"), "{}", error.message);
}

#[test]
fn a_gauge_is_its_value_as_of_now_and_neither_a_total_nor_begun() {
    let mut merge = Family::gauges("vcs.change.time_to_merge", "Time to merge", Unit::Seconds);
    merge.set(vec![("vcs.repository.name".into(), "acme/shop".to_owned())], Instant::from_seconds(100), 7200.5, 3);
    let now = Instant::from_seconds(1_000);
    for temporality in [Temporality::Cumulative, Temporality::Delta { since: None }] {
        let metrics = metrics(&message(&[merge.clone()], &about(), temporality, None, Units::Ucum, now));
        let [metric] = &metrics[..] else { panic!("{metrics:?}") };
        assert_eq!((metric.name.as_str(), metric.unit.as_str()), ("vcs.change.time_to_merge", "s"));
        let Some(metric::Data::Gauge(gauge)) = &metric.data else { panic!("{metric:?}") };
        let [point] = &gauge.data_points[..] else { panic!("{gauge:?}") };
        assert_eq!(point.value, Some(number_data_point::Value::AsDouble(7200.5)));
        assert_eq!((point.start_time_unix_nano, point.time_unix_nano), (0, 1_000_000_000_000));
        assert_eq!(texts(&point.attributes), ["vcs.repository.name=acme/shop"]);
    }
}
