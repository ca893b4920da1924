//! Pages and the survey.

use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use wiremock::matchers::{method, path, query_param, query_param_is_missing};
use wiremock::{Mock, ResponseTemplate};

use crate::{Stage, TOKEN};

fn page(entries: &Value, next: Option<&str>) -> ResponseTemplate {
    let reply = ResponseTemplate::new(200).set_body_json(entries);
    match next {
        Some(next) => {
            reply.insert_header("link", format!("<{next}>; rel=\"next\", <{next}&last>; rel=\"last\"").as_str())
        }
        None => reply,
    }
}

#[tokio::test]
async fn pages_are_followed_by_the_link_whatever_host_it_names() {
    let stage = Stage::at("/gitlab").await;
    let at = "/gitlab/api/v4/groups/acme/issues";
    let next = "https://inside.acme.example/elsewhere?scope=all&cursor=b%2B";
    let first = Mock::given(path(at)).and(query_param("scope", "all")).and(query_param_is_missing("cursor"));
    first.respond_with(page(&json!([1, 2]), Some(next))).mount(&stage.server).await;
    let second = Mock::given(path(at)).and(query_param("cursor", "b+"));
    second.respond_with(page(&json!([3]), None)).mount(&stage.server).await;

    let first = stage.list(&["groups", "acme", "issues"], &[("scope", "all")]).await.expect("a page");
    assert_eq!(first.entries, [json!(1), json!(2)]);
    let next = first.next.expect("a next page");
    let cancel = CancellationToken::new();
    let second = stage.client.next::<Value>("things of acme", &next, &stage.told, &cancel).await.expect("a page");
    assert_eq!((second.entries, second.next, second.calls), (vec![json!(3)], None, 1));
    for request in stage.server.received_requests().await.expect("recorded") {
        assert_eq!(request.headers["authorization"], format!("Bearer {TOKEN}").as_str());
    }
    assert_eq!(stage.client.usage().calls, 2);
}

#[tokio::test]
async fn a_page_that_names_itself_as_the_next_one_is_an_error() {
    let stage = Stage::new().await;
    let reply = page(&json!([]), Some("/api/v4/groups?page=1"));
    Mock::given(path("/api/v4/groups")).respond_with(reply).mount(&stage.server).await;
    let error = stage.list(&["groups"], &[("page", "1")]).await.expect_err("a circle");
    assert!(error.message.contains("the same one again"), "{error}");
}

#[tokio::test]
async fn a_project_that_has_moved_is_asked_where_it_is_now() {
    let stage = Stage::new().await;
    let moved = ResponseTemplate::new(301).insert_header("location", "/api/v4/projects/7/labels");
    Mock::given(path("/api/v4/projects/acme%2Fold/labels")).respond_with(moved).mount(&stage.server).await;
    let there = Mock::given(method("GET")).and(path("/api/v4/projects/7/labels"));
    there.respond_with(page(&json!(["a"]), None)).mount(&stage.server).await;
    let page = stage.list(&["projects", "acme/old", "labels"], &[]).await.expect("a page");
    assert_eq!(page.entries, [json!("a")]);
}

#[tokio::test]
async fn the_survey_has_the_projects_of_the_group_and_its_subgroups() {
    let stage = Stage::new().await;
    let group = json!({"id": 7, "full_path": "Acme", "name": "Acme Inc."});
    Mock::given(path("/api/v4/groups/acme")).respond_with(page(&group, None)).mount(&stage.server).await;
    let projects = "/api/v4/groups/acme/projects";
    let own = Mock::given(path(projects)).and(query_param("with_shared", "false")).and(query_param_is_missing("page"));
    let api =
        json!({"id": 201, "path_with_namespace": "Acme/shop/api", "default_branch": "main", "visibility": "private"});
    own.respond_with(page(&json!([api]), Some("/x?page=2"))).mount(&stage.server).await;
    let old = json!({"id": 202, "path_with_namespace": "Acme/old", "default_branch": null, "archived": true, "visibility": "public"});
    Mock::given(path(projects))
        .and(query_param("page", "2"))
        .respond_with(page(&json!([old]), None))
        .mount(&stage.server)
        .await;

    let survey = stage.client.survey("acme", &stage.told, &CancellationToken::new()).await.expect("a survey");
    assert_eq!((survey.group.id, survey.group.full_path.as_str()), (7, "Acme"));
    let host = stage.client.host();
    let [api, old] = &survey.projects[..] else { panic!("{survey:?}") };
    assert_eq!(
        (api.record.org.as_str(), api.record.name.as_str(), api.record.owner.as_str()),
        ("Acme", "shop/api", "Acme/shop")
    );
    assert_eq!(
        (api.record.id.clone(), api.record.private, api.record.archived),
        (format!("{host}/project/201"), true, false)
    );
    assert_eq!((old.record.name.as_str(), old.record.private, old.record.archived), ("old", false, true));
    assert_eq!((old.record.default_branch.as_str(), old.record.host.as_str()), ("", host.as_str()));
    assert_eq!(api.place(12).number, "12");
}

#[tokio::test]
async fn a_time_that_is_far_from_ours_is_not_believed_and_that_is_said() {
    for (date, at, notes) in [
        ("Mon, 02 Nov 2026 10:10:00 GMT", "2026-11-02T10:10:00Z", 0),
        ("Mon, 02 Nov 2037 10:00:00 GMT", "2026-11-02T10:00:00Z", 1),
    ] {
        let stage = Stage::new().await;
        let group = page(&json!({"id": 7, "full_path": "acme"}), None).insert_header("date", date);
        Mock::given(path("/api/v4/groups/acme")).respond_with(group).mount(&stage.server).await;
        let cancel = CancellationToken::new();
        let (_, told) = stage.client.group("acme", &stage.told, &cancel).await.expect("a group");
        assert_eq!((told.to_rfc3339().as_str(), stage.told.notes().len()), (at, notes), "{:?}", stage.told.notes());
    }
}
