//! cto-calculate
fn main() {}
