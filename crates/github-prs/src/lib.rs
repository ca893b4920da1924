//! github-prs
