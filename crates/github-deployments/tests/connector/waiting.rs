//! What has not come to its end is read again by its id until it has.

use connector_testing::{Simulated, Stage};
use serde_json::{Value, json};
use source::{Source as _, Window};

use crate::shipped::{Deployments, Releases, ago, deployment, deployment_of, release, status};

const DAY: i64 = 24 * 60;

/// A deployment of so many minutes ago that is under way.
fn running(number: u32, minutes: i64) -> Value {
    deployment_of(number, minutes, &[status(number, "IN_PROGRESS", &ago(minutes - 1))])
}

fn asked<C>(setting: &Stage<C>) -> Vec<usize>
where
    C: connector_testing::Connector,
{
    let ids = |variables: &Value| variables["ids"].as_array().map(Vec::len);
    setting.provider.requests().iter().filter_map(ids).collect()
}

#[tokio::test]
async fn a_hundred_deployments_under_way_cost_one_call_until_they_end() {
    let mut all: Vec<Value> = (1..=150).map(|number| running(number, i64::from(number))).collect();
    all.push(deployment(900));
    let setting = Stage::<Deployments>::new(Simulated::with(all), 100).await;
    setting.import_all().await;
    assert_eq!(asked(&setting), [0; 0], "what was just read is not read again");
    let expected = setting.source().expected(Window::default(), setting.memory.cursor().as_deref());
    assert_eq!((expected.records, expected.calls, expected.points), (150, 2, 2));
    assert_eq!(setting.import_all().await.calls, 2);
    assert_eq!(asked(&setting), [100, 50]);
    setting.provider.change(|all| {
        for one in &mut all[..149] {
            one["statuses"].as_array_mut().unwrap().push(status(5000, "SUCCESS", &ago(0)));
        }
    });
    assert_eq!(setting.import_all().await.calls, 2);
    let open = || setting.memory.deployments().iter().filter(|known| known.finished_at.is_none()).count();
    assert_eq!(open(), 1);
    assert_eq!(setting.import_all().await.calls, 1);
    assert_eq!(asked(&setting), [100, 50, 100, 50, 1]);
}

#[tokio::test]
async fn a_deployment_is_waited_for_35_days() {
    let all = vec![running(1, 1), running(2, 35 * DAY - 1), running(3, 35 * DAY + 1), deployment_of(4, 40 * DAY, &[])];
    let setting = Stage::<Deployments>::new(Simulated::with(all), 100).await;
    setting.import_all().await;
    assert_eq!(setting.import_all().await.calls, 1);
    assert_eq!(asked(&setting), [2]);
}

#[tokio::test]
async fn what_is_gone_is_waited_for_no_longer_and_what_is_hidden_is() {
    let setting = Stage::<Deployments>::new(Simulated::with(vec![running(1, 1), running(2, 2)]), 100).await;
    setting.import_all().await;
    let error = json!({"type": "FORBIDDEN", "path": ["nodes", 0], "message": "Resource not accessible"});
    let mut second = running(2, 2);
    second["statuses"] = connector_testing::inner_page(second["statuses"].as_array().unwrap(), 20, None);
    let hidden = json!({"data": {"rateLimit": null, "nodes": [null, second]}, "errors": [error]});
    setting.provider.answer_instead(connector_testing::ok(&hidden));
    setting.import_all().await;
    // The deployment is deleted; the survey shows that one less is there, and none that is newer.
    setting.provider.change(|all| drop(all.remove(1)));
    setting.import_all().await;
    setting.import_all().await;
    assert_eq!(asked(&setting), [2, 2, 1]);
}

#[tokio::test]
async fn a_draft_is_read_again_until_it_is_published_or_gone() {
    let draft = |number: u32| {
        let mut draft = release(number);
        draft["isDraft"] = json!(true);
        draft["publishedAt"] = json!(null);
        draft["tagCommit"] = json!(null);
        draft
    };
    let setting = Stage::<Releases>::new(Simulated::with(vec![draft(1), release(2), draft(90_000)]), 100).await;
    setting.import_all().await;
    let known = setting.memory.releases().remove(0);
    assert_eq!((known.draft, known.published_at, known.sha.as_str()), (true, None, ""));
    assert_eq!(setting.import_all().await.calls, 1);
    setting.provider.change(|all| all[0] = release(1));
    setting.import_all().await;
    let known = setting.memory.releases().remove(0);
    assert_eq!((known.draft, known.published_at.is_some(), known.tag.as_str()), (false, true, "v1"));
    let gone = json!({"type": "NOT_FOUND", "path": ["nodes", 0], "message": "Could not resolve to a node"});
    setting.provider.answer_instead(connector_testing::ok(
        &json!({"data": {"rateLimit": null, "nodes": [null]}, "errors": [gone]}),
    ));
    setting.import_all().await;
    assert_eq!(setting.import_all().await.calls, 0);
    assert_eq!(asked(&setting), [2, 2, 1]);
}
