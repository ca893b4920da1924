//! Fields of a JSON object, and what is wrong with them in the words of JSON Schema validators.

use model::Instant;
use serde::de::DeserializeOwned;
use serde_json::error::Category;
use serde_json::{Map, Value, json};

/// Longest text of a field in characters: what is longer is no id, name, title or address.
const LONGEST: usize = 1_000;

/// Why a body is not taken.
#[derive(Clone, Debug, PartialEq)]
pub enum Refused {
    /// It is no JSON object; why.
    Malformed(String),
    /// Fields are wrong, each in a way of its own.
    Invalid(Vec<FieldError>),
}

/// What is wrong with one field.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldError {
    /// Address of the value, `/started_at`; empty for the whole body.
    pub instance_path: String,
    /// Address of the rule, `#/properties/started_at/format`.
    pub schema_path: String,
    /// What is asked for: `required`, `type`, `enum`, `format`, …
    pub keyword: &'static str,
    /// What exactly.
    pub params: Value,
    /// The same in words.
    pub message: String,
}

impl FieldError {
    /// A property of an object is missing.
    pub(crate) fn missing(path: &str, name: &str) -> Self {
        Self {
            instance_path: path.to_owned(),
            schema_path: "#/required".to_owned(),
            keyword: "required",
            params: json!({ "missingProperty": name }),
            message: format!("must have required property '{name}'"),
        }
    }

    /// A property of an object is not as a rule asks for.
    pub(crate) fn wrong(path: &str, name: &str, keyword: &'static str, params: Value, message: String) -> Self {
        Self {
            instance_path: format!("{path}/{name}"),
            schema_path: format!("#/properties/{name}/{keyword}"),
            keyword,
            params,
            message,
        }
    }

    /// A property is no time.
    pub(crate) fn no_time(path: &str, name: &str) -> Self {
        let message = "must match format \"date-time\"".to_owned();
        Self::wrong(path, name, "format", json!({ "format": "date-time" }), message)
    }

    /// As validators write it.
    pub fn to_json(&self) -> Value {
        json!({
            "instancePath": self.instance_path,
            "schemaPath": self.schema_path,
            "keyword": self.keyword,
            "params": self.params,
            "message": self.message,
        })
    }
}

/// The fields of one object, and what was found wrong while they were read.
#[derive(Debug)]
pub(crate) struct Fields {
    object: Map<String, Value>,
    /// Address of the object within the body.
    path: String,
    errors: Vec<FieldError>,
}

impl Fields {
    /// Of a body; nothing at all is an object without fields.
    pub(crate) fn of_body(body: &[u8]) -> Result<Self, Refused> {
        if body.trim_ascii().is_empty() {
            return Ok(Self::of(Map::new(), String::new()));
        }
        Ok(Self::of(object_of(body)?, String::new()))
    }

    fn of(object: Map<String, Value>, path: String) -> Self {
        Self { object, path, errors: Vec::new() }
    }

