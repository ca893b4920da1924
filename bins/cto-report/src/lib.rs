//! Writes the monthly report of a store: HTML, Markdown, a CSV bundle, text, PDF, and a manifest of what it was made from.

mod arguments;
mod folder;
mod made;
mod manifest;
mod pdf;
mod sending;
mod verify;

use command_line::Outcome;

pub use arguments::{Arguments, Command, Form, Make, Source, Verify};
pub use sending::To;

/// Runs the program and says how it ended.
pub fn run(arguments: &Arguments) -> Outcome {
    if let Some(shell) = arguments.make.completions {
        command_line::print_completions::<Arguments>(shell);
        return Outcome::Done;
    }
    let result = match &arguments.command {
        Some(Command::Verify(asked)) => verify::verify(asked),
        None => folder::write(&arguments.make),
    };
    match result {
        Ok(outcome) => outcome,
        Err(error) => {
            command_line::report!("cto-report: {}", command_line::with_causes(error.as_ref()));
            let is_usage = error.is::<config_model::ConfigError>() || error.is::<made::UsageError>();
            if is_usage { Outcome::Usage } else { Outcome::Failed }
        }
    }
}
