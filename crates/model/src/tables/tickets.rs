//! `ticket.csv` and `ticket_event.csv`.

use model_derive::RawTable;
use serde::{Deserialize, Serialize};

use crate::Instant;
use crate::kinds::{TicketEventKind, TicketStatus};

/// Tickets of a tracker that tells of them by webhooks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, RawTable)]
#[raw(table = "ticket", key("ticket_id", "host"), columns = TicketColumns, in_rows)]
pub struct Ticket {
    /// The tracker's id, which stays when the ticket gets another identifier.
    #[raw(name = "ticket_id", engine, required)]
    pub id: String,
    /// What people call it: `ENG-12`. Another one when it moves to another team.
    pub identifier: String,
    /// Who tells of it: `linear`.
    #[raw(code, engine)]
    pub source: String,
    /// Team by the tracker's key: `ENG`.
    #[raw(code, engine)]
    pub team: String,
    /// Project by its name, empty where it is in none.
    #[raw(code, engine)]
    pub project: String,
    /// Made.
    #[raw(engine, required)]
    pub created_at: Instant,
    /// First begun, as far as known; what comes later does not undo it.
    #[raw(engine)]
    pub started_at: Option<Instant>,
    /// Done for the last time, empty while it is not done; `ticket_event.csv` has every time.
    #[raw(engine)]
    pub finished_at: Option<Instant>,
    /// Id of the ticket that it is a part of, empty where it is of none.
    #[raw(engine)]
    pub parent_id: String,
    /// SHA-256 of the mail address of who has it, Base64; empty unless `reporting.people` says so, and where nobody has it.
    #[raw(code, engine)]
    pub actor_hash: String,
    /// Type by its labels, `unknown` where none says.
    #[raw(name = "type", code, engine)]
    pub kind: String,
    /// Where it is: `BACKLOG`, `TODO`, `DOING`, `DONE`, `CANCELED` or `UNKNOWN`.
    #[raw(engine)]
    pub status: TicketStatus,
    /// Present estimate in points.
    #[raw(engine)]
    pub estimate: Option<i64>,
    /// Estimate when there first was one, as far as known.
    pub first_estimate: Option<i64>,
    /// As of when that is known.
    pub first_estimated_at: Option<Instant>,
    /// Present estimate of one that is done.
    pub final_estimate: Option<i64>,
    /// Last change by the tracker's reckoning.
    pub updated_at: Option<Instant>,
    /// Removed, by the tracker's reckoning; the row stays.
    #[raw(engine)]
    pub vanished_at: Option<Instant>,
    /// Host of the tracker, `linear.app`.
    #[raw(code, engine)]
    pub host: String,
    /// What happened to it, in time order.
    #[raw(skip)]
    pub events: Vec<TicketEvent>,
}

/// What happened to tickets: each time that one was done, and each estimate.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, RawTable)]
#[raw(table = "ticket_event", key("ticket_id", "at", "kind", "host"), columns = TicketEventColumns, in_rows)]
pub struct TicketEvent {
    /// The ticket's id.
    #[raw(engine, required)]
    pub ticket_id: String,
    /// When.
    #[raw(engine, required)]
    pub at: Instant,
    /// What: `finished` or `estimated`.
    #[raw(engine, required)]
    pub kind: TicketEventKind,
    /// Estimate from then on, of `estimated`; empty where it was taken away.
    #[raw(engine)]
    pub estimate: Option<i64>,
    /// Host of the tracker, `linear.app`.
    #[raw(code, engine)]
    pub host: String,
}
