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

/// Runs the program and says how it ended.
pub fn run(arguments: &Arguments) -> Outcome {
    let outcome = match &arguments.command {
        Command::Pull(asked) => pull::run(asked),
        Command::Report(asked) => report::run(asked),
        Command::Upload(asked) => upload::run(asked),
    };
    outcome.unwrap_or_else(|failure| {
        failure.report();
        failure.outcome
    })
}
