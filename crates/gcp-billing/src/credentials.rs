//! Credentials of Google Cloud and the places where they are looked for.

use std::env;
use std::fmt;
use std::path::{Path, PathBuf};

use secrecy::SecretString;
use serde_json::Value;
use source::{ErrorKind, SourceError};
use yup_oauth2::ServiceAccountKey;
use yup_oauth2::authorized_user::AuthorizedUserSecret;
use yup_oauth2::external_account::ExternalAccountSecret;

use crate::endpoint;

/// Where Google exchanges keys for tokens.
const TOKEN_URI: &str = "https://oauth2.googleapis.com/token";

/// The file that gcloud writes, in its own folder.
const WELL_KNOWN_FILE: &str = "application_default_credentials.json";

/// Longest address that is taken.
const LONGEST_ADDRESS: usize = 2048;

/// The setting that holds the text of a key.
const SETTING: &str = "gcp.service_account_json (GCP_SERVICE_ACCOUNT_JSON)";

/// A key, or whatever the platform offers. `Debug` hides the key.
#[derive(Clone)]
pub enum Credentials {
    /// The text of a key file of any type: `service_account`, `authorized_user` or `external_account`.
    Json(SecretString),
    /// The file that `GOOGLE_APPLICATION_CREDENTIALS` names, else gcloud's well-known file, else the metadata server.
    Default,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Json(_) => "Json(hidden)",
            Self::Default => "Default",
        })
    }
}

/// Where a platform keeps [`Credentials::Default`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Surroundings {
    /// `GOOGLE_APPLICATION_CREDENTIALS`: this file, and no other.
    pub named_file: Option<PathBuf>,
    /// gcloud's well-known file, used if it is there.
    pub well_known_file: Option<PathBuf>,
    /// The token address of the metadata server; without, Google's own.
    pub metadata_url: Option<String>,
}

impl Surroundings {
    /// What this process and this machine say: `GOOGLE_APPLICATION_CREDENTIALS`, `CLOUDSDK_CONFIG`, `APPDATA` on
    /// Windows, `HOME`, `GCE_METADATA_HOST`.
    pub fn from_env() -> Self {
        let set = |name: &str| env::var_os(name).filter(|value| !value.is_empty());
        let folder = match (set("CLOUDSDK_CONFIG"), set("APPDATA"), set("HOME")) {
            (Some(folder), _, _) => Some(PathBuf::from(folder)),
            (None, Some(data), _) if cfg!(windows) => Some(Path::new(&data).join("gcloud")),
            (None, _, Some(home)) => Some(Path::new(&home).join(".config").join("gcloud")),
            _ => None,
        };
        let host = set("GCE_METADATA_HOST").and_then(|host| host.into_string().ok());
        Self {
            named_file: set("GOOGLE_APPLICATION_CREDENTIALS").map(PathBuf::from),
            well_known_file: folder.map(|folder| folder.join(WELL_KNOWN_FILE)),
            metadata_url: host
                .map(|host| format!("http://{host}/computeMetadata/v1/instance/service-accounts/default/token")),
        }
    }
}

/// A key that was read, by what it asks for.
pub(crate) enum Key {
    ServiceAccount(Box<ServiceAccountKey>),
    AuthorizedUser(AuthorizedUserSecret),
    ExternalAccount(Box<ExternalAccountSecret>),
    Metadata { url: Option<String> },
}

impl Key {
    /// Reads what the credentials name. Touches the disk, not the network.
    pub(crate) fn read(credentials: &Credentials, surroundings: &Surroundings) -> Result<Self, SourceError> {
        use secrecy::ExposeSecret as _;
        match credentials {
            Credentials::Json(text) => Self::parse(text.expose_secret(), SETTING),
            Credentials::Default => Self::of(surroundings),
        }
    }

