//! cto-sandbox
fn main() {}
