//! Reload trigger: the data is loaded again once it has come to rest, or has not for a while.

/// Looks that data in motion, such as that of a running import, is waited for before it is loaded all the same.
const MOST_LOOKS: u32 = 10;

/// What was seen of the data's version.
#[derive(Debug)]
pub(crate) struct Changes {
    /// The version that is served.
    served: String,
    /// The version that could not be loaded.
    failed: Option<String>,
    /// The version at the last look.
    last: String,
    /// Looks since the data was other than what is served.
    waited: u32,
}

impl Changes {
    /// Nothing has changed yet since this version was served.
    pub(crate) fn since(served: String) -> Self {
        Self { last: served.clone(), served, failed: None, waited: 0 }
    }

    /// Takes one look's version in; whether to load now.
    ///
    /// What failed to load is tried again when it changes, and else only now and then.
    pub(crate) fn seen(&mut self, version: &str) -> bool {
        let at_rest = self.last == version && self.failed.as_deref() != Some(version);
        if self.last != version {
            version.clone_into(&mut self.last);
        }
        if version == self.served && self.failed.is_none() {
            self.waited = 0;
            return false;
        }
        self.waited += 1;
        at_rest || self.waited >= MOST_LOOKS
    }

    /// The version was loaded and is served.
    pub(crate) fn served(&mut self, version: String) {
        *self = Self::since(version);
    }

    /// The version could not be loaded, or could not even be told.
    pub(crate) fn failed(&mut self, version: Option<String>) {
        self.failed = Some(version.unwrap_or_default());
        self.waited = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn looks(changes: &mut Changes, versions: &[&str]) -> Vec<bool> {
        versions.iter().map(|version| changes.seen(version)).collect()
    }

    #[test]
    fn a_change_is_loaded_when_it_was_seen_twice() {
        let mut changes = Changes::since("a".into());
        assert_eq!(looks(&mut changes, &["a", "a", "b", "b"]), [false, false, false, true]);
        changes.served("b".into());
        assert_eq!(looks(&mut changes, &["b", "c", "c"]), [false, false, true]);
    }

    #[test]
    fn data_that_never_rests_is_loaded_at_the_tenth_look() {
        let mut changes = Changes::since("0".into());
        let versions: Vec<String> = (1..=10).map(|number| number.to_string()).collect();
        let loads: Vec<bool> = versions.iter().map(|version| changes.seen(version)).collect();
        assert_eq!(loads.iter().position(|load| *load), Some(9));
    }

    #[test]
    fn what_failed_is_tried_again_at_once_when_it_changes_and_else_at_the_tenth_look() {
        let mut changes = Changes::since("a".into());
        assert_eq!(looks(&mut changes, &["b", "b"]), [false, true]);
        changes.failed(Some("b".into()));
        assert_eq!(looks(&mut changes, &["b", "c", "c"]), [false, false, true]);
        changes.failed(Some("c".into()));
        assert_eq!(looks(&mut changes, &["c"; 10]).iter().position(|load| *load), Some(9));
    }

    #[test]
    fn what_comes_back_to_the_served_version_after_a_failure_is_loaded_again() {
        let mut changes = Changes::since("a".into());
        changes.failed(None);
        assert_eq!(looks(&mut changes, &["a"]), [true]);
        changes.served("a".into());
        assert_eq!(looks(&mut changes, &["a"]), [false]);
    }
}
