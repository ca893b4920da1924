//! Test bed: a connector against its simulated provider.

use std::fmt::Debug;

use serde_json::Value;
use source::{Progress, Source, SourceError, Usage, Window};
use tokio_util::sync::CancellationToken;
use wiremock::MockServer;

use crate::{Memory, Provider, Simulated, Told};

/// The token that the provider takes; never to be seen in anything that is printed.
pub const TOKEN: &str = "ghp_not-to-be-seen";

/// A connector of GitHub's, and the provider that it is tested against.
pub trait Connector: Provider + Sized {
    /// What imports the nodes.
    type Source: Source + Debug;

    /// Nodes 1 to `count`.
    fn nodes(count: u32) -> Vec<Value>;

    /// The connector as the import would make it after a survey of the stage's provider.
    fn source(stage: &Stage<Self>) -> Self::Source;

    /// Numbers of the nodes that are stored, in order.
    fn stored(memory: &Memory) -> Vec<u32>;
}

/// A server, and what the imports from it have left and told.
pub struct Stage<C> {
    /// The server that answers for the provider.
    pub server: MockServer,
    /// The provider.
    pub provider: Simulated<C>,
    /// Where batches go.
    pub memory: Memory,
    /// Who is told.
    pub told: Told,
    /// Nodes per page, at most and at first.
    pub page: u32,
    /// Number of the next run.
    pub generation: i64,
}

impl<C: Connector> Stage<C> {
    /// Nothing was imported yet.
    pub async fn new(provider: Simulated<C>, page: u32) -> Self {
        let server = provider.serve(TOKEN).await;
        Self { server, provider, memory: Memory::default(), told: Told::default(), page, generation: 1 }
    }

    /// The connector.
    pub fn source(&self) -> C::Source {
        C::source(self)
    }

    /// One import, from the cursor that the last one left.
    pub async fn import(&self, window: Window) -> Result<Usage, SourceError> {
        self.import_until(window, &self.told, CancellationToken::new()).await
    }

    /// One import that may be interrupted.
    pub async fn import_until(
        &self,
        window: Window,
        progress: &dyn Progress,
        cancel: CancellationToken,
    ) -> Result<Usage, SourceError> {
        self.memory.import(&self.source(), window, self.generation, progress, cancel).await
    }

    /// An import of what has changed from any source.
    pub async fn import_from(&self, source: &dyn Source) -> Result<Usage, SourceError> {
        self.memory.import(source, Window::default(), self.generation, &self.told, CancellationToken::new()).await
    }

    /// An import that must succeed, of what has changed.
    pub async fn import_all(&self) -> Usage {
        self.import(Window::default()).await.expect("the import succeeds")
    }

    /// Numbers of the nodes that are stored, in order.
    pub fn stored(&self) -> Vec<u32> {
        C::stored(&self.memory)
    }
}
