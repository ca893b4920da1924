//! Pages of connections: after a cursor, by position or by a sorted key.

use super::cursor::Cursor;
use super::node::Node;

/// One page of a connection.
pub(crate) struct Page {
    pub(crate) nodes: Vec<Node>,
    /// Objects in the whole connection.
    pub(crate) total_count: usize,
    /// Objects after the cursor.
    pub(crate) filtered_count: usize,
    /// Cursor of the last object that the next page follows.
    pub(crate) end_cursor: Option<EndCursor>,
    pub(crate) has_next: bool,
    /// Whether this is the list that disturbances of a page apply to.
    pub(crate) is_main: bool,
}

/// Key and object of a cursor, encoded only when somebody asks.
pub(crate) struct EndCursor {
    pub(crate) key: i64,
    pub(crate) node: Node,
}

/// What disturbs the main list of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Disturbance {
    /// The last object of the page before comes again.
    Duplicate,
    /// An object shows up here as well as at its own place.
    Moving,
}

/// `first` and `after` of a connection.
pub(crate) struct Window {
    pub(crate) first: usize,
    pub(crate) after: Option<Cursor>,
}

/// An object of a list with its position in the unfiltered list.
#[derive(Clone, Copy)]
pub(crate) struct Placed {
    pub(crate) position: u32,
    pub(crate) node: Node,
}

/// A page of a list in its own order. `id` names the object at an index of `entries`.
pub(crate) fn by_position(entries: &[Placed], window: &Window, id: impl Fn(&Node) -> String) -> Page {
    let start = window.after.as_ref().map_or(0, |cursor| start_after(entries, cursor, id));
    let end = (start + window.first).min(entries.len());
    let slice = &entries[start..end];
    Page {
        nodes: slice.iter().map(|placed| placed.node).collect(),
        total_count: entries.len(),
        filtered_count: entries.len() - start,
        end_cursor: slice.last().map(|last| EndCursor { key: i64::from(last.position), node: last.node }),
        has_next: end < entries.len(),
        is_main: false,
    }
}

/// Where the list goes on. When objects were taken out or the cursor's own object moved,
/// the earlier one of its places counts: an object may come twice but none is passed over.
fn start_after(entries: &[Placed], cursor: &Cursor, id: impl Fn(&Node) -> String) -> usize {
    let at = entries.partition_point(|placed| i64::from(placed.position) < cursor.key);
    if entries.get(at).is_some_and(|placed| i64::from(placed.position) == cursor.key && id(&placed.node) == cursor.id) {
        return at + 1;
    }
    match entries[..at].iter().position(|placed| id(&placed.node) == cursor.id) {
        Some(earlier) => earlier + 1,
        None => at,
    }
}

/// A page of a list that is sorted ascending by (key, id) and read in either direction.
pub(crate) fn by_key<'a>(
    sorted: &[u32],
    descending: bool,
    window: &Window,
    key: impl Fn(u32) -> (i64, &'a str),
    node: impl Fn(u32) -> Node,
) -> Page {
    let (low, high) = match &window.after {
        None => (0, sorted.len()),
        Some(after) if descending => {
            (0, sorted.partition_point(|position| key(*position) < (after.key, after.id.as_str())))
        }
        Some(after) => {
            (sorted.partition_point(|position| key(*position) <= (after.key, after.id.as_str())), sorted.len())
        }
    };
    let size = window.first.min(high - low);
    let chosen: Vec<u32> = if descending {
        sorted[high - size..high].iter().rev().copied().collect()
    } else {
        sorted[low..low + size].to_vec()
    };
    Page {
        nodes: chosen.iter().map(|position| node(*position)).collect(),
        total_count: sorted.len(),
        filtered_count: high - low,
        end_cursor: chosen.last().map(|last| EndCursor { key: key(*last).0, node: node(*last) }),
        has_next: high - low > size,
        is_main: true,
    }
}

/// Puts a visitor in front of a page; a full page loses its last object to the next page.
///
/// `key` gives the sort key of an object that stays. A page of one object is left alone: it could not go on.
pub(crate) fn intrude(page: &mut Page, visitor: Node, first: usize, key: impl Fn(Node) -> i64) {
    if page.nodes.len() < 2 {
        return;
    }
    if page.nodes.len() == first {
        page.nodes.pop();
        page.has_next = true;
        page.end_cursor = page.nodes.last().map(|last| EndCursor { key: key(*last), node: *last });
    }
    page.nodes.insert(0, visitor);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::node::Kind;

    fn entries(ids: &[usize]) -> Vec<Placed> {
        ids.iter()
            .enumerate()
            .map(|(position, id)| Placed { position: position as u32, node: Node::new(Kind::Item, *id) })
            .collect()
    }

    fn shown_after(ids: &[usize], key: i64, id: usize) -> Vec<usize> {
        let window = Window { first: 10, after: Some(Cursor { key, id: id.to_string() }) };
        let page = by_position(&entries(ids), &window, |node| node.index.to_string());
        page.nodes.iter().map(|node| node.at()).collect()
    }

    #[test]
    fn a_page_goes_on_behind_the_object_of_the_cursor() {
        assert_eq!(shown_after(&[0, 1, 2, 3], 1, 1), [2, 3]);
    }

    #[test]
    fn nothing_is_passed_over_when_earlier_objects_are_taken_out() {
        assert_eq!(shown_after(&[1, 2, 3], 1, 1), [2, 3]);
        assert_eq!(shown_after(&[0, 2, 3], 1, 1), [2, 3]);
    }

    #[test]
    fn nothing_is_passed_over_when_the_object_of_the_cursor_moves_to_the_end() {
        assert_eq!(shown_after(&[0, 2, 3, 1], 1, 1), [2, 3, 1]);
    }
}
