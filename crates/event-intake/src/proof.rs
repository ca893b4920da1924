//! Proofs of senders that several of them give.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac;
use secrecy::{ExposeSecret as _, SecretString};

/// Whether a text of hexadecimal digits is the HMAC-SHA256 of a body under a secret. Compares in constant time.
pub(crate) fn is_signature(secret: &SecretString, body: &[u8], hexadecimal: &str) -> bool {
    let Some(signature) = from_hexadecimal(hexadecimal) else { return false };
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.expose_secret().as_bytes());
    hmac::verify(&key, body, &signature).is_ok()
}

/// Whether what was given is the secret. Compares in constant time; nothing is none.
pub(crate) fn is_secret(secret: &SecretString, given: &[u8]) -> bool {
    !given.is_empty() && verify_slices_are_equal(secret.expose_secret().as_bytes(), given).is_ok()
}

fn from_hexadecimal(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes();
    if digits.len() != 64 {
        return None;
    }
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let bytes = digits.chunks(2).map(|pair| Some((digit(pair[0])? << 4 | digit(pair[1])?) as u8));
    bytes.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of GitHub's documentation, whose signatures are made in the same way.
    const SIGNATURE: &str = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";

    #[test]
    fn only_the_signature_of_the_body_under_the_secret_is_one() {
        let secret = SecretString::from("It's a Secret to Everybody");
        assert!(is_signature(&secret, b"Hello, World!", SIGNATURE));
        assert!(!is_signature(&secret, b"Hello, World?", SIGNATURE));
        assert!(!is_signature(&SecretString::from("another"), b"Hello, World!", SIGNATURE));
        for wrong in ["", &SIGNATURE[1..], &SIGNATURE.replacen('7', "8", 1), &SIGNATURE.replacen("75", "é", 1)] {
            assert!(!is_signature(&secret, b"Hello, World!", wrong), "{wrong}");
        }
    }

    #[test]
    fn only_the_whole_secret_is_the_secret_and_an_empty_one_is_none() {
        let secret = SecretString::from("hush");
        assert!(is_secret(&secret, b"hush"));
        assert!(!is_secret(&secret, b"hus") && !is_secret(&secret, b"hush ") && !is_secret(&secret, b""));
        assert!(!is_secret(&SecretString::from(""), b""));
    }
}
