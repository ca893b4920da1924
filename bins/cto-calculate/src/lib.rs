//! Computes the tables of flow, pull requests and cloud spending: store or raw CSV files in, CSV files out. Needs no network and no secret.

mod arguments;
mod headline;
mod input;
mod output;
mod write;

use std::time::Instant as Clock;

use anyhow::Context as _;
use command_line::Outcome;
use model::rules::RuleSet;
use model::table::Formulas;

pub use arguments::Arguments;

/// Runs the program and says how it ended.
pub fn run(arguments: &Arguments) -> Outcome {
    if let Some(shell) = arguments.completions {
        command_line::print_completions::<Arguments>(shell);
        return Outcome::Done;
    }
    match calculate(arguments) {
        Ok(outcome) => outcome,
        Err(error) => {
            command_line::report!("cto-calculate: {}", command_line::with_causes(error.as_ref()));
            if error.is::<config_model::ConfigError>() { Outcome::Usage } else { Outcome::Failed }
        }
    }
}

fn calculate(arguments: &Arguments) -> anyhow::Result<Outcome> {
    let begun = Clock::now();
    let (config, file) = config_model::load(arguments.config.as_deref())?;
    let mut rules = config.rules(arguments.rules)?;
    let scopes = arguments.scopes();
    if file.is_none() && scopes.issues {
        command_line::report!("note: no config.yml: every board is read with GitHub's own column names");
    }
    let input = input::read(arguments, rules.reads(scopes), rules.set)?;
    rules.find_boards(&input.raw.projects);
    rules.find_teams(&input.raw);
    if !input.problems.is_empty() {
        output::print_problems(&input.problems, arguments.strict);
        if arguments.strict {
            return Ok(Outcome::Usage);
        }
    }
    input::check_bills(&input, scopes, &rules)?;
    let asked_for = if arguments.all { scopes } else { arguments.named() };
    let scopes = input::without_empty(&input, scopes, &rules, asked_for);
    let read = begun.elapsed();
    let result = metrics_core::calculate_and_drop(input.raw, &rules, arguments.as_of, scopes)
        .with_context(|| format!("calculating from {}", input.place))?;
    let computed = begun.elapsed();
    for notice in &result.notices {
        command_line::report!("note: {notice}");
    }
    let folder = arguments.out_folder();
    let formulas = if arguments.guard_formulas { Formulas::Guarded } else { Formulas::AsTheyAre };
    write::write(&result.tables, &folder, formulas)?;
    tracing::info!(
        read_ms = read.as_millis() as u64,
        compute_ms = computed.saturating_sub(read).as_millis() as u64,
        write_ms = begun.elapsed().saturating_sub(computed).as_millis() as u64,
        "calculated"
    );
    if rules.set == RuleSet::Flow {
        command_line::print(headline::text(&result));
    }
    output::print_files(&result.tables, &folder, &rules, scopes);
    Ok(Outcome::Done)
}
