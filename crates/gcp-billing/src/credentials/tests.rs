use serde_json::json;

use super::*;

fn parsed(key: &Value) -> Result<Key, SourceError> {
    Key::read(&Credentials::Json(key.to_string().into()), &Surroundings::default())
}

fn refusal(key: &Value) -> String {
    match parsed(key) {
        Ok(_) => panic!("{key} was taken"),
        Err(error) => {
            assert_eq!(error.kind, ErrorKind::Unauthorized);
            let shown = format!("{error} {error:?}");
            assert!(!shown.contains("hunter2"), "{shown}");
            error.message
        }
    }
}

fn workload(source: &Value) -> Value {
    json!({
        "type": "external_account", "audience": "//iam.googleapis.com/x", "credential_source": source,
        "subject_token_type": "urn:ietf:params:oauth:token-type:jwt", "token_url": "https://sts.googleapis.com/v1/token",
    })
}

#[test]
fn the_type_in_the_key_decides_how_a_token_is_got() {
    let account = json!({"type": "service_account", "private_key": "hunter2", "client_email": "a@b"});
    assert!(matches!(parsed(&account), Ok(Key::ServiceAccount(key)) if key.token_uri == TOKEN_URI));
    let marked = Credentials::Json(format!("\u{feff}{account}").into());
    assert!(Key::read(&marked, &Surroundings::default()).is_ok(), "editors put a mark before the text");
    let user = json!({"type": "authorized_user", "client_id": "i", "client_secret": "hunter2", "refresh_token": "r"});
    assert!(matches!(parsed(&user), Ok(Key::AuthorizedUser(user)) if user.refresh_token == "r"));
    assert!(matches!(parsed(&workload(&json!({"file": "/run/token"}))), Ok(Key::ExternalAccount(_))));
    let asked = workload(&json!({"url": "http://169.254.169.254/token", "headers": {"Metadata": "True"}}));
    assert!(matches!(parsed(&asked), Ok(Key::ExternalAccount(_))), "text is the default format");
}

#[test]
fn keys_that_cannot_be_used_are_refused_in_one_sentence() {
    let error = Key::read(&Credentials::Json("{\"private_key\": hunter2".into()), &Surroundings::default());
    assert_eq!(
        error.err().map(|error| error.message).as_deref(),
        Some(
            "gcp.service_account_json (GCP_SERVICE_ACCOUNT_JSON) is no JSON (line 1, column 17): give the whole text \
             of a key file"
        )
    );
    for (key, said) in [
        (json!({"type": "impersonated_service_account", "client_secret": "hunter2"}), "has the type"),
        (json!({"private_key": "hunter2"}), "has no \"type\""),
        (json!(["hunter2"]), "has no \"type\""),
        (json!({"type": "service_account", "client_email": "a@b"}), "has no \"private_key\""),
        (json!({"type": "service_account", "private_key": "hunter2", "client_email": 7}), "has no \"client_email\""),
        (json!({"type": "authorized_user", "client_id": "i", "client_secret": "hunter2"}), "has no \"refresh_token\""),
        (workload(&json!({"environment_id": "aws1", "url": "http://169.254.169.254"})), "neither from a file nor"),
        (workload(&json!({"executable": {"command": "hunter2"}})), "neither from a file nor"),
        (workload(&json!({"file": "/t", "format": {"type": "json"}})), "not plain text"),
        (workload(&json!({"url": "http://h/hunter2 x"})), "cannot be asked"),
        (workload(&json!({"url": "http://h/", "headers": {"a b": "hunter2"}})), "cannot be asked"),
        (workload(&json!({"url": "http://h/", "headers": "hunter2"})), "cannot be asked"),
        (workload(&json!({"url": "http://h/", "format": {"type": "hunter2"}})), "create it again"),
    ] {
        let message = refusal(&key);
        assert!(message.starts_with("gcp.service_account_json") && message.contains(said), "{message}");
    }
}

#[test]
fn keys_are_sent_over_plain_http_on_this_machine_only() {
    let account =
        |uri: &str| json!({"type": "service_account", "private_key": "k", "client_email": "a@b", "token_uri": uri});
    for fine in ["http://127.0.0.1:9/token", "http://localhost:9", "https://oauth2.googleapis.com/token"] {
        assert!(matches!(parsed(&account(fine)), Ok(Key::ServiceAccount(key)) if key.token_uri == fine), "{fine}");
    }
    let message = refusal(&account("http://oauth2.googleapis.com/token"));
    assert!(message.starts_with("token_uri in gcp.service_account_json"), "{message}");
    assert!(message.contains("plain http to oauth2.googleapis.com"), "{message}");
    assert!(refusal(&account("https://example.com/{x}|")).contains("is no address that can be used"));
    let long = format!("https://example.com/{}", "x".repeat(70_000));
    assert!(refusal(&account(&long)).contains("is no address that can be used"), "no panic deep below");
    assert!(refusal(&account("token")).contains("is not a web address"));
    let mut plain = workload(&json!({"file": "/t"}));
    plain["token_url"] = "http://sts.googleapis.com/v1/token".into();
    assert!(refusal(&plain).starts_with("token_url in"));
    let user = json!({
        "type": "authorized_user", "client_id": "i", "client_secret": "hunter2", "refresh_token": "r",
        "token_uri": "https://example.com/token",
    });
    assert!(refusal(&user).contains("is not Google's"));
}

#[test]
fn without_a_key_the_named_file_comes_first_then_gclouds_then_the_metadata_server() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, kind: &str| {
        let path = folder.path().join(name);
        let key = json!({
            "type": kind, "private_key": "k", "client_email": "a@b", "client_id": "i", "client_secret": "s",
            "refresh_token": "r",
        });
        std::fs::write(&path, key.to_string()).expect("written");
        path
    };
    let read = |surroundings: &Surroundings| Key::read(&Credentials::Default, surroundings);
    let mut surroundings = Surroundings {
        named_file: Some(write("named.json", "service_account")),
        well_known_file: Some(write("gcloud.json", "authorized_user")),
        metadata_url: Some("http://127.0.0.1:9/token".to_owned()),
    };
    assert!(matches!(read(&surroundings), Ok(Key::ServiceAccount(_))));
    surroundings.named_file = None;
    assert!(matches!(read(&surroundings), Ok(Key::AuthorizedUser(_))));
    surroundings.well_known_file = Some(folder.path().join("none.json"));
    assert!(matches!(read(&surroundings), Ok(Key::Metadata { url: Some(_) })));
    surroundings.metadata_url = Some("http://a b/".to_owned());
    assert!(read(&surroundings).is_err_and(|error| error.message.starts_with("GCE_METADATA_HOST is no host name")));
    surroundings.named_file = Some(folder.path().join("none.json"));
    let Err(error) = read(&surroundings) else { panic!("a file that is named must be there") };
    assert!(error.message.contains("none.json of GOOGLE_APPLICATION_CREDENTIALS cannot be read"), "{error}");
}
