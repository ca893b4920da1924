//! Tests of several modules together.

mod made_up;
