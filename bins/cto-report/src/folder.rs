//! The folder of a report: written once, never written over.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use command_line::Outcome;
use report_delivery::Target;

use crate::arguments::{Form, Make};
use crate::made::{Data, HTML, Made, Recipe};
use crate::manifest::{self, Manifest};
use crate::{pdf, sending};

/// Forms that are made where none are named, but for PDF, which is made where it can be.
const USUAL: [Form; 4] = [Form::Html, Form::Md, Form::Csv, Form::Json];
const PDF: &str = "report.pdf";

/// Makes a report and writes it.
pub(crate) fn write(asked: &Make) -> anyhow::Result<Outcome> {
    let mut forms = if asked.format.is_empty() { USUAL.to_vec() } else { asked.format.clone() };
    forms.sort();
    forms.dedup();
    let recipe = Recipe {
        month: asked.month,
        provisional: asked.provisional,
        teams: asked.team.clone(),
        as_of: asked.as_of,
        link: asked.link.clone(),
        forms,
    };
    let targets = sending::targets(&asked.send)?;
    let computed = Data::read(&asked.source, recipe.as_of)?.compute(&recipe)?;
    let made = computed.make(&recipe, &[])?;
    let base = asked.out.join(folder_name(&made.report.month, &recipe.teams));
    let newest = newest(&base)?;
    let (folder, made, before) = match newest {
        None => (base, made, Vec::new()),
        Some((folder, old)) => {
            // A report that was made in place of another one says what changed: made again, it says so again.
            let again = if old.before.is_empty() { made } else { computed.make(&recipe, &old.before)? };
            if is_same(&Manifest::of(&again, &recipe, &old.before), &old) {
                command_line::print(format!("{} was made from the same data: nothing is written.\n", folder.display()));
                return send(asked, &targets, &again, Outcome::Done);
            }
            let changed = report::changed(&old.figures, &again.report);
            if !asked.force {
                bail!(
                    "{} was made from other data ({} instead of {}), or otherwise; {}. To make the report again beside it: --force",
                    folder.display(),
                    old.made_from,
                    again.report.as_of,
                    differences(&changed),
                );
            }
            let next = next(&base);
            (next, computed.make(&recipe, &old.figures)?, old.figures)
        }
    };
    let manifest = Manifest::of(&made, &recipe, &before);
    write_files(&folder, &made, &manifest)?;
    let mut outcome = Outcome::Done;
    if recipe.forms.contains(&Form::Pdf) || asked.format.is_empty() {
        outcome = print_pdf(asked, &folder);
    }
    say(&folder, &made);
    send(asked, &targets, &made, outcome)
}

/// Sends what is written; the worse of both outcomes counts.
fn send(asked: &Make, targets: &[Target], made: &Made, outcome: Outcome) -> anyhow::Result<Outcome> {
    if targets.is_empty() {
        return Ok(outcome);
    }
    let sent = sending::send_to(targets, made, asked.link.as_deref(), asked.dry_run)?;
    Ok(if sent == Outcome::Done { outcome } else { sent })
}

/// Whether two reports were made from the same and are the same.
fn is_same(new: &Manifest, old: &Manifest) -> bool {
    // What is known of the store besides does not matter where every file is the same.
    new.files == old.files
}

fn differences(changed: &[String]) -> String {
    match changed {
        [] => "no figure of the table differs".to_owned(),
        [one] => format!("one figure differs: {one}"),
        [first, ..] => format!("{} figures differ, the first: {first}", changed.len()),
    }
}

/// `2026-10`, and the teams where it is not the report of all.
fn folder_name(month: &str, teams: &[String]) -> String {
    let safe = |team: &String| -> String {
        team.chars().map(|letter| if letter.is_alphanumeric() || letter == '-' { letter } else { '_' }).collect()
    };
    let mut name = month.to_owned();
    for team in teams {
        name.push('.');
        name.push_str(&safe(team));
    }
    name
}

/// The last report of the month, and what it was made from.
fn newest(base: &Path) -> anyhow::Result<Option<(PathBuf, Manifest)>> {
    let mut newest = None;
    for folder in revisions(base) {
        if let Some(manifest) = Manifest::read(&folder)? {
            newest = Some((folder, manifest));
        } else if folder.exists() {
            bail!(
                "{} is there and has no {}: it is no report, or one that was not finished; move it away",
                folder.display(),
                manifest::FILE
            );
        } else {
            break;
        }
    }
    Ok(newest)
}

/// `2026-10`, `2026-10.r2`, `2026-10.r3`, …
fn revisions(base: &Path) -> impl Iterator<Item = PathBuf> {
    let base = base.to_path_buf();
    let first = base.clone();
    let others = (2..).map(move |revision: u32| {
        let mut name = base.file_name().unwrap_or_default().to_os_string();
        name.push(format!(".r{revision}"));
        base.with_file_name(name)
    });
    std::iter::once(first).chain(others)
}

fn next(base: &Path) -> PathBuf {
    revisions(base).find(|folder| !folder.exists()).unwrap_or_else(|| base.to_path_buf())
}

/// All files into a folder beside the one that is meant, which is then named so: a report is whole or not there.
fn write_files(folder: &Path, made: &Made, manifest: &Manifest) -> anyhow::Result<()> {
    let parent = folder.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(parent)
        .with_context(|| format!("the folder {} cannot be created; choose another one with --out", parent.display()))?;
    let unfinished = tempfile::Builder::new()
        .prefix(".unfinished-")
        .tempdir_in(parent)
        .with_context(|| format!("nothing can be written into {}", parent.display()))?;
    for (name, bytes) in &made.files {
        let path = unfinished.path().join(name);
        std::fs::write(&path, bytes).with_context(|| format!("writing {}", path.display()))?;
    }
    let path = unfinished.path().join(manifest::FILE);
    std::fs::write(&path, manifest.bytes()?).with_context(|| format!("writing {}", path.display()))?;
    readable_by_others(unfinished.path());
    let kept = unfinished.keep();
    std::fs::rename(&kept, folder).with_context(|| format!("naming {} {}", kept.display(), folder.display()))?;
    Ok(())
}

/// Temporary folders are their owner's alone; reports are for others.
fn readable_by_others(folder: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        // A report that only its owner can read is still a report.
        let _ = std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o755));
    }
    #[cfg(not(unix))]
    let _ = folder;
}

fn print_pdf(asked: &Make, folder: &Path) -> Outcome {
    match pdf::print(asked.chromium.as_deref(), &folder.join(HTML), &folder.join(PDF)) {
        Ok(()) => Outcome::Done,
        // It was not asked for.
        Err(pdf::PdfError::NoChromium) if asked.format.is_empty() => {
            command_line::report!("note: no Chromium is found, so there is no PDF: print {HTML} with a browser");
            Outcome::Done
        }
        Err(error) => {
            command_line::report!("the PDF is missing: {error}; print {HTML} with a browser");
            Outcome::Partial
        }
    }
}

fn say(folder: &Path, made: &Made) {
    let findings: Vec<&str> = made.report.findings.iter().map(|finding| finding.sentence.text.as_str()).collect();
    let names: Vec<&str> = made.files.iter().map(|(name, _)| name.as_str()).collect();
    command_line::print(format!(
        "{}\n  {}\nwritten to {}: {}\n",
        made.report.title,
        findings.join("\n  "),
        folder.display(),
        names.join(", ")
    ));
}
