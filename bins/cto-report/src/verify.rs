//! Whether a report is what the present data gives.

use anyhow::{Context as _, bail};
use command_line::Outcome;
use model::{Instant, Month};

use crate::arguments::{Form, Verify};
use crate::made::{Data, Recipe};
use crate::manifest::{self, Manifest, name, sha256};

/// Every form.
const FORMS: [Form; 5] = [Form::Html, Form::Md, Form::Csv, Form::Json, Form::Pdf];

/// Makes the report of a folder again and compares: first its files with its own manifest, then these with the data.
pub(crate) fn verify(asked: &Verify) -> anyhow::Result<Outcome> {
    let folder = asked.folder.display();
    let Some(manifest) = Manifest::read(&asked.folder)? else {
        bail!("{folder} has no {}: it is no report", manifest::FILE);
    };
    let mut wrong: Vec<String> = Vec::new();
    for file in &manifest.files {
        match std::fs::read(asked.folder.join(&file.name)) {
            Ok(bytes) if sha256(&bytes) == file.sha256 => {}
            Ok(_) => wrong.push(format!("{} was changed after it was written", file.name)),
            Err(error) => wrong.push(format!("{} cannot be read: {error}", file.name)),
        }
    }
    let recipe = Recipe {
        month: Some(Month::parse(&manifest.month).with_context(|| format!("{} is no month", manifest.month))?),
        provisional: false,
        teams: manifest.teams.clone(),
        as_of: manifest.as_of.as_deref().and_then(Instant::parse_rfc3339),
        link: manifest.link.clone(),
        forms: FORMS.into_iter().filter(|form| manifest.forms.iter().any(|known| known == name(*form))).collect(),
    };
    let made = Data::read(&asked.source, recipe.as_of)?.compute(&recipe)?.make(&recipe, &manifest.before)?;
    let now = Manifest::of(&made, &recipe, &manifest.before);
    for file in &now.files {
        if manifest.files.iter().any(|known| known.name == file.name && known.sha256 != file.sha256) {
            wrong.push(format!("{} is another one by the present data", file.name));
        }
    }
    if wrong.is_empty() {
        command_line::print(format!("{folder} is what the data gives: {} files are the same.\n", now.files.len()));
        return Ok(Outcome::Done);
    }
    for line in &wrong {
        command_line::report!("{line}");
    }
    let changed = report::changed(&manifest.figures, &made.report);
    for line in &changed {
        command_line::report!("  {line}");
    }
    if now.configuration != manifest.configuration {
        command_line::report!("the configuration is another one");
    }
    if now.made_from != manifest.made_from {
        command_line::report!("the data reached to {}, it reaches to {} now", manifest.made_from, now.made_from);
    }
    command_line::report!("cto-report: {folder} is not what the data gives");
    Ok(Outcome::Failed)
}
