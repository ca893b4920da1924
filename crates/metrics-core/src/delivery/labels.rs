//! What labels of changes say: that it is a hotfix, and that it caused a failure.

use ahash::RandomState;
use hashbrown::HashMap;
use model::columns::Raw;
use model::delivery::DeliveryRules;
use model::names::comparable;

/// What the labels of a pull request say of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) is_hotfix: bool,
    pub(super) is_blamed: bool,
}

/// What is said by all labels that pull requests carry together, by their code: each is looked at once.
pub(super) struct Labels(HashMap<u32, Said, RandomState>);

impl Labels {
    pub(super) fn of(raw: &Raw, rules: &DeliveryRules) -> Self {
        let comparables = |labels: &[String]| labels.iter().map(|label| comparable(label)).collect::<Vec<_>>();
        let (hotfix, blamed) = (comparables(&rules.hotfix.labels), comparables(&rules.failure.labels));
        let mut known: HashMap<u32, Said, RandomState> = HashMap::default();
        for code in &raw.pull_requests.labels {
            known.entry(*code).or_insert_with(|| {
                let text = raw.dictionary.text(*code);
                let labels: Vec<String> = text.split(';').map(comparable).collect();
                let have_any = |wanted: &[String]| labels.iter().any(|label| wanted.contains(label));
                Said { is_hotfix: have_any(&hotfix), is_blamed: have_any(&blamed) }
            });
        }
        Self(known)
    }

    /// What the labels with a code say.
    pub(super) fn say(&self, code: u32) -> Said {
        self.0.get(&code).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use model::records::{Place, PullRequest};

    use super::*;
    use crate::RawBuilder;

    #[test]
    fn each_of_the_labels_may_say_it_however_it_is_written() {
        let mut builder = RawBuilder::new();
        let all = [vec![], vec!["docs", "HotFix"], vec!["caused-incident"], vec!["hotfixes"]];
        for (number, labels) in all.into_iter().enumerate() {
            let place = Place { number: number.to_string(), ..Place::default() };
            let labels = labels.into_iter().map(str::to_owned).collect();
            builder.pull_request(&PullRequest { place, labels, ..PullRequest::default() });
        }
        let raw = builder.build(model::Instant::default()).expect("readable");
        let mut rules = DeliveryRules::default();
        (rules.hotfix.labels, rules.failure.labels) = (vec!["hotfix".to_owned()], vec!["Caused-Incident".to_owned()]);
        let labels = Labels::of(&raw, &rules);
        let said: Vec<(bool, bool)> = raw
            .pull_requests
            .labels
            .iter()
            .map(|code| labels.say(*code))
            .map(|it| (it.is_hotfix, it.is_blamed))
            .collect();
        assert_eq!(said, [(false, false), (true, false), (false, true), (false, false)]);
    }
}
