//! Google's refusals, in words that say what to do about them.

use provider::Reply;
use source::{ErrorKind, SourceError};

use crate::quoted::quoted;
use crate::session::{Failure, Session};
use crate::wire::Failed;

/// A refusal as it came.
#[derive(Clone, Debug, Default)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    /// `accessDenied`, `notFound`, …; empty where there is none.
    pub(crate) reason: String,
    /// Google's words.
    pub(crate) message: String,
}

/// What was being done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Looking at the table or the dataset.
    Looking,
    /// Running the query and reading its rows.
    Querying,
}

impl Refusal {
    pub(crate) fn read(reply: &Reply) -> Self {
        let status = reply.status;
        let Ok(Failed { error }) = serde_json::from_slice::<Failed>(&reply.body) else {
            return Self { status, ..Self::default() };
        };
        let reason = error.errors.into_iter().map(|detail| detail.reason).find(|reason| !reason.is_empty());
        Self { status, reason: quoted(&reason.unwrap_or(error.status)), message: quoted(&error.message) }
    }

    /// In words: status, reason and message.
    pub(crate) fn words(&self) -> String {
        let parts = [self.reason.as_str(), self.message.as_str()];
        let said = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(": ");
        if said.is_empty() { format!("HTTP {}", self.status) } else { format!("HTTP {}, {said}", self.status) }
    }

    pub(crate) fn is_about_the_token(&self) -> bool {
        self.status == 401
    }

    /// Whether waiting helps. A quota that is used up lasts until the next day: waiting does not.
    pub(crate) fn is_a_rate_limit(&self) -> bool {
        let limits = ["rateLimitExceeded", "userRateLimitExceeded", "jobRateLimitExceeded"];
        limits.contains(&self.reason.as_str()) || (self.status == 429 && self.reason != "quotaExceeded")
    }

    /// Whether another try may succeed.
    pub(crate) fn may_pass(&self) -> bool {
        let reasons = ["backendError", "internalError", "jobBackendError", "jobInternalError", "tableUnavailable"];
        matches!(self.status, 408 | 500..=599) || reasons.contains(&self.reason.as_str())
    }

    fn says(&self, text: &str) -> bool {
        self.message.to_ascii_lowercase().contains(text)
    }

    pub(crate) fn lacks_dataset(&self) -> bool {
        self.status == 404 && self.says("not found: dataset")
    }
}

impl Session {
    /// A failure in words for the user.
    pub(crate) fn explained(&self, failure: Failure, step: Step, table_location: Option<&str>) -> SourceError {
        match failure {
            Failure::Final(error) => error,
            Failure::Refused(refusal) => match refusal.status {
                401 => self.not_accepted(&refusal),
                403 => self.forbidden(&refusal, step),
                404 => self.missing(&refusal, table_location),
                _ => self.refused(&refusal, step),
            },
        }
    }

    fn not_accepted(&self, refusal: &Refusal) -> SourceError {
        let words = refusal.words();
        SourceError::new(
            ErrorKind::Unauthorized,
            format!(
                "BigQuery does not accept the token of the Google credentials ({words}): check that \
                 GCP_SERVICE_ACCOUNT_JSON or gcloud's login belongs to {} and is still valid",
                self.project
            ),
        )
    }

    fn forbidden(&self, refusal: &Refusal, step: Step) -> SourceError {
        let words = refusal.words();
        let project = &self.project;
        let no_access = |message: String| SourceError::new(ErrorKind::NoAccess, message);
        if refusal.says("insufficient authentication scopes") || refusal.reason == "insufficientPermissions" {
            return SourceError::new(
                ErrorKind::Unauthorized,
                format!(
                    "the Google credentials lack the scope bigquery.readonly ({words}): give it, or cloud-platform, \
                     to the machine's service account or the login"
                ),
            );
        }
        if refusal.reason == "accessNotConfigured" || refusal.says("has not been used in project") {
            return no_access(format!(
                "the BigQuery API is not enabled in project {project} ({words}): enable it there"
            ));
        }
        if refusal.reason == "bytesBilledLimitExceeded" {
            return self.too_many_bytes(&words);
        }
        if refusal.reason == "quotaExceeded" {
            return self.quota(&words);
        }
        if refusal.reason == "billingNotEnabled" {
            return no_access(format!("project {project} has no billing account ({words}): link one to it"));
        }
        if refusal.says("bigquery.jobs.create") || (step == Step::Querying && refusal.says("access denied: project")) {
            return no_access(format!(
                "no queries may be run in project {project} ({words}): grant the role BigQuery Job User \
                 (roles/bigquery.jobUser) on {project}"
            ));
        }
        no_access(format!(
            "{} may not be read ({words}): grant the role BigQuery Data Viewer (roles/bigquery.dataViewer) on the \
             dataset {}",
            self.table,
            self.dataset()
        ))
    }

    fn missing(&self, refusal: &Refusal, table_location: Option<&str>) -> SourceError {
        let words = refusal.words();
        let message = if refusal.says("not found in location") {
            let asked = self.location.as_deref().or(table_location).unwrap_or("none");
            let said = table_location.unwrap_or("no location");
            format!(
                "the query was run in the wrong location ({words}): asked was {asked}, and the table says {said}; set \
                 gcp.bigquery_location (GCP_BIGQUERY_LOCATION) to that, or leave it out"
            )
        } else if refusal.says("not found: project") {
            format!("there is no such project ({words}): check gcp.project_id (GCP_PROJECT_ID) and gcp.billing_dataset")
        } else if refusal.lacks_dataset() {
            format!(
                "there is no dataset {} ({words}): set gcp.billing_dataset to the one that the billing export goes \
                 to, or enable the export to BigQuery in Google's billing console",
                self.dataset()
            )
        } else if refusal.says("not found: table") {
            format!("the table {} is gone ({words}): check gcp.billing_table", self.table)
        } else {
            format!(
                "BigQuery knows nothing of {} ({words}): check gcp.project_id, gcp.billing_dataset and \
                 gcp.bigquery_endpoint",
                self.table
            )
        };
        SourceError::new(ErrorKind::NotFound, message)
    }

    fn refused(&self, refusal: &Refusal, step: Step) -> SourceError {
        let words = refusal.words();
        let message = match refusal.reason.as_str() {
            "bytesBilledLimitExceeded" => return self.too_many_bytes(&words),
            "quotaExceeded" => return self.quota(&words),
            "invalidQuery" => format!(
                "BigQuery cannot run the query over {} ({words}): check that gcp.billing_table is a billing export",
                self.table
            ),
            _ if step == Step::Querying => format!("BigQuery refuses the query over {}: {words}", self.table),
            _ => format!("BigQuery refuses to show {}: {words}", self.table),
        };
        SourceError::new(ErrorKind::UnexpectedResponse, message)
    }

    fn too_many_bytes(&self, words: &str) -> SourceError {
        SourceError::new(
            ErrorKind::NoAccess,
            format!(
                "the query would read more than the {} bytes allowed ({words}): raise gcp.maximum_bytes_billed",
                self.maximum_bytes_billed
            ),
        )
    }

    fn quota(&self, words: &str) -> SourceError {
        SourceError::new(
            ErrorKind::RateLimited,
            format!(
                "a quota of project {} is used up ({words}): raise it in Google's console, or import again tomorrow",
                self.project
            ),
        )
    }

    /// The dataset with its project.
    pub(crate) fn dataset(&self) -> String {
        format!("{}.{}", self.table.project, self.table.dataset)
    }
}
