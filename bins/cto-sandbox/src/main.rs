//! `cto-sandbox`: serves a simulated GitHub, or writes its data directly.

use std::process::ExitCode;

fn main() -> ExitCode {
    command_line::log_to_stderr();
    match command_line::parse::<cto_sandbox::Arguments>() {
        Ok(arguments) => cto_sandbox::run(&arguments).into(),
        Err(code) => code,
    }
}
