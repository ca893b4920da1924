//! A board whose columns are the values of a field of another name.

use sandbox::{Options, Size};

use crate::simulated::{Simulated, tables};

fn statuses(data: &std::path::Path) -> Vec<String> {
    let bytes = &tables(data)["project_item.csv"];
    let mut reader = csv::Reader::from_reader(bytes.as_slice());
    let headers = reader.headers().expect("headers").clone();
    let column = |name: &str| headers.iter().position(|header| header == name).expect("a column");
    let (id, status) = (column("item_id"), column("status"));
    reader.records().map(|row| row.expect("a row")).map(|row| format!("{} {}", &row[id], &row[status])).collect()
}

#[test]
fn a_renamed_status_field_keeps_what_was_known_until_the_configuration_names_it() {
    let simulated = Simulated::serve(&Options::new(13, Size::Small));
    let data = tempfile::tempdir().expect("a folder");
    simulated.import(data.path(), &[]).with_code(0);
    let before = statuses(data.path());
    let board = simulated.organisation.view(simulated.organisation.end()).projects[0].clone();
    simulated.changes(|view| view.rename_status_field(board.number, "Stage"));
    let ended = simulated.import(data.path(), &["--full"]).with_code(3);
    for said in [board.title.as_str(), "no single-select field Status", "Stage", "status_field", &board.number_id] {
        assert!(ended.stderr.contains(said), "`{said}`: {}", ended.stderr);
    }
    assert_eq!(statuses(data.path()), before, "nothing that was known is lost");

    let config = data.path().join("config.yml");
    let text = std::fs::read_to_string(&config).expect("the configuration");
    let entry = format!("id: {}", board.number_id);
    let quoted = format!("id: \"{}\"", board.number_id);
    let found = if text.contains(&quoted) { quoted } else { entry };
    assert!(text.contains(&found), "{text}");
    std::fs::write(&config, text.replace(&found, &format!("{found}\n      status_field: Stage"))).expect("written");
    simulated.import(data.path(), &["--full"]).with_code(0);
    assert_eq!(statuses(data.path()), before);
}
