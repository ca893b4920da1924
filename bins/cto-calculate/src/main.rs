//! `cto-calculate`: computes the tables from the store, or from a folder of raw CSV files.

use std::process::ExitCode;

#[cfg(not(target_env = "msvc"))]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    command_line::log_to_stderr();
    match command_line::parse::<cto_calculate::Arguments>() {
        Ok(arguments) => cto_calculate::run(&arguments).into(),
        Err(code) => code,
    }
}
