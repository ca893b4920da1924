//! Where figures are sent to: the key `otlp`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ConfigError;
use crate::scalar::absent_if_null;

/// The key `otlp`: a collector that cto-api sends totals and distributions to, by OpenTelemetry's protocol over HTTP.
/// Headers with keys stand in the environment.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Otlp {
    /// Address for metrics, `https://otel.example.com/v1/metrics`; nothing is sent without one.
    /// `OTEL_EXPORTER_OTLP_METRICS_ENDPOINT` goes above it.
    #[serde(default)]
    pub endpoint: Option<String>,
    /// Hosts that may be sent to by plain http, besides this computer: a collector beside this program, for example.
    #[serde(default, deserialize_with = "absent_if_null")]
    #[schemars(with = "Option<Vec<String>>")]
    pub trusted_hosts: Vec<String>,
    /// What is sent: totals so far, or what came since the last time, which Datadog and Dynatrace want. `cumulative` by
    /// default.
    #[serde(default)]
    pub temporality: Option<OtlpTemporality>,
    /// Date on which totals begin anew, `2026-10-01`. What was withdrawn since it was told stays counted until this is
    /// set to another date, in `/metrics` too.
    #[serde(default)]
    pub epoch: Option<String>,
    /// How units are written: as OpenTelemetry asks for (`ucum`, by default), or in the words of em-metrics (`em`), of
    /// which some collectors make names.
    #[serde(default)]
    pub units: Option<OtlpUnits>,
    /// Whether runs of CI and medians of changes are told under the names of OpenTelemetry's semantic conventions for CI/CD
    /// and version control, too; in `/metrics` as well. `false` by default: these names may still change.
    #[serde(default, deserialize_with = "absent_if_null")]
    #[schemars(with = "Option<bool>")]
    pub semconv: bool,
    /// Name of the service that measures, `cto-metrics` by default. `OTEL_SERVICE_NAME` goes above it.
    #[serde(default)]
    pub service_name: Option<String>,
    /// Name of the environment that this program runs in. `DEPLOYMENT_ENVIRONMENT` goes above it.
    #[serde(default)]
    pub environment: Option<String>,
}

/// What is sent of totals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OtlpTemporality {
    /// All so far.
    #[default]
    Cumulative,
    /// What came since the last time.
    Delta,
}

/// How units are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OtlpUnits {
    /// `min`, `{deployment}`.
    #[default]
    Ucum,
    /// `minute`, `deployment`.
    Em,
}

impl Otlp {
    /// When totals begin anew: the start of the day in UTC. `file` is the name of the configuration in errors.
    ///
    /// # Errors
    /// It is no date.
    pub fn epoch(&self, file: &str) -> Result<Option<model::Instant>, ConfigError> {
        let Some(text) = &self.epoch else { return Ok(None) };
        let day = model::Instant::parse_date_or_rfc3339(text).ok_or_else(|| {
            ConfigError::at_key(file, "otlp.epoch", format!("`{text}` is no date: write it as 2026-10-01"))
        })?;
        Ok(Some(day))
    }

    /// What is wrong although every key and type is right.
    pub(crate) fn check(&self, file: &str) -> Result<(), ConfigError> {
        self.epoch(file).map(drop)
    }
}
