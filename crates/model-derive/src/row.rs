//! Generated code: the declaration of a row's table, and its cells in order.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use crate::attributes::{Cell, Declaration, Field, Word};

/// Implements `RawRow`.
pub(crate) fn tokens(declaration: &Declaration<'_>) -> TokenStream {
    let Declaration { row, doc, table, key, after, .. } = declaration;
    let columns = declaration.fields.iter().flat_map(columns_of);
    let after = after.iter().map(|name| inherited(name, false));
    let written = declaration.stored().map(write);
    let read = declaration.fields.iter().map(read);
    quote! {
        impl ::model::cells::RawRow for #row {
            const TABLE: &'static ::model::spec::RawTable = &::model::spec::RawTable {
                name: #table,
                file: ::std::concat!(#table, ".csv"),
                doc: #doc,
                key: &[#(#key),*],
                columns: &[#(#columns,)* #(#after,)*],
            };

            fn write_cells<W: ::model::cells::WriteCells>(&self, cells: &mut W) -> ::std::result::Result<(), W::Error> {
                #(#written)*
                ::std::result::Result::Ok(())
            }

            fn read_cells<R: ::model::cells::ReadRow>(cells: &mut R) -> ::std::result::Result<Self, R::Error> {
                ::std::result::Result::Ok(Self { #(#read),* })
            }
        }
    }
}

fn columns_of(field: &Field<'_>) -> Vec<TokenStream> {
    let mut columns: Vec<_> = field.before.iter().map(|name| inherited(name, field.says(Word::Original))).collect();
    if !matches!(field.cell, Cell::Skipped) {
        columns.push(column(field));
    }
    columns
}

fn inherited(name: &Ident, original: bool) -> TokenStream {
    let name = name.to_string();
    quote! { ::model::spec::RawColumn::inherited(#name, #original) }
}

fn column(field: &Field<'_>) -> TokenStream {
    let name = &field.name;
    let (original, required) = (field.says(Word::Original), field.says(Word::Required));
    let doc = in_the_middle_of_a_sentence(&field.doc);
    let storage = match &field.cell {
        Cell::Code | Cell::OptionalCode | Cell::JoinedList | Cell::Kind | Cell::Told(_) if field.says(Word::InRow) => {
            quote!(Text)
        }
        Cell::Text | Cell::Address | Cell::ObjectId | Cell::ObjectIds | Cell::Skipped => quote!(Text),
        Cell::Amount => quote!(Amount),
        Cell::Code | Cell::OptionalCode | Cell::JoinedList | Cell::Kind | Cell::Told(_) => quote!(Code),
        Cell::List => quote!(List),
        Cell::Bool => quote!(Bool),
        Cell::Int | Cell::OptionalInt => quote!(Int),
        Cell::Instant | Cell::OptionalInstant => quote!(Instant),
        Cell::Month => quote!(Month),
    };
    let nullable = matches!(field.cell, Cell::OptionalInt | Cell::OptionalInstant);
    let ty = field.ty;
    let kinds = match &field.cell {
        Cell::Kind => quote!(<#ty as ::model::kinds::Named>::NAMES),
        Cell::Told(known) => quote!(<#known as ::model::kinds::Named>::NAMES),
        _ => quote!(&[]),
    };
    let told = matches!(field.cell, Cell::Told(_));
    quote! {
        ::model::spec::RawColumn {
            name: #name,
            storage: ::model::spec::Storage::#storage,
            original: #original,
            required: #required,
            nullable: #nullable,
            kinds: #kinds,
            told: #told,
            doc: #doc,
        }
    }
}

fn write(field: &Field<'_>) -> TokenStream {
    let ident = field.ident;
    let call = match &field.cell {
        Cell::Code if field.says(Word::InRow) => quote!(text(&self.#ident)),
        Cell::Kind if field.says(Word::InRow) => quote!(text(::model::kinds::Named::name(self.#ident))),
        Cell::Told(_) if field.says(Word::InRow) => quote!(text(self.#ident.name())),
        Cell::Skipped | Cell::Text | Cell::Address | Cell::ObjectId | Cell::ObjectIds => quote!(text(&self.#ident)),
        Cell::Code => quote!(code(&self.#ident)),
        Cell::OptionalCode => quote!(code(self.#ident.as_deref().unwrap_or_default())),
        Cell::JoinedList if field.says(Word::InRow) => quote!(text(&self.#ident.join(";"))),
        Cell::JoinedList => quote!(joined(&self.#ident)),
        Cell::List => quote!(list(&self.#ident)),
        Cell::Bool => quote!(flag(self.#ident)),
        Cell::Int => quote!(int(::std::option::Option::Some(self.#ident))),
        Cell::OptionalInt => quote!(int(self.#ident)),
        Cell::Instant => quote!(instant(::std::option::Option::Some(self.#ident))),
        Cell::OptionalInstant => quote!(instant(self.#ident)),
        Cell::Month => quote!(month(self.#ident)),
        Cell::Amount => quote!(amount(&self.#ident)),
        Cell::Kind => quote!(code(::model::kinds::Named::name(self.#ident))),
        Cell::Told(_) => quote!(code(self.#ident.name())),
    };
    quote! { cells.#call?; }
}

fn read(field: &Field<'_>) -> TokenStream {
    let ident = field.ident;
    let value = match &field.cell {
        Cell::Skipped => quote!(::std::default::Default::default()),
        Cell::Text | Cell::Address | Cell::ObjectId | Cell::ObjectIds => quote!(cells.text()?),
        Cell::Code if field.says(Word::InRow) => quote!(cells.text()?),
        Cell::Code => quote!(cells.code_text()?),
        Cell::OptionalCode => quote!(::std::option::Option::Some(cells.code_text()?)),
        Cell::JoinedList if field.says(Word::InRow) => {
            quote!(cells.text()?.split(';').filter(|text| !text.is_empty()).map(str::to_owned).collect())
        }
        Cell::JoinedList => quote!(cells.joined()?),
        Cell::List => quote!(cells.list()?),
        Cell::Bool => quote!(cells.flag()?),
        Cell::Int => quote!(cells.int()?.unwrap_or_default()),
        Cell::OptionalInt => quote!(cells.int()?),
        Cell::Instant => quote!(cells.instant()?),
        Cell::OptionalInstant => quote!(cells.optional_instant()?),
        Cell::Month => quote!(cells.month()?),
        Cell::Amount => quote!(cells.amount()?),
        Cell::Kind => quote!(cells.kind()?),
        Cell::Told(_) => quote!(cells.told()?),
    };
    quote! { #ident: #value }
}

/// `The title.` as `the title`; words such as `PENDING` and `` `open` `` stay.
fn in_the_middle_of_a_sentence(doc: &str) -> String {
    let doc = doc.strip_suffix('.').unwrap_or(doc);
    let mut characters = doc.chars();
    match (characters.next(), characters.clone().next()) {
        (Some(first), Some(second)) if first.is_uppercase() && second.is_lowercase() && !is_a_name(doc) => {
            first.to_lowercase().chain(characters).collect()
        }
        _ => doc.to_owned(),
    }
}

fn is_a_name(doc: &str) -> bool {
    doc.starts_with("GitHub")
}
