//! github-projects
