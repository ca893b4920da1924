//! What the client of every provider must do, for lists and for queries.

use connector_testing::{Bed, Client};
use gitlab_client::{GitlabClient, GraphqlQuery, PageSize, Settings};
use provider::Policy;
use secrecy::SecretString;
use serde_json::{Value, json};
use source::{Scope, SourceError};
use wiremock::{Request, ResponseTemplate};

use crate::TOKEN;

fn client<C: Client>(bed: &Bed<C>) -> Result<GitlabClient, SourceError> {
    let settings = Settings {
        url: bed.api.clone(),
        token: SecretString::from(TOKEN.to_owned()),
        concurrency: 2,
        policy: (bed.policy)(Policy::USUAL),
        user_agent: "test/1".to_owned(),
    };
    GitlabClient::with_clock(settings, bed.clock.clone())
}

mod lists {
    use super::*;

    struct List;

    #[async_trait::async_trait]
    impl Client for List {
        const SECRET: &'static str = TOKEN;
        const ADDRESSES: &'static str = "GITLAB_URL (gitlab.url)";
        const WHAT: &'static str = "things of acme";

        fn is_asked(request: &Request) -> bool {
            request.url.path() == "/api/v4/groups"
        }

        fn answer(_request: &Request) -> ResponseTemplate {
            ResponseTemplate::new(200).set_body_json(json!([1]))
        }

        async fn ask(bed: &Bed<Self>) -> Result<(), SourceError> {
            client(bed)?.list::<Value>(Self::WHAT, &["groups"], &[], &bed.told, &bed.cancel).await.map(drop)
        }
    }

    connector_testing::contract!(List);
}

mod queries {
    use super::*;

    /// A query for one entry, of which no less can be asked for.
    struct Query;

    #[async_trait::async_trait]
    impl Client for Query {
        const SECRET: &'static str = TOKEN;
        const ADDRESSES: &'static str = "GITLAB_URL (gitlab.url)";
        const WHAT: &'static str = "merge requests of acme";

        fn is_asked(request: &Request) -> bool {
            request.url.path() == "/api/graphql"
        }

        fn answer(_request: &Request) -> ResponseTemplate {
            ResponseTemplate::new(200).set_body_json(json!({"data": {"group": 1}}))
        }

        async fn ask(bed: &Bed<Self>) -> Result<(), SourceError> {
            let query = GraphqlQuery { document: "query { group }", what: Self::WHAT };
            let pages = PageSize::new(Scope::PullRequests, 1);
            client(bed)?.query::<Value>(query, &pages, |_| json!({}), &bed.told, &bed.cancel).await.map(drop)
        }
    }

    connector_testing::contract!(Query);
}
