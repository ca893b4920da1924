//! The secret token of a webhook, which GitLab sends along as it is.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use secrecy::{ExposeSecret as _, SecretString};

/// Whether `X-Gitlab-Token` is the secret. Compares in constant time; an empty one is none.
pub fn is_token(secret: &SecretString, given: &str) -> bool {
    !given.is_empty() && verify_slices_are_equal(secret.expose_secret().as_bytes(), given.as_bytes()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_whole_secret_is_the_token() {
        let secret = SecretString::from("hush");
        assert!(is_token(&secret, "hush"));
        for wrong in ["", "hus", "hush ", "Hush", "hushhush"] {
            assert!(!is_token(&secret, wrong), "{wrong}");
        }
        assert!(!is_token(&SecretString::from(""), ""));
    }
}
