//! Contract tests of a list of a repository that is read in full once, and by its changes from then on.
//!
//! Each check panics where a connector does otherwise. [`repository_contract!`](crate::repository_contract!) makes tests of
//! all of them, and of those of [`list_contract`](crate::list_contract).

use serde_json::{Value, json};
use source::{ErrorKind, Event, FullCrawl, Source as _, Window};

use crate::{Connector, Memory, Simulated, Stage, at, ok};

/// A list of a repository's, as GraphQL has it.
pub trait RepositoryEntries: Connector {
    /// Its field: `pullRequests`.
    const FIELD: &'static str;
    /// What people call its entries: "pull requests".
    const NAME: &'static str;
    /// Lists in each entry that a failure of its labels leaves whole.
    const INNER: [&'static str; 3];

    /// All records that are stored, by id.
    fn records(memory: &Memory) -> Vec<Value>;
}

/// The tests of [`RepositoryEntries`]: one for each check. `page` is a page that holds these nodes.
#[macro_export]
macro_rules! repository_contract {
    ($list:ty) => {
        $crate::repository_contract! { repository_contract, $list:
            the_token_is_sent_and_all_pages_are_followed,
            a_repository_that_may_not_be_read_is_no_access_and_one_that_is_gone_is_not_found,
            partial_data_is_stored_and_reported_and_asked_for_again,
            what_is_missing_only_once_is_no_failure,
            what_an_import_will_cost_is_known_before,
            a_source_says_what_it_is,
            nothing_is_asked_when_nothing_has_changed,
            a_repository_without_entries_costs_nothing,
            only_what_has_changed_is_read_again,
            an_import_killed_after_any_page_ends_with_the_same_records,
            what_changes_while_a_crawl_is_down_is_caught_up_when_it_goes_on,
            a_full_import_reads_everything_in_its_own_generation,
            a_place_that_the_provider_no_longer_knows_means_beginning_again,
        }
        $crate::repository_contract! { list_contract, $list:
            a_refused_token_ends_the_run,
            a_limit_is_waited_out,
            a_timeout_makes_pages_smaller,
            an_interrupted_import_ends_between_two_pages,
            a_list_without_an_end_is_left,
        }
        #[tokio::test]
        async fn an_answer_that_is_no_json_is_unexpected_and_names_its_page() {
            let after = format!("{} of acme/web after", <$list as $crate::RepositoryEntries>::NAME);
            $crate::list_contract::an_answer_that_is_no_json_names_its_page::<$list>(&after).await;
        }
        #[tokio::test]
        async fn no_secret_is_in_debug_output_logs_or_errors() {
            let logged = format!("{} of acme/web", <$list as $crate::RepositoryEntries>::NAME);
            $crate::list_contract::no_secret_is_shown::<$list>(&logged).await;
        }
        #[tokio::test]
        async fn an_entry_that_comes_empty_without_an_error_is_asked_for_again() {
            let page = $crate::repository_contract::page::<$list>;
            $crate::list_contract::an_entry_that_comes_empty_is_asked_for_again::<$list>(page).await;
        }
        #[tokio::test]
        async fn a_page_without_its_list_is_no_empty_repository() {
            let page = $crate::repository_contract::page::<$list>;
            $crate::list_contract::a_page_without_its_list_is_an_error::<$list>(page).await;
        }
        #[tokio::test]
        async fn a_list_that_comes_empty_where_the_survey_counts_some_is_incomplete() {
            let page = $crate::repository_contract::page::<$list>;
            $crate::list_contract::a_list_that_comes_empty_makes_nothing_vanish::<$list>(page).await;
        }
    };
    ($module:ident, $list:ty: $($check:ident,)*) => {
        $(
            #[tokio::test]
            async fn $check() {
                $crate::$module::$check::<$list>().await;
            }
        )*
    };
}

const FULL: Window = Window { since: None, full: true };

/// A last page of these nodes.
pub fn page<C: RepositoryEntries>(nodes: &Value) -> wiremock::ResponseTemplate {
    ok(&answer::<C>(nodes, &[]))
}

fn answer<C: RepositoryEntries>(nodes: &Value, errors: &[Value]) -> Value {
    let list = json!({"pageInfo": {"hasNextPage": false, "endCursor": null}, "nodes": nodes});
    let node = json!({"__typename": "Repository", C::FIELD: list});
    json!({"data": {"rateLimit": null, "node": node}, "errors": errors})
}

async fn stage<C: RepositoryEntries>(count: u32, page: u32) -> Stage<C> {
    Stage::new(Simulated::with(C::nodes(count)), page).await
}

/// The time at which the entry of a number changes.
fn minute<C: RepositoryEntries>(number: u32) -> Value {
    C::nodes(number).pop().expect("an entry")["updatedAt"].take()
}

fn rename<C: RepositoryEntries>(stage: &Stage<C>, position: usize) {
    stage.provider.change(|all| {
        all[position]["title"] = json!("Renamed");
        all[position]["updatedAt"] = minute::<C>(100);
    });
}

async fn killed<C: RepositoryEntries>(stage: &Stage<C>, commits: usize, window: Window) {
    stage.memory.fail_after(commits);
    let error = stage.import(window).await.expect_err("killed");
    assert_eq!(error.kind, ErrorKind::Sink);
    stage.memory.fail_after(usize::MAX);
}

/// All pages are followed and told, and what they took is reported.
pub async fn the_token_is_sent_and_all_pages_are_followed<C: RepositoryEntries>() {
    let stage = stage::<C>(5, 2).await;
    let usage = stage.import_all().await;
    assert_eq!(stage.stored(), [1, 2, 3, 4, 5]);
    assert_eq!((usage.records, usage.calls, usage.points, usage.full), (5, 3, 3, true));
    assert_eq!((usage.covered_from, usage.covered_to), (None, Some(at("2026-11-02T10:00:00Z"))));
    let (scope, subject) = (stage.source().scope(), "acme/web".to_owned());
    let pages = [2, 4, 5].map(|records| Event::Page { scope, subject: subject.clone(), records, expected: Some(5) });
    assert_eq!(stage.told.events(), pages);
}

/// A repository that may not be read, or that is gone, does not stop the others.
pub async fn a_repository_that_may_not_be_read_is_no_access_and_one_that_is_gone_is_not_found<C: RepositoryEntries>() {
    for (kind, expected) in [("FORBIDDEN", ErrorKind::NoAccess), ("NOT_FOUND", ErrorKind::NotFound)] {
        let stage = stage::<C>(1, 100).await;
        let error = json!({"type": kind, "path": ["node"], "message": "Resource not accessible"});
        stage.provider.answer_instead(ok(&json!({"data": {"rateLimit": null, "node": null}, "errors": [error]})));
        let error = stage.import(Window::default()).await.expect_err("refused");
        assert_eq!(error.kind, expected);
        assert!(!error.is_fatal(), "other repositories go on");
        assert!(error.to_string().contains("acme/web"), "{error}");
    }
}

/// An entry of which a part does not come is reported and not stored; the others are.
pub async fn partial_data_is_stored_and_reported_and_asked_for_again<C: RepositoryEntries>() {
    let stage = stage::<C>(3, 2).await;
    let mut third = C::nodes(3).pop().expect("an entry");
    third["labels"] = json!(null);
    for list in C::INNER {
        third[list] = json!({"pageInfo": {"hasNextPage": false, "endCursor": null}, "nodes": []});
    }
    let broken = json!({"type": "SERVICE_UNAVAILABLE", "message": "Something went wrong",
        "path": ["node", C::FIELD, "nodes", 0, "labels"]});
    stage.provider.answer_truly();
    let partial = ok(&answer::<C>(&json!([third]), &[broken]));
    stage.provider.answer_instead(partial.clone());
    stage.provider.answer_instead(partial);
    let error = stage.import(Window::default()).await.expect_err("incomplete");
    assert_eq!(error.kind, ErrorKind::Incomplete);
    assert!(error.to_string().contains(&format!("node.{}.nodes.0.labels", C::FIELD)), "{error}");
    assert_eq!(error.request_id.as_deref(), Some("REQ:1"));
    assert_eq!(stage.stored(), [1, 2]);
    assert!(stage.memory.crawls().iter().all(|crawl| !crawl.complete));
    stage.import_all().await;
    assert_eq!(stage.stored(), [1, 2, 3]);
    assert!(stage.memory.crawls().last().expect("a crawl").complete);
}

/// What does not come at the first time is asked for once more.
pub async fn what_is_missing_only_once_is_no_failure<C: RepositoryEntries>() {
    let stage = stage::<C>(3, 100).await;
    let error = json!({"message": "Something went wrong", "path": ["node", C::FIELD, "nodes", 0]});
    stage.provider.answer_instead(ok(&answer::<C>(&json!([null]), &[error])));
    assert_eq!(stage.import_all().await.calls, 2);
    assert_eq!(stage.stored(), [1, 2, 3]);
}

/// What an import will cost is what it costs.
pub async fn what_an_import_will_cost_is_known_before<C: RepositoryEntries>() {
    let stage = stage::<C>(250, 100).await;
    let expected = stage.source().expected(Window::default(), None);
    assert_eq!((expected.records, expected.calls, expected.points), (250, 3, 10));
    let usage = stage.import_all().await;
    assert_eq!((usage.records, usage.calls, usage.points), (250, 3, 10));
    let again = stage.source().expected(Window::default(), stage.memory.cursor().as_deref());
    assert_eq!((again.records, again.calls, again.points), (0, 0, 0));
}

/// The subject is the repository's id, so that a renamed one keeps its cursor.
pub async fn a_source_says_what_it_is<C: RepositoryEntries>() {
    let source = stage::<C>(0, 100).await.source();
    assert_eq!((source.subject(), source.label()), ("R_web", "acme/web"));
    assert_eq!(source.scope().name().replace('_', " "), C::NAME);
}

/// Where the survey finds nothing new, nothing is asked.
pub async fn nothing_is_asked_when_nothing_has_changed<C: RepositoryEntries>() {
    let stage = stage::<C>(3, 100).await;
    stage.import_all().await;
    let asked = stage.provider.requests().len();
    let usage = stage.import_all().await;
    assert_eq!(stage.provider.requests().len(), asked);
    assert_eq!((usage.calls, usage.records, usage.full), (0, 0, false));
    assert_eq!(usage.covered_to, Some(at("2026-11-02T10:00:00Z")));
}

/// Where the survey counts nothing, nothing is asked, and what comes later is read.
pub async fn a_repository_without_entries_costs_nothing<C: RepositoryEntries>() {
    let stage = stage::<C>(0, 100).await;
    for _ in 0..2 {
        assert_eq!(stage.import_all().await.calls, 0);
    }
    assert_eq!(stage.memory.crawls(), [FullCrawl { generation: 1, complete: true }; 2]);
    stage.provider.change(|all| {
        all.extend(C::nodes(1));
        all[0]["updatedAt"] = json!("2026-11-02T11:00:00Z");
    });
    stage.import_all().await;
    assert_eq!(stage.stored(), [1]);
}

/// Only what has changed is read again, from a little before the last change on.
pub async fn only_what_has_changed_is_read_again<C: RepositoryEntries>() {
    let stage = stage::<C>(30, 10).await;
    stage.import_all().await;
    rename(&stage, 4);
    let usage = stage.import_all().await;
    assert_eq!(usage.calls, 1);
    assert_eq!(usage.covered_from, minute::<C>(28).as_str().map(at));
    let records = C::records(&stage.memory);
    let renamed = records.iter().find(|record| record["place"]["number"] == "5").expect("it is stored");
    assert_eq!(renamed["title"], "Renamed");
    assert_eq!(stage.import_all().await.calls, 0);
}

/// A killed import goes on behind what was committed.
pub async fn an_import_killed_after_any_page_ends_with_the_same_records<C: RepositoryEntries>() {
    let undisturbed = stage::<C>(7, 2).await;
    undisturbed.import_all().await;
    for commits in 0..4 {
        let stage = stage::<C>(7, 2).await;
        killed(&stage, commits, Window::default()).await;
        let usage = stage.import_all().await;
        assert_eq!(C::records(&stage.memory), C::records(&undisturbed.memory), "killed after {commits} pages");
        assert_eq!(usage.records, 7 - 2 * commits as u64, "what was stored is not read again");
    }
}

/// What changes between the two parts of a crawl is read behind it.
pub async fn what_changes_while_a_crawl_is_down_is_caught_up_when_it_goes_on<C: RepositoryEntries>() {
    let mut stage = stage::<C>(7, 2).await;
    killed(&stage, 2, Window::default()).await;
    rename(&stage, 0);
    stage.generation = 2;
    stage.import_all().await;
    assert_eq!(stage.stored(), [1, 2, 3, 4, 5, 6, 7]);
    assert_eq!(C::records(&stage.memory)[0]["title"], "Renamed");
    assert_eq!(stage.memory.crawls().last(), Some(&FullCrawl { generation: 1, complete: true }));
    assert_eq!(stage.import_all().await.calls, 0);
}

/// A crawl that goes on keeps its generation.
pub async fn a_full_import_reads_everything_in_its_own_generation<C: RepositoryEntries>() {
    let mut stage = stage::<C>(3, 2).await;
    stage.import_all().await;
    stage.generation = 5;
    killed(&stage, 1, FULL).await;
    stage.generation = 6;
    let usage = stage.import(FULL).await.expect("succeeds");
    assert!(usage.full);
    let last = |generation, complete| FullCrawl { generation, complete };
    assert_eq!(stage.memory.crawls(), [last(1, false), last(1, true), last(5, false), last(5, true)]);
}

/// Where a crawl cannot go on, everything is read.
pub async fn a_place_that_the_provider_no_longer_knows_means_beginning_again<C: RepositoryEntries>() {
    let stage = stage::<C>(5, 2).await;
    killed(&stage, 1, Window::default()).await;
    let message = "`p2` does not appear to be a valid cursor.";
    stage.provider.answer_instead(ok(&json!({
        "data": {"rateLimit": null, "node": null},
        "errors": [{"type": "INVALID_CURSOR_ARGUMENTS", "message": message, "path": ["node", C::FIELD]}],
    })));
    stage.import_all().await;
    assert_eq!(stage.stored(), [1, 2, 3, 4, 5]);
    assert!(stage.told.notes().iter().any(|note| note.contains(message)), "{:?}", stage.told.notes());
}
