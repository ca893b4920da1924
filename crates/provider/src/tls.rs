//! Connections that can never come about, and the reasons of those that do not.

use source::{ErrorKind, SourceError};

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

/// The error of a machine that has no CA certificates.
pub fn no_certificates() -> SourceError {
    SourceError::new(
        ErrorKind::Unavailable,
        "no HTTPS client can be made on this machine: check that CA certificates are installed (package ca-certificates)",
    )
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
    fn certificates_are_told_from_passing_failures() {
        let reason = "error sending request: client error (Connect): invalid peer certificate: UnknownIssuer";
        let error = refused_by_tls(reason, "ghe.example.com", "GITHUB_API_URL").expect("for good");
        assert!(error.message.starts_with("the certificate of ghe.example.com is not accepted (UnknownIssuer): "));
        assert!(refused_by_tls("connection refused", "x", "Y").is_none());
        assert!(refused_by_tls("received corrupt message of type InvalidContentType", "x", "Y").is_some());
    }
}
