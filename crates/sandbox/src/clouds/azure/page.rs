//! Pages of a query: the reply's body and the token of the next page.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::error::bad_request;
use super::rows::Rows;
use super::scope::Scope;
use crate::random::mix;
use crate::server::reply::Reply;

/// What tells one question from another: the bytes of the body and the scope.
pub(crate) fn fingerprint(scope: &Scope, body: &[u8]) -> u64 {
    let bytes = scope.path.as_bytes().iter().chain(body);
    bytes.fold(0x5EED, |print, byte| mix(print ^ u64::from(*byte)))
}

/// Where a page begins; 400 when the token belongs to another question.
pub(crate) fn offset(token: &str, fingerprint: u64) -> Result<usize, Reply> {
    let decoded = URL_SAFE_NO_PAD.decode(token).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let parts = decoded.as_deref().and_then(|text| text.split_once(':'));
    let offset = parts.filter(|(_, print)| *print == format!("{fingerprint:016x}")).map(|(offset, _)| offset.parse());
    match offset {
        Some(Ok(offset)) => Ok(offset),
        _ => Err(bad_request("Invalid query definition: the skiptoken does not belong to this query.")),
    }
}

/// The token of the page that begins with a row.
fn token(offset: usize, fingerprint: u64) -> String {
    URL_SAFE_NO_PAD.encode(format!("{offset}:{fingerprint:016x}"))
}

/// Which rows a page has, and where the next one is asked for.
pub(crate) struct Place<'a> {
    /// First row.
    pub(crate) offset: usize,
    /// Rows on a page.
    pub(crate) rows: usize,
    /// Fingerprint of the question.
    pub(crate) fingerprint: u64,
    /// Address of the query up to the token: `http://…&$skiptoken=`.
    pub(crate) link: &'a str,
    /// Name of the query.
    pub(crate) name: &'a str,
}

/// A page; 204 when there are no rows at all.
pub(crate) fn reply(table: &Rows, scope: &Scope, place: &Place<'_>) -> Reply {
    if table.rows.is_empty() {
        return Reply { status: 204, headers: Vec::new(), body: Vec::new(), breaks: None };
    }
    let end = (place.offset + place.rows).min(table.rows.len());
    let rows = table.rows.get(place.offset..end).unwrap_or_default();
    let rows: Vec<String> = rows.iter().map(|row| format!("[{}]", row.join(","))).collect();
    let columns: Vec<String> =
        table.columns.iter().map(|(name, kind)| format!("{{\"name\":\"{name}\",\"type\":\"{kind}\"}}")).collect();
    let next = if end < table.rows.len() {
        serde_json::Value::from(format!("{}{}", place.link, token(end, place.fingerprint))).to_string()
    } else {
        "null".to_owned()
    };
    let (path, name) = (&scope.path, place.name);
    // Written by hand: numbers keep digits that no number type of a JSON library holds.
    let body = format!(
        "{{\"id\":\"{path}/providers/Microsoft.CostManagement/query/{name}\",\"name\":\"{name}\",\
         \"type\":\"Microsoft.CostManagement/query\",\"location\":null,\"sku\":null,\"eTag\":null,\
         \"properties\":{{\"nextLink\":{next},\"columns\":[{}],\"rows\":[{}]}}}}",
        columns.join(","),
        rows.join(",")
    );
    Reply::json_text(200, body.into_bytes())
}
