//! What GitLab's words and ids mean, whoever tells of them, its API or its webhooks: boards of groups, states, runners.

use crate::Amount;
use crate::kinds::{DeploymentOutcome, RunConclusion, RunStatus, Runner, Told};

/// What a move names as the column before when that was a label that is deleted by now and whose name is not known.
///
/// No column is called so: where the move before it does not end there either, the history has a gap.
pub const DELETED_LABEL: &str = "(deleted label)";

/// What a move names as the column before when a note tells that the status was set, and is not understood. As with
/// [`DELETED_LABEL`], the history has a gap.
pub const UNKNOWN_STATUS: &str = "(unknown status)";

/// A board of a group: labels of issues, or their statuses, as columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelBoard {
    /// Path of the group: `acme`, `acme/shop`. Issues of groups and projects below it are on the board too.
    pub group: String,
    /// A name for people.
    pub name: String,
    /// What its columns are.
    pub columns: LabelColumns,
}

/// What the columns of a board are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LabelColumns {
    /// The scoped labels of one key: `workflow` for `workflow::dev`, `workflow::review`, … The column is what follows
    /// the key, `dev`.
    Scope(String),
    /// These labels, from left to right.
    Labels(Vec<String>),
    /// GitLab's own statuses, whatever they are called.
    Statuses,
}

impl LabelBoard {
    /// The id of the board: `HOST/group/GROUP/workflow` of scoped labels, `HOST/group/GROUP/labels/NAME` of a list,
    /// `HOST/group/GROUP/work_items/status` of statuses.
    ///
    /// With the group's number it is the id that rows have (the column `project_id` of `project.csv`), which stays
    /// when a group is renamed. With the group's path it is what can be said before the server was asked for the
    /// number.
    pub fn id(&self, host: &str, group: &str) -> String {
        match &self.columns {
            LabelColumns::Scope(key) => format!("{host}/group/{group}/{key}"),
            LabelColumns::Labels(_) => format!("{host}/group/{group}/labels/{}", self.name.trim()),
            LabelColumns::Statuses => format!("{host}/group/{group}/work_items/status"),
        }
    }
}

/// The id of anything that has a number on the whole server: `HOST/KIND/NUMBER`.
pub fn id_of(host: &str, kind: &str, number: u64) -> String {
    format!("{host}/{kind}/{number}")
}

/// Host and number of an id of a kind, `HOST/KIND/NUMBER`.
pub fn host_and_number<'a>(id: &'a str, kind: &str) -> Option<(&'a str, u64)> {
    let (of, number) = id.rsplit_once('/')?;
    let (host, its) = of.rsplit_once('/')?;
    (!host.is_empty() && its == kind).then_some((host, number.parse().ok()?))
}

/// The state of issues and merge requests as rows have it; `locked` is one that is being merged.
pub fn state(told: &str) -> &str {
    match told {
        "opened" | "locked" => "open",
        other => other,
    }
}

/// Whether a user's name is one that GitLab gives to the bot of an access token: `project_12_bot` or `group_7_bot_…`.
pub fn is_bot_of_token(username: &str) -> bool {
    let rest = username.strip_prefix("project_").or_else(|| username.strip_prefix("group_"));
    let Some((number, rest)) = rest.and_then(|rest| rest.split_once("_bot")) else { return false };
    let is_number = |text: &str| text.bytes().all(|digit| digit.is_ascii_digit());
    !number.is_empty() && is_number(number) && (rest.starts_with('_') || is_number(rest))
}

/// What became of a deployment. What was skipped was called off.
pub fn deployment_outcome(status: &str) -> DeploymentOutcome {
    match status {
        "success" => DeploymentOutcome::Success,
        "failed" => DeploymentOutcome::Failure,
        "canceled" | "skipped" => DeploymentOutcome::Cancelled,
        _ => DeploymentOutcome::Pending,
    }
}

