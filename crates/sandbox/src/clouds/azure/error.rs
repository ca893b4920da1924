//! Error replies of Azure.

use serde_json::json;

use crate::server::reply::Reply;

/// An error as the resource manager writes it.
pub(crate) fn refuse(status: u16, code: &str, message: &str) -> Reply {
    Reply::json(status, &json!({ "error": { "code": code, "message": message } }))
}

/// A wrong query.
pub(crate) fn bad_request(message: &str) -> Reply {
    refuse(400, "BadRequest", message)
}

/// An error of the token endpoint: `number` is that of the AADSTS code.
pub(crate) fn no_token(status: u16, error: &str, number: u32, message: &str) -> Reply {
    let body = json!({
        "error": error,
        "error_description": format!("AADSTS{number}: {message}"),
        "error_codes": [number],
        "timestamp": "2026-01-01 00:00:00Z",
        "trace_id": "00000000-0000-0000-0000-000000000000",
        "correlation_id": "00000000-0000-0000-0000-000000000000",
        "error_uri": format!("https://login.microsoftonline.com/error?code={number}"),
    });
    Reply::json(status, &body)
}

/// The page of a gateway.
pub(crate) fn bad_gateway() -> Reply {
    let page = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1>\
                </center>\r\n<hr><center>Microsoft-Azure-Application-Gateway/v2</center>\r\n</body>\r\n</html>\r\n";
    Reply {
        status: 502,
        headers: vec![("content-type", "text/html".to_owned())],
        body: page.as_bytes().to_vec(),
        breaks: None,
    }
}
