//! The program as a process.

use std::path::Path;
use std::process::{Command, Output};

/// Runs the program in a folder, with these variables and no others: without `gh`, too.
pub(crate) fn run(folder: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    let mut program = Command::new(env!("CARGO_BIN_EXE_cto-dora"));
    program.args(arguments).current_dir(folder).env_clear().envs(environment.iter().copied());
    program.output().unwrap()
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}
