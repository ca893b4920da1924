//! Generated code: the struct of arrays of a table.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::attributes::{Cell, Declaration, Field, Owner, Word};

/// The struct of arrays and what can be done with it; nothing where none was asked for.
pub(crate) fn tokens(declaration: &Declaration<'_>) -> TokenStream {
    let Some(columns) = &declaration.columns else { return TokenStream::new() };
    let Declaration { row, visibility, owner, .. } = declaration;
    let doc = format!("{} Columns of what the metrics engine reads, in input order.", declaration.doc);
    let read: Vec<&Field<'_>> = declaration.stored().filter(|field| field.says(Word::Engine)).collect();
    let owned = owner_fields(*owner);
    let owner_idents: Vec<_> = owned.iter().map(|(name, _, _)| format_ident!("{name}")).collect();
    let owner_names = owned.iter().map(|(name, ..)| *name);
    let owner_fields = owned.iter().zip(&owner_idents).map(|((_, ty, doc), ident)| {
        quote! { #[doc = #doc] #visibility #ident: #ty }
    });
    let fields = read.iter().map(|field| {
        let (ident, ty) = (field.ident, column_type(field));
        let doc = format!("{}{}", field.doc, if is_code(field) { " A code." } else { "" });
        quote! { #[doc = #doc] #visibility #ident: #ty }
    });
    let idents: Vec<_> = read.iter().map(|field| field.ident).collect();
    let names: Vec<_> = read.iter().map(|field| &field.name).collect();
    let pushed = read.iter().map(|field| push_cell(field));
    let pushed_rows = read.iter().map(|field| push_row(field));
    let appended = read.iter().map(|field| append(field));
    let owner_appended = owned.iter().zip(&owner_idents).map(|((name, ..), ident)| {
        if OWNER_CODES.contains(name) {
            quote! { ::model::columns::CodeColumn::append_translated(&mut self.#ident, &other.#ident, codes); }
        } else {
            quote! { ::model::columns::Column::append(&mut self.#ident, &other.#ident); }
        }
    });
    let owner_tokens = owner_trait(*owner, columns);
    let length = owner_idents.first().or_else(|| idents.first().copied()).into_iter();
    let length: Vec<_> = length.collect();
    quote! {
        #[doc = #doc]
        #[derive(Clone, Debug, Default)]
        #visibility struct #columns { #(#owner_fields,)* #(#fields,)* }

        impl ::model::cells::RawColumns for #columns {
            type Row = #row;
            const READ: &'static [&'static str] = &[#(#names),*];

            fn len(&self) -> usize {
                #(::model::columns::Column::len(&self.#length))*
            }

            fn overfull(&self) -> ::std::option::Option<&'static str> {
                #(if ::model::columns::Column::is_overfull(&self.#owner_idents) {
                    return ::std::option::Option::Some(#owner_names);
                })*
                #(if ::model::columns::Column::is_overfull(&self.#idents) {
                    return ::std::option::Option::Some(#names);
                })*
                ::std::option::Option::None
            }

            fn push_cells<R: ::model::cells::ReadColumns>(&mut self, cells: &mut R) -> ::std::result::Result<(), R::Error> {
                #(#pushed)*
                ::std::result::Result::Ok(())
            }

            fn push_row<T: ::model::cells::Texts>(&mut self, row: &#row, texts: &mut T) {
                #(#pushed_rows)*
            }

            fn append(&mut self, other: &Self, codes: &[u32]) {
                #(#owner_appended)*
                #(#appended)*
            }

            fn gather(&mut self, index: &[u32]) {
                #(::model::columns::Column::gather(&mut self.#idents, index);)*
            }

            fn settle(&mut self) {
                #(::model::columns::Column::settle(&mut self.#owner_idents);)*
                #(::model::columns::Column::settle(&mut self.#idents);)*
            }
        }

        #owner_tokens
    }
}

/// Columns of owners that are codes.
const OWNER_CODES: [&str; 5] = ["org", "repo", "host", "project_id", "project_name"];

fn owner_fields(owner: Owner) -> Vec<(&'static str, TokenStream, &'static str)> {
    let (codes, rows) = (|| quote!(::model::columns::CodeColumn), || quote!(::std::vec::Vec<u32>));
    match owner {
        Owner::None => Vec::new(),
        Owner::Place => vec![
            ("id", quote!(::model::columns::TextColumn), "`org/repo#number`."),
            ("org", codes(), "Organisation, a code."),
            ("repo", codes(), "Repository name, a code."),
            ("host", codes(), "Host of the provider, a code."),
        ],
        Owner::Issue => vec![("issue", rows(), "Row of the issue.")],
        Owner::PullRequest => vec![("pull_request", rows(), "Row of the pull request.")],
        Owner::Card => vec![
            ("issue", rows(), "Row of the issue."),
            ("project_id", codes(), "The board's id, a code."),
            ("project_name", codes(), "The board's name, a code."),
        ],
    }
}

fn owner_trait(owner: Owner, columns: &proc_macro2::Ident) -> TokenStream {
    let belonging = |field: TokenStream| {
        quote! {
            impl ::model::cells::OwnedColumns for #columns {
                fn owner(&mut self) -> &mut ::std::vec::Vec<u32> { &mut self.#field }
            }
        }
    };
    match owner {
        Owner::None => TokenStream::new(),
        Owner::Issue => belonging(quote!(issue)),
        Owner::PullRequest => belonging(quote!(pull_request)),
        Owner::Card => {
            let belonging = belonging(quote!(issue));
            quote! {
                #belonging
                impl ::model::cells::CardColumns for #columns {
                    fn board(&mut self) -> [&mut ::model::columns::CodeColumn; 2] {
                        [&mut self.project_id, &mut self.project_name]
                    }
                }
            }
        }
        Owner::Place => quote! {
            impl ::model::cells::PlacedColumns for #columns {
                fn ids(&mut self) -> &mut ::model::columns::TextColumn { &mut self.id }
                fn names(&mut self) -> [&mut ::model::columns::CodeColumn; 3] {
                    [&mut self.org, &mut self.repo, &mut self.host]
                }
            }
        },
    }
}