    fn of(surroundings: &Surroundings) -> Result<Self, SourceError> {
        let read = |path: &Path, place: &str| match std::fs::read_to_string(path) {
            Ok(text) => Self::parse(&text, place),
            Err(cause) => Err(refused(format!("{place} cannot be read ({cause}): check the path and its permissions"))),
        };
        if let Some(path) = &surroundings.named_file {
            return read(path, &format!("the file {} of GOOGLE_APPLICATION_CREDENTIALS", path.display()));
        }
        match &surroundings.well_known_file {
            Some(path) if path.exists() => read(path, &format!("gcloud's file {}", path.display())),
            _ if !address_is_fine(surroundings.metadata_url.as_deref()) => {
                Err(refused("GCE_METADATA_HOST is no host name: unset it, or correct it".to_owned()))
            }
            _ => Ok(Self::Metadata { url: surroundings.metadata_url.clone() }),
        }
    }

    /// Reads the text of a key file; `place` is where it stands. No error quotes the text.
    fn parse(text: &str, place: &str) -> Result<Self, SourceError> {
        let key: Value = serde_json::from_str(text.trim_start_matches('\u{feff}')).map_err(|error| {
            let (line, column) = (error.line(), error.column());
            refused(format!("{place} is no JSON (line {line}, column {column}): give the whole text of a key file"))
        })?;
        let fields = Fields { key: &key, place };
        match fields.optional("type") {
            Some("service_account") => fields.service_account(),
            Some("authorized_user") => fields.authorized_user(),
            Some("external_account") => fields.external_account(),
            Some(other) => {
                let other: String = other.chars().take(40).collect();
                Err(refused(format!(
                    "{place} has the type {other:?}: only service_account, authorized_user and external_account can \
                     be used"
                )))
            }
            None => Err(refused(format!(
                "{place} has no \"type\": give a key file of the type service_account, authorized_user or \
                 external_account"
            ))),
        }
    }

    /// Keeps what is secret in the key out of messages.
    pub(crate) fn make_secrets_known(&self) {
        let secrets: Vec<&str> = match self {
            Self::ServiceAccount(key) => vec![&key.private_key],
            Self::AuthorizedUser(user) => vec![&user.client_secret, &user.refresh_token],
            Self::ExternalAccount(_) | Self::Metadata { .. } => Vec::new(),
        };
        secrets.into_iter().for_each(redact::know);
    }
}

/// The fields of a key file.
struct Fields<'a> {
    key: &'a Value,
    place: &'a str,
}

