#![doc = include_str!("../README.md")]

mod attributes;
mod columns;
mod row;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

use attributes::Declaration;

/// Declares a raw table by the struct of its row; see the crate's documentation.
#[proc_macro_derive(RawTable, attributes(raw))]
pub fn raw_table(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    let tokens = Declaration::of(&input).map(|declaration| {
        let row = row::tokens(&declaration);
        let columns = columns::tokens(&declaration);
        quote::quote! { #row #columns }
    });
    tokens.unwrap_or_else(|error| error.to_compile_error()).into()
}
