//! A progress listener that records events and may interrupt the run.

use std::sync::Mutex;

use source::{Event, Progress};
use tokio_util::sync::CancellationToken;

/// Remembers what was told, and may interrupt the run at some event.
#[derive(Debug, Default)]
pub struct Told {
    events: Mutex<Vec<Event>>,
    interrupt: Option<Interrupt>,
}

#[derive(Debug)]
struct Interrupt {
    cancel: CancellationToken,
    at: fn(&Event) -> bool,
}

impl Told {
    /// One that interrupts the run when it hears of such an event.
    pub fn interrupting(cancel: CancellationToken, at: fn(&Event) -> bool) -> Self {
        Self { interrupt: Some(Interrupt { cancel, at }), ..Self::default() }
    }

    /// All events in order.
    pub fn events(&self) -> Vec<Event> {
        self.events.lock().expect("no test has panicked here").clone()
    }

    /// All notes in order.
    pub fn notes(&self) -> Vec<String> {
        let note = |event| if let Event::Note(note) = event { Some(note) } else { None };
        self.events().into_iter().filter_map(note).collect()
    }

    /// Seconds and reason of every wait that was told, in order.
    pub fn reasons(&self) -> Vec<(u64, String)> {
        let reason = |event| match event {
            Event::Waiting { seconds, reason, .. } => Some((seconds, reason)),
            _ => None,
        };
        self.events().into_iter().filter_map(reason).collect()
    }

    /// Seconds of every wait that was told, in order.
    pub fn waits(&self) -> Vec<u64> {
        self.reasons().into_iter().map(|(seconds, _)| seconds).collect()
    }
}

impl Progress for Told {
    fn event(&self, event: Event) {
        if let Some(interrupt) = &self.interrupt
            && (interrupt.at)(&event)
        {
            interrupt.cancel.cancel();
        }
        self.events.lock().expect("no test has panicked here").push(event);
    }
}
