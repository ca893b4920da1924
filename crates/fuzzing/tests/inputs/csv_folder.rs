//! A folder of raw CSV files: read under both readings, stored, published and read again, or refused with file and line.
//!
//! An input is several files, each below a line `--- name.csv`.

use std::fs;
use std::path::Path;

use fuzzing::{Form, Input, Outcome, masked};
use model::Instant;
use model::columns::{Raw, Scopes};
use model::instant::Plausible;
use model::rules::RuleSet;
use model::tables::RAW_TABLES;
use store::Store;
use store::csv_folder::{CsvError, Problem, Reading, load_at};

use crate::scene::{assert_is_computed, assert_is_message, assert_is_sound, at, folder, published, url, with_causes};

pub(crate) const INPUT: Input = Input::new("csv_folder", Form::Cells, &WORDS, check);

const WORDS: [&str; 48] = [
    "--- issue.csv\n",
    "--- issue_status_event.csv\n",
    "--- issue_project_event.csv\n",
    "--- issue_project_custom_field.csv\n",
    "--- project_item_sighting.csv\n",
    "--- pr.csv\n",
    "--- pr_review.csv\n",
    "--- pr_event.csv\n",
    "--- cloud_costs.csv\n",
    "--- import_run.csv\n",
    "--- project.csv\n",
    "--- repository.csv\n",
    "org",
    "repo",
    "number",
    "created_at",
    "closed_at",
    "host",
    "id",
    "acme",
    "web",
    "github.com",
    "PVT_7",
    "I_1",
    "PR_101",
    "open",
    "closed",
    "merged",
    "reopened",
    "added",
    "moved",
    "removed",
    "Usage",
    "Credit",
    "2026-01-01",
    "2026-02-00",
    "2026-03-02T09:00:00.123456789Z",
    "2026-03-02T9:00:00Z",
    "2026-03-02T09:00:00,5Z",
    "2026-04-03T00:00:00Z",
    "\"",
    "\"\"",
    "\"a\nb\"",
    ";",
    "\r\n",
    "\r",
    ",",
    "on_board",
];

/// When the folder is read.
const NOW: &str = "2026-04-01T00:00:00Z";

fn check(text: &[u8]) -> Outcome {
    let (parent, size) = (folder(), text.len());
    let raw = parent.path().join("raw");
    write(text, &raw);
    let now = at(NOW);
    let original = match load_at(&raw, Scopes::ALL, Reading::Original, now) {
        Ok(loaded) => {
            loaded.problems.iter().for_each(|problem| assert_is_placed(&raw, problem));
            assert_is_computed(text, &loaded.raw, RuleSet::CtoStats);
            format!("read with {} problems", loaded.problems.len().min(3))
        }
        Err(error) => refused(&raw, &error, Reading::Original, size),
    };
    let strict = match load_at(&raw, Scopes::ALL, Reading::Strict, now) {
        Ok(loaded) => {
            assert!(loaded.problems.is_empty(), "{:?}", loaded.problems);
            assert_is_dated(&loaded.raw, now);
            assert_is_computed(text, &loaded.raw, RuleSet::Flow);
            stored_and_published(parent.path(), &raw, size)
        }
        Err(error) => {
            return Outcome::Refused(format!("{} | {original}", refused(&raw, &error, Reading::Strict, size)));
        }
    };
    Outcome::Taken(format!("{strict} | {original}"))
}

/// The files of the input, as far as they have the name of a raw table. A name that comes again goes on.
fn write(text: &[u8], folder: &Path) {
    fs::create_dir_all(folder).expect("a folder");
    let mut file: Option<(&str, Vec<u8>)> = None;
    let end = |file: Option<(&str, Vec<u8>)>| {
        if let Some((name, content)) = file {
            fs::write(folder.join(name), content).expect("written");
        }
    };
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        let name = std::str::from_utf8(line).ok().and_then(|line| line.strip_prefix("--- "));
        let known = name.and_then(|name| RAW_TABLES.iter().find(|table| table.file == name.trim_end()));
        match (known, &mut file) {
            (Some(table), _) => {
                end(file.take());
                file = Some((table.file, fs::read(folder.join(table.file)).unwrap_or_default()));
            }
            (None, Some((_, content))) => content.extend_from_slice(line),
            (None, None) => {}
        }
    }
    end(file);
}

