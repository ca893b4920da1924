//! `calculated_issue`.

use model::columns::{CodeColumn, Raw, TextColumn};
use model::table::{Cells, Column, Table};

use super::bug_source::{CUSTOMER_FACING, DEV_PROCESS, INTERNAL};
use super::lives::{Lives, Stage};
use super::weeks::At;

/// One row per issue, by the bytes of its id.
pub(super) fn calculated_issue(raw: &Raw, lives: &Lives) -> Table {
    let rows = &lives.lives;
    let texts = |texts: &TextColumn| Cells::Text(texts.gathered(rows.iter().map(|life| life.issue as usize)));
    let dates = |stage| instants(rows.iter().map(|life| life.date(stage)));
    let source = |flag: u8| Cells::Bool(rows.iter().map(|life| life.bug_sources & flag != 0).collect());
    let (project_ids, project_names) = project_texts(lives);
    let project: CodeColumn = rows.iter().map(|life| life.project).collect();
    let (types, type_texts) = distinct_types(raw, lives);
    let columns = vec![
        Column { name: "id", cells: texts(&raw.issues.id) },
        Column { name: "name", cells: texts(&raw.issues.title) },
        Column { name: "project_id", cells: Cells::Code(project.clone(), project_ids) },
        Column { name: "project_name", cells: Cells::Code(project, project_names) },
        Column { name: "creationdatetime", cells: instants(rows.iter().map(|life| life.created)) },
        Column { name: "leadtimestartdatetime", cells: dates(Stage::Lead) },
        Column { name: "cycletimestartdatetime", cells: dates(Stage::Cycle) },
        Column { name: "putinreadystartdatetime", cells: dates(Stage::PutInReady) },
        Column { name: "devstartdatetime", cells: dates(Stage::Dev) },
        Column { name: "reviewstartdatetime", cells: dates(Stage::Review) },
        Column { name: "qastartdatetime", cells: dates(Stage::Qa) },
        Column { name: "waitingtopodstartdateime", cells: dates(Stage::Waiting) },
        Column { name: "enddatetime", cells: dates(Stage::End) },
        Column { name: "bug", cells: Cells::Bool(rows.iter().map(|life| life.is_bug).collect()) },
        Column { name: "bug_customer_facing", cells: source(CUSTOMER_FACING) },
        Column { name: "bug_internal", cells: source(INTERNAL) },
        Column { name: "bug_dev_process", cells: source(DEV_PROCESS) },
        Column { name: "type", cells: Cells::Code(types.into(), type_texts) },
    ];
    Table { name: "calculated_issue", columns }
}

fn instants(dates: impl Iterator<Item = At>) -> Cells {
    Cells::Instant(dates.map(|date| date.known().map(|date| model::Instant::from_micros(date.micros))).collect())
}

/// Ids and names of the projects, by their index.
pub(super) fn project_texts(lives: &Lives) -> (TextColumn, TextColumn) {
    let (mut ids, mut names) = (TextColumn::default(), TextColumn::default());
    for (id, name) in &lives.projects {
        ids.push(id);
        names.push(name);
    }
    (ids, names)
}

fn distinct_types(raw: &Raw, lives: &Lives) -> (Vec<u32>, TextColumn) {
    let mut texts = TextColumn::default();
    let mut place_of_code = hashbrown::HashMap::new();
    let place = |life: &super::lives::Life| {
        let code = raw.issues.kind[life.issue as usize];
        *place_of_code.entry(code).or_insert_with(|| {
            texts.push(raw.dictionary.bytes(code));
            texts.len() as u32 - 1
        })
    };
    let places = lives.lives.iter().map(place).collect();
    (places, texts)
}
