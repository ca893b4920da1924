//! The server as a client sees it, over a generated organisation that both can tell.

mod ci;
mod delivery;
mod faults;
mod lists;

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::{GitlabConfig, GitlabFault};
use crate::server::{Config, Server};
use crate::view::View;
use crate::{Options, Organisation, Size};

fn view() -> View {
    let organisation = Organisation::generate(&Options {
        told_by_both: true,
        issues: Some(130),
        pull_requests: Some(140),
        ..Options::new(5, Size::Small)
    });
    organisation.view(organisation.end())
}

async fn serve(view: View, faults: &[&str]) -> Server {
    let faults = faults.iter().map(|fault| fault.parse::<GitlabFault>().expect("a fault")).collect();
    let gitlab = GitlabConfig { token: Some("t".to_owned()), faults };
    Server::start(view, Config { gitlab: Some(gitlab), ..Config::default() }).await.expect("a free port")
}

/// What came back.
struct Got {
    status: u16,
    headers: BTreeMap<String, String>,
    body: String,
}

impl Got {
    fn json(&self) -> Json {
        serde_json::from_str(&self.body).expect("a JSON body")
    }

    fn rows(&self) -> Vec<Json> {
        self.json().as_array().cloned().expect("a list")
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    /// The address of the next page.
    fn next(&self) -> Option<String> {
        let link = self.header("link")?;
        Some(link.strip_prefix('<')?.strip_suffix(">; rel=\"next\"")?.to_owned())
    }
}

/// A client that reads no certificates and follows nothing.
fn client() -> reqwest::Client {
    let builder = reqwest::Client::builder().no_proxy().tls_certs_only([]);
    builder.redirect(reqwest::redirect::Policy::none()).build().expect("a client")
}

async fn receive(request: reqwest::RequestBuilder) -> Got {
    let response = request.send().await.expect("a reply");
    let status = response.status().as_u16();
    let text = |value: &reqwest::header::HeaderValue| value.to_str().expect("an ASCII header").to_owned();
    let headers = response.headers().iter().map(|(name, value)| (name.to_string(), text(value))).collect();
    Got { status, headers, body: response.text().await.expect("a body") }
}

async fn get(server: &Server, path: &str) -> Got {
    receive(client().get(format!("{}/api/v4{path}", server.url())).header("private-token", "t")).await
}

/// All rows of a list, page after page.
async fn crawl(server: &Server, path: &str) -> Vec<Json> {
    let mut got = get(server, path).await;
    let mut rows = got.rows();
    while let Some(next) = got.next() {
        got = receive(client().get(next).header("private-token", "t")).await;
        rows.extend(got.rows());
    }
    rows
}

async fn query(server: &Server, document: &str, variables: Json) -> Json {
    let request = client().post(format!("{}/api/graphql", server.url())).bearer_auth("t");
    receive(request.json(&json!({ "query": document, "variables": variables }))).await.json()
}
