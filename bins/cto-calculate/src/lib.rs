//! cto-calculate
