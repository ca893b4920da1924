//! Folders of raw tables: what one program refuses the other refuses too.

use model::columns::Scopes;
use sandbox::{Options, Organisation, Size};
use store::csv_folder::{self, Reading};

use crate::simulated::{Ended, importer};

/// A folder of raw tables, and one with a stray quote in the first title of its pull requests.
fn folders() -> (tempfile::TempDir, tempfile::TempDir) {
    let options = Options { issues: Some(20), pull_requests: Some(20), ..Options::new(64, Size::Small) };
    let organisation = Organisation::generate(&options);
    let (sound, stray) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    for folder in [&sound, &stray] {
        sandbox::write_csv_folder(&organisation, folder.path()).expect("a folder is written");
    }
    let file = stray.path().join("pr.csv");
    let text = std::fs::read_to_string(&file).expect("a table");
    let (header, rows) = text.split_once('\n').expect("a header");
    let (first, rest) = rows.split_once('\n').expect("a row");
    let mut cells: Vec<&str> = first.split(',').collect();
    cells[3] = "Fix the 27\" screen";
    let text = format!("{header}\n{}\n{rest}", cells.join(","));
    std::fs::write(&file, text).expect("a table is written");
    (sound, stray)
}

fn loaded(folder: &std::path::Path) -> Ended {
    let data = tempfile::tempdir().expect("a folder");
    let (config, data) = (data.path().join("config.yml"), data.path().join("data"));
    std::fs::write(&config, "").expect("a file can be written");
    let mut command = importer();
    command.arg("--from-csv").arg(folder).arg("--data").arg(data).arg("--config").arg(config);
    Ended::of(&command.output().expect("the program runs"))
}

/// Whether a folder is read for calculating.
fn is_read(folder: &std::path::Path) -> bool {
    csv_folder::load(folder, Scopes::ALL, Reading::Strict).is_ok()
}

#[test]
fn a_stray_quote_is_refused_by_both_readers_of_folders() {
    let (sound, stray) = folders();
    loaded(sound.path()).with_code(0);
    assert!(is_read(sound.path()));
    assert!(!is_read(stray.path()));
    let ended = loaded(stray.path()).with_code(1);
    assert!(ended.stderr.contains("pr.csv") && ended.stderr.contains("line 2"), "{}", ended.stderr);
}
