//! Settings of the client: addresses, credentials, concurrency, retries.

use provider::Policy;

use crate::Credentials;

/// Where GitHub is, who asks, and how politely. Its `Debug` shows no secret.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Base of the REST API: `https://api.github.com`, or `https://HOST/api/v3` for GitHub Enterprise Server.
    pub api_url: String,
    /// The GraphQL endpoint: `https://api.github.com/graphql`, or `https://HOST/api/graphql`.
    pub graphql_url: String,
    /// Who asks.
    pub credentials: Credentials,
    /// Requests under way at the same time; 0 counts as 1, and GitHub allows 100.
    pub concurrency: usize,
    /// Tries, waits and timeouts; the default suits GitHub. Waits before another try of a failed request have jitter.
    pub policy: Policy,
    /// Name and version of the program, which GitHub demands.
    pub user_agent: String,
}
