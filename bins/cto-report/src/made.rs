//! A report in all its forms, made of a store or a folder of raw CSV files.

use anyhow::{Context as _, bail};
use metrics_core::{Calculation, Selection, calculate_named, known};
use model::columns::{Raw, Scopes};
use model::rules::{RuleSet, Rules};
use model::tables::ImportRun;
use model::{Instant, Month};
use report::content::Report;
use report::{Input, Printed, TABLES};
use store::csv_folder::{self, Reading};
use store::{Place, Store};

use crate::Form;
use crate::arguments::Source;

/// What a report is made by; with the data it gives the same bytes each time.
#[derive(Clone, Debug, Default)]
pub(crate) struct Recipe {
    /// `None`: the last one whose bills no longer change.
    pub(crate) month: Option<Month>,
    /// Instead of that the last one that is over.
    pub(crate) provisional: bool,
    pub(crate) teams: Vec<String>,
    pub(crate) as_of: Option<Instant>,
    pub(crate) link: Option<String>,
    pub(crate) forms: Vec<Form>,
}

/// Something on the command line that the data does not have.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct UsageError(pub(crate) String);

/// The data of a report.
#[derive(Debug)]
pub(crate) struct Data {
    raw: Raw,
    rules: Rules,
    /// Times that the store was changed; `None` of a folder.
    changes: Option<i64>,
    imports: Vec<ImportRun>,
}

/// What was computed of the data: reports are made of it without computing again.
#[derive(Debug)]
pub(crate) struct Computed {
    calculation: Calculation,
    rules: Rules,
    changes: Option<i64>,
    imports: Vec<ImportRun>,
}

/// A report and its files.
#[derive(Debug)]
pub(crate) struct Made {
    pub(crate) report: Report,
    pub(crate) rules: Rules,
    /// By name, in the order of names.
    pub(crate) files: Vec<(String, Vec<u8>)>,
    pub(crate) changes: Option<i64>,
    pub(crate) imports: Vec<ImportRun>,
}

impl Data {
    /// Reads the data and its configuration.
    pub(crate) fn read(source: &Source, as_of: Option<Instant>) -> anyhow::Result<Self> {
        let (config, file) = config_model::load(source.config.as_deref())?;
        let mut rules = config.rules(Some(RuleSet::Flow))?;
        if file.is_none() {
            command_line::report!("note: no config.yml: every board is read with GitHub's own column names");
        }
        let (raw, changes) = read(source, as_of)?;
        for problem in raw.implausible.iter().take(MOST_PROBLEMS) {
            command_line::report!("note: {problem}");
        }
        rules.find_boards(&raw.projects);
        rules.find_teams(&raw);
        let imports = raw.imports.clone();
        Ok(Self { raw, rules, changes, imports })
    }

    /// Computes what reports are made of, and gives the rest of the memory back.
    pub(crate) fn compute(self, recipe: &Recipe) -> anyhow::Result<Computed> {
        let Self { raw, rules, changes, imports } = self;
        let selection = selection(&raw, &rules, &recipe.teams)?;
        let calculation = calculate_named(&raw, &rules, recipe.as_of, &TABLES, &selection)?;
        Ok(Computed { calculation, rules, changes, imports })
    }
}

impl Computed {
    /// Makes the report; what was printed in an earlier one is compared with it.
    pub(crate) fn make(&self, recipe: &Recipe, before: &[Printed]) -> anyhow::Result<Made> {
        let Self { calculation, rules, changes, imports } = self;
        let as_of = report::as_of(calculation);
        let month = match (recipe.month, recipe.provisional) {
            (Some(month), _) => month,
            (None, true) => report::months(calculation).last().copied().unwrap_or_else(|| Month::of(as_of)),
            (None, false) => report::last_complete_month(as_of),
        };
        let input = Input { calculation, rules, imports, month, teams: &recipe.teams, before };
        let report = report::report(&input)?;
        let files = files(&input, &report, recipe)?;
        Ok(Made { report, rules: rules.clone(), files, changes: *changes, imports: imports.clone() })
    }
}

/// Odd values of the data that are named.
const MOST_PROBLEMS: usize = 10;

fn read(source: &Source, as_of: Option<Instant>) -> anyhow::Result<(Raw, Option<i64>)> {
    match Place::find(&source.data, source.store.as_deref()) {
        Some(Place::Store(url)) => {
            let store = Store::open_existing(&url)?;
            let raw = as_of.map_or_else(|| store.load(Scopes::ALL), |as_of| store.load_as_of(Scopes::ALL, as_of));
            Ok((raw.with_context(|| format!("reading {url}"))?, Some(store.changes()?)))
        }
        Some(Place::Folder(folder)) => Ok((csv_folder::load(&folder, Scopes::ALL, Reading::Strict)?.raw, None)),
        None => bail!(store::nothing_in(&source.data)),
    }
}

fn selection(raw: &Raw, rules: &Rules, teams: &[String]) -> anyhow::Result<Selection> {
    let known = known(raw, rules).teams;
    if let Some(unknown) = teams.iter().find(|team| !known.contains(team)) {
        let names = if known.is_empty() { "none is configured".to_owned() } else { known.join(", ") };
        return Err(UsageError(format!("no team is called {unknown}: {names}")).into());
    }
    Ok(Selection { teams: teams.to_vec(), ..Selection::default() })
}

/// The files of a report; PDF is printed from the HTML by others.
fn files(input: &Input<'_>, report: &Report, recipe: &Recipe) -> anyhow::Result<Vec<(String, Vec<u8>)>> {
    let link = recipe.link.as_deref().map(|link| link.trim_end_matches('/'));
    let has = |form: Form| recipe.forms.contains(&form);
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    if has(Form::Html) || has(Form::Pdf) {
        files.push((HTML.to_owned(), report::html(report, link).into_bytes()));
    }
    if has(Form::Md) {
        files.push(("report.md".to_owned(), report::markdown(report, link).into_bytes()));
    }
    if has(Form::Csv) {
        files.extend(report::bundle(input, report).into_iter().map(|(name, bytes)| (name.to_owned(), bytes)));
        let text = report::executive_text(&report.executive, &report.findings);
        files.push(("executive_summary.txt".to_owned(), text.into_bytes()));
    }
    if has(Form::Json) {
        let mut json = serde_json::to_vec_pretty(report)?;
        json.push(b'\n');
        files.push((JSON.to_owned(), json));
    }
    files.sort();
    Ok(files)
}

/// Name of the main file.
pub(crate) const HTML: &str = "report.html";
/// Name of the file that all forms are written from.
pub(crate) const JSON: &str = "report.json";
