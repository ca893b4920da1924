#![doc = include_str!("../README.md")]

mod arguments;
mod failure;
mod pull;
mod report;
mod rows;
mod token;
mod upload;

use command_line::Outcome;

pub use arguments::Arguments;
use arguments::Command;
use failure::Failure;

/// Runs the program and says how it ended.
pub fn run(arguments: &Arguments) -> Outcome {
    if let Some(shell) = arguments.completions {
        command_line::print_completions::<Arguments>(shell);
        return Outcome::Done;
    }
    let outcome = match &arguments.command {
        Some(Command::Pull(asked)) => pull::run(asked),
        Some(Command::Report(asked)) => report::run(asked),
        Some(Command::Upload(asked)) => upload::run(asked),
        None => Err(Failure::usage("no command: pull, report or upload; --help says what each does")),
    };
    outcome.unwrap_or_else(|failure| {
        failure.report();
        failure.outcome
    })
}
