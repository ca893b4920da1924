//! Pull requests that a bot lands: it pushes their commits itself and closes them instead of merging.

use model::Instant;
use model::columns::{PullRequestEventKind, Raw};
use model::names::comparable;
use model::rules::MergeBot;

/// The bots that land pull requests, and the last closing of each pull request.
pub(super) struct Landings<'a> {
    raw: &'a Raw,
    bots: &'a [MergeBot],
    /// By row of the pull request: its last closing by `as_of`, as a row of the events.
    closings: Vec<Option<usize>>,
}

impl<'a> Landings<'a> {
    pub(super) fn of(raw: &'a Raw, bots: &'a [MergeBot], as_of: i64) -> Self {
        let closings = if bots.is_empty() { Vec::new() } else { last_closings(raw, as_of) };
        Self { raw, bots, closings }
    }

    /// Whether a pull request that was closed without a merge was landed by one of the bots.
    pub(super) fn holds(&self, row: usize) -> bool {
        self.bots.iter().any(|bot| self.is_by(bot, row))
    }

    /// Whether all holds that is said of the bot's pull requests.
    fn is_by(&self, bot: &MergeBot, row: usize) -> bool {
        let (columns, events, texts) = (&self.raw.pull_requests, &self.raw.pull_request_events, &self.raw.dictionary);
        let holds = |said: &Option<String>, is_so: &dyn Fn(&str) -> bool| said.as_deref().is_none_or(is_so);
        let closing = self.closings[row];
        holds(&bot.login, &|login| {
            closing.is_some_and(|event| texts.bytes(events.by[event]).eq_ignore_ascii_case(login.as_bytes()))
        }) && holds(&bot.label, &|label| lists(&texts.text(columns.labels[row]), label))
            && holds(&bot.title_prefix, &|prefix| columns.title.bytes(row).starts_with(prefix.as_bytes()))
            && holds(&bot.commit_trailer, &|trailer| {
                closing.is_some_and(|event| lists(&texts.text(events.commit_trailers[event]), trailer))
            })
    }
}

/// Whether a name is among names joined by `;`.
fn lists(joined: &str, name: &str) -> bool {
    let name = comparable(name);
    joined.split(';').any(|one| comparable(one) == name)
}

/// Of closings at one instant one counts, whatever the order of the rows.
fn last_closings(raw: &Raw, as_of: i64) -> Vec<Option<usize>> {
    let events = &raw.pull_request_events;
    let at = |event: usize| events.at.micros(event);
    let text = |code: u32| raw.dictionary.bytes(code);
    let mut closings: Vec<Option<usize>> = vec![None; raw.pull_requests.id.len()];
    for event in 0..events.at.len() {
        let is_known = at(event) != Instant::NULL_MICROS && at(event) <= as_of;
        if !is_known || events.kind[event] != Some(PullRequestEventKind::Closed) {
            continue;
        }
        let last = &mut closings[events.pull_request[event] as usize];
        let key = |event: usize| (at(event), text(events.by[event]), text(events.commit_trailers[event]));
        if last.is_none_or(|last| key(last) < key(event)) {
            *last = Some(event);
        }
    }
    closings
}
