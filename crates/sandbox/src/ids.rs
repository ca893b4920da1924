//! Ids in the shape of GitHub's node ids.

use crate::random::mix;

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// A node id: the kind's prefix and eleven letters that differ for every number of that kind.
pub(crate) fn node_id(prefix: &str, number: u64) -> String {
    let mut id = String::with_capacity(prefix.len() + 11);
    id.push_str(prefix);
    let mut rest = mix(number);
    for _ in 0..11 {
        id.push(ALPHABET[(rest & 63) as usize] as char);
        rest >>= 6;
    }
    id
}

/// An object id of git: forty hexadecimal digits.
pub(crate) fn object_id(number: u64) -> String {
    let words = [mix(number), mix(number ^ 0x5555), mix(number ^ 0xAAAA)];
    format!("{:016x}{:016x}{:08x}", words[0], words[1], words[2] as u32)
}

/// An object id of git for a commit on the branch of a pull request with this node id, by its place.
pub(crate) fn branch_object_id(pull_request_id: &str, place: usize) -> String {
    let seed = format!("{pull_request_id}:{place}");
    let (high, middle, low) = (fnv1a(&seed), fnv1a(&format!("{seed}:middle")), fnv1a(&format!("{seed}:low")));
    format!("{high:016x}{middle:016x}{:08x}", low as u32)
}

/// A stable number for a text.
pub(crate) fn fnv1a(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
