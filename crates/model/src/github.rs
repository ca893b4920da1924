//! What GitHub's runs, jobs, ids and addresses mean, whoever tells of them: lists of its API or its webhooks.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use crate::kinds::Runner;

/// What the node ids of pull requests were made of before they named their repository.
const FORMER_PULL_REQUEST: &str = "011:PullRequest";

/// The number on the whole server of a pull request, by its node id; `None` of an id in another form.
pub fn number_of_pull_request(node_id: &str) -> Option<u64> {
    let Some(packed) = node_id.strip_prefix("PR_") else {
        let text = String::from_utf8(STANDARD.decode(node_id).ok()?).ok()?;
        return text.strip_prefix(FORMER_PULL_REQUEST)?.parse().ok();
    };
    // Three numbers behind a mark: the form, the repository, the pull request.
    let packed = URL_SAFE_NO_PAD.decode(packed).ok()?;
    let mut rest = packed.strip_prefix(&[0x93])?;
    let mut number = 0;
    for _ in 0..3 {
        number = unpacked(&mut rest)?;
    }
    rest.is_empty().then_some(number)
}

/// The node id that a pull request with a number on the whole server has in the repository of a node id; `None` where that
/// is in another form.
pub fn pull_request_of(repository_id: &str, number: u64) -> Option<String> {
    let packed = URL_SAFE_NO_PAD.decode(repository_id.strip_prefix("R_")?).ok()?;
    let repository = packed.strip_prefix(&[0x92])?;
    let mut id = [&[0x93], repository].concat();
    match number {
        0..0x80 => id.push(number as u8),
        0x80..0x100 => id.extend([0xcc, number as u8]),
        0x100..0x1_0000 => id.extend([&[0xcd], &(number as u16).to_be_bytes()[..]].concat()),
        0x1_0000..0x1_0000_0000 => id.extend([&[0xce], &(number as u32).to_be_bytes()[..]].concat()),
        _ => id.extend([&[0xcf], &number.to_be_bytes()[..]].concat()),
    }
    Some(format!("PR_{}", URL_SAFE_NO_PAD.encode(id)))
}

/// The node id that a pull request with a number on the whole server had before such ids named their repository.
pub fn former_pull_request(number: u64) -> String {
    STANDARD.encode(format!("{FORMER_PULL_REQUEST}{number}"))
}

/// The number at the begin of packed ones, which is taken off.
fn unpacked(rest: &mut &[u8]) -> Option<u64> {
    let (mark, behind) = rest.split_first()?;
    let length = match mark {
        0x00..0x80 => {
            *rest = behind;
            return Some(u64::from(*mark));
        }
        0xcc => 1,
        0xcd => 2,
        0xce => 4,
        0xcf => 8,
        _ => return None,
    };
    let (bytes, behind) = behind.split_at_checked(length)?;
    *rest = behind;
    Some(bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
}

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
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_node_id_holds_the_number_on_the_whole_server() {
        let repository = format!("R_{}", URL_SAFE_NO_PAD.encode([0x92, 0, 0xce, 0x1a, 0xad, 0x2a, 0x31]));
        assert_eq!(repository, "R_kgDOGq0qMQ");
        let id = pull_request_of(&repository, 2_357_812_345).expect("an id");
        assert_eq!(id, "PR_kwDOGq0qMc6MiVx5");
        assert_eq!(number_of_pull_request(&id), Some(2_357_812_345));
        assert_eq!(number_of_pull_request("MDExOlB1bGxSZXF1ZXN0MTIz"), Some(123));
        assert_eq!(former_pull_request(123), "MDExOlB1bGxSZXF1ZXN0MTIz");
        for other in ["", "PR_", "PR_1", "PR_kgDOGq0qMQ", "api/123", "gitlab.com/merge_request/1", "I_kwDOGq0qMc6MiVx5"]
        {
            assert_eq!(number_of_pull_request(other), None, "{other}");
        }
        assert_eq!(pull_request_of("MDEwOlJlcG9zaXRvcnkx", 1), None);
    }

    proptest! {
        #[test]
        fn every_number_is_found_again_in_its_node_id(number: u64, shift in 0..64_u32, repository: u32) {
            let number = number >> shift;
            let packed = [&[0x92, 0, 0xce], &repository.to_be_bytes()[..]].concat();
            let id = pull_request_of(&format!("R_{}", URL_SAFE_NO_PAD.encode(packed)), number).expect("an id");
            prop_assert_eq!(number_of_pull_request(&id), Some(number));
            prop_assert_eq!(number_of_pull_request(&former_pull_request(number)), Some(number));
        }

        #[test]
        fn no_text_is_too_strange_to_be_an_id(text: String, bytes: Vec<u8>) {
            number_of_pull_request(&text);
            number_of_pull_request(&format!("PR_{}", URL_SAFE_NO_PAD.encode(&bytes)));
            pull_request_of(&format!("R_{}", URL_SAFE_NO_PAD.encode(&bytes)), 7);
        }
    }

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
