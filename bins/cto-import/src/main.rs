//! `cto-import`: fetches what changed and keeps it in the store.

use std::process::ExitCode;

fn main() -> ExitCode {
    command_line::log_to_stderr();
    match command_line::parse::<cto_import::Arguments>() {
        Ok(arguments) => cto_import::run(&arguments).into(),
        Err(code) => code,
    }
}
