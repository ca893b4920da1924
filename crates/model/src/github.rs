//! What GitHub's runs, jobs and addresses mean, whoever tells of them: lists of its API or its webhooks.

use crate::kinds::Runner;

/// The number of the run that an address such as `https://github.com/acme/web/actions/runs/12/job/34` is about.
pub fn run_of(address: &str) -> Option<String> {
    let path = address.split(['?', '#']).next().unwrap_or_default();
    let mut steps = path.split('/').skip_while(|step| *step != "runs").skip(1);
    let number = steps.next()?;
    (!number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())).then(|| number.to_owned())
}

/// The file of a workflow, without the ref that may stand behind it; `None` where none is told.
pub fn workflow_file(told: &str) -> Option<&str> {
    told.split('@').next().filter(|path| !path.is_empty())
}

/// Whether a run is one for the default branch: it is for a branch of that name of the repository itself, and no pull request
/// has started it. A fork may have a branch of the same name.
pub fn is_of_default_branch(git_ref: &str, default_branch: &str, event: &str, is_own: bool) -> bool {
    git_ref == default_branch && is_own && !event.starts_with("pull_request")
}

/// What a job asked of its runner, as files have it, and whose machine that was.
pub fn machine(labels: &[String], group: &str, name: &str) -> (String, Runner) {
    let has_machine = !labels.is_empty() || !name.is_empty();
    (labels.join(";"), if has_machine { runner(labels, group, name) } else { Runner::Unknown })
}

/// Whose machine it was, by what is told of it.
fn runner(labels: &[String], group: &str, name: &str) -> Runner {
    let is_named = |word: &str| labels.iter().any(|label| label.eq_ignore_ascii_case(word));
    // The provider's machines of any size are called after their systems.
    let is_of_provider = |label: &String| {
        let label = label.to_ascii_lowercase();
        ["ubuntu-", "windows-", "macos-"].iter().any(|system| label.starts_with(system))
    };
    match () {
        () if is_named("self-hosted") => Runner::SelfHosted,
        () if group == "GitHub Actions" || name.starts_with("GitHub Actions ") => Runner::Hosted,
        () if labels.iter().any(is_of_provider) => Runner::Hosted,
        // A group of the organisation's own may hold larger machines of the provider's as well as own ones.
        () => Runner::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_run_is_the_one_that_an_address_names() {
        assert_eq!(run_of("https://github.com/acme/web/actions/runs/123/job/456?pr=1").as_deref(), Some("123"));
        let largest = "https://github.com/acme/web/actions/runs/18446744073709551615";
        assert_eq!(run_of(largest).as_deref(), Some("18446744073709551615"));
        for url in ["", "https://github.com/acme/web/actions/runs/", "https://github.com/acme/runs/x"] {
            assert_eq!(run_of(url), None, "{url}");
        }
    }

    #[test]
    fn the_file_of_a_workflow_is_told_without_a_ref() {
        assert_eq!(workflow_file(".github/workflows/ship.yml@refs/heads/main"), Some(".github/workflows/ship.yml"));
        assert_eq!(
            (workflow_file(".github/workflows/ship.yml"), workflow_file("")),
            (Some(".github/workflows/ship.yml"), None)
        );
    }

    #[test]
    fn a_branch_of_the_same_name_in_a_fork_or_a_pull_request_is_not_the_default_branch() {
        assert!(is_of_default_branch("main", "main", "push", true));
        assert!(!is_of_default_branch("topic", "main", "push", true));
        assert!(!is_of_default_branch("main", "main", "push", false));
        for event in ["pull_request", "pull_request_target"] {
            assert!(!is_of_default_branch("main", "main", event, true));
        }
    }

    #[test]
    fn whose_a_machine_is_follows_from_its_labels_and_its_group() {
        let runner = |labels: &[&str], group, name| {
            let labels: Vec<String> = labels.iter().map(|label| (*label).to_owned()).collect();
            machine(&labels, group, name).1
        };
        assert_eq!(runner(&["ubuntu-latest"], "GitHub Actions", "GitHub Actions 7"), Runner::Hosted);
        assert_eq!(runner(&["ubuntu-latest"], "", ""), Runner::Hosted);
        assert_eq!(runner(&["macos-14-xlarge"], "Large machines", "macos-14-xlarge_1"), Runner::Hosted);
        assert_eq!(runner(&["self-hosted", "ubuntu-22"], "Default", "rack-4"), Runner::SelfHosted);
        assert_eq!(runner(&["gpu-pool"], "Default", "gpu-pool-x7"), Runner::Unknown);
        assert_eq!(runner(&[], "Default", ""), Runner::Unknown, "one that never began");
    }
}
