//! The key `gitlab`.

use std::borrow::Cow;
use std::fmt;

use model::gitlab::{LabelBoard, LabelColumns, host_of, is_at_or_below};
use model::names::visible;
use model::rules::ProjectRules;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::MapAccessDeserializer;
use serde::de::{self, Deserializer, MapAccess, Visitor};
use serde::{Deserialize, Serialize, Serializer};

use crate::ConfigError;
use crate::boards::GitlabBoard;
use crate::scalar::{absent_if_null, flag};

/// The key `gitlab`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Gitlab {
    /// Address of the server, with its path if it has one; <https://gitlab.com> by default. `GITLAB_URL` goes above it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Groups that are imported, by their paths: `acme`, `acme/shop`. Each with the groups below it.
    #[serde(default, deserialize_with = "absent_if_null")]
    #[schemars(with = "Option<Vec<String>>")]
    pub groups: Vec<String>,
    /// Labels and statuses that make boards, and how the boards' columns are read.
    #[serde(default, deserialize_with = "absent_if_null")]
    #[schemars(with = "Option<Vec<GitlabBoard>>")]
    pub boards: Vec<GitlabBoard>,
    /// Whether imports ask for which iterations issues were planned, `false` by default: that is one more call for each
    /// issue, and GitLab has iterations on Premium and Ultimate.
    #[serde(default, deserialize_with = "flag")]
    #[schemars(with = "Option<bool>")]
    pub iterations: bool,
}

/// Which labels are the columns of a board: `scope` or `labels`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "`{scope: workflow}` or `{labels: [To Do, Doing]}`")]
pub struct LabelKeys {
    /// Key of scoped labels: `workflow` for `workflow::dev`, `workflow::review`, …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// Labels from left to right; an issue with several is in the column furthest to the right.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub labels: Option<Vec<String>>,
}

/// The key `columns` of a board: `status` for GitLab's own statuses, else which labels.
#[derive(Clone, Debug, PartialEq)]
pub enum BoardColumns {
    /// Labels.
    Labels(LabelKeys),
    /// Statuses.
    Status,
}

const STATUS: &str = "status";

impl Default for BoardColumns {
    fn default() -> Self {
        Self::Labels(LabelKeys::default())
    }
}

impl Serialize for BoardColumns {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Labels(keys) => keys.serialize(serializer),
            Self::Status => serializer.serialize_str(STATUS),
        }
    }
}

impl<'de> Deserialize<'de> for BoardColumns {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Columns;
        impl<'de> Visitor<'de> for Columns {
            type Value = BoardColumns;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("`status`, `{scope: workflow}` or `{labels: [To Do, Doing]}`")
            }
            fn visit_str<E: de::Error>(self, word: &str) -> Result<BoardColumns, E> {
                if word == STATUS {
                    return Ok(BoardColumns::Status);
                }
                Err(E::invalid_value(de::Unexpected::Str(word), &self))
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<BoardColumns, A::Error> {
                LabelKeys::deserialize(MapAccessDeserializer::new(map)).map(BoardColumns::Labels)
            }
        }
        deserializer.deserialize_any(Columns)
    }
}

impl JsonSchema for BoardColumns {
    fn schema_name() -> Cow<'static, str> {
        "BoardColumns".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let keys = generator.subschema_for::<LabelKeys>();
        json_schema!({ "anyOf": [{ "type": "string", "enum": [STATUS] }, keys] })
    }
}

/// What is wrong: the key below `gitlab`, and a message.
type Wrong = (String, String);

impl Gitlab {
    /// Address of the server, without a slash at its end.
    pub fn address(&self) -> &str {
        self.url.as_deref().unwrap_or("https://gitlab.com").trim().trim_end_matches('/')
    }

    /// Its host in rows, empty where the address has none (which no configuration that was read has).
    pub fn host(&self) -> String {
        host_of(self.address()).unwrap_or_default()
    }

    /// The boards that labels and statuses make, in the order of the configuration, those that are excluded too.
    pub fn label_boards(&self) -> Vec<LabelBoard> {
        self.boards.iter().map(GitlabBoard::label_board).collect()
    }

    /// How the boards are read. Their ids are those with the group's path, which `Rules::find_boards` turns into those
    /// of the data.
    pub(crate) fn project_rules(&self) -> impl Iterator<Item = ProjectRules> {
        let host = self.host();
        self.boards.iter().map(move |board| {
            let label_board = board.label_board();
            board.rules(label_board.id(&host, &label_board.group))
        })
    }

    /// What is wrong although every key and type is right.
    pub(crate) fn check(&self, file: &str) -> Result<(), ConfigError> {
        let checked = self.check_address().and_then(|()| self.check_groups()).and_then(|()| self.check_boards());
        checked.map_err(|(key, message)| ConfigError::at_key(file, &format!("gitlab.{key}"), message))
    }

    fn check_address(&self) -> Result<(), Wrong> {
        let address = self.address();
        let is_address = ["https://", "http://"].iter().any(|scheme| address.starts_with(scheme));
        if is_address && host_of(address).is_some() {
            return Ok(());
        }
        let message = "an address must begin with https:// (http:// on this computer only) and name a host";
        Err(("url".to_owned(), message.to_owned()))
    }

