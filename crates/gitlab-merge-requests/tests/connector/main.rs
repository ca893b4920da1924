//! The connector against a server of the test.

mod crawl;
mod notes;
mod recorded;

use std::collections::BTreeSet;
use std::sync::Arc;

use connector_testing::{Memory, Told, VirtualClock, at};
use gitlab_client::{GitlabClient, Settings};
use gitlab_merge_requests::MergeRequestSource;
use provider::Policy;
use secrecy::SecretString;
use source::{Context, Source as _, SourceError, Usage, Window};
use tokio_util::sync::CancellationToken;

fn client(uri: &str) -> GitlabClient {
    let settings = Settings {
        url: uri.to_owned(),
        token: SecretString::from("glpat-of-the-test".to_owned()),
        concurrency: 2,
        policy: Policy { tries: 2, ..Policy::USUAL },
        user_agent: "test/1".to_owned(),
    };
    GitlabClient::with_clock(settings, Arc::new(VirtualClock::starting_at(at("2026-02-01T00:00:00Z"))))
        .expect("a client")
}

/// Imports the group `acme`.
async fn import(uri: &str, memory: &Memory, window: Window) -> Result<Usage, SourceError> {
    import_with(uri, memory, window, BTreeSet::new()).await
}

/// The same, with the folders that merge requests of these projects touch.
async fn import_with(
    uri: &str,
    memory: &Memory,
    window: Window,
    folders: BTreeSet<String>,
) -> Result<Usage, SourceError> {
    let (client, told, cancel) = (client(uri), Told::default(), CancellationToken::new());
    let survey = client.survey("acme", &told, &cancel).await?;
    let source = MergeRequestSource::new(client, Arc::new(survey)).with_folders(folders);
    let context = Context { sink: memory, progress: &told, cancel, window, cursor: memory.cursor(), generation: 1 };
    source.run(&context).await
}
