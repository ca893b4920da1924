//! Hand-made answers with everything that GitHub's answers can lack, and cards with more fields than a page.

use connector_testing::{fixture, readable};
use model::records::FieldValue;
use serde_json::json;
use source::Window;

use crate::board::{Board, card, cards, ok};
use crate::setting::{Setting, import_all};

#[tokio::test]
async fn an_answer_with_holes_gives_the_records_that_it_holds() {
    let board = Board::with(cards(1));
    board.answer_instead(ok(&fixture("projects/edges.json")));
    let setting = Setting::new(board, 100).await;
    let error = setting.import(Window::default()).await.expect_err("a card came empty");
    assert_eq!(error.kind, source::ErrorKind::Incomplete);
    let records = readable(serde_json::to_value(setting.memory.items()).unwrap());
    let expected = fixture("projects/edges.records.json");
    assert_eq!(records, expected, "\n{}", serde_json::to_string_pretty(&records).unwrap());
    let notes = setting.told.notes();
    assert!(notes.iter().any(|note| note.contains("2 entries came empty")), "{notes:?}");
    assert!(notes.iter().any(|note| note.contains("1 parts may not be seen")), "{notes:?}");
}

#[tokio::test]
async fn fields_that_are_longer_than_a_page_are_read_to_their_end() {
    let mut all = cards(3);
    all[1]["fieldValues"] = (0..120)
        .map(|n| {
            let field = json!({"__typename": "ProjectV2Field", "name": format!("field {n}")});
            json!({"__typename": "ProjectV2ItemFieldTextValue", "text": n.to_string(), "field": field})
        })
        .collect();
    all.push(card(4, 1));
    let mut setting = Setting::new(Board::with(all), 100).await;
    assert_eq!(import_all(&mut setting).await.calls, 3);
    let fields = setting.memory.items()[1].fields.clone().unwrap();
    let expected = (0..120).map(|n| FieldValue { name: format!("field {n}"), value: n.to_string() });
    assert_eq!(fields, expected.collect::<Vec<_>>());
}

#[tokio::test]
async fn a_list_that_goes_on_without_saying_where_is_an_error_and_no_endless_loop() {
    let board = Board::with(cards(1));
    let list = json!({"pageInfo": {"hasNextPage": true, "endCursor": null}, "nodes": []});
    let nodes = json!([{"__typename": "ProjectV2", "items": list}]);
    board.answer_instead(ok(&json!({"data": {"rateLimit": null, "nodes": nodes}})));
    let setting = Setting::new(board, 100).await;
    let error = setting.import(Window::default()).await.expect_err("nowhere to go on");
    assert_eq!(error.kind, source::ErrorKind::UnexpectedResponse);
    assert!(error.to_string().contains("Roadmap"), "{error}");
}
