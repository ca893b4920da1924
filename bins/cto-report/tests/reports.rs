//! The program over a simulated organisation.
