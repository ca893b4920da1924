//! The program in a process of its own.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread::JoinHandle;
use std::time::Instant;

use crate::client::{Answer, Connection, PATIENCE};

/// The program with nothing of this environment that it would read.
pub(crate) fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cto-api"));
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CTO_") || text.starts_with("OTEL_") || text == "CONFIG_PATH" || text == "RUST_LOG" {
            command.env_remove(&name);
        }
    }
    command.args(arguments);
    command
}

/// Exit code and standard error of a run that ends by itself, in a folder that holds nothing.
pub(crate) fn complaint(mut command: Command) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let Output { status, stderr, stdout } = command.current_dir(folder.path()).output().expect("the program runs");
    let stdout = String::from_utf8_lossy(&stdout);
    assert!(!stdout.contains("listening") || status.code() == Some(1), "it says that it listens, and ends: {stdout}");
    let stderr = String::from_utf8_lossy(&stderr)
        .replace("note: no config.yml: every board is read with GitHub's own column names\n", "");
    format!(
        "exit {}\n{}",
        status.code().expect("not killed"),
        stderr.replace(&folder.path().display().to_string(), "DIR")
    )
}

/// A running server; killed with the value.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: String,
    errors: Option<JoinHandle<String>>,
}

impl Server {
    /// Starts at a free port and waits for its address.
    pub(crate) fn start(arguments: &[&str]) -> Self {
        Self::run(program(arguments))
    }

    pub(crate) fn run(mut command: Command) -> Self {
        if !command.get_args().any(|argument| argument == "--addr") {
            command.args(["--addr", "127.0.0.1:0"]);
        }
        command.stderr(Stdio::piped());
        Self::spawn(command)
    }

    /// Standard error goes where nobody reads it.
    pub(crate) fn unheard(mut command: Command, nowhere: std::io::PipeWriter) -> Self {
        command.args(["--addr", "127.0.0.1:0"]).stderr(nowhere);
        Self::spawn(command)
    }

    fn spawn(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().expect("started");
        // The command keeps its end of a pipe for as long as it lives.
        drop(command);
        let stderr = child.stderr.take();
        let errors = std::thread::spawn(move || {
            let mut text = String::new();
            if let Some(mut stderr) = stderr {
                stderr.read_to_string(&mut text).expect("text");
            }
            text
        });
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("piped")).read_line(&mut line).expect("a line");
        let Some(url) = line.trim().strip_prefix("listening on http://") else {
            panic!("{line:?} {}", errors.join().expect("read"))
        };
        let address = url.split('/').next().expect("an address").to_owned();
        Self { child, address, errors: Some(errors) }
    }

    /// Starts and waits for the first snapshot.
    pub(crate) fn ready(arguments: &[&str]) -> Self {
        let server = Self::start(arguments);
        let base_path = arguments.iter().skip_while(|argument| **argument != "--base-path").nth(1).unwrap_or(&"");
        server.wait_until_ready(&format!("{base_path}/readyz"), "");
        server
    }

    /// Asks until there is a snapshot.
    pub(crate) fn wait_until_ready(&self, path: &str, headers: &str) {
        let mut connection = self.connect();
        let begun = Instant::now();
        loop {
            let answer = connection.get_with(path, headers);
            if answer.status == 200 {
                return;
            }
            assert_eq!(answer.status, 503, "{}", answer.body);
            assert!(begun.elapsed() < PATIENCE, "it does not get ready");
        }
    }

    pub(crate) fn connect(&self) -> Connection {
        Connection::open(&self.address)
    }

    /// Asks over a connection of its own.
    pub(crate) fn get(&self, path: &str) -> Answer {
        self.connect().get(path)
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits for the end; exit code and standard error.
    pub(crate) fn ended(mut self) -> (Option<i32>, String) {
        let status = self.child.wait().expect("ended");
        let errors = self.errors.take().expect("taken once").join().expect("read");
        (status.code(), errors)
    }

    /// Ends it and gives what it wrote on standard error.
    pub(crate) fn stop(mut self) -> String {
        self.child.kill().expect("ended");
        self.ended().1
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended before.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Sends a signal, `-TERM` for example.
#[cfg(unix)]
pub(crate) fn signal(server: &Server, name: &str) {
    let sent = Command::new("kill").args([name, &server.id().to_string()]).status().expect("run");
    assert!(sent.success());
}

/// A file below the folder of fixtures.
pub(crate) fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures").join(name)
}

pub(crate) fn text(path: &Path) -> String {
    path.display().to_string()
}
