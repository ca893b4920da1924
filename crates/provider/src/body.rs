//! Bodies of replies, no larger than they can sensibly be.

use source::{ErrorKind, SourceError};

/// Most bytes of one reply, after unpacking. The largest sensible one, a page of a hundred long histories, has a few.
pub const LARGEST_REPLY: usize = 64 << 20;

/// The body of a reply, as it comes in.
#[derive(Debug, Default)]
pub(crate) struct Body {
    bytes: Vec<u8>,
}

/// A reply has more than [`LARGEST_REPLY`] bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("more than {} MB came, unpacked", LARGEST_REPLY >> 20)]
pub(crate) struct TooLarge;

impl Body {
    /// Takes the next, unpacked, part; fails where it would be too much, and keeps nothing of it then.
    pub(crate) fn push(&mut self, part: &[u8]) -> Result<(), TooLarge> {
        if part.len() > LARGEST_REPLY - self.bytes.len() {
            return Err(TooLarge);
        }
        self.bytes.extend_from_slice(part);
        Ok(())
    }

    /// The whole.
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

impl TooLarge {
    /// The error of a request to a server. `setting` is how people set its address.
    pub(crate) fn at(self, server: &str, setting: &str) -> SourceError {
        SourceError::new(
            ErrorKind::UnexpectedResponse,
            format!(
                "the reply of {server} is too large ({self}): check {setting}, and whether something stands between that \
                 answers in its place"
            ),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_is_taken_up_to_the_limit_and_no_further() {
        let mut body = Body::default();
        let half = vec![b'x'; LARGEST_REPLY / 2];
        assert_eq!((body.push(&half), body.push(&half)), (Ok(()), Ok(())));
        assert_eq!(body.push(b"x"), Err(TooLarge));
        assert_eq!(body.into_bytes().len(), LARGEST_REPLY);
        let error = TooLarge.at("api.github.com", "GITHUB_API_URL");
        assert!(error.message.starts_with("the reply of api.github.com is too large (more than 64 MB came"), "{error}");
    }
}
