//! What issues of GitLab become.

mod boards;
mod conversion;
mod incidents;
mod iterations;
mod reference;
mod small;
mod storing;