/// No instant that cannot be decides up to when the data reaches, unless an import vouches for it.
fn assert_is_dated(raw: &Raw, now: Instant) {
    let Some(as_of) = raw.as_of else { return };
    let vouched = raw.imports.iter().filter_map(|run| run.covered_to).max().unwrap_or(now);
    assert!(Plausible::at(vouched.max(now)).holds(as_of.micros()), "as of {as_of}");
}

/// A folder that can be read can be stored; what is published of it can be stored, too, and is published the same.
fn stored_and_published(parent: &Path, raw: &Path, size: usize) -> String {
    let load = |from: &Path, name: &str| {
        let store = Store::open(&url(&parent.join(format!("{name}.db")))).expect("opened");
        let import = store.import_csv(from);
        import.map(|import| {
            assert_is_sound(&store);
            let to = parent.join(name);
            store
                .publish_csv(&to, store::JobsOfCi::Published)
                .unwrap_or_else(|error| panic!("not published: {}", with_causes(&error)));
            (import, to)
        })
    };
    let (import, once) = match load(raw, "once") {
        Ok(loaded) => loaded,
        Err(error) => {
            let error = with_causes(&error);
            assert_is_message(&error, size);
            return format!("read, not stored: {}", masked(&error.replace(&raw.display().to_string(), "")));
        }
    };
    let read = load_at(&once, Scopes::ALL, Reading::Strict, at(NOW));
    let read = read.unwrap_or_else(|error| panic!("what was published cannot be read: {}", with_causes(&error)));
    let (_, twice) = load(&once, "twice")
        .unwrap_or_else(|error| panic!("what was published cannot be stored: {}", with_causes(&error)));
    for ((name, first), (_, second)) in published(&once).into_iter().zip(published(&twice)) {
        assert_eq!(String::from_utf8_lossy(&first), String::from_utf8_lossy(&second), "{name}");
    }
    format!("stored, {} unknown, {} implausible", import.unknown().min(3), read.raw.implausible.len().min(3))
}

/// A refusal names the file and, where it names a line, one that is there: what is before it is not refused.
fn refused(folder: &Path, error: &CsvError, reading: Reading, size: usize) -> String {
    let message = with_causes(error);
    assert_is_message(&message, size);
    let of_folder = message.starts_with("the folder") || message.contains("is missing in");
    let table = RAW_TABLES.iter().find(|table| message.starts_with(table.file));
    assert!(of_folder || table.is_some(), "no file is named: {message}");
    match error {
        CsvError::Value(problem) => {
            assert_is_placed(folder, problem);
            assert_is_first(folder, problem.file, problem.line, reading);
        }
        CsvError::Ragged { file, line, .. } => assert_is_first(folder, file, *line, reading),
        CsvError::BareQuote { file, line, .. }
        | CsvError::TextAfterQuote { file, line, .. }
        | CsvError::UnclosedQuote { file, line, .. }
        | CsvError::Duplicate { file, second: line, .. } => assert_has_line(folder, file, *line),
        _ => {}
    }
    masked(&message.replace(&folder.display().to_string(), ""))
}

fn assert_is_placed(folder: &Path, problem: &Problem) {
    assert_is_message(&problem.to_string(), 0);
    if problem.line > 0 {
        assert_has_line(folder, problem.file, problem.line);
    }
}

fn lines(folder: &Path, file: &str) -> Vec<Vec<u8>> {
    let text = fs::read(folder.join(file)).expect("the file is there");
    text.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect()
}

fn assert_has_line(folder: &Path, file: &str, line: u64) {
    let count = lines(folder, file).len() as u64;
    assert!((1..=count.max(1)).contains(&line), "{file} has {count} lines, not {line}");
}

/// Without this line and what is behind it, the file is not what is refused.
fn assert_is_first(folder: &Path, file: &str, line: u64, reading: Reading) {
    assert_has_line(folder, file, line);
    if line < 2 {
        return;
    }
    let path = folder.join(file);
    let whole = fs::read(&path).expect("the file is there");
    fs::write(&path, lines(folder, file)[..line as usize - 1].concat()).expect("written");
    if let Err(error) = load_at(folder, Scopes::ALL, reading, at(NOW)) {
        let message = error.to_string();
        let at_line = message.strip_prefix(file).is_some_and(|rest| rest.starts_with(" line "));
        assert!(!at_line, "{file} was refused for line {line}, and without it: {message}");
    }
    fs::write(&path, whole).expect("written");
}
