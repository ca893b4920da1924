//! Deployments as they come, page by page and import by import.

use connector_testing::{Simulated, Stage, ok};
use serde_json::json;
use source::{ErrorKind, Event, Scope, Source as _, Window};

use crate::setting::{NOW, at};
use crate::shipped::{Deployments, ago, deployment, deployment_of, status};

type Setting = Stage<Deployments>;

async fn setting(count: u32, page: u32) -> Setting {
    Stage::new(Simulated::with((1..=count).map(deployment).collect()), page).await
}

#[tokio::test]
async fn the_token_is_sent_and_all_pages_are_followed() {
    let setting = setting(5, 2).await;
    let usage = setting.import_all().await;
    assert_eq!(setting.stored(), [1, 2, 3, 4, 5]);
    assert_eq!((usage.records, usage.calls, usage.points, usage.full), (5, 3, 3, true));
    assert_eq!((usage.covered_from, usage.covered_to), (None, Some(at(NOW))));
    let pages = (1..=3).map(|page| Event::Page {
        scope: Scope::Deployments,
        subject: "acme/web".to_owned(),
        records: (page * 2).min(5),
        expected: Some(5),
    });
    assert_eq!(setting.told.events(), pages.collect::<Vec<_>>());
}

#[tokio::test]
async fn a_deployment_is_told_with_its_statuses_in_order() {
    let statuses = [status(8, "SUCCESS", &ago(3)), status(7, "IN_PROGRESS", &ago(5)), status(6, "QUEUED", &ago(6))];
    let setting = Stage::<Deployments>::new(Simulated::with(vec![deployment_of(1, 7, &statuses)]), 100).await;
    setting.import_all().await;
    let known = setting.memory.deployments().remove(0);
    assert_eq!((known.org.as_str(), known.repo.as_str(), known.source.as_str()), ("acme", "web", "github"));
    assert_eq!(
        (known.environment.as_str(), known.task.as_str(), known.git_ref.as_str()),
        ("production", "deploy", "main")
    );
    assert_eq!((known.creator.as_str(), known.creator_is_bot, known.run_id.as_str()), ("github-actions", true, "8"));
    assert_eq!(known.sha, format!("{:040x}", 1));
    assert_eq!((known.created_at, known.started_at), (at(&ago(7)), Some(at(&ago(5)))));
    assert_eq!((known.succeeded_at, known.finished_at), (Some(at(&ago(3))), Some(at(&ago(3)))));
    let states: Vec<_> = known.statuses.iter().map(|status| (status.id.as_str(), status.state.name())).collect();
    assert_eq!(states, [("DES_6", "queued"), ("DES_7", "in_progress"), ("DES_8", "success")]);
}

#[tokio::test]
async fn nothing_is_asked_where_the_survey_shows_nothing_new() {
    let setting = setting(3, 100).await;
    setting.import_all().await;
    let asked = setting.provider.requests().len();
    let usage = setting.import_all().await;
    assert_eq!((setting.provider.requests().len(), usage.calls, usage.full), (asked, 0, false));
    assert_eq!(usage.covered_to, Some(at(NOW)));
}

#[tokio::test]
async fn a_repository_without_deployments_costs_nothing_and_one_that_hides_them_is_no_access() {
    let setting = setting(0, 100).await;
    assert_eq!(setting.import_all().await.calls, 0);
    assert!(setting.memory.batches().is_empty() && setting.told.events().is_empty(), "a day without news says nothing");
    let hidden = crate::setting::summary();
    let pages = crate::setting::pages(&setting, Scope::Deployments);
    let source = github_deployments::DeploymentSource::new(crate::setting::client(&setting), &hidden, at(NOW), pages);
    assert_eq!(setting.import_from(&source).await.expect_err("hidden").kind, ErrorKind::NoAccess);
}

#[tokio::test]
async fn later_imports_read_to_the_end_of_the_page_on_which_known_ones_begin() {
    let setting = setting(30, 10).await;
    setting.import_all().await;
    setting
        .provider
        .change(|all| all.extend((101..=112).map(|number| deployment_of(number, i64::from(number) - 104, &[]))));
    let usage = setting.import_all().await;
    assert_eq!((usage.calls, usage.records), (2, 20));
    assert_eq!(setting.stored().len(), 42);
}

#[tokio::test]
async fn a_window_brings_what_was_made_in_it_and_leaves_the_watermark() {
    let setting = setting(9, 2).await;
    let window = Window { since: Some(at(&ago(45))), full: false };
    let usage = setting.import(window).await.expect("succeeds");
    assert_eq!(setting.stored(), [1, 2, 3, 4, 5, 6], "to the end of the page on which older ones begin");
    assert_eq!(usage.covered_from, window.since);
    setting.import_all().await;
    assert_eq!(setting.stored(), [1, 2, 3, 4, 5, 6, 7, 8, 9]);
}

