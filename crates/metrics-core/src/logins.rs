//! Logins of bots.

use model::columns::Dictionary;
use model::names::is_bot_login;

/// Which logins are bots, by code.
pub(crate) struct BotLogins {
    by_login: Vec<bool>,
}

impl BotLogins {
    /// Bots by the suffix of their login or by the configured list (without case, as GitHub compares logins).
    pub(crate) fn of(dictionary: &Dictionary, listed: &[String]) -> Self {
        let is_bot = |code: u32| {
            let login = dictionary.bytes(code);
            listed.iter().any(|bot| bot.as_bytes().eq_ignore_ascii_case(login))
                || std::str::from_utf8(login).is_ok_and(is_bot_login)
        };
        Self { by_login: (0..dictionary.len() as u32).map(is_bot).collect() }
    }

    /// Whether an actor is a bot: by its login, or because the API says so.
    pub(crate) fn contains(&self, login: u32, api_says_so: bool) -> bool {
        api_says_so || self.by_login[login as usize]
    }
}
