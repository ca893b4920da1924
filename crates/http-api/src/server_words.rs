//! What em-metrics tells of a server: that it lives, its version, and its teams.

use std::sync::Arc;

use axum::Json;
use model::rules::Rules;
use serde_json::{Value, json};

use crate::problem::Problem;
use crate::routing::Routes;
use crate::shared::Shared;

/// Whether the server lives, which everyone may ask.
pub(crate) const HEALTH: &str = "/api/v1/health";
const VERSION: &str = "/api/v1/version";
const CONFIG: &str = "/api/v1/config";

/// The addresses, with what is told there.
pub(crate) const ADDRESSES: [(&str, &str); 3] = [
    (HEALTH, "That the server lives, in em-metrics' form; asked for without authentication."),
    (VERSION, "The version of the server, in em-metrics' form."),
    (CONFIG, "Teams with their repositories and logins, in em-metrics' form and without mail addresses."),
];

/// The routes.
pub(crate) fn add(routes: &mut Routes, shared: &Arc<Shared>) {
    routes.get(HEALTH, || async { Json(json!({ "ok": true })) });
    let build = shared.settings.build.clone();
    routes.get(VERSION, move || async move { Json(json!({ "version": build })) });
    let shared = Arc::clone(shared);
    routes.get(CONFIG, move || {
        let shared = Arc::clone(&shared);
        async move {
            let snapshot = shared.snapshot()?;
            let usual = snapshot.rules.usual;
            Ok::<_, Problem>(Json(config(snapshot.sources(usual)?.1)))
        }
    });
}

/// Members of whom only a mail address is known are left out.
fn config(rules: &Rules) -> Value {
    let teams = rules.teams.iter().map(|(name, team)| {
        let users: Vec<&str> = team.users.iter().map(|it| it.github.as_str()).filter(|it| !it.is_empty()).collect();
        (name.clone(), json!({ "projects": team.repos, "users": users }))
    });
    json!({ "teams": Value::Object(teams.collect()) })
}

#[cfg(test)]
mod tests {
    use model::teams::{Member, Team};

    use super::*;

    #[test]
    fn teams_are_told_without_mail_addresses() {
        let member =
            |github: &str, email: Option<&str>| Member { github: github.into(), email: email.map(str::to_owned) };
        let users = vec![member("ada", Some("ada@acme.example")), member("", Some("bob@acme.example"))];
        let team = Team { repos: vec!["shop".into()], users, ..Team::default() };
        let rules = Rules { teams: [("checkout".to_owned(), team)].into(), ..Rules::default() };
        assert_eq!(config(&rules), json!({"teams": {"checkout": {"projects": ["shop"], "users": ["ada"]}}}));
    }
}
