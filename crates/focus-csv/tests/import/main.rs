//! Imports of FOCUS files as the import sees them.

mod bills;
mod changes;
mod faults;
mod folder;
mod packed;
mod reference;
mod runs;
mod sums;
