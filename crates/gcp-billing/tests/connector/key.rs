//! A service account with a key made for this run of the tests.

use std::sync::LazyLock;

use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde::Deserialize;
use serde_json::{Value, json};

pub(crate) struct Key {
    /// The private key between its marks.
    pub(crate) text: String,
    /// PKCS #1.
    public_der: Vec<u8>,
}

pub(crate) static KEY: LazyLock<Key> = LazyLock::new(|| {
    let pair = KeyPair::generate(KeySize::Rsa2048).unwrap();
    let private: Pkcs8V1Der = pair.as_der().unwrap();
    Key { text: STANDARD.encode(private.as_ref()), public_der: pair.public_key().as_ref().to_vec() }
});

impl Key {
    /// The key file of a service account that gets its tokens at this address.
    pub(crate) fn file(&self, token_uri: &str) -> Value {
        json!({
            "type": "service_account",
            "project_id": "acme-run",
            "private_key_id": "1",
            "private_key": format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", self.text),
            "client_email": "bills@acme-run.iam.gserviceaccount.com",
            "token_uri": token_uri,
        })
    }

    /// The claims of an assertion, if this key has signed it with RS256.
    pub(crate) fn claims(&self, assertion: &str) -> Claims {
        let decode = |part: &str| URL_SAFE_NO_PAD.decode(part.trim_end_matches('=')).unwrap();
        let (signed, signature) = assertion.rsplit_once('.').unwrap();
        let (header, claims) = signed.split_once('.').unwrap();
        assert_eq!(serde_json::from_slice::<Value>(&decode(header)).unwrap()["alg"], "RS256");
        UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &self.public_der)
            .verify(signed.as_bytes(), &decode(signature))
            .expect("signed with the key of the service account");
        serde_json::from_slice(&decode(claims)).unwrap()
    }
}

#[derive(Debug, Deserialize)]
pub(crate) struct Claims {
    pub(crate) iss: String,
    pub(crate) aud: String,
    pub(crate) scope: String,
    pub(crate) iat: i64,
    pub(crate) exp: i64,
}
