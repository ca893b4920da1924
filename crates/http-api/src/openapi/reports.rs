//! Monthly reports in the document: their schemas are those of the structs.

use report::content::Report;
use utoipa::openapi::path::ParameterBuilder;
use utoipa::openapi::schema::{ObjectBuilder, SchemaType, Type};
use utoipa::openapi::{ComponentsBuilder, Paths, ResponsesBuilder};
use utoipa::{PartialSchema as _, ToSchema as _};

use super::{answers, operation, parameters, with};
use crate::reports::{FILE, FILES, MONTHS, REPORT, names};

/// Adds the routes, and the objects that they answer.
pub(super) fn add(paths: &mut Paths, mut components: ComponentsBuilder) -> ComponentsBuilder {
    let mut schemas = vec![(Report::name().into_owned(), Report::schema())];
    Report::schemas(&mut schemas);
    for (name, schema) in schemas {
        components = components.schema(name, schema);
    }
    let tagged = |id: &str, summary: &str| operation(id, "reports", summary);
    let months = tagged("reports", "The months that can be reported, the newest first.");
    paths.paths.insert(MONTHS.to_owned(), with(months, Vec::new(), months_answer()));
    let json = tagged("report", "The report of a month: sections of sentences, tables and pictures, ready to be read.");
    let answer = answers::reported("The report.", [("application/json", answers::reference("Report"))]);
    paths.paths.insert(REPORT.to_owned(), with(json, of_month(), answer));
    let file = tagged("report_file", "A file of the report: for browsers, wikis and spreadsheets.");
    let text = || ObjectBuilder::new().schema_type(Type::String).into();
    let media = FILES.iter().map(|(_, media)| *media).chain(["text/csv"]);
    let media = media.map(|media| (media.split(';').next().unwrap_or(media), text()));
    let names: Vec<&str> = names().collect();
    let help = format!("One of {}.", names.join(", "));
    let parameters = of_month().into_iter().chain([parameters::of_step("file", &help)]).collect();
    paths.paths.insert(FILE.to_owned(), with(file, parameters, answers::reported("The file.", media)));
    components
}

fn of_month() -> Vec<ParameterBuilder> {
    vec![parameters::of_step("month", "A month that is over, like 2026-10."), parameters::team()]
}

fn months_answer() -> ResponsesBuilder {
    let month = || ObjectBuilder::new().schema_type(Type::String);
    let data = utoipa::openapi::schema::ArrayBuilder::new().items(month());
    let usual = ObjectBuilder::new()
        .schema_type(SchemaType::Array(vec![Type::String, Type::Null]))
        .description(Some("The newest one whose bills no longer change; null where there is none."));
    let answer = ObjectBuilder::new()
        .schema_type(Type::Object)
        .property("data", data)
        .property("usual", usual)
        .required("data")
        .required("usual");
    answers::reported("The months.", [("application/json", answer.into())])
}
