#![doc = include_str!("../README.md")]

mod error;
mod exchange;
mod github;
mod gitlab;
mod issue;
mod mail;
mod message;
mod target;
mod webhook;

pub use error::SendError;
pub use mail::{Encryption, MailServer, eml};
pub use message::Message;
pub use provider::Policy;
pub use secrecy::SecretString;
pub use source::ErrorKind;
pub use target::{Sent, Settings, Target, What, send};
