//! Payloads and what they tell.
//!
//! The payloads are written by hand: the fields that are read, and some that are not, by their names and kinds in
//! GitHub's documentation of webhook events and payloads. Names and ids are made up.

use github_webhooks::{Malformed, NotUsed, Reading, read};
use model::Instant;
use model::deliveries::{Delivered, DeliveredCard, DeliveredStatus};
use model::records::{Issue, ItemContent, Place, Presence, PullRequest, Review};
use serde_json::{Value, json};

fn at(time: &str) -> Instant {
    Instant::parse_rfc3339(&format!("2026-10-01T{time}:00Z")).expect("a time")
}

fn reading(event: &str, payload: &Value) -> Reading {
    read(event, payload.to_string().as_bytes(), at("12:00")).expect("readable")
}

fn user(login: &str, kind: &str) -> Value {
    json!({"login": login, "id": 1, "node_id": "U_1", "type": kind, "site_admin": false})
}

fn repository() -> Value {
    json!({
        "id": 1, "node_id": "R_1", "name": "api", "full_name": "acme/api", "private": true,
        "owner": user("acme", "Organization"), "archived": false,
    })
}

fn card_event(action: &str, changes: &Value) -> Value {
    json!({
        "action": action,
        "projects_v2_item": {
            "id": 1, "node_id": "PVTI_1", "project_node_id": "PVT_1", "content_node_id": "I_1",
            "content_type": "Issue", "creator": user("ada", "User"), "created_at": "2026-10-01T09:00:00Z",
            "updated_at": "2026-10-01T10:00:00Z", "archived_at": null,
        },
        "changes": changes,
        "organization": {"login": "acme", "node_id": "O_1"},
        "sender": user("ada", "User"),
    })
}

fn option(name: &str) -> Value {
    json!({"id": "f75ad846", "name": name, "color": "GREEN", "description": ""})
}

fn status_change(from: &Value, to: &Value) -> Value {
    json!({"field_value": {
        "field_node_id": "PVTSSF_1", "field_type": "single_select", "field_name": "Status", "project_number": 1,
        "from": from, "to": to,
    }})
}

fn card(payload: &Value) -> DeliveredCard {
    match reading("projects_v2_item", payload) {
        Reading::Told(Delivered::Card(card)) => *card,
        other => panic!("{other:?}"),
    }
}

fn moved(from: &str, to: &str) -> DeliveredStatus {
    DeliveredStatus::Moved { from: from.into(), to: to.into() }
}

#[test]
fn a_move_tells_both_columns_and_is_dated_by_the_card() {
    let told = card(&card_event("edited", &status_change(&option("Ready"), &option("Doing"))));
    let expected = DeliveredCard {
        id: "PVTI_1".into(),
        board_id: "PVT_1".into(),
        content: ItemContent::Issue,
        content_id: "I_1".into(),
        created_at: at("09:00"),
        at: at("10:00"),
        presence: Presence::OnBoard,
        presence_at: None,
        status: moved("Ready", "Doing"),
    };
    assert_eq!(told, expected);
}

#[test]
fn no_column_is_told_by_null() {
    let status = |from: &Value, to: &Value| card(&card_event("edited", &status_change(from, to))).status;
    assert_eq!(status(&Value::Null, &option("Ready")), moved("", "Ready"));
    assert_eq!(status(&option("Ready"), &Value::Null), moved("Ready", ""));
}

#[test]
fn an_edit_without_values_does_not_say_whereto() {
    for field in [
        json!({"field_node_id": "PVTSSF_1", "field_type": "single_select"}),
        json!({"field_node_id": "PVTSSF_1", "field_type": "single_select", "field_name": "Status"}),
        json!({"field_type": "single_select", "field_name": "Status", "to": option("Doing")}),
        json!({"field_type": "single_select", "field_name": "Status", "from": "a", "to": 1}),
        json!({"field_type": "single_select", "from": option("Ready"), "to": option("Doing")}),
    ] {
        let told = card(&card_event("edited", &json!({"field_value": field})));
        assert_eq!((told.status, told.at), (DeliveredStatus::Unclear, at("10:00")), "{field}");
    }
}

