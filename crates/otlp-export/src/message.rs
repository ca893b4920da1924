//! Messages of OTLP: what is sent.

use model::Instant;
use model::series::{Family, Series, Unit};
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::common::v1::{AnyValue, InstrumentationScope, KeyValue, any_value};
use opentelemetry_proto::tonic::metrics::v1::{
    AggregationTemporality, Gauge, Histogram, HistogramDataPoint, Metric, NumberDataPoint, ResourceMetrics,
    ScopeMetrics, Sum, metric, number_data_point,
};
use opentelemetry_proto::tonic::resource::v1::Resource;
use prost::Message as _;

/// Who measures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    /// `service.name`.
    pub service: String,
    /// `service.version`.
    pub version: String,
    /// `deployment.environment.name`, and `environment` as em-metrics writes it.
    pub environment: Option<String>,
}

/// What points are counted from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Temporality {
    /// The first event of each series.
    Cumulative,
    /// The last time that something was sent; where nothing was, the first event of each series.
    Delta {
        /// When that was.
        since: Option<Instant>,
    },
}

/// How units are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Units {
    /// As UCUM does: `min`, `{deployment}`.
    #[default]
    Ucum,
    /// As em-metrics does: `minute`, `deployment`. Some translators make them part of the name.
    Words,
}

impl Units {
    fn write(self, unit: Unit) -> String {
        match (self, unit) {
            (Self::Ucum, unit) => unit.ucum(),
            (Self::Words, Unit::Seconds) => "second".to_owned(),
            (Self::Words, Unit::Minutes) => "minute".to_owned(),
            (Self::Words, Unit::Of(thing)) => thing.replace('_', " "),
        }
    }
}

/// An `ExportMetricsServiceRequest`, encoded. `epoch` is when totals were begun anew: no series begins before it. Families
/// and series with nothing in them are left out.
pub fn message(
    families: &[Family],
    about: &About,
    temporality: Temporality,
    epoch: Option<Instant>,
    units: Units,
    now: Instant,
) -> Vec<u8> {
    let points = Points { temporality, epoch, now };
    let metrics = families.iter().filter_map(|family| points.metric(family, units)).collect();
    let scope = InstrumentationScope {
        name: "cto-metrics".to_owned(),
        version: about.version.clone(),
        ..InstrumentationScope::default()
    };
    let mut attributes = vec![attribute("service.name", &about.service), attribute("service.version", &about.version)];
    if let Some(environment) = &about.environment {
        attributes
            .extend([attribute("deployment.environment.name", environment), attribute("environment", environment)]);
    }
    let request = ExportMetricsServiceRequest {
        resource_metrics: vec![ResourceMetrics {
            resource: Some(Resource { attributes, ..Resource::default() }),
            scope_metrics: vec![ScopeMetrics { scope: Some(scope), metrics, ..ScopeMetrics::default() }],
            ..ResourceMetrics::default()
        }],
    };
    request.encode_to_vec()
}

/// What all points have in common.
#[derive(Clone, Copy)]
struct Points {
    temporality: Temporality,
    epoch: Option<Instant>,
    now: Instant,
}

impl Points {
    fn metric(self, family: &Family, units: Units) -> Option<Metric> {
        let aggregation_temporality = match self.temporality {
            Temporality::Cumulative => AggregationTemporality::Cumulative,
            Temporality::Delta { .. } => AggregationTemporality::Delta,
        };
        let aggregation_temporality = aggregation_temporality.into();
        let series: Vec<_> = family.series.iter().filter(|(_, series)| series.count > 0).collect();
        if series.is_empty() {
            return None;
        }
        let attributes = |labels: &model::series::Labels| -> Vec<KeyValue> {
            labels.iter().map(|(name, value)| attribute(name, value)).collect()
        };
        let data = if family.is_gauge {
            let point = |(labels, series): (&model::series::Labels, &Series)| NumberDataPoint {
                attributes: attributes(labels),
                time_unix_nano: nanos(self.now),
                value: Some(number_data_point::Value::AsDouble(series.sum)),
                ..NumberDataPoint::default()
            };
            metric::Data::Gauge(Gauge { data_points: series.into_iter().map(point).collect() })
        } else if family.is_of_totals() {
            let point = |(labels, series): (&model::series::Labels, &Series)| NumberDataPoint {
                attributes: attributes(labels),
                start_time_unix_nano: self.start(series),
                time_unix_nano: nanos(self.now),
                value: Some(number_data_point::Value::AsInt(series.count.try_into().unwrap_or(i64::MAX))),
                ..NumberDataPoint::default()
            };
            let data_points = series.into_iter().map(point).collect();
            metric::Data::Sum(Sum { data_points, aggregation_temporality, is_monotonic: true })
        } else {
            let point = |(labels, series): (&model::series::Labels, &Series)| HistogramDataPoint {
                attributes: attributes(labels),
                start_time_unix_nano: self.start(series),
                time_unix_nano: nanos(self.now),
                count: series.count,
                sum: Some(series.sum),
                bucket_counts: series.buckets.clone(),
                explicit_bounds: family.bounds.to_vec(),
                ..HistogramDataPoint::default()
            };
            let data_points = series.into_iter().map(point).collect();
            metric::Data::Histogram(Histogram { data_points, aggregation_temporality })
        };
        Some(Metric {
            name: family.name.to_owned(),
            description: family.help.to_owned(),
            unit: units.write(family.unit),
            data: Some(data),
            ..Metric::default()
        })
    }

    /// When a series begins: not after now.
    fn start(self, series: &Series) -> u64 {
        let since = match self.temporality {
            Temporality::Delta { since } => since,
            Temporality::Cumulative => None,
        };
        let first = since.unwrap_or(series.first);
        nanos(self.epoch.map_or(first, |epoch| first.max(epoch)).min(self.now))
    }
}

fn attribute(key: &str, value: &str) -> KeyValue {
    let value = Some(AnyValue { value: Some(any_value::Value::StringValue(value.to_owned())) });
    KeyValue { key: key.to_owned(), value, ..KeyValue::default() }
}

/// Nanoseconds since 1970; 0, which stands for unknown, before that.
fn nanos(at: Instant) -> u64 {
    u64::try_from(at.micros()).unwrap_or_default().saturating_mul(1_000)
}
