//! The key of a service account, made at run time.

use std::fmt;

use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::export::fnv;

/// Project of the service account.
const PROJECT: &str = "acme-billing";
/// Characters on a line of a PEM text.
const LINE: usize = 64;

/// A service account with an RSA key of 2,048 bits. `Debug` shows its name only.
pub struct GoogleKey {
    private: Vec<u8>,
    public: Vec<u8>,
}

impl GoogleKey {
    /// Makes a new key; no two are the same.
    ///
    /// # Panics
    /// When the system gives no random numbers.
    pub fn generate() -> Self {
        let pair = KeyPair::generate(KeySize::Rsa2048).expect("the system gives random numbers");
        let private = pair.as_der().expect("a generated key has a PKCS#8 form").as_ref().to_vec();
        Self { private, public: pair.public_key().as_ref().to_vec() }
    }

    /// The name of the account.
    pub(crate) fn client_email() -> String {
        format!("billing-reader@{PROJECT}.iam.gserviceaccount.com")
    }

    /// The id of the key, as it stands in the header of assertions.
    pub(crate) fn id(&self) -> String {
        let text = STANDARD.encode(&self.public);
        format!("{:016x}{:016x}", fnv(&text), fnv(&text[1..]))
    }

    /// The JSON key file of the service account, its tokens coming from `{server_url}/token`. Contains the private
    /// key.
    pub fn service_account_json(&self, server_url: &str) -> String {
        let account = json!({
            "type": "service_account",
            "project_id": PROJECT,
            "private_key_id": self.id(),
            "private_key": self.pem(),
            "client_email": Self::client_email(),
            "client_id": "100000000000000000001",
            "auth_uri": format!("{server_url}/o/oauth2/auth"),
            "token_uri": format!("{server_url}/token"),
            "universe_domain": "googleapis.com",
        });
        account.to_string()
    }

    fn pem(&self) -> String {
        let text = STANDARD.encode(&self.private);
        let mut pem = String::from("-----BEGIN PRIVATE KEY-----\n");
        for line in text.as_bytes().chunks(LINE) {
            pem.push_str(&String::from_utf8_lossy(line));
            pem.push('\n');
        }
        pem.push_str("-----END PRIVATE KEY-----\n");
        pem
    }

    /// Whether a signature of a message was made with this key.
    pub(crate) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &self.public).verify(message, signature).is_ok()
    }
}

impl fmt::Debug for GoogleKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GoogleKey").field("client_email", &Self::client_email()).finish_non_exhaustive()
    }
}
