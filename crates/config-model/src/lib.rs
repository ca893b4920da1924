#![doc = include_str!("../README.md")]

mod boards;
mod chosen_rules;
mod ci;
mod clock;
mod cloud;
mod cloud_rules;
mod delivery;
mod environment;
mod error;
mod file;
mod gitlab;
mod load;
mod otlp;
mod providers;
mod report;
mod rules;
mod scalar;
mod server;
mod teams;
mod teams_file;
mod text;
mod yaml;

pub use boards::{GitlabBoard, Project};
pub use chosen_rules::ChosenRules;
pub use ci::{Ci, CiImport, CiJobs};
pub use clock::ImportClock;
pub use cloud::{CloudSpending, Comparison, FocusCost, FocusFiles, Group, ServiceEntry};
pub use delivery::{AlertLabels, Delivery, Service};
pub use error::ConfigError;
pub use file::{App, BugSource, Config, Github, Import, MergeBot, Metrics, ProcessChange, Reporting};
pub use gitlab::{BoardColumns, Gitlab, LabelKeys};
pub use load::{default_path, load};
pub use otlp::{Otlp, OtlpTemporality, OtlpUnits};
pub use providers::{Azure, CostType, Gcp, Secret};
pub use report::Report;
pub use scalar::Named;
pub use server::{Server, ServerAuth};
pub use teams::{Member, Team};
pub use text::{TextError, read_text};

/// The JSON Schema of `config.yml`, for editors: the text of `config/config.schema.json`.
pub fn json_schema() -> String {
    let mut text = serde_json::to_string_pretty(&schemars::schema_for!(Config)).expect("a schema is plain data");
    text.push('\n');
    text
}
