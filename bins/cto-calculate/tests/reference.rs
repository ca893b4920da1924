//! The original's own output, byte for byte, through the program with the original's own configuration.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Every file that the original computes.
const FILES: [&str; 11] = [
    "calculated_issue.csv",
    "cycle_time.csv",
    "throughput_week.csv",
    "stocks.csv",
    "stocks_week.csv",
    "pr_change_requests_week.csv",
    "pr_change_requests_repo.csv",
    "pr_change_requests_repo_dist.csv",
    "cloud_spending_monthly.csv",
    "cloud_spending_services.csv",
    "cloud_spending_compared.csv",
];

fn reference() -> Option<PathBuf> {
    let folder = std::env::var_os("CTO_REFERENCE_DATA").map(|folder| PathBuf::from(folder).join("cto-stats"));
    if folder.is_none() {
        eprintln!("skipped: CTO_REFERENCE_DATA is not set");
    }
    folder
}

fn calculate(flags: &[&str], folder: &Path, out: &Path) {
    let output = Command::new(env!("CARGO_BIN_EXE_cto-calculate"))
        .env_remove("CONFIG_PATH")
        .args(flags)
        .arg("--config")
        .arg(folder.join("config.yml"))
        .args(["--rules", "cto-stats", "--out"])
        .arg(out)
        .output()
        .expect("the program runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn assert_original(folder: &Path, out: &Path) {
    for file in FILES {
        let expected = std::fs::read(folder.join("data-out").join(file)).expect("the reference is there");
        let written = std::fs::read(out.join(file)).expect("the table was written");
        assert!(expected == written, "{}: {file} differs", folder.display());
    }
    let mut files: Vec<_> =
        std::fs::read_dir(out).expect("readable").map(|e| e.expect("an entry").file_name()).collect();
    files.sort();
    assert_eq!(files.len(), FILES.len(), "only the original's files are written: {files:?}");
}

#[test]
fn a_folder_of_the_original_gives_the_originals_numbers() {
    let Some(reference) = reference() else { return };
    for name in ["tiny", "nasty"] {
        let folder = reference.join(name);
        let out = tempfile::tempdir().expect("a folder");
        let data = folder.join("data-in");
        calculate(&["--all", "--data", &data.display().to_string()], &folder, out.path());
        assert_original(&folder, out.path());
    }
}