#[test]
fn other_fields_and_other_actions_are_not_used() {
    for field in [
        json!({"field_type": "single_select", "field_name": "Priority", "from": option("A"), "to": option("B")}),
        json!({"field_type": "text", "field_name": "Status", "from": "a", "to": "b"}),
        json!({"field_type": "number", "field_name": "Size", "from": 1, "to": 2.5}),
    ] {
        let payload = card_event("edited", &json!({"field_value": field}));
        assert_eq!(reading("projects_v2_item", &payload), Reading::NotUsed(NotUsed::Field), "{field}");
    }
    for (action, changes) in [("edited", json!({})), ("edited", Value::Null), ("reordered", json!({}))] {
        let payload = card_event(action, &changes);
        assert_eq!(reading("projects_v2_item", &payload), Reading::NotUsed(NotUsed::Action), "{action}");
    }
}

#[test]
fn presence_is_told_with_its_date_and_removal_without_one() {
    let told = |action| {
        let told = card(&card_event(action, &json!({"archived_at": {"from": null, "to": null}})));
        (told.presence, told.presence_at, told.at, told.status)
    };
    let ten = at("10:00");
    assert_eq!(told("created"), (Presence::OnBoard, None, at("09:00"), DeliveredStatus::New));
    assert_eq!(told("archived"), (Presence::Archived, Some(ten), ten, DeliveredStatus::Untold));
    assert_eq!(told("restored"), (Presence::OnBoard, Some(ten), ten, DeliveredStatus::Untold));
    assert_eq!(told("converted"), (Presence::OnBoard, None, ten, DeliveredStatus::Untold));
    assert_eq!(told("deleted"), (Presence::Removed, None, at("12:00"), DeliveredStatus::Untold));
    let mut archived = card_event("edited", &status_change(&option("Ready"), &option("Doing")));
    archived["projects_v2_item"]["archived_at"] = "2026-10-01T09:30:00Z".into();
    let told = card(&archived);
    assert_eq!((told.presence, told.presence_at), (Presence::Archived, Some(at("09:30"))));
}

#[test]
fn drafts_and_redacted_cards_belong_to_nothing() {
    for (kind, content) in [
        (json!("DraftIssue"), ItemContent::Draft),
        (json!("Redacted"), ItemContent::Redacted),
        (Value::Null, ItemContent::Redacted),
    ] {
        let mut payload = card_event("created", &Value::Null);
        payload["projects_v2_item"]["content_type"] = kind;
        let told = card(&payload);
        assert_eq!((told.content, told.content_id.as_str()), (content, ""));
    }
    let mut payload = card_event("created", &Value::Null);
    payload["projects_v2_item"]["content_type"] = "PullRequest".into();
    assert_eq!(card(&payload).content, ItemContent::PullRequest);
}

fn issue_event(action: &str) -> Value {
    json!({
        "action": action,
        "issue": {
            "id": 1, "node_id": "I_1", "number": 7, "title": "It breaks",
            "html_url": "https://github.com/acme/api/issues/7", "state": "open", "state_reason": null, "type": null,
            "labels": [{"id": 1, "name": "bug", "color": "d73a4a"}, {"id": 2, "name": "api"}],
            "user": user("dependabot[bot]", "Bot"), "assignees": [user("grace", "User")],
            "created_at": "2026-10-01T09:00:00Z", "closed_at": null, "updated_at": "2026-10-01T10:00:00Z",
            "body": "a text that nobody keeps",
        },
        "repository": repository(),
        "sender": user("ada", "User"),
    })
}

fn issue(payload: &Value) -> Issue {
    match reading("issues", payload) {
        Reading::Told(Delivered::Issue(issue)) => *issue,
        other => panic!("{other:?}"),
    }
}

fn events(issue: &Issue) -> Vec<(&str, Instant, &str)> {
    issue.status_events.iter().map(|event| (event.kind.name(), event.at, event.by.as_str())).collect()
}

#[test]
fn an_issue_has_the_keys_and_words_of_imports() {
    let told = issue(&issue_event("opened"));
    let place = Place {
        repository_id: "R_1".into(),
        org: "acme".into(),
        repo: "api".into(),
        number: "7".into(),
        host: "github.com".into(),
    };
    assert_eq!((told.id.as_str(), &told.place), ("I_1", &place));
    let mut enterprise = issue_event("opened");
    enterprise["issue"]["html_url"] = "https://ghe.acme.example/acme/api/issues/7".into();
    assert_eq!(issue(&enterprise).place.host, "ghe.acme.example", "an Enterprise Server has repositories of its own");
    assert_eq!((told.creator.as_str(), told.creator_is_bot), ("dependabot", true));
    assert_eq!((told.kind.as_str(), told.is_bug, told.issue_type.as_str()), ("bug", true, ""));
    assert_eq!(
        (told.labels.as_slice(), told.assignees.as_slice()),
        (&["bug".into(), "api".into()][..], &["grace".into()][..])
    );
    assert_eq!((told.state.name(), told.updated_at), ("open", Some(at("10:00"))));
    assert_eq!(events(&told), [("opened", at("09:00"), "dependabot")]);
}

