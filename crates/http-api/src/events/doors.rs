//! Addresses at which events are pushed, and at which what was pushed is told.

use axum::http::StatusCode;

use crate::problem::Problem;

/// Where an event came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Door {
    /// A deployment begins, or has ended.
    Deployments,
    /// The deployment of this id has ended.
    Deployed(String),
    /// An incident begins, or has ended.
    Incidents,
    /// Users are served again, by the id of the incident.
    Restored(String),
    /// It is over, by the id of the incident.
    Finished(String),
    /// A pull request is opened.
    PullRequests,
    /// Somebody reviewed the pull request of this id.
    Reviewed(String),
    /// It is closed without a merge, by its id.
    Closed(String),
    /// It is merged, by its id.
    Merged(String),
    /// Everything was told until now.
    Heartbeat,
    /// A CDEvent.
    CdEvents,
    /// A deployment in DevLake's form, of a connection.
    DevLakeDeployments(String),
    /// An issue in DevLake's form, of a connection.
    DevLakeIssues(String),
    /// An issue is closed, by connection and key.
    DevLakeClose(String, String),
}

/// What is asked of what was pushed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    /// Deployments, of a project or of all, in the order in which they were made.
    Deployments {
        /// The project.
        project: Option<String>,
        /// At most so many.
        limit: usize,
        /// After so many.
        offset: usize,
    },
    /// The deployment of an id.
    Deployment(String),
    /// Incidents, in order of their start.
    Incidents {
        /// Only those of which users are not served yet.
        not_restored: bool,
        /// Only those that are not over.
        not_finished: bool,
    },
}

pub(crate) type MadeDoor = fn(&[String]) -> Door;
pub(crate) type MadeQuestion = fn(&[String], &[(String, String)]) -> Result<Question, Problem>;

/// The addresses of doors, without the base path, and what comes there.
pub(crate) fn doors() -> impl Iterator<Item = (String, &'static str, MadeDoor)> {
    let own = OWN.into_iter().map(|(path, what, door)| (format!("/api/v1/{path}"), what, door));
    let devlake = CONNECTIONS.into_iter().flat_map(|connection| {
        OF_CONNECTION.into_iter().map(move |(path, what, door)| (format!("/api/{connection}/{path}"), what, door))
    });
    let cdevents: (String, _, MadeDoor) =
        (CDEVENTS.to_owned(), "A CDEvent, alone or in a CloudEvent.", |_| Door::CdEvents);
    own.chain(devlake).chain([cdevents])
}

/// Where CDEvents are pushed.
pub(super) const CDEVENTS: &str = "/events/cdevents";

const OWN: [(&str, &str, MadeDoor); 10] = [
    ("deployments", "A deployment begins, or has ended.", |_| Door::Deployments),
    ("deployments/{id}/deployed", "A deployment has ended.", |names| Door::Deployed(name(names, 0))),
    ("incidents", "An incident begins, or has ended.", |_| Door::Incidents),
    ("incidents/{id}/restored", "Users are served again.", |names| Door::Restored(name(names, 0))),
    ("incidents/{id}/finished", "An incident is over.", |names| Door::Finished(name(names, 0))),
    ("pull-requests", "A pull request is opened.", |_| Door::PullRequests),
    ("pull-requests/{id}/reviewed", "Somebody reviewed a pull request.", |names| Door::Reviewed(name(names, 0))),
    ("pull-requests/{id}/closed", "A pull request is closed without a merge.", |names| Door::Closed(name(names, 0))),
    ("pull-requests/{id}/merged", "A pull request is merged.", |names| Door::Merged(name(names, 0))),
    ("heartbeat", "Everything was told until now.", |_| Door::Heartbeat),
];

/// Where DevLake has a connection.
const CONNECTIONS: [&str; 6] = [
    "rest/plugins/webhook/{connection}",
    "rest/plugins/webhook/connections/{connection}",
    "rest/plugins/webhook/connections/by-name/{connection}",
    "plugins/webhook/{connection}",
    "plugins/webhook/connections/{connection}",
    "plugins/webhook/connections/by-name/{connection}",
];

const OF_CONNECTION: [(&str, &str, MadeDoor); 4] = [
    ("deployments", "A deployment in DevLake's form.", |names| Door::DevLakeDeployments(name(names, 0))),
    ("issues", "An incident in DevLake's form.", |names| Door::DevLakeIssues(name(names, 0))),
    ("incidents", "An incident in DevLake's form.", |names| Door::DevLakeIssues(name(names, 0))),
    ("issue/{key}/close", "An incident is over, in DevLake's form.", |names| {
        Door::DevLakeClose(name(names, 0), name(names, 1))
    }),
];

/// The addresses of questions.
pub(crate) const QUESTIONS: [(&str, &str, MadeQuestion); 3] = [
    ("/api/v1/deployments", "Pushed deployments, in the order in which they were made.", |_, query| {
        let project = value(query, "project_id").filter(|project| !project.is_empty()).map(str::to_owned);
        let (limit, offset) = (number(query, "limit", 50)?, number(query, "offset", 0)?);
        Ok(Question::Deployments { project, limit, offset })
    }),
    ("/api/v1/deployments/{id}", "A pushed deployment.", |names, _| Ok(Question::Deployment(name(names, 0)))),
    ("/api/v1/incidents", "Pushed incidents, in order of their start.", |_, query| {
        let filter = value(query, "filter").or_else(|| value(query, "type"));
        let (not_restored, not_finished) = match filter {
            None | Some("") => (false, false),
            Some("in-progress") => (true, true),
            Some("unfinished") => (false, true),
            Some(_) => {
                let detail = "filter must be in-progress or unfinished";
                return Err(Problem::new(StatusCode::BAD_REQUEST, detail).with("parameter", "filter"));
            }
        };
        Ok(Question::Incidents { not_restored, not_finished })
    }),
];

fn name(names: &[String], place: usize) -> String {
    names.get(place).cloned().unwrap_or_default()
}

fn value<'a>(query: &'a [(String, String)], wanted: &str) -> Option<&'a str> {
    query.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str())
}

fn number(query: &[(String, String)], name: &'static str, usual: usize) -> Result<usize, Problem> {
    let Some(text) = value(query, name) else { return Ok(usual) };
    text.parse().map_err(|_| {
        let detail = format!("{name} must be a whole number of 0 or more");
        Problem::new(StatusCode::BAD_REQUEST, detail).with("parameter", name)
    })
}
