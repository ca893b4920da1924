//! Parsing of the struct and its attributes into a table's declaration.

use proc_macro2::Span;
use syn::meta::ParseNestedMeta;
use syn::punctuated::Punctuated;
use syn::{
    Attribute, Data, DeriveInput, Error, Expr, ExprLit, Fields, GenericArgument, Ident, Lit, LitStr, Meta,
    PathArguments, Result, Token, Type, Visibility, parenthesized,
};

/// A table.
pub(crate) struct Declaration<'a> {
    pub(crate) row: &'a Ident,
    pub(crate) visibility: &'a Visibility,
    pub(crate) doc: String,
    pub(crate) table: LitStr,
    pub(crate) key: Vec<LitStr>,
    /// Name of the struct of arrays, if one is made.
    pub(crate) columns: Option<Ident>,
    pub(crate) owner: Owner,
    /// Columns of the owner behind the others.
    pub(crate) after: Vec<Ident>,
    pub(crate) fields: Vec<Field<'a>>,
}

/// How rows of the struct of arrays are tied to others.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Owner {
    None,
    Place,
    Issue,
    PullRequest,
    Card,
}

/// A field of a row.
pub(crate) struct Field<'a> {
    pub(crate) ident: &'a Ident,
    pub(crate) ty: &'a Type,
    pub(crate) doc: String,
    pub(crate) name: String,
    pub(crate) cell: Cell,
    /// The words without a value, as `original`.
    said: Vec<Word>,
    /// Columns of the owner in front of this one.
    pub(crate) before: Vec<Ident>,
}

/// Type of a column's cells.
pub(crate) enum Cell {
    /// No column.
    Skipped,
    Text,
    /// A text that is a web address.
    Address,
    /// A text that is the object id of a commit.
    ObjectId,
    /// Texts joined by `;` that are object ids.
    ObjectIds,
    Code,
    /// A text that may be untold.
    OptionalCode,
    /// A list joined by `;`, stored as a code.
    JoinedList,
    /// A list stored as JSON.
    List,
    Bool,
    Int,
    OptionalInt,
    Instant,
    OptionalInstant,
    Month,
    Amount,
    /// A kind that we name ourselves.
    Kind,
    /// A kind that a provider names; the type of the known ones.
    Told(Box<Type>),
}

/// What a column says without a value.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Word {
    Original,
    Address,
    ObjectId,
    ObjectIds,
    Code,
    InRow,
    Json,
    Engine,
    Required,
    Skip,
}

impl Word {
    fn named(text: &str) -> Option<Self> {
        Some(match text {
            "original" => Self::Original,
            "address" => Self::Address,
            "object_id" => Self::ObjectId,
            "object_ids" => Self::ObjectIds,
            "code" => Self::Code,
            "in_row" => Self::InRow,
            "json" => Self::Json,
            "engine" => Self::Engine,
            "required" => Self::Required,
            "skip" => Self::Skip,
            _ => return None,
        })
    }
}

#[derive(Default)]
struct Words {
    name: Option<String>,
    before: Vec<Ident>,
    said: Vec<Word>,
}

impl<'a> Declaration<'a> {
    pub(crate) fn of(input: &'a DeriveInput) -> Result<Self> {
        let Data::Struct(data) = &input.data else {
            return Err(Error::new(Span::call_site(), "a raw table is declared by a struct"));
        };
        let Fields::Named(fields) = &data.fields else {
            return Err(Error::new(Span::call_site(), "the columns of a raw table have names"));
        };
        let (mut table, mut key, mut columns, mut after) = (None, Vec::new(), None, Vec::new());
        let (mut owner, mut in_rows) = (Owner::None, false);
        each_word(&input.attrs, |word| {
            if word.path.is_ident("table") {
                table = Some(word.value()?.parse::<LitStr>()?);
            } else if word.path.is_ident("key") {
                key = listed::<LitStr>(&word)?;
            } else if word.path.is_ident("columns") {
                columns = Some(word.value()?.parse::<Ident>()?);
            } else if word.path.is_ident("owner") {
                owner = Owner::named(&word.value()?.parse::<Ident>()?)?;
            } else if word.path.is_ident("in_rows") {
                in_rows = true;
            } else if word.path.is_ident("after") {
                after = listed::<Ident>(&word)?;
            } else {
                return Err(word.error("is nothing that a raw table says"));
            }
            Ok(())
        })?;
        Ok(Self {
            row: &input.ident,
            visibility: &input.vis,
            doc: documentation(&input.attrs),
            table: table.ok_or_else(|| Error::new(input.ident.span(), "say #[raw(table = \"name\")]"))?,
            key,
            columns,
            owner,
            after,
            fields: fields.named.iter().map(|field| Field::of(field, in_rows)).collect::<Result<_>>()?,
        })
    }

    /// The fields that are columns.
    pub(crate) fn stored(&self) -> impl Iterator<Item = &Field<'a>> {
        self.fields.iter().filter(|field| !matches!(field.cell, Cell::Skipped))
    }
}

