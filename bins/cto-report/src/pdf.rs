//! The HTML, printed by a Chromium that runs beside.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// How long printing may take.
const PATIENCE: Duration = Duration::from_mins(1);
/// Names under which a Chromium is found.
const NAMES: [&str; 5] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];

/// Why there is no PDF.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PdfError {
    #[error("no Chromium is found (name one with --chromium or CHROMIUM)")]
    NoChromium,
    #[error("{} cannot be started", .0.display())]
    NotStarted(PathBuf, #[source] std::io::Error),
    #[error("{} printed nothing{}", .0.display(), .1)]
    Nothing(PathBuf, String),
    #[error("{} did not end in {} s", .0.display(), PATIENCE.as_secs())]
    TooLong(PathBuf),
}

/// Prints a file of HTML.
pub(crate) fn print(named: Option<&Path>, html: &Path, pdf: &Path) -> Result<(), PdfError> {
    let chromium = named
        .map(Path::to_path_buf)
        .or_else(|| std::env::var_os("CHROMIUM").map(PathBuf::from))
        .or_else(found)
        .ok_or(PdfError::NoChromium)?;
    let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    let mut print = OsString::from("--print-to-pdf=");
    print.push(absolute(pdf));
    let mut command = Command::new(&chromium);
    command.args(["--headless=new", "--no-pdf-header-footer", "--disable-gpu", "--no-first-run"]).args([
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    ]);
    // Chromium refuses to run as root with its sandbox; what it prints is a file without any script.
    if is_root() {
        command.arg("--no-sandbox");
    }
    command.arg(print).arg(format!("file://{}", absolute(html).display()));
    let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    let mut child = child.map_err(|error| PdfError::NotStarted(chromium.clone(), error))?;
    let begun = Instant::now();
    loop {
        match child.try_wait() {
            Ok(Some(status)) if status.success() && pdf.exists() => return Ok(()),
            Ok(Some(status)) => {
                let code = status.code().map_or_else(String::new, |code| format!(" (exit code {code})"));
                return Err(PdfError::Nothing(chromium, code));
            }
            Ok(None) if begun.elapsed() < PATIENCE => std::thread::sleep(Duration::from_millis(50)),
            _ => {
                // It may have ended meanwhile.
                let _ = child.kill();
                let _ = child.wait();
                return Err(PdfError::TooLong(chromium));
            }
        }
    }
}

fn found() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    NAMES.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name))).find(|file| file.is_file())
}

fn is_root() -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        // Without calling into the system's library: a process' own folder is its user's.
        std::fs::metadata("/proc/self").is_ok_and(|folder| folder.uid() == 0)
    }
    #[cfg(not(unix))]
    false
}
