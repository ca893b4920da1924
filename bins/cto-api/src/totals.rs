//! Memory of what monitoring systems were told of totals: in the store, where there is one.

use std::sync::{Mutex, PoisonError};

use http_api::Totals;
use model::Instant;
use model::series::{Family, Told, keep};
use store::Store;

use crate::clock::now;

/// What one audience was told.
#[derive(Debug)]
pub(crate) struct Memory {
    /// Address of the store; without one it is remembered as long as the process lives.
    url: Option<String>,
    audience: String,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    is_read: bool,
    told: Told,
    last: Option<Instant>,
    /// The failure that was logged last.
    failure: String,
}

impl Memory {
    /// Of totals that began anew at `epoch`.
    pub(crate) fn new(url: Option<String>, audience: &str, epoch: Option<Instant>) -> Self {
        let audience = match epoch {
            Some(epoch) => format!("{audience} since {}", epoch.to_rfc3339_seconds()),
            None => audience.to_owned(),
        };
        Self { url, audience, state: Mutex::default() }
    }

    /// Does something with what was told and when that was last. Waits for the store, once.
    pub(crate) fn with<T>(&self, work: impl FnOnce(&mut Told, Option<Instant>) -> T) -> T {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if !state.is_read {
            match self.url.as_deref().map(|url| Store::open_existing(url)?.told_series(&self.audience)).transpose() {
                Ok(read) => {
                    (state.told, state.last) = read.unwrap_or_default();
                    state.is_read = true;
                }
                Err(error) => state.tell("read", &error),
            }
        }
        let State { told, last, .. } = &mut *state;
        work(told, *last)
    }

    /// Takes down what is told anew, for the next start.
    pub(crate) fn note(&self, changed: &Told, at: Instant) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.last = Some(at);
        if changed.is_empty() {
            return;
        }
        let write = |url: &str| {
            // A store that is not there is not made anew.
            Store::open_existing(url).and_then(|_| Store::open(url))?.tell_series(&self.audience, changed, at)
        };
        match self.url.as_deref().map(write).transpose() {
            Ok(_) => state.failure.clear(),
            Err(error) => state.tell("written", &error),
        }
    }
}

impl State {
    fn tell(&mut self, what: &str, error: &store::StoreError) {
        let message = command_line::with_causes(error);
        if message != self.failure {
            tracing::error!(
                error = %message,
                "what monitoring systems were told of totals cannot be {what}: totals may fall at the next start"
            );
            self.failure = message;
        }
    }
}

impl Totals for Memory {
    fn keep(&self, mut families: Vec<Family>) -> Vec<Family> {
        let changed = self.with(|told, _| keep(told, &mut families));
        if !changed.is_empty() {
            self.note(&changed, now());
        }
        families
    }
}
