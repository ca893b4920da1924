//! Sightings of one card that was stored as two.

use crate::write::items::Sighting;

/// The sightings of both in order of time. Where the later one was already seen, that the earlier one was missed says
/// nothing: it had another id by then. What shows nothing new is left out.
pub(crate) fn joined(earlier: &[Sighting], later: &[Sighting], removed: i64) -> Vec<Sighting> {
    let begins = later.iter().map(|sighting| sighting.observed_at).min().unwrap_or(i64::MAX);
    let was_missed = |sighting: &&Sighting| !(sighting.presence == removed && sighting.observed_at >= begins);
    let mut all: Vec<Sighting> = earlier.iter().filter(was_missed).chain(later).copied().collect();
    all.sort_by_key(|sighting| sighting.observed_at);
    all.dedup_by(|next, before| next.shows_the_same_as(before));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    const REMOVED: i64 = 9;

    fn sighting(status: i64, presence: i64, observed_at: i64) -> Sighting {
        Sighting {
            status,
            status_at: Some(1),
            presence,
            presence_at: None,
            created_at: None,
            observed_at,
            source: 1,
            confirmed_at: None,
        }
    }

    fn shown(earlier: &[(i64, i64, i64)], later: &[(i64, i64, i64)]) -> Vec<(i64, i64, i64)> {
        let make = |list: &[(i64, i64, i64)]| -> Vec<_> { list.iter().map(|&(a, b, c)| sighting(a, b, c)).collect() };
        let joined = joined(&make(earlier), &make(later), REMOVED);
        joined.iter().map(|sighting| (sighting.status, sighting.presence, sighting.observed_at)).collect()
    }

    #[test]
    fn two_lives_of_one_card_are_one_in_order_of_time() {
        assert_eq!(shown(&[(1, 1, 10), (2, 1, 30)], &[(3, 1, 40)]), [(1, 1, 10), (2, 1, 30), (3, 1, 40)]);
        assert_eq!(shown(&[(2, 1, 30)], &[(1, 1, 10)]), [(1, 1, 10), (2, 1, 30)]);
    }

    #[test]
    fn that_the_old_id_was_missed_is_no_absence_of_the_card() {
        assert_eq!(shown(&[(1, 1, 10), (1, REMOVED, 40)], &[(1, 1, 40), (2, 1, 50)]), [(1, 1, 10), (2, 1, 50)]);
        let earlier = [(1, 1, 10), (1, REMOVED, 20), (1, 1, 30)];
        assert_eq!(shown(&earlier, &[(2, 1, 40)])[1], (1, REMOVED, 20), "it was away before");
        assert_eq!(shown(&[(1, REMOVED, 20)], &[]), [(1, REMOVED, 20)]);
    }

    #[test]
    fn an_absence_of_the_later_one_stays() {
        assert_eq!(shown(&[(1, 1, 10)], &[(1, REMOVED, 40)]), [(1, 1, 10), (1, REMOVED, 40)]);
    }
}