fn is_code(field: &Field<'_>) -> bool {
    matches!(field.cell, Cell::Code | Cell::OptionalCode | Cell::JoinedList)
}

fn column_type(field: &Field<'_>) -> TokenStream {
    let ty = field.ty;
    match &field.cell {
        Cell::Skipped | Cell::Text | Cell::List => quote!(::model::columns::TextColumn),
        Cell::Address => quote!(::model::columns::AddressColumn),
        Cell::ObjectId => quote!(::model::columns::ObjectIdColumn),
        Cell::ObjectIds => quote!(::model::columns::ObjectIdsColumn),
        Cell::Code | Cell::OptionalCode | Cell::JoinedList => quote!(::model::columns::CodeColumn),
        Cell::OptionalInt => quote!(::model::columns::IntColumn),
        Cell::Instant | Cell::OptionalInstant => quote!(::model::columns::InstantColumn),
        Cell::Told(known) => quote!(::std::vec::Vec<::std::option::Option<#known>>),
        Cell::Bool | Cell::Int | Cell::Month | Cell::Amount | Cell::Kind => quote!(::std::vec::Vec<#ty>),
    }
}

fn push_cell(field: &Field<'_>) -> TokenStream {
    let ident = field.ident;
    match &field.cell {
        Cell::Skipped | Cell::Text | Cell::Address | Cell::ObjectId | Cell::ObjectIds | Cell::List => {
            quote! { self.#ident.push(cells.bytes()?); }
        }
        Cell::Code | Cell::OptionalCode | Cell::JoinedList => quote! { self.#ident.push(cells.code()?); },
        Cell::Bool => quote! { self.#ident.push(cells.flag()?); },
        Cell::Int => quote! { self.#ident.push(cells.int()?.unwrap_or_default()); },
        Cell::OptionalInt => quote! { self.#ident.push(cells.int()?); },
        Cell::Instant => quote! { cells.instant(&mut self.#ident)?; },
        Cell::OptionalInstant => quote! { cells.optional_instant(&mut self.#ident)?; },
        Cell::Month => quote! { self.#ident.push(cells.month()?); },
        Cell::Amount => quote! { self.#ident.push(cells.amount()?); },
        Cell::Kind => quote! { self.#ident.push(cells.kind()?); },
        Cell::Told(_) => quote! { self.#ident.push(cells.told()?); },
    }
}

fn push_row(field: &Field<'_>) -> TokenStream {
    let ident = field.ident;
    match &field.cell {
        Cell::Skipped | Cell::Text | Cell::Address | Cell::ObjectId | Cell::ObjectIds | Cell::List => {
            quote! { self.#ident.push(row.#ident.as_bytes()); }
        }
        Cell::Code => quote! { self.#ident.push(texts.code_of(row.#ident.as_bytes())); },
        Cell::OptionalCode => {
            quote! { self.#ident.push(texts.code_of(row.#ident.as_deref().unwrap_or_default().as_bytes())); }
        }
        Cell::JoinedList => quote! { self.#ident.push(texts.code_of(row.#ident.join(";").as_bytes())); },
        Cell::Bool | Cell::Int | Cell::OptionalInt | Cell::Month | Cell::Kind => {
            quote! { self.#ident.push(row.#ident); }
        }
        Cell::Instant => quote! { self.#ident.push(::std::option::Option::Some(row.#ident)); },
        Cell::OptionalInstant => quote! { self.#ident.push(row.#ident); },
        Cell::Amount => quote! { self.#ident.push(row.#ident.clone()); },
        Cell::Told(_) => quote! { self.#ident.push(row.#ident.known()); },
    }
}

fn append(field: &Field<'_>) -> TokenStream {
    let ident = field.ident;
    if is_code(field) {
        quote! { ::model::columns::CodeColumn::append_translated(&mut self.#ident, &other.#ident, codes); }
    } else {
        quote! { ::model::columns::Column::append(&mut self.#ident, &other.#ident); }
    }
}
