//! Tokens and passwords: from the environment or from files, never from flags.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use http_api::Sender;
use secrecy::SecretString;

use crate::usage::UsageError;

/// Reads a variable of the environment. A blank one counts as absent.
pub(crate) type Variables<'a> = &'a dyn Fn(&str) -> Option<String>;

/// The bearer tokens of `CTO_API_TOKENS`, else of the file; empty where there is neither.
pub(crate) fn tokens(file: Option<&Path>, variables: Variables<'_>) -> Result<Vec<SecretString>, UsageError> {
    several(&["CTO_API_TOKENS"], file, "tokens", variables)
}

/// The tokens of whoever may push, of `CTO_EVENT_TOKENS` or the variable of em-metrics, else of the file; empty where there
/// is none of them.
pub(crate) fn event_tokens(file: Option<&Path>, variables: Variables<'_>) -> Result<Vec<SecretString>, UsageError> {
    several(&["CTO_EVENT_TOKENS", "EM_METRICS_TOKEN_AUTH"], file, "event-tokens", variables)
}

/// The user and password that em-metrics is given.
pub(crate) fn user_of_em_metrics(variables: Variables<'_>) -> Result<Option<(String, SecretString)>, UsageError> {
    if variables("EM_METRICS_NO_AUTH").is_some() {
        return Err(UsageError::new(
            "EM_METRICS_NO_AUTH is set, and pushing always needs a token here: take it away and set CTO_EVENT_TOKENS; who may read says --auth",
        ));
    }
    let (user, password) = ("EM_METRICS_BASIC_AUTH_USERNAME", "EM_METRICS_BASIC_AUTH_PASSWORD");
    match (variables(user), variables(password)) {
        (None, None) => Ok(None),
        (Some(user), Some(password)) => Ok(Some((user, SecretString::from(password)))),
        (Some(_), None) => Err(UsageError::new(format!("{user} is set and {password} is not: set both, or neither"))),
        (None, Some(_)) => Err(UsageError::new(format!("{password} is set and {user} is not: set both, or neither"))),
    }
}

/// The secrets of the first of some variables that is set, else those of a file.
fn several(
    names: &[&str],
    file: Option<&Path>,
    flag: &str,
    variables: Variables<'_>,
) -> Result<Vec<SecretString>, UsageError> {
    if let Some(text) = names.iter().find_map(|name| variables(name)) {
        let words = text.split(|letter: char| letter == ',' || letter.is_whitespace());
        return Ok(words.filter(|word| !word.is_empty()).map(SecretString::from).collect());
    }
    let Some(file) = file else { return Ok(Vec::new()) };
    let text = read(file, flag)?;
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let tokens: Vec<SecretString> = lines.map(SecretString::from).collect();
    if tokens.is_empty() {
        return Err(UsageError::new(format!("{} holds no token: write one to a line", file.display())));
    }
    Ok(tokens)
}

/// The password of `CTO_API_PASSWORD`, else the first line of the file.
pub(crate) fn password(file: Option<&Path>, variables: Variables<'_>) -> Result<Option<SecretString>, UsageError> {
    if let Some(text) = variables("CTO_API_PASSWORD") {
        return Ok(Some(SecretString::from(text)));
    }
    file.map(|file| first_line(file, "password", "password")).transpose()
}

/// The secrets of those senders of webhooks that are expected.
pub(crate) type WebhookSecrets = BTreeMap<Sender, SecretString>;

/// Where the secrets of senders may be: each in its variable, else in the first line of its file.
pub(crate) fn webhook_secrets(
    file_of: &dyn Fn(Sender) -> Option<PathBuf>,
    variables: Variables<'_>,
) -> Result<WebhookSecrets, UsageError> {
    let mut secrets = WebhookSecrets::new();
    for sender in Sender::ALL {
        let secret = match (variables(&webhook_variable(sender)), file_of(sender)) {
            (Some(text), _) => Some(SecretString::from(text)),
            (None, Some(file)) => Some(first_line(&file, "webhook-secret", "secret")?),
            (None, None) => None,
        };
        secrets.extend(secret.map(|secret| (sender, secret)));
    }
    Ok(secrets)
}

