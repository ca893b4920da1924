//! cto-import
