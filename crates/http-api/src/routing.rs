//! A router that remembers its addresses, so that the OpenAPI document can be held against it.

use axum::Router;
use axum::handler::Handler;
use axum::routing::{get, post};

/// Routes with their addresses.
#[derive(Debug, Default)]
pub(crate) struct Routes {
    pub(crate) router: Router,
    pub(crate) paths: Vec<String>,
}

impl Routes {
    /// One more that answers GET, and so HEAD.
    pub(crate) fn get<H, T>(&mut self, path: impl Into<String>, handler: H)
    where
        H: Handler<T, ()>,
        T: 'static,
    {
        let path = path.into();
        self.router = std::mem::take(&mut self.router).route(&path, get(handler));
        self.paths.push(path);
    }

    /// One more that answers POST.
    pub(crate) fn post<H, T>(&mut self, path: &str, handler: H)
    where
        H: Handler<T, ()>,
        T: 'static,
    {
        self.router = std::mem::take(&mut self.router).route(path, post(handler));
        self.paths.push(path.to_owned());
    }
}
