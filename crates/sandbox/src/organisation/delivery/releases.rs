//! A repository that delivers by releases: drafts, candidates, some published late and some never.

use super::incidents::{incident, noticed_after};
use super::{Delivery, ReleaseLife};
use crate::calendar::{DAY, HOUR, MINUTE};
use crate::organisation::Organisation;
use crate::random::Dice;

/// Topic of the dice.
const TOPIC: u8 = b'R';

/// Makes releases of main.
pub(super) fn publish(organisation: &Organisation, repository: usize, delivery: &mut Delivery) {
    let mut dice = Dice::new(organisation.options.seed, TOPIC, repository);
    let mut at = organisation.start + dice.between(4 * DAY, 8 * DAY);
    let (mut version, mut last) = (0, None);
    while at <= organisation.end {
        let position = delivery.main.position_at(at).unwrap_or(0);
        if last < Some(position) {
            last = Some(position);
            version += 1;
            release(&mut dice, delivery, version, position, at);
        }
        at += dice.between(6 * DAY, 16 * DAY);
    }
    delivery.releases.retain(|release| release.drafted_at <= organisation.end);
}

fn release(dice: &mut Dice, delivery: &mut Delivery, version: u32, position: usize, drafted_at: i64) {
    let commit = delivery.main.steps[position].head;
    let mut add = |version, drafted_at, published_at| {
        delivery.releases.push(ReleaseLife { commit, position, version, drafted_at, published_at });
        (delivery.releases.len() - 1) as u32
    };
    let mut now = drafted_at;
    if dice.chance(0.3) {
        let published = now + dice.between(5 * MINUTE, HOUR);
        add((version, Some(1)), now, Some(published));
        now = published + dice.between(DAY, 2 * DAY);
    }
    let published_at = match dice.unit() {
        fate if fate < 0.08 => None,
        fate if fate < 0.18 => Some(now + dice.between(9 * DAY, 20 * DAY)),
        _ => Some(now + dice.between(10 * MINUTE, 30 * HOUR)),
    };
    let release = add((version, None), now, published_at);
    let has_flaw = dice.chance(0.1);
    if let Some(published_at) = published_at.filter(|_| has_flaw) {
        let started_at = noticed_after(dice, published_at);
        let restored_at = started_at + dice.between(30 * MINUTE, 9 * HOUR);
        delivery.incidents.push(incident(dice, Some(release), started_at, restored_at));
    }
}
