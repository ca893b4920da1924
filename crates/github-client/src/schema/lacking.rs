//! Fields and types that a server's schema lacks of those that the connectors ask for.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use super::optional::{OPTIONAL, Optional, optional};
use super::own::{Kind, own};

/// Which server it is, and which parts it lacks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Lacking {
    /// Version of the Enterprise Server; `None` for GitHub itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) version: Option<String>,
    /// Types, fields, arguments and values, as in [`Optional::part`].
    #[serde(default)]
    pub(crate) parts: BTreeSet<String>,
}

/// What a server says of its types, by the alias of the question.
pub(crate) type Said = BTreeMap<String, Option<SaidType>>;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SaidType {
    name: Option<String>,
    fields: Option<Vec<SaidField>>,
    enum_values: Option<Vec<SaidName>>,
}

#[derive(Debug, Deserialize)]
struct SaidField {
    name: String,
    args: Option<Vec<SaidName>>,
}

#[derive(Debug, Deserialize)]
struct SaidName {
    name: String,
}

/// How much is asked beside the names of what there is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Extent {
    /// Arguments that are announced to go as well; old servers do not know how to tell.
    pub(crate) old_arguments: bool,
    /// What the question costs.
    pub(crate) cost: bool,
}

/// The question that a server answers with [`Said`].
pub(crate) fn question(extent: Extent) -> String {
    let arguments = if extent.old_arguments { "args(includeDeprecated: true)" } else { "args" };
    let mut text = String::from("query Schema {\n");
    if extent.cost {
        text.push_str("  rateLimit { cost limit remaining resetAt }\n");
    }
    for (number, name) in own().keys().enumerate() {
        let _ = writeln!(text, "  t{number}: __type(name: \"{name}\") {{ ...Parts }}");
    }
    let _ = write!(
        text,
        "}}\n\nfragment Parts on __Type {{\n  name\n  fields(includeDeprecated: true) {{ name {arguments} {{ name }} }}\n  \
         enumValues(includeDeprecated: true) {{ name }}\n}}\n"
    );
    text
}

impl Lacking {
    /// What is missing in an answer; `None` where the answer cannot be one, since every server has a type `Query`.
    pub(crate) fn read(said: Said, version: Option<String>) -> Option<Self> {
        let said: BTreeMap<String, SaidType> =
            said.into_values().flatten().filter_map(|of| Some((of.name.clone()?, of))).collect();
        said.get("Query")?.fields.as_ref()?;
        let mut parts = BTreeSet::new();
        for (name, kind) in own() {
            match (said.get(name), kind) {
                (None, _) => drop(parts.insert(name.clone())),
                (Some(said), Kind::Selectable(fields)) => {
                    let known = said.fields.as_deref().unwrap_or_default();
                    for (field, own) in fields {
                        let Some(known) = known.iter().find(|known| known.name == *field) else {
                            parts.insert(format!("{name}.{field}"));
                            continue;
                        };
                        let arguments = known.args.as_deref().unwrap_or_default();
                        let missing = own.arguments.keys().filter(|own| arguments.iter().all(|arg| arg.name != **own));
                        parts.extend(missing.map(|argument| format!("{name}.{field}({argument}:)")));
                    }
                }
                (Some(said), Kind::Values(values)) => {
                    let known = said.enum_values.as_deref().unwrap_or_default();
                    let missing = values.iter().filter(|value| known.iter().all(|known| known.name != **value));
                    parts.extend(missing.map(|value| format!("{name}.{value}")));
                }
            }
        }
        // What is asked for instead may be missing as well.
        for Optional { part, instead, .. } in &OPTIONAL {
            let Some((of, instead)) = part.split_once('.').zip(*instead).map(|((of, _), instead)| (of, instead)) else {
                continue;
            };
            let fields = said.get(of).and_then(|of| of.fields.as_deref()).unwrap_or_default();
            if parts.contains(*part) && fields.iter().all(|field| field.name != instead) {
                parts.insert(format!("{of}.{instead}"));
            }
        }
        Some(Self { version, parts })
    }

    pub(crate) fn has(&self, part: &str) -> bool {
        !self.parts.contains(part)
    }

    /// What an import cannot know from this server, in one line; `None` where nothing is missing.
    pub(crate) fn notice(&self) -> Option<String> {
        let missing: Vec<&Optional> = self.parts.iter().filter_map(|part| self.unreplaced(part)).collect();
        if missing.is_empty() {
            return None;
        }
        let names = missing.iter().map(|optional| optional.part).collect::<Vec<_>>().join(", ");
        let without: BTreeSet<&str> = missing.iter().map(|optional| optional.without).collect();
        let without = without.into_iter().collect::<Vec<_>>().join("; ");
        Some(format!("{} does not have all that is asked for, left out: {names}; therefore {without}", self.server()))
    }

    fn unreplaced(&self, part: &str) -> Option<&'static Optional> {
        let of = part.split('.').next().unwrap_or_default();
        optional(part).filter(|optional| optional.instead.is_none_or(|instead| !self.has(&format!("{of}.{instead}"))))
    }

    /// How people call the server.
    pub(crate) fn server(&self) -> String {
        self.version
            .as_ref()
            .map_or_else(|| "GitHub".to_owned(), |version| format!("GitHub Enterprise Server {version}"))
    }
}
