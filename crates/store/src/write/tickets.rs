//! Tickets: rows by the id of their tracker, with what happened to them.

use model::records::Ticket;
use rusqlite::Connection;

use super::shipping::{age, set_usual};
use super::{PageWriter, micros};
use crate::Deposit;
use crate::merge::tickets::ticket as ticket_told;
use crate::read::tables::rows_where;
use crate::sqlite::plans::Prepare as _;
use crate::sqlite::statements::upsert;

impl PageWriter<'_> {
    /// Stores a ticket; its events replace the stored ones. Whether it counted.
    pub(crate) fn ticket(&mut self, ticket: &Ticket) -> rusqlite::Result<bool> {
        let mut ticket = ticket.clone();
        set_usual(&mut ticket.host);
        let sight = self.sight(micros(ticket.updated_at));
        if !self.put_observed(&[("ticket_id", &ticket.id)], &ticket.host, sight, &ticket)? {
            return Ok(false);
        }
        self.put_ticket_events(&mut ticket)?;
        Ok(true)
    }

    /// Lays what a delivery tells of a ticket over what is stored of it.
    pub(super) fn delivered_ticket(&mut self, told: &Ticket) -> rusqlite::Result<Deposit> {
        let mut told = told.clone();
        set_usual(&mut told.host);
        for event in &mut told.events {
            event.ticket_id.clone_from(&told.id);
            event.host.clone_from(&told.host);
        }
        let stored = stored_ticket(self.connection, &told.id, &told.host)?;
        let sight = self.sight(micros(told.updated_at));
        let known = self.stored_sight::<Ticket>(&[("ticket_id", &told.id)], &told.host)?;
        let nothing = Ticket { id: told.id.clone(), host: told.host.clone(), ..Ticket::default() };
        let mut laid = ticket_told(stored.as_ref().unwrap_or(&nothing), &told, age(sight, known));
        if stored.as_ref() == Some(&laid) {
            return Ok(Deposit::Known);
        }
        self.put_ticket_events(&mut laid)?;
        self.put_laid(&laid, sight, known)?;
        Ok(Deposit::Stored)
    }

    fn put_ticket_events(&mut self, ticket: &mut Ticket) -> rusqlite::Result<()> {
        let sql = "DELETE FROM ticket_event WHERE ticket_id = ?1 AND host = ?2";
        self.connection.by_key(sql)?.execute((&ticket.id, &ticket.host))?;
        for mut event in std::mem::take(&mut ticket.events) {
            event.host.clone_from(&ticket.host);
            upsert(self.connection, self.codes, &event, &[])?;
        }
        Ok(())
    }
}

/// What is stored of a ticket, with its events.
fn stored_ticket(connection: &Connection, id: &str, host: &str) -> rusqlite::Result<Option<Ticket>> {
    let is_it = "ticket_id = ?1 AND host = ?2";
    let mut stored: Option<Ticket> = rows_where(connection, is_it, [id, host], "ticket_id")?.pop();
    if let Some(stored) = &mut stored {
        stored.events = rows_where(connection, is_it, [id, host], "at, kind")?;
    }
    Ok(stored)
}
