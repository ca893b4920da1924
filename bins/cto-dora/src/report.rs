//! `cto-dora report`.

use std::time::{SystemTime, UNIX_EPOCH};

use command_line::Outcome;
use dora_compat::{Extended, Question};
use model::Instant;

use crate::arguments::{Format, Report};
use crate::failure::Failure;
use crate::rows;

/// Writes a report.
pub(crate) fn run(asked: &Report) -> Result<Outcome, Failure> {
    if asked.extended && asked.format != Format::Json {
        return Err(Failure::usage("--extended is for --format json alone"));
    }
    let found = rows::read(asked)?;
    let generated_at = clock();
    let now = asked.now.unwrap_or(generated_at);
    let question = Question { now, weeks: asked.weeks, bots: asked.bots(), metrics: asked.metric.clone() };
    let report = dora_compat::Report::new(&found.rows, &question);
    let text = match asked.format {
        Format::Table => report.to_table(),
        Format::Csv => report.to_csv(),
        Format::Json if asked.extended => report.to_extended_json(&Extended {
            generated_at,
            window_end: now,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            coverage: found.coverage,
        }),
        Format::Json => report.to_json(),
    };
    match &asked.output {
        None => command_line::print_data(&text)
            .map_err(|error| Failure::failed(format!("standard output cannot be written: {error}")))?,
        Some(file) => store::publish::write_atomically(file, |out| out.write_all(text.as_bytes()))?,
    }
    Ok(Outcome::Done)
}

/// The time by the machine's clock.
fn clock() -> Instant {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Instant::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}
