//! cto-sandbox