impl<'a> Fields<'a> {
    fn optional(&self, name: &str) -> Option<&'a str> {
        self.key.get(name).and_then(Value::as_str).filter(|text| !text.is_empty())
    }

    fn text(&self, name: &str) -> Result<String, SourceError> {
        self.optional(name)
            .map(str::to_owned)
            .ok_or_else(|| refused(format!("{} has no {name:?}: give the whole text of a key file", self.place)))
    }

    /// An address that a key or token is sent to, in a form that every HTTP client can read.
    fn address(&self, name: &str, text: &str) -> Result<String, SourceError> {
        let url = endpoint::checked(&format!("{name} in {}", self.place), text)?;
        if !is_readable(url.as_str()) {
            let place = self.place;
            return Err(refused(format!("{name} in {place} is no address that can be used: check the key")));
        }
        // The audience of a signed claim set is the address as the key writes it.
        Ok(if url.as_str().trim_end_matches('/') == text.trim_end_matches('/') { text.to_owned() } else { url.into() })
    }

    fn service_account(&self) -> Result<Key, SourceError> {
        Ok(Key::ServiceAccount(Box::new(ServiceAccountKey {
            key_type: Some("service_account".to_owned()),
            project_id: None,
            private_key_id: None,
            private_key: self.text("private_key")?,
            client_email: self.text("client_email")?,
            client_id: None,
            auth_uri: None,
            token_uri: self.address("token_uri", self.optional("token_uri").unwrap_or(TOKEN_URI))?,
            auth_provider_x509_cert_url: None,
            client_x509_cert_url: None,
        })))
    }

    fn authorized_user(&self) -> Result<Key, SourceError> {
        if let Some(address) = self.optional("token_uri") {
            let url = endpoint::checked(&format!("token_uri in {}", self.place), address)?;
            if !url.host_str().is_some_and(|host| {
                host == "googleapis.com" || host.ends_with(".googleapis.com") || host == "accounts.google.com"
            }) {
                return Err(refused(format!(
                    "token_uri in {} is not Google's, and a key of the type authorized_user works with no other: use \
                     a service account",
                    self.place
                )));
            }
        }
        Ok(Key::AuthorizedUser(AuthorizedUserSecret {
            client_id: self.text("client_id")?,
            client_secret: self.text("client_secret")?,
            refresh_token: self.text("refresh_token")?,
            key_type: "authorized_user".to_owned(),
        }))
    }

    fn external_account(&self) -> Result<Key, SourceError> {
        let place = self.place;
        for name in ["audience", "subject_token_type", "token_url"] {
            self.text(name)?;
        }
        let mut key = self.key.clone();
        for name in ["token_url", "service_account_impersonation_url"] {
            if let Some(address) = self.optional(name) {
                key[name] = self.address(name, address)?.into();
            }
        }
        let origin = key.get_mut("credential_source").and_then(Value::as_object_mut);
        let Some(origin) = origin.filter(|origin| {
            !origin.contains_key("environment_id") && (origin.contains_key("file") || origin.contains_key("url"))
        }) else {
            return Err(refused(format!(
                "{place} takes its subject token neither from a file nor from an address: credential_source must \
                 name one (AWS and executables cannot be used)"
            )));
        };
        let format = origin.get("format").and_then(|format| format.get("type")).and_then(Value::as_str);
        if origin.contains_key("file") && format.is_some_and(|format| format != "text") {
            return Err(refused(format!(
                "{place} takes its subject token from a file that is not plain text: only a file that holds nothing \
                 but the token can be used"
            )));
        }
        if format.is_none() {
            origin.insert("format".to_owned(), serde_json::json!({"type": "text"}));
        }
        if !headers_are_fine(origin.get("headers")) || !url_is_fine(origin.get("url")) {
            return Err(refused(format!(
                "{place} has a credential_source that cannot be asked: check its url and headers"
            )));
        }
        serde_json::from_value(key).map(|secret| Key::ExternalAccount(Box::new(secret))).map_err(|_| {
            refused(format!("{place} is no credential configuration as Google writes it: create it again with gcloud"))
        })
    }
}

/// Whether the client behind the authenticator can read an address; it would panic if not.
fn is_readable(address: &str) -> bool {
    let visible = |byte: u8| byte.is_ascii_graphic() && !b"\"<>\\^`{|}#".contains(&byte);
    address.len() <= LONGEST_ADDRESS && address.bytes().all(visible)
}

/// Whether an address near by can be asked, if there is one; most are plain http on the same machine or link.
fn address_is_fine(address: Option<&str>) -> bool {
    address.is_none_or(|text| {
        is_readable(text) && provider::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https"))
    })
}

fn url_is_fine(url: Option<&Value>) -> bool {
    url.is_none_or(|url| url.as_str().is_some_and(|url| address_is_fine(Some(url))))
}

fn headers_are_fine(headers: Option<&Value>) -> bool {
    use provider::header::{HeaderName, HeaderValue};
    let Some(headers) = headers.filter(|headers| !headers.is_null()) else { return true };
    headers.as_object().is_some_and(|headers| {
        headers.iter().all(|(name, value)| {
            let value = value.as_str().is_some_and(|value| HeaderValue::from_str(value).is_ok());
            value && HeaderName::try_from(name.as_str()).is_ok()
        })
    })
}

fn refused(message: String) -> SourceError {
    SourceError::new(ErrorKind::Unauthorized, message)
}

#[cfg(test)]
mod tests;
