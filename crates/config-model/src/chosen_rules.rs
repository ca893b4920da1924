//! The key `metrics.rules`: a set of definitions, and single ones that are not the set's.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use model::rules::RuleSet;
use model::single_rules::SingleRule;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, Deserializer, MapAccess, Visitor};
use serde::ser::SerializeMap as _;
use serde::{Deserialize, Serialize, Serializer};

use crate::ConfigError;

const SETS: [RuleSet; 2] = [RuleSet::Flow, RuleSet::CtoStats];

/// A rule set, `flow` by default, and the rules that are chosen by themselves.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ChosenRules {
    /// The set.
    pub set: RuleSet,
    /// Each rule that is named, with the set whose choice it follows.
    pub single: BTreeMap<SingleRule, RuleSet>,
}

impl ChosenRules {
    /// The rules that are not those of the set.
    pub(crate) fn overridden(&self) -> BTreeSet<SingleRule> {
        self.single.iter().filter(|(_, follows)| **follows != self.set).map(|(rule, _)| *rule).collect()
    }

    /// An error for a rule that the set cannot do with, with the reason.
    pub(crate) fn check(&self, file: &str) -> Result<(), ConfigError> {
        let refused = |rule: SingleRule| rule.bound_to(self.set).map(|reason| (rule, reason));
        let Some((rule, reason)) = self.overridden().into_iter().find_map(refused) else { return Ok(()) };
        let (set, other) = (self.set, self.set.other());
        let message = format!(
            "rule set {} is bound to `{}`: {reason}; take the line out, or use set: {}, which has `{}`",
            set.name(),
            rule.choice(set),
            other.name(),
            rule.choice(other),
        );
        Err(ConfigError::at_key(file, &format!("metrics.rules.{}", rule.name()), message))
    }
}

/// As a mapping, so that a variable of the environment may lay a single rule over it.
impl Serialize for ChosenRules {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("set", &self.set)?;
        for (rule, follows) in &self.single {
            map.serialize_entry(rule.name(), rule.choice(*follows))?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for ChosenRules {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Chosen)
    }
}

struct Chosen;

impl<'de> Visitor<'de> for Chosen {
    type Value = ChosenRules;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("`flow`, `cto-stats`, or `{set: flow, means_over_nothing: zero}`")
    }

    fn visit_str<E: de::Error>(self, name: &str) -> Result<ChosenRules, E> {
        Ok(ChosenRules { set: set(name)?, single: BTreeMap::new() })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<ChosenRules, A::Error> {
        let mut chosen = ChosenRules::default();
        let mut seen = BTreeSet::new();
        while let Some(name) = map.next_key::<String>()? {
            if name == "set" {
                chosen.set = set(&map.next_value::<String>()?)?;
            } else {
                let rule = rule(&name)?;
                chosen.single.insert(rule, map.next_value_seed(Choice(rule))?);
            }
            if !seen.insert(name.clone()) {
                return Err(de::Error::custom(format_args!("`{name}` is listed twice; keep one")));
            }
        }
        Ok(chosen)
    }
}

fn set<E: de::Error>(name: &str) -> Result<RuleSet, E> {
    let known = SETS.into_iter().find(|set| set.name() == name);
    known.ok_or_else(|| E::custom(format_args!("`{name}` is no rule set; give `flow` or `cto-stats`")))
}

fn rule<E: de::Error>(name: &str) -> Result<SingleRule, E> {
    let known = SingleRule::ALL.into_iter().find(|rule| rule.name() == name);
    known.ok_or_else(|| {
        let names: Vec<&str> = SingleRule::ALL.into_iter().map(SingleRule::name).collect();
        E::custom(format_args!("`{name}` is no rule; there are set, {}", names.join(", ")))
    })
}

/// What is chosen of a rule.
struct Choice(SingleRule);

impl Choice {
    fn choices(&self) -> String {
        SETS.map(|set| format!("`{}` ({})", self.0.choice(set), set.name())).join(" or ")
    }
}

impl<'de> de::DeserializeSeed<'de> for Choice {
    type Value = RuleSet;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<RuleSet, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Visitor<'_> for Choice {
    type Value = RuleSet;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.choices())
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<RuleSet, E> {
        let known = SETS.into_iter().find(|set| self.0.choice(*set) == text);
        known.ok_or_else(|| E::custom(format_args!("`{text}` is no choice; give {}", self.choices())))
    }
}

impl JsonSchema for ChosenRules {
    fn schema_name() -> Cow<'static, str> {
        "ChosenRules".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let set = json_schema!({ "type": "string", "enum": SETS.map(RuleSet::name) });
        let single = SingleRule::ALL.map(|rule| {
            let choices = json_schema!({ "type": "string", "enum": SETS.map(|set| rule.choice(set)) });
            (rule.name().to_owned(), choices.to_value())
        });
        let properties: serde_json::Map<_, _> =
            std::iter::once(("set".to_owned(), set.clone().to_value())).chain(single).collect();
        json_schema!({
            "anyOf": [set, { "type": "object", "properties": properties, "additionalProperties": false }]
        })
    }
}
