//! Issues of GitHub.

use provider::endpoint;
use provider::header::{ACCEPT, HeaderValue};
use provider::{Method, Reply, Request, Url};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use serde_json::{Value, json};
use source::{ErrorKind, SourceError};

use crate::exchange::{Manner, Repeat, Service};
use crate::issue::{self, LABEL};
use crate::{Message, Sent, What};

const SETTING: &str = "the address of GitHub's API";
const REMEDY: &str = "check the repository, and that the token may read and write its issues";
const REFUSED: &str = "the token of GitHub holds what no header can: set it to the token alone";
/// Characters of an issue.
const BODY: usize = 65_536;

pub(crate) struct GithubIssue {
    issues: Url,
    token: SecretString,
    service: Service,
}

/// An issue, or a pull request, which is listed among them.
#[derive(Deserialize)]
struct Issue {
    number: u64,
    title: String,
    html_url: String,
    #[serde(default)]
    labels: Vec<Label>,
    pull_request: Option<Value>,
}

#[derive(Deserialize)]
struct Label {
    name: String,
}

impl GithubIssue {
    pub(crate) fn new(
        api_url: &str,
        repository: &str,
        token: &SecretString,
        manner: Manner,
    ) -> Result<Self, SourceError> {
        redact::know(token.expose_secret());
        let api = endpoint::checked(SETTING, api_url, &issue::advice("https://api.github.com or https://HOST/api/v3"))?;
        let named = repository.split_once('/').filter(|(owner, name)| !owner.is_empty() && is_name(name));
        let Some((owner, name)) = named else {
            let text = format!("the repository `{repository}` is not written as OWNER/REPOSITORY");
            return Err(SourceError::new(ErrorKind::NotFound, text));
        };
        let service = Service::new("GitHub", SETTING, REMEDY, &api, manner);
        let this =
            Self { issues: endpoint::join(&api, &["repos", owner, name, "issues"]), token: token.clone(), service };
        this.with_token(Request::new(Method::GET, this.issues.clone()))?;
        Ok(this)
    }

    /// Edits the issue of this title, or opens it.
    pub(crate) async fn write(&self, message: &Message) -> Result<Sent, SourceError> {
        let (title, body) = (&message.title, issue::body(message, BODY)?);
        if let Some(found) = self.find(title).await? {
            let url = endpoint::join(&self.issues, &[&found.number.to_string()]);
            let request =
                Request { method: Method::PATCH, ..Request::json(url, &json!({"title": title, "body": body})) };
            let edited: Issue = issue::decoded(&self.ask(request, Repeat::Harmless).await?, "issue")?;
            return Ok(Sent { address: Some(edited.html_url), ..Sent::of(What::Edited) });
        }
        let content = json!({"title": title, "body": body, "labels": [LABEL]});
        let request = Request::json(self.issues.clone(), &content);
        let opened: Issue = issue::decoded(&self.ask(request, Repeat::Doubles).await?, "issue")?;
        // Who may open issues may not always label them, and GitHub leaves it out without a word.
        let lacks = (!opened.labels.iter().any(|label| label.name == LABEL)).then(|| {
            format!(
                "the issue has no label `{LABEL}`, by which it is found the next time: label it, and let the token write \
                 issues"
            )
        });
        Ok(Sent { what: What::Opened, address: Some(opened.html_url), lacks })
    }

    /// The first issue of the title that was ever opened.
    async fn find(&self, title: &str) -> Result<Option<Issue>, SourceError> {
        let ask = async |request| self.ask(request, Repeat::Harmless).await;
        issue::find(&self.issues, [("sort", "created"), ("direction", "asc")], ask, |issue: &Issue| {
            issue.pull_request.is_none() && issue.title == title
        })
        .await
    }

    async fn ask(&self, request: Request, repeat: Repeat) -> Result<Reply, SourceError> {
        self.service.ask(self.with_token(request)?, repeat).await
    }

    fn with_token(&self, request: Request) -> Result<Request, SourceError> {
        let request = request.with(ACCEPT, HeaderValue::from_static("application/vnd.github+json"));
        request.bearer(&self.token, REFUSED)
    }
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.contains('/')
}
