//! Writes the forms of a made-up report: `cargo run -p report --example sample -- FOLDER`.
//!
//! What a browser makes of them is looked at there: pages on paper, accessibility.

use std::path::PathBuf;

use report::content;

#[path = "../src/sample.rs"]
mod sample;

fn main() -> std::io::Result<()> {
    let folder = PathBuf::from(std::env::args().nth(1).unwrap_or_else(|| ".".to_owned()));
    std::fs::create_dir_all(&folder)?;
    let base = Some("https://metrics.example.org");
    let reports = [("3", sample::report(3)), ("22", sample::report(22)), ("hostile", sample::hostile())];
    for (name, report) in reports {
        std::fs::write(folder.join(format!("{name}.html")), report::html(&report, base))?;
        std::fs::write(folder.join(format!("{name}.md")), report::markdown(&report, base))?;
        std::fs::write(folder.join(format!("{name}.mail.html")), report::mail_html(&report))?;
        std::fs::write(
            folder.join(format!("{name}.txt")),
            report::executive_text(&report.executive, &report.findings),
        )?;
    }
    Ok(())
}