impl Owner {
    fn named(word: &Ident) -> Result<Self> {
        match word.to_string().as_str() {
            "place" => Ok(Self::Place),
            "issue" => Ok(Self::Issue),
            "pull_request" => Ok(Self::PullRequest),
            "card" => Ok(Self::Card),
            _ => Err(Error::new(word.span(), "an owner is a place, issue, pull_request or card")),
        }
    }
}

impl<'a> Field<'a> {
    fn of(field: &'a syn::Field, in_rows: bool) -> Result<Self> {
        let mut words = Words::default();
        each_word(&field.attrs, |word| words.read(&word))?;
        if in_rows {
            words.said.push(Word::InRow);
        }
        let ident = field.ident.as_ref().ok_or_else(|| Error::new(Span::call_site(), "a column has a name"))?;
        Ok(Self {
            ident,
            ty: &field.ty,
            doc: documentation(&field.attrs),
            cell: words.cell(&field.ty)?,
            name: words.name.unwrap_or_else(|| ident.to_string()),
            said: words.said,
            before: words.before,
        })
    }

    /// Whether the column says a word.
    pub(crate) fn says(&self, word: Word) -> bool {
        self.said.contains(&word)
    }
}

impl Words {
    fn read(&mut self, word: &ParseNestedMeta<'_>) -> Result<()> {
        let name = word.path.get_ident().map(ToString::to_string).unwrap_or_default();
        match (name.as_str(), Word::named(&name)) {
            ("name", _) => self.name = Some(word.value()?.parse::<LitStr>()?.value()),
            ("before", _) => self.before = listed::<Ident>(word)?,
            (_, Some(said)) => self.said.push(said),
            _ => return Err(word.error("is nothing that a column says")),
        }
        Ok(())
    }

    fn cell(&self, ty: &Type) -> Result<Cell> {
        if self.said.contains(&Word::Skip) {
            return Ok(Cell::Skipped);
        }
        let (outer, inner) = names(ty)?;
        let inner_name = inner.map(names).transpose()?.map(|(name, _)| name);
        Ok(match (outer.as_str(), inner_name.as_deref()) {
            ("String", _) if self.said.contains(&Word::Code) => Cell::Code,
            ("String", _) if self.said.contains(&Word::Address) => Cell::Address,
            ("String", _) if self.said.contains(&Word::ObjectId) => Cell::ObjectId,
            ("String", _) if self.said.contains(&Word::ObjectIds) => Cell::ObjectIds,
            ("String", _) => Cell::Text,
            ("Vec", Some("String")) if self.said.contains(&Word::Json) => Cell::List,
            ("Vec", Some("String")) => Cell::JoinedList,
            ("bool", _) => Cell::Bool,
            ("i64", _) => Cell::Int,
            ("Option", Some("String")) if self.said.contains(&Word::Code) => Cell::OptionalCode,
            ("Option", Some("i64")) => Cell::OptionalInt,
            ("Instant", _) => Cell::Instant,
            ("Option", Some("Instant")) => Cell::OptionalInstant,
            ("Month", _) => Cell::Month,
            ("Amount", _) => Cell::Amount,
            ("Told", Some(_)) => Cell::Told(Box::new(inner.cloned().ok_or_else(|| unknown(ty))?)),
            ("Vec" | "Option", _) => return Err(unknown(ty)),
            _ => Cell::Kind,
        })
    }
}

fn unknown(ty: &Type) -> Error {
    Error::new_spanned(ty, "is no type of a column: add #[raw(skip)], or another type")
}

/// Name of a type and, of a generic one, the type within.
fn names(ty: &Type) -> Result<(String, Option<&Type>)> {
    let Type::Path(path) = ty else { return Err(unknown(ty)) };
    let last = path.path.segments.last().ok_or_else(|| unknown(ty))?;
    let inner = match &last.arguments {
        PathArguments::AngleBracketed(arguments) => arguments.args.iter().find_map(|argument| match argument {
            GenericArgument::Type(inner) => Some(inner),
            _ => None,
        }),
        _ => None,
    };
    Ok((last.ident.to_string(), inner))
}

fn each_word(attributes: &[Attribute], mut read: impl FnMut(ParseNestedMeta<'_>) -> Result<()>) -> Result<()> {
    attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("raw"))
        .try_for_each(|attribute| attribute.parse_nested_meta(&mut read))
}

fn listed<T: syn::parse::Parse>(word: &ParseNestedMeta<'_>) -> Result<Vec<T>> {
    let list;
    parenthesized!(list in word.input);
    Ok(Punctuated::<T, Token![,]>::parse_terminated_with(&list, T::parse)?.into_iter().collect())
}

/// The documentation of an item in one line.
fn documentation(attributes: &[Attribute]) -> String {
    let lines = attributes.iter().filter_map(|attribute| match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value().trim().to_owned()),
            _ => None,
        },
        _ => None,
    });
    lines.collect::<Vec<_>>().join(" ").trim().to_owned()
}