    fn check_groups(&self) -> Result<(), Wrong> {
        for (index, group) in self.groups.iter().enumerate() {
            let key = || format!("groups[{index}]");
            check_path(group).map_err(|message| (key(), message))?;
            let others = self.groups.iter().enumerate().filter(|(other, _)| *other != index);
            for (other, above) in others {
                if is_at_or_below(group, above) && (index > other || !group.eq_ignore_ascii_case(above)) {
                    let message = format!("{group} is imported with {above} of gitlab.groups[{other}]; take it out");
                    return Err((key(), message));
                }
            }
        }
        Ok(())
    }

    fn check_boards(&self) -> Result<(), Wrong> {
        for (index, board) in self.boards.iter().enumerate() {
            let key = format!("boards[{index}]");
            let at = |name: &str, message: String| Err((format!("{key}.{name}"), message));
            if let Err(message) = check_path(&board.group) {
                return at("group", message);
            }
            let group = &board.group;
            let is_imported = |one: &String| is_at_or_below(group, one) || is_at_or_below(one, group);
            if !self.groups.is_empty() && !self.groups.iter().any(is_imported) {
                return at(
                    "group",
                    format!("nothing of {group} is in gitlab.groups; add it there, or take the board out"),
                );
            }
            board.check_columns().map_err(|(name, message)| (format!("{key}.{name}"), message))?;
            let id = |board: &GitlabBoard| board.label_board().id("", &board.group).to_lowercase();
            if let Some(first) = self.boards[..index].iter().position(|other| id(other) == id(board)) {
                let message = match board.label_board().columns {
                    LabelColumns::Scope(scope) => format!(
                        "the scope {scope} of {group} is listed twice, first as gitlab.boards[{first}]; join the two entries"
                    ),
                    LabelColumns::Labels(_) => format!(
                        "{group} has two boards of this name, first gitlab.boards[{first}]; give them different names"
                    ),
                    LabelColumns::Statuses => format!(
                        "the statuses of {group} are listed twice, first as gitlab.boards[{first}]; join the two entries"
                    ),
                };
                return Err((key, message));
            }
        }
        Ok(())
    }
}

impl GitlabBoard {
    /// The labels or statuses, as the model knows them. Without columns, which no configuration that was read is, a list of none.
    fn label_board(&self) -> LabelBoard {
        let columns = match &self.columns {
            BoardColumns::Status => LabelColumns::Statuses,
            BoardColumns::Labels(LabelKeys { scope: Some(scope), .. }) => LabelColumns::Scope(scope.clone()),
            BoardColumns::Labels(LabelKeys { labels, .. }) => LabelColumns::Labels(labels.clone().unwrap_or_default()),
        };
        LabelBoard { group: self.group.clone(), name: self.name.clone(), columns }
    }

    fn check_columns(&self) -> Result<(), Wrong> {
        let at = |key: &str, message: &str| Err((key.to_owned(), message.to_owned()));
        let BoardColumns::Labels(LabelKeys { scope, labels }) = &self.columns else { return Ok(()) };
        match (scope, labels) {
            (None, None) => at(
                "columns",
                "say which labels are the columns: {scope: workflow} for workflow::dev and its like, or {labels: [To Do, Doing]}; \
                 or status for GitLab's own statuses",
            ),
            (Some(_), Some(_)) => {
                at("columns", "scope and labels are two kinds of boards; keep one, or make two boards")
            }
            (Some(scope), None) => self.check_scope(scope),
            (None, Some(labels)) => {
                if self.name.trim().is_empty() {
                    return at("name", "a board of a list of labels needs a name, by which it is known");
                }
                if labels.is_empty() {
                    return at("columns.labels", "is empty; name the labels from left to right");
                }
                for (index, label) in labels.iter().enumerate() {
                    let key = format!("columns.labels[{index}]");
                    if label.trim().is_empty() {
                        return at(&key, "is empty; give it a name or take it out");
                    }
                    if labels[..index].contains(label) {
                        return at(&key, &format!("`{}` is listed twice; keep one", visible(label)));
                    }
                }
                Ok(())
            }
        }
    }

    fn check_scope(&self, scope: &str) -> Result<(), Wrong> {
        let at = |key: &str, message: String| Err((key.to_owned(), message));
        if scope.trim().is_empty() {
            return at("columns.scope", "is empty; write workflow for workflow::dev and its like".to_owned());
        }
        if let Some(bare) = scope.strip_suffix("::") {
            return at("columns.scope", format!("write `{bare}`, without the colons"));
        }
        let rules = self.rules(String::new());
        let prefix = format!("{scope}::");
        for (name, columns) in rules.columns() {
            if let Some(bare) = columns.iter().find_map(|column| column.trim().strip_prefix(&prefix)) {
                return at(name, format!("columns are named without their scope: write `{bare}` for `{prefix}{bare}`"));
            }
        }
        Ok(())
    }
}

fn check_path(path: &str) -> Result<(), String> {
    if path.trim().is_empty() {
        return Err("a group needs its path: acme, or acme/shop".to_owned());
    }
    let is_part =
        |part: &str| !part.is_empty() && !part.contains(|letter: char| letter.is_whitespace() || letter == ':');
    if path.split('/').all(is_part) {
        return Ok(());
    }
    Err(format!("`{}` is no path of a group: write acme, or acme/shop", visible(path)))
}
