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
