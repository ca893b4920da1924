//! Signature of a delivery: only whoever knows the secret can sign a body.

use std::fmt::Write as _;

use aws_lc_rs::{digest, hmac};
use secrecy::{ExposeSecret as _, SecretString};

/// Whether `X-Hub-Signature-256` (`sha256=` and 64 hexadecimal digits) is the signature of the body, as it came, under
/// the secret. Compares in constant time.
pub fn is_signed(secret: &SecretString, body: &[u8], signature: &str) -> bool {
    let Some(signature) = signature.strip_prefix("sha256=").and_then(from_hexadecimal) else { return false };
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.expose_secret().as_bytes());
    hmac::verify(&key, body, &signature).is_ok()
}

/// SHA-256 of a body in 64 hexadecimal digits: by it a delivery is known again whatever its id.
pub fn body_hash(body: &[u8]) -> String {
    let hash = digest::digest(&digest::SHA256, body);
    hash.as_ref().iter().fold(String::with_capacity(64), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a text takes what it is given");
        text
    })
}

fn from_hexadecimal(text: &str) -> Option<[u8; 32]> {
    let digits = text.as_bytes();
    if digits.len() != 64 {
        return None;
    }
    let digit = |at: usize| char::from(digits[at]).to_digit(16).map(|digit| digit as u8);
    let mut bytes = [0; 32];
    for (place, byte) in bytes.iter_mut().enumerate() {
        *byte = digit(2 * place)? << 4 | digit(2 * place + 1)?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of GitHub's documentation on validating deliveries.
    const SECRET: &str = "It's a Secret to Everybody";
    const BODY: &[u8] = b"Hello, World!";
    const SIGNATURE: &str = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";

    #[test]
    fn the_documented_example_is_signed_and_nothing_else_is() {
        let secret = SecretString::from(SECRET);
        assert!(is_signed(&secret, BODY, SIGNATURE));
        assert!(is_signed(&secret, BODY, &SIGNATURE.replace("757107ea", "757107EA")));
        assert!(!is_signed(&secret, b"Hello, World?", SIGNATURE));
        assert!(!is_signed(&SecretString::from("It's a secret to everybody"), BODY, SIGNATURE));
        for wrong in [
            "",
            "sha256=",
            &SIGNATURE[7..],
            &SIGNATURE[..70],
            &format!("{SIGNATURE}0"),
            &SIGNATURE.replace("sha256", "sha1"),
            &SIGNATURE.replacen("757107ea", "857107ea", 1),
            &SIGNATURE.replacen("757107ea", "+57107ea", 1),
            &SIGNATURE.replacen("757107ea", "é7107ea", 1),
        ] {
            assert!(!is_signed(&secret, BODY, wrong), "{wrong}");
        }
    }

    #[test]
    fn the_hash_of_a_body_is_its_sha_256() {
        assert_eq!(body_hash(b""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        assert_ne!(body_hash(b"a"), body_hash(b"b"));
    }
}
