//! `cto-dora`: the figures of dimagi/dora from a store of cto-metrics.

use std::process::ExitCode;

fn main() -> ExitCode {
    command_line::log_to_stderr();
    match command_line::parse::<cto_dora::Arguments>() {
        Ok(arguments) => cto_dora::run(&arguments).into(),
        Err(code) => code,
    }
}
