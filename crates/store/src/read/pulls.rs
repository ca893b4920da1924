//! Pull requests with their reviews and events as columns.

use model::columns::{PullRequestColumns, PullRequestEventColumns, PullRequestEventKind, ReviewColumns, ReviewState};
use rusqlite::Connection;

use super::cells::Cells;
use super::events::kind_of;
use super::issues::keys;
use super::order::{Parents, gather, gather_instants, gather_texts};
use crate::dictionary::find;

pub(super) fn pull_requests(
    connection: &Connection,
    parents: &Parents,
    names: &[(u32, u32)],
) -> rusqlite::Result<PullRequestColumns> {
    let mut pulls = PullRequestColumns::default();
    let mut place = Vec::with_capacity(parents.all().len());
    let mut statement = connection.prepare(
        "SELECT row_id, title, url, creator, creator_is_bot, created_at, closed_at, merged_at, is_draft, labels,
            changed_files, first_commit_at, vanished_at
         FROM pr ORDER BY row_id",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let cells = Cells(row);
        place.push(cells.code(0)?);
        pulls.title.push(cells.text(1)?);
        pulls.url.push(cells.text(2)?);
        pulls.creator.push(cells.code(3)?);
        pulls.creator_is_bot.push(cells.bool(4)?);
        pulls.created_at.push_with_nanos(cells.micros(5)?, 0);
        pulls.closed_at.push_with_nanos(cells.micros(6)?, 0);
        pulls.merged_at.push_with_nanos(cells.micros(7)?, 0);
        pulls.is_draft.push(cells.bool(8)?);
        pulls.labels.push(cells.code(9)?);
        pulls.changed_files.push(cells.int_or_null(10)?.unwrap_or(-1));
        pulls.first_commit_at.push_with_nanos(cells.micros(11)?, 0);
        pulls.vanished_at.push_with_nanos(cells.micros(12)?, 0);
    }
    if let Some(index) = parents.arrange(&mut place) {
        gather_texts(&mut pulls.title, &index);
        gather_texts(&mut pulls.url, &index);
        gather(&mut pulls.creator, &index);
        gather(&mut pulls.creator_is_bot, &index);
        gather(&mut pulls.is_draft, &index);
        gather(&mut pulls.labels, &index);
        gather(&mut pulls.changed_files, &index);
        let instants = [
            &mut pulls.created_at,
            &mut pulls.closed_at,
            &mut pulls.merged_at,
            &mut pulls.first_commit_at,
            &mut pulls.vanished_at,
        ];
        for column in instants {
            gather_instants(column, &index);
        }
    }
    (pulls.id, pulls.org, pulls.repo) = keys(parents, names);
    pulls.last = (0..pulls.id.len() as u32).collect();
    Ok(pulls)
}

pub(super) fn reviews(connection: &Connection, parents: &Parents) -> rusqlite::Result<ReviewColumns> {
    let states = [
        (find(connection, "APPROVED")?, ReviewState::Approved),
        (find(connection, "COMMENTED")?, ReviewState::Commented),
        (find(connection, "CHANGES_REQUESTED")?, ReviewState::ChangesRequested),
        (find(connection, "DISMISSED")?, ReviewState::Dismissed),
        (find(connection, "PENDING")?, ReviewState::Pending),
    ];
    let mut reviews = ReviewColumns::default();
    let mut statement = connection.prepare(
        "SELECT pr, state, dismissed_state, submitted_at, \"user\", user_is_bot FROM pr_review ORDER BY pr, seq",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let cells = Cells(row);
        reviews.pull_request.push(cells.code(0)?);
        reviews.state.push(kind_of(&states, cells.int(1)?, ReviewState::Other));
        reviews.dismissed_state.push(kind_of(&states, cells.int(2)?, ReviewState::Other));
        reviews.submitted_at.push_with_nanos(cells.micros(3)?, 0);
        reviews.user.push(cells.code(4)?);
        reviews.user_is_bot.push(cells.bool(5)?);
    }
    if let Some(index) = parents.arrange(&mut reviews.pull_request) {
        gather(&mut reviews.state, &index);
        gather(&mut reviews.dismissed_state, &index);
        gather_instants(&mut reviews.submitted_at, &index);
        gather(&mut reviews.user, &index);
        gather(&mut reviews.user_is_bot, &index);
    }
    Ok(reviews)
}

pub(super) fn events(connection: &Connection, parents: &Parents) -> rusqlite::Result<PullRequestEventColumns> {
    let kinds = [
        (find(connection, "review_requested")?, PullRequestEventKind::ReviewRequested),
        (find(connection, "ready_for_review")?, PullRequestEventKind::ReadyForReview),
        (find(connection, "converted_to_draft")?, PullRequestEventKind::ConvertedToDraft),
    ];
    let mut events = PullRequestEventColumns::default();
    let mut statement = connection.prepare("SELECT pr, type, at FROM pr_event ORDER BY pr, seq")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let cells = Cells(row);
        events.pull_request.push(cells.code(0)?);
        events.kind.push(kind_of(&kinds, cells.int(1)?, PullRequestEventKind::Other));
        events.at.push_with_nanos(cells.int(2)?, 0);
    }
    if let Some(index) = parents.arrange(&mut events.pull_request) {
        gather(&mut events.kind, &index);
        gather_instants(&mut events.at, &index);
    }
    Ok(events)
}
