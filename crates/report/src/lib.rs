#![doc = include_str!("../README.md")]

pub mod content;
mod figures;
mod html;
mod links;
mod mail;
mod markdown;
pub mod marks;
mod markup;
pub mod numbers;
#[cfg(test)]
mod sample;
#[cfg(test)]
mod tests;
mod text;
mod tokens;

pub use content::Report;
pub use html::html;
pub use mail::mail_html;
pub use markdown::markdown;
pub use text::executive_text;
