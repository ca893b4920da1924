//! A router that remembers its addresses, so that the OpenAPI document can be held against it.

use axum::Router;
use axum::handler::Handler;
use axum::routing::get;

/// Routes that answer GET (and so HEAD), with their addresses.
#[derive(Debug, Default)]
pub(crate) struct Routes {
    pub(crate) router: Router,
    pub(crate) paths: Vec<String>,
}

impl Routes {
    /// One more.
    pub(crate) fn get<H, T>(&mut self, path: impl Into<String>, handler: H)
    where
        H: Handler<T, ()>,
        T: 'static,
    {
        let path = path.into();
        self.router = std::mem::take(&mut self.router).route(&path, get(handler));
        self.paths.push(path);
    }
}
