//! The page about file formats is written from the declaration of the tables.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use model::tables::RAW_TABLES;

const BEGINNING: &str = "\
# Data formats

This page is written from the declaration of the raw tables (`model::tables`) and compared with it by a test; `UPDATE_DOCS=1 cargo test -p store data_formats` writes it anew.

## Raw tables

After each import the raw tables are published as CSV files, one per table, beside the store.
Each file is replaced whole: a reader sees the old one or the new one.
Jobs of CI are published only with `import: {publish_jobs: true}`; what they are rolled up into always is, of all of them. Where a folder has `ci_job.csv`, its jobs count in place of the rows of the three tables below it that are not `settled`, and are taken out of those that are where their `part` is told.
Columns marked *original* are those of the original tool, under its names and in its order; ours follow.

* Comma, LF, no byte order mark. A field is quoted only if it contains a comma, a quote, CR or LF, begins with white space, or is exactly `\\.`; quotes are doubled.
* Instants are UTC in whole seconds, `2026-01-02T03:04:05Z`; truth values are `true` and `false`; an empty cell is null or the empty text.
* Months are written as their first day, `2026-01-01`. Amounts are exact decimal numbers with all digits, at least two behind the point, without exponent: `12.50`, `0.0000008`.
* Rows are ordered by their key; numbers of issues and pull requests as numbers. Events, reviews and custom fields stay in the order in which the provider gave them, behind their issue or pull request.
* The same data gives the same bytes.

### Reading

`cto-import --from-csv` loads such files into the store, and `cto-calculate --data` computes from a folder of them without one, the original tool's included.
Both go through the same scanner and the same reading of cells, and say the same of the same error: file, line, column, value and remedy.

* Columns are found by name, in any order, with or without a byte order mark. What a file has besides is passed over.
* Lines may end in LF or CR LF.
* Text is UTF-8: a cell that is not is an error.
* A quote inside a field that does not begin with one, text behind a closing quote, a quote that is never closed, a row of another length than the header, and a header that is separated by semicolons are errors.
* An organisation, repository or number that is empty is an error, save in tables of cards, which may show something else, and the organisation of a pull request that was pushed without a repository that is known, whose number begins with `api/`; so are times, truth values, whole numbers, months and amounts in another form, an unknown word for what an event did, what a card shows, whether it is on its board, where a sighting comes from, the state of a review without an `id` or a kind of charge; and an issue or pull request that comes twice.
* Other words than those below for the state of an issue or pull request, the reason of a state, the state of a review with an `id`, and what happened to a pull request are kept as they are.
* Where a file has no column `host`, or the cell is empty, it is `github.com`. In a folder the host tells rows apart; and so it does in the store. A repository that a file names without a host is the one that an import shows by that name.

`--from-csv` needs one of `issue.csv`, `pr.csv` and `cloud_costs.csv`, loads every raw table that is there, and stores all of a folder or nothing.
Of `import_run.csv` it takes only how far the data reaches.
Rows that an API has shown are not overwritten.
`cto-calculate` needs `issue.csv`, `issue_status_event.csv` and `issue_project_event.csv` for issues; every other file may be missing, and `project_item.csv` is not read.
Under `--rules cto-stats` it reads files as the original tool does, text that is not UTF-8 included, and tells odd values instead of refusing them; [compatibility.md](compatibility.md) has the rest.

What is read of amounts and months: decimal numbers, plain exponents included, and days that exist; thousands separators, `NaN`, empty costs and other texts are errors with file, line, column and value.
Rows of `cloud_costs.csv` with equal keys are added up.
Where a file has no columns `gross` and `credits`, gross is the cost and credits are 0.
Where it says neither `settled` nor `observed_at`, its newest month is taken for open and every earlier month for settled.
";

fn page() -> String {
    let mut page = BEGINNING.to_owned();
    for table in RAW_TABLES {
        let key = table.key.iter().map(|column| format!("`{column}`")).collect::<Vec<_>>().join(", ");
        write!(page, "\n### {}.csv\n\n{} Key: {key}.\n\n", table.name, table.doc).expect("text");
        page.push_str("| column | type | original | meaning |\n|---|---|---|---|\n");
        for column in table.columns {
            let kind = column.storage.in_words();
            let original = if column.original { "yes" } else { "" };
            writeln!(page, "| `{}` | {kind} | {original} | {} |", column.name, column.doc).expect("text");
        }
    }
    page
}

#[test]
fn the_page_about_data_formats_follows_the_declaration() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/data-formats.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, page()).expect("written");
    }
    let written = fs::read_to_string(&path).expect("docs/data-formats.md is there");
    assert_eq!(
        written,
        page(),
        "docs/data-formats.md is out of date: run UPDATE_DOCS=1 cargo test -p store data_formats"
    );
}
