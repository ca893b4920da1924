//! Bodies of replies, no larger than they can sensibly be, and connections that can never come about.

use crate::{ErrorKind, SourceError};

/// Most bytes of one reply, after unpacking. The largest sensible one, a page of a hundred long histories, has a few.
pub const LARGEST_REPLY: usize = 64 << 20;

/// The body of a reply, as it comes in.
#[derive(Debug, Default)]
pub struct Body {
    bytes: Vec<u8>,
}

/// A reply has more than [`LARGEST_REPLY`] bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("more than {} MB came, unpacked", LARGEST_REPLY >> 20)]
pub struct TooLarge;

impl Body {
    /// Takes the next, unpacked, part; fails where it would be too much, and keeps nothing of it then.
    pub fn push(&mut self, part: &[u8]) -> Result<(), TooLarge> {
        if part.len() > LARGEST_REPLY - self.bytes.len() {
            return Err(TooLarge);
        }
        self.bytes.extend_from_slice(part);
        Ok(())
    }

    /// The whole.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

impl TooLarge {
    /// The error of a request to a server. `setting` is how people set its address.
    pub fn at(self, server: &str, setting: &str) -> SourceError {
        SourceError::new(
            ErrorKind::UnexpectedResponse,
            format!(
                "the reply of {server} is too large ({self}): check {setting}, and whether something stands between that \
                 answers in its place"
            ),
        )
    }
}

/// An error and all of its causes, on one line.
pub fn reason(error: &dyn std::error::Error) -> String {
    let mut reason = error.to_string();
    let mut cause = error.source();
    while let Some(deeper) = cause {
        reason.push_str(": ");
        reason.push_str(&deeper.to_string());
        cause = deeper.source();
    }
    reason
}

/// The error of a connection that no further try could bring about, by what is said of it: the server's certificate is
/// not accepted, or it does not speak TLS. `None` for all else. `setting` is how people set the server's address.
pub fn refused_by_tls(reason: &str, server: &str, setting: &str) -> Option<SourceError> {
    const CERTIFICATE: &str = "invalid peer certificate";
    let message = if let Some(at) = reason.find(CERTIFICATE) {
        let why = reason[at + CERTIFICATE.len()..].trim_start_matches([':', ' ']).trim_end_matches(')');
        format!(
            "the certificate of {server} is not accepted ({why}): where an authority of your own signed it, or a proxy's, \
             install that authority's certificate on this machine (update-ca-certificates) or name its file in \
             SSL_CERT_FILE; else check {setting} and the clock of this machine"
        )
    } else if reason.contains("InvalidContentType") || reason.contains("received fatal alert") {
        format!("{server} does not speak TLS as it should ({reason}): check {setting}")
    } else {
        return None;
    };
    Some(SourceError::new(ErrorKind::Unauthorized, message))
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

    #[test]
    fn certificates_are_told_from_passing_failures() {
        let reason = "error sending request: client error (Connect): invalid peer certificate: UnknownIssuer";
        let error = refused_by_tls(reason, "ghe.example.com", "GITHUB_API_URL").expect("for good");
        assert!(error.message.starts_with("the certificate of ghe.example.com is not accepted (UnknownIssuer): "));
        assert!(refused_by_tls("connection refused", "x", "Y").is_none());
        assert!(refused_by_tls("received corrupt message of type InvalidContentType", "x", "Y").is_some());
    }
}