/// Where a pipeline or job is, and how it ended. An outcome that is not known is told as it is.
pub fn run_outcome(status: &str) -> (Told<RunStatus>, Told<RunConclusion>) {
    let over = |conclusion: RunConclusion| (RunStatus::Completed.into(), conclusion.into());
    let open = |status: RunStatus| (status.into(), RunConclusion::None.into());
    match status {
        "success" => over(RunConclusion::Success),
        "failed" => over(RunConclusion::Failure),
        "canceled" => over(RunConclusion::Cancelled),
        "skipped" => over(RunConclusion::Skipped),
        "running" | "canceling" => open(RunStatus::InProgress),
        "manual" | "scheduled" => open(RunStatus::Waiting),
        "created" | "preparing" | "pending" | "waiting_for_resource" | "waiting_for_callback" => {
            open(RunStatus::Queued)
        }
        other => (other.into(), RunConclusion::None.into()),
    }
}

/// The host whose shared machines are the provider's.
const HOSTED: &str = "gitlab.com";
/// How the provider's machines are called by the jobs that ask for them.
const HOSTED_TAG: &str = "saas-";

/// Whose machine it is. What all projects of a server share is the provider's on its own server, and elsewhere where it is
/// called as the provider's machines are.
pub fn runner(runner_type: Option<&str>, is_shared: Option<bool>, tags: &[String], host: &str) -> Runner {
    let is_shared = runner_type.map_or_else(|| is_shared.unwrap_or_default(), |kind| kind == "instance_type");
    let is_of_provider = host == HOSTED || tags.iter().any(|tag| tag.starts_with(HOSTED_TAG));
    if is_shared && is_of_provider { Runner::Hosted } else { Runner::SelfHosted }
}

/// Seconds as whole milliseconds, by their digits, halves to the even one. `None` where it is no such number.
pub fn milliseconds(seconds: &str) -> Option<i64> {
    let seconds: Amount = seconds.parse().ok()?;
    // Ten times the seconds, with two decimals, are hundredths of them in front of the point and milliseconds without it.
    seconds.scaled(10, 1)?.to_cents().replace('.', "").parse().ok().filter(|milliseconds| *milliseconds >= 0)
}

/// Whether the run of an id is a pipeline of GitLab: `HOST/pipeline/NUMBER`.
pub fn is_pipeline(run_id: &str) -> bool {
    run_id.contains("/pipeline/")
}

/// The host of a GitLab server in rows: `HOST` or `HOST:PORT` of its address in lower case, without scheme, user and
/// path. `None` where the address has none.
pub fn host_of(url: &str) -> Option<String> {
    let (scheme, rest) = url.trim().split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default().to_ascii_lowercase();
    let usual = if scheme.eq_ignore_ascii_case("https") { ":443" } else { ":80" };
    let host = host.strip_suffix(usual).unwrap_or(&host);
    (!host.is_empty() && !host.starts_with(':')).then(|| host.to_owned())
}

