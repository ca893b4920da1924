//! Parameters with their valid values.

use metrics_core::catalogue::Range;
use utoipa::openapi::path::{ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ArrayBuilder, KnownFormat, ObjectBuilder, Schema, SchemaFormat, Type};
use utoipa::openapi::{RefOr, Required};

use crate::dora_report::{TRUTH, USUAL_WEEKS, WEEKS};
use crate::evidence::{COUNTS, EVENTS, FIGURE_STEPS, FIGURES, FIGURES_OF_JOBS, FIGURES_OF_RUNS, LARGEST_PAGE, SIZES};
use crate::query::{BRANCHES, TABLE_PARAMETERS};
use crate::routes::{Evidence, TableRoute, spec};

/// Parameters of a table, `by` with what this one knows.
pub(super) fn of_table(route: &TableRoute) -> Vec<ParameterBuilder> {
    TABLE_PARAMETERS.iter().map(|name| of_name(name, route)).collect()
}

/// Which rule set.
pub(super) fn rules() -> ParameterBuilder {
    let schema = words(&["cto-stats", "flow"]);
    parameter("rules", "Rule set; the server's usual one where it is not given.", schema)
}

/// Whose figures a report has.
pub(super) fn team() -> ParameterBuilder {
    let names = ArrayBuilder::new().items(text());
    parameter("team", "Only what is a team's; may be repeated. Spending of the clouds stays whole.", names.into())
}

/// Parameters of the report of dimagi/dora.
pub(super) fn of_dora_report() -> Vec<ParameterBuilder> {
    let weeks = ObjectBuilder::new().schema_type(Type::Integer);
    let weeks = weeks.minimum(Some(*WEEKS.start())).maximum(Some(*WEEKS.end())).default(Some(USUAL_WEEKS.into()));
    vec![
        parameter("weeks", "Weeks before now from which on merges and deployments count.", weeks.into()),
        parameter(
            "exclude_bots",
            "Whether bots are left out in every metric; otherwise as each metric has it.",
            words(&TRUTH),
        ),
    ]
}

/// Parameters of the rows behind a figure.
pub(super) fn of_evidence(name: &str, evidence: Evidence) -> ParameterBuilder {
    let pattern = |pattern: &str| text().pattern(Some(pattern)).into();
    match name {
        "week" => parameter(name, "ISO week of the figure, `2026-W12`.", pattern("^[0-9]{4}-W[0-9]{2}$")),
        "month" => parameter(name, "Month of the figure, `2026-03`.", pattern("^[0-9]{4}-[0-9]{2}$")),
        "step" => {
            parameter(name, "Step of the figure; `red_bin` are the open bugs of all steps.", words(&FIGURE_STEPS))
        }
        "figure" if evidence == Evidence::Runs => parameter(
            name,
            "Which runs: those that a column counts; `runs` where it is not given.",
            words(&FIGURES_OF_RUNS),
        ),
        "figure" if evidence == Evidence::Jobs => parameter(
            name,
            "Which jobs: those that a column of the cost is for; `jobs`, all of them, where it is not given.",
            words(&FIGURES_OF_JOBS),
        ),
        "workflow" => {
            parameter(name, "Name of the workflow, as in the table; all of them where it is not given.", text().into())
        }
        "figure" => parameter(
            name,
            "Which deployments: those that a column of the keys counts; `deployments` where it is not given.",
            words(&FIGURES),
        ),
        "iteration" => {
            parameter(name, "Id of the iteration, as in the table; all of them where it is not given.", text().into())
        }
        "column" => parameter(
            name,
            "Which issues: those that a column of the iteration counts; all of it where it is not given.",
            words(&COUNTS),
        ),
        "size" => parameter(name, "Size of the figure, by changed files.", words(&SIZES)),
        "event" => {
            let help = "What the figure counts, as its column; `merged` where it is not given.";
            parameter(name, help, words(&EVENTS))
        }
        "cr" => {
            let number = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(0_usize));
            parameter(name, "Change requests of a pull request.", number.into())
        }
        "from_days" | "to_days" => {
            let help = "Bound of the bin, as in the table; none where it is not given or null there.";
            parameter(name, help, ObjectBuilder::new().schema_type(Type::Number).minimum(Some(0_usize)).into())
        }
        "limit" => {
            let number = ObjectBuilder::new().schema_type(Type::Integer);
            let number = number.minimum(Some(1_usize)).maximum(Some(LARGEST_PAGE));
            parameter(name, "Most rows of a page.", number.into())
        }
        _ => parameter(name, "Where to go on: `next_cursor` of the page before.", text().into()),
    }
}

/// A step of an address.
pub(super) fn of_step(name: &str, help: &str) -> ParameterBuilder {
    parameter(name, help, text().into()).parameter_in(ParameterIn::Path).required(Required::True)
}

/// A header.
pub(super) fn of_header(name: &str, help: &str, required: Required) -> ParameterBuilder {
    parameter(name, help, text().into()).parameter_in(ParameterIn::Header).required(required)
}

/// A choice that a question about pushed events has.
pub(super) fn of_pushed(name: &str, help: &str) -> ParameterBuilder {
    parameter(name, help, text().into())
}

fn of_name(name: &str, route: &TableRoute) -> ParameterBuilder {
    match name {
        "rules" => rules(),
        "from" | "to" => {
            let what = match spec(route.tables[0].1).range {
                Range::Periods => "Only periods that begin within these days; a week begins on its Monday.",
                Range::List(_) => "Only what was over within these days or, where it is not over, began within them.",
                Range::Summary => "First and last day of what is summed up, or days within which months begin.",
                Range::Within => "The figures of what happened within these days; all of time where neither is given.",
            };
            let help = &format!("{what} From 1970 to 2199.");
            let day = text().format(Some(SchemaFormat::KnownFormat(KnownFormat::Date)));
            parameter(name, help, day.into())
        }
        "by" => {
            let valid: Vec<&str> = route.tables.iter().map(|(by, _)| by.name()).collect();
            parameter(name, "Length of the periods; the first one where it is not given.", words(&valid))
        }
        "as_of" => {
            let help = "The figures as of this instant or day; the end of the data where it is not given.";
            parameter(name, help, text().pattern(Some(r"^\d{4}-\d{2}-\d{2}")).into())
        }
        "ref" => {
            let help = "For which branches runs count: `default` for the default branch of their repository alone.";
            parameter(name, help, words(&BRANCHES))
        }
        "bots" => {
            let help = "Whether what bots opened counts; each table has its own habit where it is not given.";
            parameter(name, help, words(&["exclude", "include"]))
        }
        _ => {
            let what = match name {
                "project" => "Boards, by id",
                "repo" => "Repositories, as `repo` or `org/repo`",
                "service" => "Services that are delivered, by name",
                "team" => "Teams, by name",
                _ => "Types of issues",
            };
            let list = ArrayBuilder::new().items(text());
            parameter(
                name,
                &format!("{what}; may be repeated. /api/v1/meta lists them."),
                Schema::Array(list.build()).into(),
            )
            .explode(Some(true))
        }
    }
}

fn parameter(name: &str, help: &str, schema: RefOr<Schema>) -> ParameterBuilder {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Query)
        .required(Required::False)
        .description(Some(help))
        .schema(Some(schema))
}

fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

fn words(valid: &[&str]) -> RefOr<Schema> {
    text().enum_values(Some(valid.iter().copied())).into()
}
