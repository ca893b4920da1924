//! `cto-report`: writes the monthly report of a store.

use std::process::ExitCode;

#[cfg(not(target_env = "msvc"))]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    command_line::log_to_stderr();
    match command_line::parse::<cto_report::Arguments>() {
        Ok(arguments) => cto_report::run(&arguments).into(),
        Err(code) => code,
    }
}