/// The variable of a sender's secret: GitHub's was there first and names nobody.
fn webhook_variable(sender: Sender) -> String {
    match sender {
        Sender::Github => "CTO_WEBHOOK_SECRET".to_owned(),
        other => format!("CTO_WEBHOOK_SECRET_{}", other.name().to_uppercase()),
    }
}

/// A secret that may have blanks.
fn first_line(file: &Path, flag: &str, what: &str) -> Result<SecretString, UsageError> {
    let text = read(file, flag)?;
    match text.lines().next() {
        Some(line) if !line.is_empty() => Ok(SecretString::from(line)),
        _ => Err(UsageError::new(format!("{} holds no {what}: write it to the first line", file.display()))),
    }
}

fn read(file: &Path, what: &str) -> Result<String, UsageError> {
    config_model::read_text(file).map_err(|error| {
        let place = PathBuf::from(file);
        UsageError::new(format!(
            "the {what} file {} cannot be read: {error}: name another one with --{what}-file, or check its permissions",
            place.display()
        ))
    })
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    fn shown(tokens: &[SecretString]) -> Vec<&str> {
        tokens.iter().map(SecretString::expose_secret).collect()
    }

    fn none(_: &str) -> Option<String> {
        None
    }

    #[test]
    fn tokens_of_the_environment_go_above_those_of_the_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("tokens");
        std::fs::write(&file, "# of the scraper\none\n\n  two \n").expect("written");
        assert_eq!(shown(&tokens(Some(&file), &none).expect("read")), ["one", "two"]);
        let set = |name: &str| (name == "CTO_API_TOKENS").then(|| "a, b\nc".to_owned());
        assert_eq!(shown(&tokens(Some(&file), &set).expect("read")), ["a", "b", "c"]);
        assert!(tokens(None, &none).expect("none asked for").is_empty());
    }

    #[test]
    fn a_file_without_secrets_is_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("empty");
        std::fs::write(&file, "\n# nothing\n").expect("written");
        let error = tokens(Some(&file), &none).expect_err("no token").to_string();
        assert!(error.contains("empty holds no token"), "{error}");
        assert!(password(Some(&file), &none).is_err());
        let error = password(Some(&folder.path().join("absent")), &none).expect_err("no file").to_string();
        assert!(error.contains("absent cannot be read") && error.contains("--password-file"), "{error}");
    }

    #[test]
    fn a_password_is_the_first_line_with_its_blanks() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("password");
        std::fs::write(&file, " open sesame \nrest").expect("written");
        let password = password(Some(&file), &none).expect("read").expect("there");
        assert_eq!(password.expose_secret(), " open sesame ");
    }

    #[test]
    fn the_secret_of_webhooks_comes_from_the_environment_or_a_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("secret");
        std::fs::write(&file, "of the file\n").expect("written");
        let read = |sender: Sender, file: Option<&Path>, variables: Variables<'_>| {
            let of = |asked: Sender| file.filter(|_| asked == sender).map(Path::to_path_buf);
            let secrets = webhook_secrets(&of, variables)?;
            assert!(secrets.keys().all(|known| *known == sender), "{secrets:?}");
            Ok::<_, UsageError>(secrets.get(&sender).map(|secret| secret.expose_secret().to_owned()))
        };
        for sender in Sender::ALL {
            let secret = |file, variables| read(sender, file, variables).expect("read");
            assert_eq!(secret(Some(&file), &none).as_deref(), Some("of the file"));
            let set = |name: &str| (name == webhook_variable(sender)).then(|| "of the environment".to_owned());
            assert_eq!(secret(Some(&file), &set).as_deref(), Some("of the environment"));
            assert!(secret(None, &none).is_none());
        }
        std::fs::write(&file, "\n").expect("written");
        let error = read(Sender::Github, Some(&file), &none).expect_err("no secret").to_string();
        assert!(error.contains("secret holds no secret"), "{error}");
    }
}
