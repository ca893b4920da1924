#![doc = include_str!("../README.md")]

mod bundle;
pub mod content;
mod executive;
mod findings;
mod input;
mod make;
mod measures;
pub mod numbers;
mod restated;
mod scores;
mod sections;
mod verdict;

pub use bundle::bundle;
pub use content::Report;
pub use input::{Input, ReportError, TABLES, last_complete_month};
pub use make::{as_of, months, report};
pub use restated::{Printed, changed, printed};
