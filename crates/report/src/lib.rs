#![doc = include_str!("../README.md")]

mod absent;
mod bundle;
pub mod content;
mod executive;
mod figures;
mod findings;
mod html;
mod input;
mod links;
mod mail;
mod make;
mod markdown;
pub mod marks;
mod markup;
mod measures;
pub mod numbers;
mod restated;
#[cfg(test)]
mod sample;
mod scores;
mod sections;
#[cfg(test)]
mod tests;
mod text;
mod tokens;
mod verdict;

pub use bundle::{BUNDLE, bundle};
pub use content::Report;
pub use html::html;
pub use input::{Input, ReportError, TABLES, last_complete_month};
pub use mail::mail_html;
pub use make::{as_of, months, report};
pub use markdown::markdown;
pub use restated::{Printed, changed, printed};
pub use text::executive_text;
