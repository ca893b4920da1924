//! The collector that totals are sent to, by the variables of OpenTelemetry above the key `otlp`.

use config_model::{Otlp, OtlpTemporality, OtlpUnits};
use otlp_export::{About, Exporter, Units, endpoint};
use percent_encoding::percent_decode_str;
use secrecy::SecretString;

use crate::exporting::Collector;
use crate::secrets::Variables;
use crate::usage::UsageError;

/// Where metrics go below the address for all signals.
const METRICS: &str = "v1/metrics";

/// `None` where no address is given.
pub(super) fn planned(otlp: &Otlp, variables: Variables<'_>) -> anyhow::Result<Option<Collector>> {
    let Some(address) = address(otlp, variables) else { return Ok(None) };
    let url = endpoint(&address, &otlp.trusted_hosts).map_err(|error| UsageError::new(error.message))?;
    let version = env!("CARGO_PKG_VERSION");
    let exporter = Exporter::new(url, headers(variables)?, &format!("cto-metrics/{version}"))
        .map_err(|error| UsageError::new(error.message))?;
    let service = variables("OTEL_SERVICE_NAME").or_else(|| otlp.service_name.clone());
    Ok(Some(Collector {
        exporter,
        about: About {
            service: service.unwrap_or_else(|| "cto-metrics".to_owned()),
            version: version.to_owned(),
            environment: variables("DEPLOYMENT_ENVIRONMENT").or_else(|| otlp.environment.clone()),
        },
        units: match otlp.units.unwrap_or_default() {
            OtlpUnits::Ucum => Units::Ucum,
            OtlpUnits::Em => Units::Words,
        },
        deltas: temporality(otlp, variables)? == OtlpTemporality::Delta,
        epoch: otlp.epoch("config.yml")?,
    }))
}

/// The most specific address that is given. That of em-metrics is read too.
fn address(otlp: &Otlp, variables: Variables<'_>) -> Option<String> {
    let below = |base: String| format!("{}/{METRICS}", base.trim_end_matches('/'));
    variables("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT")
        .or_else(|| variables("OTEL_EXPORTER_OTLP_ENDPOINT").map(below))
        .or_else(|| variables("OTEL_COLLECTOR_URL"))
        .or_else(|| otlp.endpoint.clone())
        .filter(|address| !address.trim().is_empty())
}

fn temporality(otlp: &Otlp, variables: Variables<'_>) -> Result<OtlpTemporality, UsageError> {
    const NAME: &str = "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE";
    match variables(NAME).map(|preference| preference.to_lowercase()).as_deref() {
        None => Ok(otlp.temporality.unwrap_or_default()),
        Some("cumulative") => Ok(OtlpTemporality::Cumulative),
        Some("delta") => Ok(OtlpTemporality::Delta),
        Some(other) => Err(UsageError::new(format!("{NAME} says `{other}`: write cumulative or delta"))),
    }
}

/// The headers of the environment, which hold keys: `NAME=VALUE,NAME=VALUE`, values percent-encoded.
fn headers(variables: Variables<'_>) -> Result<Vec<(String, SecretString)>, UsageError> {
    let names = ["OTEL_EXPORTER_OTLP_METRICS_HEADERS", "OTEL_EXPORTER_OTLP_HEADERS"];
    let given = names.into_iter().find_map(|name| variables(name).map(|text| (name, text)));
    let Some((name, text)) = given else { return Ok(Vec::new()) };
    let header = |pair: &str| match pair.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() => {
            let value = percent_decode_str(value.trim()).decode_utf8().ok()?;
            Some((name.trim().to_owned(), SecretString::from(value.into_owned())))
        }
        _ => None,
    };
    let pairs = text.split(',').filter(|pair| !pair.trim().is_empty());
    // The text is a secret, and so is each part of it.
    pairs.map(header).collect::<Option<Vec<_>>>().ok_or_else(|| {
        UsageError::new(format!("{name} cannot be read: write NAME=VALUE,NAME=VALUE, with commas in values as %2C"))
    })
}