#[tokio::test]
async fn more_statuses_than_a_page_holds_are_followed_to_their_end() {
    let mut statuses: Vec<_> =
        (0..250).map(|number| status(number, "IN_PROGRESS", &ago(400 - i64::from(number)))).collect();
    statuses.push(status(900, "SUCCESS", &ago(100)));
    let setting =
        Stage::<Deployments>::new(Simulated::with(vec![deployment_of(1, 500, &statuses), deployment(60)]), 100).await;
    let usage = setting.import_all().await;
    assert_eq!((usage.calls, usage.records), (4, 2), "a page, and 100 + 100 + 31 statuses");
    let known = setting.memory.deployments().remove(0);
    assert_eq!((known.statuses.len(), known.outcome.name()), (251, "success"));
}

#[tokio::test]
async fn statuses_that_do_not_all_come_leave_the_deployment_for_the_next_import() {
    let setting = setting(2, 100).await;
    let mut hidden = deployment(1);
    hidden["statuses"] = json!(null);
    let answer = ok(&crate::pages::last_page("deployments", &json!([hidden])));
    setting.provider.answer_instead(answer.clone());
    let error = setting.import(Window::default()).await.expect_err("incomplete");
    assert_eq!(error.kind, ErrorKind::Incomplete);
    assert!(error.message.contains("the statuses of deployment DE_1"), "{error}");
    assert_eq!((setting.stored().len(), setting.memory.cursor()), (0, None));
    setting.import_all().await;
    assert_eq!(setting.stored(), [1, 2]);
}

#[tokio::test]
async fn a_deployment_of_nobody_in_a_state_of_the_future_fails_no_page() {
    let setting = setting(1, 100).await;
    setting.provider.change(|all| {
        all[0]["creator"] = json!(null);
        all[0]["ref"] = json!(null);
        all[0]["statuses"] = json!([status(1, "A_STATE_OF_THE_FUTURE", &ago(1))]);
    });
    setting.import_all().await;
    let known = setting.memory.deployments().remove(0);
    assert_eq!((known.creator.as_str(), known.git_ref.as_str(), known.outcome.name()), ("", "", "pending"));
    assert_eq!(known.statuses[0].state.name(), "a_state_of_the_future");
}

#[tokio::test]
async fn an_import_killed_after_any_page_ends_with_the_same_records() {
    let undisturbed = setting(7, 2).await;
    undisturbed.import_all().await;
    for commits in 0..4 {
        let setting = setting(7, 2).await;
        setting.memory.fail_after(commits);
        assert_eq!(setting.import(Window::default()).await.expect_err("killed").kind, ErrorKind::Sink);
        setting.memory.fail_after(usize::MAX);
        let usage = setting.import_all().await;
        assert_eq!(setting.memory.deployments(), undisturbed.memory.deployments(), "killed after {commits} pages");
        assert_eq!(usage.records, 7 - 2 * commits as u64, "what was stored is not read again");
        assert_eq!(setting.import_all().await.calls, 0);
    }
}

#[tokio::test]
async fn what_is_made_while_a_crawl_is_down_is_caught_up_when_it_goes_on() {
    let mut setting = setting(7, 2).await;
    setting.memory.fail_after(2);
    setting.import(Window::default()).await.expect_err("killed");
    setting.memory.fail_after(usize::MAX);
    setting.provider.change(|all| all.push(deployment_of(8, 1, &[status(8, "SUCCESS", &ago(0))])));
    setting.generation = 2;
    setting.import_all().await;
    assert_eq!(setting.stored(), [1, 2, 3, 4, 5, 6, 7, 8]);
    assert_eq!(setting.import_all().await.calls, 0);
}

#[tokio::test]
async fn what_an_import_will_cost_is_known_before() {
    let setting = setting(250, 100).await;
    let expected = setting.source().expected(Window::default(), None);
    assert_eq!((expected.records, expected.calls, expected.points), (250, 3, 3));
    let usage = setting.import_all().await;
    assert_eq!((usage.records, usage.calls, usage.points), (250, 3, 3));
    let again = setting.source().expected(Window::default(), setting.memory.cursor().as_deref());
    assert_eq!((again.records, again.calls, again.points), (0, 0, 0));
    assert_eq!((setting.source().scope(), setting.source().subject()), (Scope::Deployments, "R_web"));
}
