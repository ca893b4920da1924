//! Requests: forms, parameters of the address, and the body of a query.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::failure::Failure;
use super::sql::Parameters;
use super::value::Timestamps;

/// Longest page that one can ask for when nothing is said.
pub(crate) const ALL_ROWS: usize = usize::MAX;

/// The fields of a form or of the query of an address.
pub(crate) fn form(text: &[u8]) -> BTreeMap<String, String> {
    let text = String::from_utf8_lossy(text);
    let pairs = text.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (percent_decoded(name), percent_decoded(value))
        })
        .collect()
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => {
                let digit = |byte: Option<u8>| char::from(byte.unwrap_or(b'0')).to_digit(16).unwrap_or(0) as u8;
                let (high, low) = (digit(rest.next()), digit(rest.next()));
                bytes.push(high * 16 + low);
            }
            other => bytes.push(other),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// How much of a result is asked for, and in what form.
#[derive(Clone, Debug, Default)]
pub(crate) struct Asked {
    pub(crate) location: Option<String>,
    pub(crate) page_token: Option<String>,
    pub(crate) max_results: Option<usize>,
    pub(crate) timestamps: Timestamps,
    /// Whether the client does not want to wait at all.
    pub(crate) at_once: bool,
}

impl Asked {
    /// From the parameters of an address.
    pub(crate) fn from_address(query: &str) -> Result<Self, Failure> {
        let fields = form(query.as_bytes());
        let field = |name: &str| fields.get(name).filter(|value| !value.is_empty());
        let micros = field("formatOptions.useInt64Timestamp").is_some_and(|value| value == "true");
        Ok(Self {
            location: field("location").cloned(),
            page_token: field("pageToken").cloned(),
            max_results: field("maxResults").map(|value| number(value, "maxResults")).transpose()?,
            timestamps: timestamps(micros, field("formatOptions.timestampOutputFormat").map(String::as_str))?,
            at_once: field("timeoutMs").is_some_and(|value| value == "0"),
        })
    }
}

fn number(text: &str, name: &str) -> Result<usize, Failure> {
    text.parse().map_err(|_| Failure::invalid(format!("Invalid value for {name}: {text} is not a valid value")))
}

fn timestamps(micros: bool, format: Option<&str>) -> Result<Timestamps, Failure> {
    match format {
        None | Some("FLOAT64" | "TIMESTAMP_OUTPUT_FORMAT_UNSPECIFIED") if micros => Ok(Timestamps::Microseconds),
        None | Some("FLOAT64" | "TIMESTAMP_OUTPUT_FORMAT_UNSPECIFIED") => Ok(Timestamps::Seconds),
        Some("INT64") => Ok(Timestamps::Microseconds),
        Some("ISO8601_STRING") => Ok(Timestamps::Iso8601),
        Some(other) => Err(Failure::invalid(format!("Invalid value for timestampOutputFormat: {other}"))),
    }
}

/// The body of `jobs.query`.
#[derive(Clone, Debug)]
pub(crate) struct QueryRequest {
    pub(crate) query: String,
    pub(crate) asked: Asked,
    pub(crate) parameters: Parameters,
    pub(crate) maximum_bytes_billed: Option<u64>,
    pub(crate) dry_run: bool,
}

impl QueryRequest {
    pub(crate) fn parse(body: &[u8]) -> Result<Self, Failure> {
        let body: Json = serde_json::from_slice(body)
            .map_err(|error| Failure::invalid(format!("Invalid JSON payload received. {error}")))?;
        let query = body["query"].as_str().filter(|query| !query.trim().is_empty());
        let query = query.ok_or_else(|| Failure::invalid("Required parameter is missing: query"))?.to_owned();
        if body["useLegacySql"] != Json::Bool(false) {
            return Err(legacy(&query));
        }
        Ok(Self {
            asked: Asked {
                location: body["location"].as_str().filter(|place| !place.is_empty()).map(str::to_owned),
                page_token: None,
                max_results: whole(&body["maxResults"], "maxResults")?.map(|most| most as usize),
                timestamps: timestamps(
                    body["formatOptions"]["useInt64Timestamp"] == Json::Bool(true),
                    body["formatOptions"]["timestampOutputFormat"].as_str(),
                )?,
                at_once: whole(&body["timeoutMs"], "timeoutMs")? == Some(0),
            },
            parameters: Parameters::parse(&body["parameterMode"], &body["queryParameters"])?,
            maximum_bytes_billed: whole(&body["maximumBytesBilled"], "maximumBytesBilled")?,
            dry_run: body["dryRun"] == Json::Bool(true),
            query,
        })
    }
}

/// A whole number, which JSON of Google writes as a number or as a text.
fn whole(value: &Json, name: &str) -> Result<Option<u64>, Failure> {
    let number = match value {
        Json::Null => return Ok(None),
        Json::String(text) => text.parse().ok(),
        other => other.as_u64(),
    };
    number.map(Some).ok_or_else(|| Failure::invalid(format!("Invalid value at '{name}': {value}")))
}

/// What the old dialect says to a query in the new one.
fn legacy(query: &str) -> Failure {
    const HELP: &str = "[Try using standard SQL (https://cloud.google.com/bigquery/docs/reference/standard-sql/enabling-standard-sql)]";
    match query.split('`').nth(1) {
        Some(table) => Failure::invalid(format!("Invalid table name: `{table}` {HELP}")),
        None => Failure::invalid_query(format!(
            "The sandbox's BigQuery knows no legacy SQL: set useLegacySql to false. {HELP}"
        )),
    }
}
