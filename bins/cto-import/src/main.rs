//! cto-import
fn main() {}
