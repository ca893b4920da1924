//! Which commits are read.

use connector_testing::{Memory, at};
use source::Window;

use crate::commits as import;
use crate::project::{Project, commit};

/// Two lines that meet in `e`; `x` is deployed and there no longer.
fn merged() -> Project {
    let commits =
        vec![commit('a', "", 2), commit('b', "a", 3), commit('c', "b", 4), commit('d', "b", 5), commit('e', "cd", 6)];
    Project { commits, ..Project::default() }
}

fn shipped(name: char, day: u32) -> (String, model::Instant) {
    (name.to_string().repeat(40), at(&format!("2026-01-{day:02}T13:00:00Z")))
}

/// First letters of the commits.
fn names(memory: &Memory) -> String {
    memory.commits().iter().filter_map(|commit| commit.sha.chars().next()).collect()
}

#[tokio::test]
async fn all_that_is_before_a_deployed_commit_is_read_once() {
    let server = merged().serve().await;
    let memory = Memory::default();
    memory.ship(vec![shipped('e', 7)]);
    let usage = import(&server.uri(), &memory, Window::default()).await.expect("imported");
    assert_eq!((names(&memory).as_str(), usage.records, usage.calls), ("abcde", 5, 3));
    let merge = memory.commits().pop().expect("five");
    assert_eq!(merge.parents, format!("{};{}", "c".repeat(40), "d".repeat(40)));
    assert_eq!(merge.committed_at, at("2026-01-06T11:00:00Z"));
    assert_eq!(import(&server.uri(), &memory, Window::default()).await.expect("imported").calls, 0);
}

#[tokio::test]
async fn a_commit_that_is_gone_is_asked_for_once_however_gitlab_says_so() {
    for tells_absent in [false, true] {
        let server = Project { tells_absent, ..merged() }.serve().await;
        let memory = Memory::default();
        memory.ship(vec![shipped('c', 7), shipped('f', 8)]);
        import(&server.uri(), &memory, Window::default()).await.expect("imported");
        assert_eq!(names(&memory), "abc");
        assert!(memory.cursor().expect("a cursor").contains(&"f".repeat(40)));
        assert_eq!(import(&server.uri(), &memory, Window::default()).await.expect("imported").calls, 0);
    }
}

#[tokio::test]
async fn what_is_older_than_the_graph_is_kept_where_it_was_deployed_itself() {
    let server = merged().serve().await;
    let memory = Memory::default();
    // The graph begins 90 days before the oldest deployment: after all commits.
    memory.ship(vec![("c".repeat(40), at("2026-06-01T00:00:00Z"))]);
    import(&server.uri(), &memory, Window::default()).await.expect("imported");
    assert_eq!(names(&memory), "c");
}

#[tokio::test]
async fn a_reading_that_is_killed_goes_on() {
    let server = merged().serve().await;
    for commits in 0..3 {
        let memory = Memory::default();
        memory.ship(vec![shipped('e', 7)]);
        memory.fail_after(commits);
        import(&server.uri(), &memory, Window::default()).await.expect_err("killed");
        memory.fail_after(100);
        import(&server.uri(), &memory, Window::default()).await.expect("imported");
        assert_eq!(names(&memory), "abcde", "after {commits}");
    }
}
