//! Totals and distributions of the data, under the names that Prometheus gives them.

use std::fmt;
use std::sync::Arc;

use model::series::{Family, Labels};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;

#[derive(Debug)]
pub(super) struct Families(pub(super) Arc<[Family]>);

impl Collector for Families {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        for family in &*self.0 {
            let kind = match (family.is_gauge, family.is_of_totals()) {
                (true, _) => MetricType::Gauge,
                (false, true) => MetricType::Counter,
                (false, false) => MetricType::Histogram,
            };
            let name = family.prometheus_name();
            let mut encoder = encoder.encode_descriptor(&name, family.help, None, kind)?;
            for (labels, series) in &family.series {
                let labels = names(labels);
                let mut encoder = encoder.encode_family(&labels)?;
                if family.is_gauge {
                    encoder.encode_gauge(&series.sum)?;
                } else if family.is_of_totals() {
                    encoder.encode_counter::<NoLabelSet, u64, u64>(&series.count, None)?;
                } else {
                    let bounds = family.bounds.iter().copied().chain([f64::MAX]);
                    let buckets: Vec<(f64, u64)> = bounds.zip(series.buckets.iter().copied()).collect();
                    encoder.encode_histogram::<NoLabelSet>(series.sum, series.count, &buckets, None)?;
                }
            }
        }
        Ok(())
    }
}

/// The names of labels as Prometheus can have them.
fn names(labels: &Labels) -> Vec<(String, String)> {
    labels.iter().map(|(name, value)| (name.replace('.', "_"), value.clone())).collect()
}
