//! A reply that is small on the way and large when it is unpacked.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use provider::LARGEST_REPLY;
use wiremock::ResponseTemplate;

/// A reply of a few kilobytes that has more than [`LARGEST_REPLY`] bytes when it is unpacked.
pub fn too_large() -> ResponseTemplate {
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    let blanks = vec![b' '; 1 << 20];
    for _ in 0..=LARGEST_REPLY / blanks.len() {
        packed.write_all(&blanks).expect("writing to memory does not fail");
    }
    let body = packed.finish().expect("writing to memory does not fail");
    ResponseTemplate::new(200).set_body_raw(body, "application/json").insert_header("content-encoding", "gzip")
}