/// Whether the path of a group or project is that of a group, or below it. Paths are the same in upper and lower case.
pub fn is_at_or_below(path: &str, group: &str) -> bool {
    let (path, group) = (path.as_bytes(), group.as_bytes());
    let begins_alike = path.get(..group.len()).is_some_and(|beginning| beginning.eq_ignore_ascii_case(group));
    begins_alike && path.get(group.len()).is_none_or(|next| *next == b'/')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_an_id_is_that_of_its_kind() {
        let id = id_of("git.acme.example:8443", "merge_request", 12);
        assert_eq!(host_and_number(&id, "merge_request"), Some(("git.acme.example:8443", 12)));
        for other in ["merge_request/12", "gitlab.com/issue/12", "gitlab.com/merge_request/x", "api/12", ""] {
            assert_eq!(host_and_number(other, "merge_request"), None, "{other}");
        }
    }

    #[test]
    fn a_path_is_at_or_below_a_group_by_whole_steps() {
        for path in ["acme/shop", "Acme/Shop/api", "acme/shop/web/ui"] {
            assert!(is_at_or_below(path, "acme/shop"), "{path}");
        }
        for path in ["acme", "acme/shopping", "acme/api", "shop", ""] {
            assert!(!is_at_or_below(path, "acme/shop"), "{path}");
        }
    }

    #[test]
    fn the_host_of_an_address_keeps_an_unusual_port_and_nothing_else() {
        let host = |url| host_of(url);
        assert_eq!(host("https://gitlab.example").as_deref(), Some("gitlab.example"));
        assert_eq!(host("https://GitLab.example:8443/git/").as_deref(), Some("gitlab.example:8443"));
        assert_eq!(host("https://gitlab.example:443").as_deref(), Some("gitlab.example"));
        assert_eq!(host("http://ada@127.0.0.1:8080?x").as_deref(), Some("127.0.0.1:8080"));
        for url in ["gitlab.example", "https://", "https://:8080/"] {
            assert_eq!(host(url), None, "{url}");
        }
    }

    #[test]
    fn bots_of_access_tokens_are_told_by_their_names() {
        for bot in ["project_12_bot", "project_12_bot2", "group_7_bot_a1b2"] {
            assert!(is_bot_of_token(bot), "{bot}");
        }
        for user in ["project_bot", "project_x_bot", "group_7", "project_7_robot", "my_project_7_bot", ""] {
            assert!(!is_bot_of_token(user), "{user}");
        }
    }

    #[test]
    fn seconds_are_milliseconds_by_their_digits() {
        for (told, expected) in [
            ("182.595", Some(182_595)),
            ("15.3", Some(15_300)),
            ("0", Some(0)),
            ("1.0e-05", Some(0)),
            ("0.0005", Some(0)),
            ("0.0015", Some(2)),
            ("4503599627370.497", Some(4_503_599_627_370_497)),
            ("-1.5", None),
            ("null", None),
        ] {
            assert_eq!(milliseconds(told), expected, "{told}");
        }
    }

    #[test]
    fn a_shared_machine_is_the_providers_where_the_server_or_the_tag_is() {
        let whose = |kind: Option<&str>, is_shared, tags: &[&str], host| {
            let tags: Vec<String> = tags.iter().map(|tag| (*tag).to_owned()).collect();
            runner(kind, is_shared, &tags, host)
        };
        assert_eq!(whose(Some("instance_type"), None, &[], "gitlab.com"), Runner::Hosted);
        assert_eq!(whose(Some("group_type"), Some(true), &[], "gitlab.com"), Runner::SelfHosted);
        assert_eq!(whose(None, Some(true), &["saas-linux-small-amd64"], "gitlab.example"), Runner::Hosted);
        assert_eq!(whose(None, Some(true), &["docker"], "gitlab.example"), Runner::SelfHosted);
        assert_eq!(whose(None, Some(false), &["saas-linux-small-amd64"], "gitlab.com"), Runner::SelfHosted);
    }

    #[test]
    fn every_status_is_a_place_and_an_outcome() {
        for (told, status, conclusion) in [
            ("success", "completed", "success"),
            ("failed", "completed", "failure"),
            ("canceled", "completed", "cancelled"),
            ("skipped", "completed", "skipped"),
            ("running", "in_progress", ""),
            ("canceling", "in_progress", ""),
            ("manual", "waiting", ""),
            ("scheduled", "waiting", ""),
            ("created", "queued", ""),
            ("waiting_for_resource", "queued", ""),
            ("brand_new", "brand_new", ""),
        ] {
            let (found, how) = run_outcome(told);
            assert_eq!((found.name(), how.name()), (status, conclusion), "{told}");
        }
    }

    #[test]
    fn a_board_is_known_by_the_key_of_its_labels_by_its_name_or_as_that_of_statuses() {
        let board = |columns| LabelBoard { group: "acme".into(), name: "Work".into(), columns };
        assert_eq!(board(LabelColumns::Scope("workflow".into())).id("gitlab.com", "7"), "gitlab.com/group/7/workflow");
        let list = LabelColumns::Labels(vec!["Doing".into()]);
        assert_eq!(board(list).id("gitlab.com", "acme"), "gitlab.com/group/acme/labels/Work");
        assert_eq!(board(LabelColumns::Statuses).id("gitlab.com", "7"), "gitlab.com/group/7/work_items/status");
    }
}
