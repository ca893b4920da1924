//! Digests of cache keys and versions; not cryptographic.

use std::hash::{DefaultHasher, Hash, Hasher as _};

/// 32 hexadecimal digits that differ when the parts do. Stable within one build; not for secrets.
pub(crate) fn digest(parts: &(impl Hash + ?Sized)) -> String {
    let half = |salt: u8| {
        let mut hasher = DefaultHasher::new();
        salt.hash(&mut hasher);
        parts.hash(&mut hasher);
        hasher.finish()
    };
    format!("{:016x}{:016x}", half(1), half(2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_border_between_parts_counts() {
        assert_ne!(digest(&["ab", "c"]), digest(&["a", "bc"]));
        assert_eq!(digest(&["ab", "c"]), digest(&["ab", "c"]));
    }
}
