//! What the client of every provider must do.

use async_trait::async_trait;
use connector_testing::{Bed, Client};
use github_client::{GithubClient, Policy, Settings};
use source::SourceError;
use wiremock::{Request, ResponseTemplate};

use crate::simulated::{Issues, TOKEN, good, settings, variables};

/// A question to the GraphQL endpoint.
struct Github;

#[async_trait]
impl Client for Github {
    const SECRET: &'static str = TOKEN;
    const ADDRESSES: &'static str = "GITHUB_API_URL and GITHUB_GRAPHQL_URL";
    const WHAT: &'static str = "issues of acme/api";

    fn is_asked(_request: &Request) -> bool {
        true
    }

    fn answer(_request: &Request) -> ResponseTemplate {
        good()
    }

    async fn ask(bed: &Bed<Self>) -> Result<(), SourceError> {
        let settings = Settings { policy: (bed.policy)(Policy::default()), ..settings(&bed.api) };
        let client = GithubClient::with_clock(settings, bed.clock.clone())?;
        client.query::<Issues>(Self::WHAT, variables(3), &bed.told, &bed.cancel).await.map(drop)
    }
}

connector_testing::contract!(Github);
