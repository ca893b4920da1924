//! Bodies that pipelines push: each is read or refused in the words of validators, counts once however often it comes, and
//! leaves a store that can be read.
//!
//! An input is the address below that of the server and the body below it.

use std::fs;
use std::path::Path;

use event_intake::{Refused, Told, devlake, em};
use fuzzing::{Form, Input, Outcome, masked};
use model::deliveries::Delivered;
use store::{Push, Pushed, Store};

use crate::scene::{assert_is_message, at, folder, url, with_causes};
use crate::webhooks::{NOW, ORGANISATION, everything};

pub(crate) const INPUT: Input = Input::new("pushes", Form::Json, &WORDS, check);

const WORDS: [&str; 40] = [
    "/deployments",
    "/deployments/7/deployed",
    "/incidents",
    "/incidents/7/restored",
    "/incidents/7/finished",
    "/webhook/1/deployments",
    "/webhook/1/issues",
    "/webhook/1/issue/K-1/close",
    "id",
    "project_id",
    "first_commit_at",
    "deploy_start_at",
    "deployed_at",
    "create_if_not_exists",
    "outcome",
    "failure",
    "cancelled",
    "sha",
    "environment",
    "repo",
    "username",
    "deployment_id",
    "started_at",
    "restored_at",
    "finished_at",
    "date",
    "labels",
    "severity",
    "deploymentCommits",
    "deployment_commits",
    "commitSha",
    "repoUrl",
    "https://github.com/acme/web",
    "result",
    "INCIDENT",
    "DONE",
    "acme/web",
    "2026-03-31T09:00:00Z",
    "2026-03-31T11:00:00+02:00",
    "2027-03-31T09:00:00Z",
];

/// What a body tells that was pushed to an address; `None` where there is nothing.
fn read(path: &str, body: &[u8]) -> Option<Result<Told, Refused>> {
    let em = |route| Some(em::read(route, body, at(NOW)));
    let devlake = |route| Some(devlake::read(route, body, at(NOW)));
    let steps: Vec<&str> = path.split('/').skip(1).collect();
    match steps[..] {
        ["deployments"] => em(em::Route::Deployments),
        ["deployments", id, "deployed"] => em(em::Route::Deployed(id)),
        ["incidents"] => em(em::Route::Incidents),
        ["incidents", id, "restored"] => em(em::Route::Restored(id)),
        ["incidents", id, "finished"] => em(em::Route::Finished(id)),
        ["webhook", connection, "deployments"] => devlake(devlake::Route::Deployments { connection }),
        ["webhook", connection, "issues"] => devlake(devlake::Route::Issues { connection }),
        ["webhook", connection, "issue", key, "close"] => devlake(devlake::Route::Close { connection, key }),
        _ => None,
    }
}

fn push(store: &Path, told: &Told) -> Pushed {
    let store = Store::open(&url(store)).expect("opened");
    let push = Push {
        key: None,
        body_hash: "hash",
        event: "an event",
        received_at: at(NOW),
        told: &told.records,
        undated: told.undated,
        must_be_known: told.must_be_known,
    };
    store.push(&push).unwrap_or_else(|error| panic!("cannot be stored: {}", with_causes(&error)))
}

/// Whether the same again is another incident: it has neither an id nor a time by which it is known.
fn is_new_each_time(told: &Told) -> bool {
    let has_no_id = |one: &Delivered| matches!(one, Delivered::Incident(incident) if incident.id.is_empty());
    told.undated && told.records.iter().any(has_no_id)
}

fn check(text: &[u8]) -> Outcome {
    let end = text.iter().position(|byte| *byte == b'\n').unwrap_or(text.len());
    let path = String::from_utf8_lossy(&text[..end]);
    let body = text.get(end + 1..).unwrap_or_default();
    let told = match read(&path, body) {
        None => return Outcome::Refused("nothing there".to_owned()),
        Some(Err(Refused::Malformed(why))) => {
            assert_is_message(&why, body.len());
            return Outcome::Refused(masked(&why));
        }
        Some(Err(Refused::Invalid(errors))) => {
            let errors: Vec<String> = errors.iter().map(|error| error.to_json().to_string()).collect();
            assert_is_message(&errors.join(" "), body.len());
            return Outcome::Refused(masked(&errors.join(" ").replace('"', "")));
        }
        Some(Ok(told)) => told,
    };
    let folder = folder();
    let store = folder.path().join("cto.db");
    fs::copy(&ORGANISATION.1, &store).expect("copied");
    let before = Store::open_existing(&url(&store)).and_then(|store| store.changes()).expect("known");
    let first = push(&store, &told);
    if matches!(first, Pushed::Missing | Pushed::NoDeployment(_) | Pushed::Differs(_)) {
        let after = Store::open_existing(&url(&store)).and_then(|store| store.changes()).expect("known");
        assert_eq!(before, after, "what is refused changes nothing");
        return Outcome::Refused(masked(&format!("{first:?}")));
    }
    let once = everything(text, folder.path(), &store, "once");
    if is_new_each_time(&told) {
        return Outcome::Taken("an incident without a name".to_owned());
    }
    let second = push(&store, &told);
    assert_eq!(second, Pushed::Known, "what came twice counts once");
    let twice = everything(text, folder.path(), &store, "twice");
    for ((name, first), (_, second)) in once.into_iter().zip(twice) {
        assert_eq!(String::from_utf8_lossy(&first), String::from_utf8_lossy(&second), "{name} after the second");
    }
    let kind = path.rsplit('/').next().unwrap_or_default();
    Outcome::Taken(masked(&format!("{kind}, {first:?}")))
}
