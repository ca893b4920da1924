//! All fields of all cards are published, those of archived cards too.

use std::collections::BTreeSet;

use sandbox::view::{Content, Field, FieldValue, View};
use sandbox::{Options, Size};

use crate::published::rows;
use crate::simulated::Simulated;

/// Cards show their title as a field, as on GitHub, and each kind of field is on some archived card.
fn with_all_kinds(view: &mut View) {
    for (place, item) in view.items.iter_mut().enumerate() {
        let Content::Issue(issue) = item.content else { continue };
        let title = view.issues[issue].title.clone();
        item.fields.retain(|field| field.name != "Notes" && field.name != "Sprint" && field.name != "Due");
        let mut push = |name: &str, value| item.fields.push(Field { name: name.to_owned(), value });
        push("Title", FieldValue::Text(title));
        push("Notes", FieldValue::Text(format!("note {place}")));
        push("Sprint", FieldValue::Iteration(format!("Sprint {}", place % 7)));
        push("Due", FieldValue::Date("2026-11-02".to_owned()));
        push("Size", FieldValue::Number(0.5 + place as f64));
    }
}

/// Repository, number, board, field and value.
type Cell = (String, String, String, String, String);

fn shown(view: &View, archived: bool) -> BTreeSet<Cell> {
    let mut cells = BTreeSet::new();
    for item in view.items.iter().filter(|item| item.archived == archived) {
        let Content::Issue(issue) = item.content else { continue };
        let (issue, board) = (&view.issues[issue], &view.projects[item.project]);
        let repository = &view.repositories[issue.repository].name;
        let mut insert = |name: &str, value: String| {
            let (number, board) = (issue.number.to_string(), board.number_id.clone());
            cells.insert((repository.clone(), number, board, name.to_owned(), value));
        };
        if let Some(status) = item.status {
            insert("Status", board.status_options[status].1.clone());
        }
        for field in &item.fields {
            let value = match &field.value {
                FieldValue::Text(text)
                | FieldValue::SingleSelect(text)
                | FieldValue::Date(text)
                | FieldValue::Iteration(text) => text.clone(),
                FieldValue::Number(number) => number.to_string(),
            };
            insert(&field.name, value);
        }
    }
    cells
}

#[test]
fn every_field_of_every_card_is_published_whether_archived_or_not() {
    let simulated =
        Simulated::serve(&Options { issues: Some(150), pull_requests: Some(20), ..Options::new(60, Size::Small) });
    let data = tempfile::tempdir().expect("a folder");
    simulated.shows(simulated.organisation.end(), with_all_kinds);
    simulated.import(data.path(), &[]).with_code(0);
    let mut view = simulated.organisation.view(simulated.organisation.end());
    with_all_kinds(&mut view);
    let published: BTreeSet<Cell> = rows(data.path(), "issue_project_custom_field.csv")
        .into_iter()
        .map(|row| {
            let cell = |column: &str| row[column].clone();
            (cell("repo"), cell("number"), cell("project_id"), cell("field_name"), cell("field_value"))
        })
        .collect();
    for archived in [false, true] {
        let expected = shown(&view, archived);
        let missing: Vec<&Cell> = expected.difference(&published).collect();
        assert!(!expected.is_empty());
        assert!(missing.is_empty(), "archived {archived}: {} missing, as {:?}", missing.len(), missing.first());
    }
}
