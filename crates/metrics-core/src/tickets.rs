//! Tickets of a tracker: which of them count, and how long they took.

use hashbrown::HashSet;
use model::Instant;
use model::columns::Raw;
use model::rules::Rules;

/// Rows of the tickets that count: those that were not removed and, unless the rules say otherwise, are not such that
/// others are parts of them. A part that was removed is none.
pub(crate) fn counted<'a>(raw: &'a Raw, rules: &Rules) -> impl Iterator<Item = usize> + use<'a> {
    let tickets = &raw.tickets;
    let is_there = |row: &usize| tickets.vanished_at.get(*row).is_none();
    let key = |row: usize, id: &model::columns::TextColumn| (tickets.host[row], id.text(row).into_owned());
    let all = 0..tickets.id.len();
    let parents: HashSet<(u32, String)> = if rules.tickets.ignore_parents {
        all.clone().filter(is_there).map(|row| key(row, &tickets.parent_id)).collect()
    } else {
        HashSet::new()
    };
    all.filter(move |row| is_there(row) && !parents.contains(&key(*row, &tickets.id)))
}

/// Microseconds from the start that was told first, else from when it was made, to an end; never negative.
pub(crate) fn duration(raw: &Raw, row: usize, end: Instant) -> i64 {
    let tickets = &raw.tickets;
    let start = tickets.started_at.get(row).or(tickets.created_at.get(row)).unwrap_or(end);
    (end.micros() - start.micros()).max(0)
}
