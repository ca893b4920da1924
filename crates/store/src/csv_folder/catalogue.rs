//! The small files that the original's `calculate` never reads: `project.csv`, `repository.csv`, and our
//! `import_run.csv`.

use model::records::{ImportRun, Project, Repository};

use super::blocks::{Findings, Table};
use super::cells::Cell;
use super::error::CsvError;
use super::header::Header;
use super::records::Row;

/// Where the columns of `project.csv` are.
#[derive(Debug)]
pub(super) struct Projects {
    number_id: Cell,
    name: Cell,
    id: Cell,
    number: Cell,
    org: Cell,
    url: Cell,
    closed: Cell,
    columns: Cell,
}

impl Projects {
    pub(super) fn new(header: &Header) -> Result<Self, CsvError> {
        Ok(Self {
            number_id: header.required_cell("project_id")?,
            name: header.required_cell("project_name")?,
            id: header.optional_cell("id"),
            number: header.optional_cell("number"),
            org: header.optional_cell("org"),
            url: header.optional_cell("url"),
            closed: header.optional_cell("closed"),
            columns: header.optional_cell("columns"),
        })
    }
}

impl Table for Projects {
    const FILE: &'static str = "project.csv";
    type Part = Vec<Project>;

    fn take(&self, part: &mut Self::Part, row: Row<'_>, findings: &mut Findings) {
        let columns = self.columns.text(row);
        part.push(Project {
            id: self.id.text(row),
            number_id: self.number_id.text(row),
            number: self.number.number(row, findings).unwrap_or_default(),
            org: self.org.text(row),
            name: self.name.text(row),
            url: self.url.text(row),
            closed: self.closed.flag(row, findings),
            columns: columns.split(';').filter(|column| !column.is_empty()).map(str::to_owned).collect(),
        });
    }
}

/// Where the columns of `repository.csv` are.
#[derive(Debug)]
pub(super) struct Repositories {
    org: Cell,
    name: Cell,
    owner: Cell,
    private: Cell,
    id: Cell,
    archived: Cell,
}

impl Repositories {
    pub(super) fn new(header: &Header) -> Result<Self, CsvError> {
        Ok(Self {
            org: header.required_cell("org")?,
            name: header.required_cell("repo")?,
            owner: header.optional_cell("owner"),
            private: header.optional_cell("private"),
            id: header.optional_cell("id"),
            archived: header.optional_cell("archived"),
        })
    }
}

impl Table for Repositories {
    const FILE: &'static str = "repository.csv";
    type Part = Vec<Repository>;

    fn take(&self, part: &mut Self::Part, row: Row<'_>, findings: &mut Findings) {
        part.push(Repository {
            id: self.id.text(row),
            org: self.org.text(row),
            name: self.name.text(row),
            owner: self.owner.text(row),
            private: self.private.flag(row, findings),
            archived: self.archived.flag(row, findings),
        });
    }
}

/// Where the columns of `import_run.csv` are.
#[derive(Debug)]
pub(super) struct ImportRuns {
    run: Cell,
    scope: Cell,
    subject: Cell,
    outcome: Cell,
    full: Cell,
    covered_from: Cell,
    covered_to: Cell,
    records: Cell,
    calls: Cell,
    points: Cell,
    message: Cell,
    label: Cell,
}

impl ImportRuns {
    pub(super) fn new(header: &Header) -> Result<Self, CsvError> {
        Ok(Self {
            run: header.required_cell("run")?,
            scope: header.required_cell("scope")?,
            subject: header.required_cell("subject")?,
            outcome: header.required_cell("outcome")?,
            full: header.optional_cell("full"),
            covered_from: header.optional_cell("covered_from"),
            covered_to: header.required_cell("covered_to")?,
            records: header.optional_cell("records"),
            calls: header.optional_cell("calls"),
            points: header.optional_cell("points"),
            message: header.optional_cell("message"),
            label: header.optional_cell("label"),
        })
    }
}

impl Table for ImportRuns {
    const FILE: &'static str = "import_run.csv";
    type Part = Vec<ImportRun>;

    fn take(&self, part: &mut Self::Part, row: Row<'_>, findings: &mut Findings) {
        part.push(ImportRun {
            run: self.run.number(row, findings).unwrap_or_default(),
            scope: self.scope.text(row),
            subject: self.subject.text(row),
            outcome: self.outcome.text(row),
            full: self.full.flag(row, findings),
            covered_from: self.covered_from.optional_time(row, findings),
            covered_to: self.covered_to.optional_time(row, findings),
            records: self.records.number(row, findings).unwrap_or_default(),
            calls: self.calls.number(row, findings).unwrap_or_default(),
            points: self.points.number(row, findings).unwrap_or_default(),
            message: self.message.text(row),
            label: self.label.text(row),
        });
    }
}