#[test]
fn closing_and_reopening_are_events_by_whoever_sent_them() {
    let mut closed = issue_event("closed");
    closed["issue"]["state"] = "closed".into();
    closed["issue"]["state_reason"] = "not_planned".into();
    closed["issue"]["closed_at"] = "2026-10-01T09:59:59Z".into();
    let told = issue(&closed);
    let closed_at = Instant::parse_rfc3339("2026-10-01T09:59:59Z");
    assert_eq!((told.state.name(), told.closed_at, told.committer.as_str()), ("closed", closed_at, "ada"));
    assert_eq!(told.status_events[1].state_reason, "not_planned");
    assert_eq!(events(&told)[1], ("closed", closed_at.expect("a time"), "ada"));
    let mut labelled = closed;
    labelled["action"] = "labeled".into();
    let told = issue(&labelled);
    assert_eq!((told.status_events.len(), told.committer.as_str()), (1, ""), "who closed it is not told");
    assert_eq!(events(&issue(&issue_event("reopened")))[1], ("reopened", at("10:00"), "ada"));
}

#[test]
fn an_issue_type_is_the_type() {
    let mut typed = issue_event("typed");
    typed["issue"]["type"] = json!({"id": 1, "name": "Feature"});
    let told = issue(&typed);
    assert_eq!((told.issue_type.as_str(), told.kind.as_str(), told.is_bug), ("Feature", "feature", false));
}

#[test]
fn transferred_and_deleted_issues_are_left_to_imports() {
    for action in ["transferred", "deleted"] {
        assert_eq!(reading("issues", &issue_event(action)), Reading::NotUsed(NotUsed::Action));
    }
}

fn pull_request_event(action: &str) -> Value {
    json!({
        "action": action,
        "number": 5,
        "pull_request": {
            "id": 1, "node_id": "PR_1", "number": 5, "title": "Mend it",
            "html_url": "https://github.com/acme/api/pull/5", "state": "open", "merged": false, "draft": false,
            "user": user("ada", "User"), "labels": [{"id": 1, "name": "fix"}], "base": {"ref": "main", "sha": "a1"},
            "head": {"ref": "mend", "sha": "b2"}, "created_at": "2026-10-01T09:00:00Z",
            "updated_at": "2026-10-01T10:00:00Z", "closed_at": null, "merged_at": null, "merge_commit_sha": "c3",
            "additions": 3, "deletions": 1, "changed_files": 2, "commits": 1,
        },
        "repository": repository(),
        "sender": user("grace", "User"),
    })
}

