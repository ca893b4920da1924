//! github-issues
