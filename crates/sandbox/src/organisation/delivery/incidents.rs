//! Incidents: begun, taken on, over, and now and then not over after all.

use model::records::IncidentEventKind;

use super::IncidentLife;
use crate::calendar::{DAY, HOUR, MINUTE};
use crate::random::Dice;

/// An incident from its beginning to its end. Users are served again at `restored_at`, the first time.
pub(super) fn incident(dice: &mut Dice, cause: Option<u32>, started_at: i64, restored_at: i64) -> IncidentLife {
    let mut events = vec![(started_at, IncidentEventKind::Opened)];
    let taken_on = started_at + dice.between(2 * MINUTE, 30 * MINUTE);
    if taken_on < restored_at {
        events.push((taken_on, IncidentEventKind::Acknowledged));
    }
    let mut now = restored_at.max(started_at + MINUTE);
    events.push((now, IncidentEventKind::Restored));
    if dice.chance(0.15) {
        now += dice.between(10 * MINUTE, 3 * HOUR);
        events.push((now, IncidentEventKind::Reopened));
        now += dice.between(20 * MINUTE, 2 * HOUR);
        events.push((now, IncidentEventKind::Restored));
    }
    events.push((now + dice.between(HOUR, 3 * DAY), IncidentEventKind::Finished));
    let names_cause = dice.chance(0.2);
    IncidentLife { cause, service: 0, issue: None, names_cause, severity: dice.between(1, 4) as u8, events }
}

/// When a flaw that a deployment brought is noticed: most often within the hour.
pub(super) fn noticed_after(dice: &mut Dice, deployed_at: i64) -> i64 {
    deployed_at + dice.log_normal(35.0 * MINUTE as f64, 1.1).clamp(60.0, 18.0 * HOUR as f64) as i64
}
