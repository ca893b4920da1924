//! Issues of GitLab.

use provider::endpoint;
use provider::{Method, Reply, Request, Url};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use serde_json::json;
use source::{ErrorKind, SourceError};

use crate::exchange::{Manner, Repeat, Service};
use crate::issue::{self, LABEL};
use crate::{Message, Sent, What};

const SETTING: &str = "the address of GitLab";
const REMEDY: &str = "check the project, and that the token may read and write its issues (api)";
const REFUSED: &str = "the token of GitLab holds what no header can: set it to the token alone";
/// Characters of an issue.
const BODY: usize = 1_048_576;

pub(crate) struct GitlabIssue {
    issues: Url,
    token: SecretString,
    is_confidential: bool,
    service: Service,
}

#[derive(Deserialize)]
struct Issue {
    iid: u64,
    title: String,
    web_url: String,
}

impl GitlabIssue {
    pub(crate) fn new(
        url: &str,
        project: &str,
        token: &SecretString,
        is_confidential: bool,
        manner: Manner,
    ) -> Result<Self, SourceError> {
        redact::know(token.expose_secret());
        let server = endpoint::checked(SETTING, url, &issue::advice("https://HOST"))?;
        if project.is_empty() {
            return Err(SourceError::new(ErrorKind::NotFound, "no project is named: write it as GROUP/PROJECT"));
        }
        let service = Service::new("GitLab", SETTING, REMEDY, &server, manner);
        let issues = endpoint::join(&server, &["api", "v4", "projects", project, "issues"]);
        let this = Self { issues, token: token.clone(), is_confidential, service };
        this.with_token(Request::new(Method::GET, this.issues.clone()))?;
        Ok(this)
    }

    /// Edits the issue of this title, or opens it. What is confidential is made so again; what is not is left as it is.
    pub(crate) async fn write(&self, message: &Message) -> Result<Sent, SourceError> {
        let mut content = json!({"title": message.title, "description": issue::body(message, BODY)?});
        if self.is_confidential {
            content["confidential"] = json!(true);
        }
        if let Some(found) = self.find(&message.title).await? {
            let url = endpoint::join(&self.issues, &[&found.iid.to_string()]);
            let request = Request { method: Method::PUT, ..Request::json(url, &content) };
            let edited: Issue = issue::decoded(&self.ask(request, Repeat::Harmless).await?, "issue")?;
            return Ok(Sent { address: Some(edited.web_url), ..Sent::of(What::Edited) });
        }
        content["labels"] = json!(LABEL);
        let request = Request::json(self.issues.clone(), &content);
        let opened: Issue = issue::decoded(&self.ask(request, Repeat::Doubles).await?, "issue")?;
        Ok(Sent { address: Some(opened.web_url), ..Sent::of(What::Opened) })
    }

    /// The first issue of the title that was ever opened.
    async fn find(&self, title: &str) -> Result<Option<Issue>, SourceError> {
        let ask = async |request| self.ask(request, Repeat::Harmless).await;
        issue::find(&self.issues, [("order_by", "created_at"), ("sort", "asc")], ask, |issue: &Issue| {
            issue.title == title
        })
        .await
    }

    async fn ask(&self, request: Request, repeat: Repeat) -> Result<Reply, SourceError> {
        self.service.ask(self.with_token(request)?, repeat).await
    }

    fn with_token(&self, request: Request) -> Result<Request, SourceError> {
        request.bearer(&self.token, REFUSED)
    }
}