    /// The value of the first of some names that is there and not null.
    fn value(&self, names: &[&'static str]) -> Option<(&'static str, &Value)> {
        names
            .iter()
            .find_map(|name| self.object.get(*name).filter(|value| !value.is_null()).map(|value| (*name, value)))
    }

    fn wrong(&mut self, name: &str, keyword: &'static str, params: Value, message: String) {
        self.errors.push(FieldError::wrong(&self.path, name, keyword, params, message));
    }

    /// A text is not as something else asks for.
    pub(crate) fn refuse(&mut self, name: &str, keyword: &'static str, wanted: &str, message: &str) {
        self.wrong(name, keyword, json!({ keyword: wanted }), message.to_owned());
    }

    fn missing(&mut self, name: &str) {
        self.errors.push(FieldError::missing(&self.path, name));
    }

    fn wrong_type(&mut self, name: &str, wanted: &'static str) {
        self.wrong(name, "type", json!({ "type": wanted }), format!("must be {wanted}"));
    }

    /// A text under one of some names; empty where none is told.
    pub(crate) fn text_of(&mut self, names: &[&'static str]) -> String {
        let Some((name, value)) = self.value(names) else { return String::new() };
        let text = match value {
            Value::String(text) => text.trim().to_owned(),
            Value::Number(number) => number.to_string(),
            Value::Bool(flag) => flag.to_string(),
            _ => {
                self.wrong_type(name, "string");
                return String::new();
            }
        };
        if text.chars().count() > LONGEST {
            let message = format!("must NOT have more than {LONGEST} characters");
            self.wrong(name, "maxLength", json!({ "limit": LONGEST }), message);
            return String::new();
        }
        text
    }

    /// The same of one name.
    pub(crate) fn text(&mut self, name: &'static str) -> String {
        self.text_of(&[name])
    }

    /// A text that must be told.
    pub(crate) fn required_of(&mut self, names: &[&'static str]) -> String {
        let before = self.errors.len();
        let text = self.text_of(names);
        if text.is_empty() && self.errors.len() == before {
            self.missing(names[0]);
        }
        text
    }

    /// The same of one name.
    pub(crate) fn required(&mut self, name: &'static str) -> String {
        self.required_of(&[name])
    }

    /// A time with its offset from UTC.
    pub(crate) fn instant_of(&mut self, names: &[&'static str]) -> Option<Instant> {
        let (name, value) = self.value(names)?;
        let Value::String(text) = value else {
            self.wrong_type(name, "string");
            return None;
        };
        let at = Instant::parse_told(text.trim()).filter(|at| *at != Instant::default());
        if at.is_none() {
            self.errors.push(FieldError::no_time(&self.path, name));
        }
        at
    }

    /// The same of one name.
    pub(crate) fn instant(&mut self, name: &'static str) -> Option<Instant> {
        self.instant_of(&[name])
    }

    /// A time that must be told.
    pub(crate) fn required_instant_of(&mut self, names: &[&'static str]) -> Option<Instant> {
        if self.value(names).is_none() {
            self.missing(names[0]);
        }
        self.instant_of(names)
    }

    /// How many there are of something; `None` where it is not told.
    pub(crate) fn count(&mut self, name: &'static str) -> Option<i64> {
        let (_, value) = self.value(&[name])?;
        let count = match value {
            // Some write whole numbers with a point.
            Value::Number(number) => number.as_i64().or_else(|| whole(number.as_f64()?)),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        if count.is_none() {
            self.wrong_type(name, "integer");
        } else if count < Some(0) {
            let params = json!({ "comparison": ">=", "limit": 0 });
            self.wrong(name, "minimum", params, "must be >= 0".to_owned());
        }
        count
    }

    /// A truth value that must be told.
    pub(crate) fn required_flag(&mut self, name: &'static str) -> bool {
        if self.value(&[name]).is_none() {
            self.missing(name);
        }
        self.flag(name)
    }

    /// A truth value; false where none is told.
    pub(crate) fn flag(&mut self, name: &'static str) -> bool {
        let Some((_, value)) = self.value(&[name]) else { return false };
        let flag = match value {
            Value::Bool(flag) => Some(*flag),
            Value::String(text) if text == "true" => Some(true),
            Value::String(text) if text == "false" => Some(false),
            Value::Number(number) if number.as_i64() == Some(1) => Some(true),
            Value::Number(number) if number.as_i64() == Some(0) => Some(false),
            _ => None,
        };
        if flag.is_none() {
            self.wrong_type(name, "boolean");
        }
        flag.unwrap_or_default()
    }

    /// One of some words, in whatever letters; `None` where none is told.
    pub(crate) fn word<T: Copy>(&mut self, names: &[&'static str], words: &[(&str, T)]) -> Option<T> {
        let text = self.text_of(names);
        if text.is_empty() {
            return None;
        }
        let found = words.iter().find(|(word, _)| word.eq_ignore_ascii_case(&text)).map(|(_, value)| *value);
        if found.is_none() {
            let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            let name = self.value(names).map_or(names[0], |(name, _)| name);
            let message = "must be equal to one of the allowed values".to_owned();
            self.wrong(name, "enum", json!({ "allowedValues": known }), message);
        }
        found
    }

    /// A list of texts; none where none is told.
    pub(crate) fn texts(&mut self, name: &'static str) -> Vec<String> {
        let Some((_, value)) = self.value(&[name]) else { return Vec::new() };
        let texts = value.as_array().map(|list| list.iter().map(|it| it.as_str().map(str::to_owned)).collect());
        let Some(texts) = texts else {
            self.wrong_type(name, "array");
            return Vec::new();
        };
        let texts: Option<Vec<String>> = texts;
        if texts.is_none() {
            self.wrong_type(name, "array of strings");
        }
        texts.unwrap_or_default()
    }

    /// A list of texts that are all of a form.
    pub(crate) fn texts_like(&mut self, name: &'static str, pattern: &str, is_so: fn(&str) -> bool) -> Vec<String> {
        let texts = self.texts(name);
        if let Some(place) = texts.iter().position(|text| !is_so(text)) {
            let name = format!("{name}/{place}");
            self.refuse(&name, "pattern", pattern, &format!("must match pattern \"{pattern}\""));
            return Vec::new();
        }
        texts
    }

    /// The objects of a list under one of some names; `None` where there is no such list.
    pub(crate) fn objects(&mut self, names: &[&'static str]) -> Option<Vec<Self>> {
        let (name, value) = self.value(names)?;
        let Value::Array(list) = value.clone() else {
            self.wrong_type(name, "array");
            return None;
        };
        let mut objects = Vec::new();
        for (place, value) in list.into_iter().enumerate() {
            let path = format!("{}/{name}/{place}", self.path);
            match value {
                Value::Object(object) => objects.push(Self::of(object, path)),
                _ => self.wrong_type(name, "array of objects"),
            }
        }
        Some(objects)
    }

    /// An id in the body beside the one of the address: it must be the same.
    pub(crate) fn same(&mut self, name: &'static str, wanted: &str) {
        let text = self.text(name);
        if !text.is_empty() && text != wanted {
            let message = "must be equal to constant".to_owned();
            self.wrong(name, "const", json!({ "allowedValue": wanted }), message);
        }
    }

    /// Takes over what was found wrong in a part.
    pub(crate) fn take_errors(&mut self, part: &mut Self) {
        self.errors.append(&mut part.errors);
    }

    /// What was made of the fields, unless something is wrong with them.
    pub(crate) fn done<T>(self, told: T) -> Result<T, Refused> {
        if self.errors.is_empty() { Ok(told) } else { Err(Refused::Invalid(self.errors)) }
    }
}

/// A number without a fraction, as far as those are exact.
fn whole(number: f64) -> Option<i64> {
    const MOST: f64 = 9_007_199_254_740_992.0;
    (number.fract() == 0.0 && number.abs() <= MOST).then_some(number as i64)
}

/// What a body holds, which must be an object.
pub(crate) fn object_of<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refused> {
    serde_json::from_slice(body).map_err(|error| {
        // What the body holds is not repeated.
        let place = format!("line {}, column {}", error.line(), error.column());
        Refused::Malformed(match error.classify() {
            Category::Data => format!("the body must be a JSON object in the form that is asked for ({place})"),
            _ => format!("the body is not JSON ({place})"),
        })
    })
}
