//! Releases as they come: their list is ordered by the dates of commits.

use connector_testing::{Simulated, Stage};
use serde_json::{Value, json};
use source::Source as _;

use crate::setting::at;
use crate::shipped::{Releases, ago, release};

async fn setting(count: u32, page: u32) -> Stage<Releases> {
    Stage::new(Simulated::with((1..=count).map(release).collect()), page).await
}

/// One of a commit that is newer than those of all others.
fn newest(number: u32) -> Value {
    let mut newest = release(number);
    newest["createdAt"] = json!(ago(1));
    newest
}

#[tokio::test]
async fn a_release_is_told_with_the_commit_of_its_tag() {
    let setting = setting(1, 100).await;
    setting.provider.change(|all| all[0]["isPrerelease"] = json!(true));
    setting.import_all().await;
    let known = setting.memory.releases().remove(0);
    assert_eq!((known.org.as_str(), known.repo.as_str(), known.tag.as_str()), ("acme", "web", "v1"));
    assert_eq!((known.sha, known.name.as_str()), (format!("{:040x}", 1), "Version 1"));
    assert_eq!((known.draft, known.prerelease), (false, true));
    assert_eq!((known.created_at, known.published_at), (at(&ago(10)), Some(at(&ago(5)))));
    assert_eq!(known.url, "https://github.com/acme/web/releases/tag/v1");
}

#[tokio::test]
async fn nothing_is_asked_where_the_survey_shows_nothing_new_and_one_page_where_it_does() {
    let setting = setting(30, 10).await;
    setting.import_all().await;
    assert_eq!(setting.import_all().await.calls, 0);
    setting.provider.change(|all| all.push(newest(0)));
    assert_eq!(setting.source().expected(source::Window::default(), setting.memory.cursor().as_deref()).calls, 1);
    assert_eq!(setting.import_all().await.calls, 1);
    assert_eq!(setting.stored().len(), 31);
    assert_eq!(setting.import_all().await.calls, 0);
}

#[tokio::test]
async fn a_release_of_an_old_commit_is_found_though_the_newest_one_is_known() {
    let setting = setting(30, 10).await;
    setting.import_all().await;
    let late = |number: u32| {
        let mut late = release(number);
        late["publishedAt"] = json!(ago(1));
        late
    };
    setting.provider.change(|all| all.push(late(900)));
    assert_eq!(setting.import_all().await.calls, 4, "the list is read until it explains how many there are");
    // One more of an old commit, beside one of a new commit.
    setting.provider.change(|all| all.extend([late(901), newest(0)]));
    setting.import_all().await;
    assert_eq!(setting.stored().len(), 33);
    assert_eq!(setting.import_all().await.calls, 0);
}