fn pull_request(payload: &Value) -> PullRequest {
    match reading("pull_request", payload) {
        Reading::Told(Delivered::PullRequest(pull_request)) => *pull_request,
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_open_pull_request_has_no_merge_commit_and_its_sizes() {
    let told = pull_request(&pull_request_event("synchronize"));
    assert_eq!((told.id.as_str(), told.place.number.as_str(), told.base.as_str()), ("PR_1", "5", "main"));
    assert_eq!((told.head_branch.as_str(), told.head_sha.as_str()), ("mend", "b2"));
    assert_eq!((told.state.name(), told.merge_commit.as_str()), ("open", ""));
    assert_eq!((told.additions, told.deletions, told.changed_files), (Some(3), Some(1), Some(2)));
    assert!(told.events.is_empty() && told.reviews.is_empty() && told.first_commit_at.is_none());
}

#[test]
fn a_merged_pull_request_says_when_and_by_which_commit() {
    let mut merged = pull_request_event("closed");
    merged["pull_request"]["state"] = "closed".into();
    merged["pull_request"]["closed_at"] = "2026-10-01T10:00:00Z".into();
    merged["pull_request"]["merged_at"] = "2026-10-01T10:00:00Z".into();
    let told = pull_request(&merged);
    assert_eq!((told.state.name(), told.merge_commit.as_str()), ("merged", "c3"));
    assert_eq!((told.closed_at, told.merged_at), (Some(at("10:00")), Some(at("10:00"))));
    assert!(told.events.is_empty(), "a merge is no closing");
}

#[test]
fn who_closed_a_pull_request_without_a_merge_is_an_event() {
    let mut closed = pull_request_event("closed");
    closed["pull_request"]["state"] = "closed".into();
    closed["pull_request"]["closed_at"] = "2026-10-01T09:30:00Z".into();
    let told = pull_request(&closed);
    assert_eq!(told.events.len(), 1);
    let event = &told.events[0];
    assert_eq!((event.kind.name(), event.at, event.by.as_str()), ("closed", at("09:30"), "grace"));
    assert!(event.commit_trailers.is_empty());
}

#[test]
fn readiness_drafts_and_requests_are_events() {
    for action in ["ready_for_review", "converted_to_draft", "review_requested"] {
        let told = pull_request(&pull_request_event(action));
        assert_eq!(told.events.len(), 1, "{action}");
        let event = &told.events[0];
        assert_eq!((event.kind.name(), event.at, event.by.as_str()), (action, at("10:00"), "grace"));
    }
}

fn review_event(state: &str) -> Value {
    json!({
        "action": "submitted",
        "review": {
            "id": 1, "node_id": "PRR_1", "state": state, "submitted_at": "2026-10-01T10:00:00Z",
            "user": user("grace", "User"), "body": null,
        },
        "pull_request": {"node_id": "PR_1", "number": 5},
        "repository": repository(),
        "sender": user("grace", "User"),
    })
}

#[test]
fn a_review_belongs_to_its_pull_request_and_has_the_words_of_imports() {
    let expected = Review {
        id: "PRR_1".into(),
        state: "CHANGES_REQUESTED".into(),
        submitted_at: Some(at("10:00")),
        user: "grace".into(),
        ..Review::default()
    };
    let told = Reading::Told(Delivered::Review { pull_request_id: "PR_1".into(), review: expected });
    assert_eq!(reading("pull_request_review", &review_event("changes_requested")), told);
    let pending = reading("pull_request_review", &review_event("pending"));
    assert_eq!(pending, Reading::NotUsed(NotUsed::Action));
}

#[test]
fn other_events_are_not_used_and_say_why() {
    assert_eq!(reading("push", &json!({})), Reading::NotUsed(NotUsed::Push));
    assert_eq!(reading("star", &json!({})), Reading::NotUsed(NotUsed::Event));
}

#[test]
fn what_is_no_json_or_not_that_of_the_event_is_malformed_and_is_not_repeated() {
    let cases = [
        ("issues", "{".to_owned()),
        ("ping", "no".to_owned()),
        ("issues", review_event("approved").to_string()),
        ("pull_request", issue_event("opened").to_string()),
        ("projects_v2_item", card_event("edited", &json!({})).to_string().replace("2026-10-01T10", "hush")),
    ];
    for (event, payload) in cases {
        let error = read(event, payload.as_bytes(), at("12:00")).expect_err("malformed");
        assert!(matches!(error, Malformed::Json { .. }), "{error}");
        let Malformed::Json { source, .. } = error else { continue };
        assert!(!source.to_string().contains("hush"), "{source}");
    }
}

#[test]
fn an_empty_id_is_malformed_and_named() {
    let mut of_board = card_event("created", &Value::Null);
    of_board["projects_v2_item"]["project_node_id"] = "".into();
    let mut of_card = card_event("created", &Value::Null);
    of_card["projects_v2_item"]["node_id"] = " ".into();
    let mut of_issue = issue_event("opened");
    of_issue["issue"]["node_id"] = "".into();
    let mut of_repository = issue_event("opened");
    of_repository["repository"]["node_id"] = "".into();
    let mut of_review = review_event("approved");
    of_review["review"]["node_id"] = "".into();
    for (event, payload) in [
        ("projects_v2_item", of_board),
        ("projects_v2_item", of_card),
        ("issues", of_issue),
        ("issues", of_repository),
        ("pull_request_review", of_review),
    ] {
        let error = read(event, payload.to_string().as_bytes(), at("12:00")).expect_err("no id");
        let Malformed::Json { source, .. } = error else { panic!("{error}") };
        assert!(source.to_string().contains("an id is expected and the text is empty"), "{source}");
    }
}

#[test]
fn a_time_that_published_files_cannot_tell_again_is_malformed() {
    let told = |time: &str| {
        let mut of_issue = issue_event("opened");
        of_issue["issue"]["created_at"] = time.into();
        read("issues", of_issue.to_string().as_bytes(), at("12:00"))
    };
    assert!(told("0001-01-01T00:00:01Z").is_ok());
    for time in ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00.5Z", "9999-12-31T23:59:59-01:00"] {
        let Malformed::Json { source, .. } = told(time).expect_err(time) else { panic!("{time}") };
        assert!(source.to_string().contains("a time such as 2026-10-01T09:00:00Z is expected"), "{source}");
    }
}
