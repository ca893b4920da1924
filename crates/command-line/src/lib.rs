#![doc = include_str!("../README.md")]

mod door;
mod interruption;

use std::error::Error;
use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;
use clap_complete::Shell;
use model::Instant;

pub use door::{log_to_stderr, one_line, print, print_data, print_line, report_line};
pub use interruption::{Interruption, interruption};

/// How a program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Outcome {
    /// Everything was done.
    Done = 0,
    /// Nothing was done.
    Failed = 1,
    /// The command line or the configuration is wrong; nothing was tried.
    Usage = 2,
    /// A part was done; what is missing was named.
    Partial = 3,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        Self::from(outcome as u8)
    }
}

/// The exit codes as they stand below `--help`.
pub const EXIT_CODES: &str =
    "Exit codes: 0 done, 1 failed, 2 wrong usage or configuration, 3 partial (what is missing is named).";

/// Reads the command line. On `--help`, `--version` or wrong usage it prints and gives the exit code.
pub fn parse<T: Parser>() -> Result<T, ExitCode> {
    T::try_parse_from(with_two_dashes(std::env::args_os())).map_err(|error| {
        // Nothing can be done where standard output and error are both closed.
        let _ = error.print();
        if error.use_stderr() { Outcome::Usage.into() } else { Outcome::Done.into() }
    })
}

/// Long flags with one dash, as existing scripts write them (`-since 2026-01-01`), get their second one.
pub fn with_two_dashes(arguments: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
    let mut rest_is_verbatim = false;
    arguments
        .into_iter()
        .map(|argument| {
            let long_with_one_dash = argument.to_str().is_some_and(|text| {
                rest_is_verbatim |= text == "--";
                let mut letters = text.strip_prefix('-').unwrap_or_default().chars();
                !rest_is_verbatim
                    && letters.next().is_some_and(|letter| letter.is_ascii_lowercase())
                    && letters.next().is_some_and(|letter| letter.is_ascii_lowercase())
            });
            if long_with_one_dash {
                let mut two = OsString::from("-");
                two.push(argument);
                two
            } else {
                argument
            }
        })
        .collect()
}

/// A value parser for instants: a date (its midnight in UTC) or RFC 3339.
pub fn instant(text: &str) -> Result<Instant, String> {
    Instant::parse_date_or_rfc3339(text)
        .ok_or_else(|| "expected a date like 2026-01-31 or a time like 2026-01-31T12:00:00Z".to_owned())
}

/// Writes the completions of a program for a shell to standard output.
pub fn print_completions<T: Parser>(shell: Shell) {
    let mut command = T::command();
    let name = command.get_name().to_owned();
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut command, name, &mut text);
    print(String::from_utf8_lossy(&text));
}

/// An error and those causes of it that it does not repeat.
pub fn with_causes(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let inner_text = inner.to_string();
        if !text.contains(&inner_text) {
            text.push_str(": ");
            text.push_str(&inner_text);
        }
        cause = inner.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn normalised(arguments: &[&str]) -> Vec<String> {
        with_two_dashes(arguments.iter().map(OsString::from))
            .into_iter()
            .map(|argument| argument.into_string().expect("the test writes text"))
            .collect()
    }

    #[test]
    fn one_dash_before_a_long_flag_becomes_two() {
        assert_eq!(normalised(&["x", "-since", "2026-01-01", "-pr=true"]), ["x", "--since", "2026-01-01", "--pr=true"]);
    }

    #[test]
    fn short_flags_negative_numbers_and_what_follows_two_dashes_stay() {
        assert_eq!(normalised(&["x", "-h", "-1", "-V", "--", "-since"]), ["x", "-h", "-1", "-V", "--", "-since"]);
    }

    #[test]
    fn causes_are_told_once() {
        #[derive(Debug)]
        struct Wrapped(&'static str, Option<Box<Wrapped>>);
        impl std::fmt::Display for Wrapped {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.0)
            }
        }
        impl Error for Wrapped {
            fn source(&self) -> Option<&(dyn Error + 'static)> {
                self.1.as_deref().map(|inner| inner as _)
            }
        }
        let inner = Wrapped("file is not a database", Some(Box::new(Wrapped("code 26", None))));
        let outer = Wrapped("data/cto.db: file is not a database", Some(Box::new(inner)));
        assert_eq!(with_causes(&outer), "data/cto.db: file is not a database: code 26");
    }

    #[test]
    fn instants_may_be_dates() {
        assert_eq!(instant("2026-01-01"), instant("2026-01-01T00:00:00Z"));
        assert!(instant("01/01/2026").is_err());
    }
}
