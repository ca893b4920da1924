//! config-model
