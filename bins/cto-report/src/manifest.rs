//! What a report was made from: `manifest.json`.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::Context as _;
use report::Printed;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::Form;
use crate::made::{Made, Recipe};

/// Name of the file.
pub(crate) const FILE: &str = "manifest.json";

/// What a report was made from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Manifest {
    /// `2026-10`.
    pub(crate) month: String,
    /// The instant up to which the data was looked at.
    pub(crate) made_from: String,
    /// Version of the program.
    pub(crate) program: String,
    /// Rule set, and a hash of all that the configuration says of figures. Secrets are no part of it.
    pub(crate) rules: String,
    pub(crate) configuration: String,
    /// Times that the store had been changed; absent for a folder of CSV files.
    pub(crate) store_changes: Option<i64>,
    /// Imports that are known, and how far the newest of each scope reaches.
    pub(crate) sources: Vec<Source>,
    /// How to make it again.
    pub(crate) teams: Vec<String>,
    pub(crate) as_of: Option<String>,
    pub(crate) link: Option<String>,
    pub(crate) forms: Vec<String>,
    /// Figures as printed, for the next report of the same month.
    pub(crate) figures: Vec<Printed>,
    /// Of the report that this one was made in place of.
    pub(crate) before: Vec<Printed>,
    /// Files with their hashes, but for the PDF, which has the date of its printing.
    pub(crate) files: Vec<File>,
}

/// A scope of imports.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Source {
    pub(crate) scope: String,
    pub(crate) imports: usize,
    pub(crate) covered_to: Option<String>,
}

/// A file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct File {
    pub(crate) name: String,
    pub(crate) sha256: String,
}

impl Manifest {
    pub(crate) fn of(made: &Made, recipe: &Recipe, before: &[Printed]) -> Self {
        let mut sources: Vec<Source> = Vec::new();
        for run in &made.imports {
            let name = run.scope.name();
            let at = sources.iter().position(|source| source.scope == name).unwrap_or_else(|| {
                sources.push(Source { scope: name.to_owned(), imports: 0, covered_to: None });
                sources.len() - 1
            });
            let covered_to = run.covered_to.map(model::Instant::to_rfc3339_seconds);
            sources[at].imports += 1;
            sources[at].covered_to = sources[at].covered_to.take().max(covered_to);
        }
        sources.sort_by(|one, other| one.scope.cmp(&other.scope));
        Self {
            month: made.report.month.clone(),
            made_from: made.report.as_of.clone(),
            program: env!("CARGO_PKG_VERSION").to_owned(),
            rules: made.rules.set.name().to_owned(),
            configuration: sha256(format!("{:?}", made.rules).as_bytes()),
            store_changes: made.changes,
            sources,
            teams: recipe.teams.clone(),
            as_of: recipe.as_of.map(model::Instant::to_rfc3339),
            link: recipe.link.clone(),
            forms: recipe.forms.iter().map(|form| name(*form).to_owned()).collect(),
            figures: report::printed(&made.report),
            before: before.to_vec(),
            files: made.files.iter().map(|(name, bytes)| File { name: name.clone(), sha256: sha256(bytes) }).collect(),
        }
    }

    /// Reads that of a folder; `None` where there is none.
    pub(crate) fn read(folder: &Path) -> anyhow::Result<Option<Self>> {
        let path = folder.join(FILE);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error).with_context(|| format!("reading {}", path.display())),
        };
        let read = serde_json::from_str(&text);
        read.map(Some).with_context(|| format!("{} is no manifest of a report: move the folder away", path.display()))
    }

    pub(crate) fn bytes(&self) -> anyhow::Result<Vec<u8>> {
        let mut bytes = serde_json::to_vec_pretty(self)?;
        bytes.push(b'\n');
        Ok(bytes)
    }
}

/// Name of a form on the command line.
pub(crate) fn name(form: Form) -> &'static str {
    match form {
        Form::Html => "html",
        Form::Md => "md",
        Form::Csv => "csv",
        Form::Json => "json",
        Form::Pdf => "pdf",
    }
}

pub(crate) fn sha256(bytes: &[u8]) -> String {
    let mut text = String::new();
    for byte in Sha256::digest(bytes) {
        // Writing to memory does not fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}
