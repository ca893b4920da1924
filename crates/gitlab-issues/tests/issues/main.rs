//! What issues of GitLab become.

mod boards;
mod conversion;
mod incidents;
mod reference;
mod small;
mod storing;
