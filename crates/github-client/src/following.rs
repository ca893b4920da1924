//! Pagination guard: lists that never end are left.

use source::{ErrorKind, SourceError};

/// How many times as many entries as are known of may be asked for: lists grow while they are read, and pages overlap.
const TIMES: u64 = 2;

/// Entries of a list of which nothing says how long it is.
const LONGEST_UNKNOWN: u64 = 50_000;

/// Counts what was asked for of lists against what is known of their length, so that a server that offers ever new pages
/// is left.
#[derive(Clone, Copy, Debug)]
pub struct Following {
    known: u64,
    asked: u64,
}

impl Following {
    /// Entries of one page, at most.
    pub const LARGEST_PAGE: u32 = 100;

    /// A list that is said to have so many entries; 0: of unknown length.
    pub fn of(known: u64) -> Self {
        Self { known: if known == 0 { LONGEST_UNKNOWN } else { known }, asked: 0 }
    }

    /// A list of unknown length.
    pub fn unknown() -> Self {
        Self::of(0)
    }

    /// After a page for so many entries that is not the last one.
    ///
    /// Fails when twice as much as is known of, and two pages more, was asked for and there is still no end. `what` names
    /// what is read.
    pub fn goes_on(&mut self, what: &str, size: u32, request_id: Option<&str>) -> Result<(), SourceError> {
        self.asked += u64::from(size.max(1));
        if self.asked <= TIMES * (self.known + u64::from(Self::LARGEST_PAGE)) {
            return Ok(());
        }
        let Self { known, asked } = self;
        let message = format!(
            "reading {what}: GitHub goes on offering further pages, although {asked} entries were asked for and there \
             should be {known}; import again later, and report it to GitHub's support if it stays so"
        );
        Err(SourceError::new(ErrorKind::UnexpectedResponse, message).in_request(request_id.map(str::to_owned)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pages(mut following: Following, size: u32) -> usize {
        (0..10_000).take_while(|_| following.goes_on("issues of acme/api", size, None).is_ok()).count()
    }

    #[test]
    fn twice_as_many_pages_as_are_explained_and_two_more_are_read() {
        assert_eq!(pages(Following::of(1000), 100), 22);
        assert_eq!(pages(Following::of(1), 100), 2);
        assert_eq!(pages(Following::unknown(), 100), 1002);
    }

    #[test]
    fn the_error_names_what_is_read_and_how_much() {
        let mut following = Following::of(10);
        let error = (0..).find_map(|_| following.goes_on("issues of acme/api", 100, Some("A1")).err()).expect("an end");
        assert_eq!(error.kind, ErrorKind::UnexpectedResponse);
        let text = error.to_string();
        assert!(text.starts_with("reading issues of acme/api: GitHub goes on offering"), "{text}");
        assert!(text.contains("300 entries were asked for and there should be 10") && text.contains("A1"), "{text}");
    }
}
