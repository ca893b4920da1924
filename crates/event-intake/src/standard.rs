//! Signatures of Standard Webhooks: over id, time and body, so that nobody can repeat a delivery later.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::Instant;
use model::instant::MICROS_PER_SECOND;
use secrecy::{ExposeSecret as _, SecretString};

/// A signed time may be so many seconds from now, either way.
const WINDOW_SECONDS: i64 = 300;

/// What begins a secret that is told as Base64.
const PREFIX: &str = "whsec_";

/// What came in the headers.
#[derive(Clone, Copy, Debug)]
pub struct Headers<'a> {
    /// `webhook-id`.
    pub id: &'a str,
    /// `webhook-timestamp`: seconds since 1970.
    pub timestamp: &'a str,
    /// `webhook-signature`: one or more of `v1,BASE64`, separated by blanks.
    pub signatures: &'a str,
}

/// Whether a delivery is who it says it is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is signed, and just now.
    Signed,
    /// It is signed, but not now: somebody repeats it, or a clock is wrong.
    Stale,
    /// It is not signed under the secret.
    Unsigned,
}

/// Judges a delivery that has come at `now`. Compares in constant time.
pub fn verdict(secret: &SecretString, headers: Headers<'_>, body: &[u8], now: Instant) -> Verdict {
    let Headers { id, timestamp, signatures } = headers;
    let (Some(key), Ok(seconds)) = (key(secret), timestamp.parse::<i64>()) else { return Verdict::Unsigned };
    if id.is_empty() {
        return Verdict::Unsigned;
    }
    let mut context = hmac::Context::with_key(&key);
    for part in [id.as_bytes(), b".", timestamp.as_bytes(), b".", body] {
        context.update(part);
    }
    let tag = context.sign();
    let is_it = |signature: &str| {
        let given = signature.strip_prefix("v1,").and_then(|text| STANDARD.decode(text).ok());
        given.is_some_and(|given| verify_slices_are_equal(&given, tag.as_ref()).is_ok())
    };
    // All of them are looked at, however soon one fits.
    if signatures.split(' ').filter(|signature| is_it(signature)).count() == 0 {
        return Verdict::Unsigned;
    }
    if is_now(now, seconds) { Verdict::Signed } else { Verdict::Stale }
}

/// Whether a signed time, in seconds since 1970, is not further from now than deliveries take.
pub(crate) fn is_now(now: Instant, seconds: i64) -> bool {
    let now = now.micros().div_euclid(MICROS_PER_SECOND);
    now.abs_diff(seconds) <= WINDOW_SECONDS.unsigned_abs()
}

/// The key of a secret; `None` where it is told as Base64 and is none.
fn key(secret: &SecretString) -> Option<hmac::Key> {
    let secret = secret.expose_secret();
    let bytes = match secret.strip_prefix(PREFIX) {
        Some(text) => STANDARD.decode(text).ok().filter(|bytes| !bytes.is_empty())?,
        None => secret.as_bytes().to_vec(),
    };
    Some(hmac::Key::new(hmac::HMAC_SHA256, &bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "whsec_aHVzaC10aGlzLWlzLXRoZS1zZWNyZXQ=";
    const NOW: i64 = 1_769_000_000;

    fn signed(secret: &str, id: &str, timestamp: i64, body: &[u8]) -> String {
        let key = key(&SecretString::from(secret)).expect("a key");
        let text = [format!("{id}.{timestamp}.").as_bytes(), body].concat();
        format!("v1,{}", STANDARD.encode(hmac::sign(&key, &text)))
    }

    fn verdict_at(seconds: i64, timestamp: &str, signatures: &str, body: &[u8]) -> Verdict {
        let headers = Headers { id: "msg_1", timestamp, signatures };
        verdict(&SecretString::from(SECRET), headers, body, Instant::from_seconds(seconds))
    }

    #[test]
    fn the_example_of_the_specification_is_signed() {
        // From the libraries of Standard Webhooks.
        let secret = SecretString::from("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        let headers = Headers {
            id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
            timestamp: "1614265330",
            signatures: "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        };
        let body = br#"{"test": 2432232314}"#;
        assert_eq!(verdict(&secret, headers, body, Instant::from_seconds(1_614_265_330)), Verdict::Signed);
        assert_eq!(verdict(&secret, headers, b"{}", Instant::from_seconds(1_614_265_330)), Verdict::Unsigned);
    }

    #[test]
    fn five_minutes_either_way_are_now_and_more_are_not() {
        let (timestamp, signature) = (NOW.to_string(), signed(SECRET, "msg_1", NOW, b"{}"));
        for (seconds, expected) in [
            (NOW, Verdict::Signed),
            (NOW + 300, Verdict::Signed),
            (NOW - 300, Verdict::Signed),
            (NOW + 301, Verdict::Stale),
            (NOW - 301, Verdict::Stale),
            (i64::MAX / 2_000_000, Verdict::Stale),
        ] {
            assert_eq!(verdict_at(seconds, &timestamp, &signature, b"{}"), expected, "{seconds}");
        }
    }

    #[test]
    fn any_of_several_signatures_will_do_and_another_id_time_or_version_will_not() {
        let (timestamp, signature) = (NOW.to_string(), signed(SECRET, "msg_1", NOW, b"{}"));
        let several = format!("v1a,xyz v1,bm8= {signature}");
        assert_eq!(verdict_at(NOW, &timestamp, &several, b"{}"), Verdict::Signed);
        for wrong in [signature.replace("v1,", "v2,"), signature.replace("v1,", ""), String::new()] {
            assert_eq!(verdict_at(NOW, &timestamp, &wrong, b"{}"), Verdict::Unsigned, "{wrong}");
        }
        let of_other = signed(SECRET, "msg_2", NOW, b"{}");
        assert_eq!(verdict_at(NOW, &timestamp, &of_other, b"{}"), Verdict::Unsigned);
        assert_eq!(verdict_at(NOW, &(NOW + 1).to_string(), &signature, b"{}"), Verdict::Unsigned);
        assert_eq!(verdict_at(NOW, "now", &signature, b"{}"), Verdict::Unsigned);
    }

    #[test]
    fn a_secret_without_the_prefix_is_the_key_itself() {
        let (secret, timestamp) = ("hush", NOW.to_string());
        let signatures = signed(secret, "msg_1", NOW, b"{}");
        let headers = Headers { id: "msg_1", timestamp: &timestamp, signatures: &signatures };
        let now = Instant::from_seconds(NOW);
        assert_eq!(verdict(&SecretString::from(secret), headers, b"{}", now), Verdict::Signed);
        assert_eq!(verdict(&SecretString::from("whsec_!"), headers, b"{}", now), Verdict::Unsigned);
    }
}
